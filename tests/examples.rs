//! The examples that use guanxi as a library: each works as documented. That of another axum application is tested with HTTP.

use std::sync::Arc;

use guanxi::{engine::Limits, schema::Api};
use serde_json::json;

use crate::harness::{BUNDLED, ask_over, now, store_of};

#[path = "../examples/import.rs"]
#[expect(dead_code, reason = "its main is not called")]
mod import;
#[path = "../examples/query.rs"]
#[expect(dead_code, reason = "its main is not called")]
mod query;

#[test]
fn the_example_of_a_question_answers_it() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let api = Api::new(Limits::default()).unwrap();
    let store = Arc::new(query::bundled().unwrap());
    let answer = runtime
        .block_on(query::ask(&api, &store, query::QUESTION, now()))
        .unwrap();
    assert_eq!(answer["data"], ask_over(&store, query::QUESTION), "{answer:#}");
    let edges = answer["data"]["company"]["owners"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 2, "{answer:#}");
    let answer = runtime
        .block_on(query::ask(&api, &store, "{ nothing }", now()))
        .unwrap();
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        json!("GRAPHQL_VALIDATION_FAILED")
    );
}

#[test]
fn the_example_of_an_importer_commits_its_file_once_and_reports_what_it_cannot_read() {
    let store = store_of(&BUNDLED);
    let report = import::import(import::SAMPLE, "sample", &store, now()).unwrap();
    // A source, three companies of which one has two owners, and two claims.
    assert_eq!((report.committed, report.unchanged), (6, 0), "{report:?}");
    let fault = "sample, line 4: \"Beta GmbH owns all of Gamma KG\" is not a line like: Alpha AG holds";
    assert!(report.faults[0].starts_with(fault), "{report:?}");
    assert_eq!(report.faults.len(), 1);
    let holdings = "{ company(by: {name: \"beta gmbh\"}) {
        owners { nodes { name } edges { relationship { since share { text } evidence { locator source { id } } } } }
        history: relationships { totalCount }
    } }";
    let evidence = |line: &str| json!([{"locator": line, "source": {"id": "source:sample"}}]);
    let expected = json!({"company": {
        "owners": {
            "nodes": [{"name": "Alpha AG"}, {"name": "Cara Holdings"}],
            "edges": [
                {"relationship": {"since": "1999-11-03", "share": {"text": "51"}, "evidence": evidence("line 2")}},
                {"relationship": {"since": null, "share": {"text": "20..25"}, "evidence": evidence("line 3")}},
            ],
        },
        "history": {"totalCount": 2},
    }});
    assert_eq!(ask_over(&store, holdings), expected);

    let position = *store.watch().borrow();
    let again = import::import(import::SAMPLE, "sample", &store, now()).unwrap();
    assert_eq!((again.committed, again.unchanged), (0, 6), "{again:?}");
    assert_eq!(*store.watch().borrow(), position, "nothing is recorded");

    let newer = import::SAMPLE.replace("51 %", "60 %");
    let newer = import::import(&newer, "sample", &store, now()).unwrap();
    assert_eq!((newer.committed, newer.unchanged), (1, 5), "{newer:?}");
}
