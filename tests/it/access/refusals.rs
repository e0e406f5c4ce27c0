//! Questions that are wrong, and pages.

use serde_json::{Value, json};

use super::{acme, conversation};
use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    wrong_questions_are_bad_user_input,
    a_filter_of_unknown_ids_or_of_nothing_lets_nothing_pass,
    the_last_thirty_days_are_meant_where_no_period_is_given,
    pages_stay_where_they_are_while_facts_come_in,
    what_was_deleted_is_left_out_of_a_list_at_once,
}

async fn wrong_questions_are_bad_user_input(backend: Backend) {
    let caseload = acme(backend).await;
    let period =
        |from: &str, to: &str| format!("period: {{between: {{from: \"{from}\", to: \"{to}\"}}}}");
    let wrong = [
        format!(
            "{{ team({}) {{ metrics {{ closed }} }} }}",
            period("2026-03-02", "2026-03-01")
        ),
        format!(
            "{{ team({}) {{ metrics {{ closed }} }} }}",
            period("2010-01-01", "2020-01-09")
        ),
        format!(
            "{{ team({}) {{ metrics {{ closed }} }} }}",
            period("2026-02-30", "2026-03-01")
        ),
        "{ team(period: {}) { metrics { closed } } }".to_owned(),
        "{ team { busyHours(measure: WON) { count } } }".to_owned(),
        "{ team { metrics { closingTime { quantile(q: 1.5) } } } }".to_owned(),
        "{ team { metrics { closingTime { quantile(q: -0.1) } } } }".to_owned(),
        "{ team { metrics { closingTime { within(seconds: -1) { count } } } } }".to_owned(),
        "{ team { metrics { closingTime { within(seconds: 2147483648) { count } } } } }".to_owned(),
        "{ conversations(measure: CLOSED, first: 1001) { totalCount } }".to_owned(),
        "{ conversations(measure: CLOSED, first: -1) { totalCount } }".to_owned(),
        "{ conversations(measure: CLOSED, after: \"no cursor\") { totalCount } }".to_owned(),
        "{ conversations(measure: WON, at: {weekday: 1, hour: 0}) { totalCount } }".to_owned(),
        "{ conversations(measure: CLOSED, at: {weekday: 0, hour: 0}) { totalCount } }".to_owned(),
        "{ conversations(measure: CLOSED, at: {weekday: 7, hour: 24}) { totalCount } }".to_owned(),
        "{ feedback(first: 1001) { totalCount } }".to_owned(),
        "{ dailyRollups(first: 1001) { nodes { day } } }".to_owned(),
        "{ labels(first: 1001) { share } }".to_owned(),
        "{ team { topLabels(first: -1) { share } } }".to_owned(),
        "{ team { leaderboard(first: 1001) { rank } } }".to_owned(),
    ];
    for query in wrong {
        let answer = caseload.ask("manager", &query, &json!({})).await;
        let codes = answer.codes();
        assert!(
            !codes.is_empty() && codes.iter().all(|code| code == "BAD_USER_INPUT"),
            "{query}: {}",
            answer.json()
        );
    }
    let longest = format!(
        "{{ team({}) {{ metrics {{ closed }} }} }}",
        period("2016-03-04", "2026-03-11")
    );
    assert!(
        caseload
            .ask("manager", &longest, &json!({}))
            .await
            .codes()
            .is_empty(),
        "3,660 days are a period"
    );
    for first in [0, 1000] {
        let query =
            format!("{{ conversations(measure: CLOSED, first: {first}) {{ totalCount }} }}");
        let list = caseload
            .ask("manager", &query, &json!({}))
            .await
            .data("conversations");
        assert_eq!(list, json!({"totalCount": 5}));
    }
}

async fn a_filter_of_unknown_ids_or_of_nothing_lets_nothing_pass(backend: Backend) {
    let caseload = acme(backend).await;
    let query = "query($filter: ReportFilter) { team(filter: $filter) { metrics { conversations } members { member { id } } } }";
    let ask = async |filter: Value| {
        caseload
            .ask("manager", query, &json!({"filter": filter}))
            .await
            .data("team")
    };
    for kind in ["memberIds", "teamIds", "labelIds", "channels"] {
        for list in [json!([]), json!(["unheard of"])] {
            assert_eq!(
                ask(json!({kind: list})).await["metrics"],
                json!({"conversations": 0}),
                "{kind} {list}"
            );
        }
    }
    let agent = json!({"metrics": {"conversations": 1}, "members": [{"member": {"id": "agent"}}]});
    assert_eq!(
        ask(json!({"memberIds": ["agent", "unheard of"]})).await,
        agent
    );
    assert_eq!(
        ask(json!({"memberIds": ["agent"], "teamIds": ["team"]})).await,
        agent
    );
    assert_eq!(
        ask(json!({"unassigned": true})).await,
        json!({"metrics": {"conversations": 0}, "members": []})
    );
}

async fn the_last_thirty_days_are_meant_where_no_period_is_given(backend: Backend) {
    let caseload = acme(backend).await;
    let period = caseload
        .ask(
            "manager",
            "{ team { period { from to days } } }",
            &json!({}),
        )
        .await
        .data("team");
    assert_eq!(
        period,
        json!({"period": {"from": "2026-02-09", "to": "2026-03-10", "days": 30}})
    );
}

const PAGE: &str = "query($after: String) { conversations(measure: CONVERSATIONS, first: 2, after: $after) {
    totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

async fn page(caseload: &Caseload, after: &Value) -> Value {
    caseload
        .ask("manager", PAGE, &json!({"after": after}))
        .await
        .data("conversations")
}

fn ids(page: &Value) -> Vec<&str> {
    page["edges"]
        .as_array()
        .expect("edges")
        .iter()
        .filter_map(|edge| edge["node"]["id"].as_str())
        .collect()
}

async fn pages_stay_where_they_are_while_facts_come_in(backend: Backend) {
    let caseload = acme(backend).await;
    let first = page(&caseload, &Value::Null).await;
    assert_eq!(ids(&first), ["c-viewer", "c-agent"]);
    let info = &first["pageInfo"];
    assert_eq!(
        (&info["hasNextPage"], &info["hasPreviousPage"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        (&info["startCursor"], &info["endCursor"]),
        (&first["edges"][0]["cursor"], &first["edges"][1]["cursor"])
    );
    let mut records = conversation("newest", "agent", 9);
    records.push(json!({"type": "delete", "of": "conversation", "id": "c-agent"}));
    caseload.import(&records).await;
    caseload.roll_up().await;
    let second = page(&caseload, &info["endCursor"]).await;
    assert_eq!(ids(&second), ["c-manager", "c-admin"]);
    assert_eq!(second["totalCount"], json!(5));
    let third = page(&caseload, &second["pageInfo"]["endCursor"]).await;
    assert_eq!(ids(&third), ["c-owner"]);
    assert_eq!(third["pageInfo"]["hasNextPage"], json!(false));
}

async fn what_was_deleted_is_left_out_of_a_list_at_once(backend: Backend) {
    let caseload = acme(backend).await;
    let query = "{ conversations(measure: CONVERSATIONS) { nodes { id } } feedback { nodes { id comment } } }";
    let deletes = [
        json!({"type": "delete", "of": "conversation", "id": "c-agent"}),
        json!({"type": "delete", "of": "rating", "id": "r-c-viewer"}),
    ];
    caseload.import(&deletes).await;
    let text =
        String::from_utf8(caseload.ask("manager", query, &json!({})).await.body).expect("UTF-8");
    assert!(
        !text.contains("c-agent") && !text.contains("r-c-viewer"),
        "{text}"
    );
    assert!(
        text.contains("c-viewer") && text.contains("r-c-manager"),
        "{text}"
    );
    caseload
        .import(&[json!({"type": "delete", "of": "customer", "id": "customer"})])
        .await;
    let text =
        String::from_utf8(caseload.ask("manager", query, &json!({})).await.body).expect("UTF-8");
    assert!(!text.contains("for manager"), "{text}");
}
