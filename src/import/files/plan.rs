//! The plan of an import: the named files, their formats, and the order in which they are read.

use std::path::{Path, PathBuf};

use super::input::is_standard_input;
use crate::{
    formats::reader::Unreadable,
    import::{Format, InputFile, OpenOptions, PlanError, Reader, input_files},
};

/// The files in `paths`, with archives opened and pipes copied, in reading order: files that others refer to first. `choose` selects the
/// reader of a file by its first bytes.
///
/// # Errors
/// [`PlanError`] for the first file that cannot be opened, or whose format is unknown.
pub fn plan(
    paths: &[PathBuf],
    format: Option<Format>,
    options: &OpenOptions<'_>,
    choose: impl Fn(&[u8]) -> Result<Reader, Unreadable>,
) -> Result<Vec<(InputFile, Reader)>, PlanError> {
    let mut files = Vec::new();
    if let Some(path) = paths.iter().filter(|path| is_standard_input(path)).nth(1) {
        return Err(PlanError {
            path: path.clone(),
            reason: Unreadable::malformed("standard input", "can be read only once; name it once"),
        });
    }
    for path in paths {
        let failed = |reason| PlanError {
            path: path.clone(),
            reason,
        };
        if is_tables(path, format) {
            files.push((InputFile::folder(path), Reader::Guanxi));
            continue;
        }
        for file in input_files(path, options).map_err(failed)? {
            // A file of an archive is named with its path.
            let is_inner = file.name.contains('/');
            let failed = |reason| PlanError {
                path: if is_inner {
                    path.join(file.own_name())
                } else {
                    path.clone()
                },
                reason,
            };
            let start = file.start().map_err(failed)?;
            let reader = choose(&start).map_err(failed)?;
            files.push((file, reader));
        }
    }
    // Stable: files of one rank are read in the order of their names on the command line.
    files.sort_by_key(|(_, reader)| reader.rank());
    Ok(files)
}

/// Whether this is a folder of guanxi's tables.
fn is_tables(path: &Path, format: Option<Format>) -> bool {
    path.is_dir() && (format == Some(Format::Guanxi) || path.join("dataset.toml").is_file())
}
