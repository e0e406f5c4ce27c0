//! Who is asking: from the token to a viewer and the scope of what they may read.

mod api_token;
mod claims;
mod jws;
mod key;
mod key_file;
mod key_set;
mod secret;
mod sessions;
mod token;
mod token_uses;

pub use api_token::api_token;
pub use claims::Claims;
pub use secret::NewSecret;
pub use sessions::{SessionTimes, SignedIn, make_login_link};
pub use token::TokenKeys;

use std::sync::Arc;

use caseload_schema::{
    clock::Clock,
    id::{SessionKey, TokenKey, WorkspaceKey},
    store::StoreError,
};
use tokio_util::task::TaskTracker;

use self::{secret::Presented, sessions::Sessions, token_uses::TokenUses};
use crate::{
    access::{Identity, Viewer},
    cache::Caches,
    error::ApiError,
    session::Session,
    snapshot::Snapshot,
};

/// Finds out who a request comes from.
#[derive(Debug)]
pub struct Authenticator {
    keys: TokenKeys,
    caches: Caches,
    clock: Clock,
    tasks: TaskTracker,
    uses: TokenUses,
    sessions: Sessions,
}

/// What a request says of who asks.
#[derive(Clone, Default)]
pub enum Credentials {
    /// Nothing.
    #[default]
    None,
    /// What stands in `Authorization`, wherever it was sent.
    Authorization(Arc<str>),
    /// The cookie of a session, sent by a page of this server.
    Session(Arc<str>),
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Authorization(_) => "Authorization(…)",
            Self::Session(_) => "Session(…)",
        })
    }
}

impl Authenticator {
    /// Checks tokens with `keys`, and looks members and API tokens up through `caches`. Uses of API tokens and sessions are
    /// recorded in `tasks`, after the request.
    pub fn new(
        keys: TokenKeys,
        caches: Caches,
        clock: Clock,
        tasks: TaskTracker,
        times: SessionTimes,
    ) -> Self {
        Self {
            keys,
            caches,
            clock,
            tasks,
            uses: TokenUses::default(),
            sessions: Sessions::new(times),
        }
    }

    /// The keys that member tokens are checked with.
    pub fn keys(&self) -> &TokenKeys {
        &self.keys
    }

    /// Checks what the request was sent with and looks its member, or its token, up in the directory of now.
    ///
    /// Every refusal is the same `UNAUTHENTICATED`: it says nothing about which workspaces, members and tokens exist.
    pub async fn authenticate(&self, credentials: &Credentials) -> Result<Session, ApiError> {
        let session = self.check(credentials).await?;
        if let Credentials::Session(cookie) = credentials {
            self.record_session_use(session.snapshot.key(), cookie)
                .await;
        }
        Ok(session)
    }

    /// The same on behalf of a connection that stays open: it is no use of a session, which ends unless people do something.
    pub async fn check(&self, credentials: &Credentials) -> Result<Session, ApiError> {
        let session = match credentials {
            Credentials::None => Ok(None),
            Credentials::Session(cookie) => self.by_session(cookie).await,
            Credentials::Authorization(value) => match bearer(value) {
                None => Ok(None),
                Some(token) => match api_token::without_prefix(token) {
                    Some(token) => self.by_api_token(token).await,
                    None => self.by_jwt(token).await,
                },
            },
        };
        session?.ok_or_else(ApiError::unauthenticated)
    }

    /// Uses up a login link, given by what stands behind the `#` of its address, and begins a session. `None` where it does not
    /// hold, whatever the reason.
    pub async fn sign_in(&self, link: &str) -> Result<Option<SignedIn>, ApiError> {
        let Some(presented) = Presented::parse(link) else {
            return Ok(None);
        };
        let Some(workspace) = self.caches.workspace(presented.workspace).await? else {
            return Ok(None);
        };
        let (store, now) = (self.caches.store(), self.clock.now());
        self.sessions.begin(store, &workspace, presented, now).await
    }

    /// Ends the session of a cookie. Nothing happens where there is none.
    pub async fn sign_out(&self, cookie: &str) -> Result<(), ApiError> {
        let Some(presented) = Presented::parse(cookie) else {
            return Ok(());
        };
        if let Some(workspace) = self.caches.workspace(presented.workspace).await? {
            self.sessions
                .end(self.caches.store(), workspace.key, presented)
                .await?;
        }
        Ok(())
    }

    /// A member, by the cookie of a session.
    async fn by_session(&self, cookie: &str) -> Result<Option<Session>, ApiError> {
        let Some(presented) = Presented::parse(cookie) else {
            return Ok(None);
        };
        let Some(workspace) = self.caches.workspace(presented.workspace).await? else {
            return Ok(None);
        };
        // Before the snapshot: a made-up cookie costs one look-up.
        let (ws, now) = (workspace.key, self.clock.now());
        let found = self
            .sessions
            .member(&self.caches, ws, presented, now)
            .await?;
        let Some((member, _)) = found else {
            return Ok(None);
        };
        let Some(snapshot) = Snapshot::open(&self.caches, workspace, &self.clock).await? else {
            return Ok(None);
        };
        let member = snapshot
            .directory()
            .member(member)
            .filter(|member| member.active && member.known);
        let identity = member.cloned().map(Identity::Member);
        Ok(identity.map(|identity| session(snapshot, identity)))
    }

    /// A member, by a signed member token.
    async fn by_jwt(&self, token: &str) -> Result<Option<Session>, ApiError> {
        let Some(claims) = self.keys.verify(token, self.clock.now()) else {
            return Ok(None);
        };
        let Some(snapshot) = self.open(&claims.workspace).await? else {
            return Ok(None);
        };
        let member = snapshot
            .directory()
            .member_by_id(&claims.sub)
            .filter(|member| member.active && member.known);
        let identity = member.cloned().map(Identity::Member);
        Ok(identity.map(|identity| session(snapshot, identity)))
    }

    /// A machine, by its API token without the prefix.
    async fn by_api_token(&self, token: &str) -> Result<Option<Session>, ApiError> {
        let Some((key, presented)) = api_token::parse(token) else {
            return Ok(None);
        };
        let Some(snapshot) = self.open(presented.workspace).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let entry = snapshot.directory().api_token(key);
        let entry = entry.filter(|entry| {
            presented.matches(entry.hash) && entry.expires_at.is_none_or(|end| now < end)
        });
        let Some(entry) = entry.cloned() else {
            return Ok(None);
        };
        self.record_use(snapshot.key(), entry.key);
        Ok(Some(session(snapshot, Identity::ApiToken(entry))))
    }

    async fn open(&self, workspace: &str) -> Result<Option<Snapshot>, StoreError> {
        match self.caches.workspace(workspace).await? {
            Some(workspace) => Snapshot::open(&self.caches, workspace, &self.clock).await,
            None => Ok(None),
        }
    }

    /// Records that an API token is used now, at most once a minute. No request waits for it, or fails with it.
    fn record_use(&self, ws: WorkspaceKey, key: TokenKey) {
        let now = self.clock.now();
        if !self.uses.is_due(ws, key, now) {
            return;
        }
        let store = self.caches.store().clone();
        self.tasks.spawn(async move {
            if let Err(error) = store.touch_api_token(ws, key, now).await {
                tracing::warn!(workspace = ws.0, token = key.0, %error, "the use of an API token could not be recorded");
            }
        });
    }

    /// Records that the session of a cookie that holds is used now, at most once a minute. No request waits for it, or fails with
    /// it.
    async fn record_session_use(&self, ws: WorkspaceKey, cookie: &str) {
        let now = self.clock.now();
        let Some(presented) = Presented::parse(cookie) else {
            return;
        };
        let found = self.sessions.member(&self.caches, ws, presented, now).await;
        if !matches!(found, Ok(Some((_, true)))) {
            return;
        }
        let key = SessionKey(presented.number);
        self.sessions.note_use(ws, key, now);
        let store = self.caches.store().clone();
        self.tasks.spawn(async move {
            if let Err(error) = store.touch_session(ws, key, now).await {
                tracing::warn!(workspace = ws.0, %error, "the use of a session could not be recorded");
            }
        });
    }
}

fn session(snapshot: Snapshot, identity: Identity) -> Session {
    Session {
        viewer: Viewer::new(snapshot.workspace().clone(), identity),
        snapshot: Arc::new(snapshot),
    }
}

/// The token of `Bearer …`; the scheme in any case.
fn bearer(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bearer_scheme_is_read_in_any_case_and_no_other() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc"), Some("abc"));
        for other in ["Basic abc", "Bearer ", "abc"] {
            assert_eq!(bearer(other), None, "{other}");
        }
    }
}
