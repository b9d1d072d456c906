//! Who is at the other end of a connection, and which of its changes must be answered before it is cut.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{engine, engine::WriteHandover};

/// One connection, in the extensions of each of its requests. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Client {
    /// With whom it shares the server.
    pub(in crate::http) asker: engine::Client,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    /// The changes of what the request that is being answered asks for: HTTP/1 answers one at a time, but that may be a batch.
    current: Vec<WriteHandover>,
}

impl Client {
    pub(in crate::http) fn new(asker: engine::Client) -> Self {
        Self {
            asker,
            state: Arc::default(),
        }
    }

    /// Forgets the last request, which is answered.
    pub(in crate::http) fn begin(&self) {
        self.state().current.clear();
    }

    /// Takes note of the changes of an operation of the request.
    pub(in crate::http) fn add(&self, handover: &WriteHandover) {
        let mut state = self.state();
        if state.is_closed {
            handover.close();
        }
        state.current.push(handover.clone());
    }

    /// Lets the request that is being answered change nothing more. Answers whether it has changed something already, so that
    /// its answer must be waited for.
    pub(in crate::http) fn close(&self) -> bool {
        let mut state = self.state();
        state.is_closed = true;
        // Each of them, not only those up to the first that has.
        state.current.iter().fold(false, |any, handover| handover.close() | any)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in it is ever half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_is_cut_changes_nothing_more_in_the_rest_of_a_batch() {
        let client = Client::default();
        client.begin();
        let operations = [WriteHandover::default(), WriteHandover::default()];
        client.add(&operations[0]);
        assert!(!client.close());
        client.add(&operations[1]);
        assert!(operations.iter().all(|handover| !handover.close()));
        assert!(!client.close());
    }
}
