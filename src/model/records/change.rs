//! Changes: the steps of a commit, and its entry in the log. Nothing is edited in place: a record gets a new version or is
//! retracted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::serialized;
use crate::model::{Entity, Relationship, Source, catalog::catalog};

catalog! {
    /// The kind of a record; evidence belongs to its relationship.
    pub enum Noun as "a noun" {
        /// A document or register.
        Source = "SOURCE",
        /// A possible end of a relationship.
        Entity = "ENTITY",
        /// A claim, with its evidence.
        Relationship = "RELATIONSHIP",
    }
}

catalog! {
    /// The effect of a commit on one record.
    pub enum Action as "an action" {
        /// It was recorded for the first time, or again after it was retracted.
        Created = "CREATED",
        /// It got a new version.
        Updated = "UPDATED",
        /// It was retracted.
        Retracted = "RETRACTED",
        /// The entity was merged into another; its id finds the other from now on.
        Merged = "MERGED",
    }
}

/// A record in its new version.
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
    /// Its kind.
    #[must_use]
    pub fn noun(&self) -> Noun {
        match self {
            Self::Source(_) => Noun::Source,
            Self::Entity(_) => Noun::Entity,
            Self::Relationship(_) => Noun::Relationship,
        }
    }

    /// Its id, unique among all records.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Source(source) => &source.id,
            Self::Entity(entity) => &entity.id,
            Self::Relationship(relationship) => &relationship.id,
        }
    }
}

/// One change of one record. The changes of a commit take effect together or not at all, and change each record once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// The record's new version, replacing the current one.
    Put(Box<Record>),
    /// The record is retracted. Records that refer to it must be retracted, or refer to another, in the same commit.
    Retract {
        /// Its kind.
        noun: Noun,
        /// Its id.
        id: String,
    },
    /// The entity is retracted, and its id finds another.
    Merge {
        /// The id of the retracted entity.
        from: String,
        /// The id of the entity that replaces it.
        into: String,
    },
}

impl Change {
    /// The kind of the record it changes.
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
pub struct AppliedChange {
    /// The requested change.
    pub change: Change,
    /// Its effect.
    pub action: Action,
    /// The number of the version that it created or retracted: 1 for a record's first.
    pub version: u32,
    /// The ids of the affected entities: the entity itself, or the ends of the relationship before and after, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<String>,
}

/// Identifies an attempt at a change, so that a retry has no effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The caller's key.
    pub key: String,
    /// A digest of the request with this key.
    pub digest: u64,
}

/// One commit in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its position in the log: 1 for the first, without gaps.
    pub position: u64,
    /// When it was recorded; later than every previous entry.
    #[serde(with = "serialized::moment")]
    pub recorded_at: Timestamp,
    /// The author's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The name of the token that authorized it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The key under which it may be retried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Its changes, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<AppliedChange>,
}

/// The last moment before another: the knowledge that a commit at the other moment changed.
#[must_use]
pub fn just_before(moment: Timestamp) -> Timestamp {
    Timestamp::from_nanosecond(moment.as_nanosecond() - 1).unwrap_or(Timestamp::MIN)
}
