//! The root field that reads the change log: every step of every commit, oldest first, which can be resumed at any position at any
//! later time.

use async_graphql::{Context, InputObject, Object};

use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    model::{Action, AppliedChange, Entry, Noun, Set},
    schema::{
        context::viewer::{RequestContext, Viewer},
        inputs::bounds::within,
        types::changes::change::{Change, ChangePosition},
        values::{
            enums::Member,
            node_key::NodeKey,
            page::{Connection, Edge, ElementCursor, PAGE_MAX, PageInfo, Total},
            scalars::DateTime,
        },
    },
};

/// The default number of changes to list.
const FIRST: i32 = 100;

/// The number of entries of the log that are read at a time.
const ENTRIES: usize = 256;

/// The maximum number of entities or tokens in a filter.
const NAMED_MAX: usize = 100;

/// A predicate on changes. All given conditions must hold; an omitted one always holds.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct ChangeFilter {
    /// Changes of records of these types only.
    nouns: Option<Vec<Member<Noun>>>,
    /// Changes with these actions only.
    actions: Option<Vec<Member<Action>>>,
    /// Only changes that concern one of the entities with these ids: changes of the entity itself and of its relationships. At most
    /// 100 ids.
    entity: Option<Vec<NodeKey>>,
    /// Only changes made with an access token of one of these names. At most 100 names.
    by: Option<Vec<String>>,
    /// Only changes recorded at this moment or later.
    since: Option<DateTime>,
    /// Only changes recorded before this moment.
    until: Option<DateTime>,
}

impl ChangeFilter {
    /// The filter, after a check of the lengths of its lists; errors name it by its `coordinate`.
    pub(crate) fn checked(self, coordinate: &str) -> Result<Self, Error> {
        let lengths = [
            ("entity", self.entity.as_ref().map_or(0, Vec::len)),
            ("by", self.by.as_ref().map_or(0, Vec::len)),
        ];
        for (field, length) in lengths {
            if length > NAMED_MAX {
                let message = format!("{field} has {length} values; at most {NAMED_MAX} are allowed");
                return Err(Error::bad_user_input(coordinate, message));
            }
        }
        Ok(self)
    }

    /// Whether any step of `entry` may match.
    fn matches_entry(&self, entry: &Entry) -> bool {
        let by = entry.by.as_deref();
        self.since.is_none_or(|since| entry.recorded_at >= since.0)
            && self.until.is_none_or(|until| entry.recorded_at < until.0)
            && self
                .by
                .as_ref()
                .is_none_or(|names| names.iter().any(|name| by == Some(name.as_str())))
    }

    /// Whether `step` of `entry` matches.
    pub(crate) fn matches(&self, entry: &Entry, step: &AppliedChange) -> bool {
        let nouns: Option<Set<Noun>> = self.nouns.as_deref().map(Member::set);
        let actions: Option<Set<Action>> = self.actions.as_deref().map(Member::set);
        let concerns = |ids: &Vec<NodeKey>| step.entities.iter().any(|entity| ids.iter().any(|id| **id == *entity));
        self.matches_entry(entry)
            && nouns.is_none_or(|nouns| nouns.contains(step.change.noun()))
            && actions.is_none_or(|actions| actions.contains(step.action))
            && self.entity.as_ref().is_none_or(concerns)
    }
}

/// The position to read after; none to read from the start.
fn decode_after(request: &RequestContext, after: Option<&str>) -> Result<Option<ChangePosition>, Error> {
    const COORDINATE: &str = "Query.changes(after:)";
    let Some(text) = after else { return Ok(None) };
    let after = ChangePosition::decode(text).ok_or_else(|| {
        Error::bad_user_input(
            COORDINATE,
            "after is not a cursor of changes; use the cursor of a change or a payload",
        )
    })?;
    if after.position > request.newest_position() {
        let message =
            "after is beyond the last change; it comes from another store, or from before this one was restored";
        return Err(Error::bad_user_input(COORDINATE, message));
    }
    Ok(Some(after))
}

/// Visits the matching changes after a position, oldest first, until `visit` returns false.
fn each_after(
    request: &RequestContext,
    viewer: &Viewer,
    after: Option<ChangePosition>,
    filter: &ChangeFilter,
    mut visit: impl FnMut(Change) -> bool,
) -> Result<(), Error> {
    let is_later = |position, step| after.is_none_or(|after| ChangePosition { position, step } > after);
    // The position may be in the middle of a commit.
    let mut position = after.map_or(0, |after| after.position.saturating_sub(1));
    loop {
        let entries = request.entries_after(position, ENTRIES)?;
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
                let matches = is_later(entry.position, index) && filter.matches(&entry, step);
                if matches && !visit(Change::new(viewer.clone(), entry.clone(), index)) {
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
    /// The change log: what each commit did to each record, oldest first. Cursors never expire: a client that stores the last one
    /// receives every change exactly once.
    #[graphql(
        directive = cost::apply("10".to_owned()),
        directive = list_size::apply(None, names(&["first"]), names(&["edges", "nodes"]), Some(false))
    )]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only the changes after this cursor. Default: from the first change.")] after: Option<String>,
        #[graphql(desc = "How many elements to return: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only changes that match.")] filter: Option<ChangeFilter>,
    ) -> Option<Result<Connection<Change>, Error>> {
        let list = || {
            let max = i32::try_from(PAGE_MAX).unwrap_or(i32::MAX);
            let first = within(first.unwrap_or(FIRST), 0, max, "Query.changes(first:)")?;
            let filter = filter.unwrap_or_default().checked("Query.changes(filter:)")?;
            let request = RequestContext::from_ctx(ctx)?;
            let viewer = Viewer::latest(ctx)?;
            let after = decode_after(&request, after.as_deref())?;
            let mut changes = Vec::new();
            each_after(&request, &viewer, after, &filter, |change| {
                changes.push(change);
                // One more than requested, to find out whether there are more.
                changes.len() <= first
            })?;
            let has_next_page = changes.len() > first;
            changes.truncate(first);
            let total = if ctx.look_ahead().field("totalCount").exists() {
                let mut count = 0;
                each_after(&request, &viewer, None, &filter, |_| {
                    count += 1;
                    true
                })?;
                Total::from_count(count)?
            } else {
                Total::default()
            };
            let edge = |node: Change| Edge {
                cursor: ElementCursor::Text(node.position().encode()),
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
