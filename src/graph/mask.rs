//! A view, compiled for one snapshot: what every link is tested against, without following a pointer.

use super::{
    adjacency::Link,
    rows::{RelationshipRow, day_number},
};
use crate::model::{At, RelationshipStatus, Set, View};

/// What a view sees of one snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mask {
    /// The day asked for; none for ever.
    day: Option<i32>,
    /// How many of the snapshot's record times lie at or before `knownAt`.
    pub(super) known: u32,
    statuses: Set<RelationshipStatus>,
}

impl Mask {
    pub(super) fn new(view: &View, times: &[jiff::Timestamp]) -> Self {
        let known = times.partition_point(|time| *time <= view.known_at);
        Self {
            day: match view.at {
                At::Day(day) => Some(day_number(day)),
                At::Ever => None,
            },
            known: u32::try_from(known).expect("record times are counted when the snapshot is built"),
            statuses: view.statuses,
        }
    }

    /// The same view, seeing only claims with these statuses among its own.
    #[must_use]
    pub fn within(self, statuses: Set<RelationshipStatus>) -> Self {
        Self {
            statuses: self.statuses.intersection(statuses),
            ..self
        }
    }

    /// Whether the view sees the relationship of `link`.
    pub(super) fn sees_link(&self, link: &Link) -> bool {
        self.day.is_none_or(|day| link.since <= day && day < link.until)
            && self.statuses.contains(link.status)
            && self.knows(link.recorded, link.retracted)
    }

    /// Whether the view sees the relationship of `row`.
    pub(super) fn sees(&self, row: &RelationshipRow) -> bool {
        let since = row.validity.since_day().map(day_number);
        let until = row.validity.until_day().map(day_number);
        self.day
            .is_none_or(|day| since.is_none_or(|since| since <= day) && until.is_none_or(|until| day < until))
            && self.statuses.contains(row.status)
            && self.knows(row.recorded, row.retracted)
    }

    /// Whether a record with these record times (as positions among the snapshot's) was known.
    pub(super) fn knows(&self, recorded: u32, retracted: u32) -> bool {
        recorded < self.known && self.known <= retracted
    }
}
