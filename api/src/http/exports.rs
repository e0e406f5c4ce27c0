//! `GET /v1/rollups/…`, `/v1/feedback.…`, `/v1/conversations.…`: tables for other tools, streamed.

mod body;
mod coding;
mod exchange;
mod hops;
mod parameters;
mod range;
mod spooled;
mod summary;
mod tag;

use axum::{Router, extract::State, http::request::Parts, routing::get};
use caseload_schema::{period::Period, role::Role};

use self::{exchange::Exchange, parameters::Parameters, spooled::SpooledExports};
use crate::{
    access::Selection,
    app::App,
    error::ApiError,
    export::{Dataset, Format},
    http::{
        credentials::{Purpose, credentials},
        state::HttpState,
    },
    session::Session,
};

/// A path for each table in each format.
pub(super) fn routes() -> Router<HttpState> {
    let tables = Dataset::ALL
        .into_iter()
        .flat_map(|dataset| Format::ALL.map(|format| (dataset, format)));
    let spools = SpooledExports::default();
    tables.fold(Router::new(), |router, (dataset, format)| {
        let folder = if dataset.is_of_facts() {
            "/v1"
        } else {
            "/v1/rollups"
        };
        let path = format!("{folder}/{}.{}", dataset.name(), format.name());
        let spools = spools.clone();
        let answer = move |State(state): State<HttpState>, request: Parts| async move {
            let table = Table { dataset, format };
            Exchange::new(table, state, spools, request).answer().await
        };
        router.route(&path, get(answer))
    })
}

/// What a path stands for.
#[derive(Debug, Clone, Copy)]
struct Table {
    dataset: Dataset,
    format: Format,
}

/// What a request asks of it.
#[derive(Debug)]
struct Asked {
    session: Session,
    selection: Selection,
    period: Period,
}

impl Table {
    async fn read(self, app: &App, request: &Parts) -> Result<Asked, ApiError> {
        let credentials = credentials(&request.headers, app.config(), Purpose::Download);
        let session = app.authenticator().authenticate(&credentials).await?;
        self.check(&session)?;
        let parameters = Parameters::read(request.uri.query().unwrap_or_default())?;
        let (snapshot, scope) = (&session.snapshot, session.viewer.scope);
        let period = parameters.period(snapshot.today())?;
        let filter = parameters.restriction.resolve(snapshot.directory());
        let filter = filter.map_err(|unknown| {
            ApiError::not_found(format!("{}: {}", unknown.parameter, unknown.problem))
        })?;
        let selection = scope.select(filter);
        Ok(Asked {
            session,
            selection,
            period,
        })
    }

    /// Who may read everyone's figures may export them. Facts name customers, and hold what they wrote: who may only read
    /// rollups does not get them.
    fn check(self, session: &Session) -> Result<(), ApiError> {
        let viewer = &session.viewer;
        let may = if self.dataset.is_of_facts() {
            viewer.is_admin() || viewer.role().is_some_and(Role::is_manager)
        } else {
            viewer.is_manager()
        };
        let refused = || {
            ApiError::forbidden(
                "only owners, admins, managers and tokens made for it may export that",
            )
        };
        may.then_some(()).ok_or_else(refused)
    }
}
