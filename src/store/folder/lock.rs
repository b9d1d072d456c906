//! The lock of a folder, for one process at a time: a file that the system locks while the process lives, and that describes it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process,
};

use super::error::{Error, io_error};
use crate::model::Timestamp;

pub(super) const FILE: &str = "lock";

/// The lock of a folder, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    since: Timestamp,
}

impl Lock {
    pub(super) fn acquire(dir: &Path, since: Timestamp) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let mut options = OpenOptions::new();
        // Its content describes the holder to processes that cannot get the lock, so it is not truncated yet.
        options.read(true).write(true).create(true).truncate(false);
        super::files::restrict_to_owner(&mut options);
        let mut file = options.open(&path).map_err(io_error("open", &path))?;
        match file.try_lock() {
            Ok(()) => {
                let mut lock = Self { file, path, since };
                lock.write("")?;
                Ok(lock)
            }
            Err(TryLockError::WouldBlock) => Err(in_use_error(dir, &mut file)),
            Err(TryLockError::Error(reason)) => Err(io_error("lock", &path)(reason)),
        }
    }

    /// Locks a folder that is not writable; `None` if it has no lock file.
    pub(super) fn try_read_only(dir: &Path) -> Result<Option<Self>, Error> {
        let path = dir.join(FILE);
        // A lock file that cannot be opened for reading cannot be locked either.
        let Ok(mut file) = File::open(&path) else {
            return Ok(None);
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(in_use_error(dir, &mut file)),
            _ => Ok(Some(Self {
                file,
                path,
                since: Timestamp::UNIX_EPOCH,
            })),
        }
    }

    pub(super) fn write_address(&mut self, address: &str) -> Result<(), Error> {
        self.write(&format!(", which serves {address}"))
    }

    /// Writes the description of this process. On a full disk it stays empty, and the lock is valid nevertheless.
    fn write(&mut self, suffix: &str) -> Result<(), Error> {
        let description = format!("process {} since {}{suffix}\n", process::id(), self.since);
        let file = &mut self.file;
        let result = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(description.as_bytes()));
        match result {
            Err(reason) if matches!(reason.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => Ok(()),
            result => result.map_err(io_error("write", &self.path)),
        }
    }
}

/// The error for a folder in use, with the description in its lock file.
fn in_use_error(dir: &Path, file: &mut File) -> Error {
    let mut description = String::new();
    // If the locked file cannot be read, the process stays unnamed.
    let holder = match file.read_to_string(&mut description) {
        Ok(_) if !description.trim().is_empty() => description.trim().to_owned(),
        _ => "another process".to_owned(),
    };
    Error::InUse {
        dir: dir.to_owned(),
        holder,
    }
}
