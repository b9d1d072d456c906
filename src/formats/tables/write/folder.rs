//! The folder into which tables are written: they are created next to it and moved into place when all of them are complete.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

use super::{io_error::io_error, table_writer::TableWriter};
use crate::formats::{Error, cells::CellStyle, tables::layout::TableLayout};

/// A folder that is being filled. Unless it is finished, it vanishes.
pub(super) struct Folder {
    unfinished: PathBuf,
}

impl Folder {
    /// Begins a folder that is to stand at `dir`, where there is none or one with nothing in it.
    pub(super) fn begin(dir: &Path) -> Result<Self, Error> {
        let refused = |kind: io::ErrorKind, reason: &str, advice| Error::Io {
            path: dir.to_owned(),
            reason: io::Error::new(kind, reason),
            advice,
        };
        let is_empty = match fs::read_dir(dir) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(io_error(dir, error)),
        };
        if !is_empty {
            let advice = "name one that does not exist yet, or an empty one";
            return Err(refused(
                io::ErrorKind::DirectoryNotEmpty,
                "there is something in it",
                advice,
            ));
        }
        let Some(name) = dir.file_name() else {
            let advice = "name the folder itself, like exported";
            return Err(refused(io::ErrorKind::InvalidInput, "it has no name", advice));
        };
        let mut name = name.to_owned();
        name.push(format!(".{}.new", process::id()));
        let unfinished = dir.with_file_name(name);
        fs::create_dir(&unfinished).map_err(|reason| io_error(&unfinished, reason))?;
        Ok(Self { unfinished })
    }

    /// Writes a whole file.
    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.unfinished.join(name);
        let written = File::create_new(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(|reason| io_error(&path, reason))
    }

    /// Begins a table.
    pub(super) fn table(&self, layout: TableLayout, style: CellStyle) -> Result<TableWriter, Error> {
        let path = self.unfinished.join(layout.file);
        let file = File::create_new(&path).map_err(|reason| io_error(&path, reason))?;
        TableWriter::begin(layout, path, file, style)
    }

    /// Moves the folder to its place.
    pub(super) fn finish(self, dir: &Path) -> Result<(), Error> {
        // Not all systems put a folder in the place of an empty one.
        if dir.is_dir() {
            fs::remove_dir(dir).map_err(|reason| io_error(dir, reason))?;
        }
        fs::rename(&self.unfinished, dir).map_err(|reason| io_error(dir, reason))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Gone already where it was finished; otherwise the error that led here is the one to report.
        let _ = fs::remove_dir_all(&self.unfinished);
    }
}
