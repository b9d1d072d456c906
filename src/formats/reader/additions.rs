//! Additions to records that are described elsewhere: before or after, in the same import or in another.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use twox_hash::XxHash3_64;

use crate::model::{Entity, EntityKind, Relationship};

/// An addition to records that are described elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Addition {
    /// To an entity.
    Entity(EntityAddition),
    /// To the relationships that come from one record of a source.
    Relationship(RelationshipAddition),
}

/// An addition to an entity that is described elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntityAddition {
    /// The added values, under its id; its kind is ignored, and its name where that is the id.
    pub entity: Entity,
    /// Distinguishes this from other additions to the entity: the id of the record it comes from.
    pub key: String,
    /// The things that its properties refer to by id: their properties replace the id.
    pub things: Vec<String>,
}

/// An addition to relationships by a record that does not name both ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelationshipAddition {
    /// The record of the source, as [`Relationship::record`] names it.
    pub record: String,
    /// What the ids of its relationships end with.
    pub key: String,
    /// The entities where it starts, as far as they are named.
    pub from: Vec<String>,
    /// The entities where it leads, as far as they are named.
    pub to: Vec<String>,
    /// Everything else.
    pub claim: Relationship,
}

impl EntityAddition {
    /// Adds all values of this entity but its kind to the entity with its id.
    #[must_use]
    pub fn of(entity: Entity) -> Self {
        let said = serde_json::to_string(&entity).unwrap_or_default();
        Self {
            key: format!("{:016x}", XxHash3_64::oneshot(said.as_bytes())),
            entity,
            things: Vec::new(),
        }
    }

    /// Adds these properties of `group` to the entity with this id.
    #[must_use]
    pub fn of_properties(id: &str, group: &str, key: &str, properties: &Map<String, Value>) -> Option<Self> {
        let properties = json!({ group: { key: properties } });
        Some(Self {
            entity: Entity {
                properties: properties.as_object().cloned(),
                ..Entity::new(id, EntityKind::Company, id).ok()?
            },
            key: format!("{group}:{key}"),
            things: Vec::new(),
        })
    }
}
