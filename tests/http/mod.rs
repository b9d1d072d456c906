//! GraphQL over HTTP, as clients meet it: statuses, headers and the shape of answers. Needs no
//! data beyond one company, `alipay`.

mod access;
mod clock;
mod embedded;
mod headers;
mod health;
mod hosts;
mod idle;
mod log;
mod multipart;
mod params;
mod refused;
mod server;
mod sse;
mod subscribers;
mod websocket;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use guanxi::http::Settings;
use serde_json::Value;
use tower::ServiceExt;

use super::harness::router;

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

/// One answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    async fn read(response: Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Self {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of the first error, which must come without `data`.
    fn refusal(&self) -> String {
        let json = self.json();
        assert!(json.get("data").is_none(), "{json}");
        assert!(self.headers.contains_key("x-request-id"));
        json["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or("none")
            .to_owned()
    }
}

async fn send(router: Router, request: Request<Body>) -> Answer {
    Answer::read(router.oneshot(request).await.unwrap()).await
}

async fn send_default(request: Request<Body>) -> Answer {
    send(router(Settings::default()), request).await
}

fn get(uri: &str, headers: &[(&str, &str)]) -> Request<Body> {
    request("GET", uri, headers, "")
}

fn post(body: impl Into<Body>, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = request("POST", "/graphql", headers, body);
    request
        .headers_mut()
        .entry("content-type")
        .or_insert(JSON.parse().unwrap());
    request
}

fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

/// `/graphql` with its parameters percent-encoded.
fn uri(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    format!("/graphql?{}", pairs.join("&"))
}

fn query(text: &str) -> String {
    serde_json::json!({ "query": text }).to_string()
}
