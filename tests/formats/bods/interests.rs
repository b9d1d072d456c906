//! What kind of interest one is, how directly it is held, what it is made up of; and parties that are not disclosed.

use serde_json::json;

use super::*;

/// `OWNS 20 SHAREHOLDING INDIRECT of r1, r2 (r3)`: the kind, the share, the interest, the directness, the components, the record.
fn interest_line(relationship: &Relationship) -> String {
    let share = relationship
        .share
        .map(|share| format!(" {}", share.range))
        .unwrap_or_default();
    let interest = relationship.interest.map_or("none", Catalog::as_str);
    let components = match relationship.components.join(", ") {
        components if components.is_empty() => components,
        components => format!(" of {components}"),
    };
    format!(
        "{}{share} {interest} {}{components} ({})",
        relationship.kind,
        relationship.directness.as_str(),
        relationship.record.as_deref().unwrap_or_default(),
    )
}

fn lines(found: &[RecordDrafts]) -> Vec<String> {
    known(found).relationships.iter().map(interest_line).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "what is written in place is given away")]
fn check(interests: Value, components: Value, expected: &[&str], expected_faults: &[&str]) {
    let details = json!({
        "isComponent": false, "subject": "c", "interestedParty": "p", "interests": interests, "componentRecords": components,
    });
    let found = read(json!([statement("relationship", "r", "new", "2020-01-02", &details)]).to_string());
    assert_eq!(lines(&found), expected, "{details}");
    assert_eq!(faults(&found), expected_faults, "{details}");
}

#[test]
fn an_interest_says_its_type_and_how_directly_it_is_held() {
    check(
        json!([
            {"type": "appointmentOfBoard", "directOrIndirect": "direct"},
            {"type": "boardMember", "directOrIndirect": "direct"},
            {"type": "shareholding", "directOrIndirect": "unknown", "share": {"exact": 20}},
            {"type": "rightsToProfitOrIncome"},
        ]),
        Value::Null,
        &[
            "CONTROLS APPOINTMENT_OF_BOARD DIRECT (r)",
            "OFFICER_OF none UNKNOWN (r)",
            "OWNS RIGHTS_TO_PROFIT_OR_INCOME UNKNOWN (r)",
            "OWNS 20 SHAREHOLDING UNKNOWN (r)",
        ],
        &[],
    );
}

#[test]
fn an_interest_of_no_known_type_is_unknown_and_never_just_control() {
    for (interests, expected_faults) in [
        (json!([]), [].as_slice()),
        (json!([{"type": " "}]), &[]),
        (json!([{"type": "unknownInterest"}]), &[]),
        (
            json!([{"type": "friendship", "directOrIndirect": "both"}]),
            &[
                "InProperties interests.type: not a type of interest [friendship]",
                "InProperties interests.directOrIndirect: not direct, indirect or unknown [both]",
            ],
        ),
    ] {
        check(
            interests,
            Value::Null,
            &["CONTROLS UNKNOWN_INTEREST UNKNOWN (r)"],
            expected_faults,
        );
    }
}

#[test]
fn a_direct_and_an_indirect_interest_of_one_type_are_two() {
    check(
        json!([
            {"type": "shareholding", "directOrIndirect": "direct", "share": {"exact": 30}},
            {"type": "shareholding", "directOrIndirect": "indirect", "share": {"exact": 20}},
        ]),
        Value::Null,
        &["OWNS 30 SHAREHOLDING DIRECT (r)", "OWNS 20 SHAREHOLDING INDIRECT (r)"],
        &[],
    );
}

#[test]
fn components_are_ids_of_records_each_once() {
    check(
        json!([{"type": "shareholding", "directOrIndirect": "indirect"}, {"type": "trustee", "directOrIndirect": "indirect"}]),
        json!(["b", " r1 ", "r1", "guanxi:rel:a", 5, "two words"]),
        &[
            "OFFICER_OF none UNKNOWN (r)",
            "OWNS SHAREHOLDING INDIRECT of b, r1, rel:a (r)",
        ],
        &["InProperties componentRecords: not an id, or more than a relationship can have []"],
    );
    let many: Vec<String> = (0..1_005).map(|number| format!("r{number}")).collect();
    let details = json!({"subject": "c", "interestedParty": "p", "interests": [{"type": "shareholding"}], "componentRecords": many});
    let found = read(json!([statement("relationship", "r", "new", "2020-01-02", &details)]).to_string());
    let relationship = &known(&found).relationships[0];
    let left = &relationship.properties.as_ref().unwrap()["componentRecords"];
    assert_eq!(
        (relationship.components.len(), left.as_array().unwrap().len()),
        (1_000, 5)
    );
}

#[test]
fn components_before_0_4_are_the_first_of_the_statements_that_replace_each_other() {
    let old = |id: &str, replaces: &[&str], components: &[&str]| {
        json!({
            "statementID": id,
            "statementType": "ownershipOrControlStatement",
            "replacesStatements": replaces,
            "subject": {"describedByEntityStatement": "e1"},
            "interestedParty": {"describedByPersonStatement": "p1"},
            "interests": [{"type": "shareholding", "interestLevel": "indirect"}],
            "componentStatementIDs": components,
        })
    };
    let found = read(json!([old("o2", &["o1"], &[]), old("o3", &[], &["o2", "x"])]).to_string());
    assert_eq!(
        lines(&found),
        [
            "OWNS SHAREHOLDING INDIRECT (o1)",
            "OWNS SHAREHOLDING INDIRECT of o1, x (o3)"
        ]
    );
}

#[test]
fn unknown_and_anonymous_parties_are_undisclosed() {
    let of_type = |kind: &str, details: Value| {
        let found = read(json!([statement(kind, "r", "new", "2020-01-02", &details)]).to_string());
        known(&found).entities[0].undisclosed
    };
    for (person, expected) in [
        ("unknownPerson", true),
        ("anonymousPerson", true),
        ("knownPerson", false),
    ] {
        let details = json!({"personType": person, "names": [{"fullName": "A"}]});
        assert_eq!(of_type("person", details), expected, "{person}");
    }
    for (entity, expected) in [
        ("unknownEntity", true),
        ("anonymousEntity", true),
        ("registeredEntity", false),
    ] {
        let details = json!({"entityType": {"type": entity}, "name": "A"});
        assert_eq!(of_type("entity", details), expected, "{entity}");
    }
    assert!(!of_type("entity", json!({})));
}

#[test]
fn an_end_in_the_year_9999_is_none_and_one_to_come_has_not_come() {
    let entity = |end: &str| {
        let details = json!({"name": "C", "foundingDate": "2010-01-01", "dissolutionDate": end});
        let found = read(json!([statement("entity", "r", "new", "2020-01-02", &details)]).to_string());
        assert_eq!(faults(&found), Vec::<String>::new());
        let entity = known(&found).entities.remove(0);
        (entity.dissolved.map(|end| end.to_string()), entity.status.as_str())
    };
    let end = |end: &str| Some(end.to_owned());
    assert_eq!(entity("9999-12-31"), (None, "UNKNOWN"));
    assert_eq!(entity("2020-01-02"), (end("2020-01-02"), "INACTIVE"));
    assert_eq!(entity("2020-01-03"), (end("2020-01-03"), "UNKNOWN"));
    let interests = json!([{"type": "shareholding", "startDate": "2010-01-01", "endDate": "9999-12-31"}]);
    let details = json!({"subject": "c", "interestedParty": "p", "interests": interests});
    let found = read(json!([statement("relationship", "r", "new", "2020-01-02", &details)]).to_string());
    let relationship = &known(&found).relationships[0];
    assert_eq!(relationship.validity.until(), None);
    assert_eq!(relationship.properties, None);
}
