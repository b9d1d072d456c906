//! What several entities have in common.

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

/// An entity that each of several others reaches.
#[derive(Debug, Clone)]
pub(crate) struct CommonNeighbor {
    viewer: Viewer,
    common: CommonConnection<EntityIx>,
    ways: Vec<algo::Path<EntityIx, RelationshipIx>>,
}

impl CommonNeighbor {
    /// Of what was found, with a shortest way from each of the others to it.
    pub(crate) fn new(
        viewer: &Viewer,
        common: CommonConnection<EntityIx>,
        ways: Vec<algo::Path<EntityIx, RelationshipIx>>,
    ) -> Self {
        Self {
            viewer: viewer.clone(),
            common,
            ways,
        }
    }
}

/// An entity that each of several others reaches.
#[Object]
impl CommonNeighbor {
    /// The entity they have in common.
    async fn entity(&self) -> Entity {
        Entity::new(self.viewer.clone(), self.common.entity)
    }

    /// How many steps lead there from all of them together.
    async fn distance(&self) -> i32 {
        i32::try_from(self.common.distance).unwrap_or(i32::MAX)
    }

    /// A shortest way from each of them to it, in the order in which they were named.
    #[graphql(directive = list_size::apply(Some(2), None, None, None))]
    async fn paths(&self) -> Vec<Path> {
        let chains = self.ways.iter().filter_map(|way| Chain::of(way));
        chains.map(|chain| Path::new(self.viewer.clone(), chain)).collect()
    }

    /// What the answer rests on.
    async fn derived_from(&self) -> Derivation {
        let rule =
            "An entity that each of those named reaches by relationships that the view sees and the walk follows.";
        let relationships = self.ways.iter().flatten().map(|crossing| crossing.link).collect();
        Derivation::new(&self.viewer, rule, relationships)
    }
}
