//! Predicates on relationships, their evidence and the entities at their ends.

use async_graphql::InputObject;

use super::{
    amount::AmountFilter,
    compare::{DateFilter, FloatFilter, StringFilter},
    entity::EntityFilter,
    nested::Nested,
    property::PropertyFilter,
    scope::{Scope, Standpoint, set},
};
use crate::{
    engine::error::Error,
    graph::{self, Direction},
    model::{Directness, Interest, RelationshipCategory, RelationshipKind, RelationshipStatus, ShareOf, Stance},
    schema::values::{enums::Member, node_key::NodeKey},
};

/// A predicate on evidence: one statement fits everything given.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EvidenceFilter {
    /// Of the source with this id.
    source: Option<NodeKey>,
    /// By the entity with this id.
    speaker: Option<NodeKey>,
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
    /// Seen from this end. Below an entity and in an entity filter only. Symmetric kinds fit every direction.
    direction: Option<Member<Direction>>,
    /// With a share whose low end is at least this, in percent from 0 to 100.
    share_at_least: Option<f64>,
    /// A comparison of the share, in percent. It must hold for certain: a range fits when every value within it does. `{gt: 50}`
    /// fits the shares `51` and `>50..100`, not `50..60`; `{lt: 50}` fits `20..30` and `40..<50`; `{eq: 50}` fits only `50`. A
    /// relationship without a share fits only `stated: false`.
    share: Option<Box<FloatFilter>>,
    /// With a share of one of these: of the capital, the votes or the profit.
    share_of: Option<Vec<Member<ShareOf>>>,
    /// Of one of these types of interest. A relationship that states none fits no type.
    interest: Option<Vec<Member<Interest>>>,
    /// Held in one of these ways. UNKNOWN are those that do not say, relationships of other kinds among them.
    directness: Option<Vec<Member<Directness>>>,
    /// With a role that fits: `{contains: "chief"}`. A relationship without a role fits only `stated: false`.
    role: Option<Box<StringFilter>>,
    /// With an amount that fits.
    amount: Option<Box<AmountFilter>>,
    /// With a property that fits, in what its sources carry beyond the fields.
    property: Option<Box<PropertyFilter>>,
    /// Whether sources contradict each other.
    disputed: Option<bool>,
    /// With a `since` that fits.
    since: Option<DateFilter>,
    /// With an `until` that fits.
    until: Option<DateFilter>,
    /// With a statement that fits.
    evidence: Option<EvidenceFilter>,
    /// With a neighbor that fits; no neighbor is known where the other end is not disclosed. Below an entity and in an
    /// entity filter only.
    neighbor: Option<Nested<EntityFilter>>,
    /// Starting from an entity that fits.
    from: Option<Nested<EntityFilter>>,
    /// Leading to an entity that fits.
    to: Option<Nested<EntityFilter>>,
    /// With both ends among these ids, at most 10,000. Ids that do not exist change nothing.
    between: Option<Vec<NodeKey>>,
    /// All of these hold. An empty list holds.
    and: Option<Vec<Nested<RelationshipFilter>>>,
    /// At least one of these holds. An empty list does not.
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
        let scope = scope.deeper()?;
        if scope.standpoint == Standpoint::Nowhere && (self.direction.is_some() || self.neighbor.is_some()) {
            return Err(scope.refuse(
                "direction and neighbor are seen from an entity; here use from and to, or ask below an entity",
            ));
        }
        if self.share_at_least.is_some_and(|least| !(0.0..=100.0).contains(&least)) {
            return Err(scope.refuse("shareAtLeast is in percent, from 0 to 100"));
        }
        let boxed = |filter: Nested<EntityFilter>| filter.read(scope)?.compile(scope).map(Box::new);
        let entity = |filter: Option<Nested<EntityFilter>>| filter.map(boxed).transpose();
        let each = |filter: Nested<Self>| filter.read(scope)?.compile(scope);
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
