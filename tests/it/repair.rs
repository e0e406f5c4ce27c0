//! What the import keeps beside the facts can be derived anew.

use caseload_rollup::verify::verify;
use caseload_schema::{
    day::Day,
    import::{Repaired, repair},
};
use serde_json::json;

use crate::{
    on_both_stores,
    support::{app::Caseload, command::Cli, database::Backend},
};

on_both_stores! {
    each_derived_column_is_put_right_and_its_days_made_anew,
    stored_waits_and_answers_are_put_right,
    what_is_right_is_left_as_it_is,
    the_command_repairs_before_it_compares,
}

/// Two conversations of one customer on two days each: created and written to on one, answered on the next.
async fn acme(backend: Backend) -> Caseload {
    let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::UTC, now).await;
    let mut records =
        vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    for (id, day) in [("a", 1), ("b", 5)] {
        let at = |day: u32, hour: u32| format!("2026-03-{day:02}T{hour:02}:00:00Z");
        let message = |id: &str, sent_at: String, kind: &str| json!({"type": "message", "id": format!("{id}-{sent_at}"), "conversation_id": id, "sent_at": sent_at, "kind": kind});
        records.push(
            json!({"type": "conversation", "id": id, "customer_id": "k", "created_at": at(day, 9)}),
        );
        records.push(message(id, at(day, 9), "inbound"));
        records.push(message(id, at(day + 1, 9), "reply"));
        records.push(message(id, at(day + 2, 9), "reply"));
    }
    // One that has not come yet.
    records.push(json!({"type": "message", "id": "w", "conversation_id": "w", "sent_at": "2026-03-02T09:00:00Z",
        "kind": "inbound"}));
    caseload.import(&records).await;
    caseload.roll_up().await;
    caseload
}

/// How many differences there are, and how many days wait for a rollup.
async fn verified(caseload: &Caseload) -> (u64, u64) {
    let verified = verify(&caseload.store, caseload.workspace, None, |_| ())
        .await
        .expect("the store is there");
    (verified.differences, verified.pending)
}

async fn repaired(caseload: &Caseload) -> Repaired {
    repair(&caseload.store, caseload.workspace, &caseload.clock)
        .await
        .expect("the store is there")
}

fn derived(caseload: &Caseload) -> String {
    caseload.database.sql("SELECT id, first_inbound_at, first_reply_at, opens_customer FROM conversations ORDER BY id")
}

fn days(numbers: &[u32]) -> Vec<Day> {
    numbers
        .iter()
        .map(|day| Day::parse(&format!("2026-03-{day:02}")).expect("a day"))
        .collect()
}

async fn each_derived_column_is_put_right_and_its_days_made_anew(backend: Backend) {
    let caseload = acme(backend).await;
    let right = derived(&caseload);
    // What is damaged, how many corrections that takes, and the days on which something counts otherwise.
    let damages = [
        ("first_inbound_at = NULL WHERE id = 'a'", 1, days(&[2])),
        (
            "first_inbound_at = first_inbound_at + 1000000 WHERE id = 'b'",
            1,
            days(&[6]),
        ),
        ("first_reply_at = NULL WHERE id = 'a'", 1, days(&[1, 2])),
        (
            "first_reply_at = first_reply_at + 86400000000 WHERE id = 'b'",
            1,
            days(&[6, 7]),
        ),
        (
            "opens_customer = NOT opens_customer WHERE id = 'a'",
            1,
            days(&[1]),
        ),
        (
            "opens_customer = NOT opens_customer WHERE id IN ('a', 'b')",
            2,
            days(&[1, 5]),
        ),
        (
            "first_reply_at = NULL, opens_customer = NOT opens_customer WHERE id = 'b'",
            2,
            days(&[5, 6]),
        ),
        // It counts once the conversation comes.
        ("first_inbound_at = NULL WHERE id = 'w'", 1, days(&[])),
    ];
    for (damage, corrections, days) in damages {
        caseload
            .database
            .sql(&format!("UPDATE conversations SET {damage}"));
        // What is stored of the days is wrong now, too.
        caseload.rebuild().await;
        assert_eq!(
            0 < verified(&caseload).await.0,
            !days.is_empty(),
            "{damage}"
        );
        let found = repaired(&caseload).await;
        assert_eq!(
            (found.corrections, Vec::from_iter(found.days)),
            (corrections, days.clone()),
            "{damage}"
        );
        assert_eq!(derived(&caseload), right, "{damage}");
        assert_eq!(
            verified(&caseload).await,
            (0, days.len() as u64),
            "{damage}"
        );
        caseload.roll_up().await;
        assert_eq!(verified(&caseload).await, (0, 0), "{damage}");
    }
}

async fn stored_waits_and_answers_are_put_right(backend: Backend) {
    let caseload = acme(backend).await;
    let closed = json!({"type": "conversation", "id": "c", "customer_id": "k", "created_at": "2026-03-04T09:00:00Z",
        "closed_at": "2026-03-06T09:00:00Z", "messages": [
            {"id": "c1", "sent_at": "2026-03-04T09:00:00Z", "kind": "inbound"},
            {"id": "c2", "sent_at": "2026-03-05T09:00:00Z", "kind": "reply"},
        ], "events": [
            {"id": "e1", "at": "2026-03-05T10:00:00Z", "kind": "closed"},
            {"id": "e2", "at": "2026-03-05T11:00:00Z", "kind": "reopened"},
        ], "surveys": [{"id": "s1", "asked_at": "2026-03-06T10:00:00Z"}],
        "ratings": [{"id": "r1", "rated_at": "2026-03-07T09:00:00Z", "score": 5}]});
    caseload.import(&[closed]).await;
    caseload.roll_up().await;
    let stored = || {
        caseload.database.sql(
            "SELECT c.id, c.waiting_since, c.last_turn_at, c.first_closed_at, c.inbound_count, c.reply_count, c.bot_count,
             (SELECT MAX(m.waited_since) FROM messages m WHERE m.conversation_key = c.conversation_key),
             (SELECT COUNT(*) FROM surveys s WHERE s.conversation_key = c.conversation_key AND s.answered)
             FROM conversations c ORDER BY c.id",
        )
    };
    let right = stored();
    let damages = [
        (
            "UPDATE messages SET waited_since = NULL WHERE id = 'c2'",
            days(&[5]),
        ),
        (
            "UPDATE messages SET waited_since = 0 WHERE id = 'c1'",
            days(&[4]),
        ),
        (
            "UPDATE surveys SET answered = NOT answered WHERE id = 's1'",
            days(&[6]),
        ),
        (
            "UPDATE conversations SET first_closed_at = NULL WHERE id = 'c'",
            days(&[5, 6]),
        ),
        (
            "UPDATE conversations SET reply_count = 2 WHERE id = 'c'",
            days(&[6]),
        ),
        (
            "UPDATE conversations SET bot_count = 2 WHERE id = 'c'",
            days(&[]),
        ),
        (
            "UPDATE conversations SET waiting_since = 1 WHERE id = 'a'",
            days(&[]),
        ),
        (
            "UPDATE conversations SET last_turn_at = NULL WHERE id = 'a'",
            days(&[]),
        ),
    ];
    for (damage, days) in damages {
        caseload.database.sql(damage);
        caseload.rebuild().await;
        assert!(0 < verified(&caseload).await.0, "{damage}");
        let found = repaired(&caseload).await;
        assert_eq!(
            (found.corrections, Vec::from_iter(found.days)),
            (1, days),
            "{damage}"
        );
        assert_eq!(stored(), right, "{damage}");
        caseload.rebuild().await;
        assert_eq!(verified(&caseload).await, (0, 0), "{damage}");
    }
}

async fn what_is_right_is_left_as_it_is(backend: Backend) {
    let caseload = acme(backend).await;
    let before = derived(&caseload);
    assert_eq!(repaired(&caseload).await, Repaired::default());
    assert_eq!(
        (derived(&caseload), verified(&caseload).await),
        (before, (0, 0))
    );
}

async fn the_command_repairs_before_it_compares(backend: Backend) {
    let caseload = acme(backend).await;
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: caseload.database.url(),
    };
    caseload
        .database
        .sql("UPDATE conversations SET first_reply_at = NULL WHERE id = 'a'");
    cli.run(&["verify"]).code(1);
    let said = cli.run(&["verify", "--repair"]).code(0).stdout;
    assert!(
        said.starts_with("1 corrections, 2 days wait for a rollup"),
        "{said}"
    );
    cli.run(&["rollup"]).code(0);
    let said = cli.run(&["verify", "--repair"]).code(0).stdout;
    assert!(
        said.starts_with("0 corrections, 0 days") && said.contains(" 0 differences"),
        "{said}"
    );
}
