//! Relay connections: arguments, opaque cursors that stay valid, and pages.

use std::borrow::Cow;

use async_graphql::{
    Context, ContextSelectionSet, Object, OutputType, Positioned, ServerResult, SimpleObject, TypeName, Value,
    parser::types::Field, registry::Registry,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value as JsonValue, json};

use super::argument_hash::arguments_hash;
use crate::{
    engine::{cost::directives::cost, error::Error, limits::PAGE_DEFAULT},
    graph::{Exhausted, Order, Ordered, Page, Position, SortKey, Take, Window, count},
    model::{AsOf, View},
    schema::context::viewer::{Viewer, hash_of},
};

/// The maximum number of elements on a page.
pub(crate) const PAGE_MAX: usize = 1000;

/// The arguments that select a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageArgs {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

impl PageArgs {
    /// The arguments of a connection, in the order in which the schema lists them.
    pub(crate) fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Self {
        Self {
            first,
            after,
            last,
            before,
        }
    }
}

/// One listing to page through: its field, arguments, sort order and view.
pub(crate) struct Listing {
    /// The schema coordinate of its field: `Company.partners`.
    coordinate: String,
    /// A hash that identifies this listing.
    fingerprint: u64,
    keys: usize,
}

impl Listing {
    /// The listing of the field being resolved. `owner` is the id of the object it belongs to.
    pub(crate) fn new<R: Ordered>(
        ctx: &Context<'_>,
        viewer: &Viewer,
        parent: &str,
        owner: &str,
        order: &Order<R>,
    ) -> Result<Self, Error> {
        Self::with_keys(ctx, viewer, parent, owner, order.len())
    }

    /// The same for rows whose positions have `keys` sort keys.
    pub(crate) fn with_keys(
        ctx: &Context<'_>,
        viewer: &Viewer,
        parent: &str,
        owner: &str,
        keys: usize,
    ) -> Result<Self, Error> {
        let coordinate = format!("{parent}.{}", ctx.field().name());
        let identity = format!(
            "{coordinate}\n{owner}\n{}\n{}",
            viewer.view_hash(),
            arguments_hash(ctx, parent)?
        );
        Ok(Self {
            fingerprint: hash_of(&identity),
            coordinate,
            keys,
        })
    }

    /// The requested window, and the viewer of the state that the first page was read from.
    pub(crate) fn window(&self, viewer: &Viewer, args: &PageArgs) -> Result<(Window, Viewer), Error> {
        let coordinate = |argument: &str| format!("{}({argument}:)", self.coordinate);
        let size = |argument: &str, size: i32| {
            usize::try_from(size)
                .ok()
                .filter(|size| *size <= PAGE_MAX)
                .ok_or_else(|| {
                    Error::bad_user_input(
                        coordinate(argument),
                        format!("{argument} is {size}; it must be 0 to {PAGE_MAX}"),
                    )
                })
        };
        let take = match (args.first, args.last) {
            (Some(_), Some(_)) => {
                return Err(Error::bad_user_input(
                    coordinate("last"),
                    "first and last cannot be combined; use one of them",
                ));
            }
            (Some(first), None) => Take::First(size("first", first)?),
            (None, Some(last)) => Take::Last(size("last", last)?),
            (None, None) if args.before.is_some() && args.after.is_none() => Take::Last(PAGE_DEFAULT),
            (None, None) => Take::First(PAGE_DEFAULT),
        };
        let decode = |argument: &str, cursor: &Option<String>| -> Result<Option<Cursor>, Error> {
            let Some(text) = cursor else { return Ok(None) };
            let refuse = |why: &str| Error::bad_user_input(coordinate(argument), format!("{argument} {why}"));
            let cursor = Cursor::decode(text)
                .ok_or_else(|| refuse("is not a cursor of this server; take one from pageInfo or an edge"))?;
            if cursor.fingerprint != self.fingerprint || cursor.position.keys.len() != self.keys {
                return Err(refuse(
                    "comes from another listing; a cursor is valid only with the order, filter and view that it was returned for",
                ));
            }
            Ok(Some(cursor))
        };
        let (after, before) = (decode("after", &args.after)?, decode("before", &args.before)?);
        let cursor = after.as_ref().or(before.as_ref());
        let viewer = cursor.map_or_else(
            || viewer.clone(),
            |cursor| viewer.with_records_until(cursor.last_recorded_at, cursor.view(viewer.view())),
        );
        let window = Window {
            after: after.map(|cursor| cursor.position),
            before: before.map(|cursor| cursor.position),
            take,
        };
        Ok((window, viewer))
    }

    /// The cursors of the rows of a page, as seen by `viewer`.
    pub(crate) fn cursors<R>(&self, viewer: &Viewer, page: &Page<R>) -> Vec<ElementCursor> {
        let positions = page.rows.iter().map(|(_, position)| position.clone());
        positions.map(|position| self.cursor(viewer, position)).collect()
    }

    fn cursor(&self, viewer: &Viewer, position: Position) -> ElementCursor {
        let view = viewer.view();
        ElementCursor::Row(Cursor {
            fingerprint: self.fingerprint,
            position,
            as_of: view.as_of,
            known_at: view.known_at,
            last_recorded_at: viewer.last_recorded_at(),
        })
    }
}

/// The cursor of an element, encoded only where it is selected.
#[derive(Debug, Clone)]
pub(crate) enum ElementCursor {
    /// Of a row of a listing.
    Row(Cursor),
    /// Encoded already.
    Text(String),
}

impl OutputType for ElementCursor {
    fn type_name() -> Cow<'static, str> {
        <String as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(match self {
            Self::Row(cursor) => cursor.encode(),
            Self::Text(text) => text.clone(),
        }))
    }
}

/// A position in a listing, and the state that the first page was read from.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    fingerprint: u64,
    position: Position,
    as_of: AsOf,
    known_at: jiff::Timestamp,
    /// The time of the last record that the first page could see.
    last_recorded_at: jiff::Timestamp,
}

impl Cursor {
    fn encode(&self) -> String {
        let keys = self.position.keys.iter().map(|key| match key {
            SortKey::Number(number) => json!(number),
            SortKey::Text(text) => json!(text),
            SortKey::Missing => JsonValue::Null,
        });
        let day = match self.as_of {
            AsOf::Day(day) => Some(day.to_string()),
            AsOf::Ever => None,
        };
        let fields = json!([
            format!("{:x}", self.fingerprint),
            keys.collect::<Vec<_>>(),
            self.position.id,
            day,
            self.known_at.to_string(),
            self.last_recorded_at.to_string()
        ]);
        BASE64_URL_SAFE_NO_PAD.encode(fields.to_string())
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let fields: (String, Vec<JsonValue>, String, Option<String>, String, String) =
            serde_json::from_slice(&bytes).ok()?;
        let (fingerprint, keys, id, day, known_at, last_recorded_at) = fields;
        let key = |key: JsonValue| match key {
            JsonValue::Null => Some(SortKey::Missing),
            JsonValue::Number(number) => number.as_f64().map(SortKey::Number),
            JsonValue::String(text) => Some(SortKey::Text(text)),
            _ => None,
        };
        Some(Self {
            fingerprint: u64::from_str_radix(&fingerprint, 16).ok()?,
            position: Position {
                keys: keys.into_iter().map(key).collect::<Option<_>>()?,
                id,
            },
            as_of: day.map_or(Some(AsOf::Ever), |day| day.parse().ok().map(AsOf::Day))?,
            known_at: known_at.parse().ok()?,
            last_recorded_at: last_recorded_at.parse().ok()?,
        })
    }

    /// `view` at the day and the moment of the first page.
    fn view(&self, view: View) -> View {
        View {
            as_of: self.as_of,
            known_at: self.known_at,
            ..view
        }
    }
}

/// Whether there are more pages, and the cursors of the first and the last element of this one.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether there are elements before this page.
    pub(crate) has_previous_page: bool,
    /// Whether there are elements after this page.
    pub(crate) has_next_page: bool,
    /// The cursor of the first element; null on an empty page.
    pub(crate) start_cursor: Option<ElementCursor>,
    /// The cursor of the last element; null on an empty page.
    pub(crate) end_cursor: Option<ElementCursor>,
}

impl PageInfo {
    /// The information about a page whose elements have these cursors.
    pub(crate) fn of<R>(page: &Page<R>, cursors: &[ElementCursor]) -> Self {
        Self {
            has_previous_page: page.has_previous,
            has_next_page: page.has_next,
            start_cursor: cursors.first().cloned(),
            end_cursor: cursors.last().cloned(),
        }
    }
}

/// The total number of elements of the connection being resolved, if `totalCount` is selected. Counting costs as much as listing
/// everything.
///
/// Counted together with the connection rather than in its field: `totalCount` is never null, so it must not fail.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Total(Option<i32>);

impl Total {
    /// Counts the matching `rows` if `totalCount` is selected.
    pub(crate) fn count<I: Iterator>(
        ctx: &Context<'_>,
        viewer: &Viewer,
        rows: impl FnOnce() -> I,
        matches: impl Fn(I::Item) -> Result<bool, Exhausted>,
    ) -> Result<Self, Error> {
        Self::count_if_selected(ctx, || count(rows(), matches, viewer.budget()))
    }

    /// The result of `count` if `totalCount` is selected.
    pub(crate) fn count_if_selected(
        ctx: &Context<'_>,
        count: impl FnOnce() -> Result<usize, Exhausted>,
    ) -> Result<Self, Error> {
        if !ctx.look_ahead().field("totalCount").exists() {
            return Ok(Self(None));
        }
        Self::from_count(count()?)
    }

    /// A total that has been counted already.
    pub(crate) fn from_count(count: usize) -> Result<Self, Error> {
        let count = i32::try_from(count);
        let too_many = |_| Error::limit_exceeded("There are more than 2147483647 elements to count; narrow the filter");
        count.map(Some).map(Self).map_err(too_many)
    }

    /// The total. Panics unless `totalCount` is selected.
    pub(crate) fn value(self) -> i32 {
        self.0.expect("totalCount is counted when it is selected")
    }
}

/// One element of a page and its cursor.
#[derive(Debug, Clone)]
pub(crate) struct Edge<T> {
    pub(crate) cursor: ElementCursor,
    pub(crate) node: T,
}

/// A page of elements.
#[derive(Debug, Clone)]
pub(crate) struct Connection<T> {
    pub(crate) edges: Vec<Edge<T>>,
    pub(crate) page_info: PageInfo,
    pub(crate) total: Total,
}

/// The prefix of the names of the connection and edge types of `T`. The entries of a timeline are listed in a
/// `TimelineConnection`.
fn type_prefix<T: OutputType>() -> String {
    let name = T::type_name();
    name.strip_suffix("Entry").unwrap_or(&name).to_owned()
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", type_prefix::<T>()).into()
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", type_prefix::<T>()).into()
    }
}

/// One element of a page.
#[Object(name_type)]
impl<T: OutputType> Edge<T> {
    /// The cursor of this element, for `after` and `before`.
    async fn cursor(&self) -> &ElementCursor {
        &self.cursor
    }

    /// The element.
    async fn node(&self) -> &T {
        &self.node
    }
}

/// A page of a listing.
#[Object(name_type)]
impl<T: OutputType> Connection<T> {
    /// The elements with their cursors.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The elements without their cursors.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there are more pages, and the cursors of this one.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// The number of elements on all pages. Counted only when selected.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        self.total.value()
    }
}

impl<T> Connection<T> {
    /// The connection of `page`, whose elements are created by `node`.
    pub(crate) fn new<R: Copy>(
        listing: &Listing,
        viewer: &Viewer,
        page: &Page<R>,
        total: Total,
        node: impl Fn(R) -> T,
    ) -> Self {
        let cursors = listing.cursors(viewer, page);
        let page_info = PageInfo::of(page, &cursors);
        let edges = page.rows.iter().zip(cursors).map(|((row, _), cursor)| Edge {
            cursor,
            node: node(*row),
        });
        Self {
            edges: edges.collect(),
            page_info,
            total,
        }
    }
}
