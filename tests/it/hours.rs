//! Business hours: how they are set, when they take effect, and what they make of durations.

use caseload_schema::day::Day;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    on_both_stores,
    retention::drop_facts,
    support::{
        app::{Caseload, lines},
        command::Cli,
        database::{Backend, Database},
    },
};

on_both_stores! {
    a_duration_counts_what_of_it_is_worked,
    hours_take_effect_all_at_once,
    hours_that_are_asked_for_again_change_nothing,
    hours_and_a_zone_take_effect_together,
    what_is_no_hours_is_refused_and_changes_nothing,
    final_days_keep_the_hours_by_which_they_were_made,
    the_command_sets_hours_from_a_file,
}

const SET: &str = "mutation($hours: HoursInput) { setBusinessHours(hours: $hours) {
    hasPendingBusinessHours businessHours { dates { date } } } }";

/// From nine to five on weekdays, less those dates.
fn office(closed: &[&str]) -> Value {
    let nine_to_five = json!([{"from": "09:00", "to": "17:00"}]);
    let weekdays = (1..=5).map(|weekday| json!({"weekday": weekday, "stretches": nine_to_five}));
    let dates = closed
        .iter()
        .map(|date| json!({"date": date, "name": "Closed", "stretches": []}));
    json!({"weekdays": weekdays.collect::<Vec<_>>(), "dates": dates.collect::<Vec<_>>()})
}

/// A workspace in Berlin with a boss, and conversations that are written to when they are created.
async fn berlin(backend: Backend) -> Caseload {
    let now = "2026-05-20T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::Europe::Berlin, now).await;
    let boss = json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"});
    caseload.import(&[boss]).await;
    caseload
}

/// A conversation that is created, written to and replied to at those instants, and closed with the reply.
fn answered(id: &str, (from, to): (&str, &str)) -> Vec<Value> {
    let message = |kind: &str, at: &str| json!({"type": "message", "id": format!("{id}-{kind}"), "conversation_id": id, "kind": kind, "sent_at": at});
    vec![
        json!({"type": "conversation", "id": id, "customer_id": "k", "created_at": from, "closed_at": to}),
        message("inbound", from),
        message("reply", to),
    ]
}

async fn set(caseload: &Caseload, hours: &Value) -> Value {
    let answer = caseload.ask("boss", SET, &json!({ "hours": hours })).await;
    answer.data("setBusinessHours")
}

/// The longest first response of 2026 by either clock, and the number of the figures.
async fn longest(caseload: &Caseload) -> (Value, Value, i64) {
    let query = "{ rollupStatus { generation } team(period: {between: {from: \"2026-01-01\", to: \"2026-12-31\"}}) {
        metrics { calendar: firstResponse { quantile(q: 1) } business: firstResponse(clock: BUSINESS) { quantile(q: 1) } } } }";
    let answer = caseload.ask("boss", query, &json!({})).await.json();
    let metrics = &answer["data"]["team"]["metrics"];
    let generation = answer["data"]["rollupStatus"]["generation"].as_i64();
    (
        metrics["calendar"]["quantile"].clone(),
        metrics["business"]["quantile"].clone(),
        generation.unwrap_or_else(|| panic!("{answer}")),
    )
}

async fn differences(caseload: &Caseload) -> u64 {
    let found =
        caseload_rollup::verify::verify(&caseload.store, caseload.workspace, None, |difference| {
            println!("{difference:?}");
        });
    found.await.expect("the store is there").differences
}

async fn a_duration_counts_what_of_it_is_worked(backend: Backend) {
    let caseload = berlin(backend).await;
    let spans = [
        // Friday, 16:30, to Monday, 09:15, with the three hours of the night to Sunday.
        (
            "2026-05-08T14:30:00Z",
            "2026-05-11T07:15:00Z",
            45 * 60 + 3 * 3600,
        ),
        // Within a night: nothing of it.
        ("2026-05-11T20:00:00Z", "2026-05-12T03:00:00Z", 0),
        // Over a holiday.
        ("2026-05-13T14:00:00Z", "2026-05-15T08:00:00Z", 2 * 3600),
        // A second that begins within the hours, and ends behind them.
        ("2026-05-12T14:59:59.5Z", "2026-05-12T15:00:00.5Z", 0),
        // The night in which the clocks go forward at two: a stretch from one to four has two hours.
        ("2026-03-28T23:00:00Z", "2026-03-29T04:00:00Z", 2 * 3600),
    ];
    let mut records = Vec::new();
    for (number, (from, to, _)) in spans.iter().enumerate() {
        records.extend(answered(&number.to_string(), (from, to)));
    }
    caseload.import(&records).await;
    let mut hours = office(&["2026-05-14"]);
    let night = json!({"weekday": 7, "stretches": [{"from": "01:00", "to": "04:00"}]});
    hours["weekdays"]
        .as_array_mut()
        .expect("a list")
        .push(night);
    set(&caseload, &hours).await;
    caseload.roll_up().await;
    let query = "{ conversations(measure: CLOSED, period: {between: {from: \"2026-01-01\", to: \"2026-12-31\"}}) {
        nodes { id firstResponseSeconds(clock: BUSINESS) closingSeconds(clock: BUSINESS) closing: closingSeconds } } }";
    let nodes = caseload
        .ask("boss", query, &json!({}))
        .await
        .data("conversations")["nodes"]
        .take();
    for (number, (from, to, worked)) in spans.iter().enumerate() {
        let node = nodes.as_array().expect("a list").iter();
        let mut node = node.filter(|node| node["id"] == json!(number.to_string()));
        let node = node.next().expect("each is listed");
        assert_eq!(
            node["firstResponseSeconds"],
            json!(*worked as f64),
            "{from} to {to}"
        );
        assert_eq!(
            node["closingSeconds"],
            json!(*worked as f64),
            "{from} to {to}"
        );
    }
    let measures = "{ team(period: {between: {from: \"2026-01-01\", to: \"2026-12-31\"}}) { metrics {
        firstResponse(clock: BUSINESS) { count mean } closingTime(clock: BUSINESS) { count mean }
        replyTime(clock: BUSINESS) { count mean } firstClosingTime(clock: BUSINESS) { count mean } } } }";
    let metrics = caseload
        .ask("boss", measures, &json!({}))
        .await
        .data("team")["metrics"]
        .take();
    let sum: i64 = spans.iter().map(|(.., worked)| worked).sum();
    let expected = json!({"count": spans.len(), "mean": sum as f64 / spans.len() as f64});
    for measure in [
        "firstResponse",
        "closingTime",
        "replyTime",
        "firstClosingTime",
    ] {
        assert_eq!(metrics[measure], expected, "{measure}");
    }
    assert_eq!(differences(&caseload).await, 0);
}

/// From Monday, 16:00, to Tuesday, 10:00: 18 hours, two of them from nine to five.
const OVER_NIGHT: (&str, &str) = ("2026-05-11T14:00:00Z", "2026-05-12T08:00:00Z");

async fn over_night(backend: Backend) -> Caseload {
    let caseload = berlin(backend).await;
    caseload.import(&answered("c", OVER_NIGHT)).await;
    caseload.roll_up().await;
    caseload
}

async fn hours_take_effect_all_at_once(backend: Backend) {
    let caseload = over_night(backend).await;
    let all = json!(18.0 * 3600.0);
    let (calendar, business, generation) = longest(&caseload).await;
    assert_eq!((&calendar, &business), (&all, &all), "none are set");

    let said = set(&caseload, &office(&[])).await;
    assert_eq!(
        said,
        json!({"hasPendingBusinessHours": true, "businessHours": null})
    );
    let (_, business, now) = longest(&caseload).await;
    assert_eq!(
        (&business, now),
        (&all, generation),
        "not before the rollup"
    );
    caseload.roll_up().await;
    let (calendar, business, now) = longest(&caseload).await;
    assert_eq!(
        (&calendar, &business, now),
        (&all, &json!(2.0 * 3600.0), generation + 1)
    );
    assert_eq!(differences(&caseload).await, 0);

    // A date of its own: the Tuesday is closed.
    set(&caseload, &office(&["2026-05-12"])).await;
    caseload.roll_up().await;
    let (_, business, _) = longest(&caseload).await;
    assert_eq!(business, json!(3600.0));

    let said = set(&caseload, &Value::Null).await;
    assert_eq!(
        said,
        json!({"hasPendingBusinessHours": true, "businessHours": {"dates": [{"date": "2026-05-12"}]}})
    );
    caseload.roll_up().await;
    let (_, business, _) = longest(&caseload).await;
    assert_eq!(business, all);
    assert_eq!(differences(&caseload).await, 0);
}

async fn runs(caseload: &Caseload) -> usize {
    let runs = caseload.store.list_runs(caseload.workspace, None, 1_000);
    runs.await.expect("the store is there").len()
}

async fn hours_that_are_asked_for_again_change_nothing(backend: Backend) {
    let caseload = over_night(backend).await;
    set(&caseload, &office(&[])).await;
    let asked_for = runs(&caseload).await;
    let said = set(&caseload, &office(&[])).await;
    assert_eq!(said["hasPendingBusinessHours"], true);
    assert_eq!(runs(&caseload).await, asked_for, "the same wish");

    // Taken back before they took effect.
    let said = set(&caseload, &Value::Null).await;
    assert_eq!(said["hasPendingBusinessHours"], false);
    caseload.roll_up().await;
    let (_, business, _) = longest(&caseload).await;
    assert_eq!(business, json!(18.0 * 3600.0));

    set(&caseload, &office(&[])).await;
    caseload.roll_up().await;
    let (_, business, generation) = longest(&caseload).await;
    assert_eq!(business, json!(2.0 * 3600.0));
    let said = set(&caseload, &office(&[])).await;
    assert_eq!(
        said["hasPendingBusinessHours"], false,
        "they are the current ones"
    );
    caseload.roll_up().await;
    assert_eq!(longest(&caseload).await.2, generation);
    let events = "{ auditEvents(actions: [HOURS_REQUESTED]) { nodes { by { member { id } } details { ... on HoursRequest { areSet } } } } }";
    let events = caseload
        .ask("boss", events, &json!({}))
        .await
        .data("auditEvents");
    let set: Vec<bool> = events["nodes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| event["details"]["areSet"] == true)
        .collect();
    assert_eq!(set, [true, false, true], "{events}");
}

async fn hours_and_a_zone_take_effect_together(backend: Backend) {
    let caseload = over_night(backend).await;
    set(&caseload, &office(&[])).await;
    let zone = "mutation { setTimezone(timezone: \"America/New_York\") { pendingTimezone hasPendingBusinessHours } }";
    let said = caseload
        .ask("boss", zone, &json!({}))
        .await
        .data("setTimezone");
    assert_eq!(
        said,
        json!({"pendingTimezone": "America/New_York", "hasPendingBusinessHours": true})
    );
    caseload.roll_up().await;
    // From 10:00 on Monday there to 04:00 on Tuesday.
    let (_, business, _) = longest(&caseload).await;
    assert_eq!(business, json!(7.0 * 3600.0));
    assert_eq!(differences(&caseload).await, 0);
    // A zone alone moves the hours too.
    let zone = "mutation { setTimezone(timezone: \"Europe/Berlin\") { pendingTimezone hasPendingBusinessHours } }";
    let said = caseload
        .ask("boss", zone, &json!({}))
        .await
        .data("setTimezone");
    assert_eq!(
        said,
        json!({"pendingTimezone": "Europe/Berlin", "hasPendingBusinessHours": false})
    );
    caseload.roll_up().await;
    let (_, business, _) = longest(&caseload).await;
    assert_eq!(business, json!(2.0 * 3600.0));
    assert_eq!(differences(&caseload).await, 0);
}

async fn what_is_no_hours_is_refused_and_changes_nothing(backend: Backend) {
    let caseload = over_night(backend).await;
    let before = runs(&caseload).await;
    let day = |weekday: i64, stretches: Value| json!({"weekday": weekday, "stretches": stretches});
    let of = |from: &str, to: &str| json!([{"from": from, "to": to}]);
    let week = |days: Vec<Value>| json!({ "weekdays": days });
    let date = |date: &str| json!({"date": date, "stretches": []});
    let mut twice = office(&[]);
    twice["dates"] = json!([date("2026-05-12"), date("2026-05-12")]);
    let mut many = office(&[]);
    let first = Day::parse("2026-01-01").expect("a day");
    many["dates"] = (0..1_001)
        .map(|number| date(&first.plus(number).to_string()))
        .collect();
    let mut long = office(&["2026-05-12"]);
    long["dates"][0]["name"] = json!("x".repeat(201));
    let refused = [
        (week(vec![]), "without any stretch"),
        (week(vec![day(1, json!([]))]), "without any stretch"),
        (week(vec![day(0, of("09:00", "17:00"))]), "no weekday 0"),
        (week(vec![day(8, of("09:00", "17:00"))]), "no weekday 8"),
        (week(vec![day(-1, of("09:00", "17:00"))]), "was -1"),
        (week(vec![day(257, of("09:00", "17:00"))]), "was 257"),
        (
            week(vec![day(1, of("9:00", "17:00"))]),
            "\"9:00\" is no time",
        ),
        (
            week(vec![day(1, of("09:00", "24:01"))]),
            "\"24:01\" is no time",
        ),
        (
            week(vec![day(1, of("22:00", "06:00"))]),
            "22:00-06:00 ends before",
        ),
        (
            week(vec![day(1, of("09:00", "09:00"))]),
            "09:00-09:00 ends before",
        ),
        (
            week(vec![
                day(1, of("09:00", "12:00")),
                day(1, of("13:00", "17:00")),
            ]),
            "Monday is given twice",
        ),
        (
            week(vec![day(
                3,
                json!([{"from": "09:00", "to": "12:00"}, {"from": "11:59", "to": "13:00"}]),
            )]),
            "Wednesday: 09:00-12:00 and 11:59-13:00 overlap",
        ),
        (twice, "2026-05-12 is given twice"),
        (many, "more than 1000 dates"),
        (long, "longer than 200 characters"),
    ];
    for (hours, expected) in refused {
        let answer = caseload.ask("boss", SET, &json!({ "hours": hours })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{hours}");
        let message = answer.json()["errors"][0]["message"].to_string();
        let message = message.replace("\\\"", "\"");
        assert!(message.contains(expected), "{message}");
    }
    assert_eq!(runs(&caseload).await, before);
    let touching = week(vec![day(
        1,
        json!([{"from": "12:00", "to": "24:00"}, {"from": "00:00", "to": "12:00"}]),
    )]);
    assert_eq!(
        set(&caseload, &touching).await["hasPendingBusinessHours"],
        true
    );
}

async fn final_days_keep_the_hours_by_which_they_were_made(backend: Backend) {
    let caseload = over_night(backend).await;
    caseload
        .import(&answered(
            "later",
            ("2026-05-18T14:00:00Z", "2026-05-19T08:00:00Z"),
        ))
        .await;
    set(&caseload, &office(&[])).await;
    caseload.roll_up().await;
    drop_facts(&caseload, Day::parse("2026-05-14").expect("a day")).await;
    for hours in [Value::Null, office(&["2026-05-12"])] {
        let answer = caseload.ask("boss", SET, &json!({ "hours": hours })).await;
        let message = answer.json()["errors"][0]["message"].to_string();
        assert!(
            message.contains("the days before 2026-05-14 are final"),
            "{message}"
        );
    }
    // A date behind them changes what is still there.
    set(&caseload, &office(&["2026-05-19"])).await;
    caseload.roll_up().await;
    let query = "{ team(period: {between: {from: \"2026-01-01\", to: \"2026-12-31\"}}) { metrics {
        firstResponse(clock: BUSINESS) { count lowest: quantile(q: 0) highest: quantile(q: 1) } } } }";
    let metrics = caseload.ask("boss", query, &json!({})).await.data("team")["metrics"].take();
    assert_eq!(
        metrics["firstResponse"],
        json!({"count": 2, "lowest": 3600.0, "highest": 7200.0})
    );
    assert_eq!(differences(&caseload).await, 0);
}

async fn the_command_sets_hours_from_a_file(backend: Backend) {
    let (folder, database) = (TempDir::new().expect("a folder"), Database::empty(backend));
    database.store().await;
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: database.url(),
    };
    let create = [
        "workspace",
        "create",
        "acme",
        "--name",
        "Acme",
        "--timezone",
        "Europe/Berlin",
    ];
    cli.run(&create).code(0);
    cli.run_with(
        &["import", "-"],
        lines(&answered("c", OVER_NIGHT)).as_bytes(),
    )
    .code(0);
    cli.run(&["rollup"]).code(0);
    let file = folder.path().join("hours.toml");
    let path = file.display().to_string();
    let write = |text: &str| std::fs::write(&file, text).expect("a file");
    let set = ["workspace", "set-hours", "acme", "--file", &path];
    write(
        "monday = [\"09:00-17:00\"]\ntuesday = [\"09:00-12:30\", \"13:00-17:00\"]\n[dates]\n2026-12-25 = []\n",
    );
    let said = cli.run(&set).code(0);
    assert!(
        said.stdout.contains("with its next rollup"),
        "{}",
        said.stdout
    );
    cli.run(&["rollup"]).code(0);
    let said = cli.run(&set).code(0);
    assert!(
        said.stdout.contains("nothing is to change"),
        "{}",
        said.stdout
    );
    cli.run(&["verify"]).code(0);
    for (text, expected) in [
        ("mondy = []", "mondy"),
        ("monday = [\"9-5\"]", "\"9\" is no time"),
        ("", "without any stretch"),
        ("monday = ", "hours.toml"),
    ] {
        write(text);
        let said = cli.run(&set).code(2);
        assert!(said.stderr.contains(expected), "{}", said.stderr);
        assert_eq!(said.stderr.trim_end().lines().count(), 1, "{}", said.stderr);
    }
    let missing = folder.path().join("missing.toml").display().to_string();
    cli.run(&["workspace", "set-hours", "acme", "--file", &missing])
        .code(2);
    cli.run(&["workspace", "set-hours", "acme"]).code(2);
    cli.run(&[
        "workspace",
        "set-hours",
        "acme",
        "--always",
        "--file",
        &path,
    ])
    .code(2);
    cli.run(&["workspace", "set-hours", "nobody", "--always"])
        .code(2);
    cli.run(&["workspace", "set-hours", "acme", "--always"])
        .code(0);
    cli.run(&["rollup"]).code(0);
    cli.run(&["verify"]).code(0);
    assert_eq!(database.sql("SELECT hours FROM ledgers").trim(), "0");
}
