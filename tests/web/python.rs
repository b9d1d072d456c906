//! Clients written in Python against the running program.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use super::{needed, printed, server::Server};
use crate::harness::python::Packages;

static GQL: Packages = Packages::new("clients/python/gql.txt");
static SGQLC: Packages = Packages::new("clients/python/sgqlc.txt");

/// The results of a script with its own server; `None` after printing that the test is skipped.
fn seen(packages: &Packages, script: &str, further: &[&str]) -> Option<Value> {
    let python = needed(script, packages.python())?;
    let server = Server::start();
    let output = Command::new(python)
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/clients/python")
                .join(script),
        )
        .arg(format!("{}/graphql", server.url()))
        .args(further)
        .output()
        .unwrap();
    Some(serde_json::from_str(&printed(&output)).unwrap())
}

fn partners() -> Value {
    json!({"company": {"name": "Alipay", "partners": {"nodes": [{"name": "Borderfree"}, {"name": "ShopRunner"}]}}})
}

#[test]
fn gql_asks_changes_watches_and_learns_which_protocol_is_spoken() {
    let Some(seen) = seen(&GQL, "gql_client.py", &[]) else {
        return;
    };
    assert_eq!(seen["http"]["answer"], partners());
    assert_eq!(seen["http"]["code"], "NOT_FOUND");
    assert!(
        seen["http"]["types"].as_u64().unwrap() > 100,
        "the schema is read by introspection: {seen}"
    );
    let socket = &seen["socket"];
    assert_eq!(
        (&socket["answer"], &socket["protocol"]),
        (&partners(), &json!("graphql-transport-ws"))
    );
    assert_eq!(socket["seen"], json!(["python-1", "python-2"]));
    assert_eq!(socket["resumed"][0]["recordId"], "python-2", "{seen}");
    for (way, code, words) in [
        (
            "default",
            "4400",
            "is of the older protocol graphql-ws; let the client request only graphql-transport-ws",
        ),
        (
            "old",
            "4406",
            "This server supports only the subprotocol graphql-transport-ws",
        ),
    ] {
        let message = seen[way]
            .as_str()
            .unwrap_or_else(|| panic!("{way} was answered: {seen}"));
        assert!(message.contains(code) && message.contains(words), "{way}: {message}");
    }
}

#[test]
fn classes_that_sgqlc_generates_ask_and_change() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    let Some(seen) = seen(&SGQLC, "sgqlc_client.py", &[folder]) else {
        return;
    };
    let expected = json!({"name": "Alipay", "partners": ["Borderfree", "ShopRunner"], "faults": 0});
    assert_eq!(seen, expected);
}
