//! Lists the files in zip and tar archives with their locations. Refuses archives with too many files, and those that
//! are truncated.

use std::io::{BufReader, Read};

use zip::{ZipArchive, result::ZipError};

use crate::{formats::reader::Unreadable, import::files::stored_file::StoredFile};

/// The most files that an archive may contain.
pub const ARCHIVE_FILES_MAX: usize = 10_000;

/// The first bytes of a zip archive, and of an empty one.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// The length of a header in a tar archive.
pub(in crate::import) const TAR_HEAD_BYTES: usize = 512;
/// The bytes of its checksum, which count as spaces.
const TAR_SUM: std::ops::Range<usize> = 148..156;

/// A file in an archive.
#[derive(Debug)]
pub(in crate::import) struct ArchiveMember {
    /// Its name.
    pub(in crate::import) name: String,
    pub(in crate::import) location: Location,
    /// Its size in the archive.
    pub(in crate::import) bytes: u64,
}

/// The location of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Location {
    /// Not in an archive.
    Plain,
    /// The file with this number in a zip archive.
    Zip(usize),
    /// The bytes of a tar archive from here on.
    Tar(u64),
}

/// Whether a file with this beginning is a zip archive.
pub(in crate::import) fn is_zip(start: &[u8]) -> bool {
    ZIP.iter().any(|mark| start.starts_with(mark))
}

/// Whether a file with this beginning is a tar archive: the checksum of its first header is right.
pub(in crate::import) fn is_tar(start: &[u8]) -> bool {
    let Some(head) = start.get(..TAR_HEAD_BYTES) else {
        return false;
    };
    let stated = tar::Header::from_byte_slice(head).cksum();
    let bytes = head.iter().enumerate();
    let sum: u32 = bytes
        .map(|(at, byte)| {
            if TAR_SUM.contains(&at) {
                u32::from(b' ')
            } else {
                u32::from(*byte)
            }
        })
        .sum();
    stated.is_ok_and(|stated| stated == sum)
}

/// The files of a zip archive.
pub(in crate::import) fn of_zip(stored: &StoredFile) -> Result<Vec<ArchiveMember>, Unreadable> {
    let mut archive = ZipArchive::new(BufReader::new(stored.open()?)).map_err(damaged)?;
    let mut members = Members::default();
    if archive.len() > ARCHIVE_FILES_MAX {
        return Err(too_many(archive.len()));
    }
    for number in 0..archive.len() {
        let entry = archive.by_index_raw(number).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if name == "xl/workbook.xml" {
            return Err(Unreadable::malformed(
                "the file",
                "is a spreadsheet; save its table as CSV in UTF-8",
            ));
        }
        if !entry.is_dir() {
            members.add(name, Location::Zip(number), entry.compressed_size());
        }
    }
    members.all()
}

/// The files of a tar archive.
pub(in crate::import) fn of_tar(stored: &StoredFile) -> Result<Vec<ArchiveMember>, Unreadable> {
    let failed = |error: std::io::Error| {
        Unreadable::malformed("the archive", format!("is damaged or cut off: {error}; get it again"))
    };
    let length = stored.length()?;
    let mut archive = tar::Archive::new(BufReader::new(stored.open()?));
    let mut members = Members::default();
    for (number, entry) in archive.entries_with_seek()?.enumerate() {
        if number >= ARCHIVE_FILES_MAX {
            return Err(too_many(number + 1));
        }
        let entry = entry.map_err(failed)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let (from, bytes) = (entry.raw_file_position(), entry.size());
        let kind = entry.header().entry_type();
        if kind.is_gnu_sparse() {
            let reason = format!("contains the sparse file {name}; unpack it first");
            return Err(Unreadable::malformed("the archive", reason));
        }
        if from.checked_add(bytes).is_none_or(|end| end > length) {
            let reason = format!("ends in the middle of {name}: it is cut off; get it again");
            return Err(Unreadable::malformed("the archive", reason));
        }
        if kind.is_file() || kind.is_contiguous() {
            members.add(name, Location::Tar(from), bytes);
        }
    }
    members.all()
}

/// The files of an archive that are not hidden.
#[derive(Default)]
struct Members(Vec<ArchiveMember>);

impl Members {
    fn add(&mut self, name: String, location: Location, bytes: u64) {
        let is_hidden =
            name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|name| name.starts_with('.'));
        if !is_hidden {
            self.0.push(ArchiveMember { name, location, bytes });
        }
    }

    fn all(self) -> Result<Vec<ArchiveMember>, Unreadable> {
        if self.0.is_empty() {
            return Err(Unreadable::malformed("the archive", "contains no files"));
        }
        Ok(self.0)
    }
}

fn too_many(files: usize) -> Unreadable {
    let reason = format!("it contains {files} files or more; at most {ARCHIVE_FILES_MAX} are allowed");
    Unreadable::malformed("the archive", reason)
}

pub(in crate::import) fn damaged(error: impl Into<ZipError>) -> Unreadable {
    let error: ZipError = error.into();
    Unreadable::malformed("the archive", format!("is damaged or cut off: {error}; get it again"))
}

/// Reads the first `length` bytes; fewer only if there are no more.
pub(in crate::import) fn beginning(bytes: &mut dyn Read, length: usize) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    bytes
        .take(u64::try_from(length).unwrap_or(u64::MAX))
        .read_to_end(&mut start)?;
    Ok(start)
}
