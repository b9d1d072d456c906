//! The root field that checks the data for issues.

use async_graphql::{Context, Object};

use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    graph::{
        Exhausted, Page, Position, Snapshot, SortKey, Window,
        algo::{self, CheckContext, DataIssueKind, data_issues},
    },
    model::{Catalog, Set},
    schema::{
        context::{view::ViewInput, viewer::Viewer},
        types::computed::data_issue::DataIssue,
        values::{
            enums::Member,
            page::{Connection, Listing, PageArgs, Total},
        },
    },
};

/// The default number of issues to list.
const FIRST: i32 = 100;

/// The number of keys of a position: the kind of issue, and its ordinal among those of the same kind about the same records, whose ids
/// are the id of the position.
const KEYS: usize = 2;

#[derive(Debug, Default)]
pub(crate) struct DataIssueQuery;

#[Object]
impl DataIssueQuery {
    /// Possible errors in the data, ordered by kind as in the enum, then by the ids of the records concerned, entities before
    /// relationships. Only the requested kinds are checked, and only as many as the page needs.
    #[graphql(
        directive = cost::apply("1000".to_owned()),
        directive = list_size::apply(None, names(&["first"]), names(&["edges", "nodes"]), Some(false))
    )]
    async fn data_issues(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The kinds of issues to check for. Default: all. On a large graph, check one or two at a time."
        )]
        kinds: Option<Vec<Member<DataIssueKind>>>,
        #[graphql(desc = "How many elements to return: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "The view to read the graph through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's. With `ever: true`, relationships that have ended are checked as well."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Connection<DataIssue>, Error>> {
        let args = PageArgs {
            first: first.or(Some(FIRST)),
            after,
            ..PageArgs::default()
        };
        let answer = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let kinds = kinds.map_or(Set::all(), |kinds| Member::set(&kinds));
            if kinds.is_empty() {
                let message = "kinds is empty; name at least one kind, or omit it to check for all";
                return Err(Error::bad_user_input("Query.dataIssues(kinds:)", message));
            }
            let listing = Listing::with_keys(ctx, &viewer, "Query", "", KEYS)?;
            let (window, viewer) = listing.window(&viewer, &args)?;
            let count_all = ctx.look_ahead().field("totalCount").exists();
            let (issues, page) = find(&viewer, kinds, &window, count_all)?;
            let total = if count_all {
                Total::from_count(issues.len())?
            } else {
                Total::default()
            };
            Ok(Connection::new(&listing, &viewer, &page, total, |position| {
                DataIssue::new(viewer.clone(), issues[position].clone())
            }))
        };
        Some(
            answer()
                .map_err(|error: Error| error.when_exhausted("Query.dataIssues(kinds:)", "name fewer kinds at a time")),
        )
    }
}

/// The issues of these kinds, and the page of them: all issues if `count_all`, otherwise those that the page needs.
fn find(
    viewer: &Viewer,
    kinds: Set<DataIssueKind>,
    window: &Window,
    count_all: bool,
) -> Result<(Vec<algo::DataIssue>, Page<usize>), Exhausted> {
    let context = CheckContext {
        day: viewer.day(),
        ..CheckContext::new(viewer.snapshot(), &viewer.view(), viewer.budget())
    };
    let after = window.after.as_ref();
    let is_passed = |kind: DataIssueKind| after.is_some_and(|after| f64::from(kind.index()) < number(&after.keys[0]));
    let mut issues = Vec::new();
    let mut page = page_of(viewer.snapshot(), &issues, window);
    for kind in kinds.iter().filter(|kind| count_all || !is_passed(*kind)) {
        issues.extend(data_issues(&context, kind)?);
        page = page_of(viewer.snapshot(), &issues, window);
        if page.has_next && !count_all {
            break;
        }
    }
    Ok((issues, page))
}

/// The page of `issues`, which are in order.
fn page_of(snapshot: &Snapshot, issues: &[algo::DataIssue], window: &Window) -> Page<usize> {
    let start = window.after.as_ref().map_or(0, |after| {
        let (kind, ordinal) = (number(&after.keys[0]), number(&after.keys[1]));
        let compare = |issue: &algo::DataIssue| {
            let kinds = f64::from(issue.kind().index()).total_cmp(&kind);
            kinds.then_with(|| issue.sort_key(snapshot).cmp(&after.id))
        };
        let first = issues.partition_point(|issue| compare(issue).is_lt());
        let same = (0u32..).zip(&issues[first..]);
        let passed = same.take_while(|(number, issue)| f64::from(*number) <= ordinal && compare(issue).is_eq());
        first + passed.count()
    });
    let end = issues.len().min(start.saturating_add(window.size()));
    let rows = (start..end).map(|index| (index, position(snapshot, issues, index)));
    Page {
        rows: rows.collect(),
        has_previous: window.after.is_some(),
        has_next: end < issues.len(),
    }
}

/// The position of the issue at `index`.
fn position(snapshot: &Snapshot, issues: &[algo::DataIssue], index: usize) -> Position {
    let issue = &issues[index];
    let before = issues[..index].iter().rev();
    let ordinal = before.take_while(|other| other.compare(issue).is_eq()).count();
    let keys = [
        u32::from(issue.kind().index()),
        u32::try_from(ordinal).unwrap_or(u32::MAX),
    ];
    Position {
        keys: keys.map(|key| SortKey::Number(f64::from(key))).into(),
        id: issue.sort_key(snapshot),
    }
}

/// A numeric key of a position; 0 for other keys, which only a forged cursor has.
fn number(key: &SortKey) -> f64 {
    match key {
        SortKey::Number(number) => *number,
        SortKey::Text(_) | SortKey::Missing => 0.0,
    }
}
