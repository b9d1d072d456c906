//! GraphQL over WebSocket: the subprotocol graphql-transport-ws. A socket runs a bounded number of operations at a time, and
//! holds a bounded number of their answers; who breaks the protocol, or does not read, is told so and closed.

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

use self::message::{Closing, Code, PROTOCOL, Said};
use super::{
    context::{self, Graphql, Shared},
    negotiate::MediaType,
    params::Params,
    sse::AbortOnDrop,
};
use crate::{
    engine::{self, Answer, Code as ErrorCode, Error, Operations, Outcome, WriteHandover},
    http::{connections::client::Client, health::Open, refusal::Refusal},
    model::Timestamp,
    schema::Reply,
};

/// Answers of a socket that wait to be sent: further ones wait to be computed.
const ANSWERS_WAITING_MAX: usize = 16;
/// How long what was changed already may take to be answered before the socket is closed.
const ANSWERING: Duration = Duration::from_secs(10);
/// How long the other end may take to close as well.
const CLOSING: Duration = Duration::from_secs(2);
/// Most messages are small, and sockets are many.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// Whether the request would become a WebSocket.
pub(in crate::http) fn is_wanted(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Turns the request into a socket, or says why not.
pub(in crate::http) async fn upgrade(graphql: Graphql, request: Request) -> Result<Response, Refusal> {
    let (id, client) = (context::request_id(&request), context::client(&request));
    let (mut parts, _) = request.into_parts();
    let media = MediaType::Json;
    let forbidden = |why: &str| Refusal::new(StatusCode::FORBIDDEN, media, Error::forbidden(why));
    if !is_from_here(&parts.headers, &graphql.settings.cors_origins) {
        return Err(forbidden(
            "Pages of this origin may open no socket here. The server's setting is --cors-origin.",
        ));
    }
    let view = context::view(&parts.headers, media)?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &());
    let upgrade = upgrade
        .await
        .map_err(|rejection| Refusal::bad_request(media, format!("This is no WebSocket handshake: {rejection}.")))?;
    let permit = Arc::clone(&graphql.sockets).try_acquire_owned().map_err(|_| {
        let message = "Too many sockets are open. Try again in a moment. The server's setting is --sockets-max.";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, media, Error::unavailable(message))
    })?;
    let bytes_max = usize::try_from(graphql.service.api.limits().body_bytes_max).unwrap_or(usize::MAX);
    let open = graphql.readiness.enter();
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(bytes_max)
        .max_frame_size(bytes_max)
        .on_failed_upgrade(|error| tracing::debug!(%error, "a socket was not opened"));
    Ok(upgrade.on_upgrade(move |socket| async move {
        let (answers, answered) = mpsc::channel(ANSWERS_WAITING_MAX);
        let connection = Connection {
            graphql,
            headers: parts.headers,
            id,
            client,
            view,
            shared: None,
            operations: HashMap::new(),
            started: 0,
            answers,
            _held: (permit, open),
        };
        connection.run(socket, answered).await;
    }))
}

/// Whether the socket comes from a page of this server or of a listed origin, or from no page at all.
fn is_from_here(headers: &HeaderMap, allowed: &[String]) -> bool {
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

/// One socket.
struct Connection {
    graphql: Graphql,
    /// Those of the handshake.
    headers: HeaderMap,
    id: String,
    client: Client,
    view: Option<Value>,
    /// What all operations share, once it is known who asks.
    shared: Option<Arc<Shared>>,
    operations: HashMap<String, Running>,
    /// How many operations were started so far.
    started: u64,
    answers: mpsc::Sender<Told>,
    _held: (OwnedSemaphorePermit, Open),
}

/// An operation, which ends when this is dropped.
struct Running {
    number: u64,
    handover: WriteHandover,
    _task: AbortOnDrop,
}

/// What an operation has to say.
struct Told {
    id: String,
    /// Of the operation: another may have taken its id.
    number: u64,
    message: Message,
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    /// The operation is over.
    End,
}

impl Connection {
    async fn run(mut self, mut socket: WebSocket, mut answered: mpsc::Receiver<Told>) {
        if let ControlFlow::Break(closing) = self.serve(&mut socket, &mut answered).await {
            if closing.as_ref().is_some_and(Closing::is_read) {
                drop(timeout(ANSWERING, self.finish(&mut socket, &mut answered)).await);
            }
            // What still runs would only be thrown away.
            self.operations.clear();
            if let Some(closing) = closing {
                self.close(socket, closing).await;
            }
        }
    }

    /// Answers what has changed something already, and gives up everything else.
    async fn finish(&mut self, socket: &mut WebSocket, answered: &mut mpsc::Receiver<Told>) {
        self.operations.retain(|_, running| running.handover.close());
        while !self.operations.is_empty() {
            let Some(told) = answered.recv().await else { return };
            if self.tell(socket, told).await.is_break() {
                return;
            }
        }
    }

    /// Speaks until there is a reason to close, or nobody to speak to.
    async fn serve(
        &mut self,
        socket: &mut WebSocket,
        answered: &mut mpsc::Receiver<Told>,
    ) -> ControlFlow<Option<Closing>> {
        if socket.protocol().is_none() {
            let reason = format!("This server speaks the subprotocol {PROTOCOL}");
            return ControlFlow::Break(Some(Closing::new(Code::UnknownProtocol, reason)));
        }
        let settings = Arc::clone(&self.graphql.settings);
        let readiness = self.graphql.readiness.clone();
        let access = self.graphql.service.access.clone();
        let stopping = readiness.stopping();
        tokio::pin!(stopping);
        let init_until = Instant::now() + Duration::from_millis(settings.init_timeout_ms);
        let mut alive = interval(Duration::from_millis(settings.keep_alive_ms.max(1)));
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        alive.reset();
        // Set by each sign of life that is asked for, and taken back by whatever is heard.
        let mut silent = 0;
        let mut ended: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(std::future::pending());
        loop {
            let closing = tokio::select! {
                () = &mut stopping => Closing::new(Code::GoingAway, "The server stops"),
                () = &mut ended => Closing::new(Code::Forbidden, "The token is no longer valid"),
                () = sleep_until(init_until), if self.shared.is_none() => {
                    Closing::new(Code::InitTimeout, "connection_init did not come in time")
                }
                told = answered.recv() => {
                    if let Some(told) = told {
                        self.tell(socket, told).await?;
                    }
                    continue;
                }
                _ = alive.tick() => {
                    silent += 1;
                    if silent > 2 {
                        return ControlFlow::Break(None);
                    }
                    self.send(socket, Message::Ping(Default::default())).await?;
                    continue;
                }
                received = socket.recv() => {
                    silent = 0;
                    let known = self.shared.is_some();
                    self.receive(socket, received).await?;
                    if let (false, Some(shared)) = (known, &self.shared) {
                        let (access, shared) = (access.clone(), Arc::clone(shared));
                        ended = Box::pin(async move { access.ended(&shared.session, Timestamp::now).await });
                    }
                    continue;
                }
            };
            return ControlFlow::Break(Some(closing));
        }
    }

    async fn receive(
        &mut self,
        socket: &mut WebSocket,
        received: Option<Result<Message, axum::Error>>,
    ) -> ControlFlow<Option<Closing>> {
        let close = |code, reason: &str| ControlFlow::Break(Some(Closing::new(code, reason)));
        let said = match received {
            Some(Ok(Message::Text(text))) => {
                if self.graphql.few_enough(text.as_bytes(), 1).is_err() {
                    let reason = "The message has too many values; the server's setting is --values-max";
                    return close(Code::TooLarge, reason);
                }
                match Said::parse(&text) {
                    Ok(said) => said,
                    Err(closing) => return ControlFlow::Break(Some(closing)),
                }
            }
            Some(Ok(Message::Binary(_))) => return close(Code::BadRequest, "Messages are text"),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return ControlFlow::Continue(()),
            Some(Ok(Message::Close(_))) | None => {
                // The answer to a close goes out with the next read.
                drop(timeout(CLOSING, socket.recv()).await);
                return ControlFlow::Break(None);
            }
            Some(Err(error)) if is_too_large(&error) => {
                return close(
                    Code::TooLarge,
                    "The message is too large; the server's setting is --body-bytes-max",
                );
            }
            Some(Err(_)) => return ControlFlow::Break(None),
        };
        match (said, &self.shared) {
            (Said::Init(_), Some(_)) => close(Code::TooManyInits, "connection_init came twice"),
            (Said::Init(payload), None) => self.init(socket, payload).await,
            (Said::Ping(payload), _) => self.send(socket, message::pong(payload)).await,
            (Said::Pong, _) => ControlFlow::Continue(()),
            (Said::Subscribe(..), None) => close(Code::Unauthorized, "connection_init must come first"),
            (Said::Subscribe(id, params), Some(shared)) => {
                let shared = Arc::clone(shared);
                self.subscribe(socket, id, params, shared).await
            }
            (Said::Complete(id), _) => {
                self.operations.remove(&id);
                ControlFlow::Continue(())
            }
        }
    }

    /// Finds out who asks. The payload stands for headers, which pages cannot send with a handshake.
    async fn init(&mut self, socket: &mut WebSocket, payload: Map<String, Value>) -> ControlFlow<Option<Closing>> {
        let given = |name: &str| {
            let mut fields = payload.iter();
            fields
                .find(|(field, _)| field.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        };
        let access = &self.graphql.service.access;
        let now = Timestamp::now();
        let session = match given("authorization") {
            Some(authorization) => {
                let text = authorization.as_str().unwrap_or_default();
                access.session_of(&self.headers, Some(text), now)
            }
            None => access.session(&self.headers, now),
        };
        let session = match session {
            Ok(session) => session,
            Err(denied) => return ControlFlow::Break(Some(Closing::new(Code::Forbidden, denied.to_string()))),
        };
        let view = match given("guanxi-view") {
            None | Some(Value::Null) => Ok(self.view.take()),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some),
            Some(view) => Ok(Some(view.clone())),
        };
        let view = match view {
            Ok(view) if view.as_ref().is_none_or(Value::is_object) => view,
            _ => {
                let reason = "Guanxi-View must be a JSON object such as {\"asOf\": \"2014-11-28\"}";
                return ControlFlow::Break(Some(Closing::new(Code::BadRequest, reason)));
            }
        };
        self.shared = Some(Arc::new(Shared {
            id: self.id.clone(),
            view,
            operations: Operations::Any,
            session,
            client: self.client.clone(),
        }));
        self.send(socket, message::acknowledged()).await
    }

    async fn subscribe(
        &mut self,
        socket: &mut WebSocket,
        id: String,
        params: Params,
        shared: Arc<Shared>,
    ) -> ControlFlow<Option<Closing>> {
        if self.operations.contains_key(&id) {
            let reason = format!("There is an operation {id:?} already");
            return ControlFlow::Break(Some(Closing::new(Code::Duplicate, reason)));
        }
        let max = self.graphql.settings.socket_operations_max;
        if self.operations.len() >= max {
            let error = Error::new(
                ErrorCode::LimitExceeded,
                format!(
                    "This socket runs {max} operations already. Complete some, or open another socket. The server's setting is --socket-operations-max."
                ),
            );
            return self.send(socket, message::error(&id, &Answer::refused([error]))).await;
        }
        self.started += 1;
        let number = self.started;
        let operation = Operation {
            graphql: self.graphql.clone(),
            id: id.clone(),
            number,
            answers: self.answers.clone(),
        };
        let mut request = shared.request(params);
        request.id = format!("{}-{number}", shared.id);
        let handover = request.handover.clone();
        let task = tokio::spawn(operation.run(request)).abort_handle();
        let running = Running {
            number,
            handover,
            _task: AbortOnDrop(task),
        };
        self.operations.insert(id, running);
        ControlFlow::Continue(())
    }

    /// Sends what an operation has to say, unless the client has given it up.
    async fn tell(&mut self, socket: &mut WebSocket, told: Told) -> ControlFlow<Option<Closing>> {
        let is_running = self
            .operations
            .get(&told.id)
            .is_some_and(|running| running.number == told.number);
        if !is_running {
            return ControlFlow::Continue(());
        }
        if told.then == Then::End {
            self.operations.remove(&told.id);
        }
        self.send(socket, told.message).await
    }

    async fn send(&self, socket: &mut WebSocket, message: Message) -> ControlFlow<Option<Closing>> {
        let patience = Duration::from_millis(self.graphql.settings.slow_client_ms);
        match timeout(patience, socket.send(message)).await {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(_)) => ControlFlow::Break(None),
            Err(_) => {
                let reason =
                    "What was sent was not read in time; resume after the last cursor. The setting is --slow-client-ms";
                ControlFlow::Break(Some(Closing::new(Code::TooSlow, reason)))
            }
        }
    }

    /// Says why, and reads on until the other end has closed as well: bytes that nobody reads would make it see an abrupt end.
    async fn close(&self, mut socket: WebSocket, closing: Closing) {
        tracing::debug!(request_id = self.id, ?closing, "a socket is closed");
        let last = async {
            if socket.send(closing.message()).await.is_ok() {
                while let Some(Ok(_)) = socket.recv().await {}
            }
        };
        drop(timeout(CLOSING, last).await);
    }
}

/// What runs an operation and tells what comes of it.
struct Operation {
    graphql: Graphql,
    id: String,
    number: u64,
    answers: mpsc::Sender<Told>,
}

impl Operation {
    async fn run(self, request: engine::Request) {
        let service = &self.graphql.service;
        let started = service.api.start(request, &service.store, Timestamp::now, None);
        let mut events = match started.await {
            Reply::Subscription(events) => events,
            Reply::Answer(answer) => return self.last(&answer).await,
        };
        while let Some(event) = events.next().await {
            if event.answer.outcome != Outcome::Executed {
                return self.last(&event.answer).await;
            }
            self.say(message::next(&self.id, &event.answer), Then::GoOn).await;
        }
        self.say(message::complete(&self.id), Then::End).await;
    }

    /// The only answer of a query, or why there is none.
    async fn last(&self, answer: &Answer) {
        if answer.outcome != Outcome::Executed {
            return self.say(message::error(&self.id, answer), Then::End).await;
        }
        self.say(message::next(&self.id, answer), Then::GoOn).await;
        self.say(message::complete(&self.id), Then::End).await;
    }

    /// Waits while the socket has enough to send.
    async fn say(&self, message: Message, then: Then) {
        let told = Told {
            id: self.id.clone(),
            number: self.number,
            message,
            then,
        };
        // Nobody may be there to hear it any more.
        drop(self.answers.send(told).await);
    }
}

/// Whether the message, or a frame of it, is over the bound.
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
