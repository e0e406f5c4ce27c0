//! What resolvers take from the request.

use std::sync::Arc;

use async_graphql::Context;
use tokio::time::Instant;

use crate::{
    access::{Scope, Viewer},
    error::ApiError,
    session::Session,
    snapshot::Snapshot,
};

/// When a request has to be answered. A query that only computes never waits, so that no timer can end it: fields that compute
/// look at this instead.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Instant);

impl Deadline {
    /// An error once it has passed.
    pub(super) fn check(self) -> Result<(), ApiError> {
        if Instant::now() < self.0 {
            Ok(())
        } else {
            Err(ApiError::timeout())
        }
    }
}

/// Access to the request's session.
pub(super) trait ContextExt<'a> {
    /// Who asks.
    fn viewer(&self) -> Result<&'a Viewer, ApiError>;
    /// Whose figures they may read.
    fn scope(&self) -> Result<Scope, ApiError>;
    /// What is read.
    fn snapshot(&self) -> Result<&'a Arc<Snapshot>, ApiError>;
    /// Until when.
    fn deadline(&self) -> Result<Deadline, ApiError>;
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

    fn deadline(&self) -> Result<Deadline, ApiError> {
        self.data_opt::<Deadline>().copied().ok_or_else(|| {
            tracing::error!("a request has no deadline");
            ApiError::internal()
        })
    }
}

fn session<'a>(ctx: &Context<'a>) -> Result<&'a Session, ApiError> {
    ctx.data_opt::<Session>()
        .ok_or_else(ApiError::unauthenticated)
}
