//! The files of snapshots and search indexes: the newest valid one is read, and older ones are removed. They are derived from
//! the log, so a damaged one only slows the start.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{
    blocks::{BlockFileHeader, BlocksReader, BlocksWriter},
    error::{Error, io_error},
    files,
    names::{SEARCH, SNAPSHOT},
};
use crate::store::log::{self, LogReader};

/// Where the bases of a log are written.
#[derive(Debug, Clone)]
pub(in crate::store) struct BaseLocation {
    pub(in crate::store) dir: PathBuf,
    pub(in crate::store) log: u64,
    /// The last entry of the base that was read from there, if any.
    pub(in crate::store) base_position: Option<u64>,
}

const SUFFIX: &str = ".gx";

/// Writes a snapshot of the log up to `header.position` with the content that `fill` writes, and removes older ones. Returns
/// the size of the file in bytes.
///
/// # Errors
/// [`Error::Io`] when it cannot be written; then the older ones are not removed.
pub fn write_snapshot(
    dir: &Path,
    header: BlockFileHeader,
    fill: impl FnOnce(&mut BlocksWriter<BufWriter<File>>) -> io::Result<()>,
) -> Result<u64, Error> {
    write(dir, SNAPSHOT, header, fill)
}

/// Writes a search index, as [`write_snapshot`].
///
/// # Errors
/// [`Error::Io`] when it cannot be written; then the older ones are not removed.
pub fn write_search(
    dir: &Path,
    header: BlockFileHeader,
    fill: impl FnOnce(&mut BlocksWriter<BufWriter<File>>) -> io::Result<()>,
) -> Result<u64, Error> {
    write(dir, SEARCH, header, fill)
}

fn write(
    dir: &Path,
    prefix: &str,
    header: BlockFileHeader,
    fill: impl FnOnce(&mut BlocksWriter<BufWriter<File>>) -> io::Result<()>,
) -> Result<u64, Error> {
    let path = dir.join(format!("{prefix}{}{SUFFIX}", header.position));
    files::create(&path, |file| {
        let write = || -> io::Result<()> {
            let mut blocks = BlocksWriter::start(BufWriter::new(file), header)?;
            fill(&mut blocks)?;
            blocks.finish()?.into_inner()?.flush()
        };
        write().map_err(io_error("write", &path))
    })?;
    for (position, older) in numbered_files(dir, prefix)? {
        if position != header.position {
            files::remove(&older)?;
        }
    }
    let metadata = path.metadata().map_err(io_error("read", &path))?;
    Ok(metadata.len())
}

/// The position of the newest valid snapshot of this log, and the result of `read`; `None` if there is none. Invalid ones are
/// logged.
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

/// Reads the newest valid search index, as [`read_snapshot`].
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
    for (position, path) in numbered_files(dir, prefix)? {
        match read_file(&path, BlockFileHeader { position, log }, &read) {
            Ok(value) => return Ok(Some((position, value))),
            Err(reason) => tracing::warn!(
                file = %path.display(),
                %reason,
                "a file derived from the log cannot be used; the log, which has everything, is read instead"
            ),
        }
    }
    Ok(None)
}

/// Checks that this log reaches as far as its snapshots. A log that ends before them has lost entries.
///
/// # Errors
/// [`Error::Log`] when it does not; [`Error::Io`] when the folder cannot be read.
pub fn check_reach(dir: &Path, reader: &LogReader) -> Result<(), Error> {
    let last = reader.last_position();
    match newest_snapshot(dir, reader.head().fingerprint())? {
        Some(newest) if newest > last => {
            let reason = format!("it ends at entry {last}, but {SNAPSHOT}{newest}{SUFFIX} holds entry {newest}");
            Err(Error::Log {
                dir: dir.to_owned(),
                reason: log::Error::damaged("the log", &reason),
            })
        }
        _ => Ok(()),
    }
}

/// The problem of each invalid snapshot and search index in the folder. No data is lost with them, since the log has everything.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be read.
pub fn check_snapshots(dir: &Path, reader: &LogReader) -> Result<Vec<String>, Error> {
    let log = reader.head().fingerprint();
    let problem = |(position, path): (u64, PathBuf)| {
        let error = read_file(&path, BlockFileHeader { position, log }, |_| Ok(())).err()?;
        Some(format!(
            "{}: {error}; it can be removed, since the log has everything",
            path.file_name().unwrap_or_default().to_string_lossy()
        ))
    };
    let files = numbered_files(dir, SNAPSHOT)?
        .into_iter()
        .chain(numbered_files(dir, SEARCH)?);
    Ok(files.filter_map(problem).collect())
}

/// The position of the newest snapshot of this log, valid or not; `None` if there is none.
fn newest_snapshot(dir: &Path, log: u64) -> Result<Option<u64>, Error> {
    let header_of = |path: &Path| -> io::Result<BlockFileHeader> { Ok(BlocksReader::start(File::open(path)?)?.0) };
    let snapshots = numbered_files(dir, SNAPSHOT)?.into_iter();
    Ok(snapshots
        .filter(|(position, path)| {
            header_of(path).is_ok_and(|header| {
                header
                    == BlockFileHeader {
                        position: *position,
                        log,
                    }
            })
        })
        .map(|(position, _)| position)
        .next())
}

fn read_file<T>(
    path: &Path,
    expected: BlockFileHeader,
    read: impl Fn(&mut BlocksReader<File>) -> io::Result<T>,
) -> io::Result<T> {
    // Blocks are large, so that the file needs no buffer.
    let (header, mut blocks) = BlocksReader::start(File::open(path)?)?;
    if header != expected {
        return Err(io::Error::other("it belongs to another log or position"));
    }
    let value = read(&mut blocks)?;
    blocks.finish()?;
    Ok(value)
}

/// The files in the folder with this prefix, by position, newest first.
fn numbered_files(dir: &Path, prefix: &str) -> Result<Vec<(u64, PathBuf)>, Error> {
    let mut numbered = Vec::new();
    for entry in fs::read_dir(dir).map_err(io_error("read", dir))? {
        let path = entry.map_err(io_error("read", dir))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let position = name.strip_prefix(prefix).and_then(|name| name.strip_suffix(SUFFIX));
        if let Some(position) = position.and_then(|position| position.parse().ok()) {
            numbered.push((position, path));
        }
    }
    numbered.sort_unstable();
    numbered.reverse();
    Ok(numbered)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn write(dir: &Path, position: u64, text: &str) {
        write_snapshot(dir, BlockFileHeader { position, log: 7 }, |blocks| {
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
    fn a_snapshot_that_is_damaged_or_of_another_log_is_skipped() {
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
        let full = write_snapshot(folder.path(), BlockFileHeader { position: 12, log: 7 }, |blocks| {
            blocks.write_all(&[1; 5000])?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(full.unwrap_err().to_string().starts_with("cannot write "));
        assert_eq!(names(folder.path()), ["snapshot-9.gx"]);
        assert_eq!(read(folder.path()), Some((9, "nine".to_owned())));
    }
}
