//! API tokens: secrets for machines, kept as hashes.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, Queryable};

use super::{
    Conn, Result, Store, StoreError,
    audit::{self, NewEvent},
    conn::{execute, first, load},
    ledger, members,
    tables::api_tokens,
};
use crate::{
    audit::{Action, Actor},
    directory::{SecretHash, TokenEntry},
    id::{TokenKey, WorkspaceKey},
    instant::Instant,
    role::Role,
    scope::ApiScope,
};

/// Tokens of a workspace that hold at a time: they are all kept in memory.
pub const MAX_TOKENS: i64 = 1_000;

/// How coarsely the last use is recorded: a write a minute and token costs nothing, and is all that people want to know.
pub const USE_SECONDS: i64 = 60;

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its number within the workspace.
    pub key: TokenKey,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ApiScope>,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Who makes it: a member, who must be an admin or owner.
    pub by: Actor,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ApiScope>,
    /// The hash of its secret.
    pub hash: SecretHash,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// Now.
    pub at: Instant,
}

/// Why a token is not made, or not revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    /// Who asks may not, or may not any more.
    NotAllowed,
    /// There are [`MAX_TOKENS`] already.
    TooMany,
    /// There is no such token.
    NotFound,
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

/// The columns of an [`ApiTokenRow`].
macro_rules! columns {
    () => {
        (
            api_tokens::token_id,
            api_tokens::name,
            api_tokens::scopes,
            api_tokens::created_at,
            api_tokens::expires_at,
            api_tokens::last_used_at,
            api_tokens::revoked_at,
        )
    };
}

impl Store {
    /// All tokens of the workspace, newest first.
    pub async fn list_api_tokens(&self, ws: WorkspaceKey) -> Result<Vec<ApiToken>> {
        self.read(move |conn| Box::pin(list(conn, ws))).await
    }

    /// Makes a token.
    pub async fn create_api_token(
        &self,
        ws: WorkspaceKey,
        new: NewToken,
    ) -> Result<Result<ApiToken, TokenRefusal>> {
        self.write(move |conn| Box::pin(async move { insert(conn, ws, &new).await }))
            .await
    }

    /// Revokes a token; one that is revoked already stays as it is.
    pub async fn revoke_api_token(
        &self,
        ws: WorkspaceKey,
        key: TokenKey,
        by: Actor,
        at: Instant,
    ) -> Result<Result<ApiToken, TokenRefusal>> {
        self.write(move |conn| Box::pin(revoke(conn, ws, key, by, at)))
            .await
    }

    /// Records that a token was used, unless that was done less than [`USE_SECONDS`] ago.
    pub async fn touch_api_token(
        &self,
        ws: WorkspaceKey,
        key: TokenKey,
        at: Instant,
    ) -> Result<()> {
        self.write(move |conn| Box::pin(touch(conn, ws, key, at)))
            .await
    }
}

async fn list(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<ApiToken>> {
    let mine = api_tokens::table.filter(api_tokens::workspace_id.eq(ws.0));
    let rows: Vec<ApiTokenRow> = load!(
        conn,
        mine.order(api_tokens::token_id.desc()).select(columns!())
    )?;
    rows.into_iter().map(token).collect()
}

/// What is needed to check the tokens that are not revoked.
pub(crate) async fn list_entries(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<TokenEntry>> {
    let mine = api_tokens::table
        .filter(api_tokens::workspace_id.eq(ws.0))
        .filter(api_tokens::revoked_at.is_null());
    let columns = (
        api_tokens::token_id,
        api_tokens::scopes,
        api_tokens::secret_hash,
        api_tokens::expires_at,
    );
    let rows: Vec<(i64, String, Vec<u8>, Option<i64>)> = load!(conn, mine.select(columns))?;
    let entry = |(key, scopes, hash, expires_at): (i64, String, Vec<u8>, Option<i64>)| {
        let hash = hash
            .try_into()
            .map_err(|_| StoreError::damaged("api_tokens", "secret_hash", key))?;
        let expires_at = expires_at.map(Instant::from_micros);
        Ok(TokenEntry {
            key: TokenKey(key),
            scopes: split(&scopes, key)?,
            hash: SecretHash(hash),
            expires_at,
        })
    };
    rows.into_iter().map(entry).collect()
}

async fn insert(
    conn: &mut Conn,
    ws: WorkspaceKey,
    new: &NewToken,
) -> Result<Result<ApiToken, TokenRefusal>> {
    // Tokens are made, revoked and roles changed one after the other.
    ledger::lock(conn, ws).await?;
    if !is_admin(conn, ws, new.by, new.at).await? {
        return Ok(Err(TokenRefusal::NotAllowed));
    }
    let mine = || api_tokens::table.filter(api_tokens::workspace_id.eq(ws.0));
    let holding = mine()
        .filter(api_tokens::revoked_at.is_null())
        .select(diesel::dsl::count_star());
    let holding: Option<i64> = first!(conn, holding)?;
    if MAX_TOKENS <= holding.unwrap_or(0) {
        return Ok(Err(TokenRefusal::TooMany));
    }
    let latest: Option<Option<i64>> =
        first!(conn, mine().select(diesel::dsl::max(api_tokens::token_id)))?;
    let key = TokenKey(latest.flatten().unwrap_or(0) + 1);
    let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.name()).collect();
    execute!(
        conn,
        diesel::insert_into(api_tokens::table).values((
            api_tokens::workspace_id.eq(ws.0),
            api_tokens::token_id.eq(key.0),
            api_tokens::name.eq(&new.name),
            api_tokens::scopes.eq(scopes.join(" ")),
            api_tokens::secret_hash.eq(new.hash.0.to_vec()),
            api_tokens::created_at.eq(new.at.micros()),
            api_tokens::expires_at.eq(new.expires_at.map(Instant::micros)),
        ))
    )?;
    ledger::bump_directory(conn, ws).await?;
    let action = Action::TokenCreated { token: key };
    audit::insert(
        conn,
        ws,
        &NewEvent {
            at: new.at,
            actor: new.by,
            action,
        },
    )
    .await?;
    Ok(find(conn, ws, key).await?.ok_or(TokenRefusal::NotFound))
}

async fn revoke(
    conn: &mut Conn,
    ws: WorkspaceKey,
    key: TokenKey,
    by: Actor,
    at: Instant,
) -> Result<Result<ApiToken, TokenRefusal>> {
    ledger::lock(conn, ws).await?;
    if !is_admin(conn, ws, by, at).await? {
        return Ok(Err(TokenRefusal::NotAllowed));
    }
    let row = api_tokens::table
        .find((ws.0, key.0))
        .filter(api_tokens::revoked_at.is_null());
    if execute!(
        conn,
        diesel::update(row).set(api_tokens::revoked_at.eq(at.micros()))
    )? == 1
    {
        ledger::bump_directory(conn, ws).await?;
        audit::insert(
            conn,
            ws,
            &NewEvent {
                at,
                actor: by,
                action: Action::TokenRevoked { token: key },
            },
        )
        .await?;
    }
    Ok(find(conn, ws, key).await?.ok_or(TokenRefusal::NotFound))
}

async fn touch(conn: &mut Conn, ws: WorkspaceKey, key: TokenKey, at: Instant) -> Result<()> {
    let long_ago = api_tokens::last_used_at.le(at.plus_seconds(-USE_SECONDS).micros());
    let row = api_tokens::table
        .find((ws.0, key.0))
        .filter(api_tokens::last_used_at.is_null().or(long_ago));
    execute!(
        conn,
        diesel::update(row).set(api_tokens::last_used_at.eq(at.micros()))
    )?;
    Ok(())
}

async fn find(conn: &mut Conn, ws: WorkspaceKey, key: TokenKey) -> Result<Option<ApiToken>> {
    let row: Option<ApiTokenRow> = first!(
        conn,
        api_tokens::table.find((ws.0, key.0)).select(columns!())
    )?;
    row.map(token).transpose()
}

/// Whether whoever asks still may what admins may.
async fn is_admin(conn: &mut Conn, ws: WorkspaceKey, by: Actor, now: Instant) -> Result<bool> {
    match by {
        Actor::Operator => Ok(true),
        Actor::Member(key) => Ok(members::active_role(conn, ws, key)
            .await?
            .is_some_and(Role::is_admin)),
        Actor::ApiToken(key) => {
            let token = find(conn, ws, key)
                .await?
                .filter(|token| token.revoked_at.is_none());
            let holds = |token: &ApiToken| token.expires_at.is_none_or(|end| now < end);
            Ok(token.is_some_and(|token| holds(&token) && token.scopes.contains(&ApiScope::Admin)))
        }
    }
}

fn token(row: ApiTokenRow) -> Result<ApiToken> {
    Ok(ApiToken {
        key: TokenKey(row.token_id),
        name: row.name,
        scopes: split(&row.scopes, row.token_id)?,
        created_at: Instant::from_micros(row.created_at),
        expires_at: row.expires_at.map(Instant::from_micros),
        last_used_at: row.last_used_at.map(Instant::from_micros),
        revoked_at: row.revoked_at.map(Instant::from_micros),
    })
}

fn split(scopes: &str, key: i64) -> Result<Vec<ApiScope>> {
    let damaged = || StoreError::damaged("api_tokens", "scopes", key);
    scopes
        .split_ascii_whitespace()
        .map(|name| ApiScope::parse(name).ok_or_else(damaged))
        .collect()
}
