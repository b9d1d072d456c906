//! Rejected mutations: each fault with its code and path, and no change.

use guanxi::{
    engine::{Limits, Request},
    schema::Api,
};
use serde_json::{Value, json};

use super::Desk;
use crate::harness::answer_over;

const SOURCE: &str = r#"source: {id: "memo", publisher: "Us", title: "Memo"}"#;

#[test]
fn every_fault_has_a_code_and_a_path() {
    let desk = Desk::new();
    desk.done(
        "upsertEntities",
        r#"{entities: [{id: "twin-1", kind: COMPANY, name: "Twin", identifiers: {scheme: "t", value: "1"}},
                       {id: "twin-2", kind: COMPANY, name: "Twin", identifiers: {scheme: "t", value: "2"}}]}"#,
        "",
    );
    let evidence = format!("evidence: {{{SOURCE}}}");
    let claim = |fields: &str| {
        format!(
            "{{relationships: {{kind: OWNS, from: {{id: \"alibaba\"}}, to: {{id: \"saks\"}}, {evidence}, {fields}}}}}"
        )
    };
    let owns = |ends: &str| format!("{{relationships: {{kind: OWNS, {ends}, {evidence}}}}}");
    let table: Vec<(&str, String, &[&str])> = vec![
        ("upsertSources", r#"{sources: {id: "new"}}"#.into(), &["REQUIRED input.sources.0.publisher", "REQUIRED input.sources.0.title"]),
        ("upsertSources", r#"{sources: {id: "a b", publisher: "P", title: "T"}}"#.into(), &["INVALID input.sources.0.id"]),
        ("upsertSources", r#"{sources: {id: "new", publisher: "P\u0007", title: " ", url: "ftp://x"}}"#.into(),
         &["INVALID input.sources.0.publisher", "INVALID input.sources.0.title", "INVALID input.sources.0.url"]),
        ("upsertSources", r#"{sources: [{id: "new", publisher: "P", title: "T"}, {id: "source:new", title: "U"}]}"#.into(), &["DUPLICATE input.sources.1"]),
        ("upsertEntities", r#"{entities: {id: "new", kind: COMPANY, name: "\u200B\uFEFF", names: {text: "\u2060"}}}"#.into(),
         &["INVALID input.entities.0.name", "INVALID input.entities.0.names.0.text"]),
        ("upsertEntities", r#"{entities: {id: "\u200D", kind: COMPANY, name: "X"}}"#.into(), &["INVALID input.entities.0.id"]),
        ("upsertEntities", r#"{entities: {kind: COMPANY, name: "No id"}}"#.into(), &["REQUIRED input.entities.0"]),
        ("upsertEntities", r#"{entities: {id: "new"}}"#.into(), &["REQUIRED input.entities.0.kind", "REQUIRED input.entities.0.name"]),
        ("upsertEntities", r#"{entities: {id: "rel:x", kind: COMPANY, name: "X"}}"#.into(), &["INVALID input.entities.0.id"]),
        ("upsertEntities", r#"{entities: {id: "source:x", kind: COMPANY, name: "X"}}"#.into(), &["INVALID input.entities.0.id"]),
        ("upsertEntities", r#"{entities: {id: "alibaba", kind: PERSON}}"#.into(), &["FIXED input.entities.0.kind"]),
        ("upsertEntities", r#"{entities: [{id: "alibaba", country: "China"}, {id: "ebay", startsOn: "2014"}]}"#.into(),
         &["INVALID input.entities.0.country", "INVALID input.entities.1.startsOn"]),
        ("upsertEntities", r#"{entities: {id: "ebay", founded: "2002", dissolved: "2001"}}"#.into(), &["DATES input.entities.0.dissolved"]),
        ("upsertEntities", r#"{entities: {id: "black-friday-2014", endsOn: "2013"}}"#.into(), &["DATES input.entities.0.endsOn"]),
        ("assertRelationships", r#"{relationships: {id: "rel:ebay:OWNS:paypal:2002", endedBy: "2016-01-01"}}"#.into(), &["DATES input.relationships.0.endedBy"]),
        ("assertRelationships", claim(r#"since: "2018", endedBy: "2017-01-15""#), &["DATES input.relationships.0.endedBy"]),
        ("assertRelationships", claim(r#"components: ["rel:nothing"]"#), &["NOT_FOUND input.relationships.0.components.0"]),
        ("assertRelationships", claim(r#"kind: SUPPLIES, interest: NOMINEE, directness: DIRECT"#).replacen("kind: OWNS, ", "", 1),
         &["INVALID input.relationships.0.interest", "INVALID input.relationships.0.directness"]),
        ("upsertEntities", r#"{entities: {id: "ebay", properties: [1]}}"#.into(), &["INVALID input.entities.0.properties"]),
        ("upsertEntities", r#"{entities: {id: "ebay", identifiers: {scheme: "lei", value: "5493001KJTIIGC8Y1R13"}}}"#.into(),
         &["INVALID input.entities.0.identifiers.0.value"]),
        ("upsertEntities", r#"{entities: {id: "ebay", identifiers: {scheme: "T", value: "1"}}}"#.into(), &["IDENTIFIER_TAKEN input.entities.0.identifiers"]),
        ("upsertEntities", r#"{entities: [{id: "n1", kind: PLACE, name: "N", identifiers: {scheme: "n", value: "1"}},
                                          {id: "n2", kind: PLACE, name: "N", identifiers: {scheme: "n", value: "1"}}]}"#.into(),
         &["IDENTIFIER_TAKEN input.entities.1.identifiers"]),
        ("upsertEntities", r#"{entities: [{id: "n1", kind: PLACE, name: "N", identifiers: {scheme: "n", value: "1"}},
                                          {id: "n2", kind: PLACE, name: "N", identifiers: {scheme: "n", value: "01"}}]}"#.into(),
         &["IDENTIFIER_TAKEN input.entities.1.identifiers"]),
        ("upsertEntities", r#"{entities: {id: "ebay", identifiers: {scheme: "T", value: "001"}}}"#.into(), &["IDENTIFIER_TAKEN input.entities.0.identifiers"]),
        ("upsertEntities", r#"{entities: {identifiers: [{scheme: "t", value: "1"}, {scheme: "t", value: "2"}]}}"#.into(), &["AMBIGUOUS input.entities.0.identifiers"]),
        ("upsertEntities", r#"{entities: {kind: COMPANY, name: "X", identifiers: {scheme: "rel", value: "1"}}}"#.into(), &["INVALID input.entities.0.identifiers"]),
        ("upsertEntities", r#"{entities: {id: "ebay", expectedVersion: 7}}"#.into(), &["CONFLICT input.entities.0.expectedVersion"]),
        ("assertRelationships", claim("share: {exact: 150}"), &["SHARE input.relationships.0.share"]),
        ("assertRelationships", claim("share: {}"), &["SHARE input.relationships.0.share"]),
        ("assertRelationships", claim("share: {exact: 5, text: \"5\"}"), &["SHARE input.relationships.0.share"]),
        ("assertRelationships", claim("since: \"2014\", until: \"2013\""), &["DATES input.relationships.0.until"]),
        ("assertRelationships", claim("capabilities: PAYMENT"), &["INVALID input.relationships.0.capabilities"]),
        ("assertRelationships", claim("amount: {value: -1, currency: \"USD\"}"), &["INVALID input.relationships.0.amount.value"]),
        ("assertRelationships", claim("amount: {value: 1, currency: \"usd\"}"), &["INVALID input.relationships.0.amount.currency"]),
        ("assertRelationships", claim("role: \"a\\nb\""), &["INVALID input.relationships.0.role"]),
        ("assertRelationships", claim("id: \"source:x\""), &["INVALID input.relationships.0.id"]),
        ("assertRelationships", claim("id: \"ebay\""), &["ID_TAKEN input.relationships.0"]),
        ("assertRelationships", claim("unknownReason: NO_LEI"), &["INVALID input.relationships.0.unknownReason"]),
        ("assertRelationships", owns(r#"from: {id: "nobody"}, to: {id: "saks"}"#), &["NOT_FOUND input.relationships.0.from"]),
        ("assertRelationships", owns(r#"from: {name: "Twin"}, to: {id: "saks"}"#), &["AMBIGUOUS input.relationships.0.from"]),
        ("assertRelationships", owns(r#"from: {id: "alibaba"}"#), &["REQUIRED input.relationships.0.unknownReason"]),
        ("assertRelationships", owns("unknownReason: NO_LEI"), &["REQUIRED input.relationships.0"]),
        ("assertRelationships", owns(r#"from: {id: "alibaba"}, unknownReason: NO_LEI"#), &["INVALID input.relationships.0.unknownReason"]),
        ("assertRelationships", "{relationships: {}}".into(), &["REQUIRED input.relationships.0.kind", "REQUIRED input.relationships.0.from"]),
        ("assertRelationships", r#"{relationships: {id: "new"}}"#.into(), &["REQUIRED input.relationships.0.kind", "REQUIRED input.relationships.0.from",]),
        ("assertRelationships", r#"{relationships: {kind: OWNS, from: {id: "alibaba"}, to: {id: "saks"}}}"#.into(), &["NO_EVIDENCE input.relationships.0.evidence"]),
        ("assertRelationships", r#"{relationships: {kind: PARTNERS_WITH, from: {id: "alibaba"}, to: {id: "saks"}, share: {exact: 1}, evidence: {sourceId: "nothing"}}}"#.into(),
         &["SHARE input.relationships.0.share", "NOT_FOUND input.relationships.0.evidence.0.sourceId"]),
        ("assertRelationships", r#"{relationships: {id: "rel:ebay:OWNS:paypal:2002", kind: CONTROLS, from: {id: "paypal"}, to: {id: "ebay"}}}"#.into(),
         &["FIXED input.relationships.0.kind", "FIXED input.relationships.0.from"]),
        ("addEvidence", r#"{evidence: {relationshipId: "nothing", statement: {sourceId: "cnet-2015"}}}"#.into(), &["NOT_FOUND input.evidence.0.relationshipId"]),
        ("addEvidence", r#"{evidence: {relationshipId: "rel:ebay:OWNS:paypal:2002", statement: {confidence: 2}}}"#.into(),
         &["REQUIRED input.evidence.0.statement.sourceId", "INVALID input.evidence.0.statement.confidence"]),
        ("endRelationships", r#"{ids: ["nothing", "rel:ebay:OWNS:paypal:2002"], until: "1999"}"#.into(), &["NOT_FOUND input.ids.0", "DATES input.ids.1"]),
        ("retractRelationships", r#"{ids: ["nothing"]}"#.into(), &["NOT_FOUND input.ids.0"]),
        ("retractRelationships", r#"{ids: ["rel:ebay:OWNS:paypal:2002"], expectedVersions: [3]}"#.into(), &["CONFLICT input.ids.0.expectedVersion"]),
        ("retractEntities", r#"{ids: ["nobody", "ebay"]}"#.into(), &["NOT_FOUND input.ids.0", "IN_USE input.ids.1"]),
        ("retractEntities", r#"{ids: ["joseph-tsai"], withRelationships: true}"#.into(), &["IN_USE input.ids.0"]),
        ("mergeEntities", r#"{from: ["nobody"], into: "ebay"}"#.into(), &["NOT_FOUND input.from.0"]),
        ("mergeEntities", r#"{from: ["ebay"], into: "nobody"}"#.into(), &["NOT_FOUND input.into"]),
        ("mergeEntities", r#"{from: ["ebay"], into: "ebay"}"#.into(), &["CYCLE input.from.0"]),
        ("mergeEntities", r#"{from: ["jack-ma"], into: "ebay"}"#.into(), &["FIXED input.from.0"]),
        ("unmergeEntities", r#"{merge: "merge:77"}"#.into(), &["NOT_FOUND input.merge"]),
        ("unmergeEntities", r#"{merge: "merge:1"}"#.into(), &["NOT_FOUND input.merge"]),
        ("upsertEntities", format!(r#"{{entities: [], reason: "{}"}}"#, "x".repeat(20_001)), &["INVALID input.reason"]),
        ("upsertEntities", r#"{entities: [], idempotencyKey: ""}"#.into(), &["INVALID input.idempotencyKey"]),
    ];
    for (verb, input, expected) in table {
        assert_eq!(desk.faults(verb, &input), expected, "{verb} {input}");
    }
}

#[test]
fn a_fault_lists_the_records_concerned() {
    let desk = Desk::new();
    let first = |verb: &str, input: &str| desk.run(verb, input, "")["userErrors"][0].clone();
    let conflict = first("upsertEntities", r#"{entities: {id: "ebay", expectedVersion: 0}}"#);
    assert_eq!(
        (&conflict["code"], &conflict["currentVersion"]),
        (&json!("CONFLICT"), &json!(1))
    );
    let missing = first(
        "upsertEntities",
        r#"{entities: {id: "no", kind: MARKET, name: "No", expectedVersion: 3}}"#,
    );
    assert_eq!(missing["currentVersion"], json!(0));
    let taken = first(
        "upsertEntities",
        r#"{entities: {id: "japan", identifiers: {scheme: "ISO3166-1", value: "CN"}}}"#,
    );
    assert_eq!(taken["candidates"], json!(["china"]));
    let used = first("retractEntities", r#"{ids: ["sydney"]}"#);
    assert_eq!(
        used["candidates"],
        json!(["rel:alibaba-sydney:LOCATED_IN:sydney:2014-11-25"])
    );
}

#[test]
fn one_fault_refuses_the_whole_batch() {
    let desk = Desk::new();
    let input = r#"{entities: [{id: "fine", kind: COMPANY, name: "Fine"}, {id: "ebay", kind: PLACE}]}"#;
    assert_eq!(desk.faults("upsertEntities", input), ["FIXED input.entities.1.kind"]);
    assert_eq!(desk.ask(r#"{ node(id: "fine") { id } }"#)["node"], Value::Null);
}

#[test]
fn the_first_hundred_faults_are_listed_with_the_number_of_further_ones() {
    let items: Vec<Value> = (0..150)
        .map(|number| json!({"id": format!("nobody-{number}")}))
        .collect();
    let query = "mutation($items: [EntityInput!]!) { upsertEntities(input: {entities: $items}) { userErrors { code } furtherUserErrors } }";
    let answer = Desk::new().answer(query, json!({"items": items}));
    let payload = &answer["data"]["upsertEntities"];
    assert_eq!(payload["userErrors"].as_array().unwrap().len(), 100);
    // Each lacks a kind and a name.
    assert_eq!(payload["furtherUserErrors"], json!(200));
}

#[test]
fn a_batch_over_the_limit_is_refused_before_anything() {
    let desk = Desk::new();
    let query = "mutation($ids: [ID!]!) { retractRelationships(input: {ids: $ids}) { cursor } }";
    for (count, setting) in [(1_001, "--changes-max"), (100_000, "--values-max")] {
        let ids: Vec<String> = (0..count).map(|number| format!("r{number}")).collect();
        let answer = desk.answer(query, json!({"ids": ids}));
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(
            (&extensions["code"], &extensions["setting"]),
            (&json!("LIMIT_EXCEEDED"), &json!(setting))
        );
        assert_eq!(desk.position(), 0);
    }
    // Independent of the other limits.
    let limits = Limits {
        values_max: u64::MAX,
        ..Limits::default()
    };
    let ids: Vec<String> = (0..100_000).map(|number| format!("r{number}")).collect();
    let mut request = Request::new("test", query);
    request.variables.insert("ids".to_owned(), json!(ids));
    let answer = serde_json::to_value(answer_over(&Api::new(limits).unwrap(), &desk.store, request)).unwrap();
    assert_eq!(
        answer["errors"][0]["extensions"]["measured"],
        json!(100_000),
        "{answer}"
    );
    assert_eq!(
        answer["errors"][0]["extensions"]["argument"],
        json!("Mutation.retractRelationships(input:)")
    );
}

#[test]
fn statements_count_as_items_of_the_batch() {
    let statements: Vec<Value> = (0..1_000).map(|_| json!({"sourceId": "cnet-2015"})).collect();
    let query = "mutation($evidence: [EvidenceInput!]!) { assertRelationships(input: {relationships: {id: \"rel:ebay:OWNS:paypal:2002\", evidence: $evidence}}) { cursor } }";
    let answer = Desk::new().answer(query, json!({"evidence": statements}));
    assert_eq!(
        answer["errors"][0]["extensions"]["setting"],
        json!("--changes-max"),
        "{answer}"
    );
}
