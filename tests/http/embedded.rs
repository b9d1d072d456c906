//! guanxi inside another axum application, as examples/embed.rs mounts it by async-graphql-axum: the first queries of GraphiQL
//! have their stored answers, and the application refuses what it must.

use std::{fs, path::Path, sync::Arc};

use axum::Router;
use guanxi::{
    engine::Limits,
    model::{Caller, Role},
    schema::{Api, MountedApi},
};
use serde_json::{Value, json};

use super::{Answer, JSON, get, post, query, send};
use crate::harness::{
    BUNDLED,
    live::{Socket, handshake},
    now, store_of,
};

#[path = "../../examples/embed.rs"]
#[expect(dead_code, reason = "its main is not called")]
mod embed;

fn app() -> Router {
    let limits = Limits::default();
    let api = Arc::new(Api::new(limits.clone()).unwrap());
    let mounted = MountedApi::new(api, store_of(&BUNDLED), Caller::unnamed(Role::Reader)).with_clock(now);
    embed::app(mounted, &limits, |headers| {
        let is_editor = headers.get("x-account").is_some_and(|account| account == "editor");
        Caller {
            name: is_editor.then(|| "editor".to_owned()),
            role: if is_editor { Role::Editor } else { Role::Reader },
        }
    })
}

/// The queries by name, in the order of their tabs, with their stored answers.
fn seed() -> Vec<(String, String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = fs::read_dir(root.join("web/queries"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    let kept = |name: &str| fs::read_to_string(root.join(format!("tests/graphql/answers/{name}.json"))).unwrap();
    names
        .into_iter()
        .map(|name| {
            let question = fs::read_to_string(root.join(format!("web/queries/{name}.graphql"))).unwrap();
            let answer = serde_json::from_str(&kept(&name)).unwrap();
            (name, question, answer)
        })
        .collect()
}

fn is_subscription(question: &str) -> bool {
    question.lines().any(|line| line.starts_with("subscription "))
}

async fn ask(app: &Router, body: String, account: &str) -> Answer {
    send(app.clone(), post(body, &[("x-account", account)])).await
}

#[tokio::test]
async fn the_queries_of_the_seed_are_answered() {
    let app = app();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = app.clone();
    let serving = tokio::spawn(async move { axum::serve(listener, served).await.unwrap() });
    let mut sockets: Vec<(String, Socket, Value)> = Vec::new();
    for (name, question, answer) in seed().into_iter().filter(|(_, question, _)| is_subscription(question)) {
        let mut socket = handshake(port, &[]).await.unwrap();
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        let payload = json!({"query": question});
        socket
            .say(json!({"type": "subscribe", "id": "1", "payload": payload}))
            .await;
        sockets.push((name, socket, answer));
    }
    assert!(!sockets.is_empty());
    // A subscription sends changes once it is open, which cannot be observed.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    for (name, question, expected) in seed() {
        if !is_subscription(&question) {
            let answer = ask(&app, query(&question), "editor").await;
            assert_eq!(answer.status, 200, "{name}");
            // The stored answer of a query is its data, that of a subscription its first event.
            let answer = answer.json();
            assert_eq!(
                (&answer["data"], answer.get("errors")),
                (&expected, None),
                "{name}: {answer:#}"
            );
        }
    }
    for (name, mut socket, expected) in sockets {
        let event = socket.hear().await;
        assert_eq!(
            (&event["type"], &event["payload"]),
            (&json!("next"), &expected),
            "{name}"
        );
    }
    serving.abort();
}

#[tokio::test]
async fn each_request_has_its_own_caller() {
    let app = app();
    let change = query(
        r#"mutation { upsertEntities(input: {entities: {id: "a", kind: COMPANY, name: "A"}}) { changes { by } } }"#,
    );
    let refused = ask(&app, change.clone(), "").await.json();
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    let done = ask(&app, change, "editor").await.json();
    assert_eq!(done["data"]["upsertEntities"]["changes"][0]["by"], "editor", "{done}");
}

#[tokio::test]
async fn the_application_refuses_what_it_must() {
    let app = app();
    let page = send(app.clone(), get("/", &[])).await;
    assert!(page.status == 200 && page.text().contains("An application of its own"));
    let batch = ask(&app, r#"[{"query": "{ __typename }"}]"#.to_owned(), "")
        .await
        .json();
    assert_eq!(batch["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{batch}");
    let large = format!(r#"{{"query": "{{ __typename }}", "x": "{}"}}"#, "a".repeat(2 << 20));
    assert_eq!(ask(&app, large, "").await.status, 413);
    let question = query("{ __typename }");
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let answer = send(app.clone(), post(question.clone(), &[("content-type", content_type)])).await;
        assert_eq!(answer.status, 415, "{content_type}");
    }
    // The service would run changes over GET.
    let got = send(app.clone(), get("/graphql?query=%7B__typename%7D", &[])).await;
    assert_eq!(got.status, 400);
    // The limits of the API apply.
    let many = format!(
        "{{ {} }}",
        (0..200).map(|n| format!("a{n}: __typename ")).collect::<String>()
    );
    let refused = ask(&app, query(&many), "").await.json();
    assert_eq!(
        refused["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED",
        "{refused}"
    );
    // One answer, whatever is accepted.
    let parts = [(
        "accept",
        "multipart/mixed; boundary=\"graphql\"; subscriptionSpec=\"1.0\"",
    )];
    let answer = send(app, post(question, &parts)).await;
    assert_eq!(answer.json(), json!({"data": {"__typename": "Query"}}));
    assert!(answer.header("content-type").contains("json") && JSON.contains("json"));
}
