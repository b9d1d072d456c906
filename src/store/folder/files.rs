//! Creating files atomically: a file is written under another name, synced and renamed, and its folder is synced.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    error::{Error, io_error},
    names::{CREATED_MARK, IMPORT_MARK, SEARCH, SNAPSHOT},
};

/// The free space that a full disk must have again before the log accepts changes, in bytes.
const SPACE_BYTES: usize = 256 << 10;
/// The suffix of the name of an unfinished file.
const UNFINISHED: &str = ".new";

/// Creates the folder and its parents, and syncs the parent, so that they survive a power failure.
pub(super) fn create_dir(dir: &Path) -> Result<(), Error> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir).map_err(io_error("make the folder", dir))?;
    let absolute = std::path::absolute(dir).map_err(io_error("find", dir))?;
    match absolute.parent() {
        Some(parent) => sync_dir(parent),
        None => Ok(()),
    }
}

/// Creates the file `path` with the content that `fill` writes. When `fill` fails, there is no such file.
pub(super) fn create<T, E: From<Error>>(path: &Path, fill: impl FnOnce(File) -> Result<T, E>) -> Result<T, E> {
    let unfinished_path = unfinished_path(path);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    restrict_to_owner(&mut options);
    let file = options
        .open(&unfinished_path)
        .map_err(io_error("write", &unfinished_path))?;
    let result = fill(file).and_then(|value| {
        finish(&unfinished_path, path)?;
        Ok(value)
    });
    if result.is_err() {
        // The first error is reported. If removing fails, the next start removes the file.
        let _ = fs::remove_file(&unfinished_path);
    }
    result
}

/// Restricts a new file to its owner.
pub(super) fn restrict_to_owner(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// Writes and removes the file `path`, to check for free space.
pub(super) fn check_space(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    restrict_to_owner(&mut options);
    let result = options.open(path).and_then(|mut file| {
        // File systems may not allocate space for zeros.
        file.write_all(&[0xa5; SPACE_BYTES])?;
        file.sync_all()
    });
    let removed = fs::remove_file(path);
    result.and(removed)
}

/// Creates an empty file, unless it exists.
pub(super) fn create_marker(path: &Path) -> Result<(), Error> {
    if path.exists() {
        return Ok(());
    }
    create(path, |_| Ok::<(), Error>(()))
}

/// Gives a finished file its name.
pub(super) fn finish(unfinished_path: &Path, path: &Path) -> Result<(), Error> {
    // The file may have been closed by now, so it is opened again.
    File::open(unfinished_path)
        .and_then(|file| file.sync_all())
        .map_err(io_error("sync", unfinished_path))?;
    fs::rename(unfinished_path, path).map_err(io_error("rename", unfinished_path))?;
    let absolute = std::path::absolute(path).map_err(io_error("find", path))?;
    absolute.parent().map_or(Ok(()), sync_dir)
}

/// Makes the file names in this folder durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), Error> {
    // On other systems folders cannot be opened, and file names are durable without a sync.
    if cfg!(unix) {
        File::open(dir)
            .and_then(|dir| dir.sync_all())
            .map_err(io_error("sync", dir))?;
    }
    Ok(())
}

/// Removes unfinished files.
pub(super) fn remove_unfinished(dir: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(dir).map_err(io_error("read", dir))? {
        let path = entry.map_err(io_error("read", dir))?.path();
        if path.extension().is_some_and(|extension| extension == &UNFINISHED[1..]) && is_ours(&path) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes a file, if it exists.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(reason) if reason.kind() != io::ErrorKind::NotFound => Err(io_error("remove", path)(reason)),
        _ => Ok(()),
    }
}

/// Whether only this program creates files with such names.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    [
        super::LOG,
        super::IMPORT_LOG,
        SNAPSHOT,
        SEARCH,
        CREATED_MARK,
        IMPORT_MARK,
    ]
    .iter()
    .any(|ours| name.starts_with(ours))
}

fn unfinished_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}
