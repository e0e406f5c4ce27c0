//! From a request to its answer: who asks, what is asked, and the executor.

use std::panic::AssertUnwindSafe;

use async_graphql::{Response, parser::types::OperationType};
use axum::http::StatusCode;
use futures::FutureExt as _;
use tokio::time::Instant;

use super::{
    asked::GraphqlRequest,
    prepare::{Operations, Rejection, prepare},
    problem::Problem,
};
use crate::{
    auth::Credentials,
    document::Bound,
    error::ApiError,
    graphql::{Deadline, has_timed_out, with_codes},
    http::{limits::MAX_ATTEMPTS, state::HttpState},
    session::Session,
};

/// An answer, and whether it is one to a document that the operator knows.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) response: Response,
    pub(super) is_trusted: bool,
}

/// Answers a request that is no subscription, within its time. A panic is an error like any other.
pub(super) async fn within_time(
    state: &HttpState,
    credentials: &Credentials,
    asked: GraphqlRequest,
    operations: Operations,
    deadline: Instant,
) -> Result<Outcome, Problem> {
    let app = &state.app;
    // Held until the answer is complete: rollups of this process yield to it.
    let _under_way = app.rollups().begin_request();
    let work = async {
        // Before the document is parsed: a caller without a token must not cost that time.
        let session = app.authenticator().authenticate(credentials).await?;
        // Outside the attempts of `execute`: this charges the cost to the caller, and a repair must not charge it again.
        let bound = match prepare(state, &session, &asked, operations) {
            Ok(bound) => bound,
            Err(Rejection::Problem(problem)) => return Err(problem),
            Err(Rejection::Answer(answer)) => {
                return Ok(Outcome {
                    response: *answer,
                    is_trusted: false,
                });
            }
        };
        if bound.operation_type() == OperationType::Subscription {
            let error = ApiError::bad_input(
                "subscriptions are answered as text/event-stream, or at /graphql/ws",
            );
            return Err(Problem::with_status(StatusCode::NOT_ACCEPTABLE, error));
        }
        let response = execute(state, credentials, session, &bound, Deadline(deadline)).await?;
        Ok(Outcome {
            response,
            is_trusted: bound.is_trusted(),
        })
    };
    match tokio::time::timeout_at(deadline, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => Err(ApiError::internal().into()),
        Err(_elapsed) => Err(ApiError::timeout().into()),
    }
}

/// Runs the request on one snapshot, in its turn. Where the snapshot turns out to be unreadable, this is settled and the whole
/// request starts over on a fresh one, so that an answer is always of one generation.
pub(super) async fn execute(
    state: &HttpState,
    credentials: &Credentials,
    mut session: Session,
    bound: &Bound,
    deadline: Deadline,
) -> Result<Response, ApiError> {
    let app = &state.app;
    // One turn for all attempts: with a turn for each, a request could be refused as one too many after its figures were
    // repaired.
    let _turn = state.admission.classes.query().await?;
    for _ in 0..MAX_ATTEMPTS {
        // Kept here because the executor takes the session: resolvers record on the snapshot what they could not read.
        let snapshot = session.snapshot.clone();
        if let Some(trouble) = snapshot.trouble() {
            app.rollups().recover(&snapshot, trouble).await?;
            // A new session and not only a new snapshot: the new directory may give the caller another role.
            session = app.authenticator().authenticate(credentials).await?;
            continue;
        }
        let mut response = app
            .schema()
            .execute(bound.request().data(session).data(deadline))
            .await;
        bound.complete(&mut response.data);
        // Checked before the fault: there is no time left for another attempt.
        if has_timed_out(&response) {
            return Err(ApiError::timeout());
        }
        match snapshot.trouble() {
            None => return Ok(with_codes(response)),
            // What a mutation has done is not done twice; the fields that were in trouble say so.
            Some(_) if bound.operation_type() == OperationType::Mutation => {
                return Ok(with_codes(response));
            }
            Some(trouble) => app.rollups().recover(&snapshot, trouble).await?,
        }
        session = app.authenticator().authenticate(credentials).await?;
    }
    Err(ApiError::unavailable())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::app::tests::sample;

    async fn ask(time: Duration) -> Result<Response, ApiError> {
        let folder = tempfile::tempdir().unwrap();
        let state = HttpState::new(sample(folder.path()).await);
        let app = &state.app;
        let token = app
            .authenticator()
            .keys()
            .sign("acme", "ada", app.clock().now(), 60)
            .unwrap();
        let credentials = Credentials::Authorization(format!("Bearer {token}").into());
        let session = app.authenticator().authenticate(&credentials).await?;
        let query = "{ viewer { role } team { leaderboard { report { metrics { closed } } } } }";
        let bound = prepare(
            &state,
            &session,
            &GraphqlRequest::query(query),
            Operations::All,
        )
        .unwrap();
        execute(
            &state,
            &credentials,
            session,
            &bound,
            Deadline(Instant::now() + time),
        )
        .await
    }

    #[tokio::test]
    async fn a_query_that_only_computes_ends_when_its_time_is_over() {
        assert!(ask(Duration::from_mins(1)).await.unwrap().is_ok());
        assert_eq!(ask(Duration::ZERO).await.unwrap_err(), ApiError::timeout());
    }
}
