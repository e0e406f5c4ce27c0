//! Bodies that are made while they are sent: a client that reads slowly makes an export slow, not large.

use std::{io, time::Instant};

use axum::{
    body::{Body, Bytes},
    http::HeaderMap,
};
use futures::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::super::limits::{EXPORT_IDLE, MAX_EXPORT};

/// What goes to the client. A body that is dropped before its end is cut off, so that no client takes a part for the whole:
/// over HTTP/1.1 the last chunk or some of the announced length is missing, over HTTP/2 the stream is reset.
#[derive(Debug)]
enum Piece {
    Bytes(Vec<u8>),
    /// The end, and the fields behind it.
    End(HeaderMap),
}

/// Where a body is written. It ends early where [`Outlet::end`] is not called.
#[derive(Debug)]
pub(super) struct Outlet {
    pieces: mpsc::Sender<Piece>,
    began: Instant,
}

/// A body, and where it is written.
pub(super) fn body() -> (Outlet, Body) {
    let (pieces, receiver) = mpsc::channel(1);
    let began = Instant::now();
    (Outlet { pieces, began }, of_pieces(receiver))
}

/// A body of which only the headers are sent, and whose length nobody knows.
pub(super) fn of_unknown_length() -> Body {
    Body::from_stream(stream::empty::<Result<Bytes, io::Error>>())
}

impl Outlet {
    /// Sends that on, once there is room for it. An error: the client is gone, or reads too slowly.
    pub(super) async fn send(&self, bytes: Vec<u8>) -> io::Result<()> {
        self.put(Piece::Bytes(bytes)).await
    }

    /// Ends the body as a whole one.
    pub(super) async fn end(self, trailers: HeaderMap) -> io::Result<()> {
        self.put(Piece::End(trailers)).await
    }

    async fn put(&self, piece: Piece) -> io::Result<()> {
        if MAX_EXPORT < self.began.elapsed() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match tokio::time::timeout(EXPORT_IDLE, self.pieces.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_gone)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_elapsed) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

fn of_pieces(receiver: mpsc::Receiver<Piece>) -> Body {
    Body::new(StreamBody::new(stream::unfold(
        Some(receiver),
        |open| async move {
            let mut receiver = open?;
            match receiver.recv().await {
                Some(Piece::Bytes(bytes)) => {
                    Some((Ok(Frame::data(Bytes::from(bytes))), Some(receiver)))
                }
                Some(Piece::End(trailers)) if trailers.is_empty() => None,
                Some(Piece::End(trailers)) => Some((Ok(Frame::trailers(trailers)), None)),
                None => Some((Err(io::Error::from(io::ErrorKind::UnexpectedEof)), None)),
            }
        },
    )))
}
