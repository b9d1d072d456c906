//! What a computed answer was derived from.

use std::borrow::Cow;

use async_graphql::Object;

use super::relationship::Relationship;
use crate::{engine::cost::directives::list_size, graph::RelationshipIx, schema::context::viewer::Viewer};

/// What a computed answer rests on.
#[derive(Debug, Clone)]
pub(crate) struct Derivation {
    viewer: Viewer,
    rule: Cow<'static, str>,
    relationships: Vec<RelationshipIx>,
}

impl Derivation {
    /// An answer that `rule` made of these relationships.
    pub(crate) fn new(
        viewer: &Viewer,
        rule: impl Into<Cow<'static, str>>,
        mut relationships: Vec<RelationshipIx>,
    ) -> Self {
        relationships.sort_unstable();
        relationships.dedup();
        Self {
            viewer: viewer.clone(),
            rule: rule.into(),
            relationships,
        }
    }
}

/// What a computed answer rests on.
#[Object]
impl Derivation {
    /// How it was computed, in words.
    async fn rule(&self) -> &str {
        &self.rule
    }

    /// The relationships it rests on, ordered by id, each with its evidence.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    async fn relationships(&self) -> Vec<Relationship> {
        self.relationships
            .iter()
            .map(|ix| Relationship::new(self.viewer.clone(), *ix))
            .collect()
    }
}
