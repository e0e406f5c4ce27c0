//! The columns that the rows of members, labels and channels share.

use caseload_rollup::summary::DayFigures;

use super::column::{Cell, Column, Kind};

/// Each figure: its name, and where it is found.
type Figure = (&'static str, Value);

/// How a figure is read.
enum Value {
    Count(fn(&DayFigures) -> u64),
    Number(fn(&DayFigures) -> Option<f64>),
}

/// In their order, `labeled_conversations` among them. Times are seconds.
const FIGURES: [Figure; 24] = [
    ("conversations", Value::Count(|of| of.conversations)),
    (
        "labeled_conversations",
        Value::Count(|of| of.labeled_conversations),
    ),
    ("messages", Value::Count(|of| of.messages)),
    ("inbound_messages", Value::Count(|of| of.inbound_messages)),
    ("replies", Value::Count(|of| of.replies)),
    ("customers", Value::Count(|of| of.customers)),
    ("new_customers", Value::Count(|of| of.new_customers)),
    ("unanswered", Value::Count(|of| of.unanswered)),
    ("closed", Value::Count(|of| of.closed)),
    ("won", Value::Count(|of| of.won)),
    ("lost", Value::Count(|of| of.lost)),
    ("win_rate", Value::Number(|of| of.win_rate)),
    (
        "follow_ups_completed",
        Value::Count(|of| of.follow_ups_completed),
    ),
    (
        "first_response_count",
        Value::Count(|of| of.first_response_count),
    ),
    (
        "first_response_mean",
        Value::Number(|of| of.first_response_mean),
    ),
    (
        "first_response_median",
        Value::Number(|of| of.first_response_median),
    ),
    (
        "first_response_p90",
        Value::Number(|of| of.first_response_p90),
    ),
    (
        "closing_time_count",
        Value::Count(|of| of.closing_time_count),
    ),
    (
        "closing_time_mean",
        Value::Number(|of| of.closing_time_mean),
    ),
    (
        "closing_time_median",
        Value::Number(|of| of.closing_time_median),
    ),
    ("closing_time_p90", Value::Number(|of| of.closing_time_p90)),
    ("ratings", Value::Count(|of| of.ratings)),
    ("rating_average", Value::Number(|of| of.rating_average)),
    ("satisfied", Value::Number(|of| of.satisfied)),
];

/// Those of a later release, which stand behind all columns that were there before.
const LATER_FIGURES: [Figure; 13] = [
    ("reopened", Value::Count(|of| of.reopened)),
    (
        "closed_by_one_reply",
        Value::Count(|of| of.closed_by_one_reply),
    ),
    ("closed_by_bot", Value::Count(|of| of.closed_by_bot)),
    ("surveys_asked", Value::Count(|of| of.surveys_asked)),
    ("surveys_answered", Value::Count(|of| of.surveys_answered)),
    ("reply_time_count", Value::Count(|of| of.reply_time_count)),
    ("reply_time_mean", Value::Number(|of| of.reply_time_mean)),
    (
        "reply_time_median",
        Value::Number(|of| of.reply_time_median),
    ),
    ("reply_time_p90", Value::Number(|of| of.reply_time_p90)),
    (
        "first_closing_time_count",
        Value::Count(|of| of.first_closing_time_count),
    ),
    (
        "first_closing_time_mean",
        Value::Number(|of| of.first_closing_time_mean),
    ),
    (
        "first_closing_time_median",
        Value::Number(|of| of.first_closing_time_median),
    ),
    (
        "first_closing_time_p90",
        Value::Number(|of| of.first_closing_time_p90),
    ),
];

/// The columns of figures that stand in the midst of a row.
pub(super) fn columns() -> impl Iterator<Item = Column> {
    FIGURES.iter().map(column)
}

/// The columns of figures at the end of a row.
pub(super) fn later_columns() -> impl Iterator<Item = Column> {
    LATER_FIGURES.iter().map(column)
}

fn column((name, value): &Figure) -> Column {
    match value {
        Value::Count(_) => Column::new(name, Kind::Count),
        Value::Number(_) => Column::nullable(name, Kind::Number),
    }
}

/// The cells of [`columns`].
pub(super) fn cells(figures: &DayFigures) -> impl Iterator<Item = Cell> {
    FIGURES.iter().map(|figure| cell(figure, figures))
}

/// The cells of [`later_columns`].
pub(super) fn later_cells(figures: &DayFigures) -> impl Iterator<Item = Cell> {
    LATER_FIGURES.iter().map(|figure| cell(figure, figures))
}

fn cell((_, value): &Figure, figures: &DayFigures) -> Cell {
    match value {
        Value::Count(read) => Cell::count(read(figures)),
        Value::Number(read) => Cell::number(read(figures)),
    }
}
