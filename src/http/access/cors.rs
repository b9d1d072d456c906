//! The origins whose pages may read answers (CORS). By default none but this server.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// A setting that no browser would send as an origin.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} is not an origin; write a scheme, a host and optionally a port, such as https://example.org, or null or file:// for programs without one, or *"
)]
pub struct InvalidOrigin(pub String);

/// The CORS layer. `None` without origins: then there are no CORS headers, and preflights are refused.
pub(in crate::http) fn layer(origins: &[String]) -> Result<Option<CorsLayer>, InvalidOrigin> {
    if origins.is_empty() {
        return Ok(None);
    }
    let allowed = match origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(
            origins
                .iter()
                .map(|origin| parse(origin))
                .collect::<Result<Vec<_>, _>>()?,
        ),
    };
    Ok(Some(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([
                header::ACCEPT,
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                HeaderName::from_static("guanxi-view"),
                HeaderName::from_static("last-event-id"),
                HeaderName::from_static("graphql-require-preflight"),
                HeaderName::from_static("apollo-require-preflight"),
                crate::http::trace::REQUEST_ID,
            ])
            .expose_headers([crate::http::trace::REQUEST_ID])
            .max_age(Duration::from_secs(2 * 60 * 60)),
    ))
}

/// The origins that desktop programs and pages from a disk send.
const OPAQUE_ORIGINS: [&str; 2] = ["null", "file://"];

fn parse(origin: &str) -> Result<HeaderValue, InvalidOrigin> {
    if OPAQUE_ORIGINS.contains(&origin) {
        return HeaderValue::from_str(origin).map_err(|_| InvalidOrigin(origin.to_owned()));
    }
    let invalid = || InvalidOrigin(origin.to_owned());
    let (scheme, host) = origin.split_once("://").ok_or_else(invalid)?;
    let is_plausible = !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', ',']);
    if !is_plausible || origin.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(invalid());
    }
    HeaderValue::from_str(origin).map_err(|_| invalid())
}
