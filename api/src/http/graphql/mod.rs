//! `/graphql`: GraphQL over HTTP. What reaches the executor has passed here.

mod answer;
mod asked;
mod events;
mod execute;
mod media;
mod prepare;
mod problem;
mod stream;
mod variables;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use tokio::time::Instant;

pub use self::asked::Asked;
pub(super) use self::{
    answer::refused,
    asked::Credentials,
    stream::{Changed, answers, watch},
};
use self::{
    answer::{refusal, respond, revalidated},
    asked::credentials,
    execute::Answered,
    media::Media,
    prepare::Operations,
    problem::Problem,
};
use crate::{app::App, error::ApiError};

/// How a request came, and what follows from it.
#[derive(Debug, Clone, Copy)]
struct Terms {
    media: Media,
    operations: Operations,
    deadline: Instant,
}

impl Terms {
    /// The time for a request begins with its headers.
    fn new(app: &App, headers: &HeaderMap, operations: Operations) -> Option<Self> {
        let deadline = Instant::now() + app.config().request_timeout.duration();
        Media::accepted(headers).map(|media| Self {
            media,
            operations,
            deadline,
        })
    }
}

/// Answers a request in a body.
pub(super) async fn post(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let Some(terms) = Terms::new(&app, &headers, Operations::All) else {
        return not_acceptable();
    };
    match tokio::time::timeout_at(terms.deadline, Asked::of_body(&headers, body)).await {
        Ok(Ok(asked)) => answer(&app, &headers, asked, terms).await,
        Ok(Err(problem)) => refusal(&problem, terms.media),
        Err(_elapsed) => refusal(
            &Problem::with_status(StatusCode::REQUEST_TIMEOUT, ApiError::timeout()),
            terms.media,
        ),
    }
}

/// Answers a request in a query string: queries alone.
pub(super) async fn get(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Response {
    let Some(terms) = Terms::new(&app, &headers, Operations::ThatChangeNothing) else {
        return not_acceptable();
    };
    match Asked::of_url(&uri) {
        Ok(asked) => answer(&app, &headers, asked, terms).await,
        Err(problem) => refusal(&problem, terms.media),
    }
}

/// Says what may be done here.
pub(super) async fn options() -> Response {
    (
        StatusCode::NO_CONTENT,
        [(header::ALLOW, "GET, HEAD, OPTIONS, POST")],
    )
        .into_response()
}

fn not_acceptable() -> Response {
    let message =
        "answers are application/graphql-response+json, application/json or text/event-stream";
    refusal(
        &Problem::with_status(StatusCode::NOT_ACCEPTABLE, ApiError::bad_input(message)),
        Media::Json,
    )
}

async fn answer(app: &App, headers: &HeaderMap, asked: Asked, terms: Terms) -> Response {
    let credentials = credentials(headers);
    let answer = if terms.media == Media::Events {
        events::respond(app, credentials, asked, terms.operations).await
    } else {
        let answer =
            execute::within_time(app, &credentials, asked, terms.operations, terms.deadline).await;
        let is_get = terms.operations == Operations::ThatChangeNothing;
        answer.map(
            |Answered {
                 response,
                 is_trusted,
             }| {
                if is_get && is_trusted {
                    revalidated(response, terms.media, headers)
                } else {
                    respond(response, terms.media)
                }
            },
        )
    };
    answer.unwrap_or_else(|problem| refusal(&problem, terms.media))
}
