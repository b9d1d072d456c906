//! The root field that reads the log of changes: every step of every commit, oldest first, to be resumed at any place for
//! ever.

use async_graphql::{Context, InputObject, Object};

use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    model::{Action, Entry, Noun, Set, Step},
    schema::{
        context::viewer::{Asking, Viewer},
        inputs::bounds::within,
        types::changes::change::{Change, Place},
        values::{
            enums::Member,
            node_key::NodeKey,
            page::{Connection, Edge, PAGE_MAX, PageInfo, Total},
            scalars::DateTime,
        },
    },
};

/// How many are listed unless asked otherwise.
const FIRST: i32 = 100;

/// How many entries of the log are read at a time.
const ENTRIES: usize = 256;

/// How many entities or tokens a filter may name.
const NAMED_MAX: usize = 100;

/// Which changes to list. What is left out fits everything.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct ChangeFilter {
    /// Only of these sorts of records.
    nouns: Option<Vec<Member<Noun>>>,
    /// Only these actions.
    actions: Option<Vec<Member<Action>>>,
    /// Only changes that are about one of the entities with these ids: of itself, or of a relationship that it stands in. At
    /// most 100.
    entity: Option<Vec<NodeKey>>,
    /// Only changes allowed by a token with one of these names. At most 100.
    by: Option<Vec<String>>,
    /// Only what was recorded at this moment or later.
    since: Option<DateTime>,
    /// Only what was recorded before this moment.
    until: Option<DateTime>,
}

impl ChangeFilter {
    /// The filter, once it is known to be no longer than allowed; `coordinate` names it in errors.
    pub(crate) fn checked(self, coordinate: &str) -> Result<Self, Error> {
        let lengths = [
            ("entity", self.entity.as_ref().map_or(0, Vec::len)),
            ("by", self.by.as_ref().map_or(0, Vec::len)),
        ];
        for (field, length) in lengths {
            if length > NAMED_MAX {
                let message = format!("{field} names {length}; at most {NAMED_MAX} are allowed");
                return Err(Error::bad_user_input(coordinate, message));
            }
        }
        Ok(self)
    }

    /// Whether any step of `entry` may fit.
    fn fits_entry(&self, entry: &Entry) -> bool {
        let by = entry.by.as_deref();
        self.since.is_none_or(|since| entry.recorded_at >= since.0)
            && self.until.is_none_or(|until| entry.recorded_at < until.0)
            && self
                .by
                .as_ref()
                .is_none_or(|names| names.iter().any(|name| by == Some(name.as_str())))
    }

    /// Whether `step` of `entry` fits.
    pub(crate) fn fits(&self, entry: &Entry, step: &Step) -> bool {
        let nouns: Option<Set<Noun>> = self.nouns.as_deref().map(Member::set);
        let actions: Option<Set<Action>> = self.actions.as_deref().map(Member::set);
        let about = |ids: &Vec<NodeKey>| step.entities.iter().any(|entity| ids.iter().any(|id| **id == *entity));
        self.fits_entry(entry)
            && nouns.is_none_or(|nouns| nouns.contains(step.change.noun()))
            && actions.is_none_or(|actions| actions.contains(step.action))
            && self.entity.as_ref().is_none_or(about)
    }
}

/// Where reading begins: after this place, or at the start.
fn place(asking: &Asking, after: Option<&str>) -> Result<Option<Place>, Error> {
    const COORDINATE: &str = "Query.changes(after:)";
    let Some(text) = after else { return Ok(None) };
    let place = Place::decode(text).ok_or_else(|| {
        Error::bad_user_input(
            COORDINATE,
            "after is not a cursor of changes; take one from a change or a payload",
        )
    })?;
    if place.position > asking.newest() {
        let message =
            "after lies beyond the last change; it comes from another store, or from before this one was restored";
        return Err(Error::bad_user_input(COORDINATE, message));
    }
    Ok(Some(place))
}

/// The changes after a place that fit, oldest first, until `visit` has enough of them.
fn each_after(
    asking: &Asking,
    viewer: &Viewer,
    after: Option<Place>,
    filter: &ChangeFilter,
    mut visit: impl FnMut(Change) -> bool,
) -> Result<(), Error> {
    let is_later = |position, step| after.is_none_or(|after| Place { position, step } > after);
    // A place may lie in the middle of a commit.
    let mut position = after.map_or(0, |after| after.position.saturating_sub(1));
    loop {
        let entries = asking.entries_after(position, ENTRIES)?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        position = last.position;
        for entry in entries {
            let steps = u64::try_from(entry.steps.len()).unwrap_or(u64::MAX);
            viewer.budget().charge(steps)?;
            if filter.until.is_some_and(|until| entry.recorded_at >= until.0) {
                return Ok(());
            }
            for (index, step) in entry.steps.iter().enumerate() {
                let listed = is_later(entry.position, index) && filter.fits(&entry, step);
                if listed && !visit(Change::new(viewer.clone(), entry.clone(), index)) {
                    return Ok(());
                }
            }
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct ChangeQuery;

#[Object]
impl ChangeQuery {
    /// The log of changes: what each commit did to each record, oldest first. A cursor stays good for ever, so that whoever
    /// keeps the last one sees every change once.
    #[graphql(
        directive = cost::apply("10".to_owned()),
        directive = list_size::apply(None, names(&["first"]), names(&["edges", "nodes"]), Some(false))
    )]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what follows this cursor. Left out: from the first change.")] after: Option<String>,
        #[graphql(desc = "How many: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only those that fit.")] filter: Option<ChangeFilter>,
    ) -> Option<Result<Connection<Change>, Error>> {
        let list = || {
            let most = i32::try_from(PAGE_MAX).unwrap_or(i32::MAX);
            let first = within(first.unwrap_or(FIRST), 0, most, "Query.changes(first:)")?;
            let filter = filter.unwrap_or_default().checked("Query.changes(filter:)")?;
            let asking = Asking::of(ctx)?;
            let viewer = Viewer::of_now(ctx)?;
            let after = place(&asking, after.as_deref())?;
            let mut changes = Vec::new();
            each_after(&asking, &viewer, after, &filter, |change| {
                changes.push(change);
                // One more than asked for tells whether there are more.
                changes.len() <= first
            })?;
            let has_next_page = changes.len() > first;
            changes.truncate(first);
            let total = if ctx.look_ahead().field("totalCount").exists() {
                let mut counted = 0;
                each_after(&asking, &viewer, None, &filter, |_| {
                    counted += 1;
                    true
                })?;
                Total::number(counted)?
            } else {
                Total::default()
            };
            let edge = |node: Change| Edge {
                cursor: node.place().encode(),
                node,
            };
            let edges: Vec<Edge<Change>> = changes.into_iter().map(edge).collect();
            Ok(Connection {
                page_info: PageInfo {
                    has_previous_page: after.is_some(),
                    has_next_page,
                    start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                    end_cursor: edges.last().map(|edge| edge.cursor.clone()),
                },
                edges,
                total,
            })
        };
        Some(list())
    }
}
