//! `guanxi import` as it meets files: pipes, compressed files, archives, JSON in its usual layouts, other encodings, and what is
//! refused.

mod refused;

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::harness::program;

use tempfile::TempDir;

/// A statement of BODS about a company.
fn statement(id: &str) -> String {
    format!(
        r#"{{"statementId":"{id}","declarationSubject":"{id}","statementDate":"2020-01-01","recordId":"{id}","recordType":"entity","recordStatus":"new","recordDetails":{{"isComponent":false,"entityType":{{"type":"registeredEntity"}},"name":"{id} Ltd"}},"publicationDetails":{{"publicationDate":"2020-01-01","bodsVersion":"0.4","publisher":{{"name":"Testland Register"}}}}}}"#
    )
}

/// The same of FollowTheMoney, and one of guanxi's own records.
fn company(id: &str) -> String {
    format!(r#"{{"id":"{id}","schema":"Company","properties":{{"name":["{id} Ltd"]}}}}"#)
}

fn entity(id: &str) -> String {
    format!(r#"{{"entity":{{"id":"{id}","kind":"COMPANY","name":"{id} Ltd","status":"ACTIVE"}}}}"#)
}

fn pretty(record: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(record).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

fn guanxi(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = program(arguments);
    command.current_dir(folder);
    command
}

/// The exit code, and what is printed on both streams.
fn outcome(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// Imports what is piped.
fn piped(folder: &Path, arguments: &[&str], bytes: &[u8]) -> (Option<i32>, String) {
    let mut child = guanxi(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A program that refuses what it reads closes the pipe.
        scope.spawn(move || drop(pipe.write_all(bytes)));
        outcome(&child.wait_with_output().unwrap())
    })
}

/// Imports one file into a store of its own.
fn import(name: &str, bytes: &[u8], more: &[&str]) -> (Option<i32>, String, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let arguments = [&["import", name, "--store", "s"], more].concat();
    let (code, text) = outcome(&guanxi(folder.path(), &arguments).output().unwrap());
    (code, text, folder)
}

/// What a command that packs writes for these bytes.
fn packed(command: &str, bytes: &[u8]) -> Vec<u8> {
    let mut words = command.split(' ');
    let mut child = Command::new(words.next().unwrap())
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command} is needed for this test: {error}"));
    let mut pipe = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || pipe.write_all(bytes).unwrap());
        child.wait_with_output().unwrap().stdout
    })
}

fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut head = tar::Header::new_gnu();
        head.set_size(u64::try_from(bytes.len()).unwrap());
        tar.append_data(&mut head, name, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The records of each format that come one after another, and how a file may hold them.
fn records() -> [[String; 2]; 3] {
    [statement, company, entity].map(|record| ["alder", "birch"].map(record))
}

#[test]
fn json_is_read_in_every_usual_layout() {
    for [one, two] in records() {
        let layouts = [
            format!("{one}\n{two}\n"),
            format!("{}\n{}", pretty(&one), pretty(&two)),
            format!("{}{}", pretty(&one), pretty(&two)),
            format!("{one}{two}"),
            format!("{one},\r\n{two},\r\n"),
            format!("[{one},{two}]"),
            format!("[\n{},\n{}\n]\n", pretty(&one), pretty(&two)),
            format!("[{one}]\n[{two}]"),
            format!("\u{FEFF}{one}\n\n\n{}\n", pretty(&two)),
        ];
        for layout in layouts {
            let (code, text, _) = import("records.json", layout.as_bytes(), &[]);
            assert_eq!(code, Some(0), "{layout}: {text}");
            assert!(text.contains("2 records read = 2 imported"), "{layout}: {text}");
        }
    }
}

#[test]
fn a_damaged_record_does_not_hide_the_next_whatever_the_layout() {
    for [one, two] in records() {
        let cut = &one[..one.len() / 2];
        let layouts = [
            format!("{cut}\n{two}\n"),
            format!("{two}\n{cut}\n"),
            format!("{two}\n{cut}\n{one}\nnonsense\n"),
            format!("{}\n{{\n  \"a\": [\n{}\n", pretty(&one), pretty(&two)),
        ];
        for layout in layouts {
            let (code, text, _) = import("records.json", layout.as_bytes(), &[]);
            assert_eq!(code, Some(3), "{layout}: {text}");
            assert!(text.contains("rejected"), "{layout}: {text}");
            assert!(!text.contains(" 0 imported"), "{layout}: {text}");
        }
    }
}

#[test]
fn a_pipe_is_read_as_a_file_is() {
    // Longer than what a pipe holds, and than what is looked at to see what it is.
    let many = |record: fn(&str) -> String| {
        let lines = (0..400).map(|number| record(&format!("company-{number}")));
        lines.collect::<Vec<_>>().join("\n")
    };
    let older = r#"{"statementID":"one-00000000000000000000000000000000","statementType":"entityStatement","entityType":"registeredEntity","name":"Alder Ltd"}
{"statementID":"two-00000000000000000000000000000000","statementType":"entityStatement","entityType":"registeredEntity","name":"Birch Ltd","replacesStatements":["one-00000000000000000000000000000000"]}"#;
    let inputs = [
        (many(statement).into_bytes(), 400),
        (many(company).into_bytes(), 400),
        (many(entity).into_bytes(), 400),
        (statement("alder").into_bytes(), 1),
        (older.as_bytes().to_vec(), 2),
        (packed("gzip -c", many(company).as_bytes()), 400),
        (zipped(&[("a.json", many(company).as_bytes())]), 400),
        (
            tarred(&[
                ("a.json", statement("alder").as_bytes()),
                ("b.json", company("birch").as_bytes()),
            ]),
            2,
        ),
    ];
    for (bytes, count) in &inputs {
        for path in ["-", "/dev/stdin", "/dev/fd/0"] {
            let folder = tempfile::tempdir().unwrap();
            let (code, text) = piped(folder.path(), &["import", path, "--store", "s"], bytes);
            assert_eq!(code, Some(0), "{path}: {text}");
            assert!(
                text.contains(&format!("{count} records read = {count} imported")),
                "{path}: {text}"
            );
            let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
            assert_eq!(left.len(), 1, "no copy is left");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let read_twice = piped(folder.path(), &["import", "-", "-", "--store", "s"], b"{}");
    assert!(
        read_twice.0 == Some(1) && read_twice.1.contains("name it once"),
        "{read_twice:?}"
    );
}

#[test]
fn the_same_piped_again_is_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    let owns = r#"{"id":"o","schema":"Ownership","properties":{"owner":["alder"],"asset":["birch"]}}"#;
    let lines = [company("alder"), company("birch"), owns.to_owned()].join("\n");
    for expected in ["3 imported", "nothing was new"] {
        let (code, text) = piped(
            folder.path(),
            &["import", "followthemoney", "-", "--store", "s"],
            lines.as_bytes(),
        );
        assert!(code == Some(0) && text.contains(expected), "{text}");
    }
}

#[test]
fn what_is_compressed_is_read_as_if_it_were_not() {
    let lines = [company("alder"), company("birch")].join("\n");
    let half = company("alder");
    let tar = tarred(&[
        ("data/one.json", half.as_bytes()),
        ("two.json", company("birch").as_bytes()),
    ]);
    for command in [
        "gzip -c",
        "zstd -qc",
        "zstd -qc --long=27 -19",
        "bzip2 -c",
        "xz -c",
        "xz -c -9e --check=sha256",
    ] {
        let ending = command.split(' ').next().unwrap();
        let whole = packed(command, lines.as_bytes());
        let twice = [
            packed(command, half.as_bytes()),
            packed(command, company("birch").as_bytes()),
        ]
        .concat();
        for bytes in [&whole, &twice, &packed(command, &tar)] {
            let (code, text, folder) = import(&format!("data.{ending}"), bytes, &[]);
            assert_eq!(code, Some(0), "{command}: {text}");
            assert!(text.contains(" = 2 imported"), "{command}: {text}");
            let (code, text) = piped(folder.path(), &["import", "-", "--store", "t"], bytes);
            assert!(code == Some(0) && text.contains(" = 2 imported"), "{command}: {text}");
        }
        // The name of the file stays.
        let owns = r#"{"id":"o","schema":"Ownership","properties":{"owner":["alder"],"asset":["birch"]}}"#;
        let all = [lines.as_str(), owns].join("\n");
        let (_, _, folder) = import("net.json", all.as_bytes(), &[]);
        fs::write(folder.path().join("net.json.pack"), packed(command, all.as_bytes())).unwrap();
        let name = format!(
            "net.json.{}",
            match ending {
                "gzip" => "gz",
                "zstd" => "zst",
                "bzip2" => "bz2",
                _ => "xz",
            }
        );
        fs::rename(folder.path().join("net.json.pack"), folder.path().join(&name)).unwrap();
        let (code, text) = outcome(
            &guanxi(folder.path(), &["import", &name, "--store", "s"])
                .output()
                .unwrap(),
        );
        assert!(code == Some(0) && text.contains("nothing was new"), "{name}: {text}");
    }
}
