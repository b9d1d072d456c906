//! The answer to a request: the outcome that transports turn into a status or an exit code,
//! and errors prepared for callers. Errors without a code are the server's fault: logged here, never shown.

use async_graphql::{Response, ServerError};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::error::{self, Code, Error};

const ERRORS_MAX: usize = 100;
const MESSAGE_CHARACTERS_MAX: usize = 1000;

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Refused before execution: the answer has no `data`.
    RequestError,
    /// Executed, with or without errors: the answer has `data`, possibly null.
    Executed,
    /// No worker was free; nothing ran, and the request may be retried.
    Unavailable,
    /// A change by a caller without permission; nothing ran.
    Forbidden,
    /// A mutation where only queries are allowed; nothing ran.
    MutationOverGet,
}

/// Serialises as the GraphQL answer, with `data` only if the operation was executed.
#[derive(Debug)]
pub struct Answer {
    /// How far the request came.
    pub outcome: Outcome,
    /// Data and errors; `data` is meaningful only if the request was executed.
    pub response: Response,
    /// The selected operation, for the log.
    pub operation_name: Option<String>,
}

impl Answer {
    /// The answer to a request that must not run.
    pub fn refused(errors: impl IntoIterator<Item = Error>) -> Self {
        let errors = errors.into_iter().map(Error::into_server_error).collect();
        Self {
            outcome: Outcome::RequestError,
            response: Response::from_errors(errors),
            operation_name: None,
        }
    }

    /// Whether anything went wrong; the command line's exit code.
    pub fn has_errors(&self) -> bool {
        !self.response.errors.is_empty()
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        // Errors first: a reader of a long answer sees them at once.
        if self.has_errors() {
            map.serialize_entry("errors", &self.response.errors)?;
        }
        if self.outcome == Outcome::Executed {
            map.serialize_entry("data", &self.response.data)?;
        }
        if !self.response.extensions.is_empty() {
            map.serialize_entry("extensions", &self.response.extensions)?;
        }
        map.end()
    }
}

/// Gives every error a code, truncates long messages, and hides internal errors behind `request_id`.
pub(crate) fn normalise(mut response: Response, outcome: Outcome, request_id: &str) -> Response {
    response.errors.truncate(ERRORS_MAX);
    for error in &mut response.errors {
        if let Some(source) = error.source::<Error>().cloned() {
            source.apply_to(error);
        }
        let code = match error::code_of(error) {
            Some(code) if code == Code::Internal.as_str() => Code::Internal,
            Some(_) => {
                shorten(&mut error.message);
                continue;
            }
            None if outcome == Outcome::RequestError => Code::GraphqlValidationFailed,
            None if is_input_error(&error.message) => Code::BadUserInput,
            None => Code::Internal,
        };
        if code == Code::Internal {
            hide(error, request_id);
        } else {
            shorten(&mut error.message);
            error.extensions.get_or_insert_default().set("code", code.as_str());
        }
    }
    response
}

/// async-graphql's messages for an argument that does not parse start with one of these, and have no code.
fn is_input_error(message: &str) -> bool {
    [
        "Failed to parse \"",
        "Expected input type \"",
        "Invalid value for argument",
    ]
    .iter()
    .any(|start| message.starts_with(start))
}

fn hide(error: &mut ServerError, request_id: &str) {
    // Already hidden and logged at its origin.
    if error
        .extensions
        .as_ref()
        .is_some_and(|values| values.get("requestId").is_some())
    {
        return;
    }
    tracing::error!(request_id, path = ?error.path, reason = error.message, "a resolver failed");
    let public = internal(request_id).into_server_error();
    error.message = public.message;
    error.extensions = public.extensions;
    error.source = None;
}

/// The error that a caller sees for an internal fault.
pub(crate) fn internal(request_id: &str) -> Error {
    Error::internal(format!(
        "The server failed to answer this. Report the request id {request_id} to its operator."
    ))
    .extension("requestId", request_id)
}

fn shorten(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(MESSAGE_CHARACTERS_MAX) {
        message.truncate(end);
        message.push('…');
    }
}
