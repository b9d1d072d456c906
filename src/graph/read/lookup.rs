//! Finding rows by id, by name and by identifier, as known to a view.

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

/// How many slashes there may be in the part of a statement's id that tells its source: each is looked at.
const SLASHES_MAX: usize = 64;

impl Snapshot {
    /// The entity with this id, whoever knows it.
    pub(in crate::graph) fn entity_with(&self, id: &str) -> Option<EntityIx> {
        let added = || self.delta.entity_ids.get(id).copied();
        self.base.entity(id).map(EntityIx::of_base).or_else(added)
    }

    /// The source with this id, whoever knows it.
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
            // Each merger is later than the one before, so that this ends.
            let was_known = version.recorded.until < mask.known;
            entity = version.merged_into.filter(|_| was_known)?;
        }
    }

    /// When the entity with this id was merged into another, unless it is found by itself by now. O(log n).
    #[must_use]
    pub fn merged_at(&self, id: &str) -> Option<Timestamp> {
        let version = self.entity_version(self.entity_with(id)?, self.known());
        let gone = !version.recorded.is_known(self.known()) && version.merged_into.is_some();
        self.time(version.recorded.until).filter(|_| gone)
    }

    /// The version of the relationship with this id that was known to the view, on whatever day it held. O(log n).
    #[must_use]
    pub fn relationship_by_id(&self, id: &str, mask: &Mask) -> Option<RelationshipIx> {
        self.versions_of(id)
            .find(|relationship| self.recorded(*relationship).is_known(mask.known))
    }

    /// The relationships that come from this record of their sources, as far as they were known to the view, on whatever day they
    /// held; ascending. O(log n + versions).
    #[must_use]
    pub fn relationships_of_record(&self, record: &str, mask: &Mask) -> Vec<RelationshipIx> {
        let hash = key_of(record);
        let of_base = self.base.by_record.rows(hash).map(RelationshipIx::of_base);
        let added = delta::of(&self.delta.by_record, hash);
        let all: BTreeSet<RelationshipIx> = of_base.chain(added).collect();
        let is_known = |ix: &RelationshipIx| {
            self.recorded(*ix).is_known(mask.known) && self.relationship(*ix).record_id() == Some(record)
        };
        all.into_iter().filter(is_known).collect()
    }

    /// The statement with this id about a relationship that was known to the view, on whatever day it held. O(log n + versions).
    #[must_use]
    pub fn statement_by_id(&self, id: &str, mask: &Mask) -> Option<EvidenceIx> {
        let of = |relationship: RelationshipIx| {
            let statements = self.statements_of(relationship).map(|(ix, ..)| ix);
            statements.into_iter().find(|ix| self.statement(*ix).id() == id)
        };
        let hash = key_of(id);
        let of_base = self.base.by_statement.rows(hash).map(RelationshipIx::of_base);
        let stated = of_base.chain(delta::of(&self.delta.by_statement, hash));
        let mut known = stated.filter(|relationship| self.recorded(*relationship).is_known(mask.known));
        if let Some(statement) = known.find_map(of) {
            return Some(statement);
        }
        // Others begin with the id of their relationship, before the source and its number.
        let ends = id.rmatch_indices('/').map(|(end, _)| end).take(SLASHES_MAX);
        ends.into_iter()
            .find_map(|end| of(self.relationship_by_id(&id[..end], mask)?))
    }

    /// The relationships of which an indirect one is made up, as far as they are known and the view sees them: in the order of the
    /// data, those of one record by id.
    #[must_use]
    pub fn components(&self, relationship: RelationshipIx, mask: Mask) -> Vec<RelationshipIx> {
        let mut components = Vec::new();
        for named in self.relationship(relationship).component_ids() {
            let of_id = self.relationship_by_id(named, &mask);
            let of_record = || self.relationships_of_record(named, &mask);
            for component in of_id.map_or_else(of_record, |component| vec![component]) {
                if component != relationship && self.is_seen(component, &mask) && !components.contains(&component) {
                    components.push(component);
                }
            }
        }
        components
    }

    /// The entities that an indirect relationship names among what it is made up of, as far as they are known.
    #[must_use]
    pub fn component_entities(&self, relationship: RelationshipIx, mask: Mask) -> Vec<EntityIx> {
        let named = self.relationship(relationship).component_ids();
        let entity = |named: &str| {
            let of_record = || self.entity_by_id(&format!("{BODS_ENTITY_PREFIX}{named}"), &mask);
            self.entity_by_id(named, &mask).or_else(of_record)
        };
        named.filter_map(entity).collect()
    }

    /// Whether an entity or a source is called so, be it by its id or as a record of the Beneficial Ownership Data Standard.
    #[must_use]
    pub fn is_named(&self, record: &str, mask: &Mask) -> bool {
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

    /// All entities with this identifier, by id: more than one where the data is not sound. The scheme is compared in lower
    /// case, a number of a register without leading zeros. O(log n + answer).
    #[must_use]
    pub fn entities_by_identifier(&self, scheme: &str, value: &str, mask: &Mask) -> Vec<EntityIx> {
        let (scheme, value) = (scheme.trim().to_lowercase(), value.trim());
        let key = identifier_key(&scheme, value);
        let candidates = keyed(&self.base.by_identifier, &self.delta.by_identifier, key);
        let value = comparable(&scheme, value);
        let has_it = |entity: &EntityIx| {
            let is_it = |(known, written): (&str, &str)| known == scheme && comparable(known, written) == value;
            EntityRef::known(self, *entity, mask.known).is_some_and(|read| read.identifiers().any(is_it))
        };
        candidates.filter(has_it).collect()
    }

    /// The entities that go by `name`, compared folded, whose kind is among `kinds`; in the order of their ids.
    #[must_use]
    pub fn entities_by_name(&self, name: &str, kinds: Set<EntityKind>, mask: &Mask) -> Vec<EntityIx> {
        let name = fold(name);
        let candidates = keyed(&self.base.by_name, &self.delta.by_name, key_of(name.as_str()));
        candidates
            .filter(|entity| {
                let goes_by_it = |read: EntityRef<'_>| read.all_names().any(|known| fold(known) == name);
                EntityRef::known(self, *entity, mask.known)
                    .is_some_and(|read| kinds.contains(read.kind()) && goes_by_it(read))
            })
            .collect()
    }
}

/// The entities whose key has this hash, ascending, each once.
fn keyed(index: &KeyIndex, added: &OrdSet<(u32, EntityIx)>, hash: u32) -> impl Iterator<Item = EntityIx> {
    let rows: Vec<EntityIx> = index.rows(hash).map(EntityIx::of_base).collect();
    let added: Vec<EntityIx> = delta::of(added, hash).collect();
    Union::new(rows.into_iter(), added.into_iter()).map(|(entity, _)| entity)
}
