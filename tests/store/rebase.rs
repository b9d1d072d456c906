//! Rebasing during changes: no change is lost, and the next start reads the base from its file if that is valid.

use std::{fs, path::Path, sync::Arc, thread};

use guanxi::{
    graph::Snapshot,
    model::{Timestamp, View},
    store::{State, Store, folder::StoreFolder},
};

use crate::harness::{
    BUNDLED,
    live::{commit, company},
};

fn open(dir: &Path) -> Store {
    let store_folder = StoreFolder::open(dir, Timestamp::now()).unwrap();
    if !store_folder.has_store().unwrap() {
        store_folder.create(&BUNDLED, Timestamp::now()).unwrap();
    }
    Store::open(store_folder, |graph| Arc::new(State::unprepared(graph))).unwrap()
}

fn snapshots(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names.filter(|name| name.starts_with("snapshot-")).collect()
}

fn count(graph: &Snapshot) -> usize {
    graph.entities(&graph.mask(&View::now(Timestamp::MAX))).count()
}

#[test]
fn changes_that_are_committed_during_a_rebase_are_not_lost() {
    const WRITERS: usize = 4;
    const EACH: usize = 60;
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &store;
            scope.spawn(move || {
                for number in 0..EACH {
                    commit(store, vec![company(&format!("Firm {writer} {number}"))], "new");
                    // Acknowledged changes are visible.
                    let state = store.state();
                    let mask = state.graph().mask(&View::now(Timestamp::MAX));
                    assert!(
                        state
                            .graph()
                            .entity_by_id(&format!("firm-{writer}-{number}"), &mask)
                            .is_some()
                    );
                }
            });
        }
        for _ in 0..8 {
            store.rebase().unwrap();
        }
    });
    let before = store.state().graph().digest();
    assert_eq!(count(store.state().graph()), BUNDLED.entities.len() + WRITERS * EACH);
    drop(store);
    let reopened = open(dir.path());
    assert_eq!(reopened.state().graph().digest(), before);
    assert!(reopened.state().graph().changes() < WRITERS * EACH, "the base was read");
}

#[test]
fn a_base_is_read_by_the_next_start_unless_it_is_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    commit(&store, vec![company("Before")], "new");
    store.rebase().unwrap();
    commit(&store, vec![company("After")], "new");
    let before = store.state().graph().digest();
    drop(store);
    assert_eq!(snapshots(dir.path()), ["snapshot-1.gx"]);
    let reopened = open(dir.path());
    assert_eq!(reopened.state().graph().changes(), 1, "only later entries are replayed");
    assert_eq!(reopened.state().graph().digest(), before);
    drop(reopened);
    let path = dir.path().join("snapshot-1.gx");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let rebuilt = open(dir.path());
    assert_eq!(rebuilt.state().graph().changes(), 2, "everything is replayed");
    assert_eq!(rebuilt.state().graph().digest(), before);
    rebuilt.rebase().unwrap();
    drop(rebuilt);
    assert_eq!(snapshots(dir.path()), ["snapshot-2.gx"]);
    assert_eq!(open(dir.path()).state().graph().digest(), before);
}

#[test]
fn a_base_of_another_history_is_not_read() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(one.path());
    commit(&store, vec![company("Shared")], "new");
    drop(store);
    // Two copies of one store continue separately.
    let log = |dir: &Path| dir.join("guanxi.redb");
    fs::create_dir_all(other.path()).unwrap();
    fs::copy(log(one.path()), log(other.path())).unwrap();
    for (dir, name) in [(&one, "One"), (&other, "Other")] {
        let store = open(dir.path());
        commit(&store, vec![company(name)], "new");
        store.rebase().unwrap();
    }
    let before = open(other.path()).state().graph().digest();
    fs::copy(one.path().join("snapshot-2.gx"), other.path().join("snapshot-2.gx")).unwrap();
    let reopened = open(other.path());
    assert_eq!(reopened.state().graph().changes(), 2, "everything is replayed");
    assert_eq!(reopened.state().graph().digest(), before);
}

#[test]
fn many_changes_become_part_of_the_base_before_the_process_ends() {
    for (companies, is_rebased) in [(10, false), (7_000, true)] {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        let changes = (0..companies).map(|number| company(&format!("Firm {number}")));
        commit(&store, changes.collect(), "many");
        let before = store.state().graph().digest();
        store.rebase_before_exit();
        assert_eq!(store.state().graph().changes() == 0, is_rebased, "{companies}");
        drop(store);
        assert_eq!(!snapshots(dir.path()).is_empty(), is_rebased, "{companies}");
        let reopened = open(dir.path());
        assert_eq!(reopened.state().graph().digest(), before);
        assert_eq!(reopened.state().graph().changes() == 0, is_rebased, "{companies}");
    }
}
