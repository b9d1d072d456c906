//! The port: a taken port, slow clients, and stopping without breaking off answers.

use std::time::Duration;

use guanxi::http::{Readiness, bind, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;

struct Running {
    port: u16,
    readiness: Readiness,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn start(settings: Settings, router: Router) -> Running {
    let listener = bind("127.0.0.1", 0).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let readiness = Readiness::default();
    let (stop, stopped) = oneshot::channel::<()>();
    let seen = readiness.clone();
    let task = tokio::spawn(async move {
        serve(listener, router, &settings, seen, async {
            stopped.await.unwrap_or_default()
        })
        .await;
    });
    Running {
        port,
        readiness,
        stop,
        task,
    }
}

async fn connect(running: &Running) -> TcpStream {
    TcpStream::connect(("127.0.0.1", running.port)).await.unwrap()
}

async fn read_all(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A reset also ends it.
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut text))
        .await
        .unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

/// Answers `/slow` after a while, to be stopped in between.
/// A route that answers after this time.
fn slow_router(delay: Duration) -> Router {
    Router::new().route(
        "/slow",
        axum::routing::get(move || async move {
            tokio::time::sleep(delay).await;
            "done"
        }),
    )
}

#[tokio::test]
async fn a_taken_port_is_reported_in_one_sentence() {
    let first = bind("127.0.0.1", 0).await.unwrap();
    let port = first.local_addr().unwrap().port();
    let text = bind("127.0.0.1", port).await.unwrap_err().to_string();
    assert_eq!(
        text,
        format!("The port {port} on 127.0.0.1 is taken; stop the other program or choose another port with --port.")
    );
}

#[tokio::test]
async fn a_real_socket_answers() {
    let running = start(Settings::default(), router(Settings::default())).await;
    let mut stream = connect(&running).await;
    let body = query("{ __typename }");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let text = read_all(stream).await;
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
    assert!(text.ends_with(r#"{"data":{"__typename":"Query"}}"#), "{text}");
}

#[tokio::test]
async fn connections_without_requests_are_closed() {
    let settings = Settings {
        header_timeout_ms: 200,
        body_timeout_ms: 200,
        ..Settings::default()
    };
    let running = start(settings.clone(), router(settings)).await;
    let silent = connect(&running).await;
    let mut half = connect(&running).await;
    half.write_all(
        b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{",
    )
    .await
    .unwrap();
    let mut head = connect(&running).await;
    head.write_all(b"GET /graphql HTTP/1.1\r\nhost:").await.unwrap();
    assert_eq!(read_all(silent).await, "");
    assert!(read_all(half).await.starts_with("HTTP/1.1 408"));
    let _ = read_all(head).await;
}

#[tokio::test]
async fn stopping_finishes_running_requests_and_accepts_no_new_ones() {
    let running = start(Settings::default(), slow_router(Duration::from_millis(300))).await;
    let mut stream = connect(&running).await;
    stream
        .write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let idle = connect(&running).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    running.stop.send(()).unwrap();
    assert!(read_all(stream).await.ends_with("done"));
    assert_eq!(read_all(idle).await, "");
    running.task.await.unwrap();
    assert!(running.readiness.is_stopping());
    assert!(TcpStream::connect(("127.0.0.1", running.port)).await.is_err());
}

#[tokio::test]
async fn stopping_has_a_time_limit() {
    let settings = Settings {
        drain_ms: 50,
        ..Settings::default()
    };
    let running = start(settings, slow_router(Duration::from_secs(3_600))).await;
    let mut stream = connect(&running).await;
    stream
        .write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.stop.send(()).unwrap();
    running.task.await.unwrap();
    assert_eq!(read_all(stream).await, "");
}

#[tokio::test]
async fn connections_over_the_limit_wait() {
    let settings = Settings {
        connections_max: 1,
        ..Settings::default()
    };
    let running = start(settings.clone(), router(settings)).await;
    let first = connect(&running).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut second = connect(&running).await;
    second
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut byte = [0];
    assert!(
        tokio::time::timeout(Duration::from_millis(150), second.read(&mut byte))
            .await
            .is_err()
    );
    drop(first);
    assert!(read_all(second).await.ends_with(r#"{"status":"live"}"#));
}

#[tokio::test]
async fn a_client_that_disconnects_stops_its_work() {
    let (dropped, mut gone) = tokio::sync::mpsc::channel::<()>(1);
    let router = Router::new().route(
        "/endless",
        axum::routing::get(move || {
            let held = dropped.clone();
            async move {
                std::future::pending::<()>().await;
                drop(held);
            }
        }),
    );
    let running = start(Settings::default(), router).await;
    let mut stream = connect(&running).await;
    stream
        .write_all(b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(stream);
    running.stop.send(()).unwrap();
    // All senders are dropped only with the future of the handler and the router.
    let ended = tokio::time::timeout(Duration::from_secs(5), gone.recv()).await;
    assert!(matches!(ended, Ok(None)));
}
