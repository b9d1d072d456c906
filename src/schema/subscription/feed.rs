//! The feed of one subscriber: the changes after its position in the log, read a page at a time. However slowly the subscriber takes
//! them, the feed holds at most one page, and no change is sent twice or skipped.

use std::{collections::VecDeque, sync::Arc};

use jiff::SignedDuration;
use tokio::{sync::watch, task};

use super::{
    log_readers::LogReaders,
    root::{EventFilter, SubscriptionSpec},
};
use crate::{
    engine::{client::Client, error::Error},
    graph::Snapshot,
    model::{Entry, View},
    schema::types::changes::change::ChangePosition,
    store::Store,
};

/// A subscriber's cursor over the change log.
pub(in crate::schema) struct Feed {
    store: Arc<Store>,
    newest: watch::Receiver<u64>,
    /// The readers that it takes turns with, and its connection.
    readers: Arc<LogReaders>,
    client: Client,
    filter: EventFilter,
    /// Entries that were read and not yet sent, oldest first.
    page: VecDeque<Arc<Entry>>,
    /// The index of the next step in the first of them.
    step: usize,
    /// The position of the last entry read.
    read: u64,
    entries_max: usize,
}

impl Feed {
    /// Opens a feed that begins after the cursor in `spec`, or with the next change recorded.
    pub(in crate::schema) async fn open(
        store: Arc<Store>,
        spec: SubscriptionSpec,
        entries_max: usize,
        (readers, client): (Arc<LogReaders>, Client),
    ) -> Result<Self, Error> {
        let newest = store.watch();
        let last = *newest.borrow();
        let (read, step) = match spec.after {
            None => (last, 0),
            Some(ChangePosition { position, .. }) if position > last => {
                return Err(Error::bad_user_input(
                    "Subscription.changes(after:)",
                    "the change of this cursor is not in this log: it comes from another server, or from a store that has been restored from a backup since. Subscribe without after, and reload the data that you have cached",
                ));
            }
            // There is no change at position 0, so all changes follow.
            Some(ChangePosition { position: 0, .. }) => (0, 0),
            // The remaining steps of the entry may not have been received.
            Some(ChangePosition { position, step }) => (position.saturating_sub(1), step.saturating_add(1)),
        };
        let mut feed = Self {
            store,
            newest,
            readers,
            client,
            filter: spec.filter,
            page: VecDeque::new(),
            step,
            read,
            entries_max: entries_max.max(1),
        };
        if let EventFilter::Entities(_) = feed.filter {
            feed.catch_up().await?;
        }
        Ok(feed)
    }

    /// Adds the entities into which the watched ones were merged before this position, as if the log had been read up to here.
    async fn catch_up(&mut self) -> Result<(), Error> {
        // The state is taken before the log is read: a merge that the state has already is in the entries that follow, too.
        let state = self.store.state();
        let next = self.entries(1).await?.into_iter().next();
        let just_before = |entry: &Arc<Entry>| entry.recorded_at.checked_sub(SignedDuration::from_nanos(1)).ok();
        let graph = match next.as_ref().and_then(just_before) {
            Some(moment) => state.graph().known_at(moment),
            None => state.graph().clone(),
        };
        if let EventFilter::Entities(ids) = &mut self.filter {
            let mut checked = 0;
            // New ids are appended, and checked in turn.
            while let Some(id) = ids.get(checked) {
                let into = merged_into(&graph, id).filter(|into| !ids.contains(into));
                ids.extend(into);
                checked += 1;
            }
        }
        if let Some(entry) = next {
            // Its steps that were already received.
            for step in entry.steps.iter().take(self.step) {
                let _ = self.filter.matches(&entry, step);
            }
        }
        Ok(())
    }

    /// Waits for the next change to send, and returns its entry and the index of its step. Dropping the future loses nothing.
    /// None when the store has been dropped.
    pub(in crate::schema) async fn next(&mut self) -> Result<Option<(Arc<Entry>, usize)>, Error> {
        loop {
            while let Some(entry) = self.page.front() {
                let Some(step) = entry.steps.get(self.step) else {
                    self.page.pop_front();
                    self.step = 0;
                    continue;
                };
                let index = self.step;
                self.step += 1;
                if self.filter.matches(entry, step) {
                    return Ok(Some((Arc::clone(entry), index)));
                }
            }
            // Marked as seen before reading, so that an entry published meanwhile wakes the feed again.
            let newest = *self.newest.borrow_and_update();
            if self.read < newest {
                self.fill(newest).await?;
                // A long log without a matching change must not occupy a thread.
                task::yield_now().await;
            } else if self.newest.changed().await.is_err() {
                return Ok(None);
            }
        }
    }

    /// Reads a page of entries up to `newest`, which the state that answers the events includes.
    async fn fill(&mut self, newest: u64) -> Result<(), Error> {
        let entries = self.entries(self.entries_max).await?;
        self.page
            .extend(entries.into_iter().filter(|entry| entry.position <= newest));
        match self.page.back() {
            Some(last) => self.read = last.position,
            None => return Err(Error::internal("the log has no entry at a position that it published")),
        }
        Ok(())
    }

    /// At most `max` entries after the last one read, from disk unless they are in memory.
    async fn entries(&self, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
        if let Some(entries) = self.store.recent_after(self.read, max) {
            return Ok(entries);
        }
        let turn = self.readers.turn(self.client).await;
        let turn = turn.ok_or_else(|| Error::internal("the semaphore of the log's readers is closed"))?;
        let (store, after) = (Arc::clone(&self.store), self.read);
        let reading = task::spawn_blocking(move || {
            // The turn belongs to the read and not to the future: when a subscriber leaves, its turn ends only after the read.
            let _turn = turn;
            store.entries_after(after, max)
        });
        let entries = reading
            .await
            .map_err(|error| Error::internal(format!("reading the log failed: {error}")))?;
        entries.map_err(|error| {
            tracing::error!(%error, "the log cannot be read for a subscription");
            Error::unavailable(
                "The change log cannot be read at the moment. Subscribe again after the last cursor in a moment.",
            )
        })
    }
}

/// The entity into which the one with this id was merged, if it is still merged.
fn merged_into(graph: &Snapshot, id: &str) -> Option<String> {
    // As of the moment of the merge, since the other entity may itself have been merged later.
    let view = View::now(graph.merged_at(id)?);
    let into = graph.entity_by_id(id, &graph.mask(&view))?;
    Some(graph.entity(into).id().to_owned())
}
