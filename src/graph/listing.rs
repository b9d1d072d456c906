//! All rows of a snapshot, in the order of their ids: those of the base and those added since, as one.

use std::{ops::Bound, sync::Arc};

use super::{
    base::number,
    ix::{EntityIx, RelationshipIx, SourceIx},
    mask::Mask,
    merge::{Side, Union},
    snapshot::Snapshot,
};

impl Snapshot {
    /// All entities that the view knows, in the order of their ids.
    pub fn entities<'s>(&'s self, mask: &Mask) -> impl DoubleEndedIterator<Item = EntityIx> + use<'s> {
        let known = mask.known;
        let settled = self.base.entities_settled.is_some_and(|last| last < known);
        let is_known = move |entity| self.entity_version(entity, known).recorded.is_known(known);
        Union::new(self.rows_of_entities(), self.delta.entities.keys().copied())
            .filter(move |(entity, side)| (settled && *side == Side::First) || is_known(*entity))
            .map(|(entity, _)| entity)
    }

    fn rows_of_entities(&self) -> impl DoubleEndedIterator<Item = EntityIx> + use<> {
        (0..number(self.base.columns.entities.len())).map(EntityIx::of_base)
    }

    /// All entities, whoever knows them, in the order of their ids.
    pub(super) fn all_entities(&self) -> impl DoubleEndedIterator<Item = EntityIx> {
        Union::new(self.rows_of_entities(), self.delta.entities.keys().copied()).map(|(entity, _)| entity)
    }

    /// All relationships that the view sees, in the order of their ids.
    pub fn relationships(&self, mask: Mask) -> impl DoubleEndedIterator<Item = RelationshipIx> {
        let rows = (0..number(self.base.columns.relationships.len())).map(RelationshipIx::of_base);
        Union::new(rows, self.delta.relationships.keys().copied())
            .filter(move |(relationship, side)| match side {
                Side::First => {
                    let (columns, row) = self.relationship_row(*relationship);
                    mask.sees(row, columns.recorded(row.recorded))
                }
                Side::Second => self.is_seen(*relationship, &mask),
            })
            .map(|(relationship, _)| relationship)
    }

    /// All versions of relationships, whoever sees them, in the order of their ids.
    pub(super) fn all_relationships(&self) -> impl DoubleEndedIterator<Item = RelationshipIx> {
        let rows = (0..number(self.base.columns.relationships.len())).map(RelationshipIx::of_base);
        Union::new(rows, self.delta.relationships.keys().copied()).map(|(relationship, _)| relationship)
    }

    /// All entities whose ids follow `after`, whoever knows them, in the order of their ids. O(log n) for the first.
    pub(super) fn entities_after<'s>(&'s self, after: Option<&str>) -> impl Iterator<Item = EntityIx> + use<'s> {
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

    /// The same of the versions of relationships.
    pub(super) fn relationships_after<'s>(
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

    /// The first version of a relationship whose id is, or follows, this; after all of them when none is. O(log n).
    pub(super) fn first_relationship(&self, from: Bound<&str>) -> RelationshipIx {
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

    /// All sources that the view knows, in the order of their ids.
    pub fn sources<'s>(&'s self, mask: &Mask) -> impl DoubleEndedIterator<Item = SourceIx> + use<'s> {
        let known = mask.known;
        self.all_sources()
            .filter(move |source| self.source_version(*source, known).recorded.is_known(known))
    }

    /// All sources, whoever knows them, in the order of their ids.
    pub(super) fn all_sources(&self) -> impl DoubleEndedIterator<Item = SourceIx> + use<'_> {
        let rows = (0..number(self.base.columns.sources.len())).map(SourceIx::of_base);
        Union::new(rows, self.delta.sources.keys().copied()).map(|(source, _)| source)
    }
}
