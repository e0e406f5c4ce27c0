//! Who is asking: from the token to a viewer and the scope of what they may read.

mod api_token;
mod claims;
mod jws;
mod key;
mod key_file;
mod key_set;
mod token;
mod token_uses;

pub use api_token::ApiSecret;
pub use claims::Claims;
pub use token::TokenKeys;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use caseload_schema::{
    clock::Clock,
    id::{TokenKey, WorkspaceKey},
    store::StoreError,
};
use tokio_util::task::TaskTracker;

use self::{api_token::Presented, token_uses::TokenUses};
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
}

impl Authenticator {
    /// Checks tokens with `keys`, and looks members and API tokens up through `caches`. Uses of API tokens are recorded
    /// in `tasks`, after the request.
    pub fn new(keys: TokenKeys, caches: Caches, clock: Clock, tasks: TaskTracker) -> Self {
        Self {
            keys,
            caches,
            clock,
            tasks,
            uses: TokenUses::default(),
        }
    }

    /// The keys that member tokens are checked with.
    pub fn keys(&self) -> &TokenKeys {
        &self.keys
    }

    /// Checks the request's token and looks its member, or the token itself, up in the directory of now.
    ///
    /// Every refusal is the same `UNAUTHENTICATED`: it says nothing about which workspaces, members and tokens exist.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Session, ApiError> {
        let credentials = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        self.authenticate_credentials(credentials).await
    }

    /// As [`Self::authenticate`], with the value of `Authorization` by itself: over a WebSocket it comes in a message.
    pub async fn authenticate_credentials(
        &self,
        credentials: Option<&str>,
    ) -> Result<Session, ApiError> {
        let token = credentials
            .and_then(bearer)
            .ok_or_else(ApiError::unauthenticated)?;
        let session = if Presented::is_meant(token) {
            self.by_api_token(token).await
        } else {
            self.by_jwt(token).await
        };
        session?.ok_or_else(ApiError::unauthenticated)
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

    /// A machine, by its API token.
    async fn by_api_token(&self, token: &str) -> Result<Option<Session>, ApiError> {
        let Some(presented) = Presented::parse(token) else {
            return Ok(None);
        };
        let Some(snapshot) = self.open(presented.workspace).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let entry = snapshot.directory().api_token(presented.key);
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
