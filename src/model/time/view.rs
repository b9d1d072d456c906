//! The view through which a graph is read: the day, what was known, and which claims count.

use jiff::{Timestamp, civil::Date};

use crate::model::{RelationshipStatus, Set};

/// Which day is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// What held on this day.
    Day(Date),
    /// Whatever held at any time.
    Ever,
}

/// What a question sees of the graph: two time axes and the statuses that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// What held in the world then.
    pub at: At,
    /// What this graph had recorded then.
    pub known_at: Timestamp,
    /// The statuses of the claims that count.
    pub statuses: Set<RelationshipStatus>,
    /// Whether `statuses` was asked for, or is the default.
    pub statuses_given: bool,
}

impl View {
    /// The default view at `now`: what holds today, all that is known, every status but WITHDRAWN and REFUTED.
    #[must_use]
    pub fn now(now: Timestamp) -> Self {
        Self {
            at: At::Day(Self::day_of(now)),
            known_at: now,
            statuses: Self::default_statuses(),
            statuses_given: false,
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

    /// The view of computed answers: only ACTIVE relationships unless statuses were asked for. A rumour makes no owner.
    #[must_use]
    pub fn for_computing(self) -> Self {
        if self.statuses_given {
            return self;
        }
        Self {
            statuses: Set::of(&[RelationshipStatus::Active]),
            ..self
        }
    }
}
