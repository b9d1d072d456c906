//! All distinct words of the names and descriptions of a layer. Looking for typos is the slowest part of a search, since it walks
//! a dictionary: with a lexicon it walks one, and not one for each field of each segment.

use tantivy::{TantivyError, schema::Field, termdict::TermMerger};
use tantivy_fst::{IntoStreamer, Map, MapBuilder, Streamer};

use super::segment::Segment;
use crate::store::search::fuzzy::FuzzyMatcher;

/// The words, each with a bit for every prose field that contains it in any segment.
pub(in crate::store::search) struct Lexicon {
    words: Map<Vec<u8>>,
    prose: [Field; 3],
}

impl Lexicon {
    /// The lexicon of these segments.
    pub(in crate::store::search) fn new(segments: &[Segment], prose: [Field; 3]) -> Result<Self, TantivyError> {
        let inverted = |segment: &Segment| prose.map(|field| segment.reader.inverted_index(field));
        let readers: Vec<_> = segments.iter().flat_map(inverted).collect::<Result<_, _>>()?;
        let streams: Vec<_> = readers
            .iter()
            .map(|reader| reader.terms().stream())
            .collect::<Result<_, _>>()?;
        let mut merged = TermMerger::new(streams);
        let mut words = MapBuilder::memory();
        while merged.advance() {
            let fields = merged
                .matching_segments()
                .fold(0, |fields, (stream, _)| fields | 1 << (stream % prose.len()));
            words.insert(merged.key(), fields).map_err(lexicon_error)?;
        }
        Self::unpack(words.into_inner().map_err(lexicon_error)?, prose)
    }

    /// The lexicon packed by [`Lexicon::pack`].
    pub(in crate::store::search) fn unpack(packed: Vec<u8>, prose: [Field; 3]) -> Result<Self, TantivyError> {
        let words = Map::from_bytes(packed).map_err(lexicon_error)?;
        Ok(Self { words, prose })
    }

    pub(in crate::store::search) fn pack(&self) -> Vec<u8> {
        self.words.as_fst().to_vec()
    }

    pub(in crate::store::search) fn bytes(&self) -> usize {
        self.words.as_fst().size()
    }

    /// Calls `each` with the words that `matcher` accepts, and a function that returns whether a field contains them.
    pub(in crate::store::search) fn for_each_match<E>(
        &self,
        matcher: &FuzzyMatcher,
        mut each: impl FnMut(&str, &dyn Fn(Field) -> bool) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut words = self.words.search(matcher).into_stream();
        while let Some((word, fields)) = words.next() {
            let has = |field| {
                self.prose
                    .iter()
                    .zip(0..)
                    .any(|(prose_field, bit)| *prose_field == field && fields >> bit & 1 == 1)
            };
            each(std::str::from_utf8(word).unwrap_or_default(), &has)?;
        }
        Ok(())
    }
}

fn lexicon_error(reason: impl std::fmt::Display) -> TantivyError {
    TantivyError::InternalError(format!("the lexicon cannot be built or read: {reason}"))
}
