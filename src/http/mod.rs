//! The HTTP server: GraphQL, the schema's text, health, and whatever pages are handed in. Decides
//! statuses and headers; what a request may ask for is the schema layer's to say.

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
        context::Graphql,
        endpoint,
        sdl::{self, Sdl},
    },
    refusal::only_get,
    trace::Front,
};

pub use self::{
    access::{
        cors::InvalidOrigin,
        hosts::InvalidHostName,
        rules::{Access, Changes, PublicRead, Unprotected},
    },
    connections::{
        descriptors::{TooFewFiles, fit_to_open_files, raise_open_files},
        server::{BindError, bind, serve},
        stop::{Stop, stop_signal},
    },
    health::Readiness,
    routes::Routes,
    settings::{GetPreflight, InvalidSetting, Pages, Service, Settings},
};

/// All routes. The pages answer every path that is none of the others; `/health/ready` tells `readiness`, and what keeps the
/// store from being well.
///
/// # Errors
/// [`InvalidSetting`] when one of the settings' CORS origins or host names is none.
pub fn router(service: Service, settings: Settings, readiness: Readiness) -> Result<Router, InvalidSetting> {
    let cors = cors::layer(&settings.cors_origins)?;
    let front = Front::new(Hosts::new(&settings.host_names)?, service.access.clone());
    let sdl = Sdl::new(service.api.sdl(), service.access.clone());
    let store = Arc::clone(&service.store);
    let pages = settings.pages;
    let graphql = Graphql::new(service, settings, readiness.clone());
    let router = Router::new()
        .route("/graphql", any(endpoint::graphql).with_state(graphql.clone()))
        .route("/graphql/", any(endpoint::graphql).with_state(graphql))
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
    Ok(router.layer(from_fn_with_state(front, trace::trace)))
}
