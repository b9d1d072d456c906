//! A chain of relationships, step by step and as a text.

use async_graphql::{Object, SimpleObject};

use super::{entity::Entity, relationship::Relationship};
use crate::{graph::algo::Chain, schema::viewer::Viewer};

/// One step of a path.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PathStep {
    /// The relationship it takes.
    relationship: Relationship,
    /// The entity it leaves.
    from: Entity,
    /// The entity it reaches.
    to: Entity,
    /// Whether it goes the way of the relationship. A symmetric relationship has no way of its own, only one in which it is
    /// stored.
    forward: bool,
}

/// A chain of relationships from one entity to another, each step from where the one before it led.
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

/// A chain of relationships from one entity to another, each step from where the one before it led.
#[Object]
impl Path {
    /// How many steps it has.
    async fn length(&self) -> usize {
        self.chain.hops.len()
    }

    /// The steps in order.
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

    /// The entities on the way, the first and the last among them.
    async fn entities(&self) -> Vec<Entity> {
        self.chain
            .entities()
            .map(|ix| Entity::new(self.viewer.clone(), ix))
            .collect()
    }

    /// The path in English with figures, dates and sources, told on the day of the view. A step against its relationship is
    /// told the way the relationship goes, in a sentence of its own.
    async fn sentence(&self) -> String {
        self.chain.sentence(self.viewer.snapshot(), self.viewer.day())
    }
}
