//! Teams.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use caseload_rollup::cube::View;
use caseload_schema::directory;

use super::{
    context::ContextExt as _,
    figures::Figures,
    inputs::Comparison,
    measure::{Change, Clock, Measure},
    members::Member,
    metrics::Metrics,
};
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

/// The figures of one team: the part of a report's that is credited to who is in it now.
#[derive(Debug)]
pub(super) struct TeamFigures {
    team: Arc<directory::Team>,
    figures: Figures,
}

impl TeamFigures {
    /// The part of `figures` that is credited to members of `team`.
    pub(super) fn new(team: &Arc<directory::Team>, figures: &Figures) -> Self {
        Self {
            team: Arc::clone(team),
            figures: figures.clone(),
        }
    }

    fn part(&self, view: &View) -> View {
        view.credited_to_any(&self.team.members)
    }
}

/// The figures of those who are in one team now. Who is in several teams counts in each.
#[Object]
impl TeamFigures {
    /// The team.
    async fn team(&self) -> Team {
        Team(Arc::clone(&self.team))
    }

    /// All measures.
    async fn metrics(&self) -> Metrics {
        Metrics::new(self.part(self.figures.view()))
    }

    /// All measures of an earlier period.
    async fn previous(
        &self,
        #[graphql(default_with = "Comparison::Period", desc = "Which one.")] by: Comparison,
    ) -> Result<Metrics, ApiError> {
        let earlier = self.figures.previous(by).await?;
        Ok(Metrics::new(self.part(earlier.view())))
    }

    /// A measure against that of an earlier period.
    async fn change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] measure: Measure,
        #[graphql(default_with = "Comparison::Period", desc = "Which earlier period.")]
        by: Comparison,
        #[graphql(
            default_with = "Clock::Calendar",
            desc = "By which clock, of a duration."
        )]
        clock: Clock,
    ) -> Result<Change, ApiError> {
        ctx.deadline()?.check()?;
        let part = |view: &View| self.part(view);
        self.figures
            .change_of(part, (measure.into(), clock.into()), by)
            .await
    }
}
