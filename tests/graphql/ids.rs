//! Ids with a view, and keys of the data: nodes load by either, and every argument accepts both.

use serde_json::{Value, json};

use super::mutations::Desk;
use crate::harness::{BUNDLED, ask, ask_over, store_of};

const THEN: &str = r#"{asOf: "2014-11-28"}"#;

/// The ids and keys of nodes of every type through a view.
fn nodes_through(view: &str) -> Vec<(String, String)> {
    let query = format!(
        r#"{{ entities(first: 1000, view: {view}) {{ nodes {{ id key }} }}
             relationships(first: 1000, view: {view}) {{ nodes {{ id key evidence {{ id key }} }} }}
             sources(first: 1000, view: {view}) {{ nodes {{ id key }} }} }}"#
    );
    let data = ask(&query);
    let pair = |node: &Value| {
        let text = |field: &str| node[field].as_str().unwrap().to_owned();
        (text("id"), text("key"))
    };
    let list = |value: &Value| value["nodes"].as_array().unwrap().clone();
    let relationships = list(&data["relationships"]);
    let statements = relationships
        .iter()
        .flat_map(|relationship| relationship["evidence"].as_array().unwrap().clone());
    let nodes = list(&data["entities"])
        .into_iter()
        .chain(list(&data["sources"]))
        .chain(statements);
    nodes.chain(relationships.clone()).map(|node| pair(&node)).collect()
}

#[test]
fn an_id_carries_the_view_and_a_key_does_not() {
    for (view, suffix) in [
        ("{}", ""),
        ("{ever: false}", ""),
        (THEN, "?asOf=2014-11-28"),
        ("{ever: true}", "?ever=true"),
        (
            r#"{knownAt: "2026-11-24T01:00:00.500+01:00", asOf: "2014-11-28"}"#,
            "?asOf=2014-11-28&knownAt=2026-11-24T00:00:00.5Z",
        ),
        ("{statuses: [ACTIVE, REPORTED, ACTIVE]}", "?statuses=REPORTED,ACTIVE"),
    ] {
        let nodes = nodes_through(view);
        assert!(nodes.len() > 200, "{view}: {}", nodes.len());
        for (id, key) in &nodes {
            assert_eq!(*id, format!("{key}{suffix}"), "{view}");
        }
        let mut ids: Vec<&String> = nodes.iter().map(|(id, _)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), nodes.len(), "{view}: ids are unique among all nodes");
    }
}

#[test]
fn an_id_loads_the_node_through_the_same_view() {
    for view in [
        "{}",
        THEN,
        "{ever: true}",
        r#"{asOf: "2014-11-28", statuses: [REPORTED, ACTIVE]}"#,
    ] {
        let nodes = nodes_through(view);
        for some in nodes.chunks(900) {
            let ids: Vec<&String> = some.iter().map(|(id, _)| id).collect();
            let found = ask(&format!("{{ nodes(ids: {}) {{ id key __typename }} }}", json!(ids)));
            let found: Vec<&str> = found["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node["id"].as_str().unwrap_or("nothing"))
                .collect();
            assert_eq!(found, ids, "{view}");
        }
    }
    let owners = r#"... on Company { owners { nodes { id } } }"#;
    let data = ask(&format!(
        r#"{{ then: node(id: "paypal?asOf=2014-11-28") {{ {owners} }} later: node(id: "paypal?asOf=2016-11-28") {{ {owners} }}
             by: company(by: {{id: "paypal?asOf=2014-11-28"}}) {{ id owners {{ nodes {{ id }} }} }}
             asked: company(by: {{id: "paypal?asOf=2014-11-28"}}, view: {{asOf: "2016-11-28"}}) {{ id }}
             other: node(id: "paypal?asof=2014-11-28") {{ id }} }}"#
    ));
    let ebay = json!({"nodes": [{"id": "ebay?asOf=2014-11-28"}]});
    assert_eq!(
        (&data["then"]["owners"], &data["later"]["owners"]),
        (&ebay, &json!({"nodes": []}))
    );
    assert_eq!(
        (&data["by"]["owners"], &data["by"]["id"]),
        (&ebay, &json!("paypal?asOf=2014-11-28"))
    );
    assert_eq!(
        (&data["asked"]["id"], &data["other"]),
        (&json!("paypal?asOf=2016-11-28"), &Value::Null)
    );
}

#[test]
fn arguments_accept_ids_and_keys_and_ignore_the_view() {
    let with_view = |id: &str| format!("{id}?ever=true");
    let ask = |id: &dyn Fn(&str) -> String| {
        let (macys, paypal, ebay, source) = (id("macys"), id("paypal"), id("ebay"), id("source:cd-2014-11-27"));
        ask(&format!(
            r#"{{ paths(from: "{macys}", to: "{paypal}", view: {THEN}, filter: {{avoid: ["{ebay}"]}}) {{ outcome }}
                 neighborhood(of: ["{macys}"], view: {THEN}) {{ entities {{ entity {{ key }} }} }}
                 commonConnections(of: ["{macys}", "{paypal}"], depth: 3, view: {THEN}) {{ nodes {{ entity {{ key }} }} }}
                 entities(filter: {{id: ["{macys}"]}}) {{ nodes {{ key }} }}
                 relationships(view: {THEN}, filter: {{between: ["{ebay}", "{paypal}"], evidence: {{source: "{source}"}}}}) {{ totalCount }}
                 purchaseChannels(merchant: "{macys}", shopperIn: "CN", view: {THEN}) {{ missing }}
                 diff(of: ["{paypal}"], from: {THEN}, to: {{}}) {{ totalCount }}
                 changes(filter: {{entity: ["{macys}"]}}) {{ totalCount }} }}"#
        ))
    };
    assert_eq!(ask(&with_view), ask(&|id| id.to_owned()));
}

#[test]
fn changes_carry_the_views_of_their_moments_and_payloads_plain_ids() {
    let desk = Desk::new();
    let payload = desk.done(
        "upsertEntities",
        r#"{entities: {id: "macys?asOf=2014-11-28", description: "new"}}"#,
        "entities { id key description }",
    );
    assert_eq!(
        payload["entities"],
        json!([{"id": "macys", "key": "macys", "description": "new"}])
    );
    let node = "{ id key ... on Company { description } }";
    let change = &desk.ask(&format!(
        "{{ changes {{ nodes {{ recordedAt before {node} after {node} }} }} }}"
    ))["changes"]["nodes"][0];
    let (before, after) = (&change["before"], &change["after"]);
    assert_eq!((&before["key"], &after["key"]), (&json!("macys"), &json!("macys")));
    assert_eq!(
        after["id"],
        format!("macys?knownAt={}", change["recordedAt"].as_str().unwrap())
    );
    assert_ne!(before["id"], after["id"]);
    for node_then in [before, after] {
        let again = desk.ask(&format!("{{ node(id: {}) {node} }}", node_then["id"]));
        assert_eq!(again["node"], *node_then);
    }
}

#[test]
fn a_diff_carries_both_views() {
    let data = ask(
        r#"{ diff(of: ["paypal"], from: {asOf: "2014-11-28"}, to: {asOf: "2016-11-28"}, first: 1) {
             nodes { before { id } after { id } } } }"#,
    );
    let entry = &data["diff"]["nodes"][0];
    let ids = [&entry["before"]["id"], &entry["after"]["id"]];
    let ids: Vec<&str> = ids.iter().filter_map(|id| id.as_str()).collect();
    assert!(
        !ids.is_empty()
            && ids
                .iter()
                .all(|id| id.ends_with("?asOf=2014-11-28") || id.ends_with("?asOf=2016-11-28")),
        "{entry}"
    );
}

#[test]
fn statements_are_found_by_derived_and_by_explicit_ids() {
    let mut data = (*BUNDLED).clone();
    data.relationships[0].evidence[0].id = "a-statement/of its own".replace(' ', "-");
    let store = store_of(&data);
    let stated = ask_over(
        &store,
        r#"{ node(id: "a-statement/of-its-own?ever=true") { id ... on Evidence { relationship { key } } } }"#,
    );
    assert_eq!(
        stated["node"],
        json!({"id": "a-statement/of-its-own?ever=true", "relationship": {"key": data.relationships[0].id}})
    );
    // An id with many slashes costs few lookups of its prefixes.
    let slashes = "/".repeat(4_000);
    let many = ask_over(&store, &format!(r#"{{ node(id: "{slashes}") {{ id }} }}"#));
    assert_eq!(many, json!({"node": null}));
    let none = ask_over(&store, r#"{ a: node(id: "a/b/c") { id } b: node(id: "") { id } }"#);
    assert_eq!(none, json!({"a": null, "b": null}));
}
