//! Keeping the base of the graph fresh: when much has changed, a new one is made beside everything else, written for the next
//! start, and put in the place of the old one.

use std::{
    io::{self, Read, Write},
    panic::{self, AssertUnwindSafe},
    sync::{Arc, MutexGuard, PoisonError, atomic::Ordering, mpsc},
    thread,
    time::Instant,
};

use super::{
    commit::{self, adding_already},
    shared::Shared,
};
use crate::{
    graph::{Snapshot, UnpackError},
    model::{Change, Entry},
    store::{
        State,
        folder::{self, blocks::Held},
    },
};

/// So many changes stand beside any base before a new one is made.
const CHANGES_MIN: usize = 20_000;
/// And one for each so many of its rows: a large base takes longer to make.
const ROWS_PER_CHANGE: usize = 64;
/// From how many rows on a base is written for the next start; less is read from the log as fast.
const WRITTEN_ROWS_MIN: usize = 10_000;
/// How many sections are read ahead of who unpacks them.
const SECTIONS_AHEAD: usize = 2;
/// How many entries are caught up with at a time.
const ENTRIES_MAX: usize = 1_000;

impl Shared {
    /// Makes a new base in the background, if it is time and none is being made.
    pub(in crate::store) fn settle_in_time(self: &Arc<Self>) {
        let graph = self.state();
        let graph = graph.graph();
        let allowed = CHANGES_MIN + graph.base_rows() / ROWS_PER_CHANGE;
        // Where none could be made, it is not tried again for each commit.
        let allowed = allowed.max(self.settle_from.load(Ordering::Acquire));
        let only_when_asked = self.only_when_asked.load(Ordering::Acquire);
        if graph.changes() > allowed && !only_when_asked && !self.settling.swap(true, Ordering::AcqRel) {
            self.settle_beside(Self::settle);
        }
    }

    /// Writes the base in the background, when it is large and was not read from a file.
    pub(in crate::store) fn write_in_time(self: &Arc<Self>) {
        let large = self.state().graph().base_rows() >= WRITTEN_ROWS_MIN;
        let unwritten = self.place.as_ref().is_some_and(|place| place.written.is_none());
        if large && unwritten && !self.settling.swap(true, Ordering::AcqRel) {
            self.settle_beside(Self::settle);
        }
    }

    fn settle_beside(self: &Arc<Self>, settle: fn(&Self) -> Result<(), commit::Error>) {
        let shared = Arc::clone(self);
        let settling = thread::spawn(move || {
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| settle(&shared)));
            // Tried again when there is half as much again.
            let changes = shared.state().graph().changes();
            let from = match outcome {
                Ok(Ok(())) => 0,
                Ok(Err(error)) => {
                    tracing::warn!(%error, changes, "no new base was made; the old one serves on");
                    changes + changes / 2
                }
                Err(_) => {
                    tracing::error!(changes, "making a new base failed; the old one serves on");
                    changes + changes / 2
                }
            };
            shared.settle_from.store(from, Ordering::Release);
            shared.settling.store(false, Ordering::Release);
        });
        *self.settler.lock().unwrap_or_else(PoisonError::into_inner) = Some(settling);
    }

    /// Makes a new base of everything, writes it for the next start, and puts it in the place of the old one.
    pub(in crate::store) fn settle(&self) -> Result<(), commit::Error> {
        let _alone = self.settler_alone();
        let start = Instant::now();
        let (state, mut position) = {
            let _turn = self.turn();
            // The log goes ahead of what is read then, and a base is made at the end.
            if self.adding.load(Ordering::Acquire) {
                return Err(adding_already());
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
        // Most of what was committed meanwhile is caught up with while more is; the rest while nothing is.
        let shown = *self.position.borrow();
        self.catch_up(&mut graph, &mut position, shown)?;
        let _turn = self.turn();
        let shown = *self.position.borrow();
        self.catch_up(&mut graph, &mut position, shown)?;
        self.replace(&Arc::new(self.state().moved_to(graph)));
        tracing::info!(position, ms = millis(start), "what changed is part of the base");
        Ok(())
    }

    /// Waits until nobody makes a base, and keeps others from it.
    pub(in crate::store) fn settler_alone(&self) -> MutexGuard<'_, ()> {
        self.settler_turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a graph that holds everything up to `position` for the next start, where there is a place for it.
    pub(in crate::store) fn write_base(&self, graph: &Snapshot, position: u64) {
        let Some(place) = &self.place else { return };
        let start = Instant::now();
        let held = Held {
            position,
            log: place.log,
        };
        match folder::write_snapshot(&place.dir, held, |blocks| write(graph, blocks)) {
            Ok(bytes) => tracing::info!(
                position,
                bytes,
                ms = millis(start),
                "the graph is written for the next start"
            ),
            // The log has everything, and this graph need not be made again.
            Err(error) => tracing::warn!(%error, "the graph cannot be written for the next start"),
        }
    }

    /// Carries out the entries of the log after `position`, up to the one at `last`.
    pub(in crate::store) fn catch_up(
        &self,
        graph: &mut Snapshot,
        position: &mut u64,
        last: u64,
    ) -> Result<(), commit::Error> {
        let unavailable = |reason: &dyn std::fmt::Display| commit::Error::Unavailable(reason.to_string());
        while *position < last {
            let left = usize::try_from(last - *position).unwrap_or(ENTRIES_MAX);
            let entries = self
                .log
                .entries_after(*position, left.min(ENTRIES_MAX))
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

    /// Makes `state`, which holds the same, the one that is read.
    fn replace(&self, state: &Arc<State>) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(state);
    }
}

/// What an entry changed.
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

/// The graph that was written.
pub(in crate::store) fn read(from: &mut (impl Read + Send)) -> io::Result<Snapshot> {
    read_with(from, |take| Snapshot::unpack(take))
}

/// The entities of the graph that was written, and nothing else.
pub(in crate::store) fn read_entities(from: &mut (impl Read + Send)) -> io::Result<Snapshot> {
    read_with(from, |take| Snapshot::unpack_entities(take))
}

fn read_with(
    from: &mut (impl Read + Send),
    unpack: impl FnOnce(&mut dyn FnMut() -> Option<Vec<u8>>) -> Result<Snapshot, UnpackError>,
) -> io::Result<Snapshot> {
    let (sender, sections) = mpsc::sync_channel(SECTIONS_AHEAD);
    thread::scope(|scope| {
        // Sections are read and unpacked at the same time; who unpacks hangs up when it has all it needs.
        let reading = scope.spawn(move || -> io::Result<()> {
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
        let read = reading.join().map_err(|_| io::Error::other("reading failed"))?;
        match read {
            // The reader goes one section further than is needed.
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
        graph::Builder,
        model::{Entity, EntityKind, Record, Timestamp},
        store::{Store, write::commit::Proposal},
    };

    #[test]
    fn what_fails_while_a_graph_is_read_ends_the_reading() {
        // More sections than may wait.
        let mut sections = Vec::new();
        for _ in 0..100 {
            sections.extend(4_u64.to_le_bytes());
            sections.extend(b"none");
        }
        let read = catch_unwind(|| read_with(&mut sections.as_slice(), |_| panic!("out of ink")).map(drop));
        assert!(read.is_err(), "it neither waits nor goes on");
    }

    #[test]
    fn a_base_that_cannot_be_made_is_not_tried_again_for_each_commit() {
        let graph = Builder::new(Timestamp::UNIX_EPOCH).finish("Test", None, None).unwrap();
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
        let waited = || {
            while store.shared.settling.load(Ordering::Acquire) {
                thread::sleep(Duration::from_millis(2));
            }
        };
        store.shared.settling.store(true, Ordering::Release);
        commit(0..CHANGES_MIN + 1);
        store
            .shared
            .settle_beside(|_| Err(commit::Error::Unavailable("out of paper".to_owned())));
        waited();
        commit(CHANGES_MIN + 1..CHANGES_MIN + 2);
        waited();
        assert_eq!(store.state().graph().changes(), CHANGES_MIN + 2, "it is not tried yet");
        commit(CHANGES_MIN + 2..2 * CHANGES_MIN);
        // The writer lets it be made after it has answered.
        let start = Instant::now();
        while store.state().graph().changes() > 0 {
            assert!(start.elapsed() < Duration::from_secs(60), "it is tried again");
            thread::sleep(Duration::from_millis(5));
        }
    }
}
