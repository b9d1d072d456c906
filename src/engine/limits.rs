//! What one request may ask for. Every limit is a setting, and every refusal names it, its value,
//! what was measured, and the way out.

use async_graphql::{Number, Value};

use super::{error::Error, run::work::Pool};

/// How many elements a page has when `first` and `last` are left out.
pub(crate) const PAGE_DEFAULT: usize = 20;

/// Bounds of one request, and of what all requests do at a time. Counts are of the document with its fragments expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body, and of a document however it comes.
    pub body_bytes_max: u64,
    /// Tokens of the document, comments and white space aside.
    pub tokens_max: u64,
    /// Fields with an alias.
    pub aliases_max: u64,
    /// Fields of the query or mutation itself.
    pub root_fields_max: u64,
    /// Directives.
    pub directives_max: u64,
    /// Levels of fields.
    pub depth_max: u64,
    /// Fields and fragments selected.
    pub selections_max: u64,
    /// One per field where `@cost` says nothing else, times the sizes of the lists around it (`@listSize`).
    pub complexity_max: u64,
    /// Values in the variables: numbers, texts, lists, objects.
    pub values_max: u64,
    /// Bytes of a document, comments aside. Long values belong into variables, which only the body's limit bounds.
    pub document_bytes_max: u64,
    /// Entities and relationships that a request may look at, spent while it is answered.
    pub work_max: u64,
    /// Time for one request, from its checks to its answer. A change that is given to the writer within it is answered as it ends.
    pub timeout_ms: u64,
    /// Requests that look at the whole graph at a time, or turned out as long, and as many others that walk, search or filter; lookups
    /// need no worker. At least 1.
    pub workers_max: u64,
    /// Requests of each of the two sorts that may wait for a worker. Where there are more, one of whoever was served most is
    /// refused.
    pub queue_max: u64,
    /// Records and statements that one mutation may name.
    pub changes_max: u64,
    /// Entries of the log that a subscription reads ahead of what its client has taken.
    pub entries_ahead_max: u64,
    /// Whether clients may ask for the schema in GraphQL.
    pub introspection: Introspection,
}

/// Whether clients may ask for the schema in GraphQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// `__schema` and `__type` are answered.
    Open,
    /// Both are refused.
    Closed,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 1024 * 1024,
            tokens_max: 10_000,
            aliases_max: 100,
            root_fields_max: 30,
            directives_max: 50,
            depth_max: 24,
            selections_max: 10_000,
            complexity_max: 1_000_000,
            values_max: 20_000,
            document_bytes_max: 128 * 1024,
            work_max: 10_000_000,
            timeout_ms: 10_000,
            workers_max: Self::workers_default(),
            queue_max: 1000,
            entries_ahead_max: 64,
            introspection: Introspection::Open,
            changes_max: 1000,
        }
    }
}

/// One of the [`Limits`] that a document is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    BodyBytes,
    DocumentBytes,
    Values,
    Tokens,
    Aliases,
    RootFields,
    Directives,
    Depth,
    Selections,
    Complexity,
}

impl Limit {
    /// The option that sets it.
    pub(crate) const fn setting(self) -> &'static str {
        match self {
            Self::BodyBytes => "--body-bytes-max",
            Self::DocumentBytes => "--document-bytes-max",
            Self::Values => "--values-max",
            Self::Tokens => "--tokens-max",
            Self::Aliases => "--aliases-max",
            Self::RootFields => "--root-fields-max",
            Self::Directives => "--directives-max",
            Self::Depth => "--depth-max",
            Self::Selections => "--selections-max",
            Self::Complexity => "--complexity-max",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::BodyBytes => "bytes in the request body",
            Self::DocumentBytes => "bytes in the document, comments aside",
            Self::Values => "values in its variables",
            Self::Tokens => "tokens",
            Self::Aliases => "aliases",
            Self::RootFields => "root fields",
            Self::Directives => "directives",
            Self::Depth => "levels of fields",
            Self::Selections => "selections, fragments expanded",
            Self::Complexity => {
                "points of complexity (one per field where @cost says nothing else, times the sizes of the lists around it)"
            }
        }
    }

    const fn way_out(self) -> &'static str {
        match self {
            Self::BodyBytes => "Send less text, or move long lists into several requests.",
            Self::DocumentBytes => "Send long values as variables.",
            Self::Values => "Move long lists into several requests.",
            Self::Tokens | Self::Selections => "Select fewer fields, or split the operation.",
            Self::Aliases => "Ask for lists (`nodes(ids:)`) instead of aliases, or split the operation.",
            Self::RootFields => "Split the operation into several requests.",
            Self::Directives => "Use fewer directives.",
            Self::Depth => "Nest less, and follow up with the ids that came back.",
            Self::Complexity => "Ask for smaller pages (`first`), or fewer fields inside them.",
        }
    }

    const fn value(self, limits: &Limits) -> u64 {
        match self {
            Self::BodyBytes => limits.body_bytes_max,
            Self::DocumentBytes => limits.document_bytes_max,
            Self::Values => limits.values_max,
            Self::Tokens => limits.tokens_max,
            Self::Aliases => limits.aliases_max,
            Self::RootFields => limits.root_fields_max,
            Self::Directives => limits.directives_max,
            Self::Depth => limits.depth_max,
            Self::Selections => limits.selections_max,
            Self::Complexity => limits.complexity_max,
        }
    }
}

impl Limits {
    /// One for each processor. Two where there is one, so that a long computation does not hold up the short ones.
    fn workers_default() -> u64 {
        let processors = std::thread::available_parallelism().map_or(2, |processors| processors.get().max(2));
        u64::try_from(processors).unwrap_or(2).min(Self::WORKERS_MOST)
    }

    /// More threads than this are never started for computing.
    pub(crate) const WORKERS_MOST: u64 = 512;

    /// How many threads computing may take at a time, beside those that serve requests.
    #[must_use]
    pub fn threads_max(&self) -> usize {
        /// Others that block, such as reading files.
        const OTHERS: usize = 64;
        Pool::threads_max(self).saturating_add(OTHERS)
    }

    /// Refuses what is past the limit.
    pub(crate) fn check(&self, limit: Limit, measured: u64) -> Result<(), Error> {
        if measured > limit.value(self) {
            return Err(self.exceeded(limit, Some(measured)));
        }
        Ok(())
    }

    /// The refusal. `measured` is absent where counting on would cost too much.
    pub(crate) fn exceeded(&self, limit: Limit, measured: Option<u64>) -> Error {
        let max = limit.value(self);
        let found = match measured {
            Some(u64::MAX) | None => format!("more than {max}"),
            Some(measured) => measured.to_string(),
        };
        let error = Error::limit_exceeded(format!(
            "The request has {found} {}; at most {max} are allowed. {} The server's setting is {}.",
            limit.what(),
            limit.way_out(),
            limit.setting(),
        ))
        .extension("setting", limit.setting())
        .extension("limit", Value::Number(Number::from(max)));
        match measured {
            Some(measured) => error.extension("measured", Value::Number(Number::from(measured))),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_limit_value_measure_and_setting() {
        let error = Limits::default().check(Limit::Tokens, 10_001).unwrap_err();
        assert!(
            error
                .message
                .starts_with("The request has 10001 tokens; at most 10000 are allowed.")
        );
        assert!(error.message.contains("--tokens-max"));
        let json = serde_json::to_value(error.into_server_error()).unwrap();
        assert_eq!(
            json["extensions"],
            serde_json::json!({"code": "LIMIT_EXCEEDED", "setting": "--tokens-max", "limit": 10_000, "measured": 10_001})
        );
    }

    #[test]
    fn what_meets_the_limit_passes() {
        assert!(Limits::default().check(Limit::Depth, 24).is_ok());
    }
}
