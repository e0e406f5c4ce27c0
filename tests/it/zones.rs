//! Days that are not 24 hours long, hours that come twice, zones that change.

use std::collections::BTreeSet;

use caseload_schema::{audit::Actor, instant::Instant, zone::Zone};
use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde_json::{Value, json};

use crate::{
    model::{book::Book, scope::Filter, time::Span},
    on_both_stores,
    support::{
        app::Caseload,
        compare::difference,
        database::Backend,
        dice::Dice,
        facts::{PLACES, Writer},
        queries,
    },
};

on_both_stores! {
    a_day_of_23_hours_and_one_of_25_hold_what_falls_on_them,
    zones_may_be_off_by_half_an_hour_or_a_quarter,
    a_day_that_was_skipped_is_an_empty_bucket,
    a_day_that_comes_in_two_pieces_is_one_day,
    a_changed_zone_takes_effect_all_at_once,
}

/// Zones whose rules before 2026 a later release has changed than chrono-tz has.
const CHANGED_SINCE: [&str; 9] = [
    "America/Bogota",
    "America/Ensenada",
    "America/Santa_Isabel",
    "America/Tijuana",
    "Asia/Tehran",
    "Europe/Chisinau",
    "Europe/Tiraspol",
    "Iran",
    "Mexico/BajaNorte",
];

/// The day and the hour of every zone are those of chrono-tz, which reads the rules in its own way.
#[test]
fn days_and_hours_of_all_zones_are_those_of_another_library() {
    let begin: DateTime<Utc> = "1970-01-01T00:00:00Z".parse().expect("an instant");
    let end: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let mut unlike = BTreeSet::new();
    for other in TZ_VARIANTS {
        let zone = Zone::parse(other.name()).expect("a zone that chrono-tz knows");
        // Some instants of each month, at all hours, and the seconds around each change.
        let mut instants: Vec<DateTime<Utc>> = (0..2_000)
            .map(|number| begin + TimeDelta::seconds(number * 880_123))
            .collect();
        for offset in zone.offsets() {
            let at = DateTime::from_timestamp_micros(offset.begins_at.micros()).expect("a time");
            instants.extend([-1, 0].map(|seconds| at + TimeDelta::seconds(seconds)));
        }
        let of_zone = instants.into_iter().filter(|at| begin <= *at && *at < end);
        let first = of_zone.into_iter().find(|at| {
            let local = zone.local(Instant::from_chrono(*at));
            let expected = at.with_timezone(&other);
            let day = (expected.year(), expected.month(), expected.day());
            let day = format!("{:04}-{:02}-{:02}", day.0, day.1, day.2);
            (local.day.to_string(), u32::from(local.hour)) != (day, expected.hour())
        });
        if let Some(at) = first {
            println!("{other} {at}");
            unlike.insert(other.name());
        }
    }
    assert_eq!(unlike, BTreeSet::from(CHANGED_SINCE));
}

/// A workspace in that zone with one conversation for each instant.
async fn created_at(backend: Backend, zone: Tz, instants: &[&str]) -> Caseload {
    let now = "2026-01-10T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, zone, now).await;
    let mut records =
        vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    records.extend(
        instants.iter().map(
            |at| json!({"type": "conversation", "id": at, "customer_id": at, "created_at": at}),
        ),
    );
    let report = caseload.import(&records).await;
    assert_eq!(report.rejected, 0, "{report:?}");
    caseload.roll_up().await;
    caseload
}

/// Conversations of each day that has some, and of each hour, as `weekday hour`.
async fn days_and_hours(
    caseload: &Caseload,
    from: &str,
    to: &str,
) -> (Vec<(String, u64)>, Vec<(String, u64)>) {
    let query =
        "query($from: Date!, $to: Date!) { team(period: {between: {from: $from, to: $to}}) {
        series { from metrics { conversations } } busyHours { weekday hour count } } }";
    let report = caseload
        .ask("boss", query, &json!({"from": from, "to": to}))
        .await
        .data("team");
    let listed = |list: &Value, name: &dyn Fn(&Value) -> String, count: &str| {
        let entries = list.as_array().expect("a list").iter();
        let counted = entries.map(|entry| {
            (
                name(entry),
                entry
                    .pointer(count)
                    .and_then(Value::as_u64)
                    .expect("a count"),
            )
        });
        counted.filter(|(_, count)| *count != 0).collect::<Vec<_>>()
    };
    let day = |point: &Value| point["from"].as_str().expect("a day").to_owned();
    let hour = |hour: &Value| format!("{} {}", hour["weekday"], hour["hour"]);
    (
        listed(&report["series"], &day, "/metrics/conversations"),
        listed(&report["busyHours"], &hour, "/count"),
    )
}

fn counted(list: &[(&str, u64)]) -> Vec<(String, u64)> {
    list.iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

async fn a_day_of_23_hours_and_one_of_25_hold_what_falls_on_them(backend: Backend) {
    let spring = [
        "2025-03-29T22:59:59.999999Z",
        "2025-03-29T23:00:00Z",
        "2025-03-30T00:59:59Z",
        "2025-03-30T01:00:00Z",
        "2025-03-30T21:59:59.999999Z",
        "2025-03-30T22:00:00Z",
    ];
    let caseload = created_at(backend, Tz::Europe__Rome, &spring).await;
    let (days, hours) = days_and_hours(&caseload, "2025-03-29", "2025-03-31").await;
    assert_eq!(
        days,
        counted(&[("2025-03-29", 1), ("2025-03-30", 4), ("2025-03-31", 1)])
    );
    assert_eq!(
        hours,
        counted(&[
            ("1 0", 1),
            ("6 23", 1),
            ("7 0", 1),
            ("7 1", 1),
            ("7 3", 1),
            ("7 23", 1)
        ])
    );

    let autumn = [
        "2025-10-25T21:59:59Z",
        "2025-10-25T22:00:00Z",
        "2025-10-26T00:30:00Z",
        "2025-10-26T01:30:00Z",
        "2025-10-26T22:59:59.999999Z",
        "2025-10-26T23:00:00Z",
    ];
    let caseload = created_at(backend, Tz::Europe__Rome, &autumn).await;
    let (days, hours) = days_and_hours(&caseload, "2025-10-25", "2025-10-27").await;
    assert_eq!(
        days,
        counted(&[("2025-10-25", 1), ("2025-10-26", 4), ("2025-10-27", 1)])
    );
    assert_eq!(
        hours,
        counted(&[("1 0", 1), ("6 23", 1), ("7 0", 1), ("7 2", 2), ("7 23", 1)])
    );
}

async fn zones_may_be_off_by_half_an_hour_or_a_quarter(backend: Backend) {
    let kathmandu = ["2025-07-06T18:14:59.999999Z", "2025-07-06T18:15:00Z"];
    let caseload = created_at(backend, Tz::Asia__Kathmandu, &kathmandu).await;
    let (days, hours) = days_and_hours(&caseload, "2025-07-01", "2025-07-31").await;
    assert_eq!(days, counted(&[("2025-07-06", 1), ("2025-07-07", 1)]));
    assert_eq!(hours, counted(&[("1 0", 1), ("7 23", 1)]));

    // From +10:30 to +11 at two o'clock in October: half an hour is missing.
    let lord_howe = [
        "2025-10-04T13:29:59Z",
        "2025-10-04T13:30:00Z",
        "2025-10-04T15:29:59Z",
        "2025-10-04T15:30:00Z",
        "2025-10-05T12:59:59Z",
        "2025-10-05T13:00:00Z",
    ];
    let caseload = created_at(backend, Tz::Australia__Lord_Howe, &lord_howe).await;
    let (days, hours) = days_and_hours(&caseload, "2025-10-04", "2025-10-06").await;
    assert_eq!(
        days,
        counted(&[("2025-10-04", 1), ("2025-10-05", 4), ("2025-10-06", 1)])
    );
    assert_eq!(
        hours,
        counted(&[
            ("1 0", 1),
            ("6 23", 1),
            ("7 0", 1),
            ("7 1", 1),
            ("7 2", 1),
            ("7 23", 1)
        ])
    );
}

async fn a_day_that_was_skipped_is_an_empty_bucket(backend: Backend) {
    let caseload = created_at(
        backend,
        Tz::Pacific__Apia,
        &["2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"],
    )
    .await;
    let (days, _) = days_and_hours(&caseload, "2011-12-29", "2011-12-31").await;
    assert_eq!(days, counted(&[("2011-12-29", 1), ("2011-12-31", 1)]));
    let query = "{ team(period: {between: {from: \"2011-12-29\", to: \"2011-12-31\"}}) {
        period { days } series { from metrics { conversations } backlog } } }";
    let report = caseload.ask("boss", query, &json!({})).await.data("team");
    let expected = json!({"period": {"days": 3}, "series": [
        {"from": "2011-12-29", "metrics": {"conversations": 1}, "backlog": 1},
        {"from": "2011-12-30", "metrics": {"conversations": 0}, "backlog": 1},
        {"from": "2011-12-31", "metrics": {"conversations": 1}, "backlog": 2},
    ]});
    assert_eq!(report, expected);
}

async fn a_day_that_comes_in_two_pieces_is_one_day(backend: Backend) {
    // At 00:01 on the seventh the clocks go back to 23:01 on the sixth.
    let st_johns = [
        "2010-11-07T02:29:59Z",
        "2010-11-07T02:30:30Z",
        "2010-11-07T02:31:00Z",
        "2010-11-07T03:29:59Z",
        "2010-11-07T03:30:00Z",
    ];
    let caseload = created_at(backend, Tz::America__St_Johns, &st_johns).await;
    let (days, hours) = days_and_hours(&caseload, "2010-11-05", "2010-11-08").await;
    assert_eq!(days, counted(&[("2010-11-06", 3), ("2010-11-07", 2)]));
    assert_eq!(hours, counted(&[("6 23", 3), ("7 0", 2)]));
}

async fn a_changed_zone_takes_effect_all_at_once(backend: Backend) {
    for (seed, place) in (3000..).zip(PLACES) {
        let mut writer = Writer::new(Dice::seeded(seed));
        let mut world = writer.empty_world();
        let caseload = Caseload::new(backend, world.zone, world.now).await;
        let mut records =
            vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
        records.extend(writer.records(150));
        caseload.import(&records).await;
        world.apply_all(&records);
        caseload.roll_up().await;

        let zone = Zone::parse(place.zone.name()).expect("a zone");
        let old_zone = world.zone.name();
        caseload
            .store
            .request_zone(
                caseload.workspace,
                zone,
                Actor::Operator,
                caseload.clock.now(),
            )
            .await
            .expect("the store is there");
        let status = "{ workspace { timezone pendingTimezone } rollupStatus { generation } }";
        let before = caseload.ask("boss", status, &json!({})).await.json()["data"].take();
        let pending = if old_zone == place.zone.name() {
            Value::Null
        } else {
            json!(place.zone.name())
        };
        assert_eq!(
            before["workspace"],
            json!({"timezone": old_zone, "pendingTimezone": pending})
        );
        caseload.roll_up().await;
        let after = caseload.ask("boss", status, &json!({})).await.json()["data"].take();
        assert_eq!(
            after["workspace"],
            json!({"timezone": place.zone.name(), "pendingTimezone": null})
        );
        let generation = |status: &Value| {
            status["rollupStatus"]["generation"]
                .as_i64()
                .expect("a number")
        };
        assert!(
            generation(&after) <= generation(&before) + 1,
            "one flip: {before} {after}"
        );

        world.zone = place.zone;
        check_team(seed, &caseload, &Book::of(&world), &mut writer).await;
    }
}

async fn check_team(seed: u64, caseload: &Caseload, book: &Book<'_>, writer: &mut Writer) {
    for _ in 0..2 {
        let span: Span = writer.span(14);
        let ask = writer.ask(span);
        let variables = json!({
            "period": span.input(), "filter": {}, "by": ask.by, "measure": ask.measure, "busy": ask.busy,
            "first": ask.first,
        });
        let got = caseload
            .ask("boss", &queries::team(), &variables)
            .await
            .data("team");
        let expected = book.team(ask, &Filter::default());
        assert_eq!(
            difference(&expected, &got),
            None,
            "seed {seed}, {variables}"
        );
    }
}
