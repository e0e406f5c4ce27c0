//! `POST /v1/import`: facts as newline-delimited JSON, streamed.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Json,
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use caseload_schema::import::{self, Encoding, ImportOptions, Report, Source};
use futures::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::{
    credentials::token_alone, errors::with_status, limits::IMPORT_IDLE, spool::spool,
    state::HttpState,
};
use crate::{access::Viewer, error::ApiError, telemetry::metrics::IMPORT_RECORDS};

/// What may stand behind the `?`.
#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    /// All or nothing.
    #[serde(default)]
    strict: bool,
}

/// Takes the body in when it is its turn, in batches, each durable before the next. The body is never held whole in memory.
/// Where the sender goes away, the import ends as with any body that is cut off, not in the middle of a batch.
pub(super) async fn post(
    State(HttpState { app, admission }): State<HttpState>,
    parameters: Result<Query<Parameters>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let viewer = match app
        .authenticator()
        .authenticate(&token_alone(&headers))
        .await
        .and_then(|session| importer(session.viewer))
    {
        Ok(viewer) => viewer,
        Err(error) => return error.into_response(),
    };
    let Ok(Query(Parameters { strict })) = parameters else {
        return ApiError::bad_input("strict is true or false").into_response();
    };
    let encoding = match encoding(&headers) {
        Ok(encoding) => encoding,
        Err(error) => return with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, &error),
    };
    let turn = admission.classes.import().await;
    let reader = match reader(body, strict).await {
        Ok(reader) => reader,
        Err(error) => return error.into_response(),
    };
    let source = Source {
        name: None,
        encoding,
        reader,
    };
    let options = ImportOptions {
        sender: viewer.actor(),
        strict,
        clock: app.clock().clone(),
    };
    let (store, ws) = (app.store().clone(), viewer.workspace.key);
    let kept = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&kept);
    let work = async move {
        let _turn = turn;
        import::import(&store, ws, options, vec![source], move |at| {
            counted.store(at.kept, Ordering::Relaxed);
        })
        .await
    };
    match app.tasks().spawn(work).await {
        Ok(Ok(report)) => answer(report, strict),
        Ok(Err(error)) => interrupted(error.into(), kept.load(Ordering::Relaxed)).into_response(),
        Err(error) => {
            tracing::error!(%error, "an import panicked");
            ApiError::internal().into_response()
        }
    }
}

fn importer(viewer: Viewer) -> Result<Viewer, ApiError> {
    let refused = || ApiError::forbidden("only owners, admins and tokens made for it may import");
    if viewer.is_importer() {
        Ok(viewer)
    } else {
        Err(refused())
    }
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, ApiError> {
    let text = |name| {
        headers
            .get(name)
            .map_or(Some(""), |value| value.to_str().ok())
            .map(str::to_ascii_lowercase)
    };
    let media = text(header::CONTENT_TYPE).unwrap_or_default();
    if media.split(';').next().map(str::trim) != Some("application/x-ndjson") {
        return Err(ApiError::bad_input("send facts as application/x-ndjson"));
    }
    match text(header::CONTENT_ENCODING).as_deref() {
        Some("" | "identity") => Ok(Encoding::Identity),
        Some("gzip" | "x-gzip") => Ok(Encoding::Gzip),
        Some("zstd") => Ok(Encoding::Zstd),
        _ => Err(ApiError::bad_input(
            "Content-Encoding is gzip or zstd, or left out",
        )),
    }
}

/// The body for a blocking reader on a thread of its own: at most one chunk of it is in memory. A strict import is one
/// transaction, which holds up all other writers: its body is waited for before that begins.
async fn reader(body: Body, strict: bool) -> Result<Box<dyn io::Read + Send>, ApiError> {
    let chunks = with_deadline(body);
    if !strict {
        return Ok(Box::new(SyncIoBridge::new(StreamReader::new(Box::pin(
            chunks,
        )))));
    }
    match spool(chunks).await {
        Ok(reader) => Ok(Box::new(reader)),
        Err(error) => {
            tracing::error!(%error, "the body of a strict import can't be kept in the temporary directory");
            Err(match error.kind() {
                io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::ReadOnlyFilesystem => ApiError::takes_no_writes(),
                _ => ApiError::internal(),
            })
        }
    }
}

/// The body's chunks. A sender that falls silent ends it with an error, as a broken connection does.
fn with_deadline(body: Body) -> impl Stream<Item = io::Result<axum::body::Bytes>> {
    stream::unfold(Some(body.into_data_stream()), |open| async move {
        let mut chunks = open?;
        match tokio::time::timeout(IMPORT_IDLE, chunks.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(chunks))),
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
            Err(_elapsed) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    })
}

/// A failure of the store, with what was taken before it.
fn interrupted(mut error: ApiError, kept: u64) -> ApiError {
    let kept = match kept {
        0 => String::new(),
        1 => "at least 1 record is kept, and ".to_owned(),
        _ => format!("at least {kept} records are kept, and "),
    };
    let message = format!("{}; {kept}sending all of them again is safe", error.message);
    error.message = message.into();
    error
}

fn count(report: &Report) {
    let Report {
        accepted,
        unchanged,
        stale,
        rejected,
        ..
    } = *report;
    for (result, records) in [
        ("accepted", accepted),
        ("unchanged", unchanged),
        ("stale", stale),
        ("refused", rejected),
    ] {
        metrics::counter!(IMPORT_RECORDS, "result" => result).increment(records);
    }
}

fn answer(report: Report, strict: bool) -> Response {
    count(&report);
    if let Some(reason) = report.unreadable {
        return ApiError::bad_input(reason).into_response();
    }
    let taken = report.accepted + report.unchanged + report.stale;
    let refused = 0 < report.rejected && (strict || taken == 0);
    let status = if refused {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    (status, Json(report)).into_response()
}

#[cfg(test)]
mod tests {
    use caseload_schema::zone::Zone;

    use super::*;
    use crate::app::tests::sample;

    const LABEL: &str = "{\"type\":\"label\",\"id\":\"bug\",\"title\":\"Bug\"}\n";

    /// Posts a strict import of two chunks, with someone else's write in between, and gives the status and how many labels
    /// the workspace has then.
    async fn post_strictly(second: io::Result<&'static str>) -> (u16, usize) {
        let folder = tempfile::tempdir().unwrap();
        let app = sample(folder.path()).await;
        let token = app
            .authenticator()
            .keys()
            .sign("acme", "ada", app.clock().now(), 60)
            .unwrap();
        let headers = HeaderMap::from_iter([
            (
                header::AUTHORIZATION,
                format!("Bearer {token}").parse().unwrap(),
            ),
            (
                header::CONTENT_TYPE,
                "application/x-ndjson".parse().unwrap(),
            ),
        ]);
        let (store, now) = (app.store().clone(), app.clock().now());
        let chunks = stream::once(async { Ok(LABEL) }).chain(stream::once(async move {
            store
                .create_workspace("other", "Other", Zone::parse("UTC").unwrap(), now)
                .await
                .unwrap();
            second
        }));
        let parameters = Ok(Query(Parameters { strict: true }));
        let response = post(
            State(HttpState::new(app.clone())),
            parameters,
            headers,
            Body::from_stream(chunks),
        )
        .await;
        let ws = app
            .store()
            .find_workspace("acme")
            .await
            .unwrap()
            .unwrap()
            .key;
        (
            response.status().as_u16(),
            app.store().directory(ws).await.unwrap().labels().len(),
        )
    }

    #[tokio::test]
    async fn others_write_while_the_body_of_a_strict_import_is_on_its_way() {
        assert_eq!(
            post_strictly(Ok(
                "{\"type\":\"label\",\"id\":\"idea\",\"title\":\"Idea\"}\n"
            ))
            .await,
            (200, 2)
        );
    }

    #[tokio::test]
    async fn a_strict_import_that_is_cut_off_takes_nothing() {
        assert_eq!(
            post_strictly(Err(io::ErrorKind::ConnectionReset.into())).await,
            (422, 0)
        );
    }

    fn status(report: Report, strict: bool) -> u16 {
        answer(report, strict).status().as_u16()
    }

    #[test]
    fn the_status_says_whether_anything_was_taken() {
        let report = |accepted, rejected| Report {
            accepted,
            rejected,
            ..Report::default()
        };
        assert_eq!(status(report(0, 0), false), 200);
        assert_eq!(status(report(5, 1), false), 200);
        assert_eq!(status(report(0, 1), false), 422);
        assert_eq!(status(report(5, 1), true), 422);
        assert_eq!(
            status(
                Report {
                    unreadable: Some("empty".to_owned()),
                    ..Report::default()
                },
                false
            ),
            400
        );
    }

    #[test]
    fn encodings_are_gzip_zstd_or_none_of_ndjson() {
        let read = |media: &str, encoding_name: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, media.parse().unwrap());
            if let Some(name) = encoding_name {
                headers.insert(header::CONTENT_ENCODING, name.parse().unwrap());
            }
            encoding(&headers).is_ok()
        };
        assert!(
            read("application/x-ndjson", None)
                && read("application/x-ndjson; charset=utf-8", Some("gzip"))
        );
        assert!(read("application/x-ndjson", Some("ZSTD")));
        assert!(!read("application/json", None) && !read("application/x-ndjson", Some("br")));
    }
}
