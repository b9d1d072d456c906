//! The public clients of graphql-transport-ws and graphql-sse against a server whose log grows under them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use guanxi::{
    auth::tokens,
    http::{Access, Changes, PublicRead},
    model::{Role, Timestamp},
};
use serde_json::{Value, json};

use super::{needed, printed, scripts};
use crate::harness::live::{Live, Setup, commit, company};

/// The changes that a client received before it disconnected and after it reconnected.
fn without_gaps(results: &Value) {
    let records: Vec<&str> = results["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    assert_eq!(records.len(), 10, "{results}");
    let number = |id: &str| id.strip_prefix("company-").unwrap().parse::<usize>().unwrap();
    for pair in records.windows(2) {
        assert_eq!(number(pair[1]), number(pair[0]) + 1, "{records:?}");
    }
}

#[test]
fn the_public_clients_watch_resume_and_learn_of_errors() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(tokens::FILE);
    tokens::create(&file, "someone", Role::Editor, None, Timestamp::now(), [1; 32]).unwrap();
    let access = Access::new(Some(file), PublicRead::On, Changes::Allowed).unwrap();
    let setup = Setup {
        access,
        ..Setup::default()
    };
    let live = runtime.block_on(Live::start(setup));
    let over = Arc::new(AtomicBool::new(false));
    let writing = thread::spawn({
        let (store, over) = (Arc::clone(&live.store), Arc::clone(&over));
        move || {
            for number in 0.. {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                commit(&store, vec![company(&format!("Company {number}"))], "a test");
                thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let url = format!("http://127.0.0.1:{}/graphql", live.port);
    let ran = scripts::WEB.run("clients.mjs", &[&url], &[]);
    over.store(true, Ordering::Relaxed);
    writing.join().unwrap();
    let Some(output) = needed("the public clients of sockets and streams", ran) else {
        return;
    };
    let output_text = printed(&output);
    let report: Value = serde_json::from_str(&output_text).unwrap();
    for client in ["socket", "stream"] {
        let results = &report[client];
        without_gaps(results);
        assert_eq!(
            results["query"],
            json!([{"data": {"__typename": "Query"}}]),
            "{client}: {output_text}"
        );
    }
    // A refusal before execution: an error message of the socket, an event of the stream.
    let code = "GRAPHQL_VALIDATION_FAILED";
    assert_eq!(
        report["socket"]["refused"]["refused"][0]["extensions"]["code"], code,
        "{output_text}"
    );
    assert_eq!(
        report["stream"]["refused"][0]["errors"][0]["extensions"]["code"], code,
        "{output_text}"
    );
    assert_eq!(report["wrongToken"], 4403, "{output_text}");
}
