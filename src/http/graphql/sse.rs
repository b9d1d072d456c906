//! Server-sent events, as graphql-sse's distinct connections want them: each answer is a `next` event, and `complete` is the
//! last. An event of the log carries its cursor as its id, so that a client that was cut off resumes after it.

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{future::BoxFuture, stream};
use tokio::{sync::mpsc, task::AbortHandle, time::Interval};

use super::{context::Graphql, negotiate::MediaType};
use crate::{engine::Answer, http::access::rules::Session, schema::Events};

const COMPLETE: &str = "event: complete\ndata: \n\n";
/// A comment, which clients skip.
const ALIVE: &str = ":\n\n";

/// The stream of one answer.
pub(in crate::http) fn once(answer: &Answer) -> Response {
    let next = next(None, answer);
    respond(Body::from(format!("{next}{COMPLETE}")))
}

/// The stream of a subscription. It ends without `complete` where the client should come back: when the server stops, and when
/// its token is no longer valid.
pub(in crate::http) fn stream(graphql: &Graphql, session: Session, events: Box<Events>) -> Response {
    // The events are got by a task of their own, because getting one must not be broken off to send a sign of life.
    let (told, incoming) = mpsc::channel(1);
    let working = tokio::spawn(tell(events, told)).abort_handle();
    let streaming = Streaming {
        incoming,
        over: graphql.over(session),
        alive: graphql.signs_of_life(),
        _working: AbortOnDrop(working),
    };
    let chunks = stream::unfold(streaming, async |mut streaming| {
        let chunk = streaming.chunk().await?;
        Some((Ok::<_, std::convert::Infallible>(chunk), streaming))
    });
    respond(Body::from_stream(chunks))
}

struct Streaming {
    incoming: mpsc::Receiver<String>,
    over: BoxFuture<'static, ()>,
    alive: Interval,
    _working: AbortOnDrop,
}

impl Streaming {
    async fn chunk(&mut self) -> Option<Bytes> {
        tokio::select! {
            biased;
            () = &mut self.over => None,
            told = self.incoming.recv() => told.map(Bytes::from),
            // The first tick is at once: the client sees that it is served.
            _ = self.alive.tick() => Some(Bytes::from_static(ALIVE.as_bytes())),
        }
    }
}

async fn tell(mut events: Box<Events>, told: mpsc::Sender<String>) {
    while let Some(event) = events.next().await {
        if told.send(next(event.cursor.as_deref(), &event.answer)).await.is_err() {
            return;
        }
    }
    // Nobody may be there to hear it any more.
    drop(told.send(COMPLETE.to_owned()).await);
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
        // Some proxies would collect events before they pass them on.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (StatusCode::OK, HEADERS, body).into_response()
}

/// Ends a task with whoever wanted its work.
#[derive(Debug)]
pub(in crate::http) struct AbortOnDrop(pub(in crate::http) AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
