//! Filters and orders, against what a naive reading of the data gives.

use guanxi::model::{Ends, EntityKind, RelationshipKind};
use serde_json::Value;

use crate::harness::{BUNDLED, ask, refused};

fn ids(connection: &Value) -> Vec<String> {
    let nodes = connection["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The ids that `entities` lists under a filter.
fn entities(filter: &str) -> Vec<String> {
    ids(&ask(&format!(
        "{{ entities(first: 1000, filter: {filter}) {{ nodes {{ id }} }} }}"
    ))["entities"])
}

/// The ids that `relationships` lists under a filter, of all that ever held.
fn relationships(filter: &str) -> Vec<String> {
    let query =
        format!("{{ relationships(first: 1000, view: {{ever: true}}, filter: {filter}) {{ nodes {{ id }} }} }}");
    ids(&ask(&query)["relationships"])
}

#[test]
fn entities_are_filtered_by_what_they_are() {
    let people = |entity: &&guanxi::model::Entity| entity.kind == EntityKind::Person;
    let mut expected: Vec<String> = BUNDLED
        .entities
        .iter()
        .filter(people)
        .map(|entity| entity.id.clone())
        .collect();
    expected.sort();
    assert_eq!(entities("{kind: PERSON}"), expected);
    assert_eq!(entities(r#"{name: {contains: "宝"}}"#), ["alipay", "paypal"]);
    assert_eq!(
        entities(r#"{name: {startsWith: "ALIBABA", endsWith: "group"}}"#),
        ["alibaba"]
    );
    assert_eq!(entities(r#"{name: {in: ["apple", "IDC"]}}"#), ["apple", "idc"]);
    assert_eq!(entities(r#"{country: {eq: "jp"}, kind: [COMPANY]}"#), ["softbank"]);
    assert_eq!(
        entities(r#"{identifier: {scheme: "ISO3166-1", value: ["CN", "AU"]}}"#),
        ["australia", "china"]
    );
    assert_eq!(entities(r#"{id: ["apple", "nobody"]}"#), ["apple"]);
    assert_eq!(
        entities(r#"{or: [{id: "apple"}, {kind: EVENT}]}"#),
        ["apple", "black-friday-2014"]
    );
    assert_eq!(
        entities(r#"{kind: PLACE, not: {identifier: {scheme: "iso3166-1"}}}"#),
        ["melbourne", "sydney"]
    );
    assert_eq!(entities("{or: []}"), [""; 0], "an empty or does not hold");
    assert_eq!(entities("{and: []}").len(), 67, "an empty and holds");
    assert_eq!(entities("{founded: {stated: true}}"), [""; 0]);
}

#[test]
fn relationships_are_filtered_by_what_they_claim() {
    let naive = |fits: &dyn Fn(&guanxi::model::Relationship) -> bool| {
        let mut ids: Vec<String> = BUNDLED
            .relationships
            .iter()
            .filter(|relationship| fits(relationship))
            .map(|relationship| relationship.id.clone())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(
        relationships("{kinds: [OWNS]}"),
        naive(&|one| one.kind == RelationshipKind::Owns)
    );
    assert_eq!(
        relationships("{categories: [OWNERSHIP], shareAtLeast: 50}"),
        naive(&|one| one.kind == RelationshipKind::Owns && one.share.is_some_and(|share| share.range.min >= 50.0))
    );
    assert_eq!(
        relationships(r#"{since: {gte: "2014", lt: "2015"}}"#),
        naive(&|one| one
            .validity
            .since()
            .is_some_and(|since| since.to_string().starts_with("2014")))
    );
    assert_eq!(
        relationships("{until: {stated: true}}"),
        naive(&|one| one.validity.until().is_some())
    );
    assert_eq!(
        relationships(r#"{evidence: {speaker: "jiang-jialin", stance: ASSESSES}}"#),
        naive(&|one| one
            .evidence
            .iter()
            .any(|statement| statement.speaker.as_deref() == Some("jiang-jialin")))
    );
    assert_eq!(
        relationships(r#"{evidence: {source: "source:bbg-2014-11-15", stance: [CONTRADICTS]}}"#),
        ["rel:alibaba:OWNS:alipay:1"]
    );
    assert_eq!(
        relationships("{disputed: true}"),
        ["rel:alibaba:OWNS:alipay:1", "rel:alibaba:OWNS:shoprunner:2013-08"]
    );
    let touches = |one: &guanxi::model::Relationship, id: &str| matches!(&one.ends, Ends::Known { from, to } if from == id || to == id);
    assert_eq!(
        relationships(r#"{or: [{from: {id: "cainiao"}}, {to: {id: "cainiao"}}]}"#),
        naive(&|one| touches(one, "cainiao"))
    );
    assert_eq!(
        relationships(r#"{between: ["alibaba", "cainiao", "jack-ma"], not: {kinds: [OWNS]}}"#),
        ["rel:jack-ma:OFFICER_OF:alibaba:1"]
    );
}

#[test]
fn symmetric_kinds_are_found_from_both_ends_and_fit_every_direction() {
    let competitors = |id: &str, direction: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "{id}"}}) {{ competitors(filter: {{direction: {direction}}}) {{ nodes {{ id }} }} }} }}"#
        );
        ids(&ask(&query)["company"]["competitors"])
    };
    for direction in ["BOTH", "OUTGOING", "INCOMING"] {
        assert_eq!(competitors("amazon", direction), ["alibaba"], "{direction}");
        assert_eq!(competitors("alibaba", direction), ["amazon"], "{direction}");
    }
}

#[test]
fn a_direction_is_seen_from_the_entity() {
    let neighbors = |direction: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "alipay"}}) {{ neighbors(filter: {{kinds: [OWNS], direction: {direction}}}) {{ nodes {{ id }} }} }} }}"#
        );
        ids(&ask(&query)["company"]["neighbors"])
    };
    assert_eq!(neighbors("OUTGOING"), ["alipay-us"]);
    assert_eq!(neighbors("INCOMING"), ["alibaba", "ant"]);
    assert_eq!(neighbors("BOTH"), ["alibaba", "alipay-us", "ant"]);
}

#[test]
fn orders_put_what_is_missing_last_and_end_ties_by_id() {
    let owners = |order: &str| {
        let query = format!(
            r#"{{ company(by: {{id: "cainiao"}}, view: {{asOf: "2014-11-28"}}) {{ owners(orderBy: {order}) {{ nodes {{ id }} }} }} }}"#
        );
        ids(&ask(&query)["company"]["owners"])
    };
    let unknown = [
        "fosun",
        "intime",
        "sf-express",
        "sto-express",
        "yto-express",
        "yunda-express",
        "zto-express",
    ];
    for direction in ["ASC", "DESC"] {
        let by_share = owners(&format!("[{{field: SHARE, direction: {direction}}}]"));
        assert_eq!(by_share[0], "alibaba", "{direction}");
        assert_eq!(by_share[1..], unknown, "{direction}");
    }
    let by_name = owners("[{field: NEIGHBOR_NAME, direction: DESC}]");
    assert_eq!(by_name.first().unwrap(), "zto-express");
    assert_eq!(by_name.last().unwrap(), "alibaba");
}

#[test]
fn what_needs_an_entity_to_be_seen_from_is_refused_at_the_root() {
    for (arguments, argument) in [
        ("filter: {direction: OUTGOING}", "filter"),
        (r#"filter: {and: [{neighbor: {id: "alibaba"}}]}"#, "filter"),
        ("filter: {shareAtLeast: 101}", "filter"),
        ("orderBy: [{field: NEIGHBOR_NAME}]", "orderBy"),
    ] {
        let (code, place, _) = refused(&format!("{{ relationships({arguments}) {{ nodes {{ id }} }} }}"));
        assert_eq!(
            (code.as_str(), place),
            ("BAD_USER_INPUT", format!("Query.relationships({argument}:)")),
            "{arguments}"
        );
    }
}
