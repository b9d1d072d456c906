//! Rankings: scores of entities in the part of the graph that is visible in a view and followed by a walk. Computed over compact
//! arrays, projected once for each question.

mod betweenness;
mod component;
mod pagerank;
mod projection;
mod sample;

use std::borrow::Cow;

use crate::{
    graph::{
        Budget, Direction, EntityIx, Exhausted, Mask, Order, OrderDirection, Ordered, Page, Position, Snapshot,
        SortKey, Take, Traversal, Window,
    },
    model::catalog,
};

pub use betweenness::betweenness;
pub use component::components;
pub use pagerank::{PageRank, StopCondition, pagerank};
use projection::Sweep;
pub use projection::{ProjectedRelationship, Projection, SWEPT_PER_UNIT};
pub use sample::{CONFIDENCE, SampledScores, sampled_betweenness};

/// The probability that PageRank's walk continues over a relationship.
pub const DAMPING: f64 = 0.85;
/// The largest total error of all PageRanks that counts as exact.
pub const PAGERANK_ERROR: f64 = 1e-10;
/// The most elements that PageRank sweeps; an answer that would take more is returned with its error.
pub const PAGERANK_SWEPT_MAX: u64 = 150_000_000;
/// The most elements that betweenness sweeps: exact if that is enough for a search from every entity, else from a sample of that
/// size.
pub const BETWEENNESS_SWEPT_MAX: u64 = 100_000_000;
/// The random seed for the sample of betweenness, fixed so that answers are reproducible.
const SEED: u64 = 1;

catalog! {
    /// The measure by which entities are ranked.
    pub enum RankingMeasure as "a measure" {
        /// The number of relationships that the walk follows from the entity, in its direction. One with itself counts once.
        Degree = "DEGREE",
        /// How often a random walk visits the entity. The walk follows each relationship of an entity with the same probability and
        /// restarts anywhere with 15 % probability, or if it cannot continue or may not pass through. In the direction of the filter,
        /// so that OUTGOING ranks entities high to which others lead. The scores of all entities sum to 1.
        PageRank = "PAGERANK",
        /// The fraction of the shortest paths between two others on which it lies, on average over all pairs of others, from 0 to 1.
        /// Parallel relationships count as one; the direction is the filter's.
        Betweenness = "BETWEENNESS",
        /// The number of entities connected with it by paths in any direction, itself included. An entity that may not be passed
        /// through may border on several such components and has the size of the largest.
        Component = "COMPONENT",
    }
}

/// A ranking to compute.
#[derive(Debug, Clone, PartialEq)]
pub struct RankingQuestion {
    measure: RankingMeasure,
    mask: Mask,
    traversal: Traversal<EntityIx>,
}

/// Every entity with at least one relationship to follow, from either end, with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// By score, descending, then id.
    rows: Vec<(EntityIx, f64)>,
    /// The error of the scores; `None` if they are exact.
    pub deviation: Option<Deviation>,
}

/// The error of scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// The largest error of any score.
    pub largest: f64,
    /// The probability that this holds for all scores at once.
    pub confidence: f64,
    /// The number of sampled pairs of entities; `None` without sampling.
    pub samples: Option<u32>,
}

/// One entity of a ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankedEntity {
    /// The entity.
    pub entity: EntityIx,
    /// Its score.
    pub score: f64,
    /// One more than the number of entities with a higher score: equal scores share a rank.
    pub rank: usize,
}

impl RankingQuestion {
    /// The ranking by `measure` of the part of the graph that is visible through `mask` and followed by `traversal`.
    #[must_use]
    pub fn new(measure: RankingMeasure, mask: Mask, mut traversal: Traversal<EntityIx>) -> Self {
        if measure == RankingMeasure::Component {
            traversal.step.direction = Direction::Both;
        }
        Self {
            measure,
            mask,
            traversal,
        }
    }

    /// The measure.
    #[must_use]
    pub fn measure(&self) -> RankingMeasure {
        self.measure
    }

    /// The mask of the walk.
    #[must_use]
    pub fn mask(&self) -> Mask {
        self.mask
    }

    /// The rules of the walk.
    #[must_use]
    pub fn traversal(&self) -> &Traversal<EntityIx> {
        &self.traversal
    }
}

/// Computes a ranking. Entities that the walk avoids and those without relationships to follow are excluded.
///
/// Reading the graph spends one unit for each entity and each relationship (from one end); computing over the projection one for
/// every [`SWEPT_PER_UNIT`] elements, at most [`PAGERANK_SWEPT_MAX`] or [`BETWEENNESS_SWEPT_MAX`] of them, except for sampling,
/// whose costs are estimated.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn ranking(snapshot: &Snapshot, question: &RankingQuestion, budget: &Budget) -> Result<Ranking, Exhausted> {
    let (projection, ranks) = Projection::of(snapshot, question.mask, &question.traversal, budget)?;
    let (scores, deviation) = scores(&projection, question.measure, budget)?;
    let mut rows: Vec<(EntityIx, f64)> = projection
        .ranked()
        .map(|row| (ranks.entity(row), rounded(scores[row.at()])))
        .collect();
    let mut sweep = Sweep::new(budget);
    sweep.add(rows.len())?;
    sweep.flush()?;
    rows.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(Ranking { rows, deviation })
}

fn scores(
    projection: &Projection,
    measure: RankingMeasure,
    budget: &Budget,
) -> Result<(Vec<f64>, Option<Deviation>), Exhausted> {
    let exact = |counts: &[u32]| (counts.iter().copied().map(f64::from).collect(), None);
    Ok(match measure {
        RankingMeasure::Degree => exact(projection.degrees()),
        RankingMeasure::Component => exact(&components(projection, budget)?),
        RankingMeasure::PageRank => {
            let ending = StopCondition::Converged {
                error: PAGERANK_ERROR,
                swept_max: PAGERANK_SWEPT_MAX,
            };
            let answer = pagerank(projection, DAMPING, ending, budget)?;
            let deviation = answer
                .error
                .filter(|error| *error > PAGERANK_ERROR)
                .map(|largest| Deviation {
                    largest,
                    confidence: 1.0,
                    samples: None,
                });
            (answer.scores, deviation)
        }
        RankingMeasure::Betweenness => {
            let count = u64::try_from(projection.ranked().count()).unwrap_or(u64::MAX);
            let arcs = u64::try_from(projection.arcs()).unwrap_or(u64::MAX);
            // A search reads every row and arc twice, forwards and backwards.
            if count.saturating_mul(2 * (count + arcs)) <= BETWEENNESS_SWEPT_MAX {
                return Ok((betweenness(projection, budget)?, None));
            }
            let sampled = sampled_betweenness(projection, BETWEENNESS_SWEPT_MAX, SEED, budget)?;
            let deviation = Deviation {
                largest: sampled.error,
                confidence: CONFIDENCE,
                samples: Some(sampled.samples),
            };
            (sampled.scores, Some(deviation))
        }
    })
}

/// A score rounded to ten digits: further digits depend on the order of summation, and would break ties.
fn rounded(score: f64) -> f64 {
    if score == 0.0 {
        return 0.0;
    }
    let scale = 10_f64.powf(9.0 - score.abs().log10().floor());
    (score * scale).round() / scale
}

impl Ranking {
    /// The number of ranked entities.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// A page of the ranking. O(log n) plus the page.
    #[must_use]
    pub fn page(&self, snapshot: &Snapshot, window: &Window) -> Page<RankedEntity> {
        let compare = |(entity, score): &(EntityIx, f64), position: &Position| {
            let Some(SortKey::Number(other)) = position.keys.first() else {
                return std::cmp::Ordering::Greater;
            };
            let ids = || snapshot.entity(*entity).id().cmp(&position.id);
            other.total_cmp(score).then_with(ids)
        };
        let start = window
            .after
            .as_ref()
            .map_or(0, |after| self.rows.partition_point(|row| compare(row, after).is_le()));
        let end = window.before.as_ref().map_or(self.rows.len(), |before| {
            self.rows.partition_point(|row| compare(row, before).is_lt())
        });
        let end = end.max(start);
        let (first, last) = match window.take {
            Take::First(count) => (start, end.min(start.saturating_add(count))),
            Take::Last(count) => (start.max(end.saturating_sub(count)), end),
        };
        let rows = self.rows[first..last].iter().map(|(entity, score)| {
            let ranked = RankedEntity {
                entity: *entity,
                score: *score,
                rank: 1 + self.rows.partition_point(|(_, other)| other > score),
            };
            (ranked, Position::of(ranked, snapshot, RankedEntity::ORDER))
        });
        Page {
            rows: rows.collect(),
            has_previous: first > 0,
            has_next: last < self.rows.len(),
        }
    }
}

impl RankedEntity {
    /// The order of rankings, ties by id.
    pub const ORDER: &'static Order<Self> = &[((), OrderDirection::Descending)];
}

impl Ordered for RankedEntity {
    type Field = ();

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.entity).id().into()
    }

    fn key(self, _snapshot: &Snapshot, (): ()) -> SortKey {
        SortKey::Number(self.score)
    }
}
