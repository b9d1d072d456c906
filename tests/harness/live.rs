//! A server for one test on a real port, its store, and a WebSocket frame by frame, so that a test can send messages that no
//! client library would.

use std::{sync::Arc, time::Duration};

use guanxi::{
    engine::Limits,
    http::{self, Access, Backend, Readiness, Settings},
    model::{Action, Change, Entity, EntityKind, Record, Timestamp},
    schema::Api,
    store::{Store, commit::Proposal},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use super::{BUNDLED, store_of};

/// A timeout that no test should reach.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a server is started.
pub(crate) struct Setup {
    pub(crate) settings: Settings,
    pub(crate) limits: Limits,
    pub(crate) access: Access,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            limits: Limits::default(),
            access: Access::open(),
        }
    }
}

/// A running server over the bundled data.
pub(crate) struct Live {
    pub(crate) port: u16,
    pub(crate) store: Arc<Store>,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) serving: JoinHandle<()>,
    following: JoinHandle<()>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.following.abort();
    }
}

impl Live {
    pub(crate) async fn start(setup: Setup) -> Self {
        let store = store_of(&BUNDLED);
        let backend = Backend {
            api: Arc::new(Api::new(setup.limits).unwrap()),
            store: Arc::clone(&store),
            access: setup.access.clone(),
        };
        let readiness = Readiness::default();
        let router = http::router(backend, setup.settings.clone(), readiness.clone()).unwrap();
        let listener = http::bind("127.0.0.1", 0).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            http::serve(listener, router, &setup.settings, readiness, async {
                // The end of a test also stops its server.
                stopped.await.unwrap_or_default();
            })
            .await;
        });
        Self {
            port,
            store,
            stop: Some(stop),
            serving,
            following: tokio::spawn(async move { setup.access.follow().await }),
        }
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Records companies of these names in one commit.
    pub(crate) async fn record(&self, names: &[&str]) {
        self.record_because(names, "a test").await;
    }

    /// The same with a reason.
    pub(crate) async fn record_because(&self, names: &[&str], reason: &str) {
        let (store, reason) = (Arc::clone(&self.store), reason.to_owned());
        let changes = names.iter().map(|name| company(name)).collect();
        let committing = tokio::task::spawn_blocking(move || commit(&store, changes, &reason));
        committing.await.unwrap();
    }

    /// A socket that was opened with these headers.
    pub(crate) async fn socket(&self, headers: &[(&str, &str)]) -> Socket {
        self.handshake(headers)
            .await
            .unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// A socket, or the head of the response that refuses it.
    pub(crate) async fn handshake(&self, headers: &[(&str, &str)]) -> Result<Socket, String> {
        handshake(self.port, headers).await
    }

    /// An initialised socket without a token.
    pub(crate) async fn ready(&self) -> Socket {
        let mut socket = self.socket(&[]).await;
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
    }
}

/// A socket at `/graphql` of this port, or the head of the response that refuses it.
pub(crate) async fn handshake(port: u16, headers: &[(&str, &str)]) -> Result<Socket, String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut head = "GET /graphql HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        .to_owned();
    let own = [
        ("host", format!("127.0.0.1:{}", port)),
        ("sec-websocket-protocol", "graphql-transport-ws".to_owned()),
    ];
    let own = own
        .iter()
        .filter(|(name, _)| headers.iter().all(|(named, _)| named != name));
    let named = headers.iter().map(|(name, value)| (*name, (*value).to_owned()));
    for (name, value) in own.cloned().chain(named).filter(|(_, value)| !value.is_empty()) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    let mut response_head = Vec::new();
    while !response_head.ends_with(b"\r\n\r\n") {
        response_head.push(timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap());
    }
    let response_head = String::from_utf8(response_head).unwrap();
    if response_head.starts_with("HTTP/1.1 101") {
        return Ok(Socket { stream });
    }
    Err(response_head)
}

/// A change that records a company.
pub(crate) fn company(name: &str) -> Change {
    let id = name.to_lowercase().replace(' ', "-");
    let entity = Entity::new(&id, EntityKind::Company, name).unwrap();
    Change::Put(Box::new(Record::Entity(entity)))
}

/// Commits changes, and returns their number.
pub(crate) fn commit(store: &Store, changes: Vec<Change>, reason: &str) -> usize {
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: Some(reason.to_owned()),
        at: Timestamp::now(),
        decide: Box::new(move |_| Ok(changes)),
    };
    let receipt = store.commit(proposal).unwrap();
    let entry = receipt.entry.unwrap();
    assert!(entry.steps.iter().all(|step| step.action != Action::Retracted));
    entry.steps.len()
}

/// A WebSocket, frame by frame.
pub(crate) struct Socket {
    pub(crate) stream: TcpStream,
}

/// A frame of a WebSocket.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Frame {
    Text(String),
    Ping,
    Pong(Vec<u8>),
    Close(u16, String),
    /// The connection ended without a close frame.
    End,
}

impl Socket {
    /// Sends one frame. Clients must mask frames, here with zeros.
    pub(crate) async fn send(&mut self, opcode: u8, payload: &[u8]) {
        let mut frame = vec![0x80 | opcode];
        match u16::try_from(payload.len()) {
            Ok(length @ 0..126) => frame.push(0x80 | u8::try_from(length).unwrap()),
            Ok(length) => {
                frame.push(0x80 | 126);
                frame.extend(length.to_be_bytes());
            }
            Err(_) => {
                frame.push(0x80 | 127);
                frame.extend(u64::try_from(payload.len()).unwrap().to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        // The server may have closed the socket already, which a later read reports.
        drop(self.stream.write_all(&frame).await);
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.send(1, message.to_string().as_bytes()).await;
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({"id": id, "type": "subscribe", "payload": {"query": query}}))
            .await;
    }

    pub(crate) async fn frame(&mut self) -> Frame {
        timeout(PATIENCE, self.read()).await.unwrap().unwrap_or(Frame::End)
    }

    async fn read(&mut self) -> Option<Frame> {
        let stream = &mut self.stream;
        let opcode = stream.read_u8().await.ok()? & 0x0F;
        let length = match stream.read_u8().await.ok()? & 0x7F {
            126 => u64::from(stream.read_u16().await.ok()?),
            127 => stream.read_u64().await.ok()?,
            length => u64::from(length),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut payload).await.ok()?;
        Some(match opcode {
            1 => Frame::Text(String::from_utf8(payload).unwrap()),
            8 => Frame::Close(
                payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code)),
                String::from_utf8(payload.split_off(2.min(payload.len()))).unwrap(),
            ),
            9 => Frame::Ping,
            10 => Frame::Pong(payload),
            other => panic!("a frame with opcode {other}"),
        })
    }

    /// The next message; pings are answered.
    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            match self.frame().await {
                Frame::Text(text) => return serde_json::from_str(&text).unwrap(),
                Frame::Ping => self.send(10, b"").await,
                other => panic!("{other:?} instead of a message"),
            }
        }
    }

    /// The code and reason with which the server closes the socket. Replies, and waits for the end of the connection.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Frame::Close(code, reason) => {
                    self.send(8, &code.to_be_bytes()).await;
                    assert_eq!(self.frame().await, Frame::End);
                    return (code, reason);
                }
                Frame::Ping | Frame::Text(_) => {}
                other => panic!("{other:?} instead of a close"),
            }
        }
    }

    /// Whether no message arrives for a while.
    pub(crate) async fn is_silent(&mut self) -> bool {
        timeout(Duration::from_millis(300), self.read()).await.is_err()
    }
}
