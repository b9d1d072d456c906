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
    /// The entry of the diff with the state that `from` sees as before and the one that `to` sees as after.
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

    /// The record as the view `from` sees it, with all fields selected below; null when it appeared.
    async fn before(&self) -> Option<&Node> {
        self.before.as_ref()
    }

    /// The record as the view `to` sees it, with all fields selected below; null when it disappeared.
    async fn after(&self) -> Option<&Node> {
        self.after.as_ref()
    }
}
