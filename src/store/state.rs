//! What is read: one state of everything that answers questions, the graph and what is derived from it once.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, OnceLock},
    time::Instant,
};

use crate::graph::{
    Budget, Exhausted, Snapshot,
    algo::{Ranking, RankingQuestion},
};

use super::{rankings::Rankings, search};

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

    /// The state of the next graph.
    pub(super) fn followed_by(&self, graph: Snapshot) -> Self {
        Self::of(graph, Preparation::WhenAsked)
    }

    /// The state of the same graph in a new base.
    pub(super) fn moved_to(&self, graph: Snapshot) -> Self {
        self.followed_by(graph)
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Snapshot {
        &self.graph
    }

    /// A ranking of the graph. Computed when it is first asked for, at the expense of who asks; then kept, up to
    /// [`super::RANKINGS_MAX`] of them. What `budget` ends is not kept.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn ranking(&self, question: &RankingQuestion, budget: &Budget) -> Result<Arc<Ranking>, Exhausted> {
        self.rankings.answer(&self.graph, question, budget)
    }

    /// Builds the search index, unless there is one. Takes about 15 seconds for a million entities. Whoever calls while
    /// another does waits for that one. Spends no budget: what is built serves everybody. Where building fails, even by a
    /// panic, [`State::search`] tells so.
    pub fn prepare(&self) {
        self.search.get_or_init(|| built(|| search::Index::build(&self.graph)));
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

/// The index, or why there is none: a panic too is told, since everybody would wait for ever for an index that never comes.
fn built(build: impl FnOnce() -> Result<search::Index, search::Error>) -> Result<search::Index, String> {
    let start = Instant::now();
    // Nothing is seen again of what a panic leaves half done.
    let outcome = panic::catch_unwind(AssertUnwindSafe(build));
    match outcome
        .map_err(|panic| told(&*panic))
        .and_then(|built| built.map_err(|error| error.to_string()))
    {
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
            Err(error)
        }
    }
}

/// What a panic says.
fn told(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a panic: {}", text.unwrap_or("without a message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_building_is_told() {
        for reason in [built(|| panic!("out of ink")), built(|| panic!("out of {}", "ink"))] {
            assert_eq!(reason.unwrap_err(), "a panic: out of ink");
        }
    }
}
