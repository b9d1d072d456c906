//! The cost of ownership queries: ultimate owners, parents and groups, for 100,000 and for 1,000,000 companies. Cross holdings
//! connect about half of all companies, which hold small shares of each other.
//! `cargo bench --profile dist --bench ownership`

mod support;

use std::{cmp::Reverse, collections::BTreeSet, time::Duration};

use divan::{Bencher, black_box};
use fastrand::Rng;
use guanxi::{
    engine::Limits,
    graph::{
        Budget, Direction, EntityIx, Exhausted, Hop, Pattern,
        algo::{self, UltimateOwners},
    },
    model::{RelationshipKind, Set, ShareOf},
};
use support::{SIZES, World, world};

/// The number of companies that are queried in turn.
const QUERIED: usize = 100;
/// The number of random companies among which those of one kind are looked for.
const SAMPLE: usize = 1500;
/// The maximum work for the owners of a plain company.
const PLAIN_WORK_MAX: u64 = 10_000;
const TIME_MAX: Duration = Duration::from_secs(2);

fn main() {
    divan::main();
}

fn sample(world: &World) -> impl Iterator<Item = EntityIx> {
    let mut rng = Rng::with_seed(7);
    std::iter::repeat_with(move || world.any(&mut rng)).take(SAMPLE)
}

fn owners(world: &World, company: EntityIx, work_max: u64) -> Result<UltimateOwners, Exhausted> {
    let budget = Budget::new(work_max, || false);
    algo::ultimate_owners(world.snapshot(), world.mask, company, ShareOf::Capital, 0.0, &budget)
}

fn has_owners(world: &World, company: EntityIx) -> bool {
    owners(world, company, PLAIN_WORK_MAX).is_ok_and(|answer| !answer.owners.is_empty())
}

fn has_a_circle(world: &World, company: EntityIx) -> bool {
    owners(world, company, PLAIN_WORK_MAX).is_ok_and(|answer| answer.cyclic)
}

fn parent(world: &World, company: EntityIx) -> Option<EntityIx> {
    let budget = Budget::new(u64::MAX, || false);
    let ultimate = algo::ultimate_parent(world.snapshot(), world.mask, company, &budget);
    ultimate.expect("the budget is unlimited").party()
}

fn group_size(world: &World, company: EntityIx) -> usize {
    let budget = Budget::new(u64::MAX, || false);
    let group = algo::corporate_group(world.snapshot(), world.mask, company, &budget);
    group.expect("the budget is unlimited").members().len()
}

/// The number of majority owners in the chain above `company`. Cross holdings are minorities, so there are no circles.
fn depth(world: &World, company: EntityIx) -> usize {
    let owners = Pattern {
        kinds: Set::of(&[RelationshipKind::Owns]),
        ..Pattern::in_direction(Direction::Incoming)
    };
    let is_majority = |hop: &Hop| {
        let share = world.snapshot().relationship(hop.relationship).share();
        share.is_some_and(|share| share.range.is_majority())
    };
    let above = |current: &EntityIx| world.snapshot().hops(*current, owners, world.mask).find(is_majority);
    std::iter::successors(Some(company), |current| above(current).map(|hop| hop.neighbor)).count() - 1
}

/// The companies with the longest chains of owners.
fn deepest(world: &World, companies: impl Iterator<Item = EntityIx>) -> Vec<EntityIx> {
    let mut deepest: Vec<EntityIx> = companies.collect();
    deepest.sort_by_cached_key(|company| (Reverse(depth(world, *company)), *company));
    deepest.truncate(QUERIED);
    deepest
}

/// Queries these companies in turn, repeatedly.
fn ask<T>(bencher: Bencher<'_, '_>, world: &World, of: &[EntityIx], run: impl Fn(&World, EntityIx) -> T) {
    assert!(!of.is_empty(), "the graph has companies of this kind");
    let mut round = of.iter().copied().cycle();
    bencher
        .with_inputs(move || round.next().expect("the iterator is infinite"))
        .bench_local_values(|company| black_box(run(world, company)));
}

fn ask_for_owners(bencher: Bencher<'_, '_>, world: &World, of: &[EntityIx]) {
    let work_max = Limits::default().work_max;
    ask(bencher, world, of, |world, company| owners(world, company, work_max));
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn ultimate_owners_of_plain_companies(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    let plain = sample(world).filter(|company| has_owners(world, *company));
    ask_for_owners(bencher, world, &plain.collect::<Vec<_>>());
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn ultimate_owners_of_the_deepest_plain_companies(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    let plain = sample(world).filter(|company| has_owners(world, *company));
    ask_for_owners(bencher, world, &deepest(world, plain));
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn ultimate_owners_with_a_circle(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    let circular = sample(world).filter(|company| has_a_circle(world, *company));
    ask_for_owners(bencher, world, &circular.take(QUERIED).collect::<Vec<_>>());
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn ultimate_owners_of_tangled_companies(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    let tangled = sample(world).filter(|company| owners(world, *company, PLAIN_WORK_MAX).is_err());
    let tangled: Vec<EntityIx> = tangled.take(10).collect();
    for company in &tangled {
        let budget = Budget::new(Limits::default().work_max, || false);
        let answer = algo::ultimate_owners(world.snapshot(), world.mask, *company, ShareOf::Capital, 0.0, &budget);
        let outcome = answer.map_or_else(
            |refused| refused.to_string(),
            |answer| {
                let first = answer.owners.first().map(|owner| owner.share.to_string());
                format!(
                    "{} owners, truncated: {}, first {first:?}",
                    answer.owners.len(),
                    answer.truncated
                )
            },
        );
        println!("tangled among {companies}: {outcome}, {} units", budget.spent());
    }
    ask_for_owners(bencher, world, &tangled);
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn ultimate_parent_of_random_companies(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    ask(bencher, world, &sample(world).collect::<Vec<_>>(), parent);
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn ultimate_parent_of_the_deepest_companies(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    ask(bencher, world, &deepest(world, sample(world)), parent);
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn corporate_group_of_random_companies(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    ask(bencher, world, &sample(world).collect::<Vec<_>>(), group_size);
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn corporate_group_of_the_largest(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    let parents: BTreeSet<EntityIx> = sample(world).filter_map(|company| parent(world, company)).collect();
    let largest = parents.into_iter().max_by_key(|parent| group_size(world, *parent));
    ask(bencher, world, largest.as_slice(), group_size);
}
