//! Every figure of a workspace, for any period and filter: exact scans over day blocks. Pure: nothing here does I/O.
//!
//! A [`View`] is a period and a filter over some [`Days`]. What it counts, averages and lists comes from one predicate
//! (`selection`), so that a figure, its series, its rows of members and the conversations behind it agree to the last
//! unit.

mod backlog;
mod busy_hours;
mod by_tag;
mod change;
mod channels;
mod customers;
mod days;
mod durations;
mod filter;
mod labels;
mod leaderboard;
mod listing;
mod measure;
mod ratings;
mod row_test;
mod selection;
mod shares;
mod view;

pub use self::{
    busy_hours::{HOURS_OF_A_WEEK, HourOfWeek},
    change::{Change, change},
    channels::ChannelCount,
    days::Days,
    durations::{DurationRange, Durations},
    filter::Filter,
    labels::LabelCount,
    leaderboard::{Ranked, rank},
    listing::Listed,
    measure::Measure,
    ratings::{RatedRow, RatingFilter},
    view::View,
};
pub use crate::counts::Counts;
