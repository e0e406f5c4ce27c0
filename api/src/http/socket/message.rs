//! The messages of `graphql-transport-ws`.

use async_graphql::{Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::{graphql::GraphqlRequest, limits::MAX_OPERATION_ID};

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Incoming {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Subscribe {
        id: String,
        payload: GraphqlRequest,
    },
    Complete {
        id: String,
    },
    Ping {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Pong {
        #[serde(default)]
        #[expect(
            dead_code,
            reason = "read so that anything else in its place is refused"
        )]
        payload: Option<Map<String, Value>>,
    },
}

impl Incoming {
    /// A message; `None` where it is none of the protocol.
    pub(super) fn read(text: &str) -> Option<Self> {
        let message = serde_json::from_str(text).ok()?;
        match &message {
            Self::Subscribe { id, .. } if id.is_empty() || MAX_OPERATION_ID < id.len() => None,
            _ => Some(message),
        }
    }
}

/// What we say.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Outgoing {
    ConnectionAck,
    Next {
        id: String,
        payload: Box<Response>,
    },
    Error {
        id: String,
        payload: Vec<ServerError>,
    },
    Complete {
        id: String,
    },
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_the_protocol_are_read() {
        for text in [
            r#"{"type":"connection_init"}"#,
            r#"{"type":"connection_init","payload":null}"#,
            r#"{"type":"connection_init","payload":{"Authorization":"Bearer x"}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":null,"operationName":null,"extensions":{}}}"#,
            r#"{"type":"complete","id":"1"}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"pong","payload":{"at":1}}"#,
        ] {
            assert!(Incoming::read(text).is_some(), "{text}");
        }
    }

    #[test]
    fn others_are_not() {
        let long = format!(
            r#"{{"type":"subscribe","id":"{}","payload":{{"query":"{{a}}"}}}}"#,
            "x".repeat(129)
        );
        for text in [
            "",
            "nonsense",
            "[]",
            "{}",
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"start","id":"1","payload":{"query":"{a}"}}"#,
            r#"{"type":"connection_init","payload":"token"}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
            r#"{"type":"ping","payload":1}"#,
            long.as_str(),
        ] {
            assert!(Incoming::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn ours_are_written_as_the_protocol_says() {
        let written = |message| serde_json::to_string(&message).unwrap();
        assert_eq!(
            written(Outgoing::ConnectionAck),
            r#"{"type":"connection_ack"}"#
        );
        assert_eq!(
            written(Outgoing::Pong { payload: None }),
            r#"{"type":"pong"}"#
        );
        assert_eq!(
            written(Outgoing::Complete { id: "1".to_owned() }),
            r#"{"type":"complete","id":"1"}"#
        );
    }
}
