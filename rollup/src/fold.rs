//! From facts to blocks.

mod day;
mod place;

use std::collections::BTreeMap;

use caseload_schema::{
    day::Day,
    facts::{Facts, OpenConversation},
    zone::Zone,
};

use self::{day::Gathered, place::Places};
use crate::block::{Block, OpenBlock};

/// The blocks of those days of `zone` that are `wanted` and on which anything happened, ascending.
///
/// A pure function: the same facts in any order give the same blocks. Events of other days are passed over, so that the
/// facts of a stretch of time may hold its neighbours' too. An event whose conversation is not among the facts counts
/// for nothing.
pub fn fold(zone: Zone, facts: &Facts, wanted: &dyn Fn(Day) -> bool) -> Vec<Block> {
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
    days.gathered
        .into_iter()
        .map(|(day, gathered)| gathered.into_block(day, &places))
        .collect()
}

/// The block of the conversations that are open now.
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
