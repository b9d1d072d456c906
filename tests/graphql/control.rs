//! Control, as clients query it.

use guanxi::engine::Request;
use serde_json::{Value, json};

use crate::harness::{answer_over_dataset, ask_over, sketch::sketch, store_of};

/// The answer to `selection` on the entity `id` of a drawing.
fn ask(drawing: &str, id: &str, selection: &str) -> Value {
    let fields = format!("... on Company {{ {selection} }} ... on Organization {{ {selection} }}");
    let query = format!(r#"{{ entity(by: {{id: "{id}"}}) {{ {fields} }} }}"#);
    ask_over(&store_of(&sketch(drawing)), &query)["entity"].clone()
}

/// Neighbor and claim of every edge: `B r1, C r2`.
fn edges(connection: &Value) -> String {
    let edges = connection["edges"].as_array().unwrap().iter();
    let text = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let edges = edges.map(|edge| format!("{} {}", text(&edge["node"]), text(&edge["relationship"])));
    edges.collect::<Vec<_>>().join(", ")
}

const JOINT: &str = "@Ann -60-> P; P -100-> S1 -30-> T; P -100-> S2 -31-> T; T -consolidates-> U";

#[test]
fn subsidiaries_are_paged_and_filtered_by_their_decisive_claim() {
    let page = |args: &str| {
        let selection = format!(
            "subsidiaries({args}) {{ edges {{ node {{ id }} relationship {{ id }} }} totalCount pageInfo {{ endCursor }} }}"
        );
        ask(JOINT, "P", &selection)["subsidiaries"].clone()
    };
    let whole = page("first: 10");
    assert_eq!(edges(&whole), "S1 r2, S2 r4, T r5, U r6");
    assert_eq!(whole["totalCount"], 4);
    let start = page("first: 2");
    assert_eq!(
        (edges(&start).as_str(), &start["totalCount"]),
        ("S1 r2, S2 r4", &json!(4))
    );
    let rest = page(&format!("after: {}", start["pageInfo"]["endCursor"]));
    assert_eq!(edges(&rest), "T r5, U r6");
    assert_eq!(edges(&page("filter: {shareAtLeast: 50}")), "S1 r2, S2 r4");
    assert_eq!(edges(&page(r#"filter: {neighbor: {id: ["T"]}}"#)), "T r5");
    assert_eq!(
        edges(&page("orderBy: {field: SHARE, direction: DESC}")),
        "S1 r2, S2 r4, T r5, U r6"
    );
    assert_eq!(
        edges(&page("orderBy: {field: NEIGHBOR_NAME, direction: DESC}")),
        "U r6, T r5, S2 r4, S1 r2"
    );
}

#[test]
fn a_person_can_have_subsidiaries() {
    let query = r#"{ person(by: {id: "@Ann"}) { subsidiaries { nodes { id } } } }"#;
    let answer = ask_over(&store_of(&sketch(JOINT)), query);
    let ids = json!([{"id": "P"}, {"id": "S1"}, {"id": "S2"}, {"id": "T"}, {"id": "U"}]);
    assert_eq!(answer["person"]["subsidiaries"]["nodes"], ids);
}

#[test]
fn controllers_include_indirect_ones_with_the_claim_on_the_company() {
    let selection = "edges { node { id kind } relationship { id } } undisclosed { id } totalCount";
    let controllers = |drawing: &str, id: &str, args: &str| {
        ask(drawing, id, &format!("controllers{args} {{ {selection} }}"))["controllers"].clone()
    };
    let above = controllers(JOINT, "U", "");
    assert_eq!(
        (edges(&above).as_str(), &above["totalCount"]),
        ("@Ann r6, P r6, T r6", &json!(3))
    );
    // The controller is the neighbor in the filter, even if another entity holds the claim.
    let people = controllers(
        JOINT,
        "U",
        "(filter: {neighbor: {kind: [PERSON]}, direction: INCOMING})",
    );
    assert_eq!(edges(&people), "@Ann r6");
    let first = controllers(JOINT, "U", "(first: 1)");
    assert_eq!(edges(&first), "@Ann r6");
    let hidden = controllers("@?who -controls-> A; B -60-> A; ? -consolidates-> A", "A", "");
    assert_eq!(edges(&hidden), "B r2");
    assert_eq!(hidden["undisclosed"], json!([{"id": "r1"}, {"id": "r3"}]));
}

#[test]
fn the_rule_states_why_there_is_no_ultimate_parent() {
    let group = |drawing: &str, id: &str| {
        let answer = ask(
            drawing,
            id,
            "ultimateParent { id } corporateGroup { parent { id } derivedFrom { rule relationships { id } } }",
        );
        assert_eq!(answer["ultimateParent"], Value::Null, "{drawing}");
        assert_eq!(answer["corporateGroup"]["parent"]["id"], id);
        answer["corporateGroup"]["derivedFrom"].clone()
    };
    let several = group("A -controls-> D; B -consolidates-> D; #?u -60-> D", "D");
    let rule = several["rule"].as_str().unwrap();
    assert!(
        rule.ends_with("the group is the entity's own: A, B, a party that is not disclosed."),
        "{rule}"
    );
    assert_eq!(
        several["relationships"],
        json!([{"id": "r1"}, {"id": "r2"}, {"id": "r3"}])
    );
    let hidden = group("#?u -60-> D", "D");
    let rule = hidden["rule"].as_str().unwrap();
    assert!(rule.contains("is not disclosed"), "{rule}");
    let alone = group("A -40-> D", "D");
    let rule = alone["rule"].as_str().unwrap();
    assert!(rule.ends_with("A person cannot be controlled."), "{rule}");
}

#[test]
fn an_organization_has_owners_controllers_and_a_group() {
    let answer = ask(
        "@p -51-> $Corps -51-> Alder",
        "$Corps",
        "ultimateOwners { owners { owner { id } share { text } } } ultimateParent { id } subsidiaries { nodes { id } } \
         corporateGroup { members { nodes { id } } }",
    );
    assert_eq!(
        answer,
        json!({
            "ultimateOwners": {"owners": [{"owner": {"id": "@p"}, "share": {"text": "51"}}]},
            "ultimateParent": {"id": "@p"},
            "subsidiaries": {"nodes": [{"id": "Alder"}]},
            "corporateGroup": {"members": {"nodes": [{"id": "$Corps"}, {"id": "Alder"}]}},
        })
    );
    let both = ask(
        "$A -50-> C; @p -50-> $A; @p -10..100-> C",
        "$A",
        "ultimateOwners { owners { owner { id } } }",
    );
    assert_eq!(both["ultimateOwners"]["owners"], json!([{"owner": {"id": "@p"}}]));
}

#[test]
fn errors_name_the_kind_of_the_entity() {
    let query = r#"{ organization(by: {id: "$A"}) { FIELD { __typename } } }"#;
    for (field, argument) in [
        (
            "ultimateOwners(threshold: -1)",
            "Organization.ultimateOwners(threshold:)",
        ),
        ("subsidiaries(first: -1)", "Organization.subsidiaries(first:)"),
        ("controllers(after: \"x\")", "Organization.controllers(after:)"),
    ] {
        let request = Request::new("test", query.replace("FIELD", field));
        let answer = answer_over_dataset(&sketch("$A -60-> B"), request);
        assert_eq!(answer["errors"][0]["extensions"]["argument"], argument, "{answer}");
    }
}
