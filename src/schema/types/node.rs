//! The interface over everything that has an id.

use async_graphql::{ID, Interface};

use super::{
    entity::Entity,
    evidence::Evidence,
    kinds::{Company, Event, Market, Organization, Person, Place, Service},
    relationship::Relationship,
    source::Source,
};

/// Anything with an id that is unique in the graph: an entity, a relationship, a source, or what one says.
#[derive(Debug, Clone, Interface)]
#[expect(clippy::duplicated_attributes, reason = "each field has its type")]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Names what is seen, unique among all nodes: `key`, and behind it the view, where that is not the default one."
))]
#[graphql(field(
    name = "key",
    ty = "ID",
    desc = "The id of the data, stable and the same through every view."
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
