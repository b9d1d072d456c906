//! Our own tables, as an import takes them.

use std::ops::ControlFlow;

use guanxi::{
    formats::{
        reader::{Item, RecordChange, RecordDrafts},
        tables,
    },
    model::{Record, Timestamp},
};

use super::{edit, folder};

/// What is handed over of the sound folder after these changes.
fn drafts(edits: &[(&str, &str, &str)]) -> Result<(usize, Vec<RecordDrafts>), String> {
    let dir = folder();
    for change in edits {
        edit(dir.path(), *change);
    }
    let (mut sources, mut records) = (0, Vec::new());
    let read = tables::drafts(dir.path(), &mut |item| {
        match item {
            Item::DatasetInfo(about) => assert!(!about.title.is_empty()),
            Item::Preamble(drafts) => sources += drafts.len(),
            Item::Record(found) => records.push(found),
        }
        ControlFlow::Continue(())
    });
    read.map(|()| (sources, records)).map_err(|error| error.to_string())
}

#[test]
fn every_row_of_a_sound_folder_is_handed_over_with_what_belongs_to_it() {
    let undated = [
        ("relationships.csv", ",2020-01-01T00:00:00Z,\n", ",,\n"),
        ("relationships.csv", ",2027-01-01T00:00:00+01:00\n", ",\n"),
    ];
    let (sources, records) = drafts(&undated).unwrap();
    assert_eq!(sources, 2);
    let places: Vec<String> = records.iter().map(|found| found.place.to_string()).collect();
    let expected = ["ebay", "paypal", "sale", "china", "owns", "serves", "controls"];
    let expected: Vec<String> = expected
        .iter()
        .zip(1..)
        .map(|(id, number)| format!("record {number} ({id})"))
        .collect();
    assert_eq!(places, expected);
    for found in &records {
        let [draft] = &found.drafts[..] else {
            panic!("{found:?}")
        };
        assert_eq!(draft.known_at, None);
    }
    let RecordChange::Record(Record::Entity(china)) = &records[3].drafts[0].change else {
        panic!()
    };
    assert_eq!((china.names.len(), china.identifiers.len()), (1, 1));
    let RecordChange::Record(Record::Relationship(owns)) = &records[4].drafts[0].change else {
        panic!()
    };
    assert_eq!((owns.evidence.len(), owns.recorded_at), (1, Timestamp::UNIX_EPOCH));
}

#[test]
fn tables_that_say_when_rows_were_recorded_carry_versions() {
    let (_, records) = drafts(&[]).unwrap();
    let known = |place: usize, draft: usize| records[place].drafts[draft].known_at.unwrap().to_string();
    assert_eq!(known(4, 0), "2020-01-01T00:00:00Z");
    assert_eq!(known(5, 0), "2026-11-22T00:00:00Z");
    assert_eq!(known(6, 1), "2026-12-31T23:00:00Z");
    assert!(matches!(&records[6].drafts[1].change, RecordChange::Retraction { id, .. } if id == "controls"));
}

#[test]
fn with_any_problem_no_draft_is_passed_on_and_all_problems_are_reported() {
    let error = drafts(&[
        ("names.csv", "zh,Hans,TRANSLATION", "zh,Hans,NICKNAME"),
        ("entities.csv", "paypal,COMPANY", "paypal,FIRM"),
    ]);
    let error = error.unwrap_err();
    for expected in [
        "the tables: entities.csv:3: kind \"FIRM\"",
        "names.csv:2: kind \"NICKNAME\"",
        "2 problems",
    ] {
        assert!(error.contains(expected), "{error}");
    }
}
