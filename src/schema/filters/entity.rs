//! Predicates on entities, and on the relationships around them.

use async_graphql::{ID, InputObject};

use super::{DateFilter, IntFilter, RelationshipFilter, Scope, Standpoint, StringFilter, set};
use crate::{
    graph,
    model::{EntityKind, EntityStatus},
    schema::{enums::Member, error::Error},
};

/// One identifier that fits everything given.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct IdentifierFilter {
    /// Of this scheme, compared in lower case: `lei`, `iso3166-1`.
    scheme: Option<String>,
    /// With one of these values, at most 10,000.
    value: Option<Vec<String>>,
}

/// A predicate on entities. Everything given must hold; lists name alternatives. Filters nest at most
/// 16 deep and combine at most 1,000 filters.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EntityFilter {
    /// With one of these ids, at most 10,000. An id that does not exist fits nothing.
    id: Option<Vec<ID>>,
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
    /// All of these hold. An empty list holds.
    and: Option<Vec<EntityFilter>>,
    /// At least one of these holds. An empty list does not.
    or: Option<Vec<EntityFilter>>,
    /// This does not hold.
    not: Option<Box<EntityFilter>>,
}

/// A predicate on the relationships of an entity that the view sees, each seen from the entity, those whose other end is not
/// disclosed among them (no `neighbor` predicate fits these). Everything given must hold.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipsFilter {
    /// At least one relationship fits.
    some: Option<RelationshipFilter>,
    /// No relationship fits.
    none: Option<RelationshipFilter>,
    /// Every relationship fits; so this holds where there are none.
    all: Option<RelationshipFilter>,
    /// The number of relationships that fit `of` compares so. Several relationships may lead to one neighbor.
    count: Option<IntFilter>,
    /// Which relationships `count` counts. Default: all of them. Goes with `count`.
    of: Option<RelationshipFilter>,
}

impl IdentifierFilter {
    fn compile(self, scope: Scope<'_>) -> Result<graph::IdentifierFilter, Error> {
        let values = scope.list("value", self.value)?;
        Ok(graph::IdentifierFilter {
            scheme: self.scheme.map(|scheme| scheme.trim().to_lowercase()),
            values: values.map(|values| values.into_iter().collect()),
        })
    }
}

impl EntityFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::EntityFilter, Error> {
        let scope = scope.deeper()?;
        let each = |filter: Self| filter.compile(scope);
        Ok(graph::EntityFilter {
            ids: scope.entities("id", self.id)?,
            kinds: set(self.kind),
            name: self.name.map(|filter| filter.compile(scope)).transpose()?,
            country: self.country.map(|filter| filter.compile(scope)).transpose()?,
            statuses: set(self.status),
            founded: self.founded.map(DateFilter::compile),
            identifier: self.identifier.map(|filter| filter.compile(scope)).transpose()?,
            relationships: self
                .relationships
                .map(|filter| filter.compile(scope).map(Box::new))
                .transpose()?,
            and: scope.each("and", self.and, each)?,
            or: scope.each("or", self.or, each)?,
            not: self.not.map(|filter| each(*filter).map(Box::new)).transpose()?,
        }
        .cheap_first())
    }
}

impl RelationshipsFilter {
    fn compile(self, scope: Scope<'_>) -> Result<graph::RelationshipsFilter, Error> {
        let scope = scope.seen(Standpoint::Entity);
        let relationship = |filter: Option<RelationshipFilter>| filter.map(|filter| filter.compile(scope)).transpose();
        let of = relationship(self.of)?;
        let count = match (self.count, of) {
            (None, None) => None,
            (None, Some(_)) => {
                return Err(scope
                    .refuse("of says which relationships count counts; give count as well, or use some, none or all"));
            }
            (Some(is), of) => Some(graph::CountFilter {
                is: is.compile(scope)?,
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
