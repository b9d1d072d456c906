//! `guanxi import` from the point of view of a user: formats and files, files that are never overwritten, interrupted imports, and
//! exit codes.

use std::{fs, io::Write, path::Path, process::Output};

use crate::harness::program;

use tempfile::TempDir;

const COMPANY: &str = r#"{"id":"a","schema":"Company","properties":{"name":["A"]}}"#;
const ENTITY: &str = r#"{"entity":{"id":"a","kind":"COMPANY","name":"A","status":"ACTIVE"}}"#;

/// A folder with a file `lines.jsonl` in it.
fn folder(lines: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lines.jsonl"), lines).unwrap();
    folder
}

fn guanxi(folder: &Path, arguments: &[&str]) -> Output {
    program(arguments).current_dir(folder).output().unwrap()
}

/// The exit code, and both outputs.
fn outcome(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn a_format_is_one_though_something_else_is_called_so() {
    let folder = folder(&format!("{ENTITY}\n"));
    // The second time there is a folder `json-lines`.
    for expected in ["created", "nothing was new"] {
        let arguments = ["import", "json-lines", "lines.jsonl", "--store", "json-lines"];
        let (code, text) = outcome(&guanxi(folder.path(), &arguments));
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_report_never_takes_the_place_of_what_is_read() {
    let folder = folder(&format!("{ENTITY}\n"));
    let arguments = ["import", "lines.jsonl", "--store", "s", "--report", "./lines.jsonl"];
    let (code, text) = outcome(&guanxi(folder.path(), &arguments));
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("the report would overwrite lines.jsonl"), "{text}");
    assert_eq!(
        fs::read_to_string(folder.path().join("lines.jsonl")).unwrap(),
        format!("{ENTITY}\n")
    );
}

#[test]
fn an_import_of_which_everything_is_rejected_fails() {
    let folder = folder(&format!("{}\n", ENTITY.replace("COMPANY", "COMPONY")));
    let (code, text) = outcome(&guanxi(
        folder.path(),
        &["import", "json-lines", "lines.jsonl", "--store", "s"],
    ));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("1 rejected"), "{text}");
}

#[test]
fn every_command_reports_that_an_import_of_its_store_was_interrupted() {
    let folder = folder(&format!("{COMPANY}\nno record\n"));
    let strict = ["import", "followthemoney", "lines.jsonl", "--store", "s", "--strict"];
    assert_eq!(outcome(&guanxi(folder.path(), &strict)).0, Some(1));
    for command in [
        vec!["check"],
        vec!["export", "json-lines"],
        vec!["backup", "b"],
        vec!["compact"],
    ] {
        let arguments = [command.as_slice(), &["--store", "s"]].concat();
        let (code, text) = outcome(&guanxi(folder.path(), &arguments));
        assert_eq!(code, Some(1), "{command:?}");
        assert!(text.contains("was interrupted"), "{command:?}: {text}");
    }
    fs::write(folder.path().join("other.jsonl"), ENTITY.replace("\"a\"", "\"b\"")).unwrap();
    let (code, text) = outcome(&guanxi(folder.path(), &["import", "other.jsonl", "--store", "s"]));
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("the records of an interrupted import into s are part of the store"),
        "{text}"
    );
}

#[test]
fn a_file_of_an_archive_that_is_of_no_format_is_named() {
    let folder = folder("");
    let file = fs::File::create(folder.path().join("all.zip")).unwrap();
    let mut archive = zip::ZipWriter::new(file);
    for (name, text) in [("lines.jsonl", ENTITY), ("readme.txt", "Read me.")] {
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    let (code, text) = outcome(&guanxi(folder.path(), &["import", "all.zip", "--store", "s"]));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("all.zip/readme.txt: "), "{text}");
}
