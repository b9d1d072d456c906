//! What an answer was derived from.

use async_graphql::Object;

use super::relationship::Relationship;
use crate::{graph::RelationshipIx, schema::viewer::Viewer};

/// What a computed answer rests on.
#[derive(Debug, Clone)]
pub(crate) struct Derivation {
    viewer: Viewer,
    rule: &'static str,
    relationships: Vec<RelationshipIx>,
}

impl Derivation {
    /// A derivation by `rule` from `relationships`, which stand by id.
    pub(crate) fn new(viewer: Viewer, rule: &'static str, relationships: Vec<RelationshipIx>) -> Self {
        Self {
            viewer,
            rule,
            relationships,
        }
    }
}

/// What a computed answer rests on.
#[Object]
impl Derivation {
    /// How it was computed, in words.
    async fn rule(&self) -> &str {
        self.rule
    }

    /// The relationships it rests on, ordered by id, each with its evidence.
    async fn relationships(&self) -> Vec<Relationship> {
        self.relationships
            .iter()
            .map(|ix| Relationship::new(self.viewer.clone(), *ix))
            .collect()
    }
}
