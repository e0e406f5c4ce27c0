//! Answers as server-sent events: GraphQL over SSE, one connection an operation.

use std::convert::Infallible;

use async_graphql::Response as GraphqlResponse;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{
    Stream, StreamExt as _,
    stream::{self, BoxStream},
};

use super::{
    answer::refused,
    asked::GraphqlRequest,
    prepare::Operations,
    problem::Problem,
    stream::{Changed, answers_of, watch},
};
use crate::{
    app::App,
    auth::Credentials,
    error::ApiError,
    http::{limits::HEARTBEAT, state::HttpState},
    session::Session,
};

/// Has nginx, and proxies that follow its example, pass each event on as it comes: else they keep some kilobytes back.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// Answers as events, each a `next`, and a last one that says `complete`. Who may not ask at all is told so by the status;
/// whatever else is wrong is an answer with errors, as clients of this protocol read it.
pub(super) async fn respond(
    state: &HttpState,
    credentials: Credentials,
    asked: GraphqlRequest,
    operations: Operations,
) -> Result<Response, Problem> {
    let app = &state.app;
    let session = app.authenticator().authenticate(&credentials).await?;
    let place = state
        .admission
        .listeners
        .enter(session.key())
        .ok_or_else(ApiError::too_many_listeners)?;
    let answers = match answers_of(state, &credentials, asked, operations).await {
        Ok(answers) => answers,
        Err(problem) if problem.status() == StatusCode::METHOD_NOT_ALLOWED => return Err(problem),
        Err(problem) => stream::once(async move { failed(&problem.error) }).boxed(),
    };
    let (app, answers) = (
        app.clone(),
        until_changed(app.clone(), credentials, session, answers),
    );
    let events = answers
        .map(|answer| event("next", &answer))
        .chain(stream::once(async { complete() }));
    let events = events
        .take_until(app.stopping().clone().cancelled_owned())
        .map(move |event| {
            let _held_as_long_as_this_stream = &place;
            Ok::<_, Infallible>(event)
        });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([UNBUFFERED], events).into_response())
}

/// The answers, for as long as who asked may have them.
fn until_changed(
    app: App,
    credentials: Credentials,
    session: Session,
    answers: BoxStream<'static, GraphqlResponse>,
) -> impl Stream<Item = GraphqlResponse> + Send {
    let changed = async move {
        failed(&match watch(&app, &credentials, &session).await {
            Changed::Token => ApiError::unauthenticated(),
            Changed::Role => {
                ApiError::forbidden("your role is another one by now; subscribe again")
            }
        })
    };
    let end = || stream::once(async { None });
    let (answers, changed) = (
        answers.map(Some).chain(end()),
        stream::once(changed).map(Some).chain(end()),
    );
    let either = stream::select(answers, changed);
    either
        .take_while(|answer| std::future::ready(answer.is_some()))
        .filter_map(std::future::ready)
}

fn failed(error: &ApiError) -> GraphqlResponse {
    GraphqlResponse::from_errors(vec![refused(error)])
}

fn event(name: &str, answer: &GraphqlResponse) -> Event {
    Event::default()
        .event(name)
        .json_data(answer)
        .unwrap_or_else(|error| {
            tracing::error!(%error, "an answer can't be written as JSON");
            complete()
        })
}

fn complete() -> Event {
    Event::default().event("complete").data("")
}
