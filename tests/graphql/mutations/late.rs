//! Changes and the time for a request: a change that timed out is not applied, and an applied change is reported.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use guanxi::{
    engine::{Limits, Request},
    graph::Snapshot,
    http::Settings,
    model::Timestamp,
    schema::Api,
    store::{
        Store,
        commit::{Pending, Proposal},
        log::RoundTrip,
    },
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::{
    BUNDLED, answer_over,
    live::{Frame, Live, Setup},
    store_of,
};

/// Keeps the writer busy until it is dropped, or for a second.
struct Busy {
    _release: mpsc::Sender<()>,
    _pending: Pending,
}

fn busy(store: &Store) -> Busy {
    let (release, released) = mpsc::channel::<()>();
    let (begun, begins) = mpsc::channel::<()>();
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: None,
        at: Timestamp::now(),
        decide: Box::new(move |_: &Snapshot| {
            drop(begun);
            let _ = released.recv_timeout(Duration::from_secs(5));
            Ok(Vec::new())
        }),
    };
    let pending = store.submit(proposal, RoundTrip::Unchecked).unwrap();
    let _ = begins.recv();
    Busy {
        _release: release,
        _pending: pending,
    }
}

/// A request of several changes, each of a company of its own.
fn changes(prefix: &str, count: usize) -> String {
    let change = |number: usize| {
        format!(
            r#"m{number}: upsertEntities(input: {{entities: {{id: "{prefix}-{number}", kind: COMPANY, name: "N{number}"}}}}) {{
                entities {{ id ... on Company {{ owners {{ totalCount }} }} }} changes {{ recordId }} cursor }}"#
        )
    };
    let all: Vec<String> = (0..count).map(change).collect();
    format!("mutation {{ {} }}", all.join("\n"))
}

fn is_recorded(store: &Store, id: &str) -> bool {
    let state = store.state();
    let graph = state.graph();
    graph.entity_by_id(id, &graph.everything_known()).is_some()
}

/// Checks that the changes in the answer are recorded, and no others.
fn agrees(store: &Store, prefix: &str, count: usize, answer: &Value) {
    for number in 0..count {
        let id = format!("{prefix}-{number}");
        let recorded_id = &answer["data"][format!("m{number}")]["changes"][0]["recordId"];
        assert_eq!(is_recorded(store, &id), *recorded_id == json!(id), "{id} in {answer:#}");
    }
    let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
    for error in errors {
        assert_eq!(error["extensions"]["code"], "TIMEOUT", "{answer:#}");
    }
}

fn api(timeout_ms: u64) -> Api {
    Api::new(Limits {
        timeout_ms,
        ..Limits::default()
    })
    .unwrap()
}

#[test]
fn a_submitted_change_is_answered_with_its_outcome_and_later_ones_do_not_begin() {
    let (store, api) = (store_of(&BUNDLED), api(200));
    let busy_writer = busy(&store);
    let is_released = Arc::new(AtomicBool::new(false));
    let released = Arc::clone(&is_released);
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(2_000));
        released.store(true, Ordering::SeqCst);
        drop(busy_writer);
    });
    let request = Request::new("test", changes("late", 3));
    let answer = serde_json::to_value(answer_over(&api, &store, request)).unwrap();
    assert!(is_released.load(Ordering::SeqCst), "it waits for the writer");
    release.join().unwrap();
    assert_eq!(
        answer["data"]["m0"]["entities"],
        json!([{"id": "late-0", "owners": {"totalCount": 0}}]),
        "{answer:#}"
    );
    assert_eq!(answer["data"]["m1"], Value::Null);
    assert_eq!(answer["data"]["m2"], Value::Null);
    agrees(&store, "late", 3, &answer);
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2, "{answer:#}");
    assert!(
        errors[0]["message"].as_str().unwrap().contains("nothing was changed"),
        "{answer:#}"
    );
}

#[test]
fn answers_report_the_changes_whatever_the_timeout() {
    let store = store_of(&BUNDLED);
    for (round, timeout_ms) in [0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 9, 12, 15]
        .into_iter()
        .enumerate()
    {
        let prefix = format!("short-{round}");
        let request = Request::new("test", changes(&prefix, 6));
        let answer = serde_json::to_value(answer_over(&api(timeout_ms), &store, request)).unwrap();
        agrees(&store, &prefix, 6, &answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_receives_the_outcome_of_a_change_before_it_is_closed() {
    for stops in [true, false] {
        let mut live = Live::start(Setup::default()).await;
        let mut socket = live.ready().await;
        let busy_writer = busy(&live.store);
        socket.subscribe("change", &changes("socket", 2)).await;
        socket.subscribe("read", "subscription { changes { recordId } }").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        if stops {
            live.stop();
        } else {
            socket.say(json!({"type": "no such type"})).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(busy_writer);
        let message = socket.hear().await;
        assert_eq!(
            (&message["id"], &message["type"]),
            (&json!("change"), &json!("next")),
            "{message:#}"
        );
        agrees(&live.store, "socket", 2, &message["payload"]);
        assert_eq!(message["payload"]["data"]["m1"], Value::Null, "closing begins nothing");
        assert_eq!(socket.hear().await, json!({"id": "change", "type": "complete"}));
        let code = if stops { 1001 } else { 4400 };
        assert_eq!(socket.closed().await.0, code);
    }
}

/// Sends the changes and returns the connection, which will receive the answer.
async fn send(live: &Live, query: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", live.port)).await.unwrap();
    let body = json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        live.port,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_answers_the_submitted_change_and_begins_no_other() {
    let mut live = Live::start(Setup {
        settings: Settings {
            drain_ms: 1,
            ..Settings::default()
        },
        ..Setup::default()
    })
    .await;
    let busy_writer = busy(&live.store);
    let mut stream = send(&live, &changes("stop", 2)).await;
    live.stop();
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(busy_writer);
    let mut text = String::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_string(&mut text))
        .await
        .unwrap()
        .unwrap();
    let (_, body) = text.split_once("\r\n\r\n").expect(&text);
    let answer: Value = serde_json::from_str(body).unwrap();
    agrees(&live.store, "stop", 2, &answer);
    assert!(
        is_recorded(&live.store, "stop-0") && !is_recorded(&live.store, "stop-1"),
        "{answer:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_further_change_begins_for_a_disconnected_client() {
    let live = Live::start(Setup::default()).await;
    let store = Arc::clone(&live.store);
    let busy_writer = busy(&store);
    drop(send(&live, &changes("gone", 3)).await);
    let mut socket = live.ready().await;
    socket.subscribe("change", &changes("left", 3)).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    socket.say(json!({"type": "complete", "id": "change"})).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(busy_writer);
    // A change of another client is applied after theirs.
    live.record(&["Afterwards"]).await;
    for prefix in ["gone", "left"] {
        assert!(is_recorded(&store, &format!("{prefix}-0")), "{prefix}");
        assert!(!is_recorded(&store, &format!("{prefix}-1")), "{prefix}");
    }
    socket.send(8, &[]).await;
    assert!(matches!(socket.frame().await, Frame::Close(..) | Frame::End));
}
