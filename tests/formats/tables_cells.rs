//! What each cell may hold, and which cells go together. Figures have a file of their own.

use guanxi::{
    formats::tables,
    model::{Directness, Interest},
};

use super::{accept, check_each, edit, folder};

#[test]
fn sources_have_a_publisher_a_title_and_a_link_of_the_web() {
    let link = "expected a link like https://example.org/page";
    check_each(
        "sources.csv",
        &[
            ("Reuters", "", "2: publisher: expected a cell that is not blank"),
            ("A rumour", "\u{3000}", "3: title: expected a cell that is not blank"),
            (
                "https://example.org/a",
                "example.org",
                &format!("2: url \"example.org\": {link}"),
            ),
            (
                "https://example.org/a",
                "https://",
                &format!("2: url \"https://\": {link}"),
            ),
            (
                "https://example.org/a",
                "ftp://a.org",
                &format!("2: url \"ftp://a.org\": {link}"),
            ),
            (
                "https://example.org/a",
                "https://a b",
                &format!("2: url \"https://a b\": {link}"),
            ),
            (
                "2014-11-25",
                "2014-02-30",
                "2: published_on \"2014-02-30\": expected a date like 2013, 2014-11 or 2014-11-25",
            ),
        ],
    );
    accept("sources.csv", "https://example.org/a", "http://example.org");
}

#[test]
fn entities_have_countries_statuses_and_properties_of_a_known_form() {
    let json = r#"expected a JSON object like {"sector":"retail"}"#;
    let country = "expected a country code like CN (ISO 3166-1) or US-DE (ISO 3166-2)";
    let properties = r#""{""sector"":""retail""}""#;
    check_each(
        "entities.csv",
        &[
            ("US-DE", "usa", &format!("3: country \"usa\": {country}")),
            (
                "ACTIVE",
                "ALIVE",
                "2: status \"ALIVE\": expected an entity status (one of ACTIVE, INACTIVE, UNKNOWN)",
            ),
            (
                "https://example.com",
                "www",
                "2: website \"www\": expected a link like https://example.org/page",
            ),
            (properties, "retail", &format!("2: properties \"retail\": {json}")),
            (properties, "[]", &format!("2: properties \"[]\": {json}")),
            (properties, "{", &format!("2: properties \"{{\": {json}")),
        ],
    );
}

#[test]
fn an_entity_ends_after_it_begins() {
    check_each(
        "entities.csv",
        &[
            (
                "1998-12,2030",
                "1998-12,1998-11-30",
                "3: dissolved \"1998-11-30\": expected a date that is not before founded (1998-12)",
            ),
            (
                "1998-12,2030",
                "December,2030",
                "3: founded \"December\": expected a date like 2013, 2014-11 or 2014-11-25",
            ),
            (
                "2014-11-30",
                "2014-11-27",
                "4: ends_on \"2014-11-27\": expected a date that is not before starts_on (2014-11-28)",
            ),
        ],
    );
    accept("entities.csv", "1998-12,2030", "1998-12,1998");
    accept("entities.csv", "2014-11-30", "2014-11-28");
}

#[test]
fn only_events_have_days() {
    check_each(
        "entities.csv",
        &[(
            "1998-12,2030,,",
            "1998-12,2030,2014,",
            "3: starts_on \"2014\": expected a blank cell; only an EVENT has days, this is a COMPANY",
        )],
    );
}

#[test]
fn names_and_identifiers_are_complete() {
    check_each(
        "names.csv",
        &[
            ("中国", "", "2: text: expected a cell that is not blank"),
            ("TRANSLATION", "", "2: kind: expected a cell that is not blank"),
            (
                "TRANSLATION",
                "NICK",
                "2: kind \"NICK\": expected a name kind (one of ALIAS, TRANSLATION, FORMER, LEGAL)",
            ),
        ],
    );
    check_each(
        "identifiers.csv",
        &[
            ("iso3166-1", "", "2: scheme: expected a cell that is not blank"),
            ("CN", "", "2: value: expected a cell that is not blank"),
        ],
    );
}

#[test]
fn at_most_one_end_is_unknown_and_then_there_is_a_reason() {
    let ends = ",,ebay,NATURAL_PERSONS,";
    check_each(
        "relationships.csv",
        &[
            (
                ends,
                ",,,NATURAL_PERSONS,",
                "4: from: expected an entity id in from or to; they cannot both be blank",
            ),
            (
                ends,
                ",,ebay,,",
                "4: unknown_reason: expected a reason, since one end is blank",
            ),
            (
                ends,
                ",paypal,ebay,NO_LEI,",
                "4: unknown_reason \"NO_LEI\": expected a blank cell, since both ends are known",
            ),
            (
                ends,
                ",ebay,,NO_LEI,",
                "4: unknown_reason \"NO_LEI\": expected UNSPECIFIED, since to is blank; the other reasons are about an unknown from",
            ),
            (
                ends,
                ",,ebay,SECRET,",
                "4: unknown_reason \"SECRET\": expected a reason why an end is unknown (one of NATURAL_PERSONS, \
                 NON_CONSOLIDATING, NO_KNOWN_PERSON, NO_LEI, NON_PUBLIC, BINDING_LEGAL_COMMITMENTS, LEGAL_OBSTACLES, \
                 CONSENT_NOT_OBTAINED, DETRIMENT_NOT_EXCLUDED, UNSPECIFIED)",
            ),
        ],
    );
}

#[test]
fn relationships_have_a_status_and_dates_in_order() {
    check_each(
        "relationships.csv",
        &[
            ("PLANNED", "", "3: status: expected a cell that is not blank"),
            (
                "PLANNED",
                "ENDED",
                "3: status \"ENDED\": expected a relationship status (one of RUMOURED, REPORTED, ANNOUNCED, PLANNED, \
                 ACTIVE, SUSPENDED, WITHDRAWN, REFUTED, UNKNOWN)",
            ),
            (
                "2015-07-17",
                "17/07/2015",
                "2: until \"17/07/2015\": expected a date like 2013, 2014-11 or 2014-11-25",
            ),
        ],
    );
}

#[test]
fn contradictory_dates_are_stored_and_optional_columns_are_read() {
    let dir = folder();
    edit(dir.path(), ("relationships.csv", "2002,2015-07-17", "2015-07-17,2002"));
    let read = tables::read_dir(dir.path()).unwrap();
    let validity = read
        .relationships
        .iter()
        .map(|claim| claim.validity)
        .find(|validity| validity.is_contradictory());
    assert_eq!(validity.unwrap().until().unwrap().to_string(), "2002");
    let header = "recorded_at,retracted_at\n";
    edit(
        dir.path(),
        (
            "relationships.csv",
            header,
            "recorded_at,retracted_at,interest,directness,components,record,ended_by\n",
        ),
    );
    let path = dir.path().join("relationships.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let added = |line: &str| match line.split(',').nth(1) {
        Some("kind") => line.to_owned(),
        Some("CONTROLS") => format!("{line},VOTING_RIGHTS,INDIRECT,a;not-known-yet,r 1,"),
        _ => format!("{line},,,,,"),
    };
    let lines: Vec<String> = text.lines().map(added).collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    let read = tables::read_dir(dir.path()).unwrap_or_else(|error| panic!("{error}"));
    let controls = read
        .relationships
        .iter()
        .find(|claim| claim.interest.is_some())
        .unwrap();
    assert_eq!(
        (controls.interest, controls.directness, controls.record.as_deref()),
        (Some(Interest::VotingRights), Directness::Indirect, Some("r 1"))
    );
    assert_eq!(controls.components, ["a", "not-known-yet"]);
}

#[test]
fn recording_times_are_moments_and_retractions_come_later() {
    let moment = "expected a date-time with a zone, like 2026-11-22T00:00:00Z";
    let own = "2020-01-01T00:00:00Z";
    check_each(
        "relationships.csv",
        &[
            (own, "2020-01-01", &format!("2: recorded_at \"2020-01-01\": {moment}")),
            (
                own,
                "2020-01-01 00:00:00Z",
                &format!("2: recorded_at \"2020-01-01 00:00:00Z\": {moment}"),
            ),
            (
                own,
                "2020-01-01T00:00:00",
                &format!("2: recorded_at \"2020-01-01T00:00:00\": {moment}"),
            ),
            (
                own,
                "2020-13-01T00:00:00Z",
                &format!("2: recorded_at \"2020-13-01T00:00:00Z\": {moment}"),
            ),
            (
                own,
                "2020-01-01T00:00:00.Z",
                &format!("2: recorded_at \"2020-01-01T00:00:00.Z\": {moment}"),
            ),
            (
                "2027-01-01T00:00:00+01:00",
                "2026-11-22T01:00:00+01:00",
                "4: retracted_at \"2026-11-22T01:00:00+01:00\": expected a date-time after recorded_at (2026-11-22T00:00:00Z)",
            ),
        ],
    );
    accept("relationships.csv", own, "2020-01-01T00:00:00.125-05:00");
}
