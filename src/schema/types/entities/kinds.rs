//! The seven kinds of entities and the short names of what lies around each.

use std::ops::Deref;

use async_graphql::{Context, MergedObject, Object};

use super::{
    control::{Controllers, Subsidiaries},
    entity::{EntityFields, Shared},
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

/// Relationships of these kinds in this direction.
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

/// Declares an entity type: what all entities share, its short names, and what else it has.
macro_rules! entity_type {
    (
        $(#[doc = $doc:literal])* $name:ident, $short_names:ident $(, $more:ty)*:
        $($(#[doc = $field_doc:literal])* $field:ident = $pattern:expr;)*
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, MergedObject)]
        pub(crate) struct $name(Shared<$short_names>, $short_names $(, $more)*);

        impl From<EntityFields> for $name {
            fn from(fields: EntityFields) -> Self {
                Self(fields.clone().into(), $short_names(fields.clone()) $(, <$more>::from(fields.clone()))*)
            }
        }

        // The interfaces call the shared fields on the entity itself.
        impl Deref for $name {
            type Target = Shared<$short_names>;
            fn deref(&self) -> &Shared<$short_names> {
                &self.0
            }
        }

        #[derive(Debug, Clone)]
        pub(crate) struct $short_names(EntityFields);

        impl OfKind for $short_names {
            const KIND: EntityKind = EntityKind::$name;
        }

        #[Object]
        impl $short_names {
            $(
                $(#[doc = $field_doc])*
                #[graphql(directive = ConnectionSize::apply())]
                #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
                async fn $field(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Only over relationships that fit.")] filter: Option<RelationshipFilter>,
                    #[graphql(desc = "What to order by, ties by the relationship's id. Default: by that id.")]
                    order_by: Option<Vec<RelationshipOrder>>,
                    #[graphql(desc = "How many, from the start: 0 to 1000. Default: 20.")] first: Option<i32>,
                    #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
                    #[graphql(desc = "How many, from the end: 0 to 1000. Excludes first.")] last: Option<i32>,
                    #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
                ) -> Option<Result<NeighborConnection, Error>> {
                    let page = PageArgs { first, after, last, before };
                    let args = RelationshipArgs { filter, order_by, page };
                    Some(self.0.outlook(stringify!($name), $pattern).neighbors(ctx, args))
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
    /// Who owns it: OWNS that come in.
    owners = pattern(Incoming, &[Kind::Owns]);
    /// What it owns: OWNS that go out.
    holdings = pattern(Outgoing, &[Kind::Owns]);
    /// With whom it works: PARTNERS_WITH, either way.
    partners = pattern(Both, &[Kind::PartnersWith]);
    /// With whom it competes: COMPETES_WITH, either way.
    competitors = pattern(Both, &[Kind::CompetesWith]);
    /// Who supplies it: SUPPLIES that come in.
    suppliers = pattern(Incoming, &[Kind::Supplies]);
    /// Whom it supplies: SUPPLIES that go out.
    customers = pattern(Outgoing, &[Kind::Supplies]);
    /// The services it runs: OPERATES that lead to services.
    services = towards(EntityKind::Service, Outgoing, &[Kind::Operates]);
    /// The events it runs or takes part in: OPERATES and PARTICIPATES_IN that lead to events.
    events = towards(EntityKind::Event, Outgoing, &[Kind::Operates, Kind::ParticipatesIn]);
    /// Its officers and employees: OFFICER_OF and EMPLOYED_BY that come in.
    officers = pattern(Incoming, &[Kind::OfficerOf, Kind::EmployedBy]);
    /// Its branches: HAS_BRANCH that go out.
    branches = pattern(Outgoing, &[Kind::HasBranch]);
}

entity_type! {
    /// A natural person.
    Person, PersonNeighbors, Subsidiaries<PersonNeighbors>:
    /// What the person owns: OWNS that go out.
    holdings = pattern(Outgoing, &[Kind::Owns]);
    /// The person's offices: OFFICER_OF, EMPLOYED_BY, MEMBER_OF and REPRESENTS that go out.
    positions = pattern(Outgoing, &[Kind::OfficerOf, Kind::EmployedBy, Kind::MemberOf, Kind::Represents]);
}

entity_type! {
    /// A government, an international or another non-commercial body.
    Organization, OrganizationNeighbors, Ownership<OrganizationNeighbors>, Subsidiaries<OrganizationNeighbors>,
    Controllers<OrganizationNeighbors>:
    /// Its members: MEMBER_OF that come in.
    members = pattern(Incoming, &[Kind::MemberOf]);
    /// What it owns: OWNS that go out.
    holdings = pattern(Outgoing, &[Kind::Owns]);
}

entity_type! {
    /// A service that is offered to others.
    Service, ServiceNeighbors:
    /// Who runs it: OPERATES that come in.
    operators = pattern(Incoming, &[Kind::Operates]);
    /// Who accepts it from its customers: ACCEPTS that come in.
    accepted_by = pattern(Incoming, &[Kind::Accepts]);
    /// Who carries out its deliveries: DELIVERS_FOR that come in.
    delivered_by = pattern(Incoming, &[Kind::DeliversFor]);
    /// The places and markets it serves: SERVES that go out.
    markets = pattern(Outgoing, &[Kind::Serves]);
}

entity_type! {
    /// Something that takes place on stated days.
    Event, EventNeighbors, EventDates:
    /// Who runs it: OPERATES that come in.
    operators = pattern(Incoming, &[Kind::Operates]);
    /// Who takes part: PARTICIPATES_IN that come in.
    participants = pattern(Incoming, &[Kind::ParticipatesIn]);
}

entity_type! {
    /// A country, a city or another place.
    Place, PlaceNeighbors:
    /// What has its seat or premises there: BASED_IN and LOCATED_IN that come in.
    entities = pattern(Incoming, &[Kind::BasedIn, Kind::LocatedIn]);
}

entity_type! {
    /// A market or an industry.
    Market, MarketNeighbors:
    /// Who runs it: OPERATES that come in.
    operators = pattern(Incoming, &[Kind::Operates]);
    /// Who takes part: PARTICIPATES_IN that come in.
    participants = pattern(Incoming, &[Kind::ParticipatesIn]);
}

/// When an event takes place.
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

/// Which kind of the model a type stands for.
pub(crate) trait OfKind: Send + Sync {
    /// The kind.
    const KIND: EntityKind;
}
