//! The root: every question that can be asked.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use caseload_rollup::cube::RatingFilter;
use caseload_schema::{directory, period::Timeframe};

use super::{
    audit::{AuditAction, audit_events},
    authorization::{Nullable, check, guarded, permitted},
    benchmark::{Benchmark, benchmark},
    breakdown::{self, DimensionInput, Direction},
    connection::{
        AuditEventConnection, BreakdownConnection, ConversationConnection, DailyRollupConnection,
        FeedbackConnection, RollupRunConnection,
    },
    context::ContextExt as _,
    conversations, daily_rollups, feedback,
    figures::Figures,
    inputs::{HourOfWeek, PeriodInput, ReportFilter, resolve_first, resolve_period},
    labels::{LabelReport, label_reports},
    measure::{Clock, Measure},
    member_report::MemberReport,
    rollup_runs::{RollupRun, rollup_run, rollup_runs},
    rollup_status::RollupStatus,
    team_report::TeamReport,
    viewer::Viewer,
    workspace::Workspace,
};
use crate::{
    access::{Scope, Selection},
    error::ApiError,
};

/// The root of all queries.
#[derive(Debug)]
pub struct Query;

/// Figures of customer care, for whoever may see them. Every figure is exact, and all of one answer are of one generation.
#[Object]
impl Query {
    /// Who is asking.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer, ApiError> {
        permitted(ctx, "Query", "viewer").map(|_| Viewer)
    }

    /// The workspace of who is asking.
    async fn workspace(&self, ctx: &Context<'_>) -> Result<Workspace, ApiError> {
        permitted(ctx, "Query", "workspace").map(|_| Workspace::default())
    }

    /// The whole workspace, or what the filter leaves of it. Period: the last 30 days where absent, here and everywhere.
    async fn team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days to report on.")] period: Option<PeriodInput>,
        #[graphql(desc = "What to report on; everything where absent.")] filter: Option<
            ReportFilter,
        >,
    ) -> Nullable<TeamReport> {
        let report = async {
            let filter = filter.unwrap_or_default();
            let teams = filter.teams(ctx.snapshot()?.directory());
            let figures = figures(ctx, ctx.scope()?, period, Some(filter)).await?;
            Ok(Some(TeamReport { figures, teams }))
        };
        guarded(ctx, "Query", "team", report).await
    }

    /// One member; the viewer's own numbers without an id. The filter's memberIds and teamIds do not apply.
    async fn member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose numbers.")] id: Option<ID>,
        #[graphql(desc = "The days to report on.")] period: Option<PeriodInput>,
        #[graphql(desc = "What to report on; everything where absent.")] filter: Option<
            ReportFilter,
        >,
    ) -> Nullable<MemberReport> {
        let report = async {
            let member = requested(ctx, id)?;
            let filter = filter.map(ReportFilter::without_credit);
            let figures = figures(ctx, ctx.scope()?, period, filter).await?;
            Ok(MemberReport::new(member, &figures))
        };
        Some(report.await)
    }

    /// All labels for which anything counts, the one with the most conversations first.
    async fn labels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days to report on.")] period: Option<PeriodInput>,
        #[graphql(desc = "What to report on; everything where absent.")] filter: Option<
            ReportFilter,
        >,
        #[graphql(default_with = "Some(50)", desc = "How many, at most 1,000.")] first: Option<i32>,
    ) -> Nullable<Vec<LabelReport>> {
        let reports = async {
            let first = resolve_first(first, 50)?;
            let figures = figures(ctx, ctx.scope()?, period, filter).await?;
            Ok(Some(
                label_reports(&figures).into_iter().take(first).collect(),
            ))
        };
        guarded(ctx, "Query", "labels", reports).await
    }

    /// Figures by one to three dimensions at once, each once; rows for which anything but `open`, `waiting` and the backlog counts.
    /// Sorted by the measure, then by the keys, ascending; with a null `orderBy` by the keys alone, in the direction given.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each argument of the field"
    )]
    async fn breakdown(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The dimensions, one to three.")] by: Vec<DimensionInput>,
        #[graphql(desc = "The days to report on.")] period: Option<PeriodInput>,
        #[graphql(desc = "What to report on; everything where absent.")] filter: Option<
            ReportFilter,
        >,
        #[graphql(
            default_with = "Some(Measure::Conversations)",
            desc = "What rows are sorted by; null: by their keys alone."
        )]
        order_by: Option<Measure>,
        #[graphql(
            default_with = "Clock::Calendar",
            desc = "That of orderBy, where it is a duration."
        )]
        clock: Clock,
        #[graphql(default_with = "Direction::Descending", desc = "Which way.")]
        direction: Direction,
        #[graphql(default_with = "Some(50)", desc = "How many, at most 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which to go on.")] after: Option<String>,
    ) -> Nullable<BreakdownConnection> {
        let page = async {
            let order = breakdown::Order {
                by: order_by.map(Into::into),
                clock: clock.into(),
                direction,
            };
            let pages = breakdown::Pages {
                first: resolve_first(first, 50)?,
                after,
                names_customers: check(ctx.viewer()?, "Customer", "name", None).is_ok(),
            };
            let deadline = ctx.deadline()?;
            let figures = figures(ctx, ctx.scope()?, period, filter).await?;
            breakdown::breakdown(figures, by, order, pages, deadline)
                .await
                .map(Some)
        };
        guarded(ctx, "Query", "breakdown", page).await
    }

    /// How the values of one measure spread over the active members for whom anything counts, whoever asks. The filter's
    /// memberIds, teamIds and unassigned do not apply.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each argument of the field"
    )]
    async fn benchmark(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] measure: Measure,
        #[graphql(desc = "The days to report on.")] period: Option<PeriodInput>,
        #[graphql(desc = "What to report on; everything where absent.")] filter: Option<
            ReportFilter,
        >,
        #[graphql(
            default_with = "Clock::Calendar",
            desc = "By which clock, of a duration."
        )]
        clock: Clock,
    ) -> Nullable<Benchmark> {
        let summed = async {
            let snapshot = ctx.snapshot()?;
            let period = resolve_period(period, snapshot.today())?;
            let (filter, deadline) = (filter.unwrap_or_default(), ctx.deadline()?);
            let measure = (measure.into(), clock.into());
            benchmark(snapshot, measure, period, filter, deadline)
                .await
                .map(Some)
        };
        guarded(ctx, "Query", "benchmark", summed).await
    }

    /// The conversations that a measure counts. Agents and viewers get those credited to them, whatever they ask for.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each argument of the field"
    )]
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] measure: Measure,
        #[graphql(desc = "The days to report on.")] period: Option<PeriodInput>,
        #[graphql(desc = "What to report on; everything where absent.")] filter: Option<
            ReportFilter,
        >,
        #[graphql(
            default_with = "Clock::Calendar",
            desc = "By which clock, of a duration."
        )]
        clock: Clock,
        #[graphql(default_with = "Some(20)", desc = "How many, at most 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which to go on.")] after: Option<String>,
        #[graphql(
            desc = "Those that busyHours counts in that hour; of the measures that it takes."
        )]
        at: Option<HourOfWeek>,
    ) -> Nullable<ConversationConnection> {
        let page = async {
            let (scope, first) = (ctx.scope()?, resolve_first(first, 20)?);
            let listed = conversations::Asked {
                measure: measure.into(),
                clock: clock.into(),
                at: at.map(|at| at.resolve("at")).transpose()?,
            };
            let figures = figures(ctx, scope, period, filter).await?;
            conversations::conversations(&figures, scope, listed, first, after)
                .await
                .map(Some)
        };
        guarded(ctx, "Query", "conversations", page).await
    }

    /// Ratings, newest first, then by id. Agents and viewers get those credited to them, whatever they ask for.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each argument of the field"
    )]
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days to report on.")] period: Option<PeriodInput>,
        #[graphql(desc = "What to report on; everything where absent.")] filter: Option<
            ReportFilter,
        >,
        #[graphql(desc = "The lowest score.")] min_score: Option<i32>,
        #[graphql(desc = "The highest score.")] max_score: Option<i32>,
        #[graphql(desc = "Only those with a comment, or only those without.")] has_comment: Option<
            bool,
        >,
        #[graphql(default_with = "Some(20)", desc = "How many, at most 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which to go on.")] after: Option<String>,
    ) -> Nullable<FeedbackConnection> {
        let ratings = RatingFilter {
            min: min_score.map(score),
            max: max_score.map(score),
            has_comment,
        };
        let page = async {
            let (scope, first) = (ctx.scope()?, resolve_first(first, 20)?);
            let figures = figures(ctx, scope, period, filter).await?;
            feedback::feedback(&figures, scope, ratings, first, after)
                .await
                .map(Some)
        };
        guarded(ctx, "Query", "feedback", page).await
    }

    /// Daily summary rows for BI tools, by day, then member id: one per day and member where anything counts or the backlog
    /// is not 0; 'unassigned', last, with a null member.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each argument of the field"
    )]
    async fn daily_rollups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days to report on.")] period: Option<PeriodInput>,
        #[graphql(desc = "Whose rows; everyone's and those of unassigned where absent.")]
        member_ids: Option<Vec<ID>>,
        #[graphql(default_with = "Some(100)", desc = "How many, at most 1,000.")] first: Option<
            i32,
        >,
        #[graphql(desc = "The cursor behind which to go on.")] after: Option<String>,
    ) -> Nullable<DailyRollupConnection> {
        let filter = ReportFilter {
            member_ids,
            ..ReportFilter::default()
        };
        let page = async {
            let (selection, timeframe) = select(ctx, ctx.scope()?, period, Some(filter))?;
            let (first, period) = (resolve_first(first, 100)?, timeframe.period());
            daily_rollups::daily_rollups(ctx.snapshot()?, &selection, period, first, after)
                .await
                .map(Some)
        };
        guarded(ctx, "Query", "dailyRollups", page).await
    }

    /// How fresh the figures are.
    async fn rollup_status(&self, ctx: &Context<'_>) -> Result<RollupStatus, ApiError> {
        permitted(ctx, "Query", "rollupStatus").map(|_| RollupStatus)
    }

    /// Runs, those that wait and those that are over among them; the latest first.
    async fn rollup_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(20)", desc = "How many, at most 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which to go on.")] after: Option<String>,
    ) -> Nullable<RollupRunConnection> {
        let page = async {
            rollup_runs(ctx.snapshot()?, resolve_first(first, 20)?, after)
                .await
                .map(Some)
        };
        guarded(ctx, "Query", "rollupRuns", page).await
    }

    /// One run.
    async fn rollup_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> Nullable<RollupRun> {
        guarded(ctx, "Query", "rollupRun", async {
            rollup_run(ctx.snapshot()?, &id).await.map(Some)
        })
        .await
    }

    /// Who did what to roles, tokens, the time zone and rebuilds, and what was imported; the latest first.
    async fn audit_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these; all where absent.")] actions: Option<Vec<AuditAction>>,
        #[graphql(default_with = "Some(20)", desc = "How many, at most 1,000.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which to go on.")] after: Option<String>,
    ) -> Nullable<AuditEventConnection> {
        let page = async {
            audit_events(ctx.snapshot()?, actions, resolve_first(first, 20)?, after)
                .await
                .map(Some)
        };
        guarded(ctx, "Query", "auditEvents", page).await
    }
}

/// What of the arguments' filter the scope lets pass, and the period.
fn select(
    ctx: &Context<'_>,
    scope: Scope,
    period: Option<PeriodInput>,
    filter: Option<ReportFilter>,
) -> Result<(Selection, Timeframe), ApiError> {
    let snapshot = ctx.snapshot()?;
    let filter = filter.unwrap_or_default().resolve(snapshot.directory())?;
    Ok((
        scope.select(filter),
        resolve_period(period, snapshot.today())?,
    ))
}

/// The figures of the arguments' period and filter, as far as the scope reaches.
async fn figures(
    ctx: &Context<'_>,
    scope: Scope,
    period: Option<PeriodInput>,
    filter: Option<ReportFilter>,
) -> Result<Figures, ApiError> {
    let (selection, timeframe) = select(ctx, scope, period, filter)?;
    Figures::load(ctx.snapshot()?, selection, timeframe).await
}

/// The member asked for; the viewer where none is. Who may read nobody else's numbers is not told who exists.
fn requested(ctx: &Context<'_>, id: Option<ID>) -> Result<Arc<directory::Member>, ApiError> {
    let viewer = ctx.viewer()?;
    let Some(id) = id else {
        check(
            viewer,
            "Query",
            "member",
            viewer.member().map(|own| own.key),
        )?;
        let own = viewer.member().cloned();
        return own.ok_or_else(|| {
            ApiError::bad_input("id: a machine has no numbers of its own; say whose")
        });
    };
    member_for(ctx, "member", &id)
}

/// The member of that id, for whoever may read that field about them.
pub(super) fn member_for(
    ctx: &Context<'_>,
    field: &str,
    id: &ID,
) -> Result<Arc<directory::Member>, ApiError> {
    let found = ctx.snapshot()?.directory().member_by_id(id);
    check(
        ctx.viewer()?,
        "Query",
        field,
        found.map(|member| member.key),
    )?;
    found
        .cloned()
        .ok_or_else(|| ApiError::not_found(format!("there is no member {:?}", id.as_str())))
}

/// A bound for scores. What lies outside 1 to 5 bounds nothing, or everything.
fn score(bound: i32) -> u8 {
    bound.clamp(0, 6) as u8
}
