//! Whether the process is alive, and whether it is ready for requests. Both answer in JSON; if it is not ready, with all reasons.

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

/// Whether the server is stopping. Shared by the server with streams and sockets, which outlive a request.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<ReadinessState>);

#[derive(Debug, Default)]
struct ReadinessState {
    phase: watch::Sender<Phase>,
    /// The number of open sockets.
    open: watch::Sender<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    #[default]
    Serving,
    /// Requests are answered, and load balancers learn to send them elsewhere.
    StopAnnounced,
    /// No connection is accepted any more; streams and sockets end.
    Stopping,
}

impl Readiness {
    /// Makes load balancers send requests elsewhere from now on; requests are still answered.
    pub fn announce_stop(&self) {
        self.reach(Phase::StopAnnounced);
    }

    /// The same, and ends streams and sockets.
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

    /// Whether the server is going to stop.
    pub fn is_stopping(&self) -> bool {
        *self.0.phase.borrow() > Phase::Serving
    }

    /// Completes when streams and sockets must end.
    pub(super) async fn stopping(&self) {
        let mut phase = self.0.phase.subscribe();
        // It cannot fail, since `self` has the sender. The guard in the result must not be held.
        drop(phase.wait_for(|phase| *phase == Phase::Stopping).await);
    }

    /// Counts a socket as open until the result is dropped.
    pub(super) fn count_socket(&self) -> OpenSocket {
        self.0.open.send_modify(|open| *open += 1);
        OpenSocket(self.clone())
    }

    /// Completes when no socket is open.
    pub(super) async fn idle(&self) {
        let mut open = self.0.open.subscribe();
        drop(open.wait_for(|open| *open == 0).await);
    }
}

/// An open socket.
#[derive(Debug)]
pub(super) struct OpenSocket(Readiness);

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.0.0.open.send_modify(|open| *open -= 1);
    }
}

/// Why the server is not ready: a code for programs, a message for people.
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

/// The answer of `/health/live` and `/health/ready`.
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
        stopping_reason(&readiness)
            .into_iter()
            .chain(store_reasons(&store))
            .collect(),
    )
}

/// The same while the graph is being loaded.
pub(super) async fn starting(State(readiness): State<Readiness>) -> Response {
    let starting = Reason::new("STARTING", "The graph is being loaded.");
    report(
        "starting",
        stopping_reason(&readiness).into_iter().chain([starting]).collect(),
    )
}

fn stopping_reason(readiness: &Readiness) -> Option<Reason> {
    readiness
        .is_stopping()
        .then(|| Reason::new("STOPPING", "The server is stopping."))
}

/// Why the store cannot answer or record everything.
fn store_reasons(store: &Store) -> Vec<Reason> {
    let search = store.state().search_unavailable().map(|why| {
        let advice = match why {
            SearchUnavailable::Building => "search and match answer UNAVAILABLE until it is built.",
            SearchUnavailable::Failed(_) => {
                "search and match answer UNAVAILABLE until the next attempt, which is soon."
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

fn report(unready_status: &'static str, reasons: Vec<Reason>) -> Response {
    let status = match reasons.first() {
        None => "ready",
        Some(Reason { code: "STOPPING", .. }) => "stopping",
        Some(_) => unready_status,
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
