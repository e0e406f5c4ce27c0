//! `/graphql`: GraphQL over HTTP. What reaches the executor has passed here.

mod answer;
mod asked;
mod body;
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

pub use self::asked::GraphqlRequest;
pub(super) use self::{
    answer::refused,
    stream::{Changed, answers, watch},
};
use self::{
    answer::{refusal, respond, revalidated},
    execute::Outcome,
    media::Media,
    prepare::Operations,
    problem::Problem,
};
use crate::{
    app::App,
    error::ApiError,
    http::{
        credentials::{Purpose, credentials},
        state::HttpState,
    },
};

/// How a request came, and what follows from it.
#[derive(Debug, Clone, Copy)]
struct RequestOptions {
    media: Media,
    operations: Operations,
    deadline: Instant,
}

impl RequestOptions {
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
pub(super) async fn post(
    State(state): State<HttpState>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(terms) = RequestOptions::new(&state.app, &headers, Operations::All) else {
        return not_acceptable();
    };
    match tokio::time::timeout_at(terms.deadline, GraphqlRequest::of_body(&headers, body)).await {
        Ok(Ok(asked)) => answer(&state, &headers, asked, terms).await,
        Ok(Err(problem)) => refusal(&problem, terms.media),
        Err(_elapsed) => refusal(
            &Problem::with_status(StatusCode::REQUEST_TIMEOUT, ApiError::timeout()),
            terms.media,
        ),
    }
}

/// Answers a request in a query string: queries alone.
pub(super) async fn get(State(state): State<HttpState>, headers: HeaderMap, uri: Uri) -> Response {
    let Some(terms) = RequestOptions::new(&state.app, &headers, Operations::ThatChangeNothing)
    else {
        return not_acceptable();
    };
    match GraphqlRequest::of_url(&uri) {
        Ok(asked) => answer(&state, &headers, asked, terms).await,
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

/// Tells of something that is wrong with a request whatever it asks, in the shape that GraphQL clients read.
pub(super) fn refuse(status: StatusCode, error: ApiError) -> Response {
    refusal(&Problem::with_status(status, error), Media::Json)
}

fn not_acceptable() -> Response {
    let message =
        "answers are application/graphql-response+json, application/json or text/event-stream";
    refuse(StatusCode::NOT_ACCEPTABLE, ApiError::bad_input(message))
}

async fn answer(
    state: &HttpState,
    headers: &HeaderMap,
    asked: GraphqlRequest,
    terms: RequestOptions,
) -> Response {
    let credentials = credentials(headers, state.app.config(), Purpose::Api);
    let answer = if terms.media == Media::Events {
        events::respond(state, credentials, asked, terms.operations).await
    } else {
        let answer =
            execute::within_time(state, &credentials, asked, terms.operations, terms.deadline)
                .await;
        let is_get = terms.operations == Operations::ThatChangeNothing;
        answer.map(
            |Outcome {
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
