//! Subscriptions in parts over plain HTTP: their form, their timing, and the end of a stream.

use std::{sync::Arc, time::Duration};

use guanxi::{engine::Limits, http::Settings};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{GRAPHQL, JSON, post, query, send_default};
use crate::harness::live::{Live, Setup};

/// The headers of Apollo Client for a subscription.
const APOLLO: &str =
    "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9";
const PARTS: &str = "multipart/mixed;subscriptionSpec=1.0";
const CHANGES: &str = "subscription { changes { recordId } }";
const BOUNDARY: &str = "\r\n--graphql";

/// A stream of parts, read as clients of the protocol do: a part is complete once the boundary after it has arrived.
struct Stream {
    stream: TcpStream,
    /// The received bytes, still in chunks.
    raw: Vec<u8>,
    /// The bytes of the chunks.
    text: String,
    has_ended: bool,
}

impl Stream {
    async fn open(live: &Live, document: &str) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", live.port)).await.unwrap();
        let body = query(document);
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: {APOLLO}\r\ncontent-type: {JSON}\r\ncontent-length: {}\r\n",
            body.len()
        );
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(
                timeout(Duration::from_secs(20), stream.read_u8())
                    .await
                    .unwrap()
                    .unwrap(),
            );
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(
            head.contains("content-type: multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0\r\n"),
            "{head}"
        );
        Self {
            stream,
            raw: Vec::new(),
            text: String::new(),
            has_ended: false,
        }
    }

    /// Reads the next bytes, up to the end of the body or the connection.
    async fn read(&mut self) {
        let mut bytes = [0; 4096];
        let read = timeout(Duration::from_secs(20), self.stream.read(&mut bytes))
            .await
            .unwrap();
        let read = read.unwrap_or(0);
        self.has_ended |= read == 0;
        self.raw.extend_from_slice(&bytes[..read]);
        loop {
            let Some(line) = self.raw.windows(2).position(|two| two == b"\r\n") else {
                return;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&self.raw[..line]).unwrap(), 16).unwrap();
            let end = line + 2 + size;
            if self.raw.len() < end + 2 {
                return;
            }
            self.has_ended |= size == 0;
            self.text
                .push_str(std::str::from_utf8(&self.raw[line + 2..end]).unwrap());
            self.raw.drain(..end + 2);
        }
    }

    /// The next part, including heartbeats; `None` at the end.
    async fn part(&mut self) -> Option<Value> {
        loop {
            while let Some((part, rest)) = self.text.split_once(BOUNDARY) {
                let part = part.to_owned();
                self.text = rest.to_owned();
                if let Some((head, body)) = part.split_once("\r\n\r\n") {
                    assert_eq!(head.trim(), "content-type: application/json");
                    return Some(serde_json::from_str(body).unwrap());
                }
            }
            if self.has_ended {
                return None;
            }
            self.read().await;
        }
    }

    /// The next part, without heartbeats.
    async fn payload(&mut self) -> Option<Value> {
        loop {
            let part = self.part().await?;
            if part != json!({}) {
                return Some(part["payload"].clone());
            }
        }
    }
}

/// Waits until a subscription is open, which cannot be observed.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn every_subscriber_receives_a_change_at_once() {
    let live = Live::start(Setup::default()).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(Stream::open(&live, CHANGES).await);
    }
    settle().await;
    live.record(&["One", "Two"]).await;
    for stream in &mut streams {
        for id in ["one", "two"] {
            assert_eq!(
                stream.payload().await,
                Some(json!({"data": {"changes": {"recordId": id}}}))
            );
        }
    }
    // One that disconnects does not affect the others.
    drop(streams.pop());
    live.record(&["Three"]).await;
    for stream in &mut streams {
        let event = stream.payload().await.unwrap();
        assert_eq!(event["data"]["changes"]["recordId"], "three");
    }
}

#[tokio::test]
async fn a_stream_resumes_after_a_cursor_with_any_read_ahead() {
    let limits = Limits {
        entries_ahead_max: 1,
        ..Limits::default()
    };
    let live = Live::start(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let mut first = Stream::open(&live, "subscription { changes { cursor recordId } }").await;
    settle().await;
    live.record(&["One"]).await;
    let event = first.payload().await.unwrap();
    drop(first);
    for name in ["Two", "Three", "Four"] {
        live.record(&[name]).await;
    }
    let after = &event["data"]["changes"]["cursor"];
    let again = format!("subscription {{ changes(after: {after}) {{ recordId }} }}");
    let mut again = Stream::open(&live, &again).await;
    for id in ["two", "three", "four"] {
        assert_eq!(again.payload().await.unwrap()["data"]["changes"]["recordId"], id);
    }
}

#[tokio::test]
async fn a_stream_without_events_has_heartbeats() {
    let settings = Settings {
        keep_alive_ms: 50,
        ..Settings::default()
    };
    let live = Live::start(Setup {
        settings,
        ..Setup::default()
    })
    .await;
    let mut stream = Stream::open(&live, CHANGES).await;
    for _ in 0..3 {
        assert_eq!(stream.part().await, Some(json!({})));
    }
}

#[tokio::test]
async fn a_client_that_disconnects_ends_its_subscription() {
    let settings = Settings {
        keep_alive_ms: 50,
        ..Settings::default()
    };
    let live = Live::start(Setup {
        settings,
        ..Setup::default()
    })
    .await;
    // A subscription has a reference to the store.
    let before = Arc::strong_count(&live.store);
    let stream = Stream::open(&live, CHANGES).await;
    assert!(Arc::strong_count(&live.store) > before);
    drop(stream);
    for _ in 0..200 {
        if Arc::strong_count(&live.store) == before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} more than before", Arc::strong_count(&live.store) - before);
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams_without_the_last_boundary() {
    let mut live = Live::start(Setup::default()).await;
    let mut stream = Stream::open(&live, CHANGES).await;
    assert_eq!(stream.part().await, Some(json!({})));
    live.stop();
    assert_eq!(stream.part().await, None);
    assert!(!stream.text.starts_with("--"), "{}", stream.text);
}

#[tokio::test]
async fn a_refusal_before_the_first_event_is_answered_like_any_other() {
    for (document, code) in [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { changes(after: \"x\") { recordId } }", "BAD_USER_INPUT"),
        ("subscription { entityChanged(ids: []) { recordId } }", "BAD_USER_INPUT"),
    ] {
        let answer = send_default(post(query(document), &[("accept", APOLLO)])).await;
        assert_eq!(
            (answer.status.as_u16(), answer.refusal().as_str()),
            (400, code),
            "{document}"
        );
        assert!(answer.header("content-type").starts_with(GRAPHQL));
        // Clients that accept nothing else get a part.
        let answer = send_default(post(query(document), &[("accept", PARTS)])).await;
        let body = answer.text();
        assert!(answer.status == 200 && body.contains(code), "{body}");
        assert!(
            body.starts_with("\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{"),
            "{body}"
        );
        assert!(
            body.contains("{\"payload\":{") && body.ends_with("}\r\n--graphql--\r\n"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_query_has_one_answer() {
    let answer = send_default(post(query("{ __typename }"), &[("accept", APOLLO)])).await;
    assert_eq!(answer.json(), json!({"data": {"__typename": "Query"}}));
    let answer = send_default(post(query("{ __typename }"), &[("accept", PARTS)])).await;
    let body = answer.text();
    assert!(
        body.contains("\r\n\r\n{\"payload\":{\"data\":{\"__typename\":\"Query\"}}}\r\n--graphql--\r\n"),
        "{body}"
    );
    // Deferred answers are another protocol.
    let deferred = [("accept", "multipart/mixed;deferSpec=20220824,application/json")];
    let answer = send_default(post(query(CHANGES), &deferred)).await;
    assert_eq!(answer.refusal(), "BAD_REQUEST");
    assert!(answer.text().contains("subscriptionSpec=1.0"), "{}", answer.text());
}
