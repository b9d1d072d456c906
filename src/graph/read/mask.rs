//! A view, compiled for one snapshot: the test for every link, without following a pointer.

use crate::{
    graph::{
        base::adjacency::Link,
        columns::rows::{RelationshipRow, VersionSpan, day_number},
    },
    model::{AsOf, RelationshipStatus, Set, View},
};

/// The visible part of one snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mask {
    /// The day; `None` for all time.
    day: Option<i32>,
    /// The number of the snapshot's record times at or before `knownAt`.
    pub(in crate::graph) known: u32,
    statuses: Set<RelationshipStatus>,
}

impl Mask {
    /// The mask of `view`; `known` is the number of the snapshot's record times at or before its `knownAt`.
    pub(in crate::graph) fn new(view: &View, known: u32) -> Self {
        Self {
            day: match view.as_of {
                AsOf::Day(day) => Some(day_number(day)),
                AsOf::Ever => None,
            },
            known,
            statuses: view.statuses,
        }
    }

    /// The same mask restricted to claims with these statuses.
    #[must_use]
    pub fn within(self, statuses: Set<RelationshipStatus>) -> Self {
        Self {
            statuses: self.statuses.intersection(statuses),
            ..self
        }
    }

    /// Whether the relationship of `link` is visible.
    pub(in crate::graph) fn sees_link(&self, link: &Link) -> bool {
        self.day.is_none_or(|day| link.since <= day && day < link.until)
            && self.statuses.contains(link.status)
            && link.recorded < self.known
            && self.known <= link.retracted
    }

    /// Whether the relationship of `row` is visible, as recorded.
    pub(in crate::graph) fn sees(&self, row: &RelationshipRow, recorded: VersionSpan) -> bool {
        let (since, until) = (row.since_day(), row.until_day());
        self.day
            .is_none_or(|day| since.is_none_or(|since| since <= day) && until.is_none_or(|until| day < until))
            && self.statuses.contains(row.status)
            && recorded.is_known(self.known)
    }
}
