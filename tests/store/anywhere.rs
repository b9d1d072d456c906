//! Ids in any order and of any form are taken, one by one or many at a time, and everything is still found by them: by id, in
//! listings, by search, and in what was known before.

use std::{collections::BTreeSet, sync::Arc};

use guanxi::{
    graph::{Budget, Snapshot},
    model::{Change, Ends, Entity, EntityKind, Record, Relationship, RelationshipKind, Timestamp, View},
    store::{State, Store, commit::Proposal, search::Question},
};

use super::following::began;
use crate::harness::now;

fn company(id: &str) -> Entity {
    Entity::new(id, EntityKind::Company, &format!("name of {id}")).unwrap()
}

fn put(record: Record) -> Change {
    Change::Put(Box::new(record))
}

/// A relationship whose id begins with this, between this company and one that is always there.
fn owns(id: &str) -> Change {
    let ends = Ends::Known {
        from: id.to_owned(),
        to: "always".to_owned(),
    };
    put(Record::Relationship(Relationship::new(
        format!("{id}-owns"),
        RelationshipKind::Owns,
        ends,
    )))
}

fn commit(store: &Store, changes: Vec<Change>) {
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: None,
        at: now(),
        decide: Box::new(|_| Ok(changes)),
    };
    store.commit(proposal).unwrap();
}

fn store() -> Store {
    Store::in_memory(Arc::new(State::new(began(vec![company("always"), company("zebra")]))))
}

/// The ids of all companies in the order in which they are listed.
fn listed(graph: &Snapshot) -> Vec<&str> {
    let mask = graph.mask(&View::now(Timestamp::MAX));
    graph.entities(&mask).map(|entity| graph.entity(entity).id()).collect()
}

/// Whether all of these are there, in order, with what connects them, and are found.
fn check(name: &str, store: &Store, known: &BTreeSet<String>) {
    let state = store.state();
    let graph = state.graph();
    let expected: Vec<&str> = known.iter().map(String::as_str).collect();
    assert_eq!(listed(graph), expected, "{name}");
    let mask = graph.mask(&View::now(Timestamp::MAX));
    let relationships: Vec<String> = graph
        .relationships(mask)
        .map(|relationship| graph.relationship(relationship).id().into_owned())
        .collect();
    assert!(relationships.is_sorted(), "{name}");
    assert_eq!(relationships.len(), known.len() - 2, "{name}");
    for id in known {
        let entity = graph.entity_by_id(id, &mask).unwrap();
        assert_eq!(graph.entity(entity).name(), format!("name of {id}"));
        let found = graph.relationship_by_id(&format!("{id}-owns"), &mask);
        let from = found.map(|found| graph.relationship(found).from());
        assert!(from.is_none_or(|from| from == Some(entity)), "{name}: {id}");
    }
    let budget = Budget::new(u64::MAX, || false);
    let found = state
        .search()
        .unwrap()
        .search(&Question::new("name").unwrap(), |_| true, &budget);
    let found: BTreeSet<&str> = found.unwrap().iter().map(|hit| graph.entity(hit.entity).id()).collect();
    assert_eq!(found.len(), known.len(), "{name}");
}

/// Ids of which each stands between the two before it.
fn halving(count: usize) -> Vec<String> {
    let mut id = String::from("m");
    let halved = (0..count).map(|number| {
        let next = format!("{id}{}", if number % 2 == 0 { "m" } else { "lz" });
        id.push(if number % 2 == 0 { 'l' } else { 'm' });
        next
    });
    halved.collect()
}

#[test]
fn ids_in_any_order_are_taken_one_by_one() {
    const COUNT: usize = 400;
    let orders: [(&str, Vec<String>); 5] = [
        (
            "descending",
            (1..=COUNT).map(|number| format!("{}b", "a".repeat(number))).collect(),
        ),
        (
            "ascending",
            (1..=COUNT).map(|number| format!("{}a", "b".repeat(number))).collect(),
        ),
        ("halving", halving(COUNT)),
        (
            "appending",
            (0..COUNT).map(|number| format!("acme-{number:05}")).collect(),
        ),
        (
            "at random",
            (0..COUNT).map(|_| format!("{:x}", fastrand::u64(..))).collect(),
        ),
    ];
    for (name, ids) in orders {
        let store = store();
        let mut known: BTreeSet<String> = ["always", "zebra"].map(str::to_owned).into();
        for (number, id) in ids.iter().enumerate() {
            commit(&store, vec![put(Record::Entity(company(id))), owns(id)]);
            assert!(known.insert(id.clone()));
            // Seldom enough that the index has to follow more than one of them, and often enough to see where it does not.
            if number % 37 == 0 {
                check(name, &store, &known);
            }
        }
        check(name, &store, &known);
        // What was known before is known still, and a new base holds the same.
        let state = store.state();
        let before = state.graph().known_at(state.graph().last_recorded_at());
        assert_eq!(listed(&before).len(), known.len());
        let digest = state.graph().digest();
        store.settle().unwrap();
        assert_eq!(store.state().graph().digest(), digest, "{name}");
        check(name, &store, &known);
    }
}

#[test]
fn ids_in_any_order_are_taken_many_at_a_time() {
    let store = store();
    let mut known: BTreeSet<String> = ["always", "zebra"].map(str::to_owned).into();
    // Each beginning with the one before, in one commit.
    let mut groups = vec![vec!["a".repeat(70)]];
    groups[0].extend((1..=12).map(|number| format!("{}b", "a".repeat(5 * number))));
    groups.push(halving(2_000));
    groups.extend((0..30).map(|group| {
        (0..200)
            .map(|number| format!("{}b{number}", "a".repeat(group + 1)))
            .collect()
    }));
    groups.extend((0..30).map(|group| {
        (0..200)
            .map(|number| format!("{}a{number}", "c".repeat(group + 1)))
            .collect()
    }));
    for ids in groups {
        let mut changes: Vec<Change> = ids.iter().map(|id| put(Record::Entity(company(id)))).collect();
        changes.extend(ids.iter().map(|id| owns(id)));
        commit(&store, changes);
        known.extend(ids);
    }
    check("many at a time", &store, &known);
}
