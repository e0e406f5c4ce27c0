//! Nodes learn of a new generation within a second.

use std::time::{Duration, Instant};

use super::{acme_on, conversation};
use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend, redis::Redis},
};

const ROUNDS: usize = 5;

on_both_stores! {
    another_node_learns_of_a_new_generation_by_asking,
    another_node_learns_of_a_new_generation_through_redis,
    nobody_asks_where_nobody_watches,
}

async fn another_node_learns_of_a_new_generation_by_asking(backend: Backend) {
    let caseload = acme_on(backend, None).await;
    let wait = usual_wait(&caseload).await;
    assert!(wait < Duration::from_secs(1), "{wait:?}");
}

async fn another_node_learns_of_a_new_generation_through_redis(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    let wait = usual_wait(&caseload).await;
    assert!(wait < Duration::from_secs(1), "{wait:?}");
    assert_eq!(redis.cli(&["PUBSUB", "NUMSUB", "caseload:1:changes"]).lines().nth(1), Some("2"), "both nodes listen");
}

/// How long another node takes, in most rounds, to learn of a generation once its run has ended.
async fn usual_wait(caseload: &Caseload) -> Duration {
    let other = caseload.another();
    let workspace = other.app.caches().workspace("acme").await.expect("the store is there").expect("the workspace");
    let mut seen =
        other.app.caches().generations().watch(&workspace).await.expect("the store is there").expect("a ledger");
    let mut waits = Vec::new();
    for round in 0..ROUNDS {
        caseload.import(&[conversation(1, &format!("round-{round}"))]).await;
        let generation = caseload.roll_up().await.generation;
        let ended = Instant::now();
        let waiting = seen.wait_for(|seen| *seen == generation);
        tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("it is told").expect("it goes on");
        waits.push(ended.elapsed());
    }
    waits.sort();
    waits[ROUNDS / 2]
}

async fn nobody_asks_where_nobody_watches(backend: Backend) {
    let caseload = acme_on(backend, None).await;
    let workspace = caseload.app.caches().workspace("acme").await.expect("the store is there").expect("the workspace");
    for _ in 0..3 {
        let watch =
            caseload.app.caches().generations().watch(&workspace).await.expect("the store is there").expect("a ledger");
        assert_eq!(caseload.app.caches().generations().watched(), 1);
        drop(watch);
        let began = Instant::now();
        while caseload.app.caches().generations().watched() != 0 {
            assert!(began.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
