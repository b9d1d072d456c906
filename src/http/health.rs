//! Whether the process lives, and whether it takes requests. Both answer in JSON.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Shared with the server, which flips it when it begins to stop.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// From now on balancers are told to send requests elsewhere.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the server was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) async fn live() -> Response {
    status(StatusCode::OK, r#"{"status":"live"}"#)
}

pub(super) async fn ready(State(readiness): State<Readiness>) -> Response {
    match readiness.is_stopping() {
        false => status(StatusCode::OK, r#"{"status":"ready"}"#),
        true => status(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"stopping"}"#),
    }
}

fn status(status: StatusCode, body: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body).into_response()
}
