//! What walks cost in memory: shortest paths, neighborhoods, common connections and a hub, at 100,000 and at 1,000,000
//! companies. `cargo bench --profile dist --bench walks`

mod support;

use std::sync::LazyLock;

use divan::{Bencher, black_box};
use fastrand::Rng;
use guanxi::graph::{
    Budget, EntityIx, Traversal, Walker,
    algo::{self, Bounds, PathQuestion},
};
use support::World;

static SMALL: LazyLock<World> = LazyLock::new(|| World::new(100_000));
static LARGE: LazyLock<World> = LazyLock::new(|| World::new(1_000_000));

const SIZES: [usize; 2] = [100_000, 1_000_000];

fn world(companies: usize) -> &'static World {
    if companies == SIZES[0] { &SMALL } else { &LARGE }
}

fn main() {
    divan::main();
}

/// Runs one walk after the other, each with its own random companies.
fn walk(bencher: Bencher<'_, '_>, companies: usize, run: impl Fn(&Walker<'_>, &mut Rng, &World) + Sync) {
    let world = world(companies);
    let budget = Budget::new(u64::MAX, || false);
    let walker = Walker::new(&world.snapshot, world.mask, &budget);
    let mut rng = Rng::with_seed(7);
    bencher.bench_local(|| run(&walker, &mut rng, world));
}

fn paths(walker: &Walker<'_>, rng: &mut Rng, world: &World, count: usize, traversal: &Traversal<EntityIx>) {
    let (from, to) = (world.any(rng), world.any(rng));
    if from != to {
        let question = PathQuestion {
            from,
            to,
            count,
            length_max: 12,
        };
        black_box(algo::paths(walker, traversal, &question).is_ok());
    }
}

#[divan::bench(args = SIZES)]
fn shortest_path_around_the_hub(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = Traversal {
        degree_max: Some(1000),
        ..Traversal::standard()
    };
    walk(bencher, companies, |walker, rng, world| {
        paths(walker, rng, world, 1, &traversal)
    });
}

#[divan::bench(args = SIZES)]
fn three_shortest_paths_around_the_hub(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = Traversal {
        degree_max: Some(1000),
        ..Traversal::standard()
    };
    walk(bencher, companies, |walker, rng, world| {
        paths(walker, rng, world, 3, &traversal)
    });
}

#[divan::bench(args = SIZES)]
fn shortest_path_through_the_hub(bencher: Bencher<'_, '_>, companies: usize) {
    walk(bencher, companies, |walker, rng, world| {
        paths(walker, rng, world, 1, &Traversal::standard())
    });
}

#[divan::bench(args = SIZES)]
fn neighborhood_of_three_steps(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = Traversal {
        degree_max: Some(1000),
        ..Traversal::standard()
    };
    let bounds = Bounds {
        depth_max: 3,
        entities_max: 500,
        relationships_max: 10_000,
    };
    walk(bencher, companies, |walker, rng, world| {
        black_box(algo::neighborhood(walker, &traversal, &[world.any(rng)], bounds).is_ok());
    });
}

#[divan::bench(args = SIZES)]
fn neighborhood_of_a_hub_with_100_000_relationships(bencher: Bencher<'_, '_>, companies: usize) {
    let bounds = Bounds {
        depth_max: 1,
        entities_max: 500,
        relationships_max: 10_000,
    };
    walk(bencher, companies, |walker, _, world| {
        black_box(algo::neighborhood(walker, &Traversal::standard(), &[world.hub()], bounds).is_ok());
    });
}

#[divan::bench(args = SIZES)]
fn common_connections_of_two(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = Traversal {
        degree_max: Some(1000),
        ..Traversal::standard()
    };
    walk(bencher, companies, |walker, rng, world| {
        black_box(algo::common_connections(walker, &traversal, &[world.any(rng), world.any(rng)], 2).is_ok());
    });
}
