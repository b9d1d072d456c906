//! The bundled graph, asked from Rust: no server and no HTTP.
//!
//! ```sh
//! cargo run --example query
//! cargo run --example query -- '{ statistics { entities relationships } }'
//! ```

use std::{env, error::Error, sync::Arc};

use guanxi::{
    engine::{Limits, Request},
    formats::tables,
    graph::Snapshot,
    model::Timestamp,
    schema::Api,
    store::{State, Store},
};
use serde_json::Value;

/// What is asked unless the command line says something else.
pub(crate) const QUESTION: &str = r#"{
  company(by: {name: "支付宝"}, view: {asOf: "2014-11-28"}) {
    name
    owners { edges { node { name } relationship { disputed sentence } } }
  }
}"#;

/// A store over the bundled tables, whose changes last as long as the process.
pub(crate) fn bundled() -> Result<Store, Box<dyn Error>> {
    let graph = Snapshot::build(&tables::bundled()?)?;
    Ok(Store::in_memory(Arc::new(State::new(graph))))
}

/// The answer to a question, as a server would send it: `data`, and `errors` where there are any. `now` is the moment at which it is
/// asked: it decides what "today" is.
pub(crate) async fn ask(
    api: &Api,
    store: &Arc<Store>,
    question: &str,
    now: Timestamp,
) -> Result<Value, serde_json::Error> {
    let request = Request::new("example", question);
    serde_json::to_value(api.answer(request, Arc::clone(store), now).await)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let question = env::args().nth(1).unwrap_or_else(|| QUESTION.to_owned());
    let api = Api::new(Limits::default())?;
    let answer = ask(&api, &Arc::new(bundled()?), &question, Timestamp::now()).await?;
    println!("{answer:#}");
    Ok(())
}
