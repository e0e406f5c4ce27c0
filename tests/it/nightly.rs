//! The nights: each once, at its minute, whatever clocks and processes do; and what they find.

use std::collections::BTreeMap;

use caseload_rollup::{
    plan::{Schedule, TimeOfDay},
    run::Worker,
    schedule::Planner,
};
use caseload_schema::{
    audit::Actor,
    clock::Clock,
    id::WorkspaceKey,
    instant::Instant,
    store::{RunKind, RunState, Store, leases::LEASE_SECONDS},
    zone::Zone,
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::json;

use crate::{
    on_both_stores,
    support::{
        app::Caseload,
        database::{Backend, Database},
    },
};

on_both_stores! {
    each_night_of_a_year_comes_once_at_its_minute,
    a_night_whose_time_comes_twice_runs_the_first_time_and_not_again,
    nights_that_nobody_saw_are_caught_up_with_one_run,
    one_process_leads_and_a_leader_that_was_replaced_asks_for_nothing,
    a_night_finds_and_heals_what_is_not_what_the_facts_say,
    the_next_night_is_told,
}

/// Two with a gap at that time in spring, one that is set by half an hour.
const ZONES: [Tz; 3] = [
    Tz::Europe__Rome,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
];

fn rhythm(hour: u32, minute: u32) -> Schedule {
    Schedule {
        nightly_at: TimeOfDay::new(hour, minute).expect("a time"),
        refresh_interval: None,
    }
}

fn planner(store: &Store, clock: &Clock, rhythm: Schedule) -> Planner {
    Planner::new(Worker::new(store.clone(), clock.clone()), rhythm)
}

async fn look(planner: &mut Planner) -> usize {
    planner.look().await.expect("the store is there")
}

/// When 02:30 comes on that day: the first time where it comes twice, the end of the gap where it does not come.
fn half_past_two(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let mut local = day.and_hms_opt(2, 30, 0).expect("a time");
    loop {
        if let Some(at) = zone.from_local_datetime(&local).earliest() {
            return at.to_utc();
        }
        local += TimeDelta::minutes(1);
    }
}

async fn each_night_of_a_year_comes_once_at_its_minute(backend: Backend) {
    let database = Database::empty(backend);
    let store = database.store().await;
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
    let clock = Clock::manual(Instant::parse("2025-12-31T12:00:00Z").expect("an instant"));
    let mut expected: BTreeMap<DateTime<Utc>, Vec<WorkspaceKey>> = BTreeMap::new();
    let mut nights: BTreeMap<WorkspaceKey, Vec<Instant>> = BTreeMap::new();
    for zone in ZONES {
        let id = zone.name().to_lowercase().replace(['/', '_'], "-");
        let parsed = Zone::parse(zone.name()).expect("a zone");
        let ws = store
            .create_workspace(&id, zone.name(), parsed, clock.now())
            .await
            .expect("a new workspace");
        for day in 0..365 {
            let at = half_past_two(zone, first + Days::new(day));
            expected.entry(at).or_default().push(ws);
            nights.entry(ws).or_default().push(Instant::from_chrono(at));
        }
    }
    let mut planner = planner(&store, &clock, rhythm(2, 30));
    assert_eq!(
        look(&mut planner).await,
        0,
        "nothing was missed before anyone looked"
    );
    for (at, due) in &expected {
        let at = Instant::from_chrono(*at);
        clock.set(at.plus_seconds(-1));
        assert_eq!(look(&mut planner).await, 0, "a second before {at}");
        clock.set(at);
        assert_eq!(look(&mut planner).await, due.len(), "at {at}");
        assert_eq!(look(&mut planner).await, 0, "again at {at}");
        for ws in due {
            let run = store
                .last_run(*ws)
                .await
                .expect("the store is there")
                .expect("a run");
            assert_eq!(
                (run.kind, run.state, run.queued_at),
                (RunKind::Nightly, RunState::Queued, at)
            );
            store
                .cancel_run(*ws, run.id, Actor::Operator, at)
                .await
                .expect("the store is there");
        }
    }
    for (ws, nights) in nights {
        let runs = store
            .list_runs(ws, None, 1_000)
            .await
            .expect("the store is there");
        let asked: Vec<_> = runs.iter().rev().map(|run| run.queued_at).collect();
        assert_eq!(asked, nights);
    }
}

async fn a_night_whose_time_comes_twice_runs_the_first_time_and_not_again(backend: Backend) {
    for (zone, day, hour, minute) in [
        (Tz::America__Havana, (2025, 11, 2), 0, 15),
        (Tz::America__New_York, (2025, 11, 2), 1, 30),
        (Tz::Atlantic__Azores, (2025, 10, 26), 0, 30),
        (Tz::Australia__Lord_Howe, (2025, 4, 6), 1, 45),
    ] {
        let (year, month, day) = day;
        let night = NaiveDate::from_ymd_opt(year, month, day).expect("a day");
        let local = night.and_hms_opt(hour, minute, 0).expect("a time");
        let both = zone.from_local_datetime(&local);
        let (first, second) = (both.earliest(), both.latest());
        let [first, second] = [first, second].map(|at| at.expect("a time").to_utc());
        assert_ne!(first, second, "{zone}");

        let caseload = Caseload::new(backend, zone, first - TimeDelta::hours(30)).await;
        let mut planner = planner(&caseload.store, &caseload.clock, rhythm(hour, minute));
        let mut asked = Vec::new();
        // Until the next night is nearly due.
        let end = second + TimeDelta::hours(23);
        let mut now = first - TimeDelta::hours(30);
        while now < end {
            caseload.clock.set(Instant::from_chrono(now));
            if look(&mut planner).await != 0 {
                asked.push(now);
                cancel_last(&caseload).await;
            }
            now += TimeDelta::minutes(5);
        }
        let of_night = |at: &&DateTime<Utc>| first - TimeDelta::hours(2) < **at;
        let asked: Vec<_> = asked.iter().filter(of_night).collect();
        assert_eq!(asked, [&first], "{zone}");
    }
}

async fn cancel_last(caseload: &Caseload) {
    let (store, ws) = (&caseload.store, caseload.workspace);
    let run = store.last_run(ws).await.expect("the store is there");
    let run = run.expect("a run");
    store
        .cancel_run(ws, run.id, Actor::Operator, caseload.clock.now())
        .await
        .expect("the store is there");
}

async fn acme(backend: Backend) -> Caseload {
    let now = "2026-03-20T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, Tz::Europe__Rome, now).await;
    let mut records =
        vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    records.extend((1..=9).map(|day| {
        let at = format!("2026-03-0{day}T12:00:00Z");
        json!({"type": "conversation", "id": format!("c{day}"), "customer_id": "k", "created_at": at, "closed_at": at})
    }));
    caseload.import(&records).await;
    caseload.roll_up().await;
    caseload
}

async fn nights_that_nobody_saw_are_caught_up_with_one_run(backend: Backend) {
    let caseload = acme(backend).await;
    let mut before = planner(&caseload.store, &caseload.clock, rhythm(0, 15));
    assert_eq!(look(&mut before).await, 0);
    caseload
        .clock
        .set(caseload.clock.now().plus_seconds(20 * 86_400));
    let mut after = planner(&caseload.store, &caseload.clock, rhythm(0, 15));
    assert_eq!((look(&mut after).await, look(&mut after).await), (1, 0));
    // It waits still when the next night comes: one run is for both.
    caseload
        .clock
        .set(caseload.clock.now().plus_seconds(86_400));
    look(&mut after).await;
    let runs = caseload
        .store
        .list_runs(caseload.workspace, None, 10)
        .await
        .expect("the store is there");
    assert_eq!(
        runs.iter()
            .filter(|run| run.kind == RunKind::Nightly)
            .count(),
        1
    );
    // Back by an hour, over the minute of the night: it does not come again.
    caseload
        .clock
        .set(caseload.clock.now().plus_seconds(-86_400 / 2));
    assert_eq!(look(&mut after).await, 0);
}

async fn one_process_leads_and_a_leader_that_was_replaced_asks_for_nothing(backend: Backend) {
    let caseload = acme(backend).await;
    let new = || planner(&caseload.store, &caseload.clock, rhythm(0, 15));
    let (mut first, mut second) = (new(), new());
    look(&mut first).await;
    look(&mut second).await;
    assert_eq!((first.is_leader(), second.is_leader()), (true, false));
    // The first one stops for a while, and wakes up in the next night believing that it leads.
    caseload
        .clock
        .set(caseload.clock.now().plus_seconds(86_400));
    caseload
        .database
        .script("UPDATE leases SET epoch = epoch + 1 WHERE name = 'leader'");
    assert_eq!(look(&mut first).await, 0);
    assert!(!first.is_leader());
    caseload
        .clock
        .set(caseload.clock.now().plus_seconds(LEASE_SECONDS + 1));
    assert_eq!((look(&mut second).await, look(&mut first).await), (1, 0));
    assert_eq!((first.is_leader(), second.is_leader()), (false, true));
    second.resign().await.expect("the store is there");
    look(&mut first).await;
    assert!(first.is_leader(), "at once, where the other one resigned");
}

async fn a_night_finds_and_heals_what_is_not_what_the_facts_say(backend: Backend) {
    let caseload = acme(backend).await;
    let mut planner = planner(&caseload.store, &caseload.clock, rhythm(0, 15));
    look(&mut planner).await;
    caseload
        .database
        .script("UPDATE daily_member_summary SET closed = closed + 1 WHERE day = 20515");
    let worker = Worker::new(caseload.store.clone(), caseload.clock.clone()).comparing(1_000);
    let night = async |planner: &mut Planner| {
        caseload
            .clock
            .set(caseload.clock.now().plus_seconds(86_400));
        assert_eq!(look(planner).await, 1);
        while worker
            .step(caseload.workspace)
            .await
            .expect("the store is there")
            != caseload_rollup::run::Step::Idle
        {}
        caseload
            .store
            .last_run(caseload.workspace)
            .await
            .expect("the store is there")
            .expect("a run")
    };
    let found = night(&mut planner).await;
    assert_eq!(
        (found.state, found.checked_days, found.differing_days),
        (RunState::Succeeded, 9, 1)
    );
    let status = "{ rollupStatus { differingDays lastRun { kind checkedDays differingDays } } }";
    let told = caseload
        .ask("boss", status, &json!({}))
        .await
        .data("rollupStatus");
    let run = json!({"kind": "NIGHTLY", "checkedDays": 9, "differingDays": 1});
    assert_eq!(told, json!({"differingDays": 1, "lastRun": run}));
    let healed = night(&mut planner).await;
    assert_eq!((healed.checked_days, healed.differing_days), (9, 0));
}

async fn the_next_night_is_told(backend: Backend) {
    let caseload = acme(backend).await;
    let next = async || {
        let status = caseload
            .ask("boss", "{ rollupStatus { nextNightlyAt } }", &json!({}))
            .await;
        status.data("rollupStatus")["nextNightlyAt"].take()
    };
    assert_eq!(next().await, "2026-03-20T23:15:00Z");
    let mut planner = planner(&caseload.store, &caseload.clock, rhythm(0, 15));
    look(&mut planner).await;
    caseload
        .clock
        .set(Instant::parse("2026-03-28T23:15:00Z").expect("an instant"));
    assert_eq!(next().await, "2026-03-28T23:15:00Z", "it is due now");
    look(&mut planner).await;
    assert_eq!(
        next().await,
        "2026-03-29T22:15:00Z",
        "after the clocks were set to summer time"
    );
}
