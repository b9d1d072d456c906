//! What records of relationships and exceptions become, and what deletions take back.

use guanxi::model::{Ends, RelationshipKind, RelationshipStatus, UnknownReason};

use super::{
    entities::{A, B, entity_with},
    *,
};

/// A record of a relationship with these cells beside or in place of the usual ones.
fn relationship_with(cells: &[(&str, &str)]) -> RecordDrafts {
    let mut all = vec![
        ("Relationship.StartNode.NodeID", A),
        ("Relationship.EndNode.NodeID", B),
        ("Relationship.RelationshipType", "IS_DIRECTLY_CONSOLIDATED_BY"),
        ("Relationship.RelationshipStatus", "ACTIVE"),
    ];
    all.retain(|(column, _)| !cells.iter().any(|(changed, _)| changed == column));
    all.extend(cells);
    read(table(&all), RR_CSV).only()
}

/// An exception with these cells beside or in place of the usual ones.
fn exception_with(cells: &[(&str, &str)]) -> RecordDrafts {
    let mut all = vec![
        ("LEI", A),
        ("Exception.Category", "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT"),
        ("Exception.Reason.1", "NO_LEI"),
    ];
    all.retain(|(column, _)| !cells.iter().any(|(changed, _)| changed == column));
    all.extend(cells);
    read(table(&all), REPEX_CSV).only()
}

#[test]
fn our_sentence_starts_from_the_parent() {
    for (name, kind, role, key) in [
        (
            "IS_DIRECTLY_CONSOLIDATED_BY",
            RelationshipKind::Consolidates,
            Some("direct accounting parent"),
            "DIRECT",
        ),
        (
            "IS_ULTIMATELY_CONSOLIDATED_BY",
            RelationshipKind::Consolidates,
            Some("ultimate accounting parent"),
            "ULTIMATE",
        ),
        ("IS_FUND-MANAGED_BY", RelationshipKind::ManagesFund, None, "FUND"),
        ("IS_SUBFUND_OF", RelationshipKind::HasSubfund, None, "SUBFUND"),
        (
            "IS_INTERNATIONAL_BRANCH_OF",
            RelationshipKind::HasBranch,
            None,
            "BRANCH",
        ),
        ("IS_FEEDER_TO", RelationshipKind::Feeds, None, "FEEDER"),
    ] {
        let found = relationship_with(&[
            ("Relationship.RelationshipType", name),
            ("Registration.LastUpdateDate", "2024-05-04T00:00:00Z"),
            (
                "Relationship.Quantifiers.1.MeasurementMethod",
                "ACCOUNTING_CONSOLIDATION",
            ),
            ("Relationship.Quantifiers.1.QuantifierAmount", "100.00"),
        ]);
        let relationship = relationship(&found);
        let (from, to) = if name == "IS_FEEDER_TO" { (A, B) } else { (B, A) };
        let (from, to) = (format!("lei:{from}"), format!("lei:{to}"));
        assert_eq!(
            relationship.id,
            guanxi::model::relationship_id(kind, &relationship.ends, key)
        );
        assert_eq!(relationship.ends, Ends::Known { from, to });
        assert_eq!(
            (relationship.kind, relationship.role.as_deref(), relationship.share),
            (kind, role, None)
        );
        let evidence = &relationship.evidence[0];
        assert_eq!(
            evidence.id,
            guanxi::model::evidence_id(&relationship.id, "source:gleif-rr", 1)
        );
        assert_eq!(evidence.locator, Some(format!("RR {name}")));
        assert_eq!(evidence.stated_on.unwrap().to_string(), "2024-05-04");
        assert_eq!(
            serde_json::to_value(&relationship.properties).unwrap(),
            serde_json::json!({
                "quantifiers": [{ "measurementMethod": "ACCOUNTING_CONSOLIDATION", "quantifierAmount": "100.00" }],
            })
        );
    }
}

#[test]
fn ends_that_another_file_describes_are_there() {
    let found = relationship_with(&[]);
    for (draft, lei) in found.drafts.iter().zip([B, A]) {
        let RecordChange::Placeholder(Record::Entity(end)) = &draft.change else {
            panic!("{draft:?}");
        };
        assert_eq!((end.id.as_str(), end.name.as_str()), (&*format!("lei:{lei}"), lei));
        assert_eq!(
            (end.identifiers[0].scheme.as_str(), end.identifiers[0].value.as_str()),
            ("lei", lei)
        );
    }
}

#[test]
fn only_the_relationship_period_gives_dates_wherever_it_stands() {
    let slot = |slot: u8, part: &str| format!("Relationship.Period.{slot}.{part}");
    let found = relationship_with(&[
        (&slot(1, "startDate"), "2020-01-01T00:00:00Z"),
        (&slot(1, "endDate"), "2020-12-31T00:00:00Z"),
        (&slot(1, "periodType"), "ACCOUNTING_PERIOD"),
        (&slot(3, "startDate"), "2015-03-01T00:00:00+01:00"),
        (&slot(3, "endDate"), "2021-12-31T00:00:00Z"),
        (&slot(3, "periodType"), "RELATIONSHIP_PERIOD"),
        (&slot(5, "startDate"), "2021-02-01T00:00:00Z"),
        (&slot(5, "periodType"), "DOCUMENT_FILING_PERIOD"),
    ]);
    let relationship = relationship(&found);
    assert_eq!(relationship.validity.since().unwrap().to_string(), "2015-03-01");
    assert_eq!(relationship.validity.until().unwrap().to_string(), "2022-01-01");
    assert_eq!(
        serde_json::to_value(&relationship.properties).unwrap(),
        serde_json::json!({ "periods": [
            { "startDate": "2020-01-01T00:00:00Z", "endDate": "2020-12-31T00:00:00Z", "periodType": "ACCOUNTING_PERIOD" },
            { "startDate": "2021-02-01T00:00:00Z", "periodType": "DOCUMENT_FILING_PERIOD" },
        ] })
    );
}

#[test]
fn dates_that_make_no_period_are_stored_as_written() {
    let period = |start: &str, end: &str| {
        relationship_with(&[
            ("Relationship.Period.1.startDate", start),
            ("Relationship.Period.1.endDate", end),
            ("Relationship.Period.1.periodType", "RELATIONSHIP_PERIOD"),
        ])
    };
    let found = period("2020-05-05T00:00:00Z", "2020-05-05T00:00:00Z");
    assert_eq!(relationship(&found).validity.until().unwrap().to_string(), "2020-05-06");
    let found = period("2020-05-05T00:00:00Z", "2019-05-05T00:00:00Z");
    assert_eq!(relationship(&found).validity.since().unwrap().to_string(), "2020-05-05");
    assert_eq!(relationship(&found).validity.until().unwrap().to_string(), "2019-05-06");
    assert_eq!(
        relationship(&found).validity.ended_by().unwrap().to_string(),
        "2020-05-05"
    );
    assert_eq!(
        faults(&found),
        [
            "Noted Relationship.Period.endDate: until is not after since; both are stored as written, neither is used \
          [2019-05-05T00:00:00Z]"
        ]
    );
    let found = period("2020-05-05T00:00:00Z", "9999-01-01T00:00:00Z");
    assert_eq!(relationship(&found).validity.until(), None);
    assert_eq!((faults(&found), &relationship(&found).properties), (vec![], &None));
    let found = period("soon", "9999-12-31T00:00:00Z");
    assert!(relationship(&found).validity.is_open());
    assert_eq!(
        faults(&found),
        ["InProperties Relationship.Period.startDate: not a date [soon]"]
    );
}

#[test]
fn what_has_ended_or_was_wrong_is_not_taken_for_what_holds() {
    use RelationshipStatus::{Active, Refuted, Unknown, Withdrawn};
    for (status, registration, end, expected) in [
        ("ACTIVE", "PUBLISHED", "", Active),
        ("ACTIVE", "LAPSED", "", Active),
        ("INACTIVE", "RETIRED", "2020-01-01", Active),
        ("INACTIVE", "RETIRED", "", Unknown),
        ("NULL", "PUBLISHED", "", Unknown),
        ("", "", "", Unknown),
        ("ACTIVE", "ANNULLED", "", Refuted),
        ("INACTIVE", "DUPLICATE", "2020-01-01", Withdrawn),
    ] {
        let found = relationship_with(&[
            ("Relationship.RelationshipStatus", status),
            ("Registration.RegistrationStatus", registration),
            ("Relationship.Period.1.endDate", end),
            ("Relationship.Period.1.periodType", "RELATIONSHIP_PERIOD"),
        ]);
        assert_eq!(relationship(&found).status, expected, "{status} {registration}");
        assert_eq!(faults(&found), [""; 0]);
    }
    let found = relationship_with(&[("Relationship.RelationshipStatus", "MAYBE")]);
    assert_eq!(
        faults(&found),
        ["InProperties Relationship.RelationshipStatus: not a known status [MAYBE]"]
    );
    assert_eq!(
        relationship(&found).properties.as_ref().unwrap()["relationshipStatus"],
        "MAYBE"
    );
}

#[test]
fn a_relationship_without_ends_or_type_is_rejected() {
    for (column, cell, reason) in [
        ("Relationship.StartNode.NodeID", "", "missing"),
        ("Relationship.StartNode.NodeID", "X", "not a Legal Entity Identifier"),
        ("Relationship.EndNode.NodeID", "", "missing"),
        ("Relationship.EndNode.NodeIDType", "ISIN", "not identified by an LEI"),
        ("Relationship.RelationshipType", "", "missing"),
        (
            "Relationship.RelationshipType",
            "OWNS",
            "not a known type of relationship",
        ),
    ] {
        let found = relationship_with(&[(column, cell)]);
        assert_eq!(faults(&found), [format!("Rejected {column}: {reason} [{cell}]")]);
    }
}

#[test]
fn an_exception_is_a_parent_that_is_not_known() {
    for (category, role, key) in [
        (
            "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT",
            "direct accounting parent",
            "DIRECT",
        ),
        (
            "ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT",
            "ultimate accounting parent",
            "ULTIMATE",
        ),
    ] {
        let found = exception_with(&[("Exception.Category", category)]);
        let relationship = relationship(&found);
        assert_eq!(relationship.id, format!("rel::CONSOLIDATES:lei%3A{A}:{key}"));
        let ends = Ends::UnknownFrom {
            to: format!("lei:{A}"),
            reason: UnknownReason::NoLei,
        };
        assert_eq!((&relationship.ends, relationship.role.as_deref()), (&ends, Some(role)));
        assert_eq!(
            (relationship.status, &relationship.properties),
            (RelationshipStatus::Active, &None)
        );
        assert_eq!(relationship.evidence[0].locator, Some(format!("REPEX {category}")));
    }
    for (column, cell, reason) in [
        ("LEI", "X", "not a Legal Entity Identifier"),
        ("Exception.Category", "", "missing"),
        ("Exception.Category", "PARENT", "not a known category of exception"),
    ] {
        let found = exception_with(&[(column, cell)]);
        assert_eq!(faults(&found), [format!("Rejected {column}: {reason} [{cell}]")]);
    }
}

#[test]
fn every_reason_has_its_word_and_the_first_one_counts() {
    use UnknownReason as Reason;
    for (word, expected, kept) in [
        ("NATURAL_PERSONS", Reason::NaturalPersons, false),
        ("NON_CONSOLIDATING", Reason::NonConsolidating, false),
        ("NO_KNOWN_PERSON", Reason::NoKnownPerson, false),
        ("NO_LEI", Reason::NoLei, false),
        ("NON_PUBLIC", Reason::NonPublic, false),
        ("BINDING_LEGAL_COMMITMENTS", Reason::BindingLegalCommitments, false),
        ("LEGAL_OBSTACLES", Reason::LegalObstacles, false),
        ("CONSENT_NOT_OBTAINED", Reason::ConsentNotObtained, false),
        ("DETRIMENT_NOT_EXCLUDED", Reason::DetrimentNotExcluded, false),
        ("DISCLOSURE_DETRIMENTAL", Reason::DetrimentNotExcluded, true),
        ("NO_IDEA", Reason::Unspecified, true),
        ("", Reason::Unspecified, false),
    ] {
        let found = exception_with(&[("Exception.Reason.1", word)]);
        let relationship = relationship(&found);
        assert!(
            matches!(relationship.ends, Ends::UnknownFrom { reason, .. } if reason == expected),
            "{word}"
        );
        let expected = kept.then(|| serde_json::json!({ "exceptionReasons": [word] }));
        assert_eq!(relationship.properties.clone().map(serde_json::Value::Object), expected);
    }
    let found = exception_with(&[
        ("Exception.Reason.1", ""),
        ("Exception.Reason.3", "NON_PUBLIC"),
        ("Exception.Reason.2", "LEGAL_OBSTACLES"),
        ("Exception.Reference.2", "the law"),
    ]);
    assert!(matches!(
        relationship(&found).ends,
        Ends::UnknownFrom {
            reason: Reason::LegalObstacles,
            ..
        }
    ));
    assert_eq!(
        serde_json::to_value(&relationship(&found).properties).unwrap(),
        serde_json::json!({ "exceptionReasons": ["NON_PUBLIC"], "exceptionReferences": ["the law"] })
    );
}

#[test]
fn what_is_deleted_is_taken_back() {
    let deleted = ("Extension.Deletion.DeletedAt", "2023-11-24T02:07:59Z");
    let ids = |found: RecordDrafts| -> Vec<String> {
        let id = |draft: Draft| match draft.change {
            RecordChange::Retraction { id, .. } => id,
            other => panic!("{other:?}"),
        };
        found.drafts.into_iter().map(id).collect()
    };
    assert_eq!(
        ids(entity_with(&[deleted, ("Entity.LegalName", "")])),
        [format!("lei:{A}")]
    );
    assert_eq!(
        ids(relationship_with(&[deleted])),
        [relationship(&relationship_with(&[])).id.clone()]
    );
    assert_eq!(
        ids(exception_with(&[deleted])),
        [relationship(&exception_with(&[])).id.clone()]
    );
}
