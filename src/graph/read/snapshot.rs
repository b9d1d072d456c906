//! One immutable state of the graph, and how entities are found and walked in it.

use std::{cmp::Ordering, sync::Arc};

use jiff::Timestamp;

use super::{mask::Mask, merge::merged};
use crate::{
    graph::{
        base::{
            Base,
            adjacency::{Direction, Link},
            index::Groups,
        },
        columns::{
            Columns,
            numbers::{at, number},
            rows::{EntityRow, EvidenceRow, Recorded, RelationshipRow, SourceRow},
        },
        delta::{self, Delta, Late, Placed, Version, Versions},
        ix::{EntityIx, EvidenceIx, RelationshipIx, SourceIx},
    },
    model::{At, Set, View},
};

/// One state of the graph, as it was known at one moment. Readers keep theirs for as long as they need it; a clone shares
/// everything.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use guanxi::{
///     formats::tables,
///     graph::{Pattern, Snapshot},
///     model::{At, Timestamp, View},
/// };
///
/// let graph = Snapshot::build(&tables::bundled()?)?;
/// let now: Timestamp = "2026-12-01T00:00:00Z".parse()?;
/// let latest = graph.latest_view(now);
/// let in_2014 = graph.mask(&View { at: At::Day("2014-11-28".parse()?), ..latest });
/// let paypal = graph.entity_by_id("paypal", &in_2014).ok_or("not there")?;
/// assert_eq!(graph.entity(paypal).name(), "PayPal");
/// let has_owner = |mask| graph.hops(paypal, Pattern::any(), mask).any(|hop| {
///     graph.entity(hop.neighbor).id() == "ebay"
/// });
/// assert!(has_owner(in_2014) && !has_owner(graph.mask(&latest)));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub(in crate::graph) base: Arc<Base>,
    /// What changed since.
    pub(in crate::graph) delta: Arc<Delta>,
    /// How many of the record times have passed: which version of an entity or a source is read.
    known: u32,
}

/// A relationship as seen from an entity, or from nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The relationship.
    pub relationship: RelationshipIx,
    /// The entity at its other end; none when it is not disclosed, or there is no entity to see it from.
    pub neighbor: Option<EntityIx>,
}

impl Snapshot {
    /// Everything that these rows hold, as it is known last.
    pub(in crate::graph) fn of(base: Base) -> Self {
        Self::with(Arc::new(base), Delta::default())
    }

    /// The same with what changed since.
    pub(in crate::graph) fn with(base: Arc<Base>, delta: Delta) -> Self {
        Self {
            base,
            delta: Arc::new(delta),
            known: u32::MAX,
        }
    }

    /// The same graph as it was known at `moment`: entities and sources are read as they were recorded then.
    #[must_use]
    pub fn known_at(&self, moment: Timestamp) -> Self {
        self.knowing(self.times_until(moment))
    }

    /// The same graph as it was known to the view.
    #[must_use]
    pub fn known_to(&self, mask: &Mask) -> Self {
        self.knowing(mask.known)
    }

    fn knowing(&self, known: u32) -> Self {
        Self {
            base: Arc::clone(&self.base),
            delta: Arc::clone(&self.delta),
            known,
        }
    }

    /// How many of the record times have passed for who reads this.
    pub(in crate::graph) fn known(&self) -> u32 {
        self.known
    }

    /// What `view` sees of this snapshot.
    #[must_use]
    pub fn mask(&self, view: &View) -> Mask {
        Mask::new(view, self.times_until(view.known_at))
    }

    /// What a view sees that sees everything known to who reads this: whatever day it held, whatever its status.
    #[must_use]
    pub fn everything_known(&self) -> Mask {
        let everything = View {
            at: At::Ever,
            known_at: Timestamp::MAX,
            statuses: Set::all(),
            statuses_given: true,
        };
        Mask::new(&everything, self.times_until(Timestamp::MAX).min(self.known))
    }

    /// How many record times lie at or before `moment`.
    pub(in crate::graph) fn times_until(&self, moment: Timestamp) -> u32 {
        let before = self.base.times.partition_point(|time| *time <= moment);
        // No moment has two places, so that what is compared is never equal.
        let after = self.delta.times.binary_search_by(|time| {
            if *time <= moment {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        });
        number(before + after.unwrap_or_else(|place| place))
    }

    /// The record time at this position.
    pub(in crate::graph) fn time(&self, position: u32) -> Option<Timestamp> {
        let position = at(position);
        let later = || self.delta.times.get(position.checked_sub(self.base.times.len())?);
        self.base.times.get(position).or_else(later).copied()
    }

    /// When the last change was recorded.
    #[must_use]
    pub fn last_recorded_at(&self) -> Timestamp {
        self.delta
            .times
            .last()
            .or(self.base.times.last())
            .copied()
            .unwrap_or_default()
    }

    /// The default view at `now`: what holds on that day and everything that is recorded, though the clock may be behind it.
    #[must_use]
    pub fn latest_view(&self, now: Timestamp) -> View {
        View {
            known_at: now.max(self.last_recorded_at()),
            ..View::now(now)
        }
    }

    /// What the data is called.
    #[must_use]
    pub fn title(&self) -> &str {
        self.base.columns.texts.text(self.base.title.title).unwrap_or_default()
    }

    /// What the data holds, in words.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.base.columns.texts.text(self.base.title.description)
    }

    /// Under which licence the data may be used.
    #[must_use]
    pub fn licence(&self) -> Option<&str> {
        self.base.columns.texts.text(self.base.title.licence)
    }

    /// When the data was first recorded.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.time(self.base.title.began).unwrap_or_default()
    }

    /// The version of `entity` that was known when so many record times had passed; the latest before that, or else the first,
    /// when it was not known then.
    pub(in crate::graph) fn entity_version(&self, entity: EntityIx, known: u32) -> Version<'_, EntityRow> {
        self.versions_of_entity(entity).known(known)
    }

    /// All versions of `entity`, oldest first.
    pub(in crate::graph) fn entity_versions(&self, entity: EntityIx) -> Vec<Version<'_, EntityRow>> {
        self.versions_of_entity(entity).all()
    }

    fn versions_of_entity(&self, entity: EntityIx) -> Versions<'_, EntityRow> {
        let columns = &self.base.columns;
        let changed = self
            .delta
            .may_have_changed(entity)
            .then(|| self.delta.entities.get(&entity))
            .flatten();
        Versions {
            base: entity.base_row().map(|row| {
                let latest = &columns.entities[at(row)];
                (columns, latest, columns.older_entities(latest))
            }),
            changed: changed.map(|changed| &**changed),
            of_placed: Placed::entity,
            recorded: |columns, row| columns.recorded(row.recorded),
            merged_into: Columns::merged_into,
        }
    }

    /// The id of `entity`, the same in all its versions.
    pub(in crate::graph) fn entity_id(&self, entity: EntityIx) -> &str {
        let columns = &self.base.columns;
        let (columns, row) = match entity.base_row() {
            Some(row) => (columns, &columns.entities[at(row)]),
            None => {
                let version = self.entity_version(entity, u32::MAX);
                (version.columns, version.row)
            }
        };
        columns.texts.text(row.id).expect("every row was given this text")
    }

    /// The same of a source.
    pub(in crate::graph) fn source_version(&self, source: SourceIx, known: u32) -> Version<'_, SourceRow> {
        self.versions_of_source(source).known(known)
    }

    /// All versions of `source`, oldest first.
    pub(in crate::graph) fn source_versions(&self, source: SourceIx) -> Vec<Version<'_, SourceRow>> {
        self.versions_of_source(source).all()
    }

    fn versions_of_source(&self, source: SourceIx) -> Versions<'_, SourceRow> {
        let columns = &self.base.columns;
        Versions {
            base: source.base_row().map(|row| {
                let latest = &columns.sources[at(row)];
                (columns, latest, latest.older.of(&columns.older_sources))
            }),
            changed: self.delta.sources.get(&source).map(|changed| &**changed),
            of_placed: Placed::source,
            recorded: |columns, row| columns.recorded(row.recorded),
            merged_into: |_, _| None,
        }
    }

    /// The columns and the row of a version of a relationship, as it was recorded when it was made.
    pub(in crate::graph) fn relationship_row(&self, relationship: RelationshipIx) -> (&Columns, &RelationshipRow) {
        match relationship.base_row() {
            Some(row) => (&self.base.columns, &self.base.columns.relationships[at(row)]),
            None => match self.delta.relationships.get(&relationship) {
                Some(Late::Added(placed)) => (&placed.columns, placed.relationship()),
                _ => unreachable!("what is not of the base was added"),
            },
        }
    }

    /// When a version of a relationship was known.
    pub(in crate::graph) fn recorded(&self, relationship: RelationshipIx) -> Recorded {
        let (columns, row) = self.relationship_row(relationship);
        let recorded = columns.recorded(row.recorded);
        recorded.ended(self.delta.ended_at(relationship))
    }

    /// Whether the view sees a version of a relationship.
    #[must_use]
    pub fn is_seen(&self, relationship: RelationshipIx, mask: &Mask) -> bool {
        let (columns, row) = self.relationship_row(relationship);
        // The view is asked twice, because whether it was taken back takes longer to find.
        mask.sees(row, columns.recorded(row.recorded)) && mask.sees(row, self.recorded(relationship))
    }

    /// Whether the view knows `entity`.
    #[must_use]
    pub fn knows(&self, entity: EntityIx, mask: &Mask) -> bool {
        self.entity_version(entity, mask.known).recorded.is_known(mask.known)
    }

    /// Whether two views know the same versions of all entities, as far as can be told at once.
    pub(in crate::graph) fn knows_the_same_entities(&self, one: &Mask, other: &Mask) -> bool {
        let settled = self
            .base
            .entities_settled
            .is_some_and(|last| last < one.known.min(other.known));
        one.known == other.known || (settled && self.delta.entities.is_empty())
    }

    /// The relationships of `entity` whose both ends are disclosed, whoever sees them.
    pub(in crate::graph) fn all_links(&self, entity: EntityIx) -> impl Iterator<Item = RelationshipIx> {
        let outgoing = self.links_in(entity, Direction::Outgoing);
        outgoing
            .chain(self.links_in(entity, Direction::Incoming))
            .map(|(_, link)| link.relationship)
    }

    /// The links of `entity` in one direction, whoever sees them, by neighbor, then relationship.
    pub(in crate::graph) fn links_in(
        &self,
        entity: EntityIx,
        direction: Direction,
    ) -> impl Iterator<Item = (EntityIx, Link)> {
        let adjacency = match direction {
            Direction::Incoming => &self.base.incoming,
            Direction::Outgoing | Direction::Both => &self.base.outgoing,
        };
        let touched = self.delta.touches(entity);
        let has_ended = touched && self.delta.has_ended_links(entity);
        let rows = entity.base_row().into_iter().flat_map(|row| adjacency.links(row));
        let rows = rows.map(move |(neighbor, link)| {
            let ended = has_ended.then(|| self.delta.ended_at(link.relationship)).flatten();
            let retracted = ended.map_or(link.retracted, |ended| link.retracted.min(ended));
            (neighbor, Link { retracted, ..link })
        });
        let added = touched
            .then(|| self.delta.links(entity, direction))
            .into_iter()
            .flatten();
        merged(rows, added, |(neighbor, link)| (*neighbor, link.relationship))
    }

    /// The relationships of `entity` whose other end is not disclosed, whoever sees them, by id.
    pub(in crate::graph) fn all_undisclosed(&self, entity: EntityIx) -> impl Iterator<Item = RelationshipIx> {
        merged(
            grouped(&self.base.undisclosed, entity.base_row()),
            delta::of(&self.delta.undisclosed, entity),
            |relationship| *relationship,
        )
    }

    /// All relationships of `entity`, whoever sees them, each version once.
    pub fn around(&self, entity: EntityIx) -> impl Iterator<Item = Seen> {
        let outgoing = self.links_in(entity, Direction::Outgoing);
        // A relationship of an entity with itself stands in both lists.
        let incoming = self
            .links_in(entity, Direction::Incoming)
            .filter(move |(neighbor, _)| *neighbor != entity);
        let disclosed = outgoing.chain(incoming).map(|(neighbor, link)| Seen {
            relationship: link.relationship,
            neighbor: Some(neighbor),
        });
        let undisclosed = self.all_undisclosed(entity).map(|relationship| Seen {
            relationship,
            neighbor: None,
        });
        disclosed.chain(undisclosed)
    }

    /// What `entity` said as a speaker, whoever sees it.
    pub fn by_speaker(&self, entity: EntityIx) -> impl Iterator<Item = EvidenceIx> {
        let rows = grouped(&self.base.by_speaker, entity.base_row());
        let relationships = rows.chain(delta::of(&self.delta.by_speaker, entity));
        relationships.flat_map(move |relationship| {
            self.statements_of(relationship)
                .filter(move |(_, columns, row)| columns.entity(row.speaker) == entity)
                .map(|(ix, ..)| ix)
        })
    }

    /// What `source` says, whoever sees it.
    pub fn by_source(&self, source: SourceIx) -> impl Iterator<Item = EvidenceIx> {
        let rows = grouped(&self.base.by_source, source.base_row());
        let relationships = rows.chain(delta::of(&self.delta.by_source, source));
        relationships.flat_map(move |relationship| {
            self.statements_of(relationship)
                .filter(move |(_, columns, row)| columns.source(row.source) == source)
                .map(|(ix, ..)| ix)
        })
    }

    /// The statements of a relationship with the columns they stand in.
    pub(in crate::graph) fn statements_of(
        &self,
        relationship: RelationshipIx,
    ) -> impl Iterator<Item = (EvidenceIx, &Columns, &EvidenceRow)> {
        let (columns, row) = self.relationship_row(relationship);
        let statements = (0..).zip(columns.statements(row));
        statements.map(move |(ordinal, row)| (EvidenceIx { relationship, ordinal }, columns, row))
    }

    /// Whether there is such an entity in this graph, whoever knows it.
    #[must_use]
    pub fn has_entity(&self, entity: EntityIx) -> bool {
        let is_row = entity
            .base_row()
            .is_some_and(|row| at(row) < self.base.columns.entities.len());
        is_row || self.delta.entities.contains_key(&entity)
    }
}

/// The relationships of a row of the base.
fn grouped(groups: &Groups, owner: Option<u32>) -> impl Iterator<Item = RelationshipIx> {
    owner
        .into_iter()
        .flat_map(|owner| groups.rows(owner))
        .map(RelationshipIx::of_base)
}
