//! Server-sent events: the form, resumption and end of a stream.

use std::time::Duration;

use guanxi::http::Settings;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{GRAPHQL, JSON, get, post, query, send_default, uri};
use crate::harness::live::{Live, Setup};

const STREAM: &str = "text/event-stream";
const CHANGES: &str = "subscription { changes { recordId } }";

/// A stream of events.
struct Stream {
    stream: TcpStream,
    pending: String,
}

impl Stream {
    async fn open(live: &Live, document: &str, headers: &[(&str, &str)]) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", live.port)).await.unwrap();
        let body = query(document);
        let mut head = format!(
            "POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: {STREAM}\r\ncontent-type: {JSON}\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        let mut stream = Self {
            stream,
            pending: String::new(),
        };
        while !stream.pending.contains("\r\n\r\n") {
            assert!(stream.read().await, "{}", stream.pending);
        }
        let (head, _) = stream.pending.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        stream.pending = stream.pending.split_once("\r\n\r\n").unwrap().1.to_owned();
        stream
    }

    /// Whether more bytes arrived.
    async fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let read = timeout(Duration::from_secs(20), self.stream.read(&mut bytes))
            .await
            .unwrap();
        let read = read.unwrap_or(0);
        self.pending.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        read > 0
    }

    /// The next event, without comments and chunk headers; `None` at the end.
    async fn event(&mut self) -> Option<Vec<(String, String)>> {
        loop {
            while let Some((chunk, rest)) = self.pending.split_once("\n\n") {
                let fields: Vec<(String, String)> = chunk
                    .lines()
                    .filter_map(|line| line.split_once(": "))
                    .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                    .collect();
                self.pending = rest.to_owned();
                if !fields.is_empty() {
                    return Some(fields);
                }
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// The id and the answer of the next event, which is `next`.
    async fn next(&mut self) -> (String, Value) {
        let event = self.event().await.unwrap();
        let field = |name: &str| {
            let found = event.iter().find(|(field, _)| field == name);
            found.map_or_else(String::new, |(_, value)| value.clone())
        };
        assert_eq!(field("event"), "next", "{event:?}");
        (field("id"), serde_json::from_str(&field("data")).unwrap())
    }
}

async fn settle() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}

#[tokio::test]
async fn a_query_is_one_event_and_the_end() {
    let expected = "event: next\ndata: {\"data\":{\"__typename\":\"Query\"}}\n\nevent: complete\ndata: \n\n";
    let posted = send_default(post(query("{ __typename }"), &[("accept", STREAM)])).await;
    let got = send_default(get(&uri(&[("query", "{ __typename }")]), &[("accept", STREAM)])).await;
    for answer in [posted, got] {
        assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, expected));
        assert_eq!(answer.header("content-type"), "text/event-stream; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_refusal_before_execution_is_also_an_event() {
    for text in ["{", "{ nope }", "subscription { changes(after: \"x\") { recordId } }"] {
        let answer = send_default(post(query(text), &[("accept", STREAM)])).await;
        assert_eq!(answer.status, 200);
        let body = answer.text();
        assert!(body.starts_with("event: next\ndata: {\"errors\":[{"), "{body}");
        assert!(body.ends_with("\n\nevent: complete\ndata: \n\n"), "{body}");
    }
}

#[tokio::test]
async fn a_plain_request_gets_a_hint_about_subscriptions() {
    for accept in [JSON, GRAPHQL, "*/*"] {
        let answer = send_default(post(query(CHANGES), &[("accept", accept)])).await;
        assert_eq!(answer.refusal(), "BAD_REQUEST", "{accept}");
        let text = answer.text();
        assert!(
            text.contains("graphql-transport-ws") && text.contains("text/event-stream"),
            "{text}"
        );
    }
    // Clients that accept both get the one for the operation.
    let both = [("accept", "application/json, text/event-stream")];
    let answer = send_default(post(query("{ __typename }"), &both)).await;
    assert_eq!(answer.json(), json!({"data": {"__typename": "Query"}}));
}

#[tokio::test]
async fn a_stream_is_resumed_by_the_id_of_the_last_event() {
    let live = Live::start(Setup::default()).await;
    let mut stream = Stream::open(&live, CHANGES, &[]).await;
    settle().await;
    live.record(&["One", "Two"]).await;
    let (first, event) = stream.next().await;
    assert_eq!(event, json!({"data": {"changes": {"recordId": "one"}}}));
    // Disconnected in the middle of a commit, and during another one.
    drop(stream);
    live.record(&["Three"]).await;
    let mut again = Stream::open(&live, CHANGES, &[("last-event-id", &first)]).await;
    for id in ["two", "three"] {
        assert_eq!(again.next().await.1["data"]["changes"]["recordId"], id);
    }
    // It replaces the argument, whose text stays the same.
    let document = CHANGES.replace("changes", &format!("changes(after: \"{first}\")"));
    let (last, _) = Stream::open(&live, &document, &[]).await.next().await;
    let mut resumed = Stream::open(&live, &document, &[("last-event-id", &last)]).await;
    assert_eq!(resumed.next().await.1["data"]["changes"]["recordId"], "three");
}

#[tokio::test]
async fn a_stream_without_events_has_keep_alive_comments() {
    let mut setup = Setup::default();
    setup.settings.keep_alive_ms = 100;
    let live = Live::start(setup).await;
    let mut stream = Stream::open(&live, CHANGES, &[]).await;
    tokio::time::sleep(Duration::from_millis(550)).await;
    while stream.pending.matches(":\n\n").count() < 4 {
        assert!(stream.read().await);
    }
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams_without_a_complete() {
    let mut live = Live::start(Setup::default()).await;
    let mut stream = Stream::open(&live, CHANGES, &[]).await;
    settle().await;
    live.stop();
    assert_eq!(stream.event().await, None);
    timeout(Duration::from_secs(5), &mut live.serving)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let mut setup = Setup::default();
    setup.settings.slow_client_ms = 200;
    setup.settings.connections_max = 1;
    let live = Live::start(setup).await;
    let mut stuck = TcpStream::connect(("127.0.0.1", live.port)).await.unwrap();
    // Large answers that are computed quickly, so that the buffers of the system are soon full.
    for _ in 0..200 {
        stuck
            .write_all(b"GET /schema.graphql HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .await
            .unwrap();
    }
    // The only slot is free again.
    let mut next = TcpStream::connect(("127.0.0.1", live.port)).await.unwrap();
    next.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut byte = [0];
    timeout(Duration::from_secs(20), next.read_exact(&mut byte))
        .await
        .unwrap()
        .unwrap();
}

#[test]
fn every_setting_of_streams_and_sockets_has_a_default() {
    let settings = Settings::default();
    assert_eq!((settings.sockets_max, settings.socket_operations_max), (10_000, 100));
    assert_eq!(
        (
            settings.init_timeout_ms,
            settings.keep_alive_ms,
            settings.slow_client_ms
        ),
        (10_000, 12_000, 10_000)
    );
}
