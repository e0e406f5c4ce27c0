//! The figures as plain loops over the facts.

use std::collections::BTreeSet;

use caseload_rollup::cube::{Filter, Measure};
use caseload_schema::{
    day::Day,
    facts::{ClosedBy, Conversation, Outcome},
    id::{ConversationKey, MemberKey},
    instant::Instant,
    period::Period,
};

use crate::facts::World;

/// A world seen through a period and a filter.
pub(crate) struct Model<'a> {
    pub(crate) world: &'a World,
    pub(crate) period: Period,
    pub(crate) filter: &'a Filter,
}

impl<'a> Model<'a> {
    fn day(&self, at: Instant) -> Day {
        self.world.zone.day_of(at)
    }

    fn within(&self, at: Option<Instant>) -> bool {
        at.is_some_and(|at| self.period.contains(self.day(at)))
    }

    fn passes(&self, conversation: &Conversation, credited: Option<MemberKey>) -> bool {
        let Filter {
            credit,
            labels,
            channels,
            attributes,
        } = self.filter;
        credit
            .as_ref()
            .is_none_or(|credit| credit.contains(&credited))
            && labels.as_ref().is_none_or(|labels| {
                conversation
                    .labels
                    .iter()
                    .any(|label| labels.contains(label))
            })
            && channels
                .as_ref()
                .is_none_or(|channels| channels.contains(&conversation.channel))
            && attributes.iter().all(|wanted| {
                let own = conversation.attributes.iter();
                let mut values = own
                    .filter(|attribute| *attribute.key == *wanted.key)
                    .map(|attribute| attribute.value.to_string())
                    .peekable();
                match values.peek() {
                    None => wanted.or_none,
                    Some(_) => values.any(|value| wanted.any_of.contains(&value)),
                }
            })
    }

    fn conversation(&self, key: ConversationKey) -> &'a Conversation {
        self.world
            .facts
            .conversations
            .iter()
            .find(|one| one.key == key)
            .expect("an event of a conversation")
    }

    fn conversations(&self) -> impl Iterator<Item = &'a Conversation> {
        let all = self.world.facts.conversations.iter();
        all.filter(|conversation| self.passes(conversation, conversation.assignee))
    }

    fn created(&self) -> impl Iterator<Item = &'a Conversation> {
        self.conversations()
            .filter(|conversation| self.within(Some(conversation.created_at)))
    }

    fn closed(&self, outcome: Option<Outcome>) -> impl Iterator<Item = &'a Conversation> {
        let closed = self
            .conversations()
            .filter(|conversation| self.within(conversation.closed_at));
        closed.filter(move |conversation| outcome.is_none() || conversation.outcome == outcome)
    }

    fn messages(&self, inbound: bool) -> impl Iterator<Item = &'a Conversation> {
        let messages = self
            .world
            .facts
            .messages
            .iter()
            .filter(move |message| message.inbound == inbound);
        messages
            .filter(|message| self.within(Some(message.sent_at)))
            .map(|message| self.conversation(message.conversation))
            .filter(|conversation| self.passes(conversation, conversation.assignee))
    }

    fn ratings(&self) -> impl Iterator<Item = (&'a Conversation, u8)> {
        let given = self
            .world
            .facts
            .ratings
            .iter()
            .filter(|rating| self.within(Some(rating.rated_at)));
        given.filter_map(|rating| {
            let conversation = self.conversation(rating.conversation);
            self.passes(conversation, rating.member.or(conversation.assignee))
                .then_some((conversation, rating.score))
        })
    }

    fn closed_by(&self, by: ClosedBy) -> Vec<&'a Conversation> {
        self.closed(None)
            .filter(|one| one.closed_by == by)
            .collect()
    }

    fn surveys(&self) -> impl Iterator<Item = (&'a Conversation, bool)> {
        let sent = self
            .world
            .facts
            .surveys
            .iter()
            .filter(|survey| self.within(Some(survey.asked_at)));
        sent.filter_map(|survey| {
            let conversation = self.conversation(survey.conversation);
            self.passes(conversation, survey.member.or(conversation.assignee))
                .then_some((conversation, survey.answered))
        })
    }

    /// The seconds of each conversation that `measure` has a duration of.
    pub(crate) fn durations(&self, measure: Measure) -> Vec<(ConversationKey, u64)> {
        let timed = self.conversations().flat_map(|conversation| {
            let created_at = Some(conversation.created_at);
            let values = match measure {
                Measure::ClosingTimeMean | Measure::ClosingTimeMedian => {
                    vec![(created_at, conversation.closed_at)]
                }
                Measure::FirstClosingTimeMean | Measure::FirstClosingTimeMedian => {
                    vec![(created_at, conversation.first_closed_at)]
                }
                Measure::ReplyTimeMean | Measure::ReplyTimeMedian => {
                    let messages = self.world.facts.messages.iter();
                    messages
                        .filter(|message| message.conversation == conversation.key)
                        .map(|message| (message.waited_since, Some(message.sent_at)))
                        .collect()
                }
                _ => vec![(conversation.first_inbound_at, conversation.first_reply_at)],
            };
            values
                .into_iter()
                .map(move |(from, to)| (conversation, from, to))
        });
        let timed = timed.filter_map(|(conversation, from, to)| {
            let micros = to?.micros() - from?.micros();
            self.within(to)
                .then_some((conversation.key, micros.max(0) as u64 / 1_000_000))
        });
        timed.collect()
    }

    /// Every conversation once for each time that `measure` counts it.
    pub(crate) fn counted(&self, measure: Measure) -> Vec<&'a Conversation> {
        match measure {
            Measure::Conversations => self.created().collect(),
            Measure::LabeledConversations => self
                .created()
                .filter(|one| !one.labels.is_empty())
                .collect(),
            Measure::Messages => self.messages(true).chain(self.messages(false)).collect(),
            Measure::InboundMessages => self.messages(true).collect(),
            Measure::Replies => self.messages(false).collect(),
            Measure::Customers => self.created().chain(self.messages(true)).collect(),
            Measure::NewCustomers => {
                let opening = self.conversations().filter(|one| one.opens_customer);
                opening
                    .filter(|one| self.within(Some(one.first_activity_at())))
                    .collect()
            }
            Measure::Unanswered => {
                let written_to = self.created().filter(|one| one.first_inbound_at.is_some());
                written_to
                    .filter(|one| one.first_reply_at.is_none())
                    .collect()
            }
            Measure::Closed => self.closed(None).collect(),
            Measure::Won => self.closed(Some(Outcome::Won)).collect(),
            Measure::Lost => self.closed(Some(Outcome::Lost)).collect(),
            Measure::WinRate => self
                .closed(Some(Outcome::Won))
                .chain(self.closed(Some(Outcome::Lost)))
                .collect(),
            Measure::Open => self
                .conversations()
                .filter(|one| one.closed_at.is_none())
                .collect(),
            Measure::FollowUpsCompleted => {
                let done = self
                    .world
                    .facts
                    .follow_ups
                    .iter()
                    .filter(|done| self.within(Some(done.completed_at)));
                done.map(|done| (self.conversation(done.conversation), done.assignee))
                    .filter(|(one, assignee)| self.passes(one, assignee.or(one.assignee)))
                    .map(|(one, _)| one)
                    .collect()
            }
            Measure::Ratings | Measure::RatingAverage => {
                self.ratings().map(|(one, _)| one).collect()
            }
            Measure::Satisfied => self
                .ratings()
                .filter(|(_, score)| 4 <= *score)
                .map(|(one, _)| one)
                .collect(),
            Measure::Reopened => {
                let again = self.world.facts.reopenings.iter();
                again
                    .filter(|one| self.within(Some(one.at)))
                    .map(|one| self.conversation(one.conversation))
                    .filter(|one| self.passes(one, one.assignee))
                    .collect()
            }
            Measure::ClosedByOneReply => self.closed_by(ClosedBy::OneReply),
            Measure::ClosedByBot => self.closed_by(ClosedBy::Bot),
            Measure::Surveys => self.surveys().map(|(one, _)| one).collect(),
            Measure::SurveyRate => self
                .surveys()
                .filter(|(_, answered)| *answered)
                .map(|(one, _)| one)
                .collect(),
            Measure::Waiting => {
                let waiting: BTreeSet<_> = self
                    .world
                    .open()
                    .into_iter()
                    .filter(|one| one.waiting_since.is_some())
                    .map(|one| one.key)
                    .collect();
                self.conversations()
                    .filter(|one| waiting.contains(&one.key))
                    .collect()
            }
            _ => self
                .durations(measure)
                .into_iter()
                .map(|(key, _)| self.conversation(key))
                .collect(),
        }
    }

    /// The value of `measure`.
    pub(crate) fn value(&self, measure: Measure) -> Option<f64> {
        let of = |part: usize, whole: usize| (whole != 0).then(|| part as f64 / whole as f64);
        let seconds = || {
            self.durations(measure)
                .into_iter()
                .map(|(_, seconds)| seconds)
                .collect::<Vec<_>>()
        };
        let scores: Vec<usize> = self
            .ratings()
            .map(|(_, score)| usize::from(score))
            .collect();
        match measure {
            Measure::Customers => {
                let customers: BTreeSet<_> = self
                    .counted(measure)
                    .iter()
                    .map(|one| one.customer)
                    .collect();
                Some(customers.len() as f64)
            }
            Measure::WinRate => of(
                self.counted(Measure::Won).len(),
                self.counted(Measure::WinRate).len(),
            ),
            Measure::RatingAverage => of(scores.iter().sum(), scores.len()),
            Measure::Satisfied => of(
                scores.iter().filter(|&&score| 4 <= score).count(),
                scores.len(),
            ),
            Measure::SurveyRate => of(
                self.counted(Measure::SurveyRate).len(),
                self.counted(Measure::Surveys).len(),
            ),
            Measure::FirstResponseMean
            | Measure::ClosingTimeMean
            | Measure::ReplyTimeMean
            | Measure::FirstClosingTimeMean => {
                of(seconds().iter().sum::<u64>() as usize, seconds().len())
            }
            _ if measure.is_duration() => quantile(seconds(), 0.5),
            _ => Some(self.counted(measure).len() as f64),
        }
    }

    /// The backlog at the end of the period.
    pub(crate) fn backlog(&self) -> i64 {
        let by_then = |at: Instant| self.day(at) <= self.period.to();
        let left = self.conversations().filter(|one| by_then(one.created_at));
        left.filter(|one| one.closed_at.is_none_or(|at| !by_then(at)))
            .count() as i64
    }
}

/// The quantile as it is defined, by sorting.
pub(crate) fn quantile(mut seconds: Vec<u64>, q: f64) -> Option<f64> {
    seconds.sort_unstable();
    let place = q * seconds.len().checked_sub(1)? as f64;
    let (low, high) = (
        seconds[place.floor() as usize] as f64,
        seconds[place.ceil() as usize] as f64,
    );
    Some(low + (high - low) * (place - place.floor()))
}
