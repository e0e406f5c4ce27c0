//! Everything that the API answers is what the model says, on random worlds.

use caseload_schema::instant::Instant;
use serde_json::{Value, json};

use crate::{
    model::{
        apply::Tally,
        asked::{Asked, COMPARISONS, days_json},
        book::Book,
        breakdown::dimension_input,
        hours::Hours,
        lists::{Eyes, Scores},
        scope::{Filter, Scope},
        time::{PRESETS, Span},
        world::{At, World},
    },
    on_both_stores,
    support::{
        app::{Caseload, lines},
        compare::difference,
        database::{Backend, Database},
        dice::Dice,
        facts::Writer,
        queries,
        redis::Redis,
    },
};

/// Worlds on each store; in each of them facts come [`ROUNDS`] times, and are asked about each time.
const WORLDS: u64 = 30;
const ROUNDS: usize = 3;
const RECORDS: usize = 120;

/// Worlds on each store whose figures come from Redis.
const SHARED_WORLDS: u64 = 8;

on_both_stores! {
    what_the_api_answers_is_what_the_model_says,
    what_comes_from_redis_is_what_the_model_says,
    presets_are_taken_at_today_in_the_zone_of_the_workspace,
}

async fn what_the_api_answers_is_what_the_model_says(backend: Backend) {
    for seed in 0..WORLDS {
        check_world(backend, None, seed).await;
    }
}

/// The same contract over the other cache: after each rollup another process answers, to which Redis alone is near.
async fn what_comes_from_redis_is_what_the_model_says(backend: Backend) {
    let redis = Redis::start();
    let mut shared = 0;
    for seed in 1_000..1_000 + SHARED_WORLDS {
        shared += check_world(backend, Some(&redis), seed).await;
    }
    assert!(SHARED_WORLDS < shared, "{shared} blocks came from Redis");
}

/// Gives how many blocks came from Redis.
async fn check_world(backend: Backend, redis: Option<&Redis>, seed: u64) -> u64 {
    let mut shared = 0;
    let mut writer = Writer::new(Dice::seeded(seed));
    let mut world = writer.empty_world();
    let url = redis.map(Redis::url).unwrap_or_default();
    let mut caseload =
        Caseload::sharing(Database::empty(backend), &url, writer.place.zone, world.now).await;
    let boss = json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"});
    let mut history = History::new(&format!("{backend:?}-{seed}"));
    let mut records = vec![boss];
    for round in 0..ROUNDS {
        records.extend(writer.records(RECORDS));
        history.records.push(lines(&records));
        let at = format!("seed {seed}, round {round}");
        let report = caseload.import(&records).await;
        let tally = world.apply_all(&records);
        check_counts(
            &at,
            tally,
            &serde_json::to_value(&report).expect("a report is JSON"),
        );
        if writer.dice.chance(1, 2) {
            set_hours(&at, &caseload, &mut world, &mut writer).await;
        }
        caseload.roll_up().await;
        if redis.is_some() {
            caseload.restart();
        }
        check_figures(&at, &caseload, &world, &mut writer).await;
        check_lists(&at, &caseload, &world, &mut writer).await;
        check_own(&at, &caseload, &world, &mut writer).await;
        let hits = caseload.app.caches().hits();
        assert!(redis.is_none() || hits.store == 0, "{at}: {hits:?}");
        shared += hits.redis;
        records.clear();
    }
    shared
}

/// Sets other business hours, or none.
async fn set_hours(at: &str, caseload: &Caseload, world: &mut World, writer: &mut Writer) {
    world.hours = writer.dice.chance(4, 5).then(|| writer.hours());
    let query = "mutation($hours: HoursInput) { setBusinessHours(hours: $hours) { id } }";
    let hours = world.hours.as_ref().map(Hours::input);
    let answer = caseload.ask("boss", query, &json!({"hours": hours})).await;
    assert_eq!(answer.codes(), [""; 0], "{at}: {hours:?}");
}

/// What was imported so far; written to a file where the test fails.
pub(crate) struct History {
    name: String,
    pub(crate) records: Vec<String>,
}

impl History {
    /// Of nothing yet.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            records: Vec::new(),
        }
    }
}

impl Drop for History {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let path = std::env::temp_dir().join(format!("caseload-failed-{}.ndjson", self.name));
            let written = std::fs::write(&path, self.records.join("\n"));
            eprintln!(
                "imports, with blank lines between them: {} {written:?}",
                path.display()
            );
        }
    }
}

pub(crate) fn check_counts(at: &str, tally: Tally, report: &Value) {
    let got = |field: &str| {
        report[field]
            .as_u64()
            .unwrap_or_else(|| panic!("{at}: {report}"))
    };
    assert_eq!(
        (got("stale"), got("rejected")),
        (tally.stale, tally.rejected),
        "{at}: {tally:?} {report}"
    );
    let accepted = tally.accepted..=tally.accepted + tally.either;
    assert!(
        accepted.contains(&got("accepted")),
        "{at}: {tally:?} {report}"
    );
    let changed = got("accepted") + got("unchanged");
    assert_eq!(
        changed,
        tally.accepted + tally.unchanged + tally.either,
        "{at}: {tally:?} {report}"
    );
}

async fn presets_are_taken_at_today_in_the_zone_of_the_workspace(backend: Backend) {
    let zone = chrono_tz::Pacific::Kiritimati;
    let start = "2023-12-25T09:59:59Z".parse::<At>().expect("an instant");
    let caseload = Caseload::new(backend, zone, start).await;
    caseload
        .import(&[json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})])
        .await;
    let presets = PRESETS.map(|name| {
        format!(
            "{name}: team(period: {{preset: {name}}}) {{ {} }}",
            earlier(3)
        )
    });
    let query = format!("{{ workspace {{ today }} {} }}", presets.join(" "));
    // Every 13 days for two years, a second before and after midnight there: each weekday, and the ends of all months. Then
    // days on which months, leap years and ISO weeks end.
    let midnight = start + chrono::Duration::seconds(1);
    let mut instants: Vec<At> = (0..56)
        .map(|step| midnight + chrono::Duration::days(step * 13))
        .flat_map(|midnight| [midnight - chrono::Duration::seconds(1), midnight])
        .collect();
    let ends = [
        "2024-02-29",
        "2024-03-31",
        "2024-05-31",
        "2024-12-31",
        "2025-02-28",
        "2025-03-31",
        "2025-08-31",
        "2025-10-31",
        "2026-12-31",
        "2027-01-03",
        "2028-02-29",
        "2028-12-31",
    ];
    instants.extend(ends.map(|day| {
        format!("{day}T00:00:00Z")
            .parse::<At>()
            .expect("an instant")
    }));
    for now in instants {
        caseload.clock.set(Instant::from_chrono(now));
        let today = now.with_timezone(&zone).date_naive();
        let answer = caseload.ask("boss", &query, &json!({})).await.json();
        assert_eq!(
            answer["data"]["workspace"]["today"],
            json!(today.to_string())
        );
        for name in PRESETS {
            let expected = earlier_json(Asked::preset(name, today), 3);
            assert_eq!(answer["data"][name], expected, "{name} on {today}");
        }
    }
}

/// Selects the days of a report, and those of all that it is compared with, so many times over.
fn earlier(times: usize) -> String {
    if times == 0 {
        return "period { from to days }".to_owned();
    }
    let inner = earlier(times - 1);
    let compared = COMPARISONS.map(|by| format!("{by}: previous(by: {by}) {{ {inner} }}"));
    format!("period {{ from to days }} {}", compared.join(" "))
}

fn earlier_json(asked: Asked, times: usize) -> Value {
    let mut report = json!({"period": days_json(asked)});
    if 0 < times {
        for by in COMPARISONS {
            report[by] = earlier_json(asked.previous(by), times - 1);
        }
    }
    report
}

/// The whole report, all labels, one member, the first day.
pub(crate) async fn check_figures(
    at: &str,
    caseload: &Caseload,
    world: &World,
    writer: &mut Writer,
) {
    let clock = writer.clock();
    let book = Book::by(clock, world);
    let (asked, then, period) = writer.asked();
    let filter = writer.filter();
    let ask = writer.ask(asked);
    // Presets are taken at the day that it is.
    let now = caseload.clock.now();
    caseload.clock.set(Instant::from_chrono(then));
    let variables = json!({
        "period": period, "filter": filter.input(), "by": ask.by, "measure": ask.measure, "busy": ask.busy,
        "first": ask.first, "clock": clock,
    });
    let at = format!("{at}, {variables}");
    let got = caseload
        .ask("boss", &queries::team(), &variables)
        .await
        .data("team");
    check(&format!("{at}, team"), &book.team(ask, &filter), &got);

    let labels = json!(book.labels(ask, &Scope::of(world, &filter)));
    let got = caseload
        .ask("boss", &queries::labels(), &variables)
        .await
        .data("labels");
    check(&format!("{at}, labels"), &labels, &got);

    let got = caseload
        .ask("boss", queries::BENCHMARK, &variables)
        .await
        .data("benchmark");
    let expected = book.benchmark(ask.span, ask.measure, &filter);
    check(&format!("{at}, benchmark"), &expected, &got);

    let everyone: Vec<String> = world.everyone().into_iter().collect();
    let member = &everyone[writer.dice.roll(everyone.len())];
    let mut filter = filter;
    filter.unassigned = None;
    let mut variables = variables;
    variables["filter"] = filter.input();
    variables["id"] = json!(member);
    let got = caseload
        .ask("boss", &queries::member(), &variables)
        .await
        .data("member");
    check(
        &format!("{at}, member {member}"),
        &book.member(ask, &filter, member),
        &got,
    );
    caseload.clock.set(now);

    let query = "query($text: String!, $first: Int) { workspace { firstDay attributes { key values(first: 1000)
        some: values(startsWith: $text, first: $first) } businessHours { weekdays { weekday stretches { from to } }
        dates { date name stretches { from to } } } hasPendingBusinessHours } }";
    let (text, first) = (
        ["", "5", "p", "never"][writer.dice.roll(4)],
        writer.dice.roll(3),
    );
    let got = caseload
        .ask("boss", query, &json!({"text": text, "first": first}))
        .await;
    let first_day = book.first_day().map(|day| day.to_string());
    let attributes = world.attributes().into_iter().map(|(key, values)| {
        let starting = values.iter().filter(|value| value.starts_with(text));
        let some: Vec<&String> = starting.take(first).copied().collect();
        json!({"key": key, "values": values, "some": some})
    });
    assert_eq!(
        got.data("workspace"),
        json!({
            "firstDay": first_day, "attributes": attributes.collect::<Vec<_>>(),
            "businessHours": world.hours.as_ref().map(Hours::json), "hasPendingBusinessHours": false,
        }),
        "{at}, {text:?}, {first}"
    );
}

/// The lists that someone sees who sees everything.
pub(crate) async fn check_lists(at: &str, caseload: &Caseload, world: &World, writer: &mut Writer) {
    let filter = writer.filter();
    let (period, span) = writer.period();
    check_lists_of(
        at,
        caseload,
        &Looker {
            world,
            eyes: Eyes::Everyone,
            name: "boss",
        },
        writer,
        (&filter, &period, span),
    )
    .await;

    let clock = writer.clock();
    let book = Book::by(clock, world);
    let span = writer.span(6);
    let members = writer.member_ids();
    let variables = json!({"period": span.input(), "members": members, "clock": clock});
    let list = List {
        member: "boss",
        field: "dailyRollups",
        query: queries::daily_rollups(),
        first: 7,
    };
    let got = pages(caseload, &list, variables.clone()).await;
    check(
        &format!("{at}, {variables}, dailyRollups"),
        &json!(book.daily_rollups(span, members.as_deref())),
        &got,
    );
    for _ in 0..4 {
        let clock = writer.clock();
        check_breakdown(at, caseload, (clock, &Book::by(clock, world)), writer).await;
    }
}

/// The rows by some dimensions, in their order.
async fn check_breakdown(
    at: &str,
    caseload: &Caseload,
    (clock, book): (&str, &Book<'_>),
    writer: &mut Writer,
) {
    let (asked, filter) = (writer.breakdown(), writer.filter());
    let by: Vec<Value> = asked.by.iter().map(|by| dimension_input(by)).collect();
    let direction = if asked.descending {
        "DESCENDING"
    } else {
        "ASCENDING"
    };
    let mut variables = json!({
        "by": by, "period": asked.span.input(), "filter": filter.input(), "orderBy": asked.order_by,
        "direction": direction, "clock": clock,
    });
    if asked.has_earlier() {
        variables["measure"] = json!(asked.measure);
    }
    let list = List {
        member: "boss",
        field: "breakdown",
        query: queries::breakdown(asked.has_earlier()),
        first: [3, 7, 40][writer.dice.roll(3)],
    };
    let got = pages(caseload, &list, variables.clone()).await;
    let expected = json!(book.breakdown(&asked, &Scope::of(book.world, &filter)));
    check(&format!("{at}, {variables}, breakdown"), &expected, &got);
}

/// The same questions by a member who sees their own figures alone.
async fn check_own(at: &str, caseload: &Caseload, world: &World, writer: &mut Writer) {
    let name = writer.member_id();
    let sees_own = world
        .members
        .get(name)
        .is_some_and(|member| member.active && ["agent", "viewer"].contains(&member.role.as_str()));
    if !sees_own {
        return;
    }
    let filter = writer.filter();
    let (period, span) = writer.period();
    check_lists_of(
        at,
        caseload,
        &Looker {
            world,
            eyes: Eyes::Only(name),
            name,
        },
        writer,
        (&filter, &period, span),
    )
    .await;

    let ask = writer.ask(span);
    let filter = Filter {
        unassigned: None,
        ..filter
    };
    let clock = writer.clock();
    let book = Book::by(clock, world);
    // By its days: as a preset it would be compared by the calendar.
    let variables = json!({
        "period": span.input(), "filter": filter.input(), "by": ask.by, "measure": ask.measure, "first": ask.first,
        "clock": clock,
    });
    let got = caseload
        .ask(name, queries::BENCHMARK, &variables)
        .await
        .data("benchmark");
    let expected = book.benchmark(span, ask.measure, &filter);
    check(&format!("{at}, {variables}, benchmark"), &expected, &got);
    let got = caseload
        .ask(name, &queries::member(), &variables)
        .await
        .data("member");
    check(
        &format!("{at}, {variables}, {name} about themselves"),
        &book.member(ask, &filter, name),
        &got,
    );
}

struct Looker<'a> {
    world: &'a World,
    eyes: Eyes<'a>,
    name: &'a str,
}

async fn check_lists_of(
    at: &str,
    caseload: &Caseload,
    looker: &Looker<'_>,
    writer: &mut Writer,
    (filter, period, span): (&Filter, &Value, Span),
) {
    let clock = writer.clock();
    let book = Book::by(clock, looker.world);
    let scope = looker.eyes.scope(&book, filter);
    for _ in 0..3 {
        let measure = writer.measure();
        let variables =
            json!({"period": period, "filter": filter.input(), "measure": measure, "clock": clock});
        let first = [2, 3, 1000][writer.dice.roll(3)];
        let list = List {
            member: looker.name,
            field: "conversations",
            query: queries::conversations(),
            first,
        };
        let got = pages(caseload, &list, variables.clone()).await;
        let expected = json!(book.conversations(measure, span, &scope, looker.eyes));
        check(
            &format!("{at}, {}, {variables}, conversations", looker.name),
            &expected,
            &got,
        );
    }
    // An hour in which something happens, where there is one.
    let measure = writer.hourly();
    let hours: Vec<_> = book
        .cases
        .iter()
        .flat_map(|case| book.hours(case, measure, span))
        .collect();
    let hour = if hours.is_empty() {
        (1, 0)
    } else {
        hours[writer.dice.roll(hours.len())]
    };
    let variables = json!({
        "period": period, "filter": filter.input(), "measure": measure, "at": {"weekday": hour.0, "hour": hour.1},
        "clock": clock,
    });
    let list = List {
        member: looker.name,
        field: "conversations",
        query: queries::conversations(),
        first: 2,
    };
    let got = pages(caseload, &list, variables.clone()).await;
    let expected = json!(book.conversations_at(measure, hour, span, (&scope, looker.eyes)));
    check(
        &format!("{at}, {}, {variables}, conversations", looker.name),
        &expected,
        &got,
    );
    let scores = Scores {
        min: [None, Some(2)][writer.dice.roll(2)],
        max: [None, Some(4)][writer.dice.roll(2)],
        has_comment: [None, Some(true), Some(false)][writer.dice.roll(3)],
    };
    let variables = json!({
        "period": period, "filter": filter.input(), "min": scores.min, "max": scores.max, "has": scores.has_comment,
    });
    let list = List {
        member: looker.name,
        field: "feedback",
        query: queries::feedback(),
        first: 3,
    };
    let got = pages(caseload, &list, variables.clone()).await;
    check(
        &format!("{at}, {}, {variables}, feedback", looker.name),
        &json!(book.feedback(span, &scope, scores)),
        &got,
    );
}

/// A list that someone asks for, so many rows a page.
struct List<'a> {
    member: &'a str,
    field: &'a str,
    query: String,
    first: usize,
}

/// All pages of a list, one after the other.
async fn pages(caseload: &Caseload, list: &List<'_>, mut variables: Value) -> Value {
    let mut nodes = Vec::new();
    variables["first"] = json!(list.first);
    loop {
        let mut page = caseload
            .ask(list.member, &list.query, &variables)
            .await
            .data(list.field);
        nodes.extend(page["nodes"].as_array().cloned().unwrap_or_default());
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            if let Some(total) = page["totalCount"].as_u64() {
                assert_eq!(
                    total,
                    nodes.len() as u64,
                    "{} counts what it lists: {variables}",
                    list.field
                );
            }
            return Value::Array(nodes);
        }
        variables["after"] = page["pageInfo"]["endCursor"].take();
    }
}

fn check(at: &str, expected: &Value, got: &Value) {
    if let Some(difference) = difference(expected, got) {
        panic!("{at}: {difference}");
    }
}
