//! What answers requests: the routes, and until there are any a refusal that says to come back. So the port is taken, and a
//! probe answered, while millions of records are loaded.

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
    trace::{self, Front},
};
use crate::engine::Error;

/// What answers requests. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Routes(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    starting: Router,
    opened: OnceLock<Router>,
}

impl Routes {
    /// Refuses every request, but for those about health, until [`Routes::open`].
    #[must_use]
    pub fn starting(readiness: &Readiness) -> Self {
        let router = Router::new()
            .route("/health/live", get(health::live).fallback(only_get))
            .route("/health/ready", get(health::starting).fallback(only_get))
            .fallback(refuse)
            .layer(from_fn_with_state(Front::default(), trace::trace))
            .with_state(readiness.clone());
        Self(Arc::new(Shared {
            starting: router,
            opened: OnceLock::new(),
        }))
    }

    /// Lets `router` answer from now on, also on connections that are open. The first one stays.
    pub fn open(&self, router: Router) {
        let _ = self.0.opened.set(router);
    }

    /// Whether there are routes.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.opened.get().is_some()
    }

    /// What answers the next request.
    pub(super) fn current(&self) -> Router {
        self.0.opened.get().unwrap_or(&self.0.starting).clone()
    }
}

impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        let routes = Self::starting(&Readiness::default());
        routes.open(router);
        routes
    }
}

async fn refuse(State(_): State<Readiness>) -> Response {
    let error = Error::unavailable("The server is starting: the graph is being loaded. Try again in a moment.");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, MediaType::Json, error).into_response()
}
