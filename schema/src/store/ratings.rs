//! Ratings: their details by key, and those of conversations.

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl};

use super::{
    Conn, Result, Store, StoreError,
    conn::load,
    tables::{conversations, ratings},
};
use crate::{
    facts::Rating,
    id::{ConversationKey, MemberKey, RatingKey, WorkspaceKey},
    instant::Instant,
    store::rows::RatingRow,
};

diesel::allow_tables_to_appear_in_same_query!(ratings, conversations);

/// A rating with what people want to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingDetail {
    /// The source system's id.
    pub id: String,
    /// The source system's id of its conversation.
    pub conversation_id: String,
    /// What the customer wrote.
    pub comment: Option<String>,
    /// What it is now.
    pub fact: Rating,
}

impl Store {
    /// The ids of these ratings, in no order; those that were deleted are missing.
    pub async fn list_rating_ids(
        &self,
        ws: WorkspaceKey,
        keys: &[RatingKey],
    ) -> Result<Vec<(RatingKey, String)>> {
        let found = self.find_ratings(ws, keys).await?;
        Ok(found
            .into_iter()
            .map(|rating| (rating.fact.key, rating.id))
            .collect())
    }

    /// These ratings as they are now, in no order; those that were deleted are missing.
    pub async fn find_ratings(
        &self,
        ws: WorkspaceKey,
        keys: &[RatingKey],
    ) -> Result<Vec<RatingDetail>> {
        let keys: Vec<i64> = keys.iter().map(|key| key.0).collect();
        self.read(move |conn| Box::pin(async move { find(conn, ws, &keys).await }))
            .await
    }

    /// The ratings of these conversations as they are now, oldest first, then by id.
    pub async fn list_ratings_of(
        &self,
        ws: WorkspaceKey,
        conversations: &[ConversationKey],
    ) -> Result<Vec<RatingDetail>> {
        let keys: Vec<i64> = conversations.iter().map(|key| key.0).collect();
        self.read(move |conn| Box::pin(async move { list_of(conn, ws, &keys).await }))
            .await
    }
}

/// The rows of ratings with their conversation's id.
macro_rules! details {
    ($conn:expr, $ws:expr, $column:expr, $keys:expr) => {{
        let mut found = Vec::with_capacity($keys.len());
        for keys in $keys.chunks($conn.most_keys()) {
            let conversation = conversations::workspace_id
                .eq(ratings::workspace_id)
                .and(conversations::conversation_key.eq(ratings::conversation_key));
            let query = ratings::table
                .inner_join(conversations::table.on(conversation))
                .filter(ratings::workspace_id.eq($ws.0))
                .filter($column.eq_any(keys))
                .select((ratings::all_columns, conversations::id));
            let rows: Vec<(RatingRow, String)> = load!($conn, query)?;
            for row in rows {
                found.push(detail(row)?);
            }
        }
        found
    }};
}

async fn find(conn: &mut Conn, ws: WorkspaceKey, keys: &[i64]) -> Result<Vec<RatingDetail>> {
    use diesel::BoolExpressionMethods;
    Ok(details!(conn, ws, ratings::rating_key, keys))
}

async fn list_of(conn: &mut Conn, ws: WorkspaceKey, keys: &[i64]) -> Result<Vec<RatingDetail>> {
    use diesel::BoolExpressionMethods;
    let mut found = details!(conn, ws, ratings::conversation_key, keys);
    found.sort_by(|a, b| (a.fact.rated_at, &a.id).cmp(&(b.fact.rated_at, &b.id)));
    Ok(found)
}

fn detail((row, conversation_id): (RatingRow, String)) -> Result<RatingDetail> {
    let fact = fact(&row)?;
    Ok(RatingDetail {
        id: row.id,
        conversation_id,
        comment: row.comment,
        fact,
    })
}

/// The row as a fact.
pub(crate) fn fact(row: &RatingRow) -> Result<Rating> {
    let score = u8::try_from(row.score)
        .ok()
        .filter(|score| (1..=5).contains(score));
    Ok(Rating {
        key: RatingKey(row.rating_key),
        conversation: ConversationKey(row.conversation_key),
        rated_at: Instant::from_micros(row.rated_at),
        score: score.ok_or_else(|| StoreError::damaged("ratings", "score", row.rating_key))?,
        member: row.member_key.map(MemberKey),
        has_comment: row.comment.is_some(),
    })
}
