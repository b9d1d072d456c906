//! Rebasing: after many changes a new base of the graph is built in the background, written for the next start, and replaces the
//! old one.

use std::{
    io::{self, Read, Write},
    panic::{self, AssertUnwindSafe},
    sync::{Arc, atomic::Ordering, mpsc},
    thread,
    time::Instant,
};

use parking_lot::MutexGuard;

use super::{
    commit::{self, bulk_insert_error},
    shared::Shared,
};
use crate::{
    graph::{Snapshot, UnpackError},
    model::{Change, Entry},
    store::{
        State,
        folder::{self, blocks::BlockFileHeader},
    },
};

/// The number of changes beside a small base at which a new one is built.
const CHANGES_MIN: usize = 20_000;
/// Larger bases allow one more change per this many rows, since building them takes longer.
const ROWS_PER_CHANGE: usize = 64;
/// The minimum number of rows of a base that is written for the next start; smaller ones are read from the log as fast.
const WRITTEN_ROWS_MIN: usize = 10_000;
/// The number of sections that are read ahead of unpacking.
const SECTIONS_AHEAD: usize = 2;
/// The number of log entries that are applied at a time.
const ENTRIES_MAX: usize = 1_000;

impl Shared {
    /// Starts rebasing in the background, if there are enough changes and it is not running.
    pub(in crate::store) fn rebase_if_due(self: &Arc<Self>) {
        let graph = self.state();
        let graph = graph.graph();
        let allowed = CHANGES_MIN + graph.base_rows() / ROWS_PER_CHANGE;
        // After a failure it is not retried for each commit.
        let allowed = allowed.max(self.rebase_retry_from.load(Ordering::Acquire));
        let is_rebase_manual = self.is_rebase_manual.load(Ordering::Acquire);
        if graph.changes() > allowed && !is_rebase_manual && !self.is_rebasing.swap(true, Ordering::AcqRel) {
            self.run_in_background(Self::rebase);
        }
    }

    /// Writes the base in the background, if it is large and was not read from a file.
    pub(in crate::store) fn write_base_in_background(self: &Arc<Self>) {
        let is_large = self.state().graph().base_rows() >= WRITTEN_ROWS_MIN;
        let is_unwritten = self
            .base_location
            .as_ref()
            .is_some_and(|location| location.base_position.is_none());
        if is_large && is_unwritten && !self.is_rebasing.swap(true, Ordering::AcqRel) {
            self.run_in_background(Self::rebase);
        }
    }

    fn run_in_background(self: &Arc<Self>, work: fn(&Self) -> Result<(), commit::Error>) {
        let shared = Arc::clone(self);
        let thread = thread::spawn(move || {
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| work(&shared)));
            // After a failure it is retried when the changes have grown by half.
            let changes = shared.state().graph().changes();
            let from = match outcome {
                Ok(Ok(())) => 0,
                Ok(Err(error)) => {
                    tracing::warn!(%error, changes, "no new base was built; the old one stays in use");
                    changes + changes / 2
                }
                Err(_) => {
                    tracing::error!(changes, "building a new base failed; the old one stays in use");
                    changes + changes / 2
                }
            };
            shared.rebase_retry_from.store(from, Ordering::Release);
            shared.is_rebasing.store(false, Ordering::Release);
        });
        *self.rebase_thread.lock() = Some(thread);
    }

    /// Builds a new base with all changes, writes it for the next start, and replaces the old one.
    pub(in crate::store) fn rebase(&self) -> Result<(), commit::Error> {
        let _rebase_guard = self.lock_rebase();
        let start = Instant::now();
        let (state, mut position) = {
            let _write_guard = self.lock_writes();
            // A bulk insertion writes the log ahead of the visible state, and builds a base at its end.
            if self.is_bulk_inserting.load(Ordering::Acquire) {
                return Err(bulk_insert_error());
            }
            (self.state(), *self.position.borrow())
        };
        let unavailable = |reason: &dyn std::fmt::Display| commit::Error::Unavailable(reason.to_string());
        let mut graph = match state.graph().changes() {
            0 => state.graph().clone(),
            _ => state.graph().rebuilt().map_err(|error| unavailable(&error))?,
        };
        self.write_base(&graph, position);
        if state.graph().changes() == 0 {
            return Ok(());
        }
        // Most of the new commits are applied while others continue, the rest while commits are blocked.
        let published = *self.position.borrow();
        self.catch_up(&mut graph, &mut position, published)?;
        let _write_guard = self.lock_writes();
        let published = *self.position.borrow();
        self.catch_up(&mut graph, &mut position, published)?;
        self.replace(&Arc::new(self.state().rebased(graph)));
        tracing::info!(position, ms = millis(start), "the changes are part of the base");
        Ok(())
    }

    /// Waits until no other thread rebases, and prevents it while the guard exists.
    pub(in crate::store) fn lock_rebase(&self) -> MutexGuard<'_, ()> {
        self.rebase_lock.lock()
    }

    /// Writes a graph that includes all entries up to `position` for the next start, if the store has a folder.
    pub(in crate::store) fn write_base(&self, graph: &Snapshot, position: u64) {
        let Some(location) = &self.base_location else { return };
        let start = Instant::now();
        let header = BlockFileHeader {
            position,
            log: location.log,
        };
        match folder::write_snapshot(&location.dir, header, |blocks| write(graph, blocks)) {
            Ok(bytes) => tracing::info!(
                position,
                bytes,
                ms = millis(start),
                "the graph is written for the next start"
            ),
            // The log has everything, and the graph in memory is valid.
            Err(error) => tracing::warn!(%error, "the graph cannot be written for the next start"),
        }
    }

    /// Applies the entries of the log after `position`, up to the one at `last`.
    pub(in crate::store) fn catch_up(
        &self,
        graph: &mut Snapshot,
        position: &mut u64,
        last: u64,
    ) -> Result<(), commit::Error> {
        let unavailable = |reason: &dyn std::fmt::Display| commit::Error::Unavailable(reason.to_string());
        while *position < last {
            let remaining = usize::try_from(last - *position).unwrap_or(ENTRIES_MAX);
            let entries = self
                .log
                .entries_after(*position, remaining.min(ENTRIES_MAX))
                .map_err(|error| unavailable(&error))?;
            if entries.is_empty() {
                return Err(unavailable(&format!("entry {} of the log is missing", *position + 1)));
            }
            for entry in &entries {
                *graph = graph.apply(changes(entry), entry.recorded_at)?.0;
                *position = entry.position;
            }
        }
        Ok(())
    }

    /// Publishes `state`, which has the same content as the current one.
    fn replace(&self, state: &Arc<State>) {
        *self.state.write() = Arc::clone(state);
    }
}

/// The changes of an entry.
pub(in crate::store) fn changes(entry: &Entry) -> Vec<Change> {
    entry.steps.iter().map(|step| step.change.clone()).collect()
}

pub(in crate::store) fn write(graph: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    graph.pack(|section| {
        let length = u64::try_from(section.len()).map_err(io::Error::other)?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(section)
    })
}

/// Reads a graph written by [`write`].
pub(in crate::store) fn read(from: &mut (impl Read + Send)) -> io::Result<Snapshot> {
    read_with(from, |take| Snapshot::unpack(take))
}

/// Reads only the entities of a graph written by [`write`].
pub(in crate::store) fn read_entities(from: &mut (impl Read + Send)) -> io::Result<Snapshot> {
    read_with(from, |take| Snapshot::unpack_entities(take))
}

fn read_with(
    from: &mut (impl Read + Send),
    unpack: impl FnOnce(&mut dyn FnMut() -> Option<Vec<u8>>) -> Result<Snapshot, UnpackError>,
) -> io::Result<Snapshot> {
    let (sender, sections) = mpsc::sync_channel(SECTIONS_AHEAD);
    thread::scope(|scope| {
        // Sections are read and unpacked concurrently; dropping the receiver ends the reading.
        let reader = scope.spawn(move || -> io::Result<()> {
            loop {
                let section = section(from)?;
                if sender.send(section).is_err() {
                    return Ok(());
                }
            }
        });
        let mut missing = false;
        let graph = unpack(&mut || {
            let section = sections.recv().ok();
            missing |= section.is_none();
            section
        });
        drop(sections);
        let read = reader.join().map_err(|_| io::Error::other("reading failed"))?;
        match read {
            // The reader may fail one section after the last that was needed.
            Err(error) if missing => Err(error),
            _ => graph.map_err(io::Error::other),
        }
    })
}

fn section(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut section = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
    match from.take(length).read_to_end(&mut section)? {
        read if u64::try_from(read).ok() == Some(length) => Ok(section),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn millis(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::{panic::catch_unwind, time::Duration};

    use super::*;
    use crate::{
        graph::GraphBuilder,
        model::{Entity, EntityKind, Record, Timestamp},
        store::{Store, write::commit::Proposal},
    };

    #[test]
    fn a_panic_while_unpacking_ends_the_reading_thread() {
        // More sections than are read ahead.
        let mut sections = Vec::new();
        for _ in 0..100 {
            sections.extend(4_u64.to_le_bytes());
            sections.extend(b"none");
        }
        let read = catch_unwind(|| read_with(&mut sections.as_slice(), |_| panic!("out of ink")).map(drop));
        assert!(read.is_err(), "neither thread blocks");
    }

    #[test]
    fn a_failed_rebase_is_not_retried_for_each_commit() {
        let graph = GraphBuilder::new(Timestamp::UNIX_EPOCH)
            .finish("Test", None, None)
            .unwrap();
        let store = Store::in_memory(Arc::new(State::new(graph)));
        let commit = |range: std::ops::Range<usize>| {
            let company = |number| {
                let id = format!("c{number}");
                let company = Entity::new(&id, EntityKind::Company, &id).unwrap();
                Change::Put(Box::new(Record::Entity(company)))
            };
            let changes: Vec<Change> = range.map(company).collect();
            let proposal = Proposal {
                retry: None,
                by: None,
                reason: None,
                at: Timestamp::now(),
                decide: Box::new(|_| Ok(changes)),
            };
            store.commit(proposal).unwrap();
        };
        let wait = || {
            while store.shared.is_rebasing.load(Ordering::Acquire) {
                thread::sleep(Duration::from_millis(2));
            }
        };
        store.shared.is_rebasing.store(true, Ordering::Release);
        commit(0..CHANGES_MIN + 1);
        store
            .shared
            .run_in_background(|_| Err(commit::Error::Unavailable("out of paper".to_owned())));
        wait();
        commit(CHANGES_MIN + 1..CHANGES_MIN + 2);
        wait();
        assert_eq!(
            store.state().graph().changes(),
            CHANGES_MIN + 2,
            "it is not retried yet"
        );
        commit(CHANGES_MIN + 2..2 * CHANGES_MIN);
        // The writer starts it after it has answered.
        let start = Instant::now();
        while store.state().graph().changes() > 0 {
            assert!(start.elapsed() < Duration::from_secs(60), "it is retried");
            thread::sleep(Duration::from_millis(5));
        }
    }
}
