//! Subscriptions over plain HTTP in parts (`multipart/mixed; subscriptionSpec=1.0`), for the clients of Apollo and Relay.
//! The service of async-graphql-axum writes one part for each answer. This module changes each to `{"payload": …}`, as the protocol
//! requires, and sends the boundary after it at once, since clients show a part when they have received that boundary.

use std::{convert::Infallible, sync::Arc};

use async_graphql::{
    Executor, Response as AnswerResponse,
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
use parking_lot::Mutex;
use tokio::time::Interval;
use tower_service::Service;

use super::{context::EndpointState, negotiate::MediaType};
use crate::{engine::Answer, http::access::rules::Session, schema::SubscriptionEvents};

/// The `Accept` header in the form that the service expects.
const ACCEPT: &str = "multipart/mixed; boundary=\"graphql\"; subscriptionSpec=\"1.0\"";
/// A placeholder, since the service requires a request; the real one was executed before.
const PLACEHOLDER_REQUEST: &str = r#"{"query":"subscription"}"#;
/// The boundary before each part of the service, and after the last one.
const BOUNDARY: &str = "--graphql";
const LAST_BOUNDARY: &str = "--graphql--";
/// An empty part, which clients skip.
const HEARTBEAT: &str = "{}";

/// The parts of a subscription. They end without the last boundary if the client should reconnect: when the server stops, or the
/// token is no longer valid.
pub(in crate::http) async fn stream(
    endpoint: &EndpointState,
    session: Session,
    events: Box<SubscriptionEvents>,
) -> Response {
    let answers = stream::unfold(events, async |mut events| {
        let event = events.next().await?;
        Some((event.answer.response, events))
    });
    parts(endpoint, session, answers.boxed()).await
}

/// One answer as the only part.
pub(in crate::http) async fn once(endpoint: &EndpointState, session: Session, answer: Answer) -> Response {
    parts(endpoint, session, stream::iter([answer.response]).boxed()).await
}

async fn parts(endpoint: &EndpointState, session: Session, answers: BoxStream<'static, AnswerResponse>) -> Response {
    let mut request = Request::new(Body::from(PLACEHOLDER_REQUEST));
    *request.method_mut() = axum::http::Method::POST;
    let headers = [(header::ACCEPT, ACCEPT), (header::CONTENT_TYPE, "application/json")];
    for (name, value) in headers {
        request
            .headers_mut()
            .insert(name, axum::http::HeaderValue::from_static(value));
    }
    let executor = OpenStream(Arc::new(Mutex::new(Some(answers))));
    let Ok(response) = GraphQL::new(executor).call(request).await;
    let parts = PartStream {
        service_body: response.into_body().into_data_stream(),
        wrapper: PayloadWrapper::default(),
        end: endpoint.stream_end(session),
        keep_alive: endpoint.keep_alive(),
    };
    let chunks = stream::unfold(parts, async |mut parts| {
        let chunk = parts.chunk().await?;
        Some((Ok::<_, Infallible>(chunk), parts))
    });
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, MediaType::Multipart.content_type()),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Prevents proxies from buffering parts.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (StatusCode::OK, HEADERS, Body::from_stream(chunks)).into_response()
}

/// The answers of an operation that is already running, for the service. They can be taken once.
#[derive(Clone)]
struct OpenStream(Arc<Mutex<Option<BoxStream<'static, AnswerResponse>>>>);

impl Executor for OpenStream {
    async fn execute(&self, request: async_graphql::Request) -> AnswerResponse {
        // Not called, since the service requests a stream.
        let mut answers = self.execute_stream(request, None);
        answers.next().await.unwrap_or_default()
    }

    fn execute_stream(
        &self,
        _request: async_graphql::Request,
        _session_data: Option<Arc<async_graphql::Data>>,
    ) -> BoxStream<'static, AnswerResponse> {
        let answers = self.0.lock().take();
        answers.unwrap_or_else(|| stream::empty().boxed())
    }
}

struct PartStream {
    service_body: BodyDataStream,
    wrapper: PayloadWrapper,
    end: BoxFuture<'static, ()>,
    keep_alive: Interval,
}

impl PartStream {
    /// The next bytes to send; `None` at the end.
    async fn chunk(&mut self) -> Option<Bytes> {
        loop {
            tokio::select! {
                biased;
                () = &mut self.end => return None,
                bytes = self.service_body.next() => {
                    // The body of the service never fails.
                    let output = self.wrapper.wrap(&bytes?.ok()?);
                    if !output.is_empty() {
                        return Some(output.into());
                    }
                }
                // The first tick is at once, so that the client learns that the subscription has begun.
                _ = self.keep_alive.tick() => return Some(self.wrapper.heartbeat().into()),
            }
        }
    }
}

/// Rewrites the parts of the service line by line: its JSON contains no line breaks.
#[derive(Debug, Default)]
struct PayloadWrapper {
    /// An incomplete line.
    line: Vec<u8>,
    has_begun: bool,
}

impl PayloadWrapper {
    /// The bytes to send for these bytes of the service, which may end anywhere.
    fn wrap(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        for byte in bytes {
            self.line.push(*byte);
            if self.line.ends_with(b"\r\n") {
                let line = std::mem::take(&mut self.line);
                self.wrap_line(line.trim_ascii_end(), &mut output);
            }
        }
        output
    }

    fn wrap_line(&mut self, line: &[u8], output: &mut Vec<u8>) {
        if line == LAST_BOUNDARY.as_bytes() {
            self.begin(output);
            output.extend_from_slice(b"--\r\n");
        } else if line.starts_with(b"{") && line != HEARTBEAT.as_bytes() {
            self.part(&[b"{\"payload\":", line, b"}"], output);
        }
        // All other lines are boundaries, headers and heartbeats, which this module writes itself.
    }

    fn heartbeat(&mut self) -> Vec<u8> {
        let mut output = Vec::new();
        self.part(&[HEARTBEAT.as_bytes()], &mut output);
        output
    }

    /// Writes a part, and the boundary after it.
    fn part(&mut self, content: &[&[u8]], output: &mut Vec<u8>) {
        self.begin(output);
        output.extend_from_slice(b"\r\ncontent-type: application/json\r\n\r\n");
        output.extend(content.iter().copied().flatten());
        output.extend_from_slice(b"\r\n");
        output.extend_from_slice(BOUNDARY.as_bytes());
    }

    /// Writes the boundary before the first part.
    fn begin(&mut self, output: &mut Vec<u8>) {
        if !self.has_begun {
            self.has_begun = true;
            output.extend_from_slice(b"\r\n");
            output.extend_from_slice(BOUNDARY.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &str = "--graphql\r\nContent-Type: application/json\r\n\r\n";

    fn output(chunks: &[&str]) -> String {
        let mut wrapper = PayloadWrapper::default();
        let bytes: Vec<u8> = chunks.iter().flat_map(|chunk| wrapper.wrap(chunk.as_bytes())).collect();
        String::from_utf8(bytes).unwrap()
    }

    fn part(content: &str) -> String {
        format!("\r\ncontent-type: application/json\r\n\r\n{content}\r\n--graphql")
    }

    #[test]
    fn each_answer_becomes_a_payload_with_the_boundary_after_it() {
        let (one, two) = (r#"{"data":{"a":"--graphql\\r\\n"}}"#, r#"{"data":null,"errors":[]}"#);
        let written = format!("{PART}{one}\r\n{PART}{two}\r\n--graphql--\r\n");
        let expected = format!(
            "\r\n--graphql{}{}--\r\n",
            part(&format!("{{\"payload\":{one}}}")),
            part(&format!("{{\"payload\":{two}}}"))
        );
        assert_eq!(output(&[&written]), expected);
        // However the bytes are split.
        for size in 1..40 {
            let bytes = written.as_bytes();
            let mut wrapper = PayloadWrapper::default();
            let again: Vec<u8> = bytes.chunks(size).flat_map(|chunk| wrapper.wrap(chunk)).collect();
            assert_eq!(String::from_utf8(again).unwrap(), expected, "{size}");
        }
    }

    #[test]
    fn an_answer_is_complete_before_the_next_one() {
        let expected = format!("\r\n--graphql{}", part(r#"{"payload":{"data":{}}}"#));
        assert_eq!(output(&[PART, r#"{"data":{}}"#, "\r\n"]), expected);
    }

    #[test]
    fn a_heartbeat_has_no_payload() {
        let mut wrapper = PayloadWrapper::default();
        let first = String::from_utf8(wrapper.heartbeat()).unwrap();
        assert_eq!(first, format!("\r\n--graphql{}", part("{}")));
        assert_eq!(String::from_utf8(wrapper.heartbeat()).unwrap(), part("{}"));
        assert_eq!(output(&[PART, "{}\r\n"]), "");
    }

    #[test]
    fn a_stream_without_answers_is_empty_parts() {
        assert_eq!(output(&["--graphql--\r\n"]), "\r\n--graphql--\r\n");
    }
}
