//! Arguments, and how they become domain types.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{Enum, ID, InputObject, InputType as _, OneofObject, Value};
use caseload_rollup::cube::{self, Filter};
use caseload_schema::{
    day::Day,
    directory::{Directory, Team},
    id::MemberKey,
    period::{self, Period, Preset, Timeframe},
};

use super::scalars::Date;
use crate::error::ApiError;

/// The most rows that one list can be asked for.
const MAX_FIRST: i32 = 1_000;

/// Named periods, taken at today in the workspace's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Preset")]
pub(super) enum PeriodPreset {
    /// Today.
    Today,
    /// The day before today.
    Yesterday,
    /// Seven days that end today.
    #[graphql(name = "LAST_7_DAYS")]
    Last7Days,
    /// Thirty days that end today.
    #[graphql(name = "LAST_30_DAYS")]
    Last30Days,
    /// Ninety days that end today.
    #[graphql(name = "LAST_90_DAYS")]
    Last90Days,
    /// Monday to today.
    ThisWeek,
    /// The whole ISO week before this one.
    LastWeek,
    /// The first of the month to today.
    ThisMonth,
    /// The whole month before this one.
    LastMonth,
    /// The first day of the quarter to today.
    ThisQuarter,
    /// The whole quarter before this one.
    LastQuarter,
    /// The first of January to today.
    ThisYear,
    /// The whole year before this one.
    LastYear,
}

/// Which earlier period figures are compared with. That of an earlier period follows the same rule: a preset of the calendar
/// counts from today again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "period::Comparison")]
pub(super) enum Comparison {
    /// The one before. Of THIS_ and LAST_ WEEK, MONTH, QUARTER and YEAR the one before by the calendar, up to the day that
    /// corresponds to today or the whole of it; of any other period as many days that end on the day before it begins.
    Period,
    /// A year earlier. Weeks move by 52 weeks, so that weekdays meet; months, quarters and years by 12 months; any other
    /// period to the same dates, of 29 February to 28 February.
    YearBefore,
}

/// How a series is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "period::Granularity")]
pub(super) enum Granularity {
    /// Calendar days.
    Day,
    /// ISO weeks, Monday first.
    Week,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct DateRange {
    /// The first day.
    from: Date,
    /// The last day, included.
    to: Date,
}

impl DateRange {
    /// As a period; `argument` is named where it can be none.
    pub(super) fn resolve(self, argument: &str) -> Result<Period, ApiError> {
        Period::new(self.from.0, self.to.0)
            .map_err(|error| ApiError::bad_input(format!("{argument}: {error}")))
    }
}

/// Exactly one of the two.
#[derive(Debug, Clone, Copy, OneofObject)]
pub(super) enum PeriodInput {
    /// A named period.
    Preset(PeriodPreset),
    /// Days from one to another, both included, at most 3,660.
    Between(DateRange),
}

/// One hour of the week, in the workspace's time zone.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct HourOfWeek {
    /// 1 is Monday, 7 is Sunday.
    weekday: i32,
    /// 0 to 23.
    hour: i32,
}

impl HourOfWeek {
    /// As the cube takes it; `argument` is named where it can be none.
    pub(super) fn resolve(self, argument: &str) -> Result<cube::HourOfWeek, ApiError> {
        let Self { weekday, hour } = self;
        cube::HourOfWeek::new(weekday, hour).ok_or_else(|| {
            ApiError::bad_input(format!(
                "{argument}: weekday is 1 to 7, hour 0 to 23; were {weekday} and {hour}"
            ))
        })
    }
}

/// The most attributes that one filter names. Each is held against the attributes of every day.
const MAX_ATTRIBUTE_FILTERS: usize = 100;

/// Values are alternatives. A null among the values lets those without the key pass.
#[derive(Debug, Clone, InputObject)]
pub(super) struct AttributeFilter {
    /// The attribute's key.
    key: String,
    /// A conversation passes that has any of these values for it. An empty list lets nothing pass.
    any_of: Vec<Option<String>>,
}

impl AttributeFilter {
    fn resolve(self) -> cube::AttributeFilter {
        cube::AttributeFilter {
            key: self.key,
            or_none: self.any_of.contains(&None),
            any_of: self.any_of.into_iter().flatten().collect(),
        }
    }
}

/// Values of one field are alternatives; fields restrict each other. An empty list lets nothing pass, but for attributes.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct ReportFilter {
    /// Credited to any of these members.
    pub(super) member_ids: Option<Vec<ID>>,
    /// Credited to any member who is in one of these teams now.
    pub(super) team_ids: Option<Vec<ID>>,
    /// True adds what is credited to nobody to the members named, and alone means only that.
    pub(super) unassigned: Option<bool>,
    /// Conversations that have any of these labels now.
    pub(super) label_ids: Option<Vec<ID>>,
    /// Conversations of any of these channels.
    pub(super) channels: Option<Vec<String>>,
    /// Conversations that have these attributes now. Entries restrict each other; an empty list restricts nothing.
    pub(super) attributes: Option<Vec<AttributeFilter>>,
}

impl ReportFilter {
    /// As the cube takes it. Unknown ids, and values that no conversation has, pass nothing.
    pub(super) fn resolve(self, directory: &Directory) -> Result<Filter, ApiError> {
        let attributes = self.attributes.unwrap_or_default();
        if MAX_ATTRIBUTE_FILTERS < attributes.len() {
            return Err(ApiError::bad_input(format!(
                "filter.attributes: at most {MAX_ATTRIBUTE_FILTERS} entries, was given {}",
                attributes.len()
            )));
        }
        let labels = self.label_ids.map(|ids| {
            ids.iter()
                .filter_map(|id| directory.label_by_id(id))
                .map(|label| label.key)
                .collect()
        });
        let channels = self.channels.map(|names| {
            names
                .iter()
                .filter_map(|name| directory.channel_by_name(name))
                .collect()
        });
        let members = self.member_ids.map(|ids| members(&ids, directory));
        let teams = self.team_ids.map(|ids| members_of_teams(&ids, directory));
        Ok(Filter {
            credit: credit(members, teams, self.unassigned.unwrap_or(false)),
            labels,
            channels,
            attributes: attributes
                .into_iter()
                .map(AttributeFilter::resolve)
                .collect(),
        })
    }

    /// The teams whose figures a report lists, by name, then id: those named, all where none are. What is credited to nobody
    /// is in no team, so that there are none where nothing else passes.
    pub(super) fn teams(&self, directory: &Directory) -> Arc<[Arc<Team>]> {
        let names_people = self.member_ids.is_some() || self.team_ids.is_some();
        let only_nobody = self.unassigned == Some(true) && !names_people;
        let is_left = |team: &&Arc<Team>| match &self.team_ids {
            Some(ids) => ids.iter().any(|id| *id.0 == team.id),
            None => !only_nobody,
        };
        directory.teams().iter().filter(is_left).cloned().collect()
    }

    /// The same without those fields that say whose figures they are.
    #[must_use]
    pub(super) fn without_credit(self) -> Self {
        Self {
            label_ids: self.label_ids,
            channels: self.channels,
            attributes: self.attributes,
            ..Self::default()
        }
    }
}

/// The period asked for; the last 30 days where none is.
pub(super) fn resolve_period(
    input: Option<PeriodInput>,
    today: Day,
) -> Result<Timeframe, ApiError> {
    match input {
        None => Ok(Timeframe::preset(Preset::Last30Days, today)),
        Some(PeriodInput::Preset(preset)) => Ok(Timeframe::preset(preset.into(), today)),
        Some(PeriodInput::Between(range)) => range.resolve("period").map(Timeframe::from),
    }
}

/// The period that stands in a request; `None` where that is none.
pub(crate) fn period_of(value: Option<Value>, today: Day) -> Option<Period> {
    let input = Option::<PeriodInput>::parse(value).ok()?;
    resolve_period(input, today).ok().map(Timeframe::period)
}

/// The most rows to answer with, `default` where the caller leaves it open.
pub(super) fn resolve_first(first: Option<i32>, default: usize) -> Result<usize, ApiError> {
    match first {
        None => Ok(default),
        Some(first @ 0..=MAX_FIRST) => Ok(first as usize),
        Some(first) => Err(ApiError::bad_input(format!(
            "first is 0 to {MAX_FIRST}, was {first}"
        ))),
    }
}

/// Whom members and teams named together leave, which restrict each other; both left out is no restriction.
fn credit(
    members: Option<BTreeSet<MemberKey>>,
    teams: Option<BTreeSet<MemberKey>>,
    unassigned: bool,
) -> Option<BTreeSet<Option<MemberKey>>> {
    let named = match (members, teams) {
        (Some(members), Some(teams)) => Some(members.intersection(&teams).copied().collect()),
        (members, teams) => members.or(teams),
    };
    if named.is_none() && !unassigned {
        return None;
    }
    let named = named.unwrap_or_default().into_iter().map(Some);
    Some(named.chain(unassigned.then_some(None)).collect())
}

fn members(ids: &[ID], directory: &Directory) -> BTreeSet<MemberKey> {
    ids.iter()
        .filter_map(|id| directory.member_by_id(id))
        .map(|member| member.key)
        .collect()
}

fn members_of_teams(ids: &[ID], directory: &Directory) -> BTreeSet<MemberKey> {
    ids.iter()
        .filter_map(|id| directory.team_by_id(id))
        .flat_map(|team| team.members.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use caseload_schema::id::TeamKey;

    use super::*;

    fn keys(keys: &[i64]) -> BTreeSet<MemberKey> {
        keys.iter().copied().map(MemberKey).collect()
    }

    fn check(
        members: Option<&[i64]>,
        teams: Option<&[i64]>,
        unassigned: bool,
        expected: Option<&[i64]>,
    ) {
        // 0 stands for nobody.
        let expected: Option<BTreeSet<_>> = expected.map(|keys| {
            keys.iter()
                .map(|&key| (key != 0).then_some(MemberKey(key)))
                .collect()
        });
        assert_eq!(
            credit(members.map(keys), teams.map(keys), unassigned),
            expected
        );
    }

    #[test]
    fn members_and_teams_restrict_each_other() {
        check(Some(&[1, 2]), Some(&[2, 3]), false, Some(&[2]));
        check(Some(&[1]), Some(&[3]), false, Some(&[]));
        check(Some(&[1]), None, false, Some(&[1]));
        check(None, Some(&[3]), false, Some(&[3]));
    }

    #[test]
    fn unassigned_adds_nobody_to_those_named_and_alone_means_only_that() {
        check(None, None, true, Some(&[0]));
        check(Some(&[1]), None, true, Some(&[0, 1]));
        check(Some(&[]), None, true, Some(&[0]));
    }

    #[test]
    fn nothing_named_is_no_restriction_and_an_empty_list_lets_nothing_pass() {
        check(None, None, false, None);
        check(Some(&[]), None, false, Some(&[]));
    }

    #[track_caller]
    fn check_teams(filter: &ReportFilter, expected: &[&str]) {
        let team = |(key, id): (i64, &str)| Team {
            key: TeamKey(key),
            id: id.to_owned(),
            name: "Support".to_owned(),
            members: Vec::new(),
        };
        let teams = [(1, "b"), (2, "a")].map(team).into();
        let directory = Directory::new(vec![], teams, vec![], vec![]);
        let left = filter.teams(&directory);
        let left: Vec<_> = left.iter().map(|team| &team.id).collect();
        assert_eq!(left, expected, "{filter:?}");
    }

    #[test]
    fn a_report_lists_the_teams_named_and_none_for_nobody_alone() {
        let ids = |ids: &[&str]| Some(ids.iter().copied().map(ID::from).collect());
        let mut filter = ReportFilter::default();
        check_teams(&filter, &["a", "b"]);
        filter.unassigned = Some(true);
        check_teams(&filter, &[]);
        filter.member_ids = ids(&[]);
        check_teams(&filter, &["a", "b"]);
        filter.team_ids = ids(&["b", "unknown"]);
        check_teams(&filter, &["b"]);
        filter.team_ids = ids(&[]);
        check_teams(&filter, &[]);
    }

    #[test]
    fn first_is_0_to_1000() {
        assert_eq!(resolve_first(None, 20), Ok(20));
        assert_eq!(resolve_first(Some(0), 20), Ok(0));
        assert_eq!(resolve_first(Some(1_000), 20), Ok(1_000));
        assert!(resolve_first(Some(1_001), 20).is_err() && resolve_first(Some(-1), 20).is_err());
    }

    #[test]
    fn a_reversed_or_endless_period_is_refused() {
        let today = Day::from_number(20_000);
        let between = |from, to| {
            let range = DateRange {
                from: Date(today.plus(from)),
                to: Date(today.plus(to)),
            };
            let asked = resolve_period(Some(PeriodInput::Between(range)), today);
            asked.map(|asked| asked.period().len())
        };
        assert_eq!(between(0, 0), Ok(1));
        assert_eq!(between(-3_659, 0), Ok(3_660));
        assert!(between(-3_660, 0).is_err() && between(1, 0).is_err());
        let unasked = resolve_period(None, today).map(|asked| asked.period().len());
        assert_eq!(unasked, Ok(30));
    }
}
