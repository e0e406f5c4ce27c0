//! Many workers, in one process and in several: runs are shared, taken over, ended, and never half done.

mod asked;
mod kills;
mod processes;
mod shared;
mod told;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use caseload_rollup::run::{Publish, Step, Throttle, Worker};
use caseload_schema::{
    day::Day,
    id::{Generation, Revision, WorkspaceKey},
    store::{Run, RunDays, RunKind, queue::NewRun},
};
use chrono_tz::Tz;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::support::{app::Caseload, database::Backend};

/// Days of the history: enough to be cut into chunks.
const DAYS: u32 = 60;
/// About how many facts a chunk holds here, so that there are a dozen.
const PIECE: u64 = 40;

/// A workspace with [`DAYS`] days of facts that nobody has rolled up, two conversations on each.
async fn workspace(backend: Backend) -> Caseload {
    let now = "2026-06-01T10:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, Tz::Europe__Rome, now).await;
    let report = caseload.import(&history()).await;
    assert_eq!(report.rejected, 0, "{:?}", report.errors);
    caseload
}

fn history() -> Vec<Value> {
    let mut records: Vec<Value> = ["ada", "ben"]
        .iter()
        .map(|id| json!({"type": "member", "id": id, "name": id, "role": "owner"}))
        .collect();
    records.extend((0..DAYS).flat_map(day_of_facts));
    records
}

/// The facts of the day that many days after 2026-03-01.
fn day_of_facts(number: u32) -> Vec<Value> {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 3, 1).expect("a day");
    let date = first + chrono::Days::new(number.into());
    let at = |hour: u32| format!("{date}T{hour:02}:00:00Z");
    let mut records = Vec::new();
    for (turn, assignee) in ["ada", "ben"].iter().enumerate() {
        let id = format!("c-{number}-{turn}");
        records.push(json!({
            "type": "conversation", "id": id, "customer_id": format!("k-{}", number % 7), "created_at": at(8),
            "assignee_id": assignee, "closed_at": at(17), "updated_at": at(17),
        }));
        for (hour, kind) in [(8, "inbound"), (9, "reply"), (11, "inbound"), (12, "reply")] {
            records.push(
                json!({"type": "message", "id": format!("{id}-{hour}"), "conversation_id": id,
                "sent_at": at(hour), "kind": kind}),
            );
        }
    }
    records
}

/// Gives every conversation to another member: all days change at once.
fn reassignment() -> Vec<Value> {
    let all = (0..DAYS)
        .flat_map(day_of_facts)
        .filter(|record| record["type"] == "conversation");
    all.map(|mut record| {
        record["assignee_id"] = json!("ben");
        record["updated_at"] = json!("2026-05-20T00:00:00Z");
        record
    })
    .collect()
}

/// A worker that cuts runs into small chunks.
fn worker(caseload: &Caseload) -> Worker {
    Worker::new(caseload.store.clone(), caseload.clock.clone()).cutting(PIECE)
}

/// Asks for a rebuild of everything.
async fn ask(caseload: &Caseload) -> Run {
    let new = NewRun {
        kind: RunKind::Rebuild,
        days: RunDays::All,
        requested_by: None,
        at: caseload.clock.now(),
    };
    caseload
        .store
        .enqueue_run(caseload.workspace, new)
        .await
        .expect("the store is there")
        .expect("a workspace")
}

async fn find(caseload: &Caseload, run: &Run) -> Run {
    caseload
        .store
        .find_run(caseload.workspace, run.id)
        .await
        .expect("the store is there")
        .expect("a run")
}

async fn step(worker: &Worker, caseload: &Caseload) -> Step {
    worker
        .step(caseload.workspace)
        .await
        .expect("the store is there")
}

/// Takes steps until there is nothing to do, and says how many there were.
async fn work(worker: &Worker, caseload: &Caseload) -> usize {
    for steps in 0..200 {
        match step(worker, caseload).await {
            Step::Idle => return steps,
            Step::Worked => {}
            Step::Waiting => panic!("nobody else is at work"),
        }
    }
    panic!("there is no end to it");
}

/// Generation and revisions.
async fn current(caseload: &Caseload) -> (Generation, Vec<(Day, Revision)>) {
    let ledger = caseload
        .store
        .ledger(caseload.workspace)
        .await
        .expect("the store is there")
        .expect("a ledger");
    let days = caseload
        .store
        .ledger_days(caseload.workspace)
        .await
        .expect("the store is there");
    (
        ledger.generation,
        days.into_iter()
            .map(|day| (day.day, day.revision))
            .collect(),
    )
}

/// Notes what it is told.
#[derive(Debug, Default)]
struct Notes {
    blocks: Mutex<Vec<(Day, Revision, Vec<u8>)>>,
    flips: Mutex<Vec<Generation>>,
    ends: Mutex<Vec<Run>>,
}

impl Notes {
    fn blocks(&self) -> Vec<(Day, Revision, Vec<u8>)> {
        self.blocks.lock().expect("nobody panics").clone()
    }
}

impl Publish for Notes {
    fn blocks<'a>(
        &'a self,
        _: WorkspaceKey,
        revision: Revision,
        blocks: &'a [(Day, Vec<u8>)],
    ) -> BoxFuture<'a, ()> {
        let new = blocks
            .iter()
            .map(|(day, bytes)| (*day, revision, bytes.clone()));
        self.blocks.lock().expect("nobody panics").extend(new);
        Box::pin(std::future::ready(()))
    }

    fn open<'a>(&'a self, _: WorkspaceKey, _: Revision, _: &'a [u8]) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn flipped(&self, _: WorkspaceKey, generation: Generation) -> BoxFuture<'_, ()> {
        self.flips.lock().expect("nobody panics").push(generation);
        Box::pin(std::future::ready(()))
    }

    fn ended<'a>(&'a self, _: WorkspaceKey, run: &'a Run) -> BoxFuture<'a, ()> {
        self.ends.lock().expect("nobody panics").push(run.clone());
        Box::pin(std::future::ready(()))
    }
}

/// Runs SQL, once, between what a worker has read and what it is about to write.
#[derive(Debug)]
struct Meddler {
    caseload: Arc<Caseload>,
    sql: &'static str,
    done: AtomicBool,
}

impl Meddler {
    fn new(caseload: &Arc<Caseload>, sql: &'static str) -> Arc<Self> {
        Arc::new(Self {
            caseload: Arc::clone(caseload),
            sql,
            done: AtomicBool::new(false),
        })
    }

    fn has_meddled(&self) -> bool {
        self.done.load(Ordering::SeqCst)
    }
}

impl Throttle for Meddler {
    fn pause(&self) -> BoxFuture<'_, ()> {
        if !self.done.swap(true, Ordering::SeqCst) {
            self.caseload.database.script(self.sql);
        }
        Box::pin(std::future::ready(()))
    }

    fn is_stopping(&self) -> bool {
        false
    }
}
