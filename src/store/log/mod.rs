//! The log: every commit in order, and what the store began with. It is the truth; everything else is derived from it.
//! Entries are only ever added, each with the whole records that it puts.

mod begin;
mod behind;
mod copy;
mod durable;
mod error;
mod file;
mod load;
mod memory;
mod prepared;
mod read;
mod recent;
mod tables;
mod untouched;
mod value;

use std::{collections::BTreeMap, sync::Arc};

pub use begin::begin;
pub use behind::Behind;
pub use copy::copy;
pub use durable::{Durable, check_pages};
pub use error::Error;
pub use file::{Failure, Purpose};
pub use load::Load;
pub use memory::Memory;
pub use prepared::{Prepared, Used};
pub use read::{Head, Reading};

use crate::model::Entry;

/// Whether an entry can be read back as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    /// It is tried.
    Unknown,
    /// All of it was read from JSON before.
    Surely,
}

/// Where entries are kept.
#[derive(Debug)]
pub enum Log {
    /// As long as the process lives.
    Memory(Memory),
    /// In a file.
    Durable(Box<Durable>),
}

impl Log {
    /// Makes an entry ready to be appended: what could not be read back is refused here, before it holds up others.
    ///
    /// # Errors
    /// [`Error::Unkeepable`].
    pub fn prepare(&self, entry: Arc<Entry>, readable: Readable) -> Result<Prepared, Error> {
        match (self, readable) {
            (Self::Memory(_), _) => Ok(Prepared::unwritten(entry)),
            (Self::Durable(_), Readable::Unknown) => Prepared::new(entry),
            (Self::Durable(_), Readable::Surely) => Prepared::without_reading_back(entry),
        }
    }

    /// Adds entries: all of them or none. They are kept when this returns.
    ///
    /// # Errors
    /// [`Error::Gap`] when they do not follow the last one; [`Error::Unwritten`] when writing fails, and [`Error::Unsure`] when
    /// it fails in such a way that they may be kept all the same.
    pub fn append(&self, entries: &[Prepared]) -> Result<(), Error> {
        match self {
            Self::Memory(log) => log.append(entries),
            Self::Durable(log) => log.append(entries),
        }
    }

    /// Why it takes no changes at the moment; none where it does.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Memory(_) => None,
            Self::Durable(log) => log.failure(),
        }
    }

    /// Opens it again after a failure. Afterwards [`Log::last_position`] tells what was kept, and [`Log::resume`] goes on.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be opened yet, [`Error::Damaged`] when something is gone from it.
    pub fn reopen(&self) -> Result<(), Error> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Durable(log) => log.reopen().map(drop),
        }
    }

    /// Takes changes again after a failure.
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

    /// The same without reading from disk; none where that takes it.
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

    /// What an import remembered under this key.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`] when that cannot be read.
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

    /// Writes notes, each in place of the one before; one of nothing is forgotten. All of them or none.
    ///
    /// # Errors
    /// [`Error::Unwritten`] and [`Error::Unsure`] when writing fails.
    pub fn remember(&self, notes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(), Error> {
        match self {
            Self::Memory(log) => {
                log.remember(notes);
                Ok(())
            }
            Self::Durable(log) => log.remember(notes),
        }
    }

    /// What was committed under this key.
    ///
    /// # Errors
    /// [`Error::File`] when that cannot be read.
    pub fn retry(&self, key: &str) -> Result<Option<Used>, Error> {
        match self {
            Self::Memory(log) => Ok(log.retry(key)),
            Self::Durable(log) => log.retry(key),
        }
    }
}
