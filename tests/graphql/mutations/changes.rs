//! The change log: every change once, in order, from any position.

use serde_json::{Value, json};

use super::Desk;
use crate::harness::refused;

/// A desk with five commits of eight changes.
fn busy() -> Desk {
    let desk = Desk::new();
    desk.done(
        "upsertEntities",
        r#"{entities: [{id: "a", kind: COMPANY, name: "A"}, {id: "b", kind: COMPANY, name: "B"}], reason: "begin"}"#,
        "",
    );
    desk.done(
        "assertRelationships",
        r#"{relationships: {kind: SUPPLIES, from: {id: "a"}, to: {id: "b"}, evidence: {source: {id: "memo", publisher: "Us", title: "Memo"}}}}"#,
        "",
    );
    desk.done("upsertEntities", r#"{entities: {id: "a", name: "A2"}}"#, "");
    desk.done("retractRelationships", r#"{ids: ["rel:a:SUPPLIES:b:1"]}"#, "");
    desk.done("mergeEntities", r#"{from: "a", into: "b"}"#, "");
    desk
}

const ALL: [&str; 8] = [
    "CREATED a 1",
    "CREATED b 1",
    "CREATED source:memo 1",
    "CREATED rel:a:SUPPLIES:b:1 1",
    "UPDATED a 2",
    "RETRACTED rel:a:SUPPLIES:b:1 1",
    "UPDATED b 2",
    "MERGED a 2",
];

fn listed(desk: &Desk, arguments: &str) -> (Vec<String>, Value) {
    let page = desk.ask(&format!(
        "{{ changes{arguments} {{ nodes {{ action recordId version }} pageInfo {{ hasNextPage endCursor }} }} }}"
    ));
    let lines = page["changes"]["nodes"].as_array().unwrap().iter().map(|change| {
        let text = |field: &str| change[field].as_str().unwrap().to_owned();
        format!("{} {} {}", text("action"), text("recordId"), change["version"])
    });
    (lines.collect(), page["changes"]["pageInfo"].clone())
}

#[test]
fn pages_of_any_size_contain_every_change_once_in_order() {
    let desk = busy();
    for size in 1..=9 {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let (page, info) = listed(&desk, &format!("(first: {size}{after})"));
            all.extend(page);
            if info["hasNextPage"] == json!(false) {
                break;
            }
            after = format!(", after: {}", info["endCursor"]);
        }
        assert_eq!(all, ALL, "by {size}");
    }
    assert_eq!(listed(&desk, "").0, ALL);
}

#[test]
fn the_last_cursor_continues_with_the_next_change() {
    let desk = busy();
    let (_, info) = listed(&desk, "");
    let after = format!("(after: {})", info["endCursor"]);
    assert_eq!(listed(&desk, &after).0, [""; 0]);
    desk.done("upsertEntities", r#"{entities: {id: "b", name: "B3"}}"#, "");
    assert_eq!(listed(&desk, &after).0, ["UPDATED b 3"]);
}

#[test]
fn a_filter_selects_matching_changes() {
    let desk = busy();
    let only = |filter: &str| listed(&desk, &format!("(filter: {{{filter}}})")).0;
    assert_eq!(only("nouns: SOURCE"), ["CREATED source:memo 1"]);
    assert_eq!(
        only("actions: [MERGED, RETRACTED]"),
        ["RETRACTED rel:a:SUPPLIES:b:1 1", "MERGED a 2"]
    );
    let concerning_b = only(r#"entity: "b""#);
    assert_eq!(
        concerning_b,
        [
            "CREATED b 1",
            "CREATED rel:a:SUPPLIES:b:1 1",
            "RETRACTED rel:a:SUPPLIES:b:1 1",
            "UPDATED b 2",
            "MERGED a 2"
        ]
    );
    assert_eq!(only(r#"by: "unknown""#), [""; 0]);
    let moments = desk.ask("{ changes { nodes { recordedAt } } }");
    let third = &moments["changes"]["nodes"][4]["recordedAt"];
    assert_eq!(only(&format!("since: {third}")), ALL[4..]);
    assert_eq!(only(&format!("until: {third}")), ALL[..4]);
}

#[test]
fn a_change_shows_the_record_before_and_after() {
    let desk = busy();
    let node = "{ __typename ... on Company { id: key name } ... on Relationship { sentence } }";
    let all = desk.ask(&format!(
        "{{ changes {{ nodes {{ before {node} after {node} entities {{ id: key }} reason by noun }} totalCount }} }}"
    ));
    assert_eq!(all["changes"]["totalCount"], 8);
    let nodes = &all["changes"]["nodes"];
    assert_eq!(nodes[0]["before"], json!(null));
    assert_eq!(nodes[0]["reason"], "begin");
    assert_eq!(nodes[0]["by"], json!(null));
    assert_eq!(
        (&nodes[4]["before"]["name"], &nodes[4]["after"]["name"]),
        (&json!("A"), &json!("A2"))
    );
    assert_eq!(nodes[5]["before"]["sentence"], "A2 supplies B (Us).");
    assert_eq!(nodes[5]["after"], json!(null));
    assert_eq!(nodes[5]["entities"], json!([{"id": "a"}, {"id": "b"}]));
    assert_eq!(nodes[7]["before"]["id"], "a");
    assert_eq!(nodes[7]["after"]["id"], "b", "the remaining entity");
}

#[test]
fn a_foreign_cursor_is_refused() {
    for (after, advice) in [
        ("nonsense", "not a cursor of changes"),
        ("Y2hhbmdlOjk5OTow", "beyond the last change"),
    ] {
        let (code, argument, message) = refused(&format!("{{ changes(after: \"{after}\") {{ totalCount }} }}"));
        assert_eq!(
            (code.as_str(), argument.as_str()),
            ("BAD_USER_INPUT", "Query.changes(after:)")
        );
        assert!(message.contains(advice), "{message}");
    }
    for first in [-1, 1001] {
        let (code, argument, _) = refused(&format!("{{ changes(first: {first}) {{ totalCount }} }}"));
        assert_eq!(
            (code.as_str(), argument.as_str()),
            ("BAD_USER_INPUT", "Query.changes(first:)")
        );
    }
}

#[test]
fn the_payload_has_the_cursor_of_its_last_change() {
    let desk = busy();
    let payload = desk.done("upsertEntities", r#"{entities: {id: "b", name: "B3"}}"#, "cursor");
    desk.done("upsertEntities", r#"{entities: {id: "b", name: "B4"}}"#, "");
    assert_eq!(
        listed(&desk, &format!("(after: {})", payload["cursor"])).0,
        ["UPDATED b 4"]
    );
}

#[test]
fn statistics_have_the_cursor_of_the_last_change() {
    let desk = Desk::new();
    let store = || {
        desk.ask("{ statistics { store { durable beganAt commits cursor logBytes } } }")["statistics"]["store"].clone()
    };
    let after = |cursor: &Value| {
        let listed = desk.ask(&format!("{{ changes(after: {cursor}) {{ nodes {{ recordId }} }} }}"));
        listed["changes"]["nodes"].as_array().unwrap().len()
    };
    let begin = store();
    assert_eq!(
        begin,
        json!({"durable": false, "beganAt": null, "commits": 0, "cursor": begin["cursor"], "logBytes": 0.0})
    );
    for name in ["one", "two"] {
        desk.done(
            "upsertEntities",
            &format!(r#"{{entities: {{id: "{name}", kind: COMPANY, name: "{name}"}}}}"#),
            "",
        );
    }
    let end = store();
    assert_eq!(end["commits"], 2);
    assert_eq!((after(&begin["cursor"]), after(&end["cursor"])), (2, 0));
}

#[test]
fn every_version_has_the_times_of_its_recording_and_retraction() {
    let desk = Desk::new();
    let recorded = |fields: &str, id: &str| {
        let view = |known_at: &str| {
            desk.ask(&format!(
                "{{ node(id: \"{id}?ever=true&knownAt={known_at}\") {{ ... on {fields} {{ version recordedAt retractedAt }} }} }}"
            ))["node"]
                .clone()
        };
        (view("2026-11-22T00:00:00Z"), view("2099-01-01T00:00:00Z"))
    };
    desk.done("upsertEntities", r#"{entities: {id: "saks", description: "new"}}"#, "");
    desk.done("upsertSources", r#"{sources: {id: "cnet-2015", title: "new"}}"#, "");
    for (fields, id) in [("Company", "saks"), ("Source", "source:cnet-2015")] {
        let (old, new) = recorded(fields, id);
        assert_eq!((&old["version"], &new["version"]), (&json!(1), &json!(2)), "{id}");
        assert_eq!(old["recordedAt"], "2026-11-22T00:00:00Z", "{id}");
        assert_eq!(old["retractedAt"], new["recordedAt"], "{id}");
        assert_eq!(new["retractedAt"], Value::Null, "{id}");
    }
}
