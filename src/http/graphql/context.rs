//! The state of the endpoint, shared by its transports, and the scope of a request, shared by its operations.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode},
};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::{
    sync::Semaphore,
    time::{Interval, MissedTickBehavior, interval},
};

use super::{json_size, negotiate::MediaType, params::Params};
use crate::{
    engine::{self, Error, Limit, Operations, WriteHandover},
    http::{
        access::rules::{AuthenticationError, Session},
        connections::handle::ConnectionHandle,
        health::Readiness,
        refusal::Refusal,
        settings::{Backend, Settings},
        trace::RequestId,
    },
    model::Timestamp,
};

const VIEW_HEADER: &str = "guanxi-view";

/// The most values of an operation beside its variables: its text, its name, its extensions.
const OTHER_VALUES_MAX: u64 = 100;

/// The state of the endpoint. Clones share it.
#[derive(Clone)]
pub(in crate::http) struct EndpointState {
    pub(in crate::http) backend: Backend,
    pub(in crate::http) settings: Arc<Settings>,
    pub(in crate::http) readiness: Readiness,
    /// The permits for sockets.
    pub(in crate::http) sockets: Arc<Semaphore>,
}

impl EndpointState {
    pub(in crate::http) fn new(backend: Backend, settings: Settings, readiness: Readiness) -> Self {
        Self {
            backend,
            sockets: Arc::new(Semaphore::new(settings.sockets_max.min(Semaphore::MAX_PERMITS))),
            settings: Arc::new(settings),
            readiness,
        }
    }

    /// Completes when a stream must end so that its client reconnects: when the server stops, or the token is no longer valid.
    pub(in crate::http) fn stream_end(&self, session: Session) -> BoxFuture<'static, ()> {
        let (access, readiness) = (self.backend.access.clone(), self.readiness.clone());
        let end = async move {
            tokio::select! {
                () = readiness.stopping() => {}
                () = access.ended(&session, Timestamp::now) => {}
            }
        };
        end.boxed()
    }

    /// The times for keep-alive messages on a stream. The first is at once.
    pub(in crate::http) fn keep_alive(&self) -> Interval {
        let mut keep_alive = interval(Duration::from_millis(self.settings.keep_alive_ms.max(1)));
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        keep_alive
    }

    /// Refuses JSON with more values than the variables of this many operations may have, before it is parsed.
    pub(in crate::http) fn check_value_count(&self, json: &[u8], operations: usize) -> Result<(), Error> {
        let limits = self.backend.api.limits();
        let operations = u64::try_from(operations).unwrap_or(u64::MAX);
        let max = limits
            .values_max
            .saturating_add(OTHER_VALUES_MAX)
            .saturating_mul(operations);
        match json_size::count(json) {
            count if count > max => Err(limits.exceeded(Limit::Values, Some(count))),
            _ => Ok(()),
        }
    }
}

/// The scope of a request: shared by all operations of a body or socket.
pub(in crate::http) struct RequestScope {
    pub(in crate::http) id: String,
    pub(in crate::http) view: Option<serde_json::Value>,
    pub(in crate::http) operations: Operations,
    pub(in crate::http) session: Session,
    pub(in crate::http) connection: ConnectionHandle,
}

impl RequestScope {
    /// The request for the schema layer.
    pub(in crate::http) fn request(&self, params: Params) -> engine::Request {
        engine::Request {
            id: self.id.clone(),
            query: params.query,
            operation_name: params.operation_name,
            variables: params.variables,
            extensions: params.extensions,
            view: self.view.clone(),
            operations: self.operations,
            caller: self.session.caller.clone(),
            read_only: self.session.read_only,
            client: self.connection.client,
            handover: WriteHandover::default(),
        }
    }
}

/// The id that ties the request to its log line.
pub(in crate::http) fn request_id(request: &Request) -> String {
    let id = request.extensions().get::<RequestId>();
    id.map_or_else(String::new, |id| id.0.to_string())
}

/// The connection of the request; a new one if the router is served by another server than this.
pub(in crate::http) fn connection(request: &Request) -> ConnectionHandle {
    request
        .extensions()
        .get::<ConnectionHandle>()
        .cloned()
        .unwrap_or_default()
}

pub(in crate::http) fn unauthenticated(error: AuthenticationError, media: MediaType) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, media, error.error()).challenge(error.challenge())
}

/// The `Guanxi-View` header, a JSON object. Characters outside ASCII may be escaped or sent as UTF-8.
pub(in crate::http) fn view(headers: &HeaderMap, media: MediaType) -> Result<Option<serde_json::Value>, Refusal> {
    let mut values = headers.get_all(VIEW_HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let parsed = match values.next() {
        Some(_) => Err("it is given twice".to_owned()),
        None => serde_json::from_slice(value.as_bytes()).map_err(|error| error.to_string()),
    };
    match parsed {
        Ok(view @ serde_json::Value::Object(_)) => Ok(Some(view)),
        Ok(_) => Err("it is not an object".to_owned()),
        Err(why) => Err(why),
    }
    .map_err(|why| {
        Refusal::bad_request(
            media,
            format!("The Guanxi-View header must be a JSON object such as {{\"asOf\": \"2014-11-28\"}}: {why}."),
        )
    })
}
