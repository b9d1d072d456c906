//! Which documents are valid: cases for every rule of the specification, checked with this server, apollo-compiler and (in
//! `tests/web/reference.rs`) graphql-js. A case states why another implementation differs.

use std::{fs, path::Path};

use apollo_compiler::{ExecutableDocument, Schema, validation::Valid};
use guanxi::engine::Request;

use crate::harness::answer;

struct Case {
    rule: String,
    document: String,
    valid: bool,
    /// The implementations that differ, and why.
    differs: Vec<String>,
}

/// The cases; their file describes the format.
fn cases() -> Vec<Case> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphql/validity/cases.txt");
    let mut cases: Vec<Case> = Vec::new();
    let mut rule = String::new();
    for line in fs::read_to_string(file).unwrap().lines() {
        let (valid, document) = match line.split_at_checked(1) {
            Some(("#", title)) => {
                title.trim_start_matches(['#', ' ']).clone_into(&mut rule);
                continue;
            }
            Some(("+", document)) => (true, document),
            Some(("-", document)) => (false, document),
            Some((" ", _)) => {
                let case = cases.last_mut().unwrap();
                case.document.push('\n');
                case.document.push_str(line);
                continue;
            }
            Some(("!", other)) => {
                cases.last_mut().unwrap().differs.push(other.trim().to_owned());
                continue;
            }
            _ => continue,
        };
        cases.push(Case {
            rule: rule.clone(),
            document: document.trim().to_owned(),
            valid,
            differs: Vec::new(),
        });
    }
    cases
}

/// Whether this server accepts the document. A refusal must be one of an invalid document.
fn is_accepted(document: &str) -> bool {
    let mut request = Request::new("test", document);
    if document.contains("query Run") {
        request.operation_name = Some("Run".to_owned());
    }
    let answer = answer(request);
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    if answer.get("data").is_none() {
        let codes = ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"];
        assert!(code.is_some_and(|code| codes.contains(&code)), "{document}: {answer}");
        assert!(!answer["errors"][0]["message"].as_str().unwrap().is_empty());
        return false;
    }
    assert_eq!(code, None, "{document}: {answer}");
    true
}

#[test]
fn every_rule_of_the_specification_holds() {
    let cases = cases();
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| is_accepted(&case.document) != case.valid)
        .map(|case| format!("{}: {} (valid: {})", case.rule, case.document, case.valid))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= 200, "{}", cases.len());
}

#[test]
fn every_error_of_an_invalid_document_has_a_location() {
    for case in cases().iter().filter(|case| !case.valid) {
        let mut request = Request::new("test", case.document.clone());
        request.operation_name = case.document.contains("query Run").then(|| "Run".to_owned());
        for error in answer(request)["errors"].as_array().unwrap() {
            let places = error["locations"].as_array().map_or(0, Vec::len);
            assert!(places > 0, "{}: {error}", case.document);
        }
    }
}

fn schema() -> Valid<Schema> {
    let sdl = include_str!("../../../schema.graphql");
    Schema::parse_and_validate(sdl, "schema.graphql").unwrap()
}

#[test]
fn apollo_compiler_agrees_except_for_explained_differences() {
    let schema = schema();
    let mut wrong = Vec::new();
    for case in cases() {
        let parsed = ExecutableDocument::parse_and_validate(&schema, case.document.as_str(), "request.graphql");
        let is_explained = case.differs.iter().any(|why| why.starts_with("apollo-compiler: "));
        if (parsed.is_ok() == case.valid) == is_explained {
            let reason = parsed.err().map(|invalid| invalid.errors.to_string());
            let reason = reason
                .as_deref()
                .and_then(|reason| reason.lines().next())
                .unwrap_or("valid");
            wrong.push(format!("{}: {}\n  {reason}", case.rule, case.document));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
