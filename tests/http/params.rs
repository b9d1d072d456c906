//! The parameters of requests: query strings, bodies, batches, the view header.

use serde_json::json;

use super::*;

#[tokio::test]
async fn get_reads_query_operation_name_variables_and_extensions() {
    let text = "query A($id: ID!) { company(by: {id: $id}) { id } } query B { __typename }";
    let a = uri(&[
        ("query", text),
        ("operationName", "A"),
        ("variables", r#"{"id":"alipay"}"#),
        ("extensions", "{}"),
    ]);
    assert_eq!(
        send_default(get(&a, &[])).await.json(),
        json!({"data": {"company": {"id": "alipay"}}})
    );
    let b = uri(&[("query", text), ("operationName", "B")]);
    assert_eq!(
        send_default(get(&b, &[])).await.json(),
        json!({"data": {"__typename": "Query"}})
    );
}

#[tokio::test]
async fn faulty_query_strings_are_refused() {
    for pairs in [
        &[][..],
        &[("variables", "{}")],
        &[("query", "{ __typename }"), ("query", "{ __typename }")],
        &[("query", "{ __typename }"), ("variables", "{")],
        &[("query", "{ __typename }"), ("variables", "[]")],
        &[("query", "{ __typename }"), ("extensions", "1")],
    ] {
        for accept in [JSON, GRAPHQL] {
            let answer = send_default(get(&uri(pairs), &[("accept", accept)])).await;
            assert_eq!(
                (answer.status.as_u16(), answer.refusal().as_str()),
                (400, "BAD_REQUEST"),
                "{pairs:?}"
            );
        }
    }
}

#[tokio::test]
async fn bodies_of_the_wrong_shape_are_refused() {
    for body in [
        "",
        "{",
        "null",
        "\"{ __typename }\"",
        "{}",
        r#"{"query": null}"#,
        r#"{"query": 1}"#,
        r#"{"query": ["{ __typename }"]}"#,
        r#"{"query": "{ __typename }", "operationName": 1}"#,
        r#"{"query": "{ __typename }", "variables": []}"#,
        r#"{"query": "{ __typename }", "variables": "{}"}"#,
        r#"{"query": "{ __typename }", "extensions": 1}"#,
    ] {
        let answer = send_default(post(body, &[])).await;
        assert_eq!(
            (answer.status.as_u16(), answer.refusal().as_str()),
            (400, "BAD_REQUEST"),
            "{body}"
        );
    }
    let invalid = send_default(post(vec![b'"', 0xFF, b'"'], &[])).await;
    assert_eq!(invalid.status, 400);
}

#[tokio::test]
async fn null_parameters_count_as_absent() {
    let body = r#"{"query": "{ __typename }", "operationName": null, "variables": null, "extensions": null}"#;
    assert_eq!(
        send_default(post(body, &[])).await.json(),
        json!({"data": {"__typename": "Query"}})
    );
}

#[tokio::test]
async fn large_bodies_are_refused_announced_or_not() {
    let large = query(&"#".repeat(1_100_000));
    let announced = send_default(post(large.clone(), &[("content-length", &large.len().to_string())])).await;
    assert_eq!(
        (announced.status.as_u16(), announced.refusal().as_str()),
        (413, "LIMIT_EXCEEDED")
    );
    assert_eq!(
        announced.json()["errors"][0]["extensions"]["setting"],
        "--body-bytes-max"
    );
    let streamed = send_default(post(large, &[])).await;
    assert_eq!(
        (streamed.status.as_u16(), streamed.refusal().as_str()),
        (413, "LIMIT_EXCEEDED")
    );
}

#[tokio::test]
async fn batches_are_off_and_bounded_when_on() {
    let one = json!({"query": "{ __typename }"});
    let off = send_default(post(json!([one]).to_string(), &[])).await;
    assert_eq!((off.status.as_u16(), off.refusal().as_str()), (400, "BAD_REQUEST"));
    assert!(off.text().contains("--batch-max"));

    let settings = Settings {
        batch_max: 2,
        ..Settings::default()
    };
    for (batch, status) in [
        (json!([]), 400),
        (json!([one, one, one]), 400),
        (json!([one, 1]), 400),
        (json!([one, {"query": "{"}]), 200),
    ] {
        let answer = send(router(settings.clone()), post(batch.to_string(), &[])).await;
        assert_eq!(answer.status, status, "{batch}");
        if status == 200 {
            assert_eq!(answer.json()[0], json!({"data": {"__typename": "Query"}}));
            assert_eq!(
                answer.json()[1]["errors"][0]["extensions"]["code"],
                "GRAPHQL_PARSE_FAILED"
            );
        }
    }
}

#[tokio::test]
async fn get_requires_a_preflight_header_if_configured() {
    let settings = Settings {
        get_preflight: guanxi::http::GetPreflight::Required,
        ..Settings::default()
    };
    let target = uri(&[("query", "{ __typename }")]);
    let without = send(router(settings.clone()), get(&target, &[])).await;
    assert_eq!(
        (without.status.as_u16(), without.refusal().as_str()),
        (400, "BAD_REQUEST")
    );
    for name in ["graphql-require-preflight", "apollo-require-preflight"] {
        assert_eq!(
            send(router(settings.clone()), get(&target, &[(name, "1")]))
                .await
                .status,
            200
        );
    }
    assert_eq!(
        send(router(settings), post(query("{ __typename }"), &[])).await.status,
        200
    );
}

#[tokio::test]
async fn the_view_header_must_be_a_valid_json_object() {
    for view in ["{", "1", "[]", "null", ""] {
        let answer = send_default(post(query("{ __typename }"), &[("guanxi-view", view)])).await;
        assert_eq!(
            (answer.status.as_u16(), answer.refusal().as_str()),
            (400, "BAD_REQUEST"),
            "{view}"
        );
        assert!(answer.text().contains("Guanxi-View"));
    }
    let fits = send_default(post(query("{ __typename }"), &[("guanxi-view", r#"{"ever": true}"#)])).await;
    assert_eq!(fits.json(), json!({"data": {"__typename": "Query"}}));
    let unknown = send_default(post(query("{ __typename }"), &[("guanxi-view", r#"{"when": 1}"#)])).await;
    assert_eq!(unknown.refusal(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_hostile_document_is_refused_by_the_name_of_the_limit() {
    let answer = send_default(post(query(&"{a".repeat(100_000)), &[("accept", GRAPHQL)])).await;
    assert_eq!(
        (answer.status.as_u16(), answer.refusal().as_str()),
        (400, "LIMIT_EXCEEDED")
    );
    assert_eq!(answer.json()["errors"][0]["extensions"]["setting"], "--tokens-max");
}

#[tokio::test]
async fn a_company_is_answered_by_its_id() {
    let answer = send_default(post(query(r#"{ company(by: {id: "alipay"}) { id name } }"#), &[])).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["data"]["company"]["id"], "alipay");
}

#[tokio::test]
async fn a_query_named_by_its_hash_is_refused_as_not_stored() {
    let extensions = r#"{"persistedQuery":{"version":1,"sha256Hash":"ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"}}"#;
    let body = format!(r#"{{"extensions":{extensions}}}"#);
    for (accept, status) in [(JSON, 200), (GRAPHQL, 400)] {
        let answer = send_default(post(body.clone(), &[("accept", accept)])).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.refusal(), "PERSISTED_QUERY_NOT_SUPPORTED");
        assert_eq!(answer.json()["errors"][0]["message"], "PersistedQueryNotSupported");
    }
    let whole = format!(r#"{{"query":"{{__typename}}","extensions":{extensions}}}"#);
    assert_eq!(
        send_default(post(whole, &[])).await.json()["data"]["__typename"],
        "Query"
    );
    assert_eq!(
        send_default(post("{\"extensions\":{}}", &[])).await.refusal(),
        "BAD_REQUEST"
    );
}

#[tokio::test]
async fn integers_of_json_may_have_any_form() {
    for (first, data) in [("2", true), ("2.0", true), ("2e0", true), ("2.5", false)] {
        let query = "query($first: Int) { companies(first: $first) { nodes { __typename } } }";
        let body = format!(r#"{{"query":"{query}","variables":{{"first":{first}}}}}"#);
        let answer = send_default(post(body, &[])).await.json();
        assert_eq!(answer["data"].is_object(), data, "{first}: {answer}");
    }
}
