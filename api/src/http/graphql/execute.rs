//! From a request to its answer: who asks, what document it is, and the executor.

use std::panic::AssertUnwindSafe;

use async_graphql::{
    Request, Response,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};
use axum::http::StatusCode;
use futures::FutureExt as _;
use tokio::time::Instant;

use super::{
    asked::{Asked, Credentials},
    problem::Problem,
};
use crate::{
    app::App,
    auth::{Session, authenticate_credentials},
    error::ApiError,
    graphql::{Deadline, has_timed_out, with_codes},
    http::{
        limits::{MAX_ATTEMPTS, MAX_BRACKET_DEPTH, MAX_TOKENS},
        prescan::{Scan, scan},
        selections,
    },
    telemetry::observed::tell_operation,
};

/// Which operations a request may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operations {
    /// Those of a GET, which anyone may repeat.
    ThatChangeNothing,
    /// Of every kind.
    All,
}

/// A request whose document has been looked at.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    asked: Asked,
    query: String,
    /// Parsed. What can't be parsed is left to the executor to refuse.
    document: Option<ExecutableDocument>,
}

impl Prepared {
    /// Refuses what is too much to look at.
    pub(super) fn new(mut asked: Asked, operations: Operations) -> Result<Self, Problem> {
        let query = asked.query.take().ok_or_else(|| ApiError::bad_input("there is no \"query\""))?;
        let Scan { depth, tokens } = scan(&query);
        if MAX_BRACKET_DEPTH < depth {
            return Err(ApiError::too_complex(format!("a document nests at most {MAX_BRACKET_DEPTH} brackets")).into());
        }
        if MAX_TOKENS < tokens {
            return Err(
                ApiError::too_complex(format!("a document has at most {MAX_TOKENS} names, strings and signs")).into()
            );
        }
        let document = parse_query(&query).ok();
        document.as_ref().map_or(Ok(()), selections::check)?;
        let prepared = Self { asked, query, document };
        if let Some(kind) = prepared.operation_type() {
            tell_operation(kind.into());
        }
        if operations == Operations::ThatChangeNothing && prepared.operation_type() == Some(OperationType::Mutation) {
            let error = ApiError::bad_input("a GET changes nothing; send mutations as POST");
            return Err(Problem::with_status(StatusCode::METHOD_NOT_ALLOWED, error));
        }
        Ok(prepared)
    }

    /// What kind of operation is asked for; `None` where it is not clear which one.
    pub(super) fn operation_type(&self) -> Option<OperationType> {
        self.operation().map(|operation| operation.ty)
    }

    fn operation(&self) -> Option<&OperationDefinition> {
        match (&self.document.as_ref()?.operations, &self.asked.operation_name) {
            (DocumentOperations::Single(operation), _) => Some(&operation.node),
            (DocumentOperations::Multiple(operations), Some(name)) => {
                operations.get(name.as_str()).map(|operation| &operation.node)
            }
            (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
                operations.values().next().map(|operation| &operation.node)
            }
            (DocumentOperations::Multiple(_), None) => None,
        }
    }

    /// As the executor takes it.
    pub(super) fn request(&self) -> Request {
        let mut request = Request::new(&self.query).variables(self.asked.variables());
        if let Some(document) = &self.document {
            request.set_parsed_query(document.clone());
        }
        match &self.asked.operation_name {
            Some(name) => request.operation_name(name),
            None => request,
        }
    }
}

/// Answers a request that is no subscription, within its time. A panic is an error like any other.
pub(super) async fn within_time(
    app: &App,
    credentials: &Credentials,
    asked: Asked,
    operations: Operations,
    deadline: Instant,
) -> Result<Response, Problem> {
    let _under_way = app.begin_request();
    let work = async {
        let session = authenticate_credentials(app, credentials.as_deref()).await?;
        let prepared = Prepared::new(asked, operations)?;
        if prepared.operation_type() == Some(OperationType::Subscription) {
            let error = ApiError::bad_input("subscriptions are answered as text/event-stream, or at /graphql/ws");
            return Err(Problem::with_status(StatusCode::NOT_ACCEPTABLE, error));
        }
        Ok(execute(app, credentials, session, &prepared, Deadline(deadline)).await?)
    };
    match tokio::time::timeout_at(deadline, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => Err(ApiError::internal().into()),
        Err(_elapsed) => Err(ApiError::timeout().into()),
    }
}

/// Runs the request on one snapshot. Where that turns out to be unreadable, this is settled and the whole request starts over
/// on a fresh one, so that an answer is always of one generation.
pub(super) async fn execute(
    app: &App,
    credentials: &Credentials,
    mut session: Session,
    prepared: &Prepared,
    deadline: Deadline,
) -> Result<Response, ApiError> {
    for _ in 0..MAX_ATTEMPTS {
        let snapshot = session.snapshot.clone();
        if let Some(trouble) = snapshot.trouble() {
            app.settle(&snapshot, trouble).await?;
            session = authenticate_credentials(app, credentials.as_deref()).await?;
            continue;
        }
        let response = app.schema().execute(prepared.request().data(session).data(deadline)).await;
        if has_timed_out(&response) {
            return Err(ApiError::timeout());
        }
        match snapshot.trouble() {
            None => return Ok(with_codes(response)),
            // What was changed is changed: it is not asked for again.
            Some(_) if prepared.operation_type() == Some(OperationType::Mutation) => return Ok(with_codes(response)),
            Some(trouble) => app.settle(&snapshot, trouble).await?,
        }
        session = authenticate_credentials(app, credentials.as_deref()).await?;
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
        let app = sample(folder.path()).await;
        let token = app.keys().sign("acme", "ada", app.clock().now(), 60).unwrap();
        let credentials = Some(format!("Bearer {token}").into());
        let session = authenticate_credentials(&app, credentials.as_deref()).await?;
        let query = "{ viewer { role } team { leaderboard { report { metrics { closed } } } } }";
        let prepared = Prepared::new(Asked::query(query), Operations::All).unwrap();
        execute(&app, &credentials, session, &prepared, Deadline(Instant::now() + time)).await
    }

    #[tokio::test]
    async fn a_query_that_only_computes_ends_when_its_time_is_over() {
        assert!(ask(Duration::from_mins(1)).await.unwrap().is_ok());
        assert_eq!(ask(Duration::ZERO).await.unwrap_err(), ApiError::timeout());
    }
}
