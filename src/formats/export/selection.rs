//! What is exported: the whole graph or a part of it, as a view shows it.

use crate::{
    graph::{Mask, Snapshot},
    model::{Entity, EntityKind, Relationship, Source, Timestamp, View},
};

/// What is exported, in the order of ids.
#[derive(Debug, Clone)]
pub struct Selection {
    graph: Snapshot,
    mask: Mask,
}

impl Selection {
    /// Everything that this view shows.
    #[must_use]
    pub fn of(graph: &Snapshot, view: &View) -> Self {
        let mask = graph.mask(view);
        Self {
            graph: graph.known_to(&mask),
            mask,
        }
    }

    /// What the data is called.
    #[must_use]
    pub fn title(&self) -> &str {
        self.graph.title()
    }

    /// The entities.
    pub fn entities(&self) -> impl Iterator<Item = Entity> {
        self.graph.entities(&self.mask).map(|ix| self.graph.entity(ix).record())
    }

    /// The relationships, each with its evidence.
    pub fn relationships(&self) -> impl Iterator<Item = Relationship> {
        let relationships = self.graph.relationships(self.mask);
        relationships.map(|ix| self.graph.relationship(ix).record())
    }

    /// The sources.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        self.graph.sources(&self.mask).map(|ix| self.graph.source(ix).record())
    }
}

impl Selection {
    /// What the entity with this id is; none where the view does not know it.
    #[must_use]
    pub fn kind_of(&self, entity: &str) -> Option<EntityKind> {
        let entity = self.graph.entity_by_id(entity, &self.mask)?;
        Some(self.graph.entity(entity).kind())
    }

    /// The source with this id.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<Source> {
        let source = self.graph.source_by_id(id, &self.mask)?;
        Some(self.graph.source(source).record())
    }

    /// When the last change was recorded.
    #[must_use]
    pub fn last_recorded_at(&self) -> Timestamp {
        self.graph.last_recorded_at()
    }
}
