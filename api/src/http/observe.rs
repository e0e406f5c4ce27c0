//! What is noted of each request: its id, its span, its figures.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    error::Code,
    telemetry::{
        metrics::{REQUEST_SECONDS, REQUESTS, REQUESTS_IN_FLIGHT},
        request_context::{Operation, observe},
        traces,
    },
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id of a caller's own that is taken over.
const MAX_ID: usize = 128;

/// Answers, and notes how. The id that the caller gave the request, or one made here, is in the answer and in all that is
/// logged meanwhile. Of the request itself nothing is noted but method and path: the rest may hold secrets.
pub(super) async fn note(mut request: Request, next: Next) -> Response {
    let (began, id) = (Instant::now(), id(request.headers()));
    let path = request.uri().path();
    let known = Operation::of_path(path);
    let span = tracing::info_span!("request", request_id = %id.to_str().unwrap_or_default(), method = %request.method(), path,
        operation = Empty, status = Empty, otel.kind = "server", otel.name = known.name());
    traces::adopt(&span, request.headers());
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let in_flight = InFlight::new();
    let (mut response, operation, code) = observe(next.run(request)).instrument(span.clone()).await;
    drop(in_flight);
    response.headers_mut().insert(REQUEST_ID, id);
    record(
        &span,
        operation.unwrap_or(known),
        code,
        response.status(),
        began,
    );
    response
}

/// Counts one answer, and logs it: at once where it is our fault, else for who asks for it.
fn record(
    span: &Span,
    operation: Operation,
    code: Option<Code>,
    status: StatusCode,
    began: Instant,
) {
    let (operation, code) = (
        operation.name(),
        code.map_or_else(|| of_status(status), Code::name),
    );
    metrics::counter!(REQUESTS, "operation" => operation, "code" => code).increment(1);
    metrics::histogram!(REQUEST_SECONDS, "operation" => operation).record(began.elapsed());
    span.record("operation", operation)
        .record("status", status.as_u16());
    let ms = began.elapsed().as_secs_f64() * 1e3;
    span.in_scope(|| {
        if status.is_server_error() {
            tracing::warn!(operation, code, status = status.as_u16(), ms, "answered");
        } else {
            tracing::debug!(operation, code, status = status.as_u16(), ms, "answered");
        }
    });
}

fn of_status(status: StatusCode) -> &'static str {
    if status == StatusCode::SERVICE_UNAVAILABLE {
        Code::Unavailable.name()
    } else if status.is_server_error() {
        Code::Internal.name()
    } else if status.is_client_error() {
        "REFUSED"
    } else {
        "OK"
    }
}

/// The caller's id where it is one that can be logged, else a new one: of this process, and counted.
fn id(headers: &HeaderMap) -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static PROCESS: std::sync::LazyLock<u64> = std::sync::LazyLock::new(rand::random);
    let given = headers
        .get(REQUEST_ID)
        .filter(|id| id.len() <= MAX_ID && id.as_bytes().iter().all(u8::is_ascii_graphic));
    given.cloned().unwrap_or_else(|| {
        let made = format!(
            "{:016x}-{:x}",
            *PROCESS,
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        HeaderValue::from_str(&made).expect("digits are a header's value")
    })
}

/// One request under way, however it ends.
struct InFlight;

impl InFlight {
    fn new() -> Self {
        metrics::gauge!(REQUESTS_IN_FLIGHT).increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        metrics::gauge!(REQUESTS_IN_FLIGHT).decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_a_code_is_counted_by_its_status() {
        let names = [200, 304, 404, 431, 500, 503]
            .map(|status| of_status(StatusCode::from_u16(status).unwrap()));
        assert_eq!(
            names,
            ["OK", "OK", "REFUSED", "REFUSED", "INTERNAL", "UNAVAILABLE"]
        );
    }

    #[test]
    fn a_caller_s_id_is_kept_unless_it_could_forge_a_log() {
        let kept = |given: &str| {
            let headers = HeaderMap::from_iter([(
                REQUEST_ID,
                HeaderValue::from_bytes(given.as_bytes()).unwrap(),
            )]);
            id(&headers) == given
        };
        assert!(kept("7f3a-1") && kept("\"quoted\""));
        assert!(!kept("") || id(&HeaderMap::new()) != id(&HeaderMap::new()));
        assert!(!kept("two words") && !kept("tab\there") && !kept(&"x".repeat(129)));
    }
}
