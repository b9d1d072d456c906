//! The same files again, newer files, files in another order, files for a store that knows other things.

use std::sync::Arc;

use guanxi::{
    graph::Budget,
    store::{State, Store, folder::StoreFolder, search::Question},
};

use super::{Desk, How, content, lei, lei_file, moment, one, rr_file};

fn desk() -> (Desk, Vec<std::path::PathBuf>) {
    let desk = Desk::new();
    let files = vec![
        desk.file("lei.csv", &lei_file(&[(1, "Mother"), (2, "Daughter"), (3, "Niece")])),
        desk.file(
            "rr.csv",
            &rr_file(&[(2, 1, "2015-03-01T00:00:00Z"), (3, 9, "2016-01-01T00:00:00Z")]),
        ),
    ];
    (desk, files)
}

#[test]
fn importing_the_same_files_again_changes_nothing() {
    let (desk, files) = desk();
    let first = desk.import(&files);
    assert_eq!(first.counts(), [5, 5, 0, 0]);
    assert!(first.done.is_new);
    let before = desk.content();
    // The parent that no file describes is known by its LEI.
    assert_eq!((before.0.len(), before.1.len()), (4, 2));
    for _ in 0..2 {
        assert_eq!(desk.import(&files).counts(), [5, 0, 5, 0]);
        assert_eq!(desk.content(), before);
    }
    assert_eq!(before.2, 0);
}

#[test]
fn the_order_of_files_makes_no_difference() {
    let (desk, files) = desk();
    desk.import(&files);
    let (other, _) = self::desk();
    for file in files.iter().rev() {
        other.import(&one(file));
    }
    let ((entities, relationships, _), (others, other_relationships, position)) = (desk.content(), other.content());
    assert_eq!((entities, relationships), (others, other_relationships));
    assert!(position > 0, "the second file came as changes");
}

#[test]
fn a_newer_file_records_what_differs_and_what_was_known_before_is_still_known() {
    let (desk, mut files) = desk();
    desk.import(&files);
    files[0] = desk.file(
        "lei.csv",
        &lei_file(&[(1, "Mother"), (2, "Grown-up daughter"), (4, "Cousin")]),
    );
    let newer = desk.import_as(
        &files,
        How {
            now: "2026-11-25T12:00:00Z",
            ..How::default()
        },
    );
    assert_eq!(newer.counts(), [5, 2, 3, 0]);
    let store = desk.open();
    let state = store.state();
    let name = |known_at: &str| {
        let (entities, _) = content(state.graph(), moment(known_at));
        let id = format!("lei:{}", lei(2));
        entities.into_iter().find(|entity| entity.id == id).unwrap().name
    };
    assert_eq!(name("2026-11-24T00:00:00Z"), "Daughter");
    assert_eq!(name("2026-11-26T00:00:00Z"), "Grown-up daughter");
    let entries = store.entries_after(0, 10).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].steps.len(), 2);
    assert_eq!(entries[0].reason.as_deref(), Some("import of lei.csv, rr.csv"));
}

#[test]
fn a_store_that_knows_other_things_keeps_them() {
    use guanxi::formats::tables;
    let (desk, files) = desk();
    let bundled = tables::bundled().unwrap();
    let home = StoreFolder::open(&desk.store(), moment(super::NOW)).unwrap();
    home.create(&bundled, moment(super::NOW)).unwrap();
    drop(home);
    assert_eq!(desk.import(&files).counts(), [5, 5, 0, 0]);
    let (entities, relationships, _) = desk.content();
    assert_eq!(entities.len(), bundled.entities.len() + 4);
    assert_eq!(relationships.len(), bundled.relationships.len() + 2);
    assert_eq!(desk.import(&files).counts(), [5, 0, 5, 0]);
}

#[test]
fn what_an_import_added_is_searched_by_the_next_start() {
    let (desk, files) = desk();
    let many: Vec<(usize, String)> = (100..11_000)
        .map(|number| (number, format!("Company {number}")))
        .collect();
    let many: Vec<(usize, &str)> = many.iter().map(|(number, name)| (*number, name.as_str())).collect();
    // One that is there twice and says otherwise is put after the store was made, and found all the same.
    let others = desk.file("more-lei2.csv", &lei_file(&many));
    let again = desk.file(
        "again-lei2.csv",
        &lei_file(&[(100, "Company 100"), (11_001, "Latecomer")]),
    );
    let files: Vec<_> = files.into_iter().chain([others, again]).collect();
    let how = How {
        search_index: true,
        ..How::default()
    };
    desk.import_as(&files, how);
    for file in ["snapshot-0.gx", "search-0.gx"] {
        assert!(desk.store().join(file).exists(), "{file}");
    }
    let home = StoreFolder::open(&desk.store(), moment(super::NOW)).unwrap();
    let store = Store::open(home, |graph| Arc::new(State::unprepared(graph))).unwrap();
    let state = store.state();
    let kept = std::fs::metadata(desk.store().join("search-0.gx"))
        .unwrap()
        .modified()
        .unwrap();
    state.prepare();
    let afresh = State::new(state.graph().clone());
    for text in [
        "company",
        "company 10999",
        "latecomer",
        &lei(107),
        "compny 5003",
        "mother",
    ] {
        let hits = |state: &State| {
            let (question, budget) = (Question::new(text).unwrap(), Budget::new(u64::MAX, || false));
            state.search().unwrap().search(&question, |_| true, &budget).unwrap()
        };
        assert_eq!(hits(&state), hits(&afresh), "{text}");
        assert!(!hits(&state).is_empty(), "{text}");
    }
    let read = std::fs::metadata(desk.store().join("search-0.gx"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(kept, read, "the index is read and not built");
}

#[test]
fn a_store_is_called_what_the_data_that_made_it_was() {
    let header = r#"{"guanxi":{"format":1,"title":"Our network","description":"Who knows whom.","licence":"CC0-1.0"}}"#;
    let entity = r#"{"entity":{"id":"a","kind":"COMPANY","name":"A","status":"ACTIVE"}}"#;
    let desk = Desk::new();
    let lines = desk.file("network.jsonl", &format!("{header}\n{entity}\n"));
    assert_eq!(desk.import(&one(&lines)).counts(), [1, 1, 0, 0]);
    let of_lines = desk.open();
    let of_tables = Desk::new();
    of_tables.import(&one(std::path::Path::new("data")));
    let bundled = guanxi::formats::tables::bundled().unwrap();
    let of_tables = of_tables.open();
    for (store, title, description, licence) in [
        (&of_lines, "Our network", Some("Who knows whom."), Some("CC0-1.0")),
        (
            &of_tables,
            bundled.title.as_str(),
            bundled.description.as_deref(),
            bundled.licence.as_deref(),
        ),
    ] {
        let state = store.state();
        assert_eq!(state.graph().title(), title);
        assert_eq!(state.graph().description(), description);
        assert_eq!(state.graph().licence(), licence);
    }
}

#[test]
fn samples_that_are_imported_again_change_nothing() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    if !samples.is_dir() {
        eprintln!("SKIPPED: the samples are not beside the project, so they were not imported again");
        return;
    }
    let files = |folder: &str, is_meant: fn(&str) -> bool| {
        let paths = std::fs::read_dir(samples.join(folder))
            .unwrap()
            .map(|file| file.unwrap().path());
        let mut paths: Vec<_> = paths.filter(|path| is_meant(&path.to_string_lossy())).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{folder}");
        paths
    };
    let is_gleif = |name: &str| name.ends_with(".xml") || (name.ends_with(".json") && !name.contains("parents"));
    // The register keeps what it deletes, and some files say so of records that others hold.
    let mut imports = vec![files("gleif", is_gleif)];
    // Each chain of versions is told from its beginning again.
    imports.extend(
        files("bods/examples-0.4", |name| name.ends_with(".json"))
            .iter()
            .map(|file| one(file)),
    );
    for files in imports {
        let desk = Desk::new();
        assert!(desk.import(&files).counts()[1] > 0);
        let before = desk.content();
        for _ in 0..2 {
            assert_eq!(desk.import(&files).counts()[1], 0, "{files:?}");
            assert_eq!(desk.content(), before, "{files:?}");
        }
    }
}
