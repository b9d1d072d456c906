//! One entity or relationship that differs between two views.

use async_graphql::Object;

use crate::{
    graph::algo::{self, DiffChange},
    schema::{
        context::viewer::Viewer,
        types::{
            claims::relationship::Relationship,
            entities::{entity::Entity, node::Node},
        },
        values::enums::Member,
    },
};

/// An entity or a relationship that differs between two views.
#[derive(Debug, Clone)]
pub(crate) struct DiffEntry {
    change: DiffChange,
    before: Option<Node>,
    after: Option<Node>,
}

impl DiffEntry {
    /// What `from` sees before and `to` sees after.
    pub(crate) fn new(from: &Viewer, to: &Viewer, entry: algo::DiffEntry) -> Self {
        let (change, [before, after]) = match entry {
            algo::DiffEntry::Entity(entity) => {
                let node = |viewer: &Viewer, ix| Node::from(Entity::new(viewer.clone(), ix));
                let nodes = [
                    entity.before.map(|ix| node(from, ix)),
                    entity.after.map(|ix| node(to, ix)),
                ];
                (entity.change(), nodes)
            }
            algo::DiffEntry::Relationship(relationship) => {
                let node = |viewer: &Viewer, ix| Node::from(Relationship::new(viewer.clone(), ix));
                let (before, after) = (relationship.before, relationship.after);
                (
                    relationship.change(),
                    [before.map(|ix| node(from, ix)), after.map(|ix| node(to, ix))],
                )
            }
        };
        Self { change, before, after }
    }
}

/// An entity or a relationship that differs between two views.
#[Object]
impl DiffEntry {
    /// How it differs.
    async fn change(&self) -> Member<DiffChange> {
        Member(self.change)
    }

    /// As the view `from` sees it, with everything selected below; null when it has appeared.
    async fn before(&self) -> Option<&Node> {
        self.before.as_ref()
    }

    /// As the view `to` sees it, with everything selected below; null when it has disappeared.
    async fn after(&self) -> Option<&Node> {
        self.after.as_ref()
    }
}
