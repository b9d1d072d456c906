//! `guanxi import csv --suggest` from the point of view of a user: outputs, inputs, and error messages.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Output, Stdio},
};

use crate::harness::program;

const TABLE: &str = "number,name,country,Inc. date\n1,Alpha GmbH,Germany,25.11.1999\n2,Beta AG,Austria,3.1.2004\n";

fn guanxi(folder: &Path, arguments: &[&str]) -> Output {
    program(arguments).current_dir(folder).output().unwrap()
}

/// The exit code, standard output and standard error.
fn parts(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_table_is_imported_with_what_was_suggested_for_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("companies.csv"), TABLE).unwrap();
    let suggest = ["import", "csv", "--suggest", "companies.csv"];
    let (code, mapping, stderr) = parts(&guanxi(folder.path(), &suggest));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("guanxi import csv companies.csv --map"), "{stderr}");
    fs::write(folder.path().join("map.toml"), mapping).unwrap();
    let import = ["import", "csv", "companies.csv", "--map", "map.toml", "--store", "s"];
    let (code, out, stderr) = parts(&guanxi(folder.path(), &import));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(out.contains("2 records read = 2 imported"), "{out}");
}

#[test]
fn compressed_files_archives_and_pipes_are_read_as_an_import_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("plain.csv"), TABLE).unwrap();
    fs::write(path("marked.csv"), format!("\u{FEFF}{TABLE}")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(TABLE.as_bytes()).unwrap();
    fs::write(path("packed.csv.gz"), gzip.finish().unwrap()).unwrap();
    let zip = |name: &str, members: &[&str]| {
        let mut archive = zip::ZipWriter::new(fs::File::create(path(name)).unwrap());
        for member in members {
            archive
                .start_file(*member, zip::write::SimpleFileOptions::default())
                .unwrap();
            archive.write_all(TABLE.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
    };
    zip("one.zip", &["folder/companies.csv"]);
    zip("two.zip", &["a.csv", "b.csv"]);
    zip("book.xlsx", &["[Content_Types].xml", "xl/workbook.xml"]);
    for file in ["plain.csv", "marked.csv", "packed.csv.gz", "one.zip"] {
        let (code, mapping, stderr) = parts(&guanxi(folder.path(), &["import", "csv", "--suggest", file]));
        assert_eq!(code, Some(0), "{file}: {stderr}");
        assert!(mapping.contains("founded = \"{Inc. date}\""), "{file}: {mapping}");
    }
    for (file, reason) in [
        ("two.zip", "contains 2 files, but a mapping is for one table"),
        ("book.xlsx", "is a spreadsheet"),
    ] {
        let (code, mapping, stderr) = parts(&guanxi(folder.path(), &["import", "csv", "--suggest", file]));
        assert_eq!((code, mapping.as_str()), (Some(1), ""), "{file}");
        assert!(stderr.contains(file) && stderr.contains(reason), "{stderr}");
    }
    let mut child = program(&["import", "csv", "--suggest", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(TABLE.as_bytes()).unwrap();
    let (code, mapping, stderr) = parts(&child.wait_with_output().unwrap());
    assert_eq!(code, Some(0), "{stderr}");
    assert!(mapping.contains("id = \"table\""), "{mapping}");
}

#[test]
fn what_is_no_table_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for (file, bytes, reason) in [
        ("empty.csv", &b""[..], "is empty"),
        ("wide.csv", b"n\0a\0m\0e\0", "UTF-16LE"),
        ("old.csv", b"name,place\nM\xFCller,K\xF6ln\n", "Windows-1252"),
        ("a.json", b"{\"a\": 1}", "is JSON"),
        (
            "lines.jsonl",
            br#"{"entity":{"id":"a","kind":"COMPANY","name":"A","status":"ACTIVE"}}"#,
            "needs no mapping",
        ),
        (
            "bare.csv",
            b"7,Alpha GmbH,25.11.1999\n8,Beta AG,3.1.2004\n",
            "looks like data",
        ),
    ] {
        fs::write(folder.path().join(file), bytes).unwrap();
        let (code, out, stderr) = parts(&guanxi(folder.path(), &["import", "csv", "--suggest", file]));
        assert_eq!((code, out.as_str()), (Some(1), ""), "{file}: {stderr}");
        assert!(stderr.contains(file) && stderr.contains(reason), "{file}: {stderr}");
    }
    let (code, _, stderr) = parts(&guanxi(folder.path(), &["import", "csv", "--suggest", "missing.csv"]));
    assert_eq!(code, Some(1), "{stderr}");
}

#[test]
fn arguments_that_do_not_go_together_are_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.csv", "b.csv"] {
        fs::write(folder.path().join(name), TABLE).unwrap();
    }
    for (arguments, reason) in [
        (&["csv", "--suggest", "a.csv", "b.csv"][..], "one table, but 2 files"),
        (&["csv", "--suggest"], "none was named"),
        (&["gleif", "--suggest", "a.csv"], "the format is given as gleif"),
        (
            &["csv", "--suggest", "a.csv", "--map", "m.toml"],
            "cannot be combined with --map",
        ),
        (
            &["csv", "--suggest", "a.csv", "--store", "s"],
            "cannot be combined with --store",
        ),
        (
            &["csv", "--suggest", "a.csv", "--strict"],
            "cannot be combined with --strict",
        ),
        (&["csv", "a.csv"], "--store"),
    ] {
        let (code, out, stderr) = parts(&guanxi(folder.path(), &[&["import"], arguments].concat()));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(reason), "{arguments:?}: {stderr}");
    }
    // A store that the environment names is for imports.
    let mut command = program(&["import", "csv", "--suggest", "a.csv"]);
    let output = command
        .current_dir(folder.path())
        .env("GUANXI_STORE", "s")
        .output()
        .unwrap();
    assert_eq!(parts(&output).0, Some(0));
}

#[test]
fn the_source_of_the_arguments_is_in_the_mapping() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), TABLE).unwrap();
    let arguments = [
        "import",
        "csv",
        "--suggest",
        "a.csv",
        "--publisher",
        "Court {1}",
        "--url",
        "https://a.example",
    ];
    let (_, mapping, stderr) = parts(&guanxi(folder.path(), &arguments));
    assert!(mapping.contains("publisher = \"Court {{1}}\"\n"), "{mapping}{stderr}");
    assert!(mapping.contains("url = \"https://a.example\"\n"), "{mapping}");
}
