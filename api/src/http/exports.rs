//! `GET /v1/rollups/…`, `/v1/feedback.…`, `/v1/conversations.…`: tables for other tools, streamed.

mod coding;
mod parameters;
mod tag;

use std::{io, time::Instant};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use caseload_rollup::cube::Filter;
use caseload_schema::{period::Period, role::Role};
use futures::stream;
use tokio::sync::mpsc;

use self::{coding::Coding, parameters::Parameters, tag::Tag};
use super::limits::{EXPORT_IDLE, MAX_ATTEMPTS, MAX_EXPORT};
use crate::{
    access::Selection,
    app::App,
    error::{ApiError, Code},
    export::{self, Dataset, Export, Format, Sink, WriteError},
    session::Session,
};

/// A path for each table in each format.
pub(super) fn routes() -> Router<App> {
    let tables = Dataset::ALL
        .into_iter()
        .flat_map(|dataset| Format::ALL.map(|format| (dataset, format)));
    tables.fold(Router::new(), |router, (dataset, format)| {
        let folder = if dataset.is_of_facts() {
            "/v1"
        } else {
            "/v1/rollups"
        };
        let path = format!("{folder}/{}.{}", dataset.name(), format.name());
        let answer = move |State(app): State<App>,
                           method: Method,
                           RawQuery(query): RawQuery,
                           headers: HeaderMap| async move {
            let table = Table { dataset, format };
            table
                .answer(
                    &app,
                    &method,
                    query.as_deref().unwrap_or_default(),
                    &headers,
                )
                .await
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
    async fn answer(
        self,
        app: &App,
        method: &Method,
        query: &str,
        headers: &HeaderMap,
    ) -> Response {
        match self.try_answer(app, method, query, headers).await {
            Ok(response) => response,
            Err(error) => {
                let may_come_back = error.code == Code::Unavailable;
                let mut response = error.into_response();
                if may_come_back {
                    response
                        .headers_mut()
                        .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                }
                response
            }
        }
    }

    /// Who already has these bytes is told so, and who asks for the head gets it, before any figure is read. Where the
    /// snapshot turns out to be unreadable before the first byte, that is settled and the request starts over.
    async fn try_answer(
        self,
        app: &App,
        method: &Method,
        query: &str,
        headers: &HeaderMap,
    ) -> Result<Response, ApiError> {
        let coding = Coding::negotiate(headers, self.format);
        let mut turn = None;
        for _ in 0..MAX_ATTEMPTS {
            let asked = self.read(app, query, headers).await?;
            let snapshot = asked.session.snapshot.clone();
            let tag = Tag::of(self, &asked, coding).await?;
            if tag.is_known_to(headers) {
                return Ok((StatusCode::NOT_MODIFIED, head(&tag)).into_response());
            }
            let head = (head(&tag), self.describe(&asked, coding));
            if *method == Method::HEAD {
                return Ok(head.into_response());
            }
            if turn.is_none() {
                turn = Some(app.classes().export().await?);
            }
            let opened = match snapshot.trouble() {
                None => Export::open(&snapshot, self.dataset, asked.selection, asked.period).await,
                Some(_) => Err(ApiError::unavailable()),
            };
            match (opened, snapshot.trouble()) {
                (Ok(export), _) => {
                    return Ok(
                        (head, stream(app, export, self.format, coding, turn)?).into_response()
                    );
                }
                (Err(_), Some(trouble)) => app.settle(&snapshot, trouble).await?,
                (Err(error), None) => return Err(error),
            }
        }
        Err(ApiError::unavailable())
    }

    async fn read(self, app: &App, query: &str, headers: &HeaderMap) -> Result<Asked, ApiError> {
        let session = app.authenticator().authenticate(headers).await?;
        self.check(&session)?;
        let parameters = Parameters::read(query)?;
        let (snapshot, scope) = (&session.snapshot, session.viewer.scope);
        let period = parameters.period(snapshot.today())?;
        let credit = export::credit(
            &parameters.members,
            parameters.unassigned,
            snapshot.directory(),
        );
        let credit = credit
            .map_err(|id| ApiError::not_found(format!("member: there is no member {id:?}")))?;
        let selection = scope.select(Filter {
            credit,
            ..Filter::default()
        });
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

    /// The headers of a body.
    fn describe(self, asked: &Asked, coding: Coding) -> HeaderMap {
        let workspace = &asked.session.viewer.workspace.id;
        let (name, format) = (self.dataset.name(), self.format.name());
        let (from, to) = (asked.period.from(), asked.period.to());
        let disposition =
            format!("attachment; filename=\"caseload-{workspace}-{name}-{from}-{to}.{format}\"");
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.format.media_type()),
        );
        if let Ok(disposition) = HeaderValue::try_from(disposition) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        if let Some(name) = coding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        headers
    }
}

/// The headers of an answer with or without a body. Caches may keep it for who asked, and ask whether it still stands.
fn head(tag: &Tag) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ETAG, tag.header());
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Accept-Encoding, Authorization"),
    );
    headers
}

/// What goes to the client: some bytes, or the end. A body that was not brought to its end is cut off, so that no client
/// takes a part for the whole.
type Piece = Option<Vec<u8>>;

/// The body, made while it is sent: a client that reads slowly makes the export slow, not large.
fn stream<T: Send + 'static>(
    app: &App,
    export: Export,
    format: Format,
    coding: Coding,
    turn: T,
) -> Result<Body, ApiError> {
    let (sender, receiver) = mpsc::channel::<Piece>(1);
    let sink = Sink::default();
    let out = coding.wrap(sink.clone()).map_err(|error| {
        tracing::error!(%error, "a compressor can't be made");
        ApiError::internal()
    })?;
    app.tasks().spawn(async move {
        let (_turn, began) = (turn, Instant::now());
        let send = |piece: Piece| {
            let sender = sender.clone();
            async move {
                if MAX_EXPORT < began.elapsed() {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                match tokio::time::timeout(EXPORT_IDLE, sender.send(piece)).await {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(_gone)) => Err(io::ErrorKind::BrokenPipe.into()),
                    Err(_elapsed) => Err(io::ErrorKind::TimedOut.into()),
                }
            }
        };
        let written = export::write(export, format, out, || send(Some(sink.take()))).await;
        match written {
            Ok(()) => drop(send(None).await),
            Err(WriteError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => tracing::warn!(%error, "an export ended before its last row"),
        }
    });
    Ok(body(receiver))
}

fn body(receiver: mpsc::Receiver<Piece>) -> Body {
    Body::from_stream(stream::unfold(Some(receiver), |open| async move {
        let mut receiver = open?;
        match receiver.recv().await {
            Some(Some(bytes)) => Some((Ok(Bytes::from(bytes)), Some(receiver))),
            Some(None) => None,
            None => Some((Err(io::Error::from(io::ErrorKind::UnexpectedEof)), None)),
        }
    }))
}
