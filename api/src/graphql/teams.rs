//! Teams.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use caseload_schema::directory;

use super::{context::ContextExt as _, members::Member};
use crate::error::ApiError;

/// A team.
#[derive(Debug, Clone)]
pub(super) struct Team(pub(super) Arc<directory::Team>);

/// A named group of members. Its figures are those of the members who are in it now.
#[Object]
impl Team {
    /// The source system's id.
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Who is in it now, in name order.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Member>, ApiError> {
        let all = ctx.snapshot()?.directory().members().iter();
        Ok(all
            .filter(|member| self.0.members.binary_search(&member.key).is_ok())
            .cloned()
            .map(Member)
            .collect())
    }
}
