//! The order of undated records, too, makes no difference, as long as they do not contradict each other; and registers that
//! describe the same companies leave one of each where they are joined.

use proptest::prelude::*;

use super::{Desk, How, content, lei, lei_file, moment, one, rr_file};

/// Lines of FollowTheMoney, of which several are about one thing.
const LINES: [&str; 14] = [
    r#"{"id":"co-a","schema":"Company","properties":{"name":["Alder Ltd"],"jurisdiction":["gb"]}}"#,
    r#"{"id":"co-a","schema":"Company","properties":{"name":["Alder Ltd"],"registrationNumber":["00229269"],"alias":["Alder"]}}"#,
    r#"{"id":"co-a","schema":"Company","properties":{"name":["Alder Ltd"],"alias":["The Alder"],"incorporationDate":["1999"]}}"#,
    r#"{"id":"co-b","schema":"Company","properties":{"name":["Birch Ltd"]}}"#,
    r#"{"id":"pe-p","schema":"Person","properties":{"name":["Ines Marlow"],"nationality":["pt"]}}"#,
    r#"{"id":"pe-p","schema":"Person","properties":{"name":["Ines Marlow"],"birthDate":["1970-05"],"notes":["seen"]}}"#,
    r#"{"id":"ow-1","schema":"Ownership","properties":{"owner":["pe-p"],"asset":["co-a"],"percentage":["60"]}}"#,
    r#"{"id":"ow-1","schema":"Ownership","properties":{"owner":["pe-p"],"asset":["co-a"],"startDate":["2015-01-01"]}}"#,
    r#"{"id":"ow-2","schema":"Ownership","properties":{"owner":["co-a"],"asset":["co-b"],"percentage":["51"]}}"#,
    r#"{"id":"di-1","schema":"Directorship","properties":{"director":["pe-p"],"organization":["co-b"],"role":["chair"]}}"#,
    r#"{"id":"ow-3","schema":"Ownership","properties":{"owner":["co-b"],"asset":["co-c"]}}"#,
    r#"{"id":"co-a","schema":"LegalEntity","properties":{"name":["Alder Ltd"],"country":["gb"]}}"#,
    r#"{"id":"co-b","schema":"Organization","properties":{"name":["Birch Ltd"],"summary":["Trees"]}}"#,
    r#"{"id":"pe-p","schema":"LegalEntity","properties":{"name":["Ines Marlow"],"country":["pt"]}}"#,
];

fn today(desk: &Desk) -> String {
    let store = desk.open();
    let state = store.state();
    let (entities, claims) = content(state.graph(), moment("2027-01-01T00:00:00Z"));
    let waiting = state.graph().unresolved().iter().map(|waiting| &waiting.missing);
    format!("{entities:#?} {claims:#?} {:?}", waiting.collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn undated_records_come_to_the_same_in_every_order(
        order in Just((0..LINES.len()).collect::<Vec<_>>()).prop_shuffle(), cuts in proptest::collection::vec(0..3_usize, LINES.len())
    ) {
        let how = How { source: Some("register"), ..How::default() };
        let straight = Desk::new();
        straight.import_as(&one(&straight.file("all.ftm.json", &LINES.join("\n"))), how);
        let parts: Vec<String> = (0..3)
            .map(|part| {
                let of_part = order.iter().filter(|line| cuts[**line] == part);
                of_part.map(|line| LINES[*line]).collect::<Vec<_>>().join("\n")
            })
            .filter(|text: &String| !text.is_empty())
            .collect();
        let files = Desk::new();
        let paths: Vec<_> = (0..).zip(&parts).map(|(number, text)| files.file(&format!("{number}.ftm.json"), text)).collect();
        files.import_as(&paths, how);
        prop_assert_eq!(today(&files), today(&straight));
        let commands = Desk::new();
        for path in &paths {
            commands.import_as(&one(path), how);
        }
        prop_assert_eq!(today(&commands), today(&straight));
        prop_assert_eq!(commands.import_as(&paths, how).counts()[1], 0);
    }
}

#[test]
fn two_registers_of_a_thousand_companies_leave_one_of_each() {
    const COUNT: usize = 1_000;
    let names: Vec<(usize, String)> = (0..COUNT).map(|number| (number, format!("Company {number}"))).collect();
    let names: Vec<(usize, &str)> = names.iter().map(|(number, name)| (*number, name.as_str())).collect();
    let statements: Vec<String> = (0..COUNT)
        .map(|number| {
            format!(
                r#"{{"statementId":"s{number:04}","statementDate":"2024-01-01","recordId":"e{number:04}","recordType":"entity","recordStatus":"new","recordDetails":{{"isComponent":false,"entityType":{{"type":"registeredEntity"}},"name":"Company {number} Ltd","identifiers":[{{"scheme":"XI-LEI","id":"{}"}}]}}}}"#,
                lei(number)
            )
        })
        .chain((1..COUNT).map(|number| {
            format!(
                r#"{{"statementId":"o{number:04}","statementDate":"2024-01-01","recordId":"r{number:04}","recordType":"relationship","recordStatus":"new","recordDetails":{{"isComponent":false,"subject":"e{number:04}","interestedParty":"e{:04}","interests":[{{"type":"shareholding","share":{{"exact":60}}}}]}}}}"#,
                number / 2
            )
        }))
        .collect();
    let desk = Desk::new();
    let links: Vec<(usize, usize, &str)> = (1..COUNT).map(|number| (number, number / 2, "2015")).collect();
    let files = [
        desk.file("lei.csv", &lei_file(&names)),
        desk.file("rr.csv", &rr_file(&links)),
        desk.file("bods.json", &statements.join("\n")),
    ];
    let join = How {
        join: &["lei"],
        ..How::default()
    };
    let imported = desk.import_as(&files, join);
    assert_eq!(imported.done.joined_entities, 1_000);
    let (entities, claims, _) = desk.content();
    assert_eq!((entities.len(), claims.len()), (COUNT, 2 * (COUNT - 1)));
    assert!(
        entities
            .iter()
            .all(|entity| entity.identifiers.len() == 1 && entity.names.len() == 1)
    );
    let again = desk.import_as(&files, join);
    assert_eq!((again.counts()[1], again.done.joined_entities), (0, 0));
}
