//! What matching spends: nested filters over a hub, whose leaves all look back at it.

use guanxi::{
    graph::{
        Budget, EntityFilter, Exhausted, PropertyFilter, RelationshipFilter, RelationshipsFilter, Scan, Snapshot,
        TextFilter,
    },
    model::{Dataset, EntityKind, RelationshipKind, RelationshipStatus, Set},
};

use super::{filters::unlimited, walking::view_of};
use crate::harness::random::{Claim, Shape, dataset};

/// A hub that owns `leaves` others.
fn star(leaves: u8) -> Snapshot {
    Snapshot::build(&star_dataset(leaves)).unwrap()
}

fn star_dataset(leaves: u8) -> Dataset {
    let shape = Shape {
        entities: leaves + 1,
        claims: 0,
        kinds: &[RelationshipKind::Owns],
        dated: false,
        unknown_ends: false,
        entity_kinds: &[EntityKind::Company],
    };
    let owns = |to| Claim {
        kind: RelationshipKind::Owns,
        status: RelationshipStatus::Active,
        from: Some(0),
        to,
        since: None,
        until: None,
        share: None,
        recorded: 0,
        retracted: None,
        disputed: false,
    };
    let claims: Vec<Claim> = (1..=leaves).map(owns).collect();
    dataset(shape, &claims)
}

/// No neighbor has a neighbor that has …, `levels` deep: every relationship must be looked at.
fn none_has(levels: u8) -> EntityFilter {
    let neighbor = levels.checked_sub(1).map(|rest| Box::new(none_has(rest)));
    let none = RelationshipFilter {
        statuses: neighbor.is_none().then(|| Set::of(&[RelationshipStatus::Refuted])),
        neighbor,
        ..RelationshipFilter::default()
    };
    let relationships = RelationshipsFilter {
        none: Some(none),
        ..RelationshipsFilter::default()
    };
    EntityFilter {
        relationships: Some(Box::new(relationships)),
        ..EntityFilter::default()
    }
}

fn fitting(snapshot: &Snapshot, filter: &EntityFilter, budget: &Budget) -> Result<usize, Exhausted> {
    let mask = snapshot.mask(&view_of((None, 3, true)));
    let scan = Scan::new(snapshot, mask, budget);
    let mut fitting = 0;
    for entity in snapshot.entities(&mask) {
        fitting += usize::from(filter.matches(&scan, entity)?);
    }
    Ok(fitting)
}

#[test]
fn levels_of_a_nested_filter_add_up_and_do_not_multiply() {
    let snapshot = star(250);
    let spent = |levels: u8| {
        let budget = unlimited();
        fitting(&snapshot, &none_has(levels), &budget).unwrap();
        budget.spent()
    };
    // Once from the hub and once from each leaf, at each level; what a leaf finds by few looks is looked up again.
    for levels in 0..7 {
        assert!(
            spent(levels) <= 500 * (u64::from(levels) + 1) * 4,
            "{levels} levels spent {}",
            spent(levels)
        );
    }
}

#[test]
fn a_filter_that_looks_at_more_than_the_budget_is_refused() {
    let snapshot = star(250);
    let refused = fitting(&snapshot, &none_has(3), &Budget::new(300, || false)).unwrap_err();
    assert_eq!(
        refused,
        Exhausted::Work {
            spent: 512,
            work_max: 300
        }
    );
    let stopped = fitting(&snapshot, &none_has(3), &Budget::new(u64::MAX, || true)).unwrap_err();
    assert_eq!(stopped, Exhausted::Stopped);
}

#[test]
fn the_last_looks_of_a_scan_are_spent_too() {
    let snapshot = star(9);
    let budget = unlimited();
    fitting(&snapshot, &none_has(0), &budget).unwrap();
    assert_eq!(budget.spent(), 18);
}

#[test]
fn properties_are_read_last_and_cost_more() {
    let mut dataset = star_dataset(9);
    let deep = "[".repeat(100) + &"]".repeat(100);
    for (number, entity) in (0u8..).zip(&mut dataset.entities) {
        let value = serde_json::from_str(if number == 1 { &deep } else { "\"x\"" }).unwrap();
        entity.properties = Some(serde_json::Map::from_iter([("key".to_owned(), value)])).filter(|_| number > 0);
    }
    let snapshot = Snapshot::build(&dataset).unwrap();
    let filter = |kind: Option<EntityKind>, text: Option<&str>| EntityFilter {
        kinds: kind.map(|kind| Set::of(&[kind])),
        property: Some(Box::new(PropertyFilter {
            path: "key".to_owned(),
            text: TextFilter {
                eq: text.map(str::to_owned),
                ..TextFilter::default()
            },
            ..PropertyFilter::default()
        })),
        ..EntityFilter::default()
    };
    for (filter, fits, spent) in [
        (filter(None, Some("x")), 8, 9 * 20),
        (filter(Some(EntityKind::Person), Some("x")), 0, 0),
        (filter(None, None), 10, 0),
    ] {
        let budget = unlimited();
        assert_eq!(fitting(&snapshot, &filter, &budget).unwrap(), fits, "{filter:?}");
        assert_eq!(budget.spent(), spent, "{filter:?}");
    }
}
