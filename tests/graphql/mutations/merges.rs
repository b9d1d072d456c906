//! Merges: everything moves, old ids find the remaining entity, and undoing restores every record.

use guanxi::model::{AsOf, Record, Set, Timestamp, View};
use proptest::prelude::*;
use serde_json::json;

use super::Desk;

/// All current records, as values.
fn everything(desk: &Desk) -> Vec<Record> {
    let state = desk.store.state();
    let graph = state.graph();
    let mask = graph.mask(&View {
        as_of: AsOf::Ever,
        known_at: Timestamp::MAX,
        statuses: Set::all(),
        has_explicit_statuses: true,
    });
    let sources = graph.sources(&mask).map(|ix| Record::Source(graph.source(ix).record()));
    let entities = graph
        .entities(&mask)
        .map(|ix| Record::Entity(graph.entity(ix).record()));
    let relationships = graph.relationships(mask).map(|ix| {
        let mut relationship = graph.relationship(ix).record();
        relationship.recorded_at = Timestamp::UNIX_EPOCH;
        Record::Relationship(relationship)
    });
    sources.chain(entities).chain(relationships).collect()
}

#[test]
fn a_merge_moves_everything_to_the_remaining_entity() {
    let desk = Desk::new();
    let input = r#"{from: ["jingming-li"], into: "rebecca-lui"}"#;
    let merged = desk.done(
        "mergeEntities",
        input,
        "entity { id names { text } positions: relationships { totalCount } }",
    );
    assert_eq!(merged["entity"]["id"], "rebecca-lui");
    assert_eq!(merged["entity"]["names"], json!([{"text": "Jingming Li"}]));
    assert_eq!(merged["entity"]["positions"]["totalCount"], 2);
    let found = desk.ask(r#"{ entity(by: {id: "jingming-li"}) { id } node(id: "jingming-li") { id } }"#);
    assert_eq!(
        found,
        json!({"entity": {"id": "rebecca-lui"}, "node": {"id": "rebecca-lui"}})
    );
    // A write to the old id goes to the remaining entity.
    assert_eq!(
        desk.changed(
            "upsertEntities",
            r#"{entities: {id: "jingming-li", description: "both"}}"#
        ),
        ["UPDATED rebecca-lui 3"]
    );
}

#[test]
fn a_merge_moves_statements_and_retracts_relationships_between_the_merged() {
    let desk = Desk::new();
    let merged = desk.done(
        "mergeEntities",
        r#"{from: ["paypal-china"], into: "paypal"}"#,
        "retractedRelationships",
    );
    assert_eq!(
        merged["retractedRelationships"],
        json!(["rel:paypal:OWNS:paypal-china:1"])
    );
    let data = desk.ask(r#"{ entity(by: {id: "paypal"}) { statements { nodes { stance } } } }"#);
    assert_eq!(
        data["entity"]["statements"]["nodes"],
        json!([{"stance": "DECLINES_COMMENT"}])
    );
}

#[test]
fn a_repeated_merge_is_a_cycle_a_conflict_or_no_change() {
    let desk = Desk::new();
    desk.done("mergeEntities", r#"{from: ["gilt"], into: "saks"}"#, "");
    assert_eq!(
        desk.faults("mergeEntities", r#"{from: ["saks"], into: "gilt"}"#),
        ["CYCLE input.from.0"]
    );
    assert_eq!(
        desk.faults("mergeEntities", r#"{from: ["gilt"], into: "ashford"}"#),
        ["CONFLICT input.from.0"]
    );
    assert_eq!(
        desk.changed("mergeEntities", r#"{from: ["gilt"], into: "saks"}"#),
        [""; 0]
    );
    assert_eq!(
        desk.faults("retractEntities", r#"{ids: ["gilt"]}"#),
        ["NOT_FOUND input.ids.0"]
    );
    // A merge into an old id goes into the entity found by it.
    let next = desk.done("mergeEntities", r#"{from: ["ashford"], into: "gilt"}"#, "entity { id }");
    assert_eq!(next["entity"]["id"], "saks");
    let last = desk.done("mergeEntities", r#"{from: ["saks"], into: "iherb"}"#, "entity { id }");
    assert_eq!(last["entity"]["id"], "iherb");
    let found = desk.ask(r#"{ nodes(ids: ["gilt", "ashford", "saks"]) { id } }"#);
    assert_eq!(
        found["nodes"],
        json!([{"id": "iherb"}, {"id": "iherb"}, {"id": "iherb"}])
    );
}

#[test]
fn old_ids_refer_to_the_same_claims_after_a_merge() {
    let desk = Desk::new();
    let claim = |from: &str, to: &str| {
        format!(
            r#"{{relationships: {{kind: OWNS, from: {{id: "{from}"}}, to: {{id: "{to}"}}, evidence: {{sourceId: "cnet-2015"}}}}}}"#
        )
    };
    desk.done("assertRelationships", &claim("gilt", "ashford"), "");
    desk.done("mergeEntities", r#"{from: ["gilt"], into: "saks"}"#, "");
    assert_eq!(desk.changed("assertRelationships", &claim("gilt", "ashford")), [""; 0]);
    let faults = desk.faults("assertRelationships", &claim("gilt", "saks"));
    assert_eq!(faults, ["INVALID input.relationships.0.to"]);
}

#[test]
fn a_merge_cannot_be_undone_after_a_later_change() {
    let desk = Desk::new();
    let merge = desk.done("mergeEntities", r#"{from: ["gilt"], into: "saks"}"#, "merge");
    let undo = format!(r#"{{merge: {}}}"#, merge["merge"]);
    desk.done(
        "upsertEntities",
        r#"{entities: {id: "saks", description: "changed"}}"#,
        "",
    );
    let refused = desk.run("unmergeEntities", &undo, "");
    let fault = &refused["userErrors"][0];
    assert_eq!(
        (&fault["code"], &fault["candidates"]),
        (&json!("CONFLICT"), &json!(["saks"]))
    );
    assert_eq!(refused["changes"], json!([]));
}

#[test]
fn a_merge_is_undone_once() {
    let desk = Desk::new();
    let merge = desk.done("mergeEntities", r#"{from: ["gilt"], into: "saks"}"#, "merge");
    let undo = format!(r#"{{merge: {}}}"#, merge["merge"]);
    let undone = desk.done("unmergeEntities", &undo, "entities { id } relationships { id }");
    assert_eq!(undone["entities"], json!([{"id": "saks"}, {"id": "gilt"}]));
    assert_eq!(desk.faults("unmergeEntities", &undo), ["CONFLICT input.merge"]);
}

#[test]
fn a_merge_is_found_by_a_merged_entity_until_it_is_undone() {
    let desk = Desk::new();
    let undo = |id: &str| {
        let undone = desk.run("unmergeEntities", &format!(r#"{{merge: "{id}"}}"#), "");
        undone["userErrors"][0]["code"].as_str().unwrap_or_default().to_owned()
    };
    let describe = |id: &str| {
        let input = format!(r#"{{entities: {{id: "{id}", description: "changed again"}}}}"#);
        desk.done("upsertEntities", &input, "");
    };
    let merge = |from: &str, into: &str| {
        let input = format!(r#"{{from: ["{from}"], into: "{into}"}}"#);
        desk.done("mergeEntities", &input, "");
    };
    assert_eq!(undo("gilt"), "NOT_FOUND");
    merge("gilt", "saks");
    assert_eq!(undo("gilt"), "");
    // There are other commits before, between and after.
    for id in ["amazon", "ebay", "iherb"] {
        describe(id);
    }
    merge("gilt", "saks");
    merge("ashford", "macys");
    describe("paypal");
    for id in ["nobody", "saks", "source:cnet-2015", ""] {
        assert_eq!(undo(id), "NOT_FOUND", "{id}");
    }
    assert_eq!(undo("gilt"), "");
    assert_eq!(undo("gilt"), "NOT_FOUND");
    assert_eq!(undo("ashford"), "");
    let found = desk.ask(r#"{ nodes(ids: ["gilt", "saks", "ashford", "macys"]) { id } }"#);
    assert_eq!(
        found["nodes"],
        json!([{"id": "gilt"}, {"id": "saks"}, {"id": "ashford"}, {"id": "macys"}])
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn undoing_merges_in_reverse_restores_every_record(merges in prop::collection::vec((0usize..50, 0usize..50, 0usize..50), 1..4)) {
        let desk = Desk::new();
        let before = everything(&desk);
        let companies: Vec<String> = desk.ask("{ companies(first: 50) { nodes { id } } }")["companies"]["nodes"]
            .as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
        let company = |place: usize| &companies[place % companies.len()];
        let mut undo = Vec::new();
        for (one, other, into) in merges {
            let input = format!(r#"{{from: ["{}", "{}"], into: "{}"}}"#, company(one), company(other), company(into));
            let merged = desk.run("mergeEntities", &input, "merge");
            if merged["merge"].is_string() {
                undo.push((merged["merge"].clone(), input));
            }
        }
        for (merge, input) in undo.iter().rev() {
            desk.done("unmergeEntities", &format!("{{merge: {merge}}}"), "");
            prop_assert!(!input.is_empty());
        }
        prop_assert_eq!(everything(&desk), before);
    }
}
