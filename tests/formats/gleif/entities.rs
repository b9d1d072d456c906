//! What records of legal entities become: each rule of the mapping once.

use guanxi::model::{EntityKind, EntityStatus, RelationshipKind};

use super::*;

pub(super) const A: &str = "5493001KJTIIGC8Y1R12";
pub(super) const B: &str = "213800E11LI1SCETU492";

/// A record of an entity with these cells beside its LEI and its name.
pub(super) fn entity_with(cells: &[(&str, &str)]) -> RecordDrafts {
    let mut all = vec![("LEI", A), ("Entity.LegalName", "Ant")];
    all.retain(|(column, _)| !cells.iter().any(|(changed, _)| changed == column));
    all.extend(cells);
    read(table(&all), LEI_CSV).only()
}

#[test]
fn the_source_is_the_same_in_every_file() {
    for (form, id) in [(LEI_CSV, "gleif-lei"), (RR_CSV, "gleif-rr"), (REPEX_CSV, "gleif-repex")] {
        let preamble = read("", form).preamble;
        let RecordChange::Record(Record::Source(source)) = &preamble[0].change else {
            panic!("{preamble:?}");
        };
        assert_eq!(source.id, format!("source:{id}"));
        assert_eq!(
            (source.published_on, source.licence.as_deref()),
            (None, Some("CC0-1.0"))
        );
    }
}

#[test]
fn governments_and_international_organizations_are_no_companies() {
    for (category, kind) in [
        ("", EntityKind::Company),
        ("GENERAL", EntityKind::Company),
        ("FUND", EntityKind::Company),
        ("BRANCH", EntityKind::Company),
        ("SOLE_PROPRIETOR", EntityKind::Company),
        ("RESIDENT_GOVERNMENT_ENTITY", EntityKind::Organization),
        ("INTERNATIONAL_ORGANIZATION", EntityKind::Organization),
    ] {
        let found = entity_with(&[("Entity.EntityCategory", category)]);
        assert_eq!(entity(&found).kind, kind, "{category}");
        let kept = entity(&found)
            .properties
            .as_ref()
            .map(|kept| kept["entityCategory"].clone());
        assert_eq!(kept, (!category.is_empty()).then(|| category.into()));
    }
}

#[test]
fn a_country_is_that_of_the_address_and_the_part_of_it_whose_law_applies() {
    for (address, law, country) in [
        ("US", "US-DE", Some("US-DE")),
        ("US", "US", Some("US")),
        ("KY", "US-DE", Some("KY")),
        ("CA", "US-CA", Some("CA")),
        ("", "GB", Some("GB")),
        ("FR", "", Some("FR")),
        ("FR", "FR-nowhere", Some("FR")),
        ("", "", None),
    ] {
        let found = entity_with(&[
            ("Entity.LegalAddress.Country", address),
            ("Entity.LegalJurisdiction", law),
        ]);
        assert_eq!(entity(&found).country.as_deref(), country, "{address} {law}");
        assert_eq!(faults(&found), [""; 0]);
    }
    let found = entity_with(&[("Entity.LegalAddress.Country", "France")]);
    assert_eq!(
        faults(&found),
        ["InProperties Entity.LegalAddress.Country: not a country code [France]"]
    );
    assert_eq!(
        entity(&found).properties.as_ref().unwrap()["legalAddress"]["country"],
        "France"
    );
}

#[test]
fn a_number_in_a_register_identifies_unless_the_register_is_a_stand_in() {
    for (register, number, expected) in [
        ("RA000602", "4386463", Some(("ra000602", "4386463"))),
        ("RA999999", "1", None),
        ("RA888888", "1", None),
        ("RA000602", "", None),
        ("", "1", None),
        ("Delaware", "1", None),
    ] {
        let found = entity_with(&[
            ("Entity.RegistrationAuthority.RegistrationAuthorityID", register),
            ("Entity.RegistrationAuthority.RegistrationAuthorityEntityID", number),
        ]);
        let entity = entity(&found);
        let identifiers: Vec<(&str, &str)> = entity
            .identifiers
            .iter()
            .map(|one| (one.scheme.as_str(), one.value.as_str()))
            .collect();
        let all: Vec<(&str, &str)> = [("lei", A)].into_iter().chain(expected).collect();
        assert_eq!(identifiers, all);
        let kept = entity.properties.as_ref().map(|kept| &kept["registrationAuthority"]);
        let kept = |name| {
            kept.and_then(|kept| kept.get(name))
                .and_then(|text| text.as_str())
                .unwrap_or_default()
        };
        if expected.is_none() {
            assert_eq!(kept("registrationAuthorityID"), register);
            assert_eq!(kept("registrationAuthorityEntityID"), number);
        }
    }
}

#[test]
fn names_keep_their_kind_and_language() {
    let name = |slot: u8, part: &str| format!("Entity.OtherEntityNames.OtherEntityName.{slot}{part}");
    let other = |slot: u8, part: &str| {
        format!("Entity.TransliteratedOtherEntityNames.TransliteratedOtherEntityName.{slot}{part}")
    };
    let cells: Vec<(String, &str)> = vec![
        (name(1, ""), "Old"),
        (name(1, ".type"), "PREVIOUS_LEGAL_NAME"),
        (name(1, ".xmllang"), "en-US"),
        (name(3, ".type"), "ALTERNATIVE_LANGUAGE_LEGAL_NAME"),
        (name(3, ""), "Fourmi"),
        (name(3, ".xmllang"), "not a language"),
        (name(4, ""), "Anty\nLtd"),
        (name(4, ".type"), "NICKNAME"),
        (name(5, ".type"), "TRADING_OR_OPERATING_NAME"),
        (other(1, ""), "Ant"),
        (other(1, ".type"), "PREFERRED_ASCII_TRANSLITERATED_LEGAL_NAME"),
        (other(2, ""), "ANT"),
        (other(2, ".type"), "AUTO_ASCII_TRANSLITERATED_LEGAL_NAME"),
        (other(3, ""), "Ahnt"),
        (other(3, ".type"), "PREFERRED_ASCII_TRANSLITERATED_LEGAL_NAME"),
    ];
    let cells: Vec<(&str, &str)> = cells.iter().map(|(column, cell)| (column.as_str(), *cell)).collect();
    let found = entity_with(&cells);
    let entity = entity(&found);
    assert_eq!(
        serde_json::to_value(&entity.names).unwrap(),
        serde_json::json!([
            { "text": "Old", "language": "en-US", "kind": "FORMER" },
            { "text": "Fourmi", "kind": "TRANSLATION" },
            { "text": "Anty Ltd", "kind": "ALIAS" },
            { "text": "ANT", "script": "Latn", "kind": "ALIAS" },
            { "text": "Ahnt", "script": "Latn", "kind": "TRANSLATION" },
        ])
    );
    assert_eq!(
        serde_json::to_value(&entity.properties).unwrap(),
        serde_json::json!({ "otherEntityNames": [
            { "language": "not a language" }, { "type": "NICKNAME" }, { "type": "TRADING_OR_OPERATING_NAME" },
        ] })
    );
    assert_eq!(
        faults(&found),
        [
            "InProperties Entity.OtherEntityNames.OtherEntityName.xmllang: not a language [not a language]",
            "InProperties Entity.OtherEntityNames.OtherEntityName.type: not a known type of name [NICKNAME]",
        ]
    );
}

#[test]
fn a_status_and_dates_are_read_or_stored_as_written() {
    for (status, expected) in [
        ("ACTIVE", EntityStatus::Active),
        ("INACTIVE", EntityStatus::Inactive),
        ("NULL", EntityStatus::Unknown),
        ("", EntityStatus::Unknown),
    ] {
        let found = entity_with(&[
            ("Entity.EntityStatus", status),
            ("Entity.EntityCreationDate", "2017-09-20T23:30:00+02:00"),
            ("Entity.EntityExpirationDate", "2020-01-01"),
        ]);
        let entity = entity(&found);
        assert_eq!(entity.status, expected);
        assert_eq!(entity.founded.unwrap().to_string(), "2017-09-20");
        assert_eq!(entity.dissolved.unwrap().to_string(), "2020-01-01");
        assert_eq!(entity.properties, None);
    }
    let found = entity_with(&[("Entity.EntityExpirationDate", "9999-12-31T00:00:00Z")]);
    assert_eq!((entity(&found).dissolved, &entity(&found).properties), (None, &None));
    let found = entity_with(&[
        ("Entity.EntityStatus", "GONE"),
        ("Entity.EntityCreationDate", "20.9.2017"),
    ]);
    assert_eq!(
        faults(&found),
        [
            "InProperties Entity.EntityStatus: not a known status [GONE]",
            "InProperties Entity.EntityCreationDate: not a date [20.9.2017]",
        ]
    );
    let kept = serde_json::to_value(&entity(&found).properties).unwrap();
    assert_eq!(
        kept,
        serde_json::json!({ "entityStatus": "GONE", "entityCreationDate": "20.9.2017" })
    );
}

#[test]
fn a_successor_with_an_lei_is_a_relationship() {
    let cell = |slot: u8| format!("Entity.SuccessorEntity.{slot}.SuccessorLEI");
    let found = entity_with(&[
        (&cell(1), B),
        (&cell(2), "wrong"),
        (&cell(3), A),
        (&cell(4), B),
        ("Registration.LastUpdateDate", "2024-05-04T00:00:00Z"),
    ]);
    assert_eq!(
        counted(std::slice::from_ref(&found)),
        BTreeMap::from([("entities", 1), ("placeholders", 1), ("relationships", 1)])
    );
    let relationship = relationship(&found);
    assert_eq!(relationship.kind, RelationshipKind::SucceededBy);
    assert_eq!(
        relationship.id,
        format!("rel:lei%3A{A}:SUCCEEDED_BY:lei%3A{B}:SUCCESSOR")
    );
    assert_eq!(relationship.evidence[0].stated_on.unwrap().to_string(), "2024-05-04");
    assert_eq!(
        faults(&found),
        [
            "InProperties Entity.SuccessorEntity.SuccessorLEI: not a Legal Entity Identifier [wrong]".to_owned(),
            format!("InProperties Entity.SuccessorEntity.SuccessorLEI: the entity itself [{A}]"),
        ]
    );
}

#[test]
fn a_record_without_lei_or_name_is_rejected() {
    for (cell, expected) in [
        (("LEI", ""), "Rejected LEI: missing []".to_owned()),
        (
            ("LEI", "5493001KJTIIGC8Y1R13"),
            "Rejected LEI: not a Legal Entity Identifier [5493001KJTIIGC8Y1R13]".to_owned(),
        ),
        (
            ("Entity.LegalName", " "),
            "Rejected Entity.LegalName: missing []".to_owned(),
        ),
    ] {
        assert_eq!(faults(&entity_with(&[cell])), [expected]);
    }
}
