//! Allowed hosts, and requests through a proxy.

use guanxi::http::{self, Access, Backend, Changes, PublicRead, Readiness};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{access::Keys, *};
use crate::harness::{
    BUNDLED,
    live::{Live, Setup},
    store_of,
};

const MUTATION: &str = "mutation { __typename }";

/// Access of each kind: without tokens for this machine, without tokens for all to read, and by tokens.
fn accesses(keys: &Keys) -> [(&'static str, Access); 4] {
    let served = |file, changes, address: &str| {
        let access = Access::new(file, PublicRead::On, changes).unwrap();
        access.check_address(address.parse().unwrap()).unwrap();
        access
    };
    let file = || Some(keys.file.clone());
    [
        ("own", served(None, Changes::Allowed, "127.0.0.1:8000")),
        (
            "own, read-only",
            served(None, Changes::Refused, "[::ffff:127.0.0.1]:8000"),
        ),
        ("all, read-only", served(None, Changes::Refused, "0.0.0.0:8000")),
        ("tokens", served(file(), Changes::Allowed, "127.0.0.1:8000")),
    ]
}

#[tokio::test]
async fn only_allowed_hosts_are_answered_with_any_access() {
    let keys = Keys::new();
    let token = keys.authorization("admin");
    for (sort, access) in accesses(&keys) {
        let mut setup = Setup {
            access,
            ..Setup::default()
        };
        setup.settings.host_names = vec!["graph.example".to_owned()];
        let live = Live::start(setup).await;
        let is_own = sort.starts_with("own");
        for (host, is_answered) in [
            ("localhost:8000", true),
            ("127.0.0.1", true),
            ("[::1]:8000", true),
            ("graph.example", true),
            ("Graph.Example:80", true),
            ("10.1.2.3", !is_own),
            ("evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example", false),
            ("[::1].evil.example", false),
            ("graph.example.evil.example", false),
        ] {
            for (path, authorization) in [
                ("/graphql?query=%7B__typename%7D", ""),
                ("/graphql?query=%7B__typename%7D", &*token),
                ("/schema.graphql", ""),
                ("/", ""),
            ] {
                if sort != "tokens" && !authorization.is_empty() {
                    continue;
                }
                let place = format!("{sort}: {host} {path} {authorization}");
                let response = response_to(&live, path, &[("host", host), ("authorization", authorization)]).await;
                let expected = if is_answered { "200" } else { "403" };
                assert_eq!(response.split(' ').nth(1), Some(expected), "{place}: {response}");
                if !is_answered {
                    assert!(
                        response.contains("FORBIDDEN") && response.contains("--host-name"),
                        "{place}: {response}"
                    );
                }
            }
            // Probes may use any host, and their answer contains no data.
            assert!(
                response_to(&live, "/health/live", &[("host", host)])
                    .await
                    .starts_with("HTTP/1.1 200")
            );
        }
        let target = "http://evil.example/graphql?query=%7B__typename%7D";
        let response = response_to(&live, target, &[("host", "localhost")]).await;
        assert!(response.starts_with("HTTP/1.1 403"), "{sort}: {response}");
        let evil = [("host", "evil.example"), ("origin", "http://evil.example")];
        assert!(
            matches!(live.handshake(&evil).await, Err(response) if response.contains(" 403 ")),
            "{sort}"
        );
    }
}

/// The answer to a GET with these headers; those without a value are left out.
async fn response_to(live: &Live, target: &str, headers: &[(&str, &str)]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", live.port)).await.unwrap();
    let mut head = format!("GET {target} HTTP/1.1\r\nconnection: close\r\n");
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    String::from_utf8_lossy(&response).into_owned()
}

#[tokio::test]
async fn without_tokens_requests_through_a_proxy_may_only_read() {
    let keys = Keys::new();
    let backend = |access| Backend {
        api: std::sync::Arc::new(guanxi::schema::Api::new(guanxi::engine::Limits::default()).unwrap()),
        store: store_of(&BUNDLED),
        access,
    };
    for (sort, access) in accesses(&keys)
        .into_iter()
        .filter(|(sort, _)| !sort.contains("read-only"))
    {
        let router = http::router(backend(access), Settings::default(), Readiness::default()).unwrap();
        for header in [
            "forwarded",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "X-Forwarded-Proto",
        ] {
            let headers = [("host", "localhost"), (header, "1.1 proxy")];
            let read = send(router.clone(), post(query("{ __typename }"), &headers)).await;
            assert_eq!(read.json()["data"]["__typename"], "Query", "{sort} {header}");
            let changed = send(router.clone(), post(query(MUTATION), &headers)).await;
            assert_eq!(
                (changed.status.as_u16(), changed.refusal().as_str()),
                (403, "FORBIDDEN"),
                "{sort} {header}"
            );
            assert_eq!(
                changed.text().contains("proxy"),
                sort == "own",
                "{sort} {header}: {}",
                changed.text()
            );
        }
        let direct = send(router, post(query(MUTATION), &[("host", "localhost")])).await;
        assert_eq!(direct.status.as_u16() == 200, sort == "own", "{sort}");
    }
    // The same over a socket, with or without a token.
    let [(_, own), ..] = accesses(&keys);
    let live = Live::start(Setup {
        access: own,
        ..Setup::default()
    })
    .await;
    for payload in [
        serde_json::json!({}),
        serde_json::json!({"authorization": "Bearer gxt_any"}),
    ] {
        let mut socket = live.socket(&[("x-forwarded-for", "203.0.113.1")]).await;
        socket
            .say(serde_json::json!({"type": "connection_init", "payload": payload}))
            .await;
        socket.hear().await;
        socket.subscribe("1", MUTATION).await;
        assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "FORBIDDEN");
    }
}

#[tokio::test]
async fn the_schema_is_served_to_clients_that_may_read() {
    let keys = Keys::new();
    for (public_read, unnamed) in [(PublicRead::On, 200), (PublicRead::Off, 401)] {
        let access = Access::new(Some(keys.file.clone()), public_read, Changes::Allowed).unwrap();
        let backend = Backend {
            api: std::sync::Arc::new(guanxi::schema::Api::new(guanxi::engine::Limits::default()).unwrap()),
            store: store_of(&BUNDLED),
            access,
        };
        let router = http::router(backend, Settings::default(), Readiness::default()).unwrap();
        for (name, status) in [("none", unnamed), ("wrong", 401), ("expired", 401), ("reader", 200)] {
            let authorization = keys.authorization(name);
            let headers: Vec<_> = [("authorization", &*authorization)]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect();
            let answer = send(router.clone(), get("/schema.graphql", &headers)).await;
            assert_eq!(answer.status.as_u16(), status, "{name} {public_read:?}");
            assert_eq!(
                answer.text().contains("type Query"),
                status == 200,
                "{name} {public_read:?}"
            );
            if status == 401 {
                assert!(answer.header("www-authenticate").starts_with("Bearer"), "{name}");
            } else {
                assert!(answer.header("cache-control").contains("private"), "{name}");
            }
        }
    }
}

#[test]
fn invalid_host_names_are_refused_at_the_start() {
    let output = crate::harness::program(&["serve", "--port", "0", "--host-name", "https://graph.example"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("--host-name") && said.contains("graph.example"),
        "{said}"
    );
}
