//! `/schema.graphql`: the schema as text, for clients that may read, with an ETag so that tools can poll it cheaply.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use twox_hash::XxHash3_64;

use super::{context::unauthenticated, header_list::has_version, negotiate::MediaType};
use crate::{http::access::rules::Access, model::Timestamp};

#[derive(Clone)]
pub(in crate::http) struct Sdl {
    text: Arc<str>,
    etag: Arc<str>,
    access: Access,
}

impl Sdl {
    pub(in crate::http) fn new(text: &str, access: Access) -> Self {
        Self {
            text: text.into(),
            etag: format!("\"{:016x}\"", XxHash3_64::oneshot(text.as_bytes())).into(),
            access,
        }
    }
}

pub(in crate::http) async fn schema(State(sdl): State<Sdl>, headers: HeaderMap) -> Response {
    if let Err(error) = sdl.access.session(&headers, Timestamp::now()) {
        return unauthenticated(error, MediaType::Json).into_response();
    }
    let cached = [
        (header::ETAG, sdl.etag.to_string()),
        // Shared caches must not store an answer that required a token.
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::VARY, "Authorization".to_owned()),
    ];
    if has_version(&headers, &sdl.etag) {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (cached, content_type, sdl.text.to_string()).into_response()
}
