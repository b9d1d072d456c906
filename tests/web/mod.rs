//! The running program: the public GraphQL-over-HTTP audits, a browser, a client without either.
//! Tests that need Node.js or a browser print that they are skipped if it is missing, and fail with `CI=true`.

mod caches;
mod clients;
mod python;
mod reference;
mod scripts;
mod server;

use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    process::Output,
};

use serde_json::Value;

use self::server::Server;

/// All checks of the public audits in the version that package-lock.json names.
const AUDITS: &str = "61 passed, 0 failed";
const SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    worker-src 'self' blob:; connect-src 'self'; font-src 'self' data:; img-src 'self' data:; frame-ancestors 'none'";

/// The requirement of a test, or `None` after printing that the test is skipped, which fails with `CI=true`.
pub(crate) fn needed<T>(claim: &str, result: Result<T, String>) -> Option<T> {
    let why = match result {
        Ok(result) => return Some(result),
        Err(why) => why,
    };
    let sentence = format!("SKIPPED: {claim}: {why}");
    assert!(env::var("CI").as_deref() != Ok("true"), "{sentence}");
    // Not eprintln, since the output of a test that passes is captured.
    io::stderr().write_all(format!("\n{sentence}\n").as_bytes()).unwrap();
    None
}

/// The first page, if the program was built with its pages.
fn first_page(server: &Server) -> Result<String, String> {
    let page = server.get("/", &[]);
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let page = page.text().to_owned();
    if page.contains("id=\"root\"") {
        return Ok(page);
    }
    assert!(
        page.contains("built without its web pages: install Node.js") && page.contains("GraphQL is served at"),
        "the page says neither how to get the pages nor what works without them: {page}"
    );
    Err("The program was built without its web pages: by GUANXI_WEB=skip, or cargo's warning says why.".to_owned())
}

/// The output of a script, which must succeed.
fn printed(output: &Output) -> String {
    let output_text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{output_text}{complaints}");
    output_text
}

/// The operation names of the examples, in the order of their files.
fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/queries");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let name = |text: &str| {
        let verbs = ["query ", "mutation ", "subscription "];
        let named = |line| verbs.iter().find_map(|verb| str::strip_prefix(line, verb));
        let operation: &str = text.lines().find_map(named).unwrap();
        operation.split([' ', '(', '{']).next().unwrap().to_owned()
    };
    files
        .iter()
        .map(|file| name(&fs::read_to_string(file).unwrap()))
        .collect()
}

#[test]
fn every_public_graphql_over_http_audit_passes() {
    let server = Server::start();
    let url = format!("{}/graphql", server.url());
    let ran = scripts::WEB.run("audits.mjs", &[&url], &[]);
    let Some(output) = needed("the public audits", ran) else {
        return;
    };
    let output_text = printed(&output);
    assert_eq!(output_text.lines().last(), Some(AUDITS), "{output_text}");
}

#[test]
fn graphiql_shows_the_documentation_completes_and_answers_every_example_with_no_request_to_other_hosts() {
    let server = Server::start();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("graphiql");
    let claim = "GraphiQL in a browser";
    let Some(_) = needed(claim, first_page(&server)) else {
        return;
    };
    let Some(browser) = needed(claim, scripts::browser()) else {
        return;
    };
    let arguments = [&*server.url(), folder.to_str().unwrap()];
    let ran = scripts::WEB.run("graphiql.mjs", &arguments, &[("CHROMIUM", &browser)]);
    let Some(output) = needed(claim, ran) else { return };
    let output_text = printed(&output);
    // The script fails by itself; this checks that it tested everything.
    let report: Value = serde_json::from_str(&output_text).unwrap();
    let (examples, none) = (serde_json::json!(examples()), serde_json::json!([]));
    assert_eq!(
        (&report["tabs"], &report["answered"]),
        (&examples, &examples),
        "{output_text}"
    );
    for nothing in ["external", "violations", "consoleErrors"] {
        assert_eq!(report[nothing], none, "{nothing}: {output_text}");
    }
    assert!(report["queryFields"].as_u64().unwrap() >= 20, "{output_text}");
    let watched = report["watched"].as_array().unwrap();
    assert_eq!(watched, &["WatchTwoCompanies"], "{output_text}");
    let completions = report["completions"].as_array().unwrap();
    assert!(completions.contains(&Value::from("company")), "{output_text}");
    assert_eq!(report["phone"], true, "{output_text}");
    assert!(fs::read(folder.join("graphiql.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn the_first_page_allows_nothing_but_this_server() {
    let page = Server::start().get("/", &[]);
    assert_eq!(
        (page.status, page.header("content-security-policy")),
        (200, SECURITY_POLICY)
    );
}

#[test]
fn whatever_the_first_page_links_to_is_served_and_kept_for_good() {
    let server = Server::start();
    let Some(page) = needed("the links of the first page", first_page(&server)) else {
        return;
    };
    let links: Vec<&str> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(
        links.len() >= 3,
        "a script, a style sheet and an icon are among {links:?}"
    );
    for link in links {
        let path = link
            .strip_prefix('.')
            .unwrap_or_else(|| panic!("{link} is not beside the page"));
        let answer = server.get(path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(
            answer.header("cache-control").contains("immutable"),
            path.starts_with("/assets/"),
            "{path}"
        );
    }
}

#[test]
fn pages_are_sent_as_brotli_to_those_who_take_it_and_plain_to_the_others() {
    let server = Server::start();
    let Some(plain) = needed("brotli", first_page(&server)) else {
        return;
    };
    let small = server.get("/", &[("accept-encoding", "gzip, deflate, br, zstd")]);
    assert_eq!((small.status, small.header("content-encoding")), (200, "br"));
    assert!(
        small.body.len() < plain.len(),
        "{} bytes of {}",
        small.body.len(),
        plain.len()
    );
    let other = server.get("/", &[("accept-encoding", "gzip")]);
    assert_eq!((other.header("content-encoding"), other.text()), ("", &*plain));
    assert_ne!(small.header("etag"), other.header("etag"));
    for answer in [&small, &other] {
        assert_eq!(answer.header("vary"), "accept-encoding");
    }
}

#[test]
fn the_running_program_serves_the_schema_that_is_kept_as_a_file() {
    let served = Server::start().get("/schema.graphql", &[]);
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")).unwrap();
    assert_eq!((served.status, served.text()), (200, &*schema));
}

#[test]
fn a_server_that_says_where_it_serves_is_live_and_ready() {
    let server = Server::start();
    for (path, body) in [
        ("/health/live", r#"{"status":"live"}"#),
        ("/health/ready", r#"{"status":"ready"}"#),
    ] {
        let answer = server.get(path, &[]);
        assert_eq!((answer.status, answer.text()), (200, body), "{path}");
    }
}
