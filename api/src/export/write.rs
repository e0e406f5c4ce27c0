//! From rows to bytes, a batch at a time.

use std::{
    future::Future,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    Export, Format,
    column::Rows,
    format::{Encode, encoder},
};
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
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes all rows of an export to `out`, a [`Sink`] or what ends in one, and calls `sent` after each batch and at the end, to
/// send on what came in. Gives how many rows there were.
pub async fn write<S, F>(
    mut export: Export,
    format: Format,
    out: Box<dyn Write + Send>,
    mut sent: S,
) -> Result<u64, WriteError>
where
    S: FnMut() -> F,
    F: Future<Output = io::Result<()>>,
{
    let mut rows = Rows::new(export.columns().len());
    let mut encoding = Encoding::start(encoder(format, export.columns(), out)?);
    let mut count = 0;
    while export.fill(&mut rows).await? {
        count += rows.len() as u64;
        rows = encoding.write(rows).await?;
        sent().await?;
    }
    encoding.finish().await?;
    sent().await?;
    Ok(count)
}

/// An encoder on a thread of its own for as long as it goes on. From batch to batch on whatever thread is free, the memory
/// that each batch takes would stay with the allocator's part of each of those threads.
struct Encoding {
    work: mpsc::Sender<Work>,
    written: mpsc::Receiver<Rows>,
    thread: JoinHandle<io::Result<()>>,
}

enum Work {
    Write(Rows),
    Finish,
}

impl Encoding {
    fn start(mut encoder: Box<dyn Encode>) -> Self {
        let (work, mut asked) = mpsc::channel(1);
        let (done, written) = mpsc::channel(1);
        let thread = tokio::task::spawn_blocking(move || {
            loop {
                match asked.blocking_recv() {
                    Some(Work::Write(rows)) => {
                        encoder.write(&rows)?;
                        // Where nobody waits for them any more, there is no more work either.
                        let _ = done.blocking_send(rows);
                    }
                    Some(Work::Finish) => return encoder.finish(),
                    None => return Ok(()),
                }
            }
        });
        Self {
            work,
            written,
            thread,
        }
    }

    /// Writes these rows, and gives back the room that they were in.
    async fn write(&mut self, rows: Rows) -> io::Result<Rows> {
        let asked = self.work.send(Work::Write(rows)).await.is_ok();
        match self.written.recv().await.filter(|_| asked) {
            Some(mut rows) => {
                rows.clear();
                Ok(rows)
            }
            None => Err(self.why_it_ended().await),
        }
    }

    async fn finish(mut self) -> io::Result<()> {
        match self.work.send(Work::Finish).await {
            Ok(()) => self.thread.await.map_err(io::Error::other)?,
            Err(_) => Err(self.why_it_ended().await),
        }
    }

    async fn why_it_ended(&mut self) -> io::Error {
        match (&mut self.thread).await {
            Ok(Err(error)) => error,
            Ok(Ok(())) => io::Error::other("the encoder has ended"),
            Err(panic) => io::Error::other(panic),
        }
    }
}

#[cfg(test)]
pub(super) fn write_rows(
    format: Format,
    columns: &Arc<[super::column::Column]>,
    rows: &Rows,
) -> Vec<u8> {
    let sink = Sink::default();
    let mut encoder = encoder(format, columns, Box::new(sink.clone())).unwrap();
    encoder.write(rows).unwrap();
    encoder.finish().unwrap();
    sink.take()
}
