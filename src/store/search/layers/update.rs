//! Updating the index for the next state: rows of changed entities are marked as deleted, and a small layer contains their current
//! form. Small layers are merged into larger ones, so that there are never many.

use super::{build::layer, layer::Layer};
use crate::{
    graph::{EntityIx, Snapshot},
    model::{Timestamp, View},
    store::search::{Error, Index},
};

/// The number of changed entities that can be indexed during a search.
pub(in crate::store) const IMMEDIATE_MAX: usize = 512;
/// The number of layers above which they are merged.
const LAYERS_MAX: usize = 8;
/// The minimum number of changed entities that lead to a new large layer.
const CHANGED_MIN: usize = 10_000;
/// The large layer is rebuilt when one in this many of its entities has changed.
const SHARE: usize = 8;

impl Index {
    /// The index of `graph`, which differs from this index's snapshot only in the entities `changed`, in ascending order.
    ///
    /// # Errors
    /// [`Error`] when memory cannot be allocated.
    pub fn updated(&self, graph: &Snapshot, changed: &[EntityIx]) -> Result<Self, Error> {
        let mut layers = self.layers.clone();
        layers.iter_mut().for_each(|layer| layer.mark_deleted(changed));
        let everything = graph.mask(&View::now(Timestamp::MAX));
        let exists = |entity: &EntityIx| graph.has_entity(*entity) && graph.knows(*entity, &everything);
        let mut fresh: Vec<EntityIx> = changed.iter().copied().filter(exists).collect();
        while let Some(last) = layers.last() {
            let all = fresh.len() + last.live();
            if last.live() > 0 && (last.live() > 2 * fresh.len() || all > IMMEDIATE_MAX) {
                break;
            }
            fresh.extend(last.live_entities());
            layers.pop();
        }
        if !fresh.is_empty() {
            fresh.sort_unstable();
            layers.push(layer(graph, fresh)?);
        }
        Ok(Self::new(self.fields, layers))
    }

    /// The first layer of those that should be merged; `None` while there are few.
    #[must_use]
    pub fn merge_start(&self) -> Option<usize> {
        let (large, small) = self.layers.split_first()?;
        let changed = large.deleted().max(small.iter().map(Layer::live).sum());
        if changed > CHANGED_MIN.max(large.entities.len() / SHARE) {
            return Some(0);
        }
        if self.layers.len() <= LAYERS_MAX {
            return None;
        }
        let mut smaller = 0;
        let mut from = self.layers.len() - 1;
        for (number, layer) in self.layers.iter().enumerate().skip(1).rev() {
            if layer.live() <= 2 * smaller {
                from = number;
            }
            smaller += layer.live();
        }
        // There are too many layers although each is much smaller than the one before, which needs more entities than a graph holds.
        Some(from.min(self.layers.len() - 2).max(1))
    }

    /// The index with one layer instead of those from `from` on. `graph` is its snapshot.
    ///
    /// # Errors
    /// [`Error`] when memory cannot be allocated.
    pub fn merged_from(&self, from: usize, graph: &Snapshot) -> Result<Self, Error> {
        let (unchanged, merged) = self.layers.split_at(from.min(self.layers.len()));
        let mut entities: Vec<EntityIx> = merged.iter().flat_map(Layer::live_entities).collect();
        entities.sort_unstable();
        let layers = unchanged.iter().cloned().chain([layer(graph, entities)?]);
        Ok(Self::new(self.fields, layers.collect()))
    }

    /// This index, whose snapshot is `from`, converted to `to`, a snapshot with another base. Changes between them are not applied.
    #[must_use]
    pub fn converted(&self, from: &Snapshot, to: &Snapshot) -> Self {
        let existing = |entity: &EntityIx| Some(*entity).filter(|entity| from.has_entity(*entity));
        let convert = |layer: &Layer| {
            let ids = layer
                .entities
                .iter()
                .map(|entity| existing(entity).map_or("", |entity| from.entity(entity).id()));
            layer.renumbered(to.entities_with_ids(ids))
        };
        Self::new(self.fields, self.layers.iter().map(convert).collect())
    }
}
