//! Relay pages: arguments, opaque cursors that stay valid, and connections.

use std::borrow::Cow;

use async_graphql::{Context, Object, OutputType, SimpleObject, TypeName};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value as JsonValue, json};

use super::argument_hash::arguments_hash;
use crate::{
    engine::{cost::directives::cost, error::Error, limits::PAGE_DEFAULT},
    graph::{Exhausted, Key, Order, Ordered, Page, Position, Take, Window, count},
    model::{AsOf, View},
    schema::context::viewer::{Viewer, hash_of},
};

/// How many elements a page may have.
pub(crate) const PAGE_MAX: usize = 1000;

/// Which page is asked for.
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

/// One listing to page through: what it lists, in which order, under which view.
pub(crate) struct Listing {
    /// The schema coordinate of its field: `Company.partners`.
    coordinate: String,
    /// Tells this listing from every other.
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

    /// The same, of rows whose positions have so many keys.
    pub(crate) fn with_keys(
        ctx: &Context<'_>,
        viewer: &Viewer,
        parent: &str,
        owner: &str,
        keys: usize,
    ) -> Result<Self, Error> {
        let coordinate = format!("{parent}.{}", ctx.field().name());
        let told = format!(
            "{coordinate}\n{owner}\n{}\n{}",
            viewer.asked(),
            arguments_hash(ctx, parent)?
        );
        Ok(Self {
            fingerprint: hash_of(&told),
            coordinate,
            keys,
        })
    }

    /// The window asked for, and the viewer that sees what the first page saw.
    pub(crate) fn window(&self, viewer: &Viewer, args: &PageArgs) -> Result<(Window, Viewer), Error> {
        let place = |argument: &str| format!("{}({argument}:)", self.coordinate);
        let size = |argument: &str, size: i32| {
            usize::try_from(size)
                .ok()
                .filter(|size| *size <= PAGE_MAX)
                .ok_or_else(|| {
                    Error::bad_user_input(
                        place(argument),
                        format!("{argument} is {size}; it takes 0 to {PAGE_MAX}"),
                    )
                })
        };
        let take = match (args.first, args.last) {
            (Some(_), Some(_)) => {
                return Err(Error::bad_user_input(
                    place("last"),
                    "first and last exclude each other; give one of them",
                ));
            }
            (Some(first), None) => Take::First(size("first", first)?),
            (None, Some(last)) => Take::Last(size("last", last)?),
            (None, None) if args.before.is_some() && args.after.is_none() => Take::Last(PAGE_DEFAULT),
            (None, None) => Take::First(PAGE_DEFAULT),
        };
        let read = |argument: &str, cursor: &Option<String>| -> Result<Option<Cursor>, Error> {
            let Some(text) = cursor else { return Ok(None) };
            let refuse = |why: &str| Error::bad_user_input(place(argument), format!("{argument} {why}"));
            let cursor = Cursor::decode(text)
                .ok_or_else(|| refuse("is not a cursor of this server; take one from pageInfo or an edge"))?;
            if cursor.fingerprint != self.fingerprint || cursor.position.keys.len() != self.keys {
                return Err(refuse(
                    "comes from another listing; a cursor goes with the order, filter and view it was made under",
                ));
            }
            Ok(Some(cursor))
        };
        let (after, before) = (read("after", &args.after)?, read("before", &args.before)?);
        let state = after.as_ref().or(before.as_ref());
        let viewer = state.map_or_else(
            || viewer.clone(),
            |cursor| viewer.as_of(cursor.state(viewer.view()), cursor.last),
        );
        let window = Window {
            after: after.map(|cursor| cursor.position),
            before: before.map(|cursor| cursor.position),
            take,
        };
        Ok((window, viewer))
    }

    /// The cursor of a row on a page of this listing, seen by `viewer`.
    pub(crate) fn cursor(&self, viewer: &Viewer, position: Position) -> String {
        let view = viewer.view();
        Cursor {
            fingerprint: self.fingerprint,
            position,
            as_of: view.as_of,
            known_at: view.known_at,
            last: viewer.last(),
        }
        .encode()
    }
}

/// Order, last key and id, and the state that the first page read.
struct Cursor {
    fingerprint: u64,
    position: Position,
    as_of: AsOf,
    known_at: jiff::Timestamp,
    /// When the last record was made that the first page could see.
    last: jiff::Timestamp,
}

impl Cursor {
    fn encode(&self) -> String {
        let keys = self.position.keys.iter().map(|key| match key {
            Key::Number(number) => json!(number),
            Key::Text(text) => json!(text),
            Key::Missing => JsonValue::Null,
        });
        let day = match self.as_of {
            AsOf::Day(day) => Some(day.to_string()),
            AsOf::Ever => None,
        };
        let told = json!([
            format!("{:x}", self.fingerprint),
            keys.collect::<Vec<_>>(),
            self.position.id,
            day,
            self.known_at.to_string(),
            self.last.to_string()
        ]);
        BASE64_URL_SAFE_NO_PAD.encode(told.to_string())
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let told: (String, Vec<JsonValue>, String, Option<String>, String, String) =
            serde_json::from_slice(&bytes).ok()?;
        let (fingerprint, keys, id, day, known_at, last) = told;
        let key = |key: JsonValue| match key {
            JsonValue::Null => Some(Key::Missing),
            JsonValue::Number(number) => number.as_f64().map(Key::Number),
            JsonValue::String(text) => Some(Key::Text(text)),
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
            last: last.parse().ok()?,
        })
    }

    fn state(&self, view: View) -> View {
        View {
            as_of: self.as_of,
            known_at: self.known_at,
            ..view
        }
    }
}

/// Whether there is more, and where the page begins and ends.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether elements precede this page.
    pub(crate) has_previous_page: bool,
    /// Whether elements follow this page.
    pub(crate) has_next_page: bool,
    /// The cursor of the first element; null on an empty page.
    pub(crate) start_cursor: Option<String>,
    /// The cursor of the last element; null on an empty page.
    pub(crate) end_cursor: Option<String>,
}

impl PageInfo {
    /// What a page with these cursors says of itself.
    pub(crate) fn of<R>(page: &Page<R>, cursors: &[String]) -> Self {
        Self {
            has_previous_page: page.has_previous,
            has_next_page: page.has_next,
            start_cursor: cursors.first().cloned(),
            end_cursor: cursors.last().cloned(),
        }
    }
}

/// How many of something there are, if the connection being resolved is asked for it. Counting costs as much as listing
/// everything.
///
/// Counted with the connection and not by its field: `totalCount` is never null, so it must not fail.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Total(Option<i32>);

impl Total {
    /// Counts those of `rows` that fit when `totalCount` is selected.
    pub(crate) fn count<I: Iterator>(
        ctx: &Context<'_>,
        viewer: &Viewer,
        rows: impl FnOnce() -> I,
        fits: impl Fn(I::Item) -> Result<bool, Exhausted>,
    ) -> Result<Self, Error> {
        Self::counted_if_asked(ctx, || count(rows(), fits, viewer.budget()))
    }

    /// What `counts` says when `totalCount` is selected.
    pub(crate) fn counted_if_asked(
        ctx: &Context<'_>,
        counts: impl FnOnce() -> Result<usize, Exhausted>,
    ) -> Result<Self, Error> {
        if !ctx.look_ahead().field("totalCount").exists() {
            return Ok(Self(None));
        }
        Self::number(counts()?)
    }

    /// So many, counted already.
    pub(crate) fn number(counted: usize) -> Result<Self, Error> {
        let counted = i32::try_from(counted);
        let too_many = |_| Error::limit_exceeded("There are more than 2147483647 elements to count; narrow the filter");
        counted.map(Some).map(Self).map_err(too_many)
    }

    pub(crate) fn counted(self) -> i32 {
        self.0.expect("totalCount is counted when it is selected")
    }
}

/// One element of a page and its cursor.
#[derive(Debug, Clone)]
pub(crate) struct Edge<T> {
    pub(crate) cursor: String,
    pub(crate) node: T,
}

/// A page of elements.
#[derive(Debug, Clone)]
pub(crate) struct Connection<T> {
    pub(crate) edges: Vec<Edge<T>>,
    pub(crate) page_info: PageInfo,
    pub(crate) total: Total,
}

/// What a listing of `T` is named after: a timeline lists entries of it.
fn listed<T: OutputType>() -> String {
    let name = T::type_name();
    name.strip_suffix("Entry").unwrap_or(&name).to_owned()
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", listed::<T>()).into()
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", listed::<T>()).into()
    }
}

/// One element of a page.
#[Object(name_type)]
impl<T: OutputType> Edge<T> {
    /// Where the element stands in the listing: for `after` and `before`.
    async fn cursor(&self) -> &str {
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

    /// The elements alone.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many elements there are on all pages. Counted only when selected.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total_count(&self) -> i32 {
        self.total.counted()
    }
}

impl<T> Connection<T> {
    /// The connection of `page`, whose elements `node` makes.
    pub(crate) fn new<R: Copy>(
        listing: &Listing,
        viewer: &Viewer,
        page: &Page<R>,
        total: Total,
        node: impl Fn(R) -> T,
    ) -> Self {
        let cursors: Vec<String> = page
            .rows
            .iter()
            .map(|(_, position)| listing.cursor(viewer, position.clone()))
            .collect();
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
