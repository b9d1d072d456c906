//! Counting rows by what they have in common. Every row is counted; what states nothing is a value of its own.

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
    /// What entities or relationships can be grouped and counted by.
    pub enum GroupKey as "a key to group by" {
        /// The kind of the entity or of the relationship.
        Kind = "KIND",
        /// The country of an entity, as written: `CN`, `US-DE`. A relationship counts once under each different country of its
        /// two ends.
        Country = "COUNTRY",
        /// The status of the relationship, or that of the entity on the day of the view.
        Status = "STATUS",
        /// The year in which an entity was founded, or in which a relationship began (since).
        Year = "YEAR",
        /// An entity counts once under each kind of relationship that the view sees it in, whichever end it is and whether or
        /// not the other is disclosed. A relationship counts under its own kind.
        RelationshipKind = "RELATIONSHIP_KIND",
    }
}

/// One of the values that rows are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Value<'s> {
    Text(&'s str),
    Year(i16),
    /// Nothing stated: after everything that is.
    Missing,
}

impl<'s> Value<'s> {
    fn text(text: Option<&'s str>) -> Self {
        text.map_or(Self::Missing, Self::Text)
    }

    fn year(date: Option<PartialDate>) -> Self {
        date.map_or(Self::Missing, |date| Self::Year(date.first_day().year()))
    }

    fn written(self) -> Option<Cow<'s, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Year(year) => Some(Cow::Owned(format!("{year:04}"))),
            Self::Missing => None,
        }
    }
}

/// How many rows have one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount<'s> {
    /// The value as written; none for the rows that state nothing.
    pub value: Option<Cow<'s, str>>,
    /// How many rows have it.
    pub count: usize,
}

/// The rows with one value, and how they divide by a second key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'s> {
    /// The value and how many rows have it.
    pub counted: FacetCount<'s>,
    /// The same rows by the second key; empty without one.
    pub groups: Vec<FacetCount<'s>>,
}

/// The rows of one listing: everything on all of its pages.
#[derive(Debug, Clone)]
pub enum Rows {
    /// Entities, each once.
    Entities(Arc<[EntityIx]>),
    /// Relationships, each once.
    Relationships(Arc<[RelationshipIx]>),
}

impl Rows {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Entities(rows) => rows.len(),
            Self::Relationships(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of them have each value of `key`, as `mask` sees them and with the status that an entity has on `day`: most frequent first, then by value, the missing value last among equals.
    /// A row with several values counts under each of them. O(n), and every row spends one unit, as does every relationship
    /// of an entity that is counted by them.
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
        self.each(&mut Reading::new(snapshot, (mask, day), budget), |reading, row| {
            reading.values(row, key, &mut values)?;
            for value in &values {
                *counts.entry(*value).or_default() += 1;
            }
            Ok(true)
        })?;
        Ok(ordered(counts))
    }

    /// The same by `key`, and within each value by `within`; none when that makes more than `groups_max` groups, inner ones
    /// included.
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
        let mut made = 0;
        let (mut outer_values, mut inner_values) = (Vec::new(), Vec::new());
        self.each(&mut Reading::new(snapshot, (mask, day), budget), |reading, row| {
            reading.values(row, key, &mut outer_values)?;
            if let Some(within) = within {
                reading.values(row, within, &mut inner_values)?;
            }
            for value in &outer_values {
                let (count, inner) = counts.entry(*value).or_insert_with(|| {
                    made += 1;
                    (0, HashMap::new())
                });
                *count += 1;
                for value in &inner_values {
                    *inner.entry(*value).or_insert_with(|| {
                        made += 1;
                        0
                    }) += 1;
                }
            }
            Ok(made <= groups_max)
        })?;
        if made > groups_max {
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
                value: value.written(),
                count,
            },
            groups: inner.remove(&value).unwrap_or_default(),
        });
        Ok(Some(groups.collect()))
    }

    /// Calls `count` with each row until it has enough.
    fn each<'s>(
        &self,
        reading: &mut Reading<'s, '_>,
        mut count: impl FnMut(&mut Reading<'s, '_>, Row) -> Result<bool, Exhausted>,
    ) -> Result<(), Exhausted> {
        let mut enough = |row| Ok::<bool, Exhausted>(!count(reading, row)?);
        match self {
            Self::Entities(rows) => {
                for row in rows.iter() {
                    if enough(Row::Entity(*row))? {
                        break;
                    }
                }
            }
            Self::Relationships(rows) => {
                for row in rows.iter() {
                    if enough(Row::Relationship(*row))? {
                        break;
                    }
                }
            }
        }
        reading.meter.flush()
    }
}

#[derive(Debug, Clone, Copy)]
enum Row {
    Entity(EntityIx),
    Relationship(RelationshipIx),
}

/// One pass over rows.
struct Reading<'s, 'b> {
    snapshot: &'s Snapshot,
    mask: Mask,
    day: Date,
    meter: Meter<'b>,
}

impl<'s, 'b> Reading<'s, 'b> {
    fn new(snapshot: &'s Snapshot, (mask, day): (Mask, Date), budget: &'b Budget) -> Self {
        Self {
            snapshot,
            mask,
            day,
            meter: Meter::new(budget),
        }
    }

    /// Puts what `row` counts under into `values`, each once: at least one, which may be the missing one.
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
                // Two ends at most: equal ones stand side by side.
                values.dedup();
                return or_missing(values);
            }
        };
        values.push(value);
    }

    /// The kinds of the relationships that the view sees around an entity.
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
            value: value.written(),
            count,
        })
        .collect()
}
