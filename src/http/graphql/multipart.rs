//! Subscriptions over plain HTTP in parts (`multipart/mixed; subscriptionSpec=1.0`), as Apollo's and Relay's clients take them.
//! async-graphql-axum's service writes one part for each answer; here each becomes `{"payload": …}`, which the protocol wants,
//! and its boundary follows at once: clients show a part when they have seen the boundary behind it.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Executor, Response as Answered,
    futures_util::stream::{self, BoxStream, StreamExt},
};
use async_graphql_axum::GraphQL;
use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::Request,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use tokio::time::Interval;
use tower_service::Service;

use super::{context::Graphql, negotiate::MediaType};
use crate::{engine::Answer, http::access::rules::Session, schema::Events};

/// What the service is told to write, in the words that it knows.
const ACCEPT: &str = "multipart/mixed; boundary=\"graphql\"; subscriptionSpec=\"1.0\"";
/// The request was read, checked and opened before; the service reads one all the same.
const OPENED: &str = r#"{"query":"subscription"}"#;
/// How the service begins each part, and how it ends the last.
const BOUNDARY: &str = "--graphql";
const LAST_BOUNDARY: &str = "--graphql--";
/// A part without anything to show, which clients skip.
const HEARTBEAT: &str = "{}";

/// The parts of a subscription. They end without the last boundary where the client should come back: when the server stops, and
/// when its token is no longer valid.
pub(in crate::http) async fn stream(graphql: &Graphql, session: Session, events: Box<Events>) -> Response {
    let answers = stream::unfold(events, async |mut events| {
        let event = events.next().await?;
        Some((event.answer.response, events))
    });
    parts(graphql, session, answers.boxed()).await
}

/// One answer as the only part.
pub(in crate::http) async fn once(graphql: &Graphql, session: Session, answer: Answer) -> Response {
    parts(graphql, session, stream::iter([answer.response]).boxed()).await
}

async fn parts(graphql: &Graphql, session: Session, answers: BoxStream<'static, Answered>) -> Response {
    let mut request = Request::new(Body::from(OPENED));
    *request.method_mut() = axum::http::Method::POST;
    let headers = [(header::ACCEPT, ACCEPT), (header::CONTENT_TYPE, "application/json")];
    for (name, value) in headers {
        request
            .headers_mut()
            .insert(name, axum::http::HeaderValue::from_static(value));
    }
    let opened = Opened(Arc::new(Mutex::new(Some(answers))));
    let Ok(written) = GraphQL::new(opened).call(request).await;
    let streaming = Streaming {
        written: written.into_body().into_data_stream(),
        wrapping: Wrapping::default(),
        over: graphql.over(session),
        alive: graphql.signs_of_life(),
    };
    let chunks = stream::unfold(streaming, async |mut streaming| {
        let chunk = streaming.chunk().await?;
        Some((Ok::<_, Infallible>(chunk), streaming))
    });
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, MediaType::Multipart.content_type()),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Some proxies would collect parts before they pass them on.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (StatusCode::OK, HEADERS, Body::from_stream(chunks)).into_response()
}

/// Answers that are there already, for the service to write. Taken once.
#[derive(Clone)]
struct Opened(Arc<Mutex<Option<BoxStream<'static, Answered>>>>);

impl Executor for Opened {
    async fn execute(&self, request: async_graphql::Request) -> Answered {
        // The service asks for a stream, as that is all it is told to write.
        let mut answers = self.execute_stream(request, None);
        answers.next().await.unwrap_or_default()
    }

    fn execute_stream(
        &self,
        _request: async_graphql::Request,
        _session_data: Option<Arc<async_graphql::Data>>,
    ) -> BoxStream<'static, Answered> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        answers.unwrap_or_else(|| stream::empty().boxed())
    }
}

struct Streaming {
    written: BodyDataStream,
    wrapping: Wrapping,
    over: BoxFuture<'static, ()>,
    alive: Interval,
}

impl Streaming {
    /// What is sent next; none at the end.
    async fn chunk(&mut self) -> Option<Bytes> {
        loop {
            tokio::select! {
                biased;
                () = &mut self.over => return None,
                written = self.written.next() => {
                    // The service's body ends, and does not fail.
                    let wrapped = self.wrapping.wrap(&written?.ok()?);
                    if !wrapped.is_empty() {
                        return Some(wrapped.into());
                    }
                }
                // The first tick is at once: the client sees that it is served.
                _ = self.alive.tick() => return Some(self.wrapping.heartbeat().into()),
            }
        }
    }
}

/// Rewrites what the service writes, line by line: JSON as it writes it holds no line breaks.
#[derive(Debug, Default)]
struct Wrapping {
    /// A line that is not complete.
    line: Vec<u8>,
    is_begun: bool,
}

impl Wrapping {
    /// What is sent for these bytes of the service's. They may end anywhere.
    fn wrap(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut wrapped = Vec::new();
        for byte in bytes {
            self.line.push(*byte);
            if self.line.ends_with(b"\r\n") {
                let line = std::mem::take(&mut self.line);
                self.wrap_line(line.trim_ascii_end(), &mut wrapped);
            }
        }
        wrapped
    }

    fn wrap_line(&mut self, line: &[u8], wrapped: &mut Vec<u8>) {
        if line == LAST_BOUNDARY.as_bytes() {
            self.begin(wrapped);
            wrapped.extend_from_slice(b"--\r\n");
        } else if line.starts_with(b"{") && line != HEARTBEAT.as_bytes() {
            self.part(&[b"{\"payload\":", line, b"}"], wrapped);
        }
        // All else are boundaries and headers of parts, which are written with the part; heartbeats come from here.
    }

    fn heartbeat(&mut self) -> Vec<u8> {
        let mut wrapped = Vec::new();
        self.part(&[HEARTBEAT.as_bytes()], &mut wrapped);
        wrapped
    }

    /// A part, and the boundary behind it.
    fn part(&mut self, content: &[&[u8]], wrapped: &mut Vec<u8>) {
        self.begin(wrapped);
        wrapped.extend_from_slice(b"\r\ncontent-type: application/json\r\n\r\n");
        wrapped.extend(content.iter().copied().flatten());
        wrapped.extend_from_slice(b"\r\n");
        wrapped.extend_from_slice(BOUNDARY.as_bytes());
    }

    /// The boundary before the first part.
    fn begin(&mut self, wrapped: &mut Vec<u8>) {
        if !self.is_begun {
            self.is_begun = true;
            wrapped.extend_from_slice(b"\r\n");
            wrapped.extend_from_slice(BOUNDARY.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &str = "--graphql\r\nContent-Type: application/json\r\n\r\n";

    fn wrapped(chunks: &[&str]) -> String {
        let mut wrapping = Wrapping::default();
        let bytes: Vec<u8> = chunks
            .iter()
            .flat_map(|chunk| wrapping.wrap(chunk.as_bytes()))
            .collect();
        String::from_utf8(bytes).unwrap()
    }

    fn part(content: &str) -> String {
        format!("\r\ncontent-type: application/json\r\n\r\n{content}\r\n--graphql")
    }

    #[test]
    fn each_answer_becomes_a_payload_with_its_boundary_behind_it() {
        let (one, two) = (r#"{"data":{"a":"--graphql\\r\\n"}}"#, r#"{"data":null,"errors":[]}"#);
        let written = format!("{PART}{one}\r\n{PART}{two}\r\n--graphql--\r\n");
        let expected = format!(
            "\r\n--graphql{}{}--\r\n",
            part(&format!("{{\"payload\":{one}}}")),
            part(&format!("{{\"payload\":{two}}}"))
        );
        assert_eq!(wrapped(&[&written]), expected);
        // However the bytes are cut.
        for size in 1..40 {
            let bytes = written.as_bytes();
            let mut wrapping = Wrapping::default();
            let again: Vec<u8> = bytes.chunks(size).flat_map(|chunk| wrapping.wrap(chunk)).collect();
            assert_eq!(String::from_utf8(again).unwrap(), expected, "{size}");
        }
    }

    #[test]
    fn an_answer_is_out_before_the_next_one_comes() {
        let expected = format!("\r\n--graphql{}", part(r#"{"payload":{"data":{}}}"#));
        assert_eq!(wrapped(&[PART, r#"{"data":{}}"#, "\r\n"]), expected);
    }

    #[test]
    fn a_heartbeat_is_no_payload() {
        let mut wrapping = Wrapping::default();
        let first = String::from_utf8(wrapping.heartbeat()).unwrap();
        assert_eq!(first, format!("\r\n--graphql{}", part("{}")));
        assert_eq!(String::from_utf8(wrapping.heartbeat()).unwrap(), part("{}"));
        assert_eq!(wrapped(&[PART, "{}\r\n"]), "");
    }

    #[test]
    fn a_stream_without_answers_is_empty_parts() {
        assert_eq!(wrapped(&["--graphql--\r\n"]), "\r\n--graphql--\r\n");
    }
}
