//! Matching messy names: the quality at each threshold, for the labelled names of the tests and for the companies of an index among
//! filers; the names matched per second, for these and among 100,000 and 1,000,000 companies; and the budget that a request for
//! 1,000 names spends in a register of GLEIF's size. `cargo bench --profile dist --bench matching`

#[path = "../tests/matching/filers.rs"]
mod filers;
#[path = "../tests/matching/labelled.rs"]
mod labelled;
mod support;

use std::time::Instant;

use divan::{Bencher, black_box, counter::ItemsCount};
use fastrand::Rng;
use guanxi::{
    graph::{Budget, Mask, Snapshot},
    model::{Dataset, MatchCriteria, View},
    store::{
        State,
        search::matching::{Candidate, MatchLimits, best, retrieve},
    },
};
use labelled::{Labelled, Quality, labelled, named, registry, written};
use support::{SIZES, World, now, world};

/// The number of names that are matched at a time.
const NAMES: usize = 100;

/// The number of names that one request may match.
const REQUEST: usize = 1_000;

/// The number of companies of the largest imported register.
const REGISTER: usize = 3_400_000;

fn main() {
    print_quality("messy names", &registry(), &labelled());
    let (registry, rows) = written();
    print_quality("scripts, forms, suffixes", &registry, &rows);
    match filers::filers() {
        Some((registry, rows)) => print_quality("companies of an index among filers", &registry, &rows),
        None => println!("the names of filers are not available"),
    }
    print_request_cost(world(SIZES[1]));
    print_request_cost(&World::new(REGISTER));
    divan::main();
}

/// Prints how often the first answer is right, at each threshold.
fn print_quality(title: &str, registry: &Dataset, rows: &[Labelled]) {
    let state = State::new(Snapshot::build(registry).expect("the registry is valid"));
    let mask = state.graph().mask(&View::now(now()));
    println!("{title}: {} names\nthreshold  precision  recall", rows.len());
    for threshold in [0.5, 0.6, 0.7, 0.8, 0.9] {
        let mut quality = Quality::default();
        for row in rows {
            let candidates = resolve(&state, &mask, &row.wanted, threshold);
            let id = candidates.first().map(|best| state.graph().entity(best.entity).id());
            quality.count(row.expected.as_deref(), id);
        }
        println!("{threshold:9}  {:9.3}  {:6.3}", quality.precision(), quality.recall());
    }
}

/// Prints the budget that a request for the maximum number of names spends.
fn print_request_cost(world: &World) {
    world.state.prepare();
    let names = messy_names(world, REQUEST);
    let budget = Budget::new(u64::MAX, || false);
    let start = Instant::now();
    for name in &names {
        black_box(spend(&world.state, &world.mask, name, 0.7, &budget));
    }
    println!(
        "{REQUEST} names among {} companies: {} units spent in {:.1?}",
        world.companies,
        budget.spent(),
        start.elapsed()
    );
}

/// Names of companies of the generated graph, in upper case, every second one with a missing letter.
fn messy_names(world: &World, count: usize) -> Vec<MatchCriteria> {
    let mut rng = Rng::with_seed(7);
    let messy = |number: usize| {
        let company = world.any(&mut rng);
        let mut name = world.snapshot().entity(company).name().to_uppercase();
        if number % 2 == 1 {
            let letters = name.chars().enumerate().filter(|(place, _)| *place != 2);
            name = letters.map(|(_, letter)| letter).collect();
        }
        named(&name)
    };
    (0..count).map(messy).collect()
}

fn resolve(state: &State, mask: &Mask, name: &MatchCriteria, threshold: f64) -> Vec<Candidate> {
    spend(state, mask, name, threshold, &Budget::new(u64::MAX, || false))
}

fn spend(state: &State, mask: &Mask, name: &MatchCriteria, threshold: f64, budget: &Budget) -> Vec<Candidate> {
    let index = state.search().expect("there is an index");
    let among = retrieve(state.graph(), index, mask, name, budget).expect("the budget is large");
    let limits = MatchLimits { limit: 5, threshold };
    best(state.graph(), name, among, limits, budget).expect("the budget is large")
}

#[divan::bench]
fn the_labelled_names(bencher: Bencher<'_, '_>) {
    let state = State::new(Snapshot::build(&registry()).expect("the registry is valid"));
    let mask = state.graph().mask(&View::now(now()));
    state.prepare();
    let rows = labelled();
    bencher.counter(ItemsCount::new(rows.len())).bench_local(|| {
        rows.iter()
            .map(|row| black_box(resolve(&state, &mask, &row.wanted, 0.7)).len())
            .sum::<usize>()
    });
}

#[divan::bench(args = SIZES, sample_count = 10, sample_size = 1)]
fn names_among(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    world.state.prepare();
    let names = messy_names(world, NAMES);
    bencher.counter(ItemsCount::new(NAMES)).bench_local(|| {
        names
            .iter()
            .map(|name| black_box(resolve(&world.state, &world.mask, name, 0.7)).len())
            .sum::<usize>()
    });
}
