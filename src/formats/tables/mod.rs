//! guanxi's own tables: a folder of six CSV files and `dataset.toml`, as `docs/importing/tables.md` describes them, read from disk
//! or from the copy in the program. Every problem in every file is reported; with any problem there is no dataset.

mod bundled;
mod cell;
mod dataset;
mod drafts;
mod ids;
mod layout;
mod row;
mod sheet;
mod sheets;
mod write;

use std::{borrow::Cow, fs, io, path::Path};

pub use self::{drafts::drafts, write::write};
use self::{ids::Ids, layout::TableLayout, sheet::Sheet};
use super::{Error, Problem, Problems, cells::CellStyle};
use crate::model::{Dataset, Noun, Timestamp};

/// The names of the files, in the order in which they are read.
pub const FILES: [&str; 7] = [
    dataset::FILE,
    sheets::sources::LAYOUT.file,
    sheets::entities::LAYOUT.file,
    sheets::names::LAYOUT.file,
    sheets::identifiers::LAYOUT.file,
    sheets::relationships::LAYOUT.file,
    sheets::evidence::LAYOUT.file,
];

/// The dataset that comes with the program.
///
/// # Errors
/// [`Error::Problems`] when it is invalid, which a test rules out.
pub fn bundled() -> Result<Dataset, Error> {
    read_files(&|file| Ok(bundled::load(file).map(Cow::Borrowed)))
}

/// The dataset in the folder `dir`.
///
/// # Errors
/// [`Error::Io`] when the folder or a file in it cannot be read; [`Error::Problems`] when they can, but are invalid.
pub fn read_dir(dir: &Path) -> Result<Dataset, Error> {
    let failed = |path: &Path, reason: io::Error, advice| Error::Io {
        path: path.to_owned(),
        reason,
        advice,
    };
    // Looked at first, so that a mistyped folder is one error and not seven missing files.
    fs::read_dir(dir)
        .map_err(|reason| failed(dir, reason, "give a folder that holds dataset.toml and the six tables"))?;
    read_files(&|file| {
        let path = dir.join(file);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(Cow::Owned(bytes))),
            Err(reason) if reason.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(reason) => Err(failed(
                &path,
                reason,
                "check that it is a file and that you may read it",
            )),
        }
    })
}

/// The dataset in the files that `load` gives by name (one of [`FILES`]), or `None` where there is no such file.
///
/// # Errors
/// Whatever `load` fails with; [`Error::Problems`] when the files are invalid.
pub fn read_files<'a>(load: &dyn Fn(&'static str) -> Result<Option<Cow<'a, [u8]>>, Error>) -> Result<Dataset, Error> {
    let mut reader = DatasetReader {
        load,
        ids: Ids::default(),
        problems: Problems::default(),
        cells: CellStyle::Raw,
    };
    let head = reader.dataset()?;
    // Without it the dataset is refused, but the rows are checked all the same.
    let recorded_at = head.as_ref().map_or(Timestamp::MIN, |head| head.recorded_at);
    let (mut sources, mut entities, mut relationships) = (Vec::new(), Vec::new(), Vec::new());
    reader.table(sheets::sources::LAYOUT, Some(Noun::Source), |sheet, ids, problems| {
        sheets::sources::read(sheet, &mut sources, ids, problems);
    })?;
    reader.table(sheets::entities::LAYOUT, Some(Noun::Entity), |sheet, ids, problems| {
        sheets::entities::read(sheet, &mut entities, ids, problems);
    })?;
    reader.table(sheets::names::LAYOUT, None, |sheet, ids, problems| {
        sheets::names::read(sheet, &mut entities, ids, problems);
    })?;
    reader.table(sheets::identifiers::LAYOUT, None, |sheet, ids, problems| {
        sheets::identifiers::read(sheet, &mut entities, ids, problems);
    })?;
    reader.table(
        sheets::relationships::LAYOUT,
        Some(Noun::Relationship),
        |sheet, ids, problems| {
            sheets::relationships::read(sheet, &mut relationships, recorded_at, ids, problems);
        },
    )?;
    reader.table(sheets::evidence::LAYOUT, None, |sheet, ids, problems| {
        sheets::evidence::read(sheet, &mut relationships, ids, problems);
    })?;
    match head {
        Some(head) if reader.problems.is_empty() => Ok(Dataset {
            sources,
            entities,
            relationships,
            ..head
        }),
        _ => Err(Error::Problems(reader.problems)),
    }
}

/// What is known while the files are read one after the other.
struct DatasetReader<'l, 'a> {
    load: &'l dyn Fn(&'static str) -> Result<Option<Cow<'a, [u8]>>, Error>,
    ids: Ids,
    problems: Problems,
    /// How the cells are written, as `dataset.toml` says.
    cells: CellStyle,
}

impl DatasetReader<'_, '_> {
    /// What `dataset.toml` says, as a dataset without records; none when it is invalid.
    fn dataset(&mut self) -> Result<Option<Dataset>, Error> {
        let Some(bytes) = (self.load)(dataset::FILE)? else {
            self.problems.push(missing(dataset::FILE));
            return Ok(None);
        };
        let (head, cells) = dataset::read(without_mark(&bytes), &mut self.problems).unzip();
        self.cells = cells.unwrap_or(self.cells);
        Ok(head)
    }

    /// Lets `read` read a table. `noun` is what its ids belong to, if others refer to them.
    fn table(
        &mut self,
        layout: TableLayout,
        noun: Option<Noun>,
        read: impl FnOnce(&mut Sheet<'_>, &mut Ids, &mut Problems),
    ) -> Result<(), Error> {
        let mut complete = false;
        match (self.load)(layout.file)? {
            None => self.problems.push(missing(layout.file)),
            Some(bytes) => {
                if let Some(mut sheet) = Sheet::open(layout, without_mark(&bytes), self.cells, &mut self.problems) {
                    read(&mut sheet, &mut self.ids, &mut self.problems);
                    complete = sheet.has("id") && !sheet.is_cut_off();
                }
            }
        }
        if let Some(noun) = noun.filter(|_| !complete) {
            self.ids.mark_incomplete(noun);
        }
        Ok(())
    }
}

fn missing(file: &str) -> Problem {
    Problem::new(file, "a file of this name in the folder")
}

/// The bytes without the byte order mark that spreadsheets put in front.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}
