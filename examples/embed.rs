//! guanxi inside another axum application, with the services of async-graphql-axum: queries and mutations by POST, and all
//! operations by WebSocket, at one path next to the application's own pages.
//!
//! ```sh
//! cargo run --example embed
//! curl http://127.0.0.1:8001/graphql -H 'content-type: application/json' -d '{"query": "{ statistics { entities } }"}'
//! ```
//!
//! The application has to do what guanxi's own server does before a request is parsed; docs/embedding.md lists it.

use std::{error::Error, sync::Arc};

use async_graphql_axum::{GraphQL, GraphQLSubscription};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use guanxi::{
    engine::Limits,
    formats::tables,
    graph::Snapshot,
    model::{Caller, Role},
    schema::{Api, MountedApi},
    store::{self, Store},
};
use tower_service::Service;

/// Identifies the caller of a request.
pub(crate) type Identify = fn(&HeaderMap) -> Caller;

/// guanxi, with the function that identifies callers.
#[derive(Clone)]
struct Embedded {
    mounted: MountedApi,
    body_bytes_max: usize,
    identify: Identify,
}

/// The application: its own page at `/`, and guanxi at `/graphql`.
pub(crate) fn app(mounted: MountedApi, limits: &Limits, identify: Identify) -> Router {
    let embedded = Embedded {
        mounted,
        body_bytes_max: usize::try_from(limits.body_bytes_max).unwrap_or(usize::MAX),
        identify,
    };
    Router::new()
        .route(
            "/",
            get(async || "An application of its own. guanxi answers at /graphql.\n"),
        )
        .route("/graphql", post(ask).get(connect).with_state(embedded))
}

impl Embedded {
    /// guanxi for the caller of a request with these headers.
    fn for_caller(&self, headers: &HeaderMap) -> MountedApi {
        let mut mounted = self.mounted.clone();
        mounted.caller = (self.identify)(headers);
        mounted
    }
}

/// Answers a query or a mutation. The service itself accepts bodies of any size and type, and pages of other origins can send some
/// types without a preflight request.
async fn ask(State(embedded): State<Embedded>, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    let content_type = head.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json.\n").into_response();
    }
    let Ok(body) = to_bytes(body, embedded.body_bytes_max).await else {
        return (
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is too large, or ended too early.\n",
        )
            .into_response();
    };
    // One answer for each request: subscriptions use the WebSocket.
    head.headers.remove(header::ACCEPT);
    let mounted = embedded.for_caller(&head.headers);
    let Ok(response) = GraphQL::new(mounted)
        .call(Request::from_parts(head, Body::from(body)))
        .await;
    response
}

/// Opens a WebSocket (graphql-transport-ws) for all operations.
async fn connect(State(embedded): State<Embedded>, request: Request) -> Response {
    let mounted = embedded.for_caller(request.headers());
    let Ok(response) = GraphQLSubscription::new(mounted).call(request).await;
    response
}

/// Lets every caller read. An application with accounts returns their names and roles.
fn identify_as_reader(_: &HeaderMap) -> Caller {
    Caller::unnamed(Role::Reader)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let graph = Snapshot::build(&tables::bundled()?)?;
    let store = Store::in_memory(Arc::new(store::State::new(graph)));
    let limits = Limits::default();
    let api = Api::new(limits.clone())?;
    let mounted = MountedApi::new(Arc::new(api), Arc::new(store), Caller::unnamed(Role::Reader));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8001").await?;
    println!("http://{}/graphql", listener.local_addr()?);
    axum::serve(listener, app(mounted, &limits, identify_as_reader)).await?;
    Ok(())
}
