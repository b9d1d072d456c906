//! Requests with too many values are refused before they are parsed: their values are only counted.

use guanxi::http::Settings;
use serde_json::{Value, json};

use super::*;
use crate::harness::live::{Live, Setup};

/// An operation with this many values in its variables.
fn values(count: usize) -> String {
    let ids: Vec<Value> = (1..count).map(|number| json!(format!("no-{number}"))).collect();
    json!({"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": ids}}).to_string()
}

#[tokio::test]
async fn values_are_counted_before_the_text_is_read() {
    // The rest is invalid JSON, which is never parsed.
    let open = format!("{{\"query\": [{}", "1, ".repeat(300_000));
    let answer = send_default(post(open, &[])).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.refusal(), "LIMIT_EXCEEDED");
    let extensions = &answer.json()["errors"][0]["extensions"];
    assert_eq!(
        (&extensions["setting"], &extensions["limit"]),
        (&json!("--values-max"), &json!(20_000))
    );
    assert!(
        extensions["measured"]
            .as_u64()
            .is_some_and(|measured| measured >= 300_000),
        "{extensions}"
    );
    for too_many in [
        values(20_200),
        json!({"query": "{ __typename }", "extensions": {"a": vec![Value::Null; 80_000]}}).to_string(),
        json!({"query": "{ __typename }", "variables": {"a": vec![json!({}); 70_000]}}).to_string(),
    ] {
        assert_eq!(send_default(post(too_many, &[])).await.refusal(), "LIMIT_EXCEEDED");
    }
    // Within the maximum length of an address.
    let uri = format!(
        "/graphql?query=%7B__typename%7D&variables=%7B%22a%22:%5B{}1%5D%7D",
        "1,".repeat(21_000)
    );
    assert_eq!(send_default(get(&uri, &[])).await.refusal(), "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn the_maximum_number_of_values_is_accepted() {
    for count in [19_999, 20_000, 20_001] {
        let answer = send_default(post(values(count), &[])).await.json();
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        // The field refuses too many ids, so it has received them.
        assert_eq!(message.contains("--values-max"), count > 20_000, "{count}: {answer}");
    }
    // Each operation of a batch may have that number.
    let settings = Settings {
        batch_max: 3,
        ..Settings::default()
    };
    let batch = format!("[{0}, {0}, {0}]", values(15_000));
    let answer = send(router(settings), post(batch, &[])).await;
    assert_eq!(answer.json().as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_socket_with_too_many_values_is_closed_with_a_reason() {
    let live = Live::start(Setup::default()).await;
    let mut socket = live.ready().await;
    let message = json!({"type": "ping", "payload": {"a": vec![1; 30_000]}});
    socket.say(message).await;
    let (code, reason) = socket.closed().await;
    assert_eq!(code, 1009);
    assert!(reason.contains("--values-max"), "{reason}");
}

#[tokio::test]
async fn filters_are_counted_before_any_is_evaluated() {
    fn tree(levels: u32) -> Value {
        match levels {
            0 => json!({"country": {"eq": "DE"}}),
            _ => json!({"or": [tree(levels - 1), tree(levels - 1)]}),
        }
    }
    let query = "query($f: EntityFilter) { entities(filter: $f, first: 1) { nodes { id } } }";
    let ask = |filter: Value| json!({"query": query, "variables": {"f": filter}}).to_string();
    for filter in [
        tree(11),
        json!({"or": vec![json!({"kind": "COMPANY"}); 4_000]}),
        json!({"and": vec![json!({}); 1_000]}),
        json!({"relationships": {"some": {"or": vec![json!({}); 1_000]}}}),
    ] {
        let answer = send_default(post(ask(filter), &[])).await;
        // Refused as a request: nothing was executed.
        assert_eq!(answer.refusal(), "BAD_USER_INPUT");
        let text = answer.text();
        assert!(text.contains("more than 1000 filters") && text.len() < 1_000, "{text}");
    }
    for filter in [tree(8), json!({"and": vec![json!({}); 999]})] {
        let answer = send_default(post(ask(filter), &[])).await.json();
        assert_eq!(answer.get("errors"), None, "{answer}");
    }
}
