//! What searching costs at 1,000,000 companies: building the index, its memory, and questions of every sort.
//! `cargo bench --profile dist --bench search`

mod support;

use std::{sync::LazyLock, time::Instant};

use divan::{Bencher, black_box};
use fastrand::Rng;
use guanxi::{
    graph::Budget,
    model::CompanyName,
    store::search::{Index, Question, highlights},
};
use support::{SIZES, world};

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let snapshot = world(SIZES[1]).snapshot();
    let (resident, start) = (resident_mb(), Instant::now());
    let index = Index::build(snapshot).expect("there is memory");
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "index of {} companies: built in {seconds:.1} s, {} MB, resident memory {} to {} MB",
        index.entities(),
        index.bytes() / 1_000_000,
        resident,
        resident_mb(),
    );
    index
});

/// How much memory this process holds; 0 where the system does not tell.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1000
}

fn main() {
    LazyLock::force(&INDEX);
    for text in QUESTIONS.iter().chain(&MESSY) {
        let names: Vec<&str> = found(text).1;
        println!("{text}: {} found, first {}", found(text).0, names.join(" · "));
    }
    divan::main();
}

/// How many are found, and the names of the first.
fn found(text: &str) -> (usize, Vec<&'static str>) {
    let snapshot = world(SIZES[1]).snapshot();
    let question = Question::new(text).expect("the question is short");
    let budget = Budget::new(u64::MAX, || false);
    let mut hits = INDEX
        .search(&question, |_| true, &budget)
        .expect("the budget has no end");
    hits.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.entity.cmp(&other.entity)));
    let first = hits.iter().take(3).map(|hit| snapshot.entity(hit.entity).name());
    (hits.len(), first.collect())
}

/// Words of the generated names: a rare one, a common one, several, beginnings, typos, Chinese, an identifier.
const QUESTIONS: [&str; 12] = [
    "chaibrart",
    "steel",
    "chaibrart steel",
    "shipping international ltd",
    "ch",
    "s",
    "loigstics",
    "internatoinel",
    "internatoinel investmant",
    "杭州科技",
    "龙凤",
    "5493",
];

#[divan::bench(args = QUESTIONS)]
fn search(bencher: Bencher<'_, '_>, text: &str) {
    let budget = Budget::new(u64::MAX, || false);
    bencher.bench_local(|| {
        let question = Question::new(text).expect("the question is short");
        let hits = INDEX.search(&question, |_| true, &budget);
        black_box(hits.is_ok());
    });
}

#[divan::bench]
fn search_for_the_whole_name_of_any_company(bencher: Bencher<'_, '_>) {
    let world = world(SIZES[1]);
    let budget = Budget::new(u64::MAX, || false);
    let mut rng = Rng::with_seed(7);
    let question = move || Question::new(world.snapshot().entity(world.any(&mut rng)).name()).expect("names are short");
    bencher.with_inputs(question).bench_local_values(|question| {
        let hits = INDEX.search(&question, |_| true, &budget);
        black_box(hits.is_ok());
    });
}

#[divan::bench]
fn highlights_of_twenty(bencher: Bencher<'_, '_>) {
    let snapshot = world(SIZES[1]).snapshot();
    let question = Question::new("internatoinel investmant").expect("the question is short");
    let budget = Budget::new(u64::MAX, || false);
    let hits = INDEX
        .search(&question, |_| true, &budget)
        .expect("the budget has no end");
    bencher.bench_local(|| {
        for hit in hits.iter().take(20) {
            black_box(highlights(&snapshot.entity(hit.entity), &question, &budget).is_ok());
        }
    });
}

/// Names as other people write them.
const MESSY: [&str; 3] = ["Chaibrart Steel Limited", "CHAIBRARTT shiping l.t.d.", "上海龙凤科技"];

#[divan::bench(args = MESSY)]
fn similar(bencher: Bencher<'_, '_>, name: &str) {
    let budget = Budget::new(u64::MAX, || false);
    let company = CompanyName::new(name);
    bencher.bench_local(|| {
        black_box(INDEX.similar((name, &company), 50, &budget).is_ok());
    });
}
