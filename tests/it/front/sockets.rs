//! Operations over a WebSocket.

use std::time::Duration;

use caseload_schema::instant::Instant;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::StatusCode},
};

use super::server::Server;
use crate::{
    access::acme,
    on_both_stores,
    support::{
        app::{Caseload, token, token_of},
        database::Backend,
    },
};

on_both_stores! {
    a_member_s_query_is_answered_and_completed,
    a_role_that_is_taken_away_closes_the_connection,
}

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A client that says what it is told to.
pub(crate) struct Client(Stream);

impl Client {
    async fn connect(server: &Server) -> Self {
        Self::connect_as(server, Some("graphql-transport-ws"), None)
            .await
            .expect("a WebSocket")
    }

    async fn connect_as(
        server: &Server,
        protocol: Option<&str>,
        origin: Option<&str>,
    ) -> Result<Self, Error> {
        let mut request = format!("ws://{}/graphql/ws", server.address).into_client_request()?;
        for (name, value) in [("sec-websocket-protocol", protocol), ("origin", origin)] {
            if let Some(value) = value {
                request
                    .headers_mut()
                    .insert(name, value.parse().expect("a header"));
            }
        }
        Ok(Self(connect_async(request).await?.0))
    }

    async fn say(&mut self, message: &Value) {
        self.send(&message.to_string()).await;
    }

    async fn send(&mut self, text: &str) {
        self.0
            .send(Message::text(text))
            .await
            .expect("an open connection");
    }

    /// The next message of the protocol, or the code of the close.
    pub(crate) async fn hear(&mut self) -> Result<Value, u16> {
        loop {
            let message = timeout(Duration::from_secs(30), self.0.next())
                .await
                .expect("an answer in time");
            match message {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }

    async fn greet(&mut self, token: &str) -> Result<Value, u16> {
        self.say(&json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}})).await;
        self.hear().await
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(&json!({"type": "subscribe", "id": id, "payload": {"query": query}}))
            .await;
    }
}

pub(crate) async fn greeted(server: &Server, member: &str) -> Client {
    let mut client = Client::connect(server).await;
    assert_eq!(
        client.greet(&token(member)).await,
        Ok(json!({"type": "connection_ack"}))
    );
    client
}

async fn sample() -> (Caseload, Server) {
    let caseload = acme(Backend::Sqlite).await;
    let server = Server::start(&caseload).await;
    (caseload, server)
}

async fn a_member_s_query_is_answered_and_completed(backend: Backend) {
    let caseload = acme(backend).await;
    let server = Server::start(&caseload).await;
    let mut client = greeted(&server, "agent").await;
    client
        .subscribe("one", "{ viewer { role } team { metrics { closed } } }")
        .await;
    let next = client.hear().await.expect("an answer");
    assert_eq!(
        (&next["type"], &next["id"]),
        (&json!("next"), &json!("one"))
    );
    assert_eq!(
        next["payload"]["data"],
        json!({"viewer": {"role": "AGENT"}, "team": null})
    );
    assert_eq!(
        next["payload"]["errors"][0]["extensions"]["code"],
        "FORBIDDEN"
    );
    assert_eq!(
        client.hear().await,
        Ok(json!({"type": "complete", "id": "one"}))
    );
    server.stop().await;
}

async fn a_role_that_is_taken_away_closes_the_connection(backend: Backend) {
    let caseload = acme(backend).await;
    let server = Server::start(&caseload).await;
    let (mut manager, mut agent) = (
        greeted(&server, "manager").await,
        greeted(&server, "agent").await,
    );
    let (mut viewer, mut admin) = (
        greeted(&server, "viewer").await,
        greeted(&server, "admin").await,
    );
    caseload
        .import(&[
            json!({"type": "member", "id": "manager", "name": "Name of manager", "role": "agent"}),
            json!({"type": "member", "id": "agent", "name": "Name of agent", "role": "agent", "active": false}),
            json!({"type": "member", "id": "admin", "name": "Another name", "role": "admin"}),
        ])
        .await;
    assert_eq!(manager.hear().await, Err(4403));
    assert_eq!(agent.hear().await, Err(4401));
    for other in [&mut viewer, &mut admin] {
        other.subscribe("1", "{ viewer { role } }").await;
        assert_eq!(other.hear().await.expect("an answer")["type"], "next");
    }
    drop((viewer, admin));
    server.stop().await;
}

#[tokio::test]
async fn a_token_that_expires_closes_the_connection() {
    let (caseload, server) = sample().await;
    let exp = caseload.clock.now().seconds() + 60;
    let mut client = Client::connect(&server).await;
    client
        .greet(&token_of(
            &json!({"sub": "owner", "workspace": "acme", "exp": exp}),
        ))
        .await
        .unwrap();
    caseload.clock.set(Instant::from_seconds(exp + 40));
    assert_eq!(client.hear().await, Err(4401));
}

#[tokio::test]
async fn who_does_not_say_who_they_are_is_sent_away() {
    let (_caseload, server) = sample().await;
    let mut silent = Client::connect(&server).await;
    let mut wrong = Client::connect(&server).await;
    assert_eq!(wrong.greet("nonsense").await, Err(4403));
    for payload in [
        json!({}),
        json!({"Authorization": 1}),
        json!({"Authorization": "Basic x"}),
        Value::Null,
    ] {
        let mut client = Client::connect(&server).await;
        client
            .say(&json!({"type": "connection_init", "payload": payload}))
            .await;
        assert_eq!(client.hear().await, Err(4403), "{payload}");
    }
    let mut hasty = Client::connect(&server).await;
    hasty.subscribe("1", "{ viewer { role } }").await;
    assert_eq!(hasty.hear().await, Err(4401));
    assert_eq!(silent.hear().await, Err(4408));
}

#[tokio::test]
async fn what_is_not_of_the_protocol_closes_the_connection() {
    let (_caseload, server) = sample().await;
    let subscribe = r#"{"type":"subscribe","id":"1","payload":{"query":"{a}"}}"#;
    for text in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"type":"start"}"#,
        &subscribe.replace("\"1\"", "1"),
        "{\"type\":\"ping\"",
    ] {
        let mut client = greeted(&server, "owner").await;
        client.send(text).await;
        assert_eq!(client.hear().await, Err(4400), "{text}");
    }
    let mut twice = greeted(&server, "owner").await;
    assert_eq!(twice.greet(&token("owner")).await, Err(4429));
    let mut binary = greeted(&server, "owner").await;
    binary
        .0
        .send(Message::binary(subscribe.as_bytes().to_vec()))
        .await
        .unwrap();
    assert_eq!(binary.hear().await, Err(4400));
    for size in [70_000, 1_000_000] {
        let mut large = greeted(&server, "owner").await;
        large
            .send(&subscribe.replace("{a}", &" ".repeat(size)))
            .await;
        assert_eq!(large.hear().await, Err(1009), "{size}");
    }
    for protocol in [None, Some("graphql-ws")] {
        let client = Client::connect_as(&server, protocol, None).await;
        match client {
            Ok(mut client) => assert_eq!(client.hear().await, Err(4406), "{protocol:?}"),
            Err(error) => assert!(protocol.is_some(), "{error}"),
        }
    }
}

/// It goes on until the connection ends.
const LASTING: &str = "subscription { rollupStatus { generation } }";

#[tokio::test]
async fn an_id_is_used_by_one_operation_at_a_time() {
    let (_caseload, server) = sample().await;
    let mut client = greeted(&server, "owner").await;
    for _ in 0..2 {
        client.subscribe("1", LASTING).await;
    }
    assert_eq!(client.hear().await, Err(4409));
    // Once one has ended, its id is free.
    let mut client = greeted(&server, "owner").await;
    client.subscribe("1", LASTING).await;
    client.say(&json!({"type": "complete", "id": "1"})).await;
    client.subscribe("1", "{ viewer { role } }").await;
    assert_eq!(
        client.hear().await.expect("an answer")["payload"]["data"],
        json!({"viewer": {"role": "OWNER"}})
    );
    assert_eq!(
        client.hear().await,
        Ok(json!({"type": "complete", "id": "1"}))
    );
    client.subscribe("1", "{ viewer { role } }").await;
    assert_eq!(client.hear().await.expect("an answer")["type"], "next");
}

#[tokio::test]
async fn a_connection_has_20_operations_at_a_time() {
    let (_caseload, server) = sample().await;
    let mut client = greeted(&server, "owner").await;
    for id in 0..21 {
        client.subscribe(&id.to_string(), LASTING).await;
    }
    let refused = client.hear().await.expect("an open connection");
    assert_eq!(
        (&refused["type"], &refused["id"]),
        (&json!("error"), &json!("20"))
    );
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    client.say(&json!({"type": "complete", "id": "7"})).await;
    client.subscribe("20", "{ viewer { role } }").await;
    assert_eq!(client.hear().await.expect("an answer")["type"], "next");
}

#[tokio::test]
async fn a_member_has_50_connections_at_a_time() {
    let (_caseload, server) = sample().await;
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(greeted(&server, "agent").await);
    }
    let mut refused = Client::connect(&server).await;
    assert_eq!(refused.greet(&token("agent")).await, Err(4429));
    drop(greeted(&server, "viewer").await);
    // The place of one that has gone is free as soon as that is noticed.
    drop(clients.pop());
    let free = async {
        while Client::connect(&server)
            .await
            .greet(&token("agent"))
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), free)
        .await
        .expect("a place");
}

#[tokio::test]
async fn a_token_that_is_revoked_closes_the_connection() {
    let (caseload, server) = sample().await;
    let query =
        "mutation { createApiToken(name: \"m\", scopes: [READ_ROLLUPS]) { secret token { id } } }";
    let made = caseload
        .ask("owner", query, &json!({}))
        .await
        .data("createApiToken");
    let mut client = Client::connect(&server).await;
    client
        .greet(made["secret"].as_str().expect("a secret"))
        .await
        .expect("a token that is good");
    client.subscribe("1", LASTING).await;
    let id = &made["token"]["id"];
    caseload
        .ask(
            "owner",
            &format!("mutation {{ revokeApiToken(id: {id}) {{ id }} }}"),
            &json!({}),
        )
        .await
        .data("revokeApiToken");
    assert_eq!(client.hear().await, Err(4401));
}

#[tokio::test]
async fn what_is_wrong_with_an_operation_is_its_error_and_the_connection_stays() {
    let (_caseload, server) = sample().await;
    let mut client = greeted(&server, "owner").await;
    for query in ["{", "{ nothing }", "{ team }", &"{a".repeat(40)] {
        client.subscribe("x", query).await;
        let error = client.hear().await.unwrap();
        assert_eq!(
            (&error["type"], &error["id"]),
            (&json!("error"), &json!("x")),
            "{query}: {error}"
        );
        assert!(
            error["payload"][0]["extensions"]["code"].is_string(),
            "{error}"
        );
    }
    client
        .say(&json!({"type": "ping", "payload": {"at": 1}}))
        .await;
    assert_eq!(
        client.hear().await,
        Ok(json!({"type": "pong", "payload": {"at": 1}}))
    );
    client
        .say(&json!({"type": "complete", "id": "never was"}))
        .await;
    client.say(&json!({"type": "ping"})).await;
    assert_eq!(client.hear().await, Ok(json!({"type": "pong"})));
}

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let (_caseload, server) = sample().await;
    let protocol = Some("graphql-transport-ws");
    let own = format!("http://{}", server.address);
    assert!(
        Client::connect_as(&server, protocol, Some(&own))
            .await
            .is_ok()
    );
    for origin in ["https://evil.example.com", "null"] {
        match Client::connect_as(&server, protocol, Some(origin)).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), StatusCode::FORBIDDEN),
            _ => panic!("{origin} may connect"),
        }
    }
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let (_caseload, server) = sample().await;
    let mut client = greeted(&server, "owner").await;
    let (ended, heard) = tokio::join!(server.stop(), client.hear());
    assert_eq!(((), heard), (ended, Err(1001)));
}
