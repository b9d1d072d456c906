//! The file of a log as it is open. After a failure it is closed and opened anew: then it is known what became of the last
//! write. Where it can only be read, it is read.

use std::{
    fmt, io,
    sync::{Mutex, MutexGuard, PoisonError, RwLock},
};

use redb::{Builder, ConcurrencyMode, Database, ReadTransaction, ReadableDatabase, StorageBackend};

use super::{
    Error, Reading,
    read::{self, damaged},
    tables::CACHE_BYTES,
};

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be read and added to.
    Adding,
    /// To be read.
    Reading,
}

/// Why a log takes no changes at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the system says.
    pub reason: String,
    /// Whether it is open whether the last changes were kept: the file could not be opened again since.
    pub unresolved: bool,
    /// Whether it is tried to go on.
    pub passing: bool,
}

/// A file, and how it is opened again.
pub(super) struct LogFile {
    opened: RwLock<Opened>,
    failure: Mutex<Option<Failure>>,
    open: Box<dyn Fn() -> Result<Database, Error> + Send + Sync>,
    read: Box<dyn Fn() -> Result<Reading, Error> + Send + Sync>,
    room: Box<dyn Fn() -> io::Result<()> + Send + Sync>,
}

/// How the file is open.
enum Opened {
    ToAdd(Database),
    ToRead(Box<Reading>),
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
    /// Opens a file to add to it. `open` opens it, now and after each failure; `room` fails while nothing can be added.
    pub(super) fn open<B: StorageBackend>(
        open: impl Fn(Purpose) -> io::Result<B> + Clone + Send + Sync + 'static,
        room: impl Fn() -> io::Result<()> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let to_read = open.clone();
        let open = move || {
            let file = open(Purpose::Adding).map_err(|error| Error::File(error.to_string()))?;
            builder().create_with_backend(file).map_err(damaged)
        };
        let read = move || Reading::alone(|| to_read(Purpose::Reading));
        Ok(Self {
            opened: RwLock::new(Opened::ToAdd(read::unharmed(&open)?)),
            failure: Mutex::default(),
            open: Box::new(open),
            read: Box::new(read),
            room: Box::new(room),
        })
    }

    /// A file that is only read, because of `reason`, as long as the process lives.
    pub(super) fn to_read(reading: Reading, reason: String) -> Self {
        let unopened = reason.clone();
        let unread = reason.clone();
        Self {
            opened: RwLock::new(Opened::ToRead(Box::new(reading))),
            failure: Mutex::new(Some(Failure {
                reason,
                unresolved: false,
                passing: false,
            })),
            open: Box::new(move || Err(Error::File(unopened.clone()))),
            read: Box::new(move || Err(Error::File(unread.clone()))),
            room: Box::new(|| Err(io::ErrorKind::ReadOnlyFilesystem.into())),
        }
    }

    /// Why nothing is written at the moment; none where changes are.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.failing().clone()
    }

    fn failing(&self) -> MutexGuard<'_, Option<Failure>> {
        // It is replaced whole, so that nothing is half done whoever panics.
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets nothing be written until [`LogFile::resume`]. The first reason stands.
    pub(super) fn fail(&self, reason: &str, unresolved: bool) {
        let mut failing = self.failing();
        let failure = failing.get_or_insert_with(|| Failure {
            reason: reason.to_owned(),
            unresolved: false,
            passing: true,
        });
        failure.unresolved |= unresolved;
    }

    /// What `work` makes of the file.
    pub(super) fn add<T>(&self, work: impl FnOnce(&Database) -> Result<T, Error>) -> Result<T, Error> {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        match &*opened {
            // A panic in the middle leaves as much in doubt as an error does.
            Opened::ToAdd(database) => read::unharmed(|| work(database)),
            Opened::ToRead(_) | Opened::Closed => Err(self.unopened()),
        }
    }

    /// What `work` reads of everything that is kept now. When the file cannot be read, it is opened anew before the next change.
    pub(super) fn read<T>(&self, work: impl FnOnce(&ReadTransaction) -> Result<T, Error>) -> Result<T, Error> {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        let found = read::unharmed(|| match &*opened {
            Opened::ToAdd(database) => work(&database.begin_read().map_err(damaged)?),
            Opened::ToRead(reading) => work(reading.transaction()),
            Opened::Closed => Err(self.unopened()),
        });
        if let Err(Error::File(reason)) = &found {
            self.fail(reason, false);
        }
        found
    }

    fn unopened(&self) -> Error {
        let reason = self.failure().map(|failure| failure.reason);
        Error::File(reason.unwrap_or_else(|| "it is closed".to_owned()))
    }

    /// Closes the file and opens it anew. Then what it holds is durable: opening it after a failure writes its head once more,
    /// and waits until that is on the disk. O(what the file holds), since what is free in it is found out anew.
    pub(super) fn reopen(&self) -> Result<(), Error> {
        if self.failure().is_some_and(|failure| !failure.passing) {
            return Err(self.unopened());
        }
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        // The file is locked as long as it is open. What closing it says was said when it failed.
        *opened = Opened::Closed;
        match read::unharmed(&self.open) {
            Ok(database) => {
                *opened = Opened::ToAdd(database);
                if let Some(failure) = &mut *self.failing() {
                    failure.unresolved = false;
                }
                Ok(())
            }
            Err(error) => {
                if let Ok(reading) = (self.read)() {
                    *opened = Opened::ToRead(Box::new(reading));
                }
                Err(error)
            }
        }
    }

    /// Whether the file is open to be added to.
    pub(super) fn is_open(&self) -> bool {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        matches!(&*opened, Opened::ToAdd(_))
    }

    /// Lets changes be written again, when there is room for them.
    pub(super) fn resume(&self) -> Result<(), Error> {
        (self.room)().map_err(|error| Error::File(error.to_string()))?;
        *self.failing() = None;
        Ok(())
    }

    /// The file, once it can be opened, to be changed as a whole.
    pub(super) fn into_database(self) -> Result<Database, Error> {
        let unopened = self.unopened();
        match self.opened.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Opened::ToAdd(database) => Ok(database),
            Opened::ToRead(_) | Opened::Closed => Err(unopened),
        }
    }
}

pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    // With one writer and readers in other processes, every commit is in two phases: the file never points to a state that
    // was not wholly written, so that a damaged last entry is told from one that was never kept.
    builder
        .set_cache_size(CACHE_BYTES)
        .set_concurrency_mode(ConcurrencyMode::SingleWriter);
    builder
}
