//! Statements of 0.2 and 0.3.

use serde_json::json;

use super::*;

/// An old statement.
fn old(kind: &str, id: &str, replaces: &[&str], rest: Value) -> Value {
    let mut statement = json!({
        "statementID": id,
        "statementType": kind,
        "isComponent": false,
        "statementDate": "2020-01-02",
        "publicationDetails": {"publicationDate": "2020-02-01", "bodsVersion": "0.2", "publisher": {"name": "Old Register"}},
    });
    let fields = statement.as_object_mut().unwrap();
    if !replaces.is_empty() {
        fields.insert("replacesStatements".to_owned(), json!(replaces));
    }
    let Value::Object(mut rest) = rest else {
        panic!("{rest}")
    };
    fields.append(&mut rest);
    statement
}

fn company(id: &str, replaces: &[&str], name: &str) -> Value {
    old(
        "entityStatement",
        id,
        replaces,
        json!({"entityType": "registeredEntity", "name": name}),
    )
}

#[expect(clippy::needless_pass_by_value, reason = "what is written in place is given away")]
fn owner(id: &str, replaces: &[&str], party: Value, interests: Value) -> Value {
    old(
        "ownershipOrControlStatement",
        id,
        replaces,
        json!({
            "subject": {"describedByEntityStatement": "e1"},
            "interestedParty": party,
            "interests": interests,
        }),
    )
}

fn check(statements: &[Value], expected: &[&str]) {
    let found = read(serde_json::to_vec(&statements).unwrap());
    assert_eq!(faults(&found), Vec::<String>::new());
    assert_eq!(listed(&found), expected);
}

#[test]
fn entities_and_persons_of_0_2_are_those_of_today() {
    check(
        &[
            old(
                "entityStatement",
                "e1",
                &[],
                json!({
                    "entityType": "registeredEntity",
                    "name": "Acme",
                    "incorporatedInJurisdiction": {"name": "United Kingdom", "code": "GB"},
                    "identifiers": [{"scheme": "GB-COH", "id": "1"}],
                    "addresses": [{"type": "registered", "address": "1 High Street", "country": "GB"}],
                }),
            ),
            old(
                "entityStatement",
                "e2",
                &[],
                json!({"entityType": "unknownEntity", "missingInfoReason": "not told"}),
            ),
            old(
                "personStatement",
                "p1",
                &[],
                json!({
                    "personType": "knownPerson",
                    "names": [{"type": "individual", "fullName": "Ann  Smith"}],
                    "nationalities": [{"name": "Ireland", "code": "IE"}],
                    "birthDate": "1964-04",
                    "hasPepStatus": true,
                    "pepStatusDetails": [{"reason": "minister"}],
                }),
            ),
        ],
        &[
            "bods:e1 COMPANY Acme (GB) [gb-coh 1] {addresses, entityType}",
            "bods:e2 COMPANY Unknown entity {entityType, unspecifiedEntityDetails}",
            "bods:p1 PERSON Ann Smith (IE) 1964-04.. {nationalities, politicalExposure}",
        ],
    );
}

#[test]
fn interests_of_0_2_and_0_3_are_those_of_today() {
    let share = json!({"minimum": 25, "maximum": 50, "exclusiveMinimum": true});
    check(
        &[
            owner(
                "o1",
                &[],
                json!({"describedByPersonStatement": "p1"}),
                json!([
                    {"type": "voting-rights", "interestLevel": "indirect", "share": share, "startDate": "2016-04"},
                    {"type": "trustee-of-trust"},
                    {"type": "rightsToProfitOrIncome", "directOrIndirect": "direct", "share": {"exact": 10}},
                ]),
            ),
            owner(
                "o2",
                &[],
                json!({"unspecified": {"reason": "no-beneficial-owners", "description": "None."}}),
                json!([]),
            ),
        ],
        &[
            "bods:p1 CONTROLS bods:e1 >25..50 of VOTES 2016-04.. as voting rights",
            "bods:p1 OFFICER_OF bods:e1 as trustee",
            "bods:p1 OWNS bods:e1 10 of PROFIT as rights to profit or income",
            "?NO_KNOWN_PERSON CONTROLS bods:e1 {interestedParty}",
        ],
    );
}

#[test]
fn statements_that_replace_each_other_are_versions_of_the_first() {
    let party = json!({"describedByEntityStatement": "e3"});
    let holding = |share: u8| json!([{"type": "shareholding", "share": {"exact": share}}]);
    let statements = [
        company("e1", &[], "Acme"),
        company("e2", &["e1"], "Acme Ltd"),
        company("e3", &["e0"], "Holding"),
        owner("o1", &[], party.clone(), holding(40)),
        owner("o2", &["o1"], json!({"describedByEntityStatement": "e0"}), holding(60)),
        owner("o3", &["o2"], party, json!([{"type": "boardMember"}])),
    ];
    check(
        &statements,
        &[
            "bods:e1 COMPANY Acme {entityType}",
            "bods:e1 COMPANY Acme Ltd {entityType}",
            "bods:e0 COMPANY Holding {entityType}",
            "bods:e0 OWNS bods:e1 40 of CAPITAL",
            "bods:e0 OWNS bods:e1 60 of CAPITAL",
            "bods:e0 OFFICER_OF bods:e1 as board member",
        ],
    );
    let found = read(serde_json::to_vec(&statements).unwrap());
    let ids: Vec<&str> = drafts(&found)
        .filter_map(|draft| match &draft.change {
            RecordChange::Record(Record::Relationship(relationship)) => Some(relationship.id.as_str()),
            _ => None,
        })
        .collect();
    let owns = "rel:bods%3Ae0:OWNS:bods%3Ae1:o1%2Fshareholding";
    assert_eq!(ids, [owns, owns, "rel:bods%3Ae0:OFFICER_OF:bods%3Ae1:o1%2FboardMember"]);
    // Each statement says what came from its record before and no longer does.
    let only: Vec<(&str, usize)> = drafts(&found)
        .filter_map(|draft| match &draft.change {
            RecordChange::OnlyThese { record, ids } => Some((record.as_str(), ids.len())),
            _ => None,
        })
        .collect();
    assert_eq!(only, [("o1", 1); 3]);
}

#[test]
fn what_no_statement_can_be_is_reported() {
    let found = read(
        json!([
            old("entityStatement", " ", &[], json!({})),
            old("noteStatement", "n1", &[], json!({})),
            owner("o1", &[], json!({}), json!([])),
            old(
                "ownershipOrControlStatement",
                "o2",
                &[],
                json!({"subject": {"describedByEntityStatement": "e1"}})
            ),
        ])
        .to_string(),
    );
    assert_eq!(
        faults(&found),
        [
            "Rejected statementID: no id []",
            "Rejected recordType: not a type of record [noteStatement]",
            "InProperties interestedParty: not a reason why a party is unspecified []",
            "Rejected interestedParty: an end is missing []",
        ]
    );
}
