//! Ratings as rows.

use std::collections::HashMap;

use caseload_schema::{day::Day, id::RatingKey, instant::Instant, store::ratings::RatingDetail};

use super::{
    super::column::{Cell, Column, Kind, Rows},
    people::{self, Names},
};
use crate::{error::ApiError, snapshot::Snapshot};

pub(super) fn columns(names: &Names) -> Vec<Column> {
    let mut columns = vec![
        Column::new("day", Kind::Day),
        Column::new("rating_id", Kind::Text),
        Column::new("rated_at", Kind::Instant),
        Column::new("score", Kind::Count),
        Column::nullable("comment", Kind::Text),
        Column::new("conversation_id", Kind::Text),
        names.channel_column(),
    ];
    columns.extend(people::customer_columns());
    columns.extend(names.member_columns("member_id", "member_name"));
    columns.extend(people::label_columns());
    columns
}

/// Adds the rows of these ratings, oldest first, then by id. Those that have been deleted are left out.
pub(super) async fn append(
    snapshot: &Snapshot,
    names: &Names,
    day: Day,
    keys: &[(Instant, RatingKey)],
    to: &mut Rows,
) -> Result<(), ApiError> {
    let counted: HashMap<_, _> = keys.iter().map(|(at, key)| (*key, *at)).collect();
    let wanted: Vec<_> = keys.iter().map(|(_, key)| *key).collect();
    let mut ratings = snapshot
        .reachable_store()?
        .find_ratings(snapshot.key(), &wanted)
        .await?;
    ratings
        .sort_by(|a, b| (counted.get(&a.fact.key), &a.id).cmp(&(counted.get(&b.fact.key), &b.id)));
    let mut about: Vec<_> = ratings
        .iter()
        .map(|rating| rating.fact.conversation)
        .collect();
    about.sort_unstable();
    about.dedup();
    let conversations = snapshot
        .reachable_store()?
        .find_conversations(snapshot.key(), &about)
        .await?;
    let conversations: HashMap<_, _> = conversations
        .into_iter()
        .map(|detail| (detail.fact.key, detail.fact))
        .collect();
    let customers = people::customers(snapshot, conversations.values()).await?;
    for rating in ratings {
        let Some(conversation) = conversations.get(&rating.fact.conversation) else {
            continue;
        };
        let credited = rating.fact.member.or(conversation.assignee);
        to.extend(own(day, rating));
        to.extend([names.channel(snapshot.directory(), conversation)]);
        to.extend(people::customer(&customers, conversation.customer));
        to.extend(names.member(snapshot.directory(), credited));
        to.extend(people::labels(snapshot.directory(), &conversation.labels));
    }
    Ok(())
}

/// What is its own.
fn own(day: Day, rating: RatingDetail) -> [Cell; 6] {
    [
        Cell::Day(day),
        Cell::Text(rating.id),
        Cell::Instant(rating.fact.rated_at),
        Cell::Count(i64::from(rating.fact.score)),
        rating.comment.map_or(Cell::Null, Cell::Text),
        Cell::Text(rating.conversation_id),
    ]
}
