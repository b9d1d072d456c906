//! Predicates on entities, and on the relationships around them.

use async_graphql::{InputObject, MaybeUndefined};

use super::{
    compare::{DateFilter, IntFilter, StringFilter},
    nested::Nested,
    property::PropertyFilter,
    relationship::RelationshipFilter,
    scope::{Scope, Standpoint, set},
};
use crate::{
    engine::error::Error,
    graph,
    model::{EntityKind, EntityStatus},
    schema::values::{enums::Member, node_key::NodeKey},
};

/// A predicate on identifiers: one of them fits everything given, or with `stated: false` none does: `{scheme: "lei", stated:
/// false}` are those without an LEI. `{}` always holds.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct IdentifierFilter {
    /// Of this scheme, compared in lower case: `lei`, `iso3166-1`.
    scheme: MaybeUndefined<String>,
    /// With one of these values, at most 10,000. Numbers of company registers compare without leading zeros: `0229269` is
    /// `00229269`. Values of a fixed form, such as an LEI, compare as written.
    value: MaybeUndefined<Vec<String>>,
    /// Whether there is such an identifier. Default: true, where a scheme or values are given.
    stated: MaybeUndefined<bool>,
}

/// A predicate on entities. Everything given must hold; lists name alternatives. Filters nest at most
/// 16 deep and combine at most 1,000 filters.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EntityFilter {
    /// With one of these ids, at most 10,000. An id that does not exist fits nothing.
    id: Option<Vec<NodeKey>>,
    /// Of one of these kinds.
    kind: Option<Vec<Member<EntityKind>>>,
    /// With a name (main or other) that fits.
    name: Option<StringFilter>,
    /// With a country code that fits.
    country: Option<StringFilter>,
    /// With one of these statuses on the day of the view.
    status: Option<Vec<Member<EntityStatus>>>,
    /// Founded then.
    founded: Option<DateFilter>,
    /// With an identifier that fits.
    identifier: Option<IdentifierFilter>,
    /// With relationships that fit, each seen from the entity: `{some: {kinds: [OWNS], neighbor: {kind: PERSON}}}`. The
    /// neighbor's filter may use `relationships` again.
    relationships: Option<Box<RelationshipsFilter>>,
    /// With a property that fits, in what its sources carry beyond the fields.
    property: Option<Box<PropertyFilter>>,
    /// All of these hold. An empty list holds.
    and: Option<Vec<Nested<EntityFilter>>>,
    /// At least one of these holds. An empty list does not.
    or: Option<Vec<Nested<EntityFilter>>>,
    /// This does not hold.
    not: Option<Nested<EntityFilter>>,
}

/// A predicate on the relationships of an entity that the view sees, each seen from the entity, those whose other end is not
/// disclosed among them (no `neighbor` predicate fits these). Everything given must hold.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipsFilter {
    /// At least one relationship fits.
    some: Option<Nested<RelationshipFilter>>,
    /// No relationship fits.
    none: Option<Nested<RelationshipFilter>>,
    /// Every relationship fits; so this holds where there are none.
    all: Option<Nested<RelationshipFilter>>,
    /// The number of relationships that fit `of` compares so. Several relationships may lead to one neighbor.
    count: Option<IntFilter>,
    /// Which relationships `count` counts. Default: all of them. Goes with `count`.
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
        let scope = scope.deeper()?;
        let each = |filter: Nested<Self>| filter.read(scope)?.compile(scope);
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
        let scope = scope.seen(Standpoint::Entity);
        let each = |filter: Nested<RelationshipFilter>| filter.read(scope)?.compile(scope);
        let relationship = |filter: Option<Nested<RelationshipFilter>>| filter.map(each).transpose();
        let of = relationship(self.of)?;
        let count = match (self.count, of) {
            (None, None) => None,
            (None, Some(_)) => {
                return Err(scope
                    .refuse("of says which relationships count counts; give count as well, or use some, none or all"));
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
