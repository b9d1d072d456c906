//! The cost of facets and of checking the data for 100,000 and for 1,000,000 companies, within the budget of one request.
//! `cargo bench --profile dist --bench data_issues`

mod support;

use divan::{Bencher, black_box};
use fastrand::Rng;
use guanxi::{
    engine::Limits,
    graph::{
        Budget, EntityIx, GroupKey, ListingRows,
        algo::{CheckContext, DataIssueKind, data_issues},
    },
    model::{Catalog, Date, View},
};
use support::{SIZES, World, now, world};

fn main() {
    for companies in SIZES {
        let world = world(companies);
        for kind in DataIssueKind::ALL {
            let budget = budget();
            let count = check(world, *kind, &budget);
            println!("{} {kind}: {count} issues, {} units", world.companies, budget.spent());
        }
    }
    divan::main();
}

fn budget() -> Budget {
    Budget::new(Limits::default().work_max, || false)
}

fn check(world: &World, kind: DataIssueKind, budget: &Budget) -> usize {
    let ground = CheckContext::new(world.snapshot(), &View::now(now()), budget);
    data_issues(&ground, kind)
        .expect("a check fits the work of one request")
        .len()
}

#[divan::bench(args = DataIssueKind::ALL, sample_count = 5)]
fn checks_of_100_000(bencher: Bencher<'_, '_>, kind: &DataIssueKind) {
    let world = world(SIZES[0]);
    bencher.bench_local(|| black_box(check(world, *kind, &budget())));
}

#[divan::bench(args = DataIssueKind::ALL, sample_count = 5)]
fn checks_of_1_000_000(bencher: Bencher<'_, '_>, kind: &DataIssueKind) {
    let world = world(SIZES[1]);
    bencher.bench_local(|| black_box(check(world, *kind, &budget())));
}

/// As many entities as a search finds.
#[divan::bench(args = GroupKey::ALL)]
fn facets_of_1_000(bencher: Bencher<'_, '_>, key: &GroupKey) {
    let world = world(SIZES[1]);
    let mut rng = Rng::with_seed(1);
    let entities: Vec<EntityIx> = (0..1000).map(|_| world.any(&mut rng)).collect();
    facet(bencher, world, &ListingRows::Entities(entities.into()), *key);
}

#[divan::bench(args = GroupKey::ALL, sample_count = 5)]
fn facets_of_1_000_000(bencher: Bencher<'_, '_>, key: &GroupKey) {
    let world = world(SIZES[1]);
    let entities: Vec<EntityIx> = world.snapshot().entities(&world.mask).collect();
    facet(bencher, world, &ListingRows::Entities(entities.into()), *key);
}

fn facet(bencher: Bencher<'_, '_>, world: &World, rows: &ListingRows, key: GroupKey) {
    bencher.bench_local(|| {
        let facet = rows.facet(world.snapshot(), (world.mask, Date::MAX), key, &budget());
        black_box(facet.expect("a facet fits the work of one request").len())
    });
}
