//! What docs/metrics.md says of its example is what the API answers.

use caseload_schema::{
    audit::Actor,
    day::Day,
    hours::{BusinessHours, DateHours, Stretch},
    instant::Instant,
};
use serde_json::{Value, json};

use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    comparisons_are_as_documented,
    targets_are_as_documented,
    waits_closings_and_surveys_are_as_documented,
    teams_labels_and_channels_are_as_documented,
    breakdowns_are_as_documented,
    attributes_are_as_documented,
    business_hours_are_as_documented,
}

const EXAMPLE: &str = include_str!("../../docs/example.ndjson");

/// The workspace of the example, on Friday 6 March 2026.
async fn example(backend: Backend) -> Caseload {
    let now = "2026-03-06T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::Europe::Rome, now).await;
    let records: Vec<Value> = EXAMPLE
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect();
    assert_eq!(caseload.import(&records).await.rejected, 0);
    caseload.roll_up().await;
    caseload
}

/// What docs/metrics.md says of the days on Wednesday 4 March 2026, and of changes.
async fn comparisons_are_as_documented(backend: Backend) {
    let caseload = example(backend).await;
    let first_day = caseload
        .ask("anna", "{ workspace { firstDay } }", &json!({}))
        .await;
    assert_eq!(first_day.data("workspace")["firstDay"], "2026-02-27");
    let days = async |today: &str, period: &str, by: &str| {
        let noon = format!("{today}T12:00:00Z").parse::<chrono::DateTime<chrono::Utc>>();
        caseload
            .clock
            .set(Instant::from_chrono(noon.expect("an instant")));
        let query = format!("{{ team(period: {period}) {{ {by} {{ period {{ from to }} }} }} }}");
        let earlier = caseload.ask("anna", &query, &json!({})).await.data("team");
        let field = by.split('(').next().unwrap_or_default();
        let text = |end: &str| {
            earlier[field]["period"][end]
                .as_str()
                .unwrap_or("")
                .to_owned()
        };
        format!("{} to {}", text("from"), text("to"))
    };
    let wednesday = "2026-03-04";
    let range = "{between: {from: \"2026-03-02\", to: \"2026-03-04\"}}";
    for (period, by, expected) in [
        (range, "previous", "2026-02-27 to 2026-03-01"),
        (
            "{preset: THIS_WEEK}",
            "previous",
            "2026-02-23 to 2026-02-25",
        ),
        (
            "{preset: LAST_MONTH}",
            "previous",
            "2026-01-01 to 2026-01-31",
        ),
        (
            "{preset: THIS_QUARTER}",
            "previous",
            "2025-10-01 to 2025-12-04",
        ),
        (
            "{preset: THIS_WEEK}",
            "previous(by: YEAR_BEFORE)",
            "2025-03-03 to 2025-03-05",
        ),
        (
            range,
            "previous(by: YEAR_BEFORE)",
            "2025-03-02 to 2025-03-04",
        ),
    ] {
        assert_eq!(days(wednesday, period, by).await, expected, "{period} {by}");
    }
    let march = days("2026-03-31", "{preset: THIS_MONTH}", "previous").await;
    assert_eq!(march, "2026-02-01 to 2026-02-28");

    let changes = async |to: &str| {
        let query = "query($to: Date!) { team(period: {between: {from: \"2026-03-02\", to: $to}}) {
            change(measure: CONVERSATIONS) { current previous absolute relative comparable } } }";
        let answer = caseload.ask("anna", query, &json!({"to": to})).await;
        answer.data("team")["change"].take()
    };
    let expected = json!({"current": 6.0, "previous": 1.0, "absolute": 5.0, "relative": 5.0, "comparable": true});
    assert_eq!(changes("2026-03-04").await, expected);
    let expected = json!({"current": 6.0, "previous": 1.0, "absolute": 5.0, "relative": null, "comparable": false});
    assert_eq!(changes("2026-03-05").await, expected);
}

async fn targets_are_as_documented(backend: Backend) {
    let caseload = example(backend).await;
    let query = "{ team(period: {between: {from: \"2026-03-02\", to: \"2026-03-04\"}}) { metrics {
        firstResponse { within(seconds: 900) { count share } } closingTime { within(seconds: 3600) { count share } } } } }";
    let answer = caseload.ask("anna", query, &json!({})).await.data("team");
    let expected = json!({
        "firstResponse": {"within": {"count": 3, "share": 0.6}},
        "closingTime": {"within": {"count": 2, "share": 0.5}},
    });
    assert_eq!(answer["metrics"], expected);
}

async fn waits_closings_and_surveys_are_as_documented(backend: Backend) {
    let caseload = example(backend).await;
    let query = "{ team(period: {between: {from: \"2026-03-02\", to: \"2026-03-04\"}}) {
        metrics {
            replyTime { count mean median } firstClosingTime { count mean median } reopened closedByOneReply closedByBot
            surveys { asked answered rate } waiting waitingSince
        }
        previous { metrics { closedByOneReply closedByBot } }
    } }";
    let mut answer = caseload.ask("anna", query, &json!({})).await.data("team");
    let since = answer["metrics"]["waitingSince"].take();
    let since: chrono::DateTime<chrono::Utc> = since
        .as_str()
        .expect("an instant")
        .parse()
        .expect("an instant");
    assert_eq!(since.to_rfc3339(), "2026-03-02T23:30:00+00:00");
    let expected = json!({
        "metrics": {
            "replyTime": {"count": 8, "mean": 11_445.0, "median": 1_230.0},
            "firstClosingTime": {"count": 4, "mean": 45_750.0, "median": 3_600.0},
            "reopened": 1, "closedByOneReply": 0, "closedByBot": 0,
            "surveys": {"asked": 5, "answered": 4, "rate": 0.8},
            "waiting": 2, "waitingSince": null,
        },
        "previous": {"metrics": {"closedByOneReply": 1, "closedByBot": 0}},
    });
    assert_eq!(answer, expected);
    let listed = async |measure: &str| {
        let query = "query($measure: Measure!) { conversations(measure: $measure,
            period: {between: {from: \"2026-03-02\", to: \"2026-03-04\"}}) { nodes { id } } }";
        let answer = caseload
            .ask("anna", query, &json!({"measure": measure}))
            .await;
        answer.data("conversations")["nodes"].take()
    };
    let ids = |ids: &[&str]| ids.iter().map(|id| json!({"id": id})).collect::<Value>();
    assert_eq!(
        listed("REPLY_TIME_MEAN").await,
        ids(&["c-2", "c-6", "c-1", "c-3", "c-5"])
    );
    assert_eq!(listed("WAITING").await, ids(&["c-4", "c-3"]));
}

async fn teams_labels_and_channels_are_as_documented(backend: Backend) {
    let caseload = example(backend).await;
    let query = "{ team(period: {between: {from: \"2026-03-02\", to: \"2026-03-04\"}}) {
        teams { team { name } metrics { conversations closed } previous { closed } change(measure: CLOSED) { absolute relative } }
        channels { channel change(measure: CONVERSATIONS) { current previous } }
        topLabels { label { title } previous { conversations } change(measure: CONVERSATIONS) { absolute relative } }
    } }";
    let answer = caseload.ask("anna", query, &json!({})).await.data("team");
    let expected = json!({
        "teams": [{
            "team": {"name": "Support"}, "metrics": {"conversations": 4, "closed": 3}, "previous": {"closed": 1},
            "change": {"absolute": 2.0, "relative": 2.0},
        }],
        "channels": [
            {"channel": "chat", "change": {"current": 3.0, "previous": 0.0}},
            {"channel": "email", "change": {"current": 3.0, "previous": 1.0}},
        ],
        "topLabels": [
            {"label": {"title": "Billing"}, "previous": {"conversations": 1}, "change": {"absolute": 2.0, "relative": 2.0}},
            {"label": {"title": "Bug"}, "previous": {"conversations": 0}, "change": {"absolute": 2.0, "relative": null}},
        ],
    });
    assert_eq!(answer, expected);
}

/// What docs/metrics.md says of rows by outcome, and by team and weekday.
async fn breakdowns_are_as_documented(backend: Backend) {
    let caseload = example(backend).await;
    let rows = async |by: &str| {
        let query = format!(
            "{{ breakdown(by: [{by}], period: {{between: {{from: \"2026-03-02\", to: \"2026-03-04\"}}}}) {{
               nodes {{ keys {{ id name }} metrics {{ conversations closed }} }} }} }}"
        );
        let rows = caseload.ask("anna", &query, &json!({})).await;
        rows.data("breakdown")["nodes"].clone()
    };
    let key = |id: &str, name: &str| json!({"id": id, "name": name});
    let none = json!({"id": null, "name": null});
    let row = |keys: &[&Value], conversations: u64, closed: u64| json!({"keys": keys, "metrics": {"conversations": conversations, "closed": closed}});
    let (won, lost) = (key("WON", "WON"), key("LOST", "LOST"));
    let by_outcome = json!([row(&[&none], 4, 2), row(&[&lost], 1, 1), row(&[&won], 1, 1)]);
    assert_eq!(rows("{dimension: OUTCOME}").await, by_outcome);

    let support = key("support", "Support");
    let [monday, tuesday, wednesday] = ["1", "2", "3"].map(|day| key(day, day));
    let by_team = json!([
        row(&[&support, &monday], 2, 1),
        row(&[&support, &tuesday], 1, 0),
        row(&[&support, &wednesday], 1, 2),
        row(&[&none, &monday], 1, 0),
        row(&[&none, &tuesday], 1, 1),
    ]);
    let dimensions = "{dimension: TEAM}, {dimension: WEEKDAY}";
    assert_eq!(rows(dimensions).await, by_team);
}

/// What docs/metrics.md says of attributes.
async fn attributes_are_as_documented(backend: Backend) {
    let caseload = example(backend).await;
    let period = "period: {between: {from: \"2026-03-02\", to: \"2026-03-04\"}}";
    let query = format!(
        "{{ workspace {{ attributes {{ key values }} }}
            breakdown(by: [{{attribute: \"plan\"}}], {period}) {{ nodes {{ keys {{ id name }} metrics {{ conversations }} }} }}
            either: team({period}, filter: {{attributes: [{{key: \"plan\", anyOf: [\"pro\", null]}}]}}) {{
              metrics {{ conversations }} }}
            both: team({period}, filter: {{attributes: [{{key: \"plan\", anyOf: [\"pro\"]}}, {{key: \"plan\", anyOf: [\"trial\"]}}]}}) {{
              metrics {{ conversations }} }} }}"
    );
    let answer = caseload.ask("anna", &query, &json!({})).await;
    let row = |plan: Value, conversations: u64| json!({"keys": [{"id": plan, "name": plan}], "metrics": {"conversations": conversations}});
    let expected = json!({
        "workspace": {"attributes": [{"key": "plan", "values": ["free", "pro", "trial"]}]},
        "breakdown": {"nodes": [row(Value::Null, 3), row(json!("pro"), 2), row(json!("free"), 1), row(json!("trial"), 1)]},
        "either": {"metrics": {"conversations": 5}},
        "both": {"metrics": {"conversations": 1}},
    });
    assert_eq!(answer.json()["data"], expected);
}

/// What docs/metrics.md says of the two clocks.
async fn business_hours_are_as_documented(backend: Backend) {
    let caseload = example(backend).await;
    let stretch = |from, to| Stretch::parse(from, to).expect("a stretch");
    let day = vec![stretch("09:00", "12:00"), stretch("13:00", "17:00")];
    let wednesday = DateHours {
        name: None,
        stretches: vec![stretch("09:00", "10:00")],
    };
    let date = Day::parse("2026-03-04").expect("a day");
    let hours = BusinessHours::new(
        (1..=5).map(|weekday| (weekday, day.clone())),
        [(date, wednesday)],
    );
    let hours = hours.expect("business hours");
    caseload
        .store
        .request_hours(
            caseload.workspace,
            Some(hours),
            Actor::Operator,
            caseload.clock.now(),
        )
        .await
        .expect("the store is there");
    caseload.roll_up().await;
    let query = "{ team(period: {between: {from: \"2026-03-02\", to: \"2026-03-04\"}}) { metrics {
        firstResponse { mean } closingTime { median }
        inHours: firstResponse(clock: BUSINESS) { count mean quantile(q: 1) } closingInHours: closingTime(clock: BUSINESS) { median }
    } } }";
    let answer = caseload.ask("anna", query, &json!({})).await.data("team");
    let expected = json!({
        "firstResponse": {"mean": 15_672.0}, "closingTime": {"median": 45_000.0},
        "inHours": {"count": 5, "mean": 4_152.0, "quantile": 18_000.0}, "closingInHours": {"median": 14_400.0},
    });
    assert_eq!(answer["metrics"], expected);
}
