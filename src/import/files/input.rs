//! Opening what is to be imported: files, compressed or not, the files in archives, pipes. Says what each is; unpacks no more
//! than is allowed, and never into memory.

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
    archive::{self, Member, Place, TAR_HEAD_BYTES, beginning},
    encoding::{self, NotUtf8},
    packed::{Compression, Unpacked},
};
use crate::{
    formats::reader::Unreadable,
    import::files::stored::{Bytes, Stored},
};

/// How much of a file is looked at to see what it is.
const START_BYTES: usize = 64 << 10;
const BUFFER_BYTES: usize = 256 << 10;
/// How many bytes a compressed file may unpack into, and a pipe may bring, unless another limit is given.
pub const UNPACKED_BYTES_MAX: u64 = 64 << 30;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// What the names of compressed files end with.
const PACKED_ENDINGS: [&str; 4] = [".gz", ".zst", ".bz2", ".xz"];

/// What standard input is called on a command line.
const STANDARD_INPUT: &str = "-";

/// What files are opened with.
#[derive(Debug)]
pub struct Opening<'a> {
    /// The folder on whose disk copies are put of what can be read only once. It need not be there yet.
    folder: &'a Path,
    unpacked_bytes_max: u64,
    /// How many pipes without names were opened.
    pipes: Cell<usize>,
}

impl<'a> Opening<'a> {
    /// Puts copies, at most so many bytes of each, on the disk where this folder lies, or will lie.
    #[must_use]
    pub fn new(folder: &'a Path, unpacked_bytes_max: u64) -> Self {
        Self {
            folder,
            unpacked_bytes_max,
            pipes: Cell::new(0),
        }
    }

    /// A copy of what can be read only once.
    fn copy(&self, bytes: &mut dyn Read) -> Result<Stored, Unreadable> {
        Stored::copy(bytes, self.folder, self.unpacked_bytes_max).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => Unreadable::form(
                "the pipe",
                format!(
                    "brings more than {} bytes; allow more with --unpacked-bytes-max if that is right",
                    self.unpacked_bytes_max
                ),
            ),
            io::ErrorKind::StorageFull => Unreadable::form(
                "the disk of the store",
                "is full; a pipe, and a compressed archive, is copied there before it is read",
            ),
            _ => error.into(),
        })
    }

    /// What a pipe is called: the names of those that have none differ with every command.
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

/// One file to be read: on its own, or in an archive.
#[derive(Debug, Clone)]
pub struct Part {
    /// What was named on the command line: the file, the archive, the pipe.
    pub path: PathBuf,
    stored: Stored,
    place: Place,
    /// What it is called: `lei.zip/lei.csv`.
    pub name: String,
    /// How large it is as it lies there.
    pub bytes: u64,
}

/// Whether standard input is meant.
pub(in crate::import) fn is_standard_input(path: &Path) -> bool {
    path == Path::new(STANDARD_INPUT) || path == Path::new("/dev/stdin")
}

/// The files in `path`; `-` is standard input.
///
/// # Errors
/// [`Unreadable`] when it cannot be opened, or is an archive that is damaged, too large, or holds no or too many files.
pub fn parts(path: &Path, opening: &Opening<'_>) -> Result<Vec<Part>, Unreadable> {
    let (stored, name) = if path == Path::new(STANDARD_INPUT) {
        (opening.copy(&mut io::stdin().lock())?, opening.pipe_name(path))
    } else {
        let metadata = path.metadata()?;
        if metadata.is_dir() {
            return Err(Unreadable::form(
                "the folder",
                "give the files in it, or name the format guanxi for a folder of its tables",
            ));
        }
        match metadata.is_file() {
            true => (Stored::File(path.to_owned()), file_name(path)),
            false => (opening.copy(&mut File::open(path)?)?, opening.pipe_name(path)),
        }
    };
    let start = beginning(&mut stored.open()?, TAR_HEAD_BYTES)?;
    let part = |stored: &Stored, member: Member| Part {
        path: path.to_owned(),
        stored: stored.clone(),
        place: member.place,
        name: if member.place == Place::Whole {
            name.clone()
        } else {
            format!("{name}/{}", member.name)
        },
        bytes: member.bytes,
    };
    if archive::is_zip(&start) {
        let members = archive::of_zip(&stored)?;
        return Ok(members.into_iter().map(|member| part(&stored, member)).collect());
    }
    let unpacked = match Compression::of(&start) {
        Some(compression) => of_packed_tar(&stored, compression, opening)?,
        None => archive::is_tar(&start).then(|| stored.clone()),
    };
    if let Some(tar) = unpacked {
        let members = archive::of_tar(&tar)?;
        return Ok(members.into_iter().map(|member| part(&tar, member)).collect());
    }
    let whole = Member {
        name: String::new(),
        place: Place::Whole,
        bytes: stored.length()?,
    };
    Ok(vec![part(&stored, whole)])
}

/// The tar archive that was compressed, as a whole, so that each of its files can be found; none where it is something else.
fn of_packed_tar(
    stored: &Stored,
    compression: Compression,
    opening: &Opening<'_>,
) -> Result<Option<Stored>, Unreadable> {
    let max = opening.unpacked_bytes_max;
    let packed = || stored.open().map(|bytes| BufReader::with_capacity(BUFFER_BYTES, bytes));
    // Whatever is wrong with what is no archive is told when it is read.
    let start = beginning(&mut compression.unpack(packed()?, max), TAR_HEAD_BYTES);
    if !start.is_ok_and(|start| archive::is_tar(&start)) {
        return Ok(None);
    }
    opening.copy(&mut compression.unpack(packed()?, max)).map(Some)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

impl Part {
    /// A folder whose files belong together.
    #[must_use]
    pub fn folder(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            stored: Stored::File(path.to_owned()),
            place: Place::Whole,
            name: file_name(path),
            bytes: 0,
        }
    }

    /// The name without the archive's, as whoever made the file called it before it was compressed.
    #[must_use]
    pub fn own_name(&self) -> &str {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        let shorter = PACKED_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
        shorter.filter(|shorter| !shorter.is_empty()).unwrap_or(name)
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
        let mut bytes = Counted {
            inner: self.stored.open()?,
            taken: Arc::clone(taken),
        };
        if let Place::Tar(from) = self.place {
            bytes.seek(SeekFrom::Start(from))?;
        }
        let mut bytes = BufReader::with_capacity(BUFFER_BYTES, bytes);
        match self.place {
            Place::Zip(number) => {
                let mut archive = ZipArchive::new(bytes).map_err(archive::damaged)?;
                let entry = archive.by_index(number).map_err(archive::damaged)?;
                let unpacked = Unpacked::new(entry, unpacked_bytes_max, "unzip -p");
                self.plain(BufReader::with_capacity(BUFFER_BYTES, unpacked), read)
            }
            Place::Tar(_) => self.plain(bytes.take(self.bytes), read),
            Place::Whole => match Compression::of(bytes.fill_buf()?) {
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
            return Err(Unreadable::form(
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

    /// The first bytes of the file, unpacked.
    ///
    /// # Errors
    /// [`Unreadable`] when they cannot be read, there are none, or they are not UTF-8.
    pub fn start(&self) -> Result<Vec<u8>, Unreadable> {
        let start = self.read(UNPACKED_BYTES_MAX, &Arc::default(), |bytes| {
            Ok(beginning(bytes, START_BYTES)?)
        })?;
        if start.trim_ascii().is_empty() {
            let reason = match self.stored {
                Stored::Copy(..) if self.place == Place::Whole => {
                    "is empty: the command that writes into it wrote nothing; see whether it failed"
                }
                _ => "is empty; get it again",
            };
            return Err(Unreadable::form("the file", reason));
        }
        match encoding::by_text(&start) {
            Some(not) => Err(self.not_text(&not)),
            None => Ok(start),
        }
    }

    /// That the file is no text in UTF-8, with the way out.
    fn not_text(&self, not: &NotUtf8) -> Unreadable {
        match not {
            NotUtf8::Encoded(encoding) => Unreadable::form(
                "the first bytes",
                format!(
                    "are {encoding}, and not UTF-8; convert them: {}",
                    self.conversion(encoding)
                ),
            ),
            NotUtf8::Unsure { line, words } => Unreadable::form(
                format!("line {line}"),
                format!(
                    "{words:?} is not in UTF-8, but perhaps in Windows-1252, as it is quoted here; convert it: {}",
                    self.conversion("WINDOWS-1252")
                ),
            ),
            NotUtf8::Other(what, advice) => {
                Unreadable::form("the first bytes", format!("are of a file that is {what}; {advice}"))
            }
        }
    }

    /// The command that converts the file from an encoding.
    fn conversion(&self, encoding: &str) -> String {
        let iconv = format!("iconv -f {encoding} -t UTF-8");
        let path = quoted(&self.path.to_string_lossy());
        let inner = self.name.split_once('/').map_or("", |(_, inner)| inner);
        let packed = || Compression::of(&beginning(&mut self.stored.open().ok()?, TAR_HEAD_BYTES).ok()?);
        let own = self.own_name();
        let (stem, ending) = own.split_once('.').unwrap_or((own, "txt"));
        let ending = ending.split('.').next().unwrap_or(ending);
        let converted = quoted(&format!("{stem}.utf8.{ending}"));
        match (self.place, &self.stored) {
            (Place::Zip(_), Stored::File(_)) => format!("unzip -p {path} {} | {iconv} > {converted}", quoted(inner)),
            (Place::Tar(_), _) if self.path.is_file() => {
                format!("tar -xOf {path} {} | {iconv} > {converted}", quoted(inner))
            }
            (_, Stored::Copy(..)) => format!("… | {iconv} | guanxi import -"),
            (_, Stored::File(_)) => match packed() {
                Some(compression) => format!("{} {path} | {iconv} > {converted}", compression.command()),
                None => format!("{iconv} {path} > {converted}"),
            },
        }
    }
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "._/+-".contains(letter);
    match name.chars().all(is_plain) {
        true => name.to_owned(),
        false => format!("'{}'", name.replace('\'', "'\\''")),
    }
}

/// Counts what is read.
struct Counted {
    inner: Bytes,
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
    fn seek(&mut self, pos: SeekFrom) -> io::Result<u64> {
        self.inner.seek(pos)
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

    fn opened(path: &Path) -> Result<Vec<Part>, Unreadable> {
        parts(path, &Opening::new(path.parent().unwrap(), 1 << 20))
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
            let parts = opened(&path).unwrap();
            let [part] = parts.as_slice() else { panic!("{parts:?}") };
            assert_eq!((&*part.name, part.own_name()), (name, "a.csv"));
            assert_eq!(text(part, 1000).unwrap(), "id,name\n");
            assert_eq!(part.start().unwrap(), b"id,name\n");
        }
    }

    #[test]
    fn what_unpacks_into_too_much_is_refused_on_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let bomb = file(&folder, "bomb.zip", &zipped(&[("a", &vec![0x20; 10 << 20])]));
        assert!(bomb.metadata().unwrap().len() < 100_000);
        let refused = text(&opened(&bomb).unwrap()[0], 1 << 20).unwrap_err();
        assert!(refused.contains("--unpacked-bytes-max"), "{refused}");
    }

    #[test]
    fn other_encodings_nested_and_damaged_archives_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str, bytes: &[u8]| {
            let path = file(&folder, name, bytes);
            opened(&path).map_or_else(|error| error.to_string(), |parts| text(&parts[0], 1 << 20).unwrap_err())
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
