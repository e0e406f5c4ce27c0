//! Nodes learn of a new generation within a second.

use std::time::{Duration, Instant};

use super::{acme_on, cold_node, conversation};
use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend, redis::Redis},
};

/// Generations in a row of which another node learns within a second.
const ROUNDS: usize = 5;
/// How often that is tried: the machine has other things to do.
const SERIES: usize = 3;

on_both_stores! {
    another_node_learns_of_a_new_generation_by_asking,
    another_node_learns_of_a_new_generation_through_redis,
    nobody_asks_where_nobody_watches,
}

async fn another_node_learns_of_a_new_generation_by_asking(backend: Backend) {
    let caseload = acme_on(backend, None).await;
    check_learns(&caseload, &caseload.another()).await;
}

async fn another_node_learns_of_a_new_generation_through_redis(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    let other = cold_node(&caseload).await;
    check_learns(&caseload, &other).await;
    assert_eq!(
        redis
            .cli(&["PUBSUB", "NUMSUB", "caseload:2:changes"])
            .lines()
            .nth(1),
        Some("2"),
        "both nodes listen"
    );
}

/// That another node learns of generations within a second after their runs have ended.
async fn check_learns(caseload: &Caseload, other: &Caseload) {
    let mut longest = Vec::new();
    for series in 0..SERIES {
        longest.push(longest_wait(caseload, other, series).await);
        if longest[series] < Duration::from_secs(1) {
            return;
        }
    }
    panic!("{longest:?}");
}

async fn longest_wait(caseload: &Caseload, other: &Caseload, series: usize) -> Duration {
    let workspace = other
        .app
        .caches()
        .workspace("acme")
        .await
        .expect("the store is there")
        .expect("the workspace");
    let mut seen = other
        .app
        .caches()
        .generations()
        .watch(&workspace)
        .await
        .expect("the store is there")
        .expect("a ledger");
    let mut longest = Duration::ZERO;
    for round in 0..ROUNDS {
        caseload
            .import(&[conversation(1, &format!("round-{series}-{round}"))])
            .await;
        let generation = caseload.roll_up().await.generation;
        let ended = Instant::now();
        let waiting = seen.wait_for(|seen| *seen == generation);
        tokio::time::timeout(Duration::from_mins(1), waiting)
            .await
            .expect("it is told")
            .expect("it goes on");
        longest = longest.max(ended.elapsed());
    }
    longest
}

async fn nobody_asks_where_nobody_watches(backend: Backend) {
    let caseload = acme_on(backend, None).await;
    let workspace = caseload
        .app
        .caches()
        .workspace("acme")
        .await
        .expect("the store is there")
        .expect("the workspace");
    for _ in 0..3 {
        let watch = caseload
            .app
            .caches()
            .generations()
            .watch(&workspace)
            .await
            .expect("the store is there")
            .expect("a ledger");
        assert_eq!(caseload.app.caches().generations().watched(), 1);
        drop(watch);
        let began = Instant::now();
        while caseload.app.caches().generations().watched() != 0 {
            assert!(began.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
