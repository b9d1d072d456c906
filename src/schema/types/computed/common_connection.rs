//! The common connections of several entities.

use async_graphql::Object;

use super::path::Path;
use crate::{
    engine::cost::directives::list_size,
    graph::{
        EntityIx, RelationshipIx,
        algo::{self, Chain, CommonConnection},
    },
    schema::{
        context::viewer::Viewer,
        types::{claims::derivation::Derivation, entities::entity::Entity},
    },
};

/// An entity that each of several given entities reaches.
#[derive(Debug, Clone)]
pub(crate) struct CommonNeighbor {
    viewer: Viewer,
    common: CommonConnection<EntityIx>,
    paths: Vec<algo::Path<EntityIx, RelationshipIx>>,
}

impl CommonNeighbor {
    /// A common connection with a shortest path to it from each of the given entities.
    pub(crate) fn new(
        viewer: &Viewer,
        common: CommonConnection<EntityIx>,
        paths: Vec<algo::Path<EntityIx, RelationshipIx>>,
    ) -> Self {
        Self {
            viewer: viewer.clone(),
            common,
            paths,
        }
    }
}

/// An entity that each of several given entities reaches.
#[Object]
impl CommonNeighbor {
    /// The entity they have in common.
    async fn entity(&self) -> Entity {
        Entity::new(self.viewer.clone(), self.common.entity)
    }

    /// The total number of steps to it from all given entities.
    async fn distance(&self) -> i32 {
        i32::try_from(self.common.distance).unwrap_or(i32::MAX)
    }

    /// A shortest path to it from each given entity, in the order in which they were given.
    #[graphql(directive = list_size::apply(Some(2), None, None, None))]
    async fn paths(&self) -> Vec<Path> {
        let chains = self.paths.iter().filter_map(|path| Chain::of(path));
        chains.map(|chain| Path::new(self.viewer.clone(), chain)).collect()
    }

    /// What the answer is derived from.
    async fn derived_from(&self) -> Derivation {
        let rule = "An entity that each of the given entities reaches over relationships that the view sees and the filter follows.";
        let relationships = self.paths.iter().flatten().map(|crossing| crossing.link).collect();
        Derivation::new(&self.viewer, rule, relationships)
    }
}
