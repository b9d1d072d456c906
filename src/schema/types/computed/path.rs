//! Paths: how entities are connected, step by step, and who says so.

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

/// One relationship of a path, crossed from one end to the other.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PathStep {
    /// The relationship.
    relationship: Relationship,
    /// The entity it is crossed from.
    from: Entity,
    /// The entity it leads to.
    to: Entity,
    /// Whether it is crossed in its own direction. A symmetric relationship has none of its own, only the one in which it is
    /// stored.
    forward: bool,
}

/// A chain of relationships from one entity to another that passes no entity twice.
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

/// A chain of relationships from one entity to another that passes no entity twice.
#[Object]
impl Path {
    /// How many relationships it has.
    async fn length(&self) -> i32 {
        i32::try_from(self.chain.hops.len()).unwrap_or(i32::MAX)
    }

    /// Its relationships, from its start to its end.
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

    /// Its entities, from its start to its end.
    #[graphql(directive = list_size::apply(Some(7), None, None, None))]
    async fn entities(&self) -> Vec<Entity> {
        let entities = self.chain.entities();
        entities.map(|ix| Entity::new(self.viewer.clone(), ix)).collect()
    }

    /// The path in English with figures, dates and sources, told on the day of the view. A step against its relationship is
    /// told the way the relationship goes, in a sentence of its own.
    async fn sentence(&self) -> String {
        self.chain.sentence(self.viewer.snapshot(), self.viewer.day())
    }

    /// What it rests on.
    async fn derived_from(&self) -> Derivation {
        let rule = "A chain of relationships, each of which the view sees and the walk follows.";
        Derivation::new(&self.viewer, rule, self.chain.relationships().collect())
    }
}

/// The paths between two entities, and how the search for them ended.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PathResult {
    /// The paths, best first.
    paths: Vec<Path>,
    /// How the search ended.
    outcome: Member<PathOutcome>,
    /// How many relationships were crossed in searching.
    explored: i32,
}

impl PathResult {
    pub(crate) fn new(viewer: &Viewer, found: &algo::Paths<EntityIx, RelationshipIx>) -> Self {
        let path = |path: &algo::Path<EntityIx, RelationshipIx>| Some(Path::new(viewer.clone(), Chain::of(path)?));
        Self {
            paths: found.paths.iter().filter_map(path).collect(),
            outcome: Member(found.outcome),
            explored: i32::try_from(found.explored).unwrap_or(i32::MAX),
        }
    }
}
