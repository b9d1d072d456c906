//! Effective ownership of random graphs against plain iteration, a linear solve, other days and other orders.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::{
    graph::{
        Budget, Snapshot,
        algo::{UltimateOwners, ultimate_owners},
    },
    model::{AsOf, Dataset, EntityKind, RelationshipKind, RelationshipStatus, Set, ShareOf, ShareRange, View},
};
use proptest::prelude::*;

use crate::harness::random::{Claim, Shape, claims, dataset, day, entity_id, moment};

const ENTITIES: u8 = 6;

const SHAPE: Shape = Shape {
    entities: ENTITIES,
    claims: 16,
    kinds: &[RelationshipKind::Owns],
    dated: false,
    unknown_ends: true,
    entity_kinds: &[
        EntityKind::Company,
        EntityKind::Company,
        EntityKind::Company,
        EntityKind::Person,
    ],
};

const DATED: Shape = Shape { dated: true, ..SHAPE };

fn is_person(entity: u8) -> bool {
    entity % 4 == 3
}

fn view(at: AsOf, statuses: Set<RelationshipStatus>) -> View {
    View {
        as_of: at,
        known_at: moment(3),
        statuses,
        has_explicit_statuses: true,
    }
}

fn solve(dataset: &Dataset, view: View, company: u8) -> (Snapshot, UltimateOwners) {
    let snapshot = Snapshot::build(dataset).unwrap();
    let mask = snapshot.mask(&view);
    let company = snapshot.entity_by_id(&entity_id(company), &mask).unwrap();
    let budget = Budget::new(u64::MAX, || false);
    let answer = ultimate_owners(&snapshot, mask, company, ShareOf::Capital, 0.0, &budget).unwrap();
    (snapshot, answer)
}

/// The whole answer as text.
fn render((snapshot, answer): &(Snapshot, UltimateOwners)) -> String {
    let owners = answer.owners.iter().map(|owner| {
        let chains = owner.chains.iter().map(|chain| {
            let ids = chain
                .relationships()
                .map(|relationship| snapshot.relationship(relationship).id().into_owned());
            ids.collect::<Vec<_>>().join(" ")
        });
        let chains: Vec<String> = chains.collect();
        format!(
            "{} {} [{}]",
            snapshot.entity(owner.owner).id(),
            owner.share,
            chains.join(", ")
        )
    });
    let owners: Vec<String> = owners.collect();
    let derived: Vec<_> = answer
        .derived_from
        .iter()
        .map(|ix| snapshot.relationship(*ix).id())
        .collect();
    format!("{owners:?} {} {} {derived:?}", answer.undisclosed, answer.cyclic)
}

type Stakes = BTreeMap<(u8, u8), ShareRange>;

/// Who holds how much of whom, by the definition.
fn stakes(claims: &[Claim]) -> Stakes {
    let mut stakes = Stakes::new();
    for claim in claims.iter().filter(|claim| !is_person(claim.to)) {
        let Some(from) = claim.from else { continue };
        let claimed = claim.share.unwrap_or(ShareRange::UNKNOWN);
        let low = if claim.disputed { 0.0 } else { claimed.min };
        let range = ShareRange::range(low, claimed.max).unwrap();
        stakes
            .entry((from, claim.to))
            .and_modify(|known| {
                *known = ShareRange::range(known.min.min(range.min), known.max.max(range.max)).unwrap();
            })
            .or_insert(range);
    }
    stakes.retain(|_, range| range.max > 0.0);
    stakes
}

/// The holders of `company`, direct and indirect, that no other party holds.
fn ultimate(stakes: &Stakes, company: u8) -> Vec<u8> {
    let mut above = BTreeSet::from([company]);
    loop {
        let more: BTreeSet<u8> = stakes
            .keys()
            .filter(|(_, held)| above.contains(held))
            .map(|(holder, _)| *holder)
            .collect();
        if more.is_subset(&above) {
            break;
        }
        above.extend(more);
    }
    above.remove(&company);
    let held = |entity: u8| stakes.keys().any(|(holder, held)| *held == entity && *holder != entity);
    above.into_iter().filter(|entity| !held(*entity)).collect()
}

/// The effective shares of `owner` by iterating the definition; the second value is whether a cap ever bound.
fn iterate(stakes: &Stakes, owner: u8, end: fn(&ShareRange) -> f64) -> (Vec<f64>, bool) {
    let mut shares = vec![0.0; usize::from(ENTITIES)];
    let mut capped = false;
    for _ in 0..50_000 {
        let mut next = vec![0.0; usize::from(ENTITIES)];
        for ((holder, held), range) in stakes {
            next[usize::from(*held)] += end(range) / 100.0 * shares[usize::from(*holder)];
        }
        capped |= next.iter().any(|share| *share > 1.0 - 1e-9);
        next.iter_mut().for_each(|share| *share = share.min(1.0));
        next[usize::from(owner)] = 1.0;
        let moved = next
            .iter()
            .zip(&shares)
            .any(|(next, share)| (next - share).abs() > 1e-15);
        shares = next;
        if !moved {
            break;
        }
    }
    (shares, capped)
}

/// The same by solving e = A e with e(owner) = 1, by Gauss and Jordan with pivoting; none when there is no single solution.
fn linear(stakes: &Stakes, owner: u8, end: fn(&ShareRange) -> f64) -> Option<Vec<f64>> {
    let count = usize::from(ENTITIES);
    let mut rows = vec![vec![0.0; count + 1]; count];
    for (at, row) in rows.iter_mut().enumerate() {
        row[at] = 1.0;
    }
    for ((holder, held), range) in stakes.iter().filter(|((_, held), _)| *held != owner) {
        rows[usize::from(*held)][usize::from(*holder)] -= end(range) / 100.0;
    }
    rows[usize::from(owner)][count] = 1.0;
    for column in 0..count {
        let pivot = (column..count).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        rows.swap(column, pivot);
        let pivot = rows[column].clone();
        if pivot[column].abs() < 1e-6 {
            return None;
        }
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != column) {
            let factor = row[column] / pivot[column];
            for (cell, known) in row.iter_mut().zip(&pivot) {
                *cell -= factor * known;
            }
        }
    }
    Some((0..count).map(|at| rows[at][count] / rows[at][at]).collect())
}

proptest! {
    #[test]
    fn effective_shares_are_the_least_fixpoint(claims in claims(SHAPE), company in 0..ENTITIES) {
        let stakes = stakes(&claims);
        let everything = view(AsOf::Ever, Set::all());
        let (snapshot, answer) = solve(&dataset(SHAPE, &claims), everything, company);
        prop_assert!(!answer.truncated);
        let mut owners: Vec<String> =
            answer.owners.iter().map(|owner| snapshot.entity(owner.owner).id().to_owned()).collect();
        owners.sort();
        let expected: Vec<u8> = ultimate(&stakes, company);
        prop_assert_eq!(&owners, &expected.iter().map(|owner| entity_id(*owner)).collect::<Vec<_>>());
        let (mut low_sum, mut high_sum) = (0.0, 0.0);
        for owner in expected {
            let id = entity_id(owner);
            let share = answer.owners.iter().find(|result| snapshot.entity(result.owner).id() == id).unwrap().share;
            let low: fn(&ShareRange) -> f64 = |range| range.min;
            for (result, end) in [(share.min, low), (share.max, |range| range.max)] {
                let (iterated, capped) = iterate(&stakes, owner, end);
                let expected = iterated[usize::from(company)] * 100.0;
                prop_assert!((result - expected).abs() < 1e-6, "{} has {} and not {}", id, result, expected);
                // Where no cap binds and the system has one solution, elimination finds the same.
                if let Some(solved) = linear(&stakes, owner, end).filter(|_| !capped) {
                    let solved = solved[usize::from(company)] * 100.0;
                    prop_assert!((result - solved).abs() < 1e-6, "{} has {} and not {}", id, result, solved);
                }
            }
            low_sum += share.min;
            high_sum += share.max;
        }
        prop_assert!((answer.undisclosed.min - (100.0 - high_sum).max(0.0)).abs() < 1e-6);
        prop_assert!((answer.undisclosed.max - (100.0 - low_sum).max(0.0)).abs() < 1e-6);
    }

    #[test]
    fn chains_are_the_strongest_of_all_simple_ones(claims in claims(SHAPE), company in 0..ENTITIES) {
        let stakes = stakes(&claims);
        let (snapshot, answer) = solve(&dataset(SHAPE, &claims), view(AsOf::Ever, Set::all()), company);
        for owner in ultimate(&stakes, company) {
            let mut all: Vec<(f64, usize, Vec<u8>)> = Vec::new();
            let mut ahead = vec![(1.0, vec![owner])];
            while let Some((strength, places)) = ahead.pop() {
                let end = places[places.len() - 1];
                if end == company {
                    all.push((f64::round(strength * -1e9), places.len(), places));
                    continue;
                }
                for ((_, held), range) in stakes.iter().filter(|((holder, held), _)| *holder == end && !places.contains(held)) {
                    ahead.push((strength * range.max / 100.0, [places.as_slice(), &[*held]].concat()));
                }
            }
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then_with(|| a.2.cmp(&b.2)));
            all.truncate(10);
            let expected: Vec<Vec<String>> =
                all.iter().map(|(_, _, places)| places.iter().map(|place| entity_id(*place)).collect()).collect();
            let id = entity_id(owner);
            let result = answer.owners.iter().find(|result| snapshot.entity(result.owner).id() == id).unwrap();
            let result: Vec<Vec<String>> = result
                .chains
                .iter()
                .map(|chain| chain.entities().map(|entity| snapshot.entity(entity).id().to_owned()).collect())
                .collect();
            prop_assert_eq!(result, expected);
        }
    }

    #[test]
    fn on_a_day_it_is_as_in_a_graph_of_only_what_held_then(claims in claims(DATED), company in 0..ENTITIES, on in 0u8..6) {
        let all = dataset(DATED, &claims);
        let then = view(AsOf::Day(day(on)), Set::of(&[RelationshipStatus::Active]));
        let mut held = claims.iter().map(|claim| {
            claim.status == RelationshipStatus::Active
                && claim.since.is_none_or(|since| since <= on)
                && claim.until.is_none_or(|until| on < until)
        });
        let mut only = all.clone();
        only.relationships.retain(|_| held.next().unwrap());
        let ever = view(AsOf::Ever, Set::all());
        prop_assert_eq!(render(&solve(&all, then, company)), render(&solve(&only, ever, company)));
    }

    #[test]
    fn the_order_of_the_data_changes_nothing(claims in claims(SHAPE), company in 0..ENTITIES, seed in any::<u64>()) {
        let sorted = dataset(SHAPE, &claims);
        let mut shuffled = sorted.clone();
        let scramble = |id: &str| id.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        shuffled.relationships.sort_by_key(|relationship| scramble(&relationship.id));
        shuffled.entities.sort_by_key(|entity| scramble(&entity.id));
        let ever = view(AsOf::Ever, Set::all());
        prop_assert_eq!(render(&solve(&sorted, ever, company)), render(&solve(&shuffled, ever, company)));
    }
}
