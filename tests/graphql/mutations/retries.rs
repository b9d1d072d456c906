//! A retry with the same key changes nothing twice.

use serde_json::{Value, json};

use super::{Desk, changes_in};

#[test]
fn a_retry_returns_the_result_of_the_first_attempt() {
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
fn a_key_belongs_to_one_mutation_and_its_arguments() {
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
fn a_rejected_mutation_can_be_retried_with_its_key() {
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

/// A store with two companies.
fn prepared() -> Desk {
    let desk = Desk::new();
    let entities = r#"{entities: [{id: "n", kind: COMPANY, name: "Nova"}, {id: "m", kind: COMPANY, name: "Mira", identifiers: {scheme: "x-reg", value: "7"}}]}"#;
    desk.done("upsertEntities", entities, "");
    desk
}

/// Retries, and compares the answer with the first one, except for `replayed`.
fn is_replayed(desk: &Desk, verb: &str, input: &str, fields: &str, first: &Value) {
    let mut again = desk.done(verb, input, fields);
    assert_eq!(again["replayed"], true, "{again:#}");
    again["replayed"] = json!(false);
    assert_eq!(*first, again, "{verb} {input}");
}

#[test]
fn a_retry_has_the_same_result_after_its_references_were_renamed() {
    let desk = prepared();
    let assert = r#"{relationships: {kind: OWNS, from: {name: "Nova"}, to: {identifier: {scheme: "x-reg", value: "7"}}, evidence: {sourceId: "cnet-2015"}}, idempotencyKey: "k"}"#;
    let fields = "relationships { id key kind role version }";
    let first = desk.done("assertRelationships", assert, fields);
    assert_eq!(first["relationships"][0]["id"], "rel:n:OWNS:m:1");
    let upsert = r#"{entities: {identifiers: {scheme: "x-reg", value: "7"}, country: "DE"}, idempotencyKey: "e"}"#;
    let entity = desk.done("upsertEntities", upsert, "entities { key country version }");
    desk.done(
        "upsertEntities",
        r#"{entities: [{id: "n", name: "Supernova"}, {id: "m", identifiers: {scheme: "x-reg", value: "8"}}, {id: "o", kind: COMPANY, name: "Nova"}]}"#,
        "",
    );
    is_replayed(&desk, "assertRelationships", assert, fields, &first);
    is_replayed(
        &desk,
        "upsertEntities",
        upsert,
        "entities { key country version }",
        &entity,
    );
}

#[test]
fn a_retry_returns_records_as_the_first_attempt_left_them() {
    let desk = prepared();
    let assert = r#"{relationships: {kind: OWNS, from: {id: "n"}, to: {id: "m"}, role: "parent", evidence: {sourceId: "cnet-2015"}}, idempotencyKey: "k"}"#;
    let fields = "relationships { key role version }";
    let first = desk.done("assertRelationships", assert, fields);
    desk.done(
        "assertRelationships",
        r#"{relationships: {id: "rel:n:OWNS:m:1", role: "owner"}}"#,
        "",
    );
    is_replayed(&desk, "assertRelationships", assert, fields, &first);
    let add = r#"{evidence: {relationshipId: "rel:n:OWNS:m:1", statement: {sourceId: "cnet-2015", locator: "p. 2"}}, idempotencyKey: "a"}"#;
    let end = r#"{ids: ["rel:n:OWNS:m:1"], until: "2020", idempotencyKey: "u"}"#;
    let source = r#"{sources: {id: "source:s", publisher: "P", title: "T"}, idempotencyKey: "s"}"#;
    let added = desk.done("addEvidence", add, fields);
    let ended = desk.done("endRelationships", end, fields);
    let sourced = desk.done("upsertSources", source, "sources { key title version }");
    let retract = r#"{ids: ["n"], withRelationships: true, idempotencyKey: "r"}"#;
    let lists = "retractedEntities retractedRelationships";
    let retracted = desk.done("retractEntities", retract, lists);
    desk.done("upsertSources", r#"{sources: {id: "source:s", title: "U"}}"#, "");
    is_replayed(&desk, "assertRelationships", assert, fields, &first);
    is_replayed(&desk, "addEvidence", add, fields, &added);
    is_replayed(&desk, "endRelationships", end, fields, &ended);
    is_replayed(
        &desk,
        "upsertSources",
        source,
        "sources { key title version }",
        &sourced,
    );
    is_replayed(&desk, "retractEntities", retract, lists, &retracted);
    // A client that caches by id does not mistake it for the current state.
    let again = desk.done("assertRelationships", assert, "relationships { id } recordedAt");
    let id = format!("rel:n:OWNS:m:1?knownAt={}", again["recordedAt"].as_str().unwrap());
    assert_eq!(again["relationships"], json!([{ "id": id }]));
}

#[test]
fn a_retry_of_a_merge_or_its_undoing_succeeds_when_neither_is_possible_any_more() {
    let desk = prepared();
    let merge = r#"{from: ["m"], into: "n", idempotencyKey: "merge"}"#;
    let undo = r#"{merge: "m", idempotencyKey: "undo"}"#;
    let merged = desk.done("mergeEntities", merge, "entity { key name } merge");
    let undone = desk.done("unmergeEntities", undo, "entities { key name version }");
    assert_eq!(undone["entities"].as_array().unwrap().len(), 2, "{undone:#}");
    is_replayed(&desk, "unmergeEntities", undo, "entities { key name version }", &undone);
    is_replayed(&desk, "mergeEntities", merge, "entity { key name } merge", &merged);
    desk.done("retractEntities", r#"{ids: ["n", "m"]}"#, "");
    is_replayed(&desk, "unmergeEntities", undo, "entities { key name version }", &undone);
    is_replayed(&desk, "mergeEntities", merge, "entity { key name } merge", &merged);
    assert_eq!(
        desk.faults("unmergeEntities", r#"{merge: "m", idempotencyKey: "other"}"#),
        ["NOT_FOUND input.merge"]
    );
}

#[test]
fn a_retry_of_a_mutation_without_changes_returns_the_same_records() {
    let desk = prepared();
    let same = r#"{entities: {id: "n", name: "Nova"}, idempotencyKey: "same"}"#;
    let fields = "entities { key name version }";
    let first = desk.done("upsertEntities", same, fields);
    assert_eq!(changes_in(&first), Vec::<String>::new());
    desk.done("upsertEntities", r#"{entities: {id: "n", name: "Supernova"}}"#, "");
    is_replayed(&desk, "upsertEntities", same, fields, &first);
}
