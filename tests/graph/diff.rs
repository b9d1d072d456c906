//! What differs between two views, against comparing two full listings.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::{
    graph::{
        Budget, EntityIx, Exhausted, Ordered, Position, Snapshot,
        algo::{self, DiffChange, DiffEntry, DiffQuestion},
    },
    model::{AsOf, Change, Directness, Interest, Record, Relationship, Timestamp, Validity, View},
};
use proptest::prelude::*;

use super::walking::{SHAPE, is_visible, view_of, views};
use crate::harness::{
    now,
    random::{Claim, claims, dataset, entity_id, moment},
    sketch::sketch,
};

/// What a question answers, as texts, after a position; and where each entry stands.
fn changes_of(snapshot: &Snapshot, question: &DiffQuestion, after: Option<&Position>) -> Vec<(String, Position)> {
    let budget = Budget::new(u64::MAX, || false);
    let entries = algo::diff(snapshot, question, after, &budget)
        .unwrap()
        .map(Result::unwrap);
    entries
        .map(|entry| {
            let (noun, change, ends) = match entry {
                DiffEntry::Entity(entity) => (
                    "entity",
                    entity.change(),
                    (entity.before.is_some(), entity.after.is_some()),
                ),
                DiffEntry::Relationship(relationship) => {
                    let ends = (relationship.before.is_some(), relationship.after.is_some());
                    ("relationship", relationship.change(), ends)
                }
            };
            assert_eq!(
                ends,
                (change != DiffChange::Appeared, change != DiffChange::Disappeared)
            );
            let id = entry.id(snapshot).into_owned();
            let position = Position {
                keys: vec![entry.key(snapshot, ())],
                id: id.clone(),
            };
            (format!("{noun} {id} {change}"), position)
        })
        .collect()
}

/// What differs between two listings of ids.
fn compare(noun: &str, before: &BTreeSet<String>, after: &BTreeSet<String>) -> Vec<String> {
    let mut changes = BTreeMap::new();
    changes.extend(before.difference(after).map(|id| (id, DiffChange::Disappeared)));
    changes.extend(after.difference(before).map(|id| (id, DiffChange::Appeared)));
    changes
        .into_iter()
        .map(|(id, change)| format!("{noun} {id} {change}"))
        .collect()
}

proptest! {
    #[test]
    fn a_diff_is_what_two_full_listings_differ_in(
        claims in claims(SHAPE), from in views(), to in views(), recorded in 0u8..4,
        of in proptest::option::of(proptest::collection::btree_set(0u8..5, 0..3))
    ) {
        let mut data = dataset(SHAPE, &claims);
        data.recorded_at = moment(recorded);
        let snapshot = Snapshot::build(&data).unwrap();
        let ever = snapshot.mask(&View::now(Timestamp::MAX));
        let row = |number: &u8| snapshot.entity_by_id(&entity_id(*number), &ever).unwrap();
        let question = DiffQuestion {
            from: snapshot.mask(&view_of(from)),
            to: snapshot.mask(&view_of(to)),
            of: of.as_ref().map(|of| of.iter().map(row).collect::<Vec<EntityIx>>()),
        };
        let touches = |number: u8| of.as_ref().is_none_or(|of| of.contains(&number));
        let entities = |view: (Option<u8>, u8, bool)| -> BTreeSet<String> {
            let all = (0..SHAPE.entities).filter(|_| recorded <= view.1);
            all.filter(|number| touches(*number)).map(entity_id).collect()
        };
        let relationships = |view: (Option<u8>, u8, bool)| -> BTreeSet<String> {
            let is_about = |claim: &Claim| touches(claim.to) || claim.from.is_some_and(touches);
            let visible = claims.iter().enumerate().filter(|(_, claim)| is_visible(claim, view) && is_about(claim));
            visible.map(|(position, _)| format!("r{position:03}")).collect()
        };
        let mut expected = compare("entity", &entities(from), &entities(to));
        expected.extend(compare("relationship", &relationships(from), &relationships(to)));
        let all = changes_of(&snapshot, &question, None);
        prop_assert_eq!(all.iter().map(|(change, _)| change).collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
        for (place, (_, position)) in all.iter().enumerate() {
            prop_assert_eq!(&changes_of(&snapshot, &question, Some(position)), &all[place + 1..]);
        }
    }

    #[test]
    fn with_of_only_their_relationships_are_looked_at(claims in claims(SHAPE), from in views(), to in views(), one in 0u8..5) {
        let snapshot = Snapshot::build(&dataset(SHAPE, &claims)).unwrap();
        let (from, to) = (snapshot.mask(&view_of(from)), snapshot.mask(&view_of(to)));
        let of = Some(vec![snapshot.entity_by_id(&entity_id(one), &to).unwrap()]);
        let budget = Budget::new(u64::MAX, || false);
        let entries = |question: &DiffQuestion, budget: &Budget| -> Result<usize, Exhausted> {
            Ok(algo::diff(&snapshot, question, None, budget)?.collect::<Result<Vec<_>, _>>()?.len())
        };
        let question = DiffQuestion { from, to, of };
        entries(&question, &budget).unwrap();
        let around = claims.iter().filter(|claim| claim.to == one || claim.from == Some(one)).count();
        // Each once where it is found and once where it is compared; one with itself is found from both ends.
        let around = u64::try_from(around).unwrap();
        prop_assert!((2 * around..=3 * around).contains(&budget.spent()), "{} for {}", budget.spent(), around);
        let everything = DiffQuestion { of: None, ..question };
        let budget = Budget::new(u64::MAX, || false);
        entries(&everything, &budget).unwrap();
        prop_assert_eq!(budget.spent(), u64::try_from(claims.len()).unwrap());
        if let Some(work_max) = budget.spent().checked_sub(1) {
            prop_assert!(entries(&everything, &Budget::new(work_max, || false)).is_err(), "a budget ends it");
        }
    }
}

#[test]
fn a_different_statement_in_a_later_version_is_a_change() {
    let claim = |change: fn(&mut Relationship)| {
        let mut later = sketch("A -10-> B").relationships.remove(0);
        change(&mut later);
        Record::Relationship(later)
    };
    let entity = |undisclosed| {
        let mut later = sketch("A -10-> B").entities.remove(0);
        later.undisclosed = undisclosed;
        Record::Entity(later)
    };
    for (later, expected) in [
        (claim(|_| {}), &[][..]),
        (
            claim(|claim| claim.interest = Some(Interest::Trustee)),
            &["relationship r1 CHANGED"],
        ),
        (
            claim(|claim| claim.directness = Directness::Indirect),
            &["relationship r1 CHANGED"],
        ),
        (
            claim(|claim| claim.components = vec!["r2".to_owned()]),
            &["relationship r1 CHANGED"],
        ),
        (
            claim(|claim| claim.validity = Validity::over_by(None, "2030-01-01".parse().unwrap())),
            &["relationship r1 CHANGED"],
        ),
        (entity(false), &[]),
        (entity(true), &["entity A CHANGED"]),
    ] {
        let what = format!("{later:?}");
        let (before, after) = (now(), Timestamp::MAX);
        let snapshot = Snapshot::build(&sketch("A -10-> B")).unwrap();
        let (snapshot, _) = snapshot.apply(vec![Change::Put(Box::new(later))], after).unwrap();
        let known = |moment| {
            let view = View::now(moment);
            snapshot.mask(&View {
                as_of: AsOf::Ever,
                ..view
            })
        };
        let question = DiffQuestion {
            from: known(before),
            to: known(after),
            of: None,
        };
        let changes = changes_of(&snapshot, &question, None)
            .into_iter()
            .map(|(change, _)| change);
        assert_eq!(changes.collect::<Vec<_>>(), expected, "{what}");
    }
}
