//! The root field that compares two views: what appeared, disappeared or changed between them.

use async_graphql::{Context, Object};

use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    graph::{
        EntityIx, Exhausted, OrderDirection, Page, Position, Window,
        algo::{self, DiffQuestion},
    },
    schema::{
        context::{view::ViewInput, viewer::Viewer},
        types::changes::diff_entry::DiffEntry,
        values::{
            node_key::NodeKey,
            page::{Connection, Listing, PageArgs, Total},
        },
    },
};

/// The default number of differences to list.
const FIRST: i32 = 100;

/// The maximum number of entities to restrict a comparison to.
const OF_MAX: usize = 100;

/// The entities to restrict a comparison to; each must exist in at least one of the views.
fn resolve_entities(of: &[NodeKey], from: &Viewer, to: &Viewer) -> Result<Vec<EntityIx>, Error> {
    const COORDINATE: &str = "Query.diff(of:)";
    if of.len() > OF_MAX {
        let message = format!("{} ids are too many; at most {OF_MAX} are allowed at a time", of.len());
        return Err(Error::bad_user_input(COORDINATE, message));
    }
    let mut entities = Vec::with_capacity(of.len());
    for id in of {
        let entity = to.entity_named(id, COORDINATE);
        entities.push(entity.or_else(|_| from.entity_named(id, COORDINATE))?);
    }
    entities.sort_unstable();
    entities.dedup();
    Ok(entities)
}

/// Entities first, then relationships.
const ORDER: &[((), OrderDirection)] = &[((), OrderDirection::Ascending)];

/// A page of the differences. Reads no further than the end of the page.
fn diff_page(viewer: &Viewer, question: &DiffQuestion, window: &Window) -> Result<Page<algo::DiffEntry>, Exhausted> {
    let snapshot = viewer.snapshot();
    let count = window.size();
    let mut rows = Vec::new();
    let mut entries = algo::diff(snapshot, question, window.after.as_ref(), viewer.budget())?;
    for entry in entries.by_ref().take(count) {
        let entry = entry?;
        rows.push((entry, Position::of(entry, snapshot, ORDER)));
    }
    let has_next = rows.len() == count && entries.next().transpose()?.is_some();
    Ok(Page {
        rows,
        has_previous: window.after.is_some(),
        has_next,
    })
}

#[derive(Debug, Default)]
pub(crate) struct DiffQuery;

#[Object]
impl DiffQuery {
    /// The differences between two views, which may differ in the day (`asOf`), the moment of knowledge (`knownAt`) or the statuses:
    /// the entities and relationships that only one of the views sees, or of which they see versions with different content.
    /// Entities first, then relationships, each by id. Entities do not depend on the day, so they never differ by `asOf` alone.
    #[graphql(
        directive = cost::apply("1000".to_owned()),
        directive = list_size::apply(None, names(&["first"]), names(&["edges", "nodes"]), Some(false))
    )]
    async fn diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only the entities with these ids, at most 100, and their relationships. Default: everything."
        )]
        of: Option<Vec<NodeKey>>,
        #[graphql(desc = "The view of the state before; `before` of each entry inherits it.")] from: ViewInput,
        #[graphql(desc = "The view of the state after; `after` of each entry inherits it.")] to: ViewInput,
        #[graphql(desc = "How many elements to return: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
    ) -> Option<Result<Connection<DiffEntry>, Error>> {
        let args = PageArgs {
            first: first.or(Some(FIRST)),
            after,
            ..PageArgs::default()
        };
        let compare = || {
            let latest = Viewer::latest(ctx)?;
            let listing = Listing::new::<algo::DiffEntry>(ctx, &latest, "Query", "", ORDER)?;
            // A cursor carries the moment of the first page, and its fingerprint covers both views: later pages see the same.
            let (window, latest) = listing.window(&latest, &args)?;
            let from = latest.through(&from, "Query.diff(from:)")?;
            let to = latest.through(&to, "Query.diff(to:)")?;
            let question = DiffQuestion {
                of: of.as_deref().map(|of| resolve_entities(of, &from, &to)).transpose()?,
                from: from.mask(),
                to: to.mask(),
            };
            let page = diff_page(&latest, &question, &window)?;
            let total = Total::count_if_selected(ctx, || {
                let mut all = algo::diff(latest.snapshot(), &question, None, latest.budget())?;
                all.try_fold(0, |count, entry| entry.map(|_| count + 1))
            })?;
            Ok(Connection::new(&listing, &latest, &page, total, |entry| {
                DiffEntry::new(&from, &to, entry)
            }))
        };
        Some(compare())
    }
}
