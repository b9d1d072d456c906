//! Resolving messy names: how good the answers are at each threshold, over the labelled names of the tests, and how many names
//! a second are resolved, there and among 100,000 and 1,000,000 companies. `cargo bench --profile dist --bench matching`

#[path = "../tests/matching/labelled.rs"]
mod labelled;
mod support;

use divan::{Bencher, black_box, counter::ItemsCount};
use fastrand::Rng;
use guanxi::{
    graph::{Budget, Mask, Snapshot},
    model::{View, Wanted},
    store::{
        State,
        matching::{Candidate, Kept, best, retrieve},
    },
};
use labelled::{Quality, labelled, named, registry};
use support::{SIZES, now, world};

/// How many names are resolved at a time.
const NAMES: usize = 100;

fn main() {
    let state = State::new(Snapshot::build(&registry()).expect("the registry is sound"));
    let mask = state.graph().mask(&View::now(now()));
    println!("threshold  precision  recall");
    for threshold in [0.5, 0.6, 0.7, 0.8, 0.9] {
        let mut quality = Quality::default();
        for row in labelled() {
            let found = resolve(&state, &mask, &row.wanted, threshold);
            let id = found.first().map(|best| state.graph().entity(best.entity).id());
            quality.count(row.expected.as_deref(), id);
        }
        println!("{threshold:9}  {:9.3}  {:6.3}", quality.precision(), quality.recall());
    }
    divan::main();
}

fn resolve(state: &State, mask: &Mask, wanted: &Wanted, threshold: f64) -> Vec<Candidate> {
    let budget = Budget::new(u64::MAX, || false);
    let index = state.search().expect("there is an index");
    let among = retrieve(state.graph(), index, mask, wanted, &budget).expect("the budget is large");
    let kept = Kept { limit: 5, threshold };
    best(state.graph(), wanted, among, kept, &budget).expect("the budget is large")
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

/// Names of companies of the generated graph, in capitals, every other one without a letter.
#[divan::bench(args = SIZES, sample_count = 10, sample_size = 1)]
fn names_among(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    world.state.prepare();
    let mut rng = Rng::with_seed(7);
    let messy = |number: usize| {
        let company = world.any(&mut rng);
        let mut name = world.snapshot().entity(company).name().to_uppercase();
        if number % 2 == 1 {
            name = name
                .chars()
                .enumerate()
                .filter(|(place, _)| *place != 2)
                .map(|(_, letter)| letter)
                .collect();
        }
        named(&name)
    };
    let names: Vec<Wanted> = (0..NAMES).map(messy).collect();
    bencher.counter(ItemsCount::new(NAMES)).bench_local(|| {
        names
            .iter()
            .map(|wanted| black_box(resolve(&world.state, &world.mask, wanted, 0.7)).len())
            .sum::<usize>()
    });
}
