//! The routes, which can be opened after the server has started: until then requests are refused, to be retried. So the port is taken,
//! and probes are answered, while millions of records are loaded.

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{
    graphql::negotiate::MediaType,
    health::{self, Readiness},
    refusal::{Refusal, only_get},
    trace::{self, RequestGuard},
};
use crate::engine::Error;

/// The routes of a server. Clones share them.
#[derive(Debug, Clone)]
pub struct Routes(Arc<RouteTable>);

#[derive(Debug)]
struct RouteTable {
    starting: Router,
    router: OnceLock<Router>,
}

impl Routes {
    /// Refuses every request, except for those to `/health`, until [`Routes::open`].
    #[must_use]
    pub fn starting(readiness: &Readiness) -> Self {
        let starting = Router::new()
            .route("/health/live", get(health::live).fallback(only_get))
            .route("/health/ready", get(health::starting).fallback(only_get))
            .fallback(refuse_while_starting)
            .layer(from_fn_with_state(RequestGuard::default(), trace::trace))
            .with_state(readiness.clone());
        Self(Arc::new(RouteTable {
            starting,
            router: OnceLock::new(),
        }))
    }

    /// Makes `router` answer from now on, also on open connections. Only the first call has an effect.
    pub fn open(&self, router: Router) {
        let _ = self.0.router.set(router);
    }

    /// Whether [`Routes::open`] was called.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.router.get().is_some()
    }

    /// The router for the next request.
    pub(super) fn current(&self) -> Router {
        self.0.router.get().unwrap_or(&self.0.starting).clone()
    }
}

impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        let routes = Self::starting(&Readiness::default());
        routes.open(router);
        routes
    }
}

async fn refuse_while_starting(State(_): State<Readiness>) -> Response {
    let error = Error::unavailable("The server is starting: the graph is being loaded. Try again in a moment.");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, MediaType::Json, error).into_response()
}
