//! What is stored of each thing is what the model holds of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{
    model::world::{At, World},
    support::app::Caseload,
};

/// Compares facts, those that no figure shows yet among them, with the model.
pub(super) fn check(at: &str, caseload: &Caseload, world: &World) {
    for (sql, expected) in [
        (CONVERSATIONS, conversations(world)),
        (MESSAGES, messages(world)),
        (RATINGS, ratings(world)),
        (FOLLOW_UPS, follow_ups(world)),
        (EVENTS, events(world)),
        (SURVEYS, surveys(world)),
    ] {
        let stored = caseload.database.sql(sql);
        let stored: BTreeSet<String> = stored.lines().map(str::to_owned).collect();
        assert_eq!(stored, expected, "{at}");
    }
}

const CONVERSATIONS: &str =
    "SELECT c.id, k.id, c.created_at, h.name, m.id, c.closed_at, c.outcome, c.updated_at,
        c.url, c.attributes
    FROM conversations c
    JOIN customers k ON k.customer_key = c.customer_key
    JOIN channels h ON h.channel_key = c.channel_key
    LEFT JOIN members m ON m.member_key = c.assignee_key";

const MESSAGES: &str = "SELECT x.id, c.id, x.sent_at, x.kind FROM messages x
    LEFT JOIN conversations c ON c.conversation_key = x.conversation_key";

/// Comments by their length: they may have several lines.
const RATINGS: &str =
    "SELECT x.id, c.id, x.rated_at, x.score, length(x.comment), m.id FROM ratings x
    LEFT JOIN conversations c ON c.conversation_key = x.conversation_key
    LEFT JOIN members m ON m.member_key = x.member_key";

const FOLLOW_UPS: &str = "SELECT x.id, c.id, m.id, x.due_at, x.completed_at FROM follow_ups x
    LEFT JOIN conversations c ON c.conversation_key = x.conversation_key
    LEFT JOIN members m ON m.member_key = x.assignee_key";

const EVENTS: &str = "SELECT x.id, c.id, x.at, x.kind, m.id FROM events x
    LEFT JOIN conversations c ON c.conversation_key = x.conversation_key
    LEFT JOIN members m ON m.member_key = x.member_key";

const SURVEYS: &str = "SELECT x.id, c.id, x.asked_at, m.id FROM surveys x
    LEFT JOIN conversations c ON c.conversation_key = x.conversation_key
    LEFT JOIN members m ON m.member_key = x.member_key";

fn conversations(world: &World) -> BTreeSet<String> {
    let rows = world.conversations.iter().map(|(id, conversation)| {
        row(&[
            id.clone(),
            conversation.customer.clone(),
            instant(Some(conversation.created)),
            conversation.channel.clone(),
            text(conversation.assignee.as_ref()),
            instant(conversation.closed),
            number(&["won", "lost"], conversation.outcome.as_ref()),
            instant(conversation.updated),
            text(conversation.url.as_ref()),
            attributes(&conversation.attributes),
        ])
    });
    rows.collect()
}

fn messages(world: &World) -> BTreeSet<String> {
    let rows = world.messages.iter().map(|(id, message)| {
        row(&[
            id.clone(),
            message.conversation.clone(),
            instant(Some(message.sent)),
            number(&["inbound", "reply", "bot", "note"], Some(&message.kind)),
        ])
    });
    rows.collect()
}

fn ratings(world: &World) -> BTreeSet<String> {
    let rows = world.ratings.iter().map(|(id, rating)| {
        let comment = rating.comment.as_ref();
        row(&[
            id.clone(),
            rating.conversation.clone(),
            instant(Some(rating.rated)),
            rating.score.to_string(),
            text(
                comment
                    .map(|comment| comment.chars().count().to_string())
                    .as_ref(),
            ),
            text(rating.member.as_ref()),
        ])
    });
    rows.collect()
}

fn follow_ups(world: &World) -> BTreeSet<String> {
    let rows = world.follow_ups.iter().map(|(id, follow_up)| {
        row(&[
            id.clone(),
            follow_up.conversation.clone(),
            text(follow_up.assignee.as_ref()),
            instant(follow_up.due),
            instant(follow_up.completed),
        ])
    });
    rows.collect()
}

fn events(world: &World) -> BTreeSet<String> {
    let rows = world.events.iter().map(|(id, event)| {
        row(&[
            id.clone(),
            event.conversation.clone(),
            instant(Some(event.at)),
            number(&["closed", "reopened"], Some(&event.kind)),
            text(event.member.as_ref()),
        ])
    });
    rows.collect()
}

fn surveys(world: &World) -> BTreeSet<String> {
    let rows = world.surveys.iter().map(|(id, survey)| {
        row(&[
            id.clone(),
            survey.conversation.clone(),
            instant(Some(survey.asked)),
            text(survey.member.as_ref()),
        ])
    });
    rows.collect()
}

/// As JSON.
fn attributes(attributes: &BTreeMap<String, BTreeSet<String>>) -> String {
    if attributes.is_empty() {
        String::new()
    } else {
        json!(attributes).to_string()
    }
}

fn row(columns: &[String]) -> String {
    columns.join("|")
}

fn text(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// In microseconds.
fn instant(at: Option<At>) -> String {
    at.map(|at| at.timestamp_micros().to_string())
        .unwrap_or_default()
}

/// The place of a name, counted from 1.
fn number(names: &[&str], name: Option<&String>) -> String {
    name.map(|name| {
        let place = names.iter().position(|known| known == name);
        (1 + place.expect("a name that is known")).to_string()
    })
    .unwrap_or_default()
}
