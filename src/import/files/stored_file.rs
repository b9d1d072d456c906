//! Input that can be read repeatedly: files, and copies on disk of input that can be read only once, such as pipes. A copy has
//! no name and disappears with the process.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use parking_lot::Mutex;

/// A file, or a copy on disk.
#[derive(Debug, Clone)]
pub(in crate::import) enum StoredFile {
    /// A file at this path.
    File(PathBuf),
    /// A file without a name, and its length.
    Copy(Arc<Mutex<File>>, u64),
}

impl StoredFile {
    /// Copies all bytes, at most `max`, to the disk of `folder`, which need not exist yet.
    ///
    /// # Errors
    /// [`io::ErrorKind::FileTooLarge`] if there are more, and any error of reading or writing.
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

    /// Its length in bytes.
    pub(in crate::import) fn length(&self) -> io::Result<u64> {
        match self {
            Self::File(path) => Ok(path.metadata()?.len()),
            Self::Copy(_, length) => Ok(*length),
        }
    }

    /// Opens it at its beginning.
    pub(in crate::import) fn open(&self) -> io::Result<StoredFileReader> {
        match self {
            Self::File(path) => Ok(StoredFileReader::File(File::open(path)?)),
            Self::Copy(file, length) => Ok(StoredFileReader::Copy {
                file: Arc::clone(file),
                length: *length,
                position: 0,
            }),
        }
    }
}

/// A reader of a file or a copy.
#[derive(Debug)]
pub(in crate::import) enum StoredFileReader {
    File(File),
    /// A copy may have several readers, each with its own position.
    Copy {
        file: Arc<Mutex<File>>,
        length: u64,
        position: u64,
    },
}

impl Read for StoredFileReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buf),
            Self::Copy { file, position, .. } => {
                let mut file = file.lock();
                file.seek(SeekFrom::Start(*position))?;
                let read = file.read(buf)?;
                *position += u64::try_from(read).unwrap_or(u64::MAX);
                Ok(read)
            }
        }
    }
}

impl Seek for StoredFileReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Copy { length, position, .. } => {
                let target = match to {
                    SeekFrom::Start(start) => Some(start),
                    SeekFrom::End(offset) => length.checked_add_signed(offset),
                    SeekFrom::Current(offset) => position.checked_add_signed(offset),
                };
                *position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
                Ok(*position)
            }
        }
    }
}
