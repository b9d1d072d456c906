//! What `guanxi import` does not read, or only in part: files that are cut off, empty, too large, in another encoding or of
//! another sort. Exit codes tell all, some and nothing apart.

use std::{fs, process::Command};

use super::{company, guanxi, import, outcome, packed, piped, pretty, records, tarred, zipped};

/// What the columns of the tables above are.
const MAPPING: &str = "[csv]\ndelimiter = \";\"\n[[entity]]\nid = \"de:{id}\"\nkind = \"COMPANY\"\nname = \"{name}\"\n";

#[test]
fn what_is_cut_off_is_named_and_exit_codes_tell_some_from_nothing() {
    let lines: Vec<String> = (0..6_000).map(|number| company(&format!("c{number}"))).collect();
    let lines = lines.join("\n");
    for command in [
        "gzip -c",
        "zstd -qc --zstd=wlog=17",
        "bzip2 -c1",
        "xz -c --block-size=50000",
    ] {
        let whole = packed(command, lines.as_bytes());
        let (code, text, _) = import("data", &whole[..whole.len() * 9 / 10], &[]);
        assert!(code == Some(3) && text.contains("it was cut off"), "{command}: {text}");
        let (code, text, _) = import("data", &whole[..12], &[]);
        assert!(code == Some(1) && text.contains("cut off"), "{command}: {text}");
        let mut damaged = whole.clone();
        for byte in &mut damaged[whole.len() / 2..whole.len() / 2 + 200] {
            *byte ^= 0x5A;
        }
        let (code, text, _) = import("data", &damaged, &[]);
        assert!(code == Some(3) || code == Some(1), "{command}: {text}");
        assert!(text.contains("get it again"), "{command}: {text}");
    }
    let tar = tarred(&[("a.json", company("a").as_bytes()), ("b.json", company("b").as_bytes())]);
    for cut in [1100, 1550] {
        let (code, text, _) = import("a.tar", &tar[..cut], &[]);
        assert!(code == Some(1) && text.contains("cut off"), "{text}");
        let (code, text, _) = import("a.tar.gz", &packed("gzip -c", &tar[..cut]), &[]);
        assert!(code == Some(1) && text.contains("cut off"), "{text}");
    }
    for [one, two] in records() {
        for whole in [
            format!("{one}\n{two}"),
            format!("[{one},{two}]"),
            format!("{}\n{}", pretty(&one), pretty(&two)),
        ] {
            let (code, text, folder) = import("cut.json", &whole.as_bytes()[..whole.len() - 9], &[]);
            assert!(code == Some(3) && text.contains("cut off"), "{text}");
            let (code, text) = piped(
                folder.path(),
                &["import", "-", "--store", "t"],
                &whole.as_bytes()[..whole.len() - 9],
            );
            assert!(code == Some(3) && text.contains("cut off"), "{text}");
        }
    }
}

#[test]
fn what_has_no_records_is_no_success() {
    for (name, bytes) in [
        ("a.json", ""),
        ("a.json", " \n\n"),
        ("a.json", "[]"),
        ("a.json", "{\"statements\": []}"),
    ] {
        for format in ["bods", "followthemoney", "json-lines"] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(name), bytes).unwrap();
            let run = ["import", format, name, "--store", "s"];
            let (code, text) = outcome(&guanxi(folder.path(), &run).output().unwrap());
            assert_eq!(code, Some(1), "{format} {bytes}: {text}");
            let (code, text) = piped(
                folder.path(),
                &["import", format, "-", "--store", "t"],
                bytes.as_bytes(),
            );
            assert_eq!(code, Some(1), "{format} {bytes}: {text}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let (_, text) = piped(folder.path(), &["import", "-", "--store", "s"], b"");
    assert!(text.contains("wrote nothing; check whether it failed"), "{text}");
    for empty in [zipped(&[]), zipped(&[(".hidden", b"x")]), tarred(&[("._a", b"x")])] {
        let (code, text, _) = import("a", &empty, &[]);
        assert!(code == Some(1) && text.contains("contains no files"), "{text}");
    }
}

#[test]
fn other_encodings_are_reported_with_the_command_that_converts_them() {
    let table = "id;name\n1;Müller Bäckerei GmbH\n";
    let wide = |order: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let text = if mark {
            format!("\u{FEFF}{table}")
        } else {
            table.to_owned()
        };
        text.encode_utf16().flat_map(order).collect()
    };
    let latin: Vec<u8> = table
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect();
    for (bytes, encoding) in [
        (wide(u16::to_le_bytes, true), "UTF-16"),
        (wide(u16::to_be_bytes, true), "UTF-16"),
        (wide(u16::to_le_bytes, false), "UTF-16LE"),
        (wide(u16::to_be_bytes, false), "UTF-16BE"),
        (latin.clone(), "WINDOWS-1252"),
    ] {
        let iconv = format!("iconv -f {encoding} -t UTF-8");
        let check = |name: &str, bytes: &[u8], command: &str| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(name), bytes).unwrap();
            fs::write(folder.path().join("map.toml"), MAPPING).unwrap();
            let run = ["import", name, "--store", "s", "--map", "map.toml"];
            let (code, text) = outcome(&guanxi(folder.path(), &run).output().unwrap());
            assert_eq!(code, Some(1), "{name}: {text}");
            assert!(text.contains(command), "{name}: {text}");
            assert!(!folder.path().join("s/guanxi.redb").exists(), "nothing was imported");
            // The command does what the message promises.
            let converted = Command::new("sh")
                .current_dir(folder.path())
                .args(["-c", command])
                .status()
                .unwrap();
            assert!(converted.success(), "{command}");
            let output = command.rsplit("> ").next().unwrap().trim_matches('\'');
            let run = ["import", output, "--store", "s", "--map", "map.toml"];
            let (code, text) = outcome(&guanxi(folder.path(), &run).output().unwrap());
            assert!(code == Some(0) && text.contains("1 imported"), "{command}: {text}");
            let output = guanxi(folder.path(), &["export", "json-lines", "--store", "s"])
                .output()
                .unwrap();
            assert!(outcome(&output).1.contains("Müller Bäckerei GmbH"));
        };
        check("firms.csv", &bytes, &format!("{iconv} firms.csv > firms.utf8.csv"));
        check(
            "our firms.csv",
            &bytes,
            &format!("{iconv} 'our firms.csv' > 'our firms.utf8.csv'"),
        );
        check(
            "firms.csv.gz",
            &packed("gzip -c", &bytes),
            &format!("gzip -dc firms.csv.gz | {iconv} > firms.utf8.csv"),
        );
        check(
            "all.tar",
            &tarred(&[("de/firms.csv", &bytes)]),
            &format!("tar -xOf all.tar de/firms.csv | {iconv} > firms.utf8.csv"),
        );
    }
    let (_, text, _) = import(
        "latin.json",
        b"{\"id\":\"a\",\"schema\":\"Company\",\"properties\":{\"name\":[\"M\xFCller\"]}}\n",
        &[],
    );
    assert!(
        text.contains("line 1: \"Müller\" is not UTF-8, but perhaps Windows-1252"),
        "{text}"
    );
    // Of a file that is UTF-8 otherwise, only what is damaged is rejected.
    let mixed = [
        company("Möller").as_bytes(),
        b"\n",
        &company("M?ller").replace('?', "\u{1}").into_bytes(),
    ]
    .concat();
    let mixed: Vec<u8> = mixed
        .into_iter()
        .map(|byte| if byte == 1 { 0xFC } else { byte })
        .collect();
    let (code, text, _) = import("mixed.json", &mixed, &[]);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("1 imported") && text.contains("iconv -f WINDOWS-1252 -t UTF-8"),
        "{text}"
    );
}

#[test]
fn limits_hold_for_whatever_is_packed_or_piped() {
    let lines: Vec<String> = (0..3000).map(|number| company(&format!("c{number}"))).collect();
    let lines = lines.join("\n");
    let tar = tarred(&[("a.json", lines.as_bytes())]);
    let limit = ["--unpacked-bytes-max", "100000"];
    for command in ["gzip -c", "zstd -qc", "bzip2 -c", "xz -c"] {
        for bytes in [packed(command, lines.as_bytes()), packed(command, &tar)] {
            let (code, text, folder) = import("data", &bytes, &limit);
            assert!(code == Some(1) || code == Some(3), "{command}: {text}");
            assert!(
                text.contains("allow more with --unpacked-bytes-max"),
                "{command}: {text}"
            );
            let run = [&["import", "-", "--store", "t"][..], &limit].concat();
            let (_, text) = piped(folder.path(), &run, &bytes);
            assert!(
                text.contains("allow more with --unpacked-bytes-max"),
                "{command}: {text}"
            );
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let run = [&["import", "-", "--store", "s"][..], &limit].concat();
    let (code, text) = piped(folder.path(), &run, lines.as_bytes());
    assert!(
        code == Some(1) && text.contains("delivers more than 100000 bytes"),
        "{text}"
    );
    let many: Vec<(String, Vec<u8>)> = (0..10_001)
        .map(|number| (format!("f{number}"), b"{}".to_vec()))
        .collect();
    let many: Vec<(&str, &[u8])> = many
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let (code, text, _) = import("a.tar.gz", &packed("gzip -c", &tarred(&many)), &[]);
    assert!(code == Some(1) && text.contains("at most 10000 are allowed"), "{text}");
    let long = company(&"x".repeat(5000));
    for command in ["zstd -qc", "bzip2 -c", "xz -c", "cat"] {
        let (code, text, _) = import(
            "data",
            &packed(command, long.as_bytes()),
            &["--record-bytes-max", "1000"],
        );
        assert!(
            code == Some(1) && text.contains("--record-bytes-max"),
            "{command}: {text}"
        );
    }
}

#[test]
fn files_of_other_sorts_are_named() {
    for (bytes, expected) in [
        (b"LZIP\x01aaaa".as_slice(), "compressed with lzip"),
        (b"7z\xBC\xAF\x27\x1Caaaa", "a 7z archive"),
        (b"PAR1aaaaaaa", "a Parquet file"),
        (b"SQLite format 3\0aaaa", "an SQLite database"),
        (b"%PDF-1.7\n", "a PDF document"),
        (
            &zipped(&[("[Content_Types].xml", b"<a/>"), ("xl/workbook.xml", b"<a/>")]),
            "save its table as CSV",
        ),
        (&packed("gzip -c", &zipped(&[("a", b"b")])), "archive in an archive"),
        (
            &zipped(&[("a.zst", &packed("zstd -qc", b"b"))]),
            "archive in an archive",
        ),
    ] {
        let (code, text, _) = import("data", bytes, &[]);
        assert!(code == Some(1) && text.contains(expected), "{expected}: {text}");
    }
}
