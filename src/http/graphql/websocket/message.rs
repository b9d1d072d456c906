//! The messages of graphql-transport-ws, and the codes with which a socket is closed. Any invalid message is a reason to close.

use axum::extract::ws::{CloseFrame, Message};
use serde_json::{Map, Value, json};

use crate::{engine::Answer, http::graphql::params::Params};

/// The only supported subprotocol.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";
/// The most bytes of a reason by the WebSocket protocol.
const REASON_BYTES_MAX: usize = 123;

/// The code with which a socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CloseCode {
    GoingAway,
    TooLarge,
    BadRequest,
    Unauthorized,
    Forbidden,
    UnknownProtocol,
    InitTimeout,
    Duplicate,
    TooManyInits,
    /// Specific to guanxi: the client does not read the data sent to it.
    TooSlow,
}

impl CloseCode {
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

/// Why a socket is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CloseReason {
    pub(super) code: CloseCode,
    reason: String,
}

impl CloseReason {
    pub(super) fn new(code: CloseCode, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        let end = (0..=REASON_BYTES_MAX.min(reason.len())).rev();
        reason.truncate(end.into_iter().find(|end| reason.is_char_boundary(*end)).unwrap_or(0));
        Self { code, reason }
    }

    /// Whether the client still reads messages.
    pub(super) fn is_client_reading(&self) -> bool {
        self.code != CloseCode::TooSlow
    }

    pub(super) fn message(self) -> Message {
        Message::Close(Some(CloseFrame {
            code: self.code.number(),
            reason: self.reason.into(),
        }))
    }
}

/// A message of a client.
#[derive(Debug, PartialEq)]
pub(super) enum ClientMessage {
    Init(Map<String, Value>),
    Ping(Option<Value>),
    Pong,
    Subscribe(String, Params),
    Complete(String),
}

impl ClientMessage {
    /// Parses a message.
    pub(super) fn parse(text: &str) -> Result<Self, CloseReason> {
        let bad = |why: String| CloseReason::new(CloseCode::BadRequest, why);
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
            // Some clients use the older protocol regardless of the negotiated one.
            ("start" | "stop" | "connection_terminate", _) => Err(bad(format!(
                "{kind:?} is of the older protocol graphql-ws; let the client request only {PROTOCOL}"
            ))),
            (other, _) => {
                let other: String = other.chars().take(40).collect();
                Err(bad(format!("{other:?} is not a message of a client")))
            }
        }
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, String> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err("The message has no id, which is a non-empty string".to_owned()),
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

/// The errors of an operation that was refused before its execution. It is the last message of the operation.
pub(super) fn error(id: &str, answer: &Answer) -> Message {
    wrap("error", id, serde_json::to_string(&answer.response.errors))
}

pub(super) fn complete(id: &str) -> Message {
    Message::text(json!({"id": id, "type": "complete"}).to_string())
}

/// A message around a payload in JSON, which may be long and is not parsed again.
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
    fn reasons_fit_into_a_frame_and_stay_valid_text() {
        assert_eq!(CloseReason::new(CloseCode::BadRequest, "short").reason, "short");
        let long = CloseReason::new(CloseCode::BadRequest, "関".repeat(100)).reason;
        assert_eq!(long, "関".repeat(41));
    }

    #[test]
    fn a_client_with_the_older_protocol_learns_what_to_set() {
        for kind in ["start", "stop", "connection_terminate"] {
            let error =
                ClientMessage::parse(&format!(r#"{{"type": "{kind}", "id": "1", "payload": {{}}}}"#)).unwrap_err();
            let reason =
                format!("{kind:?} is of the older protocol graphql-ws; let the client request only {PROTOCOL}");
            assert_eq!(
                (error.code, error.reason),
                (CloseCode::BadRequest, reason),
                "nothing of it is cut off"
            );
        }
    }

    #[test]
    fn invalid_messages_are_reasons_to_close() {
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
            assert_eq!(
                ClientMessage::parse(text).unwrap_err().code,
                CloseCode::BadRequest,
                "{text}"
            );
        }
        assert_eq!(
            ClientMessage::parse(r#"{"type": "ping"}"#),
            Ok(ClientMessage::Ping(None))
        );
        assert_eq!(
            ClientMessage::parse(r#"{"type": "connection_init", "payload": null}"#),
            Ok(ClientMessage::Init(Map::new()))
        );
    }
}
