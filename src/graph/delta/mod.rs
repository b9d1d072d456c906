//! What changed since the base was built, in maps that share what did not change: a copy costs nothing, a change a few
//! microseconds, however large the base is.

pub(super) mod bits;
pub(super) mod unresolved;
use std::{ops::RangeInclusive, sync::Arc};

use imbl::{OrdMap, OrdSet, Vector};
use jiff::Timestamp;

use self::{bits::Bits, unresolved::Unresolved};
use super::{
    base::adjacency::{Direction, Link},
    columns::{
        Columns,
        numbers::at,
        rows::{EntityRow, Recorded, RelationshipRow, SourceRow},
    },
    ix::{Bounds, EntityIx, RelationshipIx, SourceIx},
};

/// What changed since the base.
#[derive(Debug, Clone, Default)]
pub(super) struct Delta {
    /// The record times after those of the base.
    pub(super) times: Vector<Timestamp>,
    /// Entities that are new or have changed.
    pub(super) entities: OrdMap<EntityIx, Arc<Changed>>,
    /// Which entities of the base have changed.
    pub(super) changed: Bits,
    /// Sources that are new or have changed.
    pub(super) sources: OrdMap<SourceIx, Arc<Changed>>,
    /// Versions of relationships that are new or have ended.
    pub(super) relationships: OrdMap<RelationshipIx, Late>,
    /// Those of new entities.
    pub(super) entity_ids: OrdMap<Arc<str>, EntityIx>,
    /// Those of new sources.
    pub(super) source_ids: OrdMap<Arc<str>, SourceIx>,
    /// Those of relationships with new versions, with the first and the last of these.
    pub(super) relationship_ids: OrdMap<Arc<str>, (RelationshipIx, RelationshipIx)>,
    links: OrdMap<LinkKey, Link>,
    /// Which entities of the base have new links, or links of the base that ended: the one question asked at every step.
    touched: Bits,
    /// Which of these have links of the base that ended.
    ended: Bits,
    pub(super) undisclosed: OrdSet<(EntityIx, RelationshipIx)>,
    pub(super) by_speaker: OrdSet<(EntityIx, RelationshipIx)>,
    pub(super) by_source: OrdSet<(SourceIx, RelationshipIx)>,
    pub(super) by_name: OrdSet<(u32, EntityIx)>,
    pub(super) by_identifier: OrdSet<(u32, EntityIx)>,
    pub(super) by_record: OrdSet<(u32, RelationshipIx)>,
    pub(super) by_statement: OrdSet<(u32, RelationshipIx)>,
    /// What waits for something that it refers to, by id.
    pub(super) unresolved: Arc<[Unresolved]>,
    /// How many versions were begun or ended.
    pub(super) size: usize,
}

/// Of whom, in which direction, to whom, by what.
type LinkKey = (EntityIx, bool, EntityIx, RelationshipIx);

/// The versions of an entity or a source since the base.
#[derive(Debug, Clone, Default)]
pub(super) struct Changed {
    /// How the last version of the base was taken back.
    pub(super) ended: Option<Ended>,
    /// Oldest first.
    pub(super) versions: Vec<Placed>,
}

impl Changed {
    /// Takes back the latest version.
    pub(super) fn end(&mut self, at: u32, merged_into: EntityIx) {
        let ended = Some(Ended { at, merged_into });
        match self.versions.last_mut() {
            Some(latest) => latest.ended = ended,
            None => self.ended = ended,
        }
    }
}

/// How a version was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) at: u32,
    /// The entity it was merged into, when that is why.
    pub(super) merged_into: EntityIx,
}

/// A row outside the base.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) columns: Arc<Columns>,
    pub(super) row: u32,
    /// How it was taken back.
    pub(super) ended: Option<Ended>,
}

impl Placed {
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

/// A version of a relationship that is new, or has ended since.
#[derive(Debug, Clone)]
pub(super) enum Late {
    /// One of the base, taken back then.
    Ended(u32),
    /// A new one.
    Added(Placed),
}

impl Delta {
    /// Whether an entity of the base, or a new one, may be in `entities`.
    pub(super) fn may_have_changed(&self, entity: EntityIx) -> bool {
        entity.base_row().is_none_or(|row| self.changed.contains(row))
    }

    /// Whether links of `entity` may be new, or of the base and ended.
    pub(super) fn touches(&self, entity: EntityIx) -> bool {
        entity.base_row().is_none_or(|row| self.touched.contains(row))
    }

    /// Whether links of the base of an entity that is touched may have ended.
    pub(super) fn has_ended_links(&self, entity: EntityIx) -> bool {
        entity.base_row().is_some_and(|row| self.ended.contains(row))
    }

    /// The new links of `entity` in one direction, by neighbor, then relationship.
    pub(super) fn links(&self, entity: EntityIx, direction: Direction) -> impl Iterator<Item = (EntityIx, Link)> {
        let range = self.links.range(span(entity, direction == Direction::Incoming));
        range.map(|((_, _, neighbor, _), link)| (*neighbor, *link))
    }

    /// Adds a link to both its ends. `kinds` are those of the ends.
    pub(super) fn link(&mut self, (from, to): (EntityIx, EntityIx), outgoing: Link, incoming: Link) {
        self.links.insert((from, false, to, outgoing.relationship), outgoing);
        self.links.insert((to, true, from, incoming.relationship), incoming);
        for end in [from, to] {
            end.base_row().into_iter().for_each(|row| self.touched.insert(row));
        }
    }

    /// Takes back a version of a relationship at `now`, with its links.
    pub(super) fn end(&mut self, relationship: RelationshipIx, ends: [EntityIx; 2], now: u32) {
        self.size += 1;
        let [from, to] = ends;
        match self.relationships.get_mut(&relationship) {
            Some(Late::Added(placed)) => {
                placed.ended = Some(Ended {
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
                self.relationships.insert(relationship, Late::Ended(now));
                for end in ends {
                    end.base_row().into_iter().for_each(|row| {
                        self.touched.insert(row);
                        self.ended.insert(row);
                    });
                }
            }
        }
    }

    /// When a version of a relationship was taken back, as far as that was after the base.
    pub(super) fn ended_at(&self, relationship: RelationshipIx) -> Option<u32> {
        match self.relationships.get(&relationship)? {
            Late::Ended(now) => Some(*now),
            Late::Added(placed) => placed.ended.map(|ended| ended.at),
        }
    }
}

/// All links of an entity in one direction.
fn span(entity: EntityIx, incoming: bool) -> RangeInclusive<LinkKey> {
    (entity, incoming, EntityIx::FIRST, RelationshipIx::FIRST)
        ..=(entity, incoming, EntityIx::LAST, RelationshipIx::LAST)
}

/// Those of a set that belong to `owner`, ascending.
pub(super) fn of<O: Copy + Ord, I: Bounds>(set: &OrdSet<(O, I)>, owner: O) -> impl Iterator<Item = I> {
    set.range((owner, I::FIRST)..=(owner, I::LAST)).map(|(_, ix)| *ix)
}

/// A version of a row, with the columns its references lead into.
#[derive(Debug)]
pub(super) struct Version<'a, R> {
    pub(super) columns: &'a Columns,
    pub(super) row: &'a R,
    pub(super) recorded: Recorded,
    /// The entity it was merged into, when that is why it was taken back.
    pub(super) merged_into: Option<EntityIx>,
}

impl<R> Clone for Version<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Version<'_, R> {}

/// What a record's versions are read from: those of the base, and those since.
pub(super) struct Versions<'a, R> {
    /// The columns of the base, the latest version there, and those before it, oldest first; none of a new record.
    pub(super) base: Option<(&'a Columns, &'a R, &'a [R])>,
    pub(super) changed: Option<&'a Changed>,
    pub(super) of_placed: fn(&Placed) -> &R,
    pub(super) recorded: fn(&Columns, &R) -> Recorded,
    pub(super) merged_into: fn(&Columns, &R) -> Option<EntityIx>,
}

impl<'a, R> Versions<'a, R> {
    /// The version that was known when so many record times had passed, or else the one before, or the first.
    pub(super) fn known(&self, known: u32) -> Version<'a, R> {
        let placed = self.changed.map_or(&[][..], |changed| &changed.versions);
        let begun = |placed: &&Placed| (self.recorded)(&placed.columns, (self.of_placed)(placed)).from < known;
        if let Some(placed) = placed.iter().rev().find(begun) {
            return self.placed(placed);
        }
        match self.base {
            Some(base) => self.of_base(base, known),
            None => self.placed(placed.first().expect("what is not of the base has a version")),
        }
    }

    /// All versions, oldest first.
    pub(super) fn all(&self) -> Vec<Version<'a, R>> {
        let mut all = Vec::new();
        if let Some((columns, _, older)) = self.base {
            all.extend(older.iter().map(|row| self.as_recorded(columns, row)));
            all.extend(self.base.map(|base| self.latest_of_base(base)));
        }
        let placed = self.changed.map_or(&[][..], |changed| &changed.versions);
        all.extend(placed.iter().map(|placed| self.placed(placed)));
        all
    }

    fn as_recorded(&self, columns: &'a Columns, row: &'a R) -> Version<'a, R> {
        Version {
            columns,
            row,
            recorded: (self.recorded)(columns, row),
            merged_into: (self.merged_into)(columns, row),
        }
    }

    fn placed(&self, placed: &'a Placed) -> Version<'a, R> {
        let row = (self.of_placed)(placed);
        Version {
            columns: &placed.columns,
            row,
            recorded: (self.recorded)(&placed.columns, row).ended(placed.ended.map(|ended| ended.at)),
            merged_into: placed.ended.and_then(|ended| ended.merged_into.known()),
        }
    }

    fn of_base(&self, base: (&'a Columns, &'a R, &'a [R]), known: u32) -> Version<'a, R> {
        let (columns, latest, older) = base;
        if (self.recorded)(columns, latest).from >= known {
            let begun = older.partition_point(|row| (self.recorded)(columns, row).from < known);
            if let Some(row) = older.get(begun.saturating_sub(1)) {
                return self.as_recorded(columns, row);
            }
        }
        self.latest_of_base(base)
    }

    fn latest_of_base(&self, (columns, row, _): (&'a Columns, &'a R, &'a [R])) -> Version<'a, R> {
        let ended = self.changed.and_then(|changed| changed.ended);
        let version = self.as_recorded(columns, row);
        Version {
            recorded: version.recorded.ended(ended.map(|ended| ended.at)),
            merged_into: ended.map_or(version.merged_into, |ended| ended.merged_into.known()),
            ..version
        }
    }
}
