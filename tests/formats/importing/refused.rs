//! Records and files in which something is wrong: each is told with its place, and nothing else suffers.

use guanxi::import::{Report, Strictness};

use super::{Desk, How, lei, lei_file, one, rr_file};

#[test]
fn every_record_is_imported_unchanged_or_reported() {
    let desk = Desk::new();
    let text = format!(
        "{}X,Nobody,US,ACTIVE\n{},,US,ACTIVE\n",
        lei_file(&[(1, "One"), (2, "Two")]),
        lei(3)
    );
    let imported = desk.import(&one(&desk.file("lei.csv", &text)));
    assert_eq!(imported.counts(), [4, 2, 0, 2]);
    let [checksum, name] = imported.findings.as_slice() else {
        panic!("{:?}", imported.findings)
    };
    assert!(
        checksum.starts_with("lei.csv: record 3 (X), line 4: LEI: "),
        "{checksum}"
    );
    assert!(name.starts_with(&format!("lei.csv: record 4 ({})", lei(3))), "{name}");
    assert_eq!(imported.done.tally.reasons.values().sum::<u64>(), 2);
}

#[test]
fn a_strict_import_ends_at_the_first_fault_and_goes_on_once_it_is_mended() {
    let desk = Desk::new();
    let bad = format!("{}X,Nobody,US,ACTIVE\nY,Nobody,US,ACTIVE\n", lei_file(&[(1, "One")]));
    let how = How {
        strictness: Strictness::Strict,
        ..How::default()
    };
    let ended = desk.import_as(&one(&desk.file("lei.csv", &bad)), how);
    assert!(ended.done.is_incomplete);
    assert_eq!(ended.findings.len(), 1);
    let mended = desk.import_as(&one(&desk.file("lei.csv", &lei_file(&[(1, "One"), (2, "Two")]))), how);
    assert_eq!(mended.counts(), [2, 1, 1, 0]);
}

#[test]
fn of_two_records_with_one_id_the_first_holds_again_and_again() {
    let desk = Desk::new();
    let files = [
        desk.file(
            "lei.csv",
            &lei_file(&[(1, "One"), (2, "Two"), (1, "Other"), (2, "Two")]),
        ),
        desk.file("rr.csv", &rr_file(&[(2, 1, "2015"), (2, 1, "2016"), (2, 1, "2015")])),
    ];
    let first = desk.import(&files);
    // Equal ones do no harm, and another name is another name.
    assert_eq!(first.counts(), [7, 4, 3, 0]);
    assert_eq!(first.done.tally.counts().noted, 2);
    assert!(
        first.findings.iter().all(
            |reason| reason.contains("another value of the same record holds (noted; ")
                || reason.contains("another value of the same record holds: ")
        ),
        "{:?}",
        first.findings
    );
    let (before, _, position) = desk.content();
    assert_eq!(
        (before[0].name.as_str(), before[0].names[0].text.as_str()),
        ("One", "Other")
    );
    assert!(
        first.findings[0].contains("\"One\" of lei.csv: record 1"),
        "{:?}",
        first.findings
    );
    assert_eq!(desk.import(&files).counts(), [7, 0, 7, 0]);
    assert_eq!(desk.content().2, position);
}

#[test]
fn no_store_is_created_without_records() {
    let desk = Desk::new();
    let imported = desk.import(&one(&desk.file("lei.csv", "LEI,Entity.LegalName\nX,Nobody\n")));
    assert_eq!(imported.counts(), [1, 0, 0, 1]);
    let names: Vec<_> = std::fs::read_dir(desk.store())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(names, ["lock"], "only who was here last");
}

#[test]
fn a_truncated_file_is_reported_and_its_complete_records_are_imported() {
    let desk = Desk::new();
    let cut = format!("{}{},\"One without an end", lei_file(&[(1, "One"), (2, "Two")]), lei(3));
    let imported = desk.import(&one(&desk.file("lei.csv", &cut)));
    let reason = imported.done.tally.files[0].unreadable.as_deref();
    assert!(
        reason.is_some() || !imported.findings.is_empty(),
        "nothing was reported"
    );
    assert_eq!(desk.content().0.len(), 2);
}

#[test]
fn a_record_beyond_the_limit_ends_its_file_and_names_the_setting() {
    let desk = Desk::new();
    let text = lei_file(&[(1, "One"), (2, &"x".repeat(3_000_000))]);
    let how = How {
        record_bytes_max: 1_000_000,
        ..How::default()
    };
    let imported = desk.import_as(&one(&desk.file("lei.csv", &text)), how);
    let reason = imported.done.tally.files[0].unreadable.clone().unwrap_or_default();
    assert!(reason.contains("--record-bytes-max"), "{reason}");
}

#[test]
fn the_report_is_complete_as_text_and_as_json() {
    let desk = Desk::new();
    let text = format!("{}X,Nobody,US,ACTIVE\n", lei_file(&[(1, "One")]));
    let imported = desk.import(&one(&desk.file("lei.csv", &text)));
    for name in ["report.json", "report.txt"] {
        let path = desk.store().join(name);
        let report = Report::begin(&path).unwrap();
        report.end(&imported.done.tally).unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        if name.ends_with("json") {
            let read: serde_json::Value = serde_json::from_str(&written).unwrap();
            assert_eq!(read["all"]["read"], 2);
            assert_eq!(read["files"][0]["rejected"], 1);
            assert_eq!(read["reasons"][0]["count"], 1);
        } else {
            assert!(
                written.starts_with("lei.csv: 2 records read = 1 imported + 0 unchanged + 1 rejected\n"),
                "{written}"
            );
        }
    }
}
