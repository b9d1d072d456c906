//! The data of a command: the same flags and variables for all commands, reported on standard error unless on the command line,
//! refused with advice if they conflict; and querying a server.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Output, Stdio},
    thread,
};

use serde_json::Value;

use crate::harness::program;

/// A served store, and its address.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program(&[&["serve", "--port", "0"], arguments].concat())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = log.find_map(|line| {
            let line = line.unwrap();
            let (_, address) = line.split_once("serving GraphQL and GraphiQL on ")?;
            Some(address.split_whitespace().next()?.to_owned())
        });
        // An unread log would fill its pipe and stop the server.
        thread::spawn(move || log.for_each(drop));
        Self {
            child,
            url: url.unwrap(),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already, which has failed the test by then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exit code, standard output and standard error.
fn parts(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Runs the program with these variables.
pub(crate) fn guanxi(arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String, String) {
    parts(&program(arguments).envs(variables.iter().copied()).output().unwrap())
}

/// A store with one company of its own, `own`, and its path.
fn own_store(folder: &Path) -> String {
    let file = folder.join("own.csv");
    fs::write(&file, "name\nOwn Company\n").unwrap();
    let map = folder.join("own.toml");
    fs::write(
        &map,
        "[[entity]]\nkind = \"COMPANY\"\nid = \"own\"\nname = \"{name}\"\n",
    )
    .unwrap();
    let store = folder.join("store").to_str().unwrap().to_owned();
    let import = [
        "import",
        "csv",
        file.to_str().unwrap(),
        "--map",
        map.to_str().unwrap(),
        "--store",
        &store,
    ];
    let (code, out, stderr) = guanxi(&import, &[]);
    assert_eq!(code, 0, "{out}{stderr}");
    store
}

pub(crate) const NAMES: &str = "{ companies(first: 2) { nodes { name } } }";

fn names(out: &str) -> String {
    let answer: Value = serde_json::from_str(out).unwrap_or_else(|error| panic!("{error}: {out}"));
    let nodes = answer["data"]["companies"]["nodes"].as_array().unwrap();
    let names: Vec<&str> = nodes.iter().map(|node| node["name"].as_str().unwrap()).collect();
    names.join(", ")
}

#[test]
fn the_data_of_a_query_is_named_by_arguments_or_variables_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let store = own_store(folder.path());
    let served = Served::start(&["--store", &store]);
    for (words, variables, expected) in [
        (["--store", store.as_str()].as_slice(), [].as_slice(), ""),
        (&["--server", served.url.as_str()], &[], ""),
        (
            &["--server", served.url.as_str()],
            &[("GUANXI_STORE", "nowhere"), ("GUANXI_DATA", "nowhere")],
            "",
        ),
        (&[], &[("GUANXI_STORE", store.as_str())], "from GUANXI_STORE"),
        (&[], &[("GUANXI_SERVER", served.url.as_str())], "from GUANXI_SERVER"),
        (
            &[],
            &[("GUANXI_SERVER", ""), ("GUANXI_STORE", store.as_str())],
            "from GUANXI_STORE",
        ),
    ] {
        let (code, out, stderr) = guanxi(&[&["query", NAMES], words].concat(), variables);
        assert_eq!(
            (code, names(&out).as_str()),
            (0, "Own Company"),
            "{words:?} {variables:?}: {stderr}"
        );
        match expected {
            "" => assert_eq!(stderr, "", "{words:?} {variables:?}"),
            expected => assert!(
                stderr.contains(expected) && stderr.lines().count() == 1,
                "{variables:?}: {stderr}"
            ),
        }
    }
    // The default is reported, too.
    for variables in [&[][..], &[("GUANXI_STORE", "")]] {
        let (code, out, stderr) = guanxi(&["query", NAMES], variables);
        assert!(code == 0 && names(&out).contains("Alibaba"), "{out}");
        assert!(
            stderr.contains("the bundled network") && stderr.contains("--store DIR"),
            "{stderr}"
        );
    }
}

#[test]
fn other_commands_take_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    let store = own_store(folder.path());
    let by_variable = [("GUANXI_STORE", store.as_str())];
    for (words, variables) in [
        (["--store", store.as_str()].as_slice(), [].as_slice()),
        (&[], &by_variable),
    ] {
        let (code, out, _) = guanxi(&[&["export", "json-lines"], words].concat(), variables);
        assert!(
            code == 0 && out.contains("Own Company") && !out.contains("Alibaba"),
            "{out}"
        );
        let (code, out, _) = guanxi(&[&["check"], words].concat(), variables);
        assert!(code == 0 && out.contains("no problems in the stored data"), "{out}");
    }
    let tables = folder.path().join("tables").to_str().unwrap().to_owned();
    let export = ["export", "guanxi", "--store", &store, "--output", &tables];
    assert_eq!(guanxi(&export, &[]).0, 0);
    for words in [&["check", tables.as_str()][..], &["check", "--data", tables.as_str()]] {
        let (code, out, stderr) = guanxi(words, &by_variable);
        assert!(code == 0 && out.contains("1 entities"), "{words:?}: {out}{stderr}");
        assert!(out.contains("data issues:"), "{out}");
    }
    let (_, out, stderr) = guanxi(&["check"], &[]);
    assert!(
        out.contains("107 relationships") && stderr.contains("the bundled network"),
        "{out}{stderr}"
    );
    // The check covers the data, not only its form.
    assert!(out.contains("DISPUTED"), "{out}");
}

#[test]
fn contradictory_arguments_and_variables_are_refused_with_advice() {
    let url = "http://127.0.0.1:1";
    let both = [("GUANXI_STORE", "a"), ("GUANXI_SERVER", url)];
    for (arguments, variables, expected) in [
        (
            &["query", NAMES, "--store", "a", "--server", url][..],
            &[][..],
            "--store DIR and --server URL name different data",
        ),
        (
            &["query", NAMES],
            &both,
            "select one with --store DIR, --data DIR or --server URL",
        ),
        (&["export", "csv"], &both, "GUANXI_STORE and GUANXI_SERVER are set"),
        (&["query", NAMES, "--token", "gxt_a"], &[], "give --server URL as well"),
        (
            &["query", NAMES, "--server", "example.org"],
            &[],
            "does not begin with http",
        ),
        (
            &["query", NAMES, "--server", url, "--token", " "],
            &[],
            "the token is empty",
        ),
        (&["query", NAMES, "--variables", "[1]"], &[], "not a JSON object"),
        (&["query", NAMES, "--view", "soon"], &[], "not a JSON object"),
        (
            &["query", NAMES, "--store", "-"],
            &[],
            "neither standard input nor output",
        ),
        (
            &["check", "--server", url],
            &[],
            "guanxi query --server URL '{ dataIssues",
        ),
        (&["check"], &[("GUANXI_SERVER", url)], "GUANXI_SERVER names the server"),
        (&["check", "a", "--data", "b"], &[], "--data DIR and the folder DIR"),
        (&["export", "csv", "--server", url], &[], "from the folder of its store"),
        (&["schema", "--store", "a"], &[], "the same for all data"),
        (&["serve", "--server", url], &[], "guanxi query --server URL"),
        (&["--server", url], &[], "guanxi query --server URL"),
        (&["--store", "a", "query", NAMES], &[], "guanxi query … --store"),
        (&["import", "gleif"], &[("GUANXI_STORE", "a")], "after the format gleif"),
        (
            &["import", "a.csv", "--store", "a", "--report", "-"],
            &[],
            "neither standard input nor output",
        ),
        (&["token", "list"], &[], "--store DIR or --tokens FILE"),
        (
            &["restore", "-", "--store", "a"],
            &[],
            "neither standard input nor output",
        ),
    ] {
        let (code, out, stderr) = guanxi(arguments, variables);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?} {variables:?}: {stderr}");
        assert!(stderr.contains(expected), "{arguments:?} {variables:?}: {stderr}");
    }
}

#[test]
fn a_server_receives_every_part_of_a_query() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens.json").to_str().unwrap().to_owned();
    let create = ["token", "create", "desk", "--role", "EDITOR", "--tokens", &tokens];
    let token = guanxi(&create, &[]).1.trim().to_owned();
    let served = Served::start(&["--tokens", &tokens, "--public-read", "off"]);
    let server = ["--server", served.url.as_str()];
    let with_token = [("GUANXI_TOKEN", token.as_str())];
    let owners =
        "query Nothing { __typename } query Owners($id: ID!) { company(by: {id: $id}) { owners { totalCount } name } }";
    let question = [
        &[
            "query",
            owners,
            "--operation-name",
            "Owners",
            "--variables",
            r#"{"id": "paypal"}"#,
        ][..],
        &["--view", r#"{"asOf": "2014-11-28"}"#, "--cost"],
        &server,
    ]
    .concat();
    let (code, out, stderr) = guanxi(&question, &with_token);
    assert_eq!((code, stderr.as_str()), (0, ""), "{out}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["data"]["company"]["owners"]["totalCount"], 1, "{out}");
    assert!(answer["extensions"]["cost"]["actual"].is_u64(), "{out}");
    // Fields in the order of the query.
    assert!(out.find("owners") < out.find("name"), "{out}");
    let table = [
        &["query", "{ companies(first: 2) { nodes { id } } }", "--format", "csv"][..],
        &server,
    ]
    .concat();
    let (code, out, _) = guanxi(&table, &with_token);
    assert!(
        code == 0 && out.starts_with("companies.nodes.id\n") && out.lines().count() == 3,
        "{out}"
    );
    let change = [
        &[
            "query",
            "mutation { upsertEntities(input: {entities: {id: \"macys\", description: \"A test\"}}) { changes { by } } }",
        ][..],
        &server,
    ]
    .concat();
    let (code, out, _) = guanxi(&change, &with_token);
    assert!(code == 0 && out.contains("desk"), "{out}");
    let schema = [&["schema"][..], &server].concat();
    let (code, out, stderr) = guanxi(&schema, &with_token);
    assert!(
        code == 0 && out.contains("type Query") && stderr.contains(&served.url),
        "{stderr}"
    );
    // Without the token, and with errors.
    for (arguments, variables, says) in [
        (["query", "{ __typename }"], &[][..], "UNAUTHENTICATED"),
        (
            ["query", "{ __typename }"],
            &[("GUANXI_TOKEN", "gxt_wrong")],
            "UNAUTHENTICATED",
        ),
        (["query", "{ nothing }"], &with_token, "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let (code, out, stderr) = guanxi(&[&arguments[..], &server].concat(), variables);
        assert!(code == 1 && out.contains(says), "{arguments:?}: {out}{stderr}");
    }
}

/// A server that answers every request with these bytes.
fn answering(bytes: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 8192];
            // The request does not matter, and its client may have disconnected.
            if stream.read(&mut request).is_ok_and(|read| read > 0) {
                let _ = stream.write_all(bytes.as_bytes());
            }
            if bytes.is_empty() {
                thread::sleep(std::time::Duration::from_secs(20));
            }
        }
    });
    url
}

#[test]
fn a_server_that_does_not_answer_is_distinguished_from_an_answer_with_errors() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let page = answering("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<html>\n sorry");
    let moved = answering(
        "HTTP/1.1 308 Permanent Redirect\r\nlocation: https://example.org/graphql\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    );
    let long = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 2000\r\nconnection: close\r\n\r\n{}",
        "a".repeat(2000)
    );
    let large = answering(long.leak());
    let cut = answering("HTTP/1.1 200 OK\r\ncontent-length: 2000\r\nconnection: close\r\n\r\n{\"data\": \"");
    let silent = answering("");
    let plain = closed.replace("http://", "https://");
    let no_tls = page.replace("http://", "https://");
    for (url, further, expected) in [
        (&closed, &[][..], "no program listens at this address"),
        (&plain, &[], "no program listens at this address"),
        (&no_tls, &[], "does not use https"),
        (&page, &[], "status 502 Bad Gateway and \"<html> sorry\""),
        (&moved, &[], "redirects to https://example.org/graphql"),
        (&large, &["--answer-bytes-max", "1000"], "--answer-bytes-max"),
        (&cut, &[], "/graphql: "),
        (
            &silent,
            &["--server-wait-ms", "300"],
            "no answer within 300 ms; --server-wait-ms",
        ),
    ] {
        for command in [&["query", "{ __typename }"][..], &["schema"]] {
            let (code, out, stderr) = guanxi(&[command, &["--server", url], further].concat(), &[]);
            assert_eq!((code, out.as_str()), (4, ""), "{url} {command:?}: {stderr}");
            let expected = if command == ["schema"] {
                expected.replace("/graphql: ", "/schema.graphql: ")
            } else {
                expected.to_owned()
            };
            assert!(
                stderr.contains(&expected) && stderr.lines().count() == 1,
                "{url} {command:?}: {stderr}"
            );
        }
    }
}

#[test]
fn a_store_is_queried_with_its_history_and_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = own_store(folder.path());
    let entries = |folder: &Path| {
        let mut entries: Vec<(String, u64)> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                (
                    entry.file_name().to_string_lossy().into_owned(),
                    entry.metadata().unwrap().len(),
                )
            })
            .filter(|(name, _)| name != "lock")
            .collect();
        entries.sort();
        entries
    };
    let before = entries(Path::new(&store));
    let question = "{ statistics { store { durable commits logBytes cursor } } changes(first: 1) { nodes { recordId } } search(text: \"own\") { nodes { name } } }";
    let (code, out, stderr) = guanxi(&["query", question, "--store", &store], &[]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{out}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    let figures = &answer["data"]["statistics"]["store"];
    assert_eq!(figures["durable"], true, "{out}");
    assert!(figures["logBytes"].as_f64().unwrap() > 1000.0, "{out}");
    assert_eq!(answer["data"]["search"]["nodes"][0]["name"], "Own Company", "{out}");
    let change = "mutation { retractEntities(input: {ids: [\"own\"]}) { changes { by } } }";
    let (code, out, _) = guanxi(&["query", change, "--store", &store], &[]);
    assert!(
        code == 1 && out.contains("FORBIDDEN") && out.contains("--server URL"),
        "{out}"
    );
    assert_eq!(entries(Path::new(&store)), before);
    // The next query sees a change of a served store, with its author and time.
    let served = Served::start(&["--store", &store]);
    let change =
        "mutation { upsertEntities(input: {entities: {id: \"own\", name: \"Renamed\"}}) { changes { action } } }";
    assert_eq!(guanxi(&["query", change, "--server", &served.url], &[]).0, 0);
    let question =
        "{ changes { nodes { action recordId } } entity(by: {id: \"own\"}) { name } statistics { store { commits } } }";
    let (code, out, stderr) = guanxi(&["query", question, "--store", &store], &[]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(answer["data"]["entity"]["name"], "Renamed", "{out}");
    let changes = answer["data"]["changes"]["nodes"].as_array().unwrap();
    let last = changes.last().unwrap();
    assert_eq!(
        (&last["action"], &last["recordId"]),
        (&Value::from("UPDATED"), &Value::from("own")),
        "{out}"
    );
    let (code, _, stderr) = guanxi(&["query", NAMES, "--store", "nowhere"], &[]);
    assert!(code == 1 && stderr.contains("nowhere"), "{stderr}");
}
