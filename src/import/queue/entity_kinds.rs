//! The kinds of the entities that an import describes: a relationship may be dated before its ends, and until then they
//! are placeholders with a kind.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use crate::{
    import::merge::specificity::{EntityClass, more_specific_class},
    model::{Entity, EntityKind},
};

/// The classes and kinds of entities, by the hashes of their ids. The hash key is random for each import, so that collisions are
/// unlikely even for hostile ids.
#[derive(Debug, Default)]
pub(in crate::import) struct EntityKinds {
    classes: HashMap<u64, (EntityClass, EntityKind)>,
    hasher: RandomState,
}

impl EntityKinds {
    /// Adds an entity that the import describes. Of two with one id the more specific class counts, in any order.
    pub(in crate::import) fn insert(&mut self, entity: &Entity) {
        let class = (EntityClass::of(entity), entity.kind);
        let known = self.classes.entry(self.hasher.hash_one(&entity.id)).or_insert(class);
        *known = more_specific_class(*known, class);
    }

    /// The kind of an entity, if the import describes it.
    pub(in crate::import) fn kind(&self, id: &str) -> Option<EntityKind> {
        let (_, kind) = self.classes.get(&self.hasher.hash_one(id))?;
        Some(*kind)
    }
}
