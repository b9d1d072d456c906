//! When searching is available.

use std::sync::Arc;

use guanxi::{
    engine::{Limits, Request},
    graph::Snapshot,
    schema::Api,
    store::{SearchUnavailable, State, Store},
};

use crate::harness::{BUNDLED, answer_over};

#[test]
fn an_unprepared_state_answers_everything_except_searches() {
    let state = Arc::new(State::unprepared(Snapshot::build(&BUNDLED).unwrap()));
    let store = Arc::new(Store::in_memory(Arc::clone(&state)));
    let api = Api::new(Limits::default()).unwrap();
    let ask = |query: &str| serde_json::to_value(answer_over(&api, &store, Request::new("test", query))).unwrap();
    assert_eq!(state.search().unwrap_err(), SearchUnavailable::Building);
    let answer = ask(r#"{ search(text: "alipay") { totalCount } entity(by: {id: "alipay"}) { name } }"#);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("Try again"));
    assert_eq!(answer["data"]["entity"]["name"], "Alipay");
    state.prepare();
    state.prepare();
    let answer = ask(r#"{ search(text: "alipay", first: 1) { nodes { id } } }"#);
    assert_eq!(answer["data"]["search"]["nodes"][0]["id"], "alipay");
}

#[test]
fn a_small_state_is_searched_without_being_prepared() {
    let state = State::new(Snapshot::build(&BUNDLED).unwrap());
    assert_eq!(state.search().unwrap().entities(), BUNDLED.entities.len());
    assert!(state.search().unwrap().bytes() > 0);
}
