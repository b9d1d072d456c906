//! What is read: one state of everything that answers questions, the graph and what is derived from it once. No GraphQL,
//! no HTTP.

pub mod matching;
mod rankings;
pub mod search;

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

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
    /// The search index, or why there is none.
    search: OnceLock<Result<search::Index, String>>,
    preparation: Preparation,
}

/// When the search index is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Preparation {
    /// By the first question that needs it.
    WhenAsked,
    /// By [`State::prepare`], while questions are answered already.
    Ahead,
}

/// Why nothing can be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsearchable<'a> {
    /// The index is being built.
    #[error("the search index is being built")]
    Unprepared,
    /// It could not be built.
    #[error("the search index could not be built: {0}")]
    Failed(&'a str),
}

impl State {
    /// The state of this graph. What is derived from it is computed by the first question that needs it: right for small
    /// data, and where nobody waits.
    #[must_use]
    pub fn new(graph: Snapshot) -> Self {
        Self::of(graph, Preparation::WhenAsked)
    }

    /// The state of this graph, which answers at once. Nothing can be searched before [`State::prepare`] is done.
    #[must_use]
    pub fn unprepared(graph: Snapshot) -> Self {
        Self::of(graph, Preparation::Ahead)
    }

    fn of(graph: Snapshot, preparation: Preparation) -> Self {
        Self {
            graph,
            rankings: Rankings::default(),
            search: OnceLock::new(),
            preparation,
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

    /// Builds the search index, unless there is one. Takes about 20 seconds for a million entities.
    pub fn prepare(&self) {
        self.search.get_or_init(|| build(&self.graph));
    }

    /// The search index.
    ///
    /// # Errors
    /// [`Unsearchable`] when there is none, or none yet.
    pub fn search(&self) -> Result<&search::Index, Unsearchable<'_>> {
        if self.preparation == Preparation::WhenAsked {
            self.prepare();
        }
        match self.search.get() {
            Some(Ok(index)) => Ok(index),
            Some(Err(reason)) => Err(Unsearchable::Failed(reason)),
            None => Err(Unsearchable::Unprepared),
        }
    }
}

fn build(graph: &Snapshot) -> Result<search::Index, String> {
    let start = Instant::now();
    match search::Index::build(graph) {
        Ok(index) => {
            tracing::info!(
                entities = index.entities(),
                ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
                bytes = index.bytes(),
                "the search index is built"
            );
            Ok(index)
        }
        Err(error) => {
            tracing::error!(%error, "the search index could not be built");
            Err(error.to_string())
        }
    }
}
