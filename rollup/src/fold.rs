//! From facts to blocks.

mod day;
mod place;

use std::collections::BTreeMap;

use caseload_schema::{
    day::Day,
    facts::{Facts, OpenConversation},
    hours::Clocks,
};

use self::{day::Gathered, place::Places};
use crate::block::{Block, OpenBlock};

/// The blocks of those local days that are `wanted` and on which anything happened, ascending.
///
/// A pure function: the same facts in any order give the same blocks. Events of other days are passed over, so that the
/// facts of a stretch of time may hold its neighbours' too. An event whose conversation is not among the facts counts
/// for nothing.
///
/// ```
/// use caseload_rollup::fold::fold;
/// use caseload_schema::{facts::{ClosedBy, Conversation, Facts}, id::*, instant::Instant, zone::Zone};
/// let late = Conversation {
///     key: ConversationKey(1), customer: CustomerKey(1), channel: ChannelKey(1), labels: vec![], attributes: vec![],
///     created_at: Instant::parse("2026-05-04T23:30:00Z").unwrap(), closed_at: None, outcome: None,
///     assignee: None, first_inbound_at: None, first_reply_at: None, opens_customer: true,
///     first_closed_at: None, closed_by: ClosedBy::Other,
/// };
/// let facts = Facts { conversations: vec![late], ..Facts::default() };
/// let blocks = fold(&Zone::parse("Europe/Rome").unwrap().into(), &facts, &|_| true);
/// assert_eq!(blocks[0].day().to_string(), "2026-05-05"); // half past one in Rome
/// assert_eq!(blocks[0].counts().conversations, 1);
/// ```
pub fn fold(clocks: &Clocks, facts: &Facts, wanted: &dyn Fn(Day) -> bool) -> Vec<Block> {
    let zone = clocks.zone;
    let working = clocks.working.as_deref();
    let places = Places::of(zone, &facts.conversations);
    let mut days = Days {
        wanted,
        gathered: BTreeMap::new(),
    };
    for place in 0..places.len() {
        for day in places.at(place).days() {
            days.on(day, |gathered| gathered.touch(place));
        }
    }
    for message in &facts.messages {
        if let Some(place) = places.find(message.conversation) {
            let at = zone.local(message.sent_at);
            days.on(at.day, |gathered| {
                gathered.message(place, at.hour, message.inbound);
                gathered.reply_time(place, message, working);
            });
        }
    }
    for rating in &facts.ratings {
        if let Some(place) = places.find(rating.conversation) {
            days.on(zone.day_of(rating.rated_at), |gathered| {
                gathered.rating(place, rating);
            });
        }
    }
    for follow_up in &facts.follow_ups {
        if let Some(place) = places.find(follow_up.conversation) {
            days.on(zone.day_of(follow_up.completed_at), |gathered| {
                gathered.follow_up(place, follow_up);
            });
        }
    }
    for reopening in &facts.reopenings {
        if let Some(place) = places.find(reopening.conversation) {
            days.on(zone.day_of(reopening.at), |gathered| {
                gathered.reopening(place);
            });
        }
    }
    for survey in &facts.surveys {
        if let Some(place) = places.find(survey.conversation) {
            days.on(zone.day_of(survey.asked_at), |gathered| {
                gathered.survey(place, survey);
            });
        }
    }
    days.gathered
        .into_iter()
        .map(|(day, gathered)| gathered.into_block(day, &places, working))
        .collect()
}

/// The block of the conversations that are open now.
///
/// ```
/// use caseload_rollup::fold::fold_open;
/// use caseload_schema::{facts::OpenConversation, id::*, instant::Instant};
/// let waiting = OpenConversation {
///     key: ConversationKey(1), customer: CustomerKey(1), assignee: None, channel: ChannelKey(1), labels: vec![], attributes: vec![],
///     created_at: Instant::parse("2026-05-04T09:00:00Z").unwrap(), waiting_since: None,
/// };
/// assert_eq!(fold_open(&[waiting]).len(), 1);
/// ```
pub fn fold_open(open: &[OpenConversation]) -> OpenBlock {
    OpenBlock::of(open)
}

/// What has been gathered for each wanted day.
struct Days<'a> {
    wanted: &'a dyn Fn(Day) -> bool,
    gathered: BTreeMap<Day, Gathered<'a>>,
}

impl<'a> Days<'a> {
    fn on(&mut self, day: Day, add: impl FnOnce(&mut Gathered<'a>)) {
        if (self.wanted)(day) {
            add(self.gathered.entry(day).or_default());
        }
    }
}

#[cfg(test)]
mod tests;
