//! What is to be read: the files that were named, what each is, and in which order they are read.

use std::path::{Path, PathBuf};

use super::input::is_standard_input;
use crate::{
    formats::reader::Unreadable,
    import::{Format, Opening, Part, Reader, parts},
};

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct Unplannable {
    /// Which file.
    pub path: PathBuf,
    /// Why not.
    pub reason: Unreadable,
}

/// The files in `paths`, archives opened and pipes copied, in the order in which they are read: what others refer to first. `choose` says what
/// reads a file, given its first bytes.
///
/// # Errors
/// [`Unplannable`] for the first file that cannot be opened, or whose format is not known.
pub fn plan(
    paths: &[PathBuf],
    format: Option<Format>,
    opening: &Opening<'_>,
    choose: impl Fn(&[u8]) -> Result<Reader, Unreadable>,
) -> Result<Vec<(Part, Reader)>, Unplannable> {
    let mut planned = Vec::new();
    if let Some(path) = paths.iter().filter(|path| is_standard_input(path)).nth(1) {
        return Err(Unplannable {
            path: path.clone(),
            reason: Unreadable::form("standard input", "can be read only once; name it once"),
        });
    }
    for path in paths {
        let failed = |reason| Unplannable {
            path: path.clone(),
            reason,
        };
        if is_tables(path, format) {
            planned.push((Part::folder(path), Reader::Guanxi));
            continue;
        }
        for part in parts(path, opening).map_err(failed)? {
            // Which file of an archive.
            let is_inner = part.name.contains('/');
            let failed = |reason| Unplannable {
                path: if is_inner {
                    path.join(part.own_name())
                } else {
                    path.clone()
                },
                reason,
            };
            let start = part.start().map_err(failed)?;
            let reader = choose(&start).map_err(failed)?;
            planned.push((part, reader));
        }
    }
    // Stable: files of one sort are read in the order in which they were named.
    planned.sort_by_key(|(_, reader)| reader.rank());
    Ok(planned)
}

/// Whether this is a folder of guanxi's tables.
fn is_tables(path: &Path, format: Option<Format>) -> bool {
    path.is_dir() && (format == Some(Format::Guanxi) || path.join("dataset.toml").is_file())
}
