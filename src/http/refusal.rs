//! Answers to requests that are refused before they reach the schema: an HTTP status, and a GraphQL error with advice.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::graphql::negotiate::MediaType;
use crate::engine::{Answer, Code, Error};

/// The answer to a request that is refused by the rules of HTTP.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    media: MediaType,
    error: Box<Error>,
    allow: Option<&'static str>,
    challenge: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, media: MediaType, error: Error) -> Self {
        Self {
            status,
            media,
            error: Box::new(error),
            allow: None,
            challenge: None,
        }
    }

    /// Adds how a client can authenticate itself (`WWW-Authenticate`).
    pub(super) fn challenge(self, challenge: &'static str) -> Self {
        Self {
            challenge: Some(challenge),
            ..self
        }
    }

    pub(super) fn bad_request(media: MediaType, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, media, Error::new(Code::BadRequest, message))
    }

    pub(super) fn method_not_allowed(allow: &'static str) -> Self {
        let error = Error::bad_request(format!("This method is not supported here; use {allow}."));
        Self {
            allow: Some(allow),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, MediaType::Json, error)
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = json(self.status, self.media, &Answer::refused([*self.error]));
        let retry_after = (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some("1");
        let optional_headers = [
            (header::ALLOW, self.allow),
            (header::WWW_AUTHENTICATE, self.challenge),
            (header::RETRY_AFTER, retry_after),
        ];
        for (name, value) in optional_headers {
            if let Some(value) = value {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
        }
        response
    }
}

/// A response with `body` as JSON, under the negotiated media type.
pub(super) fn json(status: StatusCode, media: MediaType, body: &impl serde::Serialize) -> Response {
    const HEADERS: [(HeaderName, &str); 2] = [(header::VARY, "Accept"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, HEADERS, [(header::CONTENT_TYPE, media.content_type())], bytes).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            let body =
                r#"{"errors":[{"message":"The answer could not be written.","extensions":{"code":"INTERNAL"}}]}"#;
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                [(header::CONTENT_TYPE, media.content_type())],
                body,
            )
                .into_response()
        }
    }
}

/// The refusal of other methods than GET and HEAD.
pub(super) async fn only_get() -> Refusal {
    Refusal::method_not_allowed("GET, HEAD")
}
