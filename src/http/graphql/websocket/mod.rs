//! GraphQL over WebSocket: the subprotocol graphql-transport-ws. A socket runs a bounded number of concurrent operations, and
//! buffers a bounded number of their answers. It is closed with a reason if the client violates the protocol or does not read.

mod message;

use std::{collections::HashMap, ops::ControlFlow, sync::Arc, time::Duration};

use axum::{
    extract::{
        FromRequestParts, Request,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde_json::{Map, Value};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};

use self::message::{ClientMessage, CloseCode, CloseReason, PROTOCOL};
use super::{
    context::{self, EndpointState, RequestScope},
    negotiate::MediaType,
    params::Params,
    sse::AbortOnDrop,
};
use crate::{
    engine::{self, Answer, Code, Error, Operations, Outcome, WriteHandover},
    http::{connections::handle::ConnectionHandle, health::OpenSocket, refusal::Refusal},
    model::Timestamp,
    schema::Reply,
};

/// The most answers of a socket that wait to be sent; further ones are computed after that.
const ANSWERS_WAITING_MAX: usize = 16;
/// How long operations that have changed something may take to be answered before the socket is closed.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the client may take to close the socket.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Small, since most messages are, and there may be many sockets.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// Whether the request is a WebSocket handshake.
pub(in crate::http) fn is_upgrade(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Upgrades the request to a socket.
pub(in crate::http) async fn upgrade(endpoint: EndpointState, request: Request) -> Result<Response, Refusal> {
    let (id, connection) = (context::request_id(&request), context::connection(&request));
    let (mut parts, _) = request.into_parts();
    let media = MediaType::Json;
    let forbidden = |why: &str| Refusal::new(StatusCode::FORBIDDEN, media, Error::forbidden(why));
    if !is_allowed_origin(&parts.headers, &endpoint.settings.cors_origins) {
        return Err(forbidden(
            "Pages of this origin may not open sockets here. The server's setting is --cors-origin.",
        ));
    }
    let view = context::view(&parts.headers, media)?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &());
    let upgrade = upgrade
        .await
        .map_err(|rejection| Refusal::bad_request(media, format!("This is not a WebSocket handshake: {rejection}.")))?;
    let permit = Arc::clone(&endpoint.sockets).try_acquire_owned().map_err(|_| {
        let message = "Too many sockets are open. Try again in a moment. The server's setting is --sockets-max.";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, media, Error::unavailable(message))
    })?;
    let bytes_max = usize::try_from(endpoint.backend.api.limits().body_bytes_max).unwrap_or(usize::MAX);
    let open = endpoint.readiness.count_socket();
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(bytes_max)
        .max_frame_size(bytes_max)
        .on_failed_upgrade(|error| tracing::debug!(%error, "a socket was not opened"));
    Ok(upgrade.on_upgrade(move |socket| async move {
        let (message_sender, messages) = mpsc::channel(ANSWERS_WAITING_MAX);
        let graphql_socket = GraphqlSocket {
            endpoint,
            headers: parts.headers,
            id,
            connection,
            view,
            scope: None,
            operations: HashMap::new(),
            started: 0,
            message_sender,
            _permits: (permit, open),
        };
        graphql_socket.run(socket, messages).await;
    }))
}

/// Whether the request comes from a page of this server or an allowed origin, or from another program than a browser.
fn is_allowed_origin(headers: &HeaderMap, allowed: &[String]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (origin, None) = (origins.next(), origins.next()) else {
        return false;
    };
    let Some(origin) = origin else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let same = origin
        .split_once("://")
        .zip(host)
        .is_some_and(|((_, authority), host)| authority.eq_ignore_ascii_case(host));
    same || allowed.iter().any(|allowed| allowed == "*" || allowed == origin)
}

/// A socket.
struct GraphqlSocket {
    endpoint: EndpointState,
    /// The headers of the handshake.
    headers: HeaderMap,
    id: String,
    connection: ConnectionHandle,
    view: Option<Value>,
    /// The scope of all operations, once the client is authenticated.
    scope: Option<Arc<RequestScope>>,
    operations: HashMap<String, RunningOperation>,
    /// The number of operations started so far.
    started: u64,
    message_sender: mpsc::Sender<OperationMessage>,
    _permits: (OwnedSemaphorePermit, OpenSocket),
}

/// A running operation, which is aborted when this is dropped.
struct RunningOperation {
    number: u64,
    handover: WriteHandover,
    _task: AbortOnDrop,
}

/// A message of an operation.
struct OperationMessage {
    id: String,
    /// The number of the operation, as another one may have the same id later.
    number: u64,
    content: Message,
    state: OperationState,
}

/// The state of an operation after a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OperationState {
    Running,
    /// It was the last message.
    Finished,
}

impl GraphqlSocket {
    async fn run(mut self, mut socket: WebSocket, mut messages: mpsc::Receiver<OperationMessage>) {
        if let ControlFlow::Break(reason) = self.serve(&mut socket, &mut messages).await {
            if reason.as_ref().is_some_and(CloseReason::is_client_reading) {
                drop(timeout(ANSWER_TIMEOUT, self.finish(&mut socket, &mut messages)).await);
            }
            // Further answers would not be sent.
            self.operations.clear();
            if let Some(reason) = reason {
                self.close(socket, reason).await;
            }
        }
    }

    /// Answers operations that have changed something, and aborts all others.
    async fn finish(&mut self, socket: &mut WebSocket, messages: &mut mpsc::Receiver<OperationMessage>) {
        self.operations.retain(|_, running| running.handover.close());
        while !self.operations.is_empty() {
            let Some(message) = messages.recv().await else { return };
            if self.forward(socket, message).await.is_break() {
                return;
            }
        }
    }

    /// Serves the socket until there is a reason to close it (`Some`), or the client has disconnected (`None`).
    async fn serve(
        &mut self,
        socket: &mut WebSocket,
        messages: &mut mpsc::Receiver<OperationMessage>,
    ) -> ControlFlow<Option<CloseReason>> {
        if socket.protocol().is_none() {
            let reason = format!("This server supports only the subprotocol {PROTOCOL}");
            return ControlFlow::Break(Some(CloseReason::new(CloseCode::UnknownProtocol, reason)));
        }
        let settings = Arc::clone(&self.endpoint.settings);
        let readiness = self.endpoint.readiness.clone();
        let access = self.endpoint.backend.access.clone();
        let stopping = readiness.stopping();
        tokio::pin!(stopping);
        let init_until = Instant::now() + Duration::from_millis(settings.init_timeout_ms);
        let mut keep_alive = interval(Duration::from_millis(settings.keep_alive_ms.max(1)));
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        keep_alive.reset();
        // The pings since the last message of the client.
        let mut unanswered_pings = 0;
        let mut ended: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(std::future::pending());
        loop {
            let reason = tokio::select! {
                () = &mut stopping => CloseReason::new(CloseCode::GoingAway, "The server stops"),
                () = &mut ended => CloseReason::new(CloseCode::Forbidden, "The token is no longer valid"),
                () = sleep_until(init_until), if self.scope.is_none() => {
                    CloseReason::new(CloseCode::InitTimeout, "connection_init did not come in time")
                }
                message = messages.recv() => {
                    if let Some(message) = message {
                        self.forward(socket, message).await?;
                    }
                    continue;
                }
                _ = keep_alive.tick() => {
                    unanswered_pings += 1;
                    if unanswered_pings > 2 {
                        return ControlFlow::Break(None);
                    }
                    self.send(socket, Message::Ping(Default::default())).await?;
                    continue;
                }
                received = socket.recv() => {
                    unanswered_pings = 0;
                    let was_initialised = self.scope.is_some();
                    self.receive(socket, received).await?;
                    if let (false, Some(scope)) = (was_initialised, &self.scope) {
                        let (access, scope) = (access.clone(), Arc::clone(scope));
                        ended = Box::pin(async move { access.ended(&scope.session, Timestamp::now).await });
                    }
                    continue;
                }
            };
            return ControlFlow::Break(Some(reason));
        }
    }

    async fn receive(
        &mut self,
        socket: &mut WebSocket,
        received: Option<Result<Message, axum::Error>>,
    ) -> ControlFlow<Option<CloseReason>> {
        let close = |code, reason: &str| ControlFlow::Break(Some(CloseReason::new(code, reason)));
        let message = match received {
            Some(Ok(Message::Text(text))) => {
                if self.endpoint.check_value_count(text.as_bytes(), 1).is_err() {
                    let reason = "The message has too many values; the server's setting is --values-max";
                    return close(CloseCode::TooLarge, reason);
                }
                match ClientMessage::parse(&text) {
                    Ok(message) => message,
                    Err(reason) => return ControlFlow::Break(Some(reason)),
                }
            }
            Some(Ok(Message::Binary(_))) => return close(CloseCode::BadRequest, "Messages are text"),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return ControlFlow::Continue(()),
            Some(Ok(Message::Close(_))) | None => {
                // The reply to a close is sent by the next read.
                drop(timeout(CLOSE_TIMEOUT, socket.recv()).await);
                return ControlFlow::Break(None);
            }
            Some(Err(error)) if is_too_large(&error) => {
                return close(
                    CloseCode::TooLarge,
                    "The message is too large; the server's setting is --body-bytes-max",
                );
            }
            Some(Err(_)) => return ControlFlow::Break(None),
        };
        match (message, &self.scope) {
            (ClientMessage::Init(_), Some(_)) => close(CloseCode::TooManyInits, "connection_init came twice"),
            (ClientMessage::Init(payload), None) => self.init(socket, payload).await,
            (ClientMessage::Ping(payload), _) => self.send(socket, message::pong(payload)).await,
            (ClientMessage::Pong, _) => ControlFlow::Continue(()),
            (ClientMessage::Subscribe(..), None) => close(CloseCode::Unauthorized, "connection_init must come first"),
            (ClientMessage::Subscribe(id, params), Some(scope)) => {
                let scope = Arc::clone(scope);
                self.subscribe(socket, id, params, scope).await
            }
            (ClientMessage::Complete(id), _) => {
                self.operations.remove(&id);
                ControlFlow::Continue(())
            }
        }
    }

    /// Authenticates the client. The payload replaces headers, which pages cannot send with a handshake.
    async fn init(&mut self, socket: &mut WebSocket, payload: Map<String, Value>) -> ControlFlow<Option<CloseReason>> {
        let field = |name: &str| {
            let mut fields = payload.iter();
            fields
                .find(|(field, _)| field.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        };
        let access = &self.endpoint.backend.access;
        let now = Timestamp::now();
        let session = match field("authorization") {
            Some(authorization) => {
                let text = authorization.as_str().unwrap_or_default();
                access.session_of(&self.headers, Some(text), now)
            }
            None => access.session(&self.headers, now),
        };
        let session = match session {
            Ok(session) => session,
            Err(error) => return ControlFlow::Break(Some(CloseReason::new(CloseCode::Forbidden, error.to_string()))),
        };
        let view = match field("guanxi-view") {
            None | Some(Value::Null) => Ok(self.view.take()),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some),
            Some(view) => Ok(Some(view.clone())),
        };
        let view = match view {
            Ok(view) if view.as_ref().is_none_or(Value::is_object) => view,
            _ => {
                let reason = "Guanxi-View must be a JSON object such as {\"asOf\": \"2014-11-28\"}";
                return ControlFlow::Break(Some(CloseReason::new(CloseCode::BadRequest, reason)));
            }
        };
        self.scope = Some(Arc::new(RequestScope {
            id: self.id.clone(),
            view,
            operations: Operations::Any,
            session,
            connection: self.connection.clone(),
        }));
        self.send(socket, message::acknowledged()).await
    }

    async fn subscribe(
        &mut self,
        socket: &mut WebSocket,
        id: String,
        params: Params,
        scope: Arc<RequestScope>,
    ) -> ControlFlow<Option<CloseReason>> {
        if self.operations.contains_key(&id) {
            let reason = format!("There is an operation {id:?} already");
            return ControlFlow::Break(Some(CloseReason::new(CloseCode::Duplicate, reason)));
        }
        let max = self.endpoint.settings.socket_operations_max;
        if self.operations.len() >= max {
            let error = Error::new(
                Code::LimitExceeded,
                format!(
                    "This socket runs {max} operations already. Complete some, or open another socket. The server's setting is --socket-operations-max."
                ),
            );
            return self.send(socket, message::error(&id, &Answer::refused([error]))).await;
        }
        self.started += 1;
        let number = self.started;
        let operation = OperationTask {
            endpoint: self.endpoint.clone(),
            id: id.clone(),
            number,
            message_sender: self.message_sender.clone(),
        };
        let mut request = scope.request(params);
        request.id = format!("{}-{number}", scope.id);
        let handover = request.handover.clone();
        let task = tokio::spawn(operation.run(request)).abort_handle();
        let running = RunningOperation {
            number,
            handover,
            _task: AbortOnDrop(task),
        };
        self.operations.insert(id, running);
        ControlFlow::Continue(())
    }

    /// Sends a message of an operation, unless the client has completed it.
    async fn forward(&mut self, socket: &mut WebSocket, message: OperationMessage) -> ControlFlow<Option<CloseReason>> {
        let is_running = self
            .operations
            .get(&message.id)
            .is_some_and(|running| running.number == message.number);
        if !is_running {
            return ControlFlow::Continue(());
        }
        if message.state == OperationState::Finished {
            self.operations.remove(&message.id);
        }
        self.send(socket, message.content).await
    }

    async fn send(&self, socket: &mut WebSocket, message: Message) -> ControlFlow<Option<CloseReason>> {
        let write_timeout = Duration::from_millis(self.endpoint.settings.slow_client_ms);
        match timeout(write_timeout, socket.send(message)).await {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(_)) => ControlFlow::Break(None),
            Err(_) => {
                let reason =
                    "The client did not read in time; resume after the last cursor. The setting is --slow-client-ms";
                ControlFlow::Break(Some(CloseReason::new(CloseCode::TooSlow, reason)))
            }
        }
    }

    /// Sends the reason, and reads until the client has closed the socket as well: unread bytes would reset the connection.
    async fn close(&self, mut socket: WebSocket, reason: CloseReason) {
        tracing::debug!(request_id = self.id, closing = ?reason, "a socket is closed");
        let closing_handshake = async {
            if socket.send(reason.message()).await.is_ok() {
                while let Some(Ok(_)) = socket.recv().await {}
            }
        };
        drop(timeout(CLOSE_TIMEOUT, closing_handshake).await);
    }
}

/// The task of an operation, which sends its answers to the socket.
struct OperationTask {
    endpoint: EndpointState,
    id: String,
    number: u64,
    message_sender: mpsc::Sender<OperationMessage>,
}

impl OperationTask {
    async fn run(self, request: engine::Request) {
        let backend = &self.endpoint.backend;
        let started = backend.api.start(request, &backend.store, Timestamp::now, None);
        let mut events = match started.await {
            Reply::Subscription(events) => events,
            Reply::Answer(answer) => return self.finish(&answer).await,
        };
        while let Some(event) = events.next().await {
            if event.answer.outcome != Outcome::Executed {
                return self.finish(&event.answer).await;
            }
            self.send(message::next(&self.id, &event.answer), OperationState::Running)
                .await;
        }
        self.send(message::complete(&self.id), OperationState::Finished).await;
    }

    /// Sends the only answer of a query, or the errors of a refused one.
    async fn finish(&self, answer: &Answer) {
        if answer.outcome != Outcome::Executed {
            return self
                .send(message::error(&self.id, answer), OperationState::Finished)
                .await;
        }
        self.send(message::next(&self.id, answer), OperationState::Running)
            .await;
        self.send(message::complete(&self.id), OperationState::Finished).await;
    }

    /// Sends a message, after waiting while too many others do.
    async fn send(&self, message: Message, state: OperationState) {
        let operation_message = OperationMessage {
            id: self.id.clone(),
            number: self.number,
            content: message,
            state,
        };
        // The socket may be closed.
        drop(self.message_sender.send(operation_message).await);
    }
}

/// Whether the message, or a frame of it, is too large.
fn is_too_large(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<tungstenite::Error>() {
            return matches!(
                error,
                tungstenite::Error::Capacity(tungstenite::error::CapacityError::MessageTooLong { .. })
            );
        }
        cause = error.source();
    }
    false
}
