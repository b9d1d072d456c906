//! Documents that are cheap to write and would be expensive to run: each is refused, with a short answer.

use std::fmt::Write;
use std::time::Instant;

use super::tests::{api, attach, pool, run};
use super::{Limits, Request};

/// The allocator of the shipped program, so that `cost_of_refusing` measures the same.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Small documents that would be ruinous to run.
fn hostile() -> Vec<(&'static str, String, &'static str)> {
    let doubling = |levels: usize| {
        let mut text = "{ company(by: {id: \"a\"}) { ...F0 } }".to_owned();
        for level in 0..levels {
            let next = level + 1;
            write!(text, " fragment F{level} on Company {{ ...F{next} ...F{next} }}").unwrap();
        }
        write!(text, " fragment F{levels} on Company {{ id }}").unwrap();
        text
    };
    let chain = |levels: usize| {
        let mut text = "{ ...F0 }".to_owned();
        for level in 0..levels {
            write!(text, " fragment F{level} on Query {{ ...F{} }}", level + 1).unwrap();
        }
        write!(text, " fragment F{levels} on Query {{ refuses }}").unwrap();
        text
    };
    let nested = |levels: usize| {
        let field = "partners { ".repeat(levels);
        format!(
            "{{ company(by: {{id: \"a\"}}) {{ {field} id {} }} }}",
            "} ".repeat(levels)
        )
    };
    let aliases = |count: usize| {
        let all: String = (0..count).map(|n| format!("a{n}: id ")).collect();
        format!("{{ company(by: {{id: \"a\"}}) {{ {all} }} }}")
    };
    let operations = |count: usize, uses: usize| {
        let all: String = (0..count)
            .map(|n| format!("query Q{n}($a: String) {{ ...F }} "))
            .collect();
        format!(
            "{all} fragment F on Query {{ nodes(ids: [{}]) {{ id }} }}",
            "$a ".repeat(uses)
        )
    };
    vec![
        ("100,000 open brackets", "{a".repeat(100_000), "LIMIT_EXCEEDED"),
        ("9,000 open brackets", "{a".repeat(4_500), "LIMIT_EXCEEDED"),
        (
            "a list of lists",
            format!("{{ nodes(ids: {}", "[".repeat(9_000)),
            "LIMIT_EXCEEDED",
        ),
        (
            "100,000 fields",
            format!("{{ {} }}", "refuses ".repeat(100_000)),
            "LIMIT_EXCEEDED",
        ),
        (
            "9,900 root fields",
            format!("{{ {} }}", "refuses ".repeat(9_900)),
            "LIMIT_EXCEEDED",
        ),
        (
            "9,900 unknown fields below another",
            format!("{{ company(by: {{id: \"a\"}}) {{ {} }} }}", "xxxxxxxxx ".repeat(9_900)),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("90,000 aliases", aliases(90_000), "LIMIT_EXCEEDED"),
        ("101 aliases", aliases(101), "LIMIT_EXCEEDED"),
        ("24 doubling fragments", doubling(24), "LIMIT_EXCEEDED"),
        ("60 doubling fragments", doubling(60), "LIMIT_EXCEEDED"),
        ("1,000 doubling fragments", doubling(1_000), "LIMIT_EXCEEDED"),
        ("a chain of 1,200 fragments", chain(1_200), "LIMIT_EXCEEDED"),
        ("25 levels of fields", nested(25), "LIMIT_EXCEEDED"),
        (
            "50,000 directives",
            format!("{{ refuses {} }}", "@skip(if: true) ".repeat(50_000)),
            "LIMIT_EXCEEDED",
        ),
        (
            "51 directives",
            format!("{{ refuses {} }}", "@x ".repeat(51)),
            "LIMIT_EXCEEDED",
        ),
        (
            "pages of pages",
            "{ company(by: {id: \"a\"}) { partners(first: 1000) { partners(last: 1000) { id } } } }".to_owned(),
            "LIMIT_EXCEEDED",
        ),
        ("pages by default", nested(6), "LIMIT_EXCEEDED"),
        (
            "a block string of 1 MB",
            format!(
                "{{ company(by: {{id: \"\"\"{}\"\"\"}}) {{ id }} }}",
                "{\n(((".repeat(200_000)
            ),
            "LIMIT_EXCEEDED",
        ),
        (
            "a string that does not end",
            format!("{{ company(by: {{id: \"{}", "{".repeat(1_000_000)),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "nesting behind a broken block string",
            format!("{{ nodes(ids: [\"\"\"a\"\n{}", "[".repeat(500_000)),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "a name of 1 MB",
            format!("{{ {} }}", "x".repeat(1_000_000)),
            "LIMIT_EXCEEDED",
        ),
        (
            "1 MB of comments",
            format!("#{}\n{{ nope }}", "{".repeat(1_000_000)),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "a syntax error after 125 KB",
            format!("{{ company(by: {{id: \"{}\"}}) {{ id }} }} !", "x".repeat(125_000)),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "a cycle of fragments",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "many operations of which none is chosen",
            operations(400, 2_000),
            "BAD_REQUEST",
        ),
        (
            "many operations with wrong variables",
            operations(400, 2_000).replace("Q0(", "chosen("),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "as many operations, each with other faults",
            operations(400, 20).replace("$a: String", "$b: Int"),
            "BAD_REQUEST",
        ),
        (
            "9,000 escapes before an invalid one",
            format!(
                "{{ company(by: {{id: \"{}\"}}) {{ id }} }}",
                "\\u00e9".repeat(9_000) + "\\uD800"
            ),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "9,900 invalid characters",
            format!("{{ {} }}", "?".repeat(9_900)),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "9,900 incomplete definitions",
            "query ".repeat(9_900),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "9,900 values of two lines each",
            format!("{{ nodes(ids: [{}", "\"\"\"\n\"\"\"".repeat(9_900)),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "more than 1 MiB",
            format!("#{}", "x".repeat(1_100_000)),
            "LIMIT_EXCEEDED",
        ),
    ]
}

fn hostile_request(text: String) -> Request {
    let mut request = Request::new("r1", text);
    // Without a name, several operations are refused unseen.
    if request.query.contains("chosen") {
        request.operation_name = Some("chosen".to_owned());
    }
    request
}

#[tokio::test]
async fn hostile_documents_are_refused() {
    for (name, text, expected) in hostile() {
        let (_, answer) = run(hostile_request(text)).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("none");
        assert_eq!(code, expected, "{name}: {}", answer["errors"]);
        assert!(
            answer.to_string().len() < 20_000,
            "{name}: the answer echoes the request"
        );
    }
}

#[tokio::test]
#[ignore = "prints the cost of refusing; run with --release --ignored --nocapture"]
async fn cost_of_refusing() {
    let api = api(Limits::default());
    for (name, text, _) in hostile() {
        let mut best = f64::INFINITY;
        // The best of several, since other processes can only slow it down.
        for _ in 0..20 {
            let request = hostile_request(text.clone());
            let began = Instant::now();
            let answer = api.answer(request, &pool(), attach).await;
            drop(serde_json::to_vec(&answer).unwrap());
            best = best.min(began.elapsed().as_secs_f64() * 1000.0);
        }
        println!("{best:>8.3} ms  {name} ({} bytes)", text.len());
    }
}
