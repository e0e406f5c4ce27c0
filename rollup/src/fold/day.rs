//! One day's events, and the block they make.

use std::collections::BTreeMap;

use caseload_schema::{
    day::Day,
    facts::{ClosedBy, Conversation, FollowUp, Message, Outcome, Rating, Survey},
    hours::WorkingTime,
    id::MemberKey,
};

use super::place::{Placed, Places};
use crate::block::{
    Block, BusinessDurations, Events, Flags, FollowUpEvent, HourOfMessages, Lengths, Members,
    Parts, RatingEvent, RowTags, Rows, Seconds, SurveyEvent, Tags, order, seconds,
};

/// What happened on one day, in any order.
#[derive(Debug, Default)]
pub(super) struct Gathered<'a> {
    touches: Vec<Touch>,
    ratings: Vec<(u32, &'a Rating)>,
    follow_ups: Vec<(u32, &'a FollowUp)>,
    surveys: Vec<(u32, &'a Survey)>,
    reply_times: Vec<(u32, Waited)>,
    reopenings: Vec<u32>,
}

/// How long a customer waited for a reply: all in all, and within business hours (0 where none are set).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Waited {
    seconds: Seconds,
    worked: Seconds,
}

/// A conversation's place, and a message of an hour or none: packed so that sorting is quick and gives the order of rows,
/// hours and directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Touch(u64);

impl Touch {
    fn new(place: u32, message: Option<(u8, bool)>) -> Self {
        let message = message.map_or(0, |(hour, inbound)| {
            1 + 2 * u64::from(hour) + u64::from(inbound)
        });
        Self(u64::from(place) << 8 | message)
    }

    const fn place(self) -> u32 {
        (self.0 >> 8) as u32
    }

    /// The hour, and whether a customer wrote it.
    fn message(self) -> Option<(u8, bool)> {
        let message = (self.0 as u8).checked_sub(1)?;
        Some((message / 2, message % 2 == 1))
    }
}

impl<'a> Gathered<'a> {
    /// The conversation at `place` was active.
    pub(super) fn touch(&mut self, place: u32) {
        self.touches.push(Touch::new(place, None));
    }

    pub(super) fn message(&mut self, place: u32, hour: u8, inbound: bool) {
        self.touches.push(Touch::new(place, Some((hour, inbound))));
    }

    pub(super) fn rating(&mut self, place: u32, rating: &'a Rating) {
        self.touch(place);
        self.ratings.push((place, rating));
    }

    pub(super) fn follow_up(&mut self, place: u32, follow_up: &'a FollowUp) {
        self.touch(place);
        self.follow_ups.push((place, follow_up));
    }

    /// How long the customer waited for a reply, where it ended a wait.
    pub(super) fn reply_time(
        &mut self,
        place: u32,
        message: &Message,
        working: Option<&WorkingTime>,
    ) {
        let Some(since) = message.waited_since else {
            return;
        };
        let until = message.sent_at;
        let waited = Waited {
            seconds: seconds(until.seconds_since(since)),
            worked: working.map_or(0, |working| seconds(working.seconds_between(since, until))),
        };
        self.reply_times.push((place, waited));
    }

    pub(super) fn reopening(&mut self, place: u32) {
        self.touch(place);
        self.reopenings.push(place);
    }

    pub(super) fn survey(&mut self, place: u32, survey: &'a Survey) {
        self.touch(place);
        self.surveys.push((place, survey));
    }

    pub(super) fn into_block(
        mut self,
        day: Day,
        places: &Places<'_>,
        working: Option<&WorkingTime>,
    ) -> Block {
        self.touches.sort_unstable();
        self.reply_times.sort_unstable();
        self.reopenings.sort_unstable();
        let mut reply_times = &*self.reply_times;
        let mut reopenings = &*self.reopenings;
        let mut shares = Shares::default();
        let mut active = Vec::new();
        let mut rows = Rows {
            business: working.map(|_| Box::default()),
            ..Rows::default()
        };
        for touches in self.touches.chunk_by(|a, b| a.place() == b.place()) {
            let place = touches[0].place();
            let own = places.at(place);
            shares.of(own.conversation.assignee).rows += 1;
            active.push(place);
            push_row(&mut rows, day, own, working);
            rows.messages.push(&hours(touches));
            let waited = take_while(&mut reply_times, |(of, _)| *of == place);
            if let Some(business) = &mut rows.business {
                let worked = waited.iter().map(|(_, waited)| waited.worked);
                business.reply_times.extend(worked);
            }
            let waited: Vec<Seconds> = waited.iter().map(|(_, waited)| waited.seconds).collect();
            rows.reply_times.push(&waited);
            rows.reopened
                .push(take_while(&mut reopenings, |of| *of == place).len() as u32);
        }
        rows.tags = Tags::of(active.iter().map(|&place| {
            let conversation = places.at(place).conversation;
            RowTags {
                labels: &conversation.labels,
                channel: conversation.channel,
                attributes: &conversation.attributes,
            }
        }));
        let row_of = |place| {
            active
                .binary_search(&place)
                .expect("who is rated or followed up was touched") as u32
        };
        let credit =
            |member: Option<MemberKey>, place| member.or(places.at(place).conversation.assignee);
        let ratings = self
            .ratings
            .iter()
            .map(|&(place, rating)| (credit(rating.member, place), event(row_of(place), rating)));
        let ratings = shares.ratings(ratings.collect());
        let follow_ups = self
            .follow_ups
            .iter()
            .map(|&(place, done)| (credit(done.assignee, place), row_of(place)));
        let follow_ups = shares.follow_ups(follow_ups.collect());
        let surveys = self
            .surveys
            .iter()
            .map(|&(place, survey)| (credit(survey.member, place), row_of(place), survey.answered));
        let surveys = shares.surveys(surveys.collect());
        let (members, lengths) = shares.into_lengths();
        Block::new(
            day,
            Parts {
                members,
                lengths,
                rows,
                events: Events {
                    ratings,
                    follow_ups,
                    surveys,
                },
            },
        )
    }
}

/// Takes the values at the front that `belong`.
fn take_while<'a, T>(values: &mut &'a [T], belongs: impl Fn(&T) -> bool) -> &'a [T] {
    let (taken, rest) = values.split_at(values.partition_point(belongs));
    *values = rest;
    taken
}

fn push_row(rows: &mut Rows, day: Day, placed: &Placed<'_>, working: Option<&WorkingTime>) {
    let conversation = placed.conversation;
    let created = placed.created.day == day;
    let closed = placed.closed.is_some_and(|at| at.day == day);
    let responded = placed.first_response_day == Some(day);
    let first_closed = placed.first_closing_day == Some(day);
    let unanswered =
        conversation.first_inbound_at.is_some() && conversation.first_reply_at.is_none();
    let flags = Flags::default()
        .with(Flags::CREATED, created)
        .with(Flags::CLOSED, closed)
        .with(
            Flags::WON,
            closed && conversation.outcome == Some(Outcome::Won),
        )
        .with(
            Flags::LOST,
            closed && conversation.outcome == Some(Outcome::Lost),
        )
        .with(Flags::NEW_CUSTOMER, placed.opening_day == Some(day))
        .with(Flags::UNANSWERED, created && unanswered)
        .with(Flags::FIRST_RESPONSE, responded)
        .with(
            Flags::CROSSED,
            (created || closed) && placed.closed.is_some_and(|at| at.day < placed.created.day),
        )
        .with(Flags::FIRST_CLOSING, first_closed)
        .with(
            Flags::CLOSED_BY_ONE_REPLY,
            closed && conversation.closed_by == ClosedBy::OneReply,
        )
        .with(
            Flags::CLOSED_BY_BOT,
            closed && conversation.closed_by == ClosedBy::Bot,
        )
        .with(Flags::IS_WON, conversation.outcome == Some(Outcome::Won))
        .with(Flags::IS_LOST, conversation.outcome == Some(Outcome::Lost));
    rows.conversations.push(conversation.key);
    rows.customers.push(conversation.customer);
    rows.created_at.push(conversation.created_at);
    rows.flags.push(flags);
    rows.created_hours
        .push(if created { placed.created.hour } else { 0 });
    rows.closed_hours
        .push(placed.closed.filter(|_| closed).map_or(0, |at| at.hour));
    rows.first_responses.extend(
        conversation
            .first_response_seconds()
            .filter(|_| responded)
            .map(seconds),
    );
    rows.closing_times.extend(
        conversation
            .closing_seconds()
            .filter(|_| closed)
            .map(seconds),
    );
    rows.first_closing_times.extend(
        conversation
            .first_closing_seconds()
            .filter(|_| first_closed)
            .map(seconds),
    );
    if let (Some(business), Some(working)) = (&mut rows.business, working) {
        push_business(
            business,
            (responded, closed, first_closed),
            conversation,
            working,
        );
    }
}

/// Adds the part within business hours of each duration that ends on this day: whether the conversation was first responded to,
/// closed, and first closed on it.
fn push_business(
    business: &mut BusinessDurations,
    (responded, closed, first_closed): (bool, bool, bool),
    of: &Conversation,
    working: &WorkingTime,
) {
    let worked = |from, to| seconds(working.seconds_between(from, to));
    let response = of.first_inbound_at.zip(of.first_reply_at);
    let response = response.filter(|_| responded);
    business
        .first_responses
        .extend(response.map(|(from, to)| worked(from, to)));
    let closing = of.closed_at.filter(|_| closed);
    business
        .closing_times
        .extend(closing.map(|to| worked(of.created_at, to)));
    let first_closing = of.first_closed_at.filter(|_| first_closed);
    business
        .first_closing_times
        .extend(first_closing.map(|to| worked(of.created_at, to)));
}

/// Adds up the messages among sorted touches of one conversation.
fn hours(touches: &[Touch]) -> Vec<HourOfMessages> {
    let mut hours: Vec<HourOfMessages> = Vec::new();
    for (hour, inbound) in touches.iter().filter_map(|touch| touch.message()) {
        if hours.last().is_none_or(|last| last.hour != hour) {
            hours.push(HourOfMessages {
                hour,
                ..HourOfMessages::default()
            });
        }
        let last = hours
            .last_mut()
            .expect("one was pushed where there was none");
        *(if inbound {
            &mut last.inbound
        } else {
            &mut last.replies
        }) += 1;
    }
    hours
}

fn event(row: u32, rating: &Rating) -> RatingEvent {
    let Rating {
        key,
        rated_at,
        score,
        has_comment,
        ..
    } = *rating;
    RatingEvent {
        row,
        key,
        rated_at,
        score,
        has_comment,
    }
}

/// How much of the day is whose.
#[derive(Debug, Default)]
struct Shares(BTreeMap<(bool, Option<MemberKey>), Lengths>);

impl Shares {
    fn of(&mut self, member: Option<MemberKey>) -> &mut Lengths {
        self.0.entry(order(member)).or_default()
    }

    /// The ratings in the order of whom they are credited to.
    fn ratings(&mut self, mut credited: Vec<(Option<MemberKey>, RatingEvent)>) -> Vec<RatingEvent> {
        credited.sort_unstable_by_key(|(member, event)| (order(*member), event.row, event.key));
        for (member, _) in &credited {
            self.of(*member).ratings += 1;
        }
        credited.into_iter().map(|(_, event)| event).collect()
    }

    /// The follow-ups in the order of whom they are credited to, those of one conversation together.
    fn follow_ups(&mut self, mut credited: Vec<(Option<MemberKey>, u32)>) -> Vec<FollowUpEvent> {
        credited.sort_unstable_by_key(|(member, row)| (order(*member), *row));
        let same = credited.chunk_by(|a, b| a == b);
        same.map(|same| {
            let (member, row) = same[0];
            self.of(member).follow_ups += 1;
            FollowUpEvent {
                row,
                completed: same.len() as u32,
            }
        })
        .collect()
    }

    /// The surveys in the order of whom they are credited to, those of one conversation together.
    fn surveys(&mut self, mut credited: Vec<(Option<MemberKey>, u32, bool)>) -> Vec<SurveyEvent> {
        credited.sort_unstable_by_key(|(member, row, answered)| (order(*member), *row, *answered));
        let same = credited.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
        same.map(|same| {
            let (member, row, _) = same[0];
            self.of(member).surveys += 1;
            SurveyEvent {
                row,
                asked: same.len() as u32,
                answered: same.iter().filter(|(.., answered)| *answered).count() as u32,
            }
        })
        .collect()
    }

    fn into_lengths(self) -> (Members, Vec<Lengths>) {
        (
            Members::of(self.0.keys().map(|(_, member)| *member)),
            self.0.into_values().collect(),
        )
    }
}
