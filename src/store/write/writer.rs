//! The one thread that changes things: it takes the proposals that wait, decides them in order, makes all of them durable by
//! one write, and only then shows them to readers.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError},
    },
    thread::{self, JoinHandle},
};

use super::{
    commit::{Error, Pending, Proposal, Receipt, adding_already, after, unavailable},
    recovery::Healing,
    shared::Shared,
};
use crate::{
    model::{Entry, Retry},
    store::{
        State,
        log::{self, Prepared, Readable, Used},
    },
};

/// How many proposals may wait.
const WAITING_MAX: usize = 1_024;
/// How many proposals share a write.
const GROUP_MAX: usize = 256;

/// The thread, and the way to it.
#[derive(Debug)]
pub(in crate::store) struct Writer {
    /// None only while it is dropped.
    queue: Option<SyncSender<Waiting>>,
    thread: Option<JoinHandle<()>>,
}

/// A proposal and who waits for its answer.
#[derive(Debug)]
struct Waiting {
    proposal: Proposal,
    readable: Readable,
    answer: SyncSender<Result<Receipt, Error>>,
}

impl Writer {
    pub(in crate::store) fn start(shared: Arc<Shared>) -> Self {
        let (queue, waiting) = mpsc::sync_channel(WAITING_MAX);
        Self {
            queue: Some(queue),
            thread: Some(thread::spawn(move || write(&shared, &waiting))),
        }
    }

    pub(in crate::store) fn submit(&self, proposal: Proposal, readable: Readable) -> Result<Pending, Error> {
        let (answer, answered) = mpsc::sync_channel(1);
        let queue = self.queue.as_ref().ok_or_else(Error::stopped)?;
        queue
            .try_send(Waiting {
                proposal,
                readable,
                answer,
            })
            .map_err(|full| match full {
                TrySendError::Full(_) => Error::Busy,
                TrySendError::Disconnected(_) => Error::stopped(),
            })?;
        Ok(Pending(answered))
    }
}

impl Writer {
    /// Finishes what waits.
    pub(in crate::store) fn stop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was told to who waited for it.
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn write(shared: &Arc<Shared>, waiting: &Receiver<Waiting>) {
    let mut healing = Healing::default();
    loop {
        let first = match waiting.recv_timeout(healing.look(shared)) {
            Ok(first) => Some(first),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if first.is_none() && shared.log.failure().is_none() {
            continue;
        }
        let turn = shared.turn();
        healing.go_on(shared);
        let Some(first) = first else { continue };
        let more = waiting.try_iter().take(GROUP_MAX - 1);
        let mut group = Group::new(shared);
        for waiting in std::iter::once(first).chain(more) {
            group.add(waiting);
        }
        group.finish();
        drop(turn);
        shared.settle_in_time();
    }
}

/// Proposals that share one write.
struct Group<'a> {
    shared: &'a Shared,
    /// The state after those so far.
    state: Arc<State>,
    position: u64,
    entries: Vec<Prepared>,
    /// What those are told that were decided on what is not durable yet.
    answers: Vec<Answer>,
}

/// What one will be told once what it rests on is durable.
struct Answer {
    to: SyncSender<Result<Receipt, Error>>,
    told: Result<Receipt, Error>,
    /// Whether it is part of what is written.
    is_written: bool,
}

impl<'a> Group<'a> {
    fn new(shared: &'a Shared) -> Self {
        Self {
            shared,
            state: shared.state(),
            position: *shared.position.borrow(),
            entries: Vec::new(),
            answers: Vec::new(),
        }
    }

    fn add(&mut self, waiting: Waiting) {
        let Waiting {
            proposal,
            readable,
            answer,
        } = waiting;
        let told = self.carry_out(proposal, readable);
        if self.entries.is_empty() {
            // It rests on what is durable. Who no longer waits need not be told.
            let _ = answer.send(told);
            return;
        }
        // One that was refused or changes nothing may be so because of what is not durable yet.
        let entry = told.as_ref().ok().and_then(|receipt| receipt.entry.as_ref());
        let first = self.entries.first().map_or(u64::MAX, |first| first.entry().position);
        self.answers.push(Answer {
            is_written: entry.is_some_and(|entry| entry.position >= first),
            to: answer,
            told,
        });
    }

    fn carry_out(&mut self, proposal: Proposal, readable: Readable) -> Result<Receipt, Error> {
        if self.shared.adding.load(Ordering::Acquire) {
            return Err(adding_already());
        }
        if let Some(receipt) = self.earlier(proposal.retry.as_ref())? {
            return Ok(receipt);
        }
        let graph = self.state.graph();
        let decide = AssertUnwindSafe(|| (proposal.decide)(graph).map_err(Error::Rejected));
        let failed = |_| Error::Unavailable("a fault of the server; its log says more".to_owned());
        let changes = panic::catch_unwind(decide).map_err(failed)??;
        // What changed nothing under a key is remembered too: repeated later, it might change something.
        if changes.is_empty() && proposal.retry.is_none() {
            return Ok(self.receipt(None, false));
        }
        self.shared.clock.check(proposal.at)?;
        let recorded_at = after(graph.last_recorded_at(), proposal.at);
        let apply = AssertUnwindSafe(|| graph.apply(changes, recorded_at));
        let (next, steps) = panic::catch_unwind(apply).map_err(failed)??;
        let entry = Arc::new(Entry {
            position: self.position + 1,
            recorded_at,
            reason: proposal.reason,
            by: proposal.by,
            retry: proposal.retry,
            steps,
        });
        // What could not be read back is refused by itself, before it takes the rest of the group with it.
        let prepared = self
            .shared
            .log
            .prepare(Arc::clone(&entry), readable)
            .map_err(|error| unavailable(&error))?;
        self.position = entry.position;
        self.state = Arc::new(self.state.followed_by(next));
        self.entries.push(prepared);
        Ok(self.receipt(Some(entry), false))
    }

    /// What an earlier attempt with the same key did, be it in this group.
    fn earlier(&self, retry: Option<&Retry>) -> Result<Option<Receipt>, Error> {
        let Some(retry) = retry else { return Ok(None) };
        let same_key = |entry: &&Arc<Entry>| entry.retry.as_ref().is_some_and(|known| known.key == retry.key);
        let here = self.entries.iter().map(Prepared::entry).find(same_key);
        let entry = match here {
            Some(entry) => Arc::clone(entry),
            None => {
                let log = &self.shared.log;
                let Some(Used { position, .. }) = log.retry(&retry.key).map_err(|error| unavailable(&error))? else {
                    return Ok(None);
                };
                let entries = log
                    .entries_after(position.saturating_sub(1), 1)
                    .map_err(|error| unavailable(&error))?;
                let lost = || Error::Unavailable(format!("entry {position} of the log is missing"));
                entries.into_iter().next().ok_or_else(lost)?
            }
        };
        if entry.retry.as_ref().is_some_and(|known| known.digest != retry.digest) {
            return Err(Error::RetryKeyReused);
        }
        Ok(Some(self.receipt(Some(entry), true)))
    }

    fn receipt(&self, entry: Option<Arc<Entry>>, replayed: bool) -> Receipt {
        Receipt {
            entry,
            state: Arc::clone(&self.state),
            replayed,
        }
    }

    /// Makes the group durable, shows it, and tells everybody.
    fn finish(self) {
        let written = if self.entries.is_empty() {
            Ok(())
        } else {
            self.shared.log.append(&self.entries)
        };
        if written.is_ok() && !self.entries.is_empty() {
            self.shared.publish(self.state, self.position);
        }
        for Answer { to, told, is_written } in self.answers {
            let told = match &written {
                Ok(()) => told,
                Err(log::Error::Unsure(reason)) if is_written => Err(Error::Unsure(reason.clone())),
                // Nothing of it is kept, or there was nothing to keep.
                Err(error) => Err(Error::Unavailable(error.to_string())),
            };
            // Who no longer waits need not be told.
            let _ = to.send(told);
        }
    }
}
