//! The folder of a store: `guanxi.redb` is the log and the source of truth, `lock` names the process that has it open, and
//! `snapshot-N.gx` and `search-N.gx` are derived from the log for a quick start. Files are written under another name, and
//! renamed when they are complete.

pub mod blocks;
mod copies;
mod error;
mod files;
mod lock;
mod names;
pub(in crate::store) mod snapshots;

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use redb::backends::FileBackend;

pub use copies::{CopySummary, backup, compact, restore};
pub use error::Error;
use error::io_error;
pub use lock::Lock;
use names::{CREATED_MARK, IMPORT_MARK, SPACE_CHECK};
pub use names::{IMPORT_LOG, LOG};
pub use snapshots::{check_reach, check_snapshots, read_search, read_snapshot, write_search, write_snapshot};

use super::log::{self, Durable, LogReader, OpenMode};
use crate::{
    auth::tokens,
    model::{Dataset, Timestamp},
};

/// The folder of a store, locked for this process until this is dropped.
#[derive(Debug)]
pub struct StoreFolder {
    dir: PathBuf,
    lock: Lock,
}

impl StoreFolder {
    /// Locks the folder for this process, and creates it if necessary. Unfinished files of earlier processes are removed.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process has it, [`Error::Io`].
    pub fn open(dir: &Path, since: Timestamp) -> Result<Self, Error> {
        files::create_dir(dir)?;
        let lock = Lock::acquire(dir, since)?;
        files::remove_unfinished(dir)?;
        let store_folder = Self {
            dir: dir.to_owned(),
            lock,
        };
        if store_folder.dir.join(LOG).exists() {
            store_folder.mark_created()?;
        }
        Ok(store_folder)
    }

    /// Marks that a store was created, so that no other replaces it when its log is missing.
    fn mark_created(&self) -> Result<(), Error> {
        files::create_marker(&self.dir.join(CREATED_MARK))?;
        files::remove(&self.dir.join(IMPORT_MARK))
    }

    /// Marks that the import of a new store has started.
    ///
    /// # Errors
    /// [`Error::Io`] when the mark cannot be written.
    pub fn mark_import(&self) -> Result<(), Error> {
        files::create_marker(&self.dir.join(IMPORT_MARK))
    }

    /// Removes the mark of a finished import.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be removed.
    pub fn unmark_import(dir: &Path) -> Result<(), Error> {
        files::remove(&dir.join(IMPORT_MARK))
    }

    /// Whether the import of a new store was interrupted.
    #[must_use]
    pub fn is_import_marked(&self) -> bool {
        self.dir.join(IMPORT_MARK).exists()
    }

    /// The path of the folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether the folder contains a store.
    ///
    /// # Errors
    /// [`Error::ImportInterrupted`]; [`Error::LogMissing`] when there was a store; [`Error::NotEmpty`] when the folder contains
    /// something else.
    pub fn has_store(&self) -> Result<bool, Error> {
        if self.is_import_marked() && !self.dir.join(LOG).exists() {
            return Err(Error::ImportInterrupted { dir: self.dir.clone() });
        }
        self.has_store_for_import()
    }

    /// As [`Self::has_store`], for an import, which can resume one that was interrupted.
    ///
    /// # Errors
    /// Those of [`Self::has_store`], except that an interrupted import without records is no error.
    pub fn has_store_for_import(&self) -> Result<bool, Error> {
        if self.dir.join(LOG).exists() {
            return Ok(true);
        }
        if self.has_unfinished_load() {
            return Err(Error::ImportInterrupted { dir: self.dir.clone() });
        }
        if self.dir.join(CREATED_MARK).exists() {
            return Err(Error::LogMissing { dir: self.dir.clone() });
        }
        for entry in fs::read_dir(&self.dir).map_err(io_error("read", &self.dir))? {
            let name = entry.map_err(io_error("read", &self.dir))?.file_name();
            // The first token may be created before the store.
            if name != lock::FILE && name != IMPORT_MARK && !tokens::is_token_file(&name) {
                return Err(Error::NotEmpty {
                    dir: self.dir.clone(),
                    entry: name.to_string_lossy().into_owned(),
                });
            }
        }
        Ok(false)
    }

    /// Creates a store with `dataset` as its initial data: completely or not at all.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`]; [`Error::Log`] when the data cannot be stored; [`Error::Io`].
    pub fn create(&self, dataset: &Dataset, began_at: Timestamp) -> Result<(), Error> {
        if self.has_store()? {
            return Err(Error::AlreadyExists { dir: self.dir.clone() });
        }
        files::create(&self.dir.join(LOG), |file| {
            log::create(backend(file), dataset, began_at).map_err(|reason| self.log_error(reason))
        })?;
        self.mark_created()
    }

    /// Whether there are records of an interrupted import.
    #[must_use]
    pub fn has_unfinished_load(&self) -> bool {
        self.dir.join(IMPORT_LOG).exists()
    }

    /// Starts filling a new store record by record.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`], [`Error::ImportInterrupted`] or [`Error::NotEmpty`] when the folder is not free; [`Error::Log`].
    pub fn start_load(&self, head: log::Head) -> Result<log::UnfinishedLog, Error> {
        if self.has_store_for_import()? {
            return Err(Error::AlreadyExists { dir: self.dir.clone() });
        }
        files::create(&self.dir.join(IMPORT_LOG), |file| {
            log::UnfinishedLog::begin(backend(file), head).map_err(|reason| self.log_error(reason))
        })
    }

    /// Opens the records of an interrupted import for reading. The file is not changed.
    ///
    /// # Errors
    /// [`Error::Log`] when it is damaged.
    pub fn load_reader(&self) -> Result<LogReader, Error> {
        let path = self.dir.join(IMPORT_LOG);
        let file = File::open(&path).map_err(io_error("open", &path))?;
        LogReader::exclusive(|| file.try_clone().map(backend)).map_err(|reason| self.log_error(reason))
    }

    /// Resumes an interrupted import whose records have been read.
    ///
    /// # Errors
    /// [`Error::Log`] when it is damaged.
    pub fn resume_load(&self) -> Result<log::UnfinishedLog, Error> {
        let path = self.dir.join(IMPORT_LOG);
        let result = OpenOptions::new().read(true).write(true).open(&path);
        let file = result.map_err(io_error("open", &path))?;
        log::UnfinishedLog::resume(backend(file)).map_err(|reason| self.log_error(reason))
    }

    /// Removes the records of an unfinished import.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be removed.
    pub fn remove_load(&self) -> Result<(), Error> {
        files::remove(&self.dir.join(IMPORT_LOG))
    }

    /// Makes the loaded records the log of this store.
    ///
    /// # Errors
    /// [`Error::Log`] when it cannot be sealed, [`Error::Io`].
    pub fn finish_load(
        &self,
        load: log::UnfinishedLog,
        title: &str,
        description: Option<&str>,
        licence: Option<&str>,
    ) -> Result<log::Head, Error> {
        let head = load
            .seal(title, description, licence)
            .map_err(|reason| self.log_error(reason))?;
        files::finish(&self.dir.join(IMPORT_LOG), &self.dir.join(LOG))?;
        self.mark_created()?;
        Ok(head)
    }

    /// Opens the log for reading. The file is not changed.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, [`Error::Log`] when it is damaged.
    pub fn log_reader(&self) -> Result<LogReader, Error> {
        exclusive_reader(&self.dir)
    }

    /// Opens the log for reading and writing. It must have been read and checked before.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, [`Error::Log`] when it cannot be opened.
    pub fn open_log(&self) -> Result<Durable, Error> {
        let path = self.dir.join(LOG);
        // Opened first for its precise error; later errors are those of the log.
        open_log_file(&path, OpenMode::ReadWrite).map_err(|reason| self.open_error(&path, reason))?;
        let space_check = self.dir.join(SPACE_CHECK);
        let open = move |mode| open_log_file(&path, mode).map(backend);
        Durable::open(open, move || files::check_space(&space_check)).map_err(|reason| self.log_error(reason))
    }

    /// Writes the address at which the store is served to the lock file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be written.
    pub fn write_address(&mut self, address: &str) -> Result<(), Error> {
        self.lock.write_address(address)
    }

    fn log_error(&self, reason: log::Error) -> Error {
        Error::Log {
            dir: self.dir.clone(),
            reason,
        }
    }

    fn open_error(&self, path: &Path, reason: io::Error) -> Error {
        open_error(&self.dir, path, reason)
    }
}

fn open_error(dir: &Path, path: &Path, reason: io::Error) -> Error {
    match reason.kind() {
        io::ErrorKind::NotFound if dir.join(IMPORT_LOG).exists() => Error::ImportInterrupted { dir: dir.to_owned() },
        io::ErrorKind::NotFound if dir.join(CREATED_MARK).exists() => Error::LogMissing { dir: dir.to_owned() },
        io::ErrorKind::NotFound => Error::NotFound { dir: dir.to_owned() },
        _ => io_error("open", path)(reason),
    }
}

/// Opens an existing log file.
fn open_log_file(path: &Path, mode: OpenMode) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(mode == OpenMode::ReadWrite)
        .open(path)?;
    // An empty file would become an empty log.
    match file.metadata()?.len() {
        0 => Err(io::Error::new(io::ErrorKind::InvalidData, "it is empty")),
        _ => Ok(file),
    }
}

/// How a process can use the folder of a store.
#[derive(Debug)]
pub enum FolderAccess {
    /// This process has locked it.
    Exclusive(StoreFolder),
    /// Another process has locked it, which is described here.
    InUse(String),
    /// It is not writable, for this reason; with its lock, if it has a lock file.
    ReadOnly(String, Option<Lock>),
}

impl FolderAccess {
    /// Locks the folder for this process, unless another one has.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no store, [`Error::Io`].
    pub fn open(dir: &Path, since: Timestamp) -> Result<Self, Error> {
        // Checked first, since opening creates the folder.
        log_bytes(dir)?;
        let result = match StoreFolder::open(dir, since) {
            Ok(store_folder) => return Ok(Self::Exclusive(store_folder)),
            Err(error) if error.is_unwritable() => {
                Lock::try_read_only(dir).map(|lock| Self::ReadOnly(error.to_string(), lock))
            }
            Err(error) => Err(error),
        };
        match result {
            Err(Error::InUse { holder, .. }) => Ok(Self::InUse(holder)),
            access => access,
        }
    }

    /// Opens the log in `dir` for reading. The file is not changed.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, [`Error::Log`] when it is damaged.
    pub fn log_reader(&self, dir: &Path) -> Result<LogReader, Error> {
        match self {
            Self::Exclusive(_) | Self::ReadOnly(..) => exclusive_reader(dir),
            Self::InUse(_) => shared_reader(dir),
        }
    }
}

/// Opens the log in this folder for reading, while no process writes to it.
fn exclusive_reader(dir: &Path) -> Result<LogReader, Error> {
    let path = dir.join(LOG);
    let file = File::open(&path).map_err(|reason| open_error(dir, &path, reason))?;
    LogReader::exclusive(|| file.try_clone().map(backend)).map_err(|reason| Error::Log {
        dir: dir.to_owned(),
        reason,
    })
}

/// Opens the log in this folder for reading, while another process may be writing to it.
pub(in crate::store) fn shared_reader(dir: &Path) -> Result<LogReader, Error> {
    let path = dir.join(LOG);
    let file = File::open(&path).map_err(|reason| open_error(dir, &path, reason))?;
    LogReader::shared(backend(file)).map_err(|reason| Error::Log {
        dir: dir.to_owned(),
        reason,
    })
}

/// Checks the pages of the log file, which no process may be writing to. The file is not changed.
///
/// # Errors
/// [`Error::Log`] when they are damaged.
pub fn check_pages(dir: &Path) -> Result<(), Error> {
    let path = dir.join(LOG);
    let file = File::open(&path).map_err(|reason| open_error(dir, &path, reason))?;
    log::check_pages(backend(file)).map_err(|reason| Error::Log {
        dir: dir.to_owned(),
        reason,
    })
}

/// The size of the log file in this folder, in bytes.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn log_bytes(dir: &Path) -> Result<u64, Error> {
    let path = dir.join(LOG);
    let file = fs::metadata(&path).map_err(|reason| open_error(dir, &path, reason))?;
    Ok(file.len())
}

fn backend(file: File) -> FileBackend {
    FileBackend::new(file).expect("wrapping a file cannot fail")
}
