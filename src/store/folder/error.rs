//! Why a folder cannot be used as a store.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::names::LOG;
use crate::store::log;

/// Why a folder cannot be used as a store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has it open.
    #[error("store {}: it is in use by {holder}; stop that process first, or use another folder", dir.display())]
    InUse {
        /// The folder.
        dir: PathBuf,
        /// The process, as described by its lock file.
        holder: String,
    },
    /// The log cannot be used.
    #[error("store {}: {reason}", dir.display())]
    Log {
        /// The folder.
        dir: PathBuf,
        /// The error of the log.
        reason: log::Error,
    },
    /// The folder contains something else.
    #[error("store {}: it holds {entry}, but no {LOG}; give a folder that is new or empty", dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
        /// The name of a file or folder in it.
        entry: String,
    },
    /// The folder already contains a store.
    #[error("store {}: there is a store already; give a folder that is new or empty", dir.display())]
    AlreadyExists {
        /// The folder.
        dir: PathBuf,
    },
    /// An import into it was interrupted.
    #[error(
        "store {}: an import into it was interrupted; run it again to finish it, or remove the folder to begin anew",
        dir.display()
    )]
    ImportInterrupted {
        /// The folder.
        dir: PathBuf,
    },
    /// The log of a store is missing.
    #[error(
        "store {}: {LOG} is missing, which holds all data; put it back, or restore a backup (guanxi restore), or remove the \
         folder to begin anew",
        dir.display()
    )]
    LogMissing {
        /// The folder.
        dir: PathBuf,
    },
    /// There is no store.
    #[error("store {}: there is no {LOG} in it; `guanxi serve --store` begins a store", dir.display())]
    NotFound {
        /// The folder.
        dir: PathBuf,
    },
    /// The file already exists.
    #[error("{} already exists; give another file name", path.display())]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// The operating system reports an error.
    #[error("cannot {action} {}: {reason}", path.display())]
    Io {
        /// The attempted action: "write".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error.
        reason: io::Error,
    },
}

impl Error {
    /// Whether the folder is not writable: the file system is read-only, or the user has no permission.
    #[must_use]
    pub fn is_unwritable(&self) -> bool {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        matches!(self, Self::Io { reason, .. } if matches!(reason.kind(), ReadOnlyFilesystem | PermissionDenied))
    }
}

/// A closure that adds the action and the path to an I/O error.
pub(super) fn io_error<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |reason| Error::Io {
        action,
        path: path.to_owned(),
        reason,
    }
}
