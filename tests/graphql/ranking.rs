//! Rankings over the bundled graph: scores, pages, and refused arguments.

use serde_json::{Value, json};

use crate::harness::{ask, refused};

fn ranking(arguments: &str) -> Value {
    let selection =
        "totalCount measure exact error confidence samples pageInfo { hasNextPage hasPreviousPage endCursor }
        edges { cursor rank score node { id: key } } nodes { id: key } derivedFrom { rule relationships { id: key } }";
    ask(&format!("{{ ranking({arguments}) {{ {selection} }} }}"))["ranking"].clone()
}

fn lines(ranking: &Value) -> Vec<String> {
    let edges = ranking["edges"].as_array().unwrap().iter();
    edges
        .map(|edge| {
            format!(
                "{} {} {}",
                edge["rank"],
                edge["node"]["id"].as_str().unwrap(),
                edge["score"]
            )
        })
        .collect()
}

#[test]
fn the_service_of_black_friday_ranks_first() {
    let on = r#"view: {asOf: "2014-11-28"}"#;
    let degree = ranking(&format!("by: DEGREE, first: 3, {on}"));
    assert_eq!(
        lines(&degree),
        ["1 alipay-epass 15.0", "2 alibaba 13.0", "3 black-friday-2014 11.0"]
    );
    assert_eq!(
        (&degree["totalCount"], &degree["exact"], &degree["error"]),
        (&json!(56), &json!(true), &json!(null))
    );
    assert_eq!(
        (&degree["confidence"], &degree["samples"], &degree["measure"]),
        (&json!(null), &json!(null), &json!("DEGREE"))
    );
    for (measure, first) in [
        ("PAGERANK", "alipay-epass"),
        ("BETWEENNESS", "alibaba"),
        ("COMPONENT", "aeropostale"),
    ] {
        let ranking = ranking(&format!("by: {measure}, first: 1, {on}"));
        assert_eq!(ranking["nodes"][0]["id"], first, "{measure}");
        assert_eq!(ranking["exact"], true);
    }
    // Ranked by paths to owners: only entities with owners and holdings score.
    let owners = ranking(
        r#"by: BETWEENNESS, filter: {kinds: [OWNS], direction: INCOMING}, first: 2, view: {asOf: "2016-06-01"}"#,
    );
    assert_eq!(owners["nodes"], json!([{"id": "alibaba"}, {"id": "alipay"}]));
}

#[test]
fn scores_of_pagerank_sum_to_one_over_all_pages() {
    let mut sum = 0.0;
    let mut ranked = Vec::new();
    let mut after = String::new();
    loop {
        let page = ranking(&format!(r#"by: PAGERANK, first: 7, view: {{ever: true}}{after}"#));
        assert_eq!(page["pageInfo"]["hasPreviousPage"], !ranked.is_empty());
        for edge in page["edges"].as_array().unwrap() {
            sum += edge["score"].as_f64().unwrap();
            ranked.push((
                edge["score"].as_f64().unwrap(),
                edge["node"]["id"].as_str().unwrap().to_owned(),
            ));
        }
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], ranked.len());
            break;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
    assert!((sum - 1.0).abs() < 1e-8, "{sum}");
    assert!(ranked.is_sorted_by(|(a, one), (b, other)| a > b || (a == b && one < other)));
}

#[test]
fn equal_scores_share_a_rank() {
    let page = ranking(r#"by: DEGREE, filter: {kinds: [PARTICIPATES_IN]}, first: 4, view: {asOf: "2014-11-28"}"#);
    assert_eq!(
        lines(&page),
        [
            "1 black-friday-2014 10.0",
            "2 china-cross-border-ecommerce 2.0",
            "3 aeropostale 1.0",
            "3 alibaba 1.0"
        ]
    );
    assert_eq!(page["derivedFrom"]["relationships"].as_array().unwrap().len(), 12);
}

#[test]
fn no_path_passes_through_a_market() {
    let of = |measure: &str, through: &str| {
        let filter = format!("{{kinds: [PARTICIPATES_IN], avoid: [\"black-friday-2014\"]{through}}}");
        lines(&ranking(&format!(
            r#"by: {measure}, filter: {filter}, view: {{asOf: "2014-11-28"}}"#
        )))
    };
    let all = |score: &str, rank: &[u8]| {
        let ids = ["alibaba", "amazon", "china-cross-border-ecommerce"];
        ids.iter()
            .zip(rank)
            .map(|(id, rank)| format!("{rank} {id} {score}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("BETWEENNESS", ""), all("0.0", &[1, 1, 1]));
    assert_eq!(of("COMPONENT", ""), all("2.0", &[1, 1, 1]));
    assert_eq!(of("COMPONENT", ", through: [MARKET, COMPANY]"), all("3.0", &[1, 1, 1]));
    assert_eq!(
        of("BETWEENNESS", ", through: [MARKET]")[0],
        "1 china-cross-border-ecommerce 1.0"
    );
}

#[test]
fn rankings_without_relationships_are_empty() {
    for filter in ["{kinds: [OWNS], categories: [ROLE]}", "{kinds: [FEEDS]}", "{kinds: []}"] {
        for measure in ["DEGREE", "PAGERANK", "BETWEENNESS", "COMPONENT"] {
            let empty = ranking(&format!("by: {measure}, filter: {filter}"));
            assert_eq!(
                (&empty["totalCount"], &empty["nodes"]),
                (&json!(0), &json!([])),
                "{measure} {filter}"
            );
        }
    }
    let before = ranking(r#"by: PAGERANK, view: {knownAt: "2020-01-01T00:00:00Z"}"#);
    assert_eq!(before["totalCount"], 0);
}

#[test]
fn invalid_arguments_of_rankings_are_refused() {
    for (arguments, argument) in [
        ("by: DEGREE, first: -1", "Query.ranking(first:)"),
        ("by: DEGREE, first: 1001", "Query.ranking(first:)"),
        ("by: DEGREE, first: -5", "Query.ranking(first:)"),
        (r#"by: DEGREE, after: "nonsense""#, "Query.ranking(after:)"),
        ("by: DEGREE, filter: {degreeMax: -1}", "Query.ranking(filter:)"),
        ("by: DEGREE, filter: {shareAtLeast: 100.5}", "Query.ranking(filter:)"),
        (
            r#"by: DEGREE, view: {asOf: "2014-01-01", ever: true}"#,
            "Query.ranking(view:)",
        ),
    ] {
        let (code, place, message) = refused(&format!("{{ ranking({arguments}) {{ totalCount }} }}"));
        assert_eq!(
            (code.as_str(), place.as_str()),
            ("BAD_USER_INPUT", argument),
            "{arguments}: {message}"
        );
    }
    let cursor = ranking(r#"by: DEGREE, first: 1, view: {asOf: "2014-11-28"}"#)["pageInfo"]["endCursor"].clone();
    for other in [
        r#"by: PAGERANK, view: {asOf: "2014-11-28"}"#,
        r#"by: DEGREE, view: {asOf: "2014-11-27"}"#,
        r#"by: DEGREE, filter: {kinds: [OWNS]}, view: {asOf: "2014-11-28"}"#,
    ] {
        let (code, place, _) = refused(&format!("{{ ranking({other}, after: {cursor}) {{ totalCount }} }}"));
        assert_eq!(
            (code.as_str(), place.as_str()),
            ("BAD_USER_INPUT", "Query.ranking(after:)"),
            "{other}"
        );
    }
}
