//! Two records with one id are one thing, in one file or in several, in one import or in several: nothing of either is lost but
//! where they differ, and that is told with the place of both.

use std::path::PathBuf;

use guanxi::{
    import::Counts,
    model::{Entity, Relationship},
};

use super::{Desk, How, Imported, lei, lei_file, one};

const TABLES: &str = r#"
[source]
id = "s"
publisher = "P"
title = "T"
[[entity]]
id = "t:{id}"
kind = "COMPANY"
name = "{name}"
founded = "{founded|optional}"
country = "{country|optional}"
identifiers = [{ scheme = "cik", value = "{cik|optional}" }, { scheme = "ticker", value = "{ticker|optional}" }]
properties = ["sector"]
"#;

const OWNERS: &str = r#"
[source]
id = "s"
publisher = "P"
title = "T"
[csv]
delimiter = ";"
[[entity]]
id = "c:{owner|slug}"
kind = "COMPANY"
name = "{owner}"
[[entity]]
id = "c:{company|slug}"
kind = "COMPANY"
name = "{company}"
identifiers = [{ scheme = "reg", value = "{reg|optional}" }]
[[relationship]]
kind = "OWNS"
from = "c:{owner|slug}"
to = "c:{company|slug}"
share = "{percent|optional}"
"#;

fn how(mapping: &'static str) -> How {
    How {
        mapping: Some(mapping),
        ..How::default()
    }
}

/// What an entity says, in a line: `t:AAA Alpha (other names) 1999 cik:320193 sector=Steel`.
fn line(entity: &Entity) -> String {
    let mut line = format!("{} {}", entity.id, entity.name);
    let names: Vec<&str> = entity.names.iter().map(|name| name.text.as_str()).collect();
    if !names.is_empty() {
        line.push_str(&format!(" ({})", names.join(", ")));
    }
    line.extend(entity.founded.map(|founded| format!(" {founded}")));
    line.extend(entity.country.iter().map(|country| format!(" {country}")));
    line.extend(
        entity
            .identifiers
            .iter()
            .map(|known| format!(" {}:{}", known.scheme, known.value)),
    );
    for (key, value) in entity.properties.iter().flatten() {
        line.push_str(&format!(" {key}={}", value.as_str().unwrap_or_default()));
    }
    line
}

fn lines(desk: &Desk) -> Vec<String> {
    desk.content().0.iter().map(line).collect()
}

fn counts(imported: &Imported) -> String {
    let Counts {
        imported,
        unchanged,
        rejected,
        noted,
        ..
    } = imported.done.tally.counts();
    format!("{imported} {unchanged} {rejected} {noted}")
}

/// Imports tables, each by a command of its own where `apart`, and compares what is known then.
fn check(mapping: &'static str, tables: &[&str], apart: bool, expected: &[&str]) -> Vec<Imported> {
    let desk = Desk::new();
    let files: Vec<PathBuf> = tables
        .iter()
        .enumerate()
        .map(|(place, text)| desk.file(&format!("table-{place}.csv"), text))
        .collect();
    let imports: Vec<Imported> = if apart {
        files
            .iter()
            .map(|file| desk.import_as(&one(file), how(mapping)))
            .collect()
    } else {
        vec![desk.import_as(&files, how(mapping))]
    };
    assert_eq!(lines(&desk), expected, "{tables:?}, apart: {apart}");
    imports
}

#[test]
fn what_records_of_one_id_say_adds_up_in_any_order() {
    let header = "id,name,founded,country,cik,ticker,sector\n";
    let table = |row: &str| format!("{header}{row}\n");
    let (one, two) = (table("AAA,Alpha,1999,,,,Steel"), table("AAA,Alpha,,,320193,,"));
    let tickers = [
        table("AAA,Alpha,,,,A,"),
        table("AAA,Alpha,,,,B,"),
        table("AAA,Alpha,,,,A,"),
    ];
    for apart in [false, true] {
        for tables in [[&*one, &*two], [&*two, &*one]] {
            check(TABLES, &tables, apart, &["t:AAA Alpha 1999 cik:320193 sector=Steel"]);
        }
        // A blank is no change, and a fuller record may come first or last.
        let blank = table("AAA,Alpha,,,,,");
        check(TABLES, &[&two, &blank], apart, &["t:AAA Alpha cik:320193"]);
        check(TABLES, &[&blank, &two], apart, &["t:AAA Alpha cik:320193"]);
        let tickers: Vec<&str> = tickers.iter().map(String::as_str).collect();
        check(TABLES, &tickers, apart, &["t:AAA Alpha ticker:A ticker:B"]);
    }
    let rows = format!("{header}AAA,Alpha,,,,,\nAAA,Alpha,,,320193,,\nAAA,Alpha,,US,,X,\n");
    let imports = check(TABLES, &[&rows], false, &["t:AAA Alpha US cik:320193 ticker:X"]);
    assert_eq!(counts(&imports[0]), "3 0 0 0");
}

#[test]
fn a_row_that_is_partly_new_is_imported_whole_in_every_order() {
    let rows = [
        "Alpha AG;Beta GmbH;51;HRB 1",
        "Beta GmbH;Gamma KG;100;HRB 2",
        "Delta AG;Beta GmbH;49;HRB 1",
    ];
    let orders = [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0]];
    for order in orders {
        let table = order.map(|row| rows[row]).join("\n");
        let desk = Desk::new();
        let file = desk.file("in.csv", &format!("owner;company;percent;reg\n{table}\n"));
        let imported = desk.import_as(&one(&file), how(OWNERS));
        assert_eq!(counts(&imported), "3 0 0 0", "{order:?}: {:?}", imported.findings);
        let identified: Vec<String> = lines(&desk).into_iter().filter(|line| line.contains("reg:")).collect();
        assert_eq!(
            identified,
            ["c:beta-gmbh Beta GmbH reg:HRB 1", "c:gamma-kg Gamma KG reg:HRB 2"]
        );
        assert_eq!(desk.content().1.len(), 3);
        assert_eq!(counts(&desk.import_as(&one(&file), how(OWNERS))), "0 3 0 0");
    }
}

#[test]
fn of_two_different_values_one_holds_and_the_other_is_reported_with_both_places() {
    let header = "id,name,founded,country,cik,ticker,sector\n";
    let desk = Desk::new();
    let table = format!("{header}AAA,Alpha,1999,US,,,Steel\nBBB,Beta,,,,,\nAAA,Alfa,2001,US,,,Iron\n");
    let file = desk.file("in.csv", &table);
    let imported = desk.import_as(&one(&file), how(TABLES));
    assert_eq!(lines(&desk), ["t:AAA Alpha (Alfa) 1999 US sector=Steel", "t:BBB Beta"]);
    assert_eq!(counts(&imported), "3 0 0 3");
    let findings = [
        "in.csv: record 3 (t:AAA), line 4: name: another value of the same record holds: \"Alfa\" (noted; \"Alpha\" of \
         in.csv: record 1, line 2 holds)",
        "in.csv: record 3 (t:AAA), line 4: founded: another value of the same record holds: \"2001\" (noted; \"1999\" of \
         in.csv: record 1, line 2 holds)",
        "in.csv: record 3 (t:AAA), line 4: properties.sector: another value of the same record holds: \"\\\"Iron\\\"\" (noted; \
         \"\\\"Steel\\\"\" of in.csv: record 1, line 2 holds)",
    ];
    assert_eq!(imported.findings, findings);
    assert_eq!(counts(&desk.import_as(&one(&file), how(TABLES))), "0 3 0 3");
    // A later import changes what it states, and nothing else.
    let later = desk.file("later.csv", &format!("{header}AAA,Alpha,2002,,,,\n"));
    assert_eq!(counts(&desk.import_as(&one(&later), how(TABLES))), "1 0 0 0");
    assert_eq!(lines(&desk)[0], "t:AAA Alpha (Alfa) 2002 US sector=Steel");
}

#[test]
fn an_end_in_the_year_9999_is_none() {
    const ENDS: &str = r#"
        [source]
        id = "s"
        publisher = "P"
        title = "T"
        [[entity]]
        id = "t:{id}"
        kind = "COMPANY"
        name = "{id}"
        dissolved = "{gone}"
        [[relationship]]
        kind = "OWNS"
        from = "t:{id}"
        to = "t:B"
        until = "{gone}"
    "#;
    let desk = Desk::new();
    let file = desk.file("in.csv", "id,gone\nA,9999-12-31\nB,2030-01-01\n");
    desk.import_as(&one(&file), how(ENDS));
    let (entities, claims, _) = desk.content();
    let dissolved: Vec<_> = entities
        .iter()
        .map(|entity| entity.dissolved.map(|date| date.to_string()))
        .collect();
    assert_eq!(dissolved, [None, Some("2030-01-01".to_owned())]);
    assert_eq!(claims[0].validity.until(), None);
    assert_eq!(desk.import_as(&one(&file), how(ENDS)).counts()[1], 0);
}

fn claims(desk: &Desk) -> Vec<String> {
    let claims = desk.content().1;
    let claim = |claim: &Relationship| {
        let ends: Vec<&str> = claim.ends.known().collect();
        format!("{} {}", claim.kind, ends.join(" "))
    };
    claims.iter().map(claim).collect()
}

#[test]
fn what_refers_to_nothing_waits_and_appears_when_both_ends_are_described() {
    const POSTS: &str = r#"
        [source]
        id = "s"
        publisher = "P"
        title = "T"
        [[relationship]]
        kind = "OFFICER_OF"
        from = "p:{who}"
        to = "t:{id}"
    "#;
    const PEOPLE: &str = "[[entity]]\nid = \"p:{who}\"\nkind = \"PERSON\"\nname = \"{name}\"\n";
    let companies = "id,name,founded,country,cik,ticker,sector\nAAA,Alpha,,,,,\n";
    let people = "who,name\n1,Ann\n";
    let posts = "who,id\n1,AAA\n2,AAA\n";
    for order in [
        ["posts", "people", "companies"],
        ["people", "companies", "posts"],
        ["companies", "posts", "people"],
    ] {
        let desk = Desk::new();
        for what in order {
            let (text, mapping) = match what {
                "posts" => (posts, POSTS),
                "people" => (people, PEOPLE),
                _ => (companies, TABLES),
            };
            let imported = desk.import_as(&one(&desk.file(&format!("{what}.csv"), text)), how(mapping));
            assert_eq!(imported.done.tally.counts().rejected, 0);
        }
        assert_eq!(claims(&desk), ["OFFICER_OF p:1 t:AAA"], "{order:?}");
        // The other waits on.
        let ben = desk.file("ben.csv", "who,name\n2,Ben\n");
        desk.import_as(&one(&ben), how(PEOPLE));
        assert_eq!(claims(&desk), ["OFFICER_OF p:1 t:AAA", "OFFICER_OF p:2 t:AAA"]);
    }
    let desk = Desk::new();
    let few = How {
        waiting_max: 1,
        ..how(POSTS)
    };
    let imported = desk.import_as(&one(&desk.file("posts.csv", posts)), few);
    assert_eq!(
        (imported.done.waiting_in_store, counts(&imported).as_str()),
        (1, "0 0 1 1")
    );
}

#[test]
fn entities_with_the_same_identifier_are_joined_where_that_is_asked_for() {
    let desk = Desk::new();
    let companies = desk.file("lei.csv", &lei_file(&[(1, "Mother"), (2, "Daughter")]));
    desk.import(&one(&companies));
    let statement = |number: usize| {
        format!(
            r#"{{"statementId":"s{number}","statementDate":"2024-01-01","recordId":"e{number}","recordType":"entity","recordStatus":"new","recordDetails":{{"isComponent":false,"entityType":{{"type":"registeredEntity"}},"name":"Company {number} Ltd","identifiers":[{{"scheme":"XI-LEI","id":"{}"}}]}}}}"#,
            lei(number)
        )
    };
    let owns = r#"{"statementId":"o","statementDate":"2024-01-01","recordId":"r","recordType":"relationship","recordStatus":"new","recordDetails":{"isComponent":false,"subject":"e2","interestedParty":"e1","interests":[{"type":"shareholding","share":{"exact":60}}]}}"#;
    let statements = desk.file("bods.json", &[statement(1), statement(2), owns.to_owned()].join("\n"));
    let join = How {
        join: &["lei"],
        ..How::default()
    };
    let imported = desk.import_as(&one(&statements), join);
    assert_eq!(imported.done.joined_entities, 2);
    let (entities, relationships, _) = desk.content();
    let ids: Vec<&str> = entities.iter().map(|entity| entity.id.as_str()).collect();
    assert_eq!(ids, ["bods:e1", "bods:e2"]);
    assert!(entities.iter().all(|entity| entity.names.len() == 1), "{entities:?}");
    assert_eq!(relationships.len(), 1);
    // Importing either again changes nothing.
    let before = desk.content();
    assert_eq!(desk.import_as(&one(&statements), join).counts()[1], 0);
    assert_eq!(desk.import_as(&one(&companies), join).counts()[1], 0);
    assert_eq!(desk.content(), before);
}
