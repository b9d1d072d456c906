//! Server-sent events, for the distinct connections mode of graphql-sse: each answer is a `next` event, and `complete` is the
//! last. The id of an event of the log is its cursor, so that a disconnected client can resume after it.

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{future::BoxFuture, stream};
use tokio::{sync::mpsc, task::AbortHandle, time::Interval};

use super::{context::EndpointState, negotiate::MediaType};
use crate::{engine::Answer, http::access::rules::Session, schema::SubscriptionEvents};

const COMPLETE: &str = "event: complete\ndata: \n\n";
/// A comment, which clients skip.
const KEEP_ALIVE: &str = ":\n\n";

/// The stream of one answer.
pub(in crate::http) fn once(answer: &Answer) -> Response {
    let next = next(None, answer);
    respond(Body::from(format!("{next}{COMPLETE}")))
}

/// The stream of a subscription. It ends without `complete` if the client should reconnect: when the server stops, or the token is no
/// longer valid.
pub(in crate::http) fn stream(endpoint: &EndpointState, session: Session, events: Box<SubscriptionEvents>) -> Response {
    // A separate task waits for events, since that must not be broken off for a keep-alive message.
    let (sender, receiver) = mpsc::channel(1);
    let task = tokio::spawn(send_events(events, sender)).abort_handle();
    let events = EventStream {
        receiver,
        end: endpoint.stream_end(session),
        keep_alive: endpoint.keep_alive(),
        _task: AbortOnDrop(task),
    };
    let chunks = stream::unfold(events, async |mut events| {
        let chunk = events.chunk().await?;
        Some((Ok::<_, std::convert::Infallible>(chunk), events))
    });
    respond(Body::from_stream(chunks))
}

struct EventStream {
    receiver: mpsc::Receiver<String>,
    end: BoxFuture<'static, ()>,
    keep_alive: Interval,
    _task: AbortOnDrop,
}

impl EventStream {
    async fn chunk(&mut self) -> Option<Bytes> {
        tokio::select! {
            biased;
            () = &mut self.end => None,
            event = self.receiver.recv() => event.map(Bytes::from),
            // The first tick is at once, so that the client learns that the subscription has begun.
            _ = self.keep_alive.tick() => Some(Bytes::from_static(KEEP_ALIVE.as_bytes())),
        }
    }
}

async fn send_events(mut events: Box<SubscriptionEvents>, sender: mpsc::Sender<String>) {
    while let Some(event) = events.next().await {
        if sender.send(next(event.cursor.as_deref(), &event.answer)).await.is_err() {
            return;
        }
    }
    // The client may have disconnected.
    drop(sender.send(COMPLETE.to_owned()).await);
}

fn next(cursor: Option<&str>, answer: &Answer) -> String {
    let answer = serde_json::to_string(answer).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        r#"{"errors":[{"message":"The answer could not be written.","extensions":{"code":"INTERNAL"}}]}"#.to_owned()
    });
    match cursor {
        Some(cursor) => format!("event: next\nid: {cursor}\ndata: {answer}\n\n"),
        None => format!("event: next\ndata: {answer}\n\n"),
    }
}

fn respond(body: Body) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, MediaType::EventStream.content_type()),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Prevents proxies from buffering events.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (StatusCode::OK, HEADERS, body).into_response()
}

/// Aborts a task when dropped.
#[derive(Debug)]
pub(in crate::http) struct AbortOnDrop(pub(in crate::http) AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
