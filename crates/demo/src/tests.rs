use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use caseload_schema::{day::Day, instant::Instant, zone::Zone};
use serde_json::Value;

use super::{DAYS, DemoOptions, FACES, generate};

const NOW: &str = "2026-05-14T15:30:00+02:00";

fn options(seed: u64) -> DemoOptions {
    let zone = Zone::parse("Europe/Rome").unwrap();
    let now = Instant::parse(NOW).unwrap();
    DemoOptions {
        seed,
        today: zone.day_of(now),
        now,
        zone,
    }
}

fn bytes(seed: u64) -> Vec<u8> {
    let mut out = Vec::new();
    generate(&options(seed), &mut out).unwrap();
    out
}

static RECORDS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let text = String::from_utf8(bytes(42)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
});

fn records() -> &'static [Value] {
    &RECORDS
}

fn of_type<'a>(records: &'a [Value], name: &str) -> Vec<&'a Value> {
    records
        .iter()
        .filter(|record| record["type"] == name)
        .collect()
}

fn instant(value: &Value) -> Instant {
    Instant::parse(value.as_str().unwrap()).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}

#[test]
fn the_directory_is_as_promised() {
    let records = records();
    let members = of_type(records, "member");
    let roles: BTreeSet<&str> = members
        .iter()
        .map(|member| member["role"].as_str().unwrap())
        .collect();
    assert_eq!((members.len(), roles.len()), (12, 5));
    assert_eq!(
        members
            .iter()
            .filter(|member| member["active"] == false)
            .count(),
        1
    );
    assert_eq!(
        (
            of_type(records, "team").len(),
            of_type(records, "label").len()
        ),
        (3, 12)
    );
    for (role, id) in FACES {
        assert!(
            members
                .iter()
                .any(|member| member["id"] == id && member["role"] == role.name())
        );
    }
}

#[test]
fn every_member_but_the_new_one_has_conversations() {
    let records = records();
    let conversations = of_type(records, "conversation");
    let assignees: BTreeSet<_> = conversations
        .iter()
        .filter_map(|record| record["assignee_id"].as_str())
        .collect();
    assert_eq!(assignees.len(), 11);
    assert!(!assignees.contains("priya"));
    assert!(
        conversations
            .iter()
            .any(|record| record["assignee_id"].is_null())
    );
    let channels: BTreeSet<_> = conversations
        .iter()
        .map(|record| record["channel"].as_str().unwrap())
        .collect();
    assert_eq!(channels.len(), 4);
}

#[test]
fn weekdays_are_busy_and_weekends_quiet() {
    let zone = Zone::parse("Europe/Rome").unwrap();
    let records = records();
    let mut created: BTreeMap<Day, BTreeSet<&str>> = BTreeMap::new();
    for record in of_type(records, "conversation") {
        let day = zone.day_of(instant(&record["created_at"]));
        created
            .entry(day)
            .or_default()
            .insert(record["id"].as_str().unwrap());
    }
    assert_eq!(created.len(), DAYS as usize);
    let mean = |wanted: fn(u8) -> bool| {
        let days: Vec<usize> = created
            .iter()
            .filter(|(day, _)| wanted(day.weekday()))
            .map(|(_, ids)| ids.len())
            .collect();
        days.iter().sum::<usize>() / days.len()
    };
    assert!(
        (40..60).contains(&mean(|weekday| weekday < 6)),
        "{}",
        mean(|weekday| weekday < 6)
    );
    assert!(
        (7..20).contains(&mean(|weekday| 5 < weekday)),
        "{}",
        mean(|weekday| 5 < weekday)
    );
}

#[test]
fn nothing_but_a_due_date_lies_in_the_future() {
    let now = Instant::parse(NOW).unwrap();
    for record in records() {
        for (field, value) in record
            .as_object()
            .unwrap()
            .iter()
            .filter(|(field, _)| field.ends_with("_at"))
        {
            assert!(
                field == "due_at" || value.is_null() || instant(value) <= now,
                "{record}"
            );
        }
    }
}

#[test]
fn some_conversations_were_opened_again_and_their_records_say_so_in_order() {
    let records = records();
    let mut states: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for record in of_type(records, "conversation") {
        states
            .entry(record["id"].as_str().unwrap())
            .or_default()
            .push(record);
    }
    let reopened = states.values().filter(|states| {
        states.windows(2).any(|pair| {
            !pair[0]["closed_at"].is_null() && pair[0]["closed_at"] != pair[1]["closed_at"]
        })
    });
    assert!(100 < reopened.count());
    for states in states.values() {
        assert!(
            states.is_sorted_by_key(|state| instant(&state["updated_at"])),
            "{states:?}"
        );
    }
}

#[test]
fn what_records_refer_to_is_there() {
    let records = records();
    let ids = |name: &str| -> BTreeSet<&str> {
        of_type(records, name)
            .iter()
            .map(|record| record["id"].as_str().unwrap())
            .collect()
    };
    let (conversations, customers) = (ids("conversation"), ids("customer"));
    for record in records {
        assert!(
            record["conversation_id"]
                .as_str()
                .is_none_or(|id| conversations.contains(id)),
            "{record}"
        );
        assert!(
            record["customer_id"]
                .as_str()
                .is_none_or(|id| customers.contains(id)),
            "{record}"
        );
        assert!(
            record["outcome"].is_null() || !record["closed_at"].is_null(),
            "{record}"
        );
    }
}

#[test]
fn ratings_of_every_score_have_comments_that_differ() {
    let records = records();
    let ratings = of_type(records, "rating");
    for score in 1..=5 {
        assert!(
            20 < ratings
                .iter()
                .filter(|rating| rating["score"] == score)
                .count(),
            "{score}"
        );
    }
    let comments: Vec<_> = ratings
        .iter()
        .filter_map(|rating| rating["comment"].as_str())
        .collect();
    let different: BTreeSet<_> = comments.iter().collect();
    assert!(
        comments.len() * 3 < different.len() * 4,
        "{} of {}",
        different.len(),
        comments.len()
    );
}
