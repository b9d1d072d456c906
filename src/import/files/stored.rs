//! Bytes that can be read as often as needed: files, and copies on disk of what can be read only once, such as pipes. A copy has
//! no name and is gone with the process.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// A file, or a copy on disk.
#[derive(Debug, Clone)]
pub(in crate::import) enum Stored {
    /// The file that lies there.
    File(PathBuf),
    /// A file without a name, and how long it is.
    Copy(Arc<Mutex<File>>, u64),
}

impl Stored {
    /// Copies everything that can be read, at most `max` bytes, to the disk on which `folder` lies, or will lie.
    ///
    /// # Errors
    /// [`io::ErrorKind::FileTooLarge`] where there is more, and whatever reading or writing fails with.
    pub(in crate::import) fn copy(bytes: &mut dyn Read, folder: &Path, max: u64) -> io::Result<Self> {
        let existing = folder.ancestors().find(|folder| folder.is_dir());
        let folder = existing
            .filter(|folder| *folder != Path::new(""))
            .unwrap_or(Path::new("."));
        let mut file = tempfile::tempfile_in(folder)?;
        let length = io::copy(&mut bytes.take(max.saturating_add(1)), &mut file)?;
        if length > max {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        file.flush()?;
        Ok(Self::Copy(Arc::new(Mutex::new(file)), length))
    }

    /// How many bytes it has.
    pub(in crate::import) fn length(&self) -> io::Result<u64> {
        match self {
            Self::File(path) => Ok(path.metadata()?.len()),
            Self::Copy(_, length) => Ok(*length),
        }
    }

    /// Its bytes from the first one on.
    pub(in crate::import) fn open(&self) -> io::Result<Bytes> {
        match self {
            Self::File(path) => Ok(Bytes::File(File::open(path)?)),
            Self::Copy(file, length) => Ok(Bytes::Copy {
                file: Arc::clone(file),
                length: *length,
                position: 0,
            }),
        }
    }
}

/// The bytes of a file or a copy, from a position on.
#[derive(Debug)]
pub(in crate::import) enum Bytes {
    File(File),
    /// Several may read a copy, each from its own position.
    Copy {
        file: Arc<Mutex<File>>,
        length: u64,
        position: u64,
    },
}

impl Read for Bytes {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buf),
            Self::Copy { file, position, .. } => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(*position))?;
                let read = file.read(buf)?;
                *position += u64::try_from(read).unwrap_or(u64::MAX);
                Ok(read)
            }
        }
    }
}

impl Seek for Bytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Copy { length, position, .. } => {
                let reached = match to {
                    SeekFrom::Start(start) => Some(start),
                    SeekFrom::End(offset) => length.checked_add_signed(offset),
                    SeekFrom::Current(offset) => position.checked_add_signed(offset),
                };
                *position = reached.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
                Ok(*position)
            }
        }
    }
}
