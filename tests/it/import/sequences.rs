//! Things that are stored, deleted and created again, two or three of each kind: however their records are split into imports
//! and rollups, what comes of them is what one import of all of them leaves, what the facts say, and what the model says.
//!
//! `CASELOAD_TEST_SEEDS=0..20000` runs other sequences than the usual ones, on SQLite.

use std::{collections::BTreeSet, ops::Range};

use caseload_rollup::verify::{Difference, verify};
use caseload_schema::{day::Day, import::Encoding};
use serde_json::{Value, json};

use super::stored::check as check_stored;
use crate::{
    dirty::stored,
    exact::{History, check_counts, check_figures, check_lists},
    model::world::World,
    retention::drop_facts,
    support::{
        app::{Caseload, lines},
        database::Backend,
        dice::Dice,
        facts::Writer,
    },
};

/// Sequences of each test on SQLite; PostgreSQL runs the same code but for its queries.
const SEEDS: Range<u64> = 0..100;
const SEEDS_ON_POSTGRES: Range<u64> = 0..12;
const MOST_RECORDS: usize = 40;
const MOST_IN_ONE_IMPORT: usize = 12;

#[tokio::test]
async fn things_created_again_count_however_their_records_are_split_on_sqlite() {
    for seed in seeds() {
        check_sequence(Backend::Sqlite, seed).await;
    }
}

#[tokio::test]
async fn things_created_again_count_however_their_records_are_split_on_postgres() {
    for seed in SEEDS_ON_POSTGRES {
        check_sequence(Backend::Postgres, seed).await;
    }
}

#[tokio::test]
async fn things_created_again_leave_final_days_as_they_are_on_sqlite() {
    for seed in seeds() {
        check_final_days(Backend::Sqlite, seed).await;
    }
}

#[tokio::test]
async fn things_created_again_leave_final_days_as_they_are_on_postgres() {
    for seed in SEEDS_ON_POSTGRES {
        check_final_days(Backend::Postgres, seed).await;
    }
}

/// The usual ones, or those that whoever runs the tests asks for.
fn seeds() -> Range<u64> {
    let Some(wanted) = std::env::var_os("CASELOAD_TEST_SEEDS") else {
        return SEEDS;
    };
    let wanted = wanted.to_string_lossy().into_owned();
    let range = wanted.split_once("..").and_then(|(from, to)| {
        let from = from.parse().ok()?;
        Some(from..to.parse().ok()?)
    });
    range.unwrap_or_else(|| panic!("CASELOAD_TEST_SEEDS is a range such as 0..20000: {wanted:?}"))
}

/// Records that none refuses for what it says: fresh ones, earlier ones once more, and deletes, often with what they delete
/// right behind them.
fn draw(writer: &mut Writer) -> Vec<Value> {
    let mut scratch = writer.empty_world();
    let mut drawn: Vec<Value> = Vec::new();
    for _ in 0..=writer.dice.roll(MOST_RECORDS) {
        let record = match writer.dice.roll(10) {
            0..=2 if !drawn.is_empty() => drawn[writer.dice.roll(drawn.len())].clone(),
            0..=4 => writer.delete(),
            _ => writer.record(),
        };
        if scratch.apply(&record).is_err() {
            continue;
        }
        let deleted = drawn
            .iter()
            .rfind(|earlier| earlier["type"] == record["of"] && earlier["id"] == record["id"]);
        let again = deleted.cloned().filter(|_| writer.dice.chance(1, 2));
        drawn.push(record);
        drawn.extend(again);
    }
    drawn
}

fn boss() -> Value {
    json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})
}

/// A workspace with an owner.
async fn workspace(backend: Backend, writer: &Writer) -> Caseload {
    let caseload = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
    caseload.import(&[boss()]).await;
    caseload
}

async fn check_sequence(backend: Backend, seed: u64) {
    let mut writer = Writer::of_few_things(Dice::seeded(seed));
    let records = draw(&mut writer);
    let mut world = writer.empty_world();
    world.apply_all(&[boss()]);
    let mut history = History::new(&format!("sequence-{backend:?}-{seed}"));
    let at = format!("{backend:?}, seed {seed}");

    let split = workspace(backend, &writer).await;
    let mut rest = records.as_slice();
    while !rest.is_empty() {
        let (some, others) =
            rest.split_at(1 + writer.dice.roll(rest.len().min(MOST_IN_ONE_IMPORT)));
        rest = others;
        history.records.push(lines(some));
        import(&at, &split, &mut world, some, writer.dice.chance(1, 4)).await;
        check_stored(&at, &split, &world);
        if writer.dice.chance(1, 3) {
            check_rolled_up(&at, &split).await;
        }
    }
    let whole = workspace(backend, &writer).await;
    whole.import(&records).await;
    check_stored(&at, &whole, &world);

    for caseload in [&split, &whole] {
        check_rolled_up(&at, caseload).await;
        check_figures(&at, caseload, &world, &mut writer).await;
        check_lists(&at, caseload, &world, &mut writer).await;
    }
    assert_eq!(facts(&whole), facts(&split), "{at}");
}

async fn import(at: &str, caseload: &Caseload, world: &mut World, records: &[Value], strict: bool) {
    let bytes = lines(records).into_bytes();
    let report = caseload
        .import_bytes(bytes, Encoding::Identity, strict)
        .await;
    check_counts(
        at,
        world.apply_all(records),
        &serde_json::to_value(&report).expect("a report is JSON"),
    );
}

/// Rolls up what waits, and compares what is stored with the facts.
async fn check_rolled_up(at: &str, caseload: &Caseload) {
    caseload.roll_up().await;
    let (send, found) = std::sync::mpsc::channel();
    let note = move |difference: Difference| send.send(difference).expect("read below");
    let verified = verify(&caseload.store, caseload.workspace, None, note)
        .await
        .expect("the store is there");
    let differences: Vec<Difference> = found.iter().collect();
    assert_eq!(differences, [], "{at}");
    assert_eq!(verified.pending, 0, "{at}");
}

/// What is stored of each thing, by the ids of the source system; keys depend on the order of imports. Which conversation a
/// customer's first contact was does not count once that is on a final day: nothing reads it, and a conversation that goes to
/// another customer and comes back in another import has forgotten it.
fn facts(caseload: &Caseload) -> String {
    let tables = [
        "SELECT c.id, k.id, c.created_at, h.name, m.id, c.closed_at, c.outcome, c.updated_at, c.first_inbound_at,
                c.first_reply_at, c.url, c.attributes, CASE WHEN k.opened_finally THEN NULL ELSE c.opens_customer END
         FROM conversations c
         LEFT JOIN customers k ON k.customer_key = c.customer_key
         LEFT JOIN channels h ON h.channel_key = c.channel_key
         LEFT JOIN members m ON m.member_key = c.assignee_key
         ORDER BY c.id",
        "SELECT x.id, c.id, x.sent_at, x.kind FROM messages x
         JOIN conversations c ON c.conversation_key = x.conversation_key ORDER BY x.id",
        "SELECT x.id, c.id, x.rated_at, x.score, x.comment, m.id FROM ratings x
         JOIN conversations c ON c.conversation_key = x.conversation_key
         LEFT JOIN members m ON m.member_key = x.member_key ORDER BY x.id",
        "SELECT x.id, c.id, m.id, x.due_at, x.completed_at FROM follow_ups x
         JOIN conversations c ON c.conversation_key = x.conversation_key
         LEFT JOIN members m ON m.member_key = x.assignee_key ORDER BY x.id",
        "SELECT x.id, c.id, x.at, x.kind, m.id FROM events x
         JOIN conversations c ON c.conversation_key = x.conversation_key
         LEFT JOIN members m ON m.member_key = x.member_key ORDER BY x.id",
        "SELECT x.id, c.id, x.asked_at, m.id FROM surveys x
         JOIN conversations c ON c.conversation_key = x.conversation_key
         LEFT JOIN members m ON m.member_key = x.member_key ORDER BY x.id",
        "SELECT id, name, email, known, erased, opened_finally FROM customers ORDER BY id",
        "SELECT id, name, role, active, known FROM members ORDER BY id",
        "SELECT id, title, color, known FROM labels ORDER BY id",
        "SELECT id, name FROM teams ORDER BY id",
    ];
    tables.map(|sql| caseload.database.sql(sql)).join("--\n")
}

/// Two workspaces with the same final days take the same records, one in many imports, one in a single one.
async fn check_final_days(backend: Backend, seed: u64) {
    let mut writer = Writer::of_few_things(Dice::seeded(seed));
    let before = draw(&mut writer);
    let after = draw(&mut writer);
    let mut history = History::new(&format!("final-{backend:?}-{seed}"));
    history.records.extend([lines(&before), lines(&after)]);
    let at = format!("{backend:?}, seed {seed}");

    let split = workspace(backend, &writer).await;
    let whole = workspace(backend, &writer).await;
    let mut cut = None;
    for caseload in [&split, &whole] {
        caseload.import(&before).await;
        check_rolled_up(&at, caseload).await;
        let days = caseload.store.ledger_days(caseload.workspace).await;
        let days = days.expect("the store is there");
        let Some(day) = days.get(days.len() / 2) else {
            return;
        };
        drop_facts(caseload, day.day).await;
        cut = Some(day.day);
    }
    let cut = cut.expect("set in each round of the loop");
    let finals = final_days(&split, cut).await;

    let mut refused = BTreeSet::new();
    let mut lines_before = 0;
    for some in after.chunks(1 + writer.dice.roll(6)) {
        let report = split.import(some).await;
        refused.extend(report.errors.iter().map(|error| lines_before + error.line));
        lines_before += some.len() as u64;
        if writer.dice.chance(1, 3) {
            check_rolled_up(&at, &split).await;
        }
    }
    let report = whole.import(&after).await;
    let refused_at_once: BTreeSet<u64> = report.errors.iter().map(|error| error.line).collect();
    assert_eq!(refused_at_once, refused, "{at}");
    for caseload in [&split, &whole] {
        check_rolled_up(&at, caseload).await;
        assert_eq!(final_days(caseload, cut).await, finals, "{at}");
        assert_eq!(caseload.database.sql(OPENED_AGAIN), "", "{at}");
    }
    assert_eq!(facts(&whole), facts(&split), "{at}");
}

/// Later conversations that are said to open a customer who was opened on a final day.
const OPENED_AGAIN: &str = "SELECT c.id FROM conversations c
    JOIN customers k ON k.customer_key = c.customer_key AND k.workspace_id = c.workspace_id
    JOIN ledgers l ON l.workspace_id = c.workspace_id
    WHERE k.opened_finally AND c.opens_customer AND c.created_at >= l.final_at
      AND (c.first_inbound_at IS NULL OR c.first_inbound_at >= l.final_at)";

/// What is stored of the days before `cut`: blocks begin with their day, summary rows with its number.
async fn final_days(caseload: &Caseload, cut: Day) -> Vec<String> {
    let is_final = |line: &String| {
        let first = line.split([' ', '|']).next().unwrap_or_default();
        let day = Day::parse(first).map(Day::number);
        day.or(first.parse().ok())
            .is_some_and(|day| day < cut.number())
    };
    let mut lines = stored(&caseload.database, &caseload.store).await;
    lines.retain(is_final);
    lines
}
