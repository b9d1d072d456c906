//! The search index of one snapshot.

use super::layers::{fields::Fields, layer::Layer, segment::Segment};

/// The search index of one snapshot. Each entity is in one of its layers; successive states share layers.
pub struct Index {
    pub(super) fields: Fields,
    /// The large layer first, then those of later changes.
    pub(super) layers: Vec<Layer>,
    /// The indexes of the layer and of the segment in it, for each segment of all layers.
    pub(super) segments: Vec<(usize, usize)>,
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
    pub(super) fn new(fields: Fields, layers: Vec<Layer>) -> Self {
        let segments_of =
            |(number, layer): (usize, &Layer)| (0..layer.body.segments.len()).map(move |segment| (number, segment));
        Self {
            fields,
            segments: layers.iter().enumerate().flat_map(segments_of).collect(),
            layers,
        }
    }

    /// The number of entities.
    #[must_use]
    pub fn entities(&self) -> usize {
        self.layers.iter().map(Layer::live).sum()
    }

    /// The memory it takes in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(Layer::bytes).sum()
    }

    /// The number of layers.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// A segment and its layer.
    pub(super) fn segment(&self, number: usize) -> (&Layer, &Segment) {
        let (layer, segment) = self.segments[number];
        let layer = &self.layers[layer];
        (layer, &layer.body.segments[segment])
    }

    /// The deleted documents of a segment, ascending.
    pub(super) fn deleted_documents(&self, number: usize) -> &[u32] {
        let (layer, segment) = self.segments[number];
        self.layers[layer].deleted_documents(segment)
    }
}
