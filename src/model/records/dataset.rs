//! A complete graph as data: the output of file readers, from which the graph is built.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::serialized;
use crate::model::{Entity, Relationship, Source};

/// Sources, entities and relationships that refer to each other by id, with a title and a description.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// Its title.
    pub title: String,
    /// Its content, in a few sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// When records without a time of their own were recorded.
    #[serde(with = "serialized::moment")]
    pub recorded_at: Timestamp,
    /// The documents and registers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// The entities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// The relationships, each with its evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relationships: Vec<Relationship>,
}
