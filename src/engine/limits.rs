//! The limits of one request. Every limit is a setting, and every refusal names the setting, its value,
//! the measured value, and what to do.

use async_graphql::{Number, Value};

use super::error::Error;

/// How many elements a page has when `first` and `last` are left out.
pub(crate) const PAGE_DEFAULT: usize = 20;
/// The most changes that are carried out concurrently. Those that wait together share one write, and use no processor meanwhile.
pub(crate) const CONCURRENT_CHANGES_MAX: usize = 64;
/// Requests that may wait between two turns. Each occupies a thread.
pub(crate) const PAUSED_MAX: usize = 256;

/// Limits of one request, and of all concurrent requests. Counts are of the document with its fragments expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body, and of a document by any transport.
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
    /// Points of complexity: per field 1 or its `@cost`, times the sizes of the lists around it (`@listSize`).
    pub complexity_max: u64,
    /// Values in the variables: numbers, strings, lists, objects.
    pub values_max: u64,
    /// Bytes of a document without its comments. Long values belong in variables, which only the limit of the body bounds.
    pub document_bytes_max: u64,
    /// Entities and relationships that a request may visit while it is executed.
    pub work_max: u64,
    /// Time for one request, from validation to answer. A change handed to the writer within it is answered once it completes.
    pub timeout_ms: u64,
    /// Concurrent requests that scan the whole graph or run as long, and as many others that traverse, search or filter; lookups
    /// need no worker. At least 1.
    pub workers_max: u64,
    /// Requests of each of these two classes that may wait for a worker. Beyond it, a request of the client that has used the most
    /// worker time is refused.
    pub queue_max: u64,
    /// Records and statements that one mutation may name.
    pub changes_max: u64,
    /// Entries of the log that a subscription reads ahead of its client.
    pub entries_ahead_max: u64,
    /// Whether clients may query the schema by introspection.
    pub introspection: Introspection,
}

/// Whether clients may query the schema by introspection.
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

/// One of the [`Limits`] that a document is checked against.
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

    const fn measure(self) -> &'static str {
        match self {
            Self::BodyBytes => "bytes in the request body",
            Self::DocumentBytes => "bytes in the document, without comments",
            Self::Values => "values in its variables",
            Self::Tokens => "tokens",
            Self::Aliases => "aliases",
            Self::RootFields => "root fields",
            Self::Directives => "directives",
            Self::Depth => "levels of fields",
            Self::Selections => "selections, fragments expanded",
            Self::Complexity => {
                "points of complexity (per field 1 or its @cost, times the sizes of the lists around it)"
            }
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::BodyBytes => "Send less text, or move long lists into several requests.",
            Self::DocumentBytes => "Send long values as variables.",
            Self::Values => "Move long lists into several requests.",
            Self::Tokens | Self::Selections => "Select fewer fields, or split the operation.",
            Self::Aliases => "Request lists (`nodes(ids:)`) instead of aliases, or split the operation.",
            Self::RootFields => "Split the operation into several requests.",
            Self::Directives => "Use fewer directives.",
            Self::Depth => "Nest less, and continue in another request with the returned ids.",
            Self::Complexity => "Request smaller pages (`first`), or fewer fields in them.",
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
    /// One worker per processor, and at least two, so that a long computation does not block short ones.
    fn workers_default() -> u64 {
        let processors = std::thread::available_parallelism().map_or(2, |processors| processors.get().max(2));
        u64::try_from(processors).unwrap_or(2).min(Self::WORKERS_MAX)
    }

    /// The maximum number of threads for computing.
    pub(crate) const WORKERS_MAX: u64 = 512;

    /// The maximum number of blocking threads, beside those that serve requests.
    #[must_use]
    pub fn threads_max(&self) -> usize {
        /// Threads for other blocking work, such as reading files.
        const OTHERS: usize = 64;
        let workers = usize::try_from(self.workers_max.max(1)).unwrap_or(usize::MAX);
        workers
            .saturating_mul(2)
            .saturating_add(CONCURRENT_CHANGES_MAX + PAUSED_MAX + OTHERS)
    }

    /// Refuses a value beyond the limit.
    pub(crate) fn check(&self, limit: Limit, measured: u64) -> Result<(), Error> {
        if measured > limit.value(self) {
            return Err(self.exceeded(limit, Some(measured)));
        }
        Ok(())
    }

    /// The refusal. `measured` is absent if counting stopped early.
    pub(crate) fn exceeded(&self, limit: Limit, measured: Option<u64>) -> Error {
        let max = limit.value(self);
        let count = match measured {
            Some(u64::MAX) | None => format!("more than {max}"),
            Some(measured) => measured.to_string(),
        };
        let error = Error::limit_exceeded(format!(
            "The request has {count} {}; at most {max} are allowed. {} The server's setting is {}.",
            limit.measure(),
            limit.advice(),
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
    fn a_refusal_names_limit_measured_value_and_setting() {
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
    fn a_value_at_the_limit_passes() {
        assert!(Limits::default().check(Limit::Depth, 24).is_ok());
    }
}
