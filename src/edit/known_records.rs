//! The current records, of any validity and status.

use std::borrow::Cow;

use crate::{
    graph::{EntityIx, Mask, Pattern, RelationshipIx, Snapshot},
    model::{Entity, Noun, Record, Relationship, Set, Source},
};

/// The known records of a graph.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownRecords<'g> {
    graph: &'g Snapshot,
    mask: Mask,
}

impl<'g> KnownRecords<'g> {
    /// All records of `graph`; of a past state those known then.
    pub(super) fn new(graph: &'g Snapshot) -> Self {
        Self {
            graph,
            mask: graph.everything_known(),
        }
    }

    /// The entity with this id, or the one that it was merged into.
    pub(super) fn entity_ix(&self, id: &str) -> Option<EntityIx> {
        self.graph.entity_by_id(id, &self.mask)
    }

    pub(super) fn entity_id(&self, ix: EntityIx) -> &'g str {
        self.graph.entity(ix).id()
    }

    pub(super) fn entity(&self, id: &str) -> Option<Entity> {
        let ix = self.entity_ix(id).filter(|ix| self.entity_id(*ix) == id)?;
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

    /// The version of a record; 0 if it does not exist, or no longer.
    pub(super) fn version(&self, noun: Noun, id: &str) -> u32 {
        let version = match noun {
            Noun::Source => {
                let ix = self.graph.source_by_id(id, &self.mask);
                ix.map(|ix| self.graph.source(ix).version())
            }
            Noun::Entity => {
                let ix = self.entity_ix(id).filter(|ix| self.entity_id(*ix) == id);
                ix.map(|ix| self.graph.entity(ix).version())
            }
            Noun::Relationship => {
                let ix = self.graph.relationship_by_id(id, &self.mask);
                ix.map(|ix| self.graph.relationship(ix).version())
            }
        };
        version.unwrap_or(0)
    }

    /// The noun of the record with an id, if there is one.
    pub(super) fn noun(&self, id: &str) -> Option<Noun> {
        if self.entity_ix(id).is_some() {
            return Some(Noun::Entity);
        }
        if self.graph.relationship_by_id(id, &self.mask).is_some() {
            return Some(Noun::Relationship);
        }
        self.graph.source_by_id(id, &self.mask).map(|_| Noun::Source)
    }

    /// The ids of the entities with an identifier.
    pub(super) fn entities_with_identifier(&self, scheme: &str, value: &str) -> Vec<&'g str> {
        let entities = self.graph.entities_by_identifier(scheme, value, &self.mask);
        entities.into_iter().map(|ix| self.entity_id(ix)).collect()
    }

    /// The ids of the entities with a name.
    pub(super) fn entities_with_name(&self, name: &str) -> Vec<&'g str> {
        let entities = self.graph.entities_by_name(name, Set::all(), &self.mask);
        entities.into_iter().map(|ix| self.entity_id(ix)).collect()
    }

    /// The relationships of an entity, by id.
    pub(super) fn relationships_of(&self, entity: EntityIx) -> Vec<RelationshipIx> {
        let hops = self
            .graph
            .hops(entity, Pattern::any(), self.mask)
            .map(|hop| hop.relationship);
        let mut relationships: Vec<RelationshipIx> = hops.chain(self.graph.undisclosed(entity, self.mask)).collect();
        self.sort(&mut relationships);
        relationships
    }

    /// The relationships with statements that quote an entity, by id.
    pub(super) fn relationships_quoting(&self, entity: EntityIx) -> Vec<RelationshipIx> {
        let statements = self.graph.statements_by(entity, self.mask);
        let mut relationships: Vec<RelationshipIx> = statements
            .map(|statement| self.graph.statement(statement).relationship())
            .collect();
        self.sort(&mut relationships);
        relationships
    }

    fn sort(&self, relationships: &mut Vec<RelationshipIx>) {
        // Rows are in the order of ids.
        relationships.sort_unstable();
        relationships.dedup();
    }

    pub(super) fn relationship_id(&self, ix: RelationshipIx) -> Cow<'g, str> {
        self.graph.relationship(ix).id()
    }
}
