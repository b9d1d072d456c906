//! The numbers of records that the view sees.

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

/// The number of entities of one kind.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct EntityKindCount {
    /// The kind.
    kind: Member<EntityKind>,
    /// The number.
    count: i32,
}

/// The number of relationships of one kind.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct RelationshipKindCount {
    /// The kind.
    kind: Member<RelationshipKind>,
    /// The number.
    count: i32,
}

/// The number of relationships with one status.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct RelationshipStatusCount {
    /// The status.
    status: Member<RelationshipStatus>,
    /// The number.
    count: i32,
}

/// The numbers of records that the view sees, and figures of the store.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Statistics {
    /// The title of the data.
    title: String,
    /// A description of the data; null when not stated.
    description: Option<String>,
    /// The licence of the data; null when not stated.
    licence: Option<String>,
    /// When the data was first recorded.
    recorded_at: DateTime,
    /// The number of entities.
    entities: i32,
    /// The number of relationships, including those with an undisclosed end.
    relationships: i32,
    /// The number of relationships with an undisclosed end.
    undisclosed: i32,
    /// The number of disputed relationships.
    disputed: i32,
    /// The number of statements about these relationships.
    evidence: i32,
    /// The number of sources.
    sources: i32,
    /// The number of entities by kind, in the order of the enum, without kinds that have none.
    entities_by_kind: Vec<EntityKindCount>,
    /// The number of relationships by kind, in the order of the enum, without kinds that have none.
    relationships_by_kind: Vec<RelationshipKindCount>,
    /// The number of relationships by status, in the order of the enum, without statuses that have none.
    relationships_by_status: Vec<RelationshipStatusCount>,
    /// Figures of the store, independent of the view.
    store: StoreFigures,
}

/// Counts by member of a catalog.
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
        let counts = self.counts.into_iter().filter(|(_, number)| *number > 0);
        counts.map(|(member, number)| count(Member(member), number)).collect()
    }
}

/// Counts the records that `viewer` sees. O(n); each entity and relationship spends one unit of the budget.
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
