//! The files in zip and tar archives: which there are, and where each stands. Refuses archives of too many files, and those that
//! end before their files do.

use std::io::{BufReader, Read};

use zip::{ZipArchive, result::ZipError};

use crate::{formats::reader::Unreadable, import::files::stored::Stored};

/// How many files an archive may hold.
pub const ARCHIVE_FILES_MAX: usize = 10_000;

/// How a zip archive begins, and one without files.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// How many bytes the head of a file in a tar archive has.
pub(in crate::import) const TAR_HEAD_BYTES: usize = 512;
/// Where in it the sum of its bytes stands, which counts as spaces.
const TAR_SUM: std::ops::Range<usize> = 148..156;

/// A file in an archive.
#[derive(Debug)]
pub(in crate::import) struct Member {
    /// What it is called.
    pub(in crate::import) name: String,
    pub(in crate::import) place: Place,
    /// How many bytes it takes in the archive.
    pub(in crate::import) bytes: u64,
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Place {
    /// It is no file of an archive.
    Whole,
    /// The file with this number in a zip archive.
    Zip(usize),
    /// The bytes of a tar archive from here on.
    Tar(u64),
}

/// Whether a file that starts like this is a zip archive.
pub(in crate::import) fn is_zip(start: &[u8]) -> bool {
    ZIP.iter().any(|mark| start.starts_with(mark))
}

/// Whether a file that starts like this is a tar archive: its first bytes add up to what they say.
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
pub(in crate::import) fn of_zip(stored: &Stored) -> Result<Vec<Member>, Unreadable> {
    let mut archive = ZipArchive::new(BufReader::new(stored.open()?)).map_err(damaged)?;
    let mut members = Members::default();
    if archive.len() > ARCHIVE_FILES_MAX {
        return Err(too_many(archive.len()));
    }
    for number in 0..archive.len() {
        let entry = archive.by_index_raw(number).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if name == "xl/workbook.xml" {
            return Err(Unreadable::form(
                "the file",
                "is a spreadsheet; save its table as CSV in UTF-8",
            ));
        }
        if !entry.is_dir() {
            members.add(name, Place::Zip(number), entry.compressed_size());
        }
    }
    members.all()
}

/// The files of a tar archive.
pub(in crate::import) fn of_tar(stored: &Stored) -> Result<Vec<Member>, Unreadable> {
    let failed = |error: std::io::Error| {
        Unreadable::form("the archive", format!("is damaged or cut off: {error}; get it again"))
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
            let reason = format!("holds {name} with holes in it; unpack it first");
            return Err(Unreadable::form("the archive", reason));
        }
        if from.checked_add(bytes).is_none_or(|end| end > length) {
            let reason = format!("ends in the middle of {name}: it was cut off; get it again");
            return Err(Unreadable::form("the archive", reason));
        }
        if kind.is_file() || kind.is_contiguous() {
            members.add(name, Place::Tar(from), bytes);
        }
    }
    members.all()
}

/// The files of an archive that are not hidden.
#[derive(Default)]
struct Members(Vec<Member>);

impl Members {
    fn add(&mut self, name: String, place: Place, bytes: u64) {
        let is_hidden =
            name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|name| name.starts_with('.'));
        if !is_hidden {
            self.0.push(Member { name, place, bytes });
        }
    }

    fn all(self) -> Result<Vec<Member>, Unreadable> {
        if self.0.is_empty() {
            return Err(Unreadable::form("the archive", "holds no files"));
        }
        Ok(self.0)
    }
}

fn too_many(files: usize) -> Unreadable {
    let reason = format!("it holds {files} files or more, and no more than {ARCHIVE_FILES_MAX} are read");
    Unreadable::form("the archive", reason)
}

pub(in crate::import) fn damaged(error: impl Into<ZipError>) -> Unreadable {
    let error: ZipError = error.into();
    Unreadable::form("the archive", format!("is damaged or cut off: {error}; get it again"))
}

/// Reads up to so many bytes of a beginning; fewer only where there are no more.
pub(in crate::import) fn beginning(bytes: &mut dyn Read, length: usize) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    bytes
        .take(u64::try_from(length).unwrap_or(u64::MAX))
        .read_to_end(&mut start)?;
    Ok(start)
}
