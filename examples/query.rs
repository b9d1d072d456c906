//! Querying the bundled graph from Rust, without a server and HTTP.
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

/// The default query.
pub(crate) const QUESTION: &str = r#"{
  company(by: {name: "支付宝"}, view: {asOf: "2014-11-28"}) {
    name
    owners { edges { node { name } relationship { disputed sentence } } }
  }
}"#;

/// A store in memory with the bundled tables.
pub(crate) fn bundled() -> Result<Store, Box<dyn Error>> {
    let graph = Snapshot::build(&tables::bundled()?)?;
    Ok(Store::in_memory(Arc::new(State::new(graph))))
}

/// The answer to a query, as a server would send it: `data`, and `errors` if there are any. `now` is the current time, which
/// determines what "today" is.
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
