//! Lists in pages, while what they are sorted by changes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    a_page_says_where_rows_may_have_come_twice_or_not_at_all,
}

/// Conversations, each with a rating.
const ROWS: usize = 12;
/// Rows of a page.
const FIRST: usize = 3;

/// A list that has pages.
struct List {
    /// The field, with its arguments but for those of the page.
    call: &'static str,
    /// What tells its rows apart.
    key: &'static str,
    /// Whether its pages say that figures have changed.
    tells: bool,
    /// Whether the changes of this test move its rows.
    moves: bool,
}

const LISTS: [List; 9] = [
    List {
        call: "conversations(measure: CONVERSATIONS",
        key: "id",
        tells: true,
        moves: true,
    },
    List {
        call: "conversations(measure: FIRST_RESPONSE_MEDIAN",
        key: "id",
        tells: true,
        moves: true,
    },
    List {
        call: "conversations(measure: CLOSING_TIME_MEAN",
        key: "id",
        tells: true,
        moves: true,
    },
    List {
        call: "feedback(minScore: 1",
        key: "id",
        tells: true,
        moves: true,
    },
    List {
        call: "dailyRollups(period: {preset: LAST_30_DAYS}",
        key: "day member { id }",
        tells: true,
        moves: false,
    },
    List {
        call: "breakdown(by: [{dimension: MEMBER}, {dimension: DAY}], orderBy: FIRST_RESPONSE_MEDIAN",
        key: "keys { id }",
        tells: true,
        moves: true,
    },
    List {
        call: "breakdown(by: [{attribute: \"row\"}], orderBy: null",
        key: "keys { id }",
        tells: true,
        moves: false,
    },
    List {
        call: "auditEvents(actions: [IMPORTED]",
        key: "id",
        tells: false,
        moves: false,
    },
    List {
        call: "rollupRuns(",
        key: "id",
        tells: false,
        moves: false,
    },
];

/// What reading a list to its end came to.
#[derive(Debug, Default)]
struct Read {
    rows: Vec<String>,
    /// Of each page, whether it said that figures had changed.
    changed: Vec<bool>,
}

impl Read {
    /// Whether each of `all` came exactly once.
    fn is_whole(&self, all: &BTreeSet<String>) -> bool {
        let once: BTreeSet<&String> = self.rows.iter().collect();
        let is_there = |row: &String| once.contains(row);
        once.len() == self.rows.len() && all.iter().all(is_there)
    }
}

/// The same conversations and ratings, in that order or the other way round by all that lists are sorted by.
async fn arrange(caseload: &Caseload, is_reversed: bool) {
    let mut records = Vec::new();
    for row in 0..ROWS {
        let place = if is_reversed { ROWS - 1 - row } else { row };
        let at = |day: usize, hours: usize, minutes: usize| {
            let (day, hours) = (day + hours / 24, hours % 24);
            format!("2026-03-{day:02}T{hours:02}:{minutes:02}:00Z")
        };
        let (id, hours) = (format!("c-{row:02}"), 2 * place);
        records.push(json!({
            "type": "conversation", "id": id, "customer_id": "k", "assignee_id": format!("m{}", row % 4),
            "created_at": at(1, hours, 0), "closed_at": at(3, 2 * hours, 0), "attributes": {"row": id},
        }));
        records.push(json!({
            "type": "message", "id": format!("{id}-in"), "conversation_id": id, "kind": "inbound",
            "sent_at": at(1, hours, 0),
        }));
        records.push(json!({
            "type": "message", "id": format!("{id}-out"), "conversation_id": id, "kind": "reply",
            "sent_at": at(1, hours, 1 + place),
        }));
        records.push(json!({
            "type": "rating", "id": format!("r-{row:02}"), "conversation_id": id, "score": 4,
            "rated_at": at(7, hours, 0),
        }));
    }
    let report = caseload.import(&records).await;
    assert_eq!(report.rejected, 0, "{:?}", report.errors);
    caseload.roll_up().await;
}

async fn sample(backend: Backend) -> Caseload {
    let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::UTC, now).await;
    let boss = json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"});
    caseload.import(&[boss]).await;
    // Runs and imports enough for some pages.
    for turn in 0..FIRST {
        arrange(&caseload, turn % 2 == 0).await;
    }
    caseload
}

/// Reads the list from its beginning to its end, and before each page but the first has everything arranged the other way
/// round, as often as `changes` says.
async fn read(caseload: &Caseload, list: &List, mut changes: usize) -> Read {
    let List { call, key, .. } = list;
    let tells = if list.tells { "changed" } else { "" };
    let query = format!(
        "query($after: String) {{ list: {call} first: {FIRST}, after: $after) {{
            {tells} pageInfo {{ hasNextPage endCursor }} nodes {{ {key} }} }} }}"
    );
    let (mut read, mut after) = (Read::default(), Value::Null);
    for _ in 0..100 {
        let page = caseload.ask("boss", &query, &json!({"after": after})).await;
        let page = page.data("list");
        let nodes = page["nodes"].as_array().expect("rows");
        read.rows.extend(nodes.iter().map(Value::to_string));
        read.changed.push(page["changed"] == json!(true));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return read;
        }
        after = page["pageInfo"]["endCursor"].clone();
        if 0 < changes {
            arrange(caseload, changes % 2 == 1).await;
            changes -= 1;
        }
    }
    panic!("{call}: there is no end to it");
}

async fn a_page_says_where_rows_may_have_come_twice_or_not_at_all(backend: Backend) {
    let caseload = sample(backend).await;
    for list in &LISTS {
        arrange(&caseload, false).await;
        let before = read(&caseload, list, 0).await;
        let all: BTreeSet<String> = before.rows.iter().cloned().collect();
        assert!(2 * FIRST < all.len(), "{}: {before:?}", list.call);
        assert!(before.is_whole(&all), "{}: {before:?}", list.call);
        assert!(!before.changed.contains(&true), "{}", list.call);
        for changes in [1, 2] {
            arrange(&caseload, false).await;
            let meanwhile = read(&caseload, list, changes).await;
            let is_whole = meanwhile.is_whole(&all);
            let says = meanwhile.changed.contains(&true);
            assert!(is_whole || says, "{}: {meanwhile:?}", list.call);
            assert_eq!(says, list.tells, "{}: {meanwhile:?}", list.call);
            assert!(!meanwhile.changed[0], "{}: a first page", list.call);
            assert!(
                !(list.moves && changes == 1 && is_whole),
                "{}: nothing moved",
                list.call
            );
        }
    }
}

/// The fields of the schema that take a cursor.
fn fields_with_a_cursor() -> BTreeSet<&'static str> {
    let (mut field, mut found) = ("", BTreeSet::new());
    for line in include_str!("../../api/schema.graphql").lines() {
        if let Some(name) = line.trim().strip_suffix('(') {
            field = name;
        } else if line.trim().starts_with("after:") {
            found.insert(field);
        }
    }
    found
}

#[test]
fn every_list_that_has_pages_is_paged_here() {
    let paged = LISTS.iter().filter_map(|list| list.call.split('(').next());
    assert_eq!(fields_with_a_cursor(), paged.collect());
}
