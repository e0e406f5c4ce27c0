//! Runs in chunks, in one process: workers share them, take over from each other, and stop where they are not wanted.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use caseload_rollup::run::{Step, Throttle};
use caseload_schema::{
    id::Generation,
    store::{
        RunDays, RunKind, RunState,
        leases::{self, ROLLUP},
        queue::NewRun,
    },
};
use futures::future::BoxFuture;

use super::{
    DAYS, Meddler, Notes, ask, current, find, reassignment, step, work, worker, workspace,
};
use crate::{
    dirty::{forget_rollups, stored},
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    each_day_is_made_once_by_whichever_worker,
    a_worker_goes_on_where_another_one_died,
    a_worker_that_is_to_stop_ends_at_a_day_s_edge_and_leaves_the_rest_to_others,
    what_changes_meanwhile_shows_on_all_days_at_once,
    readers_see_the_old_figures_until_the_flip,
    a_worker_whose_claim_is_gone_writes_nothing,
    a_worker_whose_lease_is_gone_writes_nothing,
    a_cancelled_run_changes_nothing,
    a_zone_that_is_not_wanted_any_more_ends_its_run,
    a_last_step_that_is_taken_over_tells_nothing_twice_under_one_revision,
    a_lease_is_free_when_it_ends_and_when_a_clock_was_wrong,
}

/// What is stored is what a rebuild from nothing leaves, and nothing waits or lies about.
async fn check(caseload: &Caseload) {
    let by_hands = stored(&caseload.database, &caseload.store).await;
    assert_eq!(
        caseload
            .database
            .sql("SELECT COUNT(*) FROM rollup_tasks")
            .trim(),
        "0"
    );
    assert_eq!(
        caseload
            .store
            .count_pending_days(caseload.workspace, None)
            .await
            .expect("the store is there"),
        0
    );
    let lost = "SELECT COUNT(*) FROM day_blocks b WHERE superseded_at IS NULL AND NOT EXISTS (SELECT 1 FROM \
        ledger_days l WHERE l.workspace_id = b.workspace_id AND l.day = b.day AND l.revision = b.revision)";
    assert_eq!(
        caseload.database.sql(lost).trim(),
        "0",
        "blocks that nobody names"
    );
    forget_rollups(&caseload.database);
    caseload.rebuild().await;
    assert!(
        by_hands == stored(&caseload.database, &caseload.store).await,
        "a rebuild from nothing differs"
    );
}

async fn each_day_is_made_once_by_whichever_worker(backend: Backend) {
    let caseload = workspace(backend).await;
    let run = ask(&caseload).await;
    let notes = Arc::new(Notes::default());
    let worker = worker(&caseload).publishing_to(notes.clone());
    assert_eq!(step(&worker, &caseload).await, Step::Worked, "planned");
    let (a, b, c) = tokio::join!(
        step(&worker, &caseload),
        step(&worker, &caseload),
        step(&worker, &caseload)
    );
    assert!([a, b, c].contains(&Step::Worked));
    work(&worker, &caseload).await;
    let ended = find(&caseload, &run).await;
    assert_eq!(
        (ended.state, ended.days_done, ended.days_total),
        (RunState::Succeeded, DAYS.into(), DAYS.into())
    );
    let mut days: Vec<_> = notes.blocks().into_iter().map(|(day, ..)| day).collect();
    days.sort_unstable();
    assert_eq!(days.len(), DAYS as usize);
    days.dedup();
    assert_eq!(days.len(), DAYS as usize, "no day twice");
    assert_eq!(*notes.flips.lock().expect("nobody panics"), [Generation(1)]);
    assert_eq!(notes.ends.lock().expect("nobody panics").len(), 1);
    check(&caseload).await;
}

async fn a_worker_goes_on_where_another_one_died(backend: Backend) {
    let caseload = workspace(backend).await;
    let run = ask(&caseload).await;
    let (first, second) = (Arc::new(Notes::default()), Arc::new(Notes::default()));
    let dies = worker(&caseload).publishing_to(first.clone());
    step(&dies, &caseload).await;
    step(&dies, &caseload).await;
    let done = find(&caseload, &run).await.days_done;
    assert!(0 < done && done < i64::from(DAYS), "{done}");
    // It dies holding claims, and the lease: nobody gives them back.
    let now = caseload.clock.now();
    let ws = caseload.workspace;
    let held = caseload.store.write(move |conn| {
        Box::pin(async move {
            let claimed =
                caseload_schema::store::tasks::claim(conn, (ws, run.id), "dead", now, 2).await?;
            let lease = leases::take(conn, (ws, ROLLUP), "dead", now).await?;
            Ok((claimed.len(), lease.is_some()))
        })
    });
    assert_eq!(held.await.expect("the store is there"), (2, true));
    let lives = worker(&caseload).publishing_to(second.clone());
    while step(&lives, &caseload).await == Step::Worked {}
    assert_eq!(
        step(&lives, &caseload).await,
        Step::Waiting,
        "the dead one's claims hold for a while"
    );
    caseload
        .clock
        .set(now.plus_seconds(leases::LEASE_SECONDS + 1));
    work(&lives, &caseload).await;
    let again = second
        .blocks()
        .iter()
        .filter(|(day, ..)| first.blocks().iter().any(|(made, ..)| made == day))
        .count();
    assert_eq!(again, 0, "days that were done are not made again");
    assert_eq!(first.blocks().len() + second.blocks().len(), DAYS as usize);
    assert_eq!(find(&caseload, &run).await.state, RunState::Succeeded);
    check(&caseload).await;
}

/// Tells a worker to stop once it has begun its first chunk.
#[derive(Debug, Default)]
struct StopsSoon(AtomicBool);

impl Throttle for StopsSoon {
    fn pause(&self) -> BoxFuture<'_, ()> {
        self.0.store(true, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }

    fn is_stopping(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

async fn a_worker_that_is_to_stop_ends_at_a_day_s_edge_and_leaves_the_rest_to_others(
    backend: Backend,
) {
    let caseload = workspace(backend).await;
    let run = ask(&caseload).await;
    step(&worker(&caseload), &caseload).await;
    let notes = Arc::new(Notes::default());
    let stops = worker(&caseload)
        .with_throttle(Arc::new(StopsSoon::default()))
        .publishing_to(notes.clone());
    assert_eq!(step(&stops, &caseload).await, Step::Waiting);
    let stopped = find(&caseload, &run).await;
    assert!(
        0 < stopped.days_done && stopped.days_done < 8,
        "the chunk that had begun, and no more: {stopped:?}"
    );
    assert_eq!(notes.blocks().len() as i64, stopped.days_done, "whole days");
    assert_eq!(stopped.state, RunState::Running);
    // The clock stands still: nobody has to wait until the claims end by themselves.
    work(&worker(&caseload), &caseload).await;
    let ended = find(&caseload, &run).await;
    assert_eq!(
        (ended.state, ended.days_done),
        (RunState::Succeeded, DAYS.into())
    );
    check(&caseload).await;
}

async fn what_changes_meanwhile_shows_on_all_days_at_once(backend: Backend) {
    let caseload = workspace(backend).await;
    ask(&caseload).await;
    let notes = Arc::new(Notes::default());
    let worker = worker(&caseload).publishing_to(notes.clone());
    step(&worker, &caseload).await;
    step(&worker, &caseload).await;
    let early = notes.blocks().len();
    assert!(0 < early);
    caseload.import(&reassignment()).await;
    work(&worker, &caseload).await;
    assert!(
        DAYS as usize + early <= notes.blocks().len(),
        "the early days were made anew"
    );
    let mut keys: Vec<_> = notes
        .blocks()
        .into_iter()
        .map(|(day, revision, _)| (day, revision))
        .collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all, "nothing was told twice under one revision");
    let members = "SELECT COUNT(DISTINCT member_key) FROM daily_member_summary";
    assert_eq!(
        caseload.database.sql(members).trim(),
        "1",
        "every day shows whose conversations they are now"
    );
    check(&caseload).await;
}

async fn readers_see_the_old_figures_until_the_flip(backend: Backend) {
    let caseload = workspace(backend).await;
    caseload.rebuild().await;
    let before = current(&caseload).await;
    caseload.import(&reassignment()).await;
    let run = ask(&caseload).await;
    let worker = worker(&caseload);
    while find(&caseload, &run).await.finished_at.is_none() {
        assert_eq!(current(&caseload).await, before);
        step(&worker, &caseload).await;
    }
    let after = current(&caseload).await;
    assert_eq!(after.0, Generation(before.0.0 + 1));
    assert!(
        after
            .1
            .iter()
            .zip(&before.1)
            .all(|(new, old)| new.0 == old.0 && new.1 != old.1),
        "all days, in one flip"
    );
}

/// Takes a step during which `sql` is run, and expects that it leaves no block behind.
async fn check_writes_nothing(caseload: &Arc<Caseload>, sql: &'static str) {
    let count = || caseload.database.sql("SELECT COUNT(*) FROM day_blocks");
    let before = (current(caseload).await, count());
    let meddler = Meddler::new(caseload, sql);
    let worker = worker(caseload).with_throttle(meddler.clone());
    step(&worker, caseload).await;
    assert!(meddler.has_meddled());
    assert_eq!((current(caseload).await, count()), before, "{sql}");
}

async fn a_worker_whose_claim_is_gone_writes_nothing(backend: Backend) {
    let caseload = Arc::new(workspace(backend).await);
    ask(&caseload).await;
    step(&worker(&caseload), &caseload).await;
    check_writes_nothing(&caseload, "UPDATE rollup_tasks SET claim = claim + 1").await;
    caseload
        .database
        .script("UPDATE rollup_tasks SET claimed_until = 0");
    work(&worker(&caseload), &caseload).await;
    check(&caseload).await;
}

async fn a_worker_whose_lease_is_gone_writes_nothing(backend: Backend) {
    let caseload = Arc::new(workspace(backend).await);
    let run = ask(&caseload).await;
    let large = worker(&caseload).cutting(1_000_000);
    assert_eq!(
        large.step(caseload.workspace).await.ok(),
        Some(Step::Worked)
    );
    assert_eq!(
        find(&caseload, &run).await.state,
        RunState::Succeeded,
        "one step, where it is not cut"
    );
    caseload.import(&reassignment()).await;
    caseload
        .database
        .script("DELETE FROM dirty_days WHERE day > (SELECT MIN(day) + 10 FROM dirty_days)");
    let new = NewRun {
        kind: RunKind::Refresh,
        days: RunDays::Pending,
        requested_by: None,
        at: caseload.clock.now(),
    };
    caseload
        .store
        .enqueue_run(caseload.workspace, new)
        .await
        .expect("the store is there");
    check_writes_nothing(
        &caseload,
        "UPDATE leases SET epoch = epoch + 1, expires_at = 0",
    )
    .await;
    caseload.import(&reassignment()).await;
    work(&worker(&caseload), &caseload).await;
}

async fn a_cancelled_run_changes_nothing(backend: Backend) {
    let caseload = Arc::new(workspace(backend).await);
    caseload.rebuild().await;
    let before = current(&caseload).await;
    caseload.import(&reassignment()).await;
    let run = ask(&caseload).await;
    step(&worker(&caseload), &caseload).await;
    step(&worker(&caseload), &caseload).await;
    check_writes_nothing(
        &caseload,
        "UPDATE rollup_runs SET state = 'cancelled', finished_at = 1 WHERE finished_at IS NULL",
    )
    .await;
    assert_eq!(find(&caseload, &run).await.state, RunState::Cancelled);
    assert_eq!(step(&worker(&caseload), &caseload).await, Step::Idle);
    assert_eq!(current(&caseload).await, before);
    caseload.database.script("DELETE FROM rollup_tasks");
    ask(&caseload).await;
    work(&worker(&caseload), &caseload).await;
    check(&caseload).await;
}

async fn a_zone_that_is_not_wanted_any_more_ends_its_run(backend: Backend) {
    use caseload_schema::{audit::Actor, zone::Zone};
    let caseload = workspace(backend).await;
    let wish = async |zone: &str| {
        let zone = Zone::parse(zone).expect("a zone");
        let asked = caseload.store.request_zone(
            caseload.workspace,
            zone,
            Actor::Operator,
            caseload.clock.now(),
        );
        asked
            .await
            .expect("the store is there")
            .expect("a workspace");
    };
    wish("Asia/Tokyo").await;
    let worker = worker(&caseload);
    step(&worker, &caseload).await;
    step(&worker, &caseload).await;
    let tokyo = caseload
        .store
        .last_run(caseload.workspace)
        .await
        .expect("the store is there")
        .expect("a run");
    assert_eq!(
        (tokyo.state, tokyo.time.map(|time| time.zone.name())),
        (RunState::Running, Some("Asia/Tokyo"))
    );
    wish("America/Lima").await;
    assert_eq!(find(&caseload, &tokyo).await.state, RunState::Failed);
    work(&worker, &caseload).await;
    let ledger = caseload
        .store
        .ledger(caseload.workspace)
        .await
        .expect("the store is there")
        .expect("a ledger");
    assert_eq!(
        (ledger.time.zone.name(), ledger.pending_time),
        ("America/Lima", None)
    );
    check(&caseload).await;
}

async fn a_last_step_that_is_taken_over_tells_nothing_twice_under_one_revision(backend: Backend) {
    let caseload = Arc::new(workspace(backend).await);
    let run = ask(&caseload).await;
    let notes = Arc::new(Notes::default());
    let taken = "UPDATE leases SET epoch = epoch + 1, expires_at = 0";
    let large = || {
        worker(&caseload)
            .cutting(1_000_000)
            .publishing_to(notes.clone())
    };
    // The first stretch is lost before it is written, the next worker writes all of it.
    large()
        .with_throttle(Meddler::new(&caseload, taken))
        .step(caseload.workspace)
        .await
        .expect("the store is there");
    assert_eq!(find(&caseload, &run).await.state, RunState::Running);
    large()
        .step(caseload.workspace)
        .await
        .expect("the store is there");
    assert_eq!(find(&caseload, &run).await.state, RunState::Succeeded);
    let mut keys: Vec<_> = notes
        .blocks()
        .into_iter()
        .map(|(day, revision, _)| (day, revision))
        .collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all);
    check(&caseload).await;
}

async fn a_lease_is_free_when_it_ends_and_when_a_clock_was_wrong(backend: Backend) {
    let caseload = workspace(backend).await;
    let (ws, now) = (caseload.workspace, caseload.clock.now());
    let take = async |seconds: i64| {
        let at = now.plus_seconds(seconds);
        let taken = caseload
            .store
            .write(move |conn| Box::pin(leases::take(conn, (ws, ROLLUP), "me", at)));
        taken.await.expect("the store is there")
    };
    let first = take(0).await.expect("nobody has it");
    assert_eq!(take(leases::LEASE_SECONDS).await, None);
    let second = take(leases::LEASE_SECONDS + 1).await.expect("it has ended");
    assert_eq!(second.epoch, first.epoch + 1);
    let hold = async |lease| {
        caseload
            .store
            .write(move |conn| Box::pin(leases::hold(conn, lease, now)))
            .await
            .ok()
    };
    assert_eq!(
        (hold(first).await, hold(second).await),
        (Some(false), Some(true))
    );
    // Whoever has it took it with a clock that was an hour ahead.
    caseload.database.script(&format!(
        "UPDATE leases SET expires_at = {}",
        now.plus_seconds(3_600).micros()
    ));
    assert!(take(0).await.is_some());
}
