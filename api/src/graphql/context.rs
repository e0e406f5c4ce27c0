//! What resolvers take from the request.

use std::sync::Arc;

use async_graphql::Context;

use crate::{
    auth::{Scope, Session, Viewer},
    error::ApiError,
    snapshot::Snapshot,
};

/// Access to the request's session.
pub(super) trait ContextExt<'a> {
    /// Who asks.
    fn viewer(&self) -> Result<&'a Viewer, ApiError>;
    /// Whose figures they may read.
    fn scope(&self) -> Result<Scope, ApiError>;
    /// What is read.
    fn snapshot(&self) -> Result<&'a Arc<Snapshot>, ApiError>;
}

impl<'a> ContextExt<'a> for Context<'a> {
    fn viewer(&self) -> Result<&'a Viewer, ApiError> {
        session(self).map(|session| &session.viewer)
    }

    fn scope(&self) -> Result<Scope, ApiError> {
        session(self).map(|session| session.viewer.scope)
    }

    fn snapshot(&self) -> Result<&'a Arc<Snapshot>, ApiError> {
        session(self).map(|session| &session.snapshot)
    }
}

fn session<'a>(ctx: &Context<'a>) -> Result<&'a Session, ApiError> {
    ctx.data_opt::<Session>().ok_or_else(ApiError::unauthenticated)
}
