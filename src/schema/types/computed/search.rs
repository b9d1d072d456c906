//! What a search finds: entities with their scores, and where in their texts the words stand.

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use async_graphql::{Object, SimpleObject};

use crate::{
    engine::{
        cost::directives::{cost, list_size},
        error::Error,
    },
    graph::{GroupKey, Key, Order, OrderDirection, Ordered, Page, Position, Rows, Snapshot},
    schema::{
        context::viewer::Viewer,
        types::{
            connections::facets::{Facets, Group, group_by},
            entities::entity::Entity,
        },
        values::{
            enums::Member,
            page::{Listing, PageInfo},
        },
    },
    store::search::{self, Hit, Question, SearchField, highlights},
};

/// A hit as a row: best first, then by id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found(pub(crate) Hit);

impl Found {
    /// The order of hits.
    pub(crate) const ORDER: &Order<Self> = &[((), OrderDirection::Descending)];

    /// Whether it comes after `position`.
    pub(crate) fn follows(self, snapshot: &Snapshot, position: &Position) -> bool {
        let score = match position.keys.first() {
            Some(Key::Number(score)) => *score,
            // Only a forged cursor says so.
            _ => return false,
        };
        let order = score.total_cmp(&self.0.score);
        order.then_with(|| self.id(snapshot).as_ref().cmp(&position.id)).is_gt()
    }

    /// Where it stands.
    pub(crate) fn position(self, snapshot: &Snapshot) -> Position {
        Position::of(self, snapshot, Self::ORDER)
    }
}

impl Ordered for Found {
    type Field = ();

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.0.entity).id().into()
    }

    fn key(self, _snapshot: &Snapshot, (): ()) -> Key {
        Key::Number(self.0.score)
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_score = other.0.score.total_cmp(&self.0.score);
        // Rows stand in the order of ids.
        by_score.then_with(|| self.0.entity.cmp(&other.0.entity))
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Found {}

/// A stretch of a text.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct HighlightPart {
    /// The text as written.
    pub(crate) text: String,
    /// Whether it is what was searched for.
    pub(crate) matched: bool,
}

/// A text of an entity in which words of the search stand.
#[derive(Debug, Clone)]
pub(crate) struct Highlight(search::Highlight);

/// A text of an entity in which words of the search stand.
#[Object]
impl Highlight {
    /// Which text.
    async fn field(&self) -> Member<SearchField> {
        Member(self.0.field)
    }

    /// The text in parts, in order. A long one is cut around what was found first, and says so with …
    #[graphql(directive = list_size::apply(Some(5), None, None, None))]
    async fn parts(&self) -> Vec<HighlightPart> {
        let parts = self.0.parts.iter().cloned();
        parts
            .map(|search::HighlightPart { text, matched }| HighlightPart { text, matched })
            .collect()
    }
}

/// An entity that a search found.
#[derive(Debug, Clone)]
pub(crate) struct SearchEdge {
    cursor: String,
    hit: Hit,
    viewer: Viewer,
    question: Arc<Question>,
}

/// An entity that a search found.
#[Object]
impl SearchEdge {
    /// Where it stands among what was found: for `after`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The entity.
    async fn node(&self) -> Entity {
        Entity::new(self.viewer.clone(), self.hit.entity)
    }

    /// How well it fits: 1 when its main name is the text, else less, above 0. Comparable within one search only.
    async fn score(&self) -> f64 {
        self.hit.score
    }

    /// The texts of the entity in which words of the search stand: its name, other names, description, identifiers, id. At
    /// most 20, found in the first 10000 characters of each text.
    #[graphql(directive = list_size::apply(Some(3), None, None, None))]
    async fn highlights(&self) -> Option<Result<Vec<Highlight>, Error>> {
        let entity = self.viewer.snapshot().entity(self.hit.entity);
        let found = highlights(&entity, &self.question, self.viewer.budget());
        let found = found.map(|found| found.into_iter().map(Highlight).collect());
        Some(found.map_err(Error::from))
    }
}

/// A page of what a search found.
#[derive(Debug, Clone)]
pub(crate) struct SearchConnection {
    edges: Vec<SearchEdge>,
    page_info: PageInfo,
    viewer: Viewer,
    /// Everything that was found, on all pages.
    rows: Rows,
}

impl SearchConnection {
    pub(crate) fn new(
        listing: &Listing,
        viewer: &Viewer,
        question: &Arc<Question>,
        page: &Page<Found>,
        hits: &[Hit],
    ) -> Self {
        let cursor = |position: &Position| listing.cursor(viewer, position.clone());
        let cursors: Vec<String> = page.rows.iter().map(|(_, position)| cursor(position)).collect();
        let page_info = PageInfo::of(page, &cursors);
        let edges = page.rows.iter().zip(cursors).map(|((found, _), cursor)| SearchEdge {
            cursor,
            hit: found.0,
            viewer: viewer.clone(),
            question: Arc::clone(question),
        });
        Self {
            edges: edges.collect(),
            page_info,
            viewer: viewer.clone(),
            rows: Rows::Entities(hits.iter().map(|hit| hit.entity).collect()),
        }
    }
}

/// A page of what a search found.
#[Object]
impl SearchConnection {
    /// What was found, with scores and highlights.
    async fn edges(&self) -> &[SearchEdge] {
        &self.edges
    }

    /// The entities alone.
    async fn nodes(&self) -> Vec<Entity> {
        let node = |edge: &SearchEdge| Entity::new(edge.viewer.clone(), edge.hit.entity);
        self.edges.iter().map(node).collect()
    }

    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many entities were found, on all pages.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.rows.len()).unwrap_or(i32::MAX)
    }

    /// How often each kind, country, status, founding year and kind of relationship stands among what was found, on all
    /// pages.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn facets(&self) -> Facets {
        Facets::new(&self.viewer, self.rows.clone())
    }

    /// What was found on all pages, grouped: largest group first, then by value. With two keys, each group is grouped by the
    /// second. At most 10000 groups, inner ones included.
    #[graphql(directive = cost::apply("20".to_owned()), directive = list_size::apply(Some(50), None, None, None))]
    async fn group_by(
        &self,
        #[graphql(desc = "What to group by: one key, or two different ones.")] keys: Vec<Member<GroupKey>>,
    ) -> Option<Result<Vec<Group>, Error>> {
        Some(group_by(&self.viewer, &self.rows, "SearchConnection", &keys))
    }
}
