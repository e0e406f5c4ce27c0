use std::collections::BTreeSet;

use caseload_schema::{
    id::{Generation, Revision, WorkspaceKey},
    store::Ledger,
    time_settings::TimeSettings,
    zone::Zone,
};

use super::*;

fn rome() -> Zone {
    Zone::parse("Europe/Rome").unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn state(last_night: Option<&str>, rolled_up_at: Option<&str>) -> WorkspaceState {
    let ledger = Ledger {
        generation: Generation(1),
        head: 0,
        directory_version: 1,
        rolled_up_at: rolled_up_at.map(at),
        time: TimeSettings::without_hours(rome()),
        pending_time: None,
        open_revision: Revision(1),
        final_before: None,
        last_night: last_night.map(day),
    };
    WorkspaceState {
        ws: WorkspaceKey(1),
        ledger,
        tried_at: None,
        has_marks: false,
        has_run: false,
    }
}

const RHYTHM: Schedule = Schedule {
    nightly_at: TimeOfDay::AFTER_MIDNIGHT,
    refresh_interval: Some(Duration::from_secs(30)),
};

#[test]
fn times_of_day_are_read_as_clocks_show_them() {
    let read = |text: &str| text.parse::<TimeOfDay>().ok().map(|time| time.to_string());
    assert_eq!(read("00:15").as_deref(), Some("00:15"));
    assert_eq!(read("23:59").as_deref(), Some("23:59"));
    for wrong in ["24:00", "0:15", "00:60", "0015", "", "+1:15", "00:15:00"] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}

#[test]
fn a_night_is_due_from_its_minute_on_and_only_once() {
    let due = |last: &str, now: &str| due(&state(Some(last), Some(now)), &RHYTHM, at(now));
    assert_eq!(due("2026-03-01", "2026-03-01T23:14:59Z"), None);
    assert_eq!(
        due("2026-03-01", "2026-03-01T23:15:00Z"),
        Some(Due::Night(day("2026-03-02")))
    );
    assert_eq!(due("2026-03-02", "2026-03-01T23:15:00Z"), None);
}

#[test]
fn nights_that_were_missed_are_caught_up_with_one_run() {
    let now = "2026-05-10T08:00:00Z";
    assert_eq!(
        due(&state(Some("2026-03-01"), Some(now)), &RHYTHM, at(now)),
        Some(Due::Night(day("2026-05-10")))
    );
}

#[test]
fn a_clock_that_was_wrong_by_years_does_not_end_the_nights() {
    let now = "2026-05-10T08:00:00Z";
    let found = due(&state(Some("2031-01-01"), Some(now)), &RHYTHM, at(now));
    assert_eq!(found, Some(Due::FirstNight(day("2026-05-10"))));
}

#[test]
fn a_refresh_waits_for_marks_for_its_interval_and_for_other_runs() {
    let check = |change: &dyn Fn(&mut WorkspaceState), seconds: i64, expected| {
        let mut state = state(Some("2026-03-10"), Some("2026-03-10T12:00:00Z"));
        state.has_marks = true;
        change(&mut state);
        let now = at("2026-03-10T12:00:00Z").plus_seconds(seconds);
        assert_eq!(due(&state, &RHYTHM, now), expected);
    };
    check(&|_| (), 29, None);
    check(&|_| (), 30, Some(Due::Refresh));
    check(&|state| state.has_marks = false, 30, None);
    check(&|state| state.has_run = true, 30, None);
    check(
        &|state| state.tried_at = Some(at("2026-03-10T12:00:20Z")),
        30,
        None,
    );
    // The clock was set back: what was rolled up "later" is long ago.
    check(&|_| (), -3_600, Some(Due::Refresh));
    check(
        &|state| {
            state.has_marks = false;
            state.ledger.pending_time = Some(TimeSettings::without_hours(Zone::UTC));
        },
        30,
        Some(Due::Refresh),
    );
}

#[test]
fn a_day_that_a_zone_skipped_has_no_night() {
    let apia = Zone::parse("Pacific/Apia").unwrap();
    let night = |now: &str| latest_night(apia, TimeOfDay::AFTER_MIDNIGHT, at(now)).to_string();
    assert_eq!(night("2011-12-30T09:59:00Z"), "2011-12-29");
    assert_eq!(night("2011-12-30T10:14:00Z"), "2011-12-29");
    assert_eq!(night("2011-12-30T10:15:00Z"), "2011-12-31");
}

#[test]
fn a_time_that_comes_twice_is_the_first_of_the_two() {
    let check = |zone: &str, (hour, minute), due: &str, night: &str| {
        let zone = Zone::parse(zone).unwrap();
        let nightly_at = TimeOfDay::new(hour, minute).unwrap();
        let (due, night) = (at(due), day(night));
        let before = due.plus_seconds(-1);
        assert_eq!(latest_night(zone, nightly_at, before), night.plus(-1));
        let last = Some(night.plus(-1));
        assert_eq!(next_night(zone, nightly_at, last, before), due);
        // From then on, through the second time too, it is that night.
        for minutes in 0..24 * 60 {
            let now = due.plus_seconds(minutes * 60);
            assert_eq!(latest_night(zone, nightly_at, now), night, "{now} {zone:?}");
        }
    };
    check(
        "America/Havana",
        (0, 15),
        "2025-11-02T04:15:00Z",
        "2025-11-02",
    );
    check(
        "America/New_York",
        (1, 30),
        "2025-11-02T05:30:00Z",
        "2025-11-02",
    );
    // By half an hour.
    check(
        "Australia/Lord_Howe",
        (1, 45),
        "2025-04-05T14:45:00Z",
        "2025-04-06",
    );
    // Back over midnight: the 6th goes on when the night of the 7th has been due.
    check(
        "America/St_Johns",
        (0, 0),
        "2010-11-07T02:30:00Z",
        "2010-11-07",
    );
}

#[test]
fn the_next_night_is_the_first_whose_run_was_not_asked_for() {
    let next = |last: Option<&str>, now: &str| {
        next_night(rome(), TimeOfDay::AFTER_MIDNIGHT, last.map(day), at(now)).to_string()
    };
    assert_eq!(next(None, "2026-03-01T12:00:00Z"), "2026-03-01T23:15:00Z");
    assert_eq!(
        next(Some("2026-03-01"), "2026-03-01T12:00:00Z"),
        "2026-03-01T23:15:00Z"
    );
    assert_eq!(
        next(Some("2026-02-28"), "2026-03-01T12:00:00Z"),
        "2026-02-28T23:15:00Z"
    );
    assert_eq!(
        next(Some("2026-03-02"), "2026-03-01T12:00:00Z"),
        "2026-03-02T23:15:00Z"
    );
    assert_eq!(
        next(Some("2031-01-01"), "2026-03-01T12:00:00Z"),
        "2026-03-01T23:15:00Z"
    );
}

#[test]
fn a_sample_is_of_the_size_asked_for_and_the_same_for_the_same_seed() {
    let days: BTreeSet<Day> = (0..100).map(Day::from_number).collect();
    assert_eq!(sample(&days, 7, 3).len(), 7);
    assert_eq!(sample(&days, 7, 3), sample(&days, 7, 3));
    assert_ne!(sample(&days, 7, 3), sample(&days, 7, 4));
    assert_eq!(sample(&days, 1_000, 3), days);
}
