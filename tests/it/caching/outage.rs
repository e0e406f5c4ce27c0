//! PostgreSQL gone for a moment: reads go on from memory and Redis.

use std::time::{Duration, Instant};

use caseload_schema::instant::Instant as Moment;
use serde_json::json;

use super::{acme, cold_node, conversation, conversations, recover, report};
use crate::support::{
    app::Caseload, database::Database, log::Log, postmaster::Postmaster, redis::Redis,
};

/// Reports asked for during each outage.
const REPORTS: usize = 30;

const DETAILS: &str =
    "{ conversations(period: {between: {from: \"2026-03-01\", to: \"2026-03-08\"}}, measure: CONVERSATIONS, first: 3) {
    nodes { id } } }";

#[tokio::test]
async fn reads_go_on_while_postgresql_is_stopped_or_hangs() {
    let mut postgres = Postmaster::start(&[]);
    let caseload = acme(Database::At(postgres.url("127.0.0.1")), None).await;
    let log = Log::begin();
    let expected = report(&caseload).await;
    for (number, (stop, start)) in [("stop", "start"), ("crash", "start"), ("freeze", "thaw")]
        .into_iter()
        .enumerate()
    {
        postgres.order(stop);
        let mut slow = 0;
        for _ in 0..REPORTS {
            let began = Instant::now();
            assert_eq!(report(&caseload).await, expected, "{stop}");
            assert!(
                began.elapsed() < Duration::from_secs(6),
                "{stop}: {:?}",
                began.elapsed()
            );
            slow += usize::from(Duration::from_millis(2_900) < began.elapsed());
        }
        assert!(
            slow <= REPORTS / 6,
            "{stop}: {slow} reports waited for the database"
        );
        let began = Instant::now();
        let details = caseload.ask("boss", DETAILS, &json!({})).await;
        assert_eq!(details.codes(), ["UNAVAILABLE"], "{stop}");
        assert!(
            began.elapsed() < Duration::from_secs(6),
            "{stop}: {:?}",
            began.elapsed()
        );
        postgres.order(start);
        until_back(&caseload, number as u64 + 1).await;
        let said = (
            log.count("the database can't be reached"),
            log.count("the database can be reached again"),
        );
        assert_eq!(said, (number + 1, number + 1), "{stop}");
    }
}

#[tokio::test]
async fn what_the_database_said_too_long_ago_is_not_answered_from() {
    let mut postgres = Postmaster::start(&[]);
    let caseload = acme(Database::At(postgres.url("127.0.0.1")), None).await;
    let expected = report(&caseload).await;
    postgres.order("stop");
    let heard = caseload.clock.now();
    caseload.clock.set(heard.plus_seconds(60));
    assert_eq!(report(&caseload).await, expected);
    caseload
        .clock
        .set(Moment::from_micros(heard.plus_seconds(60).micros() + 1));
    let answer = caseload.ask("boss", super::REPORT, &json!({})).await;
    assert_eq!(
        (answer.status.as_u16(), answer.codes()),
        (503, vec!["UNAVAILABLE".to_owned()])
    );
    postgres.order("start");
    until_back(&caseload, 1).await;
}

#[tokio::test]
async fn a_node_that_has_lost_the_database_goes_on_from_what_others_have_told_redis() {
    let mut postgres = Postmaster::start(&[]);
    let redis = Redis::start();
    let caseload = acme(Database::At(postgres.url("127.0.0.1")), Some(&redis)).await;
    let cold = cold_node(&caseload).await;
    cold.app
        .caches()
        .learn_workspaces()
        .await
        .expect("the database is there");
    let stale = cold_node(&caseload).await;
    report(&stale).await;

    // What the others have not seen themselves: a new generation, and a role that is taken away.
    let demoted = json!({"type": "member", "id": "boss", "name": "Boss", "role": "agent"});
    let other = json!({"type": "member", "id": "new", "name": "New", "role": "owner"});
    caseload.clock.set(caseload.clock.now().plus_seconds(1));
    caseload
        .import(&[conversation(1, "more"), other, demoted])
        .await;
    caseload.roll_up().await;
    let expected = caseload
        .ask("new", super::REPORT, &json!({}))
        .await
        .data("team");
    recover(&caseload).await;
    postgres.order("stop");

    for node in [&cold, &stale] {
        let got = node
            .ask("new", super::REPORT_WITHOUT_PENDING, &json!({}))
            .await
            .data("team");
        assert_eq!(got["metrics"], expected["metrics"]);
        assert_eq!(got["series"], expected["series"]);
        let refused = node
            .ask("boss", super::REPORT_WITHOUT_PENDING, &json!({}))
            .await;
        assert_eq!(refused.codes(), ["FORBIDDEN"]);
    }
}

/// Until the database is asked again: what has been imported shows.
async fn until_back(caseload: &Caseload, more: u64) {
    let began = Instant::now();
    while caseload.app.caches().circuit_breaker().check().is_err() {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "the database is there again"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Not what is left of this test: the figures go back to what they were.
    caseload.import(&[conversation(1, "after")]).await;
    caseload.roll_up().await;
    assert_eq!(conversations(&report(caseload).await), 37, "round {more}");
    caseload
        .import(&[json!({"type": "delete", "of": "conversation", "id": "after"})])
        .await;
    caseload.roll_up().await;
    assert_eq!(conversations(&report(caseload).await), 36, "round {more}");
}
