//! The derivation of a computed answer.

use std::borrow::Cow;

use async_graphql::Object;

use super::relationship::Relationship;
use crate::{engine::cost::directives::list_size, graph::RelationshipIx, schema::context::viewer::Viewer};

/// The derivation of a computed answer: the rule, and the relationships it was applied to.
#[derive(Debug, Clone)]
pub(crate) struct Derivation {
    viewer: Viewer,
    rule: Cow<'static, str>,
    relationships: Vec<RelationshipIx>,
}

impl Derivation {
    /// The derivation by `rule` from these relationships.
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

/// The derivation of a computed answer: the rule, and the relationships it was applied to.
#[Object]
impl Derivation {
    /// The rule of the computation, in English.
    async fn rule(&self) -> &str {
        &self.rule
    }

    /// The relationships that the answer is derived from, ordered by id, each with its evidence.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    async fn relationships(&self) -> Vec<Relationship> {
        self.relationships
            .iter()
            .map(|ix| Relationship::new(self.viewer.clone(), *ix))
            .collect()
    }
}
