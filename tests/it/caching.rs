//! What is kept between requests: shared by machines, loaded once, and never missed where it is gone.

mod faults;
mod forms;
mod generations;
mod loads;
mod outage;
mod overtaken;
mod restored;
mod tls;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{
    app::Caseload,
    database::{Backend, Database},
    redis::Redis,
};

/// Days with a block.
const DAYS: u64 = 8;

/// Eight days of conversations, rolled up.
async fn acme(database: Database, redis: Option<&Redis>) -> Caseload {
    let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let url = redis.map(Redis::url).unwrap_or_default();
    let caseload = Caseload::sharing(database, &url, chrono_tz::Europe::Rome, now).await;
    if redis.is_some_and(Redis::is_running) {
        until_linked(&caseload).await;
    }
    fill(&caseload).await;
    caseload
}

async fn fill(caseload: &Caseload) {
    let mut records =
        vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    for day in 1..=DAYS {
        records.extend((0..day).map(|number| conversation(day, &format!("c-{day}-{number}"))));
    }
    caseload.import(&records).await;
    caseload.roll_up().await;
}

async fn acme_on(backend: Backend, redis: Option<&Redis>) -> Caseload {
    acme(Database::empty(backend), redis).await
}

fn conversation(day: u64, id: &str) -> Value {
    json!({
        "type": "conversation", "id": id, "customer_id": format!("k-{id}"),
        "created_at": format!("2026-03-{day:02}T09:00:00Z"), "assignee_id": "boss",
    })
}

const REPORT: &str = "{ team(period: {between: {from: \"2026-03-01\", to: \"2026-03-08\"}}) {
    metrics { conversations customers open } series(by: DAY) { from metrics { conversations } backlog }
    leaderboard(by: CONVERSATIONS) { value report { member { id name } } } period { pendingDays }
} }";

/// The same without what is asked of the database each time.
const REPORT_WITHOUT_PENDING: &str = "{ team(period: {between: {from: \"2026-03-01\", to: \"2026-03-08\"}}) {
    metrics { conversations customers open } series(by: DAY) { from metrics { conversations } backlog }
} }";

/// A report of all eight days.
async fn report(caseload: &Caseload) -> Value {
    caseload.ask("boss", REPORT, &json!({})).await.data("team")
}

fn conversations(report: &Value) -> u64 {
    report["metrics"]["conversations"]
        .as_u64()
        .expect("a number")
}

/// Another node with nothing in memory, which has found Redis where there is one.
async fn cold_node(caseload: &Caseload) -> Caseload {
    let cold = caseload.another();
    until_linked(&cold).await;
    cold
}

/// Waits until the node has found Redis. Nobody who asks before waits for that long: they are answered from the store.
async fn until_linked(caseload: &Caseload) {
    let began = Instant::now();
    while !caseload.app.caches().shared().is_up() {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "Redis is not found"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits for what the application does behind requests.
async fn recover(caseload: &Caseload) {
    caseload.app.tasks().close();
    caseload.app.tasks().wait().await;
    caseload.app.tasks().reopen();
}
