//! Searching while things change: what was committed is found at once, whatever goes on in the background; and what is kept on
//! disk for the next start.

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
        State, Store, Unsearchable,
        commit::Proposal,
        folder::Home,
        search::{Index, Question},
    },
};

use super::following::{assert_alike, began};
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

/// The ids of those that the state finds.
fn found(state: &State, text: &str) -> Vec<String> {
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

fn assert_as_afresh(state: &State, texts: &[&str]) {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let afresh = Index::build(state.graph()).unwrap();
    assert_alike(
        (state.search().unwrap(), state.graph()),
        (&afresh, state.graph()),
        &texts,
    );
}

#[test]
fn what_was_committed_is_found_at_once_and_what_was_before_no_longer() {
    let store = Store::in_memory(Arc::new(State::new(began(companies(50)))));
    assert_eq!(found(&store.state(), "old 7"), ["c00007"]);
    let before = store.state();
    commit(&store, vec![company("c00007", "Renamed"), company("a", "Added")]);
    assert_eq!(found(&store.state(), "renamed"), ["c00007"]);
    assert_eq!(found(&store.state(), "added"), ["a"]);
    assert!(!found(&store.state(), "old").contains(&"c00007".to_owned()));
    let merge = Change::Merge {
        from: "c00008".to_owned(),
        into: "a".to_owned(),
    };
    let retract = Change::Retract {
        noun: Noun::Entity,
        id: "c00007".to_owned(),
    };
    commit(&store, vec![merge, retract]);
    assert_eq!(found(&store.state(), "renamed")[..], [""; 0]);
    assert!(!found(&store.state(), "old 8").contains(&"c00008".to_owned()));
    // Who still reads the state before finds what it holds.
    assert_eq!(found(&before, "old 7"), ["c00007"]);
    assert_as_afresh(&store.state(), &["old", "old 12", "added", "7"]);
}

#[test]
fn a_state_that_was_never_searched_is_searched_after_later_ones() {
    let store = Store::in_memory(Arc::new(State::new(began(companies(20)))));
    let mut states = vec![store.state()];
    for number in 0..5 {
        commit(&store, vec![company("c00003", &format!("Name {number}"))]);
        states.push(store.state());
    }
    for (number, state) in states.iter().enumerate().rev() {
        let text = number
            .checked_sub(1)
            .map_or("old 3".to_owned(), |number| format!("name {number}"));
        assert_eq!(found(state, &text), ["c00003"], "{text}");
        assert_as_afresh(state, &["old", "name"]);
    }
}

#[test]
fn what_is_committed_while_the_index_is_built_is_found_once_it_is_there() {
    let first = Arc::new(State::unprepared(began(companies(2_000))));
    let store = Store::in_memory(Arc::clone(&first));
    commit(&store, vec![company("before", "Before")]);
    assert_eq!(store.state().search().unwrap_err(), Unsearchable::Unprepared);
    std::thread::scope(|scope| {
        scope.spawn(|| first.prepare());
        for number in 0..20 {
            commit(&store, vec![company(&format!("n{number:02}"), "Meanwhile")]);
        }
    });
    assert_eq!(found(&store.state(), "before"), ["before"]);
    assert_eq!(found(&store.state(), "meanwhile").len(), 20);
    assert_as_afresh(&store.state(), &["meanwhile", "old 5"]);
}

#[test]
fn a_rebuilt_graph_keeps_the_index() {
    let store = Store::in_memory(Arc::new(State::new(began(companies(100)))));
    assert_eq!(found(&store.state(), "old").len(), 100);
    commit(&store, vec![company("b", "Between"), company("c00004", "Changed")]);
    let state = store.state();
    assert_eq!(found(&state, "between"), ["b"]);
    let moved = state.moved_to(state.graph().rebuilt().unwrap());
    assert_eq!(found(&moved, "between"), ["b"]);
    assert_as_afresh(&moved, &["old", "changed", "between", "old 4"]);
    // What nobody searched for before the move, and what comes after it.
    commit(&store, vec![company("c00009", "Late")]);
    let moved = store.state().moved_to(store.state().graph().rebuilt().unwrap());
    let store = Store::in_memory(Arc::new(moved));
    commit(&store, vec![company("d", "Last")]);
    assert_eq!(found(&store.state(), "late last").len(), 2);
    assert_as_afresh(&store.state(), &["old", "late", "last"]);
}

#[test]
fn a_graph_that_is_rebuilt_before_the_index_is_there_is_searched_with_it() {
    let state = State::unprepared(began(companies(10)));
    let moved = state.moved_to(state.graph().rebuilt().unwrap());
    assert_eq!(moved.search().unwrap_err(), Unsearchable::Unprepared);
    state.prepare();
    assert_eq!(found(&moved, "old 3"), ["c00003"]);
    let state = State::unprepared(began(companies(10)));
    let moved = state.moved_to(state.graph().rebuilt().unwrap());
    moved.prepare();
    assert_eq!(found(&moved, "old 3"), ["c00003"]);
}

#[test]
fn searches_go_on_while_thousands_of_entities_change() {
    let store = Store::in_memory(Arc::new(State::new(began(companies(3_000)))));
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
            let newest = found(&state, "9029");
            assert!(newest.is_empty() || newest.len() == 400);
        }
    });
    assert_eq!(found(&store.state(), "9029").len(), 400);
    assert_as_afresh(&store.state(), &["9007", "old", "12", "many"]);
    // The layers become fewer in time, and nothing else changes.
    let started = Instant::now();
    while store.state().search().unwrap().layers() > 8 && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
        commit(&store, vec![company("tick", &format!("Tick {started:?}"))]);
    }
    assert!(store.state().search().unwrap().layers() <= 8);
    assert_as_afresh(&store.state(), &["9007", "old"]);
}

/// So many are worth keeping.
const MANY: usize = 10_000;

fn begun(dir: &Path) {
    let home = Home::enter(dir, now()).unwrap();
    let dataset = Dataset {
        title: "Names".to_owned(),
        description: None,
        licence: None,
        recorded_at: now(),
        sources: Vec::new(),
        entities: companies(MANY),
        relationships: Vec::new(),
    };
    home.begin(&dataset, now()).unwrap();
}

fn opened(dir: &Path) -> Store {
    let state = |graph: Snapshot| Arc::new(State::unprepared(graph));
    let store = Store::open(Home::enter(dir, now()).unwrap(), state).unwrap();
    store.state().prepare();
    store
}

fn kept(dir: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let is_kept = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("search-");
    paths.filter(is_kept).collect()
}

#[test]
fn the_index_is_kept_on_disk_and_anything_else_in_its_place_is_not_taken_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    begun(dir);
    let store = opened(dir);
    assert_eq!(kept(dir), [dir.join("search-0.gx")]);
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

    // What changed since it was kept is in a layer of its own.
    let store = opened(dir);
    assert_eq!(store.state().search().unwrap().layers(), 2);
    let mask = store.state().graph().mask(&View::now(Timestamp::MAX));
    assert_eq!(
        store.state().search().unwrap().entities(),
        store.state().graph().entities(&mask).count()
    );
    assert_eq!(found(&store.state(), "renamed added"), ["a", "c00007"]);
    assert!(!found(&store.state(), "old 8").contains(&"c00008".to_owned()));
    assert_as_afresh(&store.state(), &["old 7", "old 77", "added"]);
    drop(store);

    // One that is damaged is built anew, and so is one of another log.
    let path = dir.join("search-0.gx");
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 4;
    let other = tempfile::tempdir().unwrap();
    let home = Home::enter(other.path(), now()).unwrap();
    home.begin(&crate::harness::BUNDLED, now()).unwrap();
    drop(home);
    fs::write(other.path().join("search-0.gx"), &good).unwrap();
    assert_eq!(opened(other.path()).state().search().unwrap().layers(), 1);
    for bytes in [bad, good[..good.len() / 3].to_vec(), b"other".to_vec()] {
        kept(dir).iter().for_each(|path| fs::remove_file(path).unwrap());
        fs::write(&path, bytes).unwrap();
        let store = opened(dir);
        assert_eq!(store.state().search().unwrap().layers(), 1);
        assert_eq!(found(&store.state(), "renamed added"), ["a", "c00007"]);
        assert_eq!(kept(dir), [dir.join("search-1.gx")], "the older is removed");
    }
}
