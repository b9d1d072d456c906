//! Which entities an import describes, and what they are: a relationship may be known before its ends are, and until then they
//! are known by their ids alone.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use crate::{
    import::merge::specificity::{Nature, of_either},
    model::{Entity, EntityKind},
};

/// What entities are, by the hashes of their ids. The key of the hashes is drawn anew each time, so that none is likely to be
/// taken for another, whoever chose them.
#[derive(Debug, Default)]
pub(in crate::import) struct Described {
    natures: HashMap<u64, (Nature, EntityKind)>,
    hasher: RandomState,
}

impl Described {
    /// The import describes an entity. Of two that have one id, whoever says more of what it is counts, in any order.
    pub(in crate::import) fn insert(&mut self, entity: &Entity) {
        let nature = (Nature::of(entity), entity.kind);
        let known = self.natures.entry(self.hasher.hash_one(&entity.id)).or_insert(nature);
        *known = of_either(*known, nature);
    }

    /// What an entity is that the import describes.
    pub(in crate::import) fn kind(&self, id: &str) -> Option<EntityKind> {
        let (_, kind) = self.natures.get(&self.hasher.hash_one(id))?;
        Some(*kind)
    }
}
