//! Errors of the GraphQL layer: a code, advice for the caller, and the argument at fault.
//! An `INTERNAL` message is for the log; the caller sees only a request id (see `answer`).

use std::collections::BTreeMap;
use std::fmt;

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value};

/// The kind of an error. Clients branch on it, so its texts never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The HTTP request, or the GraphQL request around the document, is wrong.
    BadRequest,
    /// The request names a query by its hash alone; the client then sends the whole query.
    PersistedQueryNotSupported,
    /// The document does not parse.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// An argument or variable has a value that cannot be used.
    BadUserInput,
    /// An argument names a record that does not exist.
    NotFound,
    /// A name matches several entities.
    Ambiguous,
    /// A record changed in the meantime.
    Conflict,
    /// The caller must authenticate.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// The request exceeds a limit of the server.
    LimitExceeded,
    /// The work exceeded the budget of one request.
    BudgetExceeded,
    /// The time for the request was up.
    Timeout,
    /// The server cannot answer now; the request may be retried.
    Unavailable,
    /// Whether a change was stored is not known yet.
    OutcomeUnknown,
    /// The server is at fault.
    Internal,
}

impl Code {
    /// The code as sent to clients.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::NotFound => "NOT_FOUND",
            Self::Ambiguous => "AMBIGUOUS",
            Self::Conflict => "CONFLICT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::BudgetExceeded => "BUDGET_EXCEEDED",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Self::Internal => "INTERNAL",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error on its way to the caller.
///
/// Resolvers may return it with `?`: async-graphql stores it as the source of its own error, and
/// `answer` reads code and extensions from there.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The kind of error.
    pub code: Code,
    /// A message for people: what is wrong and what to do about it.
    pub message: String,
    /// The schema coordinate of the argument at fault, such as `Query.paths(lengthMax:)`.
    pub argument: Option<String>,
    /// Further `extensions`, beside `code` and `argument`.
    pub extensions: BTreeMap<String, Value>,
    /// Positions in the document; empty if the error has none.
    pub locations: Vec<Pos>,
}

impl Error {
    /// An error with any code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            argument: None,
            extensions: BTreeMap::new(),
            locations: Vec::new(),
        }
    }

    /// The HTTP request, or the GraphQL request around the document, is wrong.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(Code::BadRequest, message)
    }

    /// The document does not parse.
    pub fn parse_failed(message: impl Into<String>) -> Self {
        Self::new(Code::GraphqlParseFailed, message)
    }

    /// The document does not fit the schema.
    pub fn validation_failed(message: impl Into<String>) -> Self {
        Self::new(Code::GraphqlValidationFailed, message)
    }

    /// An argument or variable has a value that cannot be used.
    pub fn bad_user_input(argument: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Code::BadUserInput, message).argument(argument)
    }

    /// An argument names a record that does not exist.
    pub fn not_found(argument: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message).argument(argument)
    }

    /// A name matches several entities.
    pub fn ambiguous(argument: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Code::Ambiguous, message).argument(argument)
    }

    /// A record changed in the meantime.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Code::Conflict, message)
    }

    /// The caller must authenticate.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(Code::Unauthenticated, message)
    }

    /// The caller may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, message)
    }

    /// The request exceeds a limit of the server.
    pub fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new(Code::LimitExceeded, message)
    }

    /// The work exceeded the budget of one request.
    pub fn budget_exceeded(message: impl Into<String>) -> Self {
        Self::new(Code::BudgetExceeded, message)
    }

    /// The time for the request was up.
    pub fn timeout(message: impl Into<String>) -> Self {
        Self::new(Code::Timeout, message)
    }

    /// The server cannot answer now; the request may be retried.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, message)
    }

    /// Whether a change was stored is not known yet.
    pub fn outcome_unknown(message: impl Into<String>) -> Self {
        Self::new(Code::OutcomeUnknown, message)
    }

    /// `message` reaches the log, never the caller.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message)
    }

    /// Names the argument at fault.
    pub fn argument(mut self, coordinate: impl Into<String>) -> Self {
        self.argument = Some(coordinate.into());
        self
    }

    /// If the budget is exhausted, adds the argument that caused the work, and advice on it.
    pub(crate) fn when_exhausted(mut self, coordinate: &str, advice: &str) -> Self {
        if self.code != Code::BudgetExceeded {
            return self;
        }
        self.message.push_str(&format!(" Here: {advice}."));
        self.argument(coordinate)
    }

    /// Adds an entry to `extensions`.
    pub fn extension(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extensions.insert(name.into(), value.into());
        self
    }

    /// Adds a position in the document.
    pub fn at(mut self, location: Pos) -> Self {
        self.locations.push(location);
        self
    }

    fn extension_values(&self) -> ErrorExtensionValues {
        let mut values = ErrorExtensionValues::default();
        for (name, value) in &self.extensions {
            values.set(name, value.clone());
        }
        if let Some(argument) = &self.argument {
            values.set("argument", argument.as_str());
        }
        values.set("code", self.code.as_str());
        values
    }

    /// For resolvers that build an `async_graphql::Error` themselves.
    pub fn into_graphql(self) -> async_graphql::Error {
        let extensions = self.extension_values();
        async_graphql::Error {
            message: self.message.clone(),
            source: Some(std::sync::Arc::new(self)),
            extensions: Some(extensions),
        }
    }

    /// For errors that no resolver raised; the path stays empty.
    pub fn into_server_error(self) -> ServerError {
        let mut error = ServerError::new(self.message.clone(), None);
        error.extensions = Some(self.extension_values());
        error.locations = self.locations;
        error
    }

    /// Gives an error raised with `?` the code and extensions of its source.
    pub(crate) fn apply_to(&self, error: &mut ServerError) {
        let mut values = self.extension_values();
        if let Some(own) = &error.extensions {
            for name in ["code", "argument"] {
                if let Some(value) = own.get(name) {
                    values.set(name, value.clone());
                }
            }
        }
        error.extensions = Some(values);
    }
}

/// The code an error carries, if any.
pub(crate) fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_carries_code_argument_and_extensions() {
        let error = Error::ambiguous("Query.company(by:)", "Two companies have this name.")
            .extension("candidates", vec![Value::from("macys")])
            .into_server_error();
        let json = serde_json::to_value(&error).unwrap();
        assert_eq!(
            json["extensions"],
            serde_json::json!({
                "code": "AMBIGUOUS",
                "argument": "Query.company(by:)",
                "candidates": ["macys"],
            })
        );
    }
}
