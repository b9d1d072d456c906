//! The changes since the base was built, in persistent maps that share unchanged parts: a copy costs nothing, a change a few
//! microseconds, independent of the size of the base.

pub(super) mod bits;
pub(super) mod unresolved;
use std::{ops::RangeInclusive, sync::Arc};

use imbl::{OrdMap, OrdSet, Vector};
use jiff::Timestamp;

use self::{bits::Bits, unresolved::UnresolvedRelationship};
use super::{
    base::adjacency::{Direction, Link},
    columns::{
        Columns,
        numbers::at,
        rows::{EntityRow, RelationshipRow, SourceRow, VersionSpan},
    },
    ix::{BoundedIx, EntityIx, RelationshipIx, SourceIx},
};

/// The changes since the base.
#[derive(Debug, Clone, Default)]
pub(super) struct Delta {
    /// The record times after those of the base.
    pub(super) times: Vector<Timestamp>,
    /// Entities that are new or have changed.
    pub(super) entities: OrdMap<EntityIx, Arc<RecordDelta>>,
    /// The entities of the base that have changed.
    pub(super) changed_entities: Bits,
    /// Sources that are new or have changed.
    pub(super) sources: OrdMap<SourceIx, Arc<RecordDelta>>,
    /// Versions of relationships that are new or were retracted.
    pub(super) relationships: OrdMap<RelationshipIx, RelationshipDelta>,
    /// The ids of new entities.
    pub(super) entity_ids: OrdMap<Arc<str>, EntityIx>,
    /// The ids of new sources.
    pub(super) source_ids: OrdMap<Arc<str>, SourceIx>,
    /// The ids of relationships with new versions, with the first and the last of these.
    pub(super) relationship_ids: OrdMap<Arc<str>, (RelationshipIx, RelationshipIx)>,
    links: OrdMap<LinkKey, Link>,
    /// The entities of the base with new links, or with retracted links of the base: tested at every step of a walk.
    link_changes: Bits,
    /// Those of them with retracted links of the base.
    link_retractions: Bits,
    pub(super) undisclosed: OrdSet<(EntityIx, RelationshipIx)>,
    pub(super) by_speaker: OrdSet<(EntityIx, RelationshipIx)>,
    pub(super) by_source: OrdSet<(SourceIx, RelationshipIx)>,
    pub(super) by_name: OrdSet<(u32, EntityIx)>,
    pub(super) by_identifier: OrdSet<(u32, EntityIx)>,
    pub(super) by_record: OrdSet<(u32, RelationshipIx)>,
    pub(super) by_statement: OrdSet<(u32, RelationshipIx)>,
    /// The relationships that wait for a missing record, by id.
    pub(super) unresolved: Arc<[UnresolvedRelationship]>,
    /// The number of versions that were added or retracted.
    pub(super) size: usize,
}

/// The entity, whether incoming, the neighbor, and the relationship.
type LinkKey = (EntityIx, bool, EntityIx, RelationshipIx);

/// The versions of an entity or a source since the base.
#[derive(Debug, Clone, Default)]
pub(super) struct RecordDelta {
    /// The retraction of the last version of the base.
    pub(super) retraction: Option<Retraction>,
    /// Oldest first.
    pub(super) versions: Vec<DeltaRow>,
}

impl RecordDelta {
    /// Retracts the latest version.
    pub(super) fn retract(&mut self, at: u32, merged_into: EntityIx) {
        let retraction = Some(Retraction { at, merged_into });
        match self.versions.last_mut() {
            Some(latest) => latest.retraction = retraction,
            None => self.retraction = retraction,
        }
    }
}

/// The retraction of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Retraction {
    pub(super) at: u32,
    /// The entity it was merged into, if that is the reason.
    pub(super) merged_into: EntityIx,
}

/// A row outside the base.
#[derive(Debug, Clone)]
pub(super) struct DeltaRow {
    pub(super) columns: Arc<Columns>,
    pub(super) row: u32,
    /// Its retraction, if any.
    pub(super) retraction: Option<Retraction>,
}

impl DeltaRow {
    pub(super) fn entity(&self) -> &EntityRow {
        &self.columns.entities[at(self.row)]
    }

    pub(super) fn source(&self) -> &SourceRow {
        &self.columns.sources[at(self.row)]
    }

    pub(super) fn relationship(&self) -> &RelationshipRow {
        &self.columns.relationships[at(self.row)]
    }
}

/// A version of a relationship that is new, or was retracted.
#[derive(Debug, Clone)]
pub(super) enum RelationshipDelta {
    /// A version of the base, retracted at this record time.
    Retracted(u32),
    /// A new version.
    Added(DeltaRow),
}

impl Delta {
    /// Whether an entity of the base, or a new one, may be in `entities`.
    pub(super) fn may_have_changed(&self, entity: EntityIx) -> bool {
        entity.base_row().is_none_or(|row| self.changed_entities.contains(row))
    }

    /// Whether `entity` may have new links, or retracted links of the base.
    pub(super) fn has_link_changes(&self, entity: EntityIx) -> bool {
        entity.base_row().is_none_or(|row| self.link_changes.contains(row))
    }

    /// Whether an entity with link changes may have retracted links of the base.
    pub(super) fn has_retracted_links(&self, entity: EntityIx) -> bool {
        entity.base_row().is_some_and(|row| self.link_retractions.contains(row))
    }

    /// The new links of `entity` in one direction, by neighbor, then relationship.
    pub(super) fn links(&self, entity: EntityIx, direction: Direction) -> impl Iterator<Item = (EntityIx, Link)> {
        let range = self.links.range(span(entity, direction == Direction::Incoming));
        range.map(|((_, _, neighbor, _), link)| (*neighbor, *link))
    }

    /// Adds a link at both its ends.
    pub(super) fn link(&mut self, (from, to): (EntityIx, EntityIx), outgoing: Link, incoming: Link) {
        self.links.insert((from, false, to, outgoing.relationship), outgoing);
        self.links.insert((to, true, from, incoming.relationship), incoming);
        for end in [from, to] {
            end.base_row().into_iter().for_each(|row| self.link_changes.insert(row));
        }
    }

    /// Retracts a version of a relationship at `now`, with its links.
    pub(super) fn retract(&mut self, relationship: RelationshipIx, ends: [EntityIx; 2], now: u32) {
        self.size += 1;
        let [from, to] = ends;
        match self.relationships.get_mut(&relationship) {
            Some(RelationshipDelta::Added(added)) => {
                added.retraction = Some(Retraction {
                    at: now,
                    merged_into: EntityIx::NONE,
                });
                for key in [(from, false, to, relationship), (to, true, from, relationship)] {
                    self.links
                        .get_mut(&key)
                        .into_iter()
                        .for_each(|link| link.retracted = now);
                }
            }
            _ => {
                self.relationships
                    .insert(relationship, RelationshipDelta::Retracted(now));
                for end in ends {
                    end.base_row().into_iter().for_each(|row| {
                        self.link_changes.insert(row);
                        self.link_retractions.insert(row);
                    });
                }
            }
        }
    }

    /// When a version of a relationship was retracted, if that was after the base.
    pub(super) fn retracted_at(&self, relationship: RelationshipIx) -> Option<u32> {
        match self.relationships.get(&relationship)? {
            RelationshipDelta::Retracted(now) => Some(*now),
            RelationshipDelta::Added(added) => added.retraction.map(|retraction| retraction.at),
        }
    }
}

/// All links of an entity in one direction.
fn span(entity: EntityIx, incoming: bool) -> RangeInclusive<LinkKey> {
    (entity, incoming, EntityIx::FIRST, RelationshipIx::FIRST)
        ..=(entity, incoming, EntityIx::LAST, RelationshipIx::LAST)
}

/// The members of a set that belong to `owner`, ascending.
pub(super) fn members<O: Copy + Ord, I: BoundedIx>(set: &OrdSet<(O, I)>, owner: O) -> impl Iterator<Item = I> {
    set.range((owner, I::FIRST)..=(owner, I::LAST)).map(|(_, ix)| *ix)
}

/// A version of a row, with the columns to which it refers.
#[derive(Debug)]
pub(super) struct RowVersion<'a, R> {
    pub(super) columns: &'a Columns,
    pub(super) row: &'a R,
    pub(super) recorded: VersionSpan,
    /// The entity it was merged into, if that is why it was retracted.
    pub(super) merged_into: Option<EntityIx>,
}

impl<R> Clone for RowVersion<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for RowVersion<'_, R> {}

/// The versions of a record: those of the base, and those since.
pub(super) struct Versions<'a, R> {
    /// The columns of the base, the latest version there, and those before it, oldest first; `None` for a new record.
    pub(super) base: Option<(&'a Columns, &'a R, &'a [R])>,
    pub(super) delta: Option<&'a RecordDelta>,
    pub(super) row_of: fn(&DeltaRow) -> &R,
    pub(super) recorded: fn(&Columns, &R) -> VersionSpan,
    pub(super) merged_into: fn(&Columns, &R) -> Option<EntityIx>,
}

impl<'a, R> Versions<'a, R> {
    /// The version known after `known` record times, or else the one before, or the first.
    pub(super) fn at(&self, known: u32) -> RowVersion<'a, R> {
        let added = self.delta.map_or(&[][..], |delta| &delta.versions);
        let is_begun = |added: &&DeltaRow| (self.recorded)(&added.columns, (self.row_of)(added)).from < known;
        if let Some(added) = added.iter().rev().find(is_begun) {
            return self.of_delta(added);
        }
        match self.base {
            Some(base) => self.of_base(base, known),
            None => self.of_delta(added.first().expect("a record outside the base has a version")),
        }
    }

    /// All versions, oldest first.
    pub(super) fn all(&self) -> Vec<RowVersion<'a, R>> {
        let mut all = Vec::new();
        if let Some((columns, _, older)) = self.base {
            all.extend(older.iter().map(|row| self.as_recorded(columns, row)));
            all.extend(self.base.map(|base| self.latest_of_base(base)));
        }
        let added = self.delta.map_or(&[][..], |delta| &delta.versions);
        all.extend(added.iter().map(|added| self.of_delta(added)));
        all
    }

    fn as_recorded(&self, columns: &'a Columns, row: &'a R) -> RowVersion<'a, R> {
        RowVersion {
            columns,
            row,
            recorded: (self.recorded)(columns, row),
            merged_into: (self.merged_into)(columns, row),
        }
    }

    fn of_delta(&self, added: &'a DeltaRow) -> RowVersion<'a, R> {
        let row = (self.row_of)(added);
        let retraction = added.retraction;
        RowVersion {
            columns: &added.columns,
            row,
            recorded: (self.recorded)(&added.columns, row).retracted_at(retraction.map(|retraction| retraction.at)),
            merged_into: retraction.and_then(|retraction| retraction.merged_into.to_option()),
        }
    }

    fn of_base(&self, base: (&'a Columns, &'a R, &'a [R]), known: u32) -> RowVersion<'a, R> {
        let (columns, latest, older) = base;
        if (self.recorded)(columns, latest).from >= known {
            let position = older.partition_point(|row| (self.recorded)(columns, row).from < known);
            if let Some(row) = older.get(position.saturating_sub(1)) {
                return self.as_recorded(columns, row);
            }
        }
        self.latest_of_base(base)
    }

    fn latest_of_base(&self, (columns, row, _): (&'a Columns, &'a R, &'a [R])) -> RowVersion<'a, R> {
        let retraction = self.delta.and_then(|delta| delta.retraction);
        let version = self.as_recorded(columns, row);
        RowVersion {
            recorded: version
                .recorded
                .retracted_at(retraction.map(|retraction| retraction.at)),
            merged_into: retraction.map_or(version.merged_into, |retraction| retraction.merged_into.to_option()),
            ..version
        }
    }
}
