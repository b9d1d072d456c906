//! The reference implementation of GraphQL beside the running program: both must think the same of documents and variables
//! that a generator makes from the schema, and answers must have the shape that the reference gives them.

use std::{env, path::Path};

use super::{needed, printed, scripts::CLIENTS, server::Server};

/// Documents that are compared; `REFERENCE_DOCUMENTS` asks for another number of them, `REFERENCE_SEED` for others.
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
    // Otherwise the reference looks twice at each of its own objects.
    let ran = CLIENTS.run("reference.mjs", &arguments, &[("NODE_ENV", "production")]);
    let Some(output) = needed("graphql-js beside the server", ran) else {
        return;
    };
    let said = printed(&output);
    let found: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(found["failed"], serde_json::json!([]), "{said}");
    assert!(found["passed"]["cases"].as_u64().unwrap() >= 200, "{said}");
    // Neither verdict is the rule, and hardly a document is too large to say anything.
    let tally = |what: &str| found["tally"][what].as_u64().unwrap();
    for what in ["accepted", "refused", "with a fault", "answers compared"] {
        assert!(tally(what) > documents / 5, "{what}: {said}");
    }
    assert!(tally("over a limit") < documents / 10, "{said}");
    let explained: u64 = found["explained"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert!(explained < documents / 50, "{said}");
    let compared = tally("accepted") + tally("refused") + tally("over a limit") + explained;
    assert_eq!(compared, documents, "{said}");
}
