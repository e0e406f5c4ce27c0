//! One WebSocket, from its greeting to its close.

use std::{convert::Infallible, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, MissedTickBehavior, interval_at, timeout, timeout_at},
};

use super::{
    super::{
        admission::Place,
        graphql::{Changed, watch},
        limits::{HEARTBEAT, INIT_TIMEOUT, MAX_MESSAGE_BYTES, SILENCE, WRITE_TIME},
    },
    PROTOCOL,
    message::{Incoming, Outgoing},
    operations::Operations,
};
use crate::{app::App, auth::Credentials, error::Code, http::state::HttpState, session::Session};

/// How long the close of both sides may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why a conversation ends.
#[derive(Debug)]
enum End {
    /// The client went.
    Gone,
    /// We close, with that code and reason.
    Close(u16, &'static str),
}

/// The code of RFC 6455 for a server that stops.
const GOING_AWAY: u16 = 1001;
/// The code of RFC 6455 for what is larger than it may be.
const TOO_BIG: u16 = 1009;
const INVALID: End = End::Close(4400, "Invalid message received");
const UNAUTHORIZED: End = End::Close(4401, "Unauthorized");

/// Speaks with one client until either has enough.
pub(super) async fn converse(
    state: HttpState,
    mut socket: WebSocket,
    cookie: Credentials,
    stranger: OwnedSemaphorePermit,
) {
    let end = match talk(&state, &mut socket, cookie, stranger).await {
        Ok(never) => match never {},
        Err(end) => end,
    };
    if let End::Close(code, reason) = end {
        let frame = Message::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }));
        let _ = timeout(WRITE_TIME, socket.send(frame)).await;
    }
    // Until both have closed: reading writes our answer to the client's close, and what a client has not read yet is lost
    // where the connection goes before it.
    let closed = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = timeout(FAREWELL, closed).await;
}

async fn talk(
    state: &HttpState,
    socket: &mut WebSocket,
    cookie: Credentials,
    stranger: OwnedSemaphorePermit,
) -> Result<Infallible, End> {
    if socket
        .protocol()
        .is_none_or(|protocol| protocol.as_bytes() != PROTOCOL.as_bytes())
    {
        return Err(End::Close(4406, "Subprotocol not acceptable"));
    }
    let late = End::Close(4408, "Connection initialisation timeout");
    let greeting = timeout_at(
        Instant::now() + INIT_TIMEOUT,
        greet(&state.app, socket, cookie),
    );
    let (credentials, session) = greeting.await.map_err(|_elapsed| late)??;
    let place = state
        .admission
        .listeners
        .enter(session.key())
        .ok_or(End::Close(4429, "Too many connections"))?;
    drop(stranger);
    say(socket, &Outgoing::ConnectionAck).await?;
    listen(state, socket, credentials, &session, place).await
}

/// What comes before we know who it is: a token in the first message, or the cookie that the WebSocket was opened with.
async fn greet(
    app: &App,
    socket: &mut WebSocket,
    cookie: Credentials,
) -> Result<(Credentials, Session), End> {
    loop {
        match hear(socket).await? {
            Some(Incoming::ConnectionInit { payload }) => {
                let sent = payload.as_ref().and_then(|payload| {
                    let named =
                        |(name, _): &(&String, _)| name.eq_ignore_ascii_case("authorization");
                    payload.iter().find(named)?.1.as_str()
                });
                let credentials = match sent {
                    Some(sent) => Credentials::Authorization(sent.into()),
                    None => cookie,
                };
                return match app.authenticator().authenticate(&credentials).await {
                    Ok(session) => Ok((credentials, session)),
                    Err(error) if error.code == Code::Unauthenticated => {
                        Err(End::Close(4403, "Forbidden"))
                    }
                    Err(_) => Err(End::Close(4500, "Try again later")),
                };
            }
            Some(Incoming::Subscribe { .. }) => return Err(UNAUTHORIZED),
            Some(Incoming::Ping { payload }) => say(socket, &Outgoing::Pong { payload }).await?,
            Some(Incoming::Pong { .. } | Incoming::Complete { .. }) | None => {}
        }
    }
}

async fn listen(
    state: &HttpState,
    socket: &mut WebSocket,
    credentials: Credentials,
    session: &Session,
    _place: Place,
) -> Result<Infallible, End> {
    let app = &state.app;
    let mut operations = Operations::new(state.clone(), credentials.clone());
    let mut changed = std::pin::pin!(watch(app, &credentials, session));
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            message = hear(socket) => {
                heard = Instant::now();
                if let Some(message) = message? {
                    answer(socket, &mut operations, message).await?;
                }
            }
            message = operations.next() => say(socket, &message).await?,
            _ = heartbeat.tick() => {
                if SILENCE < heard.elapsed() {
                    return Err(End::Gone);
                }
                send(socket, Message::Ping(Vec::new().into())).await?;
            }
            change = &mut changed => return Err(match change {
                Changed::Token => UNAUTHORIZED,
                Changed::Role => End::Close(4403, "Forbidden"),
            }),
            () = app.stopping().cancelled() => return Err(End::Close(GOING_AWAY, "The server stops")),
        }
    }
}

async fn answer(
    socket: &mut WebSocket,
    operations: &mut Operations,
    message: Incoming,
) -> Result<(), End> {
    match message {
        Incoming::ConnectionInit { .. } => {
            Err(End::Close(4429, "Too many initialisation requests"))
        }
        Incoming::Subscribe { id, .. } if operations.is_running(&id) => {
            Err(End::Close(4409, "Subscriber already exists"))
        }
        Incoming::Subscribe { id, payload } => match operations.start(id, payload) {
            Some(refusal) => say(socket, &refusal).await,
            None => Ok(()),
        },
        Incoming::Complete { id } => {
            operations.stop(&id);
            Ok(())
        }
        Incoming::Ping { payload } => say(socket, &Outgoing::Pong { payload }).await,
        Incoming::Pong { .. } => Ok(()),
    }
}

/// The next message; `None` for a frame that is none. Frames that ask for a sign of life are answered below us.
async fn hear(socket: &mut WebSocket) -> Result<Option<Incoming>, End> {
    match socket.recv().await {
        Some(Ok(Message::Text(text))) if MAX_MESSAGE_BYTES < text.len() => {
            Err(End::Close(TOO_BIG, "Message too big"))
        }
        Some(Ok(Message::Text(text))) => Incoming::read(&text).map(Some).ok_or(INVALID),
        Some(Ok(Message::Binary(_))) => Err(INVALID),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Err(error)) if error.to_string().contains("too long") => {
            Err(End::Close(TOO_BIG, "Message too big"))
        }
        Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
    }
}

async fn say(socket: &mut WebSocket, message: &Outgoing) -> Result<(), End> {
    let text = serde_json::to_string(message).map_err(|error| {
        tracing::error!(%error, "an answer can't be written as JSON");
        End::Close(4500, "Internal server error")
    })?;
    send(socket, Message::Text(text.into())).await
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(WRITE_TIME, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}
