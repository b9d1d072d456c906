//! Predicates on relationships, their evidence and the entities at their ends.

use async_graphql::InputObject;

use super::{
    amount::AmountFilter,
    compare::{DateFilter, FloatFilter, StringFilter},
    entity::EntityFilter,
    nested::Nested,
    property::PropertyFilter,
    scope::{Perspective, Scope, set},
};
use crate::{
    engine::error::Error,
    graph::{self, Direction},
    model::{Directness, Interest, RelationshipCategory, RelationshipKind, RelationshipStatus, ShareOf, Stance},
    schema::values::{enums::Member, node_key::NodeKey},
};

/// A predicate on evidence: one statement meets all given conditions.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EvidenceFilter {
    /// From the source with this id.
    source: Option<NodeKey>,
    /// By the entity with this id.
    speaker: Option<NodeKey>,
    /// With one of these stances.
    stance: Option<Vec<Member<Stance>>>,
    /// With a matching date; a statement without a date has that of its source.
    stated_on: Option<DateFilter>,
}

/// A predicate on relationships. All given conditions must hold; a list holds alternatives.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RelationshipFilter {
    /// Of one of these kinds.
    kinds: Option<Vec<Member<RelationshipKind>>>,
    /// Of one of these categories.
    categories: Option<Vec<Member<RelationshipCategory>>>,
    /// With one of these statuses, among those that the view sees.
    statuses: Option<Vec<Member<RelationshipStatus>>>,
    /// In this direction as seen from the entity; symmetric kinds match every direction. Only for relationships of an entity: in a
    /// field of an entity, or inside an `EntityFilter`.
    direction: Option<Member<Direction>>,
    /// With a share whose low end is at least this, in percent from 0 to 100.
    share_at_least: Option<f64>,
    /// A comparison of the share, in percent. It must hold for certain: a range matches when every value in it does. `{gt: 50}`
    /// matches the shares `51` and `>50..100` but not `50..60`; `{lt: 50}` matches `20..30` and `40..<50`; `{eq: 50}` matches only
    /// `50`. A relationship without a share matches only `stated: false`.
    share: Option<Box<FloatFilter>>,
    /// With a share of one of these: capital, votes or profit.
    share_of: Option<Vec<Member<ShareOf>>>,
    /// Of one of these types of interest. A relationship without a stated interest matches no type.
    interest: Option<Vec<Member<Interest>>>,
    /// Held in one of these ways. UNKNOWN matches relationships that do not state it, including all other kinds.
    directness: Option<Vec<Member<Directness>>>,
    /// With a matching role: `{contains: "chief"}`. A relationship without a role matches only `stated: false`.
    role: Option<Box<StringFilter>>,
    /// With a matching amount.
    amount: Option<Box<AmountFilter>>,
    /// With a matching value in `properties`.
    property: Option<Box<PropertyFilter>>,
    /// Whether sources contradict each other.
    disputed: Option<bool>,
    /// With a matching `since`.
    since: Option<DateFilter>,
    /// With a matching `until`.
    until: Option<DateFilter>,
    /// With a matching statement.
    evidence: Option<EvidenceFilter>,
    /// With a matching neighbor; a relationship whose other end is not disclosed has none. Only for relationships of an entity: in
    /// a field of an entity, or inside an `EntityFilter`.
    neighbor: Option<Nested<EntityFilter>>,
    /// With a matching entity as `from`.
    from: Option<Nested<EntityFilter>>,
    /// With a matching entity as `to`.
    to: Option<Nested<EntityFilter>>,
    /// With both ends among the entities with these ids, at most 10,000. Ids that do not exist are ignored.
    between: Option<Vec<NodeKey>>,
    /// All of these hold. An empty list always holds.
    and: Option<Vec<Nested<RelationshipFilter>>>,
    /// At least one of these holds. An empty list never holds.
    or: Option<Vec<Nested<RelationshipFilter>>>,
    /// This does not hold.
    not: Option<Nested<RelationshipFilter>>,
}

impl EvidenceFilter {
    fn compile(self, scope: Scope<'_>) -> Result<graph::EvidenceFilter, Error> {
        Ok(graph::EvidenceFilter {
            sources: self.source.map(|id| scope.source(&id)),
            speakers: scope.entities("speaker", self.speaker.map(|id| vec![id]))?,
            stances: set(self.stance),
            stated_on: self.stated_on.map(|filter| filter.compile(scope)).transpose()?,
        })
    }
}

impl RelationshipFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::RelationshipFilter, Error> {
        let scope = scope.nested()?;
        if scope.perspective == Perspective::Root && (self.direction.is_some() || self.neighbor.is_some()) {
            return Err(scope.refuse(
                "direction and neighbor need an entity to be seen from; use from and to here, or query the relationships of an entity",
            ));
        }
        if self.share_at_least.is_some_and(|least| !(0.0..=100.0).contains(&least)) {
            return Err(scope.refuse("shareAtLeast must be a percentage from 0 to 100"));
        }
        let boxed = |filter: Nested<EntityFilter>| filter.parse_in(scope)?.compile(scope).map(Box::new);
        let entity = |filter: Option<Nested<EntityFilter>>| filter.map(boxed).transpose();
        let each = |filter: Nested<Self>| filter.parse_in(scope)?.compile(scope);
        Ok(graph::RelationshipFilter {
            kinds: set(self.kinds),
            categories: set(self.categories),
            statuses: set(self.statuses),
            direction: self.direction.map(|direction| direction.0),
            share_at_least: self.share_at_least,
            share: self
                .share
                .map(|filter| filter.compile(scope).map(Box::new))
                .transpose()?,
            shares_of: set(self.share_of),
            interests: set(self.interest),
            directness: set(self.directness),
            role: self
                .role
                .map(|filter| filter.compile(scope).map(Box::new))
                .transpose()?,
            amount: self
                .amount
                .map(|filter| filter.compile(scope).map(Box::new))
                .transpose()?,
            property: self
                .property
                .map(|filter| filter.compile(scope).map(Box::new))
                .transpose()?,
            disputed: self.disputed,
            since: self.since.map(|filter| filter.compile(scope)).transpose()?,
            until: self.until.map(|filter| filter.compile(scope)).transpose()?,
            evidence: self.evidence.map(|filter| filter.compile(scope)).transpose()?,
            neighbor: entity(self.neighbor)?,
            from: entity(self.from)?,
            to: entity(self.to)?,
            between: scope.entities("between", self.between)?,
            and: scope.each("and", self.and, each)?,
            or: scope.each("or", self.or, each)?,
            not: self.not.map(|filter| each(filter).map(Box::new)).transpose()?,
        }
        .cheap_first())
    }
}
