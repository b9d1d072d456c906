//! The samples, with every count as an independent reading of the same files has it.

use guanxi::{
    formats::gleif::detect,
    model::{Ends, EntityKind, EntityStatus, NameKind, RelationshipKind, RelationshipStatus, UnknownReason},
};

use super::*;

/// The records of a sample, after a look at what it is taken for and how many of each kind there are.
fn check(
    name: &str,
    (content, syntax): (Content, Syntax),
    expected: &[(&'static str, usize)],
) -> Option<Vec<RecordDrafts>> {
    let bytes = sample(name)?;
    let form = form(content, syntax);
    assert_eq!(detect(&bytes[..bytes.len().min(1 << 16)]), Some(form), "{name}");
    let found = read(&bytes, form).whole();
    assert_eq!(counted(&found), expected.iter().copied().collect(), "{name}");
    for record in &found {
        assert_eq!(faults(record), [""; 0], "{name}");
    }
    Some(found)
}

fn entities(found: &[RecordDrafts]) -> impl Iterator<Item = &Entity> {
    found.iter().map(entity)
}

/// How many names there are of each kind.
fn names(found: &[RecordDrafts]) -> [usize; 4] {
    let kinds = [
        NameKind::Alias,
        NameKind::Translation,
        NameKind::Former,
        NameKind::Legal,
    ];
    let count = |kind| {
        entities(found)
            .flat_map(|entity| &entity.names)
            .filter(|name| name.kind == kind)
            .count()
    };
    kinds.map(count)
}

/// How many have a registration number, a day of foundation, a part of a country.
fn figures(found: &[RecordDrafts]) -> [usize; 3] {
    [
        entities(found).filter(|entity| entity.identifiers.len() == 2).count(),
        entities(found).filter(|entity| entity.founded.is_some()).count(),
        entities(found)
            .filter(|entity| entity.country.as_ref().is_some_and(|country| country.contains('-')))
            .count(),
    ]
}

#[test]
fn the_records_of_entities_are_all_there() {
    let xml = (Content::Lei, Syntax::Xml);
    let Some(found) = check("lei-data.xml", xml, &[("entities", 13)]) else {
        return;
    };
    assert_eq!((names(&found), figures(&found)), ([0, 0, 9, 0], [9, 9, 9]));
    let inactive = entities(&found).filter(|entity| entity.status == EntityStatus::Inactive);
    assert_eq!(inactive.count(), 1);
    let found = check(
        "20180901-gleif-concatenated-file-lei2-Top10.xml",
        xml,
        &[("entities", 10)],
    )
    .unwrap();
    assert_eq!((names(&found), figures(&found)), ([0, 10, 0, 0], [10, 0, 10]));
    let found = check("lei-updates-data2.xml", xml, &[("entities", 12)]).unwrap();
    assert_eq!((names(&found), figures(&found)), ([6, 1, 8, 0], [12, 11, 0]));
    let found = check("lei-updates-data2-new.xml", xml, &[("entities", 12)]).unwrap();
    assert_eq!((names(&found), figures(&found)), ([5, 1, 10, 0], [12, 11, 0]));
}

#[test]
fn the_golden_copy_in_json_is_all_there() {
    let name = "20240505-0000-gleif-goldencopy-lei2-intra-day.json";
    let Some(found) = check(name, (Content::Lei, Syntax::Json), &[("entities", 577)]) else {
        return;
    };
    // Of ten transliterations one equals the name.
    assert_eq!(
        (names(&found), figures(&found)),
        ([6 + 1, 9 - 1, 34, 0], [553, 577, 169])
    );
    let organizations = entities(&found).filter(|entity| entity.kind == EntityKind::Organization);
    assert_eq!(organizations.count(), 2);
    assert_eq!(found[1].place.line, Some(112));
    let first = entity(&found[0]);
    assert_eq!(
        (first.id.as_str(), first.name.as_str()),
        ("lei:097900BID10000147476", "ALFA REY s.r.o.")
    );
    assert_eq!(first.country.as_deref(), Some("SK"));
    assert_eq!(first.founded.unwrap().to_string(), "2017-09-20");
    assert_eq!(
        (
            first.identifiers[1].scheme.as_str(),
            first.identifiers[1].value.as_str()
        ),
        ("ra000526", "51078066")
    );
    let properties = first.properties.as_ref().unwrap();
    assert_eq!(properties["legalAddress"]["city"], "Nové Mesto nad Váhom");
    assert_eq!(
        properties["registration"]["validationAuthority"]["validationAuthorityID"],
        "RA000526"
    );
    assert_eq!(properties["conformity"]["conformityflag"], "CONFORMING");
}

#[test]
fn the_records_of_relationships_are_all_there() {
    let xml = (Content::Rr, Syntax::Xml);
    let Some(found) = check("rr-data.xml", xml, &[("placeholders", 20), ("relationships", 10)]) else {
        return;
    };
    let kinds = |found: &[RecordDrafts], kind| found.iter().filter(|one| relationship(one).kind == kind).count();
    assert_eq!(kinds(&found, RelationshipKind::ManagesFund), 5);
    assert_eq!(kinds(&found, RelationshipKind::HasSubfund), 3);
    assert_eq!(kinds(&found, RelationshipKind::Consolidates), 2);
    // Each has its RELATIONSHIP_PERIOD, twice in the second place, and none of them an end.
    assert!(found.iter().all(|one| relationship(one).validity.since().is_some()));
    assert!(found.iter().all(|one| relationship(one).validity.until().is_none()));
    check(
        "rr-updates-data2.xml",
        xml,
        &[("placeholders", 22), ("relationships", 11)],
    )
    .unwrap();
    let found = check(
        "rr-updates-data2-new.xml",
        xml,
        &[("placeholders", 18), ("relationships", 9), ("retractions", 1)],
    );
    let retracted = found
        .unwrap()
        .into_iter()
        .flat_map(|one| one.drafts)
        .find_map(|draft| match draft.change {
            RecordChange::Retraction { id, .. } => Some(id),
            _ => None,
        });
    let before = read(sample("rr-updates-data2.xml").unwrap(), form(Content::Rr, Syntax::Xml)).whole();
    assert!(
        before
            .iter()
            .any(|one| Some(&relationship(one).id) == retracted.as_ref()),
        "{retracted:?}"
    );
}

#[test]
fn the_golden_copy_in_csv_is_all_there() {
    let csv = (Content::Rr, Syntax::Csv);
    let Some(found) = check(
        "gleif_rr_from_xml.csv",
        csv,
        &[("placeholders", 62), ("relationships", 31)],
    ) else {
        return;
    };
    assert!(
        found
            .iter()
            .all(|one| relationship(one).status == RelationshipStatus::Active)
    );
    assert!(found.iter().all(|one| relationship(one).validity.since().is_some()));
    let roles = |role| {
        found
            .iter()
            .filter(|one| relationship(one).role.as_deref() == Some(role))
            .count()
    };
    assert_eq!(
        (roles("direct accounting parent"), roles("ultimate accounting parent")),
        (8, 6)
    );
    // Several versions of the same records are in it, and they are the same relationships.
    let ids: std::collections::BTreeSet<&str> = found.iter().map(|one| relationship(one).id.as_str()).collect();
    assert_eq!(ids.len(), 21);
    let first = relationship(&found[0]);
    assert_eq!(
        first.id,
        "rel:lei%3A5493001Z012YSB2A0K51:MANAGES_FUND:lei%3A001GPB6A9XPE8XJICC14:FUND"
    );
    assert_eq!(first.validity.since().unwrap().to_string(), "2012-11-29");
    assert_eq!(first.evidence[0].stated_on.unwrap().to_string(), "2023-05-18");
    assert_eq!((found[0].place.record, found[0].place.line), (1, Some(2)));
}

#[test]
fn the_exceptions_are_all_there() {
    let xml = (Content::Repex, Syntax::Xml);
    let Some(found) = check("repex-data.xml", xml, &[("placeholders", 10), ("relationships", 10)]) else {
        return;
    };
    let reasons = |found: &[RecordDrafts], wanted| {
        let matches = |one: &&RecordDrafts| matches!(relationship(one).ends, Ends::UnknownFrom { reason, .. } if reason == wanted);
        found.iter().filter(matches).count()
    };
    assert_eq!(reasons(&found, UnknownReason::NoKnownPerson), 3);
    assert_eq!(reasons(&found, UnknownReason::NonConsolidating), 6);
    assert_eq!(reasons(&found, UnknownReason::NonPublic), 1);
    let found = check(
        "repex-updates-data2.xml",
        xml,
        &[("placeholders", 7), ("relationships", 7)],
    )
    .unwrap();
    let references: Vec<_> = found
        .iter()
        .filter_map(|one| relationship(one).properties.clone())
        .collect();
    assert_eq!(
        serde_json::to_string(&references).unwrap(),
        r#"[{"exceptionReferences":["Datenschutz"]}]"#
    );
    check(
        "repex-updates-data2-new.xml",
        xml,
        &[("placeholders", 6), ("relationships", 6), ("retractions", 1)],
    );
}

#[test]
fn a_sample_means_the_same_in_every_syntax() {
    for (name, content, list) in [
        ("lei-data.xml", Content::Lei, "records"),
        (
            "20180901-gleif-concatenated-file-lei2-Top10.xml",
            Content::Lei,
            "records",
        ),
        ("lei-updates-data2.xml", Content::Lei, "records"),
        ("lei-updates-data2-new.xml", Content::Lei, "records"),
        ("rr-data.xml", Content::Rr, "relations"),
        ("rr-updates-data2.xml", Content::Rr, "relations"),
        ("rr-updates-data2-new.xml", Content::Rr, "relations"),
        ("repex-data.xml", Content::Repex, "exceptions"),
        ("repex-updates-data2-new.xml", Content::Repex, "exceptions"),
    ] {
        let Some(xml) = sample(name) else { return };
        forms::same_in_every_syntax(&xml, content, list);
    }
}
