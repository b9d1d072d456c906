//! Names matched over the bundled graph: results, explained scores, and refused arguments.

use guanxi::{
    engine::{Limits, Request},
    model::{Entity, EntityKind, Identifier},
    schema::Api,
};
use serde_json::{Value, json};

use crate::harness::{BUNDLED, answer, answer_over, answer_over_dataset, ask, refused, sketch::sketch, store_of};

/// The ids matched for each candidate.
fn ids(candidates: &str) -> Vec<Vec<String>> {
    let found = ask(&format!(
        "{{ match(candidates: {candidates}) {{ candidates {{ entity {{ id }} }} }} }}"
    ));
    ids_of(&found["match"])
}

fn ids_of(results: &Value) -> Vec<Vec<String>> {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let id = |found: &Value| found["entity"]["id"].as_str().unwrap().to_owned();
    let results = list(results);
    results
        .iter()
        .map(|result| list(&result["candidates"]).iter().map(id).collect())
        .collect()
}

#[test]
fn legal_forms_of_every_script_are_ignored() {
    for name in [
        "阿里巴巴集团控股有限公司",
        "阿里巴巴（集团）股份有限公司",
        "阿里巴巴",
        "ALIBABA GROUP HOLDING LIMITED",
        "Alibaba, Inc.",
        "Alibaba S.p.A.",
        "㈱阿里巴巴",
    ] {
        assert_eq!(ids(&format!("[{{name: {name:?}}}]")), [["alibaba"]], "{name}");
    }
}

#[test]
fn the_legal_form_alone_is_no_match() {
    for name in [
        "有限公司",
        "Group Holding Ltd",
        "Ltd",
        "Inc.",
        "Zenith Group Holding Ltd",
        "株式会社",
    ] {
        assert_eq!(ids(&format!("[{{name: {name:?}}}]")), [[""; 0]], "{name}");
    }
}

#[test]
fn results_are_in_the_order_of_the_candidates_including_empty_ones() {
    let found = ids(r#"[{name: "FedEx Corp"}, {name: "Nobody"}, {name: "Ebay Inc"}, {name: "马云"}]"#);
    assert_eq!(found, [vec!["fedex"], vec![], vec!["ebay"], vec!["jack-ma"]]);
}

#[test]
fn the_score_lists_features_that_agree_and_disagree() {
    let query = r#"{ match(candidates: [{name: "Alibaba Group Holdings Inc", country: "us", kind: COMPANY}]) { candidates {
        entity { id } score features { kind agreement given found contribution }
    } } }"#;
    let feature = |kind: &str, agreement: &str, given: &str, found: &str, contribution: f64| json!({"kind": kind, "agreement": agreement, "given": given, "found": found, "contribution": contribution});
    assert_eq!(
        ask(query)["match"][0]["candidates"],
        json!([{
            "entity": {"id": "alibaba"},
            "score": 0.7372,
            "features": [
                feature("NAME", "PARTLY", "Alibaba Group Holdings Inc", "Alibaba Group Holding Ltd", 0.95),
                feature("LEGAL_FORM", "DIFFERS", "Inc", "Ltd", -0.0285),
                feature("COUNTRY", "DIFFERS", "US", "CN", -0.1843),
                feature("KIND", "AGREES", "COMPANY", "COMPANY", 0.0),
            ],
        }])
    );
}

#[test]
fn an_equal_identifier_is_decisive_and_ties_are_broken_by_name() {
    let found = ids(
        r#"[{identifiers: [{scheme: "ISO3166-1", value: " cn "}]}, {name: "Japan", identifiers: [{scheme: "iso3166-1", value: "CN"}]}]"#,
    );
    assert_eq!(found, [vec!["china"], vec!["china"]]);
    let mut dataset = sketch("B -60-> A");
    for entity in &mut dataset.entities {
        entity.identifiers = vec![Identifier::new("lei", "5493X").unwrap()];
    }
    let query = r#"{ match(candidates: [{name: "B", identifiers: [{scheme: "lei", value: "5493X"}]}]) { candidates { entity { id } } } }"#;
    let answer = answer_over_dataset(&dataset, Request::new("test", query));
    assert_eq!(ids_of(&answer["data"]["match"]), [["B", "A"]]);
    let others = ids(r#"[{name: "Macys", identifiers: [{scheme: "iso3166-1", value: "CN"}]}]"#);
    assert_eq!(others, [["china"]], "not the company of that name");
}

#[test]
fn limit_and_threshold_bound_the_result() {
    let count = |arguments: &str| {
        let query = format!(
            "{{ match(candidates: [{{name: \"Amazon China Ltd\"}}], {arguments}) {{ candidates {{ score }} }} }}"
        );
        let found = ask(&query)["match"][0]["candidates"].as_array().unwrap().clone();
        let scores: Vec<f64> = found.iter().map(|found| found["score"].as_f64().unwrap()).collect();
        assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
        scores.len()
    };
    assert_eq!(count("threshold: 1"), 1);
    assert_eq!(count("limit: 1, threshold: 0"), 1);
    assert!(count("limit: 100, threshold: 0.5") > 1);
}

#[test]
fn an_invalid_candidate_is_refused_with_its_position() {
    let of = |candidates: &str| {
        refused(&format!(
            "{{ match(candidates: {candidates}) {{ candidates {{ score }} }} }}"
        ))
    };
    let long = "x".repeat(10_000);
    for (candidates, place) in [
        ("[{}]", "candidates[0]:"),
        (r#"[{name: "eBay"}, {country: "US"}]"#, "candidates[1]:"),
        (&format!("[{{name: \"{long}\"}}]"), "candidates[0].name:"),
        (r#"[{name: "a\u0000b"}]"#, "candidates[0].name:"),
        (r#"[{name: "eBay", country: "Narnia"}]"#, "candidates[0].country:"),
        (
            r#"[{identifiers: [{scheme: "lei", value: "1"}, {scheme: "", value: "1"}]}]"#,
            "candidates[0].identifiers[1]:",
        ),
        ("[]", "0 candidates"),
    ] {
        let (code, argument, message) = of(candidates);
        assert_eq!(
            (code.as_str(), argument.as_str()),
            ("BAD_USER_INPUT", "Query.match(candidates:)"),
            "{message}"
        );
        assert!(message.starts_with(place), "{message}");
    }
    for (argument, place) in [
        ("limit: 0", "Query.match(limit:)"),
        ("limit: 101", "Query.match(limit:)"),
        ("threshold: -0.1", "Query.match(threshold:)"),
        ("threshold: 1.1", "Query.match(threshold:)"),
    ] {
        let query = format!("{{ match(candidates: [{{name: \"eBay\"}}], {argument}) {{ candidates {{ score }} }} }}");
        let (code, argument, _) = refused(&query);
        assert_eq!((code.as_str(), argument.as_str()), ("BAD_USER_INPUT", place));
    }
}

#[test]
fn odd_names_match_nothing() {
    let many_words = "a b ".repeat(120);
    let many_letters = "支付".repeat(250);
    for name in [
        "!!!",
        "\u{200b}",
        "…",
        "ǅ ﷺ \u{0301}",
        "Ωмега オメガ 오메가",
        "\\t\\n x",
        &many_words,
        &many_letters,
    ] {
        assert_eq!(ids(&format!("[{{name: \"{name}\"}}]")), [[""; 0]], "{name}");
    }
}

/// The answer to `count` candidates, sent as a variable.
fn many(count: usize) -> Value {
    let query =
        "query Many($candidates: [MatchInput!]!) { match(candidates: $candidates) { candidates { entity { id } } } }";
    let mut request = Request::new("test", query);
    let candidates: Vec<Value> = (0..count)
        .map(|number| json!({"name": format!("PayPal {number} GmbH")}))
        .collect();
    request.variables.insert("candidates".to_owned(), candidates.into());
    answer(request)
}

#[test]
fn a_thousand_candidates_are_answered_and_one_more_is_refused() {
    let answer_json = many(1000);
    assert_eq!(
        answer_json["data"]["match"].as_array().unwrap().len(),
        1000,
        "{answer_json}"
    );
    let error = &many(1001)["errors"][0];
    assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(error["message"], "1001 candidates; 1 to 1000 are allowed at a time");
}

#[test]
fn every_compared_entity_counts_as_work() {
    let api = Api::new(Limits {
        work_max: 20,
        ..Limits::default()
    });
    let query = r#"{ match(candidates: [{name: "Express China Group Alipay Amazon"}, {name: "Alibaba China"}, {name: "Express"}, {name: "PayPal China"}]) { candidates { score } } }"#;
    let answer = answer_over(api.as_ref().unwrap(), &store_of(&BUNDLED), Request::new("test", query));
    let answer = serde_json::to_value(&answer).unwrap();
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "BUDGET_EXCEEDED", "{answer}");
    assert_eq!(error["extensions"]["argument"], "Query.match(candidates:)");
    assert!(
        error["message"].as_str().unwrap().contains("fewer candidates"),
        "{answer}"
    );
    assert_eq!(answer["data"], json!({"match": null}));
}

#[test]
fn an_entity_does_not_match_before_it_was_recorded() {
    let query =
        r#"{ match(candidates: [{name: "eBay"}], view: {knownAt: "2000-01-01T00:00:00Z"}) { candidates { score } } }"#;
    assert_eq!(ask(query)["match"], json!([{"candidates": []}]));
}

#[test]
fn a_blank_value_counts_as_missing() {
    let found = ids(
        r#"[{name: "eBay", country: " "}, {name: ""}, {name: "eBay", identifiers: [{scheme: "lei", value: ""}]}, {name: "FedEx Corp", country: ""}]"#,
    );
    assert_eq!(found, [vec!["ebay"], vec![], vec!["ebay"], vec!["fedex"]]);
}

#[test]
fn country_and_kind_select_among_hundreds_of_namesakes() {
    let mut dataset = sketch("A -60-> B");
    let letters = || (b'A'..=b'Z').map(char::from);
    let countries = letters().flat_map(|first| letters().map(move |second| format!("{first}{second}")));
    for (number, country) in countries.take(300).enumerate() {
        let mut entity = Entity::new(&format!("n{number:03}"), EntityKind::Company, "Global Trading Ltd").unwrap();
        entity.country = Some(country);
        dataset.entities.push(entity);
    }
    dataset
        .entities
        .push(Entity::new("z", EntityKind::Person, "Global Trading").unwrap());
    let query = r#"{ match(candidates: [{name: "Global Trading Ltd", country: "KA"}, {name: "Global Trading", kind: PERSON}], limit: 1) { candidates { entity { id } score } } }"#;
    let answer = answer_over_dataset(&dataset, Request::new("test", query));
    let best = |number: usize| &answer["data"]["match"][number]["candidates"][0];
    assert_eq!(best(0), &json!({"entity": {"id": "n260"}, "score": 1.0}));
    assert_eq!(best(1)["entity"]["id"], "z");
}

#[test]
fn among_equal_scores_the_exact_spelling_comes_first() {
    let mut dataset = sketch("A -60-> B");
    for (id, name) in [("a", "Acme"), ("b", "Acme Inc"), ("c", "Acme LLC")] {
        dataset
            .entities
            .push(Entity::new(id, EntityKind::Company, name).unwrap());
    }
    for (name, first) in [("Acme Inc", "b"), ("ACME", "a"), ("acme llc", "c")] {
        let query = format!("{{ match(candidates: [{{name: \"{name}\"}}]) {{ candidates {{ entity {{ id }} }} }} }}");
        let answer = answer_over_dataset(&dataset, Request::new("test", query));
        assert_eq!(ids_of(&answer["data"]["match"])[0][0], first, "{name}");
    }
}

#[test]
fn a_candidate_that_loses_to_an_identifier_has_one_feature_for_it() {
    let query = r#"{ match(threshold: 0, candidates: [{name: "Macys", identifiers: [{scheme: "lei", value: "1"}, {scheme: "iso3166-1", value: "CN"}]}]) {
        candidates { entity { id } score features { kind agreement given contribution } } } }"#;
    let found = &ask(query)["match"][0]["candidates"];
    assert_eq!(found[0]["entity"]["id"], "china");
    let macys = found
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["entity"]["id"] == "macys")
        .unwrap();
    let features = macys["features"].as_array().unwrap();
    let identifiers = features.iter().filter(|feature| feature["kind"] == "IDENTIFIER");
    let identifiers: Vec<(&str, &str)> = identifiers
        .map(|feature| {
            (
                feature["given"].as_str().unwrap(),
                feature["agreement"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(identifiers, [("lei 1", "UNKNOWN"), ("iso3166-1 CN", "DIFFERS")]);
    let sum: f64 = features
        .iter()
        .map(|feature| feature["contribution"].as_f64().unwrap())
        .sum();
    assert!(
        (sum - macys["score"].as_f64().unwrap()).abs() < 1e-9 && sum < 0.5,
        "{macys}"
    );
}

#[test]
fn common_country_codes_are_accepted() {
    let mut dataset = sketch("A -60-> B");
    dataset.entities[0].country = Some("GB".to_owned());
    dataset.entities[1].country = Some("US".to_owned());
    let query = r#"{ match(candidates: [{name: "A", country: "uk"}]) { candidates { score } }
        search(text: "A", countries: ["Uk", "EL"]) { nodes { id } } }"#;
    let answer = answer_over_dataset(&dataset, Request::new("test", query));
    assert_eq!(
        answer["data"],
        json!({"match": [{"candidates": [{"score": 1.0}]}], "search": {"nodes": [{"id": "A"}]}})
    );
}
