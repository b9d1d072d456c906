//! The root field that asks whether the data is sound.

use async_graphql::{Context, Object};

use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    graph::{
        Exhausted, Key, Page, Position, Snapshot, Window,
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

/// How many are listed unless asked otherwise.
const FIRST: i32 = 100;

/// A position is the kind, what the issue is about, and the how manieth about it.
const KEYS: usize = 2;

#[derive(Debug, Default)]
pub(crate) struct SoundnessQuery;

#[Object]
impl SoundnessQuery {
    /// Whether the data is sound: what may be wrong with it, by kind in the order of the enum, then by the ids of what it is
    /// about, entities before relationships. Only the kinds asked for are checked, and only as many as the page needs.
    #[graphql(
        directive = cost::apply("1000".to_owned()),
        directive = list_size::apply(None, names(&["first"]), names(&["edges", "nodes"]), Some(false))
    )]
    async fn data_issues(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Which kinds of issues to look for. Default: all. Of a large graph, ask for one or two at a time."
        )]
        kinds: Option<Vec<Member<DataIssueKind>>>,
        #[graphql(desc = "How many: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "What to see the graph through; everything below inherits it. Default: the header Guanxi-View, else today. With ever: true, what has ended is checked as well."
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
                let message = "kinds is empty; name at least one kind, or leave it out to look for all";
                return Err(Error::bad_user_input("Query.dataIssues(kinds:)", message));
            }
            let listing = Listing::with_keys(ctx, &viewer, "Query", "", KEYS)?;
            let (window, viewer) = listing.window(&viewer, &args)?;
            let counts = ctx.look_ahead().field("totalCount").exists();
            let (issues, page) = find(&viewer, kinds, &window, counts)?;
            let total = if counts {
                Total::number(issues.len())?
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

/// The issues of these kinds, and the page of them: all when they are to be counted, else those that the page needs.
fn find(
    viewer: &Viewer,
    kinds: Set<DataIssueKind>,
    window: &Window,
    counts: bool,
) -> Result<(Vec<algo::DataIssue>, Page<usize>), Exhausted> {
    let ground = CheckContext {
        day: viewer.day(),
        ..CheckContext::new(viewer.snapshot(), &viewer.view(), viewer.budget())
    };
    let after = window.after.as_ref();
    let is_passed = |kind: DataIssueKind| after.is_some_and(|after| f64::from(kind.index()) < number(&after.keys[0]));
    let mut issues = Vec::new();
    let mut page = cut(viewer.snapshot(), &issues, window);
    for kind in kinds.iter().filter(|kind| counts || !is_passed(*kind)) {
        issues.extend(data_issues(&ground, kind)?);
        page = cut(viewer.snapshot(), &issues, window);
        if page.has_next && !counts {
            break;
        }
    }
    Ok((issues, page))
}

/// The page of `issues`, which stand in order.
fn cut(snapshot: &Snapshot, issues: &[algo::DataIssue], window: &Window) -> Page<usize> {
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

/// Where an issue stands.
fn position(snapshot: &Snapshot, issues: &[algo::DataIssue], index: usize) -> Position {
    let issue = &issues[index];
    let before = issues[..index].iter().rev();
    let ordinal = before.take_while(|other| other.compare(issue).is_eq()).count();
    let keys = [
        u32::from(issue.kind().index()),
        u32::try_from(ordinal).unwrap_or(u32::MAX),
    ];
    Position {
        keys: keys.map(|key| Key::Number(f64::from(key))).into(),
        id: issue.sort_key(snapshot),
    }
}

/// A key of a position; a forged cursor may hold a text instead.
fn number(key: &Key) -> f64 {
    match key {
        Key::Number(number) => *number,
        Key::Text(_) | Key::Missing => 0.0,
    }
}
