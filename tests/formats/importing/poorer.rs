//! What is known is lost to nobody who says less: to a later record that leaves something blank, to one of another source, to an
//! older one that comes later; and what is closed twice is closed.

use guanxi::{
    import::Counts,
    model::{Date, Entity, EntityStatus, Relationship},
};

use super::{Desk, How, Imported, lei, one};

fn counts(imported: &Imported) -> [u64; 5] {
    let Counts {
        imported,
        unchanged,
        rejected,
        waiting,
        noted,
        ..
    } = imported.done.tally.counts();
    [imported, unchanged, rejected, waiting, noted]
}

fn statement(id: &str, day: &str, published: &str, status: &str, kind: &str, record: &str, details: &str) -> String {
    format!(
        r#"{{"statementId":"{id}","statementDate":"{day}","recordId":"{record}","recordType":"{kind}","recordStatus":"{status}","declarationSubject":"a","publicationDetails":{{"publicationDate":"{published}","bodsVersion":"0.4","publisher":{{"name":"Reg"}}}},"recordDetails":{{"isComponent":false,{details}}}}}"#
    )
}

fn company(record: &str, day: &str) -> String {
    statement(
        &format!("e-{record}"),
        day,
        day,
        "new",
        "entity",
        record,
        &format!(r#""entityType":{{"type":"registeredEntity"}},"name":"{record} Ltd""#),
    )
}

fn held(id: &str, day: &str, published: &str, status: &str, by: &str, share: u32) -> String {
    let interest = format!(r#"{{"type":"shareholding","directOrIndirect":"direct","share":{{"exact":{share}}}}}"#);
    statement(
        id,
        day,
        published,
        status,
        "relationship",
        "r1",
        &format!(r#""subject":"a","interestedParty":"{by}","interests":[{interest}]"#),
    )
}

#[test]
fn what_is_closed_twice_on_one_day_is_closed() {
    let parties = [
        company("a", "2019-01-01"),
        company("p", "2019-01-01"),
        company("q", "2019-01-01"),
    ];
    let later = company("later", "2021-01-01");
    let histories = [
        vec![
            held("s1", "2019-01-01", "2019-01-01", "new", "p", 60),
            held("s2", "2020-01-01", "2020-01-01", "closed", "p", 60),
            held("s3", "2020-01-01", "2020-02-01", "closed", "p", 60),
        ],
        vec![
            held("s1", "2019-01-01", "2019-01-01", "new", "p", 60),
            held("s2", "2020-01-01", "2020-01-01", "updated", "q", 60),
            held("s3", "2020-01-01", "2020-02-01", "closed", "q", 60),
        ],
        vec![
            held("s1", "2019-01-01", "2019-01-01", "new", "p", 60),
            held("s2", "2020-01-01", "2020-01-01", "updated", "p", 70),
            held("s3", "2020-01-01", "2020-01-01", "closed", "p", 70),
        ],
    ];
    for history in histories {
        let mut all = parties.to_vec();
        all.extend(history.clone());
        all.push(later.clone());
        let reversed: Vec<String> = all.iter().rev().cloned().collect();
        for statements in [&all, &reversed] {
            let desk = Desk::new();
            desk.import(&one(&desk.file("all.bods.json", &statements.join("\n"))));
            let (entities, relationships, _) = desk.content();
            assert_eq!((entities.len(), relationships.len()), (4, 0), "{history:?}");
            let commands = Desk::new();
            for (number, text) in statements.iter().enumerate() {
                commands.import(&one(&commands.file(&format!("{number}.bods.json"), text)));
            }
            let (entities, relationships, _) = commands.content();
            assert_eq!((entities.len(), relationships.len()), (4, 0), "{history:?} in commands");
        }
    }
}

fn lei_record(number: usize, name: &str, status: &str, expired: &str, updated: &str) -> String {
    format!(
        "LEI,Entity.LegalName,Entity.LegalAddress.Country,Entity.EntityStatus,Entity.EntityExpirationDate,Registration.LastUpdateDate\n\
         {},{name},FI,{status},{expired},{updated}T00:00:00Z\n",
        lei(number)
    )
}

fn parent_record(status: &str, since: &str, until: &str, updated: &str) -> String {
    format!(
        "Relationship.StartNode.NodeID,Relationship.StartNode.NodeIDType,Relationship.EndNode.NodeID,Relationship.EndNode.NodeIDType,\
         Relationship.RelationshipType,Relationship.RelationshipStatus,Relationship.Period.1.startDate,Relationship.Period.1.endDate,\
         Relationship.Period.1.periodType,Registration.LastUpdateDate\n\
         {},LEI,{},LEI,IS_DIRECTLY_CONSOLIDATED_BY,{status},{since},{until},RELATIONSHIP_PERIOD,{updated}T00:00:00Z\n",
        lei(1),
        lei(2)
    )
}

/// Imports files in this order, in one command and by commands of their own; both must come to the same.
fn in_both_ways(texts: &[(&str, String)], order: &[usize]) -> (Vec<Entity>, Vec<Relationship>) {
    let (files, commands) = (Desk::new(), Desk::new());
    let paths: Vec<_> = order
        .iter()
        .map(|place| files.file(texts[*place].0, &texts[*place].1))
        .collect();
    files.import(&paths);
    for path in &paths {
        commands.import(&one(path));
    }
    let (entities, relationships, _) = files.content();
    let (others, other_relationships, _) = commands.content();
    let known = |entities: &[Entity]| {
        entities
            .iter()
            .map(|entity| format!("{} {} {:?}", entity.name, entity.status, entity.dissolved))
            .collect::<Vec<_>>()
    };
    assert_eq!(known(&entities), known(&others), "{order:?}");
    let validities = |claims: &[Relationship]| {
        claims
            .iter()
            .map(|claim| format!("{} {:?}", claim.id, claim.validity))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        validities(&relationships),
        validities(&other_relationships),
        "{order:?}"
    );
    for path in &paths {
        assert_eq!(counts(&commands.import(&one(path)))[0], 0, "{order:?} again");
    }
    (entities, relationships)
}

#[test]
fn of_a_registers_records_the_one_updated_last_holds_as_a_whole() {
    let texts = [
        ("lei-1.csv", lei_record(1, "Ubisecure Oy", "ACTIVE", "", "2024-01-01")),
        (
            "lei-2.csv",
            lei_record(1, "Ubisecure Oy", "INACTIVE", "2024-06-30", "2024-07-01"),
        ),
        ("lei-3.csv", lei_record(1, "RapidLEI Oy", "ACTIVE", "", "2025-02-01")),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let (entities, _) = in_both_ways(&texts, &order);
        let [entity] = entities.as_slice() else {
            panic!("{entities:?}")
        };
        assert_eq!(
            (&*entity.name, entity.status, entity.dissolved),
            ("RapidLEI Oy", EntityStatus::Active, None),
            "{order:?}"
        );
        assert!(entity.names.iter().any(|name| name.text == "Ubisecure Oy"), "{order:?}");
    }
    let mut texts = vec![(
        "lei.csv",
        format!(
            "{}{}",
            lei_record(1, "A", "ACTIVE", "", "2024-01-01"),
            lei_record(2, "B", "ACTIVE", "", "2024-01-01")
                .split_once('\n')
                .unwrap()
                .1
        ),
    )];
    texts.extend([
        ("rr-1.csv", parent_record("ACTIVE", "2020-01-01", "", "2024-01-01")),
        (
            "rr-2.csv",
            parent_record("INACTIVE", "2020-01-01", "2024-06-30", "2024-07-01"),
        ),
        ("rr-3.csv", parent_record("ACTIVE", "2025-01-01", "", "2025-02-01")),
    ]);
    for order in [[0, 1, 2, 3], [0, 3, 2, 1], [0, 2, 3, 1], [0, 3, 1, 2]] {
        let (_, relationships) = in_both_ways(&texts, &order);
        let [claim] = relationships.as_slice() else {
            panic!("{relationships:?}")
        };
        let day = Date::constant(2026, 1, 1);
        assert_eq!(
            claim.validity.since().map(|since| since.to_string()).as_deref(),
            Some("2025-01-01"),
            "{order:?}"
        );
        assert_eq!(
            (claim.validity.until(), claim.validity.is_contradictory()),
            (None, false),
            "{order:?}"
        );
        assert!(
            claim
                .properties
                .as_ref()
                .is_none_or(|kept| !format!("{kept:?}").contains("INACTIVE")),
            "{order:?} {day}"
        );
    }
}

#[test]
fn what_a_joined_record_says_anew_is_said_of_the_one_that_is_left() {
    let how = How {
        join: &["lei"],
        ..How::default()
    };
    let bods = statement(
        "s",
        "2020-01-01",
        "2020-01-01",
        "new",
        "entity",
        "a",
        &format!(
            r#""entityType":{{"type":"registeredEntity"}},"name":"Ubisecure","identifiers":[{{"scheme":"XI-LEI","id":"{}"}}]"#,
            lei(1)
        ),
    );
    let desk = Desk::new();
    let first = [
        desk.file("e.bods.json", &bods),
        desk.file("lei-1.csv", &lei_record(1, "Ubisecure Oy", "ACTIVE", "", "2024-01-01")),
    ];
    desk.import_as(&first, how);
    assert_eq!(counts(&desk.import_as(&first, how))[0], 0);
    let second = one(&desk.file(
        "lei-2.csv",
        &lei_record(1, "RapidLEI Oy", "INACTIVE", "2025-01-31", "2025-02-01"),
    ));
    assert_eq!(counts(&desk.import_as(&second, how))[0], 1);
    let (entities, ..) = desk.content();
    let [entity] = entities.as_slice() else {
        panic!("{entities:?}")
    };
    assert_eq!((&*entity.name, entity.status), ("RapidLEI Oy", EntityStatus::Inactive));
    assert!(entity.dissolved.is_some());
    // Whatever comes again says nothing new, the older record neither.
    for files in [&first[..], &second, &first[1..], &second] {
        assert_eq!(counts(&desk.import_as(files, how))[0], 0);
    }
}

const OWNERS: &str = r#"
[source]
id = "{src}"
publisher = "P"
title = "T"
[[entity]]
id = "{owner}"
kind = "COMPANY"
name = "{owner}"
undisclosed = "{hidden|optional}"
identifiers = [{ scheme = "lei", value = "{lei|optional}" }]
[[entity]]
id = "{company}"
kind = "COMPANY"
name = "{company}"
[[relationship]]
kind = "OWNS"
from = "{owner}"
to = "{company}"
share = "{share|optional}"
status = "{status|optional}"
summary = "{summary|optional}"
stated_on = "{on|optional}"
"#;

const HEADER: &str = "src,owner,company,share,status,summary,on,hidden,lei\n";

fn owners() -> How {
    How {
        mapping: Some(OWNERS),
        ..How::default()
    }
}

fn claims(desk: &Desk) -> Vec<String> {
    let (_, relationships, _) = desk.content();
    let claim = |claim: &Relationship| {
        let share = claim
            .share
            .map_or_else(|| "-".to_owned(), |share| share.range.to_string());
        let statements: Vec<String> = claim
            .evidence
            .iter()
            .map(|said| {
                let figure = said.share.map_or_else(String::new, |share| format!("={}", share.range));
                let on = said.stated_on.map_or_else(String::new, |on| format!("@{on}"));
                format!(
                    "{}{figure}{on}{}",
                    said.source.trim_start_matches("source:"),
                    said.summary.as_deref().unwrap_or_default()
                )
            })
            .collect();
        format!("{} {share} {}", claim.status, statements.join(","))
    };
    relationships.iter().map(claim).collect()
}

#[test]
fn blank_cells_of_relationships_leave_what_stands_in_every_order() {
    let table: [(&[&str], &str); 6] = [
        (&["s,A,B,60,,,,,"], "ACTIVE 60 s"),
        (&["s,A,B,60,WITHDRAWN,,,,", "s,A,B,60,,,,,"], "WITHDRAWN 60 s"),
        (&["s,A,B,60,PLANNED,,,,", "s,A,B,,,,,,"], "PLANNED 60 s"),
        (&["s,A,B,60,,said,2010,,", "s,A,B,60,,,,,"], "ACTIVE 60 s@2010said"),
        (&["s,A,B,60,,said,,,", "s,A,B,60,,,2010,,"], "ACTIVE 60 s@2010said"),
        // Each source keeps its own figure.
        (&["s,A,B,60,,,,,", "t,A,B,30,,,,,"], "ACTIVE 60 s=60,t=30"),
    ];
    for (rows, expected) in table {
        let reversed: Vec<&str> = rows.iter().rev().copied().collect();
        for rows in [rows, &reversed] {
            let (within, commands) = (Desk::new(), Desk::new());
            within.import_as(
                &one(&within.file("all.csv", &format!("{HEADER}{}\n", rows.join("\n")))),
                owners(),
            );
            // Of two sources the figure that came first is the claim's, or last, in another command; both are told in the evidence.
            let holds = |desk: &Desk| {
                let known = claims(desk);
                known == [expected] || (expected.contains('=') && known[0].ends_with("s=60,t=30"))
            };
            assert!(holds(&within), "{rows:?}: {:?}", claims(&within));
            for (number, row) in rows.iter().enumerate() {
                commands.import_as(
                    &one(&commands.file(&format!("{number}.csv"), &format!("{HEADER}{row}\n"))),
                    owners(),
                );
            }
            assert!(holds(&commands), "{rows:?} in commands: {:?}", claims(&commands));
        }
    }
}

#[test]
fn a_later_status_that_is_stated_holds() {
    let desk = Desk::new();
    for (row, expected) in [
        ("s,A,B,60,PLANNED,,,,", "PLANNED"),
        ("s,A,B,,,,,,", "PLANNED"),
        ("s,A,B,,ACTIVE,,,,", "ACTIVE"),
    ] {
        desk.import_as(&one(&desk.file("t.csv", &format!("{HEADER}{row}\n"))), owners());
        assert!(claims(&desk)[0].starts_with(expected), "{row}: {:?}", claims(&desk));
    }
}

#[test]
fn who_is_not_disclosed_stays_so_where_nothing_is_said_of_it() {
    for rows in [
        ["s,A,B,75,,,,true,", "s,A,B,75,,,,,"],
        ["s,A,B,75,,,,,", "s,A,B,75,,,,true,"],
    ] {
        let (within, commands) = (Desk::new(), Desk::new());
        within.import_as(
            &one(&within.file("all.csv", &format!("{HEADER}{}\n", rows.join("\n")))),
            owners(),
        );
        for (number, row) in rows.iter().enumerate() {
            commands.import_as(
                &one(&commands.file(&format!("{number}.csv"), &format!("{HEADER}{row}\n"))),
                owners(),
            );
        }
        for desk in [within, commands] {
            let (entities, ..) = desk.content();
            assert!(
                entities.iter().any(|entity| entity.id == "A" && entity.undisclosed),
                "{rows:?}"
            );
        }
    }
}

#[test]
fn what_is_joined_is_joined_again_without_anything_new() {
    let how = How {
        join: &["lei"],
        ..owners()
    };
    let rows = format!("s,p,q,60,,,,,{0}\ns,q,a,30,,,,,{0}\n", lei(1));
    let desk = Desk::new();
    let file = one(&desk.file("t.csv", &format!("{HEADER}{rows}")));
    desk.import_as(&file, how);
    let (entities, relationships, _) = desk.content();
    assert_eq!((entities.len(), relationships.len()), (2, 1));
    for _ in 0..2 {
        assert_eq!(counts(&desk.import_as(&file, how))[0], 0);
    }
    assert_eq!(desk.content().1, relationships);
}

#[test]
fn what_has_no_date_comes_in_beside_what_has() {
    let claim =
        held("s1", "2020-01-01", "2020-01-01", "new", "p", 60).replacen("\"statementDate\":\"2020-01-01\",", "", 1);
    let claim = claim.replacen("\"publicationDate\":\"2020-01-01\",", "", 1);
    let desk = Desk::new();
    let lines = [claim, company("a", "2020-01-01"), company("p", "2021-01-01")];
    let imported = desk.import(&one(&desk.file("all.bods.json", &lines.join("\n"))));
    assert_eq!(counts(&imported), [3, 0, 0, 0, 0], "{:?}", imported.findings);
    assert_eq!(desk.content().1.len(), 1);
}

#[test]
fn what_is_known_by_its_number_alone_gives_no_name_when_it_is_joined() {
    let how = How {
        join: &["lei"],
        ..How::default()
    };
    let desk = Desk::new();
    let bods = |record: &str, number: usize| {
        statement(
            record,
            "2020-01-01",
            "2020-01-01",
            "new",
            "entity",
            record,
            &format!(
                r#""entityType":{{"type":"registeredEntity"}},"name":"{record} Ltd","identifiers":[{{"scheme":"XI-LEI","id":"{}"}}]"#,
                lei(number)
            ),
        )
    };
    let files = [
        desk.file("e.bods.json", &[bods("a", 1), bods("b", 2)].join("\n")),
        desk.file("rr.csv", &parent_record("ACTIVE", "2020-01-01", "", "2024-01-01")),
    ];
    desk.import_as(&files, how);
    let (entities, relationships, _) = desk.content();
    let names: Vec<(&str, usize)> = entities
        .iter()
        .map(|entity| (&*entity.name, entity.names.len()))
        .collect();
    assert_eq!((names, relationships.len()), (vec![("a Ltd", 0), ("b Ltd", 0)], 1));
}
