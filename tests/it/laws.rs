//! What holds whatever the facts are.

use std::collections::BTreeSet;

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::{
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
    a_list_holds_what_its_measure_counts,
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
        "mean",
        "median",
        "p90",
        "lowest",
        "third",
        "highest",
        "average",
        "satisfied",
    ];
    !no_counts.contains(&name)
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
