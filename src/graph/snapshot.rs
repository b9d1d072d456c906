//! One immutable state of the graph, and how entities are found and walked in it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    adjacency::{Adjacency, Direction, Link},
    filter::Pattern,
    index::{Groups, KeyIndex, hash_of},
    mask::Mask,
    read::{EntityRef, EvidenceRef, RelationshipRef, SourceRef},
    rows::{
        EntityIx, EntityRow, EvidenceIx, EvidenceRow, IdentifierRow, NameRow, RareColumns, RelationshipIx,
        RelationshipRow, SourceIx, SourceRow,
    },
    text::{Text, TextPool},
};
use crate::model::{EntityKind, Set, View, fold};

/// One state of the graph. Readers keep theirs for as long as they need it.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) texts: TextPool,
    /// The distinct record times, ascending; rows refer to them by position.
    pub(super) times: Vec<Timestamp>,
    /// When entities and sources were recorded, as a position in `times`.
    pub(super) recorded: u32,
    pub(super) entities: Vec<EntityRow>,
    pub(super) names: Vec<NameRow>,
    pub(super) identifiers: Vec<IdentifierRow>,
    pub(super) relationships: Vec<RelationshipRow>,
    pub(super) evidence: Vec<EvidenceRow>,
    pub(super) sources: Vec<SourceRow>,
    pub(super) rare: RareColumns,
    pub(super) outgoing: Adjacency,
    pub(super) incoming: Adjacency,
    /// Relationships with an unknown end, by the known one.
    pub(super) undisclosed: Groups,
    /// Statements by who made them.
    pub(super) by_speaker: Groups,
    /// Statements by source.
    pub(super) by_source: Groups,
    /// Entities by each of their names, folded.
    pub(super) by_name: KeyIndex,
    /// Entities by scheme and value.
    pub(super) by_identifier: KeyIndex,
    pub(super) title: Text,
    pub(super) description: Text,
    pub(super) licence: Text,
}

/// A step from an entity over a relationship to its neighbor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// Where it leads.
    pub neighbor: EntityIx,
    /// Over what.
    pub relationship: RelationshipIx,
    /// Whether it goes from the relationship's start to its end.
    pub forward: bool,
}

impl Snapshot {
    /// What `view` sees of this snapshot.
    #[must_use]
    pub fn mask(&self, view: &View) -> Mask {
        Mask::new(view, &self.times)
    }

    /// What the data is called.
    #[must_use]
    pub fn title(&self) -> &str {
        self.texts.text(self.title).unwrap_or_default()
    }

    /// What the data holds, in words.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.texts.text(self.description)
    }

    /// Under which licence the data may be used.
    #[must_use]
    pub fn licence(&self) -> Option<&str> {
        self.texts.text(self.licence)
    }

    /// When the entities and sources were recorded.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        self.time(self.recorded).unwrap_or_default()
    }

    pub(super) fn time(&self, position: u32) -> Option<Timestamp> {
        self.times.get(usize::try_from(position).ok()?).copied()
    }

    /// Whether entities and sources were known to the view.
    #[must_use]
    pub fn knows_entities(&self, mask: &Mask) -> bool {
        mask.knows(self.recorded, u32::MAX)
    }

    /// All entities, in the order of their ids; none before they were recorded.
    pub fn entities(&self, mask: &Mask) -> impl DoubleEndedIterator<Item = EntityIx> + use<> {
        let count = if self.knows_entities(mask) {
            self.entities.len()
        } else {
            0
        };
        (0..u32::try_from(count).expect("rows are counted when the snapshot is built")).map(EntityIx)
    }

    /// All relationships that the view sees, in the order of their ids.
    pub fn relationships(&self, mask: Mask) -> impl DoubleEndedIterator<Item = RelationshipIx> {
        let count = u32::try_from(self.relationships.len()).expect("rows are counted when the snapshot is built");
        (0..count)
            .map(RelationshipIx)
            .filter(move |relationship| mask.sees(&self.relationships[relationship.at()]))
    }

    /// All sources, in the order of their ids; none before they were recorded.
    pub fn sources(&self, mask: &Mask) -> impl DoubleEndedIterator<Item = SourceIx> + use<> {
        let count = if self.knows_entities(mask) {
            self.sources.len()
        } else {
            0
        };
        (0..u32::try_from(count).expect("rows are counted when the snapshot is built")).map(SourceIx)
    }

    /// The entity in this row; none when there are fewer.
    #[must_use]
    pub fn entity_at(&self, row: u32) -> Option<EntityIx> {
        let entity = EntityIx(row);
        (entity.at() < self.entities.len()).then_some(entity)
    }

    /// One entity, to read.
    #[must_use]
    pub fn entity(&self, entity: EntityIx) -> EntityRef<'_> {
        EntityRef::new(self, entity)
    }

    /// One relationship, to read.
    #[must_use]
    pub fn relationship(&self, relationship: RelationshipIx) -> RelationshipRef<'_> {
        RelationshipRef::new(self, relationship)
    }

    /// One statement, to read.
    #[must_use]
    pub fn statement(&self, evidence: EvidenceIx) -> EvidenceRef<'_> {
        EvidenceRef::new(self, evidence)
    }

    /// One source, to read.
    #[must_use]
    pub fn source(&self, source: SourceIx) -> SourceRef<'_> {
        SourceRef::new(self, source)
    }

    /// The entity with this id. O(log n).
    #[must_use]
    pub fn entity_by_id(&self, id: &str, mask: &Mask) -> Option<EntityIx> {
        if !self.knows_entities(mask) {
            return None;
        }
        self.position(&self.entities, id, |row| row.id).map(EntityIx)
    }

    /// The relationship with this id, on whatever day it held, if it was known to the view. O(log n).
    #[must_use]
    pub fn relationship_by_id(&self, id: &str, mask: &Mask) -> Option<RelationshipIx> {
        let relationship = self
            .position(&self.relationships, id, |row| row.id)
            .map(RelationshipIx)?;
        let row = &self.relationships[relationship.at()];
        mask.knows(row.recorded, row.retracted).then_some(relationship)
    }

    /// The source with this id. O(log n).
    #[must_use]
    pub fn source_by_id(&self, id: &str, mask: &Mask) -> Option<SourceIx> {
        if !self.knows_entities(mask) {
            return None;
        }
        self.position(&self.sources, id, |row| row.id).map(SourceIx)
    }

    fn position<R>(&self, rows: &[R], id: &str, id_of: impl Fn(&R) -> Text) -> Option<u32> {
        let found = rows
            .binary_search_by(|row| self.texts.text(id_of(row)).unwrap_or_default().cmp(id))
            .ok()?;
        u32::try_from(found).ok()
    }

    /// The entity with this identifier; the scheme is compared in lower case. O(log n).
    #[must_use]
    pub fn entity_by_identifier(&self, scheme: &str, value: &str, mask: &Mask) -> Option<EntityIx> {
        self.entities_by_identifier(scheme, value, mask).first().copied()
    }

    /// All entities with this identifier, by id: more than one where the data is not sound. O(log n + answer).
    #[must_use]
    pub fn entities_by_identifier(&self, scheme: &str, value: &str, mask: &Mask) -> Vec<EntityIx> {
        let scheme = scheme.trim().to_lowercase();
        let identifier = (scheme.as_str(), value.trim());
        let candidates = self.by_identifier.rows(hash_of(identifier)).map(EntityIx);
        let has_it = |entity: &EntityIx| self.entity(*entity).identifiers().any(|known| known == identifier);
        candidates
            .filter(|entity| self.knows_entities(mask) && has_it(entity))
            .collect()
    }

    /// The entities that go by `name`, compared folded, whose kind is among `kinds`; in the order of their ids.
    #[must_use]
    pub fn entities_by_name(&self, name: &str, kinds: Set<EntityKind>, mask: &Mask) -> Vec<EntityIx> {
        let name = fold(name);
        let candidates = self.by_name.rows(hash_of(name.as_str())).map(EntityIx);
        candidates
            .filter(|entity| {
                let entity = self.entity(*entity);
                let goes_by_it = || entity.all_names().any(|known| fold(known) == name);
                self.knows_entities(mask) && kinds.contains(entity.kind()) && goes_by_it()
            })
            .collect()
    }

    /// The steps from `entity` that the view sees and `pattern` fits, each relationship once.
    pub fn hops(&self, entity: EntityIx, pattern: Pattern, mask: Mask) -> impl Iterator<Item = Hop> {
        self.links(entity, pattern, mask).map(|(neighbor, link, forward)| Hop {
            neighbor,
            relationship: link.relationship,
            forward,
        })
    }

    /// The same with the links themselves: neighbor, link, and whether it leads away from `entity`.
    pub(super) fn links(
        &self,
        entity: EntityIx,
        pattern: Pattern,
        mask: Mask,
    ) -> impl Iterator<Item = (EntityIx, &Link, bool)> {
        let fits = move |link: &Link, found| mask.sees_link(link) && pattern.fits_link(self, link, found);
        let outgoing = self
            .outgoing
            .links(entity)
            .filter(move |(_, link)| fits(link, Direction::Outgoing));
        // A relationship of an entity with itself stands in both lists.
        let incoming = self.incoming.links(entity).filter(move |(neighbor, link)| {
            let listed_already = *neighbor == entity && pattern.fits_link(self, link, Direction::Outgoing);
            !listed_already && fits(link, Direction::Incoming)
        });
        let outgoing = outgoing.map(|(neighbor, link)| (neighbor, link, true));
        outgoing.chain(incoming.map(|(neighbor, link)| (neighbor, link, false)))
    }

    /// No view and no pattern has more steps from `entity` than this. O(1).
    pub(super) fn links_max(&self, entity: EntityIx) -> usize {
        self.outgoing.count(entity) + self.incoming.count(entity)
    }

    /// The relationships of `entity` whose other end is not disclosed, as far as the view sees them, by id.
    pub fn undisclosed(&self, entity: EntityIx, mask: Mask) -> impl Iterator<Item = RelationshipIx> {
        let rows = self.undisclosed.rows(entity.0).map(RelationshipIx);
        rows.filter(move |relationship| mask.sees(&self.relationships[relationship.at()]))
    }

    /// What `entity` said as a speaker, about relationships that the view sees.
    pub fn statements_by(&self, entity: EntityIx, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        self.visible(self.by_speaker.rows(entity.0), mask)
    }

    /// What `source` says about relationships that the view sees.
    pub fn statements_in(&self, source: SourceIx, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        self.visible(self.by_source.rows(source.0), mask)
    }

    fn visible(&self, statements: impl Iterator<Item = u32>, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        statements.map(EvidenceIx).filter(move |statement| {
            let relationship = self.evidence[statement.at()].relationship;
            mask.sees(&self.relationships[relationship.at()])
        })
    }

    /// The sources of what is said about `entity`'s relationships, as far as the view sees them, by id.
    #[must_use]
    pub fn sources_about(&self, entity: EntityIx, mask: Mask) -> Vec<SourceIx> {
        let disclosed = self.hops(entity, Pattern::any(), mask).map(|hop| hop.relationship);
        let relationships = disclosed.chain(self.undisclosed(entity, mask));
        let sources: BTreeSet<SourceIx> = relationships
            .flat_map(|relationship| self.relationship(relationship).evidence())
            .map(|statement| self.evidence[statement.at()].source)
            .collect();
        sources.into_iter().collect()
    }
}
