//! Facets and groups over the bundled graph, compared with counts over the listing itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{ask, refused};

const KEYS: [(&str, &str); 5] = [
    ("kind", "KIND"),
    ("country", "COUNTRY"),
    ("status", "STATUS"),
    ("year", "YEAR"),
    ("relationshipKind", "RELATIONSHIP_KIND"),
];

/// Every listing that has facets: its path, its query, and the type of its elements.
const LISTINGS: [(&str, &str, Element); 8] = [
    ("entities", "entities", Element::Entity),
    (
        "entities",
        r#"entities(filter: {country: {eq: "us"}}, view: {ever: true})"#,
        Element::Entity,
    ),
    (
        "companies",
        "companies(filter: {relationships: {some: {kinds: [OWNS]}}})",
        Element::Entity,
    ),
    ("people", r#"people(view: {asOf: "2014-11-28"})"#, Element::Entity),
    ("relationships", "relationships", Element::Relationship),
    (
        "relationships",
        r#"relationships(filter: {kinds: [OWNS, ACCEPTS]}, view: {asOf: "2014-11-28"})"#,
        Element::Relationship,
    ),
    (
        "relationships",
        r#"relationships(filter: {disputed: true}, view: {ever: true}, orderBy: [{field: KIND}])"#,
        Element::Relationship,
    ),
    (
        "company.relationships",
        r#"company(by: {id: "alibaba"}, view: {ever: true}) { relationships"#,
        Element::Relationship,
    ),
];

#[derive(Clone, Copy, PartialEq)]
enum Element {
    Entity,
    Relationship,
}

/// The connection of a listing with these arguments and selections.
fn connection(path: &str, listing: &str, page: &str, selection: &str) -> Value {
    let (listing, close) = match (listing.rsplit_once(')'), path.contains('.')) {
        (Some((head, tail)), true) => (format!("{head}){tail}({page})"), "}"),
        (Some((head, _)), false) => (format!("{head}, {page})"), ""),
        (None, _) => (format!("{listing}({page})"), ""),
    };
    let data = ask(&format!("{{ {listing} {{ {selection} }} {close} }}"));
    path.split('.').fold(data, |value, field| value[field].clone())
}

/// The values under which a node counts for each key.
fn values(node: &Value, element: Element, key: &str) -> Vec<Value> {
    let year = |date: &Value| date.as_str().map_or(Value::Null, |date| json!(date[..4]));
    let distinct = |mut values: Vec<Value>| {
        values.retain(|value| !value.is_null());
        values.sort_by_key(|value| value.as_str().unwrap().to_owned());
        values.dedup();
        if values.is_empty() { vec![Value::Null] } else { values }
    };
    match (element, key) {
        (_, "kind" | "status") | (Element::Entity, "country") => vec![node[key].clone()],
        (Element::Entity, "year") => vec![year(&node["founded"])],
        (Element::Relationship, "year") => vec![year(&node["since"])],
        (Element::Relationship, "country") => {
            distinct(vec![node["from"]["country"].clone(), node["to"]["country"].clone()])
        }
        (Element::Relationship, _) => vec![node["kind"].clone()],
        (Element::Entity, _) => {
            let around = node["relationships"]["nodes"].as_array().unwrap();
            distinct(around.iter().map(|relationship| relationship["kind"].clone()).collect())
        }
    }
}

/// Values with their counts: most frequent first, then by value, null last among equals.
fn count_values(values: impl Iterator<Item = Value>) -> Vec<(Value, usize)> {
    let mut counts: BTreeMap<(bool, String), usize> = BTreeMap::new();
    for value in values {
        *counts
            .entry((value.is_null(), value.as_str().unwrap_or_default().to_owned()))
            .or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| usize::MAX - count);
    let value = |(is_null, text): (bool, String)| if is_null { Value::Null } else { json!(text) };
    counts.into_iter().map(|(key, count)| (value(key), count)).collect()
}

fn read(list: &Value) -> Vec<(Value, usize)> {
    let count = |one: &Value| usize::try_from(one["count"].as_u64().unwrap()).unwrap();
    let list = list.as_array().unwrap();
    list.iter().map(|one| (one["value"].clone(), count(one))).collect()
}

#[test]
fn facets_and_groups_count_all_pages() {
    for (path, listing, element) in LISTINGS {
        let node = match element {
            Element::Entity => "kind country status founded relationships(first: 200) { nodes { kind } }",
            Element::Relationship => "kind status since from { country } to { country }",
        };
        let all = connection(path, listing, "first: 300", &format!("totalCount nodes {{ {node} }}"));
        let nodes = all["nodes"].as_array().unwrap();
        assert!((2..200).contains(&nodes.len()), "{listing}");
        let facets =
            KEYS.map(|(facet, key)| format!("{facet}(first: 1000) {{ value count }} d{facet}: distinct(key: {key})"));
        let selection = format!("totalCount nodes {{ id }} facets {{ {} }}", facets.join(" "));
        let short = connection(path, listing, "first: 1", &selection);
        assert_eq!(short["totalCount"], all["totalCount"], "{listing}");
        assert_eq!(short["nodes"].as_array().unwrap().len(), 1);
        for (facet, key) in KEYS {
            let expected = count_values(nodes.iter().flat_map(|node| values(node, element, facet)));
            assert_eq!(read(&short["facets"][facet]), expected, "{listing} by {facet}");
            assert_eq!(
                short["facets"][format!("d{facet}")],
                expected.len(),
                "{listing} by {facet}"
            );
            for (inner, inner_key) in KEYS.into_iter().filter(|(inner, _)| *inner != facet) {
                let selection = format!(
                    "groupBy(keys: [{key}, {inner_key}]) {{ key value count groups {{ key value count groups {{ key }} }} }}"
                );
                let grouped = connection(path, listing, "last: 1", &selection)["groupBy"].clone();
                assert_eq!(read(&grouped), expected, "{listing} by {facet}");
                for group in grouped.as_array().unwrap() {
                    assert_eq!(group["key"], key);
                    let inside = nodes
                        .iter()
                        .filter(|node| values(node, element, facet).contains(&group["value"]));
                    let expected = count_values(inside.flat_map(|node| values(node, element, inner)));
                    assert_eq!(read(&group["groups"]), expected, "{listing} by {facet}, {inner}");
                    let innermost = &group["groups"][0];
                    assert_eq!(
                        (&innermost["key"], &innermost["groups"]),
                        (&json!(inner_key), &json!([]))
                    );
                }
            }
        }
    }
}

#[test]
fn a_facet_has_the_most_frequent_values_and_their_number() {
    let data = ask("{ entities { facets { kind(first: 2) { value count } distinct(key: KIND) } } }");
    assert_eq!(
        data["entities"]["facets"],
        json!({"kind": [{"value": "COMPANY", "count": 47}, {"value": "PERSON", "count": 7}], "distinct": 6})
    );
}

#[test]
fn facets_use_the_view_of_their_listing() {
    let kinds = |view: &str| {
        let query = format!(
            r#"{{ entities(filter: {{id: ["black-friday-2014"]}}, view: {{{view}}}) {{ facets {{ relationshipKind {{ value count }} }} }} }}"#
        );
        ask(&query)["entities"]["facets"]["relationshipKind"].clone()
    };
    let one = |value: Value| json!({"value": value, "count": 1});
    assert_eq!(
        kinds(r#"asOf: "2014-11-28""#),
        json!([one(json!("OPERATES")), one(json!("PARTICIPATES_IN"))])
    );
    assert_eq!(kinds(r#"asOf: "2014-11-29""#), json!([one(Value::Null)]));
}

#[test]
fn an_empty_listing_has_no_values() {
    let data = ask(
        r#"{ companies(filter: {id: ["nobody"]}) { facets { kind { value } distinct(key: YEAR) } groupBy(keys: [KIND]) { count } } }"#,
    );
    assert_eq!(
        data["companies"],
        json!({"facets": {"kind": [], "distinct": 0}, "groupBy": []})
    );
}

#[test]
fn invalid_keys_and_sizes_are_refused() {
    for (query, argument, advice) in [
        (
            "{ companies { groupBy(keys: []) { count } } }",
            "CompanyConnection.groupBy(keys:)",
            "use one key",
        ),
        (
            "{ relationships { groupBy(keys: [KIND, STATUS, YEAR]) { count } } }",
            "RelationshipConnection.groupBy(keys:)",
            "at most 2",
        ),
        (
            "{ entities { groupBy(keys: [YEAR, YEAR]) { count } } }",
            "EntityConnection.groupBy(keys:)",
            "YEAR is repeated",
        ),
        (
            "{ entities { facets { year(first: 0) { count } } } }",
            "Facets.year(first:)",
            "1 to 1000",
        ),
        (
            "{ entities { facets { kind(first: 1001) { count } } } }",
            "Facets.kind(first:)",
            "1 to 1000",
        ),
    ] {
        let (code, place, message) = refused(query);
        assert_eq!((code.as_str(), place.as_str()), ("BAD_USER_INPUT", argument), "{query}");
        assert!(message.contains(advice), "{message}");
    }
}
