//! Predicates on entities: what they are by themselves first, then what takes looking at their relationships.

use std::collections::BTreeSet;

use super::{DateFilter, PropertyFilter, RelationshipsFilter, TextFilter, combined, scan::Scan};
use crate::{
    graph::{
        budget::Exhausted,
        ix::EntityIx,
        read::listing::IdRange,
        read::{mask::Mask, snapshot::Snapshot},
    },
    model::{EntityKind, EntityStatus, Set, has_fixed_form, without_leading_zeros},
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

/// Whether there is an identifier that fits both a scheme and a list of values.
#[derive(Debug, Clone, Default)]
pub struct IdentifierFilter {
    scheme: Option<String>,
    values: Option<Values>,
    /// None where nothing is asked for.
    stated: Option<bool>,
}

/// Values of identifiers, in both forms in which schemes compare them.
#[derive(Debug, Clone)]
struct Values {
    written: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl IdentifierFilter {
    /// Of this scheme, whatever the case of its letters, if one is given; with one of these values, if a list of them is
    /// given. Numbers of registers compare without leading zeros. There is one, or where `stated` is false there is none; where
    /// nothing is given it always holds.
    #[must_use]
    pub fn new(scheme: Option<&str>, values: Option<&[String]>, stated: Option<bool>) -> Self {
        let trimmed = |values: &[String]| values.iter().map(|value| value.trim().to_owned()).collect();
        let number = |value: &String| without_leading_zeros(value).into_owned();
        let asks = scheme.is_some() || values.is_some();
        Self {
            stated: stated.or(asks.then_some(true)),
            scheme: scheme.map(|scheme| scheme.trim().to_lowercase()),
            values: values.map(trimmed).map(|written: BTreeSet<String>| Values {
                numbers: written.iter().map(number).collect(),
                written,
            }),
        }
    }

    fn matches<'t>(&self, mut identifiers: impl Iterator<Item = (&'t str, &'t str)>) -> bool {
        self.stated
            .is_none_or(|stated| identifiers.any(|(scheme, value)| self.fits(scheme, value)) == stated)
    }

    fn fits(&self, scheme: &str, value: &str) -> bool {
        let is_listed = |values: &Values| {
            if has_fixed_form(scheme) {
                values.written.contains(value)
            } else {
                values.numbers.contains(&*without_leading_zeros(value))
            }
        };
        self.scheme.as_ref().is_none_or(|known| known == scheme) && self.values.as_ref().is_none_or(is_listed)
    }
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
    /// With a property that fits.
    pub property: Option<Box<PropertyFilter>>,
    /// All of these.
    pub and: Option<Vec<EntityFilter>>,
    /// At least one of these.
    pub or: Option<Vec<EntityFilter>>,
    /// Not this.
    pub not: Option<Box<EntityFilter>>,
}

impl EntityFilter {
    /// The same predicate, with those alternatives first that look at fewer levels of relationships, and at no properties.
    #[must_use]
    pub fn cheap_first(mut self) -> Self {
        for list in [&mut self.and, &mut self.or].into_iter().flatten() {
            list.sort_by_key(|filter| (filter.reach(), filter.reads_properties()));
        }
        self
    }

    /// The entities between two ids among which those that fit are found, in the order of their ids: those that it names, else
    /// all.
    pub fn candidates<'f>(
        &'f self,
        snapshot: &'f Snapshot,
        mask: &Mask,
        between: IdRange<'_>,
    ) -> Box<dyn DoubleEndedIterator<Item = EntityIx> + 'f> {
        let Some(ids) = &self.ids else {
            return Box::new(snapshot.entities_between(mask, between));
        };
        let (after, before) = (between.after.map(str::to_owned), between.before.map(str::to_owned));
        let is_between = move |entity: &EntityIx| {
            let id = snapshot.entity(*entity).id();
            after.as_deref().is_none_or(|after| id > after) && before.as_deref().is_none_or(|before| id < before)
        };
        Box::new(ids.iter().filter(is_between))
    }

    /// Whether it names the entities among which those that fit are found.
    #[must_use]
    pub fn names_candidates(&self) -> bool {
        self.ids.is_some()
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
                .is_none_or(|filter| filter.matches(read.country()))
            && self
                .identifier
                .as_ref()
                .is_none_or(|filter| filter.matches(read.identifiers()))
            && self
                .name
                .as_ref()
                .is_none_or(|filter| read.all_names().any(|name| filter.matches(Some(name))))
    }

    /// Whether the rest holds.
    pub(super) fn fits_further<'f>(&'f self, scan: &Scan<'f>, entity: EntityIx) -> Result<bool, Exhausted> {
        let each = |filter: &'f Self| filter.matches(scan, entity);
        if !combined(self.and.as_ref(), self.or.as_ref(), self.not.as_deref(), each)? {
            return Ok(false);
        }
        if let Some(filter) = &self.relationships
            && !filter.matches(scan, entity)?
        {
            return Ok(false);
        }
        match &self.property {
            Some(filter) => filter.matches(scan, scan.snapshot.entity(entity).properties()),
            None => Ok(true),
        }
    }

    /// Whether it looks at properties of the entity itself.
    fn reads_properties(&self) -> bool {
        let lists = [&self.and, &self.or].into_iter().flatten().flatten();
        self.property.is_some() || lists.chain(self.not.as_deref()).any(Self::reads_properties)
    }

    /// How many levels of relationships it looks at.
    pub(super) fn reach(&self) -> usize {
        let lists = [&self.and, &self.or].into_iter().flatten().flatten();
        let filters = lists.chain(self.not.as_deref()).map(Self::reach);
        let own = self.relationships.iter().map(|filter| filter.reach());
        filters.chain(own).max().unwrap_or(0)
    }
}
