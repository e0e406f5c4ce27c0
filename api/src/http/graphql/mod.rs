//! `POST /graphql`: what reaches the executor has passed here.

mod answer;
mod asked;
mod events;
mod execute;
mod media;
mod stream;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use tokio::time::Instant;

pub(super) use self::{
    answer::refused,
    asked::{Asked, Credentials},
    stream::{Changed, answers, watch},
};
use self::{
    answer::{refusal, respond},
    asked::credentials,
    media::{GRAPHQL_RESPONSE, Media},
};
use crate::{app::App, error::ApiError};

/// Answers one GraphQL request. The time for that begins with its headers.
pub(super) async fn post(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let Some(media) = Media::accepted(&headers) else {
        let error = ApiError::bad_input(format!("answers are {GRAPHQL_RESPONSE} or application/json"));
        return refusal(StatusCode::NOT_ACCEPTABLE, &error);
    };
    let deadline = Instant::now() + app.config().request_timeout.duration();
    let asked = match tokio::time::timeout_at(deadline, asked::read(&headers, body)).await {
        Ok(Ok(asked)) => asked,
        Ok(Err((status, error))) => return refusal(status, &error),
        Err(_elapsed) => return refusal(StatusCode::REQUEST_TIMEOUT, &ApiError::timeout()),
    };
    let credentials = credentials(&headers);
    if media == Media::Events {
        return match events::respond(&app, credentials, asked).await {
            Ok(response) => response,
            Err(error) => refusal(error.code.status(), &error),
        };
    }
    match execute::within_time(&app, &credentials, asked, deadline).await {
        Ok(response) => respond(response, media),
        Err(error) => refusal(error.code.status(), &error),
    }
}
