//! What ownership costs: owners in the end, parents and groups, at 100,000 and at 1,000,000 companies. The cross holdings
//! tangle about half of all companies, which hold traces of each other.
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

/// How many companies are asked about in turn.
const ASKED: usize = 100;
/// Among how many random companies those of one sort are looked for.
const SAMPLE: usize = 1500;
/// What their owners may take where plain ones are wanted.
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
    ultimate.expect("the budget is without end").party()
}

fn group_size(world: &World, company: EntityIx) -> usize {
    let budget = Budget::new(u64::MAX, || false);
    let group = algo::corporate_group(world.snapshot(), world.mask, company, &budget);
    group.expect("the budget is without end").members().len()
}

/// How many majority owners stand above each other over `company`. Cross holdings are minorities: there are no circles.
fn depth(world: &World, company: EntityIx) -> usize {
    let owners = Pattern {
        kinds: Set::of(&[RelationshipKind::Owns]),
        ..Pattern::in_direction(Direction::Incoming)
    };
    let is_majority = |hop: &Hop| {
        let share = world.snapshot().relationship(hop.relationship).share();
        share.is_some_and(|share| share.range.is_majority())
    };
    let above = |here: &EntityIx| world.snapshot().hops(*here, owners, world.mask).find(is_majority);
    std::iter::successors(Some(company), |here| above(here).map(|hop| hop.neighbor)).count() - 1
}

/// Those with the most owners above each other.
fn deepest(world: &World, companies: impl Iterator<Item = EntityIx>) -> Vec<EntityIx> {
    let mut deepest: Vec<EntityIx> = companies.collect();
    deepest.sort_by_cached_key(|company| (Reverse(depth(world, *company)), *company));
    deepest.truncate(ASKED);
    deepest
}

/// Asks about these companies, one after the other and round again.
fn ask<T>(bencher: Bencher<'_, '_>, world: &World, of: &[EntityIx], run: impl Fn(&World, EntityIx) -> T) {
    assert!(!of.is_empty(), "the graph has companies of this sort");
    let mut round = of.iter().copied().cycle();
    bencher
        .with_inputs(move || round.next().expect("a round of companies has no end"))
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
    ask_for_owners(bencher, world, &circular.take(ASKED).collect::<Vec<_>>());
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn ultimate_owners_of_tangled_companies(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    let tangled = sample(world).filter(|company| owners(world, *company, PLAIN_WORK_MAX).is_err());
    let tangled: Vec<EntityIx> = tangled.take(10).collect();
    for company in &tangled {
        let budget = Budget::new(Limits::default().work_max, || false);
        let answer = algo::ultimate_owners(world.snapshot(), world.mask, *company, ShareOf::Capital, 0.0, &budget);
        let told = answer.map_or_else(
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
        println!("tangled among {companies}: {told}, {} units", budget.spent());
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
