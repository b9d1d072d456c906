//! Records that become entities: which kind, which names, dates, countries and identifiers, and what stays in the properties.

use guanxi::model::{Catalog, EntityStatus, Record};
use serde_json::{Value, json};

use super::{entity, entity_of, read_one, reasons, records_of, relationships_of};

#[test]
fn schemata_become_kinds_and_stay_where_the_kind_does_not_imply_them() {
    for (schema, kind, kept) in [
        ("Company", "COMPANY", None),
        ("LegalEntity", "COMPANY", Some("LegalEntity")),
        ("Organization", "ORGANIZATION", None),
        ("PublicBody", "ORGANIZATION", Some("PublicBody")),
        ("Person", "PERSON", None),
        ("Event", "EVENT", None),
        ("Trip", "EVENT", Some("Trip")),
        ("Project", "EVENT", Some("Project")),
        ("CourtCase", "EVENT", Some("CourtCase")),
        ("Territory", "PLACE", None),
        ("Address", "PLACE", Some("Address")),
        ("RealEstate", "PLACE", Some("RealEstate")),
    ] {
        let entity = entity(schema, json!({"name": ["A"]}));
        assert_eq!((entity.kind.as_str(), &*entity.name), (kind, "A"), "{schema}");
        let found = entity
            .properties
            .and_then(|properties| properties.get("schema").cloned());
        assert_eq!(found, kept.map(Value::from), "{schema}");
    }
}

#[test]
fn what_the_model_has_no_noun_for_is_rejected_with_its_reason() {
    let check = |schema: &str, reason: &str| {
        let found = read_one(json!({"id": "a", "schema": schema, "properties": {"name": ["A"]}}));
        assert_eq!(found.drafts, [], "{schema}");
        let [fault] = &found.faults[..] else {
            panic!("{:?}", found.faults)
        };
        assert!(fault.reason.contains(reason), "{schema}: {}", fault.reason);
        assert_eq!(fault.field, "schema");
    };
    check("Asset", "an asset that is no company");
    check("ContractAward", "a record about several entities");
    check("Email", "a document");
    check("Similar", "a guess");
    check("Thing", "an abstract schema");
    check("company", "not a schema of FollowTheMoney");
}

#[test]
fn records_that_lack_what_is_essential_are_rejected() {
    let check = |record: Value, expected: &str| {
        let found = read_one(record);
        assert_eq!(found.drafts, []);
        assert_eq!(reasons(&found), [format!("{expected} (rejected)")]);
    };
    check(json!({"schema": "Person"}), "id: no id");
    check(json!({"id": "", "schema": "Person"}), "id: no id");
    check(json!({"id": 5, "schema": "Person"}), "id: no id");
    check(json!({"id": "a"}), "schema: no schema");
    check(
        json!({"id": "a", "schema": "Sanction", "properties": {"authority": ["EU"]}}),
        "entity: it does not say about whom it is",
    );
    check(
        json!({"id": "a", "schema": "Person", "properties": [1]}),
        "properties: not a JSON object",
    );
    check(
        json!({"id": "rel:a", "schema": "Person", "properties": {"name": ["A"]}}),
        "id: not an id",
    );
    check(
        json!({"id": "a\nb", "schema": "Person", "properties": {"name": ["A"]}}),
        "id: not an id",
    );
    check(
        json!({"id": "x".repeat(501), "schema": "Person", "properties": {"name": ["A"]}}),
        "id: not an id",
    );
    check(json!("text"), ": not a JSON object");
}

#[test]
fn the_first_name_is_the_main_one_and_the_others_are_stored_by_kind() {
    let company = entity(
        "Company",
        json!({
            "name": ["Alibaba\nGroup", "阿里巴巴", "Alibaba Group"],
            "alias": ["Ali", "BABA"],
            "abbreviation": ["BABA"],
            "previousName": ["Alibaba Online"],
            "weakAlias": ["A"],
        }),
    );
    assert_eq!(company.name, "Alibaba Group");
    let names: Vec<(&str, &str)> = company
        .names
        .iter()
        .map(|name| (&*name.text, name.kind.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("阿里巴巴", "ALIAS"),
            ("Ali", "ALIAS"),
            ("BABA", "ALIAS"),
            ("Alibaba Online", "FORMER")
        ]
    );
    let properties = Value::Object(company.properties.unwrap());
    assert_eq!(properties, json!({"abbreviation": ["BABA"], "weakAlias": ["A"]}));
}

#[test]
fn a_missing_name_is_found_in_what_else_the_record_says() {
    let name = |schema: &str, properties: Value| entity(schema, properties).name;
    assert_eq!(
        name("Person", json!({"lastName": ["Ma"], "firstName": ["Jack"]})),
        "Jack Ma"
    );
    assert_eq!(name("Company", json!({"alias": ["", "Ali"]})), "Ali");
    assert_eq!(
        name("Address", json!({"full": ["Main St 1, X"], "name": ["HQ"]})),
        "Main St 1, X"
    );
    assert_eq!(
        name(
            "Address",
            json!({"city": ["Karlsruhe"], "street": ["Schillerstraße 19"], "postalCode": ["76135"]})
        ),
        "Schillerstraße 19, 76135, Karlsruhe"
    );
    assert_eq!(name("CourtCase", json!({"caseNumber": ["1 BvR 1/20"]})), "1 BvR 1/20");
}

#[test]
fn countries_are_codes_of_iso_and_the_seat_goes_first() {
    let check = |properties: Value, country: Option<&str>, kept: Value| {
        let mut properties = properties;
        properties["name"] = json!(["A"]);
        let found = read_one(json!({"id": "a", "schema": "Company", "properties": properties}));
        let entity = entity_of(&found);
        assert_eq!(entity.country.as_deref(), country, "{properties}");
        let left = entity.properties.and_then(|left| left.get("country").cloned());
        assert_eq!(left.unwrap_or_default(), kept, "{properties}");
        reasons(&found)
    };
    assert_eq!(check(json!({"country": ["de"]}), Some("DE"), json!(null)), [""; 0]);
    assert_eq!(
        check(json!({"country": ["gb-sct"]}), Some("GB-SCT"), json!(null)),
        [""; 0]
    );
    assert_eq!(
        check(json!({"country": ["de", "cy"]}), Some("DE"), json!(["cy"])),
        [""; 0]
    );
    let seat = json!({"country": ["de", "cy"], "jurisdiction": ["cy"]});
    assert_eq!(check(seat, Some("CY"), json!(["de"])), [""; 0]);
    assert_eq!(check(json!({"jurisdiction": ["cy"]}), Some("CY"), json!(null)), [""; 0]);
    assert_eq!(
        check(json!({"country": ["suhh"]}), None, json!(["suhh"])),
        ["country: not a country of ISO 3166"]
    );
}

#[test]
fn identifiers_have_schemes_in_which_they_are_unique() {
    let identifiers = |schema: &str, properties: Value| {
        let mut properties = properties;
        properties["name"] = json!(["A"]);
        let found = read_one(json!({"id": "a", "schema": schema, "properties": properties}));
        let entity = entity_of(&found);
        let written = entity.identifiers.iter();
        let written: Vec<String> = written
            .map(|identifier| format!("{} {}", identifier.scheme, identifier.value))
            .collect();
        (
            written,
            entity.properties.map(Value::Object).unwrap_or_default(),
            reasons(&found),
        )
    };
    let (found, properties, faults) = identifiers(
        "Company",
        json!({
            "leiCode": ["5493001kjtiigc8y1r12"], "wikidataId": ["Q1359568"], "innCode": ["7707083893"],
            "registrationNumber": ["HRB 1"], "vatCode": ["DE123", "456"], "taxNumber": ["7"], "country": ["de"],
        }),
    );
    assert_eq!(
        found,
        [
            "ru-inn 7707083893",
            "lei 5493001KJTIIGC8Y1R12",
            "qid Q1359568",
            "registration-de HRB 1",
            "tax-de 7",
            "vat DE123",
            "vat-de 456",
        ]
    );
    assert_eq!((properties, faults), (Value::Null, vec![]));

    let registered = json!({"registrationNumber": ["1"], "country": ["de"], "jurisdiction": ["gb-sct"]});
    assert_eq!(identifiers("Company", registered).0, ["registration-gb 1"]);
    // A number without a country identifies nobody, but is no mistake.
    let nowhere = identifiers("Company", json!({"registrationNumber": ["1"]}));
    assert_eq!(nowhere, (vec![], json!({"registrationNumber": ["1"]}), vec![]));
    let wrong = identifiers(
        "Company",
        json!({"leiCode": ["5493001KJTIIGC8Y1R13"], "wikidataId": ["42"]}),
    );
    assert_eq!(
        wrong.1,
        json!({"leiCode": ["5493001KJTIIGC8Y1R13"], "wikidataId": ["42"]})
    );
    assert_eq!(
        wrong.2,
        [
            "leiCode: not a Legal Entity Identifier",
            "wikidataId: not an item of Wikidata"
        ]
    );
    assert_eq!(
        identifiers("Territory", json!({"territoryCode": ["cn"]})).0,
        ["iso3166-1 CN"]
    );
    assert_eq!(
        identifiers("Territory", json!({"territoryCode": ["US-NY"]})).0,
        ["iso3166-2 US-NY"]
    );
    let land = identifiers("RealEstate", json!({"registrationNumber": ["9"], "country": ["de"]}));
    assert_eq!(land.0, [""; 0]);
}

#[test]
fn dates_are_those_of_the_kind() {
    let written = |schema: &str, properties: Value| {
        let mut properties = properties;
        properties["name"] = json!(["A"]);
        let entity = entity(schema, properties);
        let dates = [entity.founded, entity.dissolved, entity.starts_on, entity.ends_on];
        dates
            .map(|date| date.map(|date| date.to_string()).unwrap_or_default())
            .join(" ")
    };
    assert_eq!(
        written(
            "Company",
            json!({"incorporationDate": ["n/a", "1999", "1998"], "dissolutionDate": ["2001-05"]})
        ),
        "1999 2001-05  "
    );
    assert_eq!(
        written(
            "Person",
            json!({"birthDate": ["1964-09-10"], "incorporationDate": ["2000"]})
        ),
        "1964-09-10   "
    );
    assert_eq!(
        written("Event", json!({"startDate": ["2014-11-28"], "endDate": ["2014-11-30"]})),
        "  2014-11-28 2014-11-30"
    );
    assert_eq!(written("Event", json!({"date": ["2014-11-28"]})), "  2014-11-28 ");
    assert_eq!(
        written("CourtCase", json!({"fileDate": ["2014"], "closeDate": ["2015"]})),
        "  2014 2015"
    );

    let found = read_one(json!({"id": "a", "schema": "Company", "properties": {
        "name": ["A"], "incorporationDate": ["2005"], "dissolutionDate": ["2001"]}}));
    assert_eq!(reasons(&found), ["dissolutionDate: before it begins"]);
    let kept = Value::Object(entity_of(&found).properties.unwrap());
    assert_eq!(
        kept,
        json!({"incorporationDate": ["2005"], "dissolutionDate": ["2001"]})
    );
}

#[test]
fn statuses_are_taken_where_they_say_one_thing_and_their_words_stay() {
    let check = |texts: Value, status: EntityStatus, kept: Value| {
        let entity = entity("Company", json!({"name": ["A"], "status": texts}));
        assert_eq!(entity.status, status, "{texts}");
        let left = entity.properties.and_then(|left| left.get("status").cloned());
        assert_eq!(left.unwrap_or_default(), kept);
    };
    check(json!(["active"]), EntityStatus::Active, json!(null));
    check(json!(["Active"]), EntityStatus::Active, json!(["Active"]));
    check(json!(["dissolved"]), EntityStatus::Inactive, json!(["dissolved"]));
    check(
        json!(["active", "dissolved"]),
        EntityStatus::Unknown,
        json!(["active", "dissolved"]),
    );
    check(
        json!(["under Inspection"]),
        EntityStatus::Unknown,
        json!(["under Inspection"]),
    );
}

#[test]
fn addresses_are_places_in_which_the_entity_is_located() {
    let found = read_one(json!({"id": "a", "schema": "Company", "properties": {
        "name": ["A"], "addressEntity": ["p", {"id": "q", "schema": "Address", "properties": {}}, "a", "source:x"],
        "sourceUrl": ["https://example.org/a"]}}));
    let located: Vec<String> = relationships_of(&found).into_iter().map(|link| link.id).collect();
    assert_eq!(
        located,
        ["rel:a:LOCATED_IN:p:addressEntity", "rel:a:LOCATED_IN:q:addressEntity"]
    );
    assert_eq!(reasons(&found), ["addressEntity: not an id"]);
    let entity = entity_of(&found);
    let kept = Value::Object(entity.properties.unwrap());
    assert_eq!(
        kept,
        json!({"addressEntity": ["a", "source:x"], "sourceUrl": ["https://example.org/a"]})
    );
    // What an entity says of its source is said of its addresses.
    let sources = records_of(&found)
        .into_iter()
        .filter(|record| matches!(record, Record::Source(_)));
    assert_eq!(
        sources.map(|source| source.id().to_owned()).collect::<Vec<_>>(),
        ["source:https://example.org/a"]
    );
}

#[test]
fn whatever_is_not_taken_stays_in_the_properties_as_it_was() {
    let record = json!({"id": "a", "schema": "Company", "caption": "A", "datasets": ["x"], "last_seen": "2026-11-22",
    "properties": {
        "name": "A", "description": ["B", "C"], "website": ["nowhere", "https://example.org"], "sector": ["retail"],
        "capital": [5], "isinCode": null, "odd": [[1]], "schema": ["y"], "parent": [{"id": "b", "schema": "Company"}],
    }});
    let found = read_one(record);
    assert_eq!(reasons(&found), ["odd: a value that is not a text"]);
    let company = entity_of(&found);
    assert_eq!(company.description.as_deref(), Some("B"));
    assert_eq!(company.website.as_deref(), Some("https://example.org"));
    assert_eq!(
        Value::Object(company.properties.unwrap()),
        json!({
            "description": ["C"], "website": ["nowhere"], "sector": ["retail"], "capital": ["5"], "odd": ["[1]"],
            "properties.schema": ["y"], "parent": ["b"], "context": {"datasets": ["x"]},
        })
    );
}

#[test]
fn values_that_no_record_can_hold_are_cut_and_reported() {
    let found = read_one(json!({"id": "a", "schema": "Company", "properties": {
        "name": ["A"], "indexText": ["long ".repeat(50_000)], "sector": ["retail"]}}));
    assert_eq!(
        reasons(&found),
        ["indexText: more than a record can hold: only the start is stored"]
    );
    let properties = entity_of(&found).properties.unwrap();
    assert_eq!(properties["sector"], json!(["retail"]));
    let kept = properties["indexText"][0].as_str().unwrap();
    assert!(
        kept.starts_with("long long") && (20_000..64_000).contains(&kept.len()),
        "{}",
        kept.len()
    );
}
