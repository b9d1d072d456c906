//! One immutable state of the graph, with access to rows and links.

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
            rows::{EntityRow, EvidenceRow, RelationshipRow, SourceRow, VersionSpan},
        },
        delta::{self, Delta, DeltaRow, RelationshipDelta, RowVersion, Versions},
        ix::{EntityIx, EvidenceIx, RelationshipIx, SourceIx},
    },
    model::{AsOf, Set, View},
};

/// One state of the graph, as known at one moment. Readers keep theirs for as long as they need it; a clone shares everything.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use guanxi::{
///     formats::tables,
///     graph::{Pattern, Snapshot},
///     model::{AsOf, Timestamp, View},
/// };
///
/// let graph = Snapshot::build(&tables::bundled()?)?;
/// let now: Timestamp = "2026-12-01T00:00:00Z".parse()?;
/// let latest = graph.latest_view(now);
/// let in_2014 = graph.mask(&View { as_of: AsOf::Day("2014-11-28".parse()?), ..latest });
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
    /// The changes since.
    pub(in crate::graph) delta: Arc<Delta>,
    /// The number of record times that count, which selects the version of an entity or a source that is read.
    known: u32,
}

/// A relationship of an entity, with the neighbor at the other end; or a relationship without such a point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentRelationship {
    /// The relationship.
    pub relationship: RelationshipIx,
    /// The entity at its other end; `None` if it is undisclosed, or there is no point of view.
    pub neighbor: Option<EntityIx>,
}

impl Snapshot {
    /// A snapshot of a base, with the latest knowledge.
    pub(in crate::graph) fn of(base: Base) -> Self {
        Self::with(Arc::new(base), Delta::default())
    }

    /// A snapshot of a base and a delta, with the latest knowledge.
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
        self.with_known(self.times_until(moment))
    }

    /// The same graph as it was known to the view.
    #[must_use]
    pub fn known_to(&self, mask: &Mask) -> Self {
        self.with_known(mask.known)
    }

    fn with_known(&self, known: u32) -> Self {
        Self {
            base: Arc::clone(&self.base),
            delta: Arc::clone(&self.delta),
            known,
        }
    }

    /// The number of record times that count.
    pub(in crate::graph) fn known(&self) -> u32 {
        self.known
    }

    /// The mask of `view` for this snapshot.
    #[must_use]
    pub fn mask(&self, view: &View) -> Mask {
        Mask::new(view, self.times_until(view.known_at))
    }

    /// The mask of everything known to this snapshot: on any day, with any status.
    #[must_use]
    pub fn everything_known(&self) -> Mask {
        let everything = View {
            as_of: AsOf::Ever,
            known_at: Timestamp::MAX,
            statuses: Set::all(),
            has_explicit_statuses: true,
        };
        Mask::new(&everything, self.times_until(Timestamp::MAX).min(self.known))
    }

    /// The number of record times at or before `moment`.
    pub(in crate::graph) fn times_until(&self, moment: Timestamp) -> u32 {
        let before = self.base.times.partition_point(|time| *time <= moment);
        // The comparison never returns equal, so the search yields the insertion point.
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

    /// The default view at `now`: claims that hold on that day and all records, even if the clock is behind them.
    #[must_use]
    pub fn latest_view(&self, now: Timestamp) -> View {
        View {
            known_at: now.max(self.last_recorded_at()),
            ..View::now(now)
        }
    }

    /// The title of the data.
    #[must_use]
    pub fn title(&self) -> &str {
        self.base.columns.texts.text(self.base.title.title).unwrap_or_default()
    }

    /// The description of the data.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.base.columns.texts.text(self.base.title.description)
    }

    /// The licence of the data.
    #[must_use]
    pub fn licence(&self) -> Option<&str> {
        self.base.columns.texts.text(self.base.title.licence)
    }

    /// When the data was first recorded.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.time(self.base.title.began).unwrap_or_default()
    }

    /// The version of `entity` known after `known` record times; if it was not known then, the latest before that, or else the first.
    pub(in crate::graph) fn entity_version(&self, entity: EntityIx, known: u32) -> RowVersion<'_, EntityRow> {
        self.versions_of_entity(entity).at(known)
    }

    /// All versions of `entity`, oldest first.
    pub(in crate::graph) fn entity_versions(&self, entity: EntityIx) -> Vec<RowVersion<'_, EntityRow>> {
        self.versions_of_entity(entity).all()
    }

    fn versions_of_entity(&self, entity: EntityIx) -> Versions<'_, EntityRow> {
        let columns = &self.base.columns;
        let delta = self
            .delta
            .may_have_changed(entity)
            .then(|| self.delta.entities.get(&entity))
            .flatten();
        Versions {
            base: entity.base_row().map(|row| {
                let latest = &columns.entities[at(row)];
                (columns, latest, columns.older_entities(latest))
            }),
            delta: delta.map(|delta| &**delta),
            row_of: DeltaRow::entity,
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
        columns.texts.text(row.id).expect("every row has this text")
    }

    /// The same for a source.
    pub(in crate::graph) fn source_version(&self, source: SourceIx, known: u32) -> RowVersion<'_, SourceRow> {
        self.versions_of_source(source).at(known)
    }

    /// All versions of `source`, oldest first.
    pub(in crate::graph) fn source_versions(&self, source: SourceIx) -> Vec<RowVersion<'_, SourceRow>> {
        self.versions_of_source(source).all()
    }

    fn versions_of_source(&self, source: SourceIx) -> Versions<'_, SourceRow> {
        let columns = &self.base.columns;
        Versions {
            base: source.base_row().map(|row| {
                let latest = &columns.sources[at(row)];
                (columns, latest, latest.older.of(&columns.older_sources))
            }),
            delta: self.delta.sources.get(&source).map(|delta| &**delta),
            row_of: DeltaRow::source,
            recorded: |columns, row| columns.recorded(row.recorded),
            merged_into: |_, _| None,
        }
    }

    /// The columns and the row of a version of a relationship, as originally recorded.
    pub(in crate::graph) fn relationship_row(&self, relationship: RelationshipIx) -> (&Columns, &RelationshipRow) {
        match relationship.base_row() {
            Some(row) => (&self.base.columns, &self.base.columns.relationships[at(row)]),
            None => match self.delta.relationships.get(&relationship) {
                Some(RelationshipDelta::Added(added)) => (&added.columns, added.relationship()),
                _ => unreachable!("a row outside the base was added"),
            },
        }
    }

    /// The span in which a version of a relationship was known.
    pub(in crate::graph) fn recorded(&self, relationship: RelationshipIx) -> VersionSpan {
        let (columns, row) = self.relationship_row(relationship);
        let recorded = columns.recorded(row.recorded);
        recorded.retracted_at(self.delta.retracted_at(relationship))
    }

    /// Whether a version of a relationship is visible in the view.
    #[must_use]
    pub fn is_visible(&self, relationship: RelationshipIx, mask: &Mask) -> bool {
        let (columns, row) = self.relationship_row(relationship);
        // Two tests, because looking up the retraction takes longer.
        mask.sees(row, columns.recorded(row.recorded)) && mask.sees(row, self.recorded(relationship))
    }

    /// Whether `entity` is known to the view.
    #[must_use]
    pub fn knows(&self, entity: EntityIx, mask: &Mask) -> bool {
        self.entity_version(entity, mask.known).recorded.is_known(mask.known)
    }

    /// Whether two views certainly know the same versions of all entities. A fast check.
    pub(in crate::graph) fn knows_the_same_entities(&self, one: &Mask, other: &Mask) -> bool {
        let settled = self
            .base
            .entities_settled
            .is_some_and(|last| last < one.known.min(other.known));
        one.known == other.known || (settled && self.delta.entities.is_empty())
    }

    /// The relationships of `entity` with both ends disclosed, independent of views.
    pub(in crate::graph) fn all_links(&self, entity: EntityIx) -> impl Iterator<Item = RelationshipIx> {
        let outgoing = self.links_in(entity, Direction::Outgoing);
        outgoing
            .chain(self.links_in(entity, Direction::Incoming))
            .map(|(_, link)| link.relationship)
    }

    /// The links of `entity` in one direction, independent of views, by neighbor, then relationship.
    pub(in crate::graph) fn links_in(
        &self,
        entity: EntityIx,
        direction: Direction,
    ) -> impl Iterator<Item = (EntityIx, Link)> {
        let adjacency = match direction {
            Direction::Incoming => &self.base.incoming,
            Direction::Outgoing | Direction::Both => &self.base.outgoing,
        };
        let has_changes = self.delta.has_link_changes(entity);
        let has_retractions = has_changes && self.delta.has_retracted_links(entity);
        let rows = entity.base_row().into_iter().flat_map(|row| adjacency.links(row));
        let rows = rows.map(move |(neighbor, link)| {
            let retracted_at = has_retractions
                .then(|| self.delta.retracted_at(link.relationship))
                .flatten();
            let retracted = retracted_at.map_or(link.retracted, |retracted_at| link.retracted.min(retracted_at));
            (neighbor, Link { retracted, ..link })
        });
        let added = has_changes
            .then(|| self.delta.links(entity, direction))
            .into_iter()
            .flatten();
        merged(rows, added, |(neighbor, link)| (*neighbor, link.relationship))
    }

    /// The relationships of `entity` with an undisclosed other end, independent of views, by id.
    pub(in crate::graph) fn all_undisclosed(&self, entity: EntityIx) -> impl Iterator<Item = RelationshipIx> {
        merged(
            grouped(&self.base.undisclosed, entity.base_row()),
            delta::members(&self.delta.undisclosed, entity),
            |relationship| *relationship,
        )
    }

    /// All relationships of `entity`, independent of views, each version once.
    pub fn around(&self, entity: EntityIx) -> impl Iterator<Item = IncidentRelationship> {
        let outgoing = self.links_in(entity, Direction::Outgoing);
        // A relationship of an entity with itself is in both lists.
        let incoming = self
            .links_in(entity, Direction::Incoming)
            .filter(move |(neighbor, _)| *neighbor != entity);
        let disclosed = outgoing.chain(incoming).map(|(neighbor, link)| IncidentRelationship {
            relationship: link.relationship,
            neighbor: Some(neighbor),
        });
        let undisclosed = self.all_undisclosed(entity).map(|relationship| IncidentRelationship {
            relationship,
            neighbor: None,
        });
        disclosed.chain(undisclosed)
    }

    /// The statements of `entity` as a speaker, independent of views.
    pub fn by_speaker(&self, entity: EntityIx) -> impl Iterator<Item = EvidenceIx> {
        let rows = grouped(&self.base.by_speaker, entity.base_row());
        let relationships = rows.chain(delta::members(&self.delta.by_speaker, entity));
        relationships.flat_map(move |relationship| {
            self.statements_of(relationship)
                .filter(move |(_, columns, row)| columns.entity(row.speaker) == entity)
                .map(|(ix, ..)| ix)
        })
    }

    /// The statements of `source`, independent of views.
    pub fn by_source(&self, source: SourceIx) -> impl Iterator<Item = EvidenceIx> {
        let rows = grouped(&self.base.by_source, source.base_row());
        let relationships = rows.chain(delta::members(&self.delta.by_source, source));
        relationships.flat_map(move |relationship| {
            self.statements_of(relationship)
                .filter(move |(_, columns, row)| columns.source(row.source) == source)
                .map(|(ix, ..)| ix)
        })
    }

    /// The statements of a relationship with their columns.
    pub(in crate::graph) fn statements_of(
        &self,
        relationship: RelationshipIx,
    ) -> impl Iterator<Item = (EvidenceIx, &Columns, &EvidenceRow)> {
        let (columns, row) = self.relationship_row(relationship);
        let statements = (0..).zip(columns.statements(row));
        statements.map(move |(ordinal, row)| (EvidenceIx { relationship, ordinal }, columns, row))
    }

    /// Whether this graph has such an entity, independent of views.
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
