//! Paths: how entities are connected, step by step, with evidence.

use async_graphql::{Object, SimpleObject};

use crate::{
    engine::cost::directives::list_size,
    graph::{
        EntityIx, RelationshipIx,
        algo::{self, Chain, PathOutcome},
    },
    schema::{
        context::viewer::Viewer,
        types::{
            claims::{derivation::Derivation, relationship::Relationship},
            entities::entity::Entity,
        },
        values::enums::Member,
    },
};

/// A step of a path: one relationship, followed from one end to the other.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PathStep {
    /// The relationship.
    relationship: Relationship,
    /// The entity at which the step starts.
    from: Entity,
    /// The entity at which the step ends.
    to: Entity,
    /// Whether the step is in the direction of the relationship. For a symmetric relationship, that is only the direction in which
    /// it is stored.
    forward: bool,
}

/// A chain of relationships from one entity to another that visits no entity twice.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    viewer: Viewer,
    chain: Chain,
}

impl Path {
    pub(crate) fn new(viewer: Viewer, chain: Chain) -> Self {
        Self { viewer, chain }
    }
}

/// A chain of relationships from one entity to another that visits no entity twice.
#[Object]
impl Path {
    /// The number of relationships in the path.
    async fn length(&self) -> i32 {
        i32::try_from(self.chain.hops.len()).unwrap_or(i32::MAX)
    }

    /// The relationships of the path, from its start to its end.
    #[graphql(directive = list_size::apply(Some(6), None, None, None))]
    async fn steps(&self) -> Vec<PathStep> {
        let entity = |ix| Entity::new(self.viewer.clone(), ix);
        let hops = self.chain.hops.iter().zip(self.chain.entities());
        hops.map(|(hop, from)| PathStep {
            relationship: Relationship::new(self.viewer.clone(), hop.relationship),
            from: entity(from),
            to: entity(hop.neighbor),
            forward: hop.forward,
        })
        .collect()
    }

    /// The entities of the path, from its start to its end.
    #[graphql(directive = list_size::apply(Some(7), None, None, None))]
    async fn entities(&self) -> Vec<Entity> {
        let entities = self.chain.entities();
        entities.map(|ix| Entity::new(self.viewer.clone(), ix)).collect()
    }

    /// The path in English with figures, dates and sources, in the tense of the day of the view. A step against the direction of its
    /// relationship is a sentence of its own, in the direction of the relationship.
    async fn sentence(&self) -> String {
        self.chain.sentence(self.viewer.snapshot(), self.viewer.day())
    }

    /// What it is derived from.
    async fn derived_from(&self) -> Derivation {
        let rule = "A chain of relationships, each of which the view sees and the filter follows.";
        Derivation::new(&self.viewer, rule, self.chain.relationships().collect())
    }
}

/// The paths between two entities, and the outcome of the search.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PathResult {
    /// The paths, best first.
    paths: Vec<Path>,
    /// The outcome of the search.
    outcome: Member<PathOutcome>,
    /// The number of relationships that the search followed.
    explored: i32,
}

impl PathResult {
    pub(crate) fn new(viewer: &Viewer, paths: &algo::Paths<EntityIx, RelationshipIx>) -> Self {
        let path = |path: &algo::Path<EntityIx, RelationshipIx>| Some(Path::new(viewer.clone(), Chain::of(path)?));
        Self {
            paths: paths.paths.iter().filter_map(path).collect(),
            outcome: Member(paths.outcome),
            explored: i32::try_from(paths.explored).unwrap_or(i32::MAX),
        }
    }
}
