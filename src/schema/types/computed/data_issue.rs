//! A possible error in the data.

use async_graphql::Object;

use crate::{
    engine::cost::directives::list_size,
    graph::algo::{self, DataIssueKind, Severity},
    model::Catalog,
    schema::{
        context::viewer::Viewer,
        types::{
            claims::{derivation::Derivation, relationship::Relationship},
            entities::entity::Entity,
        },
        values::enums::Member,
    },
};

/// The maximum number of entities or relationships to return for an issue.
const RECORDS_MAX: usize = 100;

/// A possible error in the data.
#[derive(Debug, Clone)]
pub(crate) struct DataIssue {
    viewer: Viewer,
    issue: algo::DataIssue,
}

impl DataIssue {
    pub(crate) fn new(viewer: Viewer, issue: algo::DataIssue) -> Self {
        Self { viewer, issue }
    }
}

/// A possible error in the data.
#[Object]
impl DataIssue {
    /// The kind of issue.
    async fn kind(&self) -> Member<DataIssueKind> {
        Member(self.issue.kind())
    }

    /// The severity of the issue.
    async fn severity(&self) -> Member<Severity> {
        Member(self.issue.severity())
    }

    /// A description of the issue for people: the records concerned with their ids in brackets, figures and dates, and how to
    /// resolve it. Long lists are cut after 10 items, followed by the number of further ones.
    async fn message(&self) -> String {
        self.issue.message(self.viewer.snapshot())
    }

    /// The entities concerned: the entities at fault by id, or the disclosed ends of the relationship at fault. At most 100.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    async fn entities(&self) -> Vec<Entity> {
        let entities = self.issue.entities(self.viewer.snapshot()).into_iter();
        let entities = entities.take(RECORDS_MAX);
        entities.map(|ix| Entity::new(self.viewer.clone(), ix)).collect()
    }

    /// The relationships concerned, by id; those of a circle in the order of the circle. Empty when only entities are concerned. At
    /// most 100.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    async fn relationships(&self) -> Vec<Relationship> {
        let relationships = self.issue.relationships().into_iter();
        let relationships = relationships.take(RECORDS_MAX);
        relationships
            .map(|ix| Relationship::new(self.viewer.clone(), ix))
            .collect()
    }

    /// The check that found the issue, and the relationships concerned.
    async fn derived_from(&self) -> Derivation {
        let mut relationships = self.issue.relationships();
        relationships.truncate(RECORDS_MAX);
        Derivation::new(&self.viewer, self.issue.kind().description(), relationships)
    }
}
