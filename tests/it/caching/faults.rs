//! Redis missing, dying, hanging, emptied, full of garbage, coming back: answers stay right, and come in time.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixListener,
};

use super::{DAYS, acme_on, cold_node, conversation, conversations, recover, report};
use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend, log::Log, redis::Redis},
};

/// Reports asked for during each fault.
const REPORTS: u64 = 10;

/// The most that any of them takes: a wait for Redis, and an answer from the store on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

const DOWN: &str = "Redis can't be reached";
const BACK: &str = "Redis is there again";

on_both_stores! {
    redis_that_is_missing_at_the_start_is_found_later,
    redis_that_dies_and_comes_back_costs_time_alone,
    redis_that_hangs_is_given_up_in_time,
    redis_that_is_emptied_is_filled_again,
    garbage_in_redis_is_never_served_and_replaced,
    redis_that_is_full_is_read_and_not_written,
}

#[tokio::test]
async fn a_server_that_is_no_redis_is_as_good_as_none() {
    for answer in [
        &b"\x00\xff HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"+OK\r\n",
        b"$-1\r\n",
        b"*1000000\r\n",
        b"",
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("redis.sock");
        let listener = UnixListener::bind(&path).expect("a socket");
        let serving = async {
            loop {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let mut question = [0; 1024];
                while stream.read(&mut question).await.is_ok_and(|read| read != 0) {
                    if stream.write_all(answer).await.is_err() {
                        break;
                    }
                }
            }
        };
        let url = format!("unix://{}", path.display());
        let asking = async {
            let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
            let database = crate::support::database::Database::empty(Backend::Sqlite);
            let caseload = Caseload::sharing(database, &url, chrono_tz::UTC, now).await;
            let boss = serde_json::json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"});
            caseload.import(&[boss, conversation(1, "c")]).await;
            caseload.roll_up().await;
            for _ in 0..3 {
                let began = Instant::now();
                assert_eq!(conversations(&report(&caseload.another()).await), 1);
                assert!(
                    began.elapsed() < PATIENCE,
                    "{:?} for {answer:?}",
                    began.elapsed()
                );
            }
        };
        tokio::select! {
            () = serving => {}
            () = asking => {}
        }
    }
}

async fn redis_that_is_missing_at_the_start_is_found_later(backend: Backend) {
    let log = Log::begin();
    let mut redis = Redis::absent();
    let caseload = acme_on(backend, Some(&redis)).await;
    go_on(&caseload, 36).await;
    assert_eq!(log.count(DOWN), 1);
    redis.start_again();
    until_it_is_used(&caseload, &redis).await;
    assert_eq!((log.count(DOWN), log.count(BACK)), (1, 1));
}

async fn redis_that_dies_and_comes_back_costs_time_alone(backend: Backend) {
    let mut redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    let log = Log::begin();
    for round in 1..=3 {
        redis.kill();
        go_on(&caseload, 36 + (round - 1) * REPORTS).await;
        redis.start_again();
        until_it_is_used(&caseload, &redis).await;
        assert_eq!(
            (log.count(DOWN), log.count(BACK)),
            (round as usize, round as usize)
        );
    }
}

async fn redis_that_hangs_is_given_up_in_time(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    let (expected, cold) = (report(&caseload).await, caseload.another());
    report(&cold).await;
    let log = Log::begin();
    redis.freeze();
    for number in 0..REPORTS {
        // New days each time, none of them in memory.
        let day = 1 + number % DAYS;
        caseload
            .import(&[conversation(day, &format!("frozen-{number}"))])
            .await;
        caseload.roll_up().await;
        let began = Instant::now();
        assert_eq!(conversations(&report(&cold).await), 37 + number);
        assert!(began.elapsed() < PATIENCE);
    }
    assert!(
        log.count(DOWN) <= 2,
        "once for each of the two nodes at most"
    );
    redis.thaw();
    until_it_is_used(&caseload, &redis).await;
    assert_ne!(report(&cold).await, expected);
}

async fn redis_that_is_emptied_is_filled_again(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    let expected = report(&caseload).await;
    for _ in 0..3 {
        redis.cli(&["FLUSHALL"]);
        let cold = cold_node(&caseload).await;
        assert_eq!(report(&cold).await, expected);
        assert_eq!(cold.app.caches().hits().store, DAYS);
        recover(&cold).await;
        let next = cold_node(&caseload).await;
        assert_eq!(report(&next).await, expected);
        assert_eq!(next.app.caches().hits().redis, DAYS);
    }
}

async fn garbage_in_redis_is_never_served_and_replaced(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    let expected = report(&caseload).await;
    recover(&caseload).await;
    let keys = redis.keys();
    assert_eq!(keys.len() as u64, DAYS + 3, "{keys:?}");
    let block = |day: u64| {
        keys.iter()
            .find(|key| key.contains(&format!(":block:2026-03-{day:02}:")))
            .expect("a block")
    };
    let spoilers: [&dyn Fn(&str); 6] = [
        &|key| drop(redis.cli(&["SET", key, "garbage"])),
        &|key| drop(redis.cli(&["SET", key, ""])),
        &|key| drop(redis.cli(&["SETRANGE", key, "20", "spoilt"])),
        &|key| drop(redis.cli(&["APPEND", key, "x"])),
        // Another type, and another value that is good by itself.
        &|key| drop((redis.cli(&["DEL", key]), redis.cli(&["LPUSH", key, "x"]))),
        &|key| {
            drop(redis.cli(&[
                "COPY",
                if key == block(3) { "four" } else { "three" },
                key,
                "REPLACE",
            ]));
        },
    ];
    redis.cli(&["COPY", block(3), "three"]);
    redis.cli(&["COPY", block(4), "four"]);
    for (number, spoil) in spoilers.iter().enumerate() {
        for key in &keys {
            spoil(key);
        }
        let cold = cold_node(&caseload).await;
        assert_eq!(report(&cold).await, expected, "spoiler {number}");
        assert_eq!(cold.app.caches().hits().store, DAYS, "spoiler {number}");
        recover(&cold).await;
        let next = cold_node(&caseload).await;
        assert_eq!(report(&next).await, expected, "spoiler {number}");
        assert_eq!(
            next.app.caches().hits().redis,
            DAYS,
            "what was spoilt by {number} is good again"
        );
    }
}

async fn redis_that_is_full_is_read_and_not_written(backend: Backend) {
    let redis = Redis::start();
    let caseload = acme_on(backend, Some(&redis)).await;
    report(&caseload).await;
    recover(&caseload).await;
    let log = Log::begin();
    redis.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    for number in 0..5 {
        caseload
            .import(&[conversation(1, &format!("full-{number}"))])
            .await;
        caseload.roll_up().await;
        let cold = cold_node(&caseload).await;
        assert_eq!(conversations(&report(&cold).await), 37 + number);
        recover(&cold).await;
        let hits = cold.app.caches().hits();
        assert_eq!(
            (hits.store, hits.redis),
            (1, DAYS - 1),
            "the other days are still there"
        );
    }
    // Each node says it once.
    assert_eq!(log.count("Redis refuses commands"), 6);
    assert_eq!(log.count(DOWN), 0);
}

/// Reports while facts go on to come, each of a day that is not in memory.
async fn go_on(caseload: &Caseload, from: u64) {
    for number in 1..=REPORTS {
        caseload
            .import(&[conversation(
                1 + number % DAYS,
                &format!("more-{}", from + number),
            )])
            .await;
        caseload.roll_up().await;
        let began = Instant::now();
        assert_eq!(conversations(&report(caseload).await), from + number);
        assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    }
}

/// Until a node with nothing in memory has its figures from Redis.
async fn until_it_is_used(caseload: &Caseload, redis: &Redis) {
    let began = Instant::now();
    loop {
        let cold = caseload.another();
        report(&cold).await;
        recover(&cold).await;
        let through = caseload.app.caches().shared().is_up();
        if through && cold.app.caches().hits().redis == DAYS {
            return;
        }
        assert!(
            began.elapsed() < 4 * PATIENCE,
            "{:?} {:?}",
            cold.app.caches().hits(),
            redis.keys()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
