//! Walks over random graphs, against enumeration of every simple path.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::{
    graph::{
        Budget, Direction, Snapshot, Step, Traversal, Walker,
        algo::{self, NeighborhoodBounds, PathOutcome, PathQuestion},
    },
    model::{AsOf, Catalog, EntityKind, RelationshipKind, Set, View},
};
use proptest::prelude::*;

use crate::harness::random::{Claim, Shape, claims, dataset, entity_id, moment};

const ENTITIES: u8 = 7;

const SHAPE: Shape = Shape {
    entities: ENTITIES,
    claims: 22,
    kinds: &[
        RelationshipKind::Owns,
        RelationshipKind::PartnersWith,
        RelationshipKind::ParticipatesIn,
    ],
    dated: false,
    unknown_ends: true,
    entity_kinds: &[
        EntityKind::Company,
        EntityKind::Company,
        EntityKind::Person,
        EntityKind::Market,
        EntityKind::Company,
        EntityKind::Company,
    ],
};

/// How a walk goes, in numbers.
#[derive(Debug, Clone)]
struct Rules {
    direction: Direction,
    share_at_least: Option<f64>,
    avoid: BTreeSet<u8>,
    degree_max: Option<usize>,
    through_markets: bool,
}

fn rules() -> impl Strategy<Value = Rules> {
    let share = proptest::option::weighted(0.2, (0u8..=10).prop_map(|tenth| f64::from(tenth) * 10.0));
    let avoid = proptest::collection::btree_set(0u8..ENTITIES, 0..2);
    let degree = proptest::option::weighted(0.4, 0usize..8);
    (
        proptest::sample::select(Direction::ALL),
        share,
        avoid,
        degree,
        any::<bool>(),
    )
        .prop_map(
            |(direction, share_at_least, avoid, degree_max, through_markets)| Rules {
                direction,
                share_at_least,
                avoid,
                degree_max,
                through_markets,
            },
        )
}

fn kind_of(entity: u8) -> EntityKind {
    SHAPE.entity_kinds[usize::from(entity) % SHAPE.entity_kinds.len()]
}

/// A relationship crossed: from, to, position of the claim.
type Crossed = (u8, u8, usize);

/// Every crossing that the rules follow, regardless of what may be passed through.
fn crossings(claims: &[Claim], rules: &Rules, direction: Direction) -> Vec<Crossed> {
    let mut crossed = BTreeSet::new();
    for (position, claim) in claims.iter().enumerate() {
        let Some(from) = claim.from else { continue };
        if rules
            .share_at_least
            .is_some_and(|least| claim.share.is_none_or(|share| share.min < least))
        {
            continue;
        }
        if direction != Direction::Incoming || claim.kind.is_symmetric() {
            crossed.insert((from, claim.to, position));
        }
        if direction != Direction::Outgoing || claim.kind.is_symmetric() {
            crossed.insert((claim.to, from, position));
        }
    }
    crossed.into_iter().collect()
}

fn may_pass(claims: &[Claim], rules: &Rules, entity: u8) -> bool {
    let degree = || {
        let touching = crossings(claims, rules, Direction::Both);
        touching
            .iter()
            .filter(|(from, _, _)| *from == entity)
            .map(|(_, _, claim)| claim)
            .collect::<BTreeSet<_>>()
            .len()
    };
    (rules.through_markets || kind_of(entity) != EntityKind::Market)
        && !rules.avoid.contains(&entity)
        && rules.degree_max.is_none_or(|max| degree() <= max)
}

/// Every simple path from `from` to `to`, in the documented order.
fn enumerate(claims: &[Claim], rules: &Rules, from: u8, to: u8, length_max: usize) -> Vec<Vec<Crossed>> {
    let all = crossings(claims, rules, rules.direction);
    let mut open: Vec<Vec<Crossed>> = vec![Vec::new()];
    let mut complete = Vec::new();
    while let Some(path) = open.pop() {
        let here = path.last().map_or(from, |(_, to, _)| *to);
        if here == to {
            complete.push(path);
            continue;
        }
        if path.len() == length_max || (here != from && !may_pass(claims, rules, here)) {
            continue;
        }
        for next in all.iter().filter(|(start, end, _)| {
            *start == here
                && *end != from
                && path.iter().all(|(_, passed, _)| passed != end)
                && !rules.avoid.contains(end)
        }) {
            let mut longer = path.clone();
            longer.push(*next);
            open.push(longer);
        }
    }
    let key = |path: &Vec<Crossed>| {
        let ids: Vec<(String, usize)> = path.iter().map(|(_, to, claim)| (entity_id(*to), *claim)).collect();
        (
            path.len(),
            path.iter().any(|(_, _, claim)| claims[*claim].disputed),
            ids,
        )
    };
    complete.sort_by_key(key);
    complete
}

/// How many steps the entity is furthest from, of those that may be passed and that it reaches.
fn levels(claims: &[Claim], rules: &Rules, start: u8, direction: Direction) -> usize {
    let all = crossings(claims, rules, direction);
    let mut reached = BTreeSet::from([start]);
    let mut frontier = reached.clone();
    for level in 0.. {
        let steps = all.iter().filter(|(from, _, _)| frontier.contains(from));
        let next = steps.map(|(_, to, _)| *to);
        frontier = next
            .filter(|to| !reached.contains(to) && may_pass(claims, rules, *to))
            .collect();
        if frontier.is_empty() {
            return level;
        }
        reached.extend(&frontier);
    }
    unreachable!("there are no more levels than entities")
}

fn everything() -> View {
    View {
        as_of: AsOf::Ever,
        known_at: moment(3),
        statuses: Set::all(),
        has_explicit_statuses: true,
    }
}

/// The graph's reading of the rules.
fn traversal(snapshot: &Snapshot, rules: &Rules) -> Traversal<guanxi::graph::EntityIx> {
    let mask = snapshot.mask(&everything());
    let mut through = Traversal::<guanxi::graph::EntityIx>::default_through();
    if rules.through_markets {
        through = Set::all();
    }
    Traversal {
        step: Step {
            kinds: Step::default_kinds(),
            direction: rules.direction,
            share_at_least: rules.share_at_least,
        },
        through,
        avoid: rules
            .avoid
            .iter()
            .map(|entity| snapshot.entity_by_id(&entity_id(*entity), &mask).unwrap())
            .collect(),
        degree_max: rules.degree_max,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn paths_are_the_first_of_all_simple_paths(
        claims in claims(SHAPE), rules in rules(), from in 0u8..ENTITIES, to in 0u8..ENTITIES, count in 1usize..6, length_max in 1usize..6
    ) {
        prop_assume!(from != to && !rules.avoid.contains(&from) && !rules.avoid.contains(&to));
        let snapshot = Snapshot::build(&dataset(SHAPE, &claims)).unwrap();
        let mask = snapshot.mask(&everything());
        let budget = Budget::new(u64::MAX, || false);
        let ix = |entity: u8| snapshot.entity_by_id(&entity_id(entity), &mask).unwrap();
        let question = PathQuestion { from: ix(from), to: ix(to), count, length_max };
        let result = algo::paths(&Walker::new(&snapshot, mask, &budget), &traversal(&snapshot, &rules), &question).unwrap();
        let answer: Vec<Vec<(String, String, String)>> = result.paths.iter().map(|path| {
            let step = |crossing: &guanxi::graph::Crossing<_, _>| (
                snapshot.entity(crossing.from).id().to_owned(),
                snapshot.entity(crossing.to).id().to_owned(),
                snapshot.relationship(crossing.link).id().into_owned(),
            );
            path.iter().map(step).collect()
        }).collect();
        let all = enumerate(&claims, &rules, from, to, length_max);
        let expected: Vec<Vec<(String, String, String)>> = all.iter().take(count).map(|path| {
            path.iter().map(|(from, to, claim)| (entity_id(*from), entity_id(*to), format!("r{claim:03}"))).collect()
        }).collect();
        prop_assert_eq!(answer, expected);
        match result.outcome {
            PathOutcome::Found => prop_assert!(!all.is_empty()),
            PathOutcome::NoneExists => prop_assert!(enumerate(&claims, &rules, from, to, usize::from(ENTITIES)).is_empty()),
            PathOutcome::NoneWithinLength => {
                prop_assert!(all.is_empty());
                let is_longer = !enumerate(&claims, &rules, from, to, usize::from(ENTITIES)).is_empty();
                // Both sides lead on by one level at least from where they stopped.
                let levels = levels(&claims, &rules, from, rules.direction) + levels(&claims, &rules, to, rules.direction.reversed());
                prop_assert!(is_longer || levels >= length_max + 2);
            }
            PathOutcome::BlockedByUnknown => {
                prop_assert!(all.is_empty() && claims.iter().any(|claim| claim.from.is_none()));
            }
            PathOutcome::BudgetExceeded => prop_assert!(false, "the budget has no end"),
        }
        for path in &result.paths {
            for crossing in path {
                let relationship = snapshot.relationship(crossing.link);
                let ends = (relationship.from().unwrap(), relationship.to().unwrap());
                prop_assert_eq!(ends, if crossing.forward { (crossing.from, crossing.to) } else { (crossing.to, crossing.from) });
            }
        }
    }

    #[test]
    fn a_neighborhood_is_what_a_level_by_level_scan_finds(
        claims in claims(SHAPE), rules in rules(), starts in proptest::collection::btree_set(0u8..ENTITIES, 1..3), depth in 0usize..4
    ) {
        prop_assume!(starts.is_disjoint(&rules.avoid));
        let snapshot = Snapshot::build(&dataset(SHAPE, &claims)).unwrap();
        let mask = snapshot.mask(&everything());
        let budget = Budget::new(u64::MAX, || false);
        let ix: Vec<_> = starts.iter().map(|entity| snapshot.entity_by_id(&entity_id(*entity), &mask).unwrap()).collect();
        let bounds = NeighborhoodBounds { depth_max: depth, entities_max: 100, relationships_max: 1000 };
        let result = algo::neighborhood(&Walker::new(&snapshot, mask, &budget), &traversal(&snapshot, &rules), &ix, bounds).unwrap();

        let all = crossings(&claims, &rules, rules.direction);
        let mut distances: BTreeMap<u8, usize> = starts.iter().map(|start| (*start, 0)).collect();
        for distance in 1..=depth {
            let from: Vec<u8> = distances.iter().filter(|(_, known)| **known == distance - 1).map(|(entity, _)| *entity).collect();
            for entity in from.into_iter().filter(|entity| starts.contains(entity) || may_pass(&claims, &rules, *entity)) {
                for (_, to, _) in all.iter().filter(|(from, to, _)| *from == entity && !rules.avoid.contains(to)) {
                    distances.entry(*to).or_insert(distance);
                }
            }
        }
        let answer: BTreeMap<String, usize> = result.entities.iter().map(|(entity, distance)| (snapshot.entity(*entity).id().to_owned(), *distance)).collect();
        let expected: BTreeMap<String, usize> = distances.iter().map(|(entity, distance)| (entity_id(*entity), *distance)).collect();
        prop_assert_eq!(answer, expected);
        prop_assert!(result.entities.is_sorted_by_key(|(entity, distance)| (*distance, snapshot.entity(*entity).id())));
        prop_assert!(!result.truncated);
        let walked = |entity: &u8| distances.contains_key(entity) && (starts.contains(entity) || may_pass(&claims, &rules, *entity));
        let between: BTreeSet<String> = all.iter()
            .filter(|(from, to, _)| walked(from) && distances.contains_key(to))
            .map(|(_, _, claim)| format!("r{claim:03}"))
            .collect();
        let relationships: Vec<String> = result.relationships.iter().map(|link| snapshot.relationship(*link).id().into_owned()).collect();
        prop_assert_eq!(relationships, between.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn common_connections_are_what_every_one_reaches(
        claims in claims(SHAPE), rules in rules(), of in proptest::collection::btree_set(0u8..ENTITIES, 2..4), depth in 1usize..3
    ) {
        prop_assume!(of.is_disjoint(&rules.avoid));
        let snapshot = Snapshot::build(&dataset(SHAPE, &claims)).unwrap();
        let mask = snapshot.mask(&everything());
        let budget = Budget::new(u64::MAX, || false);
        let walker = Walker::new(&snapshot, mask, &budget);
        let ix: Vec<_> = of.iter().map(|entity| snapshot.entity_by_id(&entity_id(*entity), &mask).unwrap()).collect();
        let result = algo::common_connections(&walker, &traversal(&snapshot, &rules), &ix, depth).unwrap();
        let mut expected: BTreeMap<String, usize> = BTreeMap::new();
        for entity in (0..ENTITIES).filter(|entity| !of.contains(entity)) {
            let shortest: Option<Vec<usize>> = of.iter().map(|start| {
                let others = of.iter().copied().filter(|other| other != start);
                let alone = Rules { avoid: rules.avoid.iter().copied().chain(others).collect(), ..rules.clone() };
                enumerate(&claims, &alone, *start, entity, depth).first().map(Vec::len)
            }).collect();
            if let Some(shortest) = shortest {
                expected.insert(entity_id(entity), shortest.iter().sum());
            }
        }
        let answer: BTreeMap<String, usize> = result.connections().iter().map(|common| (snapshot.entity(common.entity).id().to_owned(), common.distance)).collect();
        prop_assert_eq!(answer.len(), result.connections().len());
        prop_assert_eq!(answer, expected);
        for common in result.connections() {
            let paths = result.paths_to(common.entity);
            prop_assert_eq!(paths.iter().map(Vec::len).sum::<usize>(), common.distance);
            for (start, path) in ix.iter().zip(&paths) {
                prop_assert_eq!(path.first().unwrap().from, *start);
                prop_assert_eq!(path.last().unwrap().to, common.entity);
                prop_assert!(path.windows(2).all(|pair| pair[0].to == pair[1].from));
            }
        }
    }
}

/// A relationship that is followed either path.
fn link(from: Option<u8>, to: u8) -> Claim {
    Claim {
        kind: RelationshipKind::PartnersWith,
        status: guanxi::model::RelationshipStatus::Active,
        from,
        to,
        since: None,
        until: None,
        share: None,
        recorded: 0,
        retracted: None,
        disputed: false,
    }
}

/// How a search for a path of at most `length_max` ends that may spend so much.
fn outcome(
    claims: &[Claim],
    (from, to): (u8, u8),
    length_max: usize,
    work_max: u64,
    through: Set<EntityKind>,
) -> PathOutcome {
    let snapshot = Snapshot::build(&dataset(SHAPE, claims)).unwrap();
    let mask = snapshot.mask(&everything());
    let ix = |entity: u8| snapshot.entity_by_id(&entity_id(entity), &mask).unwrap();
    let question = PathQuestion {
        from: ix(from),
        to: ix(to),
        count: 1,
        length_max,
    };
    let budget = Budget::new(work_max, || false);
    let traversal = Traversal {
        through,
        ..Traversal::standard()
    };
    let walker = Walker::new(&snapshot, mask, &budget);
    algo::paths(&walker, &traversal, &question).unwrap().outcome
}

#[test]
fn a_small_budget_ends_the_search_and_is_reported() {
    let chain: Vec<Claim> = (0..6).map(|start| link(Some(start), start + 1)).collect();
    let outcome = |work_max: u64, through: Set<EntityKind>| outcome(&chain, (0, 6), 10, work_max, through);
    assert_eq!(outcome(100, Set::all()), PathOutcome::Found);
    assert_eq!(outcome(3, Set::all()), PathOutcome::BudgetExceeded);
    // The entity in the middle is a market.
    assert_eq!(
        outcome(100, Traversal::<guanxi::graph::EntityIx>::default_through()),
        PathOutcome::NoneExists
    );
}

#[test]
fn no_path_within_a_length_differs_from_no_path() {
    let links = |links: &[(u8, u8)]| -> Vec<Claim> { links.iter().map(|(from, to)| link(Some(*from), *to)).collect() };
    let chain = links(&[(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)]);
    let apart = links(&[(0, 1), (1, 2), (4, 5), (5, 6)]);
    let circles = links(&[(0, 1), (1, 2), (2, 0), (4, 5), (5, 6), (6, 4)]);
    let mut veiled = apart.clone();
    veiled.push(link(None, 2));
    let mut veiled_early = chain.clone();
    veiled_early.push(link(None, 0));
    for (claims, length_max, expected) in [
        (&chain, 5, PathOutcome::NoneWithinLength),
        (&chain, 6, PathOutcome::Found),
        (&apart, 1, PathOutcome::NoneWithinLength),
        // The end of the chain is reached, and leads no further.
        (&apart, 2, PathOutcome::NoneExists),
        (&apart, 30, PathOutcome::NoneExists),
        // All of the circle is reached, and leads only to itself.
        (&circles, 1, PathOutcome::NoneExists),
        (&circles, 30, PathOutcome::NoneExists),
        (&veiled, 1, PathOutcome::NoneWithinLength),
        (&veiled, 2, PathOutcome::BlockedByUnknown),
        (&veiled_early, 5, PathOutcome::BlockedByUnknown),
        (&links(&[]), 1, PathOutcome::NoneExists),
    ] {
        let result = outcome(claims, (0, 6), length_max, u64::MAX, Set::all());
        assert_eq!(result, expected, "{claims:?} within {length_max}");
    }
}
