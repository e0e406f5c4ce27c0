//! Exports and imports that stand still take each other's places, and nobody else's.

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use futures::stream;
use serde_json::json;
use tokio::time::{Duration, timeout};

use crate::{
    access::acme,
    support::{
        app::{Caseload, token},
        database::Backend,
    },
};

/// The places that exports and imports have.
const PLACES: usize = 4;

fn export() -> Request<Body> {
    let request = Request::get("/v1/rollups/daily.ndjson?from=2026-03-01&to=2026-03-10");
    request
        .header(header::AUTHORIZATION, format!("Bearer {}", token("owner")))
        .body(Body::empty())
        .expect("a request")
}

/// An import whose body never comes.
fn import() -> Request<Body> {
    let request = Request::post("/v1/import").header(header::CONTENT_TYPE, "application/x-ndjson");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", token("owner")));
    let body = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
    request.body(body).expect("a request")
}

async fn is_answered(caseload: &Caseload) -> bool {
    let query = "{ viewer { role } team { metrics { closed } } }";
    let nothing = json!({});
    let asked = caseload.ask("owner", query, &nothing);
    timeout(Duration::from_secs(30), asked)
        .await
        .is_ok_and(|answer| answer.codes().is_empty())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exports_and_imports_that_stand_still_hold_up_no_dashboard() {
    let caseload = acme(Backend::Sqlite).await;
    let mut standing = Vec::new();
    for _ in 0..PLACES {
        // Nobody reads their bodies.
        let answer = caseload.respond(export()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        standing.push(answer);
    }
    let refused = caseload.respond(export()).await;
    let wait = |headers: &HeaderMap| {
        headers[header::RETRY_AFTER]
            .to_str()
            .expect("text")
            .parse::<u64>()
            .expect("seconds")
    };
    assert_eq!(
        (refused.status(), wait(refused.headers())),
        (StatusCode::SERVICE_UNAVAILABLE, 1)
    );
    let importing: Vec<_> = (0..=PLACES)
        .map(|_| Box::pin(caseload.respond(import())))
        .collect();
    let mut importing = futures::future::select_all(importing);
    assert!(
        timeout(Duration::from_millis(300), &mut importing)
            .await
            .is_err(),
        "imports wait for their bodies"
    );
    for _ in 0..20 {
        assert!(is_answered(&caseload).await);
    }
    drop(standing);
    let answer = caseload.respond(export()).await;
    assert_eq!(answer.status(), StatusCode::OK, "a place is free again");
}
