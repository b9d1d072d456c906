//! Opening what is to be imported: plain files, gzip, the files in a zip archive. Says what each is; unpacks no more than is
//! allowed, and never into memory.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read, Seek},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::read::MultiGzDecoder;
use zip::{ZipArchive, result::ZipError};

use super::Unreadable;

/// How much of a file is looked at to see what it is.
const START_BYTES: usize = 64 << 10;
const BUFFER_BYTES: usize = 256 << 10;
/// How many bytes a compressed file may unpack into, unless another limit is given.
pub const UNPACKED_BYTES_MAX: u64 = 64 << 30;
/// How many files an archive may hold.
pub const ARCHIVE_FILES_MAX: usize = 10_000;

const MARK: &[u8] = b"\xEF\xBB\xBF";
const GZIP: &[u8] = b"\x1F\x8B";
const ZIP: &[u8] = b"PK\x03\x04";

/// One file to be read: on its own, or in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where the file, or the archive, lies.
    pub path: PathBuf,
    /// Which file of the archive it is.
    member: Option<usize>,
    /// What it is called: `lei.zip/lei.csv`.
    pub name: String,
    /// How large it is as it lies there.
    pub bytes: u64,
}

/// The files in `path`.
///
/// # Errors
/// [`Unreadable`] when it cannot be opened, or is an archive that is damaged or holds too many files.
pub fn parts(path: &Path) -> Result<Vec<Part>, Unreadable> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(Unreadable::form(
            "the folder",
            "give the files in it, or name the format guanxi for a folder of its tables",
        ));
    }
    let own_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut start = [0; ZIP.len()];
    let read = BufReader::new(&file).take(4).read(&mut start)?;
    if &start[..read] != ZIP {
        return Ok(vec![Part {
            path: path.to_owned(),
            member: None,
            name: own_name,
            bytes: metadata.len(),
        }]);
    }
    let archive = ZipArchive::new(BufReader::new(File::open(path)?)).map_err(damaged)?;
    if archive.len() > ARCHIVE_FILES_MAX {
        let reason = format!(
            "it holds {} files, and no more than {ARCHIVE_FILES_MAX} are read",
            archive.len()
        );
        return Err(Unreadable::form("the archive", reason));
    }
    let mut archive = archive;
    let mut parts = Vec::new();
    for member in 0..archive.len() {
        let entry = archive.by_index_raw(member).map_err(damaged)?;
        let inner = entry.name().map_err(damaged)?.into_owned();
        let hidden = |name: &str| {
            name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
        };
        if entry.is_dir() || hidden(&inner) {
            continue;
        }
        parts.push(Part {
            path: path.to_owned(),
            member: Some(member),
            name: format!("{own_name}/{inner}"),
            bytes: entry.compressed_size(),
        });
    }
    Ok(parts)
}

impl Part {
    /// A folder whose files belong together.
    #[must_use]
    pub fn folder(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            member: None,
            name: path
                .file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned(),
            bytes: 0,
        }
    }

    /// The name without the archive's, as whoever made the file called it.
    #[must_use]
    pub fn own_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// Lets `read` read the file, unpacked, without a byte order mark. `taken` counts the bytes that were read from disk.
    ///
    /// # Errors
    /// [`Unreadable`] when it cannot be opened, is not UTF-8 by its first bytes, or whatever `read` fails with.
    pub fn read<T>(
        &self,
        unpacked_bytes_max: u64,
        taken: &Arc<AtomicU64>,
        read: impl FnOnce(&mut dyn BufRead) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        let file = Counted {
            inner: File::open(&self.path)?,
            taken: Arc::clone(taken),
        };
        let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
        match self.member {
            Some(member) => {
                let mut archive = ZipArchive::new(file).map_err(damaged)?;
                let entry = archive.by_index(member).map_err(damaged)?;
                unpacked(entry, unpacked_bytes_max, read)
            }
            None if starts_with(&mut file, GZIP)? => unpacked(MultiGzDecoder::new(file), unpacked_bytes_max, read),
            None => plain(file, read),
        }
    }

    /// The first bytes of the file, unpacked.
    ///
    /// # Errors
    /// [`Unreadable`] when they cannot be read.
    pub fn start(&self) -> Result<Vec<u8>, Unreadable> {
        self.read(UNPACKED_BYTES_MAX, &Arc::default(), |bytes| {
            let mut start = Vec::new();
            let length = u64::try_from(START_BYTES).unwrap_or(u64::MAX);
            bytes.take(length).read_to_end(&mut start)?;
            Ok(start)
        })
    }
}

fn unpacked<T>(
    packed: impl Read,
    max: u64,
    read: impl FnOnce(&mut dyn BufRead) -> Result<T, Unreadable>,
) -> Result<T, Unreadable> {
    plain(
        BufReader::with_capacity(
            BUFFER_BYTES,
            Unpacked {
                inner: packed,
                left: max,
                max,
            },
        ),
        read,
    )
}

fn plain<T>(
    mut bytes: impl BufRead,
    read: impl FnOnce(&mut dyn BufRead) -> Result<T, Unreadable>,
) -> Result<T, Unreadable> {
    let mut start = Vec::new();
    (&mut bytes).take(4).read_to_end(&mut start)?;
    let wide: [&[u8]; 4] = [b"\xFF\xFE", b"\xFE\xFF", b"\0\0\xFE\xFF", b"\0"];
    if wide.iter().any(|wide| start.starts_with(wide)) || start.get(1) == Some(&0) {
        let reason = "it is UTF-16 or UTF-32, or no text; save it as UTF-8";
        return Err(Unreadable::form("the first bytes", reason));
    }
    if start.starts_with(ZIP) || start.starts_with(GZIP) {
        return Err(Unreadable::form(
            "the first bytes",
            "it is an archive in an archive; unpack it first",
        ));
    }
    let start = start.strip_prefix(MARK).map(<[u8]>::to_vec).unwrap_or(start);
    let mut bytes = Cursor::new(start).chain(bytes);
    read(&mut bytes)
}

fn starts_with(file: &mut impl BufRead, magic: &[u8]) -> io::Result<bool> {
    Ok(file.fill_buf()?.starts_with(magic))
}

fn damaged(error: impl Into<ZipError>) -> Unreadable {
    let error: ZipError = error.into();
    Unreadable::form("the archive", error.to_string())
}

/// Counts what is read.
struct Counted {
    inner: File,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.taken
            .fetch_add(u64::try_from(read).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, pos: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(pos)
    }
}

/// Fails beyond a number of bytes: a few packed bytes can unpack into any number.
struct Unpacked<R> {
    inner: R,
    left: u64,
    max: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.left = self
            .left
            .checked_sub(u64::try_from(read).unwrap_or(u64::MAX))
            .ok_or_else(|| {
                let reason = format!(
                    "it unpacks into more than {} bytes; allow more with --unpacked-bytes-max if that is right",
                    self.max
                );
                io::Error::new(io::ErrorKind::InvalidData, reason)
            })?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn text(part: &Part, max: u64) -> Result<String, String> {
        let read = part.read(max, &Arc::default(), |bytes| {
            let mut text = String::new();
            bytes.read_to_string(&mut text)?;
            Ok(text)
        });
        read.map_err(|error| error.to_string())
    }

    fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_packed_is_read_as_if_it_were_not() {
        let folder = tempfile::tempdir().unwrap();
        let plain = file(&folder, "a.csv", b"\xEF\xBB\xBFid,name\n");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"id,name\n").unwrap();
        let gzip = file(&folder, "a.csv.gz", &gzip.finish().unwrap());
        let zip = file(
            &folder,
            "a.zip",
            &zipped(&[("__MACOSX/x", b"no"), ("dir/a.csv", b"id,name\n")]),
        );
        for (path, name) in [(plain, "a.csv"), (gzip, "a.csv.gz"), (zip, "a.zip/dir/a.csv")] {
            let parts = parts(&path).unwrap();
            let [part] = parts.as_slice() else { panic!("{parts:?}") };
            assert_eq!(part.name, name);
            assert_eq!(text(part, 1000).unwrap(), "id,name\n");
            assert_eq!(part.start().unwrap(), b"id,name\n");
        }
    }

    #[test]
    fn what_unpacks_into_too_much_is_refused_on_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let bomb = file(&folder, "bomb.zip", &zipped(&[("a", &vec![0x20; 10 << 20])]));
        assert!(bomb.metadata().unwrap().len() < 100_000);
        let refused = text(&parts(&bomb).unwrap()[0], 1 << 20).unwrap_err();
        assert!(refused.contains("--unpacked-bytes-max"), "{refused}");
    }

    #[test]
    fn other_encodings_nested_and_damaged_archives_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str, bytes: &[u8]| {
            let path = file(&folder, name, bytes);
            parts(&path).map_or_else(|error| error.to_string(), |parts| text(&parts[0], 1 << 20).unwrap_err())
        };
        assert!(of("utf16.csv", b"\xFF\xFEi\0d\0").contains("UTF-8"));
        assert!(of("bare16.csv", b"i\0d\0").contains("UTF-8"));
        assert!(of("nested.zip", &zipped(&[("a.zip", &zipped(&[("b", b"c")]))])).contains("archive in an archive"));
        let whole = zipped(&[("a", b"something")]);
        assert!(of("cut.zip", &whole[..whole.len() / 2]).contains("the archive"));
    }
}
