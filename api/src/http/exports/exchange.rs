//! One request for an export, and its answer.

use std::{io, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    super::{
        errors,
        limits::{MAX_ATTEMPTS, MAX_SPOOLED},
    },
    Asked, Table,
    body::{body, of_unknown_length},
    coding::Coding,
    hops,
    range::AskedRange,
    spooled::{Reading, SpoolError, Spooled, SpooledExports},
    summary::{Summary, announcement},
    tag::Tag,
};
use crate::{
    app::App,
    error::{ApiError, Code},
    export::{self, Export, Sink, WriteError},
    http::{admission::Admission, state::HttpState},
};

/// A request for a table, and what answers it.
#[derive(Debug)]
pub(super) struct Exchange {
    table: Table,
    app: App,
    admission: Arc<Admission>,
    spools: SpooledExports,
    request: Parts,
    coding: Coding,
    /// A turn to read rows, once it was waited for.
    turn: Option<OwnedSemaphorePermit>,
}

impl Exchange {
    pub(super) fn new(
        table: Table,
        state: HttpState,
        spools: SpooledExports,
        request: Parts,
    ) -> Self {
        let coding = Coding::negotiate(&request.headers, table.format);
        Self {
            table,
            app: state.app,
            admission: state.admission,
            spools,
            request,
            coding,
            turn: None,
        }
    }

    pub(super) async fn answer(mut self) -> Response {
        match self.try_answer().await {
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

    /// Where the snapshot turns out to be unreadable before the first byte, that is settled and the request starts over.
    async fn try_answer(&mut self) -> Result<Response, ApiError> {
        for _ in 0..MAX_ATTEMPTS {
            let asked = self.table.read(&self.app, &self.request).await?;
            match (
                self.answer_asked(&asked).await,
                asked.session.snapshot.trouble(),
            ) {
                (Ok(response), _) => return Ok(response),
                (Err(_), Some(trouble)) => {
                    self.app
                        .rollups()
                        .recover(&asked.session.snapshot, trouble)
                        .await?;
                }
                (Err(error), None) => return Err(error),
            }
        }
        Err(ApiError::unavailable())
    }

    /// Who already has these bytes is told so before any figure is read.
    async fn answer_asked(&mut self, asked: &Asked) -> Result<Response, ApiError> {
        let tag = Tag::of(self.table, asked, self.coding).await?;
        let range = self.range();
        if let Some(range) = range
            && let Some(part) = self.part_of_latest(asked, range)
        {
            return Ok(part);
        }
        if tag.is_ruled_out_by(&self.request.headers) {
            return Ok(precondition_failed(&tag));
        }
        if tag.is_known_to(&self.request.headers) {
            let headers = self.headers(&tag);
            return Ok((StatusCode::NOT_MODIFIED, headers, of_unknown_length()).into_response());
        }
        match range.filter(|_| tag.fits_range(&self.request.headers)) {
            Some(range) => self.part(asked, &tag, range).await,
            None if self.request.method == Method::HEAD => self.head(asked, &tag).await,
            None => self.whole(asked, &tag).await,
        }
    }

    /// The range asked for, where this table is read in parts. It means nothing to `HEAD`.
    fn range(&self) -> Option<AskedRange> {
        let may = self.table.format.is_read_in_parts() && self.request.method == Method::GET;
        AskedRange::of(&self.request.headers).filter(|_| may)
    }

    /// A part of the version that the same caller was told of last: parts of one scan are of one version, also where figures
    /// are rolled up in between. A scan that begins at the end, where such files say what they hold, is of the current one.
    fn part_of_latest(&self, asked: &Asked, range: AskedRange) -> Option<Response> {
        let headers = &self.request.headers;
        if matches!(range, AskedRange::Last(_)) || headers.contains_key(header::IF_NONE_MATCH) {
            return None;
        }
        let (tag, spooled) = self.spools.latest(&self.reading(asked))?;
        let is_meant = tag.fits_range(headers) && !tag.is_ruled_out_by(headers);
        is_meant.then(|| self.range_of(asked, &tag, (&spooled, range)))
    }

    /// A part of the current version; all of it where that is too large for a file, or changes while it is read.
    async fn part(
        &mut self,
        asked: &Asked,
        tag: &Tag,
        range: AskedRange,
    ) -> Result<Response, ApiError> {
        match self.kept(asked, tag).await? {
            Some(spooled) => Ok(self.range_of(asked, tag, (&spooled, range))),
            None => self.whole(asked, tag).await,
        }
    }

    fn range_of(
        &self,
        asked: &Asked,
        tag: &Tag,
        (spooled, range): (&Arc<Spooled>, AskedRange),
    ) -> Response {
        let length = spooled.whole.length;
        let Some(bytes) = range.within(length) else {
            let error = ApiError::bad_input(format!("the export has {length} bytes"));
            let mut response = errors::with_status(StatusCode::RANGE_NOT_SATISFIABLE, &error);
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_RANGE, value(&format!("bytes */{length}")));
            headers.insert(header::ETAG, tag.header());
            return response;
        };
        let mut headers = self.describe(asked, tag);
        let (first, last) = (bytes.start, bytes.end - 1);
        let range = format!("bytes {first}-{last}/{length}");
        headers.insert(header::CONTENT_RANGE, value(&range));
        headers.insert(
            header::CONTENT_LENGTH,
            HeaderValue::from(bytes.end - bytes.start),
        );
        let body = spooled.body(&self.app, bytes);
        (StatusCode::PARTIAL_CONTENT, headers, body).into_response()
    }

    /// What `GET` would send, without its body; its length where that is known, or wanted by who reads in parts.
    async fn head(&mut self, asked: &Asked, tag: &Tag) -> Result<Response, ApiError> {
        let spooled = if self.table.format.is_read_in_parts() {
            self.kept(asked, tag).await?
        } else {
            self.spools.find(tag)
        };
        let mut headers = self.describe(asked, tag);
        if let Some(spooled) = spooled {
            headers.insert(
                header::CONTENT_LENGTH,
                HeaderValue::from(spooled.whole.length),
            );
            headers.extend(spooled.whole.fields());
        }
        Ok((headers, of_unknown_length()).into_response())
    }

    /// All of it: as it is read, where the client can tell that from a part.
    async fn whole(&mut self, asked: &Asked, tag: &Tag) -> Result<Response, ApiError> {
        if let Some(spooled) = self.spools.find(tag) {
            return Ok(self.file(asked, tag, &spooled));
        }
        if hops::tell_the_end(self.request.version, &self.request.headers) {
            let export = self.open(asked).await?;
            let mut headers = self.describe(asked, tag);
            headers.extend([announcement()]);
            return Ok((headers, self.stream(export)?).into_response());
        }
        match self.spooled(asked, tag).await {
            Ok(spooled) => Ok(self.file(asked, tag, &spooled)),
            Err(SpoolError::TooLarge) => Ok(too_large_for_old_clients()),
            Err(error) => Err(told(error)),
        }
    }

    fn file(&self, asked: &Asked, tag: &Tag, spooled: &Arc<Spooled>) -> Response {
        let mut headers = self.describe(asked, tag);
        let length = spooled.whole.length;
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers.extend(spooled.whole.fields());
        (headers, spooled.body(&self.app, 0..length)).into_response()
    }

    /// The export in a file that is kept, for those who will read parts of it; `None` where none can be.
    async fn kept(&mut self, asked: &Asked, tag: &Tag) -> Result<Option<Arc<Spooled>>, ApiError> {
        let kept = match self.spooled(asked, tag).await {
            Ok(_) => self.spools.find(tag),
            Err(SpoolError::TooLarge) => None,
            Err(error @ SpoolError::File(_)) => {
                tracing::warn!(%error, "an export is not sent in parts");
                None
            }
            Err(SpoolError::Read(error)) => return Err(error),
        };
        if kept.is_some() {
            self.spools.tell(self.reading(asked), tag);
        }
        Ok(kept)
    }

    /// The export in a file, and kept there unless what it shows has changed while it was read.
    async fn spooled(&mut self, asked: &Asked, tag: &Tag) -> Result<Arc<Spooled>, SpoolError> {
        if let Some(spooled) = self.spools.find(tag) {
            return Ok(spooled);
        }
        let export = self.open(asked).await.map_err(SpoolError::Read)?;
        // Somebody else may have written the same one while this waited for its turn.
        if let Some(spooled) = self.spools.find(tag) {
            return Ok(spooled);
        }
        let spooled = Arc::new(Spooled::write(export, self.table.format, self.coding).await?);
        self.turn = None;
        let now = Tag::of(self.table, asked, self.coding)
            .await
            .map_err(SpoolError::Read)?;
        if now == *tag {
            self.spools.keep(&self.app, tag, &spooled);
        }
        Ok(spooled)
    }

    async fn open(&mut self, asked: &Asked) -> Result<Export, ApiError> {
        if self.turn.is_none() {
            self.turn = Some(self.admission.classes.export().await?);
        }
        let snapshot = &asked.session.snapshot;
        match snapshot.trouble() {
            None => {
                let selection = asked.selection.clone();
                Export::open(snapshot, self.table.dataset, selection, asked.period).await
            }
            Some(_) => Err(ApiError::unavailable()),
        }
    }

    /// A body that is made while it is sent, and says at its end that it is whole.
    fn stream(&mut self, export: Export) -> Result<Body, ApiError> {
        let sink = Sink::default();
        let out = self.coding.wrap(Box::new(sink.clone())).map_err(|error| {
            tracing::error!(%error, "a compressor can't be made");
            ApiError::internal()
        })?;
        let (outlet, body) = body();
        let (turn, format) = (self.turn.take(), self.table.format);
        self.app.tasks().spawn(async move {
            let _turn = turn;
            let mut summary = Summary::default();
            let send = || {
                let bytes = sink.take();
                summary.add(&bytes);
                outlet.send(bytes)
            };
            match export::write(export, format, out, send).await {
                Ok(rows) => drop(outlet.end(summary.finish(rows).fields()).await),
                Err(WriteError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => tracing::warn!(%error, "an export ended before its last row"),
            }
        });
        Ok(body)
    }

    fn reading(&self, asked: &Asked) -> Reading {
        let (table, coding) = (self.table, self.coding);
        let credit = &asked.selection.filter().credit;
        let what = format!("{table:?} {coding:?} {} {credit:?}", asked.period);
        (asked.session.key(), what)
    }

    /// The headers of a body.
    fn describe(&self, asked: &Asked, tag: &Tag) -> HeaderMap {
        let workspace = &asked.session.viewer.workspace.id;
        let (name, format) = (self.table.dataset.name(), self.table.format.name());
        let (from, to) = (asked.period.from(), asked.period.to());
        let disposition =
            format!("attachment; filename=\"caseload-{workspace}-{name}-{from}-{to}.{format}\"");
        let mut headers = self.headers(tag);
        let media = HeaderValue::from_static(self.table.format.media_type());
        headers.insert(header::CONTENT_TYPE, media);
        headers.insert(header::CONTENT_DISPOSITION, value(&disposition));
        if let Some(name) = self.coding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        headers
    }

    /// The headers of an answer with or without a body. Caches may keep it for who asked, and ask whether it still stands.
    fn headers(&self, tag: &Tag) -> HeaderMap {
        let parts = if self.table.format.is_read_in_parts() {
            "bytes"
        } else {
            "none"
        };
        HeaderMap::from_iter([
            (header::ETAG, tag.header()),
            (header::ACCEPT_RANGES, HeaderValue::from_static(parts)),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("private, no-cache"),
            ),
            (
                header::VARY,
                HeaderValue::from_static("Accept-Encoding, Authorization"),
            ),
        ])
    }
}

/// Numbers, days and ids of workspaces: all of them are a header's value.
fn value(text: &str) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn precondition_failed(tag: &Tag) -> Response {
    let error = ApiError::bad_input("the export has changed, and has none of the tags of If-Match");
    let mut response = errors::with_status(StatusCode::PRECONDITION_FAILED, &error);
    response.headers_mut().insert(header::ETAG, tag.header());
    response
}

fn too_large_for_old_clients() -> Response {
    let error = ApiError::bad_input(format!(
        "the export has more than {} MiB, and HTTP/1.0 can't tell all of it from a part; speak HTTP/1.1 (in nginx: \
         proxy_http_version 1.1), or ask for fewer days",
        MAX_SPOOLED >> 20
    ));
    let mut response = errors::with_status(StatusCode::UPGRADE_REQUIRED, &error);
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("HTTP/1.1"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    response
}

fn told(error: SpoolError) -> ApiError {
    match error {
        SpoolError::Read(error) => error,
        error => {
            tracing::error!(?error, "an export can't be sent to HTTP/1.0");
            ApiError::no_export_file()
        }
    }
}
