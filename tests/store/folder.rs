//! The folder of a store: it is used by one process at a time, complete or absent, backed up while in use, and refused when damaged.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use guanxi::{
    graph::Snapshot,
    model::{Change, Entity, EntityKind, Record, Timestamp},
    store::{
        OpenError, State, Store,
        commit::{self, Proposal},
        folder::{self, Error, FolderAccess, StoreFolder},
        log::LogReader,
        replay,
    },
};

use crate::harness::{BUNDLED, ask_over, now};

fn state(graph: Snapshot) -> Arc<State> {
    Arc::new(State::unprepared(graph))
}

fn created(dir: &Path) -> StoreFolder {
    let store_folder = StoreFolder::open(dir, now()).unwrap();
    store_folder.create(&BUNDLED, now()).unwrap();
    store_folder
}

fn open(dir: &Path) -> Result<Store, OpenError> {
    Store::open(StoreFolder::open(dir, now())?, state)
}

fn put(id: &str) -> Proposal {
    let company = Entity::new(id, EntityKind::Company, id).unwrap();
    Proposal {
        retry: None,
        by: Some("editor".to_owned()),
        reason: Some("the folder's test".to_owned()),
        at: Timestamp::now(),
        decide: Box::new(|_| Ok(vec![Change::Put(Box::new(Record::Entity(company)))])),
    }
}

fn has(store: &Store, id: &str) -> bool {
    let state = store.state();
    let mask = state.graph().mask(&guanxi::model::View::now(Timestamp::MAX));
    state.graph().entity_by_id(id, &mask).is_some()
}

fn names(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// The last position of a backup.
fn last_position(backup: &PathBuf) -> u64 {
    let open = || redb::backends::FileBackend::new(fs::File::open(backup).unwrap()).map_err(std::io::Error::other);
    LogReader::exclusive(open).unwrap().last_position()
}

#[test]
fn commits_survive_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("a/b");
    drop(created(&dir));
    for round in 1..4u64 {
        let store = open(&dir).unwrap();
        let figures = store.figures();
        assert_eq!(figures.position, round - 1);
        assert_eq!(figures.began_at, Some(now()));
        assert!(figures.log_bytes > 0);
        assert!((1..round).all(|earlier| has(&store, &format!("new-{earlier}"))));
        let receipt = store.commit(put(&format!("new-{round}"))).unwrap();
        assert_eq!(receipt.entry.unwrap().position, round);
        assert_eq!(*store.watch().borrow(), round);
    }
    let store = open(&dir).unwrap();
    let entries = store.entries_after(0, 10).unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[2].by.as_deref(), Some("editor"));
    // Earlier states can be read, too.
    let before = store.state().graph().known_at(entries[1].recorded_at);
    let mask = before.mask(&guanxi::model::View::now(entries[1].recorded_at));
    assert!(before.entity_by_id("new-2", &mask).is_some());
    assert!(before.entity_by_id("new-3", &mask).is_none());
    assert_eq!(names(&dir), ["begun", "guanxi.redb", "lock"]);
    let answer = ask_over(
        &Arc::new(store),
        "{ statistics { store { durable beganAt commits logBytes } } }",
    );
    let figures = &answer["statistics"]["store"];
    assert_eq!((&figures["durable"], &figures["commits"]), (&true.into(), &3.into()));
    assert_eq!(figures["beganAt"], "2026-11-22T12:00:00Z");
    assert!(figures["logBytes"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_error_of_a_second_process_names_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut store_folder = created(folder.path());
    store_folder.write_address("http://127.0.0.1:8000").unwrap();
    let message = StoreFolder::open(folder.path(), now()).unwrap_err().to_string();
    let holder = format!("process {} since 2026-11-22T12:00:00Z", std::process::id());
    assert!(
        message.contains(&holder) && message.contains("which serves http://127.0.0.1:8000"),
        "{message}"
    );
    drop(store_folder);
    StoreFolder::open(folder.path(), now()).unwrap();
}

#[test]
fn an_unfinished_store_is_created_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("guanxi.redb.new"), "half").unwrap();
    fs::write(folder.path().join("lock"), "process 1 since ever\n").unwrap();
    // Created before the first start.
    fs::write(folder.path().join("tokens.json"), "{}").unwrap();
    let store_folder = created(folder.path());
    assert_eq!(names(folder.path()), ["begun", "guanxi.redb", "lock", "tokens.json"]);
    let refused = store_folder.create(&BUNDLED, now()).unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists { .. }), "{refused}");
}

#[test]
fn a_folder_with_other_files_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.new"), "mine").unwrap();
    let store_folder = StoreFolder::open(folder.path(), now()).unwrap();
    let message = store_folder.create(&BUNDLED, now()).unwrap_err().to_string();
    assert!(message.contains("it holds thesis.new, but no guanxi.redb"), "{message}");
    assert_eq!(names(folder.path()), ["lock", "thesis.new"]);
}

#[test]
fn data_that_cannot_be_stored_leaves_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let mut dataset = BUNDLED.clone();
    dataset.entities[3].name = " ".to_owned();
    let store_folder = StoreFolder::open(folder.path(), now()).unwrap();
    let message = store_folder.create(&dataset, now()).unwrap_err().to_string();
    assert!(message.contains("chunk 1 of the data cannot be stored: "), "{message}");
    assert_eq!(names(folder.path()), ["lock"]);
}

#[test]
fn a_backup_during_writes_has_a_consistent_state() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    drop(created(&dir));
    let store = open(&dir).unwrap();
    let backups: Vec<PathBuf> = (0..3)
        .map(|number| folder.path().join(format!("{number}.backup")))
        .collect();
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let store = &store;
            scope.spawn(move || {
                (0..40).for_each(|number| drop(store.commit(put(&format!("{writer}-{number}"))).unwrap()))
            });
        }
        for to in &backups {
            let before = store.figures().position;
            let summary = folder::backup(&dir, to, now()).unwrap();
            assert!((before..=store.figures().position).contains(&summary.position));
            assert_eq!(summary.position, last_position(to));
        }
    });
    assert_eq!(store.figures().position, 80);
    let message = folder::backup(&dir, &backups[0], now()).unwrap_err().to_string();
    assert!(message.contains("0.backup already exists"), "{message}");
    let restored = folder.path().join("restored");
    let is_valid = |reader: &LogReader| {
        replay(reader, |_, _| Ok(())).unwrap();
        Ok::<_, Error>(())
    };
    let summary = folder::restore(&backups[1], &restored, now(), is_valid).unwrap();
    let restored_store = open(&restored).unwrap();
    assert_eq!(restored_store.figures().position, summary.position);
    let entries = |store: &Store| {
        store
            .entries_after(0, usize::try_from(summary.position).unwrap())
            .unwrap()
    };
    assert_eq!(entries(&restored_store), entries(&store));
    restored_store.commit(put("after")).unwrap();
    drop(restored_store);
    let refused = folder::restore(&backups[1], &restored, now(), is_valid).unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists { .. }), "{refused}");
}

#[test]
fn compacting_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(created(folder.path()));
    let store = open(folder.path()).unwrap();
    for number in 0..60 {
        store.commit(put(&format!("new-{number}"))).unwrap();
    }
    let entries = store.entries_after(0, 100).unwrap();
    drop(store);
    let store_folder = StoreFolder::open(folder.path(), now()).unwrap();
    let (before, after) = folder::compact(&store_folder).unwrap();
    assert!(after <= before, "{before} {after}");
    drop(store_folder);
    folder::check_pages(folder.path()).unwrap();
    assert_eq!(open(folder.path()).unwrap().entries_after(0, 100).unwrap(), entries);
}

#[test]
fn a_damaged_store_is_refused_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    drop(created(folder.path()));
    let store = open(folder.path()).unwrap();
    for number in 0..30 {
        store.commit(put(&format!("new-{number}"))).unwrap();
    }
    drop(store);
    let path = folder.path().join("guanxi.redb");
    let original = fs::read(&path).unwrap();
    let mut refused = 0;
    for place in (64..original.len()).step_by(original.len() / 40) {
        let mut bytes = original.clone();
        let end = bytes.len().min(place + 200);
        bytes[place..end].iter_mut().for_each(|byte| *byte = !*byte);
        fs::write(&path, &bytes).unwrap();
        match open(folder.path()) {
            // The damage is in unused space.
            Ok(store) => assert_eq!(store.figures().position, 30),
            Err(error) => {
                refused += 1;
                let message = error.to_string();
                assert!(
                    message.starts_with(&format!("store {}: ", folder.path().display())),
                    "{message}"
                );
                assert!(fs::read(&path).unwrap() == bytes, "{message}");
            }
        }
        fs::write(&path, &bytes).unwrap();
        let store_folder = StoreFolder::open(folder.path(), now()).unwrap();
        let _ = folder::check_pages(store_folder.dir());
        assert!(fs::read(&path).unwrap() == bytes, "a check does not change the file");
    }
    assert!(refused > 3, "{refused}");
    fs::write(&path, "").unwrap();
    assert!(open(folder.path()).is_err());
    fs::remove_file(&path).unwrap();
    let missing = FolderAccess::open(folder.path(), now()).unwrap_err().to_string();
    assert!(
        missing.contains("guanxi.redb is missing") && missing.contains("guanxi restore"),
        "{missing}"
    );
    let nothing = tempfile::tempdir().unwrap();
    let missing = FolderAccess::open(nothing.path(), now()).unwrap_err().to_string();
    assert!(missing.contains("there is no guanxi.redb in it"), "{missing}");
}

#[test]
fn a_log_that_ends_before_a_snapshot_of_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = created(folder.path()).log_reader().unwrap().head().fingerprint();
    let header = |position| folder::blocks::BlockFileHeader { position, log };
    let snapshot = |position| folder::write_snapshot(folder.path(), header(position), |_| Ok(())).unwrap();
    snapshot(0);
    open(folder.path()).unwrap();
    snapshot(1);
    let message = open(folder.path()).unwrap_err().to_string();
    assert!(
        message.ends_with("the log: it ends at entry 0, but snapshot-1.gx holds entry 1"),
        "{message}"
    );
    // A snapshot of another log is ignored.
    fs::remove_file(folder.path().join("snapshot-1.gx")).unwrap();
    let other = folder::blocks::BlockFileHeader { position: 9, log: !log };
    folder::write_snapshot(folder.path(), other, |_| Ok(())).unwrap();
    open(folder.path()).unwrap();
}

#[test]
fn only_the_change_that_cannot_be_stored_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(created(folder.path()));
    let store = open(folder.path()).unwrap();
    let mut blank = put("blank");
    blank.decide = Box::new(|_| {
        let mut company = Entity::new("blank", EntityKind::Company, "Blank").unwrap();
        company.founded = Some("2014".parse().unwrap());
        company.name = "\n".to_owned();
        Ok(vec![Change::Put(Box::new(Record::Entity(company)))])
    });
    let refused = store.commit(blank).unwrap_err();
    assert!(
        matches!(&refused, commit::Error::Unstorable(message) if message.contains("a name without control characters")),
        "{refused}"
    );
    assert!(!has(&store, "blank"));
    store.commit(put("valid")).unwrap();
    assert_eq!(store.figures().position, 1);
}

#[test]
fn a_token_may_be_created_before_the_store() {
    use guanxi::{auth::tokens, model::Role};
    let folder = tempfile::tempdir().unwrap();
    tokens::create(
        &folder.path().join(tokens::FILE),
        "first",
        Role::Editor,
        None,
        now(),
        [1; 32],
    )
    .unwrap();
    assert!(!StoreFolder::open(folder.path(), now()).unwrap().has_store().unwrap());
}
