//! Files that are there as a whole or not at all: made under another name, synced, renamed, and the folder synced.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    error::{Error, failed},
    names::{BEGUN, IMPORTING, SEARCH, SNAPSHOT},
};

/// How much room there must be on a disk that was full before the log takes changes again.
const ROOM_BYTES: usize = 256 << 10;
/// What the name of a file ends with while it is made.
const UNFINISHED: &str = ".new";

/// Makes the folder, and those above it, so that they are still there after a loss of power.
pub(super) fn make_dir(dir: &Path) -> Result<(), Error> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir).map_err(failed("make the folder", dir))?;
    let absolute = std::path::absolute(dir).map_err(failed("find", dir))?;
    match absolute.parent() {
        Some(parent) => sync_dir(parent),
        None => Ok(()),
    }
}

/// Lets `fill` write the file `path`, which is there afterwards as a whole, or not at all when `fill` fails.
pub(super) fn make<T, E: From<Error>>(path: &Path, fill: impl FnOnce(File) -> Result<T, E>) -> Result<T, E> {
    let unfinished = unfinished(path);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    for_its_owner(&mut options);
    let file = options.open(&unfinished).map_err(failed("write", &unfinished))?;
    let made = fill(file).and_then(|made| {
        finish(&unfinished, path)?;
        Ok(made)
    });
    if made.is_err() {
        // The reason is told already; what is left is removed by the next start as well.
        let _ = fs::remove_file(&unfinished);
    }
    made
}

/// Lets nobody but its owner read a file that is made.
pub(super) fn for_its_owner(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// Writes and removes the file `path`: whether there is room for what is written next.
pub(super) fn try_room(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    for_its_owner(&mut options);
    let written = options.open(path).and_then(|mut file| {
        // What is all zeros might take no room.
        file.write_all(&[0xa5; ROOM_BYTES])?;
        file.sync_all()
    });
    let removed = fs::remove_file(path);
    written.and(removed)
}

/// Makes an empty file, where there is none.
pub(super) fn mark(path: &Path) -> Result<(), Error> {
    if path.exists() {
        return Ok(());
    }
    make(path, |_| Ok::<(), Error>(()))
}

/// Gives what is whole its own name.
pub(super) fn finish(unfinished: &Path, path: &Path) -> Result<(), Error> {
    // Whoever filled it may have closed it, so it is opened once more.
    File::open(unfinished)
        .and_then(|file| file.sync_all())
        .map_err(failed("sync", unfinished))?;
    fs::rename(unfinished, path).map_err(failed("rename", unfinished))?;
    let absolute = std::path::absolute(path).map_err(failed("find", path))?;
    absolute.parent().map_or(Ok(()), sync_dir)
}

/// Makes the names in this folder last.
pub(super) fn sync_dir(dir: &Path) -> Result<(), Error> {
    // Elsewhere a folder cannot be opened, and its names last by themselves.
    if cfg!(unix) {
        File::open(dir)
            .and_then(|dir| dir.sync_all())
            .map_err(failed("sync", dir))?;
    }
    Ok(())
}

/// Removes what was not finished.
pub(super) fn remove_unfinished(dir: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(dir).map_err(failed("read", dir))? {
        let path = entry.map_err(failed("read", dir))?.path();
        if path.extension().is_some_and(|extension| extension == &UNFINISHED[1..]) && is_ours(&path) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(reason) if reason.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(reason)),
        _ => Ok(()),
    }
}

/// Whether only this program gives files such names.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    [super::LOG, super::LOADING, SNAPSHOT, SEARCH, BEGUN, IMPORTING]
        .iter()
        .any(|ours| name.starts_with(ours))
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}
