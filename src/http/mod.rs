//! The HTTP server: GraphQL, the text of the schema, health, and the pages. Decides statuses and headers; which queries and
//! changes a request may make is decided by the schema layer.

mod access;
mod assets;
mod connections;
mod graphql;
mod health;
mod refusal;
mod routes;
mod settings;
mod trace;

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get},
};

use self::{
    access::{cors, hosts::Hosts},
    graphql::{
        context::EndpointState,
        endpoint,
        sdl::{self, Sdl},
    },
    refusal::only_get,
    trace::RequestGuard,
};

pub(crate) use self::trace::REQUEST_LOG_TARGET;
pub use self::{
    access::{
        cors::InvalidOrigin,
        hosts::InvalidHostName,
        rules::{Access, Changes, PublicRead, UnprotectedServer},
    },
    connections::{
        descriptors::{TooFewFiles, fit_to_open_files, raise_open_files},
        server::{BindError, bind, serve},
        stop::{Stop, stop_signal},
    },
    health::Readiness,
    routes::Routes,
    settings::{Backend, GetPreflight, InvalidSetting, Pages, Settings},
};

/// All routes. The pages answer every other path; `/health/ready` reports `readiness`, and the faults of the store.
///
/// # Errors
/// [`InvalidSetting`] if a CORS origin or a host name of the settings is invalid.
pub fn router(backend: Backend, settings: Settings, readiness: Readiness) -> Result<Router, InvalidSetting> {
    let cors = cors::layer(&settings.cors_origins)?;
    let guard = RequestGuard::new(Hosts::new(&settings.host_names)?, backend.access.clone());
    let sdl = Sdl::new(backend.api.sdl(), backend.access.clone());
    let store = Arc::clone(&backend.store);
    let pages = settings.pages;
    let endpoint_state = EndpointState::new(backend, settings, readiness.clone());
    let router = Router::new()
        .route("/graphql", any(endpoint::graphql).with_state(endpoint_state.clone()))
        .route("/graphql/", any(endpoint::graphql).with_state(endpoint_state))
        .route("/schema.graphql", get(sdl::schema).fallback(only_get).with_state(sdl))
        .route("/health/live", get(health::live).fallback(only_get))
        .route(
            "/health/ready",
            get(health::ready).fallback(only_get).with_state((readiness, store)),
        );
    let router = match pages {
        Pages::Served => router.fallback(assets::serve),
        Pages::Off => router.fallback(assets::off),
    };
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    Ok(router.layer(from_fn_with_state(guard, trace::trace)))
}
