//! `GET /graphql/ws`: operations over a WebSocket, by the protocol `graphql-transport-ws`.

mod connection;
mod message;
mod operations;

use axum::{
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::{
    credentials::{Purpose, credentials},
    errors,
    limits::MAX_MESSAGE_BYTES,
    origin::may_ask,
};
use crate::{auth::Credentials, error::ApiError, http::state::HttpState};

/// The only protocol that is spoken here.
const PROTOCOL: &str = "graphql-transport-ws";

/// Opens a WebSocket. Who asks is found out in it: browsers can't send headers with this request.
pub(super) async fn open(
    State(state): State<HttpState>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        return upgrade_required();
    };
    if !may_ask(&headers, &state.app.config().cors_origins) {
        return ApiError::forbidden(
            "pages of this origin may not use the API; see the setting cors_origins",
        )
        .into_response();
    }
    let cookie = match credentials(&headers, state.app.config(), Purpose::Api) {
        cookie @ Credentials::Session(_) => cookie,
        // A token comes in the first message, as the protocol has it.
        Credentials::Authorization(_) | Credentials::None => Credentials::None,
    };
    let Some(place) = state.admission.listeners.stranger() else {
        let mut response = errors::with_status(
            StatusCode::SERVICE_UNAVAILABLE,
            &ApiError::too_many_listeners(),
        );
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        return response;
    };
    // What is a little too large is read, so that it can be answered with the fitting close; what is larger ends the connection.
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(4 * MAX_MESSAGE_BYTES)
        .max_frame_size(4 * MAX_MESSAGE_BYTES);
    let tasks = state.app.tasks().clone();
    upgrade.on_upgrade(move |socket| {
        tasks.track_future(connection::converse(state, socket, cookie, place))
    })
}

fn upgrade_required() -> Response {
    let error = ApiError::bad_input(format!(
        "this path speaks WebSocket, with the protocol {PROTOCOL}"
    ));
    let mut response = errors::with_status(StatusCode::UPGRADE_REQUIRED, &error);
    response
        .headers_mut()
        .insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    response
}
