//! What is read: one state of everything that answers questions, the graph and what is derived from it once. No GraphQL,
//! no HTTP.

pub mod matching;

use crate::graph::Snapshot;

/// One state to read. A question reads the same state from its first byte to its last.
#[derive(Debug)]
pub struct State {
    graph: Snapshot,
}

impl State {
    /// The state of this graph.
    #[must_use]
    pub fn new(graph: Snapshot) -> Self {
        Self { graph }
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Snapshot {
        &self.graph
    }
}
