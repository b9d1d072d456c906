//! The search index: who goes by a name, in any script, with typos or half typed. Holds words and where they stand; the
//! texts stay in the snapshot it was built from. A question is text: nothing in it is an operator.

mod build;
mod find;
mod fold;
mod highlight;
mod question;
mod similar;
mod terms;
mod words;

use tantivy::{SegmentReader, TantivyError};

use self::build::{Fields, ROW};
pub use self::{
    find::Hit,
    highlight::{Highlight, Part, SearchField, highlights},
    question::{Question, TEXT_MAX, Unaskable, WORDS_MAX},
};
use crate::graph::{EntityIx, Exhausted};

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

/// What can be searched in one snapshot.
pub struct Index {
    segments: Vec<Segment>,
    fields: Fields,
    /// Who stands in each row.
    entities: Vec<EntityIx>,
    /// How many letters each main name has, by row.
    lengths: Vec<u8>,
    bytes: usize,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("entities", &self.entities())
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Index {
    /// How many entities can be found.
    #[must_use]
    pub fn entities(&self) -> usize {
        self.lengths.len()
    }

    /// Who stands in this row.
    fn entity(&self, row: u32) -> Option<EntityIx> {
        self.entities.get(at(row)).copied()
    }

    /// How much memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
            + self.lengths.len()
            + self.entities.len() * size_of::<EntityIx>()
            + self
                .segments
                .iter()
                .map(|segment| segment.rows.len() * 4)
                .sum::<usize>()
    }
}

/// A part of the index, as one thread wrote it. Which entity is in which part differs from build to build, so nothing in an
/// answer may depend on it.
struct Segment {
    reader: SegmentReader,
    /// The row of each of its documents.
    rows: Vec<u32>,
}

impl Segment {
    fn new(reader: &SegmentReader) -> Result<Self, TantivyError> {
        let column = reader.fast_fields().u64(ROW)?;
        let row = |document| {
            let row = column.first(document).and_then(|row| u32::try_from(row).ok());
            row.ok_or_else(|| TantivyError::InternalError("a document has no row".to_owned()))
        };
        Ok(Self {
            rows: (0..reader.max_doc()).map(row).collect::<Result<_, _>>()?,
            reader: reader.clone(),
        })
    }
}

/// A number of documents as a position.
fn at(document: u32) -> usize {
    usize::try_from(document).expect("documents are counted in memory")
}
