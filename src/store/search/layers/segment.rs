//! Segments of a layer.

use tantivy::{SegmentReader, TantivyError};

use super::fields::ROW;

/// A segment of a layer, written by one thread. Which entities it contains differs from build to build, so no result may depend
/// on it.
pub(in crate::store::search) struct Segment {
    pub(in crate::store::search) reader: SegmentReader,
    /// The row of each of its documents, ascending.
    pub(in crate::store::search) rows: Vec<u32>,
}

impl Segment {
    pub(in crate::store::search) fn new(reader: &SegmentReader) -> Result<Self, TantivyError> {
        let column = reader.fast_fields().u64(ROW)?;
        let row = |document| {
            let row = column.first(document).and_then(|row| u32::try_from(row).ok());
            row.ok_or_else(|| TantivyError::InternalError("a document has no row".to_owned()))
        };
        let rows: Vec<u32> = (0..reader.max_doc()).map(row).collect::<Result<_, _>>()?;
        if !rows.is_sorted() {
            return Err(TantivyError::InternalError("documents are not in order".to_owned()));
        }
        Ok(Self {
            rows,
            reader: reader.clone(),
        })
    }
}

/// The index of a document or a row.
pub(in crate::store::search) fn at(document: u32) -> usize {
    usize::try_from(document).expect("documents are counted in memory")
}
