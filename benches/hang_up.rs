//! Whether a lookup still answers while clients ask for the heaviest paths and hang up half-way: a server on a port of its
//! own, first quiet, then under 16 such clients. Prints latencies and fails where a lookup does.
//! `cargo bench --profile dist --bench hang_up`

#[path = "support/served.rs"]
mod served;
mod support;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use fastrand::Rng;
use served::{Latencies, Served, runtime};
use support::{SIZES, World, world};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Builder,
    task::JoinSet,
    time::{sleep, timeout},
};

const CLIENTS: u64 = 16;
/// How long lookups are timed, without and under load.
const SPAN: Duration = Duration::from_secs(5);
/// The pause between two lookups.
const PAUSE: Duration = Duration::from_millis(2);
/// A lookup that takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() {
    let world = world(SIZES[0]);
    let served = Served::start(world);
    let port = served.port;
    // In its own thread, as another program would.
    let lookups = runtime(&mut Builder::new_current_thread());
    let alone = Instant::now();
    let heaviest = paths(world, &mut Rng::with_seed(7));
    let answer = lookups
        .block_on(ask(port, &heaviest))
        .expect("the server takes connections");
    let alone = alone.elapsed();
    assert!(answer.contains("\"outcome\""), "{heaviest}: {answer}");
    let quiet = lookups.block_on(look_up(world, port));
    let load = Load::start(world, port);
    let loaded = lookups.block_on(look_up(world, port));
    let load = load.end();
    served.stop();
    println!("hang_up, {} companies", SIZES[0]);
    println!("lookups, quiet:  {quiet}");
    println!("lookups, loaded: {loaded}");
    println!(
        "ratio:           p50 {:.1}, p99 {:.1}",
        loaded.at(50).as_secs_f64() / quiet.at(50).as_secs_f64(),
        loaded.at(99).as_secs_f64() / quiet.at(99).as_secs_f64(),
    );
    println!("{load}; one alone, answered: {alone:.0?}");
}

/// Looks up random companies by id, each over its own connection.
async fn look_up(world: &World, port: u16) -> Latencies {
    let mut rng = Rng::with_seed(7);
    let (begin, mut latencies) = (Instant::now(), Vec::new());
    while begin.elapsed() < SPAN {
        let id = world.snapshot().entity(world.any(&mut rng)).id();
        let query = format!("{{ company(by: {{id: {id:?}}}) {{ id name }} }}");
        let start = Instant::now();
        let answer = timeout(PATIENCE, ask(port, &query))
            .await
            .expect("a lookup answers in time")
            .expect("the server takes connections");
        latencies.push(start.elapsed());
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains(id) && !answer.contains("\"errors\""),
            "{query}: {answer}"
        );
        sleep(PAUSE).await;
    }
    Latencies::new(latencies)
}

/// Opens a connection and sends a query over it.
async fn send(port: u16, query: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let body = serde_json::json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await?;
    Ok(stream)
}

/// The complete answer to a query, head and body.
async fn ask(port: u16, query: &str) -> io::Result<String> {
    let mut answer = String::new();
    send(port, query).await?.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// Clients that query paths and hang up, in their own thread.
struct Load {
    counts: Arc<Counts>,
    thread: std::thread::JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    stop: AtomicBool,
    started: AtomicU64,
    hung_up: AtomicU64,
}

impl Load {
    fn start(world: &'static World, port: u16) -> Self {
        let counts = Arc::new(Counts::default());
        let shared = Arc::clone(&counts);
        let thread = std::thread::spawn(move || {
            runtime(&mut Builder::new_current_thread()).block_on(async {
                let mut clients = JoinSet::new();
                for seed in 0..CLIENTS {
                    clients.spawn(hang_up(world, port, Rng::with_seed(seed), Arc::clone(&shared)));
                }
                clients.join_all().await;
            });
        });
        Self { counts, thread }
    }

    /// Ends the load, and describes how many queries were started, and how many clients hung up before their answer.
    fn end(self) -> String {
        self.counts.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("no client fails");
        format!(
            "paths queries:   {} started, {} hung up before their answer",
            self.counts.started.load(Ordering::Relaxed),
            self.counts.hung_up.load(Ordering::Relaxed),
        )
    }
}

/// The most expensive query for paths between random companies, which also tries paths through the hub.
fn paths(world: &World, rng: &mut Rng) -> String {
    let mut id = || world.snapshot().entity(world.any(rng)).id();
    let (from, to) = (id(), id());
    format!("{{ paths(from: {from:?}, to: {to:?}, first: 100, lengthMax: 12) {{ outcome paths {{ sentence }} }} }}")
}

/// A client that queries paths between random companies and closes the connection after 5 to 50 ms.
async fn hang_up(world: &'static World, port: u16, mut rng: Rng, counts: Arc<Counts>) {
    while !counts.stop.load(Ordering::Relaxed) {
        let mut stream = send(port, &paths(world, &mut rng))
            .await
            .expect("the server takes connections");
        counts.started.fetch_add(1, Ordering::Relaxed);
        let delay = Duration::from_millis(rng.u64(5..=50));
        let outcome = timeout(delay, stream.read(&mut [0])).await;
        if outcome.is_err() {
            counts.hung_up.fetch_add(1, Ordering::Relaxed);
        }
    }
}
