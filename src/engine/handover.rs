//! Which changes of a request can no longer be taken back. A change is handed to the writer before the time for its request is
//! over, or never; once handed over it is carried out, and its request waits for the outcome and answers with it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// The changes of one request. Clones are the same; a request that has none never uses it.
#[derive(Debug, Clone, Default)]
pub struct Handover(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    has_handed_over: bool,
    /// Until when what was changed may be read for the answer: the time for a request, counted from the last change.
    reading_until: Option<Instant>,
}

impl Handover {
    /// Lets nothing more be handed to the writer: what is not there yet is not changed any more. Answers whether something
    /// was handed over before, so that the request must be answered as it ends.
    pub fn close(&self) -> bool {
        let mut state = self.state();
        state.is_closed = true;
        state.has_handed_over
    }

    /// Whether something was handed to the writer.
    pub(crate) fn has_begun(&self) -> bool {
        self.state().has_handed_over
    }

    /// Submits a change, unless that is over; none then. Nobody closes this while `submit` runs, so it must not wait.
    pub(crate) fn hand_over<T, E>(&self, submit: impl FnOnce() -> Result<T, E>) -> Option<Result<T, E>> {
        let mut state = self.state();
        if state.is_closed {
            return None;
        }
        let submitted = submit();
        state.has_handed_over |= submitted.is_ok();
        Some(submitted)
    }

    /// Lets the answer be read until `moment`.
    pub(crate) fn read_until(&self, moment: Instant) {
        self.state().reading_until = Some(moment);
    }

    /// Until when the answer may be read, where something was changed.
    pub(crate) fn reading_until(&self) -> Option<Instant> {
        self.state().reading_until
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It holds flags alone, none of which is ever half set.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_takes_no_more_and_tells_whether_it_took_anything() {
        let handover = Handover::default();
        assert_eq!(handover.hand_over(|| Err::<(), _>("full")), Some(Err("full")));
        assert!(
            !handover.has_begun(),
            "what the writer did not take was not handed over"
        );
        assert_eq!(handover.hand_over(|| Ok::<_, ()>(1)), Some(Ok(1)));
        assert!(handover.close() && handover.has_begun());
        assert_eq!(handover.hand_over(|| Ok::<_, ()>(2)), None);
        let other = Handover::default();
        assert!(!other.close());
    }
}
