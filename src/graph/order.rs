//! Total orders of rows and pages of them. Ties end in the id, missing values come last in either direction.

use std::{borrow::Cow, cmp::Ordering, convert::Infallible, ops::Bound};

use super::{
    budget::{Budget, Exhausted, Meter},
    ix::{EntityIx, EvidenceIx, RelationshipIx, SourceIx},
    snapshot::Snapshot,
};
use crate::model::{Amount, Catalog, PartialDate, ShareRange, catalog, fold};

/// What a row is ordered by.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// A number, a date as days, a time as microseconds.
    Number(f64),
    /// A text, folded.
    Text(String),
    /// Nothing stated: last in either direction.
    Missing,
}

impl Key {
    fn date(date: Option<PartialDate>) -> Self {
        date.map_or(Self::Missing, |date| {
            Self::Number(f64::from(super::rows::day_number(date.first_day())))
        })
    }

    fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Missing, |text| Self::Text(fold(text)))
    }

    /// A range: its low end, and its high end where two begin alike.
    fn share(range: Option<ShareRange>) -> Self {
        range.map_or(Self::Missing, |range| {
            let (low, high) = (sortable(range.min), sortable(range.max));
            let (low_excluded, high_included) = (u8::from(!range.min_inclusive), u8::from(range.max_inclusive));
            Self::Text(format!("{low}{low_excluded}{high}{high_included}"))
        })
    }

    fn amount(amount: Option<&Amount>) -> Self {
        amount.map_or(Self::Missing, |amount| {
            Self::Text(format!("{}{}", amount.currency, sortable(amount.value)))
        })
    }

    fn member<T: Catalog>(member: T) -> Self {
        Self::Number(f64::from(member.index()))
    }

    fn compare(&self, other: &Self, direction: OrderDirection) -> Ordering {
        let stated = match (self, other) {
            (Self::Missing, Self::Missing) => return Ordering::Equal,
            (Self::Missing, _) => return Ordering::Greater,
            (_, Self::Missing) => return Ordering::Less,
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // Keys of one field are of one sort; a forged cursor may say otherwise.
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        };
        match direction {
            OrderDirection::Ascending => stated,
            OrderDirection::Descending => stated.reverse(),
        }
    }
}

/// A number that is not negative, as a text that is ordered as it is.
fn sortable(number: f64) -> String {
    // Adding nothing turns -0 into 0.
    format!("{:016x}", (number + 0.0).to_bits())
}

catalog! {
    /// Which way a field is ordered. Missing values come last either way.
    pub enum OrderDirection as "a direction of order" {
        /// Smallest, earliest or A first.
        Ascending = "ASC",
        /// Largest, latest or Z first.
        Descending = "DESC",
    }
}

catalog! {
    /// What entities can be ordered by.
    pub enum EntityOrderField as "a field to order entities by" {
        /// The id.
        Id = "ID",
        /// The main name, in the form in which names are compared.
        Name = "NAME",
        /// The kind, in the order of the enum.
        Kind = "KIND",
        /// The country code.
        Country = "COUNTRY",
        /// The founding date.
        Founded = "FOUNDED",
    }
}

catalog! {
    /// What relationships can be ordered by.
    pub enum RelationshipOrderField as "a field to order relationships by" {
        /// The id.
        Id = "ID",
        /// The kind, in the order of the enum.
        Kind = "KIND",
        /// The status, in the order of the enum.
        Status = "STATUS",
        /// The first day.
        Since = "SINCE",
        /// The first day on which it no longer holds.
        Until = "UNTIL",
        /// The share: the low end, an excluded one after the same end included, then the high end.
        Share = "SHARE",
        /// The amount: the code of the currency, then the value. Currencies are not converted.
        Amount = "AMOUNT",
        /// The date of the latest assertion.
        LastStatedOn = "LAST_STATED_ON",
        /// When it was recorded.
        RecordedAt = "RECORDED_AT",
        /// The neighbor's name, in the form in which names are compared; below an entity only.
        NeighborName = "NEIGHBOR_NAME",
    }
}

/// Rows that can be put in order.
pub trait Ordered: Copy {
    /// What they can be ordered by.
    type Field: Copy;

    /// The id that ends ties.
    fn id(self, snapshot: &Snapshot) -> Cow<'_, str>;

    /// The order of two rows by their ids.
    fn compare_ids(self, other: Self, snapshot: &Snapshot) -> Ordering {
        self.id(snapshot).cmp(&other.id(snapshot))
    }

    /// How the id of a row stands to `id`, asked of many rows.
    fn comparing<'s>(snapshot: &'s Snapshot, id: &'s str) -> impl Fn(Self) -> Ordering + 's {
        move |row| (*row.id(snapshot)).cmp(id)
    }

    /// What `field` says of the row.
    fn key(self, snapshot: &Snapshot, field: Self::Field) -> Key;
}

impl Ordered for EntityIx {
    type Field = EntityOrderField;

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self).id().into()
    }

    fn compare_ids(self, other: Self, _snapshot: &Snapshot) -> Ordering {
        // Rows stand in the order of their ids.
        self.cmp(&other)
    }

    fn key(self, snapshot: &Snapshot, field: EntityOrderField) -> Key {
        let entity = snapshot.entity(self);
        match field {
            EntityOrderField::Id => Key::Text(entity.id().to_owned()),
            EntityOrderField::Name => Key::text(Some(entity.name())),
            EntityOrderField::Kind => Key::member(entity.kind()),
            EntityOrderField::Country => Key::text(entity.country()),
            EntityOrderField::Founded => Key::date(entity.founded()),
        }
    }
}

/// Rows that are only ever ordered by id.
macro_rules! ordered_by_id {
    ($($row:ident, $read:ident;)*) => {
        $(impl Ordered for $row {
            type Field = Infallible;

            fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
                snapshot.$read(self).id().into()
            }

            fn key(self, _snapshot: &Snapshot, field: Infallible) -> Key {
                match field {}
            }
        })*
    };
}
ordered_by_id! {
    EvidenceIx, statement;
    SourceIx, source;
}

/// A relationship as seen from an entity, or from nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The relationship.
    pub relationship: RelationshipIx,
    /// The entity at its other end; none when it is not disclosed, or there is no entity to see it from.
    pub neighbor: Option<EntityIx>,
}

impl Ordered for Seen {
    type Field = RelationshipOrderField;

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.relationship(self.relationship).id()
    }

    fn compare_ids(self, other: Self, _snapshot: &Snapshot) -> Ordering {
        // Rows stand in the order of their ids.
        self.relationship.cmp(&other.relationship)
    }

    fn comparing<'s>(snapshot: &'s Snapshot, id: &'s str) -> impl Fn(Self) -> Ordering + 's {
        let (first, after) = (
            snapshot.first_relationship(Bound::Included(id)),
            snapshot.first_relationship(Bound::Excluded(id)),
        );
        move |seen| match seen.relationship {
            row if row >= after => Ordering::Greater,
            row if row >= first => Ordering::Equal,
            _ => Ordering::Less,
        }
    }

    fn key(self, snapshot: &Snapshot, field: RelationshipOrderField) -> Key {
        let relationship = snapshot.relationship(self.relationship);
        match field {
            RelationshipOrderField::Id => Key::Text(relationship.id().into_owned()),
            RelationshipOrderField::Kind => Key::member(relationship.kind()),
            RelationshipOrderField::Status => Key::member(relationship.status()),
            RelationshipOrderField::Since => Key::date(relationship.validity().since()),
            RelationshipOrderField::Until => Key::date(relationship.validity().until()),
            RelationshipOrderField::Share => Key::share(relationship.share().map(|share| share.range)),
            RelationshipOrderField::Amount => Key::amount(relationship.amount().as_ref()),
            RelationshipOrderField::LastStatedOn => Key::date(relationship.last_stated_on()),
            RelationshipOrderField::RecordedAt => {
                // Microseconds until the year 2255 fit a double without loss.
                #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "stays below 2^53")]
                let micros = relationship.recorded_at().as_microsecond() as f64;
                Key::Number(micros)
            }
            RelationshipOrderField::NeighborName => {
                Key::text(self.neighbor.map(|neighbor| snapshot.entity(neighbor).name()))
            }
        }
    }
}

/// A total order: fields first, then the id, ascending.
pub type Order<R> = [(<R as Ordered>::Field, OrderDirection)];

/// Where a row stands in an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// One key for each field of the order.
    pub keys: Vec<Key>,
    /// The id that ends ties.
    pub id: String,
}

impl Position {
    /// Where `row` stands in `order`.
    pub fn of<R: Ordered>(row: R, snapshot: &Snapshot, order: &Order<R>) -> Self {
        Self {
            keys: order.iter().map(|(field, _)| row.key(snapshot, *field)).collect(),
            id: row.id(snapshot).into_owned(),
        }
    }
}

/// Which end of a listing a page is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The first so many.
    First(usize),
    /// The last so many.
    Last(usize),
}

/// What a page is cut from: the rows after one position and before another.
#[derive(Debug, Clone)]
pub struct Window {
    /// Only rows after this position.
    pub after: Option<Position>,
    /// Only rows before this position.
    pub before: Option<Position>,
    /// How many of these, and from which end.
    pub take: Take,
}

impl Window {
    /// How many rows are wanted.
    #[must_use]
    pub fn size(&self) -> usize {
        let (Take::First(count) | Take::Last(count)) = self.take;
        count
    }
}

/// A page of rows in order.
#[derive(Debug, Clone)]
pub struct Page<R> {
    /// The rows, each with its position.
    pub rows: Vec<(R, Position)>,
    /// Whether rows precede the page.
    pub has_previous: bool,
    /// Whether rows follow the page.
    pub has_next: bool,
}

/// A page of those `rows` that fit, in `order`. Looks at every row, O(n) and the sorting of one page; each row spends one
/// unit, and whatever `fits` spends.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn page<R: Ordered>(
    snapshot: &Snapshot,
    rows: impl Iterator<Item = R>,
    fits: impl Fn(R) -> Result<bool, Exhausted>,
    order: &Order<R>,
    window: &Window,
    budget: &Budget,
) -> Result<Page<R>, Exhausted> {
    let compare = |a: &[Key], b: &[Key]| {
        let keys = a.iter().zip(b).zip(order);
        let keys = keys.map(|((a, b), (_, direction))| a.compare(b, *direction));
        keys.fold(Ordering::Equal, Ordering::then)
    };
    let stands_to = |position: &Option<Position>| {
        let position = position.clone()?;
        Some(move |keys: &[Key], row: R| {
            let by_keys = compare(keys, &position.keys);
            by_keys.then_with(|| (*row.id(snapshot)).cmp(position.id.as_str()))
        })
    };
    let (to_after, to_before) = (stands_to(&window.after), stands_to(&window.before));
    let mut meter = Meter::new(budget);
    let (mut listed, mut cut_before, mut cut_after) = (Vec::new(), false, false);
    for row in rows {
        meter.tick()?;
        if !fits(row)? {
            continue;
        }
        let keys: Vec<Key> = order.iter().map(|(field, _)| row.key(snapshot, *field)).collect();
        if to_after.as_ref().is_some_and(|compare| compare(&keys, row).is_le()) {
            cut_before = true;
        } else if to_before.as_ref().is_some_and(|compare| compare(&keys, row).is_ge()) {
            cut_after = true;
        } else {
            listed.push((keys, row));
        }
    }
    meter.flush()?;
    let in_order =
        |a: &(Vec<Key>, R), b: &(Vec<Key>, R)| compare(&a.0, &b.0).then_with(|| a.1.compare_ids(b.1, snapshot));
    match window.take {
        Take::First(count) if listed.len() > count => {
            listed.select_nth_unstable_by(count, in_order);
            listed.truncate(count);
            cut_after = true;
        }
        Take::Last(count) if listed.len() > count => {
            let surplus = listed.len() - count;
            if count > 0 {
                listed.select_nth_unstable_by(surplus, in_order);
            }
            listed.drain(..surplus);
            cut_before = true;
        }
        Take::First(_) | Take::Last(_) => {}
    }
    listed.sort_unstable_by(in_order);
    let positioned = listed.into_iter().map(|(keys, row)| {
        let id = row.id(snapshot).into_owned();
        (row, Position { keys, id })
    });
    Ok(Page {
        rows: positioned.collect(),
        has_previous: cut_before,
        has_next: cut_after,
    })
}

/// A page of `rows` that come in the order of their ids already: looks no further than the page reaches.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn page_by_id<R: Ordered>(
    snapshot: &Snapshot,
    rows: impl DoubleEndedIterator<Item = R>,
    fits: impl Fn(R) -> Result<bool, Exhausted>,
    window: &Window,
    budget: &Budget,
) -> Result<Page<R>, Exhausted> {
    let (after, before) = (window.after.as_ref(), window.before.as_ref());
    let to_after = after.map(|position| R::comparing(snapshot, &position.id));
    let to_before = before.map(|position| R::comparing(snapshot, &position.id));
    let within = |row: &R| {
        to_after.as_ref().is_none_or(|compare| compare(*row).is_gt())
            && to_before.as_ref().is_none_or(|compare| compare(*row).is_lt())
    };
    let mut meter = Meter::new(budget);
    let mut take = |rows: &mut dyn Iterator<Item = R>, count: usize| -> Result<(Vec<R>, bool), Exhausted> {
        let mut taken = Vec::new();
        for row in rows {
            meter.tick()?;
            if !within(&row) || !fits(row)? {
                continue;
            }
            if taken.len() == count {
                meter.flush()?;
                return Ok((taken, true));
            }
            taken.push(row);
        }
        meter.flush()?;
        Ok((taken, false))
    };
    let mut rows = rows;
    let (listed, has_previous, has_next) = match window.take {
        Take::First(count) => {
            let (listed, more) = take(&mut rows, count)?;
            (listed, after.is_some(), more || before.is_some())
        }
        Take::Last(count) => {
            let (mut listed, more) = take(&mut rows.rev(), count)?;
            listed.reverse();
            (listed, more || after.is_some(), before.is_some())
        }
    };
    let positioned = listed.into_iter().map(|row| (row, Position::of(row, snapshot, &[])));
    Ok(Page {
        rows: positioned.collect(),
        has_previous,
        has_next,
    })
}

/// How many `rows` fit. Each spends one unit, and whatever `fits` spends.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn count<R>(
    rows: impl Iterator<Item = R>,
    mut fits: impl FnMut(R) -> Result<bool, Exhausted>,
    budget: &Budget,
) -> Result<usize, Exhausted> {
    let mut meter = Meter::new(budget);
    let mut counted = 0;
    for row in rows {
        meter.tick()?;
        counted += usize::from(fits(row)?);
    }
    meter.flush()?;
    Ok(counted)
}
