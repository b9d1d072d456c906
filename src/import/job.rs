//! What is to be imported, how far it is, and how it ended: what whoever imports says and is told.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
};

use super::{Finding, Part, Reader, Tally};
use crate::{
    formats::reader::Told,
    graph::Snapshot,
    model::Timestamp,
    store::{OpenError, load},
};

/// Why an import ended before its end. What was imported before is kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store cannot be filled.
    #[error(transparent)]
    Load(#[from] load::Error),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its folder does not allow it.
    #[error(transparent)]
    Home(#[from] crate::store::folder::Error),
    /// Changes cannot be recorded.
    #[error("the changes cannot be recorded: {0}")]
    Commit(String),
    /// What waits cannot be written beside the store, or read back.
    #[error("cannot sort what is to be imported: {0}")]
    Spool(#[from] io::Error),
}

/// What an import does about faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Tells them and goes on.
    Lenient,
    /// Ends at the first for which a record is rejected.
    Strict,
}

/// How much of what their sources say files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// Some of it: what they do not mention stays.
    Partial,
    /// All of it: relationships on which nobody else says anything, and which they do not mention, are taken back. Not where a
    /// record of a file that speaks for the source could not be imported. Entities stay, since no source stands behind them.
    Complete,
}

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Reading the files.
    Reading,
    /// Putting what waited for other records.
    Relating,
    /// Making the graph and writing it for the next start.
    Arranging,
    /// Building the search index.
    Indexing,
}

/// How far an import is, for whoever watches.
#[derive(Debug, Default)]
pub struct Gauge {
    phase: AtomicU8,
    /// Bytes read from disk.
    pub bytes: Arc<AtomicU64>,
    /// Records read.
    pub records: AtomicU64,
    /// Of those that waited, how many were put.
    pub put: AtomicU64,
    /// How many waited.
    pub waiting: AtomicU64,
}

impl Gauge {
    /// What is being done.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Reading,
            1 => Phase::Relating,
            2 => Phase::Arranging,
            _ => Phase::Indexing,
        }
    }

    pub(super) fn enter(&self, phase: Phase) {
        let number = match phase {
            Phase::Reading => 0,
            Phase::Relating => 1,
            Phase::Arranging => 2,
            Phase::Indexing => 3,
        };
        self.phase.store(number, Ordering::Relaxed);
    }
}

/// How many relationships of one import may wait in the store for what they refer to, unless another limit is given.
pub const WAITING_MAX: u64 = 100_000;

/// How many records share a commit, unless another number is given. Of what was known at one moment, what does not fit is
/// recorded a microsecond later.
pub const BATCH_MAX: usize = 50_000;

/// How many changes an import lets stand beside the base of the graph, unless another number is given: each takes memory, and a
/// new base takes seconds.
pub const UNSETTLED_MAX: usize = 1_000_000;

/// What is to be imported, and how.
pub struct Job<'a> {
    /// The files, each with what reads it.
    pub parts: &'a [(Part, Reader)],
    /// What is said of them beside.
    pub told: &'a Told,
    /// How many bytes a compressed file may unpack into.
    pub unpacked_bytes_max: u64,
    /// What is done about faults.
    pub strictness: Strictness,
    /// How much of what their sources say the files hold.
    pub coverage: Coverage,
    /// The schemes of identifiers by which entities are joined: those that have the same become one.
    pub join: &'a [String],
    /// How many relationships may wait in the store for what they refer to.
    pub waiting_max: u64,
    /// How many records share a commit into a store that knows things.
    pub batch_max: usize,
    /// How many changes stand beside the base of the graph before a new one is made.
    pub unsettled_max: usize,
    /// What a store that is new is called; otherwise as its first source.
    pub title: Option<&'a str>,
    /// Whether the search index is built for the next start.
    pub search_index: bool,
    /// Becomes true when the import is to end.
    pub stop: &'a AtomicBool,
    /// How far it is.
    pub gauge: &'a Gauge,
    /// Is told every fault.
    pub each_finding: &'a mut dyn FnMut(Finding<'_>),
    /// Is given what the store holds at the end, unless the import is cut short or there is no store.
    pub at_end: &'a mut dyn FnMut(&Snapshot),
    /// The clock.
    pub now: Timestamp,
}

/// How an import ended.
#[derive(Debug)]
pub struct Done {
    /// What became of the records.
    pub tally: Tally,
    /// Whether it was interrupted, or ended at a fault: the same import goes on from there.
    pub is_cut_short: bool,
    /// Whether the store was made by it.
    pub is_new: bool,
    /// Whether the store holds what an import that was interrupted before had put there, too.
    pub went_on: bool,
    /// How many relationships were taken back, since the files say them no longer.
    pub taken_back: u64,
    /// How many relationships wait in the store for what they refer to.
    pub waiting_in_store: u64,
    /// How many entities were joined with others.
    pub joined: u64,
    /// The sources of which nothing was taken back, since some record of their files could not be imported.
    pub unsure: Vec<String>,
}
