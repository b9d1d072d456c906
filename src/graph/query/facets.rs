//! Counts of rows by common values. Every row is counted; a missing value is a value of its own.

use std::{borrow::Cow, cmp::Reverse, collections::HashMap, sync::Arc};

use super::filter::Pattern;
use crate::{
    graph::{
        budget::{Budget, Exhausted, Meter},
        ix::{EntityIx, RelationshipIx},
        read::{mask::Mask, snapshot::Snapshot},
    },
    model::{Catalog, Date, PartialDate, RelationshipKind, Set, catalog},
};

catalog! {
    /// The keys by which entities or relationships can be grouped and counted.
    pub enum GroupKey as "a key to group by" {
        /// The kind of the entity or of the relationship.
        Kind = "KIND",
        /// The country of an entity, as stored: `CN`, `US-DE`. A relationship counts once under each different country of its
        /// two ends.
        Country = "COUNTRY",
        /// The status of the relationship, or that of the entity on the day of the view.
        Status = "STATUS",
        /// The year in which an entity was founded, or in which a relationship began (since).
        Year = "YEAR",
        /// An entity counts once under each kind of its relationships that are visible in the view, from either end and whether or
        /// not the other end is disclosed. A relationship counts under its own kind.
        RelationshipKind = "RELATIONSHIP_KIND",
    }
}

/// A value by which rows are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value<'s> {
    Text(&'s str),
    Year(i16),
    /// Not stated: after all stated values.
    Missing,
}

impl<'s> Value<'s> {
    fn text(text: Option<&'s str>) -> Self {
        text.map_or(Self::Missing, Self::Text)
    }

    fn year(date: Option<PartialDate>) -> Self {
        date.map_or(Self::Missing, |date| Self::Year(date.first_day().year()))
    }

    fn to_text(self) -> Option<Cow<'s, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Year(year) => Some(Cow::Owned(format!("{year:04}"))),
            Self::Missing => None,
        }
    }
}

/// The number of rows with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount<'s> {
    /// The value as text; `None` for the rows without a value.
    pub value: Option<Cow<'s, str>>,
    /// The number of rows.
    pub count: usize,
}

/// The rows with one value, grouped by a second key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'s> {
    /// The value and its number of rows.
    pub counted: FacetCount<'s>,
    /// The same rows by the second key; empty without one.
    pub groups: Vec<FacetCount<'s>>,
}

/// The rows of one listing: everything on all of its pages.
#[derive(Debug, Clone)]
pub enum ListingRows {
    /// Entities, each once.
    Entities(Arc<[EntityIx]>),
    /// Relationships, each once.
    Relationships(Arc<[RelationshipIx]>),
}

impl ListingRows {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Entities(rows) => rows.len(),
            Self::Relationships(rows) => rows.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of rows with each value of `key`, as visible through `mask` and with the status of entities on `day`: most frequent
    /// first, then by value, the missing value last among equals. A row with several values counts under each of them. O(n); every
    /// row spends one unit, as does every relationship of an entity counted by relationship kind.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn facet<'s>(
        &self,
        snapshot: &'s Snapshot,
        (mask, day): (Mask, Date),
        key: GroupKey,
        budget: &Budget,
    ) -> Result<Vec<FacetCount<'s>>, Exhausted> {
        let mut counts: HashMap<Value<'s>, usize> = HashMap::new();
        let mut values = Vec::new();
        self.each(&mut ValueReader::new(snapshot, (mask, day), budget), |reader, row| {
            reader.values(row, key, &mut values)?;
            for value in &values {
                *counts.entry(*value).or_default() += 1;
            }
            Ok(true)
        })?;
        Ok(ordered(counts))
    }

    /// The same by `key`, and within each value by `within`; `None` if there are more than `groups_max` groups, including inner ones.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn groups<'s>(
        &self,
        snapshot: &'s Snapshot,
        (mask, day): (Mask, Date),
        (key, within): (GroupKey, Option<GroupKey>),
        groups_max: usize,
        budget: &Budget,
    ) -> Result<Option<Vec<Group<'s>>>, Exhausted> {
        let mut counts: HashMap<Value<'s>, (usize, HashMap<Value<'s>, usize>)> = HashMap::new();
        let mut group_count = 0;
        let (mut outer_values, mut inner_values) = (Vec::new(), Vec::new());
        self.each(&mut ValueReader::new(snapshot, (mask, day), budget), |reader, row| {
            reader.values(row, key, &mut outer_values)?;
            if let Some(within) = within {
                reader.values(row, within, &mut inner_values)?;
            }
            for value in &outer_values {
                let (count, inner) = counts.entry(*value).or_insert_with(|| {
                    group_count += 1;
                    (0, HashMap::new())
                });
                *count += 1;
                for value in &inner_values {
                    *inner.entry(*value).or_insert_with(|| {
                        group_count += 1;
                        0
                    }) += 1;
                }
            }
            Ok(group_count <= groups_max)
        })?;
        if group_count > groups_max {
            return Ok(None);
        }
        let mut inner: HashMap<Value<'s>, Vec<FacetCount<'s>>> = HashMap::new();
        let mut outer = HashMap::new();
        for (value, (count, within)) in counts {
            outer.insert(value, count);
            inner.insert(value, ordered(within));
        }
        let groups = by_frequency(outer).into_iter().map(|(value, count)| Group {
            counted: FacetCount {
                value: value.to_text(),
                count,
            },
            groups: inner.remove(&value).unwrap_or_default(),
        });
        Ok(Some(groups.collect()))
    }

    /// Calls `count` with each row until it returns false.
    fn each<'s>(
        &self,
        reader: &mut ValueReader<'s, '_>,
        mut count: impl FnMut(&mut ValueReader<'s, '_>, Row) -> Result<bool, Exhausted>,
    ) -> Result<(), Exhausted> {
        let mut is_done = |row| Ok::<bool, Exhausted>(!count(reader, row)?);
        match self {
            Self::Entities(rows) => {
                for row in rows.iter() {
                    if is_done(Row::Entity(*row))? {
                        break;
                    }
                }
            }
            Self::Relationships(rows) => {
                for row in rows.iter() {
                    if is_done(Row::Relationship(*row))? {
                        break;
                    }
                }
            }
        }
        reader.meter.flush()
    }
}

#[derive(Debug, Clone, Copy)]
enum Row {
    Entity(EntityIx),
    Relationship(RelationshipIx),
}

/// Reads the values of rows.
struct ValueReader<'s, 'b> {
    snapshot: &'s Snapshot,
    mask: Mask,
    day: Date,
    meter: Meter<'b>,
}

impl<'s, 'b> ValueReader<'s, 'b> {
    fn new(snapshot: &'s Snapshot, (mask, day): (Mask, Date), budget: &'b Budget) -> Self {
        Self {
            snapshot,
            mask,
            day,
            meter: Meter::new(budget),
        }
    }

    /// Puts the values of `row` into `values`, each once: at least one, possibly the missing one.
    fn values(&mut self, row: Row, key: GroupKey, values: &mut Vec<Value<'s>>) -> Result<(), Exhausted> {
        self.meter.tick()?;
        values.clear();
        match row {
            Row::Entity(entity) => self.of_entity(entity, key, values),
            Row::Relationship(relationship) => {
                self.of_relationship(relationship, key, values);
                Ok(())
            }
        }
    }

    fn of_entity(&mut self, ix: EntityIx, key: GroupKey, values: &mut Vec<Value<'s>>) -> Result<(), Exhausted> {
        let entity = self.snapshot.entity(ix);
        let value = match key {
            GroupKey::Kind => Value::Text(entity.kind().as_str()),
            GroupKey::Country => Value::text(entity.country()),
            GroupKey::Status => Value::Text(entity.status_on(self.day).as_str()),
            GroupKey::Year => Value::year(entity.founded()),
            GroupKey::RelationshipKind => {
                let kinds = self.kinds_around(ix)?;
                values.extend(kinds.iter().map(|kind| Value::Text(kind.as_str())));
                or_missing(values);
                return Ok(());
            }
        };
        values.push(value);
        Ok(())
    }

    fn of_relationship(&self, ix: RelationshipIx, key: GroupKey, values: &mut Vec<Value<'s>>) {
        let relationship = self.snapshot.relationship(ix);
        let value = match key {
            GroupKey::Kind | GroupKey::RelationshipKind => Value::Text(relationship.kind().as_str()),
            GroupKey::Status => Value::Text(relationship.status().as_str()),
            GroupKey::Year => Value::year(relationship.validity().since()),
            GroupKey::Country => {
                let ends = [relationship.from(), relationship.to()].into_iter().flatten();
                let countries = ends.filter_map(|end| self.snapshot.entity(end).country());
                values.extend(countries.map(Value::Text));
                // At most two ends, so equal ones are adjacent.
                values.dedup();
                return or_missing(values);
            }
        };
        values.push(value);
    }

    /// The kinds of the visible relationships of an entity.
    fn kinds_around(&mut self, entity: EntityIx) -> Result<Set<RelationshipKind>, Exhausted> {
        let mut kinds = Vec::new();
        for (_, link, _) in self.snapshot.links(entity, Pattern::any(), self.mask) {
            self.meter.tick()?;
            kinds.push(link.kind);
        }
        for relationship in self.snapshot.undisclosed(entity, self.mask) {
            self.meter.tick()?;
            kinds.push(self.snapshot.relationship(relationship).kind());
        }
        Ok(kinds.into_iter().collect())
    }
}

fn or_missing(values: &mut Vec<Value<'_>>) {
    if values.is_empty() {
        values.push(Value::Missing);
    }
}

fn by_frequency(counts: HashMap<Value<'_>, usize>) -> Vec<(Value<'_>, usize)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(value, count)| (Reverse(*count), *value));
    counts
}

fn ordered(counts: HashMap<Value<'_>, usize>) -> Vec<FacetCount<'_>> {
    let counts = by_frequency(counts).into_iter();
    counts
        .map(|(value, count)| FacetCount {
            value: value.to_text(),
            count,
        })
        .collect()
}
