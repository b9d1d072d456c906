//! Data that carries versions: each was known when its statement was made, and the same statements again say nothing new.

use super::{Desk, content, moment, one};

fn statement(id: &str, record: &str, status: &str, date: &str, details: &str) -> String {
    format!(
        r#"{{"statementId":"{id}","declarationSubject":"c1","statementDate":"{date}","recordId":"{record}","recordStatus":"{status}","recordType":"{}","recordDetails":{details}}}"#,
        if record.starts_with('r') {
            "relationship"
        } else {
            "entity"
        }
    )
}

fn company(name: &str) -> String {
    format!(r#"{{"isComponent":false,"entityType":{{"type":"registeredEntity"}},"name":"{name}"}}"#)
}

fn share(exact: u32) -> String {
    format!(
        r#"{{"isComponent":false,"subject":"c1","interestedParty":"c2","interests":[{{"type":"shareholding","directOrIndirect":"direct","share":{{"exact":{exact}}}}}]}}"#
    )
}

fn statements() -> Vec<String> {
    vec![
        statement("s-1", "c1", "new", "2019-01-01", &company("Child")),
        statement("s-2", "c2", "new", "2019-01-01", &company("Owner")),
        statement("s-3", "r1", "new", "2019-01-01", &share(60)),
        statement("s-4", "r1", "updated", "2020-01-01", &share(40)),
        statement("s-5", "c2", "updated", "2021-01-01", &company("Owner renamed")),
        statement("s-6", "r1", "updated", "2022-01-01", &share(60)),
    ]
}

fn shares(desk: &Desk, known_at: &str) -> Vec<String> {
    let store = desk.open();
    let (_, relationships) = content(store.state().graph(), moment(known_at));
    let shares = relationships.iter().filter_map(|relationship| relationship.share);
    shares.map(|share| share.range.to_string()).collect()
}

#[test]
fn each_version_is_known_from_its_day_on() {
    let desk = Desk::new();
    let mut all = statements();
    // Their order in the file is nobody's business.
    all.reverse();
    let file = desk.file("statements.jsonl", &all.join("\n"));
    assert_eq!(desk.import(&one(&file)).counts(), [6, 6, 0, 0]);
    for (known_at, expected) in [
        ("2018-06-01T00:00:00Z", vec![]),
        ("2019-06-01T00:00:00Z", vec!["60"]),
        ("2020-06-01T00:00:00Z", vec!["40"]),
        ("2026-06-01T00:00:00Z", vec!["60"]),
    ] {
        assert_eq!(shares(&desk, known_at), expected, "{known_at}");
    }
    let before = desk.content();
    assert_eq!(desk.import(&one(&file)).counts(), [6, 0, 6, 0]);
    assert_eq!(desk.content(), before);
}

#[test]
fn further_statements_add_to_the_history() {
    let desk = Desk::new();
    let all = statements();
    let file = |count: usize| desk.file("statements.jsonl", &all[..count].join("\n"));
    assert_eq!(desk.import(&one(&file(3))).counts(), [3, 3, 0, 0]);
    assert_eq!(desk.import(&one(&file(5))).counts(), [5, 2, 3, 0]);
    // The last says what the first did, and is news all the same.
    assert_eq!(desk.import(&one(&file(6))).counts(), [6, 1, 5, 0]);
    assert_eq!(shares(&desk, "2026-06-01T00:00:00Z"), ["60"]);
    assert_eq!(desk.import(&one(&file(6))).counts(), [6, 0, 6, 0]);
}

#[test]
fn a_relationship_is_known_from_its_day_on_and_its_ends_until_theirs_by_their_ids_alone() {
    let desk = Desk::new();
    let mut all = statements();
    all[1] = statement("s-2", "c2", "new", "2019-09-01", &company("Owner"));
    let file = desk.file("statements.jsonl", &all.join("\n"));
    assert_eq!(desk.import(&one(&file)).counts(), [6, 6, 0, 0]);
    for (known_at, expected) in [
        ("2018-06-01T00:00:00Z", vec![]),
        ("2019-06-01T00:00:00Z", vec!["60"]),
        ("2020-06-01T00:00:00Z", vec!["40"]),
        ("2026-06-01T00:00:00Z", vec!["60"]),
    ] {
        assert_eq!(shares(&desk, known_at), expected, "{known_at}");
    }
    assert_eq!(desk.import(&one(&file)).counts(), [6, 0, 6, 0]);
    // What nothing describes is waited for.
    let alone = Desk::new();
    let file = alone.file("statements.jsonl", &statements()[2]);
    let imported = alone.import(&one(&file));
    assert_eq!(imported.counts(), [1, 0, 0, 0]);
    assert!(
        imported.findings[0].contains("it waits in the store for an entity that does not exist"),
        "{:?}",
        imported.findings
    );
}

#[test]
fn a_store_that_began_later_learns_of_every_version_now() {
    let desk = Desk::new();
    desk.import(&one(&desk.file("lei.csv", &super::lei_file(&[(1, "One")]))));
    let file = desk.file("statements.jsonl", &statements().join("\n"));
    assert_eq!(desk.import(&one(&file)).counts(), [6, 6, 0, 0]);
    assert_eq!(shares(&desk, "2025-01-01T00:00:00Z"), Vec::<String>::new());
    assert_eq!(shares(&desk, "2027-01-01T00:00:00Z"), ["60"]);
    assert_eq!(desk.import(&one(&file)).counts(), [6, 0, 6, 0]);
}
