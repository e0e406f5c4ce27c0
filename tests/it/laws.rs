//! What holds whatever the facts are.

use std::collections::BTreeSet;

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::{
    model::breakdown::dimension_input,
    on_both_stores,
    support::{
        app::Caseload,
        compare::difference,
        database::Backend,
        dice::Dice,
        facts::{MEASURES, Writer},
        queries,
    },
};

const WORLDS: u64 = 8;
const RECORDS: usize = 150;

on_both_stores! {
    members_and_unassigned_add_up_to_the_workspace,
    a_comparison_is_with_the_report_of_the_earlier_period,
    nothing_counts_before_the_first_day,
    a_row_of_a_list_is_what_a_filter_on_it_answers,
    a_row_of_a_breakdown_is_what_its_keys_as_filter_answer,
    rows_of_dimensions_with_one_value_add_up,
    a_list_holds_what_its_measure_counts,
    what_is_within_a_target_lies_in_the_ranges_below_it,
    the_order_of_records_makes_no_difference,
    how_an_import_is_split_makes_no_difference,
    importing_twice_changes_nothing,
}

fn boss() -> Value {
    json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})
}

async fn team(caseload: &Caseload, variables: &Value) -> Value {
    caseload
        .ask("boss", &queries::team(), variables)
        .await
        .data("team")
}

fn everything(writer: &mut Writer) -> Value {
    let (period, _) = writer.period();
    json!({"period": period, "filter": {}, "by": "WEEK", "measure": "CLOSED", "busy": "REPLIES", "first": 100})
}

/// A workspace with a random world in it, and how it came to be.
async fn world(backend: Backend, seed: u64) -> (Caseload, Writer, Vec<Value>) {
    let mut writer = Writer::new(Dice::seeded(seed));
    let mut records = vec![boss()];
    records.extend(writer.records(RECORDS));
    records.extend(writer.records(RECORDS));
    let caseload = filled(backend, &writer, &records).await;
    (caseload, writer, records)
}

async fn filled(backend: Backend, writer: &Writer, records: &[Value]) -> Caseload {
    let caseload = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
    caseload.import(records).await;
    caseload.roll_up().await;
    caseload
}

async fn members_and_unassigned_add_up_to_the_workspace(backend: Backend) {
    for seed in 2000..2000 + WORLDS {
        let (caseload, mut writer, _) = world(backend, seed).await;
        for _ in 0..3 {
            let mut variables = everything(&mut writer);
            let mut filter = writer.filter();
            (filter.members, filter.teams, filter.unassigned) = (None, None, None);
            variables["filter"] = filter.input();
            let report = team(&caseload, &variables).await;
            let mut rows: Vec<&Value> = vec![&report["unassigned"]];
            rows.extend(
                report["members"]
                    .as_array()
                    .expect("members")
                    .iter()
                    .map(|row| &row["metrics"]),
            );
            check_sums(
                &format!("seed {seed}, {variables}"),
                &report["metrics"],
                &rows,
            );
        }
    }
}

/// Every count of the whole is the sum of the parts', but for distinct customers.
fn check_sums(at: &str, whole: &Value, parts: &[&Value]) {
    for (name, value) in whole.as_object().expect("an object") {
        let parts: Vec<&Value> = parts.iter().map(|part| &part[name]).collect();
        match value {
            Value::Object(_) => check_sums(&format!("{at}.{name}"), value, &parts),
            Value::Array(entries) => {
                for (entry, whole) in entries.iter().enumerate() {
                    let counts: u64 = parts
                        .iter()
                        .filter_map(|part| part[entry]["count"].as_u64())
                        .sum();
                    assert_eq!(
                        whole["count"].as_u64(),
                        Some(counts),
                        "{at}.{name}[{entry}]"
                    );
                }
            }
            Value::Number(number) if is_count(name) => {
                let sum: u64 = parts.iter().filter_map(|part| part.as_u64()).sum();
                assert_eq!(number.as_u64(), Some(sum), "{at}.{name}");
            }
            _ => {}
        }
    }
}

fn is_count(name: &str) -> bool {
    let no_counts = [
        "customers",
        "winRate",
        "rate",
        "mean",
        "median",
        "p90",
        "lowest",
        "third",
        "highest",
        "share",
        "average",
        "satisfied",
    ];
    !no_counts.contains(&name)
}

/// The earlier report is that of its days, a change is the difference of both, and only what facts reach back to grows by a
/// share.
async fn a_comparison_is_with_the_report_of_the_earlier_period(backend: Backend) {
    let (mut comparable, mut not) = (0, 0);
    for seed in 2500..2500 + WORLDS {
        let (caseload, mut writer, _) = world(backend, seed).await;
        let first = first_day(&caseload).await;
        for _ in 0..4 {
            let mut variables = everything(&mut writer);
            variables["filter"] = writer.filter().input();
            variables["measure"] = json!("MESSAGES");
            let report = team(&caseload, &variables).await;
            for (earlier, change) in [("previous", "change"), ("previousYear", "changeYear")] {
                let at = format!("seed {seed}, {variables}, {earlier}");
                let (earlier, change) = (&report[earlier], &report[change]);
                let (from, to) = (&earlier["period"]["from"], &earlier["period"]["to"]);
                variables["period"] = json!({"between": {"from": from, "to": to}});
                let alone = team(&caseload, &variables).await;
                assert_eq!(
                    difference(&alone["metrics"], &earlier["metrics"]),
                    None,
                    "{at}"
                );
                let messages = |report: &Value| report["metrics"]["messages"].as_f64();
                let (now, before) = (messages(&report), messages(earlier));
                let absolute = now.zip(before).map(|(now, before)| now - before);
                assert_eq!(change["absolute"].as_f64(), absolute, "{at}");
                let reaches = first.as_str() <= from.as_str() && first.is_string();
                assert_eq!(change["comparable"], json!(reaches), "{at}");
                let has_share = reaches && before != Some(0.0);
                assert_eq!(change["relative"].is_number(), has_share, "{at}: {change}");
                comparable += u32::from(reaches);
                not += u32::from(!reaches);
            }
        }
    }
    assert!(5 < comparable && 5 < not, "{comparable} and {not}");
}

async fn first_day(caseload: &Caseload) -> Value {
    let answer = caseload
        .ask("boss", "{ workspace { firstDay } }", &json!({}))
        .await;
    answer.data("workspace")["firstDay"].take()
}

/// Labels, channels and teams, each with its change.
async fn a_row_of_a_list_is_what_a_filter_on_it_answers(backend: Backend) {
    let mut checked = std::collections::BTreeMap::new();
    for seed in 2800..2800 + WORLDS {
        let (caseload, mut writer, _) = world(backend, seed).await;
        let mut variables = everything(&mut writer);
        let mut filter = writer.filter();
        filter.unassigned = None;
        variables["filter"] = filter.input();
        let report = team(&caseload, &variables).await;
        let whole = report["topLabels"].as_array().expect("labels").iter();
        let labels = whole.map(|row| ("labelIds", &row["label"]["id"], row));
        let whole = report["channels"].as_array().expect("channels").iter();
        let channels = whole.map(|row| ("channels", &row["channel"], row));
        let whole = report["teams"].as_array().expect("teams").iter();
        let teams = whole.map(|row| ("teamIds", &row["team"]["id"], row));
        for (field, id, row) in labels.chain(channels).chain(teams) {
            // A filter has one list of each kind: what the report's own says of this one would be lost.
            if field != "teamIds" && !variables["filter"][field].is_null() {
                continue;
            }
            let mut narrowed = variables.clone();
            narrowed["filter"][field] = json!([id]);
            let alone = team(&caseload, &narrowed).await;
            let at = format!("seed {seed}, {narrowed}");
            for part in ["metrics", "change", "changeYear"] {
                assert_eq!(difference(&alone[part], &row[part]), None, "{at}, {part}");
            }
            let closed = |report: &Value| report["previous"].pointer("/metrics/closed").cloned();
            assert_eq!(
                closed(&alone).as_ref(),
                row.pointer("/previous/closed"),
                "{at}"
            );
            *checked.entry(field).or_insert(0) += 1;
        }
    }
    assert_eq!(checked.len(), 3, "{checked:?}");
}

async fn rows_of(caseload: &Caseload, by: &[&str], period: &Value, order_by: &Value) -> Vec<Value> {
    let by: Vec<Value> = by.iter().map(|by| dimension_input(by)).collect();
    let variables = json!({
        "by": by, "period": period, "filter": {}, "orderBy": order_by, "direction": "ASCENDING", "first": 1000,
    });
    let answer = caseload
        .ask("boss", &queries::breakdown(false), &variables)
        .await
        .data("breakdown");
    assert_eq!(answer["pageInfo"]["hasNextPage"], false, "{variables}");
    answer["nodes"].as_array().expect("rows").clone()
}

/// Dimensions that a filter can name, and the argument that does; a day is named by the period.
const NAMED_BY_FILTERS: [(&str, &str); 7] = [
    ("MEMBER", "memberIds"),
    ("TEAM", "teamIds"),
    ("LABEL", "labelIds"),
    ("CHANNEL", "channels"),
    ("DAY", "period"),
    ("plan", "attributes"),
    ("seats", "attributes"),
];

async fn a_row_of_a_breakdown_is_what_its_keys_as_filter_answer(backend: Backend) {
    let mut checked = 0;
    for seed in 2900..2900 + WORLDS {
        let (caseload, mut writer, _) = world(backend, seed).await;
        let period = writer.span(6).input();
        for (first, first_field) in NAMED_BY_FILTERS {
            for (second, second_field) in NAMED_BY_FILTERS {
                // Members and teams restrict each other in a filter as they do in a row.
                if first == second {
                    continue;
                }
                let rows = rows_of(&caseload, &[first, second], &period, &Value::Null).await;
                let Some(row) = rows.get(writer.dice.roll(rows.len())) else {
                    continue;
                };
                let mut variables = json!({
                    "period": period, "filter": {}, "by": "YEAR", "measure": "CLOSED", "busy": "REPLIES", "first": 0,
                });
                let mut is_named = true;
                for (key, by, field) in [(0, first, first_field), (1, second, second_field)] {
                    let id = &row["keys"][key]["id"];
                    match (field, id) {
                        ("attributes", _) => {
                            let wanted = json!({"key": by, "anyOf": [id]});
                            let filter = &mut variables["filter"]["attributes"];
                            match filter.as_array_mut() {
                                Some(others) => others.push(wanted),
                                None => *filter = json!([wanted]),
                            }
                        }
                        ("memberIds", Value::Null) => {
                            variables["filter"]["unassigned"] = json!(true);
                        }
                        (_, Value::Null) => is_named = false,
                        ("period", _) => {
                            variables["period"] = json!({"between": {"from": id, "to": id}});
                        }
                        _ => variables["filter"][field] = json!([id]),
                    }
                }
                if !is_named {
                    continue;
                }
                // Nobody is in no team: a filter that names a team and nobody adds them.
                let filter = &variables["filter"];
                if !filter["unassigned"].is_null() && !filter["teamIds"].is_null() {
                    continue;
                }
                let alone = team(&caseload, &variables).await;
                let mut expected = alone["metrics"].clone();
                if first == "DAY" || second == "DAY" {
                    for now in ["open", "waiting", "waitingSince"] {
                        expected[now] = Value::Null;
                    }
                }
                let at = format!("seed {seed}, {first}, {second}, {variables}");
                assert_eq!(difference(&expected, &row["metrics"]), None, "{at}");
                checked += 1;
            }
        }
    }
    assert!(40 < checked, "{checked}");
}

async fn rows_of_dimensions_with_one_value_add_up(backend: Backend) {
    for seed in 2950..2950 + WORLDS {
        let (caseload, mut writer, _) = world(backend, seed).await;
        let mut variables = everything(&mut writer);
        let period = writer.span(6).input();
        variables["period"] = period.clone();
        let mut whole = team(&caseload, &variables).await;
        // Where nothing but these counts there is no row.
        for now in ["open", "waiting"] {
            whole["metrics"][now] = Value::Null;
        }
        for by in [
            &["MEMBER"][..],
            &["CHANNEL", "OUTCOME"],
            &["CUSTOMER"],
            &["CUSTOMER", "MEMBER"],
        ] {
            let rows = rows_of(&caseload, by, &period, &json!("CLOSED")).await;
            let parts: Vec<&Value> = rows.iter().map(|row| &row["metrics"]).collect();
            check_sums(&format!("seed {seed}, {by:?}"), &whole["metrics"], &parts);
        }
    }
}

/// On the first day something counts, and on the 3,660 days before it nothing.
async fn nothing_counts_before_the_first_day(backend: Backend) {
    let query = "query($from: Date!, $to: Date!) { team(period: {between: {from: $from, to: $to}}) {
        metrics { conversations messages customers closed followUpsCompleted ratings { count } reopened
        surveys { count: asked } firstClosingTime { count } } } }";
    for seed in 2600..2600 + WORLDS {
        let (caseload, _, _) = world(backend, seed).await;
        let first = first_day(&caseload).await;
        let first = first.as_str().expect("a world with facts has a first day");
        let first: chrono::NaiveDate = first.parse().expect("a day");
        let counts = async |from: chrono::NaiveDate, to: chrono::NaiveDate| {
            let variables = json!({"from": from.to_string(), "to": to.to_string()});
            let report = caseload.ask("boss", query, &variables).await.data("team");
            let mut metrics = report["metrics"].clone();
            for counted in ["ratings", "surveys", "firstClosingTime"] {
                metrics[counted] = metrics[counted]["count"].take();
            }
            let counts = metrics.as_object().expect("metrics").values();
            counts.filter_map(Value::as_u64).sum::<u64>()
        };
        let eve = first - chrono::Days::new(1);
        assert_eq!(
            counts(first - chrono::Days::new(3_660), eve).await,
            0,
            "seed {seed}"
        );
        assert_ne!(counts(first, first).await, 0, "seed {seed}");
    }
}

async fn a_list_holds_what_its_measure_counts(backend: Backend) {
    for seed in 2100..2100 + WORLDS / 2 {
        let (caseload, mut writer, _) = world(backend, seed).await;
        let mut variables = everything(&mut writer);
        variables["filter"] = writer.filter().input();
        let report = team(&caseload, &variables).await;
        for measure in MEASURES {
            variables["measure"] = json!(measure);
            let list = caseload
                .ask("boss", &queries::conversations(), &variables)
                .await
                .data("conversations");
            let (least, most) = counted(measure, &report["metrics"]);
            let listed = list["totalCount"].as_u64().expect("a count");
            assert!(
                least <= listed && listed <= most,
                "seed {seed}, {variables}: {listed} of {least} to {most}"
            );
            let ids: BTreeSet<&str> = list["nodes"]
                .as_array()
                .expect("nodes")
                .iter()
                .filter_map(|node| node["id"].as_str())
                .collect();
            assert_eq!(
                ids.len() as u64,
                listed,
                "each once: seed {seed}, {variables}"
            );
        }
    }
}

/// How many conversations a measure's list has at least and at most, by the figures.
fn counted(measure: &str, metrics: &Value) -> (u64, u64) {
    let figure = |path: &str| {
        metrics
            .pointer(path)
            .and_then(Value::as_u64)
            .expect("a count")
    };
    let one_each = |count: u64| (count, count);
    let some = |count: u64| (count.min(1), count);
    match measure {
        "CONVERSATIONS" => one_each(figure("/conversations")),
        "LABELED_CONVERSATIONS" => one_each(figure("/labeledConversations")),
        "UNANSWERED" => one_each(figure("/unanswered")),
        "NEW_CUSTOMERS" => one_each(figure("/newCustomers")),
        "CLOSED" => one_each(figure("/closed")),
        "WON" => one_each(figure("/won")),
        "LOST" => one_each(figure("/lost")),
        "WIN_RATE" => one_each(figure("/won") + figure("/lost")),
        "OPEN" => one_each(figure("/open")),
        "FIRST_RESPONSE_MEAN" | "FIRST_RESPONSE_MEDIAN" => one_each(figure("/firstResponse/count")),
        "CLOSING_TIME_MEAN" | "CLOSING_TIME_MEDIAN" => one_each(figure("/closingTime/count")),
        "FIRST_CLOSING_TIME_MEAN" | "FIRST_CLOSING_TIME_MEDIAN" => {
            one_each(figure("/firstClosingTime/count"))
        }
        "CLOSED_BY_ONE_REPLY" => one_each(figure("/closedByOneReply")),
        "CLOSED_BY_BOT" => one_each(figure("/closedByBot")),
        "WAITING" => one_each(figure("/waiting")),
        "REPLY_TIME_MEAN" | "REPLY_TIME_MEDIAN" => some(figure("/replyTime/count")),
        "REOPENED" => some(figure("/reopened")),
        "SURVEYS" => some(figure("/surveys/asked")),
        "SURVEY_RATE" => some(figure("/surveys/answered")),
        "MESSAGES" => some(figure("/messages")),
        "INBOUND_MESSAGES" => some(figure("/inboundMessages")),
        "REPLIES" => some(figure("/replies")),
        "FOLLOW_UPS_COMPLETED" => some(figure("/followUpsCompleted")),
        "RATINGS" | "RATING_AVERAGE" => some(figure("/ratings/count")),
        "SATISFIED" => some(figure("/ratings/scores/3/count") + figure("/ratings/scores/4/count")),
        "CUSTOMERS" => (figure("/customers"), u64::MAX),
        other => panic!("no measure {other}"),
    }
}

/// Durations are whole seconds: those not above a second less than where a range starts lie in the ranges before.
async fn what_is_within_a_target_lies_in_the_ranges_below_it(backend: Backend) {
    let mut values = 0;
    for seed in 2700..2700 + WORLDS {
        let (caseload, _, _) = world(backend, seed).await;
        let from = first_day(&caseload).await;
        let first: chrono::NaiveDate = from.as_str().unwrap_or("").parse().expect("a day");
        let to = (first + chrono::Days::new(700)).to_string();
        let variables = json!({"period": {"between": {"from": from, "to": to}}, "filter": {}});
        let query = "query($period: PeriodInput, $filter: ReportFilter) { team(period: $period, filter: $filter) {
            metrics { firstResponse { ...All } closingTime { ...All } replyTime { ...All }
              firstClosingTime { ...All } } } }
            fragment All on DurationStats { count distribution { count }
                within5min: within(seconds: 299) { count } within15min: within(seconds: 899) { count }
                within1h: within(seconds: 3599) { count } within4h: within(seconds: 14399) { count }
                within8h: within(seconds: 28799) { count } within24h: within(seconds: 86399) { count share } }";
        let report = caseload.ask("boss", query, &variables).await.data("team");
        for duration in [
            "firstResponse",
            "closingTime",
            "replyTime",
            "firstClosingTime",
        ] {
            let stats = &report["metrics"][duration];
            let count = |value: &Value| value["count"].as_u64().expect("a count");
            let ranges: Vec<u64> = (0..7).map(|at| count(&stats["distribution"][at])).collect();
            for (at, target) in ["5min", "15min", "1h", "4h", "8h", "24h"]
                .iter()
                .enumerate()
            {
                let below: u64 = ranges[..=at].iter().sum();
                let within = count(&stats[format!("within{target}")]);
                assert_eq!(
                    within, below,
                    "seed {seed}, {variables}, {duration}, {target}"
                );
            }
            let share = stats["within24h"]["share"].as_f64();
            let expected =
                (0 < count(stats)).then(|| count(&stats["within24h"]) as f64 / count(stats) as f64);
            assert_eq!(share, expected, "seed {seed}, {variables}, {duration}");
            values += count(stats);
        }
    }
    assert!(20 < values, "{values} values");
}

/// Of records that each say the whole state of their thing, and of nothing else: a list of what belongs to a conversation takes away
/// what came before it.
async fn the_order_of_records_makes_no_difference(backend: Backend) {
    for seed in 2200..2200 + WORLDS {
        let mut writer = Writer::new(Dice::seeded(seed));
        let mut records = vec![boss()];
        records.extend(writer.records(RECORDS));
        let mut seen = BTreeSet::new();
        records.retain(|record| {
            record["type"] != json!("delete")
                && seen.insert((record["type"].to_string(), record["id"].to_string()))
        });
        for record in records.iter_mut().filter_map(Value::as_object_mut) {
            for list in ["messages", "ratings", "follow_ups", "events", "surveys"] {
                record.remove(list);
            }
        }
        let one = filled(backend, &writer, &records).await;
        records.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let other = filled(backend, &writer, &records).await;
        compare(seed, &one, &other, &mut writer).await;
    }
}

async fn how_an_import_is_split_makes_no_difference(backend: Backend) {
    for seed in 2300..2300 + WORLDS {
        let (one, mut writer, records) = world(backend, seed).await;
        let other = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
        let mut rest = records.as_slice();
        while !rest.is_empty() {
            let (batch, after) = rest.split_at((1 + writer.dice.roll(60)).min(rest.len()));
            other.import(batch).await;
            if writer.dice.chance(1, 2) {
                other.roll_up().await;
            }
            rest = after;
        }
        other.roll_up().await;
        compare(seed, &one, &other, &mut writer).await;
    }
}

async fn compare(seed: u64, one: &Caseload, other: &Caseload, writer: &mut Writer) {
    for _ in 0..3 {
        let mut variables = everything(writer);
        variables["filter"] = writer.filter().input();
        let (one, other) = (team(one, &variables).await, team(other, &variables).await);
        assert_eq!(difference(&one, &other), None, "seed {seed}, {variables}");
    }
}

async fn importing_twice_changes_nothing(backend: Backend) {
    let mut writer = Writer::new(Dice::seeded(2400));
    let mut records = vec![boss()];
    records.extend(writer.records(RECORDS));
    let mut seen = BTreeSet::new();
    records.reverse();
    records.retain(|record| {
        record["type"] != json!("delete")
            && seen.insert((record["type"].to_string(), record["id"].to_string()))
    });
    let caseload = filled(backend, &writer, &records).await;
    let generation = caseload
        .store
        .ledger(caseload.workspace)
        .await
        .expect("the store is there")
        .map(|l| l.generation);
    let again = caseload.import(&records).await;
    assert_eq!(
        (again.accepted, again.stale, again.days_touched),
        (0, 0, 0),
        "{again:?}"
    );
    caseload.roll_up().await;
    let after = caseload
        .store
        .ledger(caseload.workspace)
        .await
        .expect("the store is there")
        .map(|l| l.generation);
    assert_eq!(generation, after);
}
