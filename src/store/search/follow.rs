//! The index of the next state: rows of what changed stand no longer, and a small layer holds it as it is now. Small layers are
//! made into larger ones in time, so that there are never many.

use super::{Error, Index, build::layer, layer::Layer};
use crate::{
    graph::{EntityIx, Snapshot},
    model::{Timestamp, View},
};

/// So many entities are made into a layer within the time of a search.
pub(in crate::store) const AT_ONCE: usize = 512;
/// How many layers a search reads before they are made fewer.
const LAYERS_MAX: usize = 8;
/// Below so many, changes never lead to a new large layer.
const FEW: usize = 10_000;
/// When one in so many entities of the large layer has changed, it is made anew.
const SHARE: usize = 8;

impl Index {
    /// The index of `graph`, in which `changed`, ascending, is all that differs from the snapshot that this one is for.
    ///
    /// # Errors
    /// [`Error`] when the memory for it cannot be had.
    pub fn followed_by(&self, graph: &Snapshot, changed: &[EntityIx]) -> Result<Self, Error> {
        let mut layers = self.layers.clone();
        layers.iter_mut().for_each(|layer| layer.bury(changed));
        let everything = graph.mask(&View::now(Timestamp::MAX));
        let stands = |entity: &EntityIx| graph.has_entity(*entity) && graph.knows(*entity, &everything);
        let mut fresh: Vec<EntityIx> = changed.iter().copied().filter(stands).collect();
        while let Some(last) = layers.last() {
            let all = fresh.len() + last.live();
            if last.live() > 0 && (last.live() > 2 * fresh.len() || all > AT_ONCE) {
                break;
            }
            fresh.extend(last.standing());
            layers.pop();
        }
        if !fresh.is_empty() {
            fresh.sort_unstable();
            layers.push(layer(graph, fresh)?);
        }
        Ok(Self::of(self.fields, layers))
    }

    /// From which layer on they should be one; none as long as there are few.
    #[must_use]
    pub fn untidy_from(&self) -> Option<usize> {
        let (large, small) = self.layers.split_first()?;
        let changed = large.dead().max(small.iter().map(Layer::live).sum());
        if changed > FEW.max(large.entities.len() / SHARE) {
            return Some(0);
        }
        if self.layers.len() <= LAYERS_MAX {
            return None;
        }
        let mut behind = 0;
        let mut from = self.layers.len() - 1;
        for (number, layer) in self.layers.iter().enumerate().skip(1).rev() {
            if layer.live() <= 2 * behind {
                from = number;
            }
            behind += layer.live();
        }
        // Many, each of them much smaller than the one before: there cannot be so many entities.
        Some(from.min(self.layers.len() - 2).max(1))
    }

    /// The same with one layer instead of those from this one on. `graph` is the snapshot that this index is for.
    ///
    /// # Errors
    /// [`Error`] when the memory for it cannot be had.
    pub fn merged_from(&self, from: usize, graph: &Snapshot) -> Result<Self, Error> {
        let (kept, merged) = self.layers.split_at(from.min(self.layers.len()));
        let mut entities: Vec<EntityIx> = merged.iter().flat_map(Layer::standing).collect();
        entities.sort_unstable();
        let layers = kept.iter().cloned().chain([layer(graph, entities)?]);
        Ok(Self::of(self.fields, layers.collect()))
    }

    /// The index for `to`, a snapshot with another base, of what `from` holds, which this one is for. What changed between
    /// them is not looked at.
    #[must_use]
    pub fn moved(&self, from: &Snapshot, to: &Snapshot) -> Self {
        let known = |entity: &EntityIx| Some(*entity).filter(|entity| from.has_entity(*entity));
        let moved = |layer: &Layer| {
            let ids = layer
                .entities
                .iter()
                .map(|entity| known(entity).map_or("", |entity| from.entity(entity).id()));
            layer.renumbered(to.entities_with_ids(ids))
        };
        Self::of(self.fields, self.layers.iter().map(moved).collect())
    }
}
