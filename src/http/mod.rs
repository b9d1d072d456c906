//! The HTTP server: GraphQL, the schema's text, health, and whatever pages are handed in. Decides
//! statuses and headers; what a request may ask for is the schema layer's to say.

mod access;
mod assets;
mod client;
mod cors;
mod graphql;
mod health;
mod impatient;
mod negotiate;
mod params;
mod refusal;
mod sdl;
mod server;
mod sse;
mod trace;
mod values;
mod websocket;

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get},
};

use self::{graphql::Graphql, refusal::Refusal, sdl::Sdl};
use crate::{schema::Api, store::Store};

pub use self::{
    access::{Access, Changes, PublicRead, Unprotected},
    cors::InvalidOrigin,
    health::Readiness,
    server::{BindError, bind, serve, stop_signal},
};

/// What is served: the schema, the data it is asked over, and to whom.
#[derive(Debug, Clone)]
pub struct Service {
    /// The schema and its limits.
    pub api: Arc<Api>,
    /// The data, as it changes.
    pub store: Arc<Store>,
    /// Who may do what.
    pub access: Access,
}

/// Whether the pages are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// GraphiQL answers on `/`.
    Served,
    /// Nothing does.
    Off,
}

/// Whether a GET must carry a header that no page of another origin can send unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GetPreflight {
    /// Any GET is answered.
    Optional,
    /// A GET without the header is refused.
    Required,
}

/// How the server meets its clients; what a request may ask for is in `Limits`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Origins whose pages may read answers, such as `https://example.org`; `*` is any. None by
    /// default: only pages of this server.
    pub cors_origins: Vec<String>,
    /// Operations in one body; 0 turns batches off.
    pub batch_max: usize,
    /// Whether a GET must carry `GraphQL-Require-Preflight`.
    pub get_preflight: GetPreflight,
    /// How long a request's headers, or the next request on a kept connection, may take.
    pub header_timeout_ms: u64,
    /// How long a request's body may take.
    pub body_timeout_ms: u64,
    /// Connections served at a time; more wait in the system's queue.
    pub connections_max: usize,
    /// How long requests may go on after the server was told to stop.
    pub drain_ms: u64,
    /// WebSockets that are open at a time; more are told to try again.
    pub sockets_max: usize,
    /// Operations that run on one WebSocket at a time.
    pub socket_operations_max: usize,
    /// How long a WebSocket may take to say who it is (`connection_init`).
    pub init_timeout_ms: u64,
    /// How often a stream or socket without events shows that it lives.
    pub keep_alive_ms: u64,
    /// How long a client may leave what was sent to it unread. Then its socket is closed; any other connection is cut after
    /// twice that time.
    pub slow_client_ms: u64,
    /// Whether the pages are served.
    pub pages: Pages,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            batch_max: 0,
            get_preflight: GetPreflight::Optional,
            header_timeout_ms: 30_000,
            body_timeout_ms: 10_000,
            connections_max: 10_000,
            drain_ms: 10_000,
            sockets_max: 10_000,
            socket_operations_max: 100,
            init_timeout_ms: 10_000,
            keep_alive_ms: 12_000,
            slow_client_ms: 10_000,
            pages: Pages::Served,
        }
    }
}

/// All routes. The pages answer every path that is none of the others; `/health/ready` tells `readiness`, and what keeps the
/// store from being well.
///
/// # Errors
/// [`InvalidOrigin`] when one of the settings' CORS origins is none.
pub fn router(service: Service, settings: Settings, readiness: Readiness) -> Result<Router, InvalidOrigin> {
    let cors = cors::layer(&settings.cors_origins)?;
    let sdl = Sdl::new(service.api.sdl());
    let pages = settings.pages;
    let health = (readiness.clone(), Arc::clone(&service.store));
    let graphql = Graphql::new(service, settings, readiness);
    let router = Router::new()
        .route("/graphql", any(graphql::graphql).with_state(graphql.clone()))
        .route("/graphql/", any(graphql::graphql).with_state(graphql))
        .route("/schema.graphql", get(sdl::schema).fallback(only_get).with_state(sdl))
        .route("/health/live", get(health::live).fallback(only_get))
        .route(
            "/health/ready",
            get(health::ready).fallback(only_get).with_state(health),
        );
    let router = match pages {
        Pages::Served => router.fallback(assets::serve),
        Pages::Off => router.fallback(assets::off),
    };
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    Ok(router.layer(from_fn_with_state(trace::RequestIds::default(), trace::trace)))
}

async fn only_get() -> Refusal {
    Refusal::method_not_allowed("GET, HEAD")
}
