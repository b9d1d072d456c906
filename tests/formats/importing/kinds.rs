//! Records of one id that say different things of what it is: of two kinds the more specific holds, else the first, and whoever
//! asks for neighbors of a kind finds it by the one that holds.

use guanxi::{
    graph::{Direction, Pattern},
    model::{AsOf, EntityKind, Set, Timestamp, View},
};

use super::{Desk, How, Imported, lei, lei_file, moment, one};

/// Lines of FollowTheMoney: what `a`, which owns `b`, is said to be.
fn lines(schemata: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = schemata
        .iter()
        .map(|schema| format!(r#"{{"id":"a","schema":"{schema}","properties":{{"name":["Acme"]}}}}"#))
        .collect();
    // The second line, so that there is something to record anew whenever what follows comes.
    lines.insert(
        1,
        r#"{"id":"b","schema":"Company","properties":{"name":["Beta"]}}
{"id":"ow","schema":"Ownership","properties":{"owner":["a"],"asset":["b"],"percentage":["60"]}}"#
            .to_owned(),
    );
    lines
}

/// What `a` is known as: its kind, the schema where the kind does not imply it, and the kinds under which `b` finds its owner.
fn known(desk: &Desk, at: Timestamp) -> String {
    let store = desk.open();
    let state = store.state();
    let graph = state.graph().known_at(at);
    let mask = graph.mask(&View {
        as_of: AsOf::Ever,
        known_at: at,
        statuses: Set::all(),
        has_explicit_statuses: true,
    });
    let (Some(a), Some(b)) = (graph.entity_by_id("a", &mask), graph.entity_by_id("b", &mask)) else {
        return "not both".to_owned();
    };
    let record = graph.entity(a).record();
    let schema = record
        .properties
        .and_then(|properties| Some(properties.get("schema")?.to_string()));
    let owners: Vec<String> = [
        EntityKind::Company,
        EntityKind::Organization,
        EntityKind::Person,
        EntityKind::Place,
    ]
    .into_iter()
    .filter(|kind| {
        let pattern = Pattern {
            neighbor_kinds: Set::of(&[*kind]),
            ..Pattern::in_direction(Direction::Incoming)
        };
        graph.hops(b, pattern, mask).next().is_some()
    })
    .map(|kind| kind.to_string())
    .collect();
    format!("{} {} {}", record.kind, schema.unwrap_or_default(), owners.join(" "))
}

/// What each import noted of kinds.
fn of_kind(imports: &[Imported]) -> Vec<&str> {
    let findings = imports.iter().flat_map(|imported| &imported.findings);
    findings
        .filter(|line| line.contains(": kind: "))
        .map(String::as_str)
        .collect()
}

#[test]
fn of_two_kinds_the_more_specific_holds_in_every_order_else_the_first() {
    const TABLE: [(&[&str], &str, usize); 10] = [
        (&["LegalEntity", "Company"], "COMPANY  COMPANY", 0),
        (&["Organization", "Company"], "COMPANY  COMPANY", 1),
        (&["LegalEntity", "Person"], "PERSON  PERSON", 1),
        (&["LegalEntity", "Organization"], "ORGANIZATION  ORGANIZATION", 1),
        (
            &["Organization", "PublicBody"],
            "ORGANIZATION \"PublicBody\" ORGANIZATION",
            0,
        ),
        (
            &["LegalEntity", "PublicBody"],
            "ORGANIZATION \"PublicBody\" ORGANIZATION",
            1,
        ),
        (&["LegalEntity", "Organization", "Company"], "COMPANY  COMPANY", 2),
        // These do not compare.
        (&["Company", "Person"], "COMPANY  COMPANY", 1),
        (&["Person", "Organization"], "PERSON  PERSON", 1),
        (
            &["PublicBody", "Company"],
            "ORGANIZATION \"PublicBody\" ORGANIZATION",
            1,
        ),
    ];
    for (schemata, expected, noted) in TABLE {
        let compares = !matches!(schemata[0], "Company" | "Person" | "PublicBody");
        let reversed: Vec<&str> = schemata.iter().rev().copied().collect();
        for schemata in [schemata, &reversed] {
            if !compares && schemata[0] == reversed[0] {
                continue;
            }
            let lines = lines(schemata);
            let within = Desk::new();
            let all = within.file("all.ftm.json", &lines.join("\n"));
            let imports = [within.import(&one(&all))];
            assert_eq!(known(&within, Timestamp::MAX), expected, "{schemata:?} in one file");
            if schemata.len() == 2 {
                assert_eq!(
                    of_kind(&imports).len(),
                    noted,
                    "{schemata:?}: {:?}",
                    imports[0].findings
                );
            }
            let [_, imported, ..] = within.import(&one(&all)).counts();
            assert_eq!(imported, 0, "{schemata:?} again");

            let (files, commands) = (Desk::new(), Desk::new());
            let names = ["1.ftm.json", "2.ftm.json", "3.ftm.json", "4.ftm.json"];
            let paths: Vec<_> = names
                .iter()
                .zip(&lines)
                .map(|(name, text)| files.file(name, text))
                .collect();
            files.import(&paths);
            assert_eq!(known(&files, Timestamp::MAX), expected, "{schemata:?} in files");
            let imports: Vec<Imported> = paths.iter().map(|path| commands.import(&one(path))).collect();
            assert_eq!(known(&commands, Timestamp::MAX), expected, "{schemata:?} in commands");
            if schemata.len() == 2 {
                assert_eq!(of_kind(&imports).len(), noted, "{schemata:?}");
            }
            for path in &paths {
                let [_, imported, ..] = commands.import(&one(path)).counts();
                assert_eq!(imported, 0, "{schemata:?} again, in commands");
            }
        }
    }
}

#[test]
fn what_was_known_before_keeps_the_kind_it_had() {
    let desk = Desk::new();
    let lines = lines(&["LegalEntity", "Person"]);
    let before = How {
        now: "2026-11-01T00:00:00Z",
        ..How::default()
    };
    desk.import_as(&one(&desk.file("1.ftm.json", &lines[..2].join("\n"))), before);
    let imported = desk.import(&one(&desk.file("2.ftm.json", &lines[2])));
    assert_eq!(
        of_kind(&[imported]),
        [
            "2.ftm.json: record 1 (a), line 1: kind: another value of the same record holds: \"COMPANY\" (noted; \"PERSON\" of this record holds)"
        ]
    );
    let between = moment("2026-11-02T00:00:00Z");
    assert_eq!(known(&desk, between), "COMPANY \"LegalEntity\" COMPANY");
    assert_eq!(known(&desk, Timestamp::MAX), "PERSON  PERSON");
}

#[test]
fn a_newer_version_of_another_kind_holds_unless_it_says_less() {
    let statement = |day: &str, kind: &str| {
        let id = day.replace('-', "");
        format!(
            r#"[{{"statementId":"s{id}","statementDate":"{day}","recordId":"r","recordType":"entity","recordStatus":"updated","recordDetails":{{"isComponent":false,"entityType":{{"type":"{kind}"}},"name":"Acme"}}}}]"#
        )
    };
    let kinds = |desk: &Desk| {
        let (entities, ..) = desk.content();
        entities
            .iter()
            .map(|entity| entity.kind.to_string())
            .collect::<Vec<_>>()
    };
    for (older, newer, expected) in [
        ("registeredEntity", "stateBody", "ORGANIZATION"),
        ("stateBody", "registeredEntity", "COMPANY"),
        ("unknownEntity", "stateBody", "ORGANIZATION"),
        ("stateBody", "legalEntity", "ORGANIZATION"),
    ] {
        let texts = [statement("2020-01-01", older), statement("2024-01-01", newer)];
        for order in [[0, 1], [1, 0]] {
            let (files, commands) = (Desk::new(), Desk::new());
            let paths = order.map(|number| files.file(&format!("{number}.bods.json"), &texts[number]));
            files.import(&paths);
            assert_eq!(kinds(&files), [expected], "{older} {newer} {order:?}");
            for path in &paths {
                commands.import(&one(path));
            }
            assert_eq!(kinds(&commands), [expected], "{older} {newer} {order:?} in commands");
            assert_eq!(commands.import(&paths).counts()[1], 0);
        }
    }
}

#[test]
fn what_is_joined_becomes_the_more_specific_of_its_kinds() {
    let ftm = |schema: &str| {
        format!(
            r#"{{"id":"a","schema":"{schema}","properties":{{"name":["Acme"],"leiCode":["{0}"]}}}}
{{"id":"b","schema":"Company","properties":{{"name":["Beta"]}}}}
{{"id":"ow","schema":"Ownership","properties":{{"owner":["a"],"asset":["b"],"percentage":["60"]}}}}"#,
            lei(1)
        )
    };
    let how = How {
        join: &["lei"],
        ..How::default()
    };
    for (schema, expected) in [
        ("Organization", "COMPANY  COMPANY"),
        ("LegalEntity", "COMPANY  COMPANY"),
        // What does not compare stays two, and that is told.
        ("PublicBody", "ORGANIZATION \"PublicBody\" ORGANIZATION"),
    ] {
        let desk = Desk::new();
        desk.import(&one(&desk.file("gleif.csv", &lei_file(&[(1, "Acme Inc")]))));
        let imported = desk.import_as(&one(&desk.file("a.ftm.json", &ftm(schema))), how);
        assert_eq!(
            known(&desk, Timestamp::MAX),
            expected,
            "{schema}: {:?}",
            imported.findings
        );
        let (entities, ..) = desk.content();
        let is_two = schema == "PublicBody";
        assert_eq!(entities.len(), if is_two { 3 } else { 2 }, "{schema}");
        let findings = imported
            .findings
            .iter()
            .any(|line| line.contains("an entity of another kind"));
        assert_eq!(findings, is_two, "{schema}: {:?}", imported.findings);
    }
}
