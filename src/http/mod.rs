//! The HTTP server: GraphQL, the schema's text, health, and whatever pages are handed in. Decides
//! statuses and headers; what a request may ask for is the schema layer's to say.

mod assets;
mod cors;
mod graphql;
mod health;
mod negotiate;
mod params;
mod refusal;
mod sdl;
mod server;
mod trace;

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get},
};

use self::{graphql::Graphql, refusal::Refusal, sdl::Sdl};
use crate::{schema::Api, store::Store};

pub use self::{
    cors::InvalidOrigin,
    health::Readiness,
    server::{BindError, bind, serve, stop_signal},
};

/// What is served: the schema, and the store it is asked over.
#[derive(Debug, Clone)]
pub struct Service {
    /// The schema and its limits.
    pub api: Arc<Api>,
    /// The graph and what is derived from it.
    pub store: Arc<Store>,
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
        }
    }
}

/// All routes. The pages answer every path that is none of the others; `readiness` is what `/health/ready` tells.
///
/// # Errors
/// [`InvalidOrigin`] when one of the settings' CORS origins is none.
pub fn router(service: Service, settings: Settings, readiness: Readiness) -> Result<Router, InvalidOrigin> {
    let cors = cors::layer(&settings.cors_origins)?;
    let sdl = Sdl::new(service.api.sdl());
    let graphql = Graphql {
        service,
        settings: Arc::new(settings),
    };
    let router = Router::new()
        .route("/graphql", any(graphql::graphql).with_state(graphql))
        .route("/schema.graphql", get(sdl::schema).fallback(only_get).with_state(sdl))
        .route("/health/live", get(health::live).fallback(only_get))
        .route(
            "/health/ready",
            get(health::ready).fallback(only_get).with_state(readiness),
        )
        .fallback(assets::serve);
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    Ok(router.layer(from_fn_with_state(trace::RequestIds::default(), trace::trace)))
}

async fn only_get() -> Refusal {
    Refusal::method_not_allowed("GET, HEAD")
}
