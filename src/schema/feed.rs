//! What one subscriber is told, and when: the changes after its own place in the log, a page at a time. However slowly it
//! takes them, it holds no more than a page, and nothing is sent twice or left out.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::watch;

use super::{
    error::Error,
    subscription::{Subject, Wanted},
    types::change::Place,
};
use crate::{model::Entry, store::Store};

/// One subscriber's way through the log.
pub(super) struct Feed {
    store: Arc<Store>,
    newest: watch::Receiver<u64>,
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
    pub(super) fn new(store: Arc<Store>, subject: Subject, entries_max: usize) -> Result<Self, Error> {
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
        Ok(Self {
            store,
            newest,
            wanted: subject.wanted,
            page: VecDeque::new(),
            step,
            read,
            entries_max: entries_max.max(1),
        })
    }

    /// The next change to tell, when there is one: its entry and the number of its step. Dropping the future loses nothing.
    /// None when the store is gone.
    pub(super) async fn next(&mut self) -> Result<Option<(Arc<Entry>, usize)>, Error> {
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
                self.fill(newest)?;
                // A long log that holds nothing of interest must not keep a thread to itself.
                tokio::task::yield_now().await;
            } else if self.newest.changed().await.is_err() {
                return Ok(None);
            }
        }
    }

    /// Reads a page of what is published: the state that answers holds these entries.
    fn fill(&mut self, newest: u64) -> Result<(), Error> {
        let entries = self.store.entries_after(self.read, self.entries_max);
        let entries = entries.map_err(|error| {
            tracing::error!(%error, "the log cannot be read for a subscription");
            Error::unavailable(
                "The log of changes cannot be read now. Subscribe again after the last cursor in a moment.",
            )
        })?;
        self.page
            .extend(entries.into_iter().filter(|entry| entry.position <= newest));
        match self.page.back() {
            Some(last) => self.read = last.position,
            None => return Err(Error::internal("the log has no entry at a position that it published")),
        }
        Ok(())
    }
}
