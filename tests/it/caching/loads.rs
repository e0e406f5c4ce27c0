//! From where blocks come, and how often.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{DAYS, REPORT, acme_on, cold_node, recover, report};
use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend, redis::Redis},
};

/// Identical requests at once.
const REQUESTS: usize = 200;

/// What a node reads that has nothing in memory, besides the ledger's row.
const TABLES: [&str; 12] = [
    "day_blocks",
    "open_blocks",
    "ledger_days",
    "conversations",
    "messages",
    "ratings",
    "follow_ups",
    "customers",
    "members",
    "teams",
    "labels",
    "channels",
];

on_both_stores! {
    a_new_node_serves_its_first_report_from_redis_alone,
    identical_cold_requests_load_each_block_once,
    identical_cold_requests_load_each_block_from_redis_once,
    what_is_in_memory_is_asked_of_nobody,
}

async fn a_new_node_serves_its_first_report_from_redis_alone(backend: Backend) {
    let redis = Redis::start();
    let first = acme_on(backend, Some(&redis)).await;
    let expected = report(&first).await;
    recover(&first).await;
    assert_eq!(
        first.app.caches().hits().store,
        0,
        "the run has published its blocks"
    );

    let cascade = if backend == Backend::Postgres {
        " CASCADE"
    } else {
        ""
    };
    for table in TABLES {
        first.database.sql(&format!("DROP TABLE {table}{cascade}"));
    }
    let second = cold_node(&first).await;
    assert_eq!(report(&second).await, expected);
    let hits = second.app.caches().hits();
    assert_eq!((hits.store, hits.redis), (0, DAYS));
}

async fn identical_cold_requests_load_each_block_once(backend: Backend) {
    let caseload = acme_on(backend, None).await;
    let cold = Arc::new(caseload.another());
    ask_at_once(&cold).await;
    let hits = cold.app.caches().hits();
    assert_eq!((hits.store, hits.redis), (DAYS, 0), "{hits:?}");
}

/// Asks for the same report that often at once, and says how many requests that were.
async fn ask_at_once(caseload: &Arc<Caseload>) -> u64 {
    let asked: JoinSet<_> = (0..REQUESTS)
        .map(|_| answered(Arc::clone(caseload)))
        .collect();
    let (answers, requests): (Vec<_>, Vec<_>) = asked.join_all().await.into_iter().unzip();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    requests.into_iter().sum()
}

/// The report, and the number of requests that it took: where more come than have a turn, some are told to come again.
async fn answered(caseload: Arc<Caseload>) -> (Value, u64) {
    let began = Instant::now();
    let mut requests = 1;
    loop {
        let answer = caseload.ask("boss", REPORT, &json!({})).await;
        if answer.status != StatusCode::SERVICE_UNAVAILABLE
            || Duration::from_mins(1) < began.elapsed()
        {
            return (answer.data("team"), requests);
        }
        requests += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn identical_cold_requests_load_each_block_from_redis_once(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    report(&caseload).await;
    recover(&caseload).await;
    let cold = Arc::new(cold_node(&caseload).await);
    let before = redis.stat("keyspace_hits");
    let requests = ask_at_once(&cold).await;
    let hits = cold.app.caches().hits();
    assert_eq!((hits.store, hits.redis), (0, DAYS), "{hits:?}");
    // Redis itself says so. A request that waits long for a busy database looks there for what was said last; a stampede would
    // read some two thousand values.
    let read = redis.stat("keyspace_hits") - before;
    assert!((DAYS + 2..DAYS + 2 + requests).contains(&read), "{read}");
}

async fn what_is_in_memory_is_asked_of_nobody(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    let expected = report(&caseload).await;
    recover(&caseload).await;
    let before = redis.stat("total_commands_processed");
    for _ in 0..20 {
        assert_eq!(report(&caseload).await, expected);
    }
    recover(&caseload).await;
    // INFO itself is a command.
    assert_eq!(redis.stat("total_commands_processed") - before, 1);
    let names = caseload.ask("boss", REPORT, &json!({})).await;
    assert!(names.codes().is_empty());
}
