//! `kill -9` in the middle of things, at fifty random points of each. What was acknowledged is there, and the next process
//! goes on.

use caseload_schema::id::Generation;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use caseload_schema::store::{LedgerDay, dirty_days, ledger};
use serde_json::{Value, json};

use super::{DAYS, day_of_facts, history, processes::Site};
use crate::{
    on_both_stores,
    support::{app::lines, database::Backend, dice::Dice},
};

/// Points in each of import, rollup, rebuild and flip at which the process dies.
const POINTS: usize = 50;

on_both_stores! {
    an_import_that_is_killed_loses_nothing_that_was_acknowledged,
    a_rollup_that_is_killed_is_gone_on_with,
    a_rebuild_that_is_killed_is_gone_on_with,
    a_flip_that_is_killed_happens_or_does_not,
}

/// The command, killed where it is still at work after that time; how long it took where it ended by itself.
fn kill_after(
    site: &Site,
    arguments: &[&str],
    input: &[u8],
    time: Duration,
) -> Result<(), Duration> {
    let mut child = site.cli.begin(arguments, input);
    let began = Instant::now();
    while began.elapsed() < time {
        if child.try_wait().expect("a process of ours").is_some() {
            return Err(began.elapsed());
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    child.kill().expect("a process of ours");
    child.wait().expect("a process of ours");
    Ok(())
}

/// How long a command takes on a machine that is now busy and now not: as long as the last time that it ended by itself, and
/// longer with each time that it was killed since.
fn learn(whole: &mut Duration, killed: Result<(), Duration>) {
    match killed {
        Ok(()) => *whole += *whole / 20,
        Err(took) => *whole = took,
    }
}

/// How long the command takes when nobody kills it.
fn time(site: &Site, arguments: &[&str], input: &[u8]) -> Duration {
    let began = Instant::now();
    let ended = site.cli.run_with(arguments, input);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    began.elapsed()
}

/// What a dead process held is free from now on, as it would be some seconds later.
fn let_leases_end(site: &Site) {
    site.database
        .script("UPDATE leases SET expires_at = 0; UPDATE rollup_tasks SET claimed_until = 0");
}

/// A point of a command that takes about `whole`, most of all in its second half: the first is its start.
fn point(dice: &mut Dice, whole: Duration) -> Duration {
    whole / 3 + whole * dice.roll(1_000) as u32 / 1_500
}

/// Conversations of all days are given to somebody, as of that version.
fn give_away(version: usize) -> Vec<Value> {
    let all = (0..DAYS)
        .flat_map(day_of_facts)
        .filter(|record| record["type"] == "conversation");
    let given = all.map(|mut record| {
        record["assignee_id"] = json!(["ada", "ben"][version % 2]);
        record["updated_at"] = json!(format!(
            "2026-05-20T{:02}:{:02}:00Z",
            version / 60,
            version % 60
        ));
        record
    });
    given.collect()
}

async fn an_import_that_is_killed_loses_nothing_that_was_acknowledged(backend: Backend) {
    let (site, mut dice) = (Site::new(backend).await, Dice::seeded(51));
    let mut whole = time(&site, &["import", "-"], lines(&history()).as_bytes());
    let mut killed = 0;
    for version in 0.. {
        assert!(
            version < 12 * POINTS,
            "the process is too quick to be killed: {killed}"
        );
        let records = lines(&give_away(version));
        let end = kill_after(
            &site,
            &["import", "-"],
            records.as_bytes(),
            point(&mut dice, whole),
        );
        learn(&mut whole, end);
        if end.is_ok() {
            killed += 1;
        } else {
            let assignees = "SELECT COUNT(DISTINCT assignee_key) FROM conversations";
            assert_eq!(
                site.database.sql(assignees).trim(),
                "1",
                "it was acknowledged"
            );
        }
        if killed == POINTS {
            break;
        }
    }
    site.cli.run(&["rollup"]).code(0);
    site.check().await;
}

/// Kills a rollup at fifty points; after each, some finished ones between, what is stored is checked in the end.
async fn check_killed(backend: Backend, seed: u64, arguments: &[&str]) {
    let (site, mut dice) = (Site::new(backend).await, Dice::seeded(seed));
    site.import(&history()).await;
    let small = [arguments, &["--rollup-piece-facts", "40"]].concat();
    let mut whole = time(&site, &small, b"");
    let mut killed = 0;
    for version in 0.. {
        assert!(
            version < 12 * POINTS,
            "the process is too quick to be killed: {killed}"
        );
        site.import(&give_away(version)).await;
        let end = kill_after(&site, &small, b"", point(&mut dice, whole));
        learn(&mut whole, end);
        killed += usize::from(end.is_ok());
        let_leases_end(&site);
        if version % 10 == 9 {
            site.cli.run(&small).code(0);
            site.cli.run(&["verify"]).code(0);
        }
        if killed == POINTS {
            break;
        }
    }
    site.cli.run(&small).code(0);
    site.check().await;
}

async fn a_rollup_that_is_killed_is_gone_on_with(backend: Backend) {
    check_killed(backend, 52, &["rollup"]).await;
}

async fn a_rebuild_that_is_killed_is_gone_on_with(backend: Backend) {
    check_killed(
        backend,
        53,
        &["rollup", "--from", "2026-02-20", "--to", "2026-06-30"],
    )
    .await;
}

/// Generation, current days and the number of marks, as of one moment: the database may still be at what a dead process sent.
async fn state(site: &Site) -> (Generation, Vec<LedgerDay>, usize) {
    let ws = site.ws;
    let read = site.store.snapshot(move |conn| {
        Box::pin(async move {
            let generation = ledger::find(conn, ws)
                .await?
                .map_or(Generation(0), |ledger| ledger.generation);
            Ok((
                generation,
                ledger::list_days(conn, ws).await?,
                dirty_days::list(conn, ws).await?.len(),
            ))
        })
    });
    read.await.expect("the store is there")
}

async fn a_flip_that_is_killed_happens_or_does_not(backend: Backend) {
    let (site, mut dice) = (Site::new(backend).await, Dice::seeded(54));
    site.import(&history()).await;
    site.cli.run(&["rollup"]).code(0);
    let (mut killed, mut happened) = (0, 0);
    for version in 0.. {
        assert!(
            version < 12 * POINTS,
            "the process is too quick to be killed: {killed}"
        );
        site.import(&give_away(version)).await;
        let before = site
            .store
            .ledger(site.ws)
            .await
            .expect("the store is there")
            .expect("a ledger");
        let mut child = site.cli.begin(&["rollup"], b"");
        // All days are written: what is left is the open conversations, and the flip.
        while child.try_wait().expect("a process of ours").is_none() {
            let run = site
                .store
                .last_run(site.ws)
                .await
                .expect("the store is there")
                .expect("a run");
            if run.finished_at.is_none() && 0 < run.days_done && run.days_done == run.days_total {
                break;
            }
        }
        // Where none was whole yet, the machine is slow.
        let longest = if happened == 0 {
            40_000 * (1 + version)
        } else {
            40_000
        };
        std::thread::sleep(Duration::from_micros(dice.roll(longest) as u64));
        if child.try_wait().expect("a process of ours").is_none() {
            child.kill().expect("a process of ours");
            killed += 1;
        }
        child.wait().expect("a process of ours");
        let_leases_end(&site);
        let (generation, days, marks) = state(&site).await;
        let flipped = generation != before.generation;
        happened += usize::from(flipped);
        assert_eq!(flipped, marks == 0, "the marks go with the flip");
        let revisions: BTreeSet<_> = days.iter().map(|day| day.revision).collect();
        assert_eq!(revisions.len(), 1, "all days together");
        site.cli.run(&["rollup"]).code(0);
        if killed == POINTS {
            break;
        }
    }
    assert!(0 < happened, "some flips were whole");
    site.check().await;
}
