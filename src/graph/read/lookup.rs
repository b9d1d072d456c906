//! Lookup of rows by id, name and identifier, as known to a view.

use std::collections::BTreeSet;

use imbl::OrdSet;

use super::{mask::Mask, merge::Union, refs::EntityRef, snapshot::Snapshot};
use crate::{
    graph::{
        base::index::{KeyIndex, identifier_key, key_of},
        delta,
        ix::{EntityIx, EvidenceIx, RelationshipIx, SourceIx},
    },
    model::{BODS_ENTITY_PREFIX, EntityKind, Set, Timestamp, comparable, fold},
};

/// The most slashes in the source part of a statement's id; each is tried as a separator.
const SLASHES_MAX: usize = 64;

impl Snapshot {
    /// The entity with this id, independent of views.
    pub(in crate::graph) fn entity_with(&self, id: &str) -> Option<EntityIx> {
        let added = || self.delta.entity_ids.get(id).copied();
        self.base.entity(id).map(EntityIx::of_base).or_else(added)
    }

    /// The source with this id, independent of views.
    pub(in crate::graph) fn source_with(&self, id: &str) -> Option<SourceIx> {
        let added = || self.delta.source_ids.get(id).copied();
        self.base.source(id).ok().map(SourceIx::of_base).or_else(added)
    }

    /// The versions of the relationship with this id, oldest first.
    pub(in crate::graph) fn versions_of(&self, id: &str) -> impl DoubleEndedIterator<Item = RelationshipIx> + use<'_> {
        let rows = self.base.versions(id).map(RelationshipIx::of_base);
        let added = self.delta.relationship_ids.get(id).map(|(first, last)| {
            let added = self.delta.relationships.range(*first..=*last);
            added.map(|(relationship, _)| *relationship)
        });
        rows.chain(added.into_iter().flatten())
    }

    /// The entity with this id, or the one it was merged into, if it was known to the view. O(log n).
    #[must_use]
    pub fn entity_by_id(&self, id: &str, mask: &Mask) -> Option<EntityIx> {
        let mut entity = self.entity_with(id)?;
        loop {
            let version = self.entity_version(entity, mask.known);
            if version.recorded.is_known(mask.known) {
                return Some(entity);
            }
            // Each merge is later than the one before, so this loop ends.
            let was_known = version.recorded.until < mask.known;
            entity = version.merged_into.filter(|_| was_known)?;
        }
    }

    /// When the entity with this id was merged into another, unless it exists again by now. O(log n).
    #[must_use]
    pub fn merged_at(&self, id: &str) -> Option<Timestamp> {
        let version = self.entity_version(self.entity_with(id)?, self.known());
        let is_merged = !version.recorded.is_known(self.known()) && version.merged_into.is_some();
        self.time(version.recorded.until).filter(|_| is_merged)
    }

    /// The version of the relationship with this id known to the view, on any day. O(log n).
    #[must_use]
    pub fn relationship_by_id(&self, id: &str, mask: &Mask) -> Option<RelationshipIx> {
        self.versions_of(id)
            .find(|relationship| self.recorded(*relationship).is_known(mask.known))
    }

    /// The relationships from this source record known to the view, on any day; ascending. O(log n + versions).
    #[must_use]
    pub fn relationships_of_record(&self, record: &str, mask: &Mask) -> Vec<RelationshipIx> {
        let hash = key_of(record);
        let of_base = self.base.by_record.rows(hash).map(RelationshipIx::of_base);
        let added = delta::members(&self.delta.by_record, hash);
        let all: BTreeSet<RelationshipIx> = of_base.chain(added).collect();
        let is_known = |ix: &RelationshipIx| {
            self.recorded(*ix).is_known(mask.known) && self.relationship(*ix).record_id() == Some(record)
        };
        all.into_iter().filter(is_known).collect()
    }

    /// The statement with this id about a relationship known to the view, on any day. O(log n + versions).
    #[must_use]
    pub fn statement_by_id(&self, id: &str, mask: &Mask) -> Option<EvidenceIx> {
        let find = |relationship: RelationshipIx| {
            let statements = self.statements_of(relationship).map(|(ix, ..)| ix);
            statements.into_iter().find(|ix| self.statement(*ix).id() == id)
        };
        let hash = key_of(id);
        let of_base = self.base.by_statement.rows(hash).map(RelationshipIx::of_base);
        let candidates = of_base.chain(delta::members(&self.delta.by_statement, hash));
        let mut known = candidates.filter(|relationship| self.recorded(*relationship).is_known(mask.known));
        if let Some(statement) = known.find_map(find) {
            return Some(statement);
        }
        // Derived ids start with the id of the relationship, before the source and its number.
        let ends = id.rmatch_indices('/').map(|(end, _)| end).take(SLASHES_MAX);
        ends.into_iter()
            .find_map(|end| find(self.relationship_by_id(&id[..end], mask)?))
    }

    /// The components of an indirect relationship that are known and visible in the view: in the order of the data, those of one
    /// record by id.
    #[must_use]
    pub fn components(&self, relationship: RelationshipIx, mask: Mask) -> Vec<RelationshipIx> {
        let mut components = Vec::new();
        for id in self.relationship(relationship).component_ids() {
            let of_id = self.relationship_by_id(id, &mask);
            let of_record = || self.relationships_of_record(id, &mask);
            for component in of_id.map_or_else(of_record, |component| vec![component]) {
                if component != relationship && self.is_visible(component, &mask) && !components.contains(&component) {
                    components.push(component);
                }
            }
        }
        components
    }

    /// The known entities among the components of an indirect relationship.
    #[must_use]
    pub fn component_entities(&self, relationship: RelationshipIx, mask: Mask) -> Vec<EntityIx> {
        let ids = self.relationship(relationship).component_ids();
        let entity = |id: &str| {
            let of_record = || self.entity_by_id(&format!("{BODS_ENTITY_PREFIX}{id}"), &mask);
            self.entity_by_id(id, &mask).or_else(of_record)
        };
        ids.filter_map(entity).collect()
    }

    /// Whether there is an entity or a source with this id, or an entity from this record of the Beneficial Ownership Data Standard.
    #[must_use]
    pub fn has_entity_or_source(&self, record: &str, mask: &Mask) -> bool {
        let entity = |id: &str| self.entity_by_id(id, mask).is_some();
        entity(record) || entity(&format!("{BODS_ENTITY_PREFIX}{record}")) || self.source_by_id(record, mask).is_some()
    }

    /// The source with this id, if it was known to the view. O(log n).
    #[must_use]
    pub fn source_by_id(&self, id: &str, mask: &Mask) -> Option<SourceIx> {
        let source = self.source_with(id)?;
        let version = self.source_version(source, mask.known);
        version.recorded.is_known(mask.known).then_some(source)
    }

    /// All entities with this identifier, by id: more than one if the data has an issue. Schemes are compared in lower case, register
    /// numbers without leading zeros. O(log n + answer).
    #[must_use]
    pub fn entities_by_identifier(&self, scheme: &str, value: &str, mask: &Mask) -> Vec<EntityIx> {
        let (scheme, value) = (scheme.trim().to_lowercase(), value.trim());
        let key = identifier_key(&scheme, value);
        let candidates = keyed(&self.base.by_identifier, &self.delta.by_identifier, key);
        let value = comparable(&scheme, value);
        let has_identifier = |entity: &EntityIx| {
            let is_equal = |(own, text): (&str, &str)| own == scheme && comparable(own, text) == value;
            EntityRef::known_at(self, *entity, mask.known).is_some_and(|read| read.identifiers().any(is_equal))
        };
        candidates.filter(has_identifier).collect()
    }

    /// The entities with this name, compared folded, and one of these kinds; in the order of their ids.
    #[must_use]
    pub fn entities_by_name(&self, name: &str, kinds: Set<EntityKind>, mask: &Mask) -> Vec<EntityIx> {
        let name = fold(name);
        let candidates = keyed(&self.base.by_name, &self.delta.by_name, key_of(name.as_str()));
        candidates
            .filter(|entity| {
                let has_name = |read: EntityRef<'_>| read.all_names().any(|other| fold(other) == name);
                EntityRef::known_at(self, *entity, mask.known)
                    .is_some_and(|read| kinds.contains(read.kind()) && has_name(read))
            })
            .collect()
    }
}

/// The entities whose key has this hash, ascending, each once.
fn keyed(index: &KeyIndex, added: &OrdSet<(u32, EntityIx)>, hash: u32) -> impl Iterator<Item = EntityIx> {
    let rows: Vec<EntityIx> = index.rows(hash).map(EntityIx::of_base).collect();
    let added: Vec<EntityIx> = delta::members(added, hash).collect();
    Union::new(rows.into_iter(), added.into_iter()).map(|(entity, _)| entity)
}
