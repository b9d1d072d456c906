//! The interface over everything that has an id.

use async_graphql::{ID, Interface};

use super::{
    entity::Entity,
    kinds::{Company, Event, Market, Organization, Person, Place, Service},
};
use crate::schema::{
    context::viewer::Viewer,
    types::claims::{evidence::Evidence, relationship::Relationship, source::Source},
};

/// Anything with an id that is unique in the graph: an entity, a relationship, a source or a statement.
#[derive(Debug, Clone, Interface)]
#[expect(clippy::duplicated_attributes, reason = "each field has its type")]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "An id that is unique among all nodes: the `key`, followed by the view it was read through unless that is the default view."
))]
#[graphql(field(
    name = "key",
    ty = "ID",
    desc = "The id of the record, stable and the same in every view."
))]
pub(crate) enum Node {
    Company(Company),
    Person(Person),
    Organization(Organization),
    Service(Service),
    Event(Event),
    Place(Place),
    Market(Market),
    Relationship(Relationship),
    Source(Source),
    Evidence(Evidence),
}

impl From<Entity> for Node {
    fn from(entity: Entity) -> Self {
        match entity {
            Entity::Company(company) => Self::Company(company),
            Entity::Person(person) => Self::Person(person),
            Entity::Organization(organization) => Self::Organization(organization),
            Entity::Service(service) => Self::Service(service),
            Entity::Event(event) => Self::Event(event),
            Entity::Place(place) => Self::Place(place),
            Entity::Market(market) => Self::Market(market),
        }
    }
}

/// The node with this id. A relationship is found whether or not it holds on the day of the view, provided that the view knows it.
pub(in crate::schema) fn load_node(viewer: &Viewer, id: &str) -> Option<Node> {
    let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
    if let Some(ix) = snapshot.entity_by_id(id, &mask) {
        return Some(Entity::new(viewer.clone(), ix).into());
    }
    if let Some(ix) = snapshot.relationship_by_id(id, &mask) {
        return Some(Relationship::new(viewer.clone(), ix).into());
    }
    if let Some(ix) = snapshot.source_by_id(id, &mask) {
        return Some(Source::new(viewer.clone(), ix).into());
    }
    let statement = snapshot.statement_by_id(id, &mask)?;
    Some(Evidence::new(viewer.clone(), statement).into())
}
