//! What is served, to whom, and how the server meets its clients.

use std::sync::Arc;

use super::access::{cors::InvalidOrigin, hosts::InvalidHostName, rules::Access};
use crate::{schema::Api, store::Store};

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
    /// Names by which requests may call the server, such as `graph.example`; `*.example` is every name below it, `*` any. Those
    /// of the machine to itself always may.
    pub host_names: Vec<String>,
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
    /// Connections served at a time. More wait in the system's queue; the longest idle are closed for them.
    pub connections_max: usize,
    /// How long everything is answered as before after a request to terminate, while `/health/ready` says that the server stops.
    pub stop_delay_ms: u64,
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
            host_names: Vec::new(),
            cors_origins: Vec::new(),
            batch_max: 0,
            get_preflight: GetPreflight::Optional,
            header_timeout_ms: 30_000,
            body_timeout_ms: 10_000,
            connections_max: 10_000,
            stop_delay_ms: 5_000,
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

/// A setting that no router can be made with.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSetting {
    /// See [`InvalidOrigin`].
    #[error("--cors-origin: {0}")]
    Origin(#[from] InvalidOrigin),
    /// See [`InvalidHostName`].
    #[error("--host-name: {0}")]
    HostName(#[from] InvalidHostName),
}
