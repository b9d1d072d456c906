//! Rankings against definitions, brute force and known answers, and through views and filters.

use std::collections::BTreeMap;

use guanxi::{
    graph::{
        Budget, Direction, EntityIx, Expand, Snapshot, Step, Take, Traversal, Walker, Window,
        algo::{
            self, BETWEENNESS_SWEPT_MAX, DAMPING, PathQuestion, ProjectedRelationship, Projection, Ranking,
            RankingMeasure, RankingQuestion, StopCondition,
        },
    },
    model::{AsOf, Catalog, EntityKind, RelationshipKind, Set, View},
};
use proptest::prelude::*;

use super::walking::{is_visible, view_of, views};
use crate::harness::random::{Shape, claims, dataset, moment};

const SHAPE: Shape = Shape {
    entities: 9,
    claims: 30,
    kinds: &[
        RelationshipKind::Owns,
        RelationshipKind::PartnersWith,
        RelationshipKind::Supplies,
        RelationshipKind::Serves,
    ],
    dated: true,
    unknown_ends: true,
    entity_kinds: &[EntityKind::Company, EntityKind::Person, EntityKind::Place],
};

pub(super) fn endless() -> Budget {
    Budget::new(u64::MAX, || false)
}

/// A walk over one of the shapes that filters give it; avoids the first entity, or none.
fn traversal(
    direction: Direction,
    avoid: bool,
    degree_max: Option<usize>,
    first: Option<EntityIx>,
) -> Traversal<EntityIx> {
    let standard = Traversal::standard();
    Traversal {
        step: Step {
            direction,
            ..standard.step
        },
        avoid: first.filter(|_| avoid).into_iter().collect(),
        degree_max,
        ..standard
    }
}

fn traversals() -> impl Strategy<Value = (Direction, bool, Option<usize>)> {
    (
        proptest::sample::select(Direction::ALL),
        any::<bool>(),
        proptest::option::of(0_usize..5),
    )
}

/// A ranking by ids.
fn scores(snapshot: &Snapshot, ranking: &Ranking) -> BTreeMap<String, f64> {
    let window = Window {
        after: None,
        before: None,
        take: Take::First(usize::MAX),
    };
    let rows = ranking.page(snapshot, &window).rows;
    assert!(rows.is_sorted_by(|(a, _), (b, _)| a.score > b.score || (a.score == b.score && a.entity < b.entity)));
    rows.into_iter()
        .map(|(row, position)| (position.id, row.score))
        .collect()
}

/// What paths tell about a graph: for each pair of those who take part, how many shortest ways of different entities there
/// are, and how many of these pass through each.
struct Naive {
    ids: Vec<String>,
    degrees: Vec<usize>,
    connected: Vec<usize>,
    betweenness: Vec<f64>,
}

fn naive(snapshot: &Snapshot, view: &View, traversal: &Traversal<EntityIx>) -> Naive {
    let (mask, budget) = (snapshot.mask(view), endless());
    let walker = Walker::new(snapshot, mask, &budget);
    let either = Step {
        direction: Direction::Both,
        ..traversal.step
    };
    let links = |from: EntityIx, step: &Step| {
        let mut crossings = Vec::new();
        walker.expand(&[from], step, &mut crossings).unwrap();
        crossings.retain(|crossing| !traversal.avoid.contains(&crossing.to));
        crossings
    };
    let all: Vec<EntityIx> = snapshot
        .entities(&mask)
        .filter(|entity| !traversal.avoid.contains(entity))
        .collect();
    let ranked: Vec<EntityIx> = all
        .into_iter()
        .filter(|entity| !links(*entity, &either).is_empty())
        .collect();
    let paths = |traversal: &Traversal<EntityIx>, from: EntityIx, to: EntityIx| {
        let question = PathQuestion {
            from,
            to,
            count: 60,
            length_max: 8,
        };
        let result = algo::paths(&walker, traversal, &question).unwrap().paths;
        let shortest = result.first().map_or(0, Vec::len);
        assert!(
            result.len() < 60 || result[59].len() > shortest,
            "there are more shortest paths than were requested"
        );
        let mut ways: Vec<Vec<EntityIx>> = result
            .iter()
            .filter(|path| path.len() == shortest)
            .map(|path| path[1..].iter().map(|crossing| crossing.from).collect())
            .collect();
        ways.sort_unstable();
        ways.dedup();
        ways
    };
    let whichever = Traversal {
        step: either,
        ..traversal.clone()
    };
    let mut betweenness = vec![0.0; ranked.len()];
    let mut connected = vec![1; ranked.len()];
    for (place, from) in ranked.iter().enumerate() {
        for to in ranked.iter().filter(|to| *to != from) {
            connected[place] += usize::from(!paths(&whichever, *from, *to).is_empty());
            let ways = paths(traversal, *from, *to);
            for between in ways.iter().flatten() {
                let at = ranked.iter().position(|entity| entity == between).unwrap();
                betweenness[at] += 1.0 / f64::from(u32::try_from(ways.len()).unwrap());
            }
        }
    }
    let count = f64::from(u32::try_from(ranked.len()).unwrap());
    Naive {
        ids: ranked
            .iter()
            .map(|entity| snapshot.entity(*entity).id().to_owned())
            .collect(),
        degrees: ranked
            .iter()
            .map(|entity| links(*entity, &traversal.step).len())
            .collect(),
        connected,
        betweenness: betweenness
            .iter()
            .map(|sum| sum / ((count - 1.0) * (count - 2.0)).max(1.0))
            .collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn degree_betweenness_and_component_are_what_all_paths_say(
        claims in claims(SHAPE), view in views(), (direction, avoid, degree_max) in traversals()
    ) {
        let snapshot = Snapshot::build(&dataset(SHAPE, &claims)).unwrap();
        let view = view_of(view);
        let mask = snapshot.mask(&view);
        let traversal = traversal(direction, avoid, degree_max, snapshot.entities(&mask).next());
        let naive = naive(&snapshot, &view, &traversal);
        let rank = |measure| {
            let question = RankingQuestion::new(measure, mask, traversal.clone());
            scores(&snapshot, &algo::ranking(&snapshot, &question, &endless()).unwrap())
        };
        let (degree, betweenness, component) =
            (rank(RankingMeasure::Degree), rank(RankingMeasure::Betweenness), rank(RankingMeasure::Component));
        prop_assert_eq!(degree.keys().collect::<Vec<_>>(), naive.ids.iter().collect::<Vec<_>>());
        for (place, id) in naive.ids.iter().enumerate() {
            prop_assert_eq!(degree[id], f64::from(u32::try_from(naive.degrees[place]).unwrap()), "degree of {}", id);
            prop_assert!((betweenness[id] - naive.betweenness[place]).abs() < 1e-9, "betweenness of {}", id);
            let connected = f64::from(u32::try_from(naive.connected[place]).unwrap());
            let entity = snapshot.entity_by_id(id, &mask).unwrap();
            let passed = traversal.through.contains(snapshot.entity(entity).kind()) && degree_max.is_none();
            // An entity that is not passed through may border on several components.
            prop_assert!(if passed { component[id] == connected } else { component[id] <= connected }, "component of {}", id);
        }
    }

    #[test]
    fn a_ranking_through_a_view_is_that_of_a_graph_of_only_what_it_sees(
        claims in claims(SHAPE), view in views(), (direction, avoid, degree_max) in traversals(),
        kind in proptest::option::of(proptest::sample::select(SHAPE.kinds))
    ) {
        let all = dataset(SHAPE, &claims);
        let mut only = all.clone();
        let mut visible = claims.iter().map(|claim| is_visible(claim, view) && kind.is_none_or(|kind| claim.kind == kind));
        only.relationships.retain(|_| visible.next().unwrap());
        only.relationships.iter_mut().for_each(|relationship| relationship.retracted_at = None);
        let everything = View { as_of: AsOf::Ever, known_at: moment(3), statuses: Set::all(), has_explicit_statuses: true };
        let rank = |dataset: &guanxi::model::Dataset, view: View, kind: Option<RelationshipKind>, measure| {
            let snapshot = Snapshot::build(dataset).unwrap();
            let mask = snapshot.mask(&view);
            let mut traversal = traversal(direction, avoid, degree_max, snapshot.entities(&mask).next());
            traversal.step.kinds = kind.map_or(traversal.step.kinds, |kind| Set::of(&[kind]));
            let question = RankingQuestion::new(measure, mask, traversal);
            scores(&snapshot, &algo::ranking(&snapshot, &question, &endless()).unwrap())
        };
        for measure in RankingMeasure::ALL {
            prop_assert_eq!(rank(&all, view_of(view), kind, *measure), rank(&only, everything, None, *measure));
        }
    }

    #[test]
    fn pagerank_sums_to_one_and_solving_agrees_with_iterating(
        pairs in proptest::collection::vec((0u32..12, 0u32..12, any::<bool>()), 1..40),
        passed in proptest::collection::vec(any::<bool>(), 12), direction in proptest::sample::select(Direction::ALL)
    ) {
        let followed: Vec<ProjectedRelationship> =
            pairs.iter().map(|(from, to, symmetric)| ProjectedRelationship { from: *from, to: *to, symmetric: *symmetric }).collect();
        let projection = Projection::new(&followed, direction, vec![false; 12], passed);
        let iterated = algo::pagerank(&projection, DAMPING, StopCondition::Iterations(400), &endless()).unwrap();
        let ending = StopCondition::Converged { error: 1e-12, swept_max: u64::MAX };
        let solved = algo::pagerank(&projection, DAMPING, ending, &endless()).unwrap();
        prop_assert!((solved.scores.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        for (one, other) in iterated.scores.iter().zip(&solved.scores) {
            prop_assert!((one - other).abs() < 1e-11, "{} {}", one, other);
        }
        // A sample that stops early reports its error.
        let early = algo::pagerank(&projection, DAMPING, StopCondition::Converged { error: 0.0, swept_max: 200 }, &endless()).unwrap();
        let off: f64 = early.scores.iter().zip(&solved.scores).map(|(one, other)| (one - other).abs()).sum();
        prop_assert!(off <= early.error.unwrap() + 1e-12, "{} {:?}", off, early.error);
    }
}

/// A random graph in which some are linked to many.
fn medium(seed: u64, entities: u32, links: u32) -> Vec<ProjectedRelationship> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut ends = vec![0_u32];
    let mut followed = Vec::new();
    for link in 0..links {
        let from = if link < entities { link } else { rng.u32(..entities) };
        let to = if rng.bool() {
            ends[rng.usize(..ends.len())]
        } else {
            rng.u32(..entities)
        };
        ends.extend([from, to]);
        followed.push(ProjectedRelationship {
            from,
            to,
            symmetric: rng.u32(..10) == 0,
        });
    }
    followed
}

#[test]
fn the_error_of_a_sample_is_within_its_bound() {
    for (seed, direction) in [(1, Direction::Both), (2, Direction::Outgoing), (3, Direction::Incoming)] {
        let passed = (0..600).map(|row| row % 7 != 3).collect();
        let projection = Projection::new(&medium(seed, 600, 1000), direction, vec![false; 600], passed);
        let exact = algo::betweenness(&projection, &endless()).unwrap();
        for (swept, seed) in [(100_000, 1), (1_000_000, 2), (10_000_000, 3)] {
            let sampled = algo::sampled_betweenness(&projection, swept, seed, &endless()).unwrap();
            let off = exact
                .iter()
                .zip(&sampled.scores)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f64::max);
            assert!(
                off <= sampled.error,
                "off by {off}, bound {} of {}",
                sampled.error,
                sampled.samples
            );
            assert_eq!(
                sampled,
                algo::sampled_betweenness(&projection, swept, seed, &endless()).unwrap()
            );
        }
        let much = algo::sampled_betweenness(&projection, 100_000_000, 4, &endless()).unwrap();
        assert!(much.error < 0.03, "{} after {}", much.error, much.samples);
        let off = exact
            .iter()
            .zip(&much.scores)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        assert!(off < 0.012, "the sample leans to one side: {off}");
    }
}

#[test]
fn ways_beyond_counting_are_still_shared_out() {
    // 1,200 diamonds in a row: 2 to the 1,200 shortest ways from end to end.
    let diamond = |at: u32| [(at, at + 1), (at, at + 2), (at + 1, at + 3), (at + 2, at + 3)];
    let pairs = (0..1200_u32).flat_map(|number| diamond(3 * number));
    let followed: Vec<ProjectedRelationship> = pairs
        .map(|(from, to)| ProjectedRelationship {
            from,
            to,
            symmetric: false,
        })
        .collect();
    let projection = Projection::new(&followed, Direction::Outgoing, vec![false; 3601], vec![true; 3601]);
    let scores = algo::betweenness(&projection, &endless()).unwrap();
    let count = 3601.0;
    // The middle joint is passed by everyone before it on the way to everyone behind it.
    assert!((scores[1800] - 1800.0 * 1800.0 / ((count - 1.0) * (count - 2.0))).abs() < 1e-9);
    assert!((scores[1801] - 1801.0 * 1798.0 / 2.0 / ((count - 1.0) * (count - 2.0))).abs() < 1e-6);
    let sampled = algo::sampled_betweenness(&projection, BETWEENNESS_SWEPT_MAX / 10, 5, &endless()).unwrap();
    assert!((sampled.scores[1800] - scores[1800]).abs() <= sampled.error);
}
