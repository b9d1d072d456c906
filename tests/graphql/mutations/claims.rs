//! Relationships and their evidence: asserted, ended, retracted.

use serde_json::json;

use super::Desk;

const PAYPAL: &str = "rel:ebay:OWNS:paypal:2002";

#[test]
fn a_new_claim_gets_the_derived_id_and_asserting_it_again_changes_nothing() {
    let desk = Desk::new();
    let input = r#"{relationships: {kind: OWNS, from: {id: "fedex"}, to: {name: "iherb"}, since: "2015", share: {text: ">50..100"},
        evidence: [{source: {id: "memo", publisher: "Us", title: "Memo"}, summary: "bought"}, {sourceId: "memo", summary: "more"}]}}"#;
    let changed = desk.changed("assertRelationships", input);
    assert_eq!(
        changed,
        ["CREATED source:memo 1", "CREATED rel:fedex:OWNS:iherb:2015 1"]
    );
    let fields = "relationships { sentence evidence { id: key summary } }";
    let again = desk.done("assertRelationships", input, fields);
    assert_eq!(again["changes"], json!([]));
    let evidence = &again["relationships"][0]["evidence"];
    assert_eq!(
        *evidence,
        json!([
            {"id": "rel:fedex:OWNS:iherb:2015/memo", "summary": "bought"},
            {"id": "rel:fedex:OWNS:iherb:2015/memo/2", "summary": "more"},
        ])
    );
}

#[test]
fn a_symmetric_relationship_is_one_claim_in_either_order() {
    let desk = Desk::new();
    let partners = |from: &str, to: &str| {
        format!(
            r#"{{relationships: {{kind: PARTNERS_WITH, from: {{id: "{from}"}}, to: {{id: "{to}"}}, evidence: {{sourceId: "cnet-2015"}}}}}}"#
        )
    };
    assert_eq!(
        desk.changed("assertRelationships", &partners("saks", "gilt")),
        ["CREATED rel:gilt:PARTNERS_WITH:saks:1 1"]
    );
    assert_eq!(desk.changed("assertRelationships", &partners("gilt", "saks")), [""; 0]);
}

#[test]
fn an_unknown_end_is_a_claim_with_a_reason() {
    let desk = Desk::new();
    let input = r#"{relationships: {kind: CONTROLS, to: {id: "saks"}, unknownReason: NATURAL_PERSONS, share: {min: 50, minInclusive: false}, evidence: {sourceId: "cnet-2015"}}}"#;
    let fields = "relationships { id: key unknownEnd { end reason } share { text of } }";
    let new = desk.done("assertRelationships", input, fields);
    let expected = json!([{"id": "rel::CONTROLS:saks:1", "unknownEnd": {"end": "FROM", "reason": "NATURAL_PERSONS"}, "share": {"text": ">50..100", "of": "VOTES"}}]);
    assert_eq!(new["relationships"], expected);
}

#[test]
fn interests_have_a_type_a_directness_and_components() {
    let desk = Desk::new();
    let evidence = r#"evidence: {sourceId: "cnet-2015"}"#;
    let direct = format!(
        r#"kind: OWNS, from: {{id: "gilt"}}, to: {{id: "saks"}}, share: {{exact: 60}}, interest: SHAREHOLDING, {evidence}"#
    );
    let indirect = format!(
        r#"kind: CONTROLS, from: {{id: "fedex"}}, to: {{id: "saks"}}, interest: VOTING_RIGHTS, directness: INDIRECT,
           components: ["rel:gilt:OWNS:saks:1"], endedBy: "2017-01-15", {evidence}"#
    );
    let input = format!("{{relationships: [{{{direct}}}, {{{indirect}}}]}}");
    let fields = r#"relationships { interest directness components { id: key } until endedBy then: held(on: "2016-01-01") now: held(on: "2017-01-15") }"#;
    let done = desk.done("assertRelationships", &input, fields);
    assert_eq!(
        done["relationships"],
        json!([
            {"interest": "SHAREHOLDING", "directness": "UNKNOWN", "components": [], "until": null, "endedBy": null, "then": "MAYBE",
             "now": "MAYBE"},
            {"interest": "VOTING_RIGHTS", "directness": "INDIRECT", "components": [{"id": "rel:gilt:OWNS:saks:1"}], "until": null,
             "endedBy": "2017-01-15", "then": "MAYBE", "now": "NO"},
        ])
    );
    let found = |filter: &str| {
        let answer = desk.ask(&format!(
            "{{ relationships(filter: {{{filter}}}, view: {{ever: true}}) {{ nodes {{ id: key }} }} }}"
        ));
        answer["relationships"]["nodes"].clone()
    };
    assert_eq!(
        found("interest: [SHAREHOLDING, NOMINEE]"),
        json!([{"id": "rel:gilt:OWNS:saks:1"}])
    );
    assert_eq!(
        found("directness: INDIRECT"),
        json!([{"id": "rel:fedex:CONTROLS:saks:1"}])
    );
    assert_eq!(found("directness: DIRECT"), json!([]));
    // A date on which it ended takes the place of one by which it was over.
    let ended = r#"{relationships: {id: "rel:fedex:CONTROLS:saks:1", until: "2016", directness: null}}"#;
    let done = desk.done(
        "assertRelationships",
        ended,
        "relationships { directness until endedBy }",
    );
    assert_eq!(
        done["relationships"],
        json!([{"directness": "UNKNOWN", "until": "2016", "endedBy": null}])
    );
}

#[test]
fn an_update_preserves_omitted_fields_and_all_evidence() {
    let desk = Desk::new();
    let before = desk.ask(&format!(
        r#"{{ node(id: "{PAYPAL}") {{ ... on Relationship {{ evidence {{ id: key }} }} }} }}"#
    ));
    let input = format!(
        r#"{{relationships: {{id: "{PAYPAL}", role: "parent", share: null, evidence: {{sourceId: "cnet-2015", summary: "again"}}}}}}"#
    );
    let after = desk.done(
        "assertRelationships",
        &input,
        "relationships { role share { text } since until evidence { id: key } version }",
    );
    let after = &after["relationships"][0];
    assert_eq!(
        (&after["role"], &after["share"], &after["until"]),
        (&json!("parent"), &json!(null), &json!("2015-07-17"))
    );
    assert_eq!(after["version"], json!(2));
    let count = |value: &serde_json::Value| value["evidence"].as_array().unwrap().len();
    assert_eq!(count(after), count(&before["node"]) + 1);
}

#[test]
fn evidence_is_added_and_a_statement_with_an_existing_id_is_overwritten() {
    let desk = Desk::new();
    let statement = |summary: &str| {
        format!(
            r#"{{relationshipId: "{PAYPAL}", statement: {{id: "mine", sourceId: "cnet-2015", stance: CONTRADICTS, summary: "{summary}"}}}}"#
        )
    };
    let input = format!("{{evidence: [{}, {}]}}", statement("one"), statement("two"));
    let added = desk.done(
        "addEvidence",
        &input,
        "relationships { disputed evidence { id: key summary } }",
    );
    assert_eq!(
        added["changes"].as_array().unwrap().len(),
        1,
        "one next version for both"
    );
    let relationship = &added["relationships"][0];
    assert_eq!(relationship["disputed"], json!(true));
    let mine = json!({"id": "mine", "summary": "two"});
    assert_eq!(
        relationship["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|statement| **statement == mine)
            .count(),
        1
    );
}

#[test]
fn a_claim_is_ended_and_retracted() {
    let desk = Desk::new();
    let id = "rel:hudsons-bay:OWNS:saks:2013";
    let ended = desk.done(
        "endRelationships",
        &format!(r#"{{ids: ["{id}"], until: "2024-12-23", expectedVersions: [1]}}"#),
        "relationships { until }",
    );
    assert_eq!(ended["relationships"], json!([{"until": "2024-12-23"}]));
    let retracted = desk.done(
        "retractRelationships",
        &format!(r#"{{ids: ["{id}"], expectedVersions: [2]}}"#),
        "retractedRelationships recordedAt",
    );
    assert_eq!(retracted["retractedRelationships"], json!([id]));
    assert_eq!(
        desk.ask(&format!(r#"{{ node(id: "{id}") {{ id: key }} }}"#))["node"],
        json!(null)
    );
    // It can be claimed again, and goes on counting.
    let again = format!(
        r#"{{relationships: {{id: "{id}", kind: OWNS, from: {{id: "hudsons-bay"}}, to: {{id: "saks"}}, evidence: {{sourceId: "cnet-2015"}}, expectedVersion: 0}}}}"#
    );
    assert_eq!(desk.changed("assertRelationships", &again), [format!("CREATED {id} 3")]);
}

#[test]
fn an_entity_is_retracted_with_its_relationships_on_request() {
    let desk = Desk::new();
    let input = r#"{ids: ["hudsons-bay"], withRelationships: true}"#;
    let taken = desk.done("retractEntities", input, "retractedEntities retractedRelationships");
    assert_eq!(taken["retractedEntities"], json!(["hudsons-bay"]));
    assert!(
        taken["retractedRelationships"].as_array().unwrap().len() >= 4,
        "{taken}"
    );
    let answer = desk
        .ask(r#"{ entity(by: {id: "hudsons-bay"}) { id: key } company(by: {id: "saks"}) { owners { totalCount } } }"#);
    assert_eq!(
        answer,
        json!({"entity": null, "company": {"owners": {"totalCount": 0}}})
    );
}
