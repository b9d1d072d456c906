//! The log: the initial data of a store and every commit in order. It is the source of truth; everything else is derived from
//! it. Entries are only ever appended, each with the complete records that it puts.

mod copy;
mod copy_on_write;
mod durable;
mod error;
mod file;
mod initial;
mod memory;
mod prepared;
mod read;
mod recent;
mod tables;
mod value;

use std::{collections::BTreeMap, sync::Arc};

pub use copy::copy;
pub use durable::{Durable, check_pages};
pub use error::Error;
pub use file::{Failure, OpenMode};
pub use initial::{background_load::BackgroundLoad, create::create, load::UnfinishedLog};
pub use memory::Memory;
pub use prepared::{CommittedRetry, PreparedEntry};
pub use read::{Head, LogReader};

use crate::model::Entry;

/// Whether an entry is known to be read back unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundTrip {
    /// Unknown: it is read back before it is written.
    Unchecked,
    /// Known, since all of its records were read from JSON.
    Guaranteed,
}

/// Where entries are stored.
#[derive(Debug)]
pub enum Log {
    /// In memory, as long as the process lives.
    Memory(Memory),
    /// In a file.
    Durable(Box<Durable>),
}

impl Log {
    /// Prepares an entry for [`Log::append`]. Entries that would not be read back unchanged are refused here, before they affect others.
    ///
    /// # Errors
    /// [`Error::Unstorable`].
    pub fn prepare(&self, entry: Arc<Entry>, round_trip: RoundTrip) -> Result<PreparedEntry, Error> {
        match (self, round_trip) {
            (Self::Memory(_), _) => Ok(PreparedEntry::unpacked(entry)),
            (Self::Durable(_), RoundTrip::Unchecked) => PreparedEntry::new(entry),
            (Self::Durable(_), RoundTrip::Guaranteed) => PreparedEntry::without_reading_back(entry),
        }
    }

    /// Appends all of the entries or none. They are durable when this returns.
    ///
    /// # Errors
    /// [`Error::Gap`] when they do not follow the last one; [`Error::NotWritten`] when writing fails, and
    /// [`Error::OutcomeUnknown`] when it fails but the entries may have been stored.
    pub fn append(&self, entries: &[PreparedEntry]) -> Result<(), Error> {
        match self {
            Self::Memory(log) => log.append(entries),
            Self::Durable(log) => log.append(entries),
        }
    }

    /// Why changes are currently refused; `None` if they are accepted.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Memory(_) => None,
            Self::Durable(log) => log.failure(),
        }
    }

    /// Reopens the log after a failure. Then [`Log::last_position`] shows which entries were stored, and [`Log::resume`] accepts
    /// changes again.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be opened yet, [`Error::Damaged`] when it lost entries.
    pub fn reopen(&self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Durable(log) => log.reopen().map(drop),
        }
    }

    /// Accepts changes again after a failure.
    ///
    /// # Errors
    /// [`Error::File`] when nothing can be written yet.
    pub fn resume(&self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Durable(log) => log.resume(),
        }
    }

    /// The entries after this position, oldest first, at most `max`.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`] when they cannot be read.
    pub fn entries_after(&self, position: u64, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
        match self {
            Self::Memory(log) => Ok(log.entries_after(position, max)),
            Self::Durable(log) => log.entries_after(position, max),
        }
    }

    /// As [`Log::entries_after`], but `None` if that would read from disk.
    #[must_use]
    pub fn recent_after(&self, position: u64, max: usize) -> Option<Vec<Arc<Entry>>> {
        match self {
            Self::Memory(log) => Some(log.entries_after(position, max)),
            Self::Durable(log) => log.recent_after(position, max),
        }
    }

    /// The position of the last entry; 0 when there is none.
    #[must_use]
    pub fn last_position(&self) -> u64 {
        match self {
            Self::Memory(log) => log.last_position(),
            Self::Durable(log) => log.last_position(),
        }
    }

    /// The note with this key.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`] when it cannot be read.
    pub fn note(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Memory(log) => Ok(log.note(key)),
            Self::Durable(log) => log.note(key),
        }
    }

    /// At most `max` of the notes whose keys begin with `prefix`, from the key `from` on, in the order of their keys.
    ///
    /// # Errors
    /// As [`Log::note`].
    pub fn notes(&self, prefix: &str, from: &str, max: usize) -> Result<Vec<(String, Vec<u8>)>, Error> {
        match self {
            Self::Memory(log) => Ok(log.notes(prefix, from, max)),
            Self::Durable(log) => log.notes(prefix, from, max),
        }
    }

    /// Replaces notes by key, and removes those with `None`: all of them or none.
    ///
    /// # Errors
    /// [`Error::NotWritten`] and [`Error::OutcomeUnknown`] when writing fails.
    pub fn write_notes(&self, notes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(), Error> {
        match self {
            Self::Memory(log) => {
                log.write_notes(notes);
                Ok(())
            }
            Self::Durable(log) => log.write_notes(notes),
        }
    }

    /// The commit with this retry key.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read.
    pub fn retry(&self, key: &str) -> Result<Option<CommittedRetry>, Error> {
        match self {
            Self::Memory(log) => Ok(log.retry(key)),
            Self::Durable(log) => log.retry(key),
        }
    }
}
