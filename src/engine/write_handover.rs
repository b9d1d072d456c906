//! Hands the changes of a request to the writer. A change is handed over before the time for its request is up, or never;
//! once handed over it is carried out, and its request waits for the outcome and answers with it.

use std::{sync::Arc, time::Instant};

use parking_lot::Mutex;

/// Whether changes of one request may still be handed to the writer. Clones share their state; a request without changes never uses it.
#[derive(Debug, Clone, Default)]
pub struct WriteHandover(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    has_handed_over: bool,
    /// The deadline for reading the changed records for the answer: the time for a request, counted from the last change.
    read_deadline: Option<Instant>,
}

impl WriteHandover {
    /// Stops further changes from being handed to the writer. Returns whether a change was handed over before, so that
    /// the request has to wait for its outcome.
    pub fn close(&self) -> bool {
        let mut state = self.0.lock();
        state.is_closed = true;
        state.has_handed_over
    }

    /// Whether a change was handed to the writer.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.lock().has_handed_over
    }

    /// Submits a change; `None` when closed. The state stays locked while `submit` runs, so `submit` must not block.
    pub(crate) fn hand_over<T, E>(&self, submit: impl FnOnce() -> Result<T, E>) -> Option<Result<T, E>> {
        let mut state = self.0.lock();
        if state.is_closed {
            return None;
        }
        let submitted = submit();
        state.has_handed_over |= submitted.is_ok();
        Some(submitted)
    }

    /// Sets the deadline for reading the answer.
    pub(crate) fn set_read_deadline(&self, deadline: Instant) {
        self.0.lock().read_deadline = Some(deadline);
    }

    /// The deadline for reading the answer, if a change was made.
    pub(crate) fn read_deadline(&self) -> Option<Instant> {
        self.0.lock().read_deadline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_handover_takes_no_more_changes_and_reports_earlier_ones() {
        let handover = WriteHandover::default();
        assert_eq!(handover.hand_over(|| Err::<(), _>("full")), Some(Err("full")));
        assert!(
            !handover.has_begun(),
            "a change that the writer refused was not handed over"
        );
        assert_eq!(handover.hand_over(|| Ok::<_, ()>(1)), Some(Ok(1)));
        assert!(handover.close() && handover.has_begun());
        assert_eq!(handover.hand_over(|| Ok::<_, ()>(2)), None);
        let other = WriteHandover::default();
        assert!(!other.close());
    }
}
