//! The cost of listings with filters, from the document to the answer as JSON text, for 100,000 and for 1,000,000 companies and
//! within the default limits of a server. `cargo bench --profile dist --bench filters`

mod support;

use std::{
    fmt,
    sync::{Arc, LazyLock},
    time::Duration,
};

use divan::{Bencher, black_box};
use fastrand::Rng;
use guanxi::{
    engine::{Limits, Request},
    schema::Api,
    store::Store,
};
use support::{SIZES, World, now, world};
use tokio::runtime::{Builder, Runtime};

const TIME_MAX: Duration = Duration::from_secs(3);

static API: LazyLock<Api> = LazyLock::new(|| Api::new(Limits::default()).expect("the schema reads back"));

/// A document with a short title.
#[derive(Clone, Copy)]
struct Question {
    asks: &'static str,
    query: &'static str,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.asks)
    }
}

const QUESTIONS: [Question; 9] = [
    Question {
        asks: "country",
        query: r#"{ companies(first: 20, filter: {country: {eq: "SG"}}) { nodes { id name } } }"#,
    },
    Question {
        asks: "country, totalCount",
        query: r#"{ companies(first: 20, filter: {country: {eq: "SG"}}) { totalCount nodes { id name } } }"#,
    },
    Question {
        asks: "part of a name",
        query: r#"{ companies(first: 20, filter: {name: {contains: "lotus shipping"}}) { nodes { id name } } }"#,
    },
    Question {
        asks: "part of a name, totalCount",
        query: r#"{ companies(first: 20, filter: {name: {contains: "lotus shipping"}}) { totalCount nodes { id name } } }"#,
    },
    Question {
        asks: "some owner in a country",
        query: r#"{ companies(first: 20, filter: {relationships: {some: {
            kinds: [OWNS], direction: INCOMING, neighbor: {country: {eq: "SG"}}
        }}}) { nodes { id name } } }"#,
    },
    Question {
        asks: "some owner in a country, totalCount",
        query: r#"{ companies(first: 20, filter: {relationships: {some: {
            kinds: [OWNS], direction: INCOMING, neighbor: {country: {eq: "SG"}}
        }}}) { totalCount nodes { id name } } }"#,
    },
    Question {
        asks: "owns 20 others, totalCount",
        query: r#"{ companies(first: 20, filter: {relationships: {
            count: {gte: 20}, of: {kinds: [OWNS], direction: OUTGOING}
        }}) { totalCount nodes { id name } } }"#,
    },
    Question {
        asks: "neighbors of the hub in a country",
        query: r#"{ company(by: {id: "C0000000"}) { neighbors(first: 20, filter: {neighbor: {country: {eq: "SG"}}}) {
            nodes { id name }
        } } }"#,
    },
    Question {
        asks: "neighbors of the hub in a country, totalCount",
        query: r#"{ company(by: {id: "C0000000"}) { neighbors(first: 20, filter: {neighbor: {country: {eq: "SG"}}}) {
            totalCount nodes { id name }
        } } }"#,
    },
];

fn main() {
    divan::main();
}

/// The answer as text; it must be one without errors.
fn answer(runtime: &Runtime, store: &Arc<Store>, query: &str) -> Vec<u8> {
    let request = Request::new("bench", query);
    let answer = runtime.block_on(API.answer(request, Arc::clone(store), now()));
    assert!(!answer.has_errors(), "{query}: {:?}", answer.response.errors);
    serde_json::to_vec(&answer).expect("an answer is JSON")
}

fn store(world: &World) -> Arc<Store> {
    Arc::new(Store::in_memory(Arc::clone(&world.state)))
}

fn runtime() -> Runtime {
    let built = Builder::new_current_thread().enable_time().build();
    built.expect("a runtime needs a timer and one thread")
}

#[divan::bench(args = SIZES, max_time = TIME_MAX)]
fn company_by_id(bencher: Bencher<'_, '_>, companies: usize) {
    let (runtime, world) = (runtime(), world(companies));
    let store = store(world);
    let mut rng = Rng::with_seed(7);
    let query = move || {
        let company = world.any(&mut rng);
        let id = world.snapshot().entity(company).id();
        format!("{{ company(by: {{id: {id:?}}}) {{ id name country }} }}")
    };
    bencher
        .with_inputs(query)
        .bench_local_values(|query| black_box(answer(&runtime, &store, &query)));
}

#[divan::bench(consts = SIZES, args = QUESTIONS, max_time = TIME_MAX)]
fn listing<const COMPANIES: usize>(bencher: Bencher<'_, '_>, question: Question) {
    let (runtime, store) = (runtime(), store(world(COMPANIES)));
    bencher.bench_local(|| black_box(answer(&runtime, &store, question.query)));
}
