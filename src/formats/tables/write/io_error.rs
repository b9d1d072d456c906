//! Errors of the system while tables are written.

use std::{io, path::Path};

use crate::formats::Error;

/// The error for a path that the system refuses to create, write or move.
pub(super) fn io_error(path: &Path, reason: io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        reason,
        advice: "check that the folder above it exists, that you may write there, and that there is room",
    }
}
