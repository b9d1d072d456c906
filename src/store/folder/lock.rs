//! One process at a time: a file that the system locks for as long as the process lives, and that says who it is.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process,
};

use super::error::{Error, failed};
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
    pub(super) fn take(dir: &Path, since: Timestamp) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let mut options = OpenOptions::new();
        // What it says is of use to the next process as long as it may not have the lock.
        options.read(true).write(true).create(true).truncate(false);
        super::files::for_its_owner(&mut options);
        let mut file = options.open(&path).map_err(failed("open", &path))?;
        match file.try_lock() {
            Ok(()) => {
                let mut lock = Self { file, path, since };
                lock.write("")?;
                Ok(lock)
            }
            Err(TryLockError::WouldBlock) => Err(held(dir, &mut file)),
            Err(TryLockError::Error(reason)) => Err(failed("lock", &path)(reason)),
        }
    }

    /// The lock of a folder in which nothing can be written: none where there is none.
    pub(super) fn look(dir: &Path) -> Result<Option<Self>, Error> {
        let path = dir.join(FILE);
        // One that cannot be opened to be read cannot be held by who has no other way to it.
        let Ok(mut file) = File::open(&path) else {
            return Ok(None);
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(held(dir, &mut file)),
            _ => Ok(Some(Self {
                file,
                path,
                since: Timestamp::UNIX_EPOCH,
            })),
        }
    }

    pub(super) fn tell_address(&mut self, address: &str) -> Result<(), Error> {
        self.write(&format!(", which serves {address}"))
    }

    /// What it says is for who comes later. On a full disk it says nothing, and is held all the same.
    fn write(&mut self, more: &str) -> Result<(), Error> {
        let told = format!("process {} since {}{more}\n", process::id(), self.since);
        let file = &mut self.file;
        let written = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(told.as_bytes()));
        match written {
            Err(reason) if matches!(reason.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => Ok(()),
            written => written.map_err(failed("write", &self.path)),
        }
    }
}

/// That another process has the folder, as the locked file says.
fn held(dir: &Path, file: &mut File) -> Error {
    let mut told = String::new();
    // Where a locked file cannot be read, nobody is named.
    let holder = match file.read_to_string(&mut told) {
        Ok(_) if !told.trim().is_empty() => told.trim().to_owned(),
        _ => "another process".to_owned(),
    };
    Error::Held {
        dir: dir.to_owned(),
        holder,
    }
}
