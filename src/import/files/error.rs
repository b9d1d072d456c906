//! Why a file cannot be imported.

use std::path::PathBuf;

use crate::formats::reader::Unreadable;

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct PlanError {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub reason: Unreadable,
}
