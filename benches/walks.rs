//! The cost of walks in memory: shortest paths, neighborhoods, common connections and a hub, for 100,000 and for 1,000,000
//! companies. `cargo bench --profile dist --bench walks`

mod support;

use divan::{Bencher, black_box};
use fastrand::Rng;
use guanxi::{
    graph::{
        Budget, EntityIx, Step, Traversal, Walker,
        algo::{self, NeighborhoodBounds, PathQuestion},
    },
    model::{RelationshipKind, Set},
};
use support::{SIZES, world};

fn main() {
    divan::main();
}

/// Runs walks, each between two random companies, which are chosen before the clock starts.
fn walk(bencher: Bencher<'_, '_>, companies: usize, run: impl Fn(&Walker<'_>, EntityIx, EntityIx) + Sync) {
    let world = world(companies);
    let budget = Budget::new(u64::MAX, || false);
    let walker = Walker::new(world.snapshot(), world.mask, &budget);
    let mut rng = Rng::with_seed(7);
    let two = move || {
        let one = world.any(&mut rng);
        let mut others = std::iter::repeat_with(|| world.any(&mut rng));
        (one, others.find(|other| *other != one).unwrap_or(one))
    };
    bencher
        .with_inputs(two)
        .bench_local_values(|(one, other)| run(&walker, one, other));
}

fn paths(walker: &Walker<'_>, (from, to): (EntityIx, EntityIx), count: usize, traversal: &Traversal<EntityIx>) {
    let question = PathQuestion {
        from,
        to,
        count,
        length_max: 12,
    };
    black_box(algo::paths(walker, traversal, &question).is_ok());
}

/// A traversal that does not pass through entities with more than 1000 relationships, such as the hub.
fn around_the_hub() -> Traversal<EntityIx> {
    Traversal {
        degree_max: Some(1000),
        ..Traversal::standard()
    }
}

/// A traversal of ownership and partnerships only, of which the hub has none.
fn owners_and_partners() -> Traversal<EntityIx> {
    let standard = Traversal::standard();
    let kinds = Set::of(&[RelationshipKind::Owns, RelationshipKind::PartnersWith]);
    Traversal {
        step: Step { kinds, ..standard.step },
        ..standard
    }
}

#[divan::bench(args = SIZES)]
fn shortest_path(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = owners_and_partners();
    walk(bencher, companies, |walker, from, to| {
        paths(walker, (from, to), 1, &traversal)
    });
}

#[divan::bench(args = SIZES)]
fn shortest_path_around_the_hub(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = around_the_hub();
    walk(bencher, companies, |walker, from, to| {
        paths(walker, (from, to), 1, &traversal)
    });
}

#[divan::bench(args = SIZES)]
fn three_shortest_paths_around_the_hub(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = around_the_hub();
    walk(bencher, companies, |walker, from, to| {
        paths(walker, (from, to), 3, &traversal)
    });
}

#[divan::bench(args = SIZES)]
fn shortest_path_through_the_hub(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = Traversal::standard();
    walk(bencher, companies, |walker, from, to| {
        paths(walker, (from, to), 1, &traversal)
    });
}

#[divan::bench(args = SIZES)]
fn neighborhood_of_three_steps(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = around_the_hub();
    let bounds = NeighborhoodBounds {
        depth_max: 3,
        entities_max: 500,
        relationships_max: 10_000,
    };
    walk(bencher, companies, |walker, start, _| {
        black_box(algo::neighborhood(walker, &traversal, &[start], bounds).is_ok());
    });
}

#[divan::bench(args = SIZES)]
fn neighborhood_of_a_hub_with_100_000_relationships(bencher: Bencher<'_, '_>, companies: usize) {
    let hub = world(companies).number(0);
    let bounds = NeighborhoodBounds {
        depth_max: 1,
        entities_max: 500,
        relationships_max: 10_000,
    };
    walk(bencher, companies, |walker, _, _| {
        black_box(algo::neighborhood(walker, &Traversal::standard(), &[hub], bounds).is_ok());
    });
}

#[divan::bench(args = SIZES)]
fn common_connections_of_two(bencher: Bencher<'_, '_>, companies: usize) {
    let traversal = around_the_hub();
    walk(bencher, companies, |walker, one, other| {
        black_box(algo::common_connections(walker, &traversal, &[one, other], 2).is_ok());
    });
}
