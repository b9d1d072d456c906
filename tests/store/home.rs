//! The folder of a store: one process at a time, whole or not there, copied while it is used, refused when it is damaged.

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
        folder::{self, Error, Guest, Home},
        log::Reading,
        replayed,
    },
};

use crate::harness::{BUNDLED, ask_over, now};

fn state(graph: Snapshot) -> Arc<State> {
    Arc::new(State::unprepared(graph))
}

fn begun(dir: &Path) -> Home {
    let home = Home::enter(dir, now()).unwrap();
    home.begin(&BUNDLED, now()).unwrap();
    home
}

fn opened(dir: &Path) -> Result<Store, OpenError> {
    Store::open(Home::enter(dir, now())?, state)
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

/// The position in a backup.
fn last_position(backup: &PathBuf) -> u64 {
    let open = || redb::backends::FileBackend::new(fs::File::open(backup).unwrap()).map_err(std::io::Error::other);
    Reading::alone(open).unwrap().last_position()
}

#[test]
fn what_is_committed_is_there_when_the_store_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("a/b");
    drop(begun(&dir));
    for round in 1..4u64 {
        let store = opened(&dir).unwrap();
        let figures = store.figures();
        assert_eq!(figures.position, round - 1);
        assert_eq!(figures.began_at, Some(now()));
        assert!(figures.log_bytes > 0);
        assert!((1..round).all(|earlier| has(&store, &format!("new-{earlier}"))));
        let receipt = store.commit(put(&format!("new-{round}"))).unwrap();
        assert_eq!(receipt.entry.unwrap().position, round);
        assert_eq!(*store.watch().borrow(), round);
    }
    let store = opened(&dir).unwrap();
    let entries = store.entries_after(0, 10).unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[2].by.as_deref(), Some("editor"));
    // The past is known as well.
    let before = store.state().graph().known_at(entries[1].recorded_at);
    let mask = before.mask(&guanxi::model::View::now(entries[1].recorded_at));
    assert!(before.entity_by_id("new-2", &mask).is_some());
    assert!(before.entity_by_id("new-3", &mask).is_none());
    assert_eq!(names(&dir), ["begun", "guanxi.redb", "lock"]);
    let told = ask_over(
        &Arc::new(store),
        "{ statistics { store { durable beganAt commits logBytes } } }",
    );
    let kept = &told["statistics"]["store"];
    assert_eq!((&kept["durable"], &kept["commits"]), (&true.into(), &3.into()));
    assert_eq!(kept["beganAt"], "2026-11-22T12:00:00Z");
    assert!(kept["logBytes"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_second_process_is_told_who_has_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let mut home = begun(folder.path());
    home.tell_address("http://127.0.0.1:8000").unwrap();
    let told = Home::enter(folder.path(), now()).unwrap_err().to_string();
    let holder = format!("process {} since 2026-11-22T12:00:00Z", std::process::id());
    assert!(
        told.contains(&holder) && told.contains("which serves http://127.0.0.1:8000"),
        "{told}"
    );
    drop(home);
    Home::enter(folder.path(), now()).unwrap();
}

#[test]
fn a_store_that_was_not_finished_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("guanxi.redb.new"), "half").unwrap();
    fs::write(folder.path().join("lock"), "process 1 since ever\n").unwrap();
    // Made before the first start.
    fs::write(folder.path().join("tokens.json"), "{}").unwrap();
    let home = begun(folder.path());
    assert_eq!(names(folder.path()), ["begun", "guanxi.redb", "lock", "tokens.json"]);
    let refused = home.begin(&BUNDLED, now()).unwrap_err();
    assert!(matches!(refused, Error::Begun { .. }), "{refused}");
}

#[test]
fn a_folder_of_other_things_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.new"), "mine").unwrap();
    let home = Home::enter(folder.path(), now()).unwrap();
    let told = home.begin(&BUNDLED, now()).unwrap_err().to_string();
    assert!(told.contains("it holds thesis.new, but no guanxi.redb"), "{told}");
    assert_eq!(names(folder.path()), ["lock", "thesis.new"]);
}

#[test]
fn data_that_cannot_be_kept_leaves_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let mut dataset = BUNDLED.clone();
    dataset.entities[3].name = " ".to_owned();
    let home = Home::enter(folder.path(), now()).unwrap();
    let told = home.begin(&dataset, now()).unwrap_err().to_string();
    assert!(told.contains("chunk 1 of the data cannot be kept: "), "{told}");
    assert_eq!(names(folder.path()), ["lock"]);
}

#[test]
fn a_backup_holds_what_was_there_while_writers_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    drop(begun(&dir));
    let store = opened(&dir).unwrap();
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
            let copied = folder::backup(&dir, to, now()).unwrap();
            assert!((before..=store.figures().position).contains(&copied.position));
            assert_eq!(copied.position, last_position(to));
        }
    });
    assert_eq!(store.figures().position, 80);
    let told = folder::backup(&dir, &backups[0], now()).unwrap_err().to_string();
    assert!(told.contains("0.backup exists already"), "{told}");
    let restored = folder.path().join("restored");
    let sound = |reading: &Reading| {
        replayed(reading, |_, _| Ok(())).unwrap();
        Ok::<_, Error>(())
    };
    let copied = folder::restore(&backups[1], &restored, now(), sound).unwrap();
    let again = opened(&restored).unwrap();
    assert_eq!(again.figures().position, copied.position);
    let told = |store: &Store| {
        store
            .entries_after(0, usize::try_from(copied.position).unwrap())
            .unwrap()
    };
    assert_eq!(told(&again), told(&store));
    again.commit(put("after")).unwrap();
    drop(again);
    let refused = folder::restore(&backups[1], &restored, now(), sound).unwrap_err();
    assert!(matches!(refused, Error::Begun { .. }), "{refused}");
}

#[test]
fn compacting_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    drop(begun(folder.path()));
    let store = opened(folder.path()).unwrap();
    for number in 0..60 {
        store.commit(put(&format!("new-{number}"))).unwrap();
    }
    let entries = store.entries_after(0, 100).unwrap();
    drop(store);
    let home = Home::enter(folder.path(), now()).unwrap();
    let (before, after) = folder::compact(&home).unwrap();
    assert!(after <= before, "{before} {after}");
    drop(home);
    folder::check_pages(folder.path()).unwrap();
    assert_eq!(opened(folder.path()).unwrap().entries_after(0, 100).unwrap(), entries);
}

#[test]
fn a_damaged_store_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    drop(begun(folder.path()));
    let store = opened(folder.path()).unwrap();
    for number in 0..30 {
        store.commit(put(&format!("new-{number}"))).unwrap();
    }
    drop(store);
    let path = folder.path().join("guanxi.redb");
    let whole = fs::read(&path).unwrap();
    let mut refused = 0;
    for place in (64..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        let end = bytes.len().min(place + 200);
        bytes[place..end].iter_mut().for_each(|byte| *byte = !*byte);
        fs::write(&path, &bytes).unwrap();
        match opened(folder.path()) {
            // The damage is where nothing is kept.
            Ok(store) => assert_eq!(store.figures().position, 30),
            Err(error) => {
                refused += 1;
                let told = error.to_string();
                assert!(
                    told.starts_with(&format!("store {}: ", folder.path().display())),
                    "{told}"
                );
                assert!(fs::read(&path).unwrap() == bytes, "{told}");
            }
        }
        fs::write(&path, &bytes).unwrap();
        let home = Home::enter(folder.path(), now()).unwrap();
        let _ = folder::check_pages(home.dir());
        assert!(fs::read(&path).unwrap() == bytes, "a check changes nothing");
    }
    assert!(refused > 3, "{refused}");
    fs::write(&path, "").unwrap();
    assert!(opened(folder.path()).is_err());
    fs::remove_file(&path).unwrap();
    let missing = Guest::enter(folder.path(), now()).unwrap_err().to_string();
    assert!(
        missing.contains("guanxi.redb is gone") && missing.contains("guanxi restore"),
        "{missing}"
    );
    let nothing = tempfile::tempdir().unwrap();
    let missing = Guest::enter(nothing.path(), now()).unwrap_err().to_string();
    assert!(missing.contains("there is no guanxi.redb in it"), "{missing}");
}

#[test]
fn a_log_that_ends_before_a_snapshot_of_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = begun(folder.path()).reading().unwrap().head().fingerprint();
    let held = |position| folder::blocks::Held { position, log };
    let snapshot = |position| folder::write_snapshot(folder.path(), held(position), |_| Ok(())).unwrap();
    snapshot(0);
    opened(folder.path()).unwrap();
    snapshot(1);
    let told = opened(folder.path()).unwrap_err().to_string();
    assert!(
        told.ends_with("the log: it ends at entry 0, but snapshot-1.gx holds entry 1"),
        "{told}"
    );
    // One of another log says nothing of this one.
    fs::remove_file(folder.path().join("snapshot-1.gx")).unwrap();
    let other = folder::blocks::Held { position: 9, log: !log };
    folder::write_snapshot(folder.path(), other, |_| Ok(())).unwrap();
    opened(folder.path()).unwrap();
}

#[test]
fn what_cannot_be_kept_is_refused_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(begun(folder.path()));
    let store = opened(folder.path()).unwrap();
    let mut blank = put("blank");
    blank.decide = Box::new(|_| {
        let mut company = Entity::new("blank", EntityKind::Company, "Blank").unwrap();
        company.founded = Some("2014".parse().unwrap());
        company.name = "\n".to_owned();
        Ok(vec![Change::Put(Box::new(Record::Entity(company)))])
    });
    let refused = store.commit(blank).unwrap_err();
    assert!(
        matches!(&refused, commit::Error::Unkeepable(told) if told.contains("a name without control characters")),
        "{refused}"
    );
    assert!(!has(&store, "blank"));
    store.commit(put("sound")).unwrap();
    assert_eq!(store.figures().position, 1);
}

#[test]
fn a_token_may_be_made_before_the_store_is() {
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
    assert!(!Home::enter(folder.path(), now()).unwrap().is_begun().unwrap());
}
