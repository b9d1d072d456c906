//! The root field that searches entities by text. The text is literal: it has no operators.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{Context, Object};

use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    graph::{EntityIx, Page, Position, Snapshot, Window},
    model::{EntityKind, Set, country_code, country_of},
    schema::{
        context::{view::ViewInput, viewer::Viewer},
        types::computed::search::{SearchConnection, SearchRow},
        values::{
            enums::Member,
            page::{Listing, PageArgs},
        },
    },
    store::{
        SearchUnavailable,
        search::{self, Hit, Index, Question},
    },
};

/// The default number of entities to list.
const FIRST: i32 = 20;

/// The maximum number of countries to restrict a search to.
const COUNTRIES_MAX: usize = 1000;

#[derive(Debug, Default)]
pub(crate) struct SearchQuery;

#[Object]
impl SearchQuery {
    /// The entities whose names, descriptions, identifiers or ids contain the words of a text, in any script; best matches first,
    /// then by id.
    ///
    /// Every word must match: exactly, as the beginning of a longer word (the last word, and other words of at least three letters;
    /// in identifiers and ids only from three letters on), or with typos (one in words of 4 to 7 letters, two in longer words, none
    /// in numbers). If no entity contains all words, those with most of them are returned. Case, width and diacritics do not matter;
    /// apostrophes, hyphens and dots inside a word are optional. In Chinese, Japanese, Korean, Thai and other scripts without
    /// spaces, any sequence of characters matches. There are no operators: quotation marks, `AND`, `*` and the like have no
    /// special meaning. A text without anything to search for, such as one of punctuation only, matches nothing.
    ///
    /// An entity whose name equals the text comes first. Exact words rank above longer words, and those above typos; the beginning of
    /// the main name ranks above its other words, these above other names, identifiers and ids, and these above descriptions; rare
    /// words weigh more. Traditional and simplified Chinese characters match each other, and words of other scripts match their
    /// transliterations into Latin letters, and vice versa: `romashka` matches Ромашка, `mueller` matches Müller.
    ///
    /// A change can be found as soon as it is acknowledged. The search uses current texts whatever the view: an entity is found by its
    /// new name even in a view from before it was renamed, and retracted or merged entities are not found. The error UNAVAILABLE
    /// is returned in the first seconds after the start of the server, while it prepares the index.
    #[graphql(
        directive = cost::apply("100".to_owned()),
        directive = list_size::apply(Some(20), names(&["first"]), names(&["edges", "nodes"]), Some(false))
    )]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The text to search for, such as a name or a part of one. At most 1000 characters and 64 words; in scripts without spaces, each pair of characters counts as a word."
        )]
        text: String,
        #[graphql(desc = "Only entities of these kinds.")] kinds: Option<Vec<Member<EntityKind>>>,
        #[graphql(
            desc = "Only entities of these countries, as codes in upper or lower case: `US` includes `US-DE`. At most 1000."
        )]
        countries: Option<Vec<String>>,
        #[graphql(desc = "How many elements to return: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only the elements after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "What to see them through; everything below inherits it. It hides only entities that were not recorded yet. Default: the header Guanxi-View, else today."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<SearchConnection, Error>> {
        let args = PageArgs {
            first: first.or(Some(FIRST)),
            after,
            ..PageArgs::default()
        };
        let resolve = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let listing = Listing::new::<SearchRow>(ctx, &viewer, "Query", "", SearchRow::ORDER)?;
            let (window, viewer) = listing.window(&viewer, &args)?;
            let question = question(&text)?;
            let countries = countries.as_deref().map(Countries::new).transpose()?;
            let kinds = kinds.as_deref().map_or(Set::all(), Member::set);
            let snapshot = viewer.snapshot();
            let matches = |ix: EntityIx| {
                let entity = snapshot.entity(ix);
                snapshot.knows(ix, &viewer.mask())
                    && kinds.contains(entity.kind())
                    && countries
                        .as_ref()
                        .is_none_or(|countries| countries.contain(entity.country()))
            };
            let hits = if question.is_empty() {
                Vec::new()
            } else {
                index(&viewer)?.search(&question, matches, viewer.budget())?
            };
            let page = page_of(snapshot, &hits, &window);
            Ok(SearchConnection::new(
                &listing,
                &viewer,
                &Arc::new(question),
                &page,
                &hits,
            ))
        };
        Some(resolve())
    }
}

fn question(text: &str) -> Result<Question, Error> {
    const COORDINATE: &str = "Query.search(text:)";
    if text.trim().is_empty() {
        let message = "The text is empty; give a name or a part of one. Use entities to list all";
        return Err(Error::bad_user_input(COORDINATE, message));
    }
    Question::new(text).map_err(|error| Error::bad_user_input(COORDINATE, error.to_string()))
}

/// The search index of the state that `viewer` reads.
pub(crate) fn index(viewer: &Viewer) -> Result<&Index, Error> {
    viewer.state().search().map_err(|error| match error {
        SearchUnavailable::Building => Error::unavailable(
            "The server has just started and is still building its search index. Try again in a moment; all other queries are available.",
        ),
        SearchUnavailable::Failed(reason) => Error::internal(format!("there is no search index: {reason}")),
    })
}

impl From<search::Error> for Error {
    fn from(error: search::Error) -> Self {
        match error {
            search::Error::Exhausted(exhausted) => exhausted.into(),
            search::Error::Index(error) => Self::internal(format!("the search index failed: {error}")),
        }
    }
}

/// Country codes in upper case.
struct Countries(BTreeSet<String>);

impl Countries {
    fn new(codes: &[String]) -> Result<Self, Error> {
        let refuse = |message: String| Error::bad_user_input("Query.search(countries:)", message);
        if codes.len() > COUNTRIES_MAX {
            let message = format!(
                "{} countries are too many; at most {COUNTRIES_MAX} are allowed",
                codes.len()
            );
            return Err(refuse(message));
        }
        let code = |code: &String| country_code(code).map_err(|error| refuse(error.to_string()));
        codes.iter().map(code).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `country` is one of them or a subdivision of one.
    fn contain(&self, country: Option<&str>) -> bool {
        // Equivalent to checking each code in turn, but without a scan.
        country.is_some_and(|country| self.0.contains(country) || self.0.contains(country_of(country)))
    }
}

/// The page of `hits` in `window`. Sorts only one page: a short text may match most of the graph.
fn page_of(snapshot: &Snapshot, hits: &[Hit], window: &Window) -> Page<SearchRow> {
    let mut rows: Vec<SearchRow> = hits.iter().copied().map(SearchRow).collect();
    if let Some(after) = &window.after {
        rows.retain(|row| row.follows(snapshot, after));
    }
    let has_previous = rows.len() < hits.len();
    let count = window.size();
    let has_next = rows.len() > count;
    if has_next {
        rows.select_nth_unstable(count);
        rows.truncate(count);
    }
    rows.sort_unstable();
    let rows = rows.into_iter().map(|row| {
        let position: Position = row.position(snapshot);
        (row, position)
    });
    Page {
        rows: rows.collect(),
        has_previous,
        has_next,
    }
}
