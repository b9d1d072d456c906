//! Who matters most: every entity scored by its place among what a view sees and a walk follows. Computed over compact arrays,
//! projected once for each question.

mod betweenness;
mod component;
mod pagerank;
mod projection;
mod sample;

use std::borrow::Cow;

use crate::{
    graph::{
        Budget, Direction, EntityIx, Exhausted, Key, Mask, Order, OrderDirection, Ordered, Page, Position, Snapshot,
        Take, Traversal, Window,
    },
    model::catalog,
};

pub use betweenness::betweenness;
pub use component::components;
pub use pagerank::{Ending, PageRank, pagerank};
use projection::Sweep;
pub use projection::{Followed, Projection, SWEPT_PER_UNIT};
pub use sample::{CONFIDENCE, Sampled, sampled_betweenness};

/// With what probability PageRank's walk goes on over a relationship.
pub const DAMPING: f64 = 0.85;
/// By how much all PageRanks together may be off and still count as exact.
pub const PAGERANK_ERROR: f64 = 1e-10;
/// How many elements PageRank may sweep; what takes more is told with its error.
pub const PAGERANK_SWEPT_MAX: u64 = 150_000_000;
/// How many elements betweenness may sweep: exact where that is enough for a search from everyone, else from a sample of that
/// size.
pub const BETWEENNESS_SWEPT_MAX: u64 = 100_000_000;
/// What the sample of betweenness is drawn with: the same question has the same answer.
const SEED: u64 = 1;

catalog! {
    /// By what entities are ranked.
    pub enum RankingMeasure as "a measure" {
        /// How many relationships the walk follows from the entity, in its direction. One with itself counts once.
        Degree = "DEGREE",
        /// How often a random walk comes by, which follows each relationship of an entity with the same chance and sometimes (15 %) starts
        /// anew anywhere; it starts anew as well where it cannot go on or may not pass through. In the direction of the filter, so that
        /// OUTGOING ranks those high whom others lead to. The scores of all entities sum to 1.
        PageRank = "PAGERANK",
        /// On how many of the shortest paths between two others it lies: the part of them, on average over all pairs of others, from
        /// 0 to 1. Parallel relationships are one way; the direction is the filter's.
        Betweenness = "BETWEENNESS",
        /// How many entities it is connected with by paths, whichever way relationships lead, itself included. An entity that is not passed through
        /// may border on several such components and has the size of the largest.
        Component = "COMPONENT",
    }
}

/// What is asked.
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
    /// How far scores may be off; none when they are exact.
    pub deviation: Option<Deviation>,
}

/// How far scores may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// By how much any of them at most.
    pub largest: f64,
    /// With what probability that holds for all of them at once.
    pub confidence: f64,
    /// How many pairs of entities were drawn; none where nothing was.
    pub samples: Option<u32>,
}

/// One entity of a ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Who.
    pub entity: EntityIx,
    /// Its score.
    pub score: f64,
    /// One more than there are with a higher score: equal scores share a rank.
    pub rank: usize,
}

impl RankingQuestion {
    /// The ranking by `measure` of what `mask` sees and `traversal` follows.
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

    /// By what entities are ranked.
    #[must_use]
    pub fn measure(&self) -> RankingMeasure {
        self.measure
    }

    /// What the walk sees.
    #[must_use]
    pub fn mask(&self) -> Mask {
        self.mask
    }

    /// What the walk follows.
    #[must_use]
    pub fn traversal(&self) -> &Traversal<EntityIx> {
        &self.traversal
    }
}

/// The ranking asked for. Left out are entities that the walk avoids and those with nothing to follow.
///
/// Looking at the graph spends one unit for each entity and each relationship (from one end); computing over the projection
/// one for every [`SWEPT_PER_UNIT`] elements, [`PAGERANK_SWEPT_MAX`] or [`BETWEENNESS_SWEPT_MAX`] of them at most, sampling
/// apart, whose costs are estimated.
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
            let ending = Ending::Converged {
                error: PAGERANK_ERROR,
                swept_max: PAGERANK_SWEPT_MAX,
            };
            let answer = pagerank(projection, DAMPING, ending, budget)?;
            let off = answer
                .error
                .filter(|error| *error > PAGERANK_ERROR)
                .map(|largest| Deviation {
                    largest,
                    confidence: 1.0,
                    samples: None,
                });
            (answer.scores, off)
        }
        RankingMeasure::Betweenness => {
            let count = u64::try_from(projection.ranked().count()).unwrap_or(u64::MAX);
            let arcs = u64::try_from(projection.arcs()).unwrap_or(u64::MAX);
            // A search reads every row and arc, forth and back.
            if count.saturating_mul(2 * (count + arcs)) <= BETWEENNESS_SWEPT_MAX {
                return Ok((betweenness(projection, budget)?, None));
            }
            let sampled = sampled_betweenness(projection, BETWEENNESS_SWEPT_MAX, SEED, budget)?;
            let off = Deviation {
                largest: sampled.error,
                confidence: CONFIDENCE,
                samples: Some(sampled.samples),
            };
            (sampled.scores, Some(off))
        }
    })
}

/// Ten digits of a score: what lies beyond them is the order in which numbers were added, and would break ties.
fn rounded(score: f64) -> f64 {
    if score == 0.0 {
        return 0.0;
    }
    let scale = 10_f64.powf(9.0 - score.abs().log10().floor());
    (score * scale).round() / scale
}

impl Ranking {
    /// How many entities are ranked.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// A page of it. O(log n) and the page.
    #[must_use]
    pub fn page(&self, snapshot: &Snapshot, window: &Window) -> Page<Ranked> {
        let compare = |(entity, score): &(EntityIx, f64), position: &Position| {
            let Some(Key::Number(other)) = position.keys.first() else {
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
            let ranked = Ranked {
                entity: *entity,
                score: *score,
                rank: 1 + self.rows.partition_point(|(_, other)| other > score),
            };
            (ranked, Position::of(ranked, snapshot, Ranked::ORDER))
        });
        Page {
            rows: rows.collect(),
            has_previous: first > 0,
            has_next: last < self.rows.len(),
        }
    }
}

impl Ranked {
    /// How rankings are ordered, ties by id.
    pub const ORDER: &'static Order<Self> = &[((), OrderDirection::Descending)];
}

impl Ordered for Ranked {
    type Field = ();

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.entity).id().into()
    }

    fn key(self, _snapshot: &Snapshot, (): ()) -> Key {
        Key::Number(self.score)
    }
}
