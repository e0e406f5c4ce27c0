//! Figures that add up: over days, members, or any other split of the facts.

use std::{iter::Sum, ops::AddAssign};

/// All additive figures of some part of the facts. Adding two of them gives the figures of both parts.
///
/// ```
/// use caseload_rollup::counts::Counts;
/// let anna = Counts { closed: 4, won: 3, lost: 1, ..Counts::default() };
/// let ben = Counts { closed: 1, won: 1, ..Counts::default() };
/// let team: Counts = [anna, ben].into_iter().sum();
/// assert_eq!(team.closed, 5);
/// assert_eq!(team.win_rate(), Some(0.8)); // 4 of 5, and not the mean of 0.75 and 1
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Conversations created.
    pub conversations: u64,
    /// Of those, the ones with at least one label now.
    pub labeled_conversations: u64,
    /// Messages by customers.
    pub inbound_messages: u64,
    /// Messages by human members to customers.
    pub replies: u64,
    /// Customers whose first activity ever this is.
    pub new_customers: u64,
    /// Of the conversations created, those with an inbound message and no first response yet.
    pub unanswered: u64,
    /// Conversations closed.
    pub closed: u64,
    /// Of those, the ones won.
    pub won: u64,
    /// Of the closed, the ones lost.
    pub lost: u64,
    /// Conversations that got their first response.
    pub first_responses: u64,
    /// Follow-ups done.
    pub follow_ups_completed: u64,
    /// Replies that ended a wait.
    pub replies_waited_for: u64,
    /// Conversations closed for the first time.
    pub first_closings: u64,
    /// How often conversations were opened again.
    pub reopened: u64,
    /// Of the closed, those that a customer wrote to and that have exactly one reply.
    pub closed_by_one_reply: u64,
    /// Of the closed, those that a customer wrote to, with automatic messages and no reply.
    pub closed_by_bot: u64,
    /// Surveys sent.
    pub surveys_asked: u64,
    /// Of those, the ones that a rating answers.
    pub surveys_answered: u64,
    /// Ratings with score 1, 2, 3, 4 and 5.
    pub scores: [u64; 5],
    /// By how much the backlog grew.
    pub backlog_change: i64,
}

impl Counts {
    /// Inbound messages and replies.
    pub const fn messages(&self) -> u64 {
        self.inbound_messages + self.replies
    }

    /// Ratings given.
    pub fn ratings(&self) -> u64 {
        self.scores.iter().sum()
    }

    /// Won out of those won or lost, 0 to 1; `None` where there are none.
    pub fn win_rate(&self) -> Option<f64> {
        share(self.won, self.won + self.lost)
    }

    /// The mean score, 1 to 5; `None` with no rating.
    ///
    /// ```
    /// use caseload_rollup::counts::Counts;
    /// let counts = Counts { scores: [1, 0, 0, 0, 3], ..Counts::default() }; // one 1, three 5
    /// assert_eq!(counts.rating_average(), Some(4.0));
    /// assert_eq!(counts.satisfied(), Some(0.75));
    /// ```
    pub fn rating_average(&self) -> Option<f64> {
        let points = self
            .scores
            .iter()
            .zip(1..)
            .map(|(count, score)| count * score)
            .sum();
        share(points, self.ratings())
    }

    /// The share of scores 4 and 5, 0 to 1; `None` with no rating.
    pub fn satisfied(&self) -> Option<f64> {
        share(self.scores[3] + self.scores[4], self.ratings())
    }

    /// Answered surveys out of those sent, 0 to 1; `None` where none was.
    pub fn survey_rate(&self) -> Option<f64> {
        share(self.surveys_answered, self.surveys_asked)
    }

    /// Whether any measure counts something here (the backlog is none that would without another).
    pub fn any(&self) -> bool {
        Self {
            backlog_change: 0,
            ..*self
        } != Self::default()
    }
}

/// `part / whole`, `None` where the whole is 0.
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64)
}

impl AddAssign<&Self> for Counts {
    fn add_assign(&mut self, other: &Self) {
        self.conversations += other.conversations;
        self.labeled_conversations += other.labeled_conversations;
        self.inbound_messages += other.inbound_messages;
        self.replies += other.replies;
        self.new_customers += other.new_customers;
        self.unanswered += other.unanswered;
        self.closed += other.closed;
        self.won += other.won;
        self.lost += other.lost;
        self.first_responses += other.first_responses;
        self.follow_ups_completed += other.follow_ups_completed;
        self.replies_waited_for += other.replies_waited_for;
        self.first_closings += other.first_closings;
        self.reopened += other.reopened;
        self.closed_by_one_reply += other.closed_by_one_reply;
        self.closed_by_bot += other.closed_by_bot;
        self.surveys_asked += other.surveys_asked;
        self.surveys_answered += other.surveys_answered;
        for (sum, count) in self.scores.iter_mut().zip(other.scores) {
            *sum += count;
        }
        self.backlog_change += other.backlog_change;
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        *self += &other;
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |mut sum, part| {
            sum += part;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_null_where_there_is_nothing_to_divide_by() {
        let none = Counts {
            conversations: 3,
            closed: 2,
            ..Counts::default()
        };
        assert_eq!(
            (none.win_rate(), none.rating_average(), none.satisfied()),
            (None, None, None)
        );
    }

    #[test]
    fn rates_are_exact() {
        let counts = Counts {
            won: 1,
            lost: 3,
            scores: [1, 0, 0, 2, 1],
            ..Counts::default()
        };
        assert_eq!(counts.win_rate(), Some(0.25));
        assert_eq!(counts.rating_average(), Some(3.5));
        assert_eq!(counts.satisfied(), Some(0.75));
    }

    #[test]
    fn a_change_of_the_backlog_alone_counts_as_nothing() {
        assert!(
            !Counts {
                backlog_change: 1,
                ..Counts::default()
            }
            .any()
        );
        assert!(
            Counts {
                scores: [0, 0, 1, 0, 0],
                ..Counts::default()
            }
            .any()
        );
    }
}
