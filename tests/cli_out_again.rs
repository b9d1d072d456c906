//! Exports that are imported again: every format preserves what it promises, including the recording times of relationships and
//! cells that a spreadsheet would run as formulas. Tables for spreadsheets, and the data issues that are reported with them.

use std::{fs, path::Path, process::Output};

use crate::harness::program;

use serde_json::{Value, json};
use tempfile::TempDir;

/// Texts that a spreadsheet runs as formulas, or that look like a quoted one.
const HOSTILE: [&str; 8] = [
    "=SUM(A1:A9)",
    "+49 30 1234",
    "-Cola GmbH",
    "@home Ltd",
    "'=quoted",
    "''@twice",
    "'t Hooft BV",
    "=HYPERLINK(\"https://example.org?x=\"&A1,\"a;b, c\")",
];

fn guanxi(folder: &Path, arguments: &[&str]) -> Output {
    program(arguments).current_dir(folder).output().unwrap()
}

/// The standard output of a successful command.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = guanxi(folder, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

fn records(json_lines: &str, noun: &str) -> Vec<Value> {
    let lines = json_lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter_map(|line| line.get(noun).cloned()).collect()
}

fn owns(number: usize, more: &Value) -> Value {
    let id = format!("rel:e{number}:OWNS:e{}:1", number + 1);
    let mut claim = json!({
        "id": id, "kind": "OWNS", "ends": {"from": format!("e{number}"), "to": format!("e{}", number + 1)},
        "status": "ACTIVE", "recorded_at": "2026-03-01T00:00:00Z",
        "evidence": [{"id": format!("{id}/1"), "source": "source:s", "stance": "ASSERTS"}],
    });
    for (name, value) in more.as_object().unwrap() {
        claim[name] = value.clone();
    }
    claim
}

/// A store of companies with such names, each of which owns the next one.
fn store(claims: &[Value]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = vec![
        json!({"guanxi": {"format": 1, "title": "=Our data", "recorded_at": "2026-01-01T00:00:00Z"}}),
        json!({"source": {"id": "source:s", "publisher": "=Register", "title": "-Title"}}),
    ];
    for (number, name) in HOSTILE.iter().chain(&["Plain Ltd"]).enumerate() {
        let scheme = json!([{"scheme": "gb-coh", "value": format!("0022926{number}")}]);
        lines.push(json!({"entity": {
            "id": format!("e{number}"), "kind": "COMPANY", "name": name, "status": "ACTIVE", "identifiers": scheme,
            "description": format!("{name}."),
        }}));
    }
    lines.extend(claims.iter().map(|claim| json!({ "relationship": claim })));
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    fs::write(folder.path().join("data.jsonl"), text.join("\n")).unwrap();
    printed(folder.path(), &["import", "data.jsonl", "--store", "s"]);
    folder
}

/// Claims with all of their fields.
fn claims() -> Vec<Value> {
    vec![
        owns(
            0,
            &json!({"share": {"range": ">25..50", "of": "VOTES"}, "interest": "VOTING_RIGHTS", "directness": "INDIRECT",
            "components": ["rel:e1:OWNS:e2:1", "elsewhere"], "record": "r 1", "validity": {"since": "2015-03"}, "role": "=role"}),
        ),
        owns(
            1,
            &json!({"recorded_at": "2026-01-01T00:00:00Z", "validity": {"since": "2015", "until": "2019-07-01"}}),
        ),
        owns(
            2,
            &json!({"recorded_at": "2026-04-05T06:07:08.9Z", "validity": {"ended_by": "2020-02-02"}, "share": {"range": "48", "of": "CAPITAL"}}),
        ),
        owns(
            3,
            &json!({"ends": {"to": "e3", "unknown": "NATURAL_PERSONS"}, "id": "undisclosed"}),
        ),
        owns(
            4,
            &json!({"properties": {"note": "=1+1", "list": [1, {"deep": "@x"}]}, "status": "REPORTED"}),
        ),
    ]
}

#[test]
fn json_lines_and_tables_keep_everything_and_when_it_was_recorded() {
    for chosen in [
        claims(),
        claims()[1..2].to_vec(),
        claims()[..1].to_vec(),
        claims()[2..4].to_vec(),
    ] {
        let folder = store(&chosen);
        let first = printed(folder.path(), &["export", "json-lines", "--store", "s"]);
        assert_eq!(records(&first, "relationship").len(), chosen.len(), "{first}");
        for claim in &chosen {
            let moment = claim["recorded_at"].as_str().unwrap();
            assert!(
                first.contains(&format!("\"recorded_at\":\"{moment}\"")),
                "{moment}: {first}"
            );
        }
        fs::write(folder.path().join("again.jsonl"), &first).unwrap();
        printed(folder.path(), &["import", "again.jsonl", "--store", "lines"]);
        assert_eq!(
            printed(folder.path(), &["export", "json-lines", "--store", "lines"]),
            first
        );
        let known = printed(folder.path(), &["import", "again.jsonl", "--store", "lines"]);
        assert!(known.contains("nothing was new"), "{known}");
        for more in [&[][..], &["--raw-cells"]] {
            let tables = format!("tables{}", more.len());
            printed(
                folder.path(),
                &[&["export", "guanxi", "--store", "s", "--output", &tables], more].concat(),
            );
            let of_tables = printed(folder.path(), &["export", "json-lines", "--data", &tables]);
            for noun in ["source", "entity", "relationship"] {
                assert_eq!(records(&of_tables, noun), records(&first, noun), "{tables}");
            }
            let target = format!("store-{tables}");
            printed(folder.path(), &["import", &tables, "--store", &target]);
            let of_store = printed(folder.path(), &["export", "json-lines", "--store", &target]);
            for noun in ["source", "entity", "relationship"] {
                assert_eq!(records(&of_store, noun), records(&first, noun), "{target}");
            }
        }
    }
}

#[test]
fn many_relationships_of_one_moment_keep_it() {
    let folder = tempfile::tempdir().unwrap();
    let moments = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"];
    let claims = (0..6000).map(|number| owns(number, &json!({"recorded_at": moments[usize::from(number % 3 == 0)]})));
    let entities = (0..=6000).map(|number| json!({"entity": {"id": format!("e{number}"), "kind": "COMPANY", "name": format!("E{number}"), "status": "ACTIVE"}}));
    let head = [
        json!({"guanxi": {"format": 1, "title": "T", "recorded_at": moments[0]}}),
        json!({"source": {"id": "source:s", "publisher": "P", "title": "T"}}),
    ];
    let lines = head
        .into_iter()
        .chain(entities)
        .chain(claims.map(|claim| json!({ "relationship": claim })));
    let text: Vec<String> = lines.map(|line| line.to_string()).collect();
    fs::write(folder.path().join("data.jsonl"), text.join("\n")).unwrap();
    printed(folder.path(), &["import", "data.jsonl", "--store", "s"]);
    let out = printed(folder.path(), &["export", "json-lines", "--store", "s"]);
    assert_eq!(
        out.matches(&format!("\"recorded_at\":\"{}\"", moments[0])).count(),
        4001,
        "with the header"
    );
    assert_eq!(
        out.matches(&format!("\"recorded_at\":\"{}\"", moments[1])).count(),
        2000
    );
}

#[test]
fn no_table_has_a_cell_that_a_spreadsheet_runs_unless_requested() {
    let folder = store(&claims());
    let query = "{ companies { nodes { name description } } }";
    printed(folder.path(), &["export", "guanxi", "--store", "s", "--output", "t"]);
    let mut tables: Vec<String> = ["entities.csv", "sources.csv", "relationships.csv", "evidence.csv"]
        .iter()
        .map(|file| fs::read_to_string(folder.path().join("t").join(file)).unwrap())
        .collect();
    tables.push(printed(folder.path(), &["export", "csv", "--store", "s"]));
    tables.push(printed(
        folder.path(),
        &["query", query, "--format", "csv", "--data", "t"],
    ));
    for table in &tables {
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        for cell in reader
            .records()
            .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        {
            assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    assert!(tables[0].contains("'=SUM(A1:A9)") && tables[5].contains("'=SUM(A1:A9)"));
    let raw = printed(folder.path(), &["export", "csv", "--store", "s", "--raw-cells"]);
    assert!(raw.contains("=SUM(A1:A9)") && !raw.contains("'=SUM"), "{raw}");
    let raw = printed(
        folder.path(),
        &["query", query, "--format", "csv", "--data", "t", "--raw-cells"],
    );
    assert!(
        raw.contains("\n=SUM(A1:A9),=SUM(A1:A9).\n") && raw.contains("\n'=quoted,"),
        "{raw}"
    );
}

#[test]
fn the_flat_table_holds_a_row_for_each_relationship_and_is_read_back() {
    let folder = store(&claims());
    let table = printed(folder.path(), &["export", "csv", "--store", "s"]);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    let first: Vec<&str> = header.iter().take(8).collect();
    assert_eq!(
        first,
        [
            "owner", "company", "kind", "share", "since", "until", "status", "source"
        ]
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 5);
    let cell = |row: usize, column: &str| &rows[row][header.iter().position(|known| known == column).unwrap()];
    for (column, expected) in [
        ("owner", "'=SUM(A1:A9)"),
        ("company", "'+49 30 1234"),
        ("kind", "OWNS"),
        ("share", ">25..50"),
        ("share_of", "VOTES"),
        ("since", "2015-03"),
        ("status", "ACTIVE"),
        ("source", "'=Register"),
        ("owner_identifiers", "gb-coh:00229260"),
        ("company_identifiers", "gb-coh:00229261"),
        ("directness", "INDIRECT"),
        ("role", "'=role"),
    ] {
        assert_eq!(cell(0, column), expected, "{column}");
    }
    assert_eq!((cell(1, "since"), cell(1, "until")), ("2015", "2019-07-01"));
    assert_eq!(
        (cell(2, "ended_by"), cell(2, "recorded_at")),
        ("2020-02-02", "2026-04-05T06:07:08.9Z")
    );
    assert_eq!((cell(4, "owner"), cell(4, "unknown_reason")), ("", "NATURAL_PERSONS"));
    // A mapping reads the same names, quoted or not.
    let mapping = "[[entity]]\nid = \"{owner_id}\"\nkind = \"COMPANY\"\nname = \"{owner}\"\n";
    fs::write(folder.path().join("quoted.toml"), mapping).unwrap();
    fs::write(
        folder.path().join("raw.toml"),
        format!("[csv]\ncells = \"raw\"\n{mapping}"),
    )
    .unwrap();
    for (name, more) in [("quoted", &[][..]), ("raw", &["--raw-cells"])] {
        let (csv, map, store) = (format!("{name}.csv"), format!("{name}.toml"), format!("of-{name}"));
        printed(
            folder.path(),
            &[&["export", "csv", "--store", "s", "--output", &csv], more].concat(),
        );
        guanxi(
            folder.path(),
            &["import", "csv", "--map", &map, &csv, "--store", &store],
        );
        let names: Vec<Value> = records(
            &printed(folder.path(), &["export", "json-lines", "--store", &store]),
            "entity",
        );
        let names: Vec<&str> = names.iter().map(|entity| entity["name"].as_str().unwrap()).collect();
        assert_eq!(names, [HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[4]], "{name}");
    }
}

#[test]
fn any_answer_is_flattened() {
    let here = tempfile::tempdir().unwrap();
    let query = |text: &str| printed(here.path(), &["query", text, "--format", "csv"]);
    let owners = query(
        r#"{ company(by: {id: "paypal"}, view: {asOf: "2014-11-28"}) { name owners { edges { node { name } relationship { since share { text } } } } } }"#,
    );
    assert_eq!(
        owners,
        "company.name,company.owners.edges.node.name,company.owners.edges.relationship.since,company.owners.edges.relationship.share.text\n\
         PayPal,eBay,2002,100\n"
    );
    assert_eq!(query(r#"{ company(by: {id: "nobody"}) { name } }"#), "company\n\"\"\n");
    assert!(
        query("{ companies(first: 3) { totalCount nodes { id } } }")
            .starts_with("companies.totalCount,companies.nodes.id\n47,")
    );
    let refused = guanxi(here.path(), &["query", "{ nonsense }", "--format", "csv"]);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("nonsense"));
}

#[test]
fn followthemoney_and_bods_keep_what_interests_say() {
    let mut chosen = claims()[..3].to_vec();
    // BODS has only days.
    chosen[0]["validity"] = json!({"since": "2015-03-04"});
    chosen[1]["validity"] = json!({"since": "2015-01-02", "until": "2019-07-01"});
    let folder = store(&chosen);
    let first = printed(folder.path(), &["export", "json-lines", "--store", "s"]);
    for format in ["followthemoney", "bods"] {
        let file = format!("{format}.json");
        printed(folder.path(), &["export", format, "--store", "s", "--output", &file]);
        printed(folder.path(), &["import", &file, "--store", format]);
        let back = printed(folder.path(), &["export", "json-lines", "--store", format]);
        let (before, after) = (records(&first, "relationship"), records(&back, "relationship"));
        assert_eq!(before.len(), after.len(), "{format}: {back}");
        for claim in &before {
            let same = |other: &&Value| other["ends"] == claim["ends"];
            let other = after
                .iter()
                .find(same)
                .unwrap_or_else(|| panic!("{format}: {claim} in {back}"));
            for field in ["kind", "interest", "directness", "share", "validity"] {
                assert_eq!(other.get(field), claim.get(field), "{format} {field}: {other}");
            }
            let count = |claim: &Value| claim["components"].as_array().map_or(0, Vec::len);
            assert_eq!(count(other), count(claim), "{format}: {other}");
        }
    }
}

#[test]
fn the_issues_of_the_data_are_counted_and_the_worst_are_named() {
    let folder = store(&claims());
    let duplicate = r#"{"entity":{"id":"z","kind":"COMPANY","name":"Z","status":"ACTIVE","identifiers":[{"scheme":"gb-coh","value":"00229260"}]}}"#;
    fs::write(folder.path().join("more.jsonl"), duplicate).unwrap();
    let imported = printed(folder.path(), &["import", "more.jsonl", "--store", "s"]);
    let checked = printed(folder.path(), &["check", "--store", "s"]);
    let lines = |text: &str| -> Vec<String> {
        let from = text.lines().skip_while(|line| !line.starts_with("data issues: "));
        from.map(str::to_owned).collect()
    };
    assert_eq!(lines(&imported), lines(&checked), "{imported}{checked}");
    let summary = lines(&checked);
    assert_eq!(summary.len(), 4, "{checked}");
    assert!(summary[0].contains("(ERROR 1, "), "{summary:?}");
    assert!(
        summary[1].starts_with("  ERROR DUPLICATE_IDENTIFIER: ") && summary[1].contains("(z)"),
        "{summary:?}"
    );
    let in_silence = printed(
        folder.path(),
        &["import", "more.jsonl", "--store", "s", "--issues-ms", "0"],
    );
    assert!(lines(&in_silence).is_empty(), "{in_silence}");
    printed(folder.path(), &["export", "guanxi", "--store", "s", "--output", "t"]);
    let counted = printed(
        folder.path(),
        &[
            "query",
            "{ dataIssues { totalCount } }",
            "--format",
            "csv",
            "--data",
            "t",
        ],
    );
    // The tables have no place for an identifier that another entity has.
    let count: usize = counted.lines().nth(1).unwrap().parse().unwrap();
    assert!(
        summary[0].starts_with(&format!("data issues: {} (", count + 1)),
        "{counted}: {summary:?}"
    );
}
