//! The command line from the point of view of a user: output, exit codes, and error messages.

use std::{fs, net::TcpListener, path::Path, process::Output};

use crate::harness::program;

use serde_json::Value;

fn guanxi(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A copy of the bundled tables, with one replacement in one file.
fn tables_with(file: &str, old: &str, new: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("data")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let path = folder.path().join(file);
    let table = fs::read_to_string(&path).unwrap();
    assert!(table.contains(old), "{old} in {file}");
    fs::write(&path, table.replacen(old, new, 1)).unwrap();
    folder
}

#[test]
fn a_query_is_answered_on_standard_output() {
    let output = guanxi(&[
        "query",
        r#"query($id: ID!) { company(by: {id: $id}) { name } }"#,
        "--variables",
        r#"{"id": "alipay"}"#,
    ]);
    assert!(output.status.success());
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["data"]["company"]["name"], "Alipay");
    // So a user who meant other data notices.
    assert!(text(&output.stderr).contains("the bundled network"));
}

#[test]
fn an_answer_with_errors_ends_with_exit_code_1() {
    for (arguments, code) in [
        (["query", "{ nothing }"].as_slice(), "GRAPHQL_VALIDATION_FAILED"),
        (
            &[
                "query",
                r#"mutation { retractEntities(input: {ids: ["macys-com"]}) { userErrors { code } } }"#,
            ],
            "FORBIDDEN",
        ),
        (&["query", "{"], "GRAPHQL_PARSE_FAILED"),
        (
            &["query", "{ companies(first: -1) { nodes { id } } }"],
            "BAD_USER_INPUT",
        ),
        (
            &["query", "{ a: __typename b: __typename }", "--root-fields-max", "1"],
            "LIMIT_EXCEEDED",
        ),
        (
            &[
                "query",
                "{ entities(first: 1000) { nodes { id } } }",
                "--work-max",
                "10",
            ],
            "BUDGET_EXCEEDED",
        ),
        (
            &[
                "query",
                "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                "--variables",
                r#"{"ids": ["a", "b", "c"]}"#,
                "--values-max",
                "3",
            ],
            "LIMIT_EXCEEDED",
        ),
        (
            &["query", "{ __typename }", "--document-bytes-max", "10"],
            "LIMIT_EXCEEDED",
        ),
        (
            &["query", "{ __typename }", "--view", r#"{"asOf": "soon"}"#],
            "BAD_USER_INPUT",
        ),
    ] {
        let output = guanxi(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], code,
            "{arguments:?}: {answer:#}"
        );
    }
    let output = guanxi(&["query", "{ __typename }", "--variables", "[1]"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--variables <JSON>': it is not a JSON object"));
}

#[test]
fn a_query_reports_its_cost_on_request() {
    let query = "{ companies(first: 3) { nodes { id } } }";
    let output = guanxi(&["query", query, "--cost"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["extensions"]["cost"]["estimated"], 14, "{answer:#}");
    assert_eq!(answer["extensions"]["cost"]["actual"], 14, "{answer:#}");
}

#[test]
fn the_view_of_a_query_comes_from_a_flag() {
    let owners = |view: &str| {
        let output = guanxi(&[
            "query",
            r#"{ company(by: {id: "paypal"}) { owners { totalCount } } }"#,
            "--view",
            view,
        ]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["data"]["company"]["owners"]["totalCount"].clone()
    };
    assert_eq!(owners(r#"{"asOf": "2014-11-28"}"#), 1);
    assert_eq!(owners(r#"{"asOf": "2016-11-28"}"#), 0);
}

#[test]
fn the_schema_is_printed() {
    let output = guanxi(&["schema"]);
    assert!(output.status.success());
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")).unwrap();
    assert_eq!(text(&output.stdout), schema);
}

#[test]
fn sound_tables_are_counted() {
    let output = guanxi(&["check"]);
    assert!(output.status.success());
    assert!(
        text(&output.stdout)
            .contains("67 entities, 107 relationships (2 disputed) with 161 statements from 30 sources")
    );
}

#[test]
fn every_problem_of_the_tables_is_reported_and_nothing_is_served() {
    let folder = tables_with(
        "relationships.csv",
        "rel:paypal:OWNS:paypal-china:1,OWNS,paypal,paypal-china,,,ACTIVE",
        "rel:paypal:OWNS:paypal-china:1,OWN,paypal,nobody,,,ENDED",
    );
    let dir = folder.path().to_str().unwrap();
    for arguments in [
        ["check", dir].as_slice(),
        &["serve", "--port", "0", "--data", dir],
        &["query", "{ __typename }", "--data", dir],
    ] {
        let output = guanxi(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(text(&output.stdout), "");
        let stderr = text(&output.stderr);
        for problem in ["kind \"OWN\"", "to \"nobody\"", "status \"ENDED\""] {
            assert!(stderr.contains(problem), "{problem} in {stderr}");
        }
        assert!(stderr.contains("relationships.csv:"), "{stderr}");
    }
}

#[test]
fn a_folder_without_tables_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let output = guanxi(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("relationships.csv"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_port_in_use_is_reported_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = guanxi(&["--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains(&port) && stderr.contains("--port"), "{stderr}");
}

#[test]
fn every_setting_has_an_environment_variable_and_a_description() {
    // Flags of a single command have none: left in the environment, they would silently affect the next one.
    let asked_for = [
        "variables",
        "operation-name",
        "view",
        "format",
        "raw-cells",
        "cost",
        "help",
    ];
    for subcommand in ["serve", "query"] {
        let help = text(&guanxi(&[subcommand, "--help"]).stdout);
        for flag in help.lines().filter_map(|line| line.trim().strip_prefix("--")) {
            let name = flag.split(' ').next().unwrap();
            if asked_for.contains(&name) {
                continue;
            }
            let variable = format!("GUANXI_{}", name.to_uppercase().replace('-', "_"));
            assert!(
                help.contains(&format!("[env: {variable}=")) || help.contains(&format!("[env: {variable}]")),
                "{subcommand} --{name}: {help}"
            );
        }
    }
}

#[test]
fn a_token_is_printed_once_and_its_text_is_stored_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    // Created with the first token, before there is a store in it.
    let folder = folder.path().join("store");
    let store = folder.to_str().unwrap();
    let file = folder.join("tokens.json");
    let token = |arguments: &[&str]| guanxi(&[&["token"], arguments, &["--store", store]].concat());
    assert_eq!(text(&token(&["list"]).stdout), "There are no tokens.\n");
    let created = token(&["create", "import", "--role", "editor"]);
    assert!(created.status.success());
    let secret = text(&created.stdout).trim().to_owned();
    // The prefix, and 256 bits in base64.
    assert!(secret.starts_with("gxt_") && secret.len() == 47, "{secret}");
    let file_text = fs::read_to_string(&file).unwrap();
    assert!(!file_text.contains(&secret) && !file_text.contains(&secret[4..]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let expires = [
        "create",
        "brief",
        "--role",
        "READER",
        "--expires",
        "2099-01-01T00:00:00Z",
    ];
    assert_ne!(text(&token(&expires).stdout).trim(), secret);
    assert!(token(&["revoke", "import"]).status.success());
    let listed = text(&token(&["list"]).stdout);
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].starts_with("import  EDITOR  revoked  created 20"), "{listed}");
    assert!(
        lines[1].starts_with("brief  READER  valid") && lines[1].ends_with("expires 2099-01-01T00:00:00Z"),
        "{listed}"
    );
    assert!(!folder.join("tokens.new").exists());
}

#[test]
fn faults_of_tokens_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens.json");
    let file = file.to_str().unwrap();
    assert!(
        guanxi(&["token", "create", "a", "--role", "READER", "--tokens", file])
            .status
            .success()
    );
    for (arguments, expected) in [
        (
            ["create", "a", "--role", "READER", "--tokens", file].as_slice(),
            "there was a token named \"a\" before",
        ),
        (
            &["create", " ", "--role", "READER", "--tokens", file],
            "cannot name a token",
        ),
        (
            &["create", "b", "--role", "OWNER", "--tokens", file],
            "one of READER, EDITOR, ADMIN",
        ),
        (
            &[
                "create",
                "b",
                "--role",
                "READER",
                "--expires",
                "2020-01-01T00:00:00Z",
                "--tokens",
                file,
            ],
            "expired",
        ),
        (&["revoke", "b", "--tokens", file], "there is no token named \"b\""),
        (&["list"], "--store DIR or --tokens FILE"),
    ] {
        let output = guanxi(&[&["token"], arguments].concat());
        assert!(!output.status.success(), "{arguments:?}");
        assert!(
            text(&output.stderr).contains(expected),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    }
    fs::write(file, "{\"format\": 2, \"tokens\": []}").unwrap();
    let output = guanxi(&["--port", "0", "--tokens", file]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("its format is 2"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_server_that_anyone_could_write_to_does_not_start() {
    for (arguments, expected) in [
        (
            ["--host", "0.0.0.0", "--port", "0"].as_slice(),
            ["--read-only", "guanxi token create"],
        ),
        (
            &[
                "--host",
                "0.0.0.0",
                "--port",
                "0",
                "--read-only",
                "--public-read",
                "off",
            ],
            ["--public-read off", "guanxi token create"],
        ),
    ] {
        let output = guanxi(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        for part in expected {
            assert!(
                text(&output.stderr).contains(part),
                "{arguments:?}: {}",
                text(&output.stderr)
            );
        }
    }
}
