//! Predicates on entities: what they are by themselves first, then what takes looking at their relationships.

use std::collections::BTreeSet;

use super::{DateFilter, RelationshipsFilter, TextFilter, combined, scan::Scan};
use crate::{
    graph::{budget::Exhausted, ix::EntityIx, mask::Mask, snapshot::Snapshot},
    model::{EntityKind, EntityStatus, Set},
};

/// Entities that a question names, in the order of their ids.
#[derive(Debug, Clone, Default)]
pub struct EntitySet(Vec<EntityIx>);

impl EntitySet {
    /// The entities with these ids, as far as there are any. Rows are compared with them as numbers, not as texts.
    #[must_use]
    pub fn named<'i>(snapshot: &Snapshot, mask: &Mask, ids: impl IntoIterator<Item = &'i str>) -> Self {
        let found = ids.into_iter().filter_map(|id| snapshot.entity_by_id(id, mask));
        let found: BTreeSet<EntityIx> = found.collect();
        Self(found.into_iter().collect())
    }

    pub(super) fn contains(&self, entity: EntityIx) -> bool {
        self.0.binary_search(&entity).is_ok()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = EntityIx> {
        self.0.iter().copied()
    }
}

/// One identifier that fits both.
#[derive(Debug, Clone, Default)]
pub struct IdentifierFilter {
    /// Of this scheme, in lower case.
    pub scheme: Option<String>,
    /// With one of these values.
    pub values: Option<BTreeSet<String>>,
}

/// A predicate on entities. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct EntityFilter {
    /// One of these.
    pub ids: Option<EntitySet>,
    /// Of one of these kinds.
    pub kinds: Option<Set<EntityKind>>,
    /// With any name that fits.
    pub name: Option<TextFilter>,
    /// With a country that fits.
    pub country: Option<TextFilter>,
    /// In one of these states.
    pub statuses: Option<Set<EntityStatus>>,
    /// Founded then.
    pub founded: Option<DateFilter>,
    /// With an identifier that fits.
    pub identifier: Option<IdentifierFilter>,
    /// With relationships that fit.
    pub relationships: Option<Box<RelationshipsFilter>>,
    /// All of these.
    pub and: Option<Vec<EntityFilter>>,
    /// At least one of these.
    pub or: Option<Vec<EntityFilter>>,
    /// Not this.
    pub not: Option<Box<EntityFilter>>,
}

impl EntityFilter {
    /// The same predicate, with those alternatives first that look at fewer levels of relationships.
    #[must_use]
    pub fn cheap_first(mut self) -> Self {
        for list in [&mut self.and, &mut self.or].into_iter().flatten() {
            list.sort_by_key(Self::reach);
        }
        self
    }

    /// The entities among which those that fit are found, in the order of their ids: those that it names, else all.
    pub fn candidates<'f>(
        &'f self,
        snapshot: &'f Snapshot,
        mask: &Mask,
    ) -> Box<dyn DoubleEndedIterator<Item = EntityIx> + 'f> {
        match &self.ids {
            Some(ids) => Box::new(ids.iter()),
            None => Box::new(snapshot.entities(mask)),
        }
    }

    /// Whether `entity` fits.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow what the answer takes.
    pub fn matches<'f>(&'f self, scan: &Scan<'f>, entity: EntityIx) -> Result<bool, Exhausted> {
        Ok(self.fits_itself(scan, entity) && self.fits_further(scan, entity)?)
    }

    /// Whether it fits by what stands in its own row.
    pub(super) fn fits_itself(&self, scan: &Scan<'_>, entity: EntityIx) -> bool {
        let read = scan.snapshot.entity(entity);
        self.ids.as_ref().is_none_or(|ids| ids.contains(entity))
            && self.kinds.is_none_or(|kinds| kinds.contains(read.kind()))
            && self
                .statuses
                .is_none_or(|statuses| statuses.contains(scan.status(read)))
            && self.founded.is_none_or(|founded| founded.matches(read.founded()))
            && self
                .country
                .as_ref()
                .is_none_or(|filter| read.country().is_some_and(|country| filter.matches(country)))
            && self.identifier.as_ref().is_none_or(|filter| {
                read.identifiers().any(|(scheme, value)| {
                    filter.scheme.as_ref().is_none_or(|wanted| wanted == scheme)
                        && filter.values.as_ref().is_none_or(|values| values.contains(value))
                })
            })
            && self
                .name
                .as_ref()
                .is_none_or(|filter| read.all_names().any(|name| filter.matches(name)))
    }

    /// Whether the rest holds.
    pub(super) fn fits_further<'f>(&'f self, scan: &Scan<'f>, entity: EntityIx) -> Result<bool, Exhausted> {
        let each = |filter: &'f Self| filter.matches(scan, entity);
        if !combined(self.and.as_ref(), self.or.as_ref(), self.not.as_deref(), each)? {
            return Ok(false);
        }
        match &self.relationships {
            Some(filter) => filter.matches(scan, entity),
            None => Ok(true),
        }
    }

    /// How many levels of relationships it looks at.
    pub(super) fn reach(&self) -> usize {
        let lists = [&self.and, &self.or].into_iter().flatten().flatten();
        let filters = lists.chain(self.not.as_deref()).map(Self::reach);
        let own = self.relationships.iter().map(|filter| filter.reach());
        filters.chain(own).max().unwrap_or(0)
    }
}
