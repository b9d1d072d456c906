//! All words of the names and descriptions of a layer, each once. Looking for typos goes through a whole dictionary, and takes
//! longest of all that a search does: here it is done once, and not for each field of each segment.

use tantivy::{TantivyError, schema::Field, termdict::TermMerger};
use tantivy_fst::{IntoStreamer, Map, MapBuilder, Streamer};

use super::{near::Near, segment::Segment};

/// The words, each with a bit for every field of prose that has it in some segment.
pub(super) struct Lexicon {
    words: Map<Vec<u8>>,
    prose: [Field; 3],
}

impl Lexicon {
    /// The words of these segments.
    pub(super) fn of(segments: &[Segment], prose: [Field; 3]) -> Result<Self, TantivyError> {
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
            words.insert(merged.key(), fields).map_err(unmade)?;
        }
        Self::unpack(words.into_inner().map_err(unmade)?, prose)
    }

    /// The lexicon that [`Lexicon::pack`] told.
    pub(super) fn unpack(packed: Vec<u8>, prose: [Field; 3]) -> Result<Self, TantivyError> {
        let words = Map::from_bytes(packed).map_err(unmade)?;
        Ok(Self { words, prose })
    }

    pub(super) fn pack(&self) -> Vec<u8> {
        self.words.as_fst().to_vec()
    }

    pub(super) fn bytes(&self) -> usize {
        self.words.as_fst().size()
    }

    /// Tells `each` the words that `near` accepts, and whether a field has them.
    pub(super) fn each_near<E>(
        &self,
        near: &Near,
        mut each: impl FnMut(&str, &dyn Fn(Field) -> bool) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut words = self.words.search(near).into_stream();
        while let Some((word, fields)) = words.next() {
            let has = |field| {
                self.prose
                    .iter()
                    .zip(0..)
                    .any(|(known, bit)| *known == field && fields >> bit & 1 == 1)
            };
            each(std::str::from_utf8(word).unwrap_or_default(), &has)?;
        }
        Ok(())
    }
}

fn unmade(reason: impl std::fmt::Display) -> TantivyError {
    TantivyError::InternalError(format!("the lexicon cannot be made or read: {reason}"))
}
