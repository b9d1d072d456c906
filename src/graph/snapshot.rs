//! One immutable state of the graph, and how entities are found and walked in it.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use jiff::Timestamp;

use super::{
    adjacency::{Adjacency, Direction, Link},
    filter::Pattern,
    index::{Groups, KeyIndex, hash_of},
    mask::{Mask, known_at},
    read::{EntityRef, EvidenceRef, RelationshipRef, SourceRef},
    rows::{
        EntityIx, EntityRow, EvidenceIx, EvidenceRow, IdentifierRow, NameRow, RareColumns, Recorded, RelationshipIx,
        RelationshipRow, SourceIx, SourceRow,
    },
    text::{Text, TextPool},
};
use crate::model::{EntityKind, Set, View, fold};

/// One state of the graph, as it was known at one moment. Readers keep theirs for as long as they need it; a clone shares
/// everything.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub(super) base: Arc<Base>,
    /// How many of the record times have passed: which version of an entity or a source is read.
    known: u32,
}

/// The rows and what finds them.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) texts: TextPool,
    /// The distinct record times, ascending; rows refer to them by position.
    pub(super) times: Vec<Timestamp>,
    /// When the data was first recorded, as a position in `times`.
    pub(super) began: u32,
    /// When the last entity was recorded, if none was ever taken back: after that, all are known.
    pub(super) entities_settled: Option<u32>,
    /// The same of sources.
    pub(super) sources_settled: Option<u32>,
    /// The latest version of each.
    pub(super) entities: Vec<EntityRow>,
    pub(super) older_entities: Vec<EntityRow>,
    pub(super) names: Vec<NameRow>,
    pub(super) identifiers: Vec<IdentifierRow>,
    /// Every version of each.
    pub(super) relationships: Vec<RelationshipRow>,
    pub(super) evidence: Vec<EvidenceRow>,
    /// The latest version of each.
    pub(super) sources: Vec<SourceRow>,
    pub(super) older_sources: Vec<SourceRow>,
    pub(super) rare: RareColumns,
    pub(super) outgoing: Adjacency,
    pub(super) incoming: Adjacency,
    /// Relationships with an unknown end, by the known one.
    pub(super) undisclosed: Groups,
    /// Statements by who made them.
    pub(super) by_speaker: Groups,
    /// Statements by source.
    pub(super) by_source: Groups,
    /// Entities by each of their names, folded, in any version.
    pub(super) by_name: KeyIndex,
    /// Entities by scheme and value, in any version.
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
    /// Everything that these rows hold, as it is known last.
    pub(super) fn of(base: Base) -> Self {
        Self {
            base: Arc::new(base),
            known: u32::MAX,
        }
    }

    /// The same graph as it was known at `moment`: entities and sources are read as they were recorded then.
    #[must_use]
    pub fn known_at(&self, moment: Timestamp) -> Self {
        Self {
            base: Arc::clone(&self.base),
            known: known_at(&self.base.times, moment),
        }
    }

    /// The same graph as it was known to the view.
    #[must_use]
    pub fn known_to(&self, mask: &Mask) -> Self {
        Self {
            base: Arc::clone(&self.base),
            known: mask.known,
        }
    }

    /// How many of the record times have passed for who reads this.
    pub(super) fn known(&self) -> u32 {
        self.known
    }

    /// What `view` sees of this snapshot.
    #[must_use]
    pub fn mask(&self, view: &View) -> Mask {
        Mask::new(view, &self.base.times)
    }

    /// What the data is called.
    #[must_use]
    pub fn title(&self) -> &str {
        self.base.texts.text(self.base.title).unwrap_or_default()
    }

    /// What the data holds, in words.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.base.texts.text(self.base.description)
    }

    /// Under which licence the data may be used.
    #[must_use]
    pub fn licence(&self) -> Option<&str> {
        self.base.texts.text(self.base.licence)
    }

    /// When the data was first recorded.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.time(self.base.began).unwrap_or_default()
    }

    pub(super) fn time(&self, position: u32) -> Option<Timestamp> {
        self.base.times.get(usize::try_from(position).ok()?).copied()
    }

    /// The entity with this id, whoever knows it.
    pub(super) fn entity_with(&self, id: &str) -> Option<EntityIx> {
        self.position(&self.base.entities, id, |row| row.id).map(EntityIx)
    }

    /// The source with this id, whoever knows it.
    pub(super) fn source_with(&self, id: &str) -> Option<SourceIx> {
        self.position(&self.base.sources, id, |row| row.id).map(SourceIx)
    }

    /// The versions of the relationship with this id, oldest first.
    pub(super) fn versions_of(&self, id: &str) -> impl DoubleEndedIterator<Item = RelationshipIx> + use<> {
        let id_of = |row: &RelationshipRow| self.base.texts.text(row.id).unwrap_or_default();
        let first = self.base.relationships.partition_point(|row| id_of(row) < id);
        let count = self.base.relationships[first..]
            .iter()
            .take_while(|row| id_of(row) == id)
            .count();
        let row = |row| u32::try_from(row).expect("rows are counted when they are made");
        (row(first)..row(first + count)).map(RelationshipIx)
    }

    pub(super) fn relationship_row(&self, relationship: RelationshipIx) -> &RelationshipRow {
        &self.base.relationships[relationship.at()]
    }

    /// The relationships of `entity` whose both ends are disclosed, whoever sees them.
    pub(super) fn all_links(&self, entity: EntityIx) -> impl Iterator<Item = RelationshipIx> {
        let links = self.base.outgoing.links(entity).chain(self.base.incoming.links(entity));
        links.map(|(_, link)| link.relationship)
    }

    /// The relationships of `entity` whose other end is not disclosed, whoever sees them.
    pub(super) fn all_undisclosed(&self, entity: EntityIx) -> impl Iterator<Item = RelationshipIx> {
        self.base.undisclosed.rows(entity.0).map(RelationshipIx)
    }

    /// What `entity` said as a speaker, whoever sees it.
    pub(super) fn by_speaker(&self, entity: EntityIx) -> impl Iterator<Item = EvidenceIx> {
        self.base.by_speaker.rows(entity.0).map(EvidenceIx)
    }

    /// What `source` says, whoever sees it.
    pub(super) fn by_source(&self, source: SourceIx) -> impl Iterator<Item = EvidenceIx> {
        self.base.by_source.rows(source.0).map(EvidenceIx)
    }

    /// The version of `entity` that was known when so many record times had passed; the latest before that, or else the first,
    /// when it was not known then.
    pub(super) fn entity_row(&self, entity: EntityIx, known: u32) -> &EntityRow {
        let latest = &self.base.entities[entity.at()];
        version(latest, latest.older.of(&self.base.older_entities), known, |row| {
            row.recorded
        })
    }

    /// The same of a source.
    pub(super) fn source_row(&self, source: SourceIx, known: u32) -> &SourceRow {
        let latest = &self.base.sources[source.at()];
        version(latest, latest.older.of(&self.base.older_sources), known, |row| {
            row.recorded
        })
    }

    /// Whether the view knows `entity`.
    #[must_use]
    pub fn knows(&self, entity: EntityIx, mask: &Mask) -> bool {
        self.entity_row(entity, mask.known).recorded.is_known(mask.known)
    }

    /// Whether two views know the same versions of all entities, as far as can be told at once.
    pub(super) fn knows_the_same_entities(&self, one: &Mask, other: &Mask) -> bool {
        let settled = self
            .base
            .entities_settled
            .is_some_and(|last| last < one.known.min(other.known));
        one.known == other.known || (settled && self.base.older_entities.is_empty())
    }

    /// All entities that the view knows, in the order of their ids.
    pub fn entities<'s>(&'s self, mask: &Mask) -> impl DoubleEndedIterator<Item = EntityIx> + use<'s> {
        let known = mask.known;
        let settled = self.base.entities_settled.is_some_and(|last| last < known);
        rows(self.base.entities.len())
            .map(EntityIx)
            .filter(move |entity| settled || self.entity_row(*entity, known).recorded.is_known(known))
    }

    /// All relationships that the view sees, in the order of their ids.
    pub fn relationships(&self, mask: Mask) -> impl DoubleEndedIterator<Item = RelationshipIx> {
        rows(self.base.relationships.len())
            .map(RelationshipIx)
            .filter(move |relationship| mask.sees(self.relationship_row(*relationship)))
    }

    /// All sources that the view knows, in the order of their ids.
    pub fn sources<'s>(&'s self, mask: &Mask) -> impl DoubleEndedIterator<Item = SourceIx> + use<'s> {
        let known = mask.known;
        let settled = self.base.sources_settled.is_some_and(|last| last < known);
        rows(self.base.sources.len())
            .map(SourceIx)
            .filter(move |source| settled || self.source_row(*source, known).recorded.is_known(known))
    }

    /// The entity in this row; none when there are fewer.
    #[must_use]
    pub fn entity_at(&self, row: u32) -> Option<EntityIx> {
        let entity = EntityIx(row);
        (entity.at() < self.base.entities.len()).then_some(entity)
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

    /// The entity with this id, or the one it was merged into, if it was known to the view. O(log n).
    #[must_use]
    pub fn entity_by_id(&self, id: &str, mask: &Mask) -> Option<EntityIx> {
        let mut entity = self.entity_with(id)?;
        loop {
            let row = self.entity_row(entity, mask.known);
            if row.recorded.is_known(mask.known) {
                return Some(entity);
            }
            // Each merger is later than the one before, so that this ends.
            let was_known = row.recorded.until < mask.known;
            entity = row.merged_into.known().filter(|_| was_known)?;
        }
    }

    /// The version of the relationship with this id that was known to the view, on whatever day it held. O(log n).
    #[must_use]
    pub fn relationship_by_id(&self, id: &str, mask: &Mask) -> Option<RelationshipIx> {
        let is_known = |ix: &RelationshipIx| self.relationship_row(*ix).recorded.is_known(mask.known);
        self.versions_of(id).find(is_known)
    }

    /// The source with this id, if it was known to the view. O(log n).
    #[must_use]
    pub fn source_by_id(&self, id: &str, mask: &Mask) -> Option<SourceIx> {
        let source = self.source_with(id)?;
        let row = self.source_row(source, mask.known);
        row.recorded.is_known(mask.known).then_some(source)
    }

    fn position<R>(&self, rows: &[R], id: &str, id_of: impl Fn(&R) -> Text) -> Option<u32> {
        let found = rows
            .binary_search_by(|row| self.base.texts.text(id_of(row)).unwrap_or_default().cmp(id))
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
        let candidates = self.base.by_identifier.rows(hash_of(identifier)).map(EntityIx);
        let has_it = |entity: &EntityIx| {
            EntityRef::known(self, *entity, mask.known)
                .is_some_and(|read| read.identifiers().any(|known| known == identifier))
        };
        candidates.filter(has_it).collect()
    }

    /// The entities that go by `name`, compared folded, whose kind is among `kinds`; in the order of their ids.
    #[must_use]
    pub fn entities_by_name(&self, name: &str, kinds: Set<EntityKind>, mask: &Mask) -> Vec<EntityIx> {
        let name = fold(name);
        let candidates = self.base.by_name.rows(hash_of(name.as_str())).map(EntityIx);
        candidates
            .filter(|entity| {
                let goes_by_it = |read: EntityRef<'_>| read.all_names().any(|known| fold(known) == name);
                EntityRef::known(self, *entity, mask.known)
                    .is_some_and(|read| kinds.contains(read.kind()) && goes_by_it(read))
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
            .base
            .outgoing
            .links(entity)
            .filter(move |(_, link)| fits(link, Direction::Outgoing));
        // A relationship of an entity with itself stands in both lists.
        let incoming = self.base.incoming.links(entity).filter(move |(neighbor, link)| {
            let listed_already = *neighbor == entity && pattern.fits_link(self, link, Direction::Outgoing);
            !listed_already && fits(link, Direction::Incoming)
        });
        let outgoing = outgoing.map(|(neighbor, link)| (neighbor, link, true));
        outgoing.chain(incoming.map(|(neighbor, link)| (neighbor, link, false)))
    }

    /// No view and no pattern has more steps from `entity` than this. O(1).
    pub(super) fn links_max(&self, entity: EntityIx) -> usize {
        self.base.outgoing.count(entity) + self.base.incoming.count(entity)
    }

    /// The relationships of `entity` whose other end is not disclosed, as far as the view sees them, by id.
    pub fn undisclosed(&self, entity: EntityIx, mask: Mask) -> impl Iterator<Item = RelationshipIx> {
        let rows = self.all_undisclosed(entity);
        rows.filter(move |relationship| mask.sees(self.relationship_row(*relationship)))
    }

    /// What `entity` said as a speaker, about relationships that the view sees.
    pub fn statements_by(&self, entity: EntityIx, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        self.visible(self.by_speaker(entity), mask)
    }

    /// What `source` says about relationships that the view sees.
    pub fn statements_in(&self, source: SourceIx, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        self.visible(self.by_source(source), mask)
    }

    fn visible(&self, statements: impl Iterator<Item = EvidenceIx>, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        statements.filter(move |statement| {
            let relationship = self.base.evidence[statement.at()].relationship;
            mask.sees(self.relationship_row(relationship))
        })
    }

    /// The sources of what is said about `entity`'s relationships, as far as the view sees them, by id.
    #[must_use]
    pub fn sources_about(&self, entity: EntityIx, mask: Mask) -> Vec<SourceIx> {
        let disclosed = self.hops(entity, Pattern::any(), mask).map(|hop| hop.relationship);
        let relationships = disclosed.chain(self.undisclosed(entity, mask));
        let sources: BTreeSet<SourceIx> = relationships
            .flat_map(|relationship| self.relationship(relationship).evidence())
            .map(|statement| self.base.evidence[statement.at()].source)
            .collect();
        sources.into_iter().collect()
    }
}

/// The positions of so many rows.
fn rows(count: usize) -> Range<u32> {
    0..u32::try_from(count).expect("rows are counted when they are made")
}

/// The version that was known when so many record times had passed, or else the one before, or the first.
fn version<'a, R>(latest: &'a R, older: &'a [R], known: u32, recorded: impl Fn(&R) -> Recorded) -> &'a R {
    if recorded(latest).from < known {
        return latest;
    }
    let begun = older.partition_point(|row| recorded(row).from < known);
    let found = begun.checked_sub(1).or(Some(0)).and_then(|place| older.get(place));
    found.unwrap_or(latest)
}
