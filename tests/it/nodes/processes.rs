//! Real processes over one database, killed at any moment.

use std::time::{Duration, Instant};

use caseload_schema::{
    audit::Actor,
    clock::Clock,
    id::{Generation, WorkspaceKey},
    import::{self, Encoding, ImportOptions, Sender, Source},
    store::{RunDays, Store},
    zone::Zone,
};
use chrono_tz::Tz;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{DAYS, day_of_facts, history};
use crate::{
    dirty::{forget_rollups, stored},
    on_both_stores,
    support::{
        app::{WORKSPACE, lines},
        command::{Cli, Server},
        database::{Backend, Database},
        dice::Dice,
    },
};

/// Times that a worker is killed.
const KILLS: usize = 12;
/// What workers are started with: a look at once, and chunks so small that all have some.
const RESTLESS: [&str; 4] = ["--refresh-interval", "300ms", "--rollup-piece-facts", "40"];
/// Longer than any lease, and than a slow machine takes to make everything anew.
const PATIENCE: Duration = Duration::from_mins(3);

on_both_stores! {
    a_worker_rolls_up_and_tells_how_it_is_and_a_server_without_scheduler_does_neither,
}

/// A database, the command for it, and the store on it.
pub(super) struct Site {
    pub(super) cli: Cli,
    pub(super) database: Database,
    pub(super) store: Store,
    pub(super) ws: WorkspaceKey,
    _folder: TempDir,
}

impl Site {
    pub(super) async fn new(backend: Backend) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let database = Database::empty(backend);
        let store = database.store().await;
        let now = Clock::system().now();
        let zone = Zone::parse("Europe/Rome").expect("a zone");
        let ws = store
            .create_workspace(WORKSPACE, "Acme", zone, now)
            .await
            .expect("a new workspace");
        let cli = Cli {
            folder: folder.path().to_owned(),
            database_url: database.url(),
        };
        Self {
            cli,
            database,
            store,
            ws,
            _folder: folder,
        }
    }

    pub(super) async fn import(&self, records: &[Value]) {
        let options = ImportOptions {
            sender: Sender::Operator,
            strict: false,
            clock: Clock::system(),
        };
        let reader = Box::new(std::io::Cursor::new(lines(records).into_bytes()));
        let source = Source {
            name: None,
            encoding: Encoding::Identity,
            reader,
        };
        let report = import::import(&self.store, self.ws, options, vec![source], |_| ()).await;
        assert_eq!(report.expect("the store is there").rejected, 0);
    }

    async fn is_quiet(&self) -> bool {
        let pending = self
            .store
            .count_pending_days(self.ws, None)
            .await
            .expect("the store is there");
        let runs = self
            .store
            .list_runs(self.ws, None, 100)
            .await
            .expect("the store is there");
        pending == 0 && runs.iter().all(|run| run.finished_at.is_some())
    }

    /// Waits until no day and no run waits for anything.
    async fn quiet(&self) {
        let began = Instant::now();
        while !self.is_quiet().await {
            assert!(
                began.elapsed() < PATIENCE,
                "{:?}",
                self.store.list_runs(self.ws, None, 5).await
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What is stored is what a rebuild from nothing leaves, and nothing lies about.
    pub(super) async fn check(&self) {
        let verified = self.cli.run(&["verify"]);
        assert_eq!(verified.code, Some(0), "{verified:?}");
        assert_eq!(
            self.database
                .sql("SELECT COUNT(*) FROM rollup_tasks")
                .trim(),
            "0"
        );
        let left = stored(&self.database, &self.store).await;
        forget_rollups(&self.database);
        self.cli
            .run(&["rollup", "--from", "2026-02-20", "--to", "2026-06-30"])
            .code(0);
        assert!(
            left == stored(&self.database, &self.store).await,
            "a rebuild from nothing differs"
        );
    }
}

/// A conversation of some day is given away, answered late, or closed earlier: some days change.
fn change(dice: &mut Dice, version: usize) -> Vec<Value> {
    let mut records = Vec::new();
    for _ in 0..=dice.roll(6) {
        let day = dice.roll(DAYS as usize) as u32;
        for mut record in day_of_facts(day) {
            if record["type"] == "conversation" && dice.chance(2, 3) {
                record["assignee_id"] = json!(dice.pick(&["ada", "ben", "cleo"]));
                let (hour, minute) = (version / 60, version % 60);
                record["updated_at"] = json!(format!("2026-05-20T{hour:02}:{minute:02}:00Z"));
                records.push(record);
            }
        }
    }
    records
}

#[tokio::test]
async fn four_workers_that_are_killed_at_random_leave_what_a_rebuild_leaves() {
    let mut dice = Dice::seeded(4);
    let site = Site::new(Backend::Postgres).await;
    site.import(&history()).await;
    let mut workers: Vec<Option<Server>> =
        (0..4).map(|_| Some(site.cli.worker(&RESTLESS))).collect();
    for version in 0..KILLS {
        site.import(&change(&mut dice, version)).await;
        if dice.chance(1, 2) {
            let now = Clock::system().now();
            site.store
                .request_rebuild(site.ws, RunDays::All, Actor::Operator, now)
                .await
                .expect("the store is there");
        }
        tokio::time::sleep(Duration::from_millis(dice.roll(700) as u64)).await;
        let unlucky = dice.roll(workers.len());
        drop(workers[unlucky].take());
        site.import(&change(&mut dice, KILLS + version)).await;
        workers[unlucky] = Some(site.cli.worker(&RESTLESS));
    }
    site.quiet().await;
    for worker in workers.into_iter().flatten() {
        assert_eq!(worker.stop(), Some(0));
    }
    let runs = site
        .store
        .list_runs(site.ws, None, 1_000)
        .await
        .expect("the store is there");
    let failed: Vec<_> = runs.iter().filter(|run| run.error.is_some()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    site.check().await;
}

async fn a_worker_rolls_up_and_tells_how_it_is_and_a_server_without_scheduler_does_neither(
    backend: Backend,
) {
    let site = Site::new(backend).await;
    site.import(&history()).await;
    let server = site
        .cli
        .serve(&["--no-scheduler", "--refresh-interval", "100ms"]);
    // No night ends meanwhile.
    let night = (Clock::system()
        .now()
        .to_chrono()
        .with_timezone(&Tz::Europe__Rome)
        + chrono::Duration::hours(12))
    .format("%H:%M")
    .to_string();
    let worker = site
        .cli
        .worker(&[&RESTLESS[..], &["--nightly-at", &night]].concat());
    assert_eq!(worker.request("GET /healthz", "", "").0, 200);
    assert_eq!(worker.request("POST /graphql", "", "{}").0, 404);
    site.quiet().await;
    assert_eq!(worker.stop(), Some(0));
    let ledger = site
        .store
        .ledger(site.ws)
        .await
        .expect("the store is there")
        .expect("a ledger");
    assert_eq!(ledger.generation, Generation(1));
    site.import(&change(&mut Dice::seeded(9), 1)).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!site.is_quiet().await, "nobody rolls up");
    assert_eq!(server.stop(), Some(0));
    site.cli.run(&["rollup"]).code(0);
    site.check().await;
}
