//! Access: roles by operation and transport, and tokens that are wrong, revoked or expired.

use std::{path::PathBuf, time::Duration};

use guanxi::{
    auth::tokens,
    http::{Access, Changes, PublicRead},
    model::{Role, Timestamp},
};
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{JSON, query, uri};
use crate::harness::live::{Live, Setup};

/// Tokens of each kind, in their own file.
pub(super) struct Keys {
    _folder: TempDir,
    pub(super) file: PathBuf,
    tokens_by_name: Vec<(&'static str, Option<String>)>,
}

impl Keys {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(tokens::FILE);
        let now = Timestamp::now();
        let mut tokens_by_name = vec![("none", None), ("wrong", Some("gxt_wrong".to_owned())), ("basic", None)];
        for (number, (name, role, created_at, expires)) in (1..).zip([
            ("reader", Role::Reader, now, None),
            ("editor", Role::Editor, now, None),
            ("admin", Role::Admin, now, None),
            ("revoked", Role::Admin, now, None),
            (
                "expired",
                Role::Admin,
                "2020-01-01T00:00:00Z".parse().unwrap(),
                Some("2020-01-02T00:00:00Z"),
            ),
        ]) {
            let expires = expires.map(|moment| moment.parse().unwrap());
            let text = tokens::create(&file, name, role, expires, created_at, [number; 32]).unwrap();
            tokens_by_name.push((name, Some(text)));
        }
        tokens::revoke(&file, "revoked", now).unwrap();
        Self {
            _folder: folder,
            file,
            tokens_by_name,
        }
    }

    pub(super) fn authorization(&self, name: &str) -> String {
        let (_, token) = self
            .tokens_by_name
            .iter()
            .find(|(given_name, _)| *given_name == name)
            .unwrap();
        match (name, token) {
            ("basic", _) => "Basic Z3hpOg==".to_owned(),
            (_, Some(token)) => format!("Bearer {token}"),
            (_, None) => String::new(),
        }
    }

    async fn live(&self, public_read: PublicRead, changes: Changes) -> Live {
        let access = Access::new(Some(self.file.clone()), public_read, changes).unwrap();
        Live::start(Setup {
            access,
            ..Setup::default()
        })
        .await
    }
}

const QUERY: &str = "{ __typename }";
const MUTATION: &str = "mutation { __typename }";
const SUBSCRIPTION: &str = "subscription { changes { recordId } }";

/// The outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Allowed,
    Unauthenticated,
    Forbidden,
    /// A mutation over GET.
    NotOverGet,
}

/// Sends one request, and returns the outcome of its response.
async fn over_http(live: &Live, method: &str, accept: &str, document: &str, authorization: &str) -> Fate {
    let mut stream = TcpStream::connect(("127.0.0.1", live.port)).await.unwrap();
    let (target, body) = match method {
        "GET" => (uri(&[("query", document)]), String::new()),
        _ => ("/graphql".to_owned(), query(document)),
    };
    let authorization = match authorization {
        "" => String::new(),
        text => format!("authorization: {text}\r\n"),
    };
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\naccept: {accept}\r\n{authorization}content-type: {JSON}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut response = String::new();
    while !response.contains("\r\n\r\n") {
        let mut bytes = [0; 4096];
        let read = timeout(Duration::from_secs(20), stream.read(&mut bytes))
            .await
            .unwrap()
            .unwrap();
        assert!(read > 0, "{response}");
        response.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    let response = response.to_lowercase();
    match response.split(' ').nth(1).unwrap() {
        "200" => Fate::Allowed,
        "401" => {
            assert!(
                response.contains("www-authenticate: bearer realm=\"guanxi\""),
                "{response}"
            );
            assert!(response.contains("unauthenticated"), "{response}");
            Fate::Unauthenticated
        }
        "403" => {
            assert!(
                response.contains("forbidden") && response.contains("editor"),
                "{response}"
            );
            Fate::Forbidden
        }
        "405" => Fate::NotOverGet,
        _ => panic!("{response}"),
    }
}

async fn over_socket(live: &Live, document: &str, authorization: &str) -> Fate {
    let mut socket = live.socket(&[]).await;
    let payload = match authorization {
        "" => json!({}),
        text => json!({"Authorization": text}),
    };
    socket.say(json!({"type": "connection_init", "payload": payload})).await;
    socket.subscribe("1", document).await;
    if document == SUBSCRIPTION {
        // A subscription sends nothing until a change is recorded, but a ping is answered.
        socket.say(json!({"type": "ping"})).await;
    }
    match socket.frame().await {
        crate::harness::live::Frame::Close(4403, reason) => {
            assert!(reason.contains("token"), "{reason}");
            return Fate::Unauthenticated;
        }
        crate::harness::live::Frame::Text(text) => assert!(text.contains("connection_ack"), "{text}"),
        other => panic!("{other:?}"),
    }
    let response = socket.hear().await;
    match response["payload"][0]["extensions"]["code"].as_str() {
        Some("FORBIDDEN") => Fate::Forbidden,
        _ => Fate::Allowed,
    }
}

#[tokio::test]
async fn roles_allow_what_they_allow_over_every_transport() {
    use Fate::{Allowed, Forbidden, NotOverGet, Unauthenticated};
    let keys = Keys::new();
    for public_read in [PublicRead::On, PublicRead::Off] {
        let live = keys.live(public_read, Changes::Allowed).await;
        let (unnamed, unnamed_change) = match public_read {
            PublicRead::On => (Allowed, Forbidden),
            PublicRead::Off => (Unauthenticated, Unauthenticated),
        };
        for (name, reads, changes) in [
            ("none", unnamed, unnamed_change),
            ("wrong", Unauthenticated, Unauthenticated),
            ("basic", Unauthenticated, Unauthenticated),
            ("revoked", Unauthenticated, Unauthenticated),
            ("expired", Unauthenticated, Unauthenticated),
            ("reader", Allowed, Forbidden),
            ("editor", Allowed, Allowed),
            ("admin", Allowed, Allowed),
        ] {
            let key = keys.authorization(name);
            let over_get = if changes == Unauthenticated {
                Unauthenticated
            } else {
                NotOverGet
            };
            for (document, expected, expected_over_get) in [
                (QUERY, reads, reads),
                (MUTATION, changes, over_get),
                (SUBSCRIPTION, reads, reads),
            ] {
                let place = format!("{name} {document} {public_read:?}");
                // A plain request is answered with 200 and a hint about subscriptions.
                for accept in [JSON, "text/event-stream"] {
                    let posted = over_http(&live, "POST", accept, document, &key).await;
                    assert_eq!(posted, expected, "POST {accept} {place}");
                    let got = over_http(&live, "GET", accept, document, &key).await;
                    assert_eq!(got, expected_over_get, "GET {accept} {place}");
                }
                assert_eq!(over_socket(&live, document, &key).await, expected, "socket {place}");
            }
        }
    }
}

#[tokio::test]
async fn a_read_only_server_refuses_all_changes() {
    let keys = Keys::new();
    let live = keys.live(PublicRead::On, Changes::Refused).await;
    let key = keys.authorization("admin");
    assert_eq!(over_http(&live, "POST", JSON, QUERY, &key).await, Fate::Allowed);
    let mut socket = live.socket(&[("authorization", &key)]).await;
    socket.say(json!({"type": "connection_init"})).await;
    socket.hear().await;
    socket.subscribe("1", MUTATION).await;
    let response = socket.hear().await;
    assert_eq!(response["payload"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(
        response["payload"][0]["message"]
            .as_str()
            .unwrap()
            .contains("--read-only")
    );
}

#[tokio::test]
async fn a_token_that_is_revoked_ends_what_was_opened_with_it() {
    let keys = Keys::new();
    let live = keys.live(PublicRead::Off, Changes::Allowed).await;
    let mut socket = live.socket(&[("authorization", &keys.authorization("editor"))]).await;
    let mut other = live.socket(&[("authorization", &keys.authorization("reader"))]).await;
    for socket in [&mut socket, &mut other] {
        socket.say(json!({"type": "connection_init"})).await;
        socket.hear().await;
        socket.subscribe("1", SUBSCRIPTION).await;
    }
    let key = keys.authorization("editor");
    let mut stream = TcpStream::connect(("127.0.0.1", live.port)).await.unwrap();
    let target = uri(&[("query", SUBSCRIPTION)]);
    let head = format!(
        "GET {target} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nauthorization: {key}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    tokens::revoke(&keys.file, "editor", Timestamp::now()).unwrap();
    let (code, reason) = timeout(Duration::from_secs(3), socket.closed()).await.unwrap();
    assert_eq!((code, reason.as_str()), (4403, "The token is no longer valid"));
    // The end of a chunked body.
    let mut response = String::new();
    while !response.ends_with("0\r\n\r\n") {
        let mut bytes = [0; 4096];
        let read = timeout(Duration::from_secs(3), stream.read(&mut bytes))
            .await
            .unwrap()
            .unwrap();
        assert!(read > 0, "{response}");
        response.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    assert!(!response.contains("complete"), "{response}");
    assert_eq!(over_http(&live, "POST", JSON, QUERY, &key).await, Fate::Unauthenticated);
    live.record(&["One"]).await;
    assert_eq!(other.hear().await["payload"]["data"]["changes"]["recordId"], "one");
}

#[tokio::test]
async fn a_token_that_expires_ends_what_was_opened_with_it() {
    let keys = Keys::new();
    let now = Timestamp::now();
    let soon = now.checked_add(Duration::from_secs(4)).unwrap();
    let key = tokens::create(&keys.file, "brief", Role::Reader, Some(soon), now, [9; 32]).unwrap();
    let live = keys.live(PublicRead::Off, Changes::Allowed).await;
    let mut socket = live.socket(&[("authorization", &format!("Bearer {key}"))]).await;
    socket.say(json!({"type": "connection_init"})).await;
    socket.hear().await;
    let (code, _) = timeout(Duration::from_secs(8), socket.closed()).await.unwrap();
    assert_eq!(code, 4403);
}

#[tokio::test]
async fn a_token_created_while_the_server_runs_is_accepted_soon_and_a_missing_file_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens.json");
    let access = Access::new(Some(file.clone()), PublicRead::Off, Changes::Allowed).unwrap();
    let live = Live::start(Setup {
        access,
        ..Setup::default()
    })
    .await;
    assert_eq!(over_http(&live, "POST", JSON, QUERY, "").await, Fate::Allowed);
    let mut open = live.ready().await;
    let key = tokens::create(&file, "first", Role::Editor, None, Timestamp::now(), [1; 32]).unwrap();
    // Clients without a token have to reconnect with one.
    assert_eq!(timeout(Duration::from_secs(3), open.closed()).await.unwrap().0, 4403);
    assert_eq!(over_http(&live, "POST", JSON, QUERY, "").await, Fate::Unauthenticated);
    std::fs::remove_file(&file).unwrap();
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(over_http(&live, "POST", JSON, QUERY, "").await, Fate::Unauthenticated);
    let key = format!("Bearer {key}");
    assert_eq!(over_http(&live, "POST", JSON, QUERY, &key).await, Fate::Allowed);
}

#[tokio::test]
async fn introspection_and_pages_can_be_switched_off() {
    let mut setup = Setup::default();
    setup.limits.introspection = guanxi::engine::Introspection::Closed;
    setup.settings.pages = guanxi::http::Pages::Off;
    let live = Live::start(setup).await;
    let mut socket = live.ready().await;
    for document in [
        "{ __schema { queryType { name } } }",
        "query { ...F } fragment F on Query { __type(name: \"Query\") { name } }",
    ] {
        socket.subscribe("1", document).await;
        let response = socket.hear().await;
        assert_eq!(
            response["payload"][0]["extensions"]["code"],
            "GRAPHQL_VALIDATION_FAILED"
        );
        let message = response["payload"][0]["message"].as_str().unwrap();
        assert!(
            message.contains("/schema.graphql") && message.contains("--no-introspection"),
            "{message}"
        );
    }
    socket.subscribe("1", QUERY).await;
    assert_eq!(socket.hear().await["payload"]["data"]["__typename"], "Query");
    let mut stream = TcpStream::connect(("127.0.0.1", live.port)).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    assert!(
        page.starts_with("HTTP/1.1 404") && page.contains("switched off"),
        "{page}"
    );
}

#[tokio::test]
async fn a_change_over_a_socket_is_attributed_to_its_token_and_sent_to_subscribers() {
    let keys = Keys::new();
    let live = keys.live(PublicRead::On, Changes::Allowed).await;
    let mut editor = live.socket(&[]).await;
    let payload = json!({"authorization": keys.authorization("editor")});
    editor.say(json!({"type": "connection_init", "payload": payload})).await;
    editor.hear().await;
    let mut reader = live.ready().await;
    reader
        .subscribe(
            "s",
            "subscription { changes { by action after { ... on Entity { name } } } }",
        )
        .await;
    sleep(Duration::from_millis(300)).await;
    let mutation = "mutation { upsertEntities(input: {entities: [{id: \"new\", kind: COMPANY, name: \"New\"}]}) { userErrors { message } } }";
    editor.subscribe("m", mutation).await;
    let response = editor.hear().await;
    assert_eq!(
        response["payload"],
        json!({"data": {"upsertEntities": {"userErrors": []}}})
    );
    assert_eq!(editor.hear().await, json!({"id": "m", "type": "complete"}));
    let change = json!({"by": "editor", "action": "CREATED", "after": {"name": "New"}});
    assert_eq!(reader.hear().await["payload"], json!({"data": {"changes": change}}));
}
