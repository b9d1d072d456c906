//! Whether the process lives, and whether it should be sent requests. Both answer in JSON; what is not ready says every reason.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::watch;

use crate::{
    model::Timestamp,
    store::{SearchUnavailable, Store},
};

/// How far the server is from stopping. Shared with the server, and with what outlives a request: streams and sockets.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    phase: watch::Sender<Phase>,
    /// Sockets that are open.
    open: watch::Sender<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    #[default]
    Serving,
    /// Everything is answered, and balancers are told to send requests elsewhere.
    Leaving,
    /// No connection is taken any more; streams and sockets end.
    Stopping,
}

impl Readiness {
    /// From now on balancers are told to send requests elsewhere, while all that come are answered.
    pub fn leave(&self) {
        self.reach(Phase::Leaving);
    }

    /// The same, and streams and sockets end.
    pub fn stop(&self) {
        self.reach(Phase::Stopping);
    }

    fn reach(&self, next: Phase) {
        self.0.phase.send_if_modified(|phase| {
            let is_later = *phase < next;
            *phase = next.max(*phase);
            is_later
        });
    }

    /// Whether the server was told to stop.
    pub fn is_stopping(&self) -> bool {
        *self.0.phase.borrow() > Phase::Serving
    }

    /// Completes when streams and sockets are to end.
    pub(super) async fn stopping(&self) {
        let mut phase = self.0.phase.subscribe();
        // No error can be: the sender is in here. The guard inside must not be kept.
        drop(phase.wait_for(|phase| *phase == Phase::Stopping).await);
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

/// Why no requests should be sent here now. Programs read the code, people the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Reason {
    code: &'static str,
    message: String,
}

impl Reason {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// What `/health/ready` says.
#[derive(Debug, Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
}

pub(super) async fn live() -> Response {
    let report = Report {
        status: "live",
        reasons: Vec::new(),
    };
    respond(StatusCode::OK, &report)
}

pub(super) async fn ready(State((readiness, store)): State<(Readiness, Arc<Store>)>) -> Response {
    report(
        "unready",
        stopping(&readiness).into_iter().chain(of_store(&store)).collect(),
    )
}

/// The same while the graph is being loaded.
pub(super) async fn starting(State(readiness): State<Readiness>) -> Response {
    let starting = Reason::new("STARTING", "The graph is being loaded.");
    report("starting", stopping(&readiness).into_iter().chain([starting]).collect())
}

fn stopping(readiness: &Readiness) -> Option<Reason> {
    readiness
        .is_stopping()
        .then(|| Reason::new("STOPPING", "The server was told to stop."))
}

/// What keeps the store from answering and recording everything.
fn of_store(store: &Store) -> Vec<Reason> {
    let search = store.state().search_unavailable().map(|why| {
        let advice = match why {
            SearchUnavailable::Building => "search and match answer UNAVAILABLE until it is there.",
            SearchUnavailable::Failed(_) => {
                "search and match answer UNAVAILABLE until it is tried again, which is soon."
            }
        };
        Reason::new("SEARCH_INDEX", format!("{}; {advice}", capitalised(&why.to_string())))
    });
    let clock = store
        .clock_fault(Timestamp::now())
        .map(|fault| Reason::new("CLOCK", format!("{}.", capitalised(&fault.to_string()))));
    let troubles = store.health_problems().into_iter();
    let troubles = troubles.map(|trouble| Reason::new(trouble.code(), trouble.to_string()));
    troubles.chain(search).chain(clock).collect()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn report(otherwise: &'static str, reasons: Vec<Reason>) -> Response {
    let status = match reasons.first() {
        None => "ready",
        Some(Reason { code: "STOPPING", .. }) => "stopping",
        Some(_) => otherwise,
    };
    let code = match status {
        "ready" => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    respond(code, &Report { status, reasons })
}

fn respond(code: StatusCode, report: &Report) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let body = serde_json::to_string(report).unwrap_or_else(|_| format!("{{\"status\":\"{}\"}}", report.status));
    let mut response = (code, headers, body).into_response();
    if code == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
