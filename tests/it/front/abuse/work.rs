//! Queries that cost more than someone may spend, or take longer than a request may.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use super::{Target, concat};
use crate::support::app::token;

#[test]
fn who_spends_more_than_they_may_is_told_when_to_come_back_and_others_are_not_held_up() {
    let other = json!({"type": "member", "id": "other", "name": "Other", "role": "owner"});
    let target = Target::with(&["--rate-limit", "40"], &[other]);
    // What opening it has cost is earned again.
    thread::sleep(Duration::from_secs(3));
    let body =
        json!({"query": "{ team(period: {preset: LAST_YEAR}) { series { from } } }"}).to_string();
    let ask = |who: &str| {
        let head = "POST /graphql HTTP/1.1\r\nContent-Type: application/json";
        target
            .server
            .send(head, &token(who), body.as_bytes())
            .to_lowercase()
    };
    let answers: Vec<String> = (0..20).map(|_| ask("boss")).collect();
    let (refused, answered): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.starts_with("http/1.1 429"));
    // Each costs 367, and 400 is a full purse.
    assert!(
        (1..=5).contains(&answered.len()),
        "{} of 20 were answered",
        answered.len()
    );
    assert!(
        answered
            .iter()
            .all(|answer| answer.starts_with("http/1.1 200")),
        "{answered:?}"
    );
    for refused in refused {
        let wait = refused
            .lines()
            .find_map(|line| line.strip_prefix("retry-after: "))
            .expect("a time to come back");
        assert!(
            (1..=60).contains(&wait.parse::<u64>().expect("seconds")),
            "{refused}"
        );
        assert!(refused.contains("rate_limited"), "{refused}");
    }
    assert!(
        ask("other").starts_with("http/1.1 200"),
        "others have a purse of their own"
    );
}

/// So many members that a year of days of each is more than a second's work.
fn crowd() -> Vec<Value> {
    (0..600)
        .map(|at| json!({"type": "member", "id": format!("m{at}"), "name": format!("M{at}"), "role": "agent"}))
        .collect()
}

/// What the server may compute once a query has been given up: what was made of its answer is dropped.
const MOST_BEHIND: Duration = Duration::from_millis(700);

/// How long the server still computes until it rests, or has computed for too long.
fn until_quiet(target: &Target) -> Duration {
    let begin = target.server.computed();
    let mut behind = Duration::ZERO;
    loop {
        thread::sleep(Duration::from_secs(1));
        let before = behind;
        behind = target.server.computed().saturating_sub(begin);
        if behind < before + Duration::from_millis(100) || MOST_BEHIND < behind {
            return behind;
        }
    }
}

#[test]
fn a_query_that_takes_too_long_is_ended_together_with_its_work() {
    let arguments = ["--request-timeout", "1s", "--max-complexity", "1000000000"];
    let target = Target::with(&arguments, &crowd());
    let fields = concat(30, |at| format!("a{at}: closed "));
    let slow = format!(
        "{{ team(period: {{preset: LAST_YEAR}}) {{ members {{ series {{ from metrics {{ {fields} }} }} }} }} }}"
    );
    for round in 0..3 {
        let before = target.server.computed();
        let (_, body) = target.ask(&slow);
        assert_eq!(
            body["errors"][0]["extensions"]["code"], "TIMEOUT",
            "round {round}: {body:.500}"
        );
        assert_eq!(body["data"], Value::Null);
        let during = target.server.computed().saturating_sub(before);
        let behind = until_quiet(&target);
        assert!(
            behind < MOST_BEHIND,
            "round {round}: {during:?} in time, and {behind:?} later"
        );
    }
    target.check("3 queries that took too long");
    let many: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = (0..16).map(|_| scope.spawn(|| target.ask(&slow))).collect();
        asked
            .into_iter()
            .map(|asked| asked.join().expect("no panic"))
            .collect()
    });
    for (status, body) in many {
        let code = body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or("none");
        assert!(
            ["TIMEOUT", "UNAVAILABLE"].contains(&code),
            "{status} {body:.500}"
        );
    }
    target.check("16 queries at once that took too long");
}
