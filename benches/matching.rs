//! Resolving messy names: how good the answers are at each threshold, over the labelled names of the tests and the companies of
//! an index among filers, how many names a second are resolved, there and among 100,000 and 1,000,000 companies, and what a
//! request for 1,000 names spends among as many as GLEIF has. `cargo bench --profile dist --bench matching`

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
    model::{Dataset, View, Wanted},
    store::{
        State,
        search::matching::{Candidate, MatchLimits, best, retrieve},
    },
};
use labelled::{Labelled, Quality, labelled, named, registry, written};
use support::{SIZES, World, now, world};

/// How many names are resolved at a time.
const NAMES: usize = 100;

/// How many one request may resolve.
const REQUEST: usize = 1_000;

/// How many companies the largest register has that is imported.
const REGISTER: usize = 3_400_000;

fn main() {
    tell_quality("messy names", &registry(), &labelled());
    let (registry, rows) = written();
    tell_quality("scripts, forms, suffixes", &registry, &rows);
    match filers::filers() {
        Some((registry, rows)) => tell_quality("companies of an index among filers", &registry, &rows),
        None => println!("the names of filers are not beside the project"),
    }
    tell_a_request(world(SIZES[1]));
    tell_a_request(&World::new(REGISTER));
    divan::main();
}

/// How often the first answer is right, at each threshold.
fn tell_quality(title: &str, registry: &Dataset, rows: &[Labelled]) {
    let state = State::new(Snapshot::build(registry).expect("the registry is sound"));
    let mask = state.graph().mask(&View::now(now()));
    println!("{title}: {} names\nthreshold  precision  recall", rows.len());
    for threshold in [0.5, 0.6, 0.7, 0.8, 0.9] {
        let mut quality = Quality::default();
        for row in rows {
            let found = resolve(&state, &mask, &row.wanted, threshold);
            let id = found.first().map(|best| state.graph().entity(best.entity).id());
            quality.count(row.expected.as_deref(), id);
        }
        println!("{threshold:9}  {:9.3}  {:6.3}", quality.precision(), quality.recall());
    }
}

/// What a request for as many names as are allowed spends among so many companies.
fn tell_a_request(world: &World) {
    world.state.prepare();
    let names = messy_names(world, REQUEST);
    let budget = Budget::new(u64::MAX, || false);
    let start = Instant::now();
    for wanted in &names {
        black_box(spend(&world.state, &world.mask, wanted, 0.7, &budget));
    }
    println!(
        "{REQUEST} names among {} companies: {} units spent in {:.1?}",
        world.companies,
        budget.spent(),
        start.elapsed()
    );
}

/// Names of companies of the generated graph, in capitals, every other one without a letter.
fn messy_names(world: &World, count: usize) -> Vec<Wanted> {
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

fn resolve(state: &State, mask: &Mask, wanted: &Wanted, threshold: f64) -> Vec<Candidate> {
    spend(state, mask, wanted, threshold, &Budget::new(u64::MAX, || false))
}

fn spend(state: &State, mask: &Mask, wanted: &Wanted, threshold: f64, budget: &Budget) -> Vec<Candidate> {
    let index = state.search().expect("there is an index");
    let among = retrieve(state.graph(), index, mask, wanted, budget).expect("the budget is large");
    let kept = MatchLimits { limit: 5, threshold };
    best(state.graph(), wanted, among, kept, budget).expect("the budget is large")
}

#[divan::bench]
fn the_labelled_names(bencher: Bencher<'_, '_>) {
    let state = State::new(Snapshot::build(&registry()).expect("the registry is sound"));
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
            .map(|wanted| black_box(resolve(&world.state, &world.mask, wanted, 0.7)).len())
            .sum::<usize>()
    });
}
