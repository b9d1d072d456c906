//! Errors of searches.

use tantivy::TantivyError;

use crate::graph::Exhausted;

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index failed, for a reason that no question can cause.
    #[error("the search index failed: {0}")]
    Index(#[from] TantivyError),
    /// The budget is exhausted.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Index(error.into())
    }
}
