//! The log in a file. A group of entries is one transaction: it is there as a whole when the file is opened again, or not at
//! all. After a write that failed, the file is opened anew, and nothing is added until it can be.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use redb::{Builder, Database, ReadTransaction, StorageBackend, TableError};

use super::{
    Error, Head, Prepared, Reading, Used,
    file::{Failure, LogFile, Purpose},
    prepared::follow,
    read,
    recent::Recent,
    tables::{CACHE_BYTES, ENTRIES, NOTES, RETRIES},
    untouched::Untouched,
};
use crate::model::{Entry, Timestamp};

/// A log in a file.
#[derive(Debug)]
pub struct Durable {
    file: LogFile,
    head: Head,
    recent: RwLock<Recent>,
}

impl Durable {
    /// Opens a log to add to it. `open` opens its file, now and after each failure; `room` fails while nothing can be added to
    /// it. Whoever opens it has read it with [`super::Reading`] before, and found it sound: this may change the file.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::File`].
    pub fn open<B: StorageBackend>(
        open: impl Fn(Purpose) -> std::io::Result<B> + Clone + Send + Sync + 'static,
        room: impl Fn() -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let file = LogFile::open(open, room)?;
        let (head, last) = file.read(|transaction| Ok((read::head(transaction)?, read::last(transaction)?)))?;
        Ok(Self {
            file,
            head,
            recent: RwLock::new(Recent::none_of(last)),
        })
    }

    /// A log that takes no changes, because of `reason`, as long as the process lives.
    #[must_use]
    pub fn to_read(reading: Reading, reason: String) -> Self {
        let (head, last) = (reading.head().clone(), reading.last_position());
        Self {
            file: LogFile::to_read(reading, reason),
            head,
            recent: RwLock::new(Recent::none_of(last)),
        }
    }

    /// When the store was begun.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.head.began_at
    }

    /// Makes the file as small as it can be.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::File`].
    pub fn compact(self) -> Result<(), Error> {
        let mut database = self.file.into_database()?;
        read::unharmed(|| {
            database.compact().map_err(read::damaged)?;
            database.close().map_err(read::damaged)
        })
    }

    pub(super) fn failure(&self) -> Option<Failure> {
        self.file.failure()
    }

    pub(super) fn append(&self, entries: &[Prepared]) -> Result<(), Error> {
        let last = self.last_position();
        follow(last, entries)?;
        let Some(newest) = entries.last() else { return Ok(()) };
        self.takes_changes()?;
        let written = self
            .file
            .add(|database| write(database, entries).map_err(read::damaged));
        if let Err(error) = written {
            let reason = error.to_string();
            // Whether the group was kept is read from the file, where that can be opened again.
            let found = self.open_anew(&reason, true)?;
            if found != last && found != newest.entry.position {
                return Err(Error::Unsure(lost(last, found)));
            }
            // What is in the way is told to who asks next, and tried again later.
            let _ = self.file.resume();
            if found == last {
                return Err(Error::Unwritten(reason));
            }
            tracing::warn!(
                reason,
                position = newest.entry.position,
                "writing failed, but the changes were kept"
            );
        }
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        for prepared in entries {
            recent.push(prepared);
        }
        Ok(())
    }

    /// Opens the file anew after a failure. The position of the last entry there.
    fn open_anew(&self, reason: &str, is_adding: bool) -> Result<u64, Error> {
        self.file.fail(reason, is_adding);
        let opened = self.file.reopen();
        opened.map_err(|error| Error::Unsure(format!("{reason}; then it could not be opened again: {error}")))?;
        let found = self.file.read(read::last);
        found.map_err(|error| Error::Unsure(format!("{reason}; then it could not be read again: {error}")))
    }

    /// Opens the file again after a failure, unless it is open. The position of its last entry, which may be later than the last
    /// that was known to be kept. Nothing is added before [`Durable::resume`].
    pub(super) fn reopen(&self) -> Result<u64, Error> {
        // One that was read in vain takes nothing more either.
        if !self.file.is_open() || self.file.read(read::last).is_err() {
            self.file.reopen()?;
        }
        let (known, found) = (self.last_position(), self.file.read(read::last)?);
        if found < known {
            return Err(Error::damaged("the log", &lost(known, found)));
        }
        if found > known {
            *self.recent.write().unwrap_or_else(PoisonError::into_inner) = Recent::none_of(found);
        }
        Ok(found)
    }

    /// Goes on taking changes.
    pub(super) fn resume(&self) -> Result<(), Error> {
        self.file.resume()
    }

    fn takes_changes(&self) -> Result<(), Error> {
        match self.file.failure() {
            Some(failure) => Err(Error::Unwritten(failure.reason)),
            None => Ok(()),
        }
    }

    pub(super) fn entries_after(&self, position: u64, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
        if let Some(entries) = self.recent_after(position, max) {
            return Ok(entries);
        }
        self.file
            .read(|transaction| read::some_entries(transaction, position, max))
    }

    pub(super) fn recent_after(&self, position: u64, max: usize) -> Option<Vec<Arc<Entry>>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        recent.after(position, max)
    }

    pub(super) fn last_position(&self) -> u64 {
        self.recent.read().unwrap_or_else(PoisonError::into_inner).last()
    }

    pub(super) fn note(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let look = |transaction: &ReadTransaction| -> Result<_, redb::Error> {
            match transaction.open_table(NOTES) {
                Ok(table) => Ok(table.get(key)?.map(|note| note.value().to_vec())),
                Err(TableError::TableDoesNotExist(_)) => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        self.file.read(|transaction| look(transaction).map_err(read::damaged))
    }

    pub(super) fn notes(&self, prefix: &str, from: &str, max: usize) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let look = |transaction: &ReadTransaction| -> Result<_, redb::Error> {
            let table = match transaction.open_table(NOTES) {
                Ok(table) => table,
                Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
                Err(error) => return Err(error.into()),
            };
            let mut notes = Vec::new();
            for note in table.range(from.max(prefix)..)?.take(max) {
                let (key, note) = note?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                notes.push((key.value().to_owned(), note.value().to_vec()));
            }
            Ok(notes)
        };
        self.file.read(|transaction| look(transaction).map_err(read::damaged))
    }

    pub(super) fn remember(&self, notes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(), Error> {
        if notes.is_empty() {
            return Ok(());
        }
        self.takes_changes()?;
        let write = |database: &Database| -> Result<(), redb::Error> {
            let transaction = database.begin_write()?;
            {
                let mut table = transaction.open_table(NOTES)?;
                for (key, note) in notes {
                    match note {
                        Some(note) => table.insert(key.as_str(), note.as_slice())?,
                        None => table.remove(key.as_str())?,
                    };
                }
            }
            Ok(transaction.commit()?)
        };
        let written = self.file.add(|database| write(database).map_err(read::damaged));
        written.map_err(|error| {
            let reason = error.to_string();
            // Whoever remembers them writes them again, whether or not these were kept.
            match self.open_anew(&reason, false) {
                Ok(_) => {
                    let _ = self.file.resume();
                    Error::Unsure(reason)
                }
                Err(error) => error,
            }
        })
    }

    pub(super) fn retry(&self, key: &str) -> Result<Option<Used>, Error> {
        let look = |transaction: &ReadTransaction| -> Result<_, redb::Error> {
            let table = transaction.open_table(RETRIES)?;
            let used = table.get(key)?;
            Ok(used.map(|used| {
                let (digest, position) = used.value();
                Used { digest, position }
            }))
        };
        let used = self.file.read(|transaction| look(transaction).map_err(read::damaged))?;
        match used {
            // It is in the file, but not known to last.
            Some(used) if used.position > self.last_position() => {
                let failure = self.file.failure();
                Err(Error::Unwritten(
                    failure.map_or_else(String::new, |failure| failure.reason),
                ))
            }
            used => Ok(used),
        }
    }
}

fn lost(known: u64, found: u64) -> String {
    format!("it was added to up to entry {known}, and ends at entry {found}")
}

/// Checks every page of this file, which nobody writes to meanwhile. Nothing in the file is changed.
///
/// # Errors
/// [`Error::Damaged`] when a page is not what was written.
pub fn check_pages(file: impl StorageBackend) -> Result<(), Error> {
    read::unharmed(|| {
        let mut builder = Builder::new();
        let file = Untouched::over(file).map_err(|error| Error::File(error.to_string()))?;
        let mut database = builder
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(file)
            .map_err(read::damaged)?;
        match database.check_integrity().map_err(read::damaged)? {
            true => Ok(()),
            false => Err(Error::damaged("the file", "its free pages are not those it says")),
        }
    })
}

fn write(database: &Database, entries: &[Prepared]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(ENTRIES)?;
        let mut retries = transaction.open_table(RETRIES)?;
        for Prepared { entry, kept } in entries {
            table.insert(entry.position, kept.as_slice())?;
            if let Some(retry) = &entry.retry {
                retries.insert(retry.key.as_str(), (retry.digest, entry.position))?;
            }
        }
    }
    Ok(transaction.commit()?)
}
