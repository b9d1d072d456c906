//! The layer around all routes: a log line and an id for each request, and the refusal of requests for other hosts. A valid id from
//! a proxy is used instead of a new one. The text of queries is never logged here.

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

/// The target of the log lines of requests.
pub(crate) const REQUEST_LOG_TARGET: &str = module_path!();

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in its extensions.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub Arc<str>);

/// The name of the operation that ran, in the extensions of the response, for the log line.
#[derive(Clone, Debug)]
pub(super) struct OperationName(pub String);

/// Generates ids that are unique within a process, and very likely between processes.
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

/// Assigns ids to requests, and checks their hosts.
#[derive(Clone, Default)]
pub(super) struct RequestGuard {
    ids: RequestIds,
    /// The allowed hosts, and the access that decides on addresses. `None` while the server starts, when it has no data.
    host_rules: Option<(Hosts, Access)>,
}

impl RequestGuard {
    pub(super) fn new(hosts: Hosts, access: Access) -> Self {
        Self {
            ids: RequestIds::default(),
            host_rules: Some((hosts, access)),
        }
    }

    /// The refusal of a request with a host that is not allowed. `/health` has no such rule: probes may use any host, and its answer
    /// contains no data.
    fn refusal(&self, request: &Request) -> Option<Refusal> {
        let (hosts, access) = self.host_rules.as_ref()?;
        if request.uri().path().starts_with("/health/") {
            return None;
        }
        let name = hosts.unknown(request.uri(), request.headers(), access.addresses())?;
        let message = format!(
            "This server has no host name {name:?} (Host). Use localhost, or its address if it is open to other machines, or start it with --host-name and the name. A reverse proxy may send its own name as Host if --host-name allows it."
        );
        Some(Refusal::new(
            StatusCode::FORBIDDEN,
            MediaType::Json,
            Error::forbidden(message),
        ))
    }
}

pub(super) async fn trace(State(guard): State<RequestGuard>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(valid_request_id)
        .unwrap_or_else(|| guard.ids.next());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(id.clone());

    let mut response = match guard.refusal(&request) {
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
        target: REQUEST_LOG_TARGET,
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

fn valid_request_id(value: &HeaderValue) -> Option<RequestId> {
    let text = value.to_str().ok().filter(|text| (1..=64).contains(&text.len()))?;
    let is_valid = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    is_valid.then(|| RequestId(text.into()))
}
