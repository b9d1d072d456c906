//! Paths: how two entities are connected, step by step, and who says so.

use async_graphql::{Object, SimpleObject};

use super::{derivation::Derivation, entity::Entity, relationship::Relationship};
use crate::{
    graph::{
        self, EntityIx, RelationshipIx,
        algo::{self, PathOutcome},
    },
    schema::{cost::list_size, enums::Member, viewer::Viewer},
};

type Crossing = graph::Crossing<EntityIx, RelationshipIx>;

/// One relationship of a path, crossed from one end to the other.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PathStep {
    /// The relationship.
    relationship: Relationship,
    /// The entity it is crossed from.
    from: Entity,
    /// The entity it leads to.
    to: Entity,
    /// Whether it is crossed in its own direction.
    forward: bool,
}

/// A chain of relationships from one entity to another that passes no entity twice.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    viewer: Viewer,
    crossings: Vec<Crossing>,
}

impl Path {
    pub(crate) fn new(viewer: &Viewer, crossings: Vec<Crossing>) -> Self {
        Self {
            viewer: viewer.clone(),
            crossings,
        }
    }

    fn entity(&self, ix: EntityIx) -> Entity {
        Entity::new(self.viewer.clone(), ix)
    }
}

/// A chain of relationships from one entity to another that passes no entity twice.
#[Object]
impl Path {
    /// How many relationships it has.
    async fn length(&self) -> i32 {
        i32::try_from(self.crossings.len()).unwrap_or(i32::MAX)
    }

    /// Its relationships, from its start to its end.
    #[graphql(directive = list_size::apply(Some(6), None, None, None))]
    async fn steps(&self) -> Vec<PathStep> {
        let step = |crossing: &Crossing| PathStep {
            relationship: Relationship::new(self.viewer.clone(), crossing.link),
            from: self.entity(crossing.from),
            to: self.entity(crossing.to),
            forward: crossing.forward,
        };
        self.crossings.iter().map(step).collect()
    }

    /// Its entities, from its start to its end.
    #[graphql(directive = list_size::apply(Some(7), None, None, None))]
    async fn entities(&self) -> Vec<Entity> {
        let start = self.crossings.first().map(|crossing| crossing.from);
        let ends = self.crossings.iter().map(|crossing| crossing.to);
        start
            .into_iter()
            .chain(ends)
            .map(|entity| self.entity(entity))
            .collect()
    }

    /// Its relationships as sentences with their sources, from its start to its end.
    async fn sentence(&self) -> String {
        let day = self.viewer.day();
        let told = |crossing: &Crossing| self.viewer.snapshot().relationship(crossing.link).sentence(day);
        self.crossings.iter().map(told).collect::<Vec<_>>().join(" ")
    }

    /// What it rests on.
    async fn derived_from(&self) -> Derivation {
        let rule = "A chain of relationships, each of which the view sees and the walk follows.";
        let relationships = self.crossings.iter().map(|crossing| crossing.link).collect();
        Derivation::new(&self.viewer, rule, relationships)
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
    pub(crate) fn new(viewer: &Viewer, found: algo::Paths<EntityIx, RelationshipIx>) -> Self {
        Self {
            paths: found
                .paths
                .into_iter()
                .map(|crossings| Path::new(viewer, crossings))
                .collect(),
            outcome: Member(found.outcome),
            explored: i32::try_from(found.explored).unwrap_or(i32::MAX),
        }
    }
}
