//! Predicates on entities, and on the relationships around them.

use async_graphql::{InputObject, MaybeUndefined};

use super::{
    compare::{DateFilter, IntFilter, StringFilter},
    nested::Nested,
    property::PropertyFilter,
    relationship::RelationshipFilter,
    scope::{Perspective, Scope, set},
};
use crate::{
    engine::error::Error,
    graph,
    model::{EntityKind, EntityStatus},
    schema::values::{enums::Member, node_key::NodeKey},
};

/// A predicate on the identifiers of an entity: at least one meets all given conditions, or with `stated: false` none does.
/// `{scheme: "lei", stated: false}` matches entities without an LEI. `{}` always holds.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct IdentifierFilter {
    /// Of this scheme, compared in lower case: `lei`, `iso3166-1`.
    scheme: MaybeUndefined<String>,
    /// With one of these values, at most 10,000. Numbers of company registers compare without leading zeros: `0229269` equals
    /// `00229269`. Values in a fixed format, such as an LEI, compare as written.
    value: MaybeUndefined<Vec<String>>,
    /// Whether there is such an identifier. Default: true if `scheme` or `value` is given.
    stated: MaybeUndefined<bool>,
}

/// A predicate on entities. All given conditions must hold; a list holds alternatives. Filters nest at most 16 deep, and one
/// argument combines at most 1,000 filters.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EntityFilter {
    /// With one of these ids, at most 10,000. An id that does not exist matches nothing.
    id: Option<Vec<NodeKey>>,
    /// Of one of these kinds.
    kind: Option<Vec<Member<EntityKind>>>,
    /// With a matching name, main or other.
    name: Option<StringFilter>,
    /// With a matching country code.
    country: Option<StringFilter>,
    /// With one of these statuses on the day of the view.
    status: Option<Vec<Member<EntityStatus>>>,
    /// With a matching date of foundation.
    founded: Option<DateFilter>,
    /// With matching identifiers.
    identifier: Option<IdentifierFilter>,
    /// With matching relationships, each seen from the entity: `{some: {kinds: [OWNS], neighbor: {kind: PERSON}}}`. The filter of
    /// the neighbor may use `relationships` again.
    relationships: Option<Box<RelationshipsFilter>>,
    /// With a matching value in `properties`.
    property: Option<Box<PropertyFilter>>,
    /// All of these hold. An empty list always holds.
    and: Option<Vec<Nested<EntityFilter>>>,
    /// At least one of these holds. An empty list never holds.
    or: Option<Vec<Nested<EntityFilter>>>,
    /// This does not hold.
    not: Option<Nested<EntityFilter>>,
}

/// A predicate on those relationships of an entity that the view sees, each seen from the entity. They include relationships whose
/// other end is not disclosed, which match no `neighbor` filter. All given conditions must hold.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipsFilter {
    /// At least one relationship matches.
    some: Option<Nested<RelationshipFilter>>,
    /// No relationship matches.
    none: Option<Nested<RelationshipFilter>>,
    /// Every relationship matches; this also holds when there are none.
    all: Option<Nested<RelationshipFilter>>,
    /// A comparison of the number of relationships that match `of`. Several relationships may lead to one neighbor.
    count: Option<IntFilter>,
    /// The relationships that `count` counts. Default: all of them. Requires `count`.
    of: Option<Nested<RelationshipFilter>>,
}

impl IdentifierFilter {
    fn compile(self, scope: Scope<'_>) -> Result<graph::IdentifierFilter, Error> {
        let scheme = scope.operand("scheme", self.scheme)?;
        let values = scope.operands("value", self.value)?;
        let stated = scope.operand("stated", self.stated)?;
        Ok(graph::IdentifierFilter::new(
            scheme.as_deref(),
            values.as_deref(),
            stated,
        ))
    }
}

impl EntityFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::EntityFilter, Error> {
        let scope = scope.nested()?;
        let each = |filter: Nested<Self>| filter.parse_in(scope)?.compile(scope);
        Ok(graph::EntityFilter {
            ids: scope.entities("id", self.id)?,
            kinds: set(self.kind),
            name: self.name.map(|filter| filter.compile(scope)).transpose()?,
            country: self.country.map(|filter| filter.compile(scope)).transpose()?,
            statuses: set(self.status),
            founded: self.founded.map(|filter| filter.compile(scope)).transpose()?,
            identifier: self.identifier.map(|filter| filter.compile(scope)).transpose()?,
            relationships: self
                .relationships
                .map(|filter| filter.compile(scope).map(Box::new))
                .transpose()?,
            property: self
                .property
                .map(|filter| filter.compile(scope).map(Box::new))
                .transpose()?,
            and: scope.each("and", self.and, each)?,
            or: scope.each("or", self.or, each)?,
            not: self.not.map(|filter| each(filter).map(Box::new)).transpose()?,
        }
        .cheap_first())
    }
}

impl RelationshipsFilter {
    fn compile(self, scope: Scope<'_>) -> Result<graph::RelationshipsFilter, Error> {
        let scope = scope.with_perspective(Perspective::Entity);
        let each = |filter: Nested<RelationshipFilter>| filter.parse_in(scope)?.compile(scope);
        let relationship = |filter: Option<Nested<RelationshipFilter>>| filter.map(each).transpose();
        let of = relationship(self.of)?;
        let count = match (self.count, of) {
            (None, None) => None,
            (None, Some(_)) => {
                return Err(scope.refuse(
                    "of selects the relationships that count counts; give count as well, or use some, none or all",
                ));
            }
            (Some(is), of) => Some(graph::CountFilter {
                is: is.compile(scope.counting())?,
                of: of.unwrap_or_default(),
            }),
        };
        Ok(graph::RelationshipsFilter {
            some: relationship(self.some)?,
            none: relationship(self.none)?,
            all: relationship(self.all)?,
            count,
        })
    }
}
