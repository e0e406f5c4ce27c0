//! What is stored is compared with the facts; what is damaged is found, made anew, and never served.

use caseload_rollup::verify::{Difference, verify};
use caseload_schema::day::Day;
use serde_json::{Value, json};

use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    what_rollups_have_stored_is_what_the_facts_say,
    a_wrong_block_is_found_and_its_day_named,
    a_wrong_summary_row_is_found_and_its_day_named,
    a_wrong_ledger_is_found_and_its_day_named,
    wrong_open_conversations_are_found,
    a_wrong_first_conversation_of_a_customer_is_found,
    days_that_wait_for_their_rollup_are_no_difference,
    a_damaged_block_is_made_anew_and_never_served,
    a_block_of_an_unknown_version_is_made_anew_and_never_served,
    damaged_open_conversations_are_made_anew_and_never_served,
}

const ZONE: chrono_tz::Tz = chrono_tz::Europe::Rome;
const DAMAGED: &str = "2026-03-04";

/// Eight days of conversations.
async fn acme(backend: Backend) -> Caseload {
    let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, ZONE, now).await;
    let mut records =
        vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    for day in 1..=8 {
        for number in 0..day {
            let id = format!("c-{day}-{number}");
            let at = |hour: u32| format!("2026-03-{day:02}T{:02}:00:00Z", hour + number);
            let closed = (number % 2 == 0).then(|| at(3));
            records.push(json!({
                "type": "conversation", "id": id, "customer_id": format!("k-{number}"), "created_at": at(1),
                "assignee_id": (number != 1).then_some("boss"), "closed_at": closed, "label_ids": ["l"],
            }));
            records
                .push(json!({"type": "message", "id": id, "conversation_id": id, "sent_at": at(2), "kind": "inbound"}));
        }
    }
    caseload.import(&records).await;
    caseload.roll_up().await;
    caseload
}

/// The days named by the differences (none: no day in particular), and how many days wait.
async fn differences(caseload: &Caseload) -> (Vec<Option<String>>, u64) {
    let (send, found) = std::sync::mpsc::channel();
    let note = move |difference| send.send(difference).expect("the receiver waits below");
    let verified = verify(&caseload.store, caseload.workspace, None, note)
        .await
        .expect("the store is there");
    let mut days = Vec::new();
    for Difference { day, what } in found {
        assert!(!what.is_empty());
        days.push(day.map(|day| day.to_string()));
    }
    assert_eq!(verified.differences, days.len() as u64);
    days.dedup();
    (days, verified.pending)
}

fn damaged() -> String {
    Day::parse(DAMAGED).expect("a day").number().to_string()
}

/// Changes what is stored of one day, and expects that exactly this day is named; a rebuild puts it right.
async fn check_found(backend: Backend, sql: &[&str]) {
    let caseload = acme(backend).await;
    for sql in sql {
        caseload.database.sql(&sql.replace("DAY", &damaged()));
        assert_eq!(
            differences(&caseload).await,
            (vec![Some(DAMAGED.to_owned())], 0),
            "{sql}"
        );
        caseload.rebuild().await;
        assert_eq!(
            differences(&caseload).await,
            (vec![], 0),
            "rebuilt after {sql}"
        );
    }
}

async fn what_rollups_have_stored_is_what_the_facts_say(backend: Backend) {
    let caseload = acme(backend).await;
    assert_eq!(differences(&caseload).await, (vec![], 0));
}

async fn a_wrong_block_is_found_and_its_day_named(backend: Backend) {
    let other_day = "UPDATE day_blocks SET block = (SELECT b.block FROM day_blocks b WHERE b.day = DAY + 1 LIMIT 1) \
        WHERE day = DAY";
    let gone = "DELETE FROM day_blocks WHERE day = DAY";
    check_found(
        backend,
        &[
            other_day,
            gone,
            &set_block(backend, "00"),
            &set_block(backend, ""),
        ],
    )
    .await;
}

async fn a_wrong_summary_row_is_found_and_its_day_named(backend: Backend) {
    let rows = [
        "UPDATE daily_member_summary SET closed = closed + 1 WHERE day = DAY AND member_key <> 0",
        "UPDATE daily_member_summary SET closing_time_p90 = 1.5 WHERE day = DAY AND member_key <> 0",
        "UPDATE daily_member_summary SET backlog_change = backlog_change - 1 WHERE day = DAY AND member_key = 0",
        "DELETE FROM daily_member_summary WHERE day = DAY AND member_key = 0",
        "UPDATE daily_member_summary SET member_key = 99 WHERE day = DAY AND member_key = 0",
        "UPDATE daily_label_summary SET first_response_median = 1.5 WHERE day = DAY",
        "DELETE FROM daily_label_summary WHERE day = DAY",
        "UPDATE daily_channel_summary SET replies = replies + 1 WHERE day = DAY",
        "UPDATE daily_channel_summary SET channel_key = 99 WHERE day = DAY",
    ];
    check_found(backend, &rows).await;
}

async fn a_wrong_ledger_is_found_and_its_day_named(backend: Backend) {
    let rows = [
        "DELETE FROM ledger_days WHERE day = DAY",
        "UPDATE ledger_days SET revision = revision + 1000 WHERE day = DAY",
    ];
    check_found(backend, &rows).await;
    // A day without events has no place in it.
    let caseload = acme(backend).await;
    let empty = "INSERT INTO ledger_days (workspace_id, day, revision, rolled_up_at) \
        SELECT workspace_id, day + 1000, revision, rolled_up_at FROM ledger_days WHERE day = DAY";
    caseload.database.sql(&empty.replace("DAY", &damaged()));
    let later = Day::parse(DAMAGED).expect("a day").plus(1000).to_string();
    assert_eq!(differences(&caseload).await, (vec![Some(later)], 0));
}

async fn a_wrong_first_conversation_of_a_customer_is_found(backend: Backend) {
    let caseload = acme(backend).await;
    caseload
        .database
        .sql("UPDATE conversations SET opens_customer = NOT opens_customer WHERE id IN ('c-1-0', 'c-8-0')");
    let (days, _) = differences(&caseload).await;
    assert!(
        days.contains(&Some("2026-03-01".to_owned()))
            && days.contains(&Some("2026-03-08".to_owned())),
        "{days:?}"
    );
}

async fn wrong_open_conversations_are_found(backend: Backend) {
    let caseload = acme(backend).await;
    let other = "UPDATE open_blocks SET block = (SELECT block FROM day_blocks LIMIT 1)";
    for sql in [other, "DELETE FROM open_blocks"] {
        caseload.database.sql(sql);
        assert_eq!(differences(&caseload).await, (vec![None], 0), "{sql}");
        caseload.rebuild().await;
        assert_eq!(
            differences(&caseload).await,
            (vec![], 0),
            "rebuilt after {sql}"
        );
    }
}

async fn days_that_wait_for_their_rollup_are_no_difference(backend: Backend) {
    let caseload = acme(backend).await;
    caseload
        .import(&[json!({"type": "delete", "of": "message", "id": "c-4-1"})])
        .await;
    assert_eq!(differences(&caseload).await, (vec![], 1));
}

const TEAM: &str = "{ team(period: {between: {from: \"2026-03-01\", to: \"2026-03-10\"}}) {
    metrics { conversations closed customers open closingTime { median } }
    series { from metrics { conversations } backlog } } }";

async fn figures(caseload: &Caseload) -> Value {
    caseload.ask("boss", TEAM, &json!({})).await.data("team")
}

/// Damages what is stored, and expects the same answer as before from an application that has not read it yet.
async fn check_never_served(backend: Backend, sql: &[String]) {
    let mut caseload = acme(backend).await;
    let before = figures(&caseload).await;
    for sql in sql {
        caseload.database.sql(&sql.replace("DAY", &damaged()));
        caseload.restart();
        assert_eq!(figures(&caseload).await, before, "{sql}");
        assert_eq!(differences(&caseload).await, (vec![], 0), "after {sql}");
    }
}

/// Sets the block of the day to bytes, as hexadecimal digits.
fn set_block(backend: Backend, hex: &str) -> String {
    format!(
        "UPDATE day_blocks SET block = {} WHERE day = DAY",
        blob(backend, hex)
    )
}

fn blob(backend: Backend, hex: &str) -> String {
    match backend {
        Backend::Sqlite => format!("X'{hex}'"),
        Backend::Postgres => format!("'\\x{hex}'::bytea"),
    }
}

async fn a_damaged_block_is_made_anew_and_never_served(backend: Backend) {
    let truncated = match backend {
        Backend::Sqlite => {
            "UPDATE day_blocks SET block = substr(block, 1, length(block) - 3) WHERE day = DAY"
        }
        Backend::Postgres => {
            "UPDATE day_blocks SET block = substring(block FROM 1 FOR length(block) - 3) WHERE day = DAY"
        }
    };
    let sql = [
        truncated.to_owned(),
        set_block(backend, ""),
        set_block(backend, &"00".repeat(100)),
        set_block(backend, &"a5".repeat(300)),
        "DELETE FROM day_blocks WHERE day = DAY".to_owned(),
    ];
    check_never_served(backend, &sql).await;
}

async fn a_block_of_an_unknown_version_is_made_anew_and_never_served(backend: Backend) {
    let rest = match backend {
        Backend::Sqlite => "CAST(X'fe' || substr(block, 2) AS BLOB)",
        Backend::Postgres => "'\\xfe'::bytea || substring(block FROM 2)",
    };
    check_never_served(
        backend,
        &[format!(
            "UPDATE day_blocks SET block = {rest} WHERE day = DAY"
        )],
    )
    .await;
}

async fn damaged_open_conversations_are_made_anew_and_never_served(backend: Backend) {
    let sql = [
        format!("UPDATE open_blocks SET block = {}", blob(backend, "ff00")),
        "DELETE FROM open_blocks".to_owned(),
    ];
    check_never_served(backend, &sql).await;
}
