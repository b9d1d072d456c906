//! Searching the bundled graph: results, highlights, pages, and refused arguments.

use serde_json::{Value, json};

use crate::harness::{answer, ask, refused};
use guanxi::engine::Request;

fn ids(arguments: &str) -> Vec<String> {
    let found = ask(&format!("{{ search({arguments}) {{ nodes {{ id: key }} }} }}"));
    let nodes = found["search"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn typical_searches_find_the_right_entity() {
    for (text, id) in [
        ("支付宝", "alipay"),
        ("菜鸟", "cainiao"),
        ("aeropostale", "aeropostale"),
        ("macys", "macys"),
        ("black friday", "black-friday-2014"),
        ("Jack Ma", "jack-ma"),
        ("马云", "jack-ma"),
    ] {
        assert_eq!(ids(&format!("text: {text:?}"))[0], id, "{text}");
    }
}

#[test]
fn hits_come_best_first_with_their_scores_and_highlights() {
    let found = ask(
        r#"{ search(text: "macys") { totalCount pageInfo { hasNextPage hasPreviousPage }
             edges { score node { id: key } highlights { field parts { text matched } } } } }"#,
    );
    let search = &found["search"];
    let edges = search["edges"].as_array().unwrap();
    assert_eq!(search["totalCount"], edges.len());
    assert_eq!(
        search["pageInfo"],
        json!({"hasNextPage": false, "hasPreviousPage": false})
    );
    let scores: Vec<f64> = edges.iter().map(|edge| edge["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
    let best = &edges[0];
    assert_eq!((&best["node"]["id"], &best["score"]), (&json!("macys"), &json!(1.0)));
    assert_eq!(
        best["highlights"],
        json!([
            {"field": "NAME", "parts": [{"text": "Macy's", "matched": true}]},
            {"field": "OTHER_NAME", "parts": [{"text": "Macy's", "matched": true}, {"text": ", Inc.", "matched": false}]},
            {"field": "ID", "parts": [{"text": "macys", "matched": true}]}
        ])
    );
}

#[test]
fn highlights_mark_typos_and_beginnings_of_words() {
    let found =
        ask(r#"{ search(text: "prmotion 支", first: 50) { edges { highlights { field parts { text matched } } } } }"#);
    let mut matched = Vec::new();
    let mut texts = Vec::new();
    for edge in found["search"]["edges"].as_array().unwrap() {
        for highlight in edge["highlights"].as_array().unwrap() {
            let parts = highlight["parts"].as_array().unwrap();
            let text: String = parts.iter().map(|part| part["text"].as_str().unwrap()).collect();
            texts.push(text);
            let found = parts.iter().filter(|part| part["matched"] == true);
            matched.extend(found.map(|part| part["text"].as_str().unwrap().to_owned()));
        }
    }
    assert!(matched.contains(&"promotion".to_owned()), "{matched:?}");
    assert!(
        texts.iter().any(|text| text.starts_with("Runs the ePass service")),
        "{texts:?}"
    );
}

#[test]
fn kinds_and_countries_narrow_a_search() {
    let all = ids(r#"text: "alibaba", first: 100"#);
    let people = ids(r#"text: "alibaba", kinds: [PERSON], first: 100"#);
    assert!(!people.is_empty() && people.len() < all.len());
    assert!(people.iter().all(|id| all.contains(id)));
    let chinese = ids(r#"text: "alibaba", countries: ["cn"], first: 100"#);
    assert!(chinese.contains(&"alibaba".to_owned()));
    assert!(
        !chinese.contains(&"alibaba-anz".to_owned()),
        "its country is not stated"
    );
    assert_eq!(chinese, ids(r#"text: "alibaba", countries: ["CN", "XX"], first: 100"#));
    assert_eq!(ids(r#"text: "alibaba", countries: ["XX"]"#), [""; 0]);
    assert_eq!(ids(r#"text: "alibaba", countries: []"#), [""; 0]);
    assert_eq!(ids(r#"text: "alibaba", kinds: []"#), [""; 0]);
}

#[test]
fn facets_and_groups_count_all_results() {
    let found = ask(
        r#"{ search(text: "alipay", first: 1) { totalCount facets { kind { value count } country { value count } }
             groupBy(keys: [KIND]) { value count } } }"#,
    );
    let search = &found["search"];
    let total = |list: &Value| -> i64 {
        let counts = list.as_array().unwrap().iter();
        counts.map(|value| value["count"].as_i64().unwrap()).sum()
    };
    for list in [
        &search["facets"]["kind"],
        &search["facets"]["country"],
        &search["groupBy"],
    ] {
        assert_eq!(total(list), search["totalCount"].as_i64().unwrap(), "{list}");
    }
    assert_eq!(search["facets"]["kind"][0]["value"], "COMPANY");
}

#[test]
fn the_most_words_are_matched_among_the_allowed_kinds() {
    // Alibaba has both words, but is not a person.
    assert!(!ids(r#"text: "alibaba group", kinds: [PERSON]"#).is_empty());
}

#[test]
fn pages_follow_each_other_without_gaps() {
    let whole = ids(r#"text: "alipay", first: 100"#);
    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let query = format!(
            r#"{{ search(text: "alipay", first: 4{after}) {{ totalCount edges {{ cursor node {{ id: key }} }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}"#
        );
        let page = ask(&query)["search"].clone();
        assert_eq!(page["totalCount"], whole.len());
        assert_eq!(page["pageInfo"]["hasPreviousPage"], !after.is_empty());
        let edges = page["edges"].as_array().unwrap();
        paged.extend(edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
    assert!(whole.len() > 8);
    assert_eq!(paged, whole);
}

#[test]
fn a_cursor_of_another_search_is_refused() {
    let first = ask(r#"{ search(text: "alipay", first: 1) { pageInfo { endCursor } } }"#);
    let cursor = &first["search"]["pageInfo"]["endCursor"];
    for other in [
        r#"text: "alibaba""#,
        r#"text: "alipay", kinds: [COMPANY]"#,
        r#"text: "alipay", countries: ["CN"]"#,
        r#"text: "alipay", view: {ever: true}"#,
    ] {
        let (code, argument, _) = refused(&format!("{{ search({other}, after: {cursor}) {{ totalCount }} }}"));
        assert_eq!(
            (code.as_str(), argument.as_str()),
            ("BAD_USER_INPUT", "Query.search(after:)"),
            "{other}"
        );
    }
    let (code, ..) = refused(r#"{ search(text: "alipay", after: "nonsense") { totalCount } }"#);
    assert_eq!(code, "BAD_USER_INPUT");
}

#[test]
fn a_view_hides_only_entities_not_recorded_yet() {
    assert_eq!(
        ids(r#"text: "alipay", view: {knownAt: "2001-01-01T00:00:00Z"}"#),
        [""; 0]
    );
    assert_eq!(
        ids(r#"text: "alipay", view: {asOf: "1900-01-01"}"#),
        ids(r#"text: "alipay""#)
    );
    let relationships_in = |view: &str| {
        let fields = "relationships { totalCount }";
        let query = format!(
            r#"{{ search(text: "alipay epass", first: 1, view: {view}) {{ nodes {{ {fields} }} }} entity(by: {{id: "alipay-epass"}}, view: {view}) {{ {fields} }} }}"#
        );
        let answer = ask(&query);
        assert_eq!(answer["search"]["nodes"][0], answer["entity"]);
        answer["entity"].clone()
    };
    assert_ne!(
        relationships_in("{ever: true}"),
        relationships_in("{ever: true, statuses: [WITHDRAWN]}")
    );
}

#[test]
fn invalid_searches_are_refused_with_a_reason() {
    let long = "x".repeat(10_000);
    let words: Vec<String> = (0..65).map(|number| number.to_string()).collect();
    let words = words.join(" ");
    for (arguments, argument_name, advice) in [
        (r#"text: """#.to_owned(), "text", "empty"),
        (r#"text: "  \t ""#.to_owned(), "text", "empty"),
        (format!("text: {long:?}"), "text", "at most 1000"),
        (format!("text: {words:?}"), "text", "at most 64"),
        (r#"text: "a", countries: ["China"]"#.to_owned(), "countries", "CN"),
        (r#"text: "a", countries: [""]"#.to_owned(), "countries", "CN"),
        (r#"text: "a", first: -1"#.to_owned(), "first", "0 to 1000"),
        (r#"text: "a", first: 1001"#.to_owned(), "first", "0 to 1000"),
    ] {
        let (code, argument, message) = refused(&format!("{{ search({arguments}) {{ totalCount }} }}"));
        assert_eq!(code, "BAD_USER_INPUT", "{arguments}");
        assert_eq!(argument, format!("Query.search({argument_name}:)"));
        assert!(message.contains(advice), "{message}");
    }
    let many = vec!["CN"; 1001];
    let (.., message) = refused(&format!(
        "{{ search(text: \"a\", countries: {many:?}) {{ totalCount }} }}"
    ));
    assert!(message.contains("at most 1000"), "{message}");
}

#[test]
fn punctuation_is_no_operator_and_matches_nothing() {
    for text in ["* : + -", "\"", "&&", "()", "\u{7}\u{200B}", "!?…", "&"] {
        let mut request = Request::new(
            "test",
            "query($text: String!) { search(text: $text) { totalCount nodes { id: key } } }",
        );
        request.variables.insert("text".to_owned(), Value::from(text));
        let answer = answer(request);
        assert_eq!(
            answer["data"]["search"],
            json!({"totalCount": 0, "nodes": []}),
            "{text:?}: {answer}"
        );
    }
    let plain = ids(r#"text: "neiman marcus""#);
    for text in [
        r#""neiman marcus""#,
        "+neiman -marcus",
        "neiman* marcus~",
        "(neiman) marcus:",
        "neiman\u{0} marcus",
    ] {
        let mut request = Request::new(
            "test",
            "query($text: String!) { search(text: $text) { nodes { id: key } } }",
        );
        request.variables.insert("text".to_owned(), Value::from(text));
        let answer = answer(request);
        let nodes = answer["data"]["search"]["nodes"].as_array().unwrap();
        let found: Vec<&str> = nodes.iter().map(|node| node["id"].as_str().unwrap()).collect();
        assert_eq!(found, plain, "{text:?}");
    }
    // AND is a word like any other.
    assert_eq!(ids(r#"text: "lord AND taylor""#), ids(r#"text: "lord and taylor""#));
}
