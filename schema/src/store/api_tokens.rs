//! API tokens: secrets for machines, kept as hashes.

use diesel::{ExpressionMethods, QueryDsl, Queryable};

use super::{Conn, Result, Store, conn::load, tables::api_tokens};
use crate::{id::WorkspaceKey, instant::Instant};

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its number within the workspace.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// When it was last used.
    pub last_used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

#[derive(Queryable)]
struct ApiTokenRow {
    token_id: i64,
    name: String,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl Store {
    /// All tokens of the workspace, newest first.
    pub async fn list_api_tokens(&self, ws: WorkspaceKey) -> Result<Vec<ApiToken>> {
        self.read(move |conn| Box::pin(list(conn, ws))).await
    }
}

async fn list(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<ApiToken>> {
    let query =
        api_tokens::table.filter(api_tokens::workspace_id.eq(ws.0)).order(api_tokens::token_id.desc()).select((
            api_tokens::token_id,
            api_tokens::name,
            api_tokens::scopes,
            api_tokens::created_at,
            api_tokens::expires_at,
            api_tokens::last_used_at,
            api_tokens::revoked_at,
        ));
    let rows: Vec<ApiTokenRow> = load!(conn, query)?;
    Ok(rows.into_iter().map(ApiToken::from).collect())
}

impl From<ApiTokenRow> for ApiToken {
    fn from(row: ApiTokenRow) -> Self {
        Self {
            id: row.token_id,
            name: row.name,
            scopes: row.scopes.split_ascii_whitespace().map(str::to_owned).collect(),
            created_at: Instant::from_micros(row.created_at),
            expires_at: row.expires_at.map(Instant::from_micros),
            last_used_at: row.last_used_at.map(Instant::from_micros),
            revoked_at: row.revoked_at.map(Instant::from_micros),
        }
    }
}
