//! What can be searched in one snapshot.

use super::{fields::Fields, layer::Layer, segment::Segment};

/// What can be searched in one snapshot: the entities in layers, each in one of them. States that follow each other share layers.
pub struct Index {
    pub(super) fields: Fields,
    /// The large first, then those of what changed since.
    pub(super) layers: Vec<Layer>,
    /// The layer and the segment in it, for each segment of all layers.
    pub(super) places: Vec<(usize, usize)>,
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
    pub(super) fn of(fields: Fields, layers: Vec<Layer>) -> Self {
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
    pub(super) fn segment(&self, number: usize) -> (&Layer, &Segment) {
        let (layer, segment) = self.places[number];
        let layer = &self.layers[layer];
        (layer, &layer.body.segments[segment])
    }

    /// The dead documents of a segment, ascending.
    pub(super) fn dead_documents(&self, number: usize) -> &[u32] {
        let (layer, segment) = self.places[number];
        self.layers[layer].dead_documents(segment)
    }
}
