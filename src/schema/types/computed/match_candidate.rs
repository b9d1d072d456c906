//! Who may be meant: entities with their scores, and what speaks for and against each.

use async_graphql::{Object, SimpleObject};

use crate::{
    engine::cost::directives::list_size,
    model::{self, MatchAgreement, MatchFeatureKind, MatchScore},
    schema::{context::viewer::Viewer, types::entities::entity::Entity, values::enums::Member},
    store::search::matching,
};

/// What was found for one candidate of the question.
#[derive(Debug, Clone)]
pub(crate) struct MatchResult {
    viewer: Viewer,
    candidates: Vec<matching::Candidate>,
}

impl MatchResult {
    pub(crate) fn new(viewer: &Viewer, candidates: Vec<matching::Candidate>) -> Self {
        Self {
            viewer: viewer.clone(),
            candidates,
        }
    }
}

/// What was found for one candidate of the question.
#[Object]
impl MatchResult {
    /// The entities that may be meant, best first, then by id; empty when none reaches the threshold.
    #[graphql(directive = list_size::apply(Some(20), None, None, None))]
    async fn candidates(&self) -> Vec<MatchCandidate> {
        let candidate = |found: &matching::Candidate| MatchCandidate {
            entity: Entity::new(self.viewer.clone(), found.entity),
            score: found.score.clone(),
        };
        self.candidates.iter().map(candidate).collect()
    }
}

/// An entity that may be meant.
pub(crate) struct MatchCandidate {
    entity: Entity,
    score: MatchScore,
}

/// An entity that may be meant.
#[Object]
impl MatchCandidate {
    /// The entity.
    async fn entity(&self) -> &Entity {
        &self.entity
    }

    /// How sure it is, from 0 to 1. From 0.7 on it is more likely meant than not. 1 says that an identifier is the same,
    /// whatever else was found, or that a name is the same and nothing speaks against it.
    async fn score(&self) -> f64 {
        self.score.total
    }

    /// What was compared, in the order in which it counted: the name, the legal form where a name has one, then what was given.
    #[graphql(directive = list_size::apply(Some(4), None, None, None))]
    async fn features(&self) -> Vec<MatchFeature> {
        self.score.features.iter().cloned().map(MatchFeature::from).collect()
    }
}

/// What was compared, whether it agrees, and what that did to the score.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct MatchFeature {
    /// What was compared.
    kind: Member<MatchFeatureKind>,
    /// Whether it agrees.
    agreement: Member<MatchAgreement>,
    /// What was given: the name as written, a family of legal forms, a code, or a scheme with its value. Null when nothing was.
    given: Option<String>,
    /// What the entity has: of its names the one that is most alike. Null when it has none.
    found: Option<String>,
    /// By how much it moved the score that the features before it left. All contributions add up to the score.
    contribution: f64,
}

impl From<model::MatchFeature> for MatchFeature {
    fn from(feature: model::MatchFeature) -> Self {
        Self {
            kind: Member(feature.kind),
            agreement: Member(feature.agreement),
            given: feature.query_value,
            found: feature.entity_value,
            contribution: feature.contribution,
        }
    }
}
