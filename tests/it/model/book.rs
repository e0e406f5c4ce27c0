//! A world with what belongs together laid side by side, once, so that the loops over it stay short.

use std::{collections::BTreeMap, rc::Rc};

use chrono::NaiveDate;

use super::{
    hours::worked_seconds,
    world::{At, Conversation, FollowUp, Rating, Survey, World},
};

/// A conversation that has come, with all that belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) conversation: Conversation,
    pub(crate) inbound: Vec<At>,
    pub(crate) replies: Vec<At>,
    /// The earliest inbound message, and the earliest reply at or after it.
    pub(crate) first_response: Option<(At, At)>,
    /// When its customer was first heard of, where that was in this conversation.
    pub(crate) opens_customer: Option<At>,
    pub(crate) ratings: Vec<(String, Rating)>,
    /// Those completed.
    pub(crate) follow_ups: Vec<(At, FollowUp)>,
    /// Each with whether a rating answers it.
    pub(crate) surveys: Vec<(Survey, bool)>,
    /// When it was opened again.
    pub(crate) reopened: Vec<At>,
    /// The earliest closing that is known.
    pub(crate) first_closed: Option<At>,
    /// The waits that a reply ended: since when, and when it came.
    pub(crate) waits: Vec<(At, At)>,
    /// Since when the customer has been waiting.
    pub(crate) waiting_since: Option<At>,
    /// How many automatic messages.
    pub(crate) bots: usize,
    /// What is worked, where durations are to count only that.
    worked: Option<Rc<Vec<(At, At)>>>,
}

impl Case {
    pub(crate) fn assignee(&self) -> Option<&String> {
        self.conversation.assignee.as_ref()
    }

    /// Whom a rating is credited to.
    pub(crate) fn rated<'a>(&'a self, rating: &'a Rating) -> Option<&'a String> {
        rating.member.as_ref().or(self.assignee())
    }

    /// Whom a follow-up is credited to.
    pub(crate) fn followed_up<'a>(&'a self, follow_up: &'a FollowUp) -> Option<&'a String> {
        follow_up.assignee.as_ref().or(self.assignee())
    }

    /// When something of it happened that some measure counts.
    fn instants(&self) -> Vec<At> {
        let mut instants = vec![self.conversation.created];
        instants.extend(self.conversation.closed);
        instants.extend(&self.inbound);
        instants.extend(&self.replies);
        instants.extend(self.ratings.iter().map(|(_, rating)| rating.rated));
        instants.extend(self.follow_ups.iter().map(|(completed, _)| *completed));
        instants.extend(self.surveys.iter().map(|(survey, _)| survey.asked));
        instants.extend(&self.reopened);
        instants.extend(self.first_closed);
        instants
    }

    /// Whom a survey is credited to.
    pub(crate) fn surveyed<'a>(&'a self, survey: &'a Survey) -> Option<&'a String> {
        survey.member.as_ref().or(self.assignee())
    }

    pub(crate) fn is_closed_by_one_reply(&self) -> bool {
        !self.inbound.is_empty() && self.replies.len() == 1
    }

    pub(crate) fn is_closed_by_bot(&self) -> bool {
        !self.inbound.is_empty() && self.replies.is_empty() && 0 < self.bots
    }

    /// How long each reply was waited for, of those that `within` takes.
    pub(crate) fn reply_seconds(&self, within: impl Fn(At) -> bool) -> Vec<i64> {
        let waits = self.waits.iter().filter(|(_, reply)| within(*reply));
        waits
            .map(|(since, reply)| self.seconds(*since, *reply))
            .collect()
    }

    pub(crate) fn first_closing_seconds(&self) -> Option<i64> {
        self.first_closed
            .map(|closed| self.seconds(self.conversation.created, closed))
    }

    pub(crate) fn first_response_seconds(&self) -> Option<i64> {
        self.first_response
            .map(|(inbound, reply)| self.seconds(inbound, reply))
    }

    /// The exact difference, or what of it is worked, rounded down; 0 where it would be negative.
    fn seconds(&self, from: At, to: At) -> i64 {
        if to < from {
            return 0;
        }
        match &self.worked {
            Some(stretches) => worked_seconds(stretches, from, to),
            None => (to - from).num_seconds(),
        }
    }

    pub(crate) fn closing_seconds(&self) -> Option<i64> {
        self.conversation
            .closed
            .map(|closed| self.seconds(self.conversation.created, closed))
    }
}

#[derive(Debug)]
pub(crate) struct Book<'a> {
    pub(crate) world: &'a World,
    pub(crate) cases: Vec<Case>,
}

impl<'a> Book<'a> {
    /// By the calendar.
    pub(crate) fn of(world: &'a World) -> Self {
        Self::with(world, None)
    }

    /// By a clock, named as in a query.
    pub(crate) fn by(clock: &str, world: &'a World) -> Self {
        let hours = world.hours.as_ref().filter(|_| clock == "BUSINESS");
        let Some(hours) = hours else {
            return Self::of(world);
        };
        let book = Self::of(world);
        let instants = || book.cases.iter().flat_map(Case::instants);
        let (from, to) = (instants().min(), instants().max());
        let worked = from
            .zip(to)
            .map(|(from, to)| hours.instants(world.zone, from, to));
        Self::with(world, worked.map(Rc::new).as_ref())
    }

    fn with(world: &'a World, worked: Option<&Rc<Vec<(At, At)>>>) -> Self {
        let talks = talks(world);
        let opened = first_activities(world, &talks);
        let cases = world.conversations.iter().map(|(id, conversation)| {
            let talk = talks.get(id).cloned().unwrap_or_default();
            let opening = opened
                .get(&conversation.customer)
                .filter(|(_, opening)| opening == id);
            Case {
                opens_customer: opening.map(|(at, _)| *at),
                first_response: talk.first_response(),
                inbound: talk.inbound,
                replies: talk.replies,
                worked: worked.cloned(),
                ..case(world, id, conversation)
            }
        });
        Self {
            cases: cases.collect(),
            world,
        }
    }

    /// The earliest day on which anything counts, for whomever.
    pub(crate) fn first_day(&self) -> Option<NaiveDate> {
        let instants = self.cases.iter().flat_map(Case::instants);
        instants.map(|at| self.world.day(at)).min()
    }
}

/// The messages of a conversation that count, in order.
#[derive(Debug, Clone, Default)]
struct Talk {
    inbound: Vec<At>,
    replies: Vec<At>,
}

impl Talk {
    fn first_response(&self) -> Option<(At, At)> {
        let inbound = *self.inbound.first()?;
        let reply = self.replies.iter().find(|reply| inbound <= **reply)?;
        Some((inbound, *reply))
    }
}

fn talks(world: &World) -> BTreeMap<String, Talk> {
    let mut talks: BTreeMap<String, Talk> = BTreeMap::new();
    for message in world.messages.values() {
        let talk = talks.entry(message.conversation.clone()).or_default();
        match message.kind.as_str() {
            "inbound" => talk.inbound.push(message.sent),
            "reply" => talk.replies.push(message.sent),
            _ => {}
        }
    }
    for talk in talks.values_mut() {
        talk.inbound.sort();
        talk.replies.sort();
    }
    talks
}

/// When each customer was first heard of, and in which conversation.
fn first_activities(
    world: &World,
    talks: &BTreeMap<String, Talk>,
) -> BTreeMap<String, (At, String)> {
    let mut first: BTreeMap<String, (At, String)> = BTreeMap::new();
    for (id, conversation) in &world.conversations {
        let inbound = talks
            .get(id)
            .map_or(&[][..], |talk| talk.inbound.as_slice());
        for at in inbound.iter().chain([&conversation.created]) {
            let activity = (*at, id.clone());
            let known = first
                .entry(conversation.customer.clone())
                .or_insert_with(|| activity.clone());
            *known = activity.min(known.clone());
        }
    }
    first
}

/// A conversation with all that belongs to it but its messages.
fn case(world: &World, id: &str, conversation: &Conversation) -> Case {
    let (waits, waiting_since) = waits(world, id, conversation);
    Case {
        id: id.to_owned(),
        conversation: conversation.clone(),
        inbound: Vec::new(),
        replies: Vec::new(),
        first_response: None,
        opens_customer: None,
        ratings: world
            .ratings
            .iter()
            .filter(|(_, rating)| rating.conversation == id)
            .map(|(id, rating)| (id.clone(), rating.clone()))
            .collect(),
        follow_ups: world
            .follow_ups
            .values()
            .filter(|follow_up| follow_up.conversation == id)
            .filter_map(|follow_up| Some((follow_up.completed?, follow_up.clone())))
            .collect(),
        surveys: surveys(world, id),
        reopened: events(world, id, "reopened"),
        first_closed: events(world, id, "closed")
            .into_iter()
            .min()
            .or(conversation.closed),
        waits,
        waiting_since,
        bots: world
            .messages
            .values()
            .filter(|message| message.conversation == id && message.kind == "bot")
            .count(),
        worked: None,
    }
}

fn events(world: &World, id: &str, kind: &str) -> Vec<At> {
    let events = world.events.values();
    events
        .filter(|event| event.conversation == id && event.kind == kind)
        .map(|event| event.at)
        .collect()
}

/// The surveys of a conversation. A rating answers the latest one asked at or before it, of two at one instant the one with the
/// greater id.
fn surveys(world: &World, id: &str) -> Vec<(Survey, bool)> {
    let mut surveys: Vec<(&String, &Survey, bool)> = Vec::new();
    for (survey_id, survey) in &world.surveys {
        if survey.conversation == id {
            surveys.push((survey_id, survey, false));
        }
    }
    for rating in world.ratings.values() {
        let before = surveys
            .iter_mut()
            .filter(|(_, survey, _)| rating.conversation == id && survey.asked <= rating.rated);
        let latest = before.max_by_key(|(survey_id, survey, _)| (survey.asked, *survey_id));
        if let Some((.., answered)) = latest {
            *answered = true;
        }
    }
    surveys
        .into_iter()
        .map(|(_, survey, answered)| (survey.clone(), answered))
        .collect()
}

/// The waits of a conversation that a reply ended, and since when an open one lasts. A closing ends a wait without a value; at one
/// instant inbound messages come before replies, and closings after both.
fn waits(world: &World, id: &str, conversation: &Conversation) -> (Vec<(At, At)>, Option<At>) {
    let mut moments: Vec<(At, &str)> = Vec::new();
    for message in world.messages.values() {
        match message.kind.as_str() {
            "inbound" if message.conversation == id => moments.push((message.sent, "1 inbound")),
            "reply" if message.conversation == id => moments.push((message.sent, "2 reply")),
            _ => {}
        }
    }
    for at in events(world, id, "closed")
        .into_iter()
        .chain(conversation.closed)
    {
        moments.push((at, "3 closing"));
    }
    moments.sort_unstable();
    let mut waits = Vec::new();
    let mut since = None;
    for (at, moment) in moments {
        if moment == "1 inbound" {
            since = since.or(Some(at));
            continue;
        }
        if let Some(since) = since.filter(|_| moment == "2 reply") {
            waits.push((since, at));
        }
        since = None;
    }
    (waits, since)
}
