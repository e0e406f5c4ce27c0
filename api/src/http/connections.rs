//! Accepting connections, and what each may take.

use std::{
    convert::Infallible,
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::{Router, extract::Request, response::Response};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_service::Service as _;

use super::{
    connection_slots::{ConnectionSlots, Place},
    first_request_timeout::Opening,
    limits::{ACCEPT_PAUSE, MAX_BUFFER_BYTES, MAX_HEADER_LIST, MAX_REQUESTS_OF_ONE, PING, PONG},
};
use crate::telemetry::metrics::CONNECTIONS;

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConnectionLimits {
    /// How many at a time; see [`ConnectionSlots::take`] for those who come then.
    pub(super) connections: usize,
    /// How long the headers of a request may take: the first one, and the next on the same connection.
    pub(super) headers: Duration,
}

/// Accepts connections and serves them until `shutdown`; then waits until all of them have ended.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    allowed: ConnectionLimits,
    shutdown: &CancellationToken,
) {
    let (places, connections) = (
        ConnectionSlots::new(allowed.connections),
        TaskTracker::new(),
    );
    let server = Arc::new(Server {
        router,
        builder: builder(allowed.headers),
        headers: allowed.headers,
    });
    let next = async || (next(&listener).await, places.take().await);
    while let Some((stream, place)) = shutdown.run_until_cancelled(next()).await {
        connections.spawn(Arc::clone(&server).serve(stream, place, shutdown.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// What all connections have in common.
struct Server {
    router: Router,
    builder: Builder<TokioExecutor>,
    headers: Duration,
}

impl Server {
    async fn serve(self: Arc<Self>, stream: TcpStream, place: Place, shutdown: CancellationToken) {
        metrics::gauge!(CONNECTIONS).increment(1.0);
        let asked = Arc::clone(place.asked());
        let io = Opening::new(TokioIo::new(stream), Arc::clone(&asked), self.headers);
        let service = service_fn(|request| {
            asked.store(true, Ordering::Relaxed);
            answer(self.router.clone(), request)
        });
        let mut connection = pin!(self.builder.serve_connection_with_upgrades(io, service));
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
            () = place.is_wanted() => {
                if place.is_silent() {
                    Ok(())
                } else {
                    // What is under way is answered.
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            }
        };
        metrics::gauge!(CONNECTIONS).decrement(1.0);
        // A client that goes away, falls silent or speaks nonsense is no trouble of ours.
        if let Err(error) = served {
            tracing::debug!(error, "a connection ended early");
        }
    }
}

fn builder(headers: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(headers)
        .max_buf_size(MAX_BUFFER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PONG)
        .max_concurrent_streams(MAX_REQUESTS_OF_ONE)
        .max_header_list_size(MAX_HEADER_LIST);
    builder
}

async fn answer(
    mut router: Router,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    router
        .call(request.map(axum::body::Body::new) as Request)
        .await
}

/// The next connection.
async fn next(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are written whole: waiting for more to send with them only delays them.
                stream.set_nodelay(true).ok();
                return stream;
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "connections can't be accepted; are there too many open files?");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionRefused | ConnectionAborted | ConnectionReset
    )
}
