//! The cost of rankings, computed and cached, for 100,000 and for 1,000,000 companies, within the budget of one request.
//! `cargo bench --profile dist --bench ranking`

#[expect(dead_code, reason = "a ranking has no starting entity")]
mod support;

use divan::{Bencher, black_box};
use guanxi::{
    engine::Limits,
    graph::{
        Budget, Direction, Step, Take, Traversal, Window,
        algo::{self, Ranking, RankingMeasure, RankingQuestion},
    },
    model::Catalog,
};
use support::{SIZES, World, world};

fn main() {
    for companies in SIZES {
        let world = world(companies);
        for measure in RankingMeasure::ALL {
            for direction in [Direction::Both, Direction::Outgoing] {
                let budget = Budget::new(Limits::default().work_max, || false);
                let ranking = rank(world, *measure, direction, &budget);
                let deviation = ranking
                    .deviation
                    .map_or_else(|| "exact".to_owned(), |off| format!("{off:?}"));
                println!(
                    "{companies} {measure} {direction}: {} units, {deviation}",
                    budget.spent()
                );
            }
        }
    }
    divan::main();
}

fn question(world: &World, measure: RankingMeasure, direction: Direction) -> RankingQuestion {
    let standard = Traversal::standard();
    let traversal = Traversal {
        step: Step {
            direction,
            ..standard.step
        },
        ..standard
    };
    RankingQuestion::new(measure, world.mask, traversal)
}

fn rank(world: &World, measure: RankingMeasure, direction: Direction, budget: &Budget) -> Ranking {
    let ranking = algo::ranking(world.snapshot(), &question(world, measure, direction), budget);
    ranking.expect("a ranking fits the work of one request")
}

fn compute(bencher: Bencher<'_, '_>, companies: usize, measure: RankingMeasure) {
    let world = world(companies);
    bencher.bench_local(|| {
        let budget = Budget::new(Limits::default().work_max, || false);
        black_box(rank(world, measure, Direction::Both, &budget))
    });
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn degree(bencher: Bencher<'_, '_>, companies: usize) {
    compute(bencher, companies, RankingMeasure::Degree);
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn pagerank(bencher: Bencher<'_, '_>, companies: usize) {
    compute(bencher, companies, RankingMeasure::PageRank);
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn betweenness(bencher: Bencher<'_, '_>, companies: usize) {
    compute(bencher, companies, RankingMeasure::Betweenness);
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn component(bencher: Bencher<'_, '_>, companies: usize) {
    compute(bencher, companies, RankingMeasure::Component);
}

#[divan::bench(args = SIZES)]
fn a_page_of_a_kept_ranking(bencher: Bencher<'_, '_>, companies: usize) {
    let world = world(companies);
    let question = question(world, RankingMeasure::Degree, Direction::Both);
    let budget = Budget::new(u64::MAX, || false);
    let window = Window {
        after: None,
        before: None,
        take: Take::First(20),
    };
    bencher.bench_local(|| {
        let ranking = world
            .state
            .ranking(&question, &budget)
            .expect("the budget is without end");
        black_box(ranking.page(world.snapshot(), &window))
    });
}
