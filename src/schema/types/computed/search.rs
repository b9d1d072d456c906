//! The results of a search: entities with their scores, and highlights of the words in their texts.

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use async_graphql::{Object, SimpleObject};

use crate::{
    engine::{
        cost::directives::{cost, list_size},
        error::Error,
    },
    graph::{GroupKey, ListingRows, Order, OrderDirection, Ordered, Page, Position, Snapshot, SortKey},
    schema::{
        context::viewer::Viewer,
        types::{
            connections::facets::{Facets, Group, group_by},
            entities::entity::Entity,
        },
        values::{
            enums::Member,
            page::{ElementCursor, Listing, PageInfo},
        },
    },
    store::search::{self, Hit, Question, SearchField, highlights},
};

/// A hit as a row: best first, then by id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SearchRow(pub(crate) Hit);

impl SearchRow {
    /// The sort order of hits.
    pub(crate) const ORDER: &Order<Self> = &[((), OrderDirection::Descending)];

    /// Whether it comes after `position`.
    pub(crate) fn follows(self, snapshot: &Snapshot, position: &Position) -> bool {
        let score = match position.keys.first() {
            Some(SortKey::Number(score)) => *score,
            // Only a forged cursor has another key.
            _ => return false,
        };
        let order = score.total_cmp(&self.0.score);
        order.then_with(|| self.id(snapshot).as_ref().cmp(&position.id)).is_gt()
    }

    /// Its position in the listing.
    pub(crate) fn position(self, snapshot: &Snapshot) -> Position {
        Position::of(self, snapshot, Self::ORDER)
    }
}

impl Ordered for SearchRow {
    type Field = ();

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        snapshot.entity(self.0.entity).id().into()
    }

    fn key(self, _snapshot: &Snapshot, (): ()) -> SortKey {
        SortKey::Number(self.0.score)
    }
}

impl Ord for SearchRow {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_score = other.0.score.total_cmp(&self.0.score);
        // The rows of a listing are in the order of ids.
        by_score.then_with(|| self.0.entity.cmp(&other.0.entity))
    }
}

impl PartialOrd for SearchRow {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SearchRow {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for SearchRow {}

/// A part of a highlighted text.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct HighlightPart {
    /// The text as written.
    pub(crate) text: String,
    /// Whether this part matches the search.
    pub(crate) matched: bool,
}

/// A text of an entity that contains words of the search.
#[derive(Debug, Clone)]
pub(crate) struct Highlight(search::Highlight);

/// A text of an entity that contains words of the search.
#[Object]
impl Highlight {
    /// The field that the text is from.
    async fn field(&self) -> Member<SearchField> {
        Member(self.0.field)
    }

    /// The text in parts, in order. A long text is cut around its first match, and a cut is marked with `…`.
    #[graphql(directive = list_size::apply(Some(5), None, None, None))]
    async fn parts(&self) -> Vec<HighlightPart> {
        let parts = self.0.parts.iter().cloned();
        parts
            .map(|search::HighlightPart { text, matched }| HighlightPart { text, matched })
            .collect()
    }
}

/// An entity that matches a search.
#[derive(Debug, Clone)]
pub(crate) struct SearchEdge {
    cursor: ElementCursor,
    hit: Hit,
    viewer: Viewer,
    question: Arc<Question>,
}

/// An entity that matches a search.
#[Object]
impl SearchEdge {
    /// The cursor of this element, for `after`.
    async fn cursor(&self) -> &ElementCursor {
        &self.cursor
    }

    /// The entity.
    async fn node(&self) -> Entity {
        Entity::new(self.viewer.clone(), self.hit.entity)
    }

    /// How well the entity matches: 1 when its main name equals the text, otherwise between 0 and 1, both exclusive. Comparable only
    /// within one search.
    async fn score(&self) -> f64 {
        self.hit.score
    }

    /// The texts of the entity that contain words of the search: name, other names, description, identifiers, id. At most 20 texts,
    /// with matches in the first 10000 characters of each.
    #[graphql(directive = list_size::apply(Some(3), None, None, None))]
    async fn highlights(&self) -> Option<Result<Vec<Highlight>, Error>> {
        let entity = self.viewer.snapshot().entity(self.hit.entity);
        let highlights = highlights(&entity, &self.question, self.viewer.budget());
        let highlights = highlights.map(|highlights| highlights.into_iter().map(Highlight).collect());
        Some(highlights.map_err(Error::from))
    }
}

/// A page of search results.
#[derive(Debug, Clone)]
pub(crate) struct SearchConnection {
    edges: Vec<SearchEdge>,
    page_info: PageInfo,
    viewer: Viewer,
    /// The results on all pages.
    rows: ListingRows,
}

impl SearchConnection {
    pub(crate) fn new(
        listing: &Listing,
        viewer: &Viewer,
        question: &Arc<Question>,
        page: &Page<SearchRow>,
        hits: &[Hit],
    ) -> Self {
        let cursors = listing.cursors(viewer, page);
        let page_info = PageInfo::of(page, &cursors);
        let edges = page.rows.iter().zip(cursors).map(|((row, _), cursor)| SearchEdge {
            cursor,
            hit: row.0,
            viewer: viewer.clone(),
            question: Arc::clone(question),
        });
        Self {
            edges: edges.collect(),
            page_info,
            viewer: viewer.clone(),
            rows: ListingRows::Entities(hits.iter().map(|hit| hit.entity).collect()),
        }
    }
}

/// A page of search results.
#[Object]
impl SearchConnection {
    /// The entities with their scores, highlights and cursors.
    async fn edges(&self) -> &[SearchEdge] {
        &self.edges
    }

    /// The entities without their scores.
    async fn nodes(&self) -> Vec<Entity> {
        let node = |edge: &SearchEdge| Entity::new(edge.viewer.clone(), edge.hit.entity);
        self.edges.iter().map(node).collect()
    }

    /// Whether there are more pages, and the cursors of this one.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// The number of entities on all pages.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.rows.len()).unwrap_or(i32::MAX)
    }

    /// The number of entities on all pages by kind, country, status, founding year and kind of relationship.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn facets(&self) -> Facets {
        Facets::new(&self.viewer, self.rows.clone())
    }

    /// The entities on all pages, grouped: the largest group first, then by value. With two keys, each group is subdivided by the
    /// second. At most 10000 groups, including inner ones.
    #[graphql(directive = cost::apply("20".to_owned()), directive = list_size::apply(Some(50), None, None, None))]
    async fn group_by(
        &self,
        #[graphql(desc = "What to group by: one key, or two different keys.")] keys: Vec<Member<GroupKey>>,
    ) -> Option<Result<Vec<Group>, Error>> {
        Some(group_by(&self.viewer, &self.rows, "SearchConnection", &keys))
    }
}
