//! All rows of a snapshot in the order of their ids: those of the base merged with those added since.

use std::{
    ops::{Bound, Range},
    sync::Arc,
};

use super::{
    mask::Mask,
    merge::{Side, Union},
    snapshot::Snapshot,
};
use crate::graph::{
    columns::numbers::number,
    delta::unresolved::UnresolvedRelationship,
    ix::{BoundedIx, EntityIx, RelationshipIx, SourceIx},
};

/// A part of a listing by id.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdRange<'a> {
    /// Only rows after this id.
    pub after: Option<&'a str>,
    /// Only rows before this id.
    pub before: Option<&'a str>,
}

impl Snapshot {
    /// All entities known to the view, in the order of their ids.
    pub fn entities<'s>(&'s self, mask: &Mask) -> impl DoubleEndedIterator<Item = EntityIx> + use<'s> {
        self.entities_between(mask, IdRange::default())
    }

    /// The same between two ids. O(log n) for the first and for the last.
    pub fn entities_between<'s>(
        &'s self,
        mask: &Mask,
        between: IdRange<'_>,
    ) -> impl DoubleEndedIterator<Item = EntityIx> + use<'s> {
        let known = mask.known;
        let settled = self.base.entities_settled.is_some_and(|last| last < known);
        let is_known = move |entity| self.entity_version(entity, known).recorded.is_known(known);
        let count = number(self.base.columns.entities.len());
        let rows = base_rows_between(count, between, |id| self.base.entity_place(id));
        let (from, to) = ends(between, &rows, EntityIx::of_base, |bound| {
            let added = self.delta.entity_ids.range::<_, str>((bound, Bound::Unbounded)).next();
            added.map(|(_, entity)| *entity)
        });
        let changed = self.delta.entities.range(from..to).map(|(entity, _)| *entity);
        Union::new(rows.map(EntityIx::of_base), changed)
            .filter(move |(entity, side)| (settled && *side == Side::First) || is_known(*entity))
            .map(|(entity, _)| entity)
    }

    fn rows_of_entities(&self) -> impl DoubleEndedIterator<Item = EntityIx> + use<> {
        (0..number(self.base.columns.entities.len())).map(EntityIx::of_base)
    }

    /// All entities, independent of views, in the order of their ids.
    pub fn all_entities(&self) -> impl DoubleEndedIterator<Item = EntityIx> {
        Union::new(self.rows_of_entities(), self.delta.entities.keys().copied()).map(|(entity, _)| entity)
    }

    /// All relationships visible in the view, in the order of their ids.
    pub fn relationships(&self, mask: Mask) -> impl DoubleEndedIterator<Item = RelationshipIx> {
        self.relationships_between(mask, IdRange::default())
    }

    /// The same between two ids. O(log n) for the first and for the last.
    pub fn relationships_between<'s>(
        &'s self,
        mask: Mask,
        between: IdRange<'_>,
    ) -> impl DoubleEndedIterator<Item = RelationshipIx> + use<'s> {
        let count = number(self.base.columns.relationships.len());
        let start = between.after.map_or(0, |id| self.base.relationships(id).end);
        let end = between.before.map_or(count, |id| self.base.relationships(id).start);
        let rows = start..end.max(start);
        let (from, to) = ends(between, &rows, RelationshipIx::of_base, |bound| {
            let added = self
                .delta
                .relationship_ids
                .range::<_, str>((bound, Bound::Unbounded))
                .next();
            added.map(|(_, (first, _))| *first)
        });
        let changed = self
            .delta
            .relationships
            .range(from..to)
            .map(|(relationship, _)| *relationship);
        Union::new(rows.map(RelationshipIx::of_base), changed)
            .filter(move |(relationship, side)| match side {
                Side::First => {
                    let (columns, row) = self.relationship_row(*relationship);
                    mask.sees(row, columns.recorded(row.recorded))
                }
                Side::Second => self.is_visible(*relationship, &mask),
            })
            .map(|(relationship, _)| relationship)
    }

    /// All versions of relationships, independent of views, in the order of their ids.
    pub fn all_relationships(&self) -> impl DoubleEndedIterator<Item = RelationshipIx> {
        let rows = (0..number(self.base.columns.relationships.len())).map(RelationshipIx::of_base);
        Union::new(rows, self.delta.relationships.keys().copied()).map(|(relationship, _)| relationship)
    }

    /// All entities with ids after `after`, independent of views, in the order of their ids. O(log n) for the first.
    pub(in crate::graph) fn entities_after<'s>(
        &'s self,
        after: Option<&str>,
    ) -> impl Iterator<Item = EntityIx> + use<'s> {
        let floor = after.map_or(0, |id| {
            self.base.entity_place(id).map_or_else(|before| before, |row| row + 1)
        });
        let rows = (floor..number(self.base.columns.entities.len())).map(EntityIx::of_base);
        let added = self
            .delta
            .entities
            .range(EntityIx::added(floor, 0)..)
            .map(|(entity, _)| *entity);
        let after = after.map(str::to_owned);
        let follows = move |entity: &EntityIx| after.as_deref().is_none_or(|after| self.entity(*entity).id() > after);
        Union::new(rows, added).map(|(entity, _)| entity).filter(follows)
    }

    /// The same for versions of relationships.
    pub(in crate::graph) fn relationships_after<'s>(
        &'s self,
        after: Option<&str>,
    ) -> impl Iterator<Item = RelationshipIx> + use<'s> {
        let floor = after.map_or(0, |id| self.base.relationships(id).end);
        let rows = (floor..number(self.base.columns.relationships.len())).map(RelationshipIx::of_base);
        let first = self.first_relationship(after.map_or(Bound::Unbounded, Bound::Excluded));
        let added = self.delta.relationships.range(first..);
        let added = added.map(|(relationship, _)| *relationship);
        Union::new(rows, added).map(|(relationship, _)| relationship)
    }

    /// The part of `rows`, which are in the order of their ids, between two ids. O(log n).
    #[must_use]
    pub fn rows_between<'r>(&self, rows: &'r [RelationshipIx], between: IdRange<'_>) -> &'r [RelationshipIx] {
        let before = |bound| {
            let first = self.first_relationship(bound);
            rows.partition_point(|row| *row < first)
        };
        let start = between.after.map_or(0, |id| before(Bound::Excluded(id)));
        let end = between.before.map_or(rows.len(), |id| before(Bound::Included(id)));
        rows.get(start..end).unwrap_or_default()
    }

    /// The first version of a relationship with an id from this bound on; after all rows if there is none. O(log n).
    pub(in crate::graph) fn first_relationship(&self, from: Bound<&str>) -> RelationshipIx {
        let floor = match from {
            Bound::Included(id) => self.base.relationships(id).start,
            Bound::Excluded(id) => self.base.relationships(id).end,
            Bound::Unbounded => 0,
        };
        let added = self
            .delta
            .relationship_ids
            .range((from.map(Arc::from), Bound::Unbounded))
            .next();
        let of_base = RelationshipIx::of_base(floor);
        added.map_or(of_base, |(_, (first, _))| of_base.min(*first))
    }

    /// All sources known to the view, in the order of their ids.
    pub fn sources<'s>(&'s self, mask: &Mask) -> impl DoubleEndedIterator<Item = SourceIx> + use<'s> {
        self.sources_between(mask, IdRange::default())
    }

    /// The same between two ids. O(log n) for the first and for the last.
    pub fn sources_between<'s>(
        &'s self,
        mask: &Mask,
        between: IdRange<'_>,
    ) -> impl DoubleEndedIterator<Item = SourceIx> + use<'s> {
        let known = mask.known;
        let rows = base_rows_between(number(self.base.columns.sources.len()), between, |id| {
            self.base.source(id)
        });
        let (from, to) = ends(between, &rows, SourceIx::of_base, |bound| {
            let added = self.delta.source_ids.range::<_, str>((bound, Bound::Unbounded)).next();
            added.map(|(_, source)| *source)
        });
        let changed = self.delta.sources.range(from..to).map(|(source, _)| *source);
        Union::new(rows.map(SourceIx::of_base), changed)
            .map(|(source, _)| source)
            .filter(move |source| self.source_version(*source, known).recorded.is_known(known))
    }

    /// All sources, independent of views, in the order of their ids.
    pub(in crate::graph) fn all_sources(&self) -> impl DoubleEndedIterator<Item = SourceIx> + use<'_> {
        let rows = (0..number(self.base.columns.sources.len())).map(SourceIx::of_base);
        Union::new(rows, self.delta.sources.keys().copied()).map(|(source, _)| source)
    }
}

/// The rows of a base between two ids. `place` returns the row of an id, or the row before which it would be.
fn base_rows_between(count: u32, between: IdRange<'_>, place: impl Fn(&str) -> Result<u32, u32>) -> Range<u32> {
    let start = between
        .after
        .map_or(0, |id| place(id).map_or_else(|before| before, |row| row + 1));
    let end = between
        .before
        .map_or(count, |id| place(id).unwrap_or_else(|before| before));
    start..end.max(start)
}

/// The bounds of the rows between two ids, including those added since the base. `added` returns the first added row from a bound on.
fn ends<R: BoundedIx>(
    between: IdRange<'_>,
    rows: &Range<u32>,
    of_base: impl Fn(u32) -> R,
    added: impl Fn(Bound<&str>) -> Option<R>,
) -> (R, R) {
    let first = |row: u32, bound| {
        let of_base = of_base(row);
        added(bound).map_or(of_base, |added| of_base.min(added))
    };
    let from = between
        .after
        .map_or(R::FIRST, |id| first(rows.start, Bound::Excluded(id)));
    let to = between
        .before
        .map_or(R::LAST, |id| first(rows.end, Bound::Included(id)));
    (from, to.max(from))
}

impl Snapshot {
    /// The same graph with these unresolved relationships.
    #[must_use]
    pub fn with_unresolved(self, mut unresolved: Vec<UnresolvedRelationship>) -> Self {
        unresolved.sort_by(|one, other| one.id.cmp(&other.id));
        self.with_shared_unresolved(unresolved.into())
    }

    pub(in crate::graph) fn with_shared_unresolved(mut self, unresolved: Arc<[UnresolvedRelationship]>) -> Self {
        Arc::make_mut(&mut self.delta).unresolved = unresolved;
        self
    }

    /// The relationships that wait for a missing record, by id.
    #[must_use]
    pub fn unresolved(&self) -> &[UnresolvedRelationship] {
        &self.delta.unresolved
    }
}
