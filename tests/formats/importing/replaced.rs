//! Statements that replace others: a newer one takes back everything that came from its record and that it no longer says, in every
//! version of the standard, whatever the order of statements, of files and of commands.

use std::collections::BTreeMap;

use guanxi::model::{Ends, Relationship};
use proptest::{prelude::*, test_runner::TestCaseError};

use super::{Desk, content, moment, one};

/// A statement about a company or a person of before 0.4.
fn party(id: &str, date: &str, name: &str, replaces: &[&str]) -> String {
    let replaces = replaces
        .iter()
        .map(|id| format!("{id:?}"))
        .collect::<Vec<_>>()
        .join(",");
    format!(
        r#"{{"statementID":"{id}","statementType":"entityStatement","entityType":"registeredEntity","isComponent":false,"name":"{name}","statementDate":"{date}","replacesStatements":[{replaces}],"publicationDetails":{{"publicationDate":"{date}","bodsVersion":"0.2","publisher":{{"name":"Register"}}}}}}"#
    )
}

/// A statement of before 0.4 that one owns so much of another.
fn owns(id: &str, date: &str, (from, to): (&str, &str), share: u32, replaces: &[&str]) -> String {
    let replaces = replaces
        .iter()
        .map(|id| format!("{id:?}"))
        .collect::<Vec<_>>()
        .join(",");
    format!(
        r#"{{"statementID":"{id}","statementType":"ownershipOrControlStatement","isComponent":false,"subject":{{"describedByEntityStatement":"{to}"}},"interestedParty":{{"describedByEntityStatement":"{from}"}},"interests":[{{"type":"shareholding","interestLevel":"direct","share":{{"exact":{share}}}}}],"statementDate":"{date}","replacesStatements":[{replaces}],"publicationDetails":{{"publicationDate":"{date}","bodsVersion":"0.2","publisher":{{"name":"Register"}}}}}}"#
    )
}

/// A statement of 0.4 about a record.
fn record(id: &str, record: &str, kind: &str, status: &str, date: &str, details: &str) -> String {
    format!(
        r#"{{"statementId":"{id}","recordId":"{record}","recordType":"{kind}","recordStatus":"{status}","statementDate":"{date}","recordDetails":{{"isComponent":false,{details}}},"publicationDetails":{{"publicationDate":"{date}","bodsVersion":"0.4","publisher":{{"name":"Register"}}}}}}"#
    )
}

fn company(id: &str, record_id: &str, status: &str, date: &str, name: &str) -> String {
    let details = format!(r#""entityType":{{"type":"registeredEntity"}},"name":"{name}""#);
    record(id, record_id, "entity", status, date, &details)
}

fn interest(id: &str, record_id: &str, status: &str, date: &str, (from, to): (&str, &str), interests: &str) -> String {
    let details = format!(r#""subject":"{to}","interestedParty":"{from}","interests":[{interests}]"#);
    record(id, record_id, "relationship", status, date, &details)
}

fn line(claim: &Relationship) -> String {
    let ends = match &claim.ends {
        Ends::Known { from, to } => format!("{from} {to}"),
        Ends::UnknownFrom { to, .. } => format!("? {to}"),
        Ends::UnknownTo { from, .. } => format!("{from} ?"),
    };
    let share = claim
        .share
        .map_or_else(String::new, |share| format!(" {}", share.range));
    format!("{} {ends}{share}", claim.kind).replace("bods:", "")
}

/// What was known then.
fn known(desk: &Desk, at: &str) -> Vec<String> {
    let store = desk.open();
    let (_, claims) = content(store.state().graph(), moment(at));
    let mut lines: Vec<String> = claims.iter().map(line).collect();
    lines.sort();
    lines
}

const TODAY: &str = "2027-01-01T00:00:00Z";

/// Imports statements in one file, in a file each, and by a command each; all of it in several orders.
fn check(statements: &[String], expected: &[&str]) {
    let orders: Vec<Vec<usize>> = (0..statements.len())
        .flat_map(|turn| {
            let forward: Vec<usize> = (0..statements.len())
                .map(|place| (place + turn) % statements.len())
                .collect();
            let back = forward.iter().rev().copied().collect();
            [forward, back]
        })
        .collect();
    for order in orders {
        let in_order: Vec<&str> = order.iter().map(|place| statements[*place].as_str()).collect();
        let whole = Desk::new();
        whole.import(&one(&whole.file("statements.json", &in_order.join("\n"))));
        assert_eq!(known(&whole, TODAY), expected, "in one file: {order:?}");
        let files = Desk::new();
        let paths: Vec<_> = in_order
            .iter()
            .enumerate()
            .map(|(place, text)| files.file(&format!("{place}.json"), text))
            .collect();
        files.import(&paths);
        assert_eq!(known(&files, TODAY), expected, "in a file each: {order:?}");
        let commands = Desk::new();
        for (place, text) in in_order.iter().enumerate() {
            commands.import(&one(&commands.file(&format!("{place}.json"), text)));
        }
        assert_eq!(known(&commands, TODAY), expected, "by a command each: {order:?}");
    }
}

#[test]
fn a_statement_that_replaces_another_is_instead_of_it_in_whatever_order_they_come() {
    let parties = [
        party("e1", "2019-01-01", "Alder Ltd", &[]),
        party("p1", "2019-01-01", "Ines", &[]),
    ];
    let chain = [
        owns("o1", "2019-01-01", ("p1", "e1"), 40, &[]),
        owns("o2", "2020-01-01", ("p1", "e1"), 60, &["o1"]),
        owns("o3", "2021-01-01", ("p1", "e1"), 80, &["o2"]),
    ];
    check(&[parties.to_vec(), chain.to_vec()].concat(), &["OWNS p1 e1 80"]);
    // On one day, and even with the smaller id, whoever replaces another is newer.
    let same_day = [
        owns("z", "2019-01-01", ("p1", "e1"), 40, &[]),
        owns("a", "2019-01-01", ("p1", "e1"), 60, &["z"]),
    ];
    check(&[parties.to_vec(), same_day.to_vec()].concat(), &["OWNS p1 e1 60"]);
}

#[test]
fn another_party_takes_the_place_of_the_one_before() {
    let parties = [
        party("e1", "2019-01-01", "Alder Ltd", &[]),
        party("p1", "2019-01-01", "Ines", &[]),
        party("p2", "2019-01-01", "Olin", &[]),
    ];
    let chain = [
        owns("o1", "2019-01-01", ("p1", "e1"), 100, &[]),
        owns("o2", "2021-01-01", ("p2", "e1"), 100, &["o1"]),
    ];
    let statements = [parties.to_vec(), chain.to_vec()].concat();
    check(&statements, &["OWNS p2 e1 100"]);
    let desk = Desk::new();
    desk.import(&one(&desk.file("statements.json", &statements.join("\n"))));
    assert_eq!(known(&desk, "2020-06-01T00:00:00Z"), ["OWNS p1 e1 100"]);
}

#[test]
fn parties_that_are_described_anew_stay_who_they_are() {
    let statements = [
        party("e1", "2019-01-01", "Alder Ltd", &[]),
        party("e2", "2020-01-01", "Alder plc", &["e1"]),
        party("p1", "2019-01-01", "Ines", &[]),
        // It refers to a later statement of the same chain.
        owns("o1", "2020-06-01", ("p1", "e2"), 70, &[]),
    ];
    check(&statements, &["OWNS p1 e1 70"]);
}

#[test]
fn an_update_of_a_record_retracts_what_it_no_longer_states() {
    let shares = |percent: u32| format!(r#"{{"type":"shareholding","share":{{"exact":{percent}}}}}"#);
    let both = format!(r#"{},{{"type":"votingRights","share":{{"exact":30}}}}"#, shares(40));
    let parties = [
        company("s1", "a", "new", "2020-01-01", "Alder Ltd"),
        company("s2", "p", "new", "2020-01-01", "Ines"),
        company("s3", "q", "new", "2020-01-01", "Olin"),
    ];
    let with = |claims: &[String]| [&parties[..], claims].concat();
    check(
        &with(&[
            interest("s4", "r", "new", "2020-01-01", ("p", "a"), &both),
            interest("s5", "r", "updated", "2021-01-01", ("q", "a"), &shares(50)),
        ]),
        &["OWNS q a 50"],
    );
    // Closed without an end: nobody says that it holds.
    check(
        &with(&[
            interest("s4", "r", "new", "2020-01-01", ("p", "a"), &both),
            interest("s5", "r", "closed", "2020-01-01", ("p", "a"), &both),
        ]),
        &[],
    );
    // Of one day: by its publication, then by what it does to the record.
    check(
        &with(&[
            interest("z", "r", "new", "2020-01-01", ("p", "a"), &shares(10)),
            interest("b", "r", "updated", "2020-01-01", ("p", "a"), &shares(20)),
        ]),
        &["OWNS p a 20"],
    );
}

#[test]
fn a_relationship_and_its_ends_are_known_since_the_date_of_the_relationship() {
    let statements = [
        company("s1", "E1", "new", "2019-01-01", "Alder Ltd"),
        company("s2", "E2", "new", "2019-01-01", "Birch Ltd"),
        company("s3", "E3", "new", "2024-05-05", "Cedar Ltd"),
        interest(
            "s4",
            "R",
            "new",
            "2018-01-01",
            ("E2", "E1"),
            r#"{"type":"shareholding"}"#,
        ),
    ];
    let desk = Desk::new();
    desk.import(&one(&desk.file("in.json", &statements.join("\n"))));
    let store = desk.open();
    let counts = |at: &str| {
        let (entities, claims) = content(store.state().graph(), moment(at));
        (entities.len(), claims.len())
    };
    assert_eq!(counts("2017-12-31T00:00:00Z"), (0, 0));
    assert_eq!(counts("2018-06-01T00:00:00Z"), (2, 1));
    assert_eq!(counts("2020-01-01T00:00:00Z"), (2, 1));
    assert_eq!(counts("2025-01-01T00:00:00Z"), (3, 1));
    let names = |at: &str| {
        let (entities, _) = content(store.state().graph(), moment(at));
        entities.into_iter().map(|entity| entity.name).collect::<Vec<_>>()
    };
    assert_eq!(names("2018-06-01T00:00:00Z"), ["bods:E1", "bods:E2"]);
    assert_eq!(names("2020-01-01T00:00:00Z"), ["Alder Ltd", "Birch Ltd"]);
}

/// Versions of a few records, in any order: which record, its day, what it says.
fn statements() -> impl Strategy<Value = Vec<String>> {
    let of_entity = (0..3_usize, 1..6_u32, 0..3_usize, any::<bool>()).prop_map(|(which, day, name, found)| {
        let date = format!("2020-01-0{day}");
        let founding = if found {
            format!(r#","foundingDate":"199{name}-01-01""#)
        } else {
            String::new()
        };
        let details = format!(r#""entityType":{{"type":"registeredEntity"}},"name":"Name {name}"{founding}"#);
        (format!("e{which}"), "entity", date, details)
    });
    let of_claim = (0..3_usize, 1..6_u32, 0..3_usize, 0..3_usize, 1..100_u32, any::<bool>()).prop_map(
        |(which, day, from, to, share, votes)| {
            let kind = if votes { "votingRights" } else { "shareholding" };
            let details = format!(
                r#""subject":"e{to}","interestedParty":"e{from}","interests":[{{"type":"{kind}","share":{{"exact":{share}}}}}]"#
            );
            (format!("r{which}"), "relationship", format!("2020-01-0{day}"), details)
        },
    );
    let statement = prop_oneof![2 => of_entity, 3 => of_claim];
    proptest::collection::vec(statement, 1..14).prop_map(|statements| {
        let mut first: BTreeMap<String, String> = BTreeMap::new();
        let numbered = statements.into_iter().enumerate();
        numbered
            .map(|(number, (id, kind, date, details))| {
                let is_first = first.insert(id.clone(), date.clone()).is_none();
                let status = if is_first { "new" } else { "updated" };
                record(&format!("s{number:02}"), &id, kind, status, &date, &details)
            })
            .collect()
    })
}

/// Everything known at some moments, with the names and the dates of entities.
fn history(desk: &Desk) -> Vec<String> {
    let store = desk.open();
    let mut all = Vec::new();
    for at in [
        "2010-04-01T12:00:00Z",
        "2011-04-01T12:00:00Z",
        "2011-07-01T12:00:00Z",
        "2012-07-01T12:00:00Z",
        "2020-01-01T12:00:00Z",
        "2020-01-02T12:00:00Z",
        "2020-01-03T12:00:00Z",
        "2020-01-05T12:00:00Z",
        TODAY,
    ] {
        let (entities, claims) = content(store.state().graph(), moment(at));
        all.push(format!("{at}: {entities:?} {claims:?}"));
    }
    all
}

fn today(desk: &Desk) -> String {
    let store = desk.open();
    let (entities, claims) = content(store.state().graph(), moment(TODAY));
    format!("{entities:?} {claims:?}")
}

/// Imports statements by files and commands cut at random, and compares what is known with what one file of them says.
fn check_order(
    statements: &[String],
    cuts: &[usize],
    seed: u64,
    of_files: fn(&Desk) -> Vec<String>,
) -> Result<(), TestCaseError> {
    let straight = Desk::new();
    straight.import(&one(&straight.file("all.json", &statements.join("\n"))));
    let mut mixed = statements.to_vec();
    let mut random = seed;
    for place in (1..mixed.len()).rev() {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        mixed.swap(place, usize::try_from(random >> 33).unwrap() % (place + 1));
    }
    let parts: Vec<String> = (0..4)
        .map(|part| {
            let of_part = mixed.iter().zip(cuts).filter(|(_, cut)| **cut == part);
            of_part
                .map(|(statement, _)| statement.as_str())
                .collect::<Vec<_>>()
                .join("\n")
        })
        .filter(|text: &String| !text.is_empty())
        .collect();
    let files = Desk::new();
    let paths: Vec<_> = parts
        .iter()
        .enumerate()
        .map(|(place, text)| files.file(&format!("{place}.json"), text))
        .collect();
    files.import(&paths);
    prop_assert_eq!(of_files(&files), of_files(&straight));
    let commands = Desk::new();
    for path in &paths {
        commands.import(&one(path));
    }
    prop_assert_eq!(today(&commands), today(&straight));
    // And nothing of it is news the second time.
    prop_assert_eq!(commands.import(&paths).counts()[1], 0);
    prop_assert_eq!(files.import(&paths).counts()[1], 0);
    Ok(())
}

/// Statements of before 0.4: two companies and a claim between them, each described by a chain of statements of which each
/// replaces the one before. The claim may name any statement about a company.
fn chains() -> impl Strategy<Value = Vec<String>> {
    let claim = (0..3_usize, 0..3_usize, 1..100_u32);
    (1..4_usize, 1..4_usize, proptest::collection::vec(claim, 1..4)).prop_map(|(owned, owners, claims)| {
        let of_company = |name: &'static str, length: usize| {
            (0..length).map(move |place| {
                let before = format!("{name}{}", place.wrapping_sub(1));
                let replaces: Vec<&str> = if place == 0 { Vec::new() } else { vec![before.as_str()] };
                party(
                    &format!("{name}{place}"),
                    &format!("201{place}-03-01"),
                    &format!("{name} {place}"),
                    &replaces,
                )
            })
        };
        let mut statements: Vec<String> = of_company("a", owned).chain(of_company("b", owners)).collect();
        for (place, (from, to, share)) in claims.iter().enumerate() {
            let before = format!("o{}", place.wrapping_sub(1));
            let replaces: Vec<&str> = if place == 0 { Vec::new() } else { vec![before.as_str()] };
            let ends = (format!("b{}", from % owners), format!("a{}", to % owned));
            let id = format!("o{place}");
            statements.push(owns(
                &id,
                &format!("201{place}-06-01"),
                (&ends.0, &ends.1),
                *share,
                &replaces,
            ));
        }
        statements
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn order_makes_no_difference(statements in statements(), cuts in proptest::collection::vec(0..4_usize, 14), seed: u64) {
        check_order(&statements, &cuts, seed, history)?;
    }

    #[test]
    fn the_order_of_statements_that_replace_others_makes_none_either(
        statements in chains(), cuts in proptest::collection::vec(0..4_usize, 14), seed: u64
    ) {
        check_order(&statements, &cuts, seed, history)?;
    }
}

#[test]
fn statements_that_replace_the_same_one_stand_beside_each_other() {
    let party = |id: &str, kind: &str, details: &str| {
        format!(r#"{{"statementID":"{id}","statementType":"{kind}","statementDate":"2019-01-01",{details}}}"#)
    };
    let parties = [
        party(
            "E",
            "entityStatement",
            r#""entityType":"registeredEntity","name":"E Ltd""#,
        ),
        party(
            "P1",
            "personStatement",
            r#""personType":"knownPerson","names":[{"type":"individual","fullName":"P One"}]"#,
        ),
        party(
            "P2",
            "personStatement",
            r#""personType":"knownPerson","names":[{"type":"individual","fullName":"P Two"}]"#,
        ),
    ];
    let owned = |id: &str, day: &str, by: &str, share: u32, replaces: &str| {
        format!(
            r#"{{"statementID":"{id}","statementType":"ownershipOrControlStatement","statementDate":"{day}","subject":{{"describedByEntityStatement":"E"}},"interestedParty":{{"describedByPersonStatement":"{by}"}},"interests":[{{"type":"shareholding","share":{{"exact":{share}}}}}],"replacesStatements":[{replaces}]}}"#
        )
    };
    let first = owned("o1", "2019-01-01", "P1", 100, "");
    let delta = [
        owned("o2", "2020-01-01", "P1", 60, "\"o1\""),
        owned("o3", "2020-01-01", "P2", 40, "\"o1\""),
    ];
    let next = owned("o4", "2021-01-01", "P2", 100, "\"o2\",\"o3\"");
    let shares = |desk: &Desk| {
        let (_, relationships, _) = desk.content();
        let mut shares: Vec<String> = relationships
            .iter()
            .map(|claim| format!("{} {}", claim.ends.known().next().unwrap(), claim.share.unwrap().range))
            .collect();
        shares.sort();
        shares
    };
    let base: Vec<String> = parties.iter().cloned().chain([first]).collect();
    let base = format!("[{}]", base.join(","));
    let both = ["bods:P1 60", "bods:P2 40"];
    for order in [[0, 1], [1, 0]] {
        let [one_text, other_text] = order.map(|place| format!("[{}]", delta[place]));
        // In one command, and by three, the first statement first or last.
        let within = Desk::new();
        let files = [
            within.file("0.json", &base),
            within.file("1.json", &one_text),
            within.file("2.json", &other_text),
        ];
        within.import(&files);
        assert_eq!(shares(&within), both, "{order:?}");
        for texts in [[&base, &one_text, &other_text], [&one_text, &other_text, &base]] {
            let commands = Desk::new();
            for (number, text) in texts.iter().enumerate() {
                commands.import(&one(&commands.file(&format!("{number}.json"), text)));
            }
            assert_eq!(shares(&commands), both, "{order:?} in commands");
            commands.import(&one(&commands.file("next.json", &format!("[{next}]"))));
            assert_eq!(shares(&commands), ["bods:P2 100"], "{order:?}, and what replaces both");
            commands.import(&one(&commands.file("again.json", &one_text)));
            assert_eq!(shares(&commands), ["bods:P2 100"], "{order:?}, again");
        }
    }
}
