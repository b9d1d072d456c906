//! Time over the bundled graph: timelines, and differences between two views.

use guanxi::engine::Request;
use serde_json::{Value, json};

use crate::harness::{answer_at, answer_over_dataset, ask, refused, sketch::sketch};

fn timeline(id: &str, arguments: &str, view: &str) -> Value {
    let entry = "on what relationship { id: key from { id: key } kind to { id: key } }";
    let selection = format!(
        "totalCount pageInfo {{ hasNextPage endCursor }} edges {{ cursor node {{ {entry} }} }} nodes {{ {entry} }}"
    );
    ask(&format!(
        "{{ entity(by: {{id: \"{id}\"}}{view}) {{ timeline{arguments} {{ {selection} }} }} }}"
    ))["entity"]["timeline"]
        .clone()
}

fn lines(timeline: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let entries = timeline["nodes"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let relationship = &entry["relationship"];
            let ends = [
                &relationship["from"]["id"],
                &relationship["kind"],
                &relationship["to"]["id"],
            ]
            .map(text);
            format!("{} {} {}", text(&entry["on"]), text(&entry["what"]), ends.join(" "))
        })
        .collect()
}

#[test]
fn a_timeline_lists_plans_reports_and_ends_in_order() {
    let gilt = timeline("gilt", "", r#", view: {asOf: "2000-01-01"}"#);
    assert_eq!(
        lines(&gilt),
        [
            "2014-11 STATED gilt ACCEPTS alipay-epass",
            "2014-11-27 STATED gilt BASED_IN united-states",
            "2014-11-28 STARTED gilt PARTICIPATES_IN black-friday-2014",
            "2014-11-29 ENDED gilt PARTICIPATES_IN black-friday-2014",
            "2015-12-14 REPORTED hudsons-bay OWNS gilt",
            "2016-01-07 ANNOUNCED hudsons-bay OWNS gilt",
            "2016-01-07 LAPSED hudsons-bay OWNS gilt",
        ]
    );
    assert_eq!(gilt["totalCount"], 7);
    let firm = timeline("gilt", "", ", view: {statuses: [REPORTED]}");
    assert_eq!(
        lines(&firm),
        [
            "2015-12-14 REPORTED hudsons-bay OWNS gilt",
            "2016-01-07 LAPSED hudsons-bay OWNS gilt"
        ]
    );
    let friday = timeline("black-friday-2014", "(first: 2)", "");
    assert_eq!(lines(&friday)[0], "2014-11-28 FIRST_DAY - - -");
    assert!(lines(&timeline("alibaba", "", "")).contains(&"2014-11-15 CONTRADICTED alibaba OWNS alipay".to_owned()));
}

#[test]
fn pages_of_a_timeline_are_the_timeline() {
    let whole = lines(&timeline("alibaba", "(first: 1000)", ""));
    let (mut paged, mut arguments) = (Vec::new(), "(first: 3)".to_owned());
    loop {
        let page = timeline("alibaba", &arguments, "");
        paged.extend(lines(&page));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        arguments = format!("(first: 3, after: {})", page["pageInfo"]["endCursor"]);
    }
    assert_eq!(paged, whole);
    let cursor = timeline("alibaba", "(first: 1)", "")["edges"][0]["cursor"].clone();
    for (query, argument) in [
        (
            format!(r#"{{ entity(by: {{id: "alipay"}}) {{ timeline(after: {cursor}) {{ totalCount }} }} }}"#),
            "after",
        ),
        (
            r#"{ entity(by: {id: "alipay"}) { timeline(first: -1) { totalCount } } }"#.to_owned(),
            "first",
        ),
        (
            r#"{ person(by: {id: "jack-ma"}) { timeline(first: 1001) { totalCount } } }"#.to_owned(),
            "first",
        ),
        (
            r#"{ market(by: {id: "overseas-purchasing"}) { timeline(after: "?") { totalCount } } }"#.to_owned(),
            "after",
        ),
    ] {
        let (code, place, message) = refused(&query);
        assert_eq!(
            (code, place),
            ("BAD_USER_INPUT".to_owned(), format!("Entity.timeline({argument}:)")),
            "{message}"
        );
    }
}

const ENTRY: &str =
    "change before { id: key ... on Relationship { sentence to { ... on Company { view { asOf knownAt } } } } }
    after { id: key ... on Relationship { sentence from { ... on Company { view { asOf knownAt } } } } }";

fn diff(arguments: &str) -> Value {
    ask(&format!(
        "{{ diff({arguments}) {{ totalCount nodes {{ {ENTRY} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    ))["diff"]
        .clone()
}

#[test]
fn a_diff_of_two_days_reads_each_side_through_its_own_view() {
    let diff = diff(r#"of: "alibaba", from: {asOf: "2014-11-28"}, to: {asOf: "2018-01-01"}"#);
    let sentences: Vec<(&str, &str)> = diff["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let side = if entry["before"].is_null() {
                &entry["after"]
            } else {
                &entry["before"]
            };
            (entry["change"].as_str().unwrap(), side["sentence"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        sentences,
        [
            (
                "APPEARED",
                "Alibaba Group owns Alibaba Australia and New Zealand (over 50 %, since 2017-02-04; Alizila)."
            ),
            (
                "DISAPPEARED",
                "Alibaba Group owns Cainiao (48 %, 2013-05-28 to 2017-09; CGTN America, The Paypers, China Daily)."
            ),
            (
                "APPEARED",
                "Alibaba Group owns Cainiao (51 %, since 2017-09; Pandaily)."
            ),
        ]
    );
    assert_eq!(diff["nodes"][0]["after"]["from"]["view"]["asOf"], "2018-01-01");
    assert_eq!(diff["nodes"][1]["before"]["to"]["view"]["asOf"], "2014-11-28");
}

#[test]
fn everything_appears_when_it_is_recorded() {
    let count = |query: &str| ask(query);
    let sizes = count("{ entities { totalCount } relationships(view: {ever: true}) { totalCount } }");
    let all =
        sizes["entities"]["totalCount"].as_i64().unwrap() + sizes["relationships"]["totalCount"].as_i64().unwrap();
    let appeared = diff(r#"from: {knownAt: "2020-01-01T00:00:00Z", ever: true}, to: {ever: true}, first: 1000"#);
    assert_eq!(appeared["totalCount"], all);
    assert!(
        appeared["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|entry| entry["change"] == "APPEARED" && entry["before"].is_null())
    );
    let gone = diff(r#"of: ["gilt"], to: {knownAt: "2020-01-01T00:00:00Z", ever: true}, from: {ever: true}"#);
    assert_eq!(
        (&gone["nodes"][0]["change"], &gone["nodes"][0]["before"]["id"]),
        (&json!("DISAPPEARED"), &json!("gilt"))
    );
    assert_eq!(diff("from: {ever: true}, to: {ever: true}")["totalCount"], 0);
    assert_eq!(
        diff(r#"of: [], from: {asOf: "2014-01-01"}, to: {ever: true}"#)["totalCount"],
        0
    );
    let statuses = diff("from: {ever: true, statuses: [ACTIVE]}, to: {ever: true, statuses: [ACTIVE, PLANNED]}");
    assert_eq!(statuses["totalCount"], 3);
}

#[test]
fn pages_of_a_diff_read_the_same_two_views() {
    let views = r#"from: {asOf: "2014-11-28"}, to: {}"#;
    let query = |page: &str| {
        let query =
            format!("{{ diff({views}, {page}) {{ nodes {{ {ENTRY} }} pageInfo {{ hasNextPage endCursor }} }} }}");
        Request::new("test", &query)
    };
    let whole = diff(&format!("{views}, first: 1000"));
    let (mut paged, mut page, mut hour) = (Vec::new(), "first: 4".to_owned(), 12);
    loop {
        // Each page is requested on another day; all read the state of the first.
        let answer = answer_at(&format!("2026-11-{}T12:00:00Z", hour + 10), query(&page));
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        hour = (hour + 1).min(18);
        let part = &answer["data"]["diff"];
        paged.extend(part["nodes"].as_array().unwrap().clone());
        if part["pageInfo"]["hasNextPage"] == false {
            break;
        }
        page = format!("first: 4, after: {}", part["pageInfo"]["endCursor"]);
    }
    assert_eq!(Value::from(paged), whole["nodes"]);
}

#[test]
fn invalid_arguments_of_diffs_are_refused() {
    let many: Vec<String> = (0..101).map(|number| format!("\"e{number}\"")).collect();
    let views = r#"from: {asOf: "2014-11-28"}, to: {asOf: "2018-01-01"}"#;
    for (arguments, code, argument) in [
        (format!(r#"of: ["alibaba", "nobody"], {views}"#), "NOT_FOUND", "of"),
        (format!("of: [{}], {views}", many.join(" ")), "BAD_USER_INPUT", "of"),
        (format!("first: -1, {views}"), "BAD_USER_INPUT", "first"),
        (format!("first: 1001, {views}"), "BAD_USER_INPUT", "first"),
        (format!("after: \"x\", {views}"), "BAD_USER_INPUT", "after"),
        (
            r#"from: {asOf: "2014-01-01", ever: true}, to: {}"#.to_owned(),
            "BAD_USER_INPUT",
            "from",
        ),
        (
            r#"from: {}, to: {asOf: "2014-01-01", ever: true}"#.to_owned(),
            "BAD_USER_INPUT",
            "to",
        ),
        ("from: {}, to: {statuses: []}".to_owned(), "BAD_USER_INPUT", "to"),
    ] {
        let (actual, place, message) = refused(&format!("{{ diff({arguments}) {{ totalCount }} }}"));
        assert_eq!(
            (actual.as_str(), place),
            (code, format!("Query.diff({argument}:)")),
            "{arguments}: {message}"
        );
        assert!(code != "NOT_FOUND" || message.contains("nobody"), "{message}");
    }
    let cursor = diff(&format!("{views}, first: 1"))["pageInfo"]["endCursor"].clone();
    for other in [
        r#"from: {asOf: "2014-11-27"}, to: {asOf: "2018-01-01"}"#,
        r#"from: {asOf: "2014-11-28"}, to: {asOf: "2018-01-02"}"#,
        r#"of: ["gilt"], from: {asOf: "2014-11-28"}, to: {asOf: "2018-01-01"}"#,
    ] {
        let (code, place, _) = refused(&format!("{{ diff({other}, after: {cursor}) {{ totalCount }} }}"));
        assert_eq!(
            (code.as_str(), place.as_str()),
            ("BAD_USER_INPUT", "Query.diff(after:)"),
            "{other}"
        );
    }
}

#[test]
fn an_end_follows_its_beginning_whatever_the_precision_of_its_date() {
    let request = Request::new(
        "test",
        r#"{ entity(by: {id: "B"}) { timeline { nodes { on what } } } }"#,
    );
    let answer = answer_over_dataset(&sketch("A -60[2013-05-28,2013)-> B"), request);
    assert_eq!(
        answer["data"]["entity"]["timeline"]["nodes"],
        json!([{"on": "2013-05-28", "what": "STARTED"}, {"on": "2013", "what": "ENDED"}])
    );
}
