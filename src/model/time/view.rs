//! The view through which a graph is read: valid time, knowledge time, and the statuses that count.

use jiff::{Timestamp, civil::Date};

use crate::model::{RelationshipStatus, Set};

/// The valid time of a view: a day, or all time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The claims that held on this day.
    Day(Date),
    /// The claims that held at any time.
    Ever,
}

/// The visible part of the graph: two time axes and the statuses that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The valid time: claims that held in the world then.
    pub as_of: AsOf,
    /// The knowledge time: claims that this graph had recorded then.
    pub known_at: Timestamp,
    /// The statuses of the claims that count.
    pub statuses: Set<RelationshipStatus>,
    /// Whether `statuses` was requested, or is the default.
    pub has_explicit_statuses: bool,
}

impl View {
    /// The default view at `now`: claims that hold today, all knowledge, every status but WITHDRAWN and REFUTED.
    #[must_use]
    pub fn now(now: Timestamp) -> Self {
        Self {
            as_of: AsOf::Day(Self::day_of(now)),
            known_at: now,
            statuses: Self::default_statuses(),
            has_explicit_statuses: false,
        }
    }

    /// The day of a moment, in UTC.
    #[must_use]
    pub fn day_of(moment: Timestamp) -> Date {
        moment.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// Every status but WITHDRAWN and REFUTED.
    #[must_use]
    pub fn default_statuses() -> Set<RelationshipStatus> {
        Set::all().without(Set::of(&[RelationshipStatus::Withdrawn, RelationshipStatus::Refuted]))
    }

    /// The view of computed answers: only ACTIVE relationships unless statuses were requested. A rumour makes no owner.
    #[must_use]
    pub fn for_computing(self) -> Self {
        if self.has_explicit_statuses {
            return self;
        }
        Self {
            statuses: Set::of(&[RelationshipStatus::Active]),
            ..self
        }
    }
}
