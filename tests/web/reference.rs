//! The reference implementation of GraphQL and the running program: both must agree on documents and variables that a generator
//! builds from the schema, and answers must have the shape of the reference.

use std::{env, path::Path};

use super::{needed, printed, scripts::CLIENTS, server::Server};

/// Documents that are compared; `REFERENCE_DOCUMENTS` sets another number of them, `REFERENCE_SEED` selects others.
const DOCUMENTS: u64 = 5000;

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |value| value.parse().unwrap())
}

#[test]
fn graphql_js_accepts_and_refuses_the_same_documents_and_reads_the_same_answers() {
    let server = Server::start();
    let url = format!("{}/graphql", server.url());
    let documents = setting("REFERENCE_DOCUMENTS", DOCUMENTS);
    let seed = setting("REFERENCE_SEED", 1);
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphql/validity/cases.txt");
    let cases = cases.to_string_lossy().into_owned();
    let arguments = [url, cases, documents.to_string(), seed.to_string()];
    let arguments = arguments.each_ref().map(String::as_str);
    // Otherwise the reference checks each of its own objects twice.
    let ran = CLIENTS.run("reference.mjs", &arguments, &[("NODE_ENV", "production")]);
    let Some(output) = needed("graphql-js beside the server", ran) else {
        return;
    };
    let output_text = printed(&output);
    let report: serde_json::Value = serde_json::from_str(&output_text).unwrap();
    assert_eq!(report["failed"], serde_json::json!([]), "{output_text}");
    assert!(report["passed"]["cases"].as_u64().unwrap() >= 200, "{output_text}");
    // Both verdicts are frequent, and few documents are over a limit.
    let tally = |what: &str| report["tally"][what].as_u64().unwrap();
    for what in ["accepted", "refused", "with a fault", "answers compared"] {
        assert!(tally(what) > documents / 5, "{what}: {output_text}");
    }
    assert!(tally("over a limit") < documents / 10, "{output_text}");
    let explained: u64 = report["explained"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert!(explained < documents / 50, "{output_text}");
    let compared = tally("accepted") + tally("refused") + tally("over a limit") + explained;
    assert_eq!(compared, documents, "{output_text}");
}
