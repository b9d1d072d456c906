//! What is read: one state of everything that answers questions, the graph and what is derived from it once. No GraphQL,
//! no HTTP.

mod rankings;

use std::sync::Arc;

use crate::graph::{
    Budget, Exhausted, Snapshot,
    algo::{Ranking, RankingQuestion},
};

pub use rankings::RANKINGS_MAX;
use rankings::Rankings;

/// One state to read. A question reads the same state from its first byte to its last.
#[derive(Debug)]
pub struct State {
    graph: Snapshot,
    rankings: Rankings,
}

impl State {
    /// The state of this graph.
    #[must_use]
    pub fn new(graph: Snapshot) -> Self {
        Self {
            graph,
            rankings: Rankings::default(),
        }
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Snapshot {
        &self.graph
    }

    /// A ranking of the graph. Computed when it is first asked for, at the expense of who asks; then kept, up to
    /// [`RANKINGS_MAX`] of them. What `budget` ends is not kept.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn ranking(&self, question: &RankingQuestion, budget: &Budget) -> Result<Arc<Ranking>, Exhausted> {
        self.rankings.answer(&self.graph, question, budget)
    }
}
