//! Operations whose answers go on: subscriptions, over whatever transport.

use async_graphql::{Response, parser::types::OperationType};
use futures::{
    FutureExt as _, StreamExt as _,
    stream::{self, BoxStream},
};
use tokio::time::Instant;

use super::{
    asked::GraphqlRequest,
    execute::execute,
    prepare::{Operations, Rejection, prepare},
    problem::Problem,
};
use crate::{
    app::App,
    auth::Credentials,
    error::{ApiError, Code},
    graphql::{Deadline, EachEvent, with_codes},
    http::{limits::STANDING_CHECK, state::HttpState},
    session::Session,
};

/// The answers to an operation of any kind: one to a query or a mutation, to a subscription as many as there are events.
///
/// Each event is answered for who the caller is at that moment: a token that has ended, or a role that is another one, ends
/// the answers with an error.
pub(in crate::http) async fn answers(
    state: &HttpState,
    credentials: &Credentials,
    asked: GraphqlRequest,
) -> Result<BoxStream<'static, Response>, ApiError> {
    answers_of(state, credentials, asked, Operations::All)
        .await
        .map_err(|problem| problem.error)
}

/// The same of certain operations.
pub(super) async fn answers_of(
    state: &HttpState,
    credentials: &Credentials,
    asked: GraphqlRequest,
    operations: Operations,
) -> Result<BoxStream<'static, Response>, Problem> {
    let app = &state.app;
    let time = app.config().request_timeout.duration();
    let session = app.authenticator().authenticate(credentials).await?;
    let bound = match prepare(state, &session, &asked, operations) {
        Ok(bound) => bound,
        Err(Rejection::Problem(problem)) => return Err(problem),
        Err(Rejection::Answer(answer)) => return Ok(stream::once(async { *answer }).boxed()),
    };
    let deadline = Deadline(Instant::now() + time);
    if bound.operation_type() != OperationType::Subscription {
        let work = execute(state, credentials, session, &bound, deadline);
        let answer = tokio::time::timeout(time, work)
            .await
            .unwrap_or_else(|_elapsed| Err(ApiError::timeout()))?;
        return Ok(stream::once(async { answer }).boxed());
    }
    let events = each_event(app.clone(), credentials.clone(), session.clone());
    let request = bound.request().data(session).data(deadline).data(events);
    Ok(app
        .streams()
        .execute_stream(request)
        .map(with_codes)
        .boxed())
}

fn each_event(app: App, credentials: Credentials, first: Session) -> EachEvent {
    EachEvent::new(move || {
        let (app, credentials, first) = (app.clone(), credentials.clone(), first.clone());
        async move {
            let session = app.authenticator().check(&credentials).await?;
            if !session.has_same_rights(&first) {
                return Err(ApiError::forbidden(
                    "your role is another one by now; subscribe again",
                ));
            }
            Ok((
                session,
                Deadline(Instant::now() + app.config().request_timeout.duration()),
            ))
        }
        .boxed()
    })
}

/// Why a caller who may listen may do so no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Changed {
    /// The token has expired or was revoked, or its member left.
    Token,
    /// The member has another role.
    Role,
}

/// Returns once `session` is no longer what its credentials stand for. A store that can't be asked changes nothing.
pub(in crate::http) async fn watch(
    app: &App,
    credentials: &Credentials,
    session: &Session,
) -> Changed {
    loop {
        tokio::time::sleep(STANDING_CHECK).await;
        match app.authenticator().check(credentials).await {
            Ok(now) if now.has_same_rights(session) => {}
            Ok(_) => return Changed::Role,
            Err(error) if error.code == Code::Unauthenticated => return Changed::Token,
            Err(_) => {}
        }
    }
}
