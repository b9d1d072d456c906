//! The root field that resolves messy names to entities.

use async_graphql::{Context, InputObject, Object};

use super::search::index;
use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    model::{CompanyName, EntityKind, Identifier, Wanted, country_code},
    schema::{
        context::{view::ViewInput, viewer::Viewer},
        inputs::{bounds::within, identifier::IdentifierInput},
        types::computed::match_candidate::MatchResult,
        values::enums::Member,
    },
    store::search::matching::{self, MatchLimits},
};

/// How many entities are told of each candidate unless asked otherwise.
const LIMIT: i32 = 5;
/// The least score unless asked otherwise: where matches are mostly right.
const THRESHOLD: f64 = 0.7;
/// How many candidates one question may have.
const CANDIDATES_MAX: usize = 1000;
/// How many entities may be found for each.
const LIMIT_MAX: i32 = 100;
/// How long a name may be, in characters.
const NAME_CHARACTERS_MAX: usize = 500;
/// How many identifiers one candidate may have.
const IDENTIFIERS_MAX: usize = 20;

/// The argument that everything about candidates is told of.
const CANDIDATES: &str = "Query.match(candidates:)";

/// Somebody who is meant: a name, identifiers, or both, and what else is known.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct MatchInput {
    /// A name as written somewhere, in any script, with or without its legal form; at most 500 characters.
    name: Option<String>,
    /// The country: ISO 3166-1 alpha-2 (CN) or ISO 3166-2 (US-NY), in any case. Another country lowers the score, and no more.
    country: Option<String>,
    /// What it is. Another kind lowers the score.
    kind: Option<Member<EntityKind>>,
    /// What registers call it, at most 20. An equal identifier decides; another LEI speaks strongly against.
    identifiers: Option<Vec<IdentifierInput>>,
}

impl MatchInput {
    /// What is wanted, or what is wrong with it, told of the candidate at `position`.
    fn read(&self, position: usize) -> Result<Wanted, Error> {
        let wrong = |field: &str, message: &str| {
            let field = if field.is_empty() {
                String::new()
            } else {
                format!(".{field}")
            };
            Error::bad_user_input(CANDIDATES, format!("candidates[{position}]{field}: {message}"))
        };
        let name = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        if let Some(name) = name {
            let count = name.chars().count();
            if count > NAME_CHARACTERS_MAX {
                let message = format!("{count} characters are too many; a name has at most {NAME_CHARACTERS_MAX}");
                return Err(wrong("name", &message));
            }
            // Lists carry tabs and line breaks; they are white space like any other.
            if name
                .chars()
                .any(|letter| letter.is_control() && !letter.is_whitespace())
            {
                return Err(wrong("name", "it holds control characters; leave them out"));
            }
        }
        let given = self.identifiers.as_deref().unwrap_or_default();
        if given.len() > IDENTIFIERS_MAX {
            let message = format!("{} are too many; give at most {IDENTIFIERS_MAX}", given.len());
            return Err(wrong("identifiers", &message));
        }
        let mut identifiers: Vec<Identifier> = Vec::with_capacity(given.len());
        for (number, given) in given.iter().enumerate() {
            if given.value.trim().is_empty() {
                continue;
            }
            let identifier = Identifier::new(&given.scheme, &given.value);
            let place = format!("identifiers[{number}]");
            let identifier = identifier.map_err(|invalid| wrong(&place, &invalid.to_string()))?;
            if !identifiers.contains(&identifier) {
                identifiers.push(identifier);
            }
        }
        // A blank is a cell that states nothing; only who states nothing at all has made a mistake.
        if self.name.is_none() && given.is_empty() {
            return Err(wrong("", "a name or an identifier is needed to tell who is meant"));
        }
        let country = self.country.as_deref().filter(|country| !country.trim().is_empty());
        let country = country.map(country_code).transpose();
        let country = country.map_err(|invalid| wrong("country", &invalid.to_string()))?;
        Ok(Wanted {
            name: name.map(|name| (name.to_owned(), CompanyName::new(name))),
            country,
            kind: self.kind.map(|kind| kind.0),
            identifiers,
        })
    }
}

fn kept(limit: i32, threshold: f64) -> Result<MatchLimits, Error> {
    let limit = within(limit, 1, LIMIT_MAX, "Query.match(limit:)")?;
    if !(0.0..=1.0).contains(&threshold) {
        let message = format!("{threshold} is out of range; it takes 0 to 1");
        return Err(Error::bad_user_input("Query.match(threshold:)", message));
    }
    Ok(MatchLimits { limit, threshold })
}

#[derive(Debug, Default)]
pub(crate) struct MatchQuery;

#[Object]
impl MatchQuery {
    /// Whom somebody means: for each candidate the entities it may be, with scores that say what agrees and what does not.
    /// Names are compared without legal forms (Ltd, GmbH, 股份有限公司, 株式会社 and many more, in full or abbreviated) and without
    /// what registers write behind them (/DE/, in liquidation), by all names of an entity, in any order of words, across scripts
    /// and with typos; sharing only the legal form is no match. Results stand in the order of the candidates.
    #[graphql(
        directive = cost::apply("1000".to_owned()),
        directive = list_size::apply(None, names(&["candidates", "limit"]), None, Some(false))
    )]
    async fn r#match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is meant, 1 to 1000 of them. Long lists are best sent as a variable.")] candidates: Vec<
            MatchInput,
        >,
        #[graphql(
            desc = "How many entities for each candidate: 1 to 100.",
            default_with = "Some(LIMIT)"
        )]
        limit: Option<i32>,
        #[graphql(
            desc = "The least score: 0 to 1. The scores are made for 0.7.",
            default_with = "Some(THRESHOLD)"
        )]
        threshold: Option<f64>,
        #[graphql(
            desc = "What to see the graph through; everything below inherits it. Default: the header Guanxi-View, else today."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Vec<MatchResult>, Error>> {
        let ask = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let kept = kept(limit.unwrap_or(LIMIT), threshold.unwrap_or(THRESHOLD))?;
            if !(1..=CANDIDATES_MAX).contains(&candidates.len()) {
                let message = format!(
                    "{} candidates; it takes 1 to {CANDIDATES_MAX} at a time",
                    candidates.len()
                );
                return Err(Error::bad_user_input(CANDIDATES, message));
            }
            let wanted = candidates
                .iter()
                .enumerate()
                .map(|(position, candidate)| candidate.read(position));
            // All are read before any is looked for: a mistake in the last must not cost the time of the first.
            let wanted = wanted.collect::<Result<Vec<Wanted>, Error>>()?;
            let (snapshot, mask, budget) = (viewer.snapshot(), viewer.mask(), viewer.budget());
            let index = index(&viewer)?;
            let found = wanted.iter().map(|wanted| {
                let among = matching::retrieve(snapshot, index, &mask, wanted, budget)?;
                let found = matching::best(snapshot, wanted, among, kept, budget)?;
                Ok(MatchResult::new(&viewer, found))
            });
            found.collect()
        };
        Some(ask().map_err(|error| error.when_exhausted(CANDIDATES, "send fewer candidates at a time")))
    }
}
