//! Copies of a store: a backup while it is served, a store from a backup, and a smaller file of the same.

use std::{fs::File, path::Path};

use super::{
    Guest, Home, backend,
    error::{Error, failed},
    files, log_bytes,
    names::LOG,
};
use crate::{
    model::Timestamp,
    store::log::{self, Reading},
};

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// The position of the last entry in the copy.
    pub position: u64,
    /// Bytes of the copy.
    pub bytes: u64,
}

/// Writes everything that the store in `dir` holds at this moment into the file `to`, also while another process serves it
/// and goes on changing it. Every value is checked on the way.
///
/// # Errors
/// [`Error::Exists`] when there is such a file; [`Error::Log`] when the store is damaged; [`Error::Io`].
pub fn backup(dir: &Path, to: &Path, at: Timestamp) -> Result<Copied, Error> {
    if to.exists() {
        return Err(Error::Exists { path: to.to_owned() });
    }
    let guest = Guest::enter(dir, at)?;
    let from = guest.reading(dir)?;
    write_copy(&from, to).map_err(|error| error.of(dir))?;
    copied(&from, to)
}

/// Makes a store in `dir` from the backup `from`, which `check` has read and found sound.
///
/// # Errors
/// [`Error::Held`], [`Error::Begun`] and [`Error::Occupied`] when the folder is not free; [`Error::Log`] when the backup is
/// damaged; whatever `check` fails with.
pub fn restore<E: From<Error>>(
    from: &Path,
    dir: &Path,
    at: Timestamp,
    check: impl FnOnce(&Reading) -> Result<(), E>,
) -> Result<Copied, E> {
    let of_backup = |reason| Error::Log {
        dir: from.to_owned(),
        reason,
    };
    let file = File::open(from).map_err(failed("open", from))?;
    let reading = Reading::alone(|| file.try_clone().map(backend)).map_err(of_backup)?;
    check(&reading)?;
    let home = Home::enter(dir, at)?;
    match home.is_begun() {
        Ok(false) => {}
        // A backup takes the place of what is gone.
        Err(Error::Gone { .. }) => {}
        Ok(true) => return Err(Error::Begun { dir: dir.to_owned() }.into()),
        Err(error) => return Err(error.into()),
    }
    let to = dir.join(LOG);
    write_copy(&reading, &to).map_err(|error| error.of(from))?;
    Ok(copied(&reading, &to)?)
}

/// Makes the file of the log as small as it can be. Bytes before and after.
///
/// # Errors
/// [`Error::Log`] when it cannot be opened or written.
pub fn compact(home: &Home) -> Result<(u64, u64), Error> {
    let before = log_bytes(home.dir())?;
    home.log()?.compact().map_err(|reason| home.told(reason))?;
    Ok((before, log_bytes(home.dir())?))
}

/// Why there is no copy: the log, of which the folder is not known here, or the file.
enum Uncopied {
    Log(log::Error),
    File(Error),
}

impl From<Error> for Uncopied {
    fn from(error: Error) -> Self {
        Self::File(error)
    }
}

impl Uncopied {
    fn of(self, dir: &Path) -> Error {
        match self {
            Self::Log(reason) => Error::Log {
                dir: dir.to_owned(),
                reason,
            },
            Self::File(error) => error,
        }
    }
}

fn write_copy(from: &Reading, to: &Path) -> Result<(), Uncopied> {
    files::make(to, |file| log::copy(from, backend(file)).map_err(Uncopied::Log))
}

fn copied(from: &Reading, to: &Path) -> Result<Copied, Error> {
    let file = to.metadata().map_err(failed("read", to))?;
    Ok(Copied {
        position: from.last_position(),
        bytes: file.len(),
    })
}
