use std::collections::BTreeSet;

use caseload_schema::{id::WorkspaceKey, store::Ledger, zone::Zone};

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

fn standing(last_night: Option<&str>, rolled_up_at: Option<&str>) -> Standing {
    let ledger = Ledger {
        generation: 1,
        head: 0,
        directory_version: 1,
        rolled_up_at: rolled_up_at.map(at),
        zone: rome(),
        pending_zone: None,
        open_revision: 1,
        final_before: None,
        last_night: last_night.map(day),
    };
    Standing {
        ws: WorkspaceKey(1),
        ledger,
        tried_at: None,
        has_marks: false,
        has_run: false,
    }
}

const RHYTHM: Rhythm = Rhythm {
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
    let due = |last: &str, now: &str| due(&standing(Some(last), Some(now)), &RHYTHM, at(now));
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
        due(&standing(Some("2026-03-01"), Some(now)), &RHYTHM, at(now)),
        Some(Due::Night(day("2026-05-10")))
    );
}

#[test]
fn a_clock_that_was_wrong_by_years_does_not_end_the_nights() {
    let now = "2026-05-10T08:00:00Z";
    let found = due(&standing(Some("2031-01-01"), Some(now)), &RHYTHM, at(now));
    assert_eq!(found, Some(Due::FirstNight(day("2026-05-10"))));
}

#[test]
fn a_refresh_waits_for_marks_for_its_interval_and_for_other_runs() {
    let check = |change: &dyn Fn(&mut Standing), seconds: i64, expected| {
        let mut standing = standing(Some("2026-03-10"), Some("2026-03-10T12:00:00Z"));
        standing.has_marks = true;
        change(&mut standing);
        let now = at("2026-03-10T12:00:00Z").plus_seconds(seconds);
        assert_eq!(due(&standing, &RHYTHM, now), expected);
    };
    check(&|_| (), 29, None);
    check(&|_| (), 30, Some(Due::Refresh));
    check(&|standing| standing.has_marks = false, 30, None);
    check(&|standing| standing.has_run = true, 30, None);
    check(
        &|standing| standing.tried_at = Some(at("2026-03-10T12:00:20Z")),
        30,
        None,
    );
    // The clock was set back: what was rolled up "later" is long ago.
    check(&|_| (), -3_600, Some(Due::Refresh));
    check(
        &|standing| (standing.has_marks, standing.ledger.pending_zone) = (false, Some(Zone::UTC)),
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
