//! From rows to bytes, a batch at a time.

use std::{
    future::Future,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use super::{Export, Format, format::encoder};
use crate::error::ApiError;

/// Why an export ended before its last row.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The rows can't be read.
    #[error(transparent)]
    Read(#[from] ApiError),
    /// They can't be written.
    #[error("the rows can't be written")]
    Write(#[from] io::Error),
}

/// Bytes that were written and not yet sent on. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    /// What has come in since the last time.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes all rows of an export to `out`, a [`Sink`] or what ends in one, and calls `sent` after each batch and at the end, to
/// send on what came in. Rows are encoded on a blocking thread.
pub async fn write<S, F>(
    mut export: Export,
    format: Format,
    out: Box<dyn Write + Send>,
    mut sent: S,
) -> Result<(), WriteError>
where
    S: FnMut() -> F,
    F: Future<Output = io::Result<()>>,
{
    let mut encoder = encoder(format, export.columns(), out)?;
    while let Some(rows) = export.next().await? {
        encoder = blocking(move || {
            encoder.write(&rows)?;
            Ok(encoder)
        })
        .await?;
        sent().await?;
    }
    blocking(move || encoder.finish()).await?;
    Ok(sent().await?)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
pub(super) fn write_rows(
    format: Format,
    columns: &Arc<[super::column::Column]>,
    rows: &super::column::Rows,
) -> Vec<u8> {
    let sink = Sink::default();
    let mut encoder = encoder(format, columns, Box::new(sink.clone())).unwrap();
    encoder.write(rows).unwrap();
    encoder.finish().unwrap();
    sink.take()
}
