//! The log: every commit in order, and what the store began with. It is the truth; everything else is derived from it.
//! Entries are only ever added, each with the whole records that it puts.

mod begin;
mod behind;
mod copy;
mod durable;
mod file;
mod load;
mod memory;
mod read;
mod recent;
mod tables;
mod untouched;
mod value;

use std::{collections::BTreeMap, sync::Arc};

pub use begin::begin;
pub use behind::Behind;
pub use copy::copy;
pub use durable::{Durable, Prepared, check_pages};
pub use file::{Failure, Purpose};
pub use load::Load;
pub use memory::Memory;
pub use read::{Head, Reading};

use crate::model::Entry;

/// Why the log could not be written or read. Whoever knows the folder says so in front.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What is kept is not what was written.
    #[error("{place}: {reason}")]
    Damaged {
        /// Which value: `entry 812`.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value would not be read back as it is. Nothing was written.
    #[error("{place} cannot be kept: {reason}")]
    Unkeepable {
        /// Which value.
        place: String,
        /// Why not.
        reason: String,
    },
    /// The entries to be added do not follow the last one. Nothing was written.
    #[error("entry {found} does not follow entry {last}")]
    Gap {
        /// The last entry of the log.
        last: u64,
        /// The position to be added.
        found: u64,
    },
    /// Nothing of it was written, and nothing of it will be.
    #[error("nothing was written: {0}")]
    Unwritten(String),
    /// Writing failed. Whether the last group was kept is seen when the log can be opened again, which is tried until then.
    #[error("writing failed, and it is not known yet whether something was written: {0}")]
    Unsure(String),
    /// A later version of the program wrote it.
    #[error(
        "it is of format {format}, written by guanxi {program}, and this guanxi knows formats up to {}; use that version or a \
         later one",
        tables::FORMAT
    )]
    Newer {
        /// Its format.
        format: u32,
        /// The version of the program that wrote it.
        program: String,
    },
    /// There is a file, but no log in it.
    #[error("the file holds no log of guanxi's: {0}")]
    Foreign(String),
    /// The process that wrote it was ended before it could close it, and another may be opening it now.
    #[error("it was not closed, and nobody has it open; try again, or start the program on it once")]
    Unclosed,
    /// The file cannot be read or written.
    #[error("{0}")]
    File(String),
}

impl Error {
    pub(in crate::store) fn damaged(place: impl Into<String>, reason: &(impl ToString + ?Sized)) -> Self {
        Self::Damaged {
            place: place.into(),
            reason: reason.to_string(),
        }
    }

    fn unkeepable(place: impl Into<String>, reason: &(impl ToString + ?Sized)) -> Self {
        Self::Unkeepable {
            place: place.into(),
            reason: reason.to_string(),
        }
    }
}

/// What is known of a retry key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// A digest of what was asked for under this key.
    pub digest: u64,
    /// The position of the entry.
    pub position: u64,
}

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

/// Whether these entries follow the last one without a gap.
fn follow(last: u64, entries: &[Prepared]) -> Result<(), Error> {
    let mut last = last;
    for prepared in entries {
        let found = prepared.entry().position;
        if found != last + 1 {
            return Err(Error::Gap { last, found });
        }
        last = found;
    }
    Ok(())
}
