//! The result of matching a candidate: entities with their scores, and the features for and against each.

use async_graphql::{Object, SimpleObject};

use crate::{
    engine::cost::directives::list_size,
    model::{self, MatchAgreement, MatchFeatureKind, MatchScore},
    schema::{context::viewer::Viewer, types::entities::entity::Entity, values::enums::Member},
    store::search::matching,
};

/// The matches of one candidate.
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

/// The matches of one candidate.
#[Object]
impl MatchResult {
    /// The entities that the candidate may refer to, best first, then by id; empty when none reaches the threshold.
    #[graphql(directive = list_size::apply(Some(20), None, None, None))]
    async fn candidates(&self) -> Vec<MatchCandidate> {
        let candidate = |candidate: &matching::Candidate| MatchCandidate {
            entity: Entity::new(self.viewer.clone(), candidate.entity),
            score: candidate.score.clone(),
        };
        self.candidates.iter().map(candidate).collect()
    }
}

/// An entity that a candidate may refer to.
pub(crate) struct MatchCandidate {
    entity: Entity,
    score: MatchScore,
}

/// An entity that a candidate may refer to.
#[Object]
impl MatchCandidate {
    /// The entity.
    async fn entity(&self) -> &Entity {
        &self.entity
    }

    /// The score, from 0 to 1. From 0.7 on the match is more likely right than wrong. 1 means that an identifier is equal, whatever
    /// the other features, or that a name is equal and no other feature disagrees.
    async fn score(&self) -> f64 {
        self.score.total
    }

    /// The features compared, in the order in which they were applied: the name, the legal form if a name has one, then the other
    /// values of the candidate.
    #[graphql(directive = list_size::apply(Some(4), None, None, None))]
    async fn features(&self) -> Vec<MatchFeature> {
        self.score.features.iter().cloned().map(MatchFeature::from).collect()
    }
}

/// A feature that was compared, whether it agrees, and its effect on the score.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct MatchFeature {
    /// The feature.
    kind: Member<MatchFeatureKind>,
    /// Whether it agrees.
    agreement: Member<MatchAgreement>,
    /// The value of the candidate: the name as written, a family of legal forms, a code, or a scheme with its value. Null when the
    /// candidate has none.
    given: Option<String>,
    /// The value of the entity; of its names, the most similar one. Null when the entity has none.
    found: Option<String>,
    /// The change of the score by this feature, after the preceding ones. All contributions add up to the score.
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
