//! The port: binds it, accepts a bounded number of connections, and stops without breaking off answers. Connections that send
//! requests too slowly are closed, and idle ones if others wait.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_service::Service;

use super::{
    handle::ConnectionHandle,
    slots::{ConnectionSlot, ConnectionSlots},
    write_timeout::WriteTimeout,
};
use crate::{
    engine,
    http::{health::Readiness, routes::Routes, settings::Settings},
};

/// How long requests that have changed something may take to be answered after all others were broken off.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The stages of stopping the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Serving,
    /// No new request is accepted.
    Draining,
    /// Running requests are broken off, unless they have changed something.
    Aborting,
}

/// Why the port could not be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program uses the port.
    #[error("The port {} on {} is taken; stop the other program or choose another port with --port.", .0.port(), .0.ip())]
    Taken(SocketAddr),
    /// The system reserves the port.
    #[error("The port {} on {} may not be used by this account; choose one above 1023 with --port.", .0.port(), .0.ip())]
    Forbidden(SocketAddr),
    /// The host does not resolve, or is that of another machine.
    #[error("{}:{} is not an address of this machine; choose another with --host.", .host, .port)]
    NoAddress {
        /// As configured.
        host: String,
        /// As configured.
        port: u16,
    },
    /// Any other error of the system.
    #[error("Cannot listen on {address}: {cause}.")]
    Other {
        /// The address that was tried last.
        address: SocketAddr,
        /// The system's reason.
        cause: io::Error,
    },
}

/// Binds the first address of `host` that can be bound. Port 0 lets the system choose.
pub async fn bind(host: &str, port: u16) -> Result<TcpListener, BindError> {
    let missing = || BindError::NoAddress {
        host: host.to_owned(),
        port,
    };
    let addresses = tokio::net::lookup_host((host, port)).await.map_err(|_| missing())?;
    let mut failure = missing();
    for address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(cause) => {
                failure = match cause.kind() {
                    io::ErrorKind::AddrInUse => BindError::Taken(address),
                    io::ErrorKind::PermissionDenied => BindError::Forbidden(address),
                    io::ErrorKind::AddrNotAvailable => missing(),
                    _ => BindError::Other { address, cause },
                };
            }
        }
    }
    Err(failure)
}

/// Serves until `stop` completes, then finishes running requests, for at most `settings.drain_ms`. After that, only requests that
/// have changed something are answered.
pub async fn serve(
    listener: TcpListener,
    routes: impl Into<Routes>,
    settings: &Settings,
    readiness: Readiness,
    stop: impl Future<Output = ()>,
) {
    let routes = routes.into();
    let slots = ConnectionSlots::new(settings.connections_max);
    let (stage, stage_receiver) = watch::channel(Stage::Serving);
    let mut connections = JoinSet::new();
    let mut accepted_count = 0;
    tokio::pin!(stop);
    // The connection that waits for a slot, while further clients wait in the queue of the system.
    let mut pending = None;
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            slot = slots.acquire(), if pending.is_some() => {
                if let Some((stream, handle)) = pending.take() {
                    connections.spawn(connection(stream, handle, slot, routes.clone(), settings, stage_receiver.clone()));
                }
            }
            accepted = listener.accept(), if pending.is_none() => match accepted {
                Ok((stream, address)) => {
                    accepted_count += 1;
                    let handle = ConnectionHandle::new(engine::Client::new(address.ip(), accepted_count));
                    pending = Some((stream, handle));
                }
                // Too many open files, or a client that has left already: neither ends the server.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    readiness.stop();
    stage.send_replace(Stage::Draining);
    tracing::info!(connections = connections.len(), "stopping");
    if drain(&mut connections, &readiness, Duration::from_millis(settings.drain_ms)).await {
        return;
    }
    tracing::warn!(
        connections = connections.len(),
        "stopped before every request was answered"
    );
    stage.send_replace(Stage::Aborting);
    if !drain(&mut connections, &readiness, ANSWER_TIMEOUT).await {
        tracing::warn!(
            "stopped before every change was answered; a retry with the same idempotency key answers whether it was made"
        );
        connections.shutdown().await;
    }
}

/// Waits until all connections have ended. Returns whether they did within `timeout`.
async fn drain(connections: &mut JoinSet<()>, readiness: &Readiness, timeout: Duration) -> bool {
    let all_ended = async {
        while connections.join_next().await.is_some() {}
        // Connections that became sockets are no longer among them.
        readiness.idle().await;
    };
    tokio::time::timeout(timeout, all_ended).await.is_ok()
}

fn connection(
    stream: TcpStream,
    handle: ConnectionHandle,
    slot: ConnectionSlot,
    routes: Routes,
    settings: &Settings,
    mut stage: watch::Receiver<Stage>,
) -> impl Future<Output = ()> + Send + 'static {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(settings.header_timeout_ms));
    // WebSockets are closed sooner, with a reason.
    let write_timeout = Duration::from_millis(settings.slow_client_ms.saturating_mul(2));
    async move {
        // Responses are written as a whole; waiting to fill a segment would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was not set");
        }
        let activity = &slot.activity;
        let service = service_fn(|mut request: Request<Incoming>| {
            activity.begin();
            request.extensions_mut().insert(handle.clone());
            let response = routes.current().call(request);
            async {
                let response = response.await;
                // A stream may send more at any time, so its connection is never idle.
                if response
                    .as_ref()
                    .is_ok_and(|response| response.body().size_hint().exact().is_some())
                {
                    activity.end();
                }
                response
            }
        });
        let stream = WriteTimeout::new(stream, write_timeout, Arc::clone(activity));
        let serving = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        tokio::pin!(serving);
        // An error means that the server has ended. The guard in the result must not be held.
        let mut reached = async |target| drop(stage.wait_for(|stage| *stage >= target).await);
        let mut result = tokio::select! {
            // First, so that a request that has already arrived is served.
            biased;
            outcome = serving.as_mut() => Some(outcome),
            () = reached(Stage::Draining) => None,
            () = activity.close_requested() => {
                tracing::debug!("an idle connection is closed for another one");
                Some(Ok(()))
            }
        };
        if result.is_none() {
            serving.as_mut().graceful_shutdown();
            result = tokio::select! {
                outcome = serving.as_mut() => Some(outcome),
                () = reached(Stage::Aborting) => None,
            };
        }
        if result.is_none() && handle.close() {
            result = Some(serving.await);
        }
        if let Some(Err(error)) = result {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
