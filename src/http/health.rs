//! Whether the process lives, and whether it takes requests. Both answer in JSON.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::watch;

use crate::store::Store;

/// Shared with the server, which flips it when it begins to stop, and with what outlives a request: streams and sockets.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    stopping: watch::Sender<bool>,
    /// Sockets that are open.
    open: watch::Sender<usize>,
}

impl Readiness {
    /// From now on balancers are told to send requests elsewhere, and streams and sockets end.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Whether the server was told to stop.
    pub fn is_stopping(&self) -> bool {
        *self.0.stopping.borrow()
    }

    /// Completes when the server is told to stop.
    pub(super) async fn stopping(&self) {
        let mut stopping = self.0.stopping.subscribe();
        // No error can be: the sender is in here. The guard inside must not be kept.
        drop(stopping.wait_for(|stopping| *stopping).await);
    }

    /// Counts a socket until it is dropped.
    pub(super) fn enter(&self) -> Open {
        self.0.open.send_modify(|open| *open += 1);
        Open(self.clone())
    }

    /// Completes when no socket is open.
    pub(super) async fn idle(&self) {
        let mut open = self.0.open.subscribe();
        drop(open.wait_for(|open| *open == 0).await);
    }
}

/// An open socket.
#[derive(Debug)]
pub(super) struct Open(Readiness);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.open.send_modify(|open| *open -= 1);
    }
}

pub(super) async fn live() -> Response {
    status(StatusCode::OK, r#"{"status":"live"}"#)
}

/// Whether requests should be sent here, and why not.
pub(super) async fn ready(State((readiness, store)): State<(Readiness, Arc<Store>)>) -> Response {
    if readiness.is_stopping() {
        return status(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"stopping"}"#);
    }
    let troubles = store.troubles();
    if troubles.is_empty() {
        return status(StatusCode::OK, r#"{"status":"ready"}"#);
    }
    let reasons: Vec<_> = troubles
        .iter()
        .map(|trouble| json!({ "code": trouble.code(), "message": trouble.to_string() }))
        .collect();
    let body = json!({ "status": "unready", "reasons": reasons }).to_string();
    status(StatusCode::SERVICE_UNAVAILABLE, body)
}

fn status(status: StatusCode, body: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.into()).into_response()
}
