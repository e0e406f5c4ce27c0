//! Nothing that happens to teammates shows in what an agent is answered.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    on_both_stores,
    support::{
        app::Caseload,
        database::Backend,
        dice::Dice,
        facts::{MEASURES, Writer},
        queries,
    },
};

const WORLDS: u64 = 8;
const ROUNDS: usize = 3;
const RECORDS: usize = 120;

on_both_stores! {
    an_agent_s_answers_do_not_change_by_a_byte_when_a_teammate_s_facts_do,
}

/// What is the agent's: conversations, and what others have to do with them that is not credited to the agent.
fn own(writer: &mut Writer) -> Vec<Value> {
    let mut records = vec![
        json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"}),
        // The workspace's first day is that of everyone, and shows in comparisons: it is before all that comes later.
        json!({"type": "conversation", "id": "first", "customer_id": "k", "created_at": "2001-01-01T00:00:00Z"}),
        json!({"type": "member", "id": "me", "name": "Me", "role": "agent", "email": "me@example.com"}),
        json!({"type": "label", "id": "mine", "title": "Mine"}),
    ];
    for number in 0..6 {
        let id = format!("my-{number}");
        let (created, second, third) = (writer.instant(), writer.instant(), writer.instant());
        let closed = writer.dice.chance(2, 3).then(|| third.clone());
        records.extend([
            json!({"type": "customer", "id": format!("my-k-{number}"), "name": "Customer"}),
            json!({
                "type": "conversation", "id": id, "customer_id": format!("my-k-{}", number / 2), "created_at": created,
                "assignee_id": "me", "label_ids": ["mine"], "channel": "chat", "closed_at": closed,
            }),
            json!({"type": "message", "id": format!("{id}-1"), "conversation_id": id, "sent_at": created, "kind": "inbound"}),
            json!({"type": "message", "id": format!("{id}-2"), "conversation_id": id, "sent_at": second, "kind": "reply"}),
            json!({
                "type": "rating", "id": format!("{id}-r"), "conversation_id": id, "rated_at": third, "score": 4,
                "comment": "kind",
            }),
            json!({
                "type": "follow_up", "id": format!("{id}-f"), "conversation_id": id, "assignee_id": "me",
                "completed_at": second,
            }),
        ]);
    }
    records
}

/// What teammates have to do with the agent's conversations: credited to them, and so none of the agent's business.
fn beside(writer: &mut Writer) -> Vec<Value> {
    let mut records = Vec::new();
    for number in 0..6 {
        let id = format!("my-{number}");
        let name = format!("{id}-{}", writer.dice.roll(3));
        records.push(json!({
            "type": "rating", "id": format!("{name}-theirs"), "conversation_id": id, "rated_at": writer.instant(),
            "score": 1 + writer.dice.roll(5), "comment": "for anna", "member_id": "anna",
        }));
        records.push(json!({
            "type": "follow_up", "id": format!("{name}-theirs"), "conversation_id": id, "assignee_id": "anna",
            "completed_at": writer.instant(),
        }));
    }
    records
}

/// Everything that the agent can ask, each answer as it comes.
async fn answers(caseload: &Caseload, periods: &[Value]) -> Vec<(String, String)> {
    let variables = |measure: &str, filter: &Value, period: &Value| {
        json!({
            "period": period, "filter": filter, "by": "WEEK", "measure": measure, "first": 100, "min": null, "max": null,
            "has": null, "id": null, "after": null,
        })
    };
    let filters = [
        json!({}),
        json!({"memberIds": ["anna", "boss"], "unassigned": true}),
        json!({"labelIds": ["mine"]}),
    ];
    let mut asked = vec![(
        "{ viewer { member { id name role email } role scopes } workspace { id name today firstDay } }"
            .to_owned(),
        json!({}),
    )];
    for (period, filter) in periods
        .iter()
        .flat_map(|period| filters.iter().map(move |filter| (period, filter)))
    {
        for measure in MEASURES {
            asked.push((queries::conversations(), variables(measure, filter, period)));
        }
        asked.push((queries::member(), variables("CLOSED", filter, period)));
        asked.push((queries::feedback(), variables("CLOSED", filter, period)));
    }
    for refused in [
        "{ team { metrics { closed } } }",
        "{ workspace { members { id } } }",
        "{ member(id: \"anna\") { member { id } } }",
    ] {
        asked.push((refused.to_owned(), json!({})));
    }
    let mut answers = Vec::new();
    for (query, variables) in asked {
        let answer = caseload.ask("me", &query, &variables).await;
        answers.push((
            format!("{query} {variables}"),
            without_generations(&String::from_utf8(answer.body).expect("UTF-8")),
        ));
    }
    answers
}

/// The answer with cursors that do not name their generation. `rollupStatus` tells everyone of each generation.
fn without_generations(answer: &str) -> String {
    let mut parts = answer.split("\"endCursor\":\"");
    let mut masked = parts.next().expect("a first part").to_owned();
    for part in parts {
        let (cursor, rest) = part.split_once('"').expect("the end of a cursor");
        let decoded = URL_SAFE_NO_PAD.decode(cursor).expect("Base64");
        let mut cursor: Value = serde_json::from_slice(&decoded).expect("a cursor");
        let list = cursor[0].as_str().expect("a list and its generation");
        let (letter, generation) = list.split_at(1);
        generation.parse::<u64>().expect("a generation");
        cursor[0] = letter.into();
        masked += "\"endCursor\":";
        masked += &cursor.to_string();
        masked += ",";
        masked += rest;
    }
    masked
}

async fn an_agent_s_answers_do_not_change_by_a_byte_when_a_teammate_s_facts_do(backend: Backend) {
    for seed in 5_000..5_000 + WORLDS {
        let mut writer = Writer::new(Dice::seeded(seed));
        let caseload = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
        caseload.import(&own(&mut writer)).await;
        caseload.roll_up().await;
        let today = writer.place.now().date_naive();
        let years = json!({"between": {"from": (today - chrono::Days::new(800)).to_string(), "to": (today + chrono::Days::new(1)).to_string()}});
        let (period, _) = writer.period();
        let periods = [years, period];
        let alone = answers(&caseload, &periods).await;
        let conversations = alone.iter().filter(|(asked, answer)| {
            asked.contains("\"CONVERSATIONS\"") && answer.contains("my-5")
        });
        assert_ne!(conversations.count(), 0, "seed {seed}: the agent has facts");
        for round in 0..ROUNDS {
            let mut records = writer.records(RECORDS);
            records.extend(beside(&mut writer));
            caseload.import(&records).await;
            caseload.roll_up().await;
            let among_others = answers(&caseload, &periods).await;
            for ((asked, before), (_, after)) in alone.iter().zip(among_others) {
                assert_eq!(*before, after, "seed {seed}, round {round}: {asked}");
            }
        }
    }
}
