//! What `/health/ready` says in each state, what is answered before the graph is loaded, and how the program stops.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use guanxi::{
    engine::Limits,
    graph::Snapshot,
    http::{self, Access, Backend, Readiness, Routes},
    model::Timestamp,
    schema::Api,
    store::{State, Store, commit::Proposal},
};
use jiff::SignedDuration;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::*;
use crate::harness::{BUNDLED, live::company, program, store_of};

/// What `/health/ready` says of a store: the status, the word and the codes of its reasons.
async fn readiness(store: &Arc<Store>) -> (u16, String, Vec<String>) {
    let backend = Backend {
        api: Arc::new(Api::new(Limits::default()).unwrap()),
        store: Arc::clone(store),
        access: Access::open(),
    };
    let router = http::router(backend, Settings::default(), Readiness::default()).unwrap();
    report_of(&send(router, get("/health/ready", &[])).await)
}

fn report_of(answer: &Answer) -> (u16, String, Vec<String>) {
    let json = answer.json();
    let reasons = json["reasons"].as_array().cloned().unwrap_or_default();
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("retry-after").is_empty(), reasons.is_empty());
    for reason in &reasons {
        assert!(reason["message"].as_str().unwrap().ends_with('.'), "{json}");
    }
    let codes = reasons.iter().map(|reason| reason["code"].as_str().unwrap().to_owned());
    (
        answer.status.as_u16(),
        json["status"].as_str().unwrap().to_owned(),
        codes.collect(),
    )
}

fn ready() -> (u16, String, Vec<String>) {
    (200, "ready".to_owned(), Vec::new())
}

fn not_ready(word: &str, codes: &[&str]) -> (u16, String, Vec<String>) {
    (
        503,
        word.to_owned(),
        codes.iter().map(|code| (*code).to_owned()).collect(),
    )
}

#[tokio::test]
async fn a_server_whose_search_index_is_being_built_is_not_ready() {
    let state = Arc::new(State::unprepared(Snapshot::build(&BUNDLED).unwrap()));
    let store = Arc::new(Store::in_memory(Arc::clone(&state)));
    assert_eq!(readiness(&store).await, not_ready("unready", &["SEARCH_INDEX"]));
    state.prepare();
    assert_eq!(readiness(&store).await, ready());
    // A change does not wait for the index: the next search updates it.
    record(&store, Timestamp::now()).unwrap();
    assert_eq!(readiness(&store).await, ready());
}

fn record(store: &Store, at: Timestamp) -> Result<Timestamp, String> {
    let number = *store.watch().borrow();
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: None,
        at,
        decide: Box::new(move |_| Ok(vec![company(&format!("Company {number}"))])),
    };
    let receipt = store.commit(proposal).map_err(|error| error.to_string())?;
    Ok(receipt.entry.unwrap().recorded_at)
}

#[tokio::test]
async fn an_entry_that_lies_in_the_future_is_a_reason_not_to_be_ready() {
    let store = store_of(&BUNDLED);
    assert_eq!(readiness(&store).await, ready());
    let hours = SignedDuration::from_hours;
    let ahead = Timestamp::now() + hours(23);
    let recorded_at = record(&store, ahead).unwrap();
    assert!(ahead.duration_since(recorded_at).abs() < SignedDuration::from_millis(1));
    assert_eq!(readiness(&store).await, not_ready("unready", &["CLOCK"]));
    // What follows is later all the same.
    assert!(record(&store, Timestamp::now()).unwrap() > recorded_at);
    assert!(record(&store, Timestamp::UNIX_EPOCH).unwrap() > recorded_at);
}

#[tokio::test]
async fn nothing_is_recorded_by_a_clock_that_has_jumped_ahead() {
    let store = store_of(&BUNDLED);
    let refused = record(&store, Timestamp::now() + SignedDuration::from_hours(25)).unwrap_err();
    assert!(
        refused.contains("should show about") && refused.contains("restart the server"),
        "{refused}"
    );
    assert_eq!(*store.watch().borrow(), 0);
    record(&store, Timestamp::now()).unwrap();
    assert_eq!(readiness(&store).await, ready());
}

/// Sends a request over an open connection, and reads its answer.
async fn send_on(stream: &mut TcpStream, target: &str) -> Answer {
    let head = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\naccept: {JSON}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    loop {
        let mut bytes = [0; 4096];
        let read = timeout(Duration::from_secs(20), stream.read(&mut bytes))
            .await
            .unwrap()
            .unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&bytes[..read]);
        let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse::<u16>().unwrap();
        let mut headers = axum::http::HeaderMap::new();
        for (name, value) in lines.map(|line| line.split_once(": ").unwrap()) {
            let name: axum::http::HeaderName = name.parse().unwrap();
            headers.insert(name, value.parse().unwrap());
        }
        let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
        if answer.len() >= end + 4 + length {
            return Answer {
                status: StatusCode::from_u16(status).unwrap(),
                headers,
                body: answer[end + 4..].to_vec(),
            };
        }
    }
}

#[tokio::test]
async fn while_the_graph_is_loaded_requests_are_refused_to_be_retried() {
    let readiness = Readiness::default();
    let routes = Routes::starting(&readiness);
    let listener = http::bind("127.0.0.1", 0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn({
        let (routes, readiness) = (routes.clone(), readiness.clone());
        async move {
            let settings = Settings::default();
            http::serve(listener, routes, &settings, readiness, std::future::pending()).await;
        }
    });
    let mut stream = TcpStream::connect(address).await.unwrap();
    let live = send_on(&mut stream, "/health/live").await;
    assert_eq!((live.status.as_u16(), live.json()), (200, json!({"status": "live"})));
    let starting = send_on(&mut stream, "/health/ready").await;
    assert_eq!(report_of(&starting), not_ready("starting", &["STARTING"]));
    for target in ["/graphql?query=%7B__typename%7D", "/schema.graphql", "/"] {
        let answer = send_on(&mut stream, target).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("retry-after")),
            (503, "1"),
            "{target}"
        );
        assert_eq!(answer.refusal(), "UNAVAILABLE", "{target}");
        assert!(answer.text().contains("is starting"), "{target}");
    }
    let backend = Backend {
        api: Arc::new(Api::new(Limits::default()).unwrap()),
        store: store_of(&BUNDLED),
        access: Access::open(),
    };
    routes.open(http::router(backend, Settings::default(), readiness.clone()).unwrap());
    let answer = send_on(&mut stream, "/graphql?query=%7B__typename%7D").await;
    assert_eq!(
        answer.json(),
        json!({"data": {"__typename": "Query"}}),
        "the same connection"
    );
    assert_eq!(report_of(&send_on(&mut stream, "/health/ready").await), ready());
    readiness.announce_stop();
    assert_eq!(
        report_of(&send_on(&mut stream, "/health/ready").await),
        not_ready("stopping", &["STOPPING"])
    );
    serving.abort();
}

/// The program with these arguments, and the address it serves.
fn serving(arguments: &[&str]) -> (Child, String) {
    let mut child = program(&["serve", "--port", "0"])
        .args(arguments)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut listened = false;
    let address = loop {
        let line = lines.next().unwrap().unwrap();
        listened |= line.contains("answered with 503 until the graph is loaded");
        if let Some((_, address)) = line.split_once("serving GraphQL and GraphiQL on http://") {
            break address.split_whitespace().next().unwrap().to_owned();
        }
    };
    assert!(listened, "the port is taken before the graph is loaded");
    // An unread log would fill its pipe and stop the server.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

/// Sends a signal such as `-TERM`.
pub(super) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

async fn ended(child: &mut Child) -> std::process::ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if began.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("the program did not end");
        }
        sleep(Duration::from_millis(20)).await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_terminating_server_reports_it_before_its_port_closes() {
    let (mut child, address) = serving(&["--stop-delay-ms", "2000"]);
    let mut connection = TcpStream::connect(&address).await.unwrap();
    assert_eq!(report_of(&send_on(&mut connection, "/health/ready").await), ready());
    signal(&child, "-TERM");
    sleep(Duration::from_millis(300)).await;
    // A probe opens its own connection.
    let mut probe = TcpStream::connect(&address).await.unwrap();
    assert_eq!(
        report_of(&send_on(&mut probe, "/health/ready").await),
        not_ready("stopping", &["STOPPING"])
    );
    let answer = send_on(&mut connection, "/graphql?query=%7B__typename%7D").await;
    assert_eq!(
        answer.json()["data"]["__typename"],
        "Query",
        "requests are answered until then"
    );
    assert!(ended(&mut child).await.success());
    assert!(TcpStream::connect(&address).await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupt_and_a_second_signal_skip_the_delay() {
    for signals in [&["-INT"][..], &["-TERM", "-TERM"], &["-TERM", "-INT"]] {
        let (mut child, address) = serving(&["--stop-delay-ms", "60000"]);
        let mut connection = TcpStream::connect(&address).await.unwrap();
        assert_eq!(report_of(&send_on(&mut connection, "/health/ready").await), ready());
        for name in signals {
            signal(&child, name);
            sleep(Duration::from_millis(300)).await;
        }
        assert!(ended(&mut child).await.success(), "{signals:?}");
    }
}
