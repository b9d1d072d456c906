//! A store on the command line: begun, served, checked and backed up meanwhile, restored, refused when it is another's.

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

/// What a command that succeeds prints.
pub(super) fn told(arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command says that fails.
pub(super) fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A server that is killed when it is dropped.
pub(super) struct Serving {
    pub(super) child: Child,
    address: String,
    told: String,
}

impl Serving {
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut child = program(&["serve", "--port", "0"])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut told = String::new();
        let address = loop {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("it did not start: {told}"))
                .unwrap();
            told.push_str(&line);
            if let Some((_, address)) = line.split_once("on http://") {
                break address.split_whitespace().next().unwrap().to_owned();
            }
        };
        Self { child, address, told }
    }

    pub(super) fn asked(&self, query: &str) -> String {
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

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_store_is_begun_served_checked_and_backed_up_meanwhile_and_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, backup, again) = (
        folder.path().join("s"),
        folder.path().join("b"),
        folder.path().join("t"),
    );
    let (dir, backup, again) = (text(&dir), text(&backup), text(&again));
    let serving = Serving::start(&["--store", dir]);
    assert!(serving.told.contains("created a store") && serving.told.contains("the store is open"));
    assert!(
        serving
            .asked(r#"{ entity(by: {id: "alipay"}) { name } }"#)
            .contains("Alipay")
    );

    let second = refused(&["serve", "--port", "0", "--store", dir]);
    let holder = format!("process {} since ", serving.child.id());
    assert!(second.contains(&holder), "{second}");
    assert!(
        second.contains(&format!("which serves http://{}", serving.address)),
        "{second}"
    );
    let checked = told(&["check", "--store", dir]);
    assert!(
        checked.contains("0 entries since ") && checked.contains("not the pages of the file"),
        "{checked}"
    );
    assert!(told(&["backup", backup, "--store", dir]).contains("0 entries"));
    assert!(refused(&["compact", "--store", dir]).contains(&holder));
    // Killed, so that it could not close anything.
    drop(serving);

    let checked = told(&["check", "--store", dir]);
    assert!(
        checked.contains("every page of the file") && checked.contains("no problems"),
        "{checked}"
    );
    let other = refused(&["serve", "--port", "0", "--store", dir, "--data", "data"]);
    assert!(
        other.contains("the store exists already") && other.contains("start without --data"),
        "{other}"
    );
    assert!(told(&["restore", backup, "--store", again]).contains("0 entries"));
    assert!(refused(&["restore", backup, "--store", again]).contains("there is a store already"));
    assert!(told(&["compact", "--store", dir]).contains("bytes after"));
    for dir in [dir, again] {
        let serving = Serving::start(&["--store", dir]);
        assert!(
            serving
                .asked(r#"{ entity(by: {id: "alipay"}) { name } }"#)
                .contains("Alipay")
        );
    }
}

#[test]
fn without_a_store_the_start_says_how_long_changes_last() {
    let serving = Serving::start(&[]);
    assert!(
        serving.told.contains("changes last as long as this process"),
        "{}",
        serving.told
    );
}

#[test]
fn what_is_no_store_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    for arguments in [
        ["check", "--store", text(&nowhere)].as_slice(),
        &["compact", "--store", text(&nowhere)],
        &["backup", "b", "--store", text(&nowhere)],
    ] {
        assert!(
            refused(arguments).contains("there is no guanxi.redb in it"),
            "{arguments:?}"
        );
        assert!(!nowhere.exists());
    }
    let foreign = folder.path().join("foreign");
    std::fs::write(&foreign, "id,name\n".repeat(100)).unwrap();
    let told = refused(&["restore", text(&foreign), "--store", text(&nowhere)]);
    assert!(told.contains("holds no log of guanxi's"), "{told}");
    assert!(!nowhere.exists());
}

#[test]
fn a_damaged_store_is_named_by_check_and_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let dir = text(folder.path());
    drop(Serving::start(&["--store", dir]));
    let path = folder.path().join("guanxi.redb");
    let mut bytes = std::fs::read(&path).unwrap();
    let place = bytes.len() / 2;
    bytes[place..place + 8000].fill(0x11);
    std::fs::write(&path, &bytes).unwrap();
    for arguments in [
        ["check", "--store", dir].as_slice(),
        &["serve", "--port", "0", "--store", dir],
    ] {
        let told = refused(arguments);
        assert!(told.contains(&format!("guanxi: store {dir}: ")), "{told}");
        assert!(std::fs::read(&path).unwrap() == bytes);
    }
}

#[test]
fn a_change_over_http_outlives_a_kill_and_so_does_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let dir = text(folder.path());
    let change = r#"mutation { upsertEntities(input: {
        idempotencyKey: "once", reason: "seen on the door",
        entities: [{id: "corner-shop", kind: COMPANY, name: "Corner Shop"}]
    }) { entities { id } replayed userErrors { message } } }"#;
    for replayed in [false, true, true] {
        // Each is killed.
        let serving = Serving::start(&["--store", dir]);
        let found = serving.asked(r#"{ entity(by: {id: "corner-shop"}) { name } }"#);
        assert_eq!(found.contains("Corner Shop"), replayed, "{found}");
        let answer = serving.asked(change);
        assert!(answer.contains(&format!(r#""replayed":{replayed}"#)), "{answer}");
        assert!(answer.contains(r#""userErrors":[]"#), "{answer}");
        let beside = told(&["export", "json-lines", "--store", dir]);
        drop(serving);
        assert!(beside.contains(r#"{"entity":{"id":"corner-shop""#));
        assert_eq!(told(&["export", "json-lines", "--store", dir]), beside);
    }
    let checked = told(&["check", "--store", dir]);
    assert!(checked.contains(": 1 entries since "), "{checked}");
}
