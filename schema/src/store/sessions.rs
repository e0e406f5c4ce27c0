//! Sessions of browsers, and the links that begin them. Of their secrets only hashes are kept.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};

use super::{
    Conn, Result, Store, StoreError,
    conn::{execute, first},
    members,
    tables::{login_links, sessions},
};
use crate::{
    directory::SecretHash,
    id::{LinkKey, MemberKey, SessionKey, WorkspaceKey},
    instant::Instant,
};

/// How coarsely the last use of a session is recorded.
pub const USE_SECONDS: i64 = 60;

/// A session as it is kept.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its number within the workspace.
    pub key: SessionKey,
    /// Who is signed in.
    pub member: MemberKey,
    /// The hash of its secret.
    pub hash: SecretHash,
    /// When it began.
    pub created_at: Instant,
    /// When it was last used, to the minute.
    pub used_at: Instant,
    /// When it ends, however much it is used.
    pub expires_at: Instant,
}

/// A link to be made, which signs `member` in.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// Drawn by lot.
    pub key: LinkKey,
    /// Who is signed in by it.
    pub member: MemberKey,
    /// The hash of its secret.
    pub hash: SecretHash,
    /// When it ends unused.
    pub expires_at: Instant,
}

/// A link as somebody brings it, and the session that it is to begin.
#[derive(Debug, Clone)]
pub struct UsedLink {
    /// Its number.
    pub key: LinkKey,
    /// The hash of the secret that came with it.
    pub hash: SecretHash,
    /// The session's number, drawn by lot.
    pub session: SessionKey,
    /// The hash of the session's secret.
    pub session_hash: SecretHash,
    /// Now.
    pub at: Instant,
    /// When the session ends, however much it is used.
    pub expires_at: Instant,
    /// Sessions that were last used before then have ended.
    pub idle_before: Instant,
}

impl Store {
    /// Makes a link. False where its member is not active.
    pub async fn create_login_link(&self, ws: WorkspaceKey, new: NewLink) -> Result<bool> {
        self.write(move |conn| Box::pin(async move { insert_link(conn, ws, &new).await }))
            .await
    }

    /// Uses up a link and begins its session. `None` where there is no such link, it has been used or has ended, or its member
    /// is not active.
    pub async fn use_login_link(
        &self,
        ws: WorkspaceKey,
        used: UsedLink,
    ) -> Result<Option<MemberKey>> {
        // A made-up link must not have others wait for a transaction that writes.
        let sought = (used.key, used.hash, used.at);
        let known = self.read(move |conn| {
            Box::pin(async move { find_link(conn, ws, sought.0, sought.1, sought.2).await })
        });
        if known.await?.is_none() {
            return Ok(None);
        }
        self.write(move |conn| Box::pin(async move { use_link(conn, ws, &used).await }))
            .await
    }

    /// The session of that number, also one that has ended by the clock.
    pub async fn find_session(&self, ws: WorkspaceKey, key: SessionKey) -> Result<Option<Session>> {
        self.read(move |conn| Box::pin(find(conn, ws, key))).await
    }

    /// Records that a session was used, unless that was done less than [`USE_SECONDS`] ago.
    pub async fn touch_session(
        &self,
        ws: WorkspaceKey,
        key: SessionKey,
        at: Instant,
    ) -> Result<()> {
        self.write(move |conn| Box::pin(touch(conn, ws, key, at)))
            .await
    }

    /// Ends a session. Whether there was one.
    pub async fn end_session(&self, ws: WorkspaceKey, key: SessionKey) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let row = sessions::table.find((ws.0, key.0));
                Ok(execute!(conn, diesel::delete(row))? == 1)
            })
        })
        .await
    }
}

/// Ends all sessions and links of members who are not active any more: they stay signed out when they come back.
pub(crate) async fn end_of(conn: &mut Conn, ws: WorkspaceKey, members: &[i64]) -> Result<()> {
    for members in members.chunks(conn.most_keys()) {
        let theirs = sessions::table
            .filter(sessions::workspace_id.eq(ws.0))
            .filter(sessions::member_key.eq_any(members));
        execute!(conn, diesel::delete(theirs))?;
        let theirs = login_links::table
            .filter(login_links::workspace_id.eq(ws.0))
            .filter(login_links::member_key.eq_any(members));
        execute!(conn, diesel::delete(theirs))?;
    }
    Ok(())
}

async fn insert_link(conn: &mut Conn, ws: WorkspaceKey, new: &NewLink) -> Result<bool> {
    if members::lock_active_role(conn, ws, new.member)
        .await?
        .is_none()
    {
        return Ok(false);
    }
    execute!(
        conn,
        diesel::insert_into(login_links::table).values((
            login_links::workspace_id.eq(ws.0),
            login_links::link_id.eq(new.key.0),
            login_links::member_key.eq(new.member.0),
            login_links::secret_hash.eq(new.hash.0.to_vec()),
            login_links::expires_at.eq(new.expires_at.micros()),
        ))
    )?;
    Ok(true)
}

/// Whose link that is, if its secret is right and it has not ended.
async fn find_link(
    conn: &mut Conn,
    ws: WorkspaceKey,
    key: LinkKey,
    hash: SecretHash,
    at: Instant,
) -> Result<Option<MemberKey>> {
    // The database may compare hashes in a time that depends on them: whoever guesses knows no secret of a given hash.
    let link = login_links::table
        .find((ws.0, key.0))
        .filter(login_links::secret_hash.eq(hash.0.to_vec()))
        .filter(login_links::expires_at.gt(at.micros()));
    let member: Option<i64> = first!(conn, link.select(login_links::member_key))?;
    Ok(member.map(MemberKey))
}

async fn use_link(conn: &mut Conn, ws: WorkspaceKey, used: &UsedLink) -> Result<Option<MemberKey>> {
    let found = find_link(conn, ws, used.key, used.hash, used.at).await?;
    let Some(member) = found else {
        return Ok(None);
    };
    // The member's row first, as imports do: a member who becomes inactive meanwhile is signed in by neither order.
    let role = members::lock_active_role(conn, ws, member).await?;
    // Of two who use it at once, both have read it: the one whose DELETE finds it is signed in.
    let row = login_links::table.find((ws.0, used.key.0));
    if execute!(conn, diesel::delete(row))? == 0 || role.is_none() {
        return Ok(None);
    }
    remove_ended(conn, ws, used).await?;
    execute!(
        conn,
        diesel::insert_into(sessions::table).values((
            sessions::workspace_id.eq(ws.0),
            sessions::session_id.eq(used.session.0),
            sessions::member_key.eq(member.0),
            sessions::secret_hash.eq(used.session_hash.0.to_vec()),
            sessions::created_at.eq(used.at.micros()),
            sessions::used_at.eq(used.at.micros()),
            sessions::expires_at.eq(used.expires_at.micros()),
        ))
    )?;
    Ok(Some(member))
}

/// Rows of sessions and links that ended by the clock are deleted when the next session begins.
async fn remove_ended(conn: &mut Conn, ws: WorkspaceKey, used: &UsedLink) -> Result<()> {
    let ended = sessions::expires_at
        .le(used.at.micros())
        .or(sessions::used_at.le(used.idle_before.micros()));
    let rows = sessions::table
        .filter(sessions::workspace_id.eq(ws.0))
        .filter(ended);
    execute!(conn, diesel::delete(rows))?;
    let rows = login_links::table
        .filter(login_links::workspace_id.eq(ws.0))
        .filter(login_links::expires_at.le(used.at.micros()));
    execute!(conn, diesel::delete(rows))?;
    Ok(())
}

type SessionRow = (i64, i64, Vec<u8>, i64, i64, i64);

async fn find(conn: &mut Conn, ws: WorkspaceKey, key: SessionKey) -> Result<Option<Session>> {
    let columns = (
        sessions::session_id,
        sessions::member_key,
        sessions::secret_hash,
        sessions::created_at,
        sessions::used_at,
        sessions::expires_at,
    );
    let row: Option<SessionRow> =
        first!(conn, sessions::table.find((ws.0, key.0)).select(columns))?;
    row.map(session).transpose()
}

fn session(row: SessionRow) -> Result<Session> {
    let (key, member, hash, created_at, used_at, expires_at) = row;
    let hash = hash
        .try_into()
        .map_err(|_| StoreError::damaged("sessions", "secret_hash", key))?;
    Ok(Session {
        key: SessionKey(key),
        member: MemberKey(member),
        hash: SecretHash(hash),
        created_at: Instant::from_micros(created_at),
        used_at: Instant::from_micros(used_at),
        expires_at: Instant::from_micros(expires_at),
    })
}

async fn touch(conn: &mut Conn, ws: WorkspaceKey, key: SessionKey, at: Instant) -> Result<()> {
    let long_ago = sessions::used_at.le(at.plus_seconds(-USE_SECONDS).micros());
    let row = sessions::table.find((ws.0, key.0)).filter(long_ago);
    execute!(
        conn,
        diesel::update(row).set(sessions::used_at.eq(at.micros()))
    )?;
    Ok(())
}
