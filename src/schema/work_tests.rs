//! Endless work, in a schema of its own: it is stopped, it frees its worker, and lookups are still answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Schema};
use serde_json::{Value, json};
use tokio::task;

use super::{api, context::viewer::Viewer};
use crate::{
    engine::{
        Client, Error, Limits,
        cost::directives::{cost, list_size},
        limits::CONCURRENT_CHANGES_MAX,
        run::{
            executor::{Executor, Request},
            work::{Pool, WorkClass, WorkerTurn},
        },
    },
    graph::Snapshot,
    model::{Dataset, Timestamp},
    store::{State, Store},
};

/// The maximum duration of anything here that is not made to wait.
const TEST_TIMEOUT: Duration = Duration::from_secs(5);

struct Stub;

/// Works until it is stopped; counts the running works.
fn endless(ctx: &Context<'_>) -> Result<i32, Error> {
    struct Running(Arc<AtomicU64>);
    impl Drop for Running {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
    let running = Arc::clone(ctx.data_unchecked::<Arc<AtomicU64>>());
    let viewer = Viewer::new(ctx, None)?;
    running.fetch_add(1, Ordering::SeqCst);
    let _running = Running(running);
    loop {
        viewer.budget().charge(1)?;
        thread::sleep(Duration::from_millis(1));
    }
}

#[Object]
impl Stub {
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn works(&self, ctx: &Context<'_>) -> Option<Result<i32, Error>> {
        Some(endless(ctx))
    }

    #[graphql(directive = cost::apply("1000".to_owned()))]
    async fn works_long(&self, ctx: &Context<'_>) -> Option<Result<i32, Error>> {
        Some(endless(ctx))
    }

    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn panics(&self) -> Option<i32> {
        assert_eq!(std::env::args().count(), 0, "the password is swordfish");
        Some(1)
    }

    /// The smaller the number, the longer it takes.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn after(&self, number: u64) -> u64 {
        thread::sleep(Duration::from_millis(5 - number.min(5)));
        number
    }

    /// Returns a short list, but reads many rows for it.
    #[graphql(directive = list_size::apply(Some(1), None, None, None))]
    async fn listed(&self, ctx: &Context<'_>, filter: Option<String>) -> Option<Result<i32, Error>> {
        let _ = filter;
        Some(endless(ctx))
    }

    async fn lookup(&self) -> i32 {
        1
    }

    /// Has the cost of a lookup, but never ends.
    async fn endless_lookup(&self, ctx: &Context<'_>) -> Option<Result<i32, Error>> {
        Some(endless(ctx))
    }
}

/// A data set without records.
fn empty_dataset() -> Dataset {
    Dataset {
        title: "Empty".to_owned(),
        description: None,
        licence: None,
        recorded_at: Timestamp::UNIX_EPOCH,
        sources: Vec::new(),
        entities: Vec::new(),
        relationships: Vec::new(),
    }
}

/// A server with such a schema.
#[derive(Clone)]
struct Server {
    executor: Arc<Executor<Stub, EmptyMutation, EmptySubscription>>,
    pool: Arc<Pool>,
    running: Arc<AtomicU64>,
}

impl Server {
    fn new(workers_max: u64, queue_max: u64, timeout_ms: u64) -> Self {
        let limits = Limits {
            workers_max,
            queue_max,
            timeout_ms,
            work_max: u64::MAX,
            ..Limits::default()
        };
        let pool = Arc::new(Pool::new(&limits));
        let running = Arc::new(AtomicU64::new(0));
        let schema = Schema::build(Stub, EmptyMutation, EmptySubscription).data(Arc::clone(&running));
        Self {
            executor: Arc::new(Executor::new(schema, limits).unwrap()),
            pool,
            running,
        }
    }

    async fn send(&self, query: &str) -> Value {
        self.send_as(Client::default(), query).await
    }

    async fn send_as(&self, client: Client, query: &str) -> Value {
        let state = Arc::new(Store::in_memory(Arc::new(State::new(
            Snapshot::build(&empty_dataset()).unwrap(),
        ))));
        let mut request = Request::new("r1", query);
        request.client = client;
        let answer = api::answer(&self.executor, &self.pool, request, state, Timestamp::UNIX_EPOCH).await;
        serde_json::to_value(&answer).unwrap()
    }

    /// Sends a request in the background.
    fn start(&self, query: &'static str) -> task::JoinHandle<Value> {
        self.start_as(Client::default(), query)
    }

    fn start_as(&self, client: Client, query: &'static str) -> task::JoinHandle<Value> {
        let server = self.clone();
        task::spawn(async move { server.send_as(client, query).await })
    }

    /// The free places in the queue for a worker for long work.
    fn free_places(&self) -> usize {
        let max = usize::try_from(self.executor.limits().queue_max).unwrap();
        max - self.pool.long.waiting().0
    }

    /// Waits until `running` works run and `free_places` places are free in the queue.
    async fn until(&self, running: u64, free_places: usize) {
        let began = Instant::now();
        while self.running.load(Ordering::SeqCst) != running || self.free_places() != free_places {
            assert!(began.elapsed() < TEST_TIMEOUT, "{running} works never ran: {self:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}, {:?} running", self.pool, self.running)
    }
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn abandoned_work_is_stopped_and_frees_its_worker() {
    let server = Server::new(2, 10, 60_000);
    let requests: Vec<_> = (0..4).map(|_| server.start("{ worksLong }")).collect();
    server.until(2, 8).await;
    for client in requests {
        client.abort();
    }
    server.until(0, 10).await;
    let began = Instant::now();
    while server.pool.long.free() < 2 {
        assert!(began.elapsed() < TEST_TIMEOUT, "{server:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_lookup_answers_while_every_worker_is_busy() {
    let server = Server::new(2, 10, 60_000);
    let requests: Vec<_> = (0..4).map(|_| server.start("{ worksLong }")).collect();
    server.until(2, 8).await;
    let answer = tokio::time::timeout(TEST_TIMEOUT, server.send("{ lookup }"))
        .await
        .unwrap();
    assert_eq!(answer, json!({"data": {"lookup": 1}}));
    for client in requests {
        client.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_lookup_that_turns_out_long_leaves_the_thread_that_serves_requests() {
    let server = Server::new(1, 10, 8_000);
    // One has the worker for long work, and the others wait for it next to the only thread that serves requests.
    let requests: Vec<_> = (0..3).map(|_| server.start("{ endlessLookup }")).collect();
    let began = Instant::now();
    while server.running.load(Ordering::SeqCst) < 3 || server.pool.long.free() > 0 {
        assert!(began.elapsed() < TEST_TIMEOUT, "{server:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let answer = tokio::time::timeout(TEST_TIMEOUT, server.send("{ lookup }"))
        .await
        .unwrap();
    assert_eq!(answer, json!({"data": {"lookup": 1}}));
    for client in requests {
        let answer = tokio::time::timeout(3 * TEST_TIMEOUT, client).await.unwrap().unwrap();
        assert_eq!(code(&answer), "TIMEOUT", "{answer}");
    }
    server.until(0, 10).await;
    assert_eq!(server.pool.long.free(), 1);
}

#[tokio::test]
async fn short_work_does_not_wait_behind_long_work() {
    let server = Server::new(1, 10, 60_000);
    let long = [server.start("{ worksLong }"), server.start("{ worksLong }")];
    server.until(1, 9).await;
    let answer = tokio::time::timeout(TEST_TIMEOUT, server.send("{ after(number: 5) }"))
        .await
        .unwrap();
    assert_eq!(answer, json!({"data": {"after": 5}}));
    for client in long {
        client.abort();
    }
}

#[tokio::test]
async fn work_goes_on_while_changes_wait_for_the_disk() {
    let pool = Pool::new(&Limits {
        workers_max: 1,
        queue_max: 0,
        ..Limits::default()
    });
    let mut waiting = Vec::new();
    let client = Client::default();
    for _ in 0..CONCURRENT_CHANGES_MAX {
        waiting.push(pool.lane(WorkClass::Change).enter(client).await.unwrap());
    }
    let soon = Instant::now() + TEST_TIMEOUT;
    let refusal = pool
        .run(WorkClass::Change, &WorkerTurn::new(&pool, client), soon, async {})
        .await;
    let refusal = refusal.unwrap_err();
    assert!(refusal.message.contains("64 changes"), "{refusal:?}");
    for class in [WorkClass::Short, WorkClass::Long] {
        let turn = WorkerTurn::new(&pool, client);
        assert_eq!(pool.run(class, &turn, soon, async { 1 }).await.unwrap(), 1, "{class:?}");
    }
}

#[tokio::test]
async fn a_request_beyond_the_queue_is_refused_as_unavailable() {
    let server = Server::new(1, 1, 60_000);
    let requests = [server.start("{ worksLong }"), server.start("{ worksLong }")];
    server.until(1, 0).await;
    let answer = tokio::time::timeout(TEST_TIMEOUT, server.send("{ worksLong }"))
        .await
        .unwrap();
    assert_eq!(code(&answer), "UNAVAILABLE", "{answer}");
    assert_eq!(answer.get("data"), None, "nothing ran");
    for client in requests {
        client.abort();
    }
}

#[tokio::test]
async fn work_and_waiting_for_a_worker_end_at_the_timeout() {
    let server = Server::new(1, 10, 50);
    let requests = [server.start("{ worksLong }"), server.start("{ worksLong }")];
    for client in requests {
        let answer = tokio::time::timeout(TEST_TIMEOUT, client).await.unwrap().unwrap();
        assert_eq!(code(&answer), "TIMEOUT", "{answer}");
    }
    server.until(0, 10).await;
}

#[tokio::test]
async fn a_request_takes_one_worker_whatever_it_selects() {
    let server = Server::new(3, 10, 60_000);
    let greedy = server.start("{ a: worksLong b: worksLong c: worksLong }");
    server.until(1, 10).await;
    let other = server.start("{ worksLong }");
    server.until(2, 10).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    server.until(2, 10).await;
    greedy.abort();
    other.abort();
}

#[tokio::test]
async fn an_answer_has_the_order_of_its_selection() {
    let server = Server::new(2, 10, 60_000);
    let request = "{ c: after(number: 1) lookup a: after(number: 2) b: after(number: 3) }";
    let state = Arc::new(Store::in_memory(Arc::new(State::new(
        Snapshot::build(&empty_dataset()).unwrap(),
    ))));
    for _ in 0..10 {
        let request = Request::new("r1", request);
        let answer = api::answer(
            &server.executor,
            &server.pool,
            request,
            Arc::clone(&state),
            Timestamp::UNIX_EPOCH,
        )
        .await;
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(text, r#"{"data":{"c":1,"lookup":1,"a":2,"b":3}}"#);
    }
}

#[tokio::test]
async fn a_filtered_listing_counts_as_work() {
    let server = Server::new(1, 10, 60_000);
    let listing = server.start(r#"{ listed(filter: "rare") }"#);
    server.until(1, 10).await;
    let began = Instant::now();
    while (server.pool.short.free(), server.pool.long.free()) != (1, 0) {
        assert!(began.elapsed() < TEST_TIMEOUT, "it moves to the long lane: {server:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let answer = tokio::time::timeout(TEST_TIMEOUT, server.send("{ lookup }"))
        .await
        .unwrap();
    assert_eq!(answer, json!({"data": {"lookup": 1}}));
    listing.abort();
    server.until(0, 10).await;
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_frees_its_worker() {
    let server = Server::new(1, 0, 60_000);
    for _ in 0..3 {
        let answer = tokio::time::timeout(TEST_TIMEOUT, server.send("{ panics }"))
            .await
            .unwrap();
        assert_eq!(code(&answer), "INTERNAL", "{answer}");
        assert!(!answer.to_string().contains("swordfish"), "{answer}");
    }
}

/// A client with an address of its own.
fn client(number: u8) -> Client {
    Client::new(std::net::IpAddr::from([192, 0, 2, number]), u64::from(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_turns_out_long_leaves_the_short_lane() {
    let server = Server::new(1, 10, 60_000);
    let greedy: Vec<_> = (1..=8)
        .map(|number| server.start_as(client(number), "{ works }"))
        .collect();
    // All of them begin although there is one worker for short work: each moves to the long lane, where they take turns.
    server.until(8, 10).await;
    let began = Instant::now();
    while (server.pool.short.free(), server.pool.long.waiting().1) != (1, 7) {
        assert!(began.elapsed() < TEST_TIMEOUT, "{server:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for _ in 0..20 {
        let answer = tokio::time::timeout(TEST_TIMEOUT, server.send_as(client(9), "{ after(number: 5) }")).await;
        assert_eq!(answer.unwrap(), json!({"data": {"after": 5}}));
    }
    for client in greedy {
        client.abort();
    }
    server.until(0, 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_few_requests_waits_for_few_of_a_greedy_one() {
    let server = Server::new(1, 1_000, 60_000);
    let greedy: Vec<_> = (0..50).map(|_| server.start_as(client(1), "{ works }")).collect();
    let began = Instant::now();
    while server.running.load(Ordering::SeqCst) < 2 {
        assert!(began.elapsed() < TEST_TIMEOUT, "{server:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let answer = tokio::time::timeout(TEST_TIMEOUT, server.send_as(client(2), "{ after(number: 5) }")).await;
    assert_eq!(answer.unwrap(), json!({"data": {"after": 5}}));
    let begun = server.running.load(Ordering::SeqCst);
    assert!(begun < 45, "{begun} of 50 came before");
    for client in greedy {
        client.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_work_takes_turns() {
    let server = Server::new(1, 10, 2_000);
    let greedy = server.start_as(client(1), "{ worksLong }");
    server.until(1, 10).await;
    // It waits for one turn of the other request, not for its end.
    let other = server.start_as(client(2), "{ worksLong }");
    server.until(2, 10).await;
    for client in [greedy, other] {
        let answer = tokio::time::timeout(TEST_TIMEOUT, client).await.unwrap().unwrap();
        assert_eq!(code(&answer), "TIMEOUT", "{answer}");
    }
    server.until(0, 10).await;
    // A worker becomes free a moment after its work has ended.
    let began = Instant::now();
    while server.pool.long.free() < 1 {
        assert!(began.elapsed() < TEST_TIMEOUT, "{server:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_the_client_with_the_most_requests() {
    let server = Server::new(1, 3, 60_000);
    let greedy: Vec<_> = (0..4).map(|_| server.start_as(client(1), "{ worksLong }")).collect();
    let began = Instant::now();
    while server.pool.long.waiting().0 < 3 {
        assert!(began.elapsed() < TEST_TIMEOUT, "{server:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let other = server.start_as(client(2), "{ worksLong }");
    let began = Instant::now();
    while !greedy.iter().any(task::JoinHandle::is_finished) {
        assert!(began.elapsed() < TEST_TIMEOUT, "{server:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(!other.is_finished());
    for client in greedy.into_iter().chain([other]) {
        if client.is_finished() {
            assert_eq!(code(&client.await.unwrap()), "UNAVAILABLE");
        } else {
            client.abort();
        }
    }
}
