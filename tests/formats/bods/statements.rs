//! Single statements: where values go, and what is said of those that are wrong.

use serde_json::json;

use super::*;

/// Reads one record and expects these lines and faults.
#[expect(clippy::needless_pass_by_value, reason = "what is written in place is given away")]
fn check(kind: &str, details: Value, expected: &[&str], expected_faults: &[&str]) {
    let found = read(json!([statement(kind, "r", "new", "2020-01-02", &details)]).to_string());
    assert_eq!(listed(&found), expected, "{details}");
    assert_eq!(faults(&found), expected_faults, "{details}");
}

#[test]
fn unnamed_entities_are_named_after_their_type() {
    for (entity_type, expected) in [
        ("anonymousEntity", "COMPANY Anonymous entity"),
        ("unknownEntity", "COMPANY Unknown entity"),
        ("arrangement", "COMPANY Unnamed arrangement"),
        ("state", "ORGANIZATION Unnamed state"),
        ("stateBody", "ORGANIZATION Unnamed state body"),
    ] {
        let line = format!("bods:r {expected} {{entityType}}");
        check("entity", json!({"entityType": {"type": entity_type}}), &[&line], &[]);
    }
    check(
        "entity",
        json!({"alternateNames": ["A", "B"]}),
        &["bods:r COMPANY A / ALIAS B"],
        &[],
    );
    check(
        "entity",
        json!({"identifiers": [{"scheme": "GB-COH", "id": "1"}]}),
        &["bods:r COMPANY GB-COH 1 [gb-coh 1]"],
        &[],
    );
    check(
        "person",
        json!({"personType": "unknownPerson"}),
        &["bods:r PERSON Unknown person {personType}"],
        &[],
    );
    check(
        "person",
        json!({"names": [{"givenName": "Ann", "familyName": "Smith"}]}),
        &["bods:r PERSON Ann Smith {names}"],
        &[],
    );
}

#[test]
fn names_of_persons_keep_their_kind() {
    let names = json!([
        {"type": "former", "fullName": "Ann Jones"},
        {"type": "legal", "fullName": "Ann\tSmith"},
        {"type": "alternative", "fullName": "Annie"},
        {"type": "translation", "fullName": "安"},
    ]);
    check(
        "person",
        json!({"names": names}),
        &["bods:r PERSON Ann Smith / FORMER Ann Jones / ALIAS Annie / TRANSLATION 安"],
        &[],
    );
}

#[test]
fn identifiers_are_one_a_scheme_and_an_lei_is_checked() {
    let identifiers = json!([
        {"scheme": "XI-LEI", "id": "PY6ZZQWO2IZFZC3IOL08"},
        {"scheme": "GB-COH", "id": "02723534"},
        {"scheme": "GB-COH", "id": "1"},
        {"schemeName": "Company Registry", "id": "2"},
        {"id": "3"},
    ]);
    check(
        "entity",
        json!({"name": "A", "identifiers": identifiers}),
        &["bods:r COMPANY A [lei PY6ZZQWO2IZFZC3IOL08] [gb-coh 02723534] [company registry 2] {identifiers}"],
        &["InProperties identifiers: not an identifier []"],
    );
    check(
        "entity",
        json!({"name": "A", "identifiers": [{"scheme": "XI-LEI", "id": "PY6ZZQWO2IZFZC3IOL09"}]}),
        &["bods:r COMPANY A {identifiers}"],
        &["InProperties identifiers: not a Legal Entity Identifier [PY6ZZQWO2IZFZC3IOL09]"],
    );
}

#[test]
fn a_field_that_is_wrong_stays_as_it_was_written() {
    check(
        "entity",
        json!({
            "name": "A",
            "jurisdiction": {"name": "Britain", "code": "GBR"},
            "foundingDate": "2020-13-01",
            "uri": "example.org",
            "entityType": {"type": "club"},
        }),
        &["bods:r COMPANY A {entityType, foundingDate, jurisdiction, uri}"],
        &[
            "InProperties entityType.type: not a type of entity [club]",
            "InProperties jurisdiction.code: not a code of a country [GBR]",
            "InProperties uri: not a link to the web [example.org]",
            "InProperties foundingDate: not a date [2020-13-01]",
        ],
    );
    check(
        "entity",
        json!({"name": "A", "foundingDate": "2020-03-01", "dissolutionDate": "2019"}),
        &["bods:r COMPANY A 2020-03-01.. {dissolutionDate}"],
        &["InProperties dissolutionDate: an end before the start [2019]"],
    );
    check(
        "relationship",
        json!({"subject": "c", "interestedParty": "p", "interests": [{
            "type": "shareholding",
            "share": {"exact": 101},
            "startDate": "2020-03-01",
            "endDate": "2020-03-01",
        }, {"type": "friendship"}]}),
        &[
            "bods:p OWNS bods:c 2020-03-01..2020-03-01 {share}",
            "bods:p CONTROLS bods:c as friendship {type}",
        ],
        &[
            "InProperties interests.share: not a share [{\"exact\":101}]",
            "Noted interests.endDate: until is not after since; both are stored as written, neither is used [2020-03-01]",
            "InProperties interests.type: not a type of interest [friendship]",
        ],
    );
}

#[test]
fn what_cannot_be_a_record_is_rejected() {
    let reason = json!({"reason": "unknown"});
    check(
        "relationship",
        json!({"subject": reason, "interestedParty": reason}),
        &[],
        &["Rejected subject: neither end is known []"],
    );
    check(
        "relationship",
        json!({"subject": "c"}),
        &[],
        &["Rejected interestedParty: an end is missing []"],
    );
    check(
        "relationship",
        json!({"subject": "c", "interestedParty": "p", "interests": [1]}),
        &[],
        &[
            "Rejected interests: not an interest []",
            "Rejected interests: no interest that can be read []",
        ],
    );
    check(
        "thing",
        json!({}),
        &[],
        &["Rejected recordType: not a type of record [thing]"],
    );
    let found = read("[1, {\"a\": tru}, {}, {\"recordId\": \"a\"}]");
    assert_eq!(
        faults(&found),
        [
            "Rejected : not an object []",
            "Rejected : not JSON [{\"a\": tru}]",
            "Rejected recordId: no id []",
            "Rejected recordDetails: nothing is said of the record []",
        ]
    );
    assert_eq!(found[1].place.to_string(), "record 2, line 1");
}

#[test]
fn an_undisclosed_subject_is_an_unknown_end() {
    check(
        "relationship",
        json!({"subject": {"reason": "subjectExemptFromDisclosure"}, "interestedParty": "p"}),
        &["bods:p CONTROLS ?NON_PUBLIC {declarationSubject, subject}"],
        &[],
    );
}

#[test]
fn the_source_is_the_publisher_and_the_locator_the_record() {
    let mut first = statement("entity", "c", "new", "2021-01-01", &json!({"name": "C"}));
    first["publicationDetails"]["license"] = json!("https://example.org/licence");
    first["publicationDetails"]["publisher"]["url"] = json!("https://register.example");
    first["source"] = json!({"type": ["officialRegister"]});
    let earlier = statement("entity", "d", "new", "2020-01-01", &json!({"name": "D"}));
    let details = json!({"subject": "c", "interestedParty": "d"});
    let later = statement("relationship", "r", "new", "2022-01-01", &details);
    let found = read(json!([first, earlier, later]).to_string());
    let sources: Vec<_> = drafts(&found)
        .filter_map(|draft| match &draft.change {
            RecordChange::Record(Record::Source(source)) => Some((draft.known_at, source)),
            _ => None,
        })
        .collect();
    // Once, and again as it was known earlier.
    let (since, source) = sources[0];
    assert_eq!(since, moment("2021-01-01T00:00:00Z"));
    assert_eq!(sources[1..], [(moment("2020-01-01T00:00:00Z"), source)]);
    assert_eq!(
        (source.id.as_str(), source.publisher.as_str()),
        ("source:bods:the-register", "The Register")
    );
    assert_eq!(source.url.as_deref(), Some("https://register.example"));
    assert_eq!(source.licence.as_deref(), Some("https://example.org/licence"));
    let relationship = &known(&found).relationships[0];
    let said = &relationship.evidence[0];
    assert_eq!(said.id, format!("{}/bods:the-register", relationship.id));
    assert_eq!(
        (said.source.as_str(), said.locator.as_deref()),
        (source.id.as_str(), Some("r"))
    );
    assert_eq!(said.stated_on.unwrap().to_string(), "2022-01-01");
}

#[test]
fn a_file_without_a_publisher_is_its_own_source() {
    let text = json!([{"recordId": "c", "recordType": "entity", "recordDetails": {"name": "C"}}]).to_string();
    let of = |source_defaults: &SourceDefaults| {
        let (found, _) = read_within(text.as_bytes(), source_defaults);
        known(&found).sources.remove(0)
    };
    assert_eq!(of(&source_defaults()).id, "source:statements");
    let said = SourceDefaults {
        source: Some("mine".to_owned()),
        publisher: Some("Me".to_owned()),
        ..source_defaults()
    };
    assert_eq!(
        (of(&said).id.as_str(), of(&said).publisher.as_str()),
        ("source:mine", "Me")
    );
}
