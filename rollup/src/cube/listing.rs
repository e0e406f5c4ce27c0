//! The conversations behind a figure.

use std::cmp::Reverse;

use caseload_schema::{id::ConversationKey, instant::Instant};
use rustc_hash::FxHashSet;

use super::{
    Clock, HourOfWeek, Measure, View,
    busy_hours::happens_in,
    selection::{Selection, Timed},
};
use crate::block::{Flags, RatingEvent, Rows, SurveyEvent};

/// A conversation that a measure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The conversation.
    pub conversation: ConversationKey,
    /// When it was created.
    pub created_at: Instant,
    /// Its value, where the measure is a duration; of several in the period the longest.
    pub seconds: Option<u64>,
    /// Since when its customer has been waiting for a reply, where the measure is `Waiting`.
    pub waiting_since: Option<Instant>,
}

impl Listed {
    fn of(rows: &Rows, row: usize) -> Self {
        Self {
            conversation: rows.conversations[row],
            created_at: rows.created_at[row],
            seconds: None,
            waiting_since: None,
        }
    }
}

/// Where the conversations that a measure counts are found.
enum Source {
    Rows(fn(&Rows, usize) -> bool),
    Ratings(fn(&RatingEvent) -> bool),
    FollowUps,
    Surveys(fn(&SurveyEvent) -> bool),
    Durations(Timed),
    Open,
    Waiting,
}

impl Source {
    fn of(measure: Measure) -> Self {
        match measure {
            Measure::Conversations => {
                Self::Rows(|rows, row| rows.flags[row].any_of(Flags::CREATED))
            }
            Measure::LabeledConversations => Self::Rows(|rows, row| {
                rows.flags[row].any_of(Flags::CREATED) && rows.tags.is_labeled(row)
            }),
            Measure::Messages => Self::Rows(|rows, row| {
                rows.messages.inbound(row) != 0 || rows.messages.replies(row) != 0
            }),
            Measure::InboundMessages => Self::Rows(|rows, row| rows.messages.inbound(row) != 0),
            Measure::Replies => Self::Rows(|rows, row| rows.messages.replies(row) != 0),
            Measure::Customers => Self::Rows(Rows::has_customer),
            Measure::NewCustomers => {
                Self::Rows(|rows, row| rows.flags[row].any_of(Flags::NEW_CUSTOMER))
            }
            Measure::Unanswered => {
                Self::Rows(|rows, row| rows.flags[row].any_of(Flags::UNANSWERED))
            }
            Measure::Closed => Self::Rows(|rows, row| rows.flags[row].any_of(Flags::CLOSED)),
            Measure::Won => Self::Rows(|rows, row| rows.flags[row].any_of(Flags::WON)),
            Measure::Lost => Self::Rows(|rows, row| rows.flags[row].any_of(Flags::LOST)),
            Measure::WinRate => {
                Self::Rows(|rows, row| rows.flags[row].any_of(Flags::WON.with(Flags::LOST, true)))
            }
            Measure::Ratings | Measure::RatingAverage => Self::Ratings(|_| true),
            Measure::Satisfied => Self::Ratings(|rating| 4 <= rating.score),
            Measure::FollowUpsCompleted => Self::FollowUps,
            Measure::FirstResponseMean | Measure::FirstResponseMedian => {
                Self::Durations(Timed::FirstResponse)
            }
            Measure::ClosingTimeMean | Measure::ClosingTimeMedian => {
                Self::Durations(Timed::Closing)
            }
            Measure::ReplyTimeMean | Measure::ReplyTimeMedian => Self::Durations(Timed::Reply),
            Measure::FirstClosingTimeMean | Measure::FirstClosingTimeMedian => {
                Self::Durations(Timed::FirstClosing)
            }
            Measure::Reopened => Self::Rows(|rows, row| rows.reopened[row] != 0),
            Measure::ClosedByOneReply => {
                Self::Rows(|rows, row| rows.flags[row].any_of(Flags::CLOSED_BY_ONE_REPLY))
            }
            Measure::ClosedByBot => {
                Self::Rows(|rows, row| rows.flags[row].any_of(Flags::CLOSED_BY_BOT))
            }
            Measure::Surveys => Self::Surveys(|_| true),
            Measure::SurveyRate => Self::Surveys(|event| event.answered != 0),
            Measure::Open => Self::Open,
            Measure::Waiting => Self::Waiting,
        }
    }

    /// Adds the conversations of one day.
    fn append(&self, selection: &Selection<'_>, clock: Clock, to: &mut Vec<Listed>) {
        let rows = selection.block().rows();
        let listed = |row: usize| Listed::of(rows, row);
        match self {
            Self::Rows(counts) => to.extend(
                selection
                    .rows()
                    .filter(|&row| counts(rows, row))
                    .map(listed),
            ),
            Self::Ratings(counts) => {
                let rated = selection.ratings().filter(|rating| counts(rating));
                to.extend(rated.map(|rating| listed(rating.row as usize)));
            }
            Self::FollowUps => to.extend(
                selection
                    .follow_ups()
                    .map(|event| listed(event.row as usize)),
            ),
            Self::Surveys(counts) => to.extend(
                selection
                    .surveys()
                    .filter(|event| counts(event))
                    .map(|event| listed(event.row as usize)),
            ),
            Self::Durations(timed) => selection.each_duration(*timed, clock, |row, seconds| {
                to.push(Listed {
                    seconds: Some(u64::from(seconds)),
                    ..listed(row)
                });
            }),
            Self::Open | Self::Waiting => {}
        }
    }
}

impl View {
    /// Every conversation that `measure` counts, once: of a duration the longest by `clock` first, of those that wait who has waited longest
    /// first, else the newest first; those
    /// that are equal in this by key.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Clock, Filter, Measure, View};
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// let answered = view.conversations(Measure::FirstResponseMean, Clock::Calendar);
    /// let seconds: Vec<_> = answered.iter().map(|one| (one.conversation.0, one.seconds)).collect();
    /// assert_eq!(seconds, [(2, Some(180)), (1, Some(60))]); // the longest first
    /// ```
    pub fn conversations(&self, measure: Measure, clock: Clock) -> Vec<Listed> {
        let source = Source::of(measure);
        let mut listed = Vec::new();
        match source {
            Source::Open => listed.extend(self.open_rows().map(|row| self.open_listed(row, None))),
            Source::Waiting => listed.extend(self.open_rows().filter_map(|row| {
                let since = self.open.waiting_since(row)?;
                Some(self.open_listed(row, Some(since)))
            })),
            _ => self
                .selections()
                .for_each(|selection| source.append(&selection, clock, &mut listed)),
        }
        once_in_order(listed, measure)
    }

    fn open_listed(&self, row: usize, waiting_since: Option<Instant>) -> Listed {
        let (conversation, created_at) = self.open.conversation(row);
        Listed {
            conversation,
            created_at,
            seconds: None,
            waiting_since,
        }
    }

    /// Of those the ones with an event in that hour of the week, which are those that `busy_hours` counts there. `None` for a
    /// measure whose events have no hours.
    pub fn conversations_at(&self, measure: Measure, at: HourOfWeek) -> Option<Vec<Listed>> {
        let happens_in = happens_in(measure)?;
        let mut listed = Vec::new();
        for selection in self
            .selections()
            .filter(|selection| selection.block().day().weekday() == at.weekday)
        {
            let rows = selection.block().rows();
            let happened = selection
                .rows()
                .filter(|&row| happens_in(rows, row, at.hour));
            listed.extend(happened.map(|row| Listed::of(rows, row)));
        }
        Some(once_in_order(listed, measure))
    }
}

fn once_in_order(mut listed: Vec<Listed>, measure: Measure) -> Vec<Listed> {
    if measure.is_duration() {
        listed.sort_unstable_by_key(|row| (Reverse(row.seconds), row.conversation));
    } else if measure == Measure::Waiting {
        listed.sort_unstable_by_key(|row| (row.waiting_since, row.conversation));
    } else {
        listed.sort_unstable_by_key(|row| (Reverse(row.created_at), row.conversation));
    }
    // In order already: of a conversation with several values the longest one stays.
    let mut seen = FxHashSet::default();
    listed.retain(|row| seen.insert(row.conversation));
    listed
}
