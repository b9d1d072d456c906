//! The work budget of a request. The caller has the clock and the connection; this only counts and checks.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// The work that one request may do, shared by all its parts.
pub struct Budget {
    work_max: u64,
    spent: AtomicU64,
    is_stopped: Box<dyn Fn() -> bool + Send + Sync>,
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("work_max", &self.work_max)
            .field("spent", &self.spent())
            .finish_non_exhaustive()
    }
}

/// Why work ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Exhausted {
    /// The request has read as much as it may.
    #[error("the request looked at {spent} entities and relationships, its budget is {work_max}")]
    Work {
        /// The units spent.
        spent: u64,
        /// The budget.
        work_max: u64,
    },
    /// Its time is over, or its client has disconnected.
    #[error("the request was stopped")]
    Stopped,
}

impl Budget {
    /// A budget of `work_max` entities and relationships read, which ends early once `is_stopped` returns true.
    pub fn new(work_max: u64, is_stopped: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self {
            work_max,
            spent: AtomicU64::new(0),
            is_stopped: Box::new(is_stopped),
        }
    }

    /// Spends `work`.
    ///
    /// # Errors
    /// [`Exhausted`] if the budget is exceeded, or the work was stopped.
    pub fn charge(&self, work: u64) -> Result<(), Exhausted> {
        if (self.is_stopped)() {
            return Err(Exhausted::Stopped);
        }
        let spent = self.spent.fetch_add(work, Ordering::Relaxed).saturating_add(work);
        if spent > self.work_max {
            return Err(Exhausted::Work {
                spent,
                work_max: self.work_max,
            });
        }
        Ok(())
    }

    /// The budget.
    #[must_use]
    pub fn work_max(&self) -> u64 {
        self.work_max
    }

    /// The units spent so far.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }
}

/// Spends one unit per element, in batches: a shared counter is not touched for every element.
pub(super) struct Meter<'a> {
    budget: &'a Budget,
    pending: u64,
}

impl<'a> Meter<'a> {
    const BATCH: u64 = 256;

    pub(super) fn new(budget: &'a Budget) -> Self {
        Self { budget, pending: 0 }
    }

    pub(super) fn tick(&mut self) -> Result<(), Exhausted> {
        self.pending += 1;
        if self.pending == Self::BATCH {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Charges the pending units.
    pub(super) fn flush(&mut self) -> Result<(), Exhausted> {
        self.budget.charge(std::mem::take(&mut self.pending))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicBool};

    use super::*;

    #[test]
    fn work_beyond_the_budget_is_refused_with_the_units_spent() {
        let budget = Budget::new(300, || false);
        let mut meter = Meter::new(&budget);
        let error = (0..1000).find_map(|_| meter.tick().err());
        assert_eq!(
            error,
            Some(Exhausted::Work {
                spent: 512,
                work_max: 300
            })
        );
    }

    #[test]
    fn a_stopped_budget_refuses_the_next_charge() {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let budget = Budget::new(300, move || flag.load(Ordering::Relaxed));
        assert_eq!(budget.charge(1), Ok(()));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(budget.charge(1), Err(Exhausted::Stopped));
        assert_eq!(budget.spent(), 1);
    }
}
