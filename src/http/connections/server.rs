//! The socket: bind, accept a bounded number of connections, stop without cutting answers off.
//! A connection that sends its request too slowly is closed, and so is one that is idle where there is no room for others.

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
    client::Client,
    slots::{Place, Room},
    write_timeout::Impatient,
};
use crate::{
    engine,
    http::{health::Readiness, routes::Routes, settings::Settings},
};

/// How long what was changed already may take to be answered when everything else is cut off.
const ANSWERING: Duration = Duration::from_secs(10);

/// How far the server has come with stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Serving,
    /// No new request is taken.
    Draining,
    /// What runs is cut off, unless it changed something.
    Cutting,
}

/// Why the server has no socket.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has it.
    #[error("The port {} on {} is taken; stop the other program or choose another port with --port.", .0.port(), .0.ip())]
    Taken(SocketAddr),
    /// The system keeps it for others.
    #[error("The port {} on {} may not be used by this account; choose one above 1023 with --port.", .0.port(), .0.ip())]
    Forbidden(SocketAddr),
    /// The host does not resolve, or is another machine's.
    #[error("{}:{} names no address of this machine; choose another with --host.", .host, .port)]
    NoAddress {
        /// As configured.
        host: String,
        /// As configured.
        port: u16,
    },
    /// Whatever else the system refuses.
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

/// Serves until `stop` completes, then finishes what is running, for `settings.drain_ms` at most. After that, only what changed
/// something already is answered.
pub async fn serve(
    listener: TcpListener,
    routes: impl Into<Routes>,
    settings: &Settings,
    readiness: Readiness,
    stop: impl Future<Output = ()>,
) {
    let routes = routes.into();
    let room = Room::new(settings.connections_max);
    let (stage, staged) = watch::channel(Stage::Serving);
    let mut connections = JoinSet::new();
    let mut accepted_before = 0;
    tokio::pin!(stop);
    // One that waits for its place, while further clients wait in the system's queue.
    let mut arrived = None;
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            place = room.enter(), if arrived.is_some() => {
                if let Some((stream, client)) = arrived.take() {
                    connections.spawn(connection(stream, client, place, routes.clone(), settings, staged.clone()));
                }
            }
            accepted = listener.accept(), if arrived.is_none() => match accepted {
                Ok((stream, address)) => {
                    accepted_before += 1;
                    let client = Client::new(engine::Client::new(address.ip(), accepted_before));
                    arrived = Some((stream, client));
                }
                // Out of file descriptors, or a client gone again: neither ends the server.
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
    if drained(&mut connections, &readiness, Duration::from_millis(settings.drain_ms)).await {
        return;
    }
    tracing::warn!(
        connections = connections.len(),
        "stopped before every request was answered"
    );
    stage.send_replace(Stage::Cutting);
    if !drained(&mut connections, &readiness, ANSWERING).await {
        tracing::warn!("stopped before every change was answered; their idempotency keys tell whether they were made");
        connections.shutdown().await;
    }
}

/// Whether every connection ends within so much time.
async fn drained(connections: &mut JoinSet<()>, readiness: &Readiness, within: Duration) -> bool {
    let ended = async {
        while connections.join_next().await.is_some() {}
        // A connection that became a socket is none of them any more.
        readiness.idle().await;
    };
    tokio::time::timeout(within, ended).await.is_ok()
}

fn connection(
    stream: TcpStream,
    client: Client,
    place: Place,
    routes: Routes,
    settings: &Settings,
    mut stage: watch::Receiver<Stage>,
) -> impl Future<Output = ()> + Send + 'static {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(settings.header_timeout_ms));
    // Sockets are closed after the time itself, and told why.
    let cut_after = Duration::from_millis(settings.slow_client_ms.saturating_mul(2));
    async move {
        // Answers are written whole; waiting to fill a segment only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was not set");
        }
        let activity = &place.activity;
        let answering = service_fn(|mut request: Request<Incoming>| {
            activity.begin();
            request.extensions_mut().insert(client.clone());
            let answer = routes.current().call(request);
            async {
                let answer = answer.await;
                // The end of a stream is not known: it stays.
                if answer
                    .as_ref()
                    .is_ok_and(|answer| answer.body().size_hint().exact().is_some())
                {
                    activity.end();
                }
                answer
            }
        });
        let stream = Impatient::new(stream, cut_after, Arc::clone(activity));
        let serving = http.serve_connection(TokioIo::new(stream), answering).with_upgrades();
        tokio::pin!(serving);
        // An error means that the server is gone already. The guard inside must not be kept.
        let mut reached = async |wanted| drop(stage.wait_for(|stage| *stage >= wanted).await);
        let mut ended = tokio::select! {
            // First, so that a request that is there already is seen.
            biased;
            result = serving.as_mut() => Some(result),
            () = reached(Stage::Draining) => None,
            () = activity.must_go() => {
                tracing::debug!("an idle connection makes room for another");
                Some(Ok(()))
            }
        };
        if ended.is_none() {
            serving.as_mut().graceful_shutdown();
            ended = tokio::select! {
                result = serving.as_mut() => Some(result),
                () = reached(Stage::Cutting) => None,
            };
        }
        if ended.is_none() && client.close() {
            ended = Some(serving.await);
        }
        if let Some(Err(error)) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
