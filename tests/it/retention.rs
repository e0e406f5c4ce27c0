//! Facts of old conversations are dropped, and every figure stays.

use std::collections::BTreeSet;

use caseload_schema::day::Day;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    on_both_stores,
    support::{
        app::{Caseload, lines},
        command::Cli,
        compare::difference,
        database::{Backend, Database},
        dice::Dice,
        facts::Writer,
        queries,
    },
};

/// Worlds on each store, and reports that are looked at in each.
const WORLDS: u64 = 12;
const REPORTS: usize = 6;
const RECORDS: usize = 150;
/// Records of a world at first, twice: with more of them, hardly a conversation is over before the last days.
const FIRST_RECORDS: usize = 80;

on_both_stores! {
    figures_stay_when_their_facts_are_dropped,
    what_comes_later_counts_as_if_nothing_had_been_dropped,
    what_would_change_a_final_day_is_refused_with_its_line_and_field,
    the_command_says_what_it_would_do_and_does_it_once,
}

fn boss() -> Value {
    json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})
}

/// A random world that has been rolled up, and a day in the midst of it.
async fn world(backend: Backend, seed: u64) -> (Caseload, Writer, Vec<Value>, Day) {
    let mut writer = Writer::new(Dice::seeded(seed));
    let caseload = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
    let mut records = vec![boss()];
    records.extend(writer.records(FIRST_RECORDS));
    records.extend(writer.records(FIRST_RECORDS));
    caseload.import(&records).await;
    caseload.roll_up().await;
    let days = caseload
        .store
        .ledger_days(caseload.workspace)
        .await
        .expect("the store is there");
    let cut = days[days.len() / 2].day;
    (caseload, writer, records, cut)
}

/// Drops what is over before `cut`, and gives the ids of the conversations that are gone.
pub(crate) async fn drop_facts(caseload: &Caseload, cut: Day) -> BTreeSet<String> {
    let before = conversations(caseload);
    caseload
        .store
        .make_final(caseload.workspace, cut)
        .await
        .expect("nothing is pending");
    let mut after = 0;
    while let Some((_, last)) = caseload
        .store
        .drop_facts(caseload.workspace, after)
        .await
        .expect("the store is there")
    {
        after = last;
    }
    before
        .difference(&conversations(caseload))
        .cloned()
        .collect()
}

fn conversations(caseload: &Caseload) -> BTreeSet<String> {
    caseload
        .database
        .sql("SELECT id FROM conversations")
        .lines()
        .map(str::to_owned)
        .collect()
}

async fn differences(caseload: &Caseload) -> u64 {
    let found =
        caseload_rollup::verify::verify(&caseload.store, caseload.workspace, None, |difference| {
            println!("{difference:?}");
        });
    found.await.expect("the store is there").differences
}

/// Some questions, the same for all who are asked.
fn questions(writer: &mut Writer) -> Vec<Value> {
    let question = |writer: &mut Writer| {
        let span = writer.span(20);
        let (filter, ask) = (writer.filter(), writer.ask(span));
        json!({
            "period": span.input(), "filter": filter.input(), "by": ask.by, "measure": ask.measure, "busy": ask.busy,
            "first": ask.first,
        })
    };
    (0..REPORTS).map(|_| question(writer)).collect()
}

async fn answers(caseload: &Caseload, questions: &[Value]) -> Vec<Value> {
    let mut answers = Vec::new();
    for variables in questions {
        answers.push(
            caseload
                .ask("boss", &queries::team(), variables)
                .await
                .data("team"),
        );
        answers.push(
            caseload
                .ask("boss", &queries::labels(), variables)
                .await
                .data("labels"),
        );
    }
    answers
}

/// The first day on which anything counts.
async fn first_day(caseload: &Caseload) -> Value {
    let answer = caseload
        .ask("boss", "{ workspace { firstDay } }", &json!({}))
        .await;
    answer.data("workspace")["firstDay"].take()
}

#[track_caller]
fn same(at: &str, expected: &[Value], got: &[Value]) {
    for (number, (expected, got)) in expected.iter().zip(got).enumerate() {
        assert_eq!(difference(expected, got), None, "{at}, answer {number}");
    }
}

async fn figures_stay_when_their_facts_are_dropped(backend: Backend) {
    let mut dropped = 0;
    for seed in 6_000..6_000 + WORLDS {
        let (mut caseload, mut writer, _, cut) = world(backend, seed).await;
        let questions = questions(&mut writer);
        let before = answers(&caseload, &questions).await;
        let first = first_day(&caseload).await;
        dropped += drop_facts(&caseload, cut).await.len();
        caseload.restart();
        let at = format!("seed {seed}, cut {cut}");
        same(&at, &before, &answers(&caseload, &questions).await);
        assert_eq!(first_day(&caseload).await, first, "{at}");
        assert_eq!(differences(&caseload).await, 0, "{at}");
        let rebuilt = caseload.rebuild().await;
        assert_eq!(rebuilt.changed_days, 0, "{at}");
        caseload.restart();
        same(
            &format!("{at}, rebuilt"),
            &before,
            &answers(&caseload, &questions).await,
        );
        assert_eq!(first_day(&caseload).await, first, "{at}, rebuilt");
        let days: Vec<Day> = caseload
            .store
            .ledger_days(caseload.workspace)
            .await
            .expect("the store is there")
            .iter()
            .map(|day| day.day)
            .collect();
        caseload
            .store
            .mark_days(caseload.workspace, &days, caseload.clock.now())
            .await
            .expect("the store is there");
        caseload.roll_up().await;
        same(
            &format!("{at}, marked"),
            &before,
            &answers(&caseload, &questions).await,
        );
    }
    assert!(
        WORLDS as usize / 2 <= dropped,
        "{dropped} conversations were dropped in all"
    );
}

/// New records of days after the cut, about conversations that are there and new ones.
fn later(writer: &mut Writer, gone: &BTreeSet<String>) -> Vec<Value> {
    let mut records = writer.records(RECORDS);
    records.retain_mut(|record| {
        let kind = record["type"].as_str().unwrap_or_default().to_owned();
        let fresh = format!("new-{}", record["id"].as_str().unwrap_or_default());
        match kind.as_str() {
            "conversation" | "message" | "rating" | "follow_up" | "event" | "survey" => {
                record["id"] = json!(fresh);
            }
            _ => return false,
        }
        let of = record["conversation_id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if gone.contains(&of) {
            record["conversation_id"] = json!(format!("new-{of}"));
        }
        for list in ["messages", "ratings", "follow_ups", "events", "surveys"] {
            for entry in record[list].as_array_mut().into_iter().flatten() {
                entry["id"] = json!(format!("new-{}", entry["id"].as_str().unwrap_or_default()));
            }
        }
        true
    });
    records
}

async fn what_comes_later_counts_as_if_nothing_had_been_dropped(backend: Backend) {
    let mut accepted = 0;
    for seed in 6_100..6_100 + WORLDS {
        let (caseload, mut writer, records, cut) = world(backend, seed).await;
        let whole = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
        whole.import(&records).await;
        whole.roll_up().await;
        let gone = drop_facts(&caseload, cut).await;
        let mut new = later(&mut writer, &gone);
        let report = caseload.import(&new).await;
        let refused: BTreeSet<u64> = report.errors.iter().map(|error| error.line).collect();
        assert_eq!(refused.len() as u64, report.rejected, "all are listed");
        let mut line = 0;
        new.retain(|_| {
            line += 1;
            !refused.contains(&line)
        });
        accepted += report.accepted;
        whole.import(&new).await;
        caseload.roll_up().await;
        whole.roll_up().await;
        let at = format!("seed {seed}, cut {cut}");
        assert_eq!(differences(&caseload).await, 0, "{at}");
        let mut questions = questions(&mut writer);
        for question in &mut questions {
            let from = question["period"]["between"]["from"]
                .as_str()
                .expect("a day")
                .max(&cut.to_string())
                .to_owned();
            let to = question["period"]["between"]["to"]
                .as_str()
                .expect("a day")
                .max(&from)
                .to_owned();
            question["period"] = json!({"between": {"from": from, "to": to}});
        }
        let (expected, got) = (
            answers(&whole, &questions).await,
            answers(&caseload, &questions).await,
        );
        for ((expected, got), question) in expected
            .iter()
            .zip(&got)
            .zip(questions.iter().flat_map(|q| [q, q]))
        {
            let (mut expected, mut got) = (expected.clone(), got.clone());
            // The days before reach back to final ones, which keep what they had.
            for answer in [&mut expected, &mut got] {
                forget(
                    answer,
                    &["previous", "previousYear", "change", "changeYear"],
                );
            }
            assert_eq!(difference(&expected, &got), None, "{at}, {question}");
        }
        assert_eq!(first_day(&caseload).await, first_day(&whole).await, "{at}");
    }
    assert!(
        10 * WORLDS < accepted,
        "{accepted} records were taken in all"
    );
}

/// Takes these fields out of an answer, wherever they are.
fn forget(answer: &mut Value, fields: &[&str]) {
    match answer {
        Value::Object(object) => {
            object.retain(|name, _| !fields.contains(&name.as_str()));
            object.values_mut().for_each(|value| forget(value, fields));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| forget(value, fields)),
        _ => {}
    }
}

const OLD: &str = "2025-01-10T09:00:00Z";
const NEW: &str = "2025-06-10T09:00:00Z";

/// One conversation that is over, one that began as early and is open, one that is new.
fn three() -> Vec<Value> {
    let conversation = |id: &str, at: &str, closed: Option<&str>| {
        json!({"type": "conversation", "id": id, "customer_id": format!("k-{id}"), "created_at": at, "assignee_id": "boss",
               "label_ids": ["old"], "closed_at": closed})
    };
    let message = |id: &str, of: &str, at: &str| json!({"type": "message", "id": id, "conversation_id": of, "sent_at": at, "kind": "inbound"});
    vec![
        boss(),
        json!({"type": "label", "id": "old", "title": "Old"}),
        conversation("over", OLD, Some("2025-01-11T09:00:00Z")),
        conversation("open", OLD, None),
        conversation("new", NEW, None),
        message("m-over", "over", OLD),
        message("m-open", "open", OLD),
        message("m-new", "new", NEW),
        json!({"type": "rating", "id": "r-open", "conversation_id": "open", "rated_at": OLD, "score": 4}),
        json!({"type": "follow_up", "id": "f-open", "conversation_id": "open", "completed_at": OLD}),
        json!({"type": "event", "id": "e-open", "conversation_id": "open", "at": OLD, "kind": "reopened"}),
        json!({"type": "survey", "id": "s-open", "conversation_id": "open", "asked_at": OLD}),
    ]
}

/// One of the three, or of what belongs to them, with another value in one field.
fn with(base: usize, field: &str, value: Value) -> Value {
    let mut record = three()[base].clone();
    record[field] = value;
    record
}

/// One of what belongs to the three, as an entry of a list.
fn of_list(base: usize) -> Value {
    with(base, "conversation_id", Value::Null)
}

fn delete(of: &str, id: &str) -> Value {
    json!({"type": "delete", "of": of, "id": id})
}

/// Records that would change a final day, and the field that is at fault.
fn changes() -> Vec<(Value, &'static str)> {
    vec![
        (with(3, "id", json!("late")), "created_at"),
        (with(3, "created_at", json!(NEW)), "created_at"),
        (with(4, "created_at", json!(OLD)), "created_at"),
        (with(3, "customer_id", json!("k-other")), "customer_id"),
        (with(3, "channel", json!("phone")), "channel"),
        (with(3, "assignee_id", json!("someone")), "assignee_id"),
        (with(3, "assignee_id", Value::Null), "assignee_id"),
        (with(3, "label_ids", json!([])), "label_ids"),
        (with(3, "attributes", json!({"plan": "pro"})), "attributes"),
        (
            with(3, "closed_at", json!("2025-02-01T00:00:00Z")),
            "closed_at",
        ),
        (with(6, "id", json!("m-late")), "sent_at"),
        (with(6, "kind", json!("reply")), "sent_at"),
        (with(6, "sent_at", json!(NEW)), "sent_at"),
        (with(7, "sent_at", json!(OLD)), "sent_at"),
        (with(8, "score", json!(1)), "rated_at"),
        (with(8, "id", json!("r-late")), "rated_at"),
        (with(9, "completed_at", Value::Null), "completed_at"),
        (with(9, "id", json!("f-late")), "completed_at"),
        (with(3, "messages", json!([])), "messages"),
        (
            with(
                3,
                "messages",
                json!([of_list(6), {"id": "m-late", "sent_at": OLD, "kind": "bot"}]),
            ),
            "messages[1].sent_at",
        ),
        (
            with(4, "messages", json!([of_list(7), of_list(6)])),
            "messages[1].sent_at",
        ),
        (
            with(
                3,
                "ratings",
                json!([{"id": "r-open", "rated_at": OLD, "score": 5}]),
            ),
            "ratings[0].rated_at",
        ),
        (with(3, "ratings", json!([])), "ratings"),
        (with(3, "follow_ups", json!([])), "follow_ups"),
        (with(10, "at", json!(NEW)), "at"),
        (with(10, "kind", json!("closed")), "at"),
        (with(10, "id", json!("e-late")), "at"),
        (with(10, "conversation_id", json!("new")), "at"),
        (with(3, "events", json!([])), "events"),
        (with(4, "events", json!([of_list(10)])), "events[0].at"),
        (with(11, "asked_at", json!(NEW)), "asked_at"),
        (with(11, "member_id", json!("boss")), "asked_at"),
        (with(11, "id", json!("s-late")), "asked_at"),
        (with(3, "surveys", json!([])), "surveys"),
        (
            with(4, "surveys", json!([of_list(11)])),
            "surveys[0].asked_at",
        ),
        (delete("conversation", "open"), "id"),
        (delete("survey", "s-open"), "id"),
        (delete("event", "e-open"), "id"),
        (delete("message", "m-open"), "id"),
        (delete("rating", "r-open"), "id"),
        (delete("follow_up", "f-open"), "id"),
        (delete("label", "old"), "id"),
    ]
}

async fn what_would_change_a_final_day_is_refused_with_its_line_and_field(backend: Backend) {
    let now = "2025-07-01T00:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::Europe::Rome, now).await;
    caseload.import(&three()).await;
    caseload.roll_up().await;
    let cut = Day::parse("2025-03-01").expect("a day");
    assert_eq!(
        drop_facts(&caseload, cut)
            .await
            .into_iter()
            .collect::<Vec<_>>(),
        ["over"]
    );

    let again = caseload.import(&three()).await;
    let lines_refused: Vec<u64> = again.errors.iter().map(|error| error.line).collect();
    assert_eq!(
        lines_refused,
        [3, 6],
        "what is kept is unchanged, what is gone does not come back: {again:?}"
    );
    assert_eq!((again.accepted, again.days_touched), (0, 0), "{again:?}");

    for (record, field) in changes() {
        let fine = json!({"type": "label", "id": "fresh", "title": "Fresh"});
        let report = caseload.import(&[fine, record.clone()]).await;
        assert_eq!(report.rejected, 1, "{record}: {report:?}");
        let error = &report.errors[0];
        assert_eq!(
            (error.line, error.field.as_deref()),
            (2, Some(field)),
            "{record}: {error:?}"
        );
        assert!(
            error.reason.contains("2025-03-01") && error.reason.contains("final"),
            "{record}: {error:?}"
        );
    }
    for record in [
        with(3, "closed_at", json!("2025-06-20T09:00:00Z")),
        json!({"type": "message", "id": "m-reply", "conversation_id": "open", "sent_at": NEW, "kind": "reply"}),
        with(4, "assignee_id", Value::Null),
        with(10, "member_id", json!("boss")),
        with(
            3,
            "surveys",
            json!([of_list(11), {"id": "s-more", "asked_at": NEW}]),
        ),
        with(
            3,
            "events",
            json!([of_list(10), {"id": "e-more", "at": NEW, "kind": "closed"}]),
        ),
        with(4, "attributes", json!({"plan": "pro"})),
        // It counts nowhere.
        with(3, "url", json!("https://desk.example/open")),
        // What is listed as it is, beside something new; and what is not of a final day is left out.
        with(
            3,
            "messages",
            json!([of_list(6), {"id": "m-more", "sent_at": NEW, "kind": "reply"}]),
        ),
        with(
            3,
            "follow_ups",
            json!([of_list(9), {"id": "f-more", "due_at": NEW}]),
        ),
        with(4, "messages", json!([])),
        delete("customer", "k-open"),
        delete("conversation", "over"),
        delete("label", "fresh"),
    ] {
        let report = caseload.import(std::slice::from_ref(&record)).await;
        assert_eq!(report.rejected, 0, "{record}: {report:?}");
    }
    let zone = caseload
        .ask(
            "boss",
            "mutation { setTimezone(timezone: \"Asia/Tokyo\") { timezone } }",
            &json!({}),
        )
        .await;
    assert_eq!(zone.codes(), ["BAD_USER_INPUT"], "{zone:?}");
    assert!(
        zone.json()["errors"][0]["message"]
            .as_str()
            .expect("a text")
            .contains("2025-03-01"),
        "{zone:?}"
    );
    caseload.roll_up().await;
    assert_eq!(differences(&caseload).await, 0);
    let query = "{ team(period: {between: {from: \"2025-01-01\", to: \"2025-02-28\"}}) {
        metrics { conversations newCustomers unanswered messages closed followUpsCompleted ratings { count } } } }";
    let kept = json!({"conversations": 2, "newCustomers": 2, "unanswered": 2, "messages": 2, "closed": 1,
                      "followUpsCompleted": 1, "ratings": {"count": 1}});
    assert_eq!(
        caseload.ask("boss", query, &json!({})).await.data("team")["metrics"],
        kept
    );
}

async fn the_command_says_what_it_would_do_and_does_it_once(backend: Backend) {
    let folder = TempDir::new().expect("a temporary folder");
    let database = Database::empty(backend);
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: database.url(),
    };
    cli.run(&[
        "workspace",
        "create",
        "acme",
        "--name",
        "Acme",
        "--timezone",
        "Europe/Rome",
    ])
    .code(0);
    cli.run_with(&["import", "-"], lines(&three()).as_bytes())
        .code(0);
    let keep = ["retention", "--keep-months", "1", "--json"];
    let early = cli.run(&keep).code(2);
    assert!(early.stderr.contains("caseload rollup"), "{early:?}");
    cli.run(&["rollup"]).code(0);
    let export = [
        "export",
        "daily",
        "--from",
        "2025-01-01",
        "--to",
        "2025-06-30",
        "--format",
        "csv",
    ];
    let before = cli.run(&export).code(0).stdout;
    let rows = figures(&before);

    let would = cli
        .run(&[&keep[..], &["--dry-run"]].concat())
        .code(0)
        .json();
    assert_eq!(
        (&would["conversations"], &would["messages"]),
        (&json!(1), &json!(1)),
        "{would}"
    );
    assert_eq!(
        database.sql("SELECT count(*) FROM conversations").trim(),
        "3"
    );
    let did = cli.run(&keep).code(0).json();
    assert_eq!(
        (&did["conversations"], &did["messages"], &did["dry_run"]),
        (&json!(1), &json!(1), &json!(false)),
        "{did}"
    );
    assert_eq!(cli.run(&keep).code(0).json()["conversations"], 0);
    let fewer = cli
        .run(&["retention", "--keep-months", "600", "--json"])
        .code(0)
        .json();
    assert_eq!(
        fewer["final_before"], did["final_before"],
        "what is final stays final"
    );

    assert_eq!(figures(&cli.run(&export).code(0).stdout), rows);
    cli.run(&["verify"]).code(0);
    let zone = cli
        .run(&["workspace", "set-timezone", "acme", "UTC"])
        .code(2);
    assert!(zone.stderr.contains("final"), "{zone:?}");
    cli.run(&["rollup", "--from", "2025-01-01", "--to", "2025-06-30"])
        .code(0);
    assert_eq!(figures(&cli.run(&export).code(0).stdout), rows);
}

/// The rows without `rolled_up_at`: when a day without events was rolled up is when anything was.
fn figures(csv: &str) -> Vec<Vec<&str>> {
    let mut rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let time = rows[0]
        .iter()
        .position(|column| *column == "rolled_up_at")
        .expect("the export says when each row was made");
    for row in &mut rows {
        row.remove(time);
    }
    rows
}
