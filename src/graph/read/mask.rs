//! A view, compiled for one snapshot: what every link is tested against, without following a pointer.

use crate::{
    graph::{
        base::adjacency::Link,
        columns::rows::{Recorded, RelationshipRow, day_number},
    },
    model::{At, RelationshipStatus, Set, View},
};

/// What a view sees of one snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mask {
    /// The day asked for; none for ever.
    day: Option<i32>,
    /// How many of the snapshot's record times lie at or before `knownAt`.
    pub(in crate::graph) known: u32,
    statuses: Set<RelationshipStatus>,
}

impl Mask {
    /// What `view` sees, when so many of the snapshot's record times lie at or before its `knownAt`.
    pub(in crate::graph) fn new(view: &View, known: u32) -> Self {
        Self {
            day: match view.at {
                At::Day(day) => Some(day_number(day)),
                At::Ever => None,
            },
            known,
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
    pub(in crate::graph) fn sees_link(&self, link: &Link) -> bool {
        self.day.is_none_or(|day| link.since <= day && day < link.until)
            && self.statuses.contains(link.status)
            && link.recorded < self.known
            && self.known <= link.retracted
    }

    /// Whether the view sees the relationship of `row`, as it was recorded.
    pub(in crate::graph) fn sees(&self, row: &RelationshipRow, recorded: Recorded) -> bool {
        let (since, until) = (row.since_day(), row.until_day());
        self.day
            .is_none_or(|day| since.is_none_or(|since| since <= day) && until.is_none_or(|until| day < until))
            && self.statuses.contains(row.status)
            && recorded.is_known(self.known)
    }
}
