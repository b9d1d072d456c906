//! The common rules of arguments: environment variables, the values of switches, and pages of help that fit a
//! page.

use std::fs;

use crate::{
    cli_data::{NAMES, guanxi},
    harness::program,
};

#[test]
fn options_of_one_command_are_not_read_from_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("kept.csv");
    fs::write(&output, "kept").unwrap();
    let file = output.to_str().unwrap();
    let (code, _, stderr) = guanxi(&["export", "csv", "--output", file], &[("GUANXI_FORCE", "1")]);
    assert!(code == 1 && stderr.contains("exists already"), "{stderr}");
    assert_eq!(fs::read_to_string(&output).unwrap(), "kept");
    let all = guanxi(&["export", "csv"], &[]).1;
    for (variable, value) in [
        ("GUANXI_OF", "alibaba"),
        ("GUANXI_AS_OF", "2001-01-01"),
        ("GUANXI_STATUS", "ENDED"),
        ("GUANXI_KNOWN_AT", "2000-01-01T00:00:00Z"),
        ("GUANXI_OUTPUT", file),
        ("GUANXI_RAW_CELLS", "1"),
    ] {
        assert_eq!(guanxi(&["export", "csv"], &[(variable, value)]).1, all, "{variable}");
    }
    let expected = guanxi(&["query", NAMES], &[]).1;
    for (variable, value) in [
        ("GUANXI_VIEW", "{\"asOf\": \"1900-01-01\"}"),
        ("GUANXI_FORMAT", "csv"),
        ("GUANXI_COST", "1"),
    ] {
        assert_eq!(
            guanxi(&["query", NAMES], &[(variable, value)]).1,
            expected,
            "{variable}"
        );
    }
}

#[test]
fn switches_take_every_way_to_say_yes_and_no() {
    for (word, is_taken) in [
        ("on", true),
        ("off", true),
        ("true", true),
        ("false", true),
        ("1", true),
        ("0", true),
        ("no", true),
        ("maybe", false),
    ] {
        let (code, _, stderr) = guanxi(
            &["serve", "--port", "0", "--data", "nowhere"],
            &[("GUANXI_PUBLIC_READ", word)],
        );
        // An accepted value leads to the next fault.
        assert_eq!(code, if is_taken { 1 } else { 2 }, "{word}: {stderr}");
    }
}

#[test]
fn the_short_pages_of_help_fit_a_page() {
    for (arguments, lines_max) in [
        (&["--help"][..], 40),
        (&["-h"], 40),
        (&["serve", "-h"], 40),
        (&["query", "-h"], 40),
        (&["check", "-h"], 40),
        (&["import", "-h"], 40),
        (&["export", "-h"], 40),
        (&["schema", "-h"], 40),
        (&["token", "create", "-h"], 40),
        (&["backup", "-h"], 40),
        (&["restore", "-h"], 40),
        (&["compact", "-h"], 40),
    ] {
        let (code, out, _) = guanxi(arguments, &[]);
        assert_eq!(code, 0, "{arguments:?}");
        let wide = out.lines().find(|line| line.chars().count() > 100);
        assert!(
            out.lines().count() <= lines_max && wide.is_none(),
            "{arguments:?}: {wide:?}\n{out}"
        );
    }
    let (_, all, _) = guanxi(&["serve", "--help"], &[]);
    let (_, usual, _) = guanxi(&["serve", "-h"], &[]);
    for flag in ["--work-max", "--cors-origin", "--timeout-ms"] {
        assert!(all.contains(flag) && !usual.contains(flag), "{flag}");
    }
    // A token must not appear on the screen.
    let (_, out, _) = guanxi(&["query", "--help"], &[("GUANXI_TOKEN", "gxt_secret")]);
    assert!(out.contains("GUANXI_TOKEN") && !out.contains("gxt_secret"));
}

#[cfg(unix)]
#[test]
fn a_reader_of_messages_that_leaves_ends_nothing_badly() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = program(&["query", "{ __typename }"]).stderr(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}
