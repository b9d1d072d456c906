//! What one subscriber is told, and when: the changes after its own place in the log, a page at a time. However slowly it
//! takes them, it holds no more than a page, and nothing is sent twice or left out.

use std::{collections::VecDeque, sync::Arc};

use jiff::SignedDuration;
use tokio::{sync::watch, task};

use super::{
    log_readers::Readers,
    root::{Subject, Wanted},
};
use crate::{
    engine::{client::Client, error::Error},
    graph::Snapshot,
    model::{Entry, View},
    schema::types::changes::change::Place,
    store::Store,
};

/// One subscriber's way through the log.
pub(in crate::schema) struct Feed {
    store: Arc<Store>,
    newest: watch::Receiver<u64>,
    /// With whom it takes turns, and over which connection it came.
    readers: Arc<Readers>,
    client: Client,
    wanted: Wanted,
    /// Read and not yet told, oldest first.
    page: VecDeque<Arc<Entry>>,
    /// The next step of the first of them.
    step: usize,
    /// The last position that was read.
    read: u64,
    entries_max: usize,
}

impl Feed {
    /// Begins after the subject's cursor, or with what is recorded from now on.
    pub(in crate::schema) async fn open(
        store: Arc<Store>,
        subject: Subject,
        entries_max: usize,
        (readers, client): (Arc<Readers>, Client),
    ) -> Result<Self, Error> {
        let newest = store.watch();
        let last = *newest.borrow();
        let (read, step) = match subject.after {
            None => (last, 0),
            Some(Place { position, .. }) if position > last => {
                return Err(Error::bad_user_input(
                    "Subscription.changes(after:)",
                    "the cursor is of a change that is not in this log: it comes from another server, or from a store that was since restored from a backup. Ask for changes without after, and read anew what you keep",
                ));
            }
            // No change stands there: nothing was seen.
            Some(Place { position: 0, .. }) => (0, 0),
            // The rest of the entry may be unseen.
            Some(Place { position, step }) => (position.saturating_sub(1), step.saturating_add(1)),
        };
        let mut feed = Self {
            store,
            newest,
            readers,
            client,
            wanted: subject.wanted,
            page: VecDeque::new(),
            step,
            read,
            entries_max: entries_max.max(1),
        };
        if let Wanted::Entities(_) = feed.wanted {
            feed.catch_up().await?;
        }
        Ok(feed)
    }

    /// Learns what passing the log up to here would have told: what the entities were merged into.
    async fn catch_up(&mut self) -> Result<(), Error> {
        // Before the log is asked what comes next: what the state knows too early is told again by the log.
        let state = self.store.state();
        let next = self.entries(1).await?.into_iter().next();
        let just_before = |entry: &Arc<Entry>| entry.recorded_at.checked_sub(SignedDuration::from_nanos(1)).ok();
        let graph = match next.as_ref().and_then(just_before) {
            Some(moment) => state.graph().known_at(moment),
            None => state.graph().clone(),
        };
        if let Wanted::Entities(ids) = &mut self.wanted {
            let mut known = 0;
            // What was led to stands at the end, and is looked at in its turn.
            while let Some(id) = ids.get(known) {
                let into = merged_into(&graph, id).filter(|into| !ids.contains(into));
                ids.extend(into);
                known += 1;
            }
        }
        if let Some(entry) = next {
            // The steps of it that were told.
            for step in entry.steps.iter().take(self.step) {
                let _ = self.wanted.fits(&entry, step);
            }
        }
        Ok(())
    }

    /// The next change to tell, when there is one: its entry and the number of its step. Dropping the future loses nothing.
    /// None when the store is gone.
    pub(in crate::schema) async fn next(&mut self) -> Result<Option<(Arc<Entry>, usize)>, Error> {
        loop {
            while let Some(entry) = self.page.front() {
                let Some(step) = entry.steps.get(self.step) else {
                    self.page.pop_front();
                    self.step = 0;
                    continue;
                };
                let number = self.step;
                self.step += 1;
                if self.wanted.fits(entry, step) {
                    return Ok(Some((Arc::clone(entry), number)));
                }
            }
            // Marked as seen before reading: what is published meanwhile wakes again.
            let newest = *self.newest.borrow_and_update();
            if self.read < newest {
                self.fill(newest).await?;
                // A long log that holds nothing of interest must not keep a thread to itself.
                task::yield_now().await;
            } else if self.newest.changed().await.is_err() {
                return Ok(None);
            }
        }
    }

    /// Reads a page of what is published: the state that answers holds these entries.
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

    /// At most `max` entries after those read, from the disk where they are not at hand.
    async fn entries(&self, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
        if let Some(entries) = self.store.recent_after(self.read, max) {
            return Ok(entries);
        }
        let turn = self.readers.turn(self.client).await;
        let turn = turn.ok_or_else(|| Error::internal("the semaphore of the log's readers is closed"))?;
        let (store, after) = (Arc::clone(&self.store), self.read);
        let reading = task::spawn_blocking(move || {
            // Held by who reads and not by who waits: a subscriber that left makes no room before its page is read.
            let _turn = turn;
            store.entries_after(after, max)
        });
        let read = reading
            .await
            .map_err(|error| Error::internal(format!("reading the log failed: {error}")))?;
        read.map_err(|error| {
            tracing::error!(%error, "the log cannot be read for a subscription");
            Error::unavailable(
                "The log of changes cannot be read now. Subscribe again after the last cursor in a moment.",
            )
        })
    }
}

/// The entity that this one was merged into, if it is gone because it was.
fn merged_into(graph: &Snapshot, id: &str) -> Option<String> {
    // As of that moment, so that what it was merged into counts though that was merged since.
    let view = View::now(graph.merged_at(id)?);
    let into = graph.entity_by_id(id, &graph.mask(&view))?;
    Some(graph.entity(into).id().to_owned())
}
