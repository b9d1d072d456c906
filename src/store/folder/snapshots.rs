//! The files of snapshots and of the search index: the newest good one is read, the others are removed. They are made from the log, so that a damaged
//! one costs a slower start and nothing else.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{
    blocks::{BlocksReader, BlocksWriter, Held},
    error::{Error, failed},
    files,
    names::{SEARCH, SNAPSHOT},
};
use crate::store::log::{self, Reading};

/// Where a base is written, and for which log.
#[derive(Debug, Clone)]
pub(in crate::store) struct BasePlace {
    pub(in crate::store) dir: PathBuf,
    pub(in crate::store) log: u64,
    /// Up to which entry the base was read from there.
    pub(in crate::store) written: Option<u64>,
}

const ENDING: &str = ".gx";

/// Writes a snapshot of the log up to `held.position` with what `fill` writes, and then removes the older ones. The bytes of
/// the file.
///
/// # Errors
/// [`Error::Io`] when it cannot be written; then the older ones are still there.
pub fn write_snapshot(
    dir: &Path,
    held: Held,
    fill: impl FnOnce(&mut BlocksWriter<BufWriter<File>>) -> io::Result<()>,
) -> Result<u64, Error> {
    write(dir, SNAPSHOT, held, fill)
}

/// The same for the search index.
///
/// # Errors
/// [`Error::Io`] when it cannot be written; then the older ones are still there.
pub fn write_search(
    dir: &Path,
    held: Held,
    fill: impl FnOnce(&mut BlocksWriter<BufWriter<File>>) -> io::Result<()>,
) -> Result<u64, Error> {
    write(dir, SEARCH, held, fill)
}

fn write(
    dir: &Path,
    prefix: &str,
    held: Held,
    fill: impl FnOnce(&mut BlocksWriter<BufWriter<File>>) -> io::Result<()>,
) -> Result<u64, Error> {
    let path = dir.join(format!("{prefix}{}{ENDING}", held.position));
    files::make(&path, |file| {
        let write = || -> io::Result<()> {
            let mut blocks = BlocksWriter::begin(BufWriter::new(file), held)?;
            fill(&mut blocks)?;
            blocks.end()?.into_inner()?.flush()
        };
        write().map_err(failed("write", &path))
    })?;
    for (position, older) in numbered(dir, prefix)? {
        if position != held.position {
            files::remove(&older)?;
        }
    }
    let written = path.metadata().map_err(failed("read", &path))?;
    Ok(written.len())
}

/// The position of the newest snapshot of this log, and what `read` makes of it; none when there is none that is good. One that
/// is not, is told in the program's log.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be read.
pub fn read_snapshot<T>(
    dir: &Path,
    log: u64,
    read: impl Fn(&mut BlocksReader<File>) -> io::Result<T>,
) -> Result<Option<(u64, T)>, Error> {
    read_newest(dir, SNAPSHOT, log, read)
}

/// The same for the search index.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be read.
pub fn read_search<T>(
    dir: &Path,
    log: u64,
    read: impl Fn(&mut BlocksReader<File>) -> io::Result<T>,
) -> Result<Option<(u64, T)>, Error> {
    read_newest(dir, SEARCH, log, read)
}

fn read_newest<T>(
    dir: &Path,
    prefix: &str,
    log: u64,
    read: impl Fn(&mut BlocksReader<File>) -> io::Result<T>,
) -> Result<Option<(u64, T)>, Error> {
    for (position, path) in numbered(dir, prefix)? {
        match read_file(&path, Held { position, log }, &read) {
            Ok(made) => return Ok(Some((position, made))),
            Err(reason) => tracing::warn!(
                file = %path.display(),
                %reason,
                "a file made from the log cannot be used; the log, which has everything, is read instead"
            ),
        }
    }
    Ok(None)
}

/// Whether this log reaches as far as the snapshots that were made from it. One that ends before them has lost entries.
///
/// # Errors
/// [`Error::Log`] when it does not; [`Error::Io`] when the folder cannot be read.
pub fn check_reach(dir: &Path, reading: &Reading) -> Result<(), Error> {
    let last = reading.last_position();
    match newest_snapshot(dir, reading.head().fingerprint())? {
        Some(newest) if newest > last => {
            let reason = format!("it ends at entry {last}, but {SNAPSHOT}{newest}{ENDING} holds entry {newest}");
            Err(Error::Log {
                dir: dir.to_owned(),
                reason: log::Error::damaged("the log", &reason),
            })
        }
        _ => Ok(()),
    }
}

/// What is wrong with each snapshot and each search index in the folder. The log has everything all the same.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be read.
pub fn check_snapshots(dir: &Path, reading: &Reading) -> Result<Vec<String>, Error> {
    let log = reading.head().fingerprint();
    let problem = |(position, path): (u64, PathBuf)| {
        let told = read_file(&path, Held { position, log }, |_| Ok(())).err()?;
        Some(format!(
            "{}: {told}; it can be removed, since the log has everything",
            path.file_name().unwrap_or_default().to_string_lossy()
        ))
    };
    let files = numbered(dir, SNAPSHOT)?.into_iter().chain(numbered(dir, SEARCH)?);
    Ok(files.filter_map(problem).collect())
}

/// The position of the newest snapshot of this log, whole or not; none when there is none.
fn newest_snapshot(dir: &Path, log: u64) -> Result<Option<u64>, Error> {
    let of_log = |path: &Path| -> io::Result<Held> { Ok(BlocksReader::begin(File::open(path)?)?.0) };
    let snapshots = numbered(dir, SNAPSHOT)?.into_iter();
    Ok(snapshots
        .filter(|(position, path)| {
            of_log(path).is_ok_and(|held| {
                held == Held {
                    position: *position,
                    log,
                }
            })
        })
        .map(|(position, _)| position)
        .next())
}

fn read_file<T>(path: &Path, expected: Held, read: impl Fn(&mut BlocksReader<File>) -> io::Result<T>) -> io::Result<T> {
    // Blocks are large, so that the file needs no buffer.
    let (held, mut blocks) = BlocksReader::begin(File::open(path)?)?;
    if held != expected {
        return Err(io::Error::other("it is of another log, or has another's name"));
    }
    let made = read(&mut blocks)?;
    blocks.finish()?;
    Ok(made)
}

/// The files in the folder whose names begin so, by position, newest first.
fn numbered(dir: &Path, prefix: &str) -> Result<Vec<(u64, PathBuf)>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed("read", dir))? {
        let path = entry.map_err(failed("read", dir))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let position = name.strip_prefix(prefix).and_then(|name| name.strip_suffix(ENDING));
        if let Some(position) = position.and_then(|position| position.parse().ok()) {
            found.push((position, path));
        }
    }
    found.sort_unstable();
    found.reverse();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn write(dir: &Path, position: u64, text: &str) {
        write_snapshot(dir, Held { position, log: 7 }, |blocks| {
            blocks.write_all(text.as_bytes())
        })
        .unwrap();
    }

    fn read(dir: &Path) -> Option<(u64, String)> {
        read_snapshot(dir, 7, |blocks| {
            let mut text = String::new();
            blocks.read_to_string(&mut text)?;
            Ok(text)
        })
        .unwrap()
    }

    fn names(dir: &Path) -> Vec<String> {
        let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_newest_snapshot_is_read_and_the_older_ones_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()), None);
        write(folder.path(), 9, "nine");
        write(folder.path(), 12, "twelve");
        assert_eq!(read(folder.path()), Some((12, "twelve".to_owned())));
        assert_eq!(names(folder.path()), ["snapshot-12.gx"]);
        assert_eq!(newest_snapshot(folder.path(), 7).unwrap(), Some(12));
        assert_eq!(newest_snapshot(folder.path(), 8).unwrap(), None);
    }

    #[test]
    fn a_snapshot_that_is_damaged_or_of_another_log_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 9, "nine");
        let nine = fs::read(folder.path().join("snapshot-9.gx")).unwrap();
        write(folder.path(), 12, "twelve");
        fs::write(folder.path().join("snapshot-9.gx"), &nine).unwrap();
        // Under the name of another position.
        fs::write(folder.path().join("snapshot-13.gx"), &nine).unwrap();
        let path = folder.path().join("snapshot-12.gx");
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(read(folder.path()), Some((9, "nine".to_owned())));
        assert!(read_snapshot(folder.path(), 8, |_| Ok(())).unwrap().is_none());
    }

    #[test]
    fn a_snapshot_that_cannot_be_written_leaves_the_older_one() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 9, "nine");
        let full = write_snapshot(folder.path(), Held { position: 12, log: 7 }, |blocks| {
            blocks.write_all(&[1; 5000])?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(full.unwrap_err().to_string().starts_with("cannot write "));
        assert_eq!(names(folder.path()), ["snapshot-9.gx"]);
        assert_eq!(read(folder.path()), Some((9, "nine".to_owned())));
    }
}
