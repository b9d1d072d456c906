//! One process at a time: a file that the system locks for as long as the process lives, and that says who it is.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process,
};

use super::{Error, failed};
use crate::model::Timestamp;

pub(super) const FILE: &str = "lock";

/// The lock of a folder, held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
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
            Err(TryLockError::WouldBlock) => {
                let mut told = String::new();
                // Where a locked file cannot be read, nobody is named.
                let read = file.read_to_string(&mut told);
                let holder = match read {
                    Ok(_) if !told.trim().is_empty() => told.trim().to_owned(),
                    _ => "another process".to_owned(),
                };
                Err(Error::Held {
                    dir: dir.to_owned(),
                    holder,
                })
            }
            Err(TryLockError::Error(reason)) => Err(failed("lock", &path)(reason)),
        }
    }

    pub(super) fn tell_address(&mut self, address: &str) -> Result<(), Error> {
        self.write(&format!(", which serves {address}"))
    }

    fn write(&mut self, more: &str) -> Result<(), Error> {
        let told = format!("process {} since {}{more}\n", process::id(), self.since);
        let file = &mut self.file;
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(told.as_bytes()))
            .map_err(failed("write", &self.path))
    }
}
