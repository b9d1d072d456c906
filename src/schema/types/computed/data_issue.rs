//! Something that may be wrong with the data.

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

/// How many entities or relationships an issue shows.
const SHOWN_MAX: usize = 100;

/// Something that may be wrong with the data.
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

/// Something that may be wrong with the data.
#[Object]
impl DataIssue {
    /// What kind of issue it is.
    async fn kind(&self) -> Member<DataIssueKind> {
        Member(self.issue.kind())
    }

    /// How bad it is.
    async fn severity(&self) -> Member<Severity> {
        Member(self.issue.severity())
    }

    /// Who, what, which figures and dates, and what to do about it; ids stand in brackets. Of long lists the first 10 and how
    /// many more there are.
    async fn message(&self) -> String {
        self.issue.message(self.viewer.snapshot())
    }

    /// The entities it is about: those at fault by id, or the ends of the relationship at fault as far as they are disclosed. At
    /// most 100.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    async fn entities(&self) -> Vec<Entity> {
        let entities = self.issue.entities(self.viewer.snapshot()).into_iter();
        let shown = entities.take(SHOWN_MAX);
        shown.map(|ix| Entity::new(self.viewer.clone(), ix)).collect()
    }

    /// The relationships it is about, by id; those of a circle in the order of the circle. Empty when it is about entities alone.
    /// At most 100.
    #[graphql(directive = list_size::apply(Some(10), None, None, None))]
    async fn relationships(&self) -> Vec<Relationship> {
        let relationships = self.issue.relationships().into_iter();
        let shown = relationships.take(SHOWN_MAX);
        shown.map(|ix| Relationship::new(self.viewer.clone(), ix)).collect()
    }

    /// What was checked.
    async fn derived_from(&self) -> Derivation {
        let mut relationships = self.issue.relationships();
        relationships.truncate(SHOWN_MAX);
        Derivation::new(&self.viewer, self.issue.kind().description(), relationships)
    }
}
