//! Records that become relationships: kinds and directions, ends, dates, percentages, amounts, statuses and sources.

use guanxi::{
    formats::reader::{Addition, RecordChange},
    model::{Ends, Record, Relationship},
};
use serde_json::{Value, json};

use super::{read_one, reasons, records_of, relationship, relationships_of};

fn ends(relationship: &Relationship) -> (&str, &str) {
    match &relationship.ends {
        Ends::Known { from, to } => (from, to),
        other => panic!("{other:?}"),
    }
}

#[test]
fn schemata_become_kinds_with_their_direction() {
    for (schema, from, to, kind, kept) in [
        ("Ownership", "owner", "asset", "OWNS", false),
        ("Control", "controller", "controlled", "CONTROLS", false),
        ("Directorship", "director", "organization", "OFFICER_OF", false),
        ("Employment", "employee", "employer", "EMPLOYED_BY", false),
        ("Membership", "member", "organization", "MEMBER_OF", false),
        ("Representation", "agent", "client", "REPRESENTS", false),
        ("UnknownLink", "subject", "object", "RELATED_TO", false),
        ("Family", "person", "relative", "RELATED_TO", true),
        ("Associate", "person", "associate", "RELATED_TO", true),
        ("Succession", "predecessor", "successor", "SUCCEEDED_BY", false),
        ("Payment", "payer", "beneficiary", "PAID", false),
        ("Debt", "creditor", "debtor", "LENT_TO", false),
        ("ProjectParticipant", "participant", "project", "PARTICIPATES_IN", true),
        ("CourtCaseParty", "party", "case", "PARTICIPATES_IN", true),
    ] {
        let found = relationship(schema, json!({from: ["a"], to: ["b"]}), &[]);
        assert_eq!(
            (found.kind.to_string().as_str(), ends(&found)),
            (kind, ("a", "b")),
            "{schema}"
        );
        assert_eq!(found.id, format!("rel:a:{kind}:b:k"));
        assert_eq!(found.evidence[0].id, format!("rel:a:{kind}:b:k/graph"));
        assert_eq!(found.evidence[0].locator, Some(format!("{schema} k")));
        let schema_kept = found
            .properties
            .is_some_and(|properties| properties["schema"] == schema);
        assert_eq!(schema_kept, kept, "{schema}");
    }
}

#[test]
fn roles_are_in_the_words_of_the_source() {
    let check = |schema: &str, properties: Value, role: Option<&str>| {
        assert_eq!(relationship(schema, properties, &[]).role.as_deref(), role);
    };
    check(
        "Directorship",
        json!({"director": ["a"], "organization": ["b"], "role": ["chair", "CEO"]}),
        Some("chair"),
    );
    check(
        "Family",
        json!({"person": ["a"], "relative": ["b"], "relationship": ["mother"]}),
        Some("mother"),
    );
    check(
        "Payment",
        json!({"payer": ["a"], "beneficiary": ["b"], "purpose": ["donation"]}),
        None,
    );
}

#[test]
fn several_ends_are_a_relationship_for_each_pair() {
    let found = read_one(json!({"id": "k", "schema": "Ownership", "properties": {
        "owner": ["a", "b", "a"], "asset": ["c", "d"], "percentage": ["50%"]}}));
    let ids: Vec<String> = relationships_of(&found)
        .into_iter()
        .map(|relationship| relationship.id)
        .collect();
    assert_eq!(
        ids,
        ["rel:a:OWNS:c:k", "rel:a:OWNS:d:k", "rel:b:OWNS:c:k", "rel:b:OWNS:d:k"]
    );
    let many: Vec<String> = (0..100).map(|number| format!("x{number}")).collect();
    let found = read_one(json!({"id": "k", "schema": "Ownership", "properties": {"owner": many, "asset": many}}));
    assert_eq!(
        (found.drafts.len(), reasons(&found)),
        (0, vec!["owner: more than 1000 pairs of ends (rejected)".to_owned()])
    );
}

#[test]
fn a_relationship_without_an_end_adds_to_others_of_its_record() {
    let check = |properties: Value, ends: Option<(&[&str], &[&str])>, expected: &[&str]| {
        let found = read_one(json!({"id": "k", "schema": "Ownership", "properties": properties}));
        let added = found.drafts.iter().map(|draft| match &draft.change {
            RecordChange::Addition(Addition::Relationship(added)) => {
                assert_eq!((&*added.record, &*added.key), ("ftm:k", "k"));
                (added.from.clone(), added.to.clone())
            }
            other => panic!("{other:?}"),
        });
        let owned = |ends: &[&str]| ends.iter().map(|end| (*end).to_owned()).collect::<Vec<_>>();
        let ends = ends.map(|(from, to)| (owned(from), owned(to)));
        assert_eq!(added.collect::<Vec<_>>(), ends.into_iter().collect::<Vec<_>>());
        assert_eq!(reasons(&found), expected);
    };
    check(json!({"owner": ["a"]}), Some((&["a"], &[])), &[]);
    check(json!({"asset": ["a", "b"]}), Some((&[], &["a", "b"])), &[]);
    check(json!({}), Some((&[], &[])), &[]);
    check(json!({"owner": ["rel:x"]}), None, &["owner: not an id (rejected)"]);
    check(
        json!({"owner": ["rel:x"], "asset": ["b"]}),
        None,
        &["owner: not an id (rejected)"],
    );
}

#[test]
fn dates_bound_the_relationship_and_a_payment_is_of_one_day() {
    let check = |schema: &str, properties: Value, expected: (&str, &str, &str), faults: &[&str]| {
        let mut properties = properties;
        for end in ["owner", "asset", "payer", "beneficiary"] {
            properties[end] = json!([end]);
        }
        let found = relationship(schema, properties.clone(), faults);
        let text = |date: Option<guanxi::model::PartialDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let dates = (
            text(found.validity.since()),
            text(found.validity.until()),
            text(found.evidence[0].stated_on),
        );
        assert_eq!((&*dates.0, &*dates.1, &*dates.2), expected, "{properties}");
    };
    let period =
        json!({"startDate": ["soon", "2014", "2013"], "endDate": ["2015-07-17T10:00:00"], "date": ["2014-06"]});
    check("Ownership", period, ("2014", "2015-07-17", "2014-06"), &[]);
    check(
        "Ownership",
        json!({"startDate": ["2014-05-01"], "endDate": ["2014-05-01"]}),
        ("2014-05-01", "2014-05-02", ""),
        &[],
    );
    check(
        "Ownership",
        json!({"startDate": ["2014"], "endDate": ["2014"]}),
        ("2014", "2014", ""),
        &[],
    );
    check(
        "Ownership",
        json!({"startDate": ["2014"], "endDate": ["2012"]}),
        ("2014", "2012", ""),
        &["endDate: until is not after since; both are stored as written, neither is used"],
    );
    check(
        "Ownership",
        json!({"startDate": ["long ago"]}),
        ("", "", ""),
        &["startDate: not a date"],
    );
    check(
        "Payment",
        json!({"date": ["2011-12-29", "2011-12-30"]}),
        ("2011-12-29", "2011-12-30", ""),
        &[],
    );
    check("Payment", json!({"date": ["2011-12"]}), ("2011-12", "2011-12", ""), &[]);
    check(
        "Payment",
        json!({"startDate": ["2011"], "date": ["2012"]}),
        ("2011", "", "2012"),
        &[],
    );
    check("Payment", json!({"date": ["9999-12-31"]}), ("9999-12-31", "", ""), &[]);
}

#[test]
fn a_percentage_that_is_not_understood_stays_as_it_is_written() {
    let owns = |percentage: Value, faults: &[&str]| {
        relationship(
            "Ownership",
            json!({"owner": ["a"], "asset": ["b"], "percentage": percentage}),
            faults,
        )
    };
    let share = |found: &Relationship| found.share.map(|share| format!("{} {}", share.range, share.of));
    assert_eq!(share(&owns(json!(["25,5 %"]), &[])).as_deref(), Some("25.5 CAPITAL"));
    assert_eq!(
        share(&owns(
            json!(["some", "more than 50% of votes"]),
            &["percentage: a percentage that is not understood"]
        ))
        .as_deref(),
        Some(">50..100 VOTES")
    );
    let odd = owns(
        json!(["about a half"]),
        &["percentage: a percentage that is not understood"],
    );
    assert_eq!(
        (share(&odd), &odd.properties.unwrap()["percentage"]),
        (None, &json!(["about a half"]))
    );
    let shares = json!({"owner": ["a"], "asset": ["b"], "sharesCount": ["100"], "sharesValue": ["5"]});
    let found = relationship("Ownership", shares, &[]);
    assert_eq!(
        Value::Object(found.properties.unwrap()),
        json!({"sharesCount": ["100"], "sharesValue": ["5"]})
    );
}

#[test]
fn amounts_are_in_their_own_currency_first() {
    let check = |properties: Value, amount: Option<&str>, kept: Value, faults: &[&str]| {
        let mut properties = properties;
        (properties["payer"], properties["beneficiary"]) = (json!(["a"]), json!(["b"]));
        let found = relationship("Payment", properties, faults);
        assert_eq!(found.amount.map(|amount| amount.to_string()).as_deref(), amount);
        assert_eq!(found.properties.map(Value::Object).unwrap_or_default(), kept);
    };
    check(
        json!({"amountEur": ["113969.15"]}),
        Some("EUR 113969.15"),
        json!(null),
        &[],
    );
    check(
        json!({"amount": ["5,000"], "currency": ["gbp"], "amountEur": ["6000"]}),
        Some("GBP 5000"),
        json!({"amountEur": ["6000"]}),
        &[],
    );
    check(
        json!({"amount": ["5"], "currency": ["EUR"], "amountEur": ["5.00"]}),
        Some("EUR 5"),
        json!(null),
        &[],
    );
    check(
        json!({"amount": ["5"], "amountUsd": ["6"]}),
        Some("USD 6"),
        json!({"amount": ["5"]}),
        &[],
    );
    check(
        json!({"amount": ["5"], "currency": ["Euro"]}),
        None,
        json!({"amount": ["5"], "currency": ["Euro"]}),
        &[],
    );
    check(
        json!({"amountEur": ["1.000,50"]}),
        None,
        json!({"amountEur": ["1.000,50"]}),
        &["amountEur: not an amount"],
    );
    check(
        json!({"amountEur": ["-5"]}),
        None,
        json!({"amountEur": ["-5"]}),
        &["amountEur: not an amount"],
    );
}

#[test]
fn a_status_says_how_firm_the_claim_is_and_an_ended_one_was_in_effect() {
    let check = |status: Value, until: Value, expected: &str, faults: &[&str]| {
        let properties = json!({"director": ["a"], "organization": ["b"], "status": status, "endDate": until});
        assert_eq!(
            relationship("Directorship", properties, faults).status.to_string(),
            expected,
            "{status}"
        );
    };
    check(json!([]), json!([]), "ACTIVE", &[]);
    check(json!(["Active"]), json!([]), "ACTIVE", &[]);
    check(json!(["resigned"]), json!([]), "ACTIVE", &[]);
    check(json!(["resigned"]), json!(["2014"]), "ACTIVE", &[]);
    check(json!(["rumoured"]), json!([]), "RUMOURED", &[]);
    check(
        json!(["ausgeschieden"]),
        json!([]),
        "UNKNOWN",
        &["status: a status that is not understood"],
    );
    check(json!(["active", "resigned"]), json!([]), "UNKNOWN", &[]);
}

#[test]
fn who_is_said_to_have_left_was_gone_when_that_was_seen() {
    let check = |schema: &str, properties: Value, expected: (&str, &str), kept: &[&str]| {
        let mut properties = properties;
        let ends = if schema == "Family" {
            ["person", "relative"]
        } else {
            ["director", "organization"]
        };
        for end in ends {
            properties[end] = json!([end]);
        }
        let found = relationship(schema, properties.clone(), &[]);
        let text = |date: Option<String>| date.unwrap_or_default();
        let since = text(found.validity.since().map(|date| date.to_string()));
        let ended_by = text(found.validity.stated_ended_by().map(|date| date.to_string()));
        assert_eq!((&*since, &*ended_by), expected, "{properties}");
        assert_eq!(found.status.to_string(), "ACTIVE", "{properties}");
        let held = found.properties.unwrap_or_default();
        assert_eq!(
            held.keys().map(String::as_str).collect::<Vec<_>>(),
            kept,
            "{properties}"
        );
    };
    let of =
        |schema: &'static str| move |properties, expected, kept: &[&str]| check(schema, properties, expected, kept);
    let director = of("Directorship");
    let seen = json!({"role": ["former director"], "startDate": ["2010"], "retrievedAt": ["2017-01-15T10:00:00"], "date": ["2014"]});
    director(seen, ("2010", "2017-01-15"), &["retrievedAt"]);
    director(
        json!({"status": ["Resigned"], "date": ["2014"], "modifiedAt": ["2018-02-03"]}),
        ("", "2014-12-31"),
        &["modifiedAt", "status"],
    );
    director(json!({"role": ["ex-chair"]}), ("", "2026-11-22"), &[]);
    director(json!({"role": ["former director"], "endDate": ["2016"]}), ("", ""), &[]);
    director(
        json!({"role": ["ex officio member"], "retrievedAt": ["2017"]}),
        ("", ""),
        &["retrievedAt"],
    );
    director(
        json!({"status": ["ended by 2017-01-15"], "startDate": ["2010"]}),
        ("2010", "2017-01-15"),
        &[],
    );
    of("Family")(json!({"relationship": ["ex-husband"]}), ("", ""), &["schema"]);
    let changed = json!({"id": "k", "schema": "Directorship", "last_change": "2019-03-04T00:00:00", "properties": {
        "director": ["a"], "organization": ["b"], "status": ["former"]}});
    let found = &relationships_of(&read_one(changed))[0];
    assert_eq!(
        found.validity.stated_ended_by().map(|day| day.to_string()).as_deref(),
        Some("2019-03-04")
    );
}

#[test]
fn an_interest_is_direct_or_indirect_where_its_type_says_so_and_of_no_type_of_ours() {
    let check = |schema: &str, ends: [&str; 2], property: &str, texts: Value, expected: &str, is_kept: bool| {
        let found = relationship(schema, json!({ends[0]: ["a"], ends[1]: ["b"], property: texts}), &[]);
        assert_eq!(found.directness.to_string(), expected, "{texts}");
        assert_eq!(found.properties.is_some(), is_kept, "{texts}");
        assert_eq!(found.interest, None);
    };
    let owns = |texts, expected, is_kept| {
        check(
            "Ownership",
            ["owner", "asset"],
            "ownershipType",
            texts,
            expected,
            is_kept,
        );
    };
    owns(json!(["indirect"]), "INDIRECT", false);
    owns(json!(["Direct legal ownership"]), "DIRECT", true);
    owns(json!(["beneficial"]), "UNKNOWN", true);
    owns(json!(["direct", "indirect"]), "UNKNOWN", true);
    let controls = ["controller", "controlled"];
    check(
        "Control",
        controls,
        "controlType",
        json!(["indirect control"]),
        "INDIRECT",
        true,
    );
}

#[test]
fn a_record_that_names_its_source_is_stated_there() {
    let sources = |properties: Value| {
        let mut properties = properties;
        (properties["owner"], properties["asset"]) = (json!(["a"]), json!(["b"]));
        properties["summary"] = json!(["A owns B."]);
        let found = read_one(json!({"id": "k", "schema": "Ownership", "properties": properties}));
        let mut source_lines: Vec<String> = Vec::new();
        for record in records_of(&found) {
            match record {
                Record::Source(source) => {
                    source_lines.push(format!("{} | {} | {}", source.id, source.publisher, source.title))
                }
                Record::Relationship(relationship) => {
                    let stated: Vec<&str> = relationship
                        .evidence
                        .iter()
                        .map(|statement| &*statement.source)
                        .collect();
                    let named: Vec<&str> = source_lines
                        .iter()
                        .map(|source| source.split(" | ").next().unwrap())
                        .collect();
                    assert_eq!(stated, if named.is_empty() { vec!["source:graph"] } else { named });
                    let says = |statement: &guanxi::model::Evidence| statement.summary.as_deref() == Some("A owns B.");
                    assert!(relationship.evidence.iter().all(says));
                }
                other => panic!("{other:?}"),
            }
        }
        source_lines
    };
    assert_eq!(sources(json!({})), [""; 0]);
    assert_eq!(
        sources(json!({"sourceUrl": ["https://example.org/a"]})),
        ["source:https://example.org/a | example.org | https://example.org/a"]
    );
    assert_eq!(
        sources(json!({"sourceUrl": ["https://example.org/a", "https://example.org/b"], "publisher": ["The Wire"]})),
        [
            "source:The%20Wire@https://example.org/a | The Wire | https://example.org/a",
            "source:The%20Wire@https://example.org/b | The Wire | https://example.org/b",
        ]
    );
    assert_eq!(
        sources(json!({"publisher": ["The Wire"]})),
        ["source:The%20Wire@ | The Wire | The Wire"]
    );
    // Who of two published what is not said.
    assert_eq!(
        sources(json!({"sourceUrl": ["https://example.org/a"], "publisher": ["A", "B"]})),
        ["source:https://example.org/a | example.org | https://example.org/a"]
    );
    let long = format!("https://example.org/{}", "x".repeat(1000));
    assert!(sources(json!({"sourceUrl": [long]}))[0].len() > 1000);
    assert_eq!(sources(json!({"sourceUrl": ["not a link"]})), [""; 0]);
}
