//! Sends spans to an OpenTelemetry collector, by HTTP.

use std::{future::Future, pin::Pin, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{Request, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;

/// How long a collector may take for a batch of spans; they are lost then.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a collector answers is read up to here: it is some bytes.
const MAX_ANSWER: usize = 64 << 10;

/// Speaks plain HTTP from the runtime that it was made on: the exporter calls it from a thread of its own.
#[derive(Debug)]
pub(super) struct Collector {
    client: Client<HttpConnector, Body>,
    runtime: Handle,
}

impl Collector {
    pub(super) fn new(runtime: Handle) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            runtime,
        }
    }
}

async fn send(
    client: Client<HttpConnector, Body>,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let (parts, body) = client.request(request.map(Body::from)).await?.into_parts();
    let body = to_bytes(Body::new(body), MAX_ANSWER).await?;
    Ok(Response::from_parts(parts, body))
}

impl HttpClient for Collector {
    fn send_bytes<'me, 'sending>(
        &'me self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'sending>>
    where
        'me: 'sending,
        Self: 'sending,
    {
        let client = self.client.clone();
        // Spawned and awaited at once: the thread that this runs on has no clock and no sockets.
        let sending = self
            .runtime
            .spawn(async move { tokio::time::timeout(PATIENCE, send(client, request)).await });
        Box::pin(async move { sending.await?? })
    }
}
