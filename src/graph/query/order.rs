//! Total orders of rows. Ties end in the id, missing values come last in either direction.

use std::{borrow::Cow, cmp::Ordering, convert::Infallible, ops::Bound};

use crate::{
    graph::{
        ix::{EntityIx, EvidenceIx, SourceIx},
        read::snapshot::{IncidentRelationship, Snapshot},
    },
    model::{Amount, Catalog, PartialDate, ShareRange, catalog, fold},
};

/// A sort key of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum SortKey {
    /// A number, a date as days, a time as microseconds.
    Number(f64),
    /// A text, folded.
    Text(String),
    /// Not stated: last in either direction.
    Missing,
}

impl SortKey {
    fn date(date: Option<PartialDate>) -> Self {
        date.map_or(Self::Missing, |date| {
            Self::Number(f64::from(crate::graph::columns::rows::day_number(date.first_day())))
        })
    }

    fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Missing, |text| Self::Text(fold(text)))
    }

    /// A range: by its low end, then its high end.
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

    pub(in crate::graph) fn compare(&self, other: &Self, direction: OrderDirection) -> Ordering {
        let stated = match (self, other) {
            (Self::Missing, Self::Missing) => return Ordering::Equal,
            (Self::Missing, _) => return Ordering::Greater,
            (_, Self::Missing) => return Ordering::Less,
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // Keys of one field have one type, but a forged cursor may not.
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        };
        match direction {
            OrderDirection::Ascending => stated,
            OrderDirection::Descending => stated.reverse(),
        }
    }
}

/// A number that is not negative, as a text with the same order.
fn sortable(number: f64) -> String {
    // Adding 0 turns -0 into 0.
    format!("{:016x}", (number + 0.0).to_bits())
}

catalog! {
    /// The direction of an order. Missing values come last in both.
    pub enum OrderDirection as "a direction of order" {
        /// Smallest, earliest or A first.
        Ascending = "ASC",
        /// Largest, latest or Z first.
        Descending = "DESC",
    }
}

catalog! {
    /// The fields by which entities can be ordered.
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
    /// The fields by which relationships can be ordered.
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
        /// The neighbor's name, in the form in which names are compared; only below an entity.
        NeighborName = "NEIGHBOR_NAME",
    }
}

/// Rows that can be put in order.
pub trait Ordered: Copy {
    /// The fields by which they can be ordered.
    type Field: Copy + std::fmt::Debug;

    /// The id that ends ties.
    fn id(self, snapshot: &Snapshot) -> Cow<'_, str>;

    /// The order of two rows by their ids.
    fn compare_ids(self, other: Self, snapshot: &Snapshot) -> Ordering {
        self.id(snapshot).cmp(&other.id(snapshot))
    }

    /// Compares the ids of many rows with `id`.
    fn comparing<'s>(snapshot: &'s Snapshot, id: &'s str) -> impl Fn(Self) -> Ordering + 's {
        move |row| (*row.id(snapshot)).cmp(id)
    }

    /// The key of the row for `field`.
    fn key(self, snapshot: &Snapshot, field: Self::Field) -> SortKey;
}

impl Ordered for EntityIx {
    type Field = EntityOrderField;

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self).id().into()
    }

    fn compare_ids(self, other: Self, _snapshot: &Snapshot) -> Ordering {
        // Rows are in the order of their ids.
        self.cmp(&other)
    }

    fn key(self, snapshot: &Snapshot, field: EntityOrderField) -> SortKey {
        let entity = snapshot.entity(self);
        match field {
            EntityOrderField::Id => SortKey::Text(entity.id().to_owned()),
            EntityOrderField::Name => SortKey::text(Some(entity.name())),
            EntityOrderField::Kind => SortKey::member(entity.kind()),
            EntityOrderField::Country => SortKey::text(entity.country()),
            EntityOrderField::Founded => SortKey::date(entity.founded()),
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

            fn key(self, _snapshot: &Snapshot, field: Infallible) -> SortKey {
                match field {}
            }
        })*
    };
}
ordered_by_id! {
    EvidenceIx, statement;
    SourceIx, source;
}

impl Ordered for IncidentRelationship {
    type Field = RelationshipOrderField;

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.relationship(self.relationship).id()
    }

    fn compare_ids(self, other: Self, _snapshot: &Snapshot) -> Ordering {
        // Rows are in the order of their ids.
        self.relationship.cmp(&other.relationship)
    }

    fn comparing<'s>(snapshot: &'s Snapshot, id: &'s str) -> impl Fn(Self) -> Ordering + 's {
        let (first, after) = (
            snapshot.first_relationship(Bound::Included(id)),
            snapshot.first_relationship(Bound::Excluded(id)),
        );
        move |incident| match incident.relationship {
            row if row >= after => Ordering::Greater,
            row if row >= first => Ordering::Equal,
            _ => Ordering::Less,
        }
    }

    fn key(self, snapshot: &Snapshot, field: RelationshipOrderField) -> SortKey {
        let relationship = snapshot.relationship(self.relationship);
        match field {
            RelationshipOrderField::Id => SortKey::Text(relationship.id().into_owned()),
            RelationshipOrderField::Kind => SortKey::member(relationship.kind()),
            RelationshipOrderField::Status => SortKey::member(relationship.status()),
            RelationshipOrderField::Since => SortKey::date(relationship.validity().since()),
            RelationshipOrderField::Until => SortKey::date(relationship.validity().until()),
            RelationshipOrderField::Share => SortKey::share(relationship.share().map(|share| share.range)),
            RelationshipOrderField::Amount => SortKey::amount(relationship.amount().as_ref()),
            RelationshipOrderField::LastStatedOn => SortKey::date(relationship.last_stated_on()),
            RelationshipOrderField::RecordedAt => {
                // Microseconds until the year 2255 fit a double without loss.
                #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "stays below 2^53")]
                let micros = relationship.recorded_at().as_microsecond() as f64;
                SortKey::Number(micros)
            }
            RelationshipOrderField::NeighborName => {
                SortKey::text(self.neighbor.map(|neighbor| snapshot.entity(neighbor).name()))
            }
        }
    }
}

/// A total order: fields first, then the id, ascending.
pub type Order<R> = [(<R as Ordered>::Field, OrderDirection)];

/// The position of a row in an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// One key for each field of the order.
    pub keys: Vec<SortKey>,
    /// The id that ends ties.
    pub id: String,
}

impl Position {
    /// The position of `row` in `order`.
    pub fn of<R: Ordered>(row: R, snapshot: &Snapshot, order: &Order<R>) -> Self {
        Self {
            keys: keys_of(row, snapshot, order),
            id: row.id(snapshot).into_owned(),
        }
    }
}

/// Compares keys in `order`.
pub(in crate::graph) fn compare_keys<R: Ordered>(a: &[SortKey], b: &[SortKey], order: &Order<R>) -> Ordering {
    let keys = a.iter().zip(b).zip(order);
    let keys = keys.map(|((a, b), (_, direction))| a.compare(b, *direction));
    keys.fold(Ordering::Equal, Ordering::then)
}

/// The keys of a row for `order`.
pub(in crate::graph) fn keys_of<R: Ordered>(row: R, snapshot: &Snapshot, order: &Order<R>) -> Vec<SortKey> {
    order.iter().map(|(field, _)| row.key(snapshot, *field)).collect()
}
