//! Conversations as rows.

use std::collections::{BTreeMap, HashMap};

use caseload_schema::{
    day::Day,
    facts::{Attribute, Conversation, Outcome},
    id::ConversationKey,
    instant::Instant,
};

use super::{
    super::column::{Cell, Column, Kind, Rows, Words},
    people::{self, Names},
};
use crate::{error::ApiError, snapshot::Snapshot};

/// How a conversation may end, as imports name it.
const OUTCOMES: [&str; 2] = ["won", "lost"];

pub(super) fn columns(names: &Names) -> Vec<Column> {
    let mut columns = vec![
        Column::new("day", Kind::Day),
        Column::new("conversation_id", Kind::Text),
        names.channel_column(),
        Column::new("created_at", Kind::Instant),
        Column::nullable("closed_at", Kind::Instant),
        Column::nullable("outcome", Kind::Word(Words::new(OUTCOMES.into_iter()))),
    ];
    columns.extend(people::customer_columns());
    columns.extend(names.member_columns("assignee_id", "assignee_name"));
    columns.extend(people::label_columns());
    columns.extend([
        Column::nullable("first_response_seconds", Kind::Count),
        Column::nullable("closing_seconds", Kind::Count),
        Column::nullable("url", Kind::Text),
        Column::nullable("attributes", Kind::Text),
    ]);
    columns
}

/// Adds the rows of these conversations, oldest first, then by id. Those that have been deleted are left out.
pub(super) async fn append(
    snapshot: &Snapshot,
    names: &Names,
    day: Day,
    keys: &[(Instant, ConversationKey)],
    to: &mut Rows,
) -> Result<(), ApiError> {
    let counted: HashMap<_, _> = keys.iter().map(|(at, key)| (*key, *at)).collect();
    let wanted: Vec<_> = keys.iter().map(|(_, key)| *key).collect();
    let mut found = snapshot
        .reachable_store()?
        .find_conversations(snapshot.key(), &wanted)
        .await?;
    found.sort_by(|a, b| (counted.get(&a.fact.key), &a.id).cmp(&(counted.get(&b.fact.key), &b.id)));
    let customers = people::customers(snapshot, found.iter().map(|detail| &detail.fact)).await?;
    for detail in found {
        let (directory, fact) = (snapshot.directory(), &detail.fact);
        to.extend([
            Cell::Day(day),
            Cell::Text(detail.id),
            names.channel(directory, fact),
        ]);
        to.extend(ends(fact));
        to.extend(people::customer(&customers, fact.customer));
        to.extend(names.member(directory, fact.assignee));
        to.extend(people::labels(directory, &fact.labels));
        to.extend(
            [fact.first_response_seconds(), fact.closing_seconds()]
                .map(|it| it.map_or(Cell::Null, Cell::count)),
        );
        let attributes = attributes(&detail.fact.attributes);
        to.extend([detail.url, attributes].map(|text| text.map_or(Cell::Null, Cell::Text)));
    }
    Ok(())
}

/// As a JSON object of lists of texts; none where there are none.
fn attributes(attributes: &[Attribute]) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut by_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Attribute { key, value } in attributes {
        by_key.entry(key).or_default().push(value);
    }
    Some(serde_json::to_string(&by_key).expect("texts are JSON"))
}

/// When it began and ended, and how.
fn ends(fact: &Conversation) -> [Cell; 3] {
    let outcome = fact.outcome.map(|outcome| match outcome {
        Outcome::Won => Cell::Word(0),
        Outcome::Lost => Cell::Word(1),
    });
    [
        Cell::Instant(fact.created_at),
        fact.closed_at.map_or(Cell::Null, Cell::Instant),
        outcome.unwrap_or(Cell::Null),
    ]
}
