//! The log in a file. A group of entries is one transaction: after a crash the file contains all of them or none. After a
//! failed write the file is reopened, and no entries are added until that succeeds.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::RwLock;
use redb::{Builder, Database, ReadTransaction, StorageBackend, TableError};

use super::{
    CommittedRetry, Error, Head, LogReader, PreparedEntry,
    copy_on_write::CopyOnWriteFile,
    file::{Failure, LogFile, OpenMode},
    prepared::check_positions,
    read,
    recent::RecentEntries,
    tables::{CACHE_BYTES, ENTRIES, NOTES, RETRIES},
};
use crate::model::{Entry, Timestamp};

/// A log in a file.
#[derive(Debug)]
pub struct Durable {
    file: LogFile,
    head: Head,
    recent: RwLock<RecentEntries>,
}

impl Durable {
    /// Opens a log for reader and writing. `open` opens its file, now and after each failure; `check_space` fails while the
    /// disk is full. Opening may change the file, so the log must have been read and checked with [`super::LogReader`] before.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::File`].
    pub fn open<B: StorageBackend>(
        open: impl Fn(OpenMode) -> std::io::Result<B> + Clone + Send + Sync + 'static,
        check_space: impl Fn() -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let file = LogFile::open(open, check_space)?;
        let (head, last) = file.read(|transaction| Ok((read::head(transaction)?, read::last(transaction)?)))?;
        Ok(Self {
            file,
            head,
            recent: RwLock::new(RecentEntries::empty_at(last)),
        })
    }

    /// A log that refuses all changes because of `reason`.
    #[must_use]
    pub fn read_only(reader: LogReader, reason: String) -> Self {
        let (head, last) = (reader.head().clone(), reader.last_position());
        Self {
            file: LogFile::read_only(reader, reason),
            head,
            recent: RwLock::new(RecentEntries::empty_at(last)),
        }
    }

    /// When the store was created.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.head.began_at
    }

    /// Makes the file as small as possible.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::File`].
    pub fn compact(self) -> Result<(), Error> {
        let mut database = self.file.into_database()?;
        read::catch_damage(|| {
            database.compact().map_err(read::damaged)?;
            database.close().map_err(read::damaged)
        })
    }

    pub(super) fn failure(&self) -> Option<Failure> {
        self.file.failure()
    }

    pub(super) fn append(&self, entries: &[PreparedEntry]) -> Result<(), Error> {
        let last = self.last_position();
        check_positions(last, entries)?;
        let Some(newest) = entries.last() else { return Ok(()) };
        self.check_writable()?;
        let result = self
            .file
            .write(|database| write(database, entries).map_err(read::damaged));
        if let Err(error) = result {
            let reason = error.to_string();
            // Only the reopened file shows whether the group was stored.
            let stored_last = self.reopen_after_failure(&reason, true)?;
            if stored_last != last && stored_last != newest.entry.position {
                return Err(Error::OutcomeUnknown(lost_entries(last, stored_last)));
            }
            // If it still fails, the next caller gets the error, and recovery is attempted later.
            let _ = self.file.resume();
            if stored_last == last {
                return Err(Error::NotWritten(reason));
            }
            tracing::warn!(
                reason,
                position = newest.entry.position,
                "writing failed, but the changes were stored"
            );
        }
        let mut recent = self.recent.write();
        for prepared in entries {
            recent.push(prepared);
        }
        Ok(())
    }

    /// Reopens the file after a failure, and returns the position of its last entry.
    fn reopen_after_failure(&self, reason: &str, is_append: bool) -> Result<u64, Error> {
        self.file.fail(reason, is_append);
        let opened = self.file.reopen();
        opened.map_err(|error| Error::OutcomeUnknown(format!("{reason}; then it could not be reopened: {error}")))?;
        let stored_last = self.file.read(read::last);
        stored_last
            .map_err(|error| Error::OutcomeUnknown(format!("{reason}; then it could not be read again: {error}")))
    }

    /// Reopens the file after a failure, unless it is open, and returns the position of its last entry, which may be later than
    /// the last one known to be stored. No entries are added before [`Durable::resume`].
    pub(super) fn reopen(&self) -> Result<u64, Error> {
        // A file that cannot be read cannot be written either.
        if !self.file.is_open() || self.file.read(read::last).is_err() {
            self.file.reopen()?;
        }
        let (known, stored_last) = (self.last_position(), self.file.read(read::last)?);
        if stored_last < known {
            return Err(Error::damaged("the log", &lost_entries(known, stored_last)));
        }
        if stored_last > known {
            *self.recent.write() = RecentEntries::empty_at(stored_last);
        }
        Ok(stored_last)
    }

    /// Accepts changes again.
    pub(super) fn resume(&self) -> Result<(), Error> {
        self.file.resume()
    }

    fn check_writable(&self) -> Result<(), Error> {
        match self.file.failure() {
            Some(failure) => Err(Error::NotWritten(failure.reason)),
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
        let recent = self.recent.read();
        recent.after(position, max)
    }

    pub(super) fn last_position(&self) -> u64 {
        self.recent.read().last()
    }

    pub(super) fn note(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let read_table = |transaction: &ReadTransaction| -> Result<_, redb::Error> {
            match transaction.open_table(NOTES) {
                Ok(table) => Ok(table.get(key)?.map(|note| note.value().to_vec())),
                Err(TableError::TableDoesNotExist(_)) => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        self.file
            .read(|transaction| read_table(transaction).map_err(read::damaged))
    }

    pub(super) fn notes(&self, prefix: &str, from: &str, max: usize) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let read_table = |transaction: &ReadTransaction| -> Result<_, redb::Error> {
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
        self.file
            .read(|transaction| read_table(transaction).map_err(read::damaged))
    }

    pub(super) fn write_notes(&self, notes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(), Error> {
        if notes.is_empty() {
            return Ok(());
        }
        self.check_writable()?;
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
        let result = self.file.write(|database| write(database).map_err(read::damaged));
        result.map_err(|error| {
            let reason = error.to_string();
            // The caller writes them again, whether or not these were stored.
            match self.reopen_after_failure(&reason, false) {
                Ok(_) => {
                    let _ = self.file.resume();
                    Error::OutcomeUnknown(reason)
                }
                Err(error) => error,
            }
        })
    }

    pub(super) fn retry(&self, key: &str) -> Result<Option<CommittedRetry>, Error> {
        let read_table = |transaction: &ReadTransaction| -> Result<_, redb::Error> {
            let table = transaction.open_table(RETRIES)?;
            let committed = table.get(key)?;
            Ok(committed.map(|committed| {
                let (digest, position) = committed.value();
                CommittedRetry { digest, position }
            }))
        };
        let committed = self
            .file
            .read(|transaction| read_table(transaction).map_err(read::damaged))?;
        match committed {
            // It is in the file, but not yet known to be durable.
            Some(committed) if committed.position > self.last_position() => {
                let failure = self.file.failure();
                Err(Error::NotWritten(
                    failure.map_or_else(String::new, |failure| failure.reason),
                ))
            }
            committed => Ok(committed),
        }
    }
}

fn lost_entries(known: u64, stored_last: u64) -> String {
    format!("entries up to {known} were added, but it ends at entry {stored_last}")
}

/// Checks every page of a file that no process writes to. The file is not changed.
///
/// # Errors
/// [`Error::Damaged`] when a page is not as it was written.
pub fn check_pages(file: impl StorageBackend) -> Result<(), Error> {
    read::catch_damage(|| {
        let mut builder = Builder::new();
        let file = CopyOnWriteFile::new(file).map_err(|error| Error::File(error.to_string()))?;
        let mut database = builder
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(file)
            .map_err(read::damaged)?;
        match database.check_integrity().map_err(read::damaged)? {
            true => Ok(()),
            false => Err(Error::damaged("the file", "its list of free pages is wrong")),
        }
    })
}

fn write(database: &Database, entries: &[PreparedEntry]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(ENTRIES)?;
        let mut retries = transaction.open_table(RETRIES)?;
        for PreparedEntry { entry, bytes } in entries {
            table.insert(entry.position, bytes.as_slice())?;
            if let Some(retry) = &entry.retry {
                retries.insert(retry.key.as_str(), (retry.digest, entry.position))?;
            }
        }
    }
    Ok(transaction.commit()?)
}
