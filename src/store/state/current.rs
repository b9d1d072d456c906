//! One immutable state of a store: the graph, and the search index and rankings derived from it.

use std::sync::{Arc, OnceLock};

use crate::{
    graph::{
        Budget, Exhausted, Snapshot,
        algo::{Ranking, RankingQuestion},
    },
    store::search,
};

use super::{
    index_file::IndexFile,
    indexing::{IndexPreparation, Indexing, SearchUnavailable},
    rankings::Rankings,
};

/// An immutable state. A query reads one state from its first byte to its last.
#[derive(Debug)]
pub struct State {
    graph: Snapshot,
    rankings: Rankings,
    /// Updates the index for the states of this base.
    indexing: Arc<Indexing>,
    /// The index of this state, once it was requested and available.
    search: OnceLock<Arc<search::Index>>,
}

impl State {
    /// The state of this graph. The index is built by the first search, which suits small data.
    #[must_use]
    pub fn new(graph: Snapshot) -> Self {
        Self::with_preparation(graph, IndexPreparation::OnDemand)
    }

    /// The state of this graph, without an index until [`State::prepare`] is done.
    #[must_use]
    pub fn unprepared(graph: Snapshot) -> Self {
        Self::with_preparation(graph, IndexPreparation::InAdvance)
    }

    fn with_preparation(graph: Snapshot, preparation: IndexPreparation) -> Self {
        let indexing = Indexing::new(&graph, preparation);
        Self::with_indexing(graph, indexing)
    }

    fn with_indexing(graph: Snapshot, indexing: Arc<Indexing>) -> Self {
        Self {
            graph,
            rankings: Rankings::default(),
            indexing,
            search: OnceLock::new(),
        }
    }

    /// The state of the next graph. Takes microseconds: the index is updated by the next search, or in the background after many
    /// changes.
    pub(in crate::store) fn next(&self, graph: Snapshot) -> Self {
        if !graph.shares_base_with(&self.graph) {
            return self.rebased(graph);
        }
        self.indexing.notify_next(&graph);
        Self::with_indexing(graph, Arc::clone(&self.indexing))
    }

    /// The state of a graph with another base, and the same content and perhaps more. A thread converts the search index, within a
    /// second for a million entities; searches wait for it.
    #[must_use]
    pub fn rebased(&self, graph: Snapshot) -> Self {
        let indexing = self.indexing.rebased(&graph);
        Self::with_indexing(graph, indexing)
    }

    /// Stores the search index in this file, from which [`State::prepare`] reads it.
    pub(in crate::store) fn set_index_file(&self, index_file: IndexFile) {
        self.indexing.set_index_file(index_file);
    }

    /// Stops storing the search index, after a running write.
    pub(in crate::store) fn close_index_file(&self) {
        self.indexing.close_index_file();
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Snapshot {
        &self.graph
    }

    /// A ranking of the graph. It is computed on the first request and charged to its budget, then cached; the cache holds
    /// [`crate::store::RANKINGS_MAX`] rankings. A computation that `budget` ends is not cached.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn ranking(&self, question: &RankingQuestion, budget: &Budget) -> Result<Arc<Ranking>, Exhausted> {
        self.rankings.answer(&self.graph, question, budget)
    }

    /// Builds the search index, or reads it from disk, unless there is one. Building takes about 15 seconds for a million
    /// entities. Concurrent calls wait for the first. No budget is charged, since the index is shared. A failure, even a panic, is
    /// reported by [`State::search`].
    pub fn prepare(&self) {
        self.indexing.prepare(&self.graph);
    }

    /// Why searching is currently unavailable; `None` if it is available. Takes microseconds.
    #[must_use]
    pub fn search_unavailable(&self) -> Option<SearchUnavailable> {
        self.indexing.search_unavailable()
    }

    /// The search index of this state, updated with the changes since the last one.
    ///
    /// # Errors
    /// [`SearchUnavailable`] when there is none, or none yet.
    pub fn search(&self) -> Result<&search::Index, SearchUnavailable> {
        if let Some(index) = self.search.get() {
            return Ok(index);
        }
        // A failure is not cached, since the index may be available later.
        let outcome = self.indexing.index(&self.graph).ok_or(SearchUnavailable::Building)?;
        let index = outcome.map_err(SearchUnavailable::Failed)?;
        Ok(self.search.get_or_init(|| index))
    }
}
