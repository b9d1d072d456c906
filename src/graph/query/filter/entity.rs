//! Predicates on entities: their own properties first, then those that require reading their relationships.

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

/// Entities named in a query, in the order of their ids.
#[derive(Debug, Clone, Default)]
pub struct EntitySet(Vec<EntityIx>);

impl EntitySet {
    /// The existing entities with these ids. Rows are compared with them as numbers, not as texts.
    #[must_use]
    pub fn from_ids<'i>(snapshot: &Snapshot, mask: &Mask, ids: impl IntoIterator<Item = &'i str>) -> Self {
        let entities = ids.into_iter().filter_map(|id| snapshot.entity_by_id(id, mask));
        let entities: BTreeSet<EntityIx> = entities.collect();
        Self(entities.into_iter().collect())
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

/// Whether there is an identifier that matches both a scheme and a list of values.
#[derive(Debug, Clone, Default)]
pub struct IdentifierFilter {
    scheme: Option<String>,
    values: Option<Values>,
    /// `None` without conditions.
    stated: Option<bool>,
}

/// Values of identifiers, in both forms in which schemes compare them.
#[derive(Debug, Clone)]
struct Values {
    exact: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl IdentifierFilter {
    /// Matches an identifier of this scheme, ignoring case, if given, with one of these values, if given. Register numbers compare
    /// without leading zeros. With `stated: false` it matches if there is no such identifier; without any arguments it always
    /// matches.
    #[must_use]
    pub fn new(scheme: Option<&str>, values: Option<&[String]>, stated: Option<bool>) -> Self {
        let trimmed = |values: &[String]| values.iter().map(|value| value.trim().to_owned()).collect();
        let number = |value: &String| without_leading_zeros(value).into_owned();
        let has_conditions = scheme.is_some() || values.is_some();
        Self {
            stated: stated.or(has_conditions.then_some(true)),
            scheme: scheme.map(|scheme| scheme.trim().to_lowercase()),
            values: values.map(trimmed).map(|exact: BTreeSet<String>| Values {
                numbers: exact.iter().map(number).collect(),
                exact,
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
                values.exact.contains(value)
            } else {
                values.numbers.contains(&*without_leading_zeros(value))
            }
        };
        self.scheme.as_ref().is_none_or(|other| other == scheme) && self.values.as_ref().is_none_or(is_listed)
    }
}

/// A predicate on entities. All given conditions must hold.
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
    /// With a founding date that fits.
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
    /// The same predicate, with the cheaper alternatives first: those that read fewer levels of relationships, and no properties.
    #[must_use]
    pub fn cheap_first(mut self) -> Self {
        for list in [&mut self.and, &mut self.or].into_iter().flatten() {
            list.sort_by_key(|filter| (filter.reach(), filter.reads_properties()));
        }
        self
    }

    /// The candidates between two ids, in the order of their ids: the entities that the filter names, else all.
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

    /// Whether the filter names its candidates.
    #[must_use]
    pub fn names_candidates(&self) -> bool {
        self.ids.is_some()
    }

    /// Whether `entity` fits.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn matches<'f>(&'f self, scan: &Scan<'f>, entity: EntityIx) -> Result<bool, Exhausted> {
        Ok(self.fits_itself(scan, entity) && self.fits_further(scan, entity)?)
    }

    /// Whether the conditions on its own row hold.
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

    /// Whether the other conditions hold.
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

    /// Whether it reads properties of the entity itself.
    fn reads_properties(&self) -> bool {
        let lists = [&self.and, &self.or].into_iter().flatten().flatten();
        self.property.is_some() || lists.chain(self.not.as_deref()).any(Self::reads_properties)
    }

    /// The number of levels of relationships it reads.
    pub(super) fn reach(&self) -> usize {
        let lists = [&self.and, &self.or].into_iter().flatten().flatten();
        let filters = lists.chain(self.not.as_deref()).map(Self::reach);
        let own = self.relationships.iter().map(|filter| filter.reach());
        filters.chain(own).max().unwrap_or(0)
    }
}
