//! Shared by the tests: the bundled graph behind an API, queried at a fixed moment, and the program itself.

pub(crate) mod live;
pub(crate) mod mounts;
pub(crate) mod pages;
pub(crate) mod python;
pub(crate) mod random;
pub(crate) mod sketch;

use std::{
    env,
    process::Command,
    sync::{Arc, LazyLock},
};

use guanxi::{
    engine::{Answer, Limits, Request},
    formats::tables,
    graph::Snapshot,
    http::{self, Access, Backend, Readiness, Settings},
    model::{Dataset, Timestamp},
    schema::Api,
    store::{State, Store},
};
use serde_json::Value;

/// The bundled tables.
pub(crate) static BUNDLED: LazyLock<Dataset> = LazyLock::new(|| tables::bundled().unwrap());

/// Their graph.
static STORE: LazyLock<Arc<Store>> = LazyLock::new(|| store_of(&BUNDLED));

/// The state of other data.
pub(crate) fn state_of(dataset: &Dataset) -> Arc<State> {
    store_of(dataset).state()
}

/// A store of other data.
pub(crate) fn store_of(dataset: &Dataset) -> Arc<Store> {
    Arc::new(Store::in_memory(Arc::new(State::new(
        Snapshot::build(dataset).unwrap(),
    ))))
}

/// The API with default limits.
static API: LazyLock<Arc<Api>> = LazyLock::new(|| Arc::new(Api::new(Limits::default()).unwrap()));

/// The moment of the queries of tests: noon of the day on which the data was recorded.
pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// The answer to a request over this state.
pub(crate) fn answer_over(api: &Api, store: &Arc<Store>, request: Request) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(api.answer(request, Arc::clone(store), now()))
}

/// The answer to a request, as clients read it.
pub(crate) fn answer(request: Request) -> Value {
    serde_json::to_value(answer_over(&API, &STORE, request)).unwrap()
}

/// The answer at another moment.
pub(crate) fn answer_at(moment: &str, request: Request) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let answer = runtime.block_on(API.answer(request, Arc::clone(&STORE), moment.parse().unwrap()));
    serde_json::to_value(answer).unwrap()
}

/// The answer over other data.
pub(crate) fn answer_over_dataset(dataset: &Dataset, request: Request) -> Value {
    serde_json::to_value(answer_over(&API, &store_of(dataset), request)).unwrap()
}

/// The data of a query that must have no errors.
pub(crate) fn ask(query: &str) -> Value {
    ask_over(&STORE, query)
}

/// The same over another store.
pub(crate) fn ask_over(store: &Arc<Store>, query: &str) -> Value {
    let answer = serde_json::to_value(answer_over(&API, store, Request::new("test", query))).unwrap();
    assert_eq!(answer.get("errors"), None, "{query}\n{answer:#}");
    answer["data"].clone()
}

/// The first error of a query: its code, its argument and its message.
pub(crate) fn refused(query: &str) -> (String, String, String) {
    let answer = answer(Request::new("test", query));
    let error = &answer["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let refusal = (
        text(&error["extensions"]["code"]),
        text(&error["extensions"]["argument"]),
        text(&error["message"]),
    );
    assert_ne!(refusal.0, "", "{query} was answered: {answer:#}");
    refusal
}

/// The routes over the bundled graph.
pub(crate) fn router(settings: Settings) -> axum::Router {
    router_with(Limits::default(), settings)
}

/// The same with other limits.
pub(crate) fn router_with(limits: Limits, settings: Settings) -> axum::Router {
    let backend = Backend {
        api: Arc::new(Api::new(limits).unwrap()),
        store: Arc::clone(&STORE),
        access: Access::open(),
    };
    http::router(backend, settings, Readiness::default()).unwrap()
}

/// The program with these arguments, and without settings of the environment.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guanxi"));
    command.args(arguments);
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GUANXI_")) {
        command.env_remove(name);
    }
    command
}
