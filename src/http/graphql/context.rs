//! What the endpoint and its transports work with, and what every request of a body, query string or socket shares.

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
        access::rules::{Denied, Session},
        connections::client::Client,
        health::Readiness,
        refusal::Refusal,
        settings::{Service, Settings},
        trace::RequestId,
    },
    model::Timestamp,
};

const VIEW_HEADER: &str = "guanxi-view";

/// Values that an operation may have beside those of its variables: its text, its name, its extensions.
const BESIDE_VARIABLES_MAX: u64 = 100;

/// What the handler works with.
#[derive(Clone)]
pub(in crate::http) struct Graphql {
    pub(in crate::http) service: Service,
    pub(in crate::http) settings: Arc<Settings>,
    pub(in crate::http) readiness: Readiness,
    /// A permit for each socket that may be opened.
    pub(in crate::http) sockets: Arc<Semaphore>,
}

impl Graphql {
    pub(in crate::http) fn new(service: Service, settings: Settings, readiness: Readiness) -> Self {
        Self {
            service,
            sockets: Arc::new(Semaphore::new(settings.sockets_max.min(Semaphore::MAX_PERMITS))),
            settings: Arc::new(settings),
            readiness,
        }
    }

    /// Completes when a stream is to end so that its client comes back: when the server stops, and when its token is no longer
    /// valid.
    pub(in crate::http) fn over(&self, session: Session) -> BoxFuture<'static, ()> {
        let (access, readiness) = (self.service.access.clone(), self.readiness.clone());
        let over = async move {
            tokio::select! {
                () = readiness.stopping() => {}
                () = access.ended(&session, Timestamp::now) => {}
            }
        };
        over.boxed()
    }

    /// When a stream shows that it lives, though there is nothing to tell. The first time is at once.
    pub(in crate::http) fn signs_of_life(&self) -> Interval {
        let mut alive = interval(Duration::from_millis(self.settings.keep_alive_ms.max(1)));
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        alive
    }

    /// Whether a text of JSON with so many operations holds no more values than can be in their variables. Told before it is read.
    pub(in crate::http) fn few_enough(&self, json: &[u8], operations: usize) -> Result<(), Error> {
        let limits = self.service.api.limits();
        let operations = u64::try_from(operations).unwrap_or(u64::MAX);
        let max = limits
            .values_max
            .saturating_add(BESIDE_VARIABLES_MAX)
            .saturating_mul(operations);
        match json_size::count(json) {
            counted if counted > max => Err(limits.exceeded(Limit::Values, Some(counted))),
            _ => Ok(()),
        }
    }
}

/// What every request of a body, query string or socket shares.
pub(in crate::http) struct Shared {
    pub(in crate::http) id: String,
    pub(in crate::http) view: Option<serde_json::Value>,
    pub(in crate::http) operations: Operations,
    pub(in crate::http) session: Session,
    pub(in crate::http) client: Client,
}

impl Shared {
    /// The request as the schema takes it.
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
            client: self.client.asker,
            handover: WriteHandover::default(),
        }
    }
}

/// The id that ties the request to its log line.
pub(in crate::http) fn request_id(request: &Request) -> String {
    let id = request.extensions().get::<RequestId>();
    id.map_or_else(String::new, |id| id.0.to_string())
}

/// The connection that the request came over. Where a router is served by something else than this server, one of its own.
pub(in crate::http) fn client(request: &Request) -> Client {
    request.extensions().get::<Client>().cloned().unwrap_or_default()
}

pub(in crate::http) fn unauthenticated(why: Denied, media: MediaType) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, media, why.error()).challenge(why.challenge())
}

/// The `Guanxi-View` header, a JSON object. Other text than ASCII may be escaped or sent as UTF-8.
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
