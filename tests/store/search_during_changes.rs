//! Searching during changes: committed changes are found immediately, even while the index is updated in the background; and the
//! index on disk.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use guanxi::{
    graph::{Budget, Snapshot},
    model::{Change, Dataset, Entity, EntityKind, Noun, Record, Timestamp, View},
    store::{
        SearchUnavailable, State, Store,
        commit::Proposal,
        folder::StoreFolder,
        search::{Index, Question},
    },
};

use super::index_updates::{assert_equal_results, snapshot_of};
use crate::harness::now;

fn company(id: &str, name: &str) -> Change {
    let entity = Entity::new(id, EntityKind::Company, name).unwrap();
    Change::Put(Box::new(Record::Entity(entity)))
}

fn commit(store: &Store, changes: Vec<Change>) {
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: None,
        at: Timestamp::now(),
        decide: Box::new(move |_| Ok(changes)),
    };
    store.commit(proposal).unwrap();
}

/// The ids of the results in this state.
fn result_ids(state: &State, text: &str) -> Vec<String> {
    let budget = Budget::new(u64::MAX, || false);
    let question = Question::new(text).unwrap();
    let hits = state.search().unwrap().search(&question, |_| true, &budget).unwrap();
    let id = |hit: &guanxi::store::search::Hit| state.graph().entity(hit.entity).id().to_owned();
    hits.iter().map(id).collect()
}

fn companies(count: usize) -> Vec<Entity> {
    let company =
        |number| Entity::new(&format!("c{number:05}"), EntityKind::Company, &format!("Old {number}")).unwrap();
    (0..count).map(company).collect()
}

fn assert_equals_new_index(state: &State, texts: &[&str]) {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let new_index = Index::build(state.graph()).unwrap();
    assert_equal_results(
        (state.search().unwrap(), state.graph()),
        (&new_index, state.graph()),
        &texts,
    );
}

#[test]
fn committed_changes_are_found_immediately_and_replaced_values_are_not() {
    let store = Store::in_memory(Arc::new(State::new(snapshot_of(companies(50)))));
    assert_eq!(result_ids(&store.state(), "old 7"), ["c00007"]);
    let before = store.state();
    commit(&store, vec![company("c00007", "Renamed"), company("a", "Added")]);
    assert_eq!(result_ids(&store.state(), "renamed"), ["c00007"]);
    assert_eq!(result_ids(&store.state(), "added"), ["a"]);
    assert!(!result_ids(&store.state(), "old").contains(&"c00007".to_owned()));
    let merge = Change::Merge {
        from: "c00008".to_owned(),
        into: "a".to_owned(),
    };
    let retract = Change::Retract {
        noun: Noun::Entity,
        id: "c00007".to_owned(),
    };
    commit(&store, vec![merge, retract]);
    assert_eq!(result_ids(&store.state(), "renamed")[..], [""; 0]);
    assert!(!result_ids(&store.state(), "old 8").contains(&"c00008".to_owned()));
    // Readers of the earlier state find its content.
    assert_eq!(result_ids(&before, "old 7"), ["c00007"]);
    assert_equals_new_index(&store.state(), &["old", "old 12", "added", "7"]);
}

#[test]
fn earlier_states_can_be_searched_after_later_ones() {
    let store = Store::in_memory(Arc::new(State::new(snapshot_of(companies(20)))));
    let mut states = vec![store.state()];
    for number in 0..5 {
        commit(&store, vec![company("c00003", &format!("Name {number}"))]);
        states.push(store.state());
    }
    for (number, state) in states.iter().enumerate().rev() {
        let text = number
            .checked_sub(1)
            .map_or("old 3".to_owned(), |number| format!("name {number}"));
        assert_eq!(result_ids(state, &text), ["c00003"], "{text}");
        assert_equals_new_index(state, &["old", "name"]);
    }
}

#[test]
fn changes_during_the_first_build_are_found_when_it_is_done() {
    let first = Arc::new(State::unprepared(snapshot_of(companies(2_000))));
    let store = Store::in_memory(Arc::clone(&first));
    commit(&store, vec![company("before", "Before")]);
    assert_eq!(store.state().search().unwrap_err(), SearchUnavailable::Building);
    std::thread::scope(|scope| {
        scope.spawn(|| first.prepare());
        for number in 0..20 {
            commit(&store, vec![company(&format!("n{number:02}"), "Meanwhile")]);
        }
    });
    assert_eq!(result_ids(&store.state(), "before"), ["before"]);
    assert_eq!(result_ids(&store.state(), "meanwhile").len(), 20);
    assert_equals_new_index(&store.state(), &["meanwhile", "old 5"]);
}

#[test]
fn a_rebuilt_graph_reuses_the_index() {
    let store = Store::in_memory(Arc::new(State::new(snapshot_of(companies(100)))));
    assert_eq!(result_ids(&store.state(), "old").len(), 100);
    commit(&store, vec![company("b", "Between"), company("c00004", "Changed")]);
    let state = store.state();
    assert_eq!(result_ids(&state, "between"), ["b"]);
    let rebased = state.rebased(state.graph().rebuilt().unwrap());
    assert_eq!(result_ids(&rebased, "between"), ["b"]);
    assert_equals_new_index(&rebased, &["old", "changed", "between", "old 4"]);
    // Changes without a search before the rebase, and changes after it.
    commit(&store, vec![company("c00009", "Late")]);
    let rebased = store.state().rebased(store.state().graph().rebuilt().unwrap());
    let store = Store::in_memory(Arc::new(rebased));
    commit(&store, vec![company("d", "Last")]);
    assert_eq!(result_ids(&store.state(), "late last").len(), 2);
    assert_equals_new_index(&store.state(), &["old", "late", "last"]);
}

#[test]
fn a_graph_that_is_rebuilt_before_the_index_is_built_can_be_searched_later() {
    let state = State::unprepared(snapshot_of(companies(10)));
    let rebased = state.rebased(state.graph().rebuilt().unwrap());
    assert_eq!(rebased.search().unwrap_err(), SearchUnavailable::Building);
    state.prepare();
    assert_eq!(result_ids(&rebased, "old 3"), ["c00003"]);
    let state = State::unprepared(snapshot_of(companies(10)));
    let rebased = state.rebased(state.graph().rebuilt().unwrap());
    rebased.prepare();
    assert_eq!(result_ids(&rebased, "old 3"), ["c00003"]);
}

#[test]
fn searches_work_while_thousands_of_entities_change() {
    let store = Store::in_memory(Arc::new(State::new(snapshot_of(companies(3_000)))));
    store.state().prepare();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for round in 0..30 {
                let changes = (0..400).map(|number| {
                    let id = (round * 97 + number) % 4_000;
                    company(&format!("c{id:05}"), &format!("Many {}", 9_000 + round))
                });
                commit(&store, changes.collect());
            }
        });
        while !writing.is_finished() {
            let state = store.state();
            let newest = result_ids(&state, "9029");
            assert!(newest.is_empty() || newest.len() == 400);
        }
    });
    assert_eq!(result_ids(&store.state(), "9029").len(), 400);
    assert_equals_new_index(&store.state(), &["9007", "old", "12", "many"]);
    // The layers are merged eventually, without other effects.
    let started = Instant::now();
    while store.state().search().unwrap().layers() > 8 && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
        commit(&store, vec![company("tick", &format!("Tick {started:?}"))]);
    }
    assert!(store.state().search().unwrap().layers() <= 8);
    assert_equals_new_index(&store.state(), &["9007", "old"]);
}

/// The number of entities from which the index is stored on disk.
const MANY: usize = 10_000;

fn create_store(dir: &Path) {
    let store_folder = StoreFolder::open(dir, now()).unwrap();
    let dataset = Dataset {
        title: "Names".to_owned(),
        description: None,
        licence: None,
        recorded_at: now(),
        sources: Vec::new(),
        entities: companies(MANY),
        relationships: Vec::new(),
    };
    store_folder.create(&dataset, now()).unwrap();
}

fn open_store(dir: &Path) -> Store {
    let state = |graph: Snapshot| Arc::new(State::unprepared(graph));
    let store = Store::open(StoreFolder::open(dir, now()).unwrap(), state).unwrap();
    store.state().prepare();
    store
}

fn index_files(dir: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let is_index_file = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("search-");
    paths.filter(is_index_file).collect()
}

#[test]
fn the_index_is_stored_on_disk_and_invalid_files_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    create_store(dir);
    let store = open_store(dir);
    assert_eq!(index_files(dir), [dir.join("search-0.gx")]);
    assert_eq!(store.state().search().unwrap().layers(), 1);
    let retract = Change::Retract {
        noun: Noun::Entity,
        id: "c00008".to_owned(),
    };
    commit(
        &store,
        vec![company("c00007", "Renamed"), company("a", "Added"), retract],
    );
    drop(store);

    // Later changes are in a separate layer.
    let store = open_store(dir);
    assert_eq!(store.state().search().unwrap().layers(), 2);
    let mask = store.state().graph().mask(&View::now(Timestamp::MAX));
    assert_eq!(
        store.state().search().unwrap().entities(),
        store.state().graph().entities(&mask).count()
    );
    assert_eq!(result_ids(&store.state(), "renamed added"), ["a", "c00007"]);
    assert!(!result_ids(&store.state(), "old 8").contains(&"c00008".to_owned()));
    assert_equals_new_index(&store.state(), &["old 7", "old 77", "added"]);
    drop(store);

    // A damaged index and that of another log are built again.
    let path = dir.join("search-0.gx");
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 4;
    let other = tempfile::tempdir().unwrap();
    let store_folder = StoreFolder::open(other.path(), now()).unwrap();
    store_folder.create(&crate::harness::BUNDLED, now()).unwrap();
    drop(store_folder);
    fs::write(other.path().join("search-0.gx"), &good).unwrap();
    assert_eq!(open_store(other.path()).state().search().unwrap().layers(), 1);
    for bytes in [bad, good[..good.len() / 3].to_vec(), b"other".to_vec()] {
        index_files(dir).iter().for_each(|path| fs::remove_file(path).unwrap());
        fs::write(&path, bytes).unwrap();
        let store = open_store(dir);
        assert_eq!(store.state().search().unwrap().layers(), 1);
        assert_eq!(result_ids(&store.state(), "renamed added"), ["a", "c00007"]);
        assert_eq!(index_files(dir), [dir.join("search-1.gx")], "the older file is removed");
    }
}
