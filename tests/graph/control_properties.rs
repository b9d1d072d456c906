//! Control in random networks against the least fixpoint of its definition, found by trying every pair again and again.

use std::collections::BTreeMap;

use guanxi::{
    graph::{
        Budget, EntityIx, Mask, Snapshot,
        algo::{self, UltimateParent},
    },
    model::{
        AsOf, Dataset, Directness, EntityKind, Interest, RelationshipKind, RelationshipStatus, Set, ShareOf,
        ShareRange, ULTIMATE_PARENT_ROLE, Validity, View,
    },
};
use proptest::prelude::*;

use super::control_definition::{Claim, Definition, ENTITIES};
use crate::harness::random::{self, Shape, dataset, day, entity_id, moment};

const SHAPE: Shape = Shape {
    entities: ENTITIES,
    claims: 0,
    kinds: &[],
    dated: true,
    unknown_ends: true,
    entity_kinds: &[
        EntityKind::Company,
        EntityKind::Organization,
        EntityKind::Company,
        EntityKind::Company,
        EntityKind::Person,
    ],
};

/// One company and one person are not disclosed.
fn is_undisclosed(entity: u8) -> bool {
    entity == 3 || entity == 9
}

fn share() -> impl Strategy<Value = ShareRange> {
    let tenths = prop_oneof![3 => 1u8..=10, 2 => 2u8..=6, 1 => Just(0u8)];
    (tenths, 0u8..=4, any::<(bool, bool)>()).prop_map(|(low, width, (low_open, high_open))| {
        let (low, high) = (f64::from(low) * 10.0, f64::from((low + width).min(10)) * 10.0);
        ShareRange::bounded(low, !low_open || low == high, high, !high_open || low == high).unwrap()
    })
}

fn claim() -> impl Strategy<Value = Claim> {
    let kind = prop_oneof![
        6 => Just(RelationshipKind::Owns),
        3 => Just(RelationshipKind::Controls),
        1 => Just(RelationshipKind::Consolidates),
    ];
    let interest = prop_oneof![
        6 => Just(None),
        1 => Just(Some(Interest::AppointmentOfBoard)),
        1 => Just(Some(Interest::UnknownInterest)),
        1 => Just(Some(Interest::RightsToProfitOrIncome)),
        1 => Just(Some(Interest::Shareholding)),
    ];
    let basis = prop_oneof![5 => Just(ShareOf::Capital), 3 => Just(ShareOf::Votes), 1 => Just(ShareOf::Profit)];
    let weighted = proptest::bool::weighted;
    let marks = (
        weighted(0.2),
        weighted(0.5),
        weighted(0.08),
        weighted(0.05),
        weighted(0.15),
    );
    let dates = (
        proptest::option::weighted(0.2, 0u8..6),
        proptest::option::weighted(0.2, 0u8..6),
    );
    (
        kind,
        0..ENTITIES,
        0..ENTITIES,
        (weighted(0.9), share(), basis),
        interest,
        marks,
        dates,
    )
        .prop_map(
            |(kind, from, to, (has_share, range, basis), interest, marks, (since, until))| {
                let (indirect, ultimate, disputed, unknown, over_by) = marks;
                let share = match kind {
                    RelationshipKind::Owns => has_share.then_some((range, basis)),
                    // Half of what controls has a share of the votes.
                    RelationshipKind::Controls => (has_share && ultimate).then_some((range, ShareOf::Votes)),
                    _ => None,
                };
                let until = until.filter(|until| since.is_none_or(|since| since < *until));
                Claim {
                    kind,
                    from: (!unknown).then_some(from),
                    to,
                    share,
                    interest: interest.filter(|_| kind != RelationshipKind::Consolidates),
                    indirect,
                    ultimate: ultimate && kind == RelationshipKind::Consolidates,
                    disputed,
                    since,
                    until,
                    over_by,
                }
            },
        )
}

/// Sparse networks, and ones in which every pair has claims.
fn network() -> impl Strategy<Value = Vec<Claim>> {
    prop_oneof![
        proptest::collection::vec(claim(), 0..14),
        proptest::collection::vec(claim(), 10..45),
    ]
}

/// The dataset of these claims.
fn data(claims: &[Claim]) -> Dataset {
    let plain = claims.iter().map(|claim| random::Claim {
        kind: claim.kind,
        status: RelationshipStatus::Active,
        from: claim.from,
        to: claim.to,
        since: None,
        until: None,
        share: claim.share.map(|(range, _)| range),
        recorded: 0,
        retracted: None,
        disputed: claim.disputed,
    });
    let mut data = dataset(SHAPE, &plain.collect::<Vec<_>>());
    for (claim, relationship) in claims.iter().zip(&mut data.relationships) {
        if let (Some(share), Some((_, of))) = (&mut relationship.share, claim.share) {
            share.of = of;
        }
        relationship.interest = claim.interest;
        relationship.directness = if claim.indirect {
            Directness::Indirect
        } else {
            Directness::Unknown
        };
        relationship.role = claim.ultimate.then(|| ULTIMATE_PARENT_ROLE.to_owned());
        let bound = |number: Option<u8>| number.map(|number| day(number).into());
        relationship.validity = match claim.until {
            Some(until) if claim.over_by => Validity::over_by(bound(claim.since), day(until)),
            _ => Validity::new(bound(claim.since), bound(claim.until)).unwrap(),
        };
    }
    for (number, entity) in (0..).zip(&mut data.entities) {
        entity.undisclosed = is_undisclosed(number);
    }
    data
}

/// The graph to query.
struct QueriedGraph {
    snapshot: Snapshot,
    mask: Mask,
    budget: Budget,
}

impl QueriedGraph {
    fn new(claims: &[Claim], on: u8) -> Self {
        let snapshot = Snapshot::build(&data(claims)).unwrap();
        let mask = snapshot.mask(&View {
            as_of: AsOf::Day(day(on)),
            known_at: moment(3),
            statuses: Set::of(&[RelationshipStatus::Active]),
            has_explicit_statuses: true,
        });
        Self {
            snapshot,
            mask,
            budget: Budget::new(u64::MAX, || false),
        }
    }

    fn entity(&self, number: u8) -> EntityIx {
        self.snapshot.entity_by_id(&entity_id(number), &self.mask).unwrap()
    }

    fn number(&self, entity: EntityIx) -> u8 {
        self.snapshot.entity(entity).id()[1..].parse().unwrap()
    }

    /// Number of the other party, and number of the claim.
    fn pairs(&self, control: &algo::Control) -> BTreeMap<u8, usize> {
        let claim = |one: &algo::Counterpart| self.snapshot.relationship(one.claim).id()[1..].parse().unwrap();
        let pairs = control
            .counterparts
            .iter()
            .map(|one| (self.number(one.entity), claim(one)));
        let result: Vec<(u8, usize)> = pairs.collect();
        assert!(result.is_sorted(), "by id");
        result.into_iter().collect()
    }
}

proptest! {
    #[test]
    fn control_is_the_least_fixpoint_of_its_definition(claims in network(), on in 0u8..6) {
        let definition = Definition::new(&claims, on);
        let graph = QueriedGraph::new(&claims, on);
        for x in 0..ENTITIES {
            let result = algo::subsidiaries(&graph.snapshot, graph.mask, graph.entity(x), &graph.budget).unwrap();
            let below = (0..ENTITIES).filter(|y| definition.controls.contains(&(x, *y)));
            let below: BTreeMap<u8, usize> = below.map(|y| (y, definition.best(x, y))).collect();
            prop_assert_eq!(graph.pairs(&result), below, "below {}", x);

            let result = algo::controllers(&graph.snapshot, graph.mask, graph.entity(x), &graph.budget).unwrap();
            let above = (0..ENTITIES).filter(|up| definition.controls.contains(&(*up, x)) && !is_undisclosed(*up));
            let above: BTreeMap<u8, usize> = above.map(|up| (up, definition.best(up, x))).collect();
            prop_assert_eq!(graph.pairs(&result), above, "above {}", x);
        }
    }

    #[test]
    fn the_top_and_its_group_are_those_of_the_definition(claims in network(), on in 0u8..6) {
        let definition = Definition::new(&claims, on);
        let graph = QueriedGraph::new(&claims, on);
        for y in 0..ENTITIES {
            let circle = definition.ultimate(y);
            let leader = circle.as_ref().map(|circle| circle.iter().copied().find(|x| !is_undisclosed(*x)));
            let parent = leader.flatten().filter(|leader| *leader != y);
            let result = algo::ultimate_parent(&graph.snapshot, graph.mask, graph.entity(y), &graph.budget).unwrap();
            prop_assert_eq!(result.party().map(|party| graph.number(party)), parent, "of {}", y);
            let is_several = matches!(result, UltimateParent::Several(_));
            prop_assert_eq!(is_several, circle.is_none(), "of {}", y);
            let is_undisclosed = circle.is_some_and(|circle| leader == Some(None) && !circle.contains(&y));
            prop_assert_eq!(result == UltimateParent::Undisclosed, is_undisclosed, "of {}", y);

            let group = algo::corporate_group(&graph.snapshot, graph.mask, graph.entity(y), &graph.budget).unwrap();
            let top = graph.number(group.parent);
            prop_assert_eq!(top, parent.unwrap_or(y));
            let members: BTreeMap<u8, u32> =
                group.members().map(|member| (graph.number(member.entity), member.distance)).collect();
            prop_assert_eq!(members, definition.distances(top), "below {}", top);
            for member in group.members() {
                let chain = group.chain(member);
                prop_assert_eq!(chain.hops.len(), usize::try_from(member.distance).unwrap());
                prop_assert_eq!(chain.entities().last(), Some(member.entity));
                for (here, hop) in chain.entities().zip(&chain.hops) {
                    let read = graph.snapshot.relationship(hop.relationship);
                    let ends = if hop.forward { (read.from(), read.to()) } else { (read.to(), read.from()) };
                    prop_assert_eq!(ends, (Some(here), Some(hop.neighbor)));
                    prop_assert!(group.derived_from().contains(&hop.relationship));
                }
            }
        }
    }
}
