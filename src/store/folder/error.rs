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
    Held {
        /// The folder.
        dir: PathBuf,
        /// Who, as far as the lock says.
        holder: String,
    },
    /// The log does not allow it.
    #[error("store {}: {reason}", dir.display())]
    Log {
        /// The folder.
        dir: PathBuf,
        /// What the log says.
        reason: log::Error,
    },
    /// There is something else in the folder.
    #[error("store {}: it holds {found}, but no {LOG}; give a folder that is new or empty", dir.display())]
    Occupied {
        /// The folder.
        dir: PathBuf,
        /// One of the things in it.
        found: String,
    },
    /// There is a store already, where a new one is to be made.
    #[error("store {}: there is a store already; give a folder that is new or empty", dir.display())]
    Begun {
        /// The folder.
        dir: PathBuf,
    },
    /// An import into it was interrupted.
    #[error(
        "store {}: an import into it was interrupted; run it again to finish it, or remove the folder to begin anew",
        dir.display()
    )]
    Unfinished {
        /// The folder.
        dir: PathBuf,
    },
    /// The log of a store is gone.
    #[error(
        "store {}: {LOG} is gone, in which everything is kept; put it back, or restore a backup (guanxi restore), or remove the \
         folder to begin anew",
        dir.display()
    )]
    Gone {
        /// The folder.
        dir: PathBuf,
    },
    /// There is no store.
    #[error("store {}: there is no {LOG} in it; `guanxi serve --store` begins a store", dir.display())]
    Missing {
        /// The folder.
        dir: PathBuf,
    },
    /// A file would be overwritten.
    #[error("{} exists already; give a file name that is free", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("cannot {doing} {}: {reason}", path.display())]
    Io {
        /// What was tried: "write".
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
}

impl Error {
    /// Whether it is that nothing can be written there: the file system is read-only, or the folder is another user's.
    #[must_use]
    pub fn is_unwritable(&self) -> bool {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        matches!(self, Self::Io { reason, .. } if matches!(reason.kind(), ReadOnlyFilesystem | PermissionDenied))
    }
}

/// How to say that `doing` something with `path` failed.
pub(super) fn failed<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |reason| Error::Io {
        doing,
        path: path.to_owned(),
        reason,
    }
}
