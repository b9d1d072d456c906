//! An import's parameters, progress and result.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
};

use super::{Finding, ImportTally, InputFile, Reader};
use crate::{
    formats::reader::SourceDefaults,
    graph::Snapshot,
    model::Timestamp,
    store::{OpenError, load},
};

/// Why an import failed. Records imported before the failure stay in the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The new store cannot be filled.
    #[error(transparent)]
    Load(#[from] load::Error),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The folder of the store does not allow it.
    #[error(transparent)]
    Home(#[from] crate::store::folder::Error),
    /// Changes cannot be recorded.
    #[error("the changes cannot be recorded: {0}")]
    Commit(String),
    /// The queued drafts cannot be written beside the store, or read back.
    #[error("cannot sort the records to be imported: {0}")]
    Spool(#[from] io::Error),
}

/// How an import handles faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Reports them and continues.
    Lenient,
    /// Ends at the first rejected record.
    Strict,
}

/// How much of the data of their sources the files contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// A part: relationships that they do not mention stay.
    Partial,
    /// All of it: relationships that no other source states, and that the files do not mention, are retracted, unless a
    /// record in a file of the source could not be imported. Entities stay, since they have no source.
    Complete,
}

/// The current phase of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Reading the files.
    Reading,
    /// Storing records that waited for others.
    Relating,
    /// Building the graph and writing it for the next start.
    Arranging,
    /// Building the search index.
    Indexing,
}

/// The progress of an import.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    /// Bytes read from disk.
    pub bytes: Arc<AtomicU64>,
    /// Records read.
    pub records: AtomicU64,
    /// Queued drafts that were stored.
    pub put: AtomicU64,
    /// Queued drafts in total.
    pub waiting: AtomicU64,
}

impl Progress {
    /// The current phase.
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

/// The default for the most relationships that may wait in the store for missing ends.
pub const WAITING_MAX: u64 = 100_000;

/// The default for the most records that share a commit. Of records with one timestamp, those beyond it are
/// recorded a microsecond later.
pub const BATCH_MAX: usize = 50_000;

/// The default for the most changes that an import leaves beside the base of the graph: each takes memory, and a
/// new base takes seconds.
pub const UNSETTLED_MAX: usize = 1_000_000;

/// An import to run.
pub struct Job<'a> {
    /// The files, each with its reader.
    pub inputs: &'a [(InputFile, Reader)],
    /// Metadata for files that do not state their own.
    pub source_defaults: &'a SourceDefaults,
    /// How many bytes a compressed file may unpack into.
    pub unpacked_bytes_max: u64,
    /// How faults are handled.
    pub strictness: Strictness,
    /// How much of the data of their sources the files contain.
    pub completeness: Completeness,
    /// The schemes of identifiers by which entities are joined: those with equal identifiers are merged.
    pub join: &'a [String],
    /// The most relationships that may wait in the store for missing ends.
    pub waiting_max: u64,
    /// The most records that share a commit into a store that has data.
    pub batch_max: usize,
    /// The number of changes beside the base of the graph at which a new base is built.
    pub unsettled_max: usize,
    /// The title of a new store; by default that of its first source.
    pub title: Option<&'a str>,
    /// Whether the search index is built for the next start.
    pub search_index: bool,
    /// Set to true to stop the import.
    pub stop: &'a AtomicBool,
    /// Updated as the import progresses.
    pub progress: &'a Progress,
    /// Called with every fault.
    pub each_finding: &'a mut dyn FnMut(Finding<'_>),
    /// Called with the final graph, unless the import is incomplete or there is no store.
    pub at_end: &'a mut dyn FnMut(&Snapshot),
    /// The clock.
    pub now: Timestamp,
}

/// How an import ended.
#[derive(Debug)]
pub struct Completion {
    /// The outcomes of the records.
    pub tally: ImportTally,
    /// Whether it was interrupted, or ended at a fault: repeating the import resumes it.
    pub is_incomplete: bool,
    /// Whether it created the store.
    pub is_new: bool,
    /// Whether it resumed an interrupted import.
    pub was_resumed: bool,
    /// Relationships that were retracted because the files no longer mention them.
    pub retractions: u64,
    /// Relationships that wait in the store for missing ends.
    pub waiting_in_store: u64,
    /// Entities that were merged into others by their identifiers.
    pub joined_entities: u64,
    /// The sources without retractions, because a record of their files could not be imported.
    pub incomplete_sources: Vec<String>,
}
