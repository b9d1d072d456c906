//! The messages of graphql-transport-ws, read and written, and the codes with which a socket is closed. A message that does
//! not fit to the letter is a reason to close.

use axum::extract::ws::{CloseFrame, Message};
use serde_json::{Map, Value, json};

use crate::{engine::Answer, http::graphql::params::Params};

/// The only subprotocol that is spoken.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";
/// Bytes of a reason, as the protocol of WebSocket has it.
const REASON_BYTES_MAX: usize = 123;

/// Why a socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    GoingAway,
    TooLarge,
    BadRequest,
    Unauthorized,
    Forbidden,
    UnknownProtocol,
    InitTimeout,
    Duplicate,
    TooManyInits,
    /// Of our own: the client does not read what is sent to it.
    TooSlow,
}

impl Code {
    const fn number(self) -> u16 {
        match self {
            Self::GoingAway => 1001,
            Self::TooLarge => 1009,
            Self::BadRequest => 4400,
            Self::Unauthorized => 4401,
            Self::Forbidden => 4403,
            Self::UnknownProtocol => 4406,
            Self::InitTimeout => 4408,
            Self::Duplicate => 4409,
            Self::TooManyInits => 4429,
            Self::TooSlow => 4503,
        }
    }
}

/// The end of a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closing {
    pub(super) code: Code,
    reason: String,
}

impl Closing {
    pub(super) fn new(code: Code, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        let end = (0..=REASON_BYTES_MAX.min(reason.len())).rev();
        reason.truncate(end.into_iter().find(|end| reason.is_char_boundary(*end)).unwrap_or(0));
        Self { code, reason }
    }

    /// Whether the other end still reads what is sent before it.
    pub(super) fn is_read(&self) -> bool {
        self.code != Code::TooSlow
    }

    pub(super) fn message(self) -> Message {
        Message::Close(Some(CloseFrame {
            code: self.code.number(),
            reason: self.reason.into(),
        }))
    }
}

/// What a client says.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    Init(Map<String, Value>),
    Ping(Option<Value>),
    Pong,
    Subscribe(String, Params),
    Complete(String),
}

impl Said {
    /// Reads one message.
    pub(super) fn parse(text: &str) -> Result<Self, Closing> {
        let bad = |why: String| Closing::new(Code::BadRequest, why);
        let message = serde_json::from_str(text).map_err(|error| bad(format!("The message is not JSON: {error}")))?;
        let Value::Object(mut message) = message else {
            return Err(bad("A message is a JSON object with a type".to_owned()));
        };
        let kind = match message.remove("type") {
            Some(Value::String(kind)) => kind,
            _ => return Err(bad("The message has no type".to_owned())),
        };
        let payload = message.remove("payload").filter(|payload| !payload.is_null());
        let is_object = payload.as_ref().is_none_or(Value::is_object);
        if !is_object {
            return Err(bad(format!("The payload of {kind} must be an object")));
        }
        match (kind.as_str(), payload) {
            ("connection_init", Some(Value::Object(payload))) => Ok(Self::Init(payload)),
            ("connection_init", _) => Ok(Self::Init(Map::new())),
            ("ping", payload) => Ok(Self::Ping(payload)),
            ("pong", _) => Ok(Self::Pong),
            ("subscribe", Some(payload)) => {
                let id = id(&mut message).map_err(bad)?;
                let params = Params::from_json(payload).map_err(bad)?;
                Ok(Self::Subscribe(id, params))
            }
            ("subscribe", None) => Err(bad("subscribe has no payload".to_owned())),
            ("complete", _) => id(&mut message).map(Self::Complete).map_err(bad),
            // A client may take the older protocol for granted, also where it was told which one is spoken.
            ("start" | "stop" | "connection_terminate", _) => Err(bad(format!(
                "{kind:?} is of the older protocol graphql-ws; let the client ask for {PROTOCOL} alone"
            ))),
            (other, _) => {
                let other: String = other.chars().take(40).collect();
                Err(bad(format!("{other:?} is no message of a client")))
            }
        }
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, String> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err("The message has no id, which is a text that is not empty".to_owned()),
    }
}

pub(super) fn acknowledged() -> Message {
    Message::text(r#"{"type":"connection_ack"}"#)
}

/// The answer to a ping, with its payload.
pub(super) fn pong(payload: Option<Value>) -> Message {
    let mut message = json!({"type": "pong"});
    if let (Some(payload), Value::Object(fields)) = (payload, &mut message) {
        fields.insert("payload".to_owned(), payload);
    }
    Message::text(message.to_string())
}

pub(super) fn next(id: &str, answer: &Answer) -> Message {
    wrap("next", id, serde_json::to_string(answer))
}

/// What was refused before it was executed: the errors alone, and nothing after them.
pub(super) fn error(id: &str, answer: &Answer) -> Message {
    wrap("error", id, serde_json::to_string(&answer.response.errors))
}

pub(super) fn complete(id: &str) -> Message {
    Message::text(json!({"id": id, "type": "complete"}).to_string())
}

/// Written by hand around the payload, which may be long and is JSON already.
fn wrap(kind: &str, id: &str, payload: serde_json::Result<String>) -> Message {
    let id = Value::from(id);
    match payload {
        Ok(payload) => Message::text(format!(r#"{{"id":{id},"type":"{kind}","payload":{payload}}}"#)),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            Message::text(format!(
                r#"{{"id":{id},"type":"error","payload":[{{"message":"The answer could not be written.","extensions":{{"code":"INTERNAL"}}}}]}}"#
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_fit_into_a_frame_and_stay_text() {
        assert_eq!(Closing::new(Code::BadRequest, "short").reason, "short");
        let long = Closing::new(Code::BadRequest, "関".repeat(100)).reason;
        assert_eq!(long, "関".repeat(41));
    }

    #[test]
    fn a_client_that_speaks_the_older_protocol_learns_what_to_set() {
        for kind in ["start", "stop", "connection_terminate"] {
            let closing = Said::parse(&format!(r#"{{"type": "{kind}", "id": "1", "payload": {{}}}}"#)).unwrap_err();
            let whole =
                format!("{kind:?} is of the older protocol graphql-ws; let the client ask for {PROTOCOL} alone");
            assert_eq!(
                (closing.code, closing.reason),
                (Code::BadRequest, whole),
                "nothing of it is cut off"
            );
        }
    }

    #[test]
    fn messages_that_do_not_fit_are_reasons_to_close() {
        for text in [
            "",
            "{",
            "null",
            "[]",
            "{}",
            r#"{"type": 1}"#,
            r#"{"type": "start"}"#,
            r#"{"type": "connection_ack"}"#,
            r#"{"type": "next", "id": "1", "payload": {}}"#,
            r#"{"type": "connection_init", "payload": "Bearer"}"#,
            r#"{"type": "ping", "payload": 1}"#,
            r#"{"type": "complete"}"#,
            r#"{"type": "complete", "id": ""}"#,
            r#"{"type": "subscribe", "id": "1"}"#,
            r#"{"type": "subscribe", "payload": {"query": "{ a }"}}"#,
            r#"{"type": "subscribe", "id": 1, "payload": {"query": "{ a }"}}"#,
            r#"{"type": "subscribe", "id": "1", "payload": {}}"#,
            r#"{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}"#,
        ] {
            assert_eq!(Said::parse(text).unwrap_err().code, Code::BadRequest, "{text}");
        }
        assert_eq!(Said::parse(r#"{"type": "ping"}"#), Ok(Said::Ping(None)));
        assert_eq!(
            Said::parse(r#"{"type": "connection_init", "payload": null}"#),
            Ok(Said::Init(Map::new()))
        );
    }
}
