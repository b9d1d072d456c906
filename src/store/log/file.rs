//! The open file of a log. After a failure it is closed and reopened, which shows whether the last write succeeded. If it
//! cannot be opened for writing, it is opened for reading.

use std::{fmt, io};

use parking_lot::{Mutex, RwLock};
use redb::{Builder, ConcurrencyMode, Database, ReadTransaction, ReadableDatabase, StorageBackend};

use super::{
    Error, LogReader,
    read::{self, damaged},
    tables::CACHE_BYTES,
};

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// For reader and writing.
    ReadWrite,
    /// For reader only.
    ReadOnly,
}

/// Why a log currently refuses changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The error of the operating system.
    pub reason: String,
    /// Whether it is unknown if the last changes were stored, because the file could not be reopened yet.
    pub outcome_unknown: bool,
    /// Whether recovery is attempted.
    pub is_retried: bool,
}

/// A file, and how it is reopened.
pub(super) struct LogFile {
    file: RwLock<OpenFile>,
    failure: Mutex<Option<Failure>>,
    open: Box<dyn Fn() -> Result<Database, Error> + Send + Sync>,
    read: Box<dyn Fn() -> Result<LogReader, Error> + Send + Sync>,
    check_space: Box<dyn Fn() -> io::Result<()> + Send + Sync>,
}

/// The state of the file.
enum OpenFile {
    Writable(Database),
    ReadOnly(Box<LogReader>),
    Closed,
}

impl fmt::Debug for LogFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogFile")
            .field("failure", &self.failure())
            .finish_non_exhaustive()
    }
}

impl LogFile {
    /// Opens a file for writing. `open` opens it, now and after each failure; `check_space` fails while the disk is full.
    pub(super) fn open<B: StorageBackend>(
        open: impl Fn(OpenMode) -> io::Result<B> + Clone + Send + Sync + 'static,
        check_space: impl Fn() -> io::Result<()> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let open_to_read = open.clone();
        let open = move || {
            let file = open(OpenMode::ReadWrite).map_err(|error| Error::File(error.to_string()))?;
            builder().create_with_backend(file).map_err(damaged)
        };
        let read = move || LogReader::exclusive(|| open_to_read(OpenMode::ReadOnly));
        Ok(Self {
            file: RwLock::new(OpenFile::Writable(read::catch_damage(&open)?)),
            failure: Mutex::default(),
            open: Box::new(open),
            read: Box::new(read),
            check_space: Box::new(check_space),
        })
    }

    /// A file that refuses all changes because of `reason`.
    pub(super) fn read_only(reader: LogReader, reason: String) -> Self {
        let open_error = reason.clone();
        let read_error = reason.clone();
        Self {
            file: RwLock::new(OpenFile::ReadOnly(Box::new(reader))),
            failure: Mutex::new(Some(Failure {
                reason,
                outcome_unknown: false,
                is_retried: false,
            })),
            open: Box::new(move || Err(Error::File(open_error.clone()))),
            read: Box::new(move || Err(Error::File(read_error.clone()))),
            check_space: Box::new(|| Err(io::ErrorKind::ReadOnlyFilesystem.into())),
        }
    }

    /// Why changes are currently refused; `None` if they are accepted.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.failure.lock().clone()
    }

    /// Refuses changes until [`LogFile::resume`]. The first reason wins.
    pub(super) fn fail(&self, reason: &str, outcome_unknown: bool) {
        let mut failure_guard = self.failure.lock();
        let failure = failure_guard.get_or_insert_with(|| Failure {
            reason: reason.to_owned(),
            outcome_unknown: false,
            is_retried: true,
        });
        failure.outcome_unknown |= outcome_unknown;
    }

    /// The result of `work`, which may write to the file.
    pub(super) fn write<T>(&self, work: impl FnOnce(&Database) -> Result<T, Error>) -> Result<T, Error> {
        let file = self.file.read();
        match &*file {
            // After a panic the outcome is as unknown as after an error.
            OpenFile::Writable(database) => read::catch_damage(|| work(database)),
            OpenFile::ReadOnly(_) | OpenFile::Closed => Err(self.open_error()),
        }
    }

    /// The result of `work` on the current content. If the file cannot be read, it is reopened before the next change.
    pub(super) fn read<T>(&self, work: impl FnOnce(&ReadTransaction) -> Result<T, Error>) -> Result<T, Error> {
        let file = self.file.read();
        let result = read::catch_damage(|| match &*file {
            OpenFile::Writable(database) => work(&database.begin_read().map_err(damaged)?),
            OpenFile::ReadOnly(reader) => work(reader.transaction()),
            OpenFile::Closed => Err(self.open_error()),
        });
        if let Err(Error::File(reason)) = &result {
            self.fail(reason, false);
        }
        result
    }

    fn open_error(&self) -> Error {
        let reason = self.failure().map(|failure| failure.reason);
        Error::File(reason.unwrap_or_else(|| "it is closed".to_owned()))
    }

    /// Closes and reopens the file. Then its content is durable: opening it after a failure writes its head again and syncs it.
    /// O(size of the file), since its free pages are determined anew.
    pub(super) fn reopen(&self) -> Result<(), Error> {
        if self.failure().is_some_and(|failure| !failure.is_retried) {
            return Err(self.open_error());
        }
        let mut file = self.file.write();
        // The file is locked while it is open. An error of closing it was reported by the failure.
        *file = OpenFile::Closed;
        match read::catch_damage(&self.open) {
            Ok(database) => {
                *file = OpenFile::Writable(database);
                if let Some(failure) = &mut *self.failure.lock() {
                    failure.outcome_unknown = false;
                }
                Ok(())
            }
            Err(error) => {
                if let Ok(reader) = (self.read)() {
                    *file = OpenFile::ReadOnly(Box::new(reader));
                }
                Err(error)
            }
        }
    }

    /// Whether the file is open for writing.
    pub(super) fn is_open(&self) -> bool {
        let file = self.file.read();
        matches!(&*file, OpenFile::Writable(_))
    }

    /// Accepts changes again, if there is space for them.
    pub(super) fn resume(&self) -> Result<(), Error> {
        (self.check_space)().map_err(|error| Error::File(error.to_string()))?;
        *self.failure.lock() = None;
        Ok(())
    }

    /// The database, for changing it as a whole.
    pub(super) fn into_database(self) -> Result<Database, Error> {
        let open_error = self.open_error();
        match self.file.into_inner() {
            OpenFile::Writable(database) => Ok(database),
            OpenFile::ReadOnly(_) | OpenFile::Closed => Err(open_error),
        }
    }
}

pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    // With one writer and readers in other processes, every commit has two phases: the file never points to a partially
    // written state, so a damaged last entry differs from one that was never stored.
    builder
        .set_cache_size(CACHE_BYTES)
        .set_concurrency_mode(ConcurrencyMode::SingleWriter);
    builder
}
