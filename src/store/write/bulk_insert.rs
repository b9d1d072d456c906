//! Adding many new records to a store with data. They become entries of the log like other changes, but only one state is built,
//! at the end, and written for the next start.

use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{self, SyncSender},
    },
    thread::{self, JoinHandle},
};

use super::{
    commit::{Error, bulk_insert_error, recorded_after},
    shared::Shared,
};
use crate::{
    graph::{self, GraphBuilder},
    model::{Entry, Noun, Record, Timestamp},
    store::{State, Store, log::RoundTrip},
};

/// The number of entries that may wait to be written.
const ENTRIES_AHEAD: usize = 2;

/// An unfinished bulk insertion. Its records become visible by [`BulkInsert::finish`]; until then the store refuses other changes.
/// If it is dropped before, the store refuses changes until it is reopened; the committed records are in the log.
#[derive(Debug)]
pub struct BulkInsert {
    shared: Arc<Shared>,
    /// The state before.
    before: Arc<State>,
    graph: GraphBuilder,
    /// The records since the last entry, when they are proposed, and when they are recorded.
    records: Vec<Record>,
    proposed_at: Timestamp,
    at: Timestamp,
    log_writer: Option<LogWriter>,
}

/// The thread that writes the log. Dropping this waits for it.
#[derive(Debug)]
struct LogWriter {
    /// Both are `None` only while it ends.
    entries: Option<SyncSender<Entry>>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

impl Store {
    /// Starts a bulk insertion of about `relationships` relationships and any other records. O(records in the store).
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then nothing has changed.
    pub fn bulk_insert(&self, relationships: usize) -> Result<BulkInsert, Error> {
        let shared = &self.shared;
        let _rebase_guard = shared.lock_rebase();
        let write_guard = shared.lock_writes();
        if shared.is_bulk_inserting.load(Ordering::Acquire) {
            return Err(bulk_insert_error());
        }
        let before = shared.state();
        let graph = GraphBuilder::over(before.graph(), relationships).map_err(|error| graph_full(&error))?;
        shared.is_bulk_inserting.store(true, Ordering::Release);
        drop(write_guard);
        Ok(BulkInsert {
            shared: Arc::clone(shared),
            proposed_at: before.graph().last_recorded_at(),
            at: before.graph().last_recorded_at(),
            before,
            graph,
            records: Vec::new(),
            log_writer: None,
        })
    }
}

impl BulkInsert {
    /// Whether the record with this id was added. O(1).
    #[must_use]
    pub fn is_new(&self, id: &str) -> bool {
        self.graph.is_new(id)
    }

    /// The noun of the record with this id: any entity or source, or an added relationship. O(1).
    #[must_use]
    pub fn noun_of(&self, id: &str) -> Option<Noun> {
        self.graph.current(id)
    }

    /// The number of records added since the last entry.
    #[must_use]
    pub fn uncommitted(&self) -> usize {
        self.records.len()
    }

    /// Adds a record, which [`BulkInsert::commit`] makes durable. `proposed_at` is when the entry is proposed.
    ///
    /// # Errors
    /// Returns the record if its id was used before, it refers to a missing record, or the graph is full.
    pub fn add(&mut self, record: Record, proposed_at: Timestamp) -> Result<(), Box<Record>> {
        if self.records.is_empty() {
            self.proposed_at = proposed_at;
            self.at = recorded_after(self.at, proposed_at);
            self.graph.record_at(self.at);
        }
        match self.graph.add_now(&record) {
            Ok(()) => {
                self.records.push(record);
                Ok(())
            }
            Err(_) => Err(Box::new(record)),
        }
    }

    /// Makes the records added since the last call an entry of the log, which a separate thread writes.
    ///
    /// # Errors
    /// [`Error::Clock`], [`Error::Unstorable`] and [`Error::Unavailable`], also of earlier entries: nothing after the first failed
    /// entry is stored.
    pub fn commit(&mut self, reason: &str) -> Result<(), Error> {
        if self.records.is_empty() {
            return Ok(());
        }
        self.shared.clock.check(self.proposed_at)?;
        let entry = Entry {
            // Set by the thread.
            position: 0,
            recorded_at: self.at,
            reason: Some(reason.to_owned()),
            by: None,
            retry: None,
            steps: std::mem::take(&mut self.records)
                .into_iter()
                .map(graph::creation_step)
                .collect(),
        };
        let log_writer = self.log_writer.get_or_insert_with(|| LogWriter::start(&self.shared));
        if log_writer
            .entries
            .as_ref()
            .is_some_and(|entries| entries.send(entry).is_ok())
        {
            return Ok(());
        }
        self.end_log_writer()?;
        Err(Error::stopped())
    }

    /// Makes all added records durable and visible, and writes the base for the next start. The store accepts other changes again.
    ///
    /// # Errors
    /// As [`BulkInsert::commit`].
    pub fn finish(mut self, reason: &str) -> Result<(), Error> {
        self.commit(reason)?;
        self.end_log_writer()?;
        let graph = self.graph.finish_over(self.before.graph());
        let graph = graph.map_err(|error| graph_full(&error))?;
        let position = self.shared.log.last_position();
        self.shared.write_base(&graph, position);
        let _write_guard = self.shared.lock_writes();
        self.shared.publish(Arc::new(self.before.rebased(graph)), position);
        self.shared.is_bulk_inserting.store(false, Ordering::Release);
        Ok(())
    }

    fn end_log_writer(&mut self) -> Result<(), Error> {
        self.log_writer.take().map_or(Ok(()), |mut log_writer| log_writer.end())
    }
}

impl LogWriter {
    fn start(shared: &Arc<Shared>) -> Self {
        let (entries, queue) = mpsc::sync_channel::<Entry>(ENTRIES_AHEAD);
        let shared = Arc::clone(shared);
        let thread = thread::spawn(move || {
            for mut entry in queue {
                entry.position = shared.log.last_position() + 1;
                let prepared = shared.log.prepare(Arc::new(entry), RoundTrip::Guaranteed);
                let prepared = prepared.map_err(|error| super::commit::unavailable(&error))?;
                let _write_guard = shared.lock_writes();
                let result = shared.log.append(&[prepared]);
                result.map_err(|error| Error::OutcomeUnknown(error.to_string()))?;
            }
            Ok(())
        });
        Self {
            entries: Some(entries),
            thread: Some(thread),
        }
    }

    /// Waits until all entries are written, and returns the error of the first that was not.
    fn end(&mut self) -> Result<(), Error> {
        drop(self.entries.take());
        let panicked = |_| Err(Error::Unavailable("a bug in the program; see its log".to_owned()));
        self.thread
            .take()
            .map_or(Ok(()), |thread| thread.join().unwrap_or_else(panicked))
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        // `BulkInsert::finish` reports errors.
        let _ = self.end();
    }
}

fn graph_full(error: &graph::Error) -> Error {
    Error::Unavailable(error.to_string())
}
