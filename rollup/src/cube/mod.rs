//! Every figure of a workspace, for any period and filter: exact scans over day blocks. Pure: nothing here does I/O.
//!
//! A [`View`] is a period and a filter over some [`Days`]. What it counts, averages and lists comes from one predicate
//! (`selection`), so that a figure, its series, its rows of members and the conversations behind it agree to the last
//! unit.
//!
//! The examples are about three conversations that were created on Monday, 4 May 2026 (`tests/examples/two_days.rs`). `days` has
//! the blocks of that Monday and of Tuesday, `both` is the period of the two, and `open` has the conversations open now.
//!
//! | conversation | customer | assigned to | channel | label | answered after | |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | 1 | 1 | member 1 | 1 | 5 | 60 s | closed and won on Monday, after an hour; rated 5 |
//! | 2 | 2 | member 2 | 1 | | 180 s | the customer writes again on Tuesday |
//! | 3 | 1 | nobody | 2 | | never | |

mod attributes;
mod backlog;
mod breakdown;
mod busy_hours;
mod by_tag;
mod change;
mod channels;
mod clock;
mod customers;
mod day_figures;
mod days;
mod durations;
mod figures;
mod filter;
mod labels;
mod leaderboard;
mod listing;
mod measure;
mod quantile;
mod ratings;
mod row_filter;
mod selection;
mod shares;
mod view;

pub(crate) use self::day_figures::{DayDurations, day_figures};
pub use self::{
    breakdown::{Breakdown, BreakdownRow, Dimension, Key, Keys, MAX_DIMENSIONS, TeamsOfMembers},
    busy_hours::{HOURS_OF_A_WEEK, HourOfWeek},
    change::{Change, change},
    channels::ChannelCount,
    clock::Clock,
    days::Days,
    durations::{DurationRange, Durations, Within},
    figures::Figures,
    filter::{AttributeFilter, Filter},
    labels::LabelCount,
    leaderboard::{Ranked, rank},
    listing::Listed,
    measure::Measure,
    quantile::quantile,
    ratings::{RatedRow, RatingFilter},
    view::View,
};
pub use crate::counts::Counts;
