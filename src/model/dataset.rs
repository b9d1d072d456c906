//! A whole graph as data: what readers of files hand over and the graph is built from.

use jiff::Timestamp;

use super::{Entity, Relationship, Source};

/// Sources, entities and relationships that refer to each other by id, with what is said about the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// What it is called.
    pub title: String,
    /// What it holds, in a few sentences.
    pub description: Option<String>,
    /// Under which licence it may be used.
    pub licence: Option<String>,
    /// When its records were recorded, where they do not say so themselves.
    pub recorded_at: Timestamp,
    /// The documents and registers.
    pub sources: Vec<Source>,
    /// The entities.
    pub entities: Vec<Entity>,
    /// The relationships, each with its evidence.
    pub relationships: Vec<Relationship>,
}
