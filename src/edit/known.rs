//! The records as they are known now, whatever day they held and however firm they are.

use std::borrow::Cow;

use crate::{
    graph::{EntityIx, Mask, Pattern, RelationshipIx, Snapshot},
    model::{Entity, Noun, Record, Relationship, Set, Source},
};

/// Everything that a graph knows by now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'g> {
    graph: &'g Snapshot,
    mask: Mask,
}

impl<'g> Known<'g> {
    /// Where the graph is read as it was known earlier, what was known then.
    pub(super) fn of(graph: &'g Snapshot) -> Self {
        Self {
            graph,
            mask: graph.everything_known(),
        }
    }

    /// The entity that is found by this id: another one where it was merged.
    pub(super) fn found(&self, id: &str) -> Option<EntityIx> {
        self.graph.entity_by_id(id, &self.mask)
    }

    pub(super) fn entity_id(&self, ix: EntityIx) -> &'g str {
        self.graph.entity(ix).id()
    }

    pub(super) fn entity(&self, id: &str) -> Option<Entity> {
        let ix = self.found(id).filter(|ix| self.entity_id(*ix) == id)?;
        Some(self.graph.entity(ix).record())
    }

    pub(super) fn relationship(&self, id: &str) -> Option<Relationship> {
        let ix = self.graph.relationship_by_id(id, &self.mask)?;
        Some(self.graph.relationship(ix).record())
    }

    pub(super) fn source(&self, id: &str) -> Option<Source> {
        let ix = self.graph.source_by_id(id, &self.mask)?;
        Some(self.graph.source(ix).record())
    }

    pub(super) fn record(&self, noun: Noun, id: &str) -> Option<Record> {
        match noun {
            Noun::Source => self.source(id).map(Record::Source),
            Noun::Entity => self.entity(id).map(Record::Entity),
            Noun::Relationship => self.relationship(id).map(Record::Relationship),
        }
    }

    /// The version of a record; 0 when there is none, or none any more.
    pub(super) fn version(&self, noun: Noun, id: &str) -> u32 {
        let version = match noun {
            Noun::Source => {
                let ix = self.graph.source_by_id(id, &self.mask);
                ix.map(|ix| self.graph.source(ix).version())
            }
            Noun::Entity => {
                let ix = self.found(id).filter(|ix| self.entity_id(*ix) == id);
                ix.map(|ix| self.graph.entity(ix).version())
            }
            Noun::Relationship => {
                let ix = self.graph.relationship_by_id(id, &self.mask);
                ix.map(|ix| self.graph.relationship(ix).version())
            }
        };
        version.unwrap_or(0)
    }

    /// What an id belongs to, if to anything.
    pub(super) fn noun(&self, id: &str) -> Option<Noun> {
        if self.found(id).is_some() {
            return Some(Noun::Entity);
        }
        if self.graph.relationship_by_id(id, &self.mask).is_some() {
            return Some(Noun::Relationship);
        }
        self.graph.source_by_id(id, &self.mask).map(|_| Noun::Source)
    }

    /// The ids of the entities with an identifier.
    pub(super) fn holders(&self, scheme: &str, value: &str) -> Vec<&'g str> {
        let found = self.graph.entities_by_identifier(scheme, value, &self.mask);
        found.into_iter().map(|ix| self.entity_id(ix)).collect()
    }

    /// The ids of the entities that go by a name.
    pub(super) fn namesakes(&self, name: &str) -> Vec<&'g str> {
        let found = self.graph.entities_by_name(name, Set::all(), &self.mask);
        found.into_iter().map(|ix| self.entity_id(ix)).collect()
    }

    /// The relationships at whose ends an entity stands, by id.
    pub(super) fn relationships_of(&self, entity: EntityIx) -> Vec<RelationshipIx> {
        let hops = self
            .graph
            .hops(entity, Pattern::any(), self.mask)
            .map(|hop| hop.relationship);
        let mut found: Vec<RelationshipIx> = hops.chain(self.graph.undisclosed(entity, self.mask)).collect();
        self.sort(&mut found);
        found
    }

    /// The relationships about which an entity is quoted, by id.
    pub(super) fn quoted_about(&self, entity: EntityIx) -> Vec<RelationshipIx> {
        let statements = self.graph.statements_by(entity, self.mask);
        let mut found: Vec<RelationshipIx> = statements
            .map(|statement| self.graph.statement(statement).relationship())
            .collect();
        self.sort(&mut found);
        found
    }

    fn sort(&self, relationships: &mut Vec<RelationshipIx>) {
        // Rows stand in the order of their ids.
        relationships.sort_unstable();
        relationships.dedup();
    }

    pub(super) fn relationship_id(&self, ix: RelationshipIx) -> Cow<'g, str> {
        self.graph.relationship(ix).id()
    }
}
