//! Why a search has no answer.

use tantivy::TantivyError;

use crate::graph::Exhausted;

/// Why a search has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index failed, which no question can cause.
    #[error("the search index failed: {0}")]
    Index(#[from] TantivyError),
    /// The request has spent what it may.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Index(error.into())
    }
}
