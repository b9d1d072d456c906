//! A thousand subscribers of one process: the time until the last of them receives a change, the processor time of a change, and
//! the memory of a subscriber.
#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use guanxi::{
    engine::Limits,
    formats::tables,
    graph::Snapshot,
    http::{self, Access, Backend, Readiness, Settings},
    model::{Change, Entity, EntityKind, Record, Timestamp},
    schema::Api,
    store::{State, Store, commit::Proposal},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SUBSCRIBERS: usize = 1000;
const CHANGES: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let graph = Snapshot::build(&tables::bundled().unwrap()).unwrap();
    let store = Arc::new(Store::in_memory(Arc::new(State::new(graph))));
    let backend = Backend {
        api: Arc::new(Api::new(Limits::default()).unwrap()),
        store: Arc::clone(&store),
        access: Access::open(),
    };
    let settings = Settings::default();
    let readiness = Readiness::default();
    let router = http::router(backend, settings.clone(), readiness.clone()).unwrap();
    let listener = http::bind("127.0.0.1", 0).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { http::serve(listener, router, &settings, readiness, std::future::pending()).await });

    let before = resident_kib();
    let (sender, mut receiver) = mpsc::channel(SUBSCRIBERS);
    for _ in 0..SUBSCRIBERS {
        let socket = subscribe(port).await;
        tokio::spawn(listen(socket, sender.clone()));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let with = resident_kib();

    let (mut first, mut last) = (Vec::new(), Vec::new());
    let spent = processor_ms();
    for number in 0..CHANGES {
        let store = Arc::clone(&store);
        let began = Instant::now();
        tokio::task::spawn_blocking(move || commit(&store, number))
            .await
            .unwrap();
        for hearing in 0..SUBSCRIBERS {
            receiver.recv().await.unwrap();
            if hearing == 0 {
                first.push(began.elapsed());
            }
        }
        last.push(began.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    let spent = processor_ms() - spent;
    for (which, times) in [("first", &mut first), ("last", &mut last)] {
        times.sort_unstable();
        let (p50, p99) = (times[CHANGES / 2], times[CHANGES * 99 / 100]);
        println!("the {which} of {SUBSCRIBERS} receives a change after {p50:.1?} (p50), {p99:.1?} (p99)");
    }
    let events = u64::try_from(SUBSCRIBERS * CHANGES).unwrap();
    println!(
        "{} µs of processor for an event, client included",
        spent * 1000 / events
    );
    println!(
        "{} KiB for a subscriber, client included",
        (with - before) / u64::try_from(SUBSCRIBERS).unwrap()
    );
}

async fn subscribe(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let head = "GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        sec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    send(&mut stream, r#"{"type":"connection_init"}"#).await;
    receive(&mut stream).await;
    let query = "subscription { changes { cursor recordId action recordedAt } }";
    send(
        &mut stream,
        &format!(r#"{{"id":"1","type":"subscribe","payload":{{"query":"{query}"}}}}"#),
    )
    .await;
    stream
}

async fn listen(mut socket: TcpStream, sender: mpsc::Sender<()>) {
    loop {
        receive(&mut socket).await;
        sender.send(()).await.unwrap();
    }
}

/// Sends a text of less than 126 bytes, masked with nothing, or of up to 65535.
async fn send(stream: &mut TcpStream, text: &str) {
    let mut frame = vec![0x81, 0x80 | 126];
    frame.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    stream.write_all(&frame).await.unwrap();
}

/// Reads one text of any length, and skips pings.
async fn receive(stream: &mut TcpStream) {
    loop {
        let opcode = stream.read_u8().await.unwrap() & 0x0F;
        let length = match stream.read_u8().await.unwrap() & 0x7F {
            126 => usize::from(stream.read_u16().await.unwrap()),
            length => usize::from(length),
        };
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.unwrap();
        if opcode == 1 {
            return;
        }
    }
}

fn commit(store: &Store, number: usize) {
    let entity = Entity::new(&format!("bench-{number}"), EntityKind::Company, "Bench").unwrap();
    let changes = vec![Change::Put(Box::new(Record::Entity(entity)))];
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: None,
        at: Timestamp::now(),
        decide: Box::new(move |_| Ok(changes)),
    };
    store.commit(proposal).unwrap();
}

/// Zero if the system does not report it.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}

/// Milliseconds of processor time; zero if the system does not report it.
fn processor_ms() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // The clock ticks a hundred times a second.
    fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum::<u64>()
        * 10
}
