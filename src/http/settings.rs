//! The settings of the server: what it serves, to which clients, and its limits on them.

use std::sync::Arc;

use super::access::{cors::InvalidOrigin, hosts::InvalidHostName, rules::Access};
use crate::{schema::Api, store::Store};

/// What is served: the schema, the data, and the access to both.
#[derive(Debug, Clone)]
pub struct Backend {
    /// The schema and its limits.
    pub api: Arc<Api>,
    /// The data.
    pub store: Arc<Store>,
    /// The permissions of clients.
    pub access: Access,
}

/// Whether the pages are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// GraphiQL answers on `/`.
    Served,
    /// `/` is not found.
    Off,
}

/// Whether a GET must have a header that a page of another origin can send only after a preflight request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GetPreflight {
    /// Any GET is answered.
    Optional,
    /// A GET without the header is refused.
    Required,
}

/// The settings for HTTP clients. The limits of a request are in `Limits`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Host names that requests may use, such as `graph.example`; `*.example` is every name below it, `*` any. `localhost` and
    /// loopback addresses are always allowed.
    pub host_names: Vec<String>,
    /// Origins whose pages may read answers, such as `https://example.org`; `*` is any. None by
    /// default: only pages of this server.
    pub cors_origins: Vec<String>,
    /// Operations in one body; 0 turns batches off.
    pub batch_max: usize,
    /// Whether a GET must have the header `GraphQL-Require-Preflight`.
    pub get_preflight: GetPreflight,
    /// How long the headers of a request, or the next request of an open connection, may take to arrive.
    pub header_timeout_ms: u64,
    /// How long the body of a request may take to arrive.
    pub body_timeout_ms: u64,
    /// Concurrent connections. Further ones wait in the queue of the system until the longest idle ones are closed.
    pub connections_max: usize,
    /// How long requests are answered as before after a request to terminate, while `/health/ready` reports that the server is
    /// stopping.
    pub stop_delay_ms: u64,
    /// How long running requests may continue after the port was closed.
    pub drain_ms: u64,
    /// Concurrent WebSockets; further ones are refused, and may be retried.
    pub sockets_max: usize,
    /// Concurrent operations on one WebSocket.
    pub socket_operations_max: usize,
    /// How long a WebSocket may take to initialise (`connection_init`).
    pub init_timeout_ms: u64,
    /// The interval of keep-alive messages on a stream or socket without events.
    pub keep_alive_ms: u64,
    /// How long a client may leave data unread. Then its WebSocket is closed; any other connection is closed after twice that
    /// time.
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

/// An invalid setting.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSetting {
    /// See [`InvalidOrigin`].
    #[error("--cors-origin: {0}")]
    Origin(#[from] InvalidOrigin),
    /// See [`InvalidHostName`].
    #[error("--host-name: {0}")]
    HostName(#[from] InvalidHostName),
}
