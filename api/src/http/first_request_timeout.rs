//! A connection on which nothing has been asked yet: it may not stay so for long.

use std::{
    future::Future as _,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::time::Sleep;

/// A connection that ends where no request has begun on it in time. The server's own time-out for headers starts only once it
/// knows which version of HTTP is spoken.
pub(super) struct Opening<S> {
    io: S,
    asked: Arc<AtomicBool>,
    overdue: Option<Pin<Box<Sleep>>>,
}

impl<S> Opening<S> {
    /// `asked` is set by who sees the first request.
    pub(super) fn new(io: S, asked: Arc<AtomicBool>, within: Duration) -> Self {
        Self {
            io,
            asked,
            overdue: Some(Box::pin(tokio::time::sleep(within))),
        }
    }

    fn is_overdue(&mut self, cx: &mut Context<'_>) -> bool {
        if self.overdue.is_some() && self.asked.load(Ordering::Relaxed) {
            self.overdue = None;
        }
        self.overdue
            .as_mut()
            .is_some_and(|overdue| overdue.as_mut().poll(cx).is_ready())
    }
}

impl<S: Read + Unpin> Read for Opening<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_overdue(cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<S: Write + Unpin> Write for Opening<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, parts)
    }
}
