//! Copies of a store: backing it up while it is in use, restoring a backup, and compacting the log.

use std::{fs::File, path::Path};

use super::{
    FolderAccess, StoreFolder, backend,
    error::{Error, io_error},
    files, log_bytes,
    names::LOG,
};
use crate::{
    model::Timestamp,
    store::log::{self, LogReader},
};

/// The extent of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopySummary {
    /// The position of the last entry in the copy.
    pub position: u64,
    /// The size of the copy in bytes.
    pub bytes: u64,
}

/// Writes the current content of the store in `dir` to the file `to`, even while another process serves and changes it. Every
/// value is checked.
///
/// # Errors
/// [`Error::FileExists`] when there is such a file; [`Error::Log`] when the store is damaged; [`Error::Io`].
pub fn backup(dir: &Path, to: &Path, at: Timestamp) -> Result<CopySummary, Error> {
    if to.exists() {
        return Err(Error::FileExists { path: to.to_owned() });
    }
    let access = FolderAccess::open(dir, at)?;
    let from = access.log_reader(dir)?;
    write_copy(&from, to).map_err(|error| error.in_folder(dir))?;
    copy_summary(&from, to)
}

/// Creates a store in `dir` from the backup `from`, after `check` has accepted it.
///
/// # Errors
/// [`Error::InUse`], [`Error::AlreadyExists`] and [`Error::NotEmpty`] when the folder is not free; [`Error::Log`] when the backup
/// is damaged; the error of `check`.
pub fn restore<E: From<Error>>(
    from: &Path,
    dir: &Path,
    at: Timestamp,
    check: impl FnOnce(&LogReader) -> Result<(), E>,
) -> Result<CopySummary, E> {
    let log_error = |reason| Error::Log {
        dir: from.to_owned(),
        reason,
    };
    let file = File::open(from).map_err(io_error("open", from))?;
    let reader = LogReader::exclusive(|| file.try_clone().map(backend)).map_err(log_error)?;
    check(&reader)?;
    let store_folder = StoreFolder::open(dir, at)?;
    match store_folder.has_store() {
        Ok(false) => {}
        // A backup replaces a missing log.
        Err(Error::LogMissing { .. }) => {}
        Ok(true) => return Err(Error::AlreadyExists { dir: dir.to_owned() }.into()),
        Err(error) => return Err(error.into()),
    }
    let to = dir.join(LOG);
    write_copy(&reader, &to).map_err(|error| error.in_folder(from))?;
    Ok(copy_summary(&reader, &to)?)
}

/// Makes the log file as small as possible, and returns its size before and after, in bytes.
///
/// # Errors
/// [`Error::Log`] when it cannot be opened or written.
pub fn compact(store_folder: &StoreFolder) -> Result<(u64, u64), Error> {
    let before = log_bytes(store_folder.dir())?;
    store_folder
        .open_log()?
        .compact()
        .map_err(|reason| store_folder.log_error(reason))?;
    Ok((before, log_bytes(store_folder.dir())?))
}

/// Why copying failed: an error of the log, whose folder is not known here, or of the file.
enum CopyError {
    Log(log::Error),
    File(Error),
}

impl From<Error> for CopyError {
    fn from(error: Error) -> Self {
        Self::File(error)
    }
}

impl CopyError {
    fn in_folder(self, dir: &Path) -> Error {
        match self {
            Self::Log(reason) => Error::Log {
                dir: dir.to_owned(),
                reason,
            },
            Self::File(error) => error,
        }
    }
}

fn write_copy(from: &LogReader, to: &Path) -> Result<(), CopyError> {
    files::create(to, |file| log::copy(from, backend(file)).map_err(CopyError::Log))
}

fn copy_summary(from: &LogReader, to: &Path) -> Result<CopySummary, Error> {
    let file = to.metadata().map_err(io_error("read", to))?;
    Ok(CopySummary {
        position: from.last_position(),
        bytes: file.len(),
    })
}
