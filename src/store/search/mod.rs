//! The search index: who goes by a name, in any script, with typos or half typed. Holds words and where they stand; the
//! texts stay in the snapshot it was built from. A question is text: nothing in it is an operator.

mod build;
mod find;
mod fold;
pub(super) mod follow;
mod highlight;
pub(super) mod keep;
mod keys;
mod layer;
mod lexicon;
mod meet;
mod near;
mod question;
mod similar;
mod terms;
mod words;

use tantivy::TantivyError;

use self::{
    build::Fields,
    layer::{Layer, Segment},
};
pub use self::{
    find::Hit,
    highlight::{Highlight, Part, SearchField, highlights},
    question::{Question, TEXT_MAX, Unaskable, WORDS_MAX},
};
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

/// What can be searched in one snapshot: the entities in layers, each in one of them. States that follow each other share layers.
pub struct Index {
    fields: Fields,
    /// The large first, then those of what changed since.
    layers: Vec<Layer>,
    /// The layer and the segment in it, for each segment of all layers.
    places: Vec<(usize, usize)>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("entities", &self.entities())
            .field("layers", &self.layers.len())
            .field("bytes", &self.bytes())
            .finish_non_exhaustive()
    }
}

impl Index {
    fn of(fields: Fields, layers: Vec<Layer>) -> Self {
        let segments =
            |(number, layer): (usize, &Layer)| (0..layer.body.segments.len()).map(move |segment| (number, segment));
        Self {
            fields,
            places: layers.iter().enumerate().flat_map(segments).collect(),
            layers,
        }
    }

    /// How many entities can be found.
    #[must_use]
    pub fn entities(&self) -> usize {
        self.layers.iter().map(Layer::live).sum()
    }

    /// How much memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(Layer::bytes).sum()
    }

    /// Of how many layers it consists.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// A segment, and the layer it belongs to.
    fn segment(&self, number: usize) -> (&Layer, &Segment) {
        let (layer, segment) = self.places[number];
        let layer = &self.layers[layer];
        (layer, &layer.body.segments[segment])
    }

    /// The dead documents of a segment, ascending.
    fn dead_documents(&self, number: usize) -> &[u32] {
        let (layer, segment) = self.places[number];
        self.layers[layer].dead_documents(segment)
    }
}

/// A number of documents as a position.
fn at(document: u32) -> usize {
    usize::try_from(document).expect("documents are counted in memory")
}
