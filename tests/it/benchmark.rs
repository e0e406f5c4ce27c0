//! The only figure of others that agents read: what it is, and that nobody can tell from it whose value is whose.

use serde_json::{Value, json};

use crate::{
    model::{
        book::Book,
        scope::{Filter, Wanted},
        time::Span,
        world::At,
        world::World,
    },
    on_both_stores,
    support::{
        app::Caseload, compare::difference, database::Backend, dice::Dice, facts::MEASURES,
        queries::BENCHMARK,
    },
};

on_both_stores! {
    a_benchmark_is_what_the_model_says,
    nobody_can_tell_whose_value_is_whose,
}

const AGENTS: usize = 10;
const DAYS: usize = 6;
const CONVERSATIONS: usize = 160;
/// Who asks.
const ASKING: &str = "agent-0";

fn now() -> At {
    "2026-03-20T12:00:00Z".parse().expect("an instant")
}

fn agent(number: usize) -> String {
    format!("agent-{number}")
}

fn people() -> Vec<Value> {
    let agents = (0..AGENTS).map(|number| {
        json!({"type": "member", "id": agent(number), "name": agent(number), "active": number != AGENTS - 1})
    });
    let boss = json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"});
    agents.chain([boss]).collect()
}

/// Conversations of the agents on some days of March. `who` tells whose those of each agent are.
fn facts(dice: &mut Dice, who: impl Fn(usize) -> usize) -> Vec<Value> {
    let mut records = people();
    for number in 0..CONVERSATIONS {
        // The later the agent, the fewer of the days they work on: some days have fewer than seven.
        let of = dice.roll(AGENTS);
        let day = 10 + dice.roll(DAYS - of / 2);
        let agent = agent(who(of));
        let at = |minute: usize| {
            format!(
                "2026-03-{day}T{:02}:{:02}:00Z",
                8 + minute / 60,
                minute % 60
            )
        };
        let (id, start) = (format!("c{number}"), dice.roll(120));
        let labels: Vec<&str> = ["billing", "bug"]
            .into_iter()
            .filter(|_| dice.roll(2) == 0)
            .collect();
        let is_closed = dice.roll(3) != 0;
        let channel = ["chat", "email"][dice.roll(2)];
        let outcome = ["won", "lost"][dice.roll(2)];
        let plan = ["basic", "pro"][number % 2];
        records.push(json!({
            "type": "conversation", "id": id, "customer_id": format!("k{}", dice.roll(30)),
            "created_at": at(start), "assignee_id": agent, "label_ids": labels,
            "channel": channel,
            "closed_at": is_closed.then(|| at(start + 30 + dice.roll(300))),
            "outcome": is_closed.then_some(outcome),
            "attributes": {"plan": plan},
        }));
        records.push(json!({"type": "message", "id": format!("i{number}"), "conversation_id": id, "kind": "inbound", "sent_at": at(start)}));
        for reply in 0..dice.roll(3) {
            records.push(json!({
                "type": "message", "id": format!("r{number}-{reply}"), "conversation_id": id, "kind": "reply",
                "sent_at": at(start + 1 + dice.roll(90)), "author_id": agent,
            }));
        }
        if dice.roll(2) == 0 {
            records.push(json!({
                "type": "rating", "id": format!("s{number}"), "conversation_id": id, "score": 1 + dice.roll(5),
                "rated_at": at(start + 200),
            }));
        }
    }
    records
}

async fn filled(backend: Backend, records: &[Value]) -> Caseload {
    let caseload = Caseload::new(backend, chrono_tz::UTC, now()).await;
    let report = caseload.import(records).await;
    assert_eq!(report.rejected, 0, "{report:?}");
    caseload.roll_up().await;
    caseload
}

/// Every stretch of days, with every filter that says something of conversations.
fn questions() -> Vec<(Span, Filter)> {
    let day = |number: usize| {
        chrono::NaiveDate::from_ymd_opt(2026, 3, 10 + number as u32).expect("a day")
    };
    let one = |text: &str| Some(vec![text.to_owned()]);
    let mut filters = vec![Filter::default()];
    for label in ["billing", "bug"] {
        filters.push(Filter {
            labels: one(label),
            ..Filter::default()
        });
        for channel in ["chat", "email"] {
            filters.push(Filter {
                labels: one(label),
                channels: one(channel),
                ..Filter::default()
            });
        }
    }
    for plan in [Some("basic"), Some("pro"), None] {
        let wanted = Wanted {
            key: "plan".to_owned(),
            any_of: vec![plan.map(str::to_owned)],
        };
        filters.push(Filter {
            attributes: Some(vec![wanted]),
            ..Filter::default()
        });
    }
    let mut questions = Vec::new();
    for from in 0..DAYS {
        for to in from..DAYS {
            let span = Span {
                from: day(from),
                to: day(to),
            };
            questions.extend(filters.iter().map(|filter| (span, filter.clone())));
        }
    }
    questions
}

async fn ask(caseload: &Caseload, (span, filter): &(Span, Filter)) -> Value {
    // All measures in one request.
    let fields: Vec<String> = MEASURES
        .iter()
        .map(|measure| format!("{measure}: benchmark(measure: {measure}, period: $period, filter: $filter) {{ measure members p25 median p75 }}"))
        .collect();
    let query = format!(
        "query($period: PeriodInput, $filter: ReportFilter) {{ {} }}",
        fields.join(" ")
    );
    let variables = json!({"period": span.input(), "filter": filter.input()});
    let answer = caseload.ask(ASKING, &query, &variables).await.json();
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

async fn a_benchmark_is_what_the_model_says(backend: Backend) {
    let records = facts(&mut Dice::seeded(1), |of| of);
    let caseload = filled(backend, &records).await;
    let mut world = World::new(chrono_tz::UTC, now());
    world.apply_all(&records);
    let book = Book::of(&world);
    let (mut few, mut many) = (0, 0);
    for question in questions() {
        let got = ask(&caseload, &question).await;
        let (span, filter) = &question;
        for measure in MEASURES {
            let expected = book.benchmark(*span, measure, filter);
            let found = difference(&expected, &got[measure]);
            assert_eq!(found, None, "{measure} of {question:?}");
            match expected["median"] {
                Value::Null => few += 1,
                _ => many += 1,
            }
        }
    }
    assert!(200 < few && 200 < many, "{few} {many}");
}

/// Answers say the same of two workspaces in which two others have changed places: so no answer, and no number of them, tells
/// whose a value is. Filters for persons change nothing.
async fn nobody_can_tell_whose_value_is_whose(backend: Backend) {
    let changed = |of: usize| match of {
        2 => 5,
        5 => 2,
        of => of,
    };
    let one = filled(backend, &facts(&mut Dice::seeded(7), |of| of)).await;
    let other = filled(backend, &facts(&mut Dice::seeded(7), changed)).await;
    for question in questions() {
        let answer = ask(&one, &question).await;
        assert_eq!(answer, ask(&other, &question).await, "{question:?}");
        let of_persons = Filter {
            members: Some(vec![agent(2)]),
            ..question.1.clone()
        };
        assert_eq!(
            answer,
            ask(&one, &(question.0, of_persons)).await,
            "{question:?}"
        );
    }
    // The two are not the same for who may see it.
    let query = "{ member(id: \"agent-2\", period: {between: {from: \"2026-03-10\", to: \"2026-03-15\"}}) \
                 { metrics { conversations messages closed closingTime { mean } } } }";
    let (a, b) = (
        one.ask("boss", query, &json!({})).await.data("member"),
        other.ask("boss", query, &json!({})).await.data("member"),
    );
    assert_ne!(a, b, "changing places changes what the members have");
    let variables = json!({"measure": "CLOSED", "filter": {"teamIds": [], "unassigned": true}});
    let spread = one
        .ask(ASKING, BENCHMARK, &variables)
        .await
        .data("benchmark");
    assert_eq!(spread["members"], json!(AGENTS - 1));
}
