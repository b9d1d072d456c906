//! Changes: what one commit does to the graph, and what the log tells of it afterwards. Nothing is edited in place: a record
//! gets a next version, or is taken back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::serialized;
use crate::model::{Entity, Relationship, Source, catalog::catalog};

catalog! {
    /// What is recorded on its own; evidence belongs to its relationship.
    pub enum Noun as "a noun" {
        /// A document or register.
        Source = "SOURCE",
        /// Something that can stand in a relationship.
        Entity = "ENTITY",
        /// A claim, with its evidence.
        Relationship = "RELATIONSHIP",
    }
}

catalog! {
    /// What a commit did to one record.
    pub enum Action as "an action" {
        /// It is known for the first time, or again after it was retracted.
        Created = "CREATED",
        /// It has a next version.
        Updated = "UPDATED",
        /// It was taken back.
        Retracted = "RETRACTED",
        /// The entity was merged into another, which is found by its id from now on.
        Merged = "MERGED",
    }
}

/// A record as it is known from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// A document or register.
    Source(Source),
    /// An entity.
    Entity(Entity),
    /// A relationship with all its evidence. Its `recorded_at` and `retracted_at` are those of the commit.
    Relationship(Relationship),
}

impl Record {
    /// What it is.
    #[must_use]
    pub fn noun(&self) -> Noun {
        match self {
            Self::Source(_) => Noun::Source,
            Self::Entity(_) => Noun::Entity,
            Self::Relationship(_) => Noun::Relationship,
        }
    }

    /// Its id, unique among all nouns.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Source(source) => &source.id,
            Self::Entity(entity) => &entity.id,
            Self::Relationship(relationship) => &relationship.id,
        }
    }
}

/// One change of one record. The changes of a commit hold together or not at all, and name each record once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// The record's next version, in place of the one known so far.
    Put(Box<Record>),
    /// The record is taken back. What refers to it must be taken back, or refer to something else, in the same commit.
    Retract {
        /// What it is.
        noun: Noun,
        /// Its id.
        id: String,
    },
    /// The entity is taken back, and whoever asks for it finds another.
    Merge {
        /// The id of the entity that is taken back.
        from: String,
        /// The id of the entity that is found instead.
        into: String,
    },
}

impl Change {
    /// What it changes.
    #[must_use]
    pub fn noun(&self) -> Noun {
        match self {
            Self::Put(record) => record.noun(),
            Self::Retract { noun, .. } => *noun,
            Self::Merge { .. } => Noun::Entity,
        }
    }

    /// The id of the record it changes.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Put(record) => record.id(),
            Self::Retract { id, .. } => id,
            Self::Merge { from, .. } => from,
        }
    }
}

/// A change as it was carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What was asked for.
    pub change: Change,
    /// What that did.
    pub action: Action,
    /// The number of the version that it made or took back: 1 for a record's first.
    pub version: u32,
    /// The ids of the entities it is about: the entity itself, or the ends of the relationship before and after, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<String>,
}

/// Tells one attempt at a change from another, so that a retry changes nothing twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The key that the caller chose.
    pub key: String,
    /// A digest of what was asked for under this key.
    pub digest: u64,
}

/// One commit, as the log tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its place in the log: 1 for the first, without gaps.
    pub position: u64,
    /// When it was recorded; later than every entry before.
    #[serde(with = "serialized::moment")]
    pub recorded_at: Timestamp,
    /// Why, in the words of who changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The name of the token that allowed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Under which key it may be repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// What it did, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// The last moment before another: what was known then is what a commit at that other moment changed.
#[must_use]
pub fn just_before(moment: Timestamp) -> Timestamp {
    Timestamp::from_nanosecond(moment.as_nanosecond() - 1).unwrap_or(Timestamp::MIN)
}
