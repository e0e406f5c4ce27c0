//! Rolling up what is dirty leaves the same bytes as rolling up everything.

use caseload_schema::store::Store;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::{
    on_both_stores,
    support::{
        app::Caseload,
        database::{Backend, Database},
        dice::Dice,
        facts::Writer,
    },
};

/// Sequences of imports on each store, and imports in each.
const SEQUENCES: u64 = 15;
const IMPORTS: usize = 6;
const RECORDS: usize = 40;

on_both_stores! {
    rolling_up_what_is_dirty_leaves_what_a_rebuild_leaves,
    a_rebuild_that_changes_nothing_keeps_generation_and_revisions,
    every_day_that_an_import_touches_waits_for_its_rollup,
}

async fn rolling_up_what_is_dirty_leaves_what_a_rebuild_leaves(backend: Backend) {
    for seed in 1000..1000 + SEQUENCES {
        check_sequence(backend, Dice::seeded(seed))
            .await
            .unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
    }
}

/// The same, with a sequence as short as can be where it fails.
#[test]
fn the_shortest_sequence_for_which_dirty_days_and_a_rebuild_differ_does_not_exist() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let config = Config {
        cases: 12,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let found = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    )
    .run(&Dice::any(900), |dice| {
        let outcome = runtime.block_on(check_sequence(Backend::Sqlite, dice));
        outcome.map_err(proptest::test_runner::TestCaseError::fail)
    });
    found.unwrap_or_else(|error| panic!("{error}"));
}

async fn check_sequence(backend: Backend, dice: Dice) -> Result<(), String> {
    let mut writer = Writer::new(dice);
    let caseload = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
    let mut imported = Vec::new();
    for _ in 0..IMPORTS {
        let records = writer.records(RECORDS);
        caseload.import(&records).await;
        imported.push(records);
        if writer.dice.chance(2, 3) {
            caseload.roll_up().await;
        }
        if writer.dice.is_used_up() {
            break;
        }
    }
    caseload.roll_up().await;
    let by_dirty_days = stored(&caseload.database, &caseload.store).await;
    forget_rollups(&caseload.database);
    caseload.rebuild().await;
    let from_nothing = stored(&caseload.database, &caseload.store).await;
    match by_dirty_days
        .iter()
        .zip(&from_nothing)
        .find(|(dirty, rebuilt)| dirty != rebuilt)
    {
        None if by_dirty_days.len() == from_nothing.len() => Ok(()),
        found => Err(format!("{found:?} after {}", json!(imported))),
    }
}

/// Everything that rollups have left, without the numbers of the runs that did it.
pub(crate) async fn stored(database: &Database, store: &Store) -> Vec<String> {
    let workspace = store.list_workspaces().await.expect("the store is there")[0].key;
    let ledger = store
        .ledger(workspace)
        .await
        .expect("the store is there")
        .expect("a ledger");
    let open = store
        .open_block(workspace, ledger.open_revision)
        .await
        .expect("the store is there");
    let days = store
        .ledger_days(workspace)
        .await
        .expect("the store is there");
    let wanted: Vec<_> = days.iter().map(|day| (day.day, day.revision)).collect();
    let mut lines = vec![format!("open {open:?}")];
    let mut blocks = store
        .blocks(workspace, &wanted)
        .await
        .expect("the store is there");
    blocks.sort();
    for (day, _, block) in blocks {
        lines.push(format!("{day} {block:?}"));
    }
    lines.extend(database.sql(SUMMARIES).lines().map(str::to_owned));
    lines
}

const SUMMARIES: &str =
    "SELECT day, member_key, conversations, labeled_conversations, messages, inbound_messages, replies,
    customers, new_customers, unanswered, closed, won, lost, win_rate, follow_ups_completed, first_response_count,
    first_response_mean, first_response_median, first_response_p90, closing_time_count, closing_time_mean,
    closing_time_median, closing_time_p90, ratings, rating_average, satisfied, backlog_change,
    reopened, closed_by_one_reply, closed_by_bot, surveys_asked, surveys_answered, reply_time_count, reply_time_mean,
    reply_time_median, reply_time_p90, first_closing_time_count, first_closing_time_mean, first_closing_time_median,
    first_closing_time_p90
    FROM daily_member_summary s
    WHERE EXISTS (SELECT 1 FROM ledger_days l WHERE l.workspace_id = s.workspace_id AND l.day = s.day
                  AND l.revision = s.revision)
    ORDER BY day, member_key";

pub(crate) fn forget_rollups(database: &Database) {
    let summaries = [
        "daily_member_summary",
        "daily_label_summary",
        "daily_channel_summary",
    ];
    for table in ["ledger_days", "day_blocks", "open_blocks", "dirty_days"]
        .into_iter()
        .chain(summaries)
    {
        database.sql(&format!("DELETE FROM {table}"));
    }
    database.sql("UPDATE ledgers SET open_revision = 0");
}

async fn a_rebuild_that_changes_nothing_keeps_generation_and_revisions(backend: Backend) {
    let mut writer = Writer::new(Dice::seeded(7));
    let caseload = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
    let records: Vec<Value> = (0..4).flat_map(|_| writer.records(RECORDS)).collect();
    caseload.import(&records).await;
    let first = caseload.roll_up().await;
    let days = caseload
        .store
        .ledger_days(caseload.workspace)
        .await
        .expect("the store is there");
    assert!(3 < days.len(), "{days:?}");
    let again = caseload.rebuild().await;
    assert_eq!(
        (again.generation, again.changed_days),
        (first.generation, 0)
    );
    let revisions = |days: &[caseload_schema::store::ledger::LedgerDay]| {
        days.iter()
            .map(|day| (day.day, day.revision))
            .collect::<Vec<_>>()
    };
    let after = caseload
        .store
        .ledger_days(caseload.workspace)
        .await
        .expect("the store is there");
    assert_eq!(revisions(&days), revisions(&after));
}

async fn every_day_that_an_import_touches_waits_for_its_rollup(backend: Backend) {
    let mut writer = Writer::new(Dice::seeded(8));
    let caseload = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
    let pending = async || {
        caseload
            .store
            .count_pending_days(caseload.workspace, None)
            .await
            .expect("the store is there")
    };
    for _ in 0..5 {
        let report = caseload.import(&writer.records(RECORDS)).await;
        assert_eq!(pending().await, report.days_touched);
        caseload.roll_up().await;
        assert_eq!(pending().await, 0);
    }
}
