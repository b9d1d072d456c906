//! Records with ids in any order and of any form can be added, one by one or many at a time, and are found by id, in listings, by
//! search, and in earlier states.

use std::{collections::BTreeSet, sync::Arc};

use guanxi::{
    graph::{Budget, Snapshot},
    model::{Change, Ends, Entity, EntityKind, Record, Relationship, RelationshipKind, Timestamp, View},
    store::{State, Store, commit::Proposal, search::Question},
};

use super::index_updates::snapshot_of;
use crate::harness::now;

fn company(id: &str) -> Entity {
    Entity::new(id, EntityKind::Company, &format!("name of {id}")).unwrap()
}

fn put(record: Record) -> Change {
    Change::Put(Box::new(record))
}

/// A relationship whose id begins with `id`, between this company and one that always exists.
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
    Store::in_memory(Arc::new(State::new(snapshot_of(vec![
        company("always"),
        company("zebra"),
    ]))))
}

/// The ids of all companies in listing order.
fn listed_ids(graph: &Snapshot) -> Vec<&str> {
    let mask = graph.mask(&View::now(Timestamp::MAX));
    graph.entities(&mask).map(|entity| graph.entity(entity).id()).collect()
}

/// Checks that exactly these companies exist, in order, with their relationships, and are found by search.
fn check(name: &str, store: &Store, expected_ids: &BTreeSet<String>) {
    let state = store.state();
    let graph = state.graph();
    let expected: Vec<&str> = expected_ids.iter().map(String::as_str).collect();
    assert_eq!(listed_ids(graph), expected, "{name}");
    let mask = graph.mask(&View::now(Timestamp::MAX));
    let relationships: Vec<String> = graph
        .relationships(mask)
        .map(|relationship| graph.relationship(relationship).id().into_owned())
        .collect();
    assert!(relationships.is_sorted(), "{name}");
    assert_eq!(relationships.len(), expected_ids.len() - 2, "{name}");
    for id in expected_ids {
        let entity = graph.entity_by_id(id, &mask).unwrap();
        assert_eq!(graph.entity(entity).name(), format!("name of {id}"));
        let relationship = graph.relationship_by_id(&format!("{id}-owns"), &mask);
        let from = relationship.map(|relationship| graph.relationship(relationship).from());
        assert!(from.is_none_or(|from| from == Some(entity)), "{name}: {id}");
    }
    let budget = Budget::new(u64::MAX, || false);
    let hits = state
        .search()
        .unwrap()
        .search(&Question::new("name").unwrap(), |_| true, &budget);
    let found_ids: BTreeSet<&str> = hits.unwrap().iter().map(|hit| graph.entity(hit.entity).id()).collect();
    assert_eq!(found_ids.len(), expected_ids.len(), "{name}");
}

/// Ids of which each is between the two before it.
fn halving(count: usize) -> Vec<String> {
    let mut id = String::from("m");
    let ids = (0..count).map(|number| {
        let next = format!("{id}{}", if number % 2 == 0 { "m" } else { "lz" });
        id.push(if number % 2 == 0 { 'l' } else { 'm' });
        next
    });
    ids.collect()
}

#[test]
fn ids_in_any_order_can_be_added_one_by_one() {
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
        let mut expected_ids: BTreeSet<String> = ["always", "zebra"].map(str::to_owned).into();
        for (number, id) in ids.iter().enumerate() {
            commit(&store, vec![put(Record::Entity(company(id))), owns(id)]);
            assert!(expected_ids.insert(id.clone()));
            // Not for every commit, so that the index has to include several commits at once.
            if number % 37 == 0 {
                check(name, &store, &expected_ids);
            }
        }
        check(name, &store, &expected_ids);
        // The state is unchanged at the time of the last commit, and in a new base.
        let state = store.state();
        let before = state.graph().known_at(state.graph().last_recorded_at());
        assert_eq!(listed_ids(&before).len(), expected_ids.len());
        let digest = state.graph().digest();
        store.rebase().unwrap();
        assert_eq!(store.state().graph().digest(), digest, "{name}");
        check(name, &store, &expected_ids);
    }
}

#[test]
fn ids_in_any_order_can_be_added_many_at_a_time() {
    let store = store();
    let mut expected_ids: BTreeSet<String> = ["always", "zebra"].map(str::to_owned).into();
    // Ids of which each is a prefix of the next, in one commit.
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
        expected_ids.extend(ids);
    }
    check("many at a time", &store, &expected_ids);
}
