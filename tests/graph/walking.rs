//! Steps, views and pages of random graphs, against a scan of the claims.

use guanxi::{
    graph::{
        Budget, Direction, IncidentRelationship, Order, OrderDirection, Pattern, RelationshipOrderField, Snapshot,
        Take, Window, page,
    },
    model::{AsOf, Catalog, EntityKind, RelationshipKind, RelationshipStatus, Set, View},
};
use proptest::prelude::*;

use crate::harness::random::{Claim, Shape, claims, dataset, day, entity_id, moment};

pub(super) const SHAPE: Shape = Shape {
    entities: 5,
    claims: 25,
    kinds: &[
        RelationshipKind::Owns,
        RelationshipKind::PartnersWith,
        RelationshipKind::Supplies,
    ],
    dated: true,
    unknown_ends: true,
    entity_kinds: &[EntityKind::Company, EntityKind::Person],
};

pub(super) fn views() -> impl Strategy<Value = (Option<u8>, u8, bool)> {
    (proptest::option::of(0u8..6), 0u8..4, any::<bool>())
}

pub(super) fn view_of((on, known, default_statuses): (Option<u8>, u8, bool)) -> View {
    View {
        as_of: on.map_or(AsOf::Ever, |on| AsOf::Day(day(on))),
        known_at: moment(known),
        statuses: if default_statuses {
            View::default_statuses()
        } else {
            Set::of(&[RelationshipStatus::Active])
        },
        has_explicit_statuses: !default_statuses,
    }
}

/// Whether a claim is seen through a view, read off its rules.
pub(super) fn is_visible(claim: &Claim, (on, known, default_statuses): (Option<u8>, u8, bool)) -> bool {
    let held =
        on.is_none_or(|on| claim.since.is_none_or(|since| since <= on) && claim.until.is_none_or(|until| on < until));
    let recorded = claim.recorded <= known && claim.retracted.is_none_or(|retracted| retracted > known);
    let counts = if default_statuses {
        !matches!(
            claim.status,
            RelationshipStatus::Withdrawn | RelationshipStatus::Refuted
        )
    } else {
        claim.status == RelationshipStatus::Active
    };
    held && recorded && counts
}

/// The steps from `entity` over the claims seen, by a scan: neighbor and relationship.
fn naive_hops(
    claims: &[Claim],
    entity: u8,
    direction: Direction,
    visible: impl Fn(&Claim) -> bool,
) -> Vec<(String, String)> {
    let mut hops: Vec<(String, String)> = Vec::new();
    for (position, claim) in claims.iter().enumerate().filter(|(_, claim)| visible(claim)) {
        let Some(from) = claim.from else { continue };
        let outgoing = from == entity && (direction != Direction::Incoming || claim.kind.is_symmetric());
        let incoming = claim.to == entity && (direction != Direction::Outgoing || claim.kind.is_symmetric());
        let neighbor = match (outgoing, incoming) {
            (true, _) => claim.to,
            (false, true) => from,
            (false, false) => continue,
        };
        hops.push((entity_id(neighbor), format!("r{position:03}")));
    }
    hops.sort();
    hops
}

proptest! {
    #[test]
    fn steps_are_those_a_scan_finds(claims in claims(SHAPE), view in views(), entity in 0u8..5) {
        let snapshot = Snapshot::build(&dataset(SHAPE, &claims)).unwrap();
        let mask = snapshot.mask(&view_of(view));
        let from = snapshot.entity_by_id(&entity_id(entity), &mask).unwrap();
        for direction in Direction::ALL {
            let hops = snapshot.hops(from, Pattern::in_direction(*direction), mask);
            let mut result: Vec<(String, String)> = hops
                .map(|hop| (snapshot.entity(hop.neighbor).id().to_owned(), snapshot.relationship(hop.relationship).id().into_owned()))
                .collect();
            result.sort();
            prop_assert_eq!(result, naive_hops(&claims, entity, *direction, |claim| is_visible(claim, view)));
        }
        let undisclosed = snapshot.undisclosed(from, mask).count();
        let expected = claims.iter().filter(|claim| claim.from.is_none() && claim.to == entity && is_visible(claim, view)).count();
        prop_assert_eq!(undisclosed, expected);
    }

    #[test]
    fn a_view_sees_what_a_graph_of_only_that_would_hold(claims in claims(SHAPE), view in views()) {
        let all = dataset(SHAPE, &claims);
        let mut only = all.clone();
        let mut visible = claims.iter().map(|claim| is_visible(claim, view));
        only.relationships.retain(|_| visible.next().unwrap());
        let ids = |dataset: &guanxi::model::Dataset, view: View| -> Vec<String> {
            let snapshot = Snapshot::build(dataset).unwrap();
            let mask = snapshot.mask(&view);
            snapshot.relationships(mask).map(|relationship| snapshot.relationship(relationship).id().into_owned()).collect()
        };
        let everything = View { as_of: AsOf::Ever, known_at: moment(3), statuses: Set::all(), has_explicit_statuses: true };
        // What was recorded and taken back again before the end is not there for a look from the end.
        only.relationships.iter_mut().for_each(|relationship| relationship.retracted_at = None);
        prop_assert_eq!(ids(&all, view_of(view)), ids(&only, everything));
    }

    #[test]
    fn the_order_of_the_data_changes_no_answer(claims in claims(SHAPE), view in views(), seed in any::<u64>()) {
        let sorted = dataset(SHAPE, &claims);
        let mut shuffled = sorted.clone();
        let scramble = |id: &str| id.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        shuffled.relationships.sort_by_key(|relationship| scramble(&relationship.id));
        shuffled.entities.sort_by_key(|entity| scramble(&entity.id));
        let steps = |dataset: &guanxi::model::Dataset| -> Vec<String> {
            let snapshot = Snapshot::build(dataset).unwrap();
            let mask = snapshot.mask(&view_of(view));
            let names_of = |entity| {
                let hops = snapshot.hops(entity, Pattern::any(), mask);
                hops.map(|hop| format!("{} {}", snapshot.entity(hop.neighbor).id(), snapshot.relationship(hop.relationship).id())).collect::<Vec<_>>()
            };
            snapshot.entities(&mask).flat_map(names_of).collect()
        };
        prop_assert_eq!(steps(&sorted), steps(&shuffled));
    }

    #[test]
    fn pages_cut_one_total_order(
        claims in claims(SHAPE), descending in any::<bool>(), size in 1usize..6, from_start in any::<bool>()
    ) {
        let snapshot = Snapshot::build(&dataset(SHAPE, &claims)).unwrap();
        let mask = snapshot.mask(&View { as_of: AsOf::Ever, known_at: moment(3), statuses: Set::all(), has_explicit_statuses: true });
        let rows = || snapshot.relationships(mask).map(|relationship| IncidentRelationship { relationship, neighbor: None });
        let direction = if descending { OrderDirection::Descending } else { OrderDirection::Ascending };
        let order: &Order<IncidentRelationship> = &[(RelationshipOrderField::Share, direction), (RelationshipOrderField::Since, OrderDirection::Ascending)];
        let budget = Budget::new(u64::MAX, || false);
        let cut = |window: Window| page(&snapshot, rows(), |_| Ok(true), order, &window, &budget).unwrap();
        let whole = cut(Window { after: None, before: None, take: Take::First(1000) });
        let ids = |page: &guanxi::graph::Page<IncidentRelationship>| page.rows.iter().map(|(_, position)| position.id.clone()).collect::<Vec<_>>();
        let (mut collected, mut window) = (Vec::new(), Window { after: None, before: None, take: Take::First(size) });
        if !from_start {
            window.take = Take::Last(size);
        }
        loop {
            let page = cut(window.clone());
            if from_start {
                collected.extend(ids(&page));
                window.after = page.rows.last().map(|(_, position)| position.clone());
            } else {
                collected.splice(0..0, ids(&page));
                window.before = page.rows.first().map(|(_, position)| position.clone());
            }
            if !(if from_start { page.has_next } else { page.has_previous }) {
                break;
            }
        }
        prop_assert_eq!(collected, ids(&whole));
    }
}
