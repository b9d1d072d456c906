//! Whether those who ask little wait little: lookups and searches are timed while nobody else asks, while sixteen clients ask for the
//! heaviest walks one after the other, and while one WebSocket has a hundred of them running. Prints latencies, and fails where they
//! are longer than promised. `cargo bench --profile dist --bench fairness`

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
/// How long each is timed.
const SPAN: Duration = Duration::from_secs(10);
/// Between one request and the next.
const PAUSE: Duration = Duration::from_millis(5);
/// How long 99 of 100 lookups, and of 100 searches, may take.
const LOOKUP: Duration = Duration::from_millis(15);
const SEARCH: Duration = Duration::from_millis(100);

fn main() {
    let world = world(SIZES[0]);
    let served = Served::start(world);
    let port = served.port;
    println!("fairness, {} companies", SIZES[0]);
    let mut kept = true;
    for (name, load) in [
        ("quiet", None),
        ("16 clients", Some(Sort::Clients)),
        ("one socket", Some(Sort::Socket)),
    ] {
        let load = load.map(|sort| Load::start(world, port, sort));
        let (lookups, searches) = measure(world, port);
        println!("{name}: lookups {lookups}");
        println!("{name}: searches {searches}");
        kept &= lookups.at(99) <= LOOKUP && searches.at(99) <= SEARCH;
        if let Some(load) = load {
            println!("{name}: {} walks were answered meanwhile", load.end());
        }
    }
    served.stop();
    assert!(
        kept,
        "99 of 100 lookups take at most {LOOKUP:?}, and searches {SEARCH:?}"
    );
}

/// Looks up and searches for a while, each over a connection of its own. Threads of their own, as other programs would have them.
fn measure(world: &'static World, port: u16) -> (Latencies, Latencies) {
    let timed = move |query: fn(&World, &mut Rng) -> String, seed| {
        std::thread::spawn(move || {
            runtime(&mut Builder::new_current_thread()).block_on(async move {
                let mut rng = Rng::with_seed(seed);
                let mut stream = connect(port).await.expect("the server takes connections");
                let (begin, mut latencies) = (Instant::now(), Vec::new());
                while begin.elapsed() < SPAN {
                    let query = query(world, &mut rng);
                    let asked = Instant::now();
                    let answer = ask(&mut stream, &query).await.expect("it is answered");
                    latencies.push(asked.elapsed());
                    assert!(!answer.contains("\"errors\""), "{query}: {answer}");
                    sleep(PAUSE).await;
                }
                Latencies::of(latencies)
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

/// The body of the answer to a query over a connection that is kept.
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

/// The heaviest walk: who is connected with sixty random companies, three steps away.
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
enum Sort {
    Clients,
    Socket,
}

/// Those who ask for walks, on a thread of their own.
struct Load {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Load {
    fn start(world: &'static World, port: u16, sort: Sort) -> Self {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stops, counts) = (Arc::clone(&stop), Arc::clone(&answered));
        let thread = std::thread::spawn(move || {
            runtime(&mut Builder::new_current_thread()).block_on(async {
                let mut clients = JoinSet::new();
                match sort {
                    Sort::Clients => {
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
                    Sort::Socket => {
                        clients.spawn(socket(world, port, Arc::clone(&stops), Arc::clone(&counts)));
                    }
                }
                clients.join_all().await;
            });
        });
        // Until it has begun.
        std::thread::sleep(Duration::from_millis(500));
        Self { stop, answered, thread }
    }

    /// How many walks were answered.
    fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("no client fails");
        self.answered.load(Ordering::Relaxed)
    }
}

/// A WebSocket on which a hundred walks run at a time.
async fn socket(world: &'static World, port: u16, stop: Arc<AtomicBool>, answered: Arc<AtomicU64>) {
    let mut rng = Rng::with_seed(9);
    let mut stream = connect(port).await.expect("the server takes connections");
    let head = format!(
        "GET /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it is connected");
    let mut told = Vec::new();
    while !told.ends_with(b"\r\n\r\n") {
        told.push(stream.read_u8().await.expect("a handshake is answered"));
    }
    say(&mut stream, &json!({"type": "connection_init"}).to_string()).await;
    for id in 0..OPERATIONS {
        subscribe(&mut stream, id, &walk(world, &mut rng)).await;
    }
    while !stop.load(Ordering::Relaxed) {
        let Some(message) = hear(&mut stream).await else { return };
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
    say(stream, &message.to_string()).await;
}

/// Sends a text in one frame, masked with nothing.
async fn say(stream: &mut TcpStream, text: &str) {
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
async fn hear(stream: &mut TcpStream) -> Option<String> {
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
