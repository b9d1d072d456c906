//! The writer thread: it takes the waiting proposals, decides them in order, makes all of them durable with one write, and then
//! publishes them to readers.

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
    commit::{Error, Pending, Proposal, Receipt, bulk_insert_error, recorded_after, unavailable},
    recovery::Recovery,
    shared::Shared,
};
use crate::{
    model::{Entry, Retry},
    store::{
        State,
        log::{self, CommittedRetry, PreparedEntry, RoundTrip},
    },
};

/// The number of proposals that may wait.
const WAITING_MAX: usize = 1_024;
/// The number of proposals that share a write.
const GROUP_MAX: usize = 256;

/// The thread and its queue.
#[derive(Debug)]
pub(in crate::store) struct Writer {
    /// `None` only while this is dropped.
    queue: Option<SyncSender<QueuedProposal>>,
    thread: Option<JoinHandle<()>>,
}

/// A waiting proposal, and where its result is sent.
#[derive(Debug)]
struct QueuedProposal {
    proposal: Proposal,
    round_trip: RoundTrip,
    sender: SyncSender<Result<Receipt, Error>>,
}

impl Writer {
    pub(in crate::store) fn start(shared: Arc<Shared>) -> Self {
        let (queue, receiver) = mpsc::sync_channel(WAITING_MAX);
        Self {
            queue: Some(queue),
            thread: Some(thread::spawn(move || write(&shared, &receiver))),
        }
    }

    pub(in crate::store) fn submit(&self, proposal: Proposal, round_trip: RoundTrip) -> Result<Pending, Error> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let queue = self.queue.as_ref().ok_or_else(Error::stopped)?;
        queue
            .try_send(QueuedProposal {
                proposal,
                round_trip,
                sender,
            })
            .map_err(|full| match full {
                TrySendError::Full(_) => Error::Busy,
                TrySendError::Disconnected(_) => Error::stopped(),
            })?;
        Ok(Pending(receiver))
    }
}

impl Writer {
    /// Finishes the waiting proposals and ends the thread.
    pub(in crate::store) fn stop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported to those that waited for results.
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn write(shared: &Arc<Shared>, queue: &Receiver<QueuedProposal>) {
    let mut recovery = Recovery::default();
    loop {
        let first = match queue.recv_timeout(recovery.wait_duration(shared)) {
            Ok(first) => Some(first),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if first.is_none() && shared.log.failure().is_none() {
            continue;
        }
        let write_guard = shared.lock_writes();
        recovery.attempt_if_due(shared);
        let Some(first) = first else { continue };
        let more = queue.try_iter().take(GROUP_MAX - 1);
        let mut group = Group::new(shared);
        for queued in std::iter::once(first).chain(more) {
            group.add(queued);
        }
        group.finish();
        drop(write_guard);
        shared.rebase_if_due();
    }
}

/// Proposals that share one write.
struct Group<'a> {
    shared: &'a Shared,
    /// The state after the proposals so far.
    state: Arc<State>,
    position: u64,
    entries: Vec<PreparedEntry>,
    /// The results that depend on changes that are not durable yet.
    pending: Vec<PendingResult>,
}

/// A result that is sent once the changes it depends on are durable.
struct PendingResult {
    sender: SyncSender<Result<Receipt, Error>>,
    result: Result<Receipt, Error>,
    /// Whether its entry is part of the group.
    is_written: bool,
}

impl<'a> Group<'a> {
    fn new(shared: &'a Shared) -> Self {
        Self {
            shared,
            state: shared.state(),
            position: *shared.position.borrow(),
            entries: Vec::new(),
            pending: Vec::new(),
        }
    }

    fn add(&mut self, queued: QueuedProposal) {
        let QueuedProposal {
            proposal,
            round_trip,
            sender,
        } = queued;
        let result = self.apply(proposal, round_trip);
        if self.entries.is_empty() {
            // The result depends on durable changes only. The caller may have stopped waiting.
            let _ = sender.send(result);
            return;
        }
        // A refusal may depend on changes that are not durable yet.
        let entry = result.as_ref().ok().and_then(|receipt| receipt.entry.as_ref());
        let first = self.entries.first().map_or(u64::MAX, |first| first.entry().position);
        self.pending.push(PendingResult {
            is_written: entry.is_some_and(|entry| entry.position >= first),
            sender,
            result,
        });
    }

    fn apply(&mut self, proposal: Proposal, round_trip: RoundTrip) -> Result<Receipt, Error> {
        if self.shared.is_bulk_inserting.load(Ordering::Acquire) {
            return Err(bulk_insert_error());
        }
        if let Some(receipt) = self.find_earlier(proposal.retry.as_ref())? {
            return Ok(receipt);
        }
        let graph = self.state.graph();
        let decide = AssertUnwindSafe(|| (proposal.decide)(graph).map_err(Error::Rejected));
        let panicked = |_| Error::Unavailable("a bug in the server; see its log".to_owned());
        let changes = panic::catch_unwind(decide).map_err(panicked)??;
        // A proposal with a retry key is recorded even without changes, since a retry might have some.
        if changes.is_empty() && proposal.retry.is_none() {
            return Ok(self.receipt(None, false));
        }
        self.shared.clock.check(proposal.at)?;
        let recorded_at = recorded_after(graph.last_recorded_at(), proposal.at);
        let apply = AssertUnwindSafe(|| graph.apply(changes, recorded_at));
        let (next, steps) = panic::catch_unwind(apply).map_err(panicked)??;
        let entry = Arc::new(Entry {
            position: self.position + 1,
            recorded_at,
            reason: proposal.reason,
            by: proposal.by,
            retry: proposal.retry,
            steps,
        });
        // An entry that could not be read back is refused here, so that it does not fail the whole group.
        let prepared = self
            .shared
            .log
            .prepare(Arc::clone(&entry), round_trip)
            .map_err(|error| unavailable(&error))?;
        self.position = entry.position;
        self.state = Arc::new(self.state.next(next));
        self.entries.push(prepared);
        Ok(self.receipt(Some(entry), false))
    }

    /// The result of an earlier proposal with the same key, which may be in this group.
    fn find_earlier(&self, retry: Option<&Retry>) -> Result<Option<Receipt>, Error> {
        let Some(retry) = retry else { return Ok(None) };
        let same_key = |entry: &&Arc<Entry>| entry.retry.as_ref().is_some_and(|known| known.key == retry.key);
        let in_group = self.entries.iter().map(PreparedEntry::entry).find(same_key);
        let entry = match in_group {
            Some(entry) => Arc::clone(entry),
            None => {
                let log = &self.shared.log;
                let Some(CommittedRetry { position, .. }) =
                    log.retry(&retry.key).map_err(|error| unavailable(&error))?
                else {
                    return Ok(None);
                };
                let entries = log
                    .entries_after(position.saturating_sub(1), 1)
                    .map_err(|error| unavailable(&error))?;
                let missing = || Error::Unavailable(format!("entry {position} of the log is missing"));
                entries.into_iter().next().ok_or_else(missing)?
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

    /// Makes the group durable, publishes it, and sends the results.
    fn finish(self) {
        let write_result = if self.entries.is_empty() {
            Ok(())
        } else {
            self.shared.log.append(&self.entries)
        };
        if write_result.is_ok() && !self.entries.is_empty() {
            self.shared.publish(self.state, self.position);
        }
        for PendingResult {
            sender,
            result,
            is_written,
        } in self.pending
        {
            let result = match &write_result {
                Ok(()) => result,
                Err(log::Error::OutcomeUnknown(reason)) if is_written => Err(Error::OutcomeUnknown(reason.clone())),
                // Nothing was stored, or the proposal had no entry.
                Err(error) => Err(Error::Unavailable(error.to_string())),
            };
            // The caller may have stopped waiting.
            let _ = sender.send(result);
        }
    }
}
