//! The root field that matches names and identifiers from other data to entities.

use async_graphql::{Context, InputObject, Object};

use super::search::index;
use crate::{
    engine::{
        cost::directives::{cost, list_size, names},
        error::Error,
    },
    model::{CompanyName, EntityKind, Identifier, MatchCriteria, country_code},
    schema::{
        context::{view::ViewInput, viewer::Viewer},
        inputs::{bounds::within, identifier::IdentifierInput},
        types::computed::match_candidate::MatchResult,
        values::enums::Member,
    },
    store::search::matching::{self, MatchLimits},
};

/// The default number of entities to return for each candidate.
const LIMIT: i32 = 5;
/// The default minimum score, at which most matches are right.
const THRESHOLD: f64 = 0.7;
/// The maximum number of candidates in one query.
const CANDIDATES_MAX: usize = 1000;
/// The maximum number of entities to return for each candidate.
const LIMIT_MAX: i32 = 100;
/// The maximum length of a name, in characters.
const NAME_CHARACTERS_MAX: usize = 500;
/// The maximum number of identifiers of a candidate.
const IDENTIFIERS_MAX: usize = 20;

/// The coordinate of errors about candidates.
const CANDIDATES: &str = "Query.match(candidates:)";

/// A candidate to match to entities: a name, identifiers or both, with optional details.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct MatchInput {
    /// The name as written, in any script, with or without its legal form; at most 500 characters.
    name: Option<String>,
    /// The country: ISO 3166-1 alpha-2 (`CN`) or ISO 3166-2 (`US-NY`), in upper or lower case. A different country only lowers the
    /// score.
    country: Option<String>,
    /// The kind of entity. A different kind lowers the score.
    kind: Option<Member<EntityKind>>,
    /// Identifiers in registers, at most 20. An equal identifier is decisive; a different LEI counts strongly against a match.
    identifiers: Option<Vec<IdentifierInput>>,
}

impl MatchInput {
    /// The query for this candidate, or an error that names its `position` in the list.
    fn read(&self, position: usize) -> Result<MatchCriteria, Error> {
        let error = |field: &str, message: &str| {
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
                let message = format!("{count} characters are too many; a name may have at most {NAME_CHARACTERS_MAX}");
                return Err(error("name", &message));
            }
            // Tabs and line breaks, as found in spreadsheets, count as white space.
            if name
                .chars()
                .any(|letter| letter.is_control() && !letter.is_whitespace())
            {
                return Err(error("name", "it contains control characters; remove them"));
            }
        }
        let inputs = self.identifiers.as_deref().unwrap_or_default();
        if inputs.len() > IDENTIFIERS_MAX {
            let message = format!("{} are too many; at most {IDENTIFIERS_MAX} are allowed", inputs.len());
            return Err(error("identifiers", &message));
        }
        let mut identifiers: Vec<Identifier> = Vec::with_capacity(inputs.len());
        for (number, input) in inputs.iter().enumerate() {
            if input.value.trim().is_empty() {
                continue;
            }
            let identifier = Identifier::new(&input.scheme, &input.value);
            let field = format!("identifiers[{number}]");
            let identifier = identifier.map_err(|invalid| error(&field, &invalid.to_string()))?;
            if !identifiers.contains(&identifier) {
                identifiers.push(identifier);
            }
        }
        // A blank value is an empty cell and matches nothing; only a candidate without any value is an error.
        if self.name.is_none() && inputs.is_empty() {
            return Err(error("", "a name or an identifier is required"));
        }
        let country = self.country.as_deref().filter(|country| !country.trim().is_empty());
        let country = country.map(country_code).transpose();
        let country = country.map_err(|invalid| error("country", &invalid.to_string()))?;
        Ok(MatchCriteria {
            name: name.map(|name| (name.to_owned(), CompanyName::new(name))),
            country,
            kind: self.kind.map(|kind| kind.0),
            identifiers,
        })
    }
}

fn selection(limit: i32, threshold: f64) -> Result<MatchLimits, Error> {
    let limit = within(limit, 1, LIMIT_MAX, "Query.match(limit:)")?;
    if !(0.0..=1.0).contains(&threshold) {
        let message = format!("{threshold} is out of range; it must be 0 to 1");
        return Err(Error::bad_user_input("Query.match(threshold:)", message));
    }
    Ok(MatchLimits { limit, threshold })
}

#[derive(Debug, Default)]
pub(crate) struct MatchQuery;

#[Object]
impl MatchQuery {
    /// Matches candidates to entities: for each candidate the entities that it may refer to, with a score and the features that agree
    /// or disagree. Names are compared with all names of an entity, without legal forms (Ltd, GmbH, 股份有限公司, 株式会社 and many
    /// more, in full or abbreviated) and without register suffixes (/DE/, in liquidation), in any order of words, across scripts and
    /// with typos; the legal form alone is not a match. Results are in the order of the candidates.
    #[graphql(
        directive = cost::apply("1000".to_owned()),
        directive = list_size::apply(None, names(&["candidates", "limit"]), None, Some(false))
    )]
    async fn r#match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The candidates to match, 1 to 1000. Send long lists as a variable.")] candidates: Vec<
            MatchInput,
        >,
        #[graphql(
            desc = "How many entities to return for each candidate: 1 to 100.",
            default_with = "Some(LIMIT)"
        )]
        limit: Option<i32>,
        #[graphql(
            desc = "The minimum score, from 0 to 1. Scores are calibrated for 0.7.",
            default_with = "Some(THRESHOLD)"
        )]
        threshold: Option<f64>,
        #[graphql(
            desc = "The view to read the graph through; every field below inherits it. Default: the view of the `Guanxi-View` header, or else today's."
        )]
        view: Option<ViewInput>,
    ) -> Option<Result<Vec<MatchResult>, Error>> {
        let resolve = || {
            let viewer = Viewer::new(ctx, view.as_ref())?;
            let selection = selection(limit.unwrap_or(LIMIT), threshold.unwrap_or(THRESHOLD))?;
            if !(1..=CANDIDATES_MAX).contains(&candidates.len()) {
                let message = format!(
                    "{} candidates; 1 to {CANDIDATES_MAX} are allowed at a time",
                    candidates.len()
                );
                return Err(Error::bad_user_input(CANDIDATES, message));
            }
            let queries = candidates
                .iter()
                .enumerate()
                .map(|(position, candidate)| candidate.read(position));
            // All candidates are checked before the first is matched: an error in the last one costs no work.
            let queries = queries.collect::<Result<Vec<MatchCriteria>, Error>>()?;
            let (snapshot, mask, budget) = (viewer.snapshot(), viewer.mask(), viewer.budget());
            let index = index(&viewer)?;
            let results = queries.iter().map(|query| {
                let retrieved = matching::retrieve(snapshot, index, &mask, query, budget)?;
                let matches = matching::best(snapshot, query, retrieved, selection, budget)?;
                Ok(MatchResult::new(&viewer, matches))
            });
            results.collect()
        };
        Some(resolve().map_err(|error| error.when_exhausted(CANDIDATES, "send fewer candidates at a time")))
    }
}
