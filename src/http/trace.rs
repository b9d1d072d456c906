//! What stands in front of every route: one log line per request, an id that ties it to the answer, and the refusal of requests
//! that call the server by a name that is not its own. The id of a proxy in front is kept when it looks like one; the text of
//! queries is never logged here.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{
    access::{hosts::Hosts, rules::Access},
    graphql::negotiate::MediaType,
    refusal::Refusal,
};

use crate::engine::Error;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// In a request's extensions.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub Arc<str>);

/// In an answer's extensions: the operation that ran, for the log line.
#[derive(Clone, Debug)]
pub(super) struct OperationName(pub String);

/// Ids that differ within a process, and in all likelihood between processes.
#[derive(Clone, Default)]
pub(super) struct RequestIds {
    seed: RandomState,
    next: Arc<AtomicU64>,
}

impl RequestIds {
    fn next(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        RequestId(format!("{:016x}", self.seed.hash_one(number)).into())
    }
}

/// What is looked at before the routes are.
#[derive(Clone, Default)]
pub(super) struct Front {
    ids: RequestIds,
    /// By which names the server may be called, and who may use its addresses; while it starts, nothing is told anyone.
    names: Option<(Hosts, Access)>,
}

impl Front {
    pub(super) fn new(hosts: Hosts, access: Access) -> Self {
        Self {
            ids: RequestIds::default(),
            names: Some((hosts, access)),
        }
    }

    /// The refusal of a request that calls the server by a name that is not its own. Health is told whoever asks: probes may
    /// call the server anything, and it says nothing of the data.
    fn refusal(&self, request: &Request) -> Option<Refusal> {
        let (hosts, access) = self.names.as_ref()?;
        if request.uri().path().starts_with("/health/") {
            return None;
        }
        let name = hosts.unknown(request.uri(), request.headers(), access.addresses())?;
        let message = format!(
            "This server is not called {name:?} (Host). Call it localhost, or by its address where it is open to other machines, or start it with --host-name and the name. A reverse proxy may pass its own name on when that is given so."
        );
        Some(Refusal::new(
            StatusCode::FORBIDDEN,
            MediaType::Json,
            Error::forbidden(message),
        ))
    }
}

pub(super) async fn trace(State(front): State<Front>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(given)
        .unwrap_or_else(|| front.ids.next());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(id.clone());

    let mut response = match front.refusal(&request) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    };

    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let operation = response
        .extensions()
        .get::<OperationName>()
        .map(|operation| operation.0.as_str());
    tracing::info!(
        request_id = &*id.0,
        %method,
        path,
        status = response.status().as_u16(),
        operation,
        duration_ms = began.elapsed().as_secs_f64() * 1000.0,
        "request"
    );
    response
}

fn given(value: &HeaderValue) -> Option<RequestId> {
    let text = value.to_str().ok().filter(|text| (1..=64).contains(&text.len()))?;
    let fit = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    fit.then(|| RequestId(text.into()))
}
