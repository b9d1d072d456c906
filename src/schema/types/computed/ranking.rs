//! A ranking: pages of entities with their scores, and how far these may be off.

use async_graphql::{Object, SimpleObject};

use crate::{
    engine::{cost::directives::cost, error::Error},
    graph::{
        EntityIx, Expand, RelationshipIx, Walker,
        algo::{self, RankingMeasure},
    },
    schema::{
        context::viewer::Viewer,
        types::{claims::derivation::Derivation, entities::entity::Entity},
        values::{enums::Member, page::PageInfo},
    },
};

/// How many relationships of each entity on a page a ranking is told to rest on.
const DERIVED_MAX: usize = 10;

/// One entity of a ranking.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct RankingEdge {
    /// Where it stands in the ranking: for `after`.
    pub(crate) cursor: String,
    /// The entity.
    pub(crate) node: Entity,
    /// Its score, to ten digits. What it counts is said at the measure.
    pub(crate) score: f64,
    /// Its place, from 1. Equal scores share a place. Where the ranking is not exact, scores that differ by less than its error
    /// may stand in another order.
    pub(crate) rank: i32,
}

/// A page of a ranking.
#[derive(Debug, Clone)]
pub(crate) struct RankingConnection {
    pub(crate) edges: Vec<RankingEdge>,
    pub(crate) page_info: PageInfo,
    pub(crate) total: usize,
    pub(crate) measure: RankingMeasure,
    pub(crate) deviation: Option<algo::Deviation>,
    pub(crate) derived_from: Derivation,
}

/// A page of a ranking: by score, descending, then by id.
#[Object]
impl RankingConnection {
    /// The entities with their scores and cursors.
    async fn edges(&self) -> &[RankingEdge] {
        &self.edges
    }

    /// The entities alone.
    async fn nodes(&self) -> Vec<&Entity> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many entities are ranked: those with at least one relationship that the view sees and the walk follows, from either
    /// end. All others are left out.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        i32::try_from(self.total).unwrap_or(i32::MAX)
    }

    /// By what they are ranked.
    async fn measure(&self) -> Member<RankingMeasure> {
        Member(self.measure)
    }

    /// Whether the scores are exact: not estimated from a sample (BETWEENNESS of a large graph), nor an iteration that was ended
    /// early (PAGERANK of a very large one).
    async fn exact(&self) -> bool {
        self.deviation.is_none()
    }

    /// By how much any score is off at most; null when they are exact.
    async fn error(&self) -> Option<f64> {
        self.deviation.map(|deviation| deviation.largest)
    }

    /// With what probability the error holds for all scores at once, from 0 to 1; null when they are exact.
    async fn confidence(&self) -> Option<f64> {
        self.deviation.map(|deviation| deviation.confidence)
    }

    /// How many pairs of entities were drawn to estimate the scores; null when nothing was drawn.
    async fn samples(&self) -> Option<i32> {
        let samples = self.deviation?.samples?;
        Some(i32::try_from(samples).unwrap_or(i32::MAX))
    }

    /// What the answer rests on: how it was computed, and of the relationships of each entity on this page the first ten by id.
    async fn derived_from(&self) -> &Derivation {
        &self.derived_from
    }
}

/// What a ranking rests on, told by the first relationships of each of `entities`.
pub(crate) fn derivation(
    viewer: &Viewer,
    question: &algo::RankingQuestion,
    entities: &[EntityIx],
) -> Result<Derivation, Error> {
    let rule = match question.measure() {
        RankingMeasure::Degree => "The number of relationships that the view sees and the walk follows.",
        RankingMeasure::PageRank => {
            "PageRank with a damping of 0.85 over the relationships that the view sees and the walk follows; parallel ones each count."
        }
        RankingMeasure::Betweenness => {
            "The part of the shortest paths between all pairs of other entities, over relationships that the view sees and the walk follows."
        }
        RankingMeasure::Component => {
            "The number of entities connected by paths over relationships that the view sees and the walk follows."
        }
    };
    let mut relationships: Vec<RelationshipIx> = Vec::new();
    let traversal = question.traversal();
    let walker = Walker::new(viewer.snapshot(), question.mask(), viewer.budget());
    for entity in entities {
        let mut crossings = Vec::new();
        walker.expand(&[*entity], &traversal.step, &mut crossings)?;
        crossings.retain(|crossing| !traversal.avoid.contains(&crossing.to));
        crossings.sort_unstable_by_key(|crossing| crossing.link);
        relationships.extend(crossings.iter().take(DERIVED_MAX).map(|crossing| crossing.link));
    }
    Ok(Derivation::new(viewer, rule, relationships))
}
