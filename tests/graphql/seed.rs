//! The questions that GraphiQL opens with: each is one operation, with its expected answer in a file; for a subscription,
//! the first event.

use std::{env, fs, path::PathBuf, sync::Arc};

use guanxi::{
    engine::{Limits, Request},
    schema::{Api, Reply, SubscriptionEvents},
    store::Store,
};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::harness::{
    BUNDLED, ask_over, now,
    pages::{Question, pages},
    store_of,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The example queries by name, in the order of their tabs.
fn queries() -> Vec<(String, String)> {
    let mut queries: Vec<(String, String)> = fs::read_dir(root().join("web/queries"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    queries.sort();
    queries
}

/// The opened subscription, if the query is one.
fn opened(runtime: &Runtime, api: &Arc<Api>, store: &Arc<Store>, query: &str) -> Option<Box<SubscriptionEvents>> {
    query.lines().find(|line| line.starts_with("subscription "))?;
    match runtime.block_on(api.start(Request::new("test", query), store, now, None)) {
        Reply::Subscription(events) => Some(events),
        Reply::Answer(answer) => panic!("{query}: {}", serde_json::to_value(&answer).unwrap()),
    }
}

#[test]
fn every_example_query_has_its_expected_answer() {
    // To accept new answers on purpose: GUANXI_ACCEPT=1 cargo test, then read the difference.
    let accept = env::var_os("GUANXI_ACCEPT").is_some();
    // One store from the first tab to the last: some change it, and later ones show the changes.
    let store = store_of(&BUNDLED);
    let api = Arc::new(Api::new(Limits::default()).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let opened: Vec<_> = queries()
        .into_iter()
        .map(|(name, query)| (opened(&runtime, &api, &store, &query), name, query))
        .collect();
    for (events, name, query) in opened {
        let answer = match events {
            None => ask_over(&store, &query),
            Some(mut events) => serde_json::to_value(runtime.block_on(events.next()).unwrap().answer).unwrap(),
        };
        let expected_path = root().join(format!("tests/graphql/answers/{name}.json"));
        if accept {
            fs::write(&expected_path, format!("{answer:#}\n")).unwrap();
        }
        let expected: Value = serde_json::from_str(&fs::read_to_string(&expected_path).unwrap_or_default())
            .unwrap_or_else(|_| panic!("there is no expected answer in {}", expected_path.display()));
        assert_eq!(answer, expected, "{name}: {answer:#}");
    }
}

/// The questions that open over a user's own data, about this entity.
fn general(id: &str, name: &str) -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("web/general"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let fill = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let text = text.replace("ENTITY_ID_TEXT", &Value::from(id).to_string());
        let text = text.replace("ENTITY_NAME_TEXT", &Value::from(name).to_string());
        text.replace("ENTITY_NAME", name)
    };
    let name_and_text = |path: &PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), fill(path));
    files.iter().map(name_and_text).collect()
}

#[test]
fn the_general_questions_are_answered_over_any_data() {
    let mut own = BUNDLED.clone();
    own.title = "Data of one's own".to_owned();
    own.relationships.clear();
    for (dataset, id, name) in [
        (&*BUNDLED, "aeropostale", "Aéropostale"),
        (&own, "aeropostale", "A \"quoted\" name"),
    ] {
        let store = store_of(dataset);
        let api = Arc::new(Api::new(Limits::default()).unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let questions = general(id, name);
        assert!(questions.len() >= 5);
        for (file, question) in questions {
            assert!(
                !question.contains("ENTITY_") && !question.contains("lipay"),
                "{file}: {question}"
            );
            if opened(&runtime, &api, &store, &question).is_none() {
                // Fails where there are errors.
                ask_over(&store, &question);
            }
        }
    }
}

#[test]
fn the_web_pages_recognize_the_bundled_network_by_its_title() {
    let pages = fs::read_to_string(root().join("web/src/questions.ts")).unwrap();
    assert!(pages.contains(&format!("const BUNDLED = '{}';", BUNDLED.title)));
}

#[test]
fn the_nine_sentences_are_one_query_each() {
    let names: Vec<String> = queries().into_iter().map(|(name, _)| name).collect();
    for sentence in 1..=9 {
        let start = format!("{sentence}");
        let with = names
            .iter()
            .filter(|name| name.trim_start_matches('0').starts_with(&format!("s{start}-")))
            .count();
        assert_eq!(with, 1, "sentence {sentence} among {names:?}");
    }
}

#[test]
fn every_answer_in_the_documentation_is_the_real_one() {
    let mut count = 0;
    for page in pages() {
        // One store for each page: its later questions show its changes.
        let store = store_of(&BUNDLED);
        for question in page.questions("```") {
            let Question {
                place,
                document,
                answer,
            } = question;
            assert_eq!(ask_over(&store, &document), answer, "{place}: {document}");
            count += 1;
        }
    }
    assert!(count >= 28, "only {count} questions are documented");
}

#[test]
fn the_claims_in_the_picture_are_those_of_the_data() {
    let picture = fs::read_to_string(root().join("docs/images/network.svg")).unwrap();
    let drawn: Vec<String> = picture
        .split("<g class=\"claim\">")
        .skip(1)
        .map(|claim| claim.split("<title>").nth(1).unwrap().split("</title>").next().unwrap())
        .map(str::to_owned)
        .collect();
    assert_eq!(drawn.len(), 8);
    let query = "{ relationships(first: 1000, view: {asOf: \"2014-11-28\"}) { nodes { sentence } } }";
    let answer = ask_over(&store_of(&BUNDLED), query);
    let sentences: Vec<&str> = answer["relationships"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["sentence"].as_str().unwrap())
        .collect();
    for sentence in &drawn {
        assert!(sentences.contains(&&**sentence), "{sentence}");
    }
}
