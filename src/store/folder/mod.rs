//! The folder of a store: `guanxi.redb` is the log and the truth, `lock` says who has it open, `snapshot-N.gx` and `search-N.gx` are
//! made from the log for a quick start. What is made anew is made under another name, and gets its own when it is whole.

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

pub use copies::{Copied, backup, compact, restore};
pub use error::Error;
use error::failed;
pub use lock::Lock;
use names::{BEGUN, IMPORTING, ROOM};
pub use names::{LOADING, LOG};
pub use snapshots::{check_reach, check_snapshots, read_search, read_snapshot, write_search, write_snapshot};

use super::log::{self, Durable, Purpose, Reading};
use crate::{
    auth::tokens,
    model::{Dataset, Timestamp},
};

/// A folder that this process alone has open, until this is dropped.
#[derive(Debug)]
pub struct Home {
    dir: PathBuf,
    lock: Lock,
}

impl Home {
    /// Takes the folder for this process, and makes it where there is none. What an earlier process left half made is removed.
    ///
    /// # Errors
    /// [`Error::Held`] when another process has it, [`Error::Io`] when the system refuses.
    pub fn enter(dir: &Path, since: Timestamp) -> Result<Self, Error> {
        files::make_dir(dir)?;
        let lock = Lock::take(dir, since)?;
        files::remove_unfinished(dir)?;
        let home = Self {
            dir: dir.to_owned(),
            lock,
        };
        if home.dir.join(LOG).exists() {
            home.mark_begun()?;
        }
        Ok(home)
    }

    /// Leaves a mark that a store was begun, so that no other takes its place when its log is gone.
    fn mark_begun(&self) -> Result<(), Error> {
        files::mark(&self.dir.join(BEGUN))?;
        files::remove(&self.dir.join(IMPORTING))
    }

    /// Leaves a mark that an import has begun that makes a store.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be left.
    pub fn mark_importing(&self) -> Result<(), Error> {
        files::mark(&self.dir.join(IMPORTING))
    }

    /// Removes the mark of an import that has ended.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be removed.
    pub fn unmark_importing(dir: &Path) -> Result<(), Error> {
        files::remove(&dir.join(IMPORTING))
    }

    /// Whether such an import was interrupted.
    #[must_use]
    pub fn is_importing(&self) -> bool {
        self.dir.join(IMPORTING).exists()
    }

    /// Where it is.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether there is a store in it.
    ///
    /// # Errors
    /// [`Error::Unfinished`] when an import was interrupted; [`Error::Gone`] when there was one; [`Error::Occupied`] when there
    /// is something else.
    pub fn is_begun(&self) -> Result<bool, Error> {
        if self.is_importing() && !self.dir.join(LOG).exists() {
            return Err(Error::Unfinished { dir: self.dir.clone() });
        }
        self.is_begun_for_an_import()
    }

    /// The same for an import, which goes on with one that was interrupted.
    ///
    /// # Errors
    /// Those of [`Self::is_begun`], but for an import that has kept nothing yet.
    pub fn is_begun_for_an_import(&self) -> Result<bool, Error> {
        if self.dir.join(LOG).exists() {
            return Ok(true);
        }
        if self.is_loading() {
            return Err(Error::Unfinished { dir: self.dir.clone() });
        }
        if self.dir.join(BEGUN).exists() {
            return Err(Error::Gone { dir: self.dir.clone() });
        }
        for entry in fs::read_dir(&self.dir).map_err(failed("read", &self.dir))? {
            let name = entry.map_err(failed("read", &self.dir))?.file_name();
            // The first token may be made before the store.
            if name != lock::FILE && name != IMPORTING && !tokens::is_token_file(&name) {
                return Err(Error::Occupied {
                    dir: self.dir.clone(),
                    found: name.to_string_lossy().into_owned(),
                });
            }
        }
        Ok(false)
    }

    /// Makes a store that begins with `dataset`: afterwards it is there as a whole, or not at all.
    ///
    /// # Errors
    /// [`Error::Begun`] when there is one; [`Error::Log`] when the data cannot be kept; [`Error::Io`].
    pub fn begin(&self, dataset: &Dataset, began_at: Timestamp) -> Result<(), Error> {
        if self.is_begun()? {
            return Err(Error::Begun { dir: self.dir.clone() });
        }
        files::make(&self.dir.join(LOG), |file| {
            log::begin(backend(file), dataset, began_at).map_err(|reason| self.told(reason))
        })?;
        self.mark_begun()
    }

    /// Whether an import into it was interrupted.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.dir.join(LOADING).exists()
    }

    /// A store to be filled record by record, where there is none yet.
    ///
    /// # Errors
    /// [`Error::Begun`], [`Error::Unfinished`] or [`Error::Occupied`] when the folder is not free; [`Error::Log`].
    pub fn load(&self, head: log::Head) -> Result<log::Load, Error> {
        if self.is_begun_for_an_import()? {
            return Err(Error::Begun { dir: self.dir.clone() });
        }
        files::make(&self.dir.join(LOADING), |file| {
            log::Load::begin(backend(file), head).map_err(|reason| self.told(reason))
        })
    }

    /// What an import that was interrupted has kept, to be read. Nothing in the file is changed.
    ///
    /// # Errors
    /// [`Error::Log`] when it is damaged.
    pub fn loading(&self) -> Result<Reading, Error> {
        let path = self.dir.join(LOADING);
        let file = File::open(&path).map_err(failed("open", &path))?;
        Reading::alone(|| file.try_clone().map(backend)).map_err(|reason| self.told(reason))
    }

    /// Goes on with an import that was interrupted, and has been read.
    ///
    /// # Errors
    /// [`Error::Log`] when it is damaged.
    pub fn resume(&self) -> Result<log::Load, Error> {
        let path = self.dir.join(LOADING);
        let opened = OpenOptions::new().read(true).write(true).open(&path);
        let file = opened.map_err(failed("open", &path))?;
        log::Load::resume(backend(file)).map_err(|reason| self.told(reason))
    }

    /// Gives up what was loaded.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be removed.
    pub fn remove_loading(&self) -> Result<(), Error> {
        files::remove(&self.dir.join(LOADING))
    }

    /// Makes what was loaded the log of this store.
    ///
    /// # Errors
    /// [`Error::Log`] when it cannot be sealed, [`Error::Io`].
    pub fn seal(
        &self,
        load: log::Load,
        title: &str,
        description: Option<&str>,
        licence: Option<&str>,
    ) -> Result<log::Head, Error> {
        let head = load
            .seal(title, description, licence)
            .map_err(|reason| self.told(reason))?;
        files::finish(&self.dir.join(LOADING), &self.dir.join(LOG))?;
        self.mark_begun()?;
        Ok(head)
    }

    /// The log, to be read. Nothing in the file is changed.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is none, [`Error::Log`] when it is damaged.
    pub fn reading(&self) -> Result<Reading, Error> {
        alone(&self.dir)
    }

    /// The log, to be added to. It was read before, and found sound.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is none, [`Error::Log`] when it cannot be opened.
    pub fn log(&self) -> Result<Durable, Error> {
        let path = self.dir.join(LOG);
        // Said as what it is; whatever comes later is a failure of the log.
        open_log(&path, Purpose::Adding).map_err(|reason| self.unopened(&path, reason))?;
        let room = self.dir.join(ROOM);
        let open = move |purpose| open_log(&path, purpose).map(backend);
        Durable::open(open, move || files::try_room(&room)).map_err(|reason| self.told(reason))
    }

    /// Lets the lock say under which address the store is served.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be written.
    pub fn tell_address(&mut self, address: &str) -> Result<(), Error> {
        self.lock.tell_address(address)
    }

    fn told(&self, reason: log::Error) -> Error {
        Error::Log {
            dir: self.dir.clone(),
            reason,
        }
    }

    fn unopened(&self, path: &Path, reason: io::Error) -> Error {
        unopened(&self.dir, path, reason)
    }
}

fn unopened(dir: &Path, path: &Path, reason: io::Error) -> Error {
    match reason.kind() {
        io::ErrorKind::NotFound if dir.join(LOADING).exists() => Error::Unfinished { dir: dir.to_owned() },
        io::ErrorKind::NotFound if dir.join(BEGUN).exists() => Error::Gone { dir: dir.to_owned() },
        io::ErrorKind::NotFound => Error::Missing { dir: dir.to_owned() },
        _ => failed("open", path)(reason),
    }
}

/// Opens the file of a log, which is there.
fn open_log(path: &Path, purpose: Purpose) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(purpose == Purpose::Adding)
        .open(path)?;
    // An empty file would be made into an empty log.
    match file.metadata()?.len() {
        0 => Err(io::Error::new(io::ErrorKind::InvalidData, "it is empty")),
        _ => Ok(file),
    }
}

/// Whoever reads a store: the process that has the folder, or another beside it.
#[derive(Debug)]
pub enum Guest {
    /// Nobody else has it.
    Alone(Home),
    /// Another process has it, as the lock says.
    Beside(String),
    /// Nothing can be written in it, so that nobody has it: why, and the lock, where there is one.
    Unwritable(String, Option<Lock>),
}

impl Guest {
    /// Takes the folder for this process, unless another has it.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no store, [`Error::Io`].
    pub fn enter(dir: &Path, since: Timestamp) -> Result<Self, Error> {
        // Looked at first, since entering makes the folder.
        log_bytes(dir)?;
        let held = match Home::enter(dir, since) {
            Ok(home) => return Ok(Self::Alone(home)),
            Err(error) if error.is_unwritable() => {
                Lock::look(dir).map(|lock| Self::Unwritable(error.to_string(), lock))
            }
            Err(error) => Err(error),
        };
        match held {
            Err(Error::Held { holder, .. }) => Ok(Self::Beside(holder)),
            guest => guest,
        }
    }

    /// The log in `dir`, to be read. Nothing in the file is changed.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is none, [`Error::Log`] when it is damaged.
    pub fn reading(&self, dir: &Path) -> Result<Reading, Error> {
        match self {
            Self::Alone(_) | Self::Unwritable(..) => alone(dir),
            Self::Beside(_) => shared(dir),
        }
    }
}

/// The log in this folder, which nobody adds to meanwhile, to be read.
fn alone(dir: &Path) -> Result<Reading, Error> {
    let path = dir.join(LOG);
    let file = File::open(&path).map_err(|reason| unopened(dir, &path, reason))?;
    Reading::alone(|| file.try_clone().map(backend)).map_err(|reason| Error::Log {
        dir: dir.to_owned(),
        reason,
    })
}

/// The log in this folder, to be read beside the process that has it.
pub(in crate::store) fn shared(dir: &Path) -> Result<Reading, Error> {
    let path = dir.join(LOG);
    let file = File::open(&path).map_err(|reason| unopened(dir, &path, reason))?;
    Reading::shared(backend(file)).map_err(|reason| Error::Log {
        dir: dir.to_owned(),
        reason,
    })
}

/// Checks the pages of the log's file, which nobody writes to meanwhile. Nothing in the file is changed.
///
/// # Errors
/// [`Error::Log`] when they are damaged.
pub fn check_pages(dir: &Path) -> Result<(), Error> {
    let path = dir.join(LOG);
    let file = File::open(&path).map_err(|reason| unopened(dir, &path, reason))?;
    log::check_pages(backend(file)).map_err(|reason| Error::Log {
        dir: dir.to_owned(),
        reason,
    })
}

/// Bytes of the log's file in this folder.
///
/// # Errors
/// [`Error::Missing`] when there is none.
pub fn log_bytes(dir: &Path) -> Result<u64, Error> {
    let path = dir.join(LOG);
    let file = fs::metadata(&path).map_err(|reason| unopened(dir, &path, reason))?;
    Ok(file.len())
}

fn backend(file: File) -> FileBackend {
    FileBackend::new(file).expect("a file is taken as it is")
}
