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

/// How many are listed unless asked otherwise.
const FIRST: i32 = 100;

/// How many entities a comparison may be restricted to.
const OF_MAX: usize = 100;

/// The entities that a comparison is restricted to, as far as either view knows them.
fn named(of: &[NodeKey], from: &Viewer, to: &Viewer) -> Result<Vec<EntityIx>, Error> {
    const PLACE: &str = "Query.diff(of:)";
    if of.len() > OF_MAX {
        let message = format!("{} ids are too many; ask for at most {OF_MAX} at a time", of.len());
        return Err(Error::bad_user_input(PLACE, message));
    }
    let mut named = Vec::with_capacity(of.len());
    for id in of {
        named.push(to.entity_named(id, PLACE).or_else(|_| from.entity_named(id, PLACE))?);
    }
    named.sort_unstable();
    named.dedup();
    Ok(named)
}

/// Entities first, then relationships.
const ORDER: &[((), OrderDirection)] = &[((), OrderDirection::Ascending)];

/// A page of what differs. Looks no further than the page reaches.
fn cut(viewer: &Viewer, question: &DiffQuestion, window: &Window) -> Result<Page<algo::DiffEntry>, Exhausted> {
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
    /// What differs between two views, on either axis: two days (`asOf`), two moments of knowledge (`knownAt`), or two sets of
    /// statuses. The entities and relationships that only one of them sees, or that were recorded anew in between with other
    /// content. Entities first, then relationships, each by id. An entity is in no day and so never appears by one.
    #[graphql(
        directive = cost::apply("1000".to_owned()),
        directive = list_size::apply(None, names(&["first"]), names(&["edges", "nodes"]), Some(false))
    )]
    async fn diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only the entities with these ids and their relationships, at most 100. Left out: everything."
        )]
        of: Option<Vec<NodeKey>>,
        #[graphql(desc = "What sees the state before; `before` of each entry inherits it.")] from: ViewInput,
        #[graphql(desc = "What sees the state after; `after` of each entry inherits it.")] to: ViewInput,
        #[graphql(desc = "How many: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
    ) -> Option<Result<Connection<DiffEntry>, Error>> {
        let args = PageArgs {
            first: first.or(Some(FIRST)),
            after,
            ..PageArgs::default()
        };
        let compare = || {
            let now = Viewer::of_now(ctx)?;
            let listing = Listing::new::<algo::DiffEntry>(ctx, &now, "Query", "", ORDER)?;
            // A cursor holds the moment of the first page, and the views given are in its fingerprint: both are the same again.
            let (window, now) = listing.window(&now, &args)?;
            let from = now.through(&from, "Query.diff(from:)")?;
            let to = now.through(&to, "Query.diff(to:)")?;
            let question = DiffQuestion {
                of: of.as_deref().map(|of| named(of, &from, &to)).transpose()?,
                from: from.mask(),
                to: to.mask(),
            };
            let page = cut(&now, &question, &window)?;
            let total = Total::counted_if_asked(ctx, || {
                let mut all = algo::diff(now.snapshot(), &question, None, now.budget())?;
                all.try_fold(0, |counted, entry| entry.map(|_| counted + 1))
            })?;
            Ok(Connection::new(&listing, &now, &page, total, |entry| {
                DiffEntry::new(&from, &to, entry)
            }))
        };
        Some(compare())
    }
}
