//! Clients that store one object for each id, against the running program: two views, changes and subscriptions show the data of the
//! server. Also the code that other tools generate from the schema.

use std::path::{Path, PathBuf};

use super::{needed, printed, scripts::CLIENTS, server::Server};

fn file(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    path.to_string_lossy().into_owned()
}

/// Runs a script against its own server. The script fails by itself; this checks that it tested something.
fn shows_what_is_said(script: &str, questions: &str) {
    let server = Server::start();
    let url = format!("{}/graphql", server.url());
    let ran = CLIENTS.run(script, &[&url, &file("README.md")], &[]);
    let Some(output) = needed(script, ran) else { return };
    let output_text = printed(&output);
    let report: serde_json::Value = serde_json::from_str(&output_text).unwrap();
    assert_eq!(report["failed"], serde_json::json!([]), "{output_text}");
    assert!(report["passed"][questions].as_u64().unwrap() >= 24, "{output_text}");
}

#[test]
fn apollo_client_shows_what_is_said() {
    shows_what_is_said("apollo.mjs", "documentation in one cache");
}

#[test]
fn urql_shows_what_is_said() {
    shows_what_is_said("urql.mjs", "documentation, one normalized cache");
}

#[test]
fn relay_compiles_every_kind_and_shows_what_is_said() {
    shows_what_is_said("relay.mjs", "documentation in one store");
}

#[test]
fn a_client_that_genql_generates_compiles_asks_and_changes() {
    let server = Server::start();
    let url = format!("{}/graphql", server.url());
    let Some(output) = needed(
        "genql.mjs",
        CLIENTS.run("genql.mjs", &[&url, &file("schema.graphql")], &[]),
    ) else {
        return;
    };
    let output_text = printed(&output);
    let report: serde_json::Value = serde_json::from_str(&output_text).unwrap();
    assert_eq!(
        (&report["failed"], &report["passed"]["genql"]),
        (&serde_json::json!([]), &serde_json::json!(6)),
        "{output_text}"
    );
}

#[test]
fn generated_types_fit_the_answers_and_the_page_on_caches_is_up_to_date() {
    let files = ["schema.graphql", "README.md", "docs/client-caches.md"].map(file);
    let ran = CLIENTS.run("codegen.mjs", &files.each_ref().map(String::as_str), &[]);
    let Some(output) = needed("codegen.mjs", ran) else {
        return;
    };
    let output_text = printed(&output);
    let report: serde_json::Value = serde_json::from_str(&output_text).unwrap();
    assert_eq!(report["failed"], serde_json::json!([]), "{output_text}");
}
