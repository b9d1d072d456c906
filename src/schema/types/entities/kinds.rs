//! The seven kinds of entities, and the named fields for the neighbors of each.

use std::ops::Deref;

use async_graphql::{Context, MergedObject, Object};

use super::{
    control::{Controllers, Subsidiaries},
    entity::{CommonFields, EntityFields},
};
use crate::{
    engine::{cost::directives::ConnectionSize, error::Error},
    graph::{Direction, Pattern},
    model::{EntityKind, RelationshipKind, Set},
    schema::{
        inputs::filters::{RelationshipFilter, RelationshipOrder},
        types::{
            computed::ultimate_owners::Ownership,
            connections::relationship_connection::{NeighborConnection, RelationshipArgs},
        },
        values::{page::PageArgs, scalars::PartialDate},
    },
};

/// The pattern of relationships of these kinds in this direction.
fn pattern(direction: Direction, kinds: &[RelationshipKind]) -> Pattern {
    Pattern {
        kinds: Set::of(kinds),
        direction,
        ..Pattern::any()
    }
}

/// The same, with neighbors of one kind only.
fn towards(neighbor: EntityKind, direction: Direction, kinds: &[RelationshipKind]) -> Pattern {
    Pattern {
        neighbor_kinds: Set::of(&[neighbor]),
        ..pattern(direction, kinds)
    }
}

/// Declares an entity type: the common fields, its fields for neighbors, and further groups of fields.
macro_rules! entity_type {
    (
        $(#[doc = $doc:literal])* $name:ident, $neighbors:ident $(, $more:ty)*:
        $($(#[doc = $field_doc:literal])* $field:ident = $pattern:expr;)*
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, MergedObject)]
        pub(crate) struct $name(CommonFields<$neighbors>, $neighbors $(, $more)*);

        impl From<EntityFields> for $name {
            fn from(fields: EntityFields) -> Self {
                Self(fields.clone().into(), $neighbors(fields.clone()) $(, <$more>::from(fields.clone()))*)
            }
        }

        // The interfaces call the common fields on the entity itself.
        impl Deref for $name {
            type Target = CommonFields<$neighbors>;
            fn deref(&self) -> &CommonFields<$neighbors> {
                &self.0
            }
        }

        #[derive(Debug, Clone)]
        pub(crate) struct $neighbors(EntityFields);

        impl HasEntityKind for $neighbors {
            const KIND: EntityKind = EntityKind::$name;
        }

        #[Object]
        impl $neighbors {
            $(
                $(#[doc = $field_doc])*
                #[graphql(directive = ConnectionSize::apply())]
                #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
                async fn $field(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Only neighbors over relationships that match.")] filter: Option<RelationshipFilter>,
                    #[graphql(desc = "The sort order; ties are broken by the relationship's id. Default: by that id.")]
                    order_by: Option<Vec<RelationshipOrder>>,
                    #[graphql(desc = "How many elements to return from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
                    #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
                    #[graphql(desc = "How many elements to return from the end: 0 to 1000. Cannot be combined with `first`.")] last: Option<i32>,
                    #[graphql(desc = "Only the elements before this cursor.")] before: Option<String>,
                ) -> Option<Result<NeighborConnection, Error>> {
                    let page = PageArgs { first, after, last, before };
                    let args = RelationshipArgs { filter, order_by, page };
                    Some(self.0.listing(stringify!($name), $pattern).neighbors(ctx, args))
                }
            )*
        }
    };
}

use Direction::{Both, Incoming, Outgoing};
use RelationshipKind as Kind;

entity_type! {
    /// A company, or any other legal entity that is not an organization.
    Company, CompanyNeighbors, Ownership<CompanyNeighbors>, Subsidiaries<CompanyNeighbors>, Controllers<CompanyNeighbors>:
    /// Its owners: incoming OWNS.
    owners = pattern(Incoming, &[Kind::Owns]);
    /// The entities that it owns: outgoing OWNS.
    holdings = pattern(Outgoing, &[Kind::Owns]);
    /// Its partners: PARTNERS_WITH in either direction.
    partners = pattern(Both, &[Kind::PartnersWith]);
    /// Its competitors: COMPETES_WITH in either direction.
    competitors = pattern(Both, &[Kind::CompetesWith]);
    /// Its suppliers: incoming SUPPLIES.
    suppliers = pattern(Incoming, &[Kind::Supplies]);
    /// Its customers: outgoing SUPPLIES.
    customers = pattern(Outgoing, &[Kind::Supplies]);
    /// The services that it operates: outgoing OPERATES to services.
    services = towards(EntityKind::Service, Outgoing, &[Kind::Operates]);
    /// The events that it operates or participates in: outgoing OPERATES and PARTICIPATES_IN to events.
    events = towards(EntityKind::Event, Outgoing, &[Kind::Operates, Kind::ParticipatesIn]);
    /// Its officers and employees: incoming OFFICER_OF and EMPLOYED_BY.
    officers = pattern(Incoming, &[Kind::OfficerOf, Kind::EmployedBy]);
    /// Its branches: outgoing HAS_BRANCH.
    branches = pattern(Outgoing, &[Kind::HasBranch]);
}

entity_type! {
    /// A natural person.
    Person, PersonNeighbors, Subsidiaries<PersonNeighbors>:
    /// The entities that the person owns: outgoing OWNS.
    holdings = pattern(Outgoing, &[Kind::Owns]);
    /// The organizations in which the person has a position: outgoing OFFICER_OF, EMPLOYED_BY, MEMBER_OF and REPRESENTS.
    positions = pattern(Outgoing, &[Kind::OfficerOf, Kind::EmployedBy, Kind::MemberOf, Kind::Represents]);
}

entity_type! {
    /// A government, an international organization or another non-commercial body.
    Organization, OrganizationNeighbors, Ownership<OrganizationNeighbors>, Subsidiaries<OrganizationNeighbors>,
    Controllers<OrganizationNeighbors>:
    /// Its members: incoming MEMBER_OF.
    members = pattern(Incoming, &[Kind::MemberOf]);
    /// The entities that it owns: outgoing OWNS.
    holdings = pattern(Outgoing, &[Kind::Owns]);
}

entity_type! {
    /// A service offered to others.
    Service, ServiceNeighbors:
    /// Its operators: incoming OPERATES.
    operators = pattern(Incoming, &[Kind::Operates]);
    /// The entities that accept it from their customers: incoming ACCEPTS.
    accepted_by = pattern(Incoming, &[Kind::Accepts]);
    /// The entities that carry out its deliveries: incoming DELIVERS_FOR.
    delivered_by = pattern(Incoming, &[Kind::DeliversFor]);
    /// The places and markets that it serves: outgoing SERVES.
    markets = pattern(Outgoing, &[Kind::Serves]);
}

entity_type! {
    /// An event that takes place on given days.
    Event, EventNeighbors, EventDates:
    /// Its operators: incoming OPERATES.
    operators = pattern(Incoming, &[Kind::Operates]);
    /// Its participants: incoming PARTICIPATES_IN.
    participants = pattern(Incoming, &[Kind::ParticipatesIn]);
}

entity_type! {
    /// A country, a city or another place.
    Place, PlaceNeighbors:
    /// The entities with a seat or premises there: incoming BASED_IN and LOCATED_IN.
    entities = pattern(Incoming, &[Kind::BasedIn, Kind::LocatedIn]);
}

entity_type! {
    /// A market or an industry.
    Market, MarketNeighbors:
    /// Its operators: incoming OPERATES.
    operators = pattern(Incoming, &[Kind::Operates]);
    /// Its participants: incoming PARTICIPATES_IN.
    participants = pattern(Incoming, &[Kind::ParticipatesIn]);
}

/// The dates of an event.
#[derive(Debug, Clone)]
pub(crate) struct EventDates(EntityFields);

impl From<EntityFields> for EventDates {
    fn from(fields: EntityFields) -> Self {
        Self(fields)
    }
}

#[Object]
impl EventDates {
    /// The first day; null when not stated.
    async fn starts_on(&self) -> Option<PartialDate> {
        self.0.read().starts_on().map(PartialDate)
    }

    /// The last day, inclusive; null when not stated.
    async fn ends_on(&self) -> Option<PartialDate> {
        self.0.read().ends_on().map(PartialDate)
    }
}

/// The kind of entity that a GraphQL type represents.
pub(crate) trait HasEntityKind: Send + Sync {
    /// The kind.
    const KIND: EntityKind;
}
