//! `guanxi export` from the point of view of a user: formats, views, files, pipes, and error messages.

use std::{
    fs,
    io::Read,
    process::{Command, Output, Stdio},
};

use crate::harness::program;

fn guanxi(arguments: &[&str]) -> Command {
    let mut command = program(&["export"]);
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    guanxi(arguments).output().unwrap()
}

/// The standard output and standard error of a successful export.
fn exported(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    (String::from_utf8(output.stdout).unwrap(), stderr)
}

fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(arguments);
    assert!(output.stdout.is_empty(), "{arguments:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn an_export_goes_to_standard_output_and_is_summed_up_beside() {
    let (lines, stderr) = exported(&["json-lines"]);
    assert!(lines.starts_with("{\"guanxi\":{\"format\":1,"));
    let count = |noun: &str| lines.matches(&format!("\n{{\"{noun}\":")).count();
    let stderr: Vec<&str> = stderr.lines().collect();
    assert!(stderr[0].contains("the bundled network"), "{stderr:?}");
    assert_eq!(
        stderr[1],
        format!(
            "exported {} entities, {} relationships, {} sources",
            count("entity"),
            count("relationship"),
            count("source")
        )
    );
    assert_eq!(stderr.len(), 2, "JSON lines contain everything: {stderr:?}");
    let (xml, stderr) = exported(&["graphml"]);
    assert!(xml.starts_with("<?xml") && xml.ends_with("</graphml>\n"));
    assert!(
        stderr.contains("left out, since the format cannot represent it: what a statement says beside its source ("),
        "{stderr}"
    );
    assert!(exported(&["dot"]).0.starts_with("digraph \""));
}

#[test]
fn a_part_and_a_view_are_exported() {
    let count = |arguments: &[&str]| exported(arguments).0.lines().count();
    let all = count(&["json-lines"]);
    let near = count(&["json-lines", "--of", "alipay,paypal", "--depth", "1"]);
    let alone = count(&["json-lines", "--of", "alipay", "--depth", "0"]);
    assert!(alone < near && near < all, "{alone} {near} {all}");
    let incoming = [
        "json-lines",
        "--of",
        "paypal",
        "--direction",
        "incoming",
        "--kind",
        "OWNS",
    ];
    let (owned, _) = exported(&[&incoming[..], &["--as-of", "2014-11-28"]].concat());
    assert!(
        owned.contains("\"asOf\":\"2014-11-28\"") && owned.contains("{\"entity\":{\"id\":\"ebay\""),
        "{owned}"
    );
    let (free, _) = exported(&[&incoming[..], &["--as-of", "2016-11-28"]].concat());
    assert!(!free.contains("\"relationship\""), "{free}");
    assert!(count(&["json-lines", "--as-of", "2014-11-28"]) < all);
    let planned = exported(&["json-lines", "--status", "planned,announced"]).0;
    assert!(planned.contains("\"status\":\"ANNOUNCED\"") && !planned.contains("\"status\":\"REPORTED\""));
    assert!(planned.contains("\"statuses\":[\"ANNOUNCED\",\"PLANNED\"]"));
    let (before, _) = exported(&["json-lines", "--known-at", "2000-01-01T00:00:00Z"]);
    assert_eq!(before.lines().count(), 1, "nothing was known");
}

#[test]
fn a_file_is_written_as_a_whole_and_not_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.xml");
    let file = path.to_str().unwrap();
    let (printed, _) = exported(&["graphml", "--output", file]);
    assert_eq!(printed, "");
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, exported(&["graphml"]).0);
    let (code, stderr) = refused(&["dot", "--output", file]);
    assert!(
        code == Some(1) && stderr.contains("exists already; --force replaces it"),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
    exported(&["dot", "--output", file, "--force"]);
    assert!(fs::read_to_string(&path).unwrap().starts_with("digraph"));
    let (_, stderr) = refused(&["dot", "--output", folder.path().to_str().unwrap()]);
    assert!(stderr.contains("is a folder"), "{stderr}");
    let (_, stderr) = refused(&[
        "dot",
        "--output",
        folder.path().join("none/graph.dot").to_str().unwrap(),
    ]);
    assert!(stderr.contains("cannot write"), "{stderr}");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no incomplete file is left"
    );
}

#[test]
fn the_tables_of_an_export_are_sound_and_exported_alike() {
    let folder = tempfile::tempdir().unwrap();
    let tables = folder.path().join("tables");
    let tables = tables.to_str().unwrap();
    exported(&["guanxi", "--of", "alipay", "--depth", "2", "--output", tables]);
    let (of_tables, _) = exported(&["json-lines", "--data", tables]);
    let (of_part, _) = exported(&["json-lines", "--of", "alipay", "--depth", "2"]);
    assert_eq!(of_tables, of_part);
    let (code, stderr) = refused(&["guanxi", "--output", tables]);
    assert!(
        code == Some(1) && stderr.contains("there is something in it"),
        "{stderr}"
    );
    let (_, stderr) = refused(&["guanxi"]);
    assert!(
        stderr.contains("tables are a folder; name it with --output DIR"),
        "{stderr}"
    );
}

#[test]
fn invalid_arguments_are_refused_with_a_reason() {
    for (arguments, code, reason) in [
        (["nonsense"].as_slice(), 2, "invalid value 'nonsense'"),
        (&["dot", "--as-of", "soon"], 2, "\"soon\" is not a day like 2014-11-28"),
        (&["dot", "--as-of", "2014-01-01", "--ever"], 2, "cannot be used with"),
        (&["dot", "--known-at", "yesterday"], 2, "--known-at"),
        (
            &["dot", "--status", "dead"],
            2,
            "is not a relationship status (one of RUMOURED",
        ),
        (&["dot", "--depth", "2"], 2, "--of"),
        (&["dot", "--of", "nobody"], 1, "there is no entity \"nobody\""),
        (&["dot", "--store", "/nowhere/at/all"], 1, "there is no guanxi.redb"),
        (&["dot", "--data", "/nowhere/at/all"], 1, "/nowhere/at/all"),
        (&["dot", "--data", "a", "--store", "b"], 2, "name different data"),
    ] {
        let (ended, stderr) = refused(arguments);
        assert_eq!(ended, Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(reason), "{arguments:?}: {stderr}");
    }
}

#[test]
fn exported_json_lines_are_imported_into_a_store_with_the_same_data() {
    let folder = tempfile::tempdir().unwrap();
    let (file, store) = (folder.path().join("graph.jsonl"), folder.path().join("store"));
    let (file, store) = (file.to_str().unwrap(), store.to_str().unwrap());
    exported(&["json-lines", "--output", file]);
    for imported in [true, false] {
        let output = Command::new(env!("CARGO_BIN_EXE_guanxi"))
            .args(["import", file, "--store", store])
            .output()
            .unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(stdout.contains("nothing was new"), !imported, "{stdout}");
    }
    let (again, _) = exported(&["json-lines", "--store", store]);
    assert_eq!(again, fs::read_to_string(file).unwrap(), "when each was recorded, too");
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let mut child = guanxi(&["json-lines"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut start = [0; 10];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut start).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
