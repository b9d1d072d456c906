//! New records that are added without a state in between: what comes of them is what the log makes of them, and nothing else
//! happens meanwhile.

use std::{fs, path::Path, sync::Arc};

use guanxi::{
    model::{
        Action, Change, Ends, Entity, EntityKind, Evidence, Noun, Record, Relationship, RelationshipKind, Timestamp,
        View, relationship_id,
    },
    store::{
        State, Store,
        adding::Adding,
        commit::{Error, Proposal},
        folder::Home,
    },
};

use jiff::SignedDuration;

use crate::harness::BUNDLED;

fn open(dir: &Path) -> Store {
    let home = Home::enter(dir, Timestamp::now()).unwrap();
    if !home.is_begun().unwrap() {
        home.begin(&BUNDLED, Timestamp::now()).unwrap();
    }
    Store::open(home, |graph| Arc::new(State::unprepared(graph))).unwrap()
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

fn add(adding: &mut Adding, record: Record) -> bool {
    adding.add(record, Timestamp::now()).is_ok()
}

/// The graph that the log alone makes.
fn replayed(dir: &Path) -> u64 {
    for file in fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()) {
        if file.file_name().unwrap().to_str().unwrap().starts_with("snapshot-") {
            fs::remove_file(file).unwrap();
        }
    }
    open(dir).state().graph().digest()
}

/// A store in which entities were merged, taken back and changed, and relationships too.
fn lived_in(dir: &Path) -> Store {
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
fn what_was_added_is_what_the_log_makes_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = lived_in(dir.path());
    let before = store.figures().position;
    let mut adding = store.adding(4).unwrap();
    for batch in [&["mm", "ab"][..], &["zz"], &[]] {
        for id in batch {
            assert!(add(&mut adding, company(id)));
            assert!(add(&mut adding, owns(id, "zoo")) && add(&mut adding, owns("alibaba", id)));
        }
        adding.commit("many").unwrap();
    }
    assert!(add(&mut adding, owns("mm", "zz")));
    adding.finish("the rest").unwrap();
    let entries = store.entries_after(before, 10).unwrap();
    let told: Vec<(u64, usize, Option<&str>)> = entries
        .iter()
        .map(|entry| (entry.position - before, entry.steps.len(), entry.reason.as_deref()))
        .collect();
    assert_eq!(
        told,
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
    // What is added can be changed afterwards, and is known only since then.
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
    let held = store.state().graph().digest();
    drop(store);
    let reopened = open(dir.path());
    assert_eq!(reopened.state().graph().digest(), held);
    drop(reopened);
    assert_eq!(replayed(dir.path()), held);
}

#[test]
fn what_is_not_new_or_refers_to_what_does_not_stand_is_given_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = lived_in(dir.path());
    let digest = store.state().graph().digest();
    let mut adding = store.adding(0).unwrap();
    for known in ["right", "left", "gone"] {
        assert!(!add(&mut adding, company(known)), "{known}");
    }
    for (from, to) in [("right", "zoo"), ("left", "zoo"), ("gone", "zoo"), ("zoo", "nobody")] {
        assert!(!add(&mut adding, owns(from, to)), "{from} {to}");
    }
    let mut stated = owns("zoo", "right");
    if let Record::Relationship(relationship) = &mut stated {
        let id = format!("{}#1", relationship.id);
        relationship.evidence = vec![Evidence::asserting(id, "source:nobody")];
    }
    assert!(!add(&mut adding, stated));
    assert_eq!(adding.uncommitted(), 0);
    adding.finish("nothing").unwrap();
    assert_eq!(store.state().graph().digest(), digest);
}

#[test]
fn nothing_else_happens_while_records_are_added() {
    let dir = tempfile::tempdir().unwrap();
    let store = lived_in(dir.path());
    let propose = |id: &str| store.commit(proposal(vec![put(company(id))], "another"));
    let position = store.figures().position;
    let mut adding = store.adding(0).unwrap();
    assert!(add(&mut adding, company("mm")));
    adding.commit("many").unwrap();
    let busy = propose("other").unwrap_err();
    assert!(busy.to_string().contains("an import is adding records"), "{busy}");
    assert!(store.settle().is_err() && store.adding(0).is_err());
    assert_eq!(
        store.figures().position,
        position,
        "nothing can be read before it is finished"
    );
    adding.finish("many").unwrap();
    assert_eq!(store.figures().position, position + 1);
    propose("other").unwrap();
    store.settle().unwrap();
}

#[test]
fn what_was_committed_before_the_end_of_a_process_is_there_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let store = lived_in(dir.path());
    let mut adding = store.adding(0).unwrap();
    assert!(add(&mut adding, company("kept")));
    adding.commit("many").unwrap();
    assert!(add(&mut adding, company("lost")));
    drop(adding);
    drop(store);
    let reopened = open(dir.path());
    let state = reopened.state();
    let mask = state.graph().mask(&View::now(Timestamp::MAX));
    let found = ["kept", "lost"].map(|id| state.graph().entity_by_id(id, &mask).is_some());
    assert_eq!(found, [true, false]);
}

#[test]
fn a_clock_that_has_jumped_ahead_adds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (before, position) = (store.state().graph().digest(), store.figures().position);
    let mut adding = store.adding(0).unwrap();
    let ahead = Timestamp::now() + SignedDuration::from_hours(400 * 24);
    adding.add(company("mm"), ahead).unwrap();
    let refused = adding.commit("many").unwrap_err();
    assert!(matches!(refused, Error::Clock(_)), "{refused}");
    let refused = adding.finish("many").unwrap_err();
    assert!(matches!(refused, Error::Clock(_)), "{refused}");
    drop(store);
    let store = open(dir.path());
    assert_eq!(
        (store.state().graph().digest(), store.figures().position),
        (before, position)
    );
    commit(&store, vec![put(company("mm"))], "by a clock that is right");
}
