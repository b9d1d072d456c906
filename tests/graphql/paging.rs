//! Paging: every element once, in both directions, with cursors that belong to one listing.

use guanxi::engine::Request;
use serde_json::{Value, json};

use crate::harness::{answer, ask, refused};

/// Every listing of the schema with several pages in the bundled graph, without its paging arguments.
const LISTINGS: [(&str, &str); 12] = [
    ("entities", "{ entities(PAGE) { CONNECTION } }"),
    (
        "entities",
        "{ entities(PAGE, orderBy: [{field: NAME, direction: DESC}]) { CONNECTION } }",
    ),
    (
        "entities",
        "{ entities(PAGE, orderBy: [{field: COUNTRY}, {field: KIND, direction: DESC}]) { CONNECTION } }",
    ),
    (
        "companies",
        r#"{ companies(PAGE, filter: {country: {eq: "us"}}) { CONNECTION } }"#,
    ),
    (
        "relationships",
        "{ relationships(PAGE, view: {ever: true}) { CONNECTION } }",
    ),
    (
        "relationships",
        "{ relationships(PAGE, view: {ever: true}, orderBy: [{field: SINCE}, {field: SHARE, direction: DESC}]) { CONNECTION } }",
    ),
    ("sources", "{ sources(PAGE) { CONNECTION } }"),
    (
        "company.relationships",
        r#"{ company(by: {id: "alibaba"}) { relationships(PAGE) { CONNECTION } } }"#,
    ),
    (
        "company.neighbors",
        r#"{ company(by: {id: "alibaba"}) { neighbors(PAGE, orderBy: [{field: NEIGHBOR_NAME}]) { CONNECTION } } }"#,
    ),
    (
        "service.acceptedBy",
        r#"{ service(by: {id: "alipay-epass"}) { acceptedBy(PAGE) { CONNECTION } } }"#,
    ),
    (
        "person.statements",
        r#"{ person(by: {id: "jiang-jialin"}) { statements(PAGE) { CONNECTION } } }"#,
    ),
    (
        "node.statements",
        r#"{ node(id: "source:cd-2014-11-27") { ... on Source { statements(PAGE) { CONNECTION } } } }"#,
    ),
];

fn connection(path: &str, listing: &str, page: &str) -> Value {
    let selection =
        "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }";
    let data = ask(&listing.replace("PAGE", page).replace("CONNECTION", selection));
    path.split('.').fold(data, |value, field| value[field].clone())
}

fn ids(connection: &Value) -> Vec<String> {
    let edges = connection["edges"].as_array().unwrap();
    edges
        .iter()
        .map(|edge| format!("{} {}", edge["node"]["id"], edge["cursor"]))
        .collect()
}

#[test]
fn paging_in_either_direction_returns_every_element_once() {
    for (path, listing) in LISTINGS {
        let all = connection(path, listing, "first: 1000");
        let everything = ids(&all);
        assert_eq!(
            everything.len(),
            usize::try_from(all["totalCount"].as_u64().unwrap()).unwrap(),
            "{listing}"
        );
        assert!(everything.len() > 4, "{listing} has several pages");

        let (mut forwards, mut page) = (Vec::new(), "first: 3".to_owned());
        loop {
            let connection = connection(path, listing, &page);
            assert_eq!(
                connection["pageInfo"]["hasPreviousPage"],
                !forwards.is_empty(),
                "{listing} {page}"
            );
            forwards.extend(ids(&connection));
            if connection["pageInfo"]["hasNextPage"] == false {
                break;
            }
            page = format!("first: 3, after: {}", connection["pageInfo"]["endCursor"]);
        }
        assert_eq!(forwards, everything, "{listing}");

        let (mut backwards, mut page) = (Vec::new(), "last: 4".to_owned());
        loop {
            let connection = connection(path, listing, &page);
            assert_eq!(
                connection["pageInfo"]["hasNextPage"],
                !backwards.is_empty(),
                "{listing} {page}"
            );
            backwards.splice(0..0, ids(&connection));
            if connection["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
            page = format!("last: 4, before: {}", connection["pageInfo"]["startCursor"]);
        }
        assert_eq!(backwards, everything, "{listing}");
    }
}

#[test]
fn a_window_between_two_cursors_contains_the_elements_between() {
    for (path, listing) in LISTINGS {
        let all = connection(path, listing, "first: 1000");
        let edges = all["edges"].as_array().unwrap();
        let (from, to) = (&edges[0]["cursor"], &edges[edges.len() - 1]["cursor"]);
        let between = connection(path, listing, &format!("first: 1000, after: {from}, before: {to}"));
        assert_eq!(ids(&between), ids(&all)[1..edges.len() - 1], "{listing}");
    }
}

#[test]
fn a_cursor_of_another_order_filter_view_or_listing_is_refused() {
    let cursor =
        ask("{ companies(first: 1) { pageInfo { endCursor } } }")["companies"]["pageInfo"]["endCursor"].clone();
    let with = |query: &str| query.replace("CURSOR", &cursor.to_string());
    assert_eq!(
        ask(&with("{ companies(first: 2, after: CURSOR) { nodes { id } } }"))["companies"]["nodes"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    for other in [
        "{ companies(after: CURSOR, orderBy: [{field: NAME}]) { nodes { id } } }",
        r#"{ companies(after: CURSOR, filter: {country: {eq: "US"}}) { nodes { id } } }"#,
        r#"{ companies(after: CURSOR, view: {asOf: "2014-11-28"}) { nodes { id } } }"#,
        "{ entities(after: CURSOR) { nodes { id } } }",
        r#"{ company(by: {id: "alibaba"}) { neighbors(before: CURSOR) { nodes { id } } } }"#,
    ] {
        let (code, argument, message) = refused(&with(other));
        assert_eq!(code, "BAD_USER_INPUT", "{other}");
        assert!(
            argument.ends_with("(after:)") || argument.ends_with("(before:)"),
            "{argument}"
        );
        assert!(message.contains("another listing"), "{message}");
    }
    for broken in ["", "x", "WyJ4Il0", "\u{652f}"] {
        let (code, _, message) = refused(&format!("{{ companies(after: \"{broken}\") {{ nodes {{ id }} }} }}"));
        assert_eq!(code, "BAD_USER_INPUT", "{broken}: {message}");
    }
}

#[test]
fn a_cursor_from_yesterday_continues_where_it_was() {
    let mut request = Request::new(
        "test",
        "{ relationships(first: 5) { nodes { id } pageInfo { endCursor } } }",
    );
    let early = crate::harness::answer_at("2026-11-22T23:59:59Z", request.clone());
    let cursor = early["data"]["relationships"]["pageInfo"]["endCursor"].clone();
    request.query =
        format!("{{ relationships(first: 5, after: {cursor}) {{ nodes {{ id view: held(on: \"2014-01-01\") }} }} }}");
    let (today, tomorrow) = (
        answer(request.clone()),
        crate::harness::answer_at("2026-11-23T00:00:01Z", request),
    );
    assert_eq!(today, tomorrow);
    assert_eq!(today.get("errors"), None, "{today:#}");
}

#[test]
fn page_sizes_are_bounded() {
    for (page, argument) in [
        ("first: -1", "first"),
        ("first: 1001", "first"),
        ("last: -1", "last"),
        ("first: 1, last: 1", "last"),
    ] {
        let (code, place, message) = refused(&format!("{{ companies({page}) {{ nodes {{ id }} }} }}"));
        assert_eq!(
            (code.as_str(), place),
            ("BAD_USER_INPUT", format!("Query.companies({argument}:)")),
            "{page}: {message}"
        );
    }
    let data = ask("{ companies { nodes { id } totalCount } }");
    assert_eq!(data["companies"]["nodes"].as_array().unwrap().len(), 20);
    assert_eq!(data["companies"]["totalCount"], json!(47));
}

#[test]
fn an_empty_page_has_the_total_count() {
    for (path, listing) in LISTINGS {
        let all = connection(path, listing, "first: 1000");
        let first = connection(path, listing, "first: 0");
        let nothing = |before: bool, after: bool| json!({"hasPreviousPage": before, "hasNextPage": after, "startCursor": null, "endCursor": null});
        assert_eq!(
            (&first["edges"], &first["totalCount"]),
            (&json!([]), &all["totalCount"]),
            "{listing}"
        );
        assert_eq!(first["pageInfo"], nothing(false, true), "{listing}");
        let last = connection(path, listing, "last: 0");
        assert_eq!(
            (&last["edges"], &last["totalCount"]),
            (&json!([]), &all["totalCount"]),
            "{listing}"
        );
        assert_eq!(last["pageInfo"], nothing(true, false), "{listing}");
        let end = &all["pageInfo"]["endCursor"];
        let behind = connection(path, listing, &format!("first: 0, after: {end}"));
        assert_eq!(behind["pageInfo"], nothing(true, false), "{listing}");
    }
}

#[test]
fn a_cursor_is_valid_for_equivalent_arguments() {
    let one = r#"filter: {country: {eq: "US"}, status: [ACTIVE, UNKNOWN]}, view: {asOf: "2014-11-28", statuses: [REPORTED, ACTIVE]}"#;
    let cursor = ask(&format!(
        "{{ companies(first: 1, {one}) {{ pageInfo {{ endCursor }} }} }}"
    ))["companies"]["pageInfo"]["endCursor"]
        .clone();
    for other in [
        r#"filter: {status: [UNKNOWN, ACTIVE], country: {eq: "US"}}, view: {statuses: [ACTIVE, REPORTED], asOf: "2014-11-28"}"#,
        r#"view: {asOf: "2014-11-28", statuses: [ACTIVE, REPORTED]}, filter: {status: [ACTIVE, UNKNOWN, ACTIVE], country: {eq: "US"}, name: null}"#,
    ] {
        let next = ask(&format!(
            "{{ companies(first: 1, after: {cursor}, {other}) {{ nodes {{ id }} }} }}"
        ));
        assert_eq!(next["companies"]["nodes"].as_array().map(Vec::len), Some(1), "{other}");
    }
    let variables = json!({"filter": {"status": ["UNKNOWN", "ACTIVE"], "country": {"eq": "US"}}, "view": {"asOf": "2014-11-28", "statuses": ["ACTIVE", "REPORTED"]}});
    let query = format!(
        "query($filter: EntityFilter, $view: ViewInput) {{ companies(first: 1, after: {cursor}, filter: $filter, view: $view) {{ nodes {{ id }} }} }}"
    );
    let request = Request {
        variables: variables.as_object().unwrap().clone(),
        ..Request::new("test", query)
    };
    assert_eq!(
        answer(request)["data"]["companies"]["nodes"].as_array().map(Vec::len),
        Some(1)
    );
    for other in [
        r#"filter: {country: {eq: "US"}, status: [ACTIVE]}, view: {asOf: "2014-11-28", statuses: [REPORTED, ACTIVE]}"#,
        r#"filter: {country: {eq: "US"}, status: [ACTIVE, UNKNOWN]}, view: {asOf: "2014-11-29", statuses: [REPORTED, ACTIVE]}"#,
    ] {
        let (_, _, message) = refused(&format!(
            "{{ companies(first: 1, after: {cursor}, {other}) {{ nodes {{ id }} }} }}"
        ));
        assert!(message.contains("another listing"), "{message}");
    }
}

#[test]
fn a_cursor_is_valid_for_omitted_and_explicit_defaults() {
    for (listing, one, other) in [
        (
            "companies",
            "orderBy: {field: NAME}",
            "orderBy: {field: NAME, direction: ASC}",
        ),
        ("companies", "", "filter: {}"),
        (
            "companies",
            "filter: {kind: COMPANY}",
            "filter: {kind: [COMPANY], and: []}",
        ),
        (
            "companies",
            r#"filter: {or: [{kind: COMPANY}, {country: {eq: "US"}}]}"#,
            r#"filter: {or: [{country: {eq: "US"}}, {kind: COMPANY}]}"#,
        ),
        (
            "companies",
            "filter: {relationships: {some: {kinds: [OWNS]}}}",
            "filter: {relationships: {some: {kinds: [OWNS], direction: BOTH}}}",
        ),
        (
            "relationships",
            "orderBy: {field: SINCE}",
            "orderBy: [{field: SINCE, direction: ASC}]",
        ),
        (
            "commonConnections",
            r#"of: ["saks", "gilt"]"#,
            r#"of: ["saks?asOf=2014-11-28", "gilt"], filter: {}"#,
        ),
    ] {
        let page = |arguments: &str, select: &str| {
            ask(&format!("{{ {listing}(first: 1, {arguments}) {{ {select} }} }}"))[listing].clone()
        };
        for (one, other) in [(one, other), (other, one)] {
            let cursor = page(one, "pageInfo { endCursor }")["pageInfo"]["endCursor"].clone();
            assert!(cursor.is_string(), "{one}");
            page(&format!("{other}, after: {cursor}"), "edges { cursor }");
        }
    }
    let cursor = ask("{ companies(first: 1, orderBy: {field: NAME}) { pageInfo { endCursor } } }");
    let cursor = &cursor["companies"]["pageInfo"]["endCursor"];
    let (_, _, message) = refused(&format!(
        "{{ companies(first: 1, after: {cursor}, orderBy: {{field: NAME, direction: DESC}}) {{ nodes {{ id }} }} }}"
    ));
    assert!(message.contains("another listing"), "{message}");
}
