//! Bulk insertions: their result equals the replayed log, and other changes are refused while they run.

use std::{fs, path::Path, sync::Arc};

use guanxi::{
    model::{
        Action, Change, Ends, Entity, EntityKind, Evidence, Noun, Record, Relationship, RelationshipKind, Timestamp,
        View, relationship_id,
    },
    store::{
        State, Store,
        bulk_insert::BulkInsert,
        commit::{Error, Proposal},
        folder::StoreFolder,
    },
};

use jiff::SignedDuration;

use crate::harness::BUNDLED;

fn open(dir: &Path) -> Store {
    let store_folder = StoreFolder::open(dir, Timestamp::now()).unwrap();
    if !store_folder.has_store().unwrap() {
        store_folder.create(&BUNDLED, Timestamp::now()).unwrap();
    }
    Store::open(store_folder, |graph| Arc::new(State::unprepared(graph))).unwrap()
}

fn company(id: &str) -> Record {
    Record::Entity(Entity::new(id, EntityKind::Company, id).unwrap())
}

fn owns(from: &str, to: &str) -> Record {
    let ends = Ends::Known {
        from: from.to_owned(),
        to: to.to_owned(),
    };
    let id = relationship_id(RelationshipKind::Owns, &ends, "1");
    Record::Relationship(Relationship::new(id, RelationshipKind::Owns, ends))
}

fn put(record: Record) -> Change {
    Change::Put(Box::new(record))
}

fn retract(noun: Noun, id: &str) -> Change {
    let id = id.to_owned();
    Change::Retract { noun, id }
}

fn proposal(changes: Vec<Change>, reason: &str) -> Proposal {
    Proposal {
        retry: None,
        by: None,
        reason: Some(reason.to_owned()),
        at: Timestamp::now(),
        decide: Box::new(move |_| Ok(changes)),
    }
}

fn commit(store: &Store, changes: Vec<Change>, reason: &str) {
    store.commit(proposal(changes, reason)).unwrap();
}

fn add(bulk_insert: &mut BulkInsert, record: Record) -> bool {
    bulk_insert.add(record, Timestamp::now()).is_ok()
}

/// The digest of the graph that is replayed from the log without snapshots.
fn replayed_digest(dir: &Path) -> u64 {
    for file in fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()) {
        if file.file_name().unwrap().to_str().unwrap().starts_with("snapshot-") {
            fs::remove_file(file).unwrap();
        }
    }
    open(dir).state().graph().digest()
}

/// A store in which entities and relationships were merged, retracted and changed.
fn store_with_history(dir: &Path) -> Store {
    let store = open(dir);
    let companies = ["left", "right", "gone", "zoo", "aah"].map(|id| put(company(id)));
    commit(&store, companies.to_vec(), "new");
    commit(&store, vec![put(owns("left", "zoo")), put(owns("right", "zoo"))], "new");
    commit(
        &store,
        vec![retract(Noun::Relationship, "rel:left:OWNS:zoo:1")],
        "wrong",
    );
    let merge = Change::Merge {
        from: "left".to_owned(),
        into: "right".to_owned(),
    };
    commit(&store, vec![merge, retract(Noun::Entity, "gone")], "the same");
    let mut renamed = Entity::new("zoo", EntityKind::Company, "Zoo AG").unwrap();
    renamed.country = Some("CH".to_owned());
    commit(&store, vec![put(Record::Entity(renamed))], "renamed");
    store
}

#[test]
fn added_records_equal_the_replayed_log() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_history(dir.path());
    let before = store.figures().position;
    let mut bulk_insert = store.bulk_insert(4).unwrap();
    for batch in [&["mm", "ab"][..], &["zz"], &[]] {
        for id in batch {
            assert!(add(&mut bulk_insert, company(id)));
            assert!(add(&mut bulk_insert, owns(id, "zoo")) && add(&mut bulk_insert, owns("alibaba", id)));
        }
        bulk_insert.commit("many").unwrap();
    }
    assert!(add(&mut bulk_insert, owns("mm", "zz")));
    bulk_insert.finish("the rest").unwrap();
    let entries = store.entries_after(before, 10).unwrap();
    let summaries: Vec<(u64, usize, Option<&str>)> = entries
        .iter()
        .map(|entry| (entry.position - before, entry.steps.len(), entry.reason.as_deref()))
        .collect();
    assert_eq!(
        summaries,
        [(1, 6, Some("many")), (2, 3, Some("many")), (3, 1, Some("the rest"))]
    );
    let times: Vec<Timestamp> = entries.iter().map(|entry| entry.recorded_at).collect();
    assert!(times.is_sorted_by(|one, other| one < other), "{times:?}");
    let steps = entries.iter().flat_map(|entry| &entry.steps);
    assert!(
        steps
            .into_iter()
            .all(|step| step.action == Action::Created && step.version == 1)
    );
    // Added records can be changed, and are known only since they were recorded.
    let state = store.state();
    let graph = state.graph();
    let known = |at: Timestamp| graph.entity_by_id("zz", &graph.mask(&View::now(at))).is_some();
    assert!(!known(times[0]) && known(times[1]));
    drop(state);
    commit(
        &store,
        vec![retract(Noun::Relationship, "rel:mm:OWNS:zz:1"), put(company("zz2"))],
        "later",
    );
    let digest = store.state().graph().digest();
    drop(store);
    let reopened = open(dir.path());
    assert_eq!(reopened.state().graph().digest(), digest);
    drop(reopened);
    assert_eq!(replayed_digest(dir.path()), digest);
}

#[test]
fn records_with_known_ids_or_missing_references_are_returned() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_history(dir.path());
    let digest = store.state().graph().digest();
    let mut bulk_insert = store.bulk_insert(0).unwrap();
    for known in ["right", "left", "gone"] {
        assert!(!add(&mut bulk_insert, company(known)), "{known}");
    }
    for (from, to) in [("right", "zoo"), ("left", "zoo"), ("gone", "zoo"), ("zoo", "unknown")] {
        assert!(!add(&mut bulk_insert, owns(from, to)), "{from} {to}");
    }
    let mut relationship_record = owns("zoo", "right");
    if let Record::Relationship(relationship) = &mut relationship_record {
        let id = format!("{}#1", relationship.id);
        relationship.evidence = vec![Evidence::asserting(id, "source:unknown")];
    }
    assert!(!add(&mut bulk_insert, relationship_record));
    assert_eq!(bulk_insert.uncommitted(), 0);
    bulk_insert.finish("nothing").unwrap();
    assert_eq!(store.state().graph().digest(), digest);
}

#[test]
fn other_changes_are_refused_during_a_bulk_insertion() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_history(dir.path());
    let propose = |id: &str| store.commit(proposal(vec![put(company(id))], "another"));
    let position = store.figures().position;
    let mut bulk_insert = store.bulk_insert(0).unwrap();
    assert!(add(&mut bulk_insert, company("mm")));
    bulk_insert.commit("many").unwrap();
    let busy = propose("other").unwrap_err();
    assert!(busy.to_string().contains("an import is adding records"), "{busy}");
    assert!(store.rebase().is_err() && store.bulk_insert(0).is_err());
    assert_eq!(
        store.figures().position,
        position,
        "nothing is visible before it is finished"
    );
    bulk_insert.finish("many").unwrap();
    assert_eq!(store.figures().position, position + 1);
    propose("other").unwrap();
    store.rebase().unwrap();
}

#[test]
fn committed_records_survive_an_unfinished_bulk_insertion() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_history(dir.path());
    let mut bulk_insert = store.bulk_insert(0).unwrap();
    assert!(add(&mut bulk_insert, company("committed")));
    bulk_insert.commit("many").unwrap();
    assert!(add(&mut bulk_insert, company("lost")));
    drop(bulk_insert);
    drop(store);
    let reopened = open(dir.path());
    let state = reopened.state();
    let mask = state.graph().mask(&View::now(Timestamp::MAX));
    let exists = ["committed", "lost"].map(|id| state.graph().entity_by_id(id, &mask).is_some());
    assert_eq!(exists, [true, false]);
}

#[test]
fn nothing_is_added_while_the_clock_has_jumped_ahead() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (before, position) = (store.state().graph().digest(), store.figures().position);
    let mut bulk_insert = store.bulk_insert(0).unwrap();
    let ahead = Timestamp::now() + SignedDuration::from_hours(400 * 24);
    bulk_insert.add(company("mm"), ahead).unwrap();
    let refused = bulk_insert.commit("many").unwrap_err();
    assert!(matches!(refused, Error::Clock(_)), "{refused}");
    let refused = bulk_insert.finish("many").unwrap_err();
    assert!(matches!(refused, Error::Clock(_)), "{refused}");
    drop(store);
    let store = open(dir.path());
    assert_eq!(
        (store.state().graph().digest(), store.figures().position),
        (before, position)
    );
    commit(&store, vec![put(company("mm"))], "by a clock that is right");
}
