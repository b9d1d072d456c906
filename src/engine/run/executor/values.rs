//! Values in documents and variables by the specification: numbers, variables without a value, conditions; and validation
//! of operations that do not run.

use serde_json::{Value, json};

use super::tests::{data, refused, request, run};
use super::{Outcome, Request};

/// JSON has one number type, GraphQL two.
#[tokio::test]
async fn json_numbers_without_fraction_are_integers() {
    let query = "query ($n: Int!) { limited(first: $n) }";
    for (value, expected) in [("2.0", 2), ("2e0", 2), ("-0", 0), ("-0.0", 0), ("-3.0", -3)] {
        let variables: Value = serde_json::from_str(&format!("{{\"n\": {value}}}")).unwrap();
        assert_eq!(data(query, variables).await, json!({"limited": expected}), "{value}");
    }
    assert_eq!(data("{ limited(first: -0) }", json!({})).await, json!({"limited": 0}));
    assert_eq!(
        refused("{ limited(first: 2.0) }", json!({})).await,
        "GRAPHQL_VALIDATION_FAILED"
    );
    assert_eq!(refused(query, json!({"n": 2.5})).await, "BAD_USER_INPUT");
    let ids = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(data(ids, json!({"ids": 7.0})).await, json!({"nodes": [{"id": "7"}]}));
}

/// An argument or input field set to a variable without a value counts as absent, at any depth.
#[tokio::test]
async fn a_variable_without_a_value_leaves_its_argument_absent() {
    let expected =
        json!({"echo": "{\"at\":5,\"inner\":[{\"at\":5,\"inner\":null,\"note\":\"default\"}],\"note\":\"default\"}"});
    let nested = "query ($at: Int, $note: String, $x: [Sample!]) { echo(of: {at: $at, note: $note, inner: [{at: $at, note: $note, inner: $x}]}) }";
    assert_eq!(data(nested, json!({})).await, expected);
    let list = "query ($at: Int, $note: String, $x: [Sample!]) { ...F } fragment F on Query { ... @include(if: true) { echo(of: {at: $at, note: $note, inner: {at: $at, note: $note, inner: $x}}) } }";
    assert_eq!(data(list, json!({})).await, expected);
    // Null is a value.
    let null = json!({"echo": "{\"at\":5,\"inner\":null,\"note\":null}"});
    assert_eq!(
        data(
            "query ($note: String) { echo(of: {note: $note}) }",
            json!({"note": null})
        )
        .await,
        null
    );
    let shared = "query A($at: Int) { ...F } query B($at: Int!) { ...F } fragment F on Query { echo(of: {at: $at}) }";
    let mut one = request(shared, &json!({}));
    one.operation_name = Some("A".to_owned());
    assert_eq!(
        run(one).await.1["data"]["echo"],
        "{\"at\":5,\"inner\":null,\"note\":\"default\"}"
    );
}

/// A directive of `__typename` uses variables like any other.
#[tokio::test]
async fn variables_in_directives_count_as_used() {
    let query =
        "query ($yes: Boolean!) { __typename @include(if: $yes) ...F @skip(if: $yes) } fragment F on Query { refuses }";
    assert_eq!(data(query, json!({"yes": true})).await, json!({"__typename": "Query"}));
    for query in [
        "{ __typename @include(if: $yes) }",
        "query ($yes: Boolean) { __typename @include(if: $yes) }",
        "query ($yes: String!) { __typename @include(if: $yes) }",
        "query ($yes: Boolean!) { __typename }",
    ] {
        assert_eq!(
            refused(query, json!({"yes": true})).await,
            "GRAPHQL_VALIDATION_FAILED",
            "{query}"
        );
    }
}

/// A default allows a nullable variable in a non-null position, but null itself is refused.
#[tokio::test]
async fn a_null_condition_is_refused() {
    for query in [
        "query ($a: Boolean = true) { refuses @skip(if: $a) __typename }",
        "query ($a: Boolean = true) { ... @include(if: $a) { refuses } __typename }",
        "query ($a: Boolean = true) { ...F } fragment F on Query { __typename @include(if: $a) }",
    ] {
        assert_eq!(refused(query, json!({"a": null})).await, "BAD_USER_INPUT", "{query}");
    }
    let other = "query ($a: Boolean = true, $note: String) { __typename @include(if: $a) echo(of: {note: $note}) }";
    assert_eq!(data(other, json!({"note": null})).await["__typename"], "Query");
}

/// The whole document is validated, whichever operation runs.
#[tokio::test]
async fn operations_that_do_not_run_are_validated_too() {
    for other in [
        "query B { nope }",
        "query B($a: Int) { refuses }",
        "query B { limited(first: $a) }",
        "mutation B { nope }",
        "subscription B { refuses }",
        "query B @skip(if: true) { refuses }",
    ] {
        let mut request = Request::new(
            "r1",
            format!("query A {{ company(by: {{id: \"a\"}}) {{ id }} }} {other}"),
        );
        request.operation_name = Some("A".to_owned());
        let (outcome, answer) = run(request).await;
        assert_eq!(outcome, Outcome::RequestError, "{other}: {answer}");
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
            "{other}"
        );
    }
}

#[tokio::test]
async fn a_misspelt_name_gets_suggestions() {
    for (query, expected) in [
        (
            "{ compani(by: {id: \"a\"}) { id } }",
            "Unknown field \"compani\" on type \"Query\". Did you mean \"company\"?",
        ),
        (
            "{ company(bye: {id: \"a\"}) { id } }",
            "Unknown argument \"bye\" on field \"Query.company\". Did you mean \"by\"?",
        ),
        (
            "{ ... on Qeury { refuses } }",
            "There is no type Qeury for a fragment. Did you mean \"Query\"?",
        ),
    ] {
        let (_, answer) = run(Request::new("r1", query)).await;
        let messages: Vec<_> = answer["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| &error["message"])
            .collect();
        assert!(messages.contains(&&json!(expected)), "{answer}");
    }
}
