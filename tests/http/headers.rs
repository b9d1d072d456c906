//! Methods, media types, CORS, request ids, and the routes beside `/graphql`.

use guanxi::http::Pages;

use super::*;

#[tokio::test]
async fn the_answer_has_the_media_type_the_client_wants_most() {
    for (accept, status, content_type) in [
        (None, 200, JSON),
        (Some("*/*"), 200, JSON),
        (Some("application/*"), 200, JSON),
        (
            Some("application/json;q=0.5, application/graphql-response+json"),
            200,
            GRAPHQL,
        ),
        (
            Some("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8"),
            200,
            GRAPHQL,
        ),
        (Some("text/html, */*;q=0.1"), 200, JSON),
        (Some("text/html"), 406, JSON),
        (Some("application/json;q=0"), 406, JSON),
    ] {
        let headers: Vec<(&str, &str)> = accept.iter().map(|accept| ("accept", *accept)).collect();
        let answer = send_default(post(query("{ __typename }"), &headers)).await;
        assert_eq!(answer.status, status, "{accept:?}");
        assert_eq!(
            answer.header("content-type"),
            format!("{content_type}; charset=utf-8"),
            "{accept:?}"
        );
        assert!(answer.header("vary").to_lowercase().contains("accept"), "{accept:?}");
    }
}

#[tokio::test]
async fn request_errors_are_400_in_the_graphql_media_type_and_200_in_json() {
    for text in ["{", "{ nope }", "query ($id: ID!) { company(by: {id: $id}) { id } }"] {
        for (accept, status) in [(GRAPHQL, 400), (JSON, 200)] {
            let answer = send_default(post(query(text), &[("accept", accept)])).await;
            assert_eq!(answer.status, status, "{accept} {text}");
            assert_ne!(answer.refusal(), "none");
        }
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_the_allowed_ones() {
    for (method, path, allow) in [
        ("PUT", "/graphql", "GET, POST"),
        ("DELETE", "/graphql", "GET, POST"),
        ("HEAD", "/graphql", "GET, POST"),
        ("OPTIONS", "/graphql", "GET, POST"),
        ("POST", "/schema.graphql", "GET, HEAD"),
        ("POST", "/health/live", "GET, HEAD"),
        ("DELETE", "/health/ready", "GET, HEAD"),
    ] {
        let answer = send_default(request(method, path, &[], "")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("allow")),
            (405, allow),
            "{method} {path}"
        );
        if method != "HEAD" {
            assert_eq!(answer.refusal(), "BAD_REQUEST");
        }
    }
}

#[tokio::test]
async fn only_json_in_utf_8_is_executed() {
    for (content_type, status) in [
        ("application/json", 200),
        ("application/json; charset=UTF-8", 200),
        ("application/json; charset=utf-16", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/graphql", 415),
    ] {
        let answer = send_default(post(query("{ __typename }"), &[("content-type", content_type)])).await;
        assert_eq!(answer.status, status, "{content_type}");
    }
    let bare = request("POST", "/graphql", &[], query("{ __typename }"));
    assert_eq!(send_default(bare).await.status, 415);
    let packed = post(query("{ __typename }"), &[("content-encoding", "gzip")]);
    assert_eq!(send_default(packed).await.status, 415);
}

#[tokio::test]
async fn other_origins_read_answers_only_when_listed() {
    let origin = [("origin", "https://example.org")];
    let none = send_default(post(query("{ __typename }"), &origin)).await;
    assert_eq!(none.header("access-control-allow-origin"), "");

    let settings = Settings {
        cors_origins: vec!["https://example.org".to_owned()],
        ..Settings::default()
    };
    let listed = send(router(settings.clone()), post(query("{ __typename }"), &origin)).await;
    assert_eq!(listed.header("access-control-allow-origin"), "https://example.org");
    let vary: Vec<_> = listed
        .headers
        .get_all("vary")
        .iter()
        .map(|value| value.to_str().unwrap().to_lowercase())
        .collect();
    assert!(
        vary.join(",").contains("origin") && vary.join(",").split(',').any(|name| name.trim() == "accept"),
        "{vary:?}"
    );

    let other = send(
        router(settings.clone()),
        post(query("{ __typename }"), &[("origin", "https://evil.example")]),
    )
    .await;
    assert_eq!(other.header("access-control-allow-origin"), "");

    let asks = [
        ("origin", "https://example.org"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,guanxi-view"),
    ];
    let preflight = send(router(settings), request("OPTIONS", "/graphql", &asks, "")).await;
    assert_eq!(preflight.status, 200);
    assert!(preflight.header("access-control-allow-headers").contains("guanxi-view"));
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_keeps_a_proxys() {
    let first = send_default(get("/health/live", &[])).await;
    assert_eq!(first.header("x-request-id").len(), 16);
    let kept = send_default(get("/health/live", &[("x-request-id", "proxy-1.2_3")])).await;
    assert_eq!(kept.header("x-request-id"), "proxy-1.2_3");
    let odd = send_default(get("/health/live", &[("x-request-id", "a b<script>")])).await;
    assert_eq!(odd.header("x-request-id").len(), 16);
}

#[tokio::test]
async fn the_schema_is_served_as_text_with_an_etag() {
    let first = send_default(get("/schema.graphql", &[])).await;
    assert_eq!(
        (first.status.as_u16(), first.header("content-type")),
        (200, "text/plain; charset=utf-8")
    );
    assert!(first.text().contains("type Query"));
    let again = send_default(get("/schema.graphql", &[("if-none-match", first.header("etag"))])).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}

#[tokio::test]
async fn health_answers_in_json() {
    let live = send_default(get("/health/live", &[])).await;
    assert_eq!(
        (live.status.as_u16(), live.json()["status"].as_str()),
        (200, Some("live"))
    );
    let ready = send_default(get("/health/ready", &[])).await;
    assert_eq!(
        (ready.status.as_u16(), ready.json()["status"].as_str()),
        (200, Some("ready"))
    );
}

#[tokio::test]
async fn a_browser_that_is_sent_to_the_endpoint_comes_to_the_page() {
    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in ["/graphql", "/graphql/"] {
        let typed = send_default(get(&format!("{path}?query=%7B__typename%7D"), &[("accept", BROWSER)])).await;
        assert_eq!(typed.json()["data"]["__typename"], "Query", "a query is answered");
        let answer = send_default(get(path, &[("accept", BROWSER)])).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, "/"),
            "{path}"
        );
        let conditional_request = get(
            &format!("{path}?query=%7B__typename%7D"),
            &[("accept", "application/json, text/html")],
        );
        let answer = send_default(conditional_request).await;
        assert_eq!(answer.json()["data"]["__typename"], "Query", "{path}");
    }
    let settings = Settings {
        pages: Pages::Off,
        ..Settings::default()
    };
    let answer = send(router(settings), get("/graphql", &[("accept", BROWSER)])).await;
    assert_eq!(answer.status.as_u16(), 400, "there is no page to come to");
}
