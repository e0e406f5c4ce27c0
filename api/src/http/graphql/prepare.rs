//! From what is asked to what is executed: the document, the operation and its variables, the price.

use async_graphql::{Response, parser::types::OperationType};
use axum::http::StatusCode;
use tokio::time::Instant;

use super::{asked::GraphqlRequest, problem::Problem};
use crate::{
    document::{self, Bound, Cardinalities, DocumentRef, parse_hash},
    error::{ApiError, Code},
    http::state::HttpState,
    session::Session,
    telemetry::request_context::tell_operation,
};

/// Which operations a request may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operations {
    /// Those of a GET, which anyone may repeat.
    ThatChangeNothing,
    /// Of every kind.
    All,
}

/// What keeps a request from being executed.
#[derive(Debug)]
pub(super) enum Rejection {
    /// Told by the status, whatever the media type.
    Problem(Problem),
    /// The request could be read, and what it asks for is wrong.
    Answer(Box<Response>),
}

impl From<Problem> for Rejection {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<ApiError> for Rejection {
    fn from(error: ApiError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Vec<document::Problem>> for Rejection {
    fn from(problems: Vec<document::Problem>) -> Self {
        let by_status = |problem: &&document::Problem| {
            matches!(problem.code(), Code::QueryTooComplex | Code::Forbidden)
        };
        if let Some(problem) = problems.iter().find(by_status) {
            return ApiError {
                code: problem.code(),
                message: problem.message().to_owned().into(),
            }
            .into();
        }
        let errors = problems
            .iter()
            .map(document::Problem::to_server_error)
            .collect();
        Self::Answer(Box::new(Response::from_errors(errors)))
    }
}

/// Finds what is asked for, and takes what it costs from what its caller may spend.
pub(super) fn prepare(
    state: &HttpState,
    session: &Session,
    asked: &GraphqlRequest,
    operations: Operations,
) -> Result<Bound, Rejection> {
    let library = state.app.documents();
    let document = library.find(wanted(asked)?)?;
    let name = asked.operation_name.as_deref();
    let kind = document.operation_type(name);
    if let Some(kind) = kind {
        tell_operation(kind.into());
    }
    if operations == Operations::ThatChangeNothing && kind == Some(OperationType::Mutation) {
        let error = ApiError::bad_input("a GET changes nothing; send mutations as POST");
        return Err(Problem::with_status(StatusCode::METHOD_NOT_ALLOWED, error).into());
    }
    let bound = library.bind(document, name, &asked.variables())?;
    let cost = library
        .cost(&bound, cardinalities(session))
        .map_err(|problem| vec![problem])?;
    state
        .admission
        .rates
        .charge(session.key(), cost, Instant::now())
        .map_err(|seconds| Problem::retry_after(ApiError::rate_limited(seconds), seconds))?;
    Ok(bound)
}

fn wanted(asked: &GraphqlRequest) -> Result<DocumentRef<'_>, ApiError> {
    let persisted = asked
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get("persistedQuery"));
    let text = asked.query.as_deref().filter(|text| !text.is_empty());
    match (asked.document_id.as_deref(), persisted, text) {
        (Some(id), None, None) => Ok(DocumentRef::Known(id)),
        (Some(_), ..) => Err(ApiError::bad_input("send either a documentId or a query")),
        (None, Some(persisted), text) => {
            let hash = persisted
                .get("sha256Hash")
                .and_then(|hash| parse_hash(hash.as_str()?));
            let is_known = persisted.get("version").and_then(serde_json::Value::as_u64) == Some(1);
            match hash {
                Some(hash) if is_known => Ok(DocumentRef::Hashed(hash, text)),
                _ => Err(ApiError::bad_input(
                    "persistedQuery must be version 1, with a sha256Hash of 64 digits",
                )),
            }
        }
        (None, None, Some(text)) => Ok(DocumentRef::Text(text)),
        (None, None, None) => Err(ApiError::bad_input("there is no \"query\"")),
    }
}

fn cardinalities(session: &Session) -> Cardinalities {
    let (snapshot, directory) = (&session.snapshot, session.snapshot.directory());
    Cardinalities {
        today: snapshot.today(),
        members: directory.members().len(),
        teams: directory.teams().len(),
        labels: directory.labels().len(),
        channels: directory.channels().count(),
    }
}
