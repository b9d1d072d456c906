//! What is read: one state of everything that answers questions, the graph and what is derived from it once.

use std::sync::{Arc, OnceLock};

use crate::{
    graph::{
        Budget, Exhausted, Snapshot,
        algo::{Ranking, RankingQuestion},
    },
    store::search,
};

use super::{
    index_file::Shelf,
    indexing::{Indexing, Preparation, Unsearchable},
    rankings::Rankings,
};

/// One state to read. A question reads the same state from its first byte to its last.
#[derive(Debug)]
pub struct State {
    graph: Snapshot,
    rankings: Rankings,
    /// What keeps the index up with the states of this base.
    indexing: Arc<Indexing>,
    /// The index of this state, once it was asked for and there was one.
    search: OnceLock<Arc<search::Index>>,
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
        let indexing = Indexing::new(&graph, preparation);
        Self::with(graph, indexing)
    }

    fn with(graph: Snapshot, indexing: Arc<Indexing>) -> Self {
        Self {
            graph,
            rankings: Rankings::default(),
            indexing,
            search: OnceLock::new(),
        }
    }

    /// The state of the next graph. Takes microseconds: whoever searches first pays for what changed, and a thread when much
    /// has.
    pub(in crate::store) fn followed_by(&self, graph: Snapshot) -> Self {
        if !graph.shares_base_with(&self.graph) {
            return self.moved_to(graph);
        }
        self.indexing.told(&graph);
        Self::with(graph, Arc::clone(&self.indexing))
    }

    /// The state of a graph that holds the same and perhaps more on another base. The search index is taken over by a thread,
    /// within a second for a million entities; searches wait for it.
    #[must_use]
    pub fn moved_to(&self, graph: Snapshot) -> Self {
        let indexing = self.indexing.moved_to(&graph);
        Self::with(graph, indexing)
    }

    /// Lets the search index be kept on disk, and read from there by [`State::prepare`].
    pub(in crate::store) fn keep_search_on(&self, shelf: Shelf) {
        self.indexing.keep_on(shelf);
    }

    /// Ends keeping the search index on disk; what is being written is finished.
    pub(in crate::store) fn close_shelf(&self) {
        self.indexing.close_shelf();
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Snapshot {
        &self.graph
    }

    /// A ranking of the graph. Computed when it is first asked for, at the expense of who asks; then kept, up to
    /// [`crate::store::RANKINGS_MAX`] of them. What `budget` ends is not kept.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub fn ranking(&self, question: &RankingQuestion, budget: &Budget) -> Result<Arc<Ranking>, Exhausted> {
        self.rankings.answer(&self.graph, question, budget)
    }

    /// Builds the search index, or reads it from disk, unless there is one. Building takes about 15 seconds for a million
    /// entities. Whoever calls while another does waits for that one. Spends no budget: what is built serves everybody. Where
    /// building fails, even by a panic, [`State::search`] tells so.
    pub fn prepare(&self) {
        self.indexing.prepare(&self.graph);
    }

    /// Why nothing can be searched now; none when something can. Takes microseconds.
    #[must_use]
    pub fn unsearchable(&self) -> Option<Unsearchable> {
        self.indexing.unsearchable()
    }

    /// The search index of this state. What changed since the last one is worked in.
    ///
    /// # Errors
    /// [`Unsearchable`] when there is none, or none yet.
    pub fn search(&self) -> Result<&search::Index, Unsearchable> {
        if let Some(index) = self.search.get() {
            return Ok(index);
        }
        // What failed once may be there the next time.
        let outcome = self.indexing.index(&self.graph).ok_or(Unsearchable::Unprepared)?;
        let index = outcome.map_err(Unsearchable::Failed)?;
        Ok(self.search.get_or_init(|| index))
    }
}
