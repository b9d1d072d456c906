//! A store on the command line: creating, serving, checking, backing up and restoring it, and the errors when it is in use.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Output, Stdio},
};

use crate::harness::program;

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// The standard output of a command, which must succeed.
pub(super) fn output_of(arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The error message of a command, which must fail.
pub(super) fn error_of(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A server that is killed when it is dropped.
pub(super) struct Server {
    pub(super) child: Child,
    address: String,
    log: String,
}

impl Server {
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut child = program(&["serve", "--port", "0"])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = String::new();
        let address = loop {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("it did not start: {log}"))
                .unwrap();
            log.push_str(&line);
            if let Some((_, address)) = line.split_once("on http://") {
                break address.split_whitespace().next().unwrap().to_owned();
            }
        };
        Self { child, address, log }
    }

    pub(super) fn query(&self, query: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let body = serde_json::json!({ "query": query }).to_string();
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: \
             {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_store_is_created_served_checked_and_backed_up_in_use_and_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, backup, restored) = (
        folder.path().join("s"),
        folder.path().join("b"),
        folder.path().join("t"),
    );
    let (dir, backup, restored) = (text(&dir), text(&backup), text(&restored));
    let server = Server::start(&["--store", dir]);
    assert!(server.log.contains("created a store") && server.log.contains("the store is open"));
    assert!(
        server
            .query(r#"{ entity(by: {id: "alipay"}) { name } }"#)
            .contains("Alipay")
    );

    let second = error_of(&["serve", "--port", "0", "--store", dir]);
    let holder = format!("process {} since ", server.child.id());
    assert!(second.contains(&holder), "{second}");
    assert!(
        second.contains(&format!("which serves http://{}", server.address)),
        "{second}"
    );
    let checked = output_of(&["check", "--store", dir]);
    assert!(
        checked.contains("0 entries since ") && checked.contains("not the pages of the file"),
        "{checked}"
    );
    assert!(output_of(&["backup", backup, "--store", dir]).contains("0 entries"));
    assert!(error_of(&["compact", "--store", dir]).contains(&holder));
    // The server is killed, so that it closes nothing.
    drop(server);

    let checked = output_of(&["check", "--store", dir]);
    assert!(
        checked.contains("every page of the file") && checked.contains("no problems"),
        "{checked}"
    );
    let other = error_of(&["serve", "--port", "0", "--store", dir, "--data", "data"]);
    assert!(
        other.contains("the store exists already") && other.contains("start without --data"),
        "{other}"
    );
    assert!(output_of(&["restore", backup, "--store", restored]).contains("0 entries"));
    assert!(error_of(&["restore", backup, "--store", restored]).contains("there is a store already"));
    assert!(output_of(&["compact", "--store", dir]).contains("bytes after"));
    for dir in [dir, restored] {
        let server = Server::start(&["--store", dir]);
        assert!(
            server
                .query(r#"{ entity(by: {id: "alipay"}) { name } }"#)
                .contains("Alipay")
        );
    }
}

#[test]
fn without_a_store_the_start_reports_how_long_changes_last() {
    let server = Server::start(&[]);
    assert!(
        server.log.contains("changes last as long as this process"),
        "{}",
        server.log
    );
}

#[test]
fn a_folder_without_a_store_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    for arguments in [
        ["check", "--store", text(&nowhere)].as_slice(),
        &["compact", "--store", text(&nowhere)],
        &["backup", "b", "--store", text(&nowhere)],
    ] {
        assert!(
            error_of(arguments).contains("there is no guanxi.redb in it"),
            "{arguments:?}"
        );
        assert!(!nowhere.exists());
    }
    let foreign = folder.path().join("foreign");
    std::fs::write(&foreign, "id,name\n".repeat(100)).unwrap();
    let message = error_of(&["restore", text(&foreign), "--store", text(&nowhere)]);
    assert!(message.contains("is not a log of guanxi"), "{message}");
    assert!(!nowhere.exists());
}

#[test]
fn check_reports_a_damaged_store_and_serve_refuses_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = text(folder.path());
    drop(Server::start(&["--store", dir]));
    let path = folder.path().join("guanxi.redb");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8000].fill(0x11);
    std::fs::write(&path, &bytes).unwrap();
    for arguments in [
        ["check", "--store", dir].as_slice(),
        &["serve", "--port", "0", "--store", dir],
    ] {
        let message = error_of(arguments);
        assert!(message.contains(&format!("guanxi: store {dir}: ")), "{message}");
        assert!(std::fs::read(&path).unwrap() == bytes);
    }
}

#[test]
fn a_change_over_http_and_its_key_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let dir = text(folder.path());
    let change = r#"mutation { upsertEntities(input: {
        idempotencyKey: "once", reason: "seen on the door",
        entities: [{id: "corner-shop", kind: COMPANY, name: "Corner Shop"}]
    }) { entities { id } replayed userErrors { message } } }"#;
    for replayed in [false, true, true] {
        // Each server is killed.
        let server = Server::start(&["--store", dir]);
        let found = server.query(r#"{ entity(by: {id: "corner-shop"}) { name } }"#);
        assert_eq!(found.contains("Corner Shop"), replayed, "{found}");
        let answer = server.query(change);
        assert!(answer.contains(&format!(r#""replayed":{replayed}"#)), "{answer}");
        assert!(answer.contains(r#""userErrors":[]"#), "{answer}");
        let exported = output_of(&["export", "json-lines", "--store", dir]);
        drop(server);
        assert!(exported.contains(r#"{"entity":{"id":"corner-shop""#));
        assert_eq!(output_of(&["export", "json-lines", "--store", dir]), exported);
    }
    let checked = output_of(&["check", "--store", dir]);
    assert!(checked.contains(": 1 entries since "), "{checked}");
}
