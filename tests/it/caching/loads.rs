//! From where blocks come, and how often.

use futures::future::join_all;
use serde_json::json;

use super::{DAYS, REPORT, acme_on, report, settle};
use crate::{
    on_both_stores,
    support::{database::Backend, redis::Redis},
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
    settle(&first).await;
    assert_eq!(first.app.caches().hits().store, 0, "the run has published its blocks");

    let cascade = if backend == Backend::Postgres { " CASCADE" } else { "" };
    for table in TABLES {
        first.database.sql(&format!("DROP TABLE {table}{cascade}"));
    }
    let second = first.another();
    assert_eq!(report(&second).await, expected);
    let hits = second.app.caches().hits();
    assert_eq!((hits.store, hits.redis), (0, DAYS));
}

async fn identical_cold_requests_load_each_block_once(backend: Backend) {
    let caseload = acme_on(backend, None).await;
    let cold = caseload.another();
    let answers = join_all((0..REQUESTS).map(|_| report(&cold))).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let hits = cold.app.caches().hits();
    assert_eq!((hits.store, hits.redis), (DAYS, 0), "{hits:?}");
}

async fn identical_cold_requests_load_each_block_from_redis_once(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    report(&caseload).await;
    settle(&caseload).await;
    let cold = caseload.another();
    let before = redis.stat("keyspace_hits");
    let answers = join_all((0..REQUESTS).map(|_| report(&cold))).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let hits = cold.app.caches().hits();
    assert_eq!((hits.store, hits.redis), (0, DAYS), "{hits:?}");
    // Redis itself says so. A request that waits long for a busy database looks there for what was said last; a stampede would
    // read some two thousand values.
    let read = redis.stat("keyspace_hits") - before;
    assert!((DAYS + 2..DAYS + 2 + REQUESTS as u64).contains(&read), "{read}");
}

async fn what_is_in_memory_is_asked_of_nobody(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    let expected = report(&caseload).await;
    settle(&caseload).await;
    let before = redis.stat("total_commands_processed");
    for _ in 0..20 {
        assert_eq!(report(&caseload).await, expected);
    }
    settle(&caseload).await;
    // INFO itself is a command.
    assert_eq!(redis.stat("total_commands_processed") - before, 1);
    let names = caseload.ask("boss", REPORT, &json!({})).await;
    assert!(names.codes().is_empty());
}
