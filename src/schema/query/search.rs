//! The root field that finds entities by text. What is typed is text: no character in it is an operator.

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
        types::computed::search::{Found, SearchConnection},
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

/// How many are listed unless asked otherwise.
const FIRST: i32 = 20;

/// How many countries may be named.
const COUNTRIES_MAX: usize = 1000;

#[derive(Debug, Default)]
pub(crate) struct SearchQuery;

#[Object]
impl SearchQuery {
    /// The entities whose names, descriptions, identifiers or ids hold the words of a text, in any script, best first, then
    /// by id.
    ///
    /// Every word must be found: as it is, as the beginning of a longer word (the last word, and others of at least three
    /// letters; of identifiers and ids only from three letters on), or with typos (one in words of 4 to 7 letters, two in longer ones, none in numbers). Where no entity has all
    /// words, those that have most of them are found. Case, width and diacritics do not matter; apostrophes, hyphens and dots
    /// inside a word need not be there. Chinese, Japanese, Korean, Thai and other scripts without spaces are found by any
    /// stretch of characters. Quotation marks, `AND`, `*` and the like are no operators. A text in which nothing can be
    /// searched for, as one of signs only, finds nothing.
    ///
    /// An entity whose name is the text comes first. Words found as they are come before longer ones and those before typos;
    /// the beginnings of main names before their other words, these before other names, identifiers and ids, and these before
    /// descriptions; rare words count more. Traditional and
    /// simplified Chinese characters find each other, and words of other scripts are found by how they are written in Latin
    /// letters, and the other way round: `romashka` finds Ромашка, `mueller` Müller.
    ///
    /// A change is found as soon as it is acknowledged. Entities are found by what they are called now, whatever the view: one
    /// from before a rename is found by the new name, and what was retracted or merged is not found. UNAVAILABLE while the
    /// server still makes its index ready, in the first seconds after its start.
    #[graphql(
        directive = cost::apply("100".to_owned()),
        directive = list_size::apply(Some(20), names(&["first"]), names(&["edges", "nodes"]), Some(false))
    )]
    #[expect(clippy::too_many_arguments, reason = "one parameter for each GraphQL argument")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What to look for: names or parts of names. At most 1000 characters and 64 words; of scripts without spaces, each pair of characters counts as a word."
        )]
        text: String,
        #[graphql(desc = "Only entities of these kinds.")] kinds: Option<Vec<Member<EntityKind>>>,
        #[graphql(
            desc = "Only entities of these countries, by their codes in capitals or not: US finds those of US-DE as well. At most 1000."
        )]
        countries: Option<Vec<String>>,
        #[graphql(desc = "How many, from the start: 0 to 1000.", default_with = "Some(FIRST)")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(
            desc = "What to see them through; everything below inherits it. It hides no entities but those not recorded yet. Default: the header Guanxi-View, else today."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<SearchConnection, Error>> {
        let args = PageArgs {
            first: first.or(Some(FIRST)),
            after,
            ..PageArgs::default()
        };
        let ask = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let listing = Listing::new::<Found>(ctx, &viewer, "Query", "", Found::ORDER)?;
            let (window, viewer) = listing.window(&viewer, &args)?;
            let question = question(&text)?;
            let countries = countries.as_deref().map(Countries::new).transpose()?;
            let kinds = kinds.as_deref().map_or(Set::all(), Member::set);
            let snapshot = viewer.snapshot();
            let keep = |ix: EntityIx| {
                let entity = snapshot.entity(ix);
                snapshot.knows(ix, &viewer.mask())
                    && kinds.contains(entity.kind())
                    && countries
                        .as_ref()
                        .is_none_or(|countries| countries.have(entity.country()))
            };
            let hits = if question.is_empty() {
                Vec::new()
            } else {
                index(&viewer)?.search(&question, keep, viewer.budget())?
            };
            let page = cut(snapshot, &hits, &window);
            Ok(SearchConnection::new(
                &listing,
                &viewer,
                &Arc::new(question),
                &page,
                &hits,
            ))
        };
        Some(ask())
    }
}

fn question(text: &str) -> Result<Question, Error> {
    const PLACE: &str = "Query.search(text:)";
    if text.trim().is_empty() {
        let message = "The text is empty; give a name or a part of one. entities lists all";
        return Err(Error::bad_user_input(PLACE, message));
    }
    Question::new(text).map_err(|error| Error::bad_user_input(PLACE, error.to_string()))
}

/// The search index of the state that `viewer` reads.
pub(crate) fn index(viewer: &Viewer) -> Result<&Index, Error> {
    viewer.state().search().map_err(|error| match error {
        SearchUnavailable::Building => Error::unavailable(
            "The server has just started and still builds its search index. Try again in a moment; everything else is answered already.",
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

/// Country codes to compare with, in capitals.
struct Countries(BTreeSet<String>);

impl Countries {
    fn new(codes: &[String]) -> Result<Self, Error> {
        let refuse = |message: String| Error::bad_user_input("Query.search(countries:)", message);
        if codes.len() > COUNTRIES_MAX {
            let message = format!("{} countries are too many; name at most {COUNTRIES_MAX}", codes.len());
            return Err(refuse(message));
        }
        let code = |code: &String| country_code(code).map_err(|error| refuse(error.to_string()));
        codes.iter().map(code).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `country` is one of them, or lies in one.
    fn have(&self, country: Option<&str>) -> bool {
        // The same as asking of each whether the country lies in it.
        country.is_some_and(|country| self.0.contains(country) || self.0.contains(country_of(country)))
    }
}

/// The page of `hits` that `window` shows. Sorts no more than one page: a short text may find most of the graph.
fn cut(snapshot: &Snapshot, hits: &[Hit], window: &Window) -> Page<Found> {
    let mut listed: Vec<Found> = hits.iter().copied().map(Found).collect();
    if let Some(after) = &window.after {
        listed.retain(|found| found.follows(snapshot, after));
    }
    let has_previous = listed.len() < hits.len();
    let count = window.size();
    let has_next = listed.len() > count;
    if has_next {
        listed.select_nth_unstable(count);
        listed.truncate(count);
    }
    listed.sort_unstable();
    let positioned = listed.into_iter().map(|found| {
        let position: Position = found.position(snapshot);
        (found, position)
    });
    Page {
        rows: positioned.collect(),
        has_previous,
        has_next,
    }
}
