//! Opens the files to be imported: plain and compressed files, files in archives, and pipes. Detects what each is; unpacks no more
//! than allowed, and never into memory.

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use zip::ZipArchive;

use super::{
    archive::{self, ArchiveMember, Location, TAR_HEAD_BYTES, beginning},
    compression::{Compression, LimitedDecoder},
    encoding::{self, NotUtf8},
};
use crate::{
    formats::reader::Unreadable,
    import::files::stored_file::{StoredFile, StoredFileReader},
};

/// How many bytes of a file are read to detect its format.
const START_BYTES: usize = 64 << 10;
const BUFFER_BYTES: usize = 256 << 10;
/// The default for the most bytes that a compressed file may unpack into, and that a pipe may deliver.
pub const UNPACKED_BYTES_MAX: u64 = 64 << 30;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The endings of compressed files.
const PACKED_ENDINGS: [&str; 4] = [".gz", ".zst", ".bz2", ".xz"];

/// Standard input on the command line.
const STANDARD_INPUT: &str = "-";

/// Options for opening files.
#[derive(Debug)]
pub struct OpenOptions<'a> {
    /// The folder on whose disk input that can be read only once is copied. It need not exist yet.
    folder: &'a Path,
    unpacked_bytes_max: u64,
    /// The number of opened pipes without names.
    pipes: Cell<usize>,
}

impl<'a> OpenOptions<'a> {
    /// Copies of at most `unpacked_bytes_max` bytes each are made on the disk of `folder`, which need not exist yet.
    #[must_use]
    pub fn new(folder: &'a Path, unpacked_bytes_max: u64) -> Self {
        Self {
            folder,
            unpacked_bytes_max,
            pipes: Cell::new(0),
        }
    }

    /// Copies input that can be read only once.
    fn copy(&self, bytes: &mut dyn Read) -> Result<StoredFile, Unreadable> {
        StoredFile::copy(bytes, self.folder, self.unpacked_bytes_max).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => Unreadable::malformed(
                "the pipe",
                format!(
                    "delivers more than {} bytes; allow more with --unpacked-bytes-max if that is intended",
                    self.unpacked_bytes_max
                ),
            ),
            io::ErrorKind::StorageFull => Unreadable::malformed(
                "the disk of the store",
                "is full; a pipe, and a compressed archive, is copied there before it is read",
            ),
            _ => error.into(),
        })
    }

    /// The name of a pipe: pipes without names are numbered, since their paths differ with every command.
    fn pipe_name(&self, path: &Path) -> String {
        if is_standard_input(path) {
            return "stdin".to_owned();
        }
        let is_nameless = path.starts_with("/dev/fd") || path.starts_with("/proc");
        if !is_nameless {
            return file_name(path);
        }
        self.pipes.set(self.pipes.get() + 1);
        match self.pipes.get() {
            1 => "pipe".to_owned(),
            number => format!("pipe-{number}"),
        }
    }
}

/// One file to be read: a plain file, or one in an archive.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// The path on the command line: of the file, the archive or the pipe.
    pub path: PathBuf,
    stored: StoredFile,
    location: Location,
    /// Its name: `lei.zip/lei.csv`.
    pub name: String,
    /// Its size as stored, before unpacking.
    pub bytes: u64,
}

/// Whether a path stands for standard input.
pub(in crate::import) fn is_standard_input(path: &Path) -> bool {
    path == Path::new(STANDARD_INPUT) || path == Path::new("/dev/stdin")
}

/// The files in `path`; `-` is standard input.
///
/// # Errors
/// [`Unreadable`] if it cannot be opened, or is an archive that is damaged, too large, or contains no or too many files.
pub fn input_files(path: &Path, options: &OpenOptions<'_>) -> Result<Vec<InputFile>, Unreadable> {
    let (stored, name) = if path == Path::new(STANDARD_INPUT) {
        (options.copy(&mut io::stdin().lock())?, options.pipe_name(path))
    } else {
        let metadata = path.metadata()?;
        if metadata.is_dir() {
            return Err(Unreadable::malformed(
                "the folder",
                "give the files in it, or name the format guanxi for a folder of its tables",
            ));
        }
        match metadata.is_file() {
            true => (StoredFile::File(path.to_owned()), file_name(path)),
            false => (options.copy(&mut File::open(path)?)?, options.pipe_name(path)),
        }
    };
    let start = beginning(&mut stored.open()?, TAR_HEAD_BYTES)?;
    let input_file = |stored: &StoredFile, member: ArchiveMember| InputFile {
        path: path.to_owned(),
        stored: stored.clone(),
        location: member.location,
        name: if member.location == Location::Plain {
            name.clone()
        } else {
            format!("{name}/{}", member.name)
        },
        bytes: member.bytes,
    };
    if archive::is_zip(&start) {
        let members = archive::of_zip(&stored)?;
        return Ok(members.into_iter().map(|member| input_file(&stored, member)).collect());
    }
    let unpacked = match Compression::of(&start) {
        Some(compression) => unpack_tar(&stored, compression, options)?,
        None => archive::is_tar(&start).then(|| stored.clone()),
    };
    if let Some(tar) = unpacked {
        let members = archive::of_tar(&tar)?;
        return Ok(members.into_iter().map(|member| input_file(&tar, member)).collect());
    }
    let whole = ArchiveMember {
        name: String::new(),
        location: Location::Plain,
        bytes: stored.length()?,
    };
    Ok(vec![input_file(&stored, whole)])
}

/// An unpacked copy of a compressed tar archive, so that its files can be located; `None` if it is something else.
fn unpack_tar(
    stored: &StoredFile,
    compression: Compression,
    options: &OpenOptions<'_>,
) -> Result<Option<StoredFile>, Unreadable> {
    let max = options.unpacked_bytes_max;
    let packed = || stored.open().map(|bytes| BufReader::with_capacity(BUFFER_BYTES, bytes));
    // Errors of a file that is not an archive are reported when it is read.
    let start = beginning(&mut compression.unpack(packed()?, max), TAR_HEAD_BYTES);
    if !start.is_ok_and(|start| archive::is_tar(&start)) {
        return Ok(None);
    }
    options.copy(&mut compression.unpack(packed()?, max)).map(Some)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

impl InputFile {
    /// A folder of guanxi's tables.
    #[must_use]
    pub fn folder(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            stored: StoredFile::File(path.to_owned()),
            location: Location::Plain,
            name: file_name(path),
            bytes: 0,
        }
    }

    /// The name of the file before it was archived and compressed.
    #[must_use]
    pub fn own_name(&self) -> &str {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        let shorter = PACKED_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
        shorter.filter(|shorter| !shorter.is_empty()).unwrap_or(name)
    }

    /// Passes the file, unpacked and without a byte order mark, to `read`. `bytes_read` counts the bytes read from disk.
    ///
    /// # Errors
    /// [`Unreadable`] if it cannot be opened or its first bytes are not UTF-8, and any error of `read`.
    pub fn read<T>(
        &self,
        unpacked_bytes_max: u64,
        bytes_read: &Arc<AtomicU64>,
        read: impl FnOnce(&mut dyn BufRead) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        let mut bytes = CountingReader {
            inner: self.stored.open()?,
            bytes_read: Arc::clone(bytes_read),
        };
        if let Location::Tar(from) = self.location {
            bytes.seek(SeekFrom::Start(from))?;
        }
        let mut bytes = BufReader::with_capacity(BUFFER_BYTES, bytes);
        match self.location {
            Location::Zip(number) => {
                let mut archive = ZipArchive::new(bytes).map_err(archive::damaged)?;
                let entry = archive.by_index(number).map_err(archive::damaged)?;
                let unpacked = LimitedDecoder::new(entry, unpacked_bytes_max, "unzip -p");
                self.plain(BufReader::with_capacity(BUFFER_BYTES, unpacked), read)
            }
            Location::Tar(_) => self.plain(bytes.take(self.bytes), read),
            Location::Plain => match Compression::of(bytes.fill_buf()?) {
                Some(compression) => {
                    let unpacked = compression.unpack(bytes, unpacked_bytes_max);
                    self.plain(BufReader::with_capacity(BUFFER_BYTES, unpacked), read)
                }
                None => self.plain(bytes, read),
            },
        }
    }

    fn plain<T>(
        &self,
        mut bytes: impl BufRead,
        read: impl FnOnce(&mut dyn BufRead) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        let start = beginning(&mut bytes, 16)?;
        if archive::is_zip(&start) || Compression::of(&start).is_some() {
            return Err(Unreadable::malformed(
                "the first bytes",
                "it is an archive in an archive; unpack it first",
            ));
        }
        if let Some(not) = encoding::by_mark(&start) {
            return Err(self.not_text(&not));
        }
        let start = start.strip_prefix(MARK).map(<[u8]>::to_vec).unwrap_or(start);
        let mut bytes = Cursor::new(start).chain(bytes);
        read(&mut bytes)
    }

    /// The first bytes of the unpacked file.
    ///
    /// # Errors
    /// [`Unreadable`] if they cannot be read, there are none, or they are not UTF-8.
    pub fn start(&self) -> Result<Vec<u8>, Unreadable> {
        let start = self.read(UNPACKED_BYTES_MAX, &Arc::default(), |bytes| {
            Ok(beginning(bytes, START_BYTES)?)
        })?;
        if start.trim_ascii().is_empty() {
            let reason = match self.stored {
                StoredFile::Copy(..) if self.location == Location::Plain => {
                    "is empty: the command that writes to it wrote nothing; check whether it failed"
                }
                _ => "is empty; get it again",
            };
            return Err(Unreadable::malformed("the file", reason));
        }
        match encoding::by_text(&start) {
            Some(not) => Err(self.not_text(&not)),
            None => Ok(start),
        }
    }

    /// The error for a file that is not UTF-8, with advice.
    fn not_text(&self, not: &NotUtf8) -> Unreadable {
        match not {
            NotUtf8::Encoding(encoding) => Unreadable::malformed(
                "the first bytes",
                format!(
                    "are {encoding}, and not UTF-8; convert them: {}",
                    self.conversion(encoding)
                ),
            ),
            NotUtf8::Uncertain { line, words } => Unreadable::malformed(
                format!("line {line}"),
                format!(
                    "{words:?} is not UTF-8, but perhaps Windows-1252, as quoted here; convert it: {}",
                    self.conversion("WINDOWS-1252")
                ),
            ),
            NotUtf8::Other(what, advice) => {
                Unreadable::malformed("the first bytes", format!("are of a file that is {what}; {advice}"))
            }
        }
    }

    /// The command that converts the file to UTF-8.
    fn conversion(&self, encoding: &str) -> String {
        let iconv = format!("iconv -f {encoding} -t UTF-8");
        let path = quoted(&self.path.to_string_lossy());
        let inner = self.name.split_once('/').map_or("", |(_, inner)| inner);
        let packed = || Compression::of(&beginning(&mut self.stored.open().ok()?, TAR_HEAD_BYTES).ok()?);
        let own = self.own_name();
        let (stem, ending) = own.split_once('.').unwrap_or((own, "txt"));
        let ending = ending.split('.').next().unwrap_or(ending);
        let converted = quoted(&format!("{stem}.utf8.{ending}"));
        match (self.location, &self.stored) {
            (Location::Zip(_), StoredFile::File(_)) => {
                format!("unzip -p {path} {} | {iconv} > {converted}", quoted(inner))
            }
            (Location::Tar(_), _) if self.path.is_file() => {
                format!("tar -xOf {path} {} | {iconv} > {converted}", quoted(inner))
            }
            (_, StoredFile::Copy(..)) => format!("… | {iconv} | guanxi import -"),
            (_, StoredFile::File(_)) => match packed() {
                Some(compression) => format!("{} {path} | {iconv} > {converted}", compression.command()),
                None => format!("{iconv} {path} > {converted}"),
            },
        }
    }
}

/// A name quoted for a shell.
fn quoted(name: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "._/+-".contains(letter);
    match name.chars().all(is_plain) {
        true => name.to_owned(),
        false => format!("'{}'", name.replace('\'', "'\\''")),
    }
}

/// Counts the bytes read.
struct CountingReader {
    inner: StoredFileReader,
    bytes_read: Arc<AtomicU64>,
}

impl Read for CountingReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.bytes_read
            .fetch_add(u64::try_from(read).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for CountingReader {
    fn seek(&mut self, pos: SeekFrom) -> io::Result<u64> {
        self.inner.seek(pos)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn text(input_file: &InputFile, max: u64) -> Result<String, String> {
        let read = input_file.read(max, &Arc::default(), |bytes| {
            let mut text = String::new();
            bytes.read_to_string(&mut text)?;
            Ok(text)
        });
        read.map_err(|error| error.to_string())
    }

    fn open(path: &Path) -> Result<Vec<InputFile>, Unreadable> {
        input_files(path, &OpenOptions::new(path.parent().unwrap(), 1 << 20))
    }

    fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let mut head = tar::Header::new_gnu();
            head.set_size(u64::try_from(bytes.len()).unwrap());
            tar.append_data(&mut head, name, *bytes).unwrap();
        }
        tar.into_inner().unwrap()
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
    fn packed_files_are_read_like_plain_ones() {
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
        let tar = file(
            &folder,
            "a.tar",
            &tarred(&[("._x", b"no"), ("dir/a.csv", b"id,name\n")]),
        );
        for (path, name) in [
            (plain, "a.csv"),
            (gzip, "a.csv.gz"),
            (zip, "a.zip/dir/a.csv"),
            (tar, "a.tar/dir/a.csv"),
        ] {
            let input_files = open(&path).unwrap();
            let [input_file] = input_files.as_slice() else {
                panic!("{input_files:?}")
            };
            assert_eq!((&*input_file.name, input_file.own_name()), (name, "a.csv"));
            assert_eq!(text(input_file, 1000).unwrap(), "id,name\n");
            assert_eq!(input_file.start().unwrap(), b"id,name\n");
        }
    }

    #[test]
    fn unpacking_beyond_the_limit_fails() {
        let folder = tempfile::tempdir().unwrap();
        let bomb = file(&folder, "bomb.zip", &zipped(&[("a", &vec![0x20; 10 << 20])]));
        assert!(bomb.metadata().unwrap().len() < 100_000);
        let message = text(&open(&bomb).unwrap()[0], 1 << 20).unwrap_err();
        assert!(message.contains("--unpacked-bytes-max"), "{message}");
    }

    #[test]
    fn other_encodings_and_nested_and_damaged_archives_are_reported() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str, bytes: &[u8]| {
            let path = file(&folder, name, bytes);
            open(&path).map_or_else(
                |error| error.to_string(),
                |input_files| text(&input_files[0], 1 << 20).unwrap_err(),
            )
        };
        assert!(of("utf16.csv", b"\xFF\xFEi\0d\0").contains("UTF-8"));
        assert!(of("bare16.csv", b"i\0d\0").contains("UTF-8"));
        assert!(of("nested.zip", &zipped(&[("a.zip", &zipped(&[("b", b"c")]))])).contains("archive in an archive"));
        let whole = zipped(&[("a", b"something")]);
        assert!(of("cut.zip", &whole[..whole.len() / 2]).contains("the archive"));
        let whole = tarred(&[("a", &[b'a'; 2000])]);
        assert!(of("cut.tar", &whole[..1024]).contains("ends in the middle of a"));
    }
}
