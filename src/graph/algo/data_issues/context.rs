//! What the checks look at.

use jiff::civil::Date;

use crate::{
    graph::{Budget, Mask, Snapshot, budget::Meter},
    model::{At, View},
};

/// What is checked: one snapshot seen through one view.
#[derive(Debug, Clone, Copy)]
pub struct CheckContext<'a> {
    /// The data.
    pub snapshot: &'a Snapshot,
    /// What the view sees.
    pub mask: Mask,
    /// What computed answers see: only ACTIVE relationships unless the view names statuses.
    pub computing: Mask,
    /// What the view would see if it asked for all times.
    pub ever: Mask,
    /// The view's day, or ever.
    pub at: At,
    /// The view's day, for ever today: what lies after it has not come. Unless set, today is when the view's knowledge ends.
    pub day: Date,
    /// What the checks may spend.
    pub budget: &'a Budget,
}

impl<'a> CheckContext<'a> {
    /// What `view` sees of `snapshot`.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, view: &View, budget: &'a Budget) -> Self {
        Self {
            snapshot,
            mask: snapshot.mask(view),
            computing: snapshot.mask(&view.for_computing()),
            ever: snapshot.mask(&View { at: At::Ever, ..*view }),
            at: view.at,
            day: match view.at {
                At::Day(day) => day,
                At::Ever => View::day_of(view.known_at),
            },
            budget,
        }
    }

    pub(super) fn meter(&self) -> Meter<'a> {
        Meter::new(self.budget)
    }
}
