//! Idle connections do not keep other clients out.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use guanxi::http::{Readiness, bind, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::*;
use crate::harness::program;

const LIVE: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// A router whose `/slow` takes two seconds and whose `/endless` is a stream, with a limit on connections.
async fn start(connections_max: usize) -> u16 {
    let settings = Settings {
        connections_max,
        ..Settings::default()
    };
    let slow = axum::routing::get(|| async {
        sleep(Duration::from_secs(3)).await;
        "done"
    });
    let endless = axum::routing::get(|| async {
        let chunks = futures_util::stream::unfold((), |()| async {
            sleep(Duration::from_millis(200)).await;
            Some((Ok::<_, std::convert::Infallible>("chunk"), ()))
        });
        Body::from_stream(chunks)
    });
    let router = router(settings.clone()).route("/slow", slow).route("/endless", endless);
    let listener = bind("127.0.0.1", 0).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        serve(
            listener,
            router,
            &settings,
            Readiness::default(),
            std::future::pending(),
        )
        .await
    });
    port
}

/// A request is answered, long before any timeout of the server.
async fn answered(port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(LIVE).await.unwrap();
    let mut response = String::new();
    timeout(Duration::from_secs(15), stream.read_to_string(&mut response))
        .await
        .unwrap()
        .unwrap();
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
}

#[tokio::test]
async fn the_longest_idle_connections_are_closed_and_busy_ones_are_not() {
    let port = start(4).await;
    let connect = async |text: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    };
    let mut slow = connect("GET /slow HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    let mut endless = connect("GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let mut silent = connect("").await;
    let mut half = connect("GET /health/live HTTP/1.1\r\nhost:").await;
    sleep(Duration::from_millis(100)).await;
    // The limit is reached; the header timeout is 30 seconds.
    answered(port).await;
    for _ in 0..3 {
        answered(port).await;
    }
    let mut byte = [0; 64];
    // Of the two idle connections, the older one was closed.
    let gone = timeout(Duration::from_millis(200), silent.read(&mut byte)).await;
    assert!(matches!(gone, Ok(Ok(0) | Err(_))), "{gone:?}");
    assert!(timeout(Duration::from_millis(50), half.read(&mut byte)).await.is_err());
    let mut response = String::new();
    slow.read_to_string(&mut response).await.unwrap();
    assert!(response.ends_with("done"), "{response}");
    // The stream continues.
    for _ in 0..3 {
        assert!(
            timeout(Duration::from_secs(2), endless.read(&mut byte))
                .await
                .unwrap()
                .unwrap()
                > 0
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_limit_on_open_files_is_raised_and_idle_connections_are_closed_if_it_is_low() {
    let serving = |limits: &str| {
        let served = program(&[]);
        let script = format!("{limits}; exec {:?} serve --port 0", served.get_program());
        let mut command = Command::new("sh");
        command.args(["-c", &script]).stderr(Stdio::piped());
        for (name, _) in served.get_envs() {
            command.env_remove(name);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = String::new();
        let port = loop {
            let line = lines.next().unwrap_or_else(|| panic!("{log}")).unwrap();
            log.push_str(&line);
            if let Some((_, address)) = line.split_once("serving GraphQL and GraphiQL on http://") {
                let address = address.split_whitespace().next().unwrap();
                break address.rsplit(':').next().unwrap().parse::<u16>().unwrap();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
        let bounds: Vec<String> = line["Max open files".len()..]
            .split_whitespace()
            .take(2)
            .map(str::to_owned)
            .collect();
        (child, port, log, bounds)
    };
    let (mut child, _, _, bounds) = serving("ulimit -Sn 100");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(bounds[0], bounds[1], "raised to the hard limit");
    assert_ne!(bounds[0], "100");

    let (mut child, port, log, bounds) = serving("ulimit -Sn 100; ulimit -Hn 120");
    assert_eq!(bounds, ["120", "120"]);
    assert!(
        log.contains("120 files open") && log.contains("28 connections") && log.contains("ulimit"),
        "{log}"
    );
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    // The connections before it in the queue of the system come first, each after at least a quarter of a second.
    answered(port).await;
    child.kill().unwrap();
    child.wait().unwrap();
}
