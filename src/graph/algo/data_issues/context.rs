//! The input of the checks.

use jiff::civil::Date;

use crate::{
    graph::{Budget, Mask, Snapshot, budget::Meter},
    model::{AsOf, View},
};

/// The input of the checks: one snapshot in one view.
#[derive(Debug, Clone, Copy)]
pub struct CheckContext<'a> {
    /// The data.
    pub snapshot: &'a Snapshot,
    /// The records in the view.
    pub mask: Mask,
    /// The records for computed answers: only ACTIVE relationships unless the view names statuses.
    pub computing: Mask,
    /// The records in the view for all times.
    pub ever: Mask,
    /// The view's day, or ever.
    pub as_of: AsOf,
    /// The day of the view, today for `ever`: events after it have not happened. Unless set, today is the day of the view's
    /// knowledge time.
    pub day: Date,
    /// The budget of the checks.
    pub budget: &'a Budget,
}

impl<'a> CheckContext<'a> {
    /// The context for `view` of `snapshot`.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, view: &View, budget: &'a Budget) -> Self {
        Self {
            snapshot,
            mask: snapshot.mask(view),
            computing: snapshot.mask(&view.for_computing()),
            ever: snapshot.mask(&View {
                as_of: AsOf::Ever,
                ..*view
            }),
            as_of: view.as_of,
            day: match view.as_of {
                AsOf::Day(day) => day,
                AsOf::Ever => View::day_of(view.known_at),
            },
            budget,
        }
    }

    pub(super) fn meter(&self) -> Meter<'a> {
        Meter::new(self.budget)
    }
}
