//! Who is best by a measure.

use async_graphql::SimpleObject;
use caseload_rollup::cube::{Clock, Measure, rank};

use super::{
    context::Deadline,
    figures::Figures,
    member_report::{MemberReport, member_reports},
};
use crate::error::ApiError;

/// A place on the leaderboard.
#[derive(Debug, SimpleObject)]
pub(super) struct LeaderboardEntry {
    /// 1 for the best; equal values share a rank, and the next is skipped.
    rank: usize,
    /// Whether nobody is better, by a measure that tells so.
    is_top_performer: bool,
    /// The value of the measure; null where there is nothing to average.
    value: Option<f64>,
    /// The member's whole report.
    report: MemberReport,
}

/// The first `first` members, better ones first, ties by name, then id.
pub(super) fn leaderboard(
    figures: &Figures,
    (by, clock): (Measure, Clock),
    first: usize,
    deadline: Deadline,
) -> Result<Vec<LeaderboardEntry>, ApiError> {
    let reports = member_reports(figures, deadline)?;
    let value = |report: &MemberReport| {
        deadline
            .check()
            .map(|()| report.figures().view().value(by, clock))
    };
    let values = reports.iter().map(value).collect::<Result<Vec<_>, _>>()?;
    let mut entries: Vec<_> = reports
        .into_iter()
        .zip(rank(by, &values))
        .zip(values)
        .map(|((report, place), value)| LeaderboardEntry {
            rank: place.rank,
            is_top_performer: place.is_top_performer,
            value,
            report,
        })
        .collect();
    entries.sort_by_key(|entry| entry.rank);
    entries.truncate(first);
    Ok(entries)
}
