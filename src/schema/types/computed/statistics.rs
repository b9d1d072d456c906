//! How big the graph is, as far as the view sees it.

use async_graphql::SimpleObject;

use crate::{
    engine::error::Error,
    model::{Catalog, EntityKind, RelationshipKind, RelationshipStatus},
    schema::{
        context::viewer::Viewer,
        types::changes::store_figures::StoreFigures,
        values::{enums::Member, scalars::DateTime},
    },
};

/// How many entities there are of one kind.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct EntityKindCount {
    /// The kind.
    kind: Member<EntityKind>,
    /// How many.
    count: i32,
}

/// How many relationships there are of one kind.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct RelationshipKindCount {
    /// The kind.
    kind: Member<RelationshipKind>,
    /// How many.
    count: i32,
}

/// How many relationships there are with one status.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct RelationshipStatusCount {
    /// The status.
    status: Member<RelationshipStatus>,
    /// How many.
    count: i32,
}

/// What the graph holds, as far as the view sees it.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Statistics {
    /// What the data is called.
    title: String,
    /// What the data holds; null when not stated.
    description: Option<String>,
    /// Under which licence the data may be used; null when not stated.
    licence: Option<String>,
    /// When the entities and sources were recorded.
    recorded_at: DateTime,
    /// How many entities.
    entities: i32,
    /// How many relationships, those with an undisclosed end included.
    relationships: i32,
    /// How many relationships have an undisclosed end.
    undisclosed: i32,
    /// How many relationships are disputed.
    disputed: i32,
    /// How many statements about these relationships.
    evidence: i32,
    /// How many sources.
    sources: i32,
    /// The entities by kind; kinds without any are left out.
    entities_by_kind: Vec<EntityKindCount>,
    /// The relationships by kind; kinds without any are left out.
    relationships_by_kind: Vec<RelationshipKindCount>,
    /// The relationships by status; statuses without any are left out.
    relationships_by_status: Vec<RelationshipStatusCount>,
    /// Where all this is kept, whatever the view.
    store: StoreFigures,
}

/// Counts by the members of a catalog.
struct Tally<T> {
    counts: Vec<(T, i32)>,
}

impl<T: Catalog> Tally<T> {
    fn new() -> Self {
        Self {
            counts: T::ALL.iter().map(|member| (*member, 0)).collect(),
        }
    }

    fn add(&mut self, member: T) {
        self.counts[usize::from(member.index())].1 += 1;
    }

    fn total(&self) -> i32 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    fn list<C>(self, count: impl Fn(Member<T>, i32) -> C) -> Vec<C> {
        let counted = self.counts.into_iter().filter(|(_, times)| *times > 0);
        counted.map(|(member, times)| count(Member(member), times)).collect()
    }
}

/// Counts what `viewer` sees. O(n); each entity and relationship spends one unit.
pub(crate) fn statistics(viewer: &Viewer) -> Result<Statistics, Error> {
    let (snapshot, mask, budget) = (viewer.snapshot(), viewer.mask(), viewer.budget());
    let (mut entities, mut kinds, mut statuses) = (Tally::new(), Tally::new(), Tally::new());
    let (mut undisclosed, mut disputed, mut evidence) = (0, 0, 0);
    for ix in snapshot.entities(&mask) {
        budget.charge(1)?;
        entities.add(snapshot.entity(ix).kind());
    }
    for ix in snapshot.relationships(mask) {
        budget.charge(1)?;
        let relationship = snapshot.relationship(ix);
        kinds.add(relationship.kind());
        statuses.add(relationship.status());
        undisclosed += i32::from(relationship.unknown().is_some());
        disputed += i32::from(relationship.disputed());
        evidence += i32::try_from(relationship.evidence().count()).unwrap_or(i32::MAX);
    }
    let sources = i32::try_from(snapshot.sources(&mask).count()).unwrap_or(i32::MAX);
    Ok(Statistics {
        title: snapshot.title().to_owned(),
        description: snapshot.description().map(str::to_owned),
        licence: snapshot.licence().map(str::to_owned),
        recorded_at: DateTime(snapshot.began_at()),
        entities: entities.total(),
        relationships: kinds.total(),
        undisclosed,
        disputed,
        evidence,
        sources,
        entities_by_kind: entities.list(|kind, count| EntityKindCount { kind, count }),
        relationships_by_kind: kinds.list(|kind, count| RelationshipKindCount { kind, count }),
        store: StoreFigures::new(viewer.clone()),
        relationships_by_status: statuses.list(|status, count| RelationshipStatusCount { status, count }),
    })
}
