//! Fields with the same response name have the same shape, on all types and at all depths.

use guanxi::engine::Request;
use serde_json::json;

use crate::harness::answer;

#[test]
fn fields_with_one_response_name_have_one_shape() {
    const SAME: bool = true;
    for (selection, is_valid) in [
        ("... on Company { x: name } ... on Person { x: name }", SAME),
        ("... on Company { x: name } ... on Person { x: version }", !SAME),
        ("... on Company { x: name } ... on Person { x: description }", !SAME),
        ("... on Company { x: __typename } ... on Person { x: version }", !SAME),
        ("... on Company { x: __typename } ... on Person { x: name }", SAME),
        (
            "... on Company { l: owners { nodes { x: name } } } ... on Person { l: holdings { nodes { x: name } } }",
            SAME,
        ),
        (
            "... on Company { l: owners { nodes { x: name } } } ... on Person { l: holdings { nodes { x: version } } }",
            !SAME,
        ),
        (
            "... on Company { l: owners { nodes { x: name } } } ... on Person { l: holdings { nodes { x: __typename } } }",
            SAME,
        ),
        (
            "... on Company { l: owners { nodes { id ... on Company { l: owners { nodes { x: name } } } } } } ... on Person { l: holdings { nodes { id ... on Person { l: holdings { nodes { x: version } } } } } }",
            !SAME,
        ),
        (
            "... on Company { l: owners { totalCount } } ... on Person { l: name }",
            !SAME,
        ),
        (
            "... on Company { l: identifiers { scheme } } ... on Person { l: names { scheme: text } }",
            SAME,
        ),
        (
            "... on Company { l: identifiers { scheme } } ... on Person { l: view { scheme: asOf } }",
            !SAME,
        ),
        ("__typename", SAME),
        ("__typename(a: 1)", !SAME),
        ("__typename { x }", !SAME),
        ("x: __typename x: kind", !SAME),
    ] {
        let query = format!(r#"{{ entity(by: {{id: "alipay"}}) {{ {selection} }} }}"#);
        let answer = answer(Request::new("test", query));
        let code = answer["errors"][0]["extensions"]["code"].clone();
        let expected = if is_valid {
            json!(null)
        } else {
            json!("GRAPHQL_VALIDATION_FAILED")
        };
        assert_eq!(code, expected, "{selection}: {answer}");
    }
}
