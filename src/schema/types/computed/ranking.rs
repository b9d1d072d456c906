//! A ranking: pages of entities with their scores, and the error bounds of these.

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
        values::{
            enums::Member,
            page::{ElementCursor, PageInfo},
        },
    },
};

/// The maximum number of relationships in the derivation of a ranking, for each entity on the page.
const DERIVED_MAX: usize = 10;

/// One entity of a ranking.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct RankingEdge {
    /// The cursor of this element, for `after`.
    pub(crate) cursor: ElementCursor,
    /// The entity.
    pub(crate) node: Entity,
    /// The score, to ten digits; see `RankingMeasure` for its meaning.
    pub(crate) score: f64,
    /// The rank, from 1. Equal scores have the same rank. If the ranking is not exact, the true order of scores that differ by less
    /// than `error` may be different.
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

    /// The entities without their scores.
    async fn nodes(&self) -> Vec<&Entity> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there are more pages, and the cursors of this one.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// The number of entities in the ranking: those with at least one relationship, in either direction, that the view sees and the
    /// filter follows.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        i32::try_from(self.total).unwrap_or(i32::MAX)
    }

    /// The measure of the ranking.
    async fn measure(&self) -> Member<RankingMeasure> {
        Member(self.measure)
    }

    /// Whether the scores are exact. If false, they were estimated from a sample (BETWEENNESS of a large graph), or the iteration was
    /// stopped early (PAGERANK of a very large graph).
    async fn exact(&self) -> bool {
        self.deviation.is_none()
    }

    /// The maximum absolute error of any score; null when the scores are exact.
    async fn error(&self) -> Option<f64> {
        self.deviation.map(|deviation| deviation.largest)
    }

    /// The probability, from 0 to 1, that `error` holds for all scores at once; null when the scores are exact.
    async fn confidence(&self) -> Option<f64> {
        self.deviation.map(|deviation| deviation.confidence)
    }

    /// The number of sampled pairs of entities; null when the scores were not estimated from a sample.
    async fn samples(&self) -> Option<i32> {
        let samples = self.deviation?.samples?;
        Some(i32::try_from(samples).unwrap_or(i32::MAX))
    }

    /// What the answer is derived from: the rule, and the first ten relationships by id of each entity on this page.
    async fn derived_from(&self) -> &Derivation {
        &self.derived_from
    }
}

/// The derivation of a ranking, with the first relationships of each of `entities`.
pub(crate) fn derivation(
    viewer: &Viewer,
    question: &algo::RankingQuestion,
    entities: &[EntityIx],
) -> Result<Derivation, Error> {
    let rule = match question.measure() {
        RankingMeasure::Degree => "The number of relationships that the view sees and the filter follows.",
        RankingMeasure::PageRank => {
            "PageRank with a damping of 0.85 over the relationships that the view sees and the filter follows; parallel relationships each count."
        }
        RankingMeasure::Betweenness => {
            "The fraction of the shortest paths between all pairs of other entities, over relationships that the view sees and the filter follows."
        }
        RankingMeasure::Component => {
            "The number of entities connected by paths over relationships that the view sees and the filter follows."
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
