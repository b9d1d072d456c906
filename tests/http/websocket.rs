//! graphql-transport-ws in raw frames: every violation that closes the socket, and the form of answers.

use std::time::Duration;

use guanxi::{engine::Limits, http::Settings};
use serde_json::{Value, json};

use crate::harness::live::{Frame, Live, Setup, Socket};

const CHANGES: &str = "subscription { changes { recordId action } }";

async fn start() -> Live {
    Live::start(Setup::default()).await
}

async fn start_with(change: impl FnOnce(&mut Settings)) -> Live {
    let mut setup = Setup::default();
    change(&mut setup.settings);
    Live::start(setup).await
}

/// The event of a subscription for a new company.
fn created(id: &str, company: &str) -> Value {
    let change = json!({"recordId": company, "action": "CREATED"});
    json!({"id": id, "type": "next", "payload": {"data": {"changes": change}}})
}

/// Waits until the operation is running: messages on a socket are answered in order, but operations run concurrently.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}

#[tokio::test]
async fn a_violation_of_the_protocol_closes_the_socket_with_a_reason() {
    let init = json!({"type": "connection_init"}).to_string();
    let subscribe = json!({"id": "1", "type": "subscribe", "payload": {"query": CHANGES}}).to_string();
    let live = start().await;
    let cases: &[(&[&str], u16)] = &[
        (&[&subscribe], 4401),
        (&[&init, &init], 4429),
        (&[&init, &subscribe, &subscribe], 4409),
        (&["{"], 4400),
        (&["[]"], 4400),
        (&[r#"{"type": "start"}"#], 4400),
        (&[&init, r#"{"type": "next", "id": "1", "payload": {}}"#], 4400),
        (
            &[&init, r#"{"id": "1", "type": "subscribe", "payload": {"query": 1}}"#],
            4400,
        ),
        (
            &[
                &init,
                r#"{"type": "subscribe", "payload": {"query": "{ __typename }"}}"#,
            ],
            4400,
        ),
        (&[r#"{"type": "connection_init", "payload": 1}"#], 4400),
    ];
    for (messages, code) in cases {
        let mut socket = live.socket(&[]).await;
        for message in *messages {
            socket.send(1, message.as_bytes()).await;
        }
        let (close_code, reason) = socket.closed().await;
        assert_eq!(close_code, *code, "{messages:?}: {reason}");
        assert!(!reason.is_empty(), "{messages:?}");
    }
    let mut binary = live.socket(&[]).await;
    binary.send(2, init.as_bytes()).await;
    assert_eq!(binary.closed().await.0, 4400);
    let mut other = live.socket(&[("sec-websocket-protocol", "graphql-ws")]).await;
    assert_eq!(other.closed().await.0, 4406);
}

#[tokio::test]
async fn a_socket_that_is_not_initialised_in_time_is_closed() {
    let live = start_with(|settings| settings.init_timeout_ms = 200).await;
    let mut socket = live.socket(&[]).await;
    assert_eq!(socket.closed().await.0, 4408);
    let mut ready = live.ready().await;
    assert!(ready.is_silent().await);
}

#[tokio::test]
async fn a_query_has_one_answer_and_its_end() {
    let live = start().await;
    let mut socket = live.ready().await;
    socket
        .subscribe("q", "{ company(by: {id: \"alipay\"}) { name } }")
        .await;
    let data = json!({"data": {"company": {"name": "Alipay"}}});
    assert_eq!(socket.hear().await, json!({"id": "q", "type": "next", "payload": data}));
    assert_eq!(socket.hear().await, json!({"id": "q", "type": "complete"}));
    // The id is free again.
    socket.subscribe("q", "{ __typename }").await;
    assert_eq!(socket.hear().await["payload"], json!({"data": {"__typename": "Query"}}));
}

#[tokio::test]
async fn a_refusal_before_execution_is_an_error_without_a_complete() {
    let live = start().await;
    let mut socket = live.ready().await;
    for query in [
        "{",
        "{ nope }",
        "subscription { nope }",
        "subscription { changes(after: \"x\") { recordId } }",
        "subscription { changes { recordId } entityChanged(ids: [\"alipay\"]) { recordId } }",
        "subscription { changes @skip(if: true) { recordId } }",
        "subscription { __typename }",
        "subscription { entityChanged(ids: []) { recordId } }",
        "subscription($id: ID!) { entityChanged(ids: [$id]) { recordId } }",
    ] {
        socket.subscribe("e", query).await;
        let message = socket.hear().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("error"), &json!("e")),
            "{query}: {message}"
        );
        assert!(
            message["payload"][0]["extensions"]["code"].is_string(),
            "{query}: {message}"
        );
        assert!(message["payload"][0]["message"].is_string(), "{query}: {message}");
    }
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn a_subscription_sends_later_changes() {
    let live = start().await;
    live.record(&["Before"]).await;
    let mut socket = live.ready().await;
    socket.subscribe("s", CHANGES).await;
    socket
        .subscribe(
            "f",
            "subscription S { ...F } fragment F on Subscription { c: entityChanged(ids: [\"two\"]) { recordId } }",
        )
        .await;
    settle().await;
    live.record(&["One"]).await;
    assert_eq!(socket.hear().await, created("s", "one"));
    live.record(&["Two"]).await;
    let mut both = [socket.hear().await, socket.hear().await];
    both.sort_by_key(|message| message["id"].to_string());
    assert_eq!(
        both[0],
        json!({"id": "f", "type": "next", "payload": {"data": {"c": {"recordId": "two"}}}})
    );
    assert_eq!(both[1], created("s", "two"));
}

#[tokio::test]
async fn a_completed_subscription_is_silent_and_not_echoed() {
    let live = start().await;
    let mut socket = live.ready().await;
    socket.subscribe("s", CHANGES).await;
    settle().await;
    socket.say(json!({"id": "s", "type": "complete"})).await;
    // For an operation that does not exist.
    socket.say(json!({"id": "t", "type": "complete"})).await;
    settle().await;
    live.record(&["One"]).await;
    assert!(socket.is_silent().await);
    socket.subscribe("s", "{ __typename }").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload() {
    let live = start().await;
    let mut socket = live.socket(&[]).await;
    socket.say(json!({"type": "ping", "payload": {"at": 7}})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong", "payload": {"at": 7}}));
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong"}));
    socket.say(json!({"type": "pong"})).await;
    socket.send(9, b"x").await;
    assert_eq!(socket.frame().await, Frame::Pong(b"x".to_vec()));
}

#[tokio::test]
async fn pages_of_other_origins_cannot_open_sockets() {
    let live = start_with(|settings| settings.cors_origins = vec!["https://listed.example".to_owned()]).await;
    let own = format!("http://127.0.0.1:{}", live.port);
    for (origin, opened) in [
        (own.as_str(), true),
        ("https://listed.example", true),
        ("https://evil.example", false),
        ("https://listed.example.evil.example", false),
        ("http://127.0.0.1:1", false),
        ("null", false),
        ("file://", false),
    ] {
        let opening = live.handshake(&[("origin", origin)]).await;
        match opening {
            Ok(_) => assert!(opened, "{origin}"),
            Err(head) => assert!(!opened && head.starts_with("HTTP/1.1 403"), "{origin}: {head}"),
        }
    }
    let programs = ["null", "file://"];
    let live = start_with(|settings| settings.cors_origins = programs.map(str::to_owned).to_vec()).await;
    for origin in programs {
        assert!(live.handshake(&[("origin", origin)]).await.is_ok(), "{origin}");
    }
    assert!(live.handshake(&[("origin", "https://evil.example")]).await.is_err());
}

#[tokio::test]
async fn a_name_that_was_made_to_resolve_to_this_machine_cannot_open_a_socket() {
    let live = start().await;
    let rebound = live
        .handshake(&[("host", "evil.example"), ("origin", "http://evil.example")])
        .await;
    assert!(rebound.err().unwrap().starts_with("HTTP/1.1 403"));
    let local = live
        .handshake(&[("host", "localhost:1"), ("origin", "http://localhost:1")])
        .await;
    assert!(local.is_ok());
}

#[tokio::test]
async fn a_message_over_the_limit_closes_the_socket() {
    let limits = Limits {
        body_bytes_max: 2000,
        ..Limits::default()
    };
    let live = Live::start(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let mut socket = live.ready().await;
    socket
        .subscribe("1", &format!("{{ __typename }} #{}", "x".repeat(1500)))
        .await;
    assert_eq!(socket.hear().await["type"], "next");
    socket
        .subscribe("2", &format!("{{ __typename }} #{}", "x".repeat(3000)))
        .await;
    assert_eq!(socket.closed().await.0, 1009);
}

#[tokio::test]
async fn operations_and_sockets_are_bounded() {
    let live = start_with(|settings| {
        settings.sockets_max = 1;
        settings.socket_operations_max = 2;
    })
    .await;
    let mut socket = live.ready().await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, CHANGES).await;
    }
    let refused = socket.hear().await;
    assert_eq!((&refused["id"], &refused["type"]), (&json!("3"), &json!("error")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    let head = live.handshake(&[]).await.err().unwrap();
    assert!(head.starts_with("HTTP/1.1 503"), "{head}");
    drop(socket);
    settle().await;
    live.ready().await;
}

#[tokio::test]
async fn a_server_that_stops_closes_its_sockets() {
    let mut live = start().await;
    let mut socket = live.ready().await;
    socket.subscribe("s", CHANGES).await;
    settle().await;
    live.stop();
    assert_eq!(socket.closed().await.0, 1001);
    (&mut live.serving).await.unwrap();
}

#[tokio::test]
async fn a_socket_that_answers_no_pings_is_dropped() {
    let live = start_with(|settings| settings.keep_alive_ms = 100).await;
    let mut socket = live.socket(&[]).await;
    let mut pings = 0;
    loop {
        match socket.frame().await {
            Frame::Ping => pings += 1,
            Frame::End => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pings, 2);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed_and_can_resume() {
    const CHANGES_WAITING: usize = 400;
    let live = start_with(|settings| settings.slow_client_ms = 300).await;
    let mut socket = live.ready().await;
    let query = "subscription { changes { cursor recordId reason } }";
    socket.subscribe("s", query).await;
    settle().await;
    // More than the buffers of the system hold.
    let reason = "because ".repeat(10_000);
    for number in 0..CHANGES_WAITING {
        live.record_because(&[&format!("Company {number:03}")], &reason).await;
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let (mut seen, mut cursor) = (0, Value::Null);
    loop {
        match socket.frame().await {
            Frame::Text(text) => {
                let event: Value = serde_json::from_str(&text).unwrap();
                let change = &event["payload"]["data"]["changes"];
                assert_eq!(change["recordId"], format!("company-{seen:03}"));
                cursor = change["cursor"].clone();
                seen += 1;
            }
            Frame::Ping => {}
            Frame::Close(code, _) => {
                assert_eq!(code, 4503);
                break;
            }
            Frame::End => break,
            other => panic!("{other:?}"),
        }
    }
    assert!((1..CHANGES_WAITING).contains(&seen), "{seen}");
    let mut again = live.ready().await;
    resume(&mut again, query, &cursor).await;
    for number in seen..CHANGES_WAITING {
        let event = again.hear().await;
        assert_eq!(
            event["payload"]["data"]["changes"]["recordId"],
            format!("company-{number:03}")
        );
    }
}

async fn resume(socket: &mut Socket, query: &str, cursor: &Value) {
    let query = query.replace("changes", &format!("changes(after: {cursor})"));
    socket.subscribe("again", &query).await;
}
