//! Surveys: whom the source credits.

use diesel::{ExpressionMethods, QueryDsl};

use super::{Conn, Result, Store, conn::load, tables::surveys};
use crate::id::{ConversationKey, MemberKey, WorkspaceKey};

impl Store {
    /// Whom the source credits each survey of these conversations to as they are now, in no order; `None` where it is the
    /// conversation's assignee.
    pub async fn list_survey_credits(
        &self,
        ws: WorkspaceKey,
        conversations: &[ConversationKey],
    ) -> Result<Vec<(ConversationKey, Option<MemberKey>)>> {
        let keys: Vec<i64> = conversations.iter().map(|key| key.0).collect();
        self.read(move |conn| Box::pin(async move { list_credits(conn, ws, &keys).await }))
            .await
    }
}

async fn list_credits(
    conn: &mut Conn,
    ws: WorkspaceKey,
    keys: &[i64],
) -> Result<Vec<(ConversationKey, Option<MemberKey>)>> {
    let mut found = Vec::with_capacity(keys.len());
    for keys in keys.chunks(conn.most_keys()) {
        let query = surveys::table
            .filter(surveys::workspace_id.eq(ws.0))
            .filter(surveys::conversation_key.eq_any(keys))
            .select((surveys::conversation_key, surveys::member_key));
        let rows: Vec<(i64, Option<i64>)> = load!(conn, query)?;
        let credit = |(conversation, member): (i64, Option<i64>)| {
            (ConversationKey(conversation), member.map(MemberKey))
        };
        found.extend(rows.into_iter().map(credit));
    }
    Ok(found)
}
