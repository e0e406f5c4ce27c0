//! Who is asking: from the token to a viewer and the scope of what they may read.

mod api_token;
mod claims;
mod jws;
mod key;
mod key_file;
mod key_set;
mod scope;
mod token;
mod token_uses;
mod viewer;

pub use api_token::ApiSecret;
pub use claims::Claims;
pub use key::{MIN_SECRET_BYTES, WeakSecret};
pub use scope::{Scope, Selection};
pub use token::TokenKeys;
pub use token_uses::TokenUses;
pub use viewer::{Identity, Viewer};

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use caseload_schema::{audit::Actor, id::WorkspaceKey, store::StoreError};

use self::api_token::Presented;
use crate::{app::App, error::ApiError, snapshot::Snapshot};

/// What one request works with: who asks, and the figures of one generation.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who asks.
    pub viewer: Viewer,
    /// What is read.
    pub snapshot: Arc<Snapshot>,
}

impl Session {
    /// Whose it is: what is counted by caller is counted by this.
    pub fn key(&self) -> (WorkspaceKey, Actor) {
        (self.snapshot.key(), self.viewer.actor())
    }

    /// Whether both stand for the same caller with the same rights.
    pub fn may_the_same_as(&self, other: &Self) -> bool {
        self.key() == other.key() && self.viewer.may_the_same_as(&other.viewer)
    }
}

/// Checks the request's token and looks its member, or the token itself, up in the directory of now.
///
/// Every refusal is the same `UNAUTHENTICATED`: it says nothing about which workspaces, members and tokens exist.
pub async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Session, ApiError> {
    let credentials = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    authenticate_credentials(app, credentials).await
}

/// The same, of what stands in `Authorization`: over a WebSocket it comes in a message.
pub async fn authenticate_credentials(
    app: &App,
    credentials: Option<&str>,
) -> Result<Session, ApiError> {
    let token = credentials
        .and_then(bearer)
        .ok_or_else(ApiError::unauthenticated)?;
    let session = if Presented::is_meant(token) {
        by_api_token(app, token).await
    } else {
        by_jwt(app, token).await
    };
    session?.ok_or_else(ApiError::unauthenticated)
}

/// A member, by the JWT of whoever signs them in.
async fn by_jwt(app: &App, token: &str) -> Result<Option<Session>, ApiError> {
    let Some(claims) = app.keys().verify(token, app.clock().now()) else {
        return Ok(None);
    };
    let Some(snapshot) = open(app, &claims.workspace).await? else {
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
async fn by_api_token(app: &App, token: &str) -> Result<Option<Session>, ApiError> {
    let Some(presented) = Presented::parse(token) else {
        return Ok(None);
    };
    let Some(snapshot) = open(app, presented.workspace).await? else {
        return Ok(None);
    };
    let now = app.clock().now();
    let entry = snapshot.directory().api_token(presented.key);
    let entry = entry.filter(|entry| {
        presented.matches(entry.hash) && entry.expires_at.is_none_or(|end| now < end)
    });
    let Some(entry) = entry.cloned() else {
        return Ok(None);
    };
    token_uses::note(app, snapshot.key(), entry.key);
    Ok(Some(session(snapshot, Identity::ApiToken(entry))))
}

fn session(snapshot: Snapshot, identity: Identity) -> Session {
    Session {
        viewer: Viewer::new(snapshot.workspace().clone(), identity),
        snapshot: Arc::new(snapshot),
    }
}

async fn open(app: &App, workspace: &str) -> Result<Option<Snapshot>, StoreError> {
    match app.caches().workspace(workspace).await? {
        Some(workspace) => Snapshot::open(app.caches(), workspace, app.clock()).await,
        None => Ok(None),
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
