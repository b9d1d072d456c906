//! The filters and orders that callers write, turned into predicates of the graph.

use async_graphql::{ID, InputObject};

use super::{enums::Member, error::Error, scalars::PartialDate};
use crate::{
    graph::{self, Direction, EntityOrderField, OrderDirection, RelationshipOrderField},
    model::{
        Catalog, EntityKind, EntityStatus, RelationshipCategory, RelationshipKind, RelationshipStatus, Set, Stance,
    },
};

/// A comparison of text, both sides in NFKC, case-folded, with white space collapsed. Everything given must hold.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct StringFilter {
    /// Equal to this.
    eq: Option<String>,
    /// Equal to one of these.
    r#in: Option<Vec<String>>,
    /// Starting with this.
    starts_with: Option<String>,
    /// Ending with this.
    ends_with: Option<String>,
    /// Containing this.
    contains: Option<String>,
}

/// A comparison of dates by their first days: `2014` compares as 2014-01-01. Everything given must hold. A date that is not
/// stated fits only `stated: false`.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct DateFilter {
    /// On the same first day.
    eq: Option<PartialDate>,
    /// Before this.
    lt: Option<PartialDate>,
    /// Before this or on the same first day.
    lte: Option<PartialDate>,
    /// After this.
    gt: Option<PartialDate>,
    /// After this or on the same first day.
    gte: Option<PartialDate>,
    /// Whether a date is stated at all.
    stated: Option<bool>,
}

/// One identifier that fits everything given.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct IdentifierFilter {
    /// Of this scheme, compared in lower case: `lei`, `iso3166-1`.
    scheme: Option<String>,
    /// With one of these values.
    value: Option<Vec<String>>,
}

/// A predicate on entities. Everything given must hold; lists name alternatives.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EntityFilter {
    /// With one of these ids. An id that does not exist fits nothing.
    id: Option<Vec<ID>>,
    /// Of one of these kinds.
    kind: Option<Vec<Member<EntityKind>>>,
    /// With a name (main or other) that fits.
    name: Option<StringFilter>,
    /// With a country code that fits.
    country: Option<StringFilter>,
    /// With one of these statuses.
    status: Option<Vec<Member<EntityStatus>>>,
    /// Founded then.
    founded: Option<DateFilter>,
    /// With an identifier that fits.
    identifier: Option<IdentifierFilter>,
    /// All of these hold. An empty list holds.
    and: Option<Vec<EntityFilter>>,
    /// At least one of these holds. An empty list does not.
    or: Option<Vec<EntityFilter>>,
    /// This does not hold.
    not: Option<Box<EntityFilter>>,
}

/// A predicate on evidence: one statement fits everything given.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EvidenceFilter {
    /// Of the source with this id.
    source: Option<ID>,
    /// By the entity with this id.
    speaker: Option<ID>,
    /// With one of these stances.
    stance: Option<Vec<Member<Stance>>>,
    /// Stated then; the source's date counts where the statement has none.
    stated_on: Option<DateFilter>,
}

/// A predicate on relationships. Everything given must hold; lists name alternatives.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipFilter {
    /// Of one of these kinds.
    kinds: Option<Vec<Member<RelationshipKind>>>,
    /// Of one of these categories.
    categories: Option<Vec<Member<RelationshipCategory>>>,
    /// With one of these statuses, among those that the view sees.
    statuses: Option<Vec<Member<RelationshipStatus>>>,
    /// Seen from this end. Below an entity only. Symmetric kinds fit every direction.
    direction: Option<Member<Direction>>,
    /// With a share whose low end is at least this, in percent from 0 to 100.
    share_at_least: Option<f64>,
    /// Whether sources contradict each other.
    disputed: Option<bool>,
    /// With a `since` that fits.
    since: Option<DateFilter>,
    /// With an `until` that fits.
    until: Option<DateFilter>,
    /// With a statement that fits.
    evidence: Option<EvidenceFilter>,
    /// With a neighbor that fits. Below an entity only.
    neighbor: Option<EntityFilter>,
    /// Starting from an entity that fits.
    from: Option<EntityFilter>,
    /// Leading to an entity that fits.
    to: Option<EntityFilter>,
    /// With both ends among these ids.
    between: Option<Vec<ID>>,
    /// All of these hold. An empty list holds.
    and: Option<Vec<RelationshipFilter>>,
    /// At least one of these holds. An empty list does not.
    or: Option<Vec<RelationshipFilter>>,
    /// This does not hold.
    not: Option<Box<RelationshipFilter>>,
}

/// What to order entities by.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EntityOrder {
    /// The field to order by. Entities without it come last.
    pub(crate) field: Member<EntityOrderField>,
    /// Which way.
    #[graphql(default_with = "Member(OrderDirection::Ascending)")]
    pub(crate) direction: Member<OrderDirection>,
}

/// What to order relationships by.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipOrder {
    /// The field to order by. Relationships without it come last.
    pub(crate) field: Member<RelationshipOrderField>,
    /// Which way.
    #[graphql(default_with = "Member(OrderDirection::Ascending)")]
    pub(crate) direction: Member<OrderDirection>,
}

/// Whether there is an entity to see a relationship from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standpoint {
    /// Below an entity: relationships have a direction and a neighbor.
    Entity,
    /// At the root: they have not.
    Nowhere,
}

fn set<T: Catalog>(members: Option<Vec<Member<T>>>) -> Option<Set<T>> {
    members.map(|members| Member::set(&members))
}

fn ids(ids: Option<Vec<ID>>) -> Option<Vec<String>> {
    ids.map(|ids| ids.into_iter().map(|id| id.0).collect())
}

impl StringFilter {
    fn compile(self) -> graph::TextFilter {
        graph::TextFilter {
            eq: self.eq,
            any_of: self.r#in,
            starts_with: self.starts_with,
            ends_with: self.ends_with,
            contains: self.contains,
        }
        .folded()
    }
}

impl DateFilter {
    fn compile(self) -> graph::DateFilter {
        let date = |date: Option<PartialDate>| date.map(|date| date.0);
        graph::DateFilter {
            eq: date(self.eq),
            lt: date(self.lt),
            lte: date(self.lte),
            gt: date(self.gt),
            gte: date(self.gte),
            stated: self.stated,
        }
    }
}

impl EntityFilter {
    pub(crate) fn compile(self) -> graph::EntityFilter {
        let all = |filters: Option<Vec<Self>>| filters.map(|filters| filters.into_iter().map(Self::compile).collect());
        graph::EntityFilter {
            ids: ids(self.id),
            kinds: set(self.kind),
            name: self.name.map(StringFilter::compile),
            country: self.country.map(StringFilter::compile),
            statuses: set(self.status),
            founded: self.founded.map(DateFilter::compile),
            identifier: self.identifier.map(|identifier| graph::IdentifierFilter {
                scheme: identifier.scheme.map(|scheme| scheme.trim().to_lowercase()),
                values: identifier.value,
            }),
            and: all(self.and),
            or: all(self.or),
            not: self.not.map(|filter| Box::new(filter.compile())),
        }
    }
}

impl EvidenceFilter {
    fn compile(self) -> graph::EvidenceFilter {
        graph::EvidenceFilter {
            source: self.source.map(|id| id.0),
            speaker: self.speaker.map(|id| id.0),
            stances: set(self.stance),
            stated_on: self.stated_on.map(DateFilter::compile),
        }
    }
}

impl RelationshipFilter {
    /// The predicate, or what is wrong with it; `place` is the coordinate of the argument.
    pub(crate) fn compile(self, standpoint: Standpoint, place: &str) -> Result<graph::RelationshipFilter, Error> {
        if standpoint == Standpoint::Nowhere && (self.direction.is_some() || self.neighbor.is_some()) {
            return Err(Error::bad_user_input(
                place,
                "direction and neighbor are seen from an entity; here use from and to, or ask below an entity",
            ));
        }
        if self.share_at_least.is_some_and(|least| !(0.0..=100.0).contains(&least)) {
            return Err(Error::bad_user_input(
                place,
                "shareAtLeast is in percent, from 0 to 100",
            ));
        }
        let all = |filters: Option<Vec<Self>>| -> Result<Option<Vec<graph::RelationshipFilter>>, Error> {
            let compile = |filters: Vec<Self>| {
                filters
                    .into_iter()
                    .map(|filter| filter.compile(standpoint, place))
                    .collect()
            };
            filters.map(compile).transpose()
        };
        let entity = |filter: Option<EntityFilter>| filter.map(|filter| Box::new(filter.compile()));
        Ok(graph::RelationshipFilter {
            kinds: set(self.kinds),
            categories: set(self.categories),
            statuses: set(self.statuses),
            direction: self.direction.map(|direction| direction.0),
            share_at_least: self.share_at_least,
            disputed: self.disputed,
            since: self.since.map(DateFilter::compile),
            until: self.until.map(DateFilter::compile),
            evidence: self.evidence.map(EvidenceFilter::compile),
            neighbor: entity(self.neighbor),
            from: entity(self.from),
            to: entity(self.to),
            between: ids(self.between),
            and: all(self.and)?,
            or: all(self.or)?,
            not: self
                .not
                .map(|filter| filter.compile(standpoint, place).map(Box::new))
                .transpose()?,
        })
    }
}

/// The order asked for, as the graph understands it.
pub(crate) fn entity_order(order: Option<Vec<EntityOrder>>) -> Vec<(EntityOrderField, OrderDirection)> {
    order
        .unwrap_or_default()
        .into_iter()
        .map(|by| (by.field.0, by.direction.0))
        .collect()
}

/// The order asked for, or what is wrong with it; `place` is the coordinate of the argument.
pub(crate) fn relationship_order(
    order: Option<Vec<RelationshipOrder>>,
    standpoint: Standpoint,
    place: &str,
) -> Result<Vec<(RelationshipOrderField, OrderDirection)>, Error> {
    let order: Vec<_> = order
        .unwrap_or_default()
        .into_iter()
        .map(|by| (by.field.0, by.direction.0))
        .collect();
    let by_neighbor = order
        .iter()
        .any(|(field, _)| *field == RelationshipOrderField::NeighborName);
    if standpoint == Standpoint::Nowhere && by_neighbor {
        return Err(Error::bad_user_input(
            place,
            "NEIGHBOR_NAME orders the relationships of one entity; ask below an entity",
        ));
    }
    Ok(order)
}
