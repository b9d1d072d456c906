//! The latency of small queries under load: lookups and searches are timed without load, while sixteen clients run the most
//! expensive walks one after the other, and while one WebSocket runs a hundred of them. Prints latencies, and fails if they exceed
//! the limits. `cargo bench --profile dist --bench fairness`

#[path = "support/served.rs"]
mod served;
mod support;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use fastrand::Rng;
use serde_json::json;
use served::{Latencies, Served, runtime};
use support::{SIZES, World, world};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Builder,
    task::JoinSet,
    time::sleep,
};

const CLIENTS: u64 = 16;
const OPERATIONS: usize = 100;
/// The duration of each measurement.
const SPAN: Duration = Duration::from_secs(10);
/// The pause between two requests.
const PAUSE: Duration = Duration::from_millis(5);
/// The limits of the 99th percentile of lookups and of searches.
const LOOKUP: Duration = Duration::from_millis(15);
const SEARCH: Duration = Duration::from_millis(100);

fn main() {
    let world = world(SIZES[0]);
    let served = Served::start(world);
    let port = served.port;
    println!("fairness, {} companies", SIZES[0]);
    let mut is_within_limits = true;
    for (name, load) in [
        ("quiet", None),
        ("16 clients", Some(LoadKind::Clients)),
        ("one socket", Some(LoadKind::Socket)),
    ] {
        let load = load.map(|kind| Load::start(world, port, kind));
        let (lookups, searches) = measure(world, port);
        println!("{name}: lookups {lookups}");
        println!("{name}: searches {searches}");
        is_within_limits &= lookups.at(99) <= LOOKUP && searches.at(99) <= SEARCH;
        if let Some(load) = load {
            println!("{name}: {} walks were answered during that", load.end());
        }
    }
    served.stop();
    assert!(
        is_within_limits,
        "99 of 100 lookups must take at most {LOOKUP:?}, and searches {SEARCH:?}"
    );
}

/// Measures lookups and searches, each over its own connection and in its own thread, as other programs would.
fn measure(world: &'static World, port: u16) -> (Latencies, Latencies) {
    let timed = move |query: fn(&World, &mut Rng) -> String, seed| {
        std::thread::spawn(move || {
            runtime(&mut Builder::new_current_thread()).block_on(async move {
                let mut rng = Rng::with_seed(seed);
                let mut stream = connect(port).await.expect("the server takes connections");
                let (start_of_span, mut latencies) = (Instant::now(), Vec::new());
                while start_of_span.elapsed() < SPAN {
                    let query = query(world, &mut rng);
                    let start = Instant::now();
                    let answer = ask(&mut stream, &query).await.expect("it is answered");
                    latencies.push(start.elapsed());
                    assert!(!answer.contains("\"errors\""), "{query}: {answer}");
                    sleep(PAUSE).await;
                }
                Latencies::new(latencies)
            })
        })
    };
    let lookups = timed(
        |world, rng| {
            let id = world.snapshot().entity(world.any(rng)).id();
            format!("{{ company(by: {{id: {id:?}}}) {{ id name }} }}")
        },
        7,
    );
    let searches = timed(
        |world, rng| {
            let name = world.snapshot().entity(world.any(rng)).name();
            format!("{{ search(text: {name:?}, first: 10) {{ nodes {{ id }} }} }}")
        },
        8,
    );
    let ended = |thread: JoinHandle<Latencies>| thread.join().expect("everything is answered");
    (ended(lookups), ended(searches))
}

async fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The body of the answer to a query over a persistent connection.
async fn ask(stream: &mut TcpStream, query: &str) -> io::Result<String> {
    let body = json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await?;
    let mut answer = Vec::new();
    loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8_lossy(&answer);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        });
        if length.is_some_and(|length: usize| body.len() >= length) {
            return Ok(body.to_owned());
        }
    }
}

/// The most expensive walk: the common connections of sixty random companies within three steps.
fn walk(world: &World, rng: &mut Rng) -> String {
    let ids: Vec<String> = (0..60)
        .map(|_| format!("{:?}", world.snapshot().entity(world.any(rng)).id()))
        .collect();
    format!(
        "{{ commonConnections(of: [{}], depth: 3, first: 20) {{ nodes {{ entity {{ id }} }} }} }}",
        ids.join(",")
    )
}

#[derive(Clone, Copy)]
enum LoadKind {
    Clients,
    Socket,
}

/// Clients that run walks, in their own thread.
struct Load {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Load {
    fn start(world: &'static World, port: u16, kind: LoadKind) -> Self {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stops, counts) = (Arc::clone(&stop), Arc::clone(&answered));
        let thread = std::thread::spawn(move || {
            runtime(&mut Builder::new_current_thread()).block_on(async {
                let mut clients = JoinSet::new();
                match kind {
                    LoadKind::Clients => {
                        for seed in 0..CLIENTS {
                            let (stop, answered) = (Arc::clone(&stops), Arc::clone(&counts));
                            clients.spawn(async move {
                                let mut rng = Rng::with_seed(seed);
                                let mut stream = connect(port).await.expect("the server takes connections");
                                while !stop.load(Ordering::Relaxed) {
                                    ask(&mut stream, &walk(world, &mut rng)).await.expect("it is answered");
                                    answered.fetch_add(1, Ordering::Relaxed);
                                }
                            });
                        }
                    }
                    LoadKind::Socket => {
                        clients.spawn(socket(world, port, Arc::clone(&stops), Arc::clone(&counts)));
                    }
                }
                clients.join_all().await;
            });
        });
        // Waits until the load has started.
        std::thread::sleep(Duration::from_millis(500));
        Self { stop, answered, thread }
    }

    /// Ends the load, and returns the number of answered walks.
    fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("no client fails");
        self.answered.load(Ordering::Relaxed)
    }
}

/// A WebSocket with a hundred concurrent walks.
async fn socket(world: &'static World, port: u16, stop: Arc<AtomicBool>, answered: Arc<AtomicU64>) {
    let mut rng = Rng::with_seed(9);
    let mut stream = connect(port).await.expect("the server takes connections");
    let head = format!(
        "GET /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it is connected");
    let mut response_head = Vec::new();
    while !response_head.ends_with(b"\r\n\r\n") {
        response_head.push(stream.read_u8().await.expect("a handshake is answered"));
    }
    send_text(&mut stream, &json!({"type": "connection_init"}).to_string()).await;
    for id in 0..OPERATIONS {
        subscribe(&mut stream, id, &walk(world, &mut rng)).await;
    }
    while !stop.load(Ordering::Relaxed) {
        let Some(message) = receive(&mut stream).await else {
            return;
        };
        let message: serde_json::Value = serde_json::from_str(&message).expect("messages are JSON");
        let id = message["id"].as_str().and_then(|id| id.parse().ok());
        if let (Some(id), "complete" | "error") = (id, message["type"].as_str().unwrap_or_default()) {
            answered.fetch_add(1, Ordering::Relaxed);
            subscribe(&mut stream, id, &walk(world, &mut rng)).await;
        }
    }
}

async fn subscribe(stream: &mut TcpStream, id: usize, query: &str) {
    let message = json!({"id": id.to_string(), "type": "subscribe", "payload": {"query": query}});
    send_text(stream, &message.to_string()).await;
}

/// Sends a text in one frame, masked with nothing.
async fn send_text(stream: &mut TcpStream, text: &str) {
    let mut frame = vec![0x81];
    match u16::try_from(text.len()) {
        Ok(length @ 0..126) => frame.push(0x80 | u8::try_from(length).expect("it is below 126")),
        Ok(length) => {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => panic!("questions are short"),
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    stream.write_all(&frame).await.expect("the socket is open");
}

/// The next text; none at the end.
async fn receive(stream: &mut TcpStream) -> Option<String> {
    loop {
        let opcode = stream.read_u8().await.ok()? & 0x0F;
        let length = match stream.read_u8().await.ok()? & 0x7F {
            126 => u64::from(stream.read_u16().await.ok()?),
            127 => stream.read_u64().await.ok()?,
            length => u64::from(length),
        };
        let mut payload = vec![0; usize::try_from(length).ok()?];
        stream.read_exact(&mut payload).await.ok()?;
        match opcode {
            1 => return String::from_utf8(payload).ok(),
            8 => return None,
            _ => {}
        }
    }
}
