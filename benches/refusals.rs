//! The cost of refusing requests that are cheap to send and would be expensive to run: processor time from the bytes of a request
//! to the bytes of its answer. Prints the minimum of several rounds, and the number of requests that take more than 10 ms.
//! `cargo bench --profile dist --bench refusals`

use std::{fmt::Write, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use guanxi::{
    engine::Limits,
    formats::tables,
    graph::Snapshot,
    http::{self, Access, Backend, Readiness, Settings},
    schema::Api,
    store::{State, Store},
};
use serde_json::{Value, json};
use tower::ServiceExt;

// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 7;
const ALLOWED: Duration = Duration::from_millis(10);

/// A request that is refused.
struct Bomb {
    name: &'static str,
    body: String,
}

fn main() {
    let graph = Snapshot::build(&tables::bundled().expect("the bundled data")).expect("a graph");
    let backend = Backend {
        api: Arc::new(Api::new(Limits::default()).expect("the schema reads back")),
        store: Arc::new(Store::in_memory(Arc::new(State::new(graph)))),
        access: Access::open(),
    };
    let router = http::router(backend, Settings::default(), Readiness::default()).expect("no origins");
    // One thread does all work, so that its processor time is the total; only workers run in other threads, and a refusal needs
    // none.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut over = 0;
    for bomb in bombs() {
        let mut least = Duration::MAX;
        let mut code = String::new();
        for _ in 0..ROUNDS {
            let before = processor_time();
            let answer = runtime.block_on(ask(&router, &bomb.body));
            least = least.min(processor_time() - before);
            code = answer;
        }
        over += usize::from(least > ALLOWED);
        let millis = least.as_secs_f64() * 1000.0;
        println!("{millis:>9.3} ms  {code:<26} {} ({} bytes)", bomb.name, bomb.body.len());
    }
    println!("{over} took more than {} ms", ALLOWED.as_millis());
}

/// The code of the first error, or a description of the answer.
async fn ask(router: &Router, body: &str) -> String {
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .expect("a request");
    let answer = router.clone().oneshot(request).await.expect("infallible");
    let status = answer.status();
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX)
        .await
        .unwrap_or_default();
    assert!(bytes.len() < 64 * 1024, "the answer is short");
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    match answer["errors"][0]["extensions"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None if status == StatusCode::OK => "answered".to_owned(),
        None => status.to_string(),
    }
}

/// The processor time of this thread so far.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("it does not run backwards")
}

fn query(name: &'static str, text: &str) -> Bomb {
    with(name, text, json!({}))
}

fn with(name: &'static str, text: &str, variables: Value) -> Bomb {
    let mut body = json!({ "query": text });
    body["variables"] = variables;
    let body = body.to_string();
    Bomb { name, body }
}

fn raw(name: &'static str, body: String) -> Bomb {
    Bomb { name, body }
}

/// A filter of this many levels, each of which combines two filters of the next.
fn tree(levels: usize) -> Value {
    match levels.checked_sub(1) {
        None => json!({"country": {"eq": "DE"}}),
        Some(rest) => json!({"or": [tree(rest), tree(rest)]}),
    }
}

fn chain(levels: usize, field: &str) -> Value {
    (0..levels).fold(json!({"country": {"eq": "DE"}}), |inner, _| json!({ field: inner }))
}

const LISTED: &str = "query($f: EntityFilter) { entities(filter: $f, first: 1) { nodes { id } } }";
const NODES: &str = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";

fn bombs() -> Vec<Bomb> {
    let ids = |count: usize| {
        (0..count)
            .map(|number| json!(format!("no-{number}")))
            .collect::<Vec<_>>()
    };
    let many = |count: usize, one: Value| vec![one; count];
    let keys = |count: usize| {
        let fields = (0..count).map(|number| (format!("k{number}"), json!(1)));
        Value::Object(fields.collect())
    };
    let text = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let doubling = |levels: usize| {
        let mut text = "{ company(by: {id: \"a\"}) { ...F0 } }".to_owned();
        for level in 0..levels {
            let next = level + 1;
            let _ = write!(text, " fragment F{level} on Company {{ ...F{next} ...F{next} }}");
        }
        let _ = write!(text, " fragment F{levels} on Company {{ id }}");
        text
    };
    let nested = |open: &str, close: &str, levels: usize| format!("{}{}", open.repeat(levels), close.repeat(levels));
    let upsert = "mutation($e: [EntityInput!]!) { upsertEntities(input: {entities: $e}) { cursor } }";
    vec![
        with("a filter tree of 2^11", LISTED, json!({"f": tree(11)})),
        with(
            "a filter tree of 2^9 in each of 3 variables",
            LISTED,
            json!({"f": tree(9), "g": tree(9), "h": tree(9)}),
        ),
        with(
            "`or` of 4,000",
            LISTED,
            json!({"f": {"or": many(4_000, json!({"kind": "COMPANY"}))}}),
        ),
        with(
            "`or` of 4,000 empty filters",
            LISTED,
            json!({"f": {"or": many(4_000, json!({}))}}),
        ),
        with(
            "`and` of 1,001 with lists of ten",
            LISTED,
            json!({"f": {"and": many(1_001, json!({"id": ids(10)}))}}),
        ),
        with("`not` 60 levels deep", LISTED, json!({"f": chain(60, "not")})),
        with(
            "`relationships` 60 levels deep",
            LISTED,
            json!({"f": (0..30).fold(json!({}), |inner, _| json!({"relationships": {"some": {"neighbor": inner}}}))}),
        ),
        with("80,000 keys of variables", "{ __typename }", keys(80_000)),
        with(
            "19,000 keys of variables that are not declared",
            "{ nope }",
            keys(19_000),
        ),
        with("19,000 keys in a filter", LISTED, json!({"f": keys(19_000)})),
        with(
            "70,000 empty objects",
            LISTED,
            json!({"f": {"or": many(70_000, json!({}))}}),
        ),
        with("300,000 values", NODES, json!({"ids": many(300_000, json!(1))})),
        raw(
            "300,000 values that are no JSON in the end",
            format!("[{}", "1,".repeat(300_000)),
        ),
        with("9,000 ids", NODES, json!({"ids": ids(9_000)})),
        with("19,000 ids", NODES, json!({"ids": ids(19_000)})),
        with(
            "19,000 ids that are no ids",
            NODES,
            json!({"ids": many(19_000, json!(true))}),
        ),
        with("10,001 ids in a filter", LISTED, json!({"f": {"id": ids(10_001)}})),
        with(
            "10,001 countries in a filter",
            LISTED,
            json!({"f": {"country": {"in": ids(10_001)}}}),
        ),
        with(
            "10,001 entities to avoid",
            "query($a: [ID!]) { neighborhood(of: [\"alipay\"], filter: {avoid: $a}) { truncated } }",
            json!({"a": ids(10_001)}),
        ),
        with(
            "9,000 candidates to match",
            "query($c: [MatchInput!]!) { match(candidates: $c) { candidates { score } } }",
            json!({"c": many(9_000, json!({"name": "x"}))}),
        ),
        with(
            "9,000 entities to look around",
            "query($i: [ID!]!) { commonConnections(of: $i, depth: 3) { totalCount } }",
            json!({"i": ids(9_000)}),
        ),
        with(
            "6,000 entities to change",
            upsert,
            json!({"e": many(6_000, json!({"id": "x", "name": "X"}))}),
        ),
        with(
            "one entity with 19,000 names",
            upsert,
            json!({"e": [{"id": "x", "names": many(9_000, json!({"text": "x"}))}]}),
        ),
        with(
            "properties with 19,000 keys",
            upsert,
            json!({"e": [{"id": "x", "properties": keys(19_000)}]}),
        ),
        with(
            "properties 120 levels deep",
            upsert,
            json!({"e": [{"id": "x", "properties": chain(100, "a")}]}),
        ),
        with(
            "a text of 900 kB as an id",
            NODES,
            json!({"ids": ["x".repeat(900_000)]}),
        ),
        with(
            "a text of 900 kB to search for",
            "query($t: String!) { search(text: $t) { totalCount } }",
            json!({"t": "word ".repeat(180_000)}),
        ),
        with(
            "a cursor of 900 kB",
            "query($a: String) { entities(after: $a) { nodes { id } } }",
            json!({"a": "x".repeat(900_000)}),
        ),
        query("100,000 open brackets", &"{a".repeat(100_000)),
        query("100,000 fields", &format!("{{ {} }}", "refuses ".repeat(100_000))),
        query(
            "9,900 unknown fields",
            &format!("{{ company(by: {{id: \"a\"}}) {{ {} }} }}", "xxxxxxxxx ".repeat(9_900)),
        ),
        query(
            "9,000 arguments",
            &format!(
                "{{ entities({}) {{ nodes {{ id }} }} }}",
                text(3_000, &|n| format!("a{n}: 1 "))
            ),
        ),
        query(
            "90,000 aliases",
            &format!("{{ {} }}", text(90_000, &|n| format!("a{n}: __typename "))),
        ),
        query("1,000 doubling fragments", &doubling(1_000)),
        query(
            "2,000 variables that are not used",
            &format!("query({}) {{ __typename }}", text(2_000, &|n| format!("$a{n}: Int "))),
        ),
        query(
            "400 operations with 2,000 uses",
            &format!(
                "{} fragment F on Query {{ nodes(ids: [{}]) {{ id }} }}",
                text(400, &|n| format!("query Q{n}($a: String) {{ ...F }} ")),
                "$a ".repeat(2_000)
            ),
        ),
        query(
            "a block string of 900 kB",
            &format!(
                "{{ company(by: {{id: \"\"\"{}\"\"\"}}) {{ id }} }}",
                "{\n(((".repeat(150_000)
            ),
        ),
        query(
            "a syntax error after 125 kB",
            &format!("{{ company(by: {{id: \"{}\"}}) {{ id }} }} !", "x".repeat(125_000)),
        ),
        query("900 kB of comments", &format!("#{}\n{{ nope }}", "{".repeat(900_000))),
        query(
            "pages of pages of pages",
            "{ entities(first: 1000) { nodes { relationships(first: 1000) { nodes { evidence { id } } } } } }",
        ),
        query(
            "a list of 9,000 values for one",
            &format!("{{ nodes(ids: [{}]) {{ id }} }}", "1.5 ".repeat(9_000)),
        ),
        raw("900 kB of open lists", "[".repeat(900_000)),
        raw(
            "a list of 80,000 operations",
            format!("[{}]", vec!["{\"query\":\"{a}\"}"; 60_000].join(",")),
        ),
        raw(
            "extensions of 80,000 keys",
            json!({"query": "{ __typename }", "extensions": keys(80_000)}).to_string(),
        ),
        raw(
            "values nested 10,000 deep",
            format!(
                "{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}}}}}",
                nested("[", "]", 10_000)
            ),
        ),
        raw(
            "a text of 1 MB of escapes",
            format!("{{\"query\":\"{}\"}}", "\\u0041".repeat(170_000)),
        ),
    ]
}
