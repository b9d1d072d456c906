//! Sources and entities: given fields replace, omitted ones stay, null clears.

use serde_json::json;

use super::Desk;

#[test]
fn given_fields_replace_omitted_ones_stay_and_null_clears() {
    let desk = Desk::new();
    let fields = "entities { id name description country founded status version names { text kind } }";
    let input = r#"{entities: {id: "n", kind: COMPANY, name: " N ", description: "one", country: "CN", founded: "2001", status: ACTIVE, names: {text: "Nn"}}}"#;
    let new = desk.done("upsertEntities", input, fields);
    let expected = json!([{"id": "n", "name": "N", "description": "one", "country": "CN", "founded": "2001", "status": "ACTIVE", "version": 1, "names": [{"text": "Nn", "kind": "ALIAS"}]}]);
    assert_eq!(new["entities"], expected);
    let next = desk.done(
        "upsertEntities",
        r#"{entities: {id: "n", description: "two", founded: null, status: null, names: []}}"#,
        fields,
    );
    let expected = json!([{"id": "n", "name": "N", "description": "two", "country": "CN", "founded": null, "status": "UNKNOWN", "version": 2, "names": []}]);
    assert_eq!(next["entities"], expected);
}

#[test]
fn an_omitted_variable_keeps_its_field_and_null_clears_it() {
    let desk = Desk::new();
    let query = r#"mutation ($description: String, $country: String) {
        upsertEntities(input: {entities: {id: "ebay", description: $description, country: $country}}) { entities { description country } }
    }"#;
    let update = |variables| desk.answer(query, variables)["data"]["upsertEntities"]["entities"][0].clone();
    let both = json!({"description": "one", "country": "US"});
    assert_eq!(update(both.clone()), both);
    assert_eq!(update(json!({})), both);
    assert_eq!(
        update(json!({"description": null})),
        json!({"description": null, "country": "US"})
    );
}

#[test]
fn an_update_without_a_difference_makes_no_version() {
    let desk = Desk::new();
    let input =
        r#"{entities: [{id: "ebay", name: "eBay"}, {id: "paypal", country: "US"}, {id: "apple", description: null}]}"#;
    let changed = desk.done("upsertEntities", input, "entities { id version }");
    assert_eq!(
        changed["entities"].as_array().unwrap().len(),
        3,
        "unchanged ones are answered as well"
    );
    let again = desk.done("upsertEntities", input, "entities { id } cursor recordedAt");
    assert_eq!(
        (&again["changes"], &again["cursor"], &again["recordedAt"]),
        (&json!([]), &json!(null), &json!(null))
    );
    assert_eq!(again["entities"].as_array().unwrap().len(), 3);
}

#[test]
fn an_entity_is_updated_by_any_of_its_identifiers() {
    let desk = Desk::new();
    let lei = r#"{scheme: "LEI", value: "5493001KJTIIGC8Y1R12"}"#;
    let created = format!(r#"{{entities: {{kind: COMPANY, name: "B", identifiers: [{lei}]}}}}"#);
    assert_eq!(
        desk.changed("upsertEntities", &created),
        ["CREATED lei:5493001KJTIIGC8Y1R12 1"]
    );
    // Without an id, further identifiers are added.
    let added = format!(r#"{{entities: {{name: "Bee", identifiers: [{{scheme: "qid", value: "Q1"}}, {lei}]}}}}"#);
    let fields = "entities { name identifiers { scheme value } }";
    let found = desk.done("upsertEntities", &added, fields);
    assert_eq!(found["entities"][0]["name"], "Bee");
    assert_eq!(found["entities"][0]["identifiers"].as_array().unwrap().len(), 2);
    // With an id, they replace the list.
    let replaced = r#"{entities: {id: "lei:5493001KJTIIGC8Y1R12", identifiers: [{scheme: "qid", value: "Q2"}]}}"#;
    let found = desk.done("upsertEntities", replaced, fields);
    assert_eq!(
        found["entities"][0]["identifiers"],
        json!([{"scheme": "qid", "value": "Q2"}])
    );
}

#[test]
fn an_identifier_can_move_between_entities_in_one_batch() {
    let desk = Desk::new();
    let input = r#"{entities: [{id: "china", identifiers: []}, {id: "japan", identifiers: {scheme: "iso3166-1", value: "CN"}}]}"#;
    assert_eq!(
        desk.changed("upsertEntities", input),
        ["UPDATED china 2", "UPDATED japan 2"]
    );
    let found = desk.ask(r#"{ entity(by: {identifier: {scheme: "iso3166-1", value: "CN"}}) { id } }"#);
    assert_eq!(found["entity"]["id"], "japan");
}

#[test]
fn sources_are_found_with_and_without_their_prefix() {
    let desk = Desk::new();
    let input =
        r#"{sources: [{id: "memo", publisher: "Us", title: "Memo"}, {id: "source:cnet-2015", licence: "free"}]}"#;
    assert_eq!(
        desk.changed("upsertSources", input),
        ["CREATED source:memo 1", "UPDATED source:cnet-2015 2"]
    );
    let none = desk.changed("upsertSources", r#"{sources: {id: "cnet-2015", licence: "free"}}"#);
    assert_eq!(none, [""; 0]);
}

#[test]
fn an_older_moment_shows_the_record_as_it_was() {
    let desk = Desk::new();
    let changed = desk.done(
        "upsertEntities",
        r#"{entities: {id: "ebay", name: "eBay Inc."}}"#,
        "recordedAt",
    );
    let at = |moment: &str| {
        desk.ask(&format!(
            r#"{{ entity(by: {{id: "ebay"}}, view: {{knownAt: "{moment}"}}) {{ name }} }}"#
        ))
    };
    assert_eq!(
        at(changed["recordedAt"].as_str().unwrap())["entity"]["name"],
        "eBay Inc."
    );
    assert_eq!(at("2026-11-22T11:59:59Z")["entity"]["name"], "eBay");
}
