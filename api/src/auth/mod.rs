//! Who is asking: from the token to a viewer and the scope of what they may read.

mod scope;
mod token;
mod viewer;

pub use scope::{Scope, Selection};
pub use token::{Claims, MIN_SECRET_BYTES, TokenKeys, WeakSecret};
pub use viewer::Viewer;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use caseload_schema::{
    id::{MemberKey, WorkspaceKey},
    store::StoreError,
};

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
    pub fn key(&self) -> (WorkspaceKey, MemberKey) {
        (self.snapshot.key(), self.viewer.member.key)
    }

    /// Whether both stand for the same caller with the same rights.
    pub fn may_the_same_as(&self, other: &Self) -> bool {
        self.key() == other.key() && self.viewer.role == other.viewer.role && self.viewer.scope == other.viewer.scope
    }
}

/// Checks the request's token and looks its member up in the directory of now.
///
/// Every refusal is the same `UNAUTHENTICATED`: it says nothing about which workspaces and members exist.
pub async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Session, ApiError> {
    let credentials = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    authenticate_credentials(app, credentials).await
}

/// The same, of what stands in `Authorization`: over a WebSocket it comes in a message.
pub async fn authenticate_credentials(app: &App, credentials: Option<&str>) -> Result<Session, ApiError> {
    let token = credentials.and_then(bearer).ok_or_else(ApiError::unauthenticated)?;
    let claims = app.keys().verify(token, app.clock().now()).ok_or_else(ApiError::unauthenticated)?;
    let snapshot = open(app, &claims.workspace).await?.ok_or_else(ApiError::unauthenticated)?;
    let member = snapshot
        .directory()
        .member_by_id(&claims.sub)
        .filter(|member| member.active && member.known)
        .cloned()
        .ok_or_else(ApiError::unauthenticated)?;
    Ok(Session { viewer: Viewer::new(snapshot.workspace().clone(), member), snapshot: Arc::new(snapshot) })
}

async fn open(app: &App, workspace: &str) -> Result<Option<Snapshot>, StoreError> {
    match app.caches().workspace(app.store(), workspace).await? {
        Some(workspace) => Snapshot::open(app.store(), app.caches(), workspace, app.clock()).await,
        None => Ok(None),
    }
}

/// The token of `Bearer …`; the scheme in any case.
fn bearer(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
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
