//! A retry with the same key changes nothing twice.

use serde_json::json;

use super::{Desk, changes_in};

#[test]
fn a_retry_answers_what_the_first_attempt_did() {
    let desk = Desk::new();
    let input = r#"{entities: [{id: "n", kind: COMPANY, name: "N", expectedVersion: 0}, {id: "ebay", name: "eBay"}], idempotencyKey: "k1"}"#;
    let fields = "entities { id version } cursor recordedAt";
    let first = desk.done("upsertEntities", input, fields);
    let mut again = desk.done("upsertEntities", input, fields);
    assert_eq!((&first["replayed"], &again["replayed"]), (&json!(false), &json!(true)));
    again["replayed"] = json!(false);
    assert_eq!(first, again);
    assert_eq!(desk.position(), 1);
}

#[test]
fn a_key_goes_with_one_mutation_and_its_arguments() {
    let desk = Desk::new();
    let input =
        |name: &str| format!(r#"{{entities: {{id: "n", kind: COMPANY, name: "{name}"}}, idempotencyKey: "k1"}}"#);
    desk.done("upsertEntities", &input("N"), "");
    assert_eq!(
        desk.faults("upsertEntities", &input("M")),
        ["IDEMPOTENCY_KEY_REUSED input.idempotencyKey"]
    );
    let other = r#"{ids: [], idempotencyKey: "k1"}"#;
    assert_eq!(
        desk.faults("retractEntities", other),
        ["IDEMPOTENCY_KEY_REUSED input.idempotencyKey"]
    );
}

#[test]
fn what_was_refused_may_be_tried_again_under_its_key() {
    let desk = Desk::new();
    let input = r#"{relationships: {kind: OWNS, from: {id: "n"}, to: {id: "saks"}, evidence: {sourceId: "cnet-2015"}}, idempotencyKey: "k"}"#;
    assert_eq!(
        desk.faults("assertRelationships", input),
        ["NOT_FOUND input.relationships.0.from"]
    );
    desk.done(
        "upsertEntities",
        r#"{entities: {id: "n", kind: COMPANY, name: "N"}}"#,
        "",
    );
    let done = desk.done("assertRelationships", input, "");
    assert_eq!(changes_in(&done), ["CREATED rel:n:OWNS:saks:1 1"]);
}
