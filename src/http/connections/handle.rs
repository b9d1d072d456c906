//! The client of a connection, and the changes that must be answered before the connection is closed.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::engine::{self, WriteHandover};

/// A connection, in the extensions of each of its requests. Clones share it.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct ConnectionHandle {
    /// The client, for the fair sharing of the workers.
    pub(in crate::http) client: engine::Client,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    /// The handovers of the current request: HTTP/1 answers one request at a time, but it may be a batch of operations.
    current: Vec<WriteHandover>,
}

impl ConnectionHandle {
    pub(in crate::http) fn new(client: engine::Client) -> Self {
        Self {
            client,
            state: Arc::default(),
        }
    }

    /// Begins a request, after the last one was answered.
    pub(in crate::http) fn begin(&self) {
        self.state.lock().current.clear();
    }

    /// Adds the handover of an operation of the current request.
    pub(in crate::http) fn add(&self, handover: &WriteHandover) {
        let mut state = self.state.lock();
        if state.is_closed {
            handover.close();
        }
        state.current.push(handover.clone());
    }

    /// Prevents further changes by the current request. Returns whether it has changed something already, so that its answer must be
    /// awaited.
    pub(in crate::http) fn close(&self) -> bool {
        let mut state = self.state.lock();
        state.is_closed = true;
        // Without short-circuiting: all of them must be closed.
        state.current.iter().fold(false, |any, handover| handover.close() | any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_connection_changes_nothing_in_the_rest_of_a_batch() {
        let connection = ConnectionHandle::default();
        connection.begin();
        let operations = [WriteHandover::default(), WriteHandover::default()];
        connection.add(&operations[0]);
        assert!(!connection.close());
        connection.add(&operations[1]);
        assert!(operations.iter().all(|handover| !handover.close()));
        assert!(!connection.close());
    }
}
