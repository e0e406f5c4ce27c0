//! Exports that are put together in a file before their first byte is sent: their length is known then, and any part of
//! them can be read.

use std::{
    fs::File,
    io::{self, Write},
    ops::Range,
    os::unix::fs::FileExt as _,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{body::Body, http::HeaderMap};
use caseload_schema::{audit::Actor, id::WorkspaceKey};
use moka::sync::Cache;

use super::{
    super::limits::{EXPORT_KEPT, MAX_SPOOLED, MAX_SPOOLED_TOGETHER},
    body::{Outlet, body},
    coding::Coding,
    summary::{Summary, Whole},
    tag::Tag,
};
use crate::{
    app::App,
    error::ApiError,
    export::{self, Export, Format, WriteError},
};

/// Bytes of a file that are read at once.
const CHUNK: u64 = 128 << 10;

/// Who asks, and for what, whatever its version.
pub(super) type Reading = ((WorkspaceKey, Actor), String);

/// A whole export in a file without a name, which goes with this.
#[derive(Debug)]
pub(super) struct Spooled {
    file: File,
    /// What is known of its bytes.
    pub(super) whole: Whole,
}

/// Why an export could not be put into a file.
#[derive(Debug, thiserror::Error)]
pub(super) enum SpoolError {
    /// It is larger than [`MAX_SPOOLED`].
    #[error("an export is too large to be kept in a file")]
    TooLarge,
    /// The disk is full, or there is no place for temporary files.
    #[error("an export can't be kept in a file")]
    File(#[source] io::Error),
    /// Its rows can't be read.
    #[error(transparent)]
    Read(ApiError),
}

impl Spooled {
    /// Writes all of an export.
    pub(super) async fn write(
        export: Export,
        format: Format,
        coding: Coding,
    ) -> Result<Self, SpoolError> {
        let spool = tokio::task::spawn_blocking(Spool::new)
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(SpoolError::File)?;
        let out = coding
            .wrap(Box::new(spool.clone()))
            .map_err(SpoolError::File)?;
        let written = export::write(export, format, out, async || Ok(())).await;
        // What a compressor could not write when it was closed is known here alone.
        let spooled = spool.finish();
        match written {
            Ok(rows) => spooled.map(|(file, summary)| Self {
                file,
                whole: summary.finish(rows),
            }),
            Err(WriteError::Read(error)) => Err(SpoolError::Read(error)),
            Err(WriteError::Write(error)) => Err(spooled.err().unwrap_or(SpoolError::File(error))),
        }
    }

    /// A body of these bytes.
    pub(super) fn body(self: &Arc<Self>, app: &App, bytes: Range<u64>) -> Body {
        let (outlet, body) = body();
        let spooled = Arc::clone(self);
        app.tasks().spawn(async move {
            if let Err(error) = spooled.send(bytes, outlet).await {
                tracing::debug!(%error, "a client did not take all of an export");
            }
        });
        body
    }

    async fn send(self: Arc<Self>, mut bytes: Range<u64>, outlet: Outlet) -> io::Result<()> {
        while !bytes.is_empty() {
            let end = bytes.end.min(bytes.start + CHUNK);
            let (spooled, part) = (Arc::clone(&self), bytes.start..end);
            let read = tokio::task::spawn_blocking(move || spooled.read(&part));
            outlet.send(read.await.map_err(io::Error::other)??).await?;
            bytes.start = end;
        }
        outlet.end(HeaderMap::new()).await
    }

    fn read(&self, part: &Range<u64>) -> io::Result<Vec<u8>> {
        let length = usize::try_from(part.end - part.start).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, part.start)?;
        Ok(bytes)
    }
}

/// A file that is written. Clones write into the same one.
#[derive(Debug, Clone)]
struct Spool(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    file: Option<File>,
    summary: Summary,
    failed: Option<SpoolError>,
}

impl Spool {
    fn new() -> io::Result<Self> {
        Ok(Self(Arc::new(Mutex::new(State {
            file: Some(tempfile::tempfile()?),
            summary: Summary::default(),
            failed: None,
        }))))
    }

    /// What was written, where all of it was.
    fn finish(self) -> Result<(File, Summary), SpoolError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = || SpoolError::File(io::ErrorKind::NotFound.into());
        match state.failed.take() {
            None => {
                let file = state.file.take().ok_or_else(missing)?;
                Ok((file, std::mem::take(&mut state.summary)))
            }
            Some(error) => Err(error),
        }
    }
}

impl State {
    fn write(&mut self, bytes: &[u8]) -> Result<(), SpoolError> {
        if MAX_SPOOLED < self.summary.length() + bytes.len() as u64 {
            return Err(SpoolError::TooLarge);
        }
        let missing = || SpoolError::File(io::ErrorKind::NotFound.into());
        let mut file = self.file.as_ref().ok_or_else(missing)?;
        file.write_all(bytes).map_err(SpoolError::File)?;
        self.summary.add(bytes);
        Ok(())
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.write(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                let told = io::Error::other(error.to_string());
                state.failed = Some(error);
                Err(told)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Spooled exports by tag, and which version of an export each caller was told of last.
#[derive(Debug, Clone)]
pub(super) struct SpooledExports {
    files: Cache<Tag, Arc<Spooled>>,
    latest: Cache<Reading, Tag>,
}

impl Default for SpooledExports {
    fn default() -> Self {
        let kib = |_: &Tag, spooled: &Arc<Spooled>| {
            u32::try_from(spooled.whole.length.div_ceil(1 << 10)).unwrap_or(u32::MAX)
        };
        Self {
            files: Cache::builder()
                .max_capacity(MAX_SPOOLED_TOGETHER >> 10)
                .weigher(kib)
                .time_to_live(EXPORT_KEPT)
                .build(),
            latest: Cache::builder()
                .max_capacity(LATEST)
                .time_to_live(EXPORT_KEPT)
                .build(),
        }
    }
}

/// Readings whose latest version is remembered: some hundred bytes each.
const LATEST: u64 = 10_000;

impl SpooledExports {
    /// The export of that tag, where it is kept.
    pub(super) fn find(&self, tag: &Tag) -> Option<Arc<Spooled>> {
        self.files.get(tag)
    }

    /// The version of `reading` that its caller was told of last, where it is kept.
    pub(super) fn latest(&self, reading: &Reading) -> Option<(Tag, Arc<Spooled>)> {
        let tag = self.latest.get(reading)?;
        let spooled = self.files.get(&tag)?;
        Some((tag, spooled))
    }

    /// Remembers that the caller is told of this version.
    pub(super) fn tell(&self, reading: Reading, tag: &Tag) {
        self.latest.insert(reading, tag.clone());
    }

    /// Keeps an export for [`EXPORT_KEPT`].
    pub(super) fn keep(&self, app: &App, tag: &Tag, spooled: &Arc<Spooled>) {
        self.files.insert(tag.clone(), Arc::clone(spooled));
        let files = self.files.clone();
        let stopping = app.stopping().clone();
        // The cache lets go of what is too old only when it is used, and a file takes room on the disk until then.
        app.tasks().spawn(async move {
            let kept = tokio::time::sleep(2 * EXPORT_KEPT);
            stopping.run_until_cancelled(kept).await;
            files.run_pending_tasks();
        });
    }
}
