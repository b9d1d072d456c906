//! A whole graph as data: what readers of files hand over and the graph is built from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::serialized;
use crate::model::{Entity, Relationship, Source};

/// Sources, entities and relationships that refer to each other by id, with what is said about the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// What it is called.
    pub title: String,
    /// What it holds, in a few sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Under which licence it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// When its records were recorded, where they do not say so themselves.
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
