//! Accepting connections, and what each may take.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::Request, response::Response};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_service::Service as _;

use super::{
    limits::{ACCEPT_PAUSE, MAX_REQUESTS_OF_ONE, PING, PONG},
    opening::Opening,
};
use crate::telemetry::metrics::CONNECTIONS;

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    /// How many at a time; others wait to be accepted.
    pub(super) connections: usize,
    /// How long the headers of a request may take: the first one, and the next on the same connection.
    pub(super) headers: Duration,
}

/// Accepts connections and serves them until `shutdown`; then waits until all of them have ended.
pub(super) async fn accept(listener: TcpListener, router: Router, allowed: Allowance, shutdown: &CancellationToken) {
    let places = Arc::new(Semaphore::new(allowed.connections));
    let (connections, graceful) = (TaskTracker::new(), GracefulShutdown::new());
    let builder = Arc::new(builder(allowed.headers));
    while let Some(stream) = next(&listener, shutdown, &places).await {
        let (stream, place) = stream;
        let (router, builder, watcher) = (router.clone(), Arc::clone(&builder), graceful.watcher());
        connections.spawn(async move {
            let _place = place;
            metrics::gauge!(CONNECTIONS).increment(1.0);
            let asked = Arc::new(AtomicBool::new(false));
            let io = Opening::new(TokioIo::new(stream), Arc::clone(&asked), allowed.headers);
            let service = service_fn(move |request| {
                asked.store(true, Ordering::Relaxed);
                answer(router.clone(), request)
            });
            let served = watcher.watch(builder.serve_connection_with_upgrades(io, service).into_owned()).await;
            metrics::gauge!(CONNECTIONS).decrement(1.0);
            // A client that goes away, falls silent or speaks nonsense is no trouble of ours.
            if let Err(error) = served {
                tracing::debug!(error, "a connection ended early");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
    connections.close();
    connections.wait().await;
}

fn builder(headers: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(headers);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PONG)
        .max_concurrent_streams(MAX_REQUESTS_OF_ONE);
    builder
}

async fn answer(mut router: Router, request: hyper::Request<Incoming>) -> Result<Response, Infallible> {
    router.call(request.map(axum::body::Body::new) as Request).await
}

type Accepted = (TcpStream, tokio::sync::OwnedSemaphorePermit);

/// The next connection once there is a place for it; `None` once nobody is to be served any more.
async fn next(listener: &TcpListener, shutdown: &CancellationToken, places: &Arc<Semaphore>) -> Option<Accepted> {
    let accepted = async {
        let place = Arc::clone(places).acquire_owned().await.expect("the semaphore is never closed");
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    // Answers are written whole: waiting for more to send with them only delays them.
                    stream.set_nodelay(true).ok();
                    return (stream, place);
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "connections can't be accepted; are there too many open files?");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => None,
        accepted = accepted => Some(accepted),
    }
}

fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}
