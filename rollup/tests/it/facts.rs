//! Random facts of a few days around a change of clocks.

use std::{collections::BTreeSet, sync::Arc};

use caseload_rollup::{
    cube::{AttributeFilter, Days, Filter, View},
    fold::{fold, fold_open},
};
use caseload_schema::{
    day::Day,
    facts::{
        Attribute, ClosedBy, Conversation, Facts, FollowUp, Message, OpenConversation, Outcome,
        Rating, Reopening, Survey,
    },
    hours::{BusinessHours, Clocks, Stretch},
    id::{ChannelKey, ConversationKey, CustomerKey, LabelKey, MemberKey, RatingKey},
    instant::Instant,
    period::Period,
    zone::Zone,
};
use proptest::{collection::vec, option, prelude::*};

/// Facts in a zone.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) zone: Zone,
    pub(crate) hours: Option<BusinessHours>,
    pub(crate) facts: Facts,
}

impl World {
    pub(crate) fn clocks(&self) -> Clocks {
        Clocks::new(self.zone, self.hours.clone())
    }

    pub(crate) fn days(&self) -> Days {
        Days::new(
            fold(&self.clocks(), &self.facts, &|_| true)
                .into_iter()
                .map(Arc::new)
                .collect(),
        )
    }

    pub(crate) fn open(&self) -> Vec<OpenConversation> {
        let open = self
            .facts
            .conversations
            .iter()
            .filter(|conversation| conversation.closed_at.is_none());
        let open = open.map(|conversation| OpenConversation {
            key: conversation.key,
            customer: conversation.customer,
            assignee: conversation.assignee,
            channel: conversation.channel,
            labels: conversation.labels.clone(),
            attributes: conversation.attributes.clone(),
            created_at: conversation.created_at,
            waiting_since: waiting_since(&self.facts, conversation),
        });
        open.collect()
    }

    pub(crate) fn view(&self, period: Period, filter: Filter) -> View {
        View::new(
            self.days(),
            Arc::new(fold_open(&self.open())),
            period,
            filter,
        )
    }
}

/// On how many days anything may happen. Clocks in Europe change on the third.
const DAYS: i32 = 6;

/// The first of them.
fn first() -> Day {
    Day::parse("2026-03-27").expect("a day of the calendar")
}

fn instant() -> impl Strategy<Value = Instant> {
    let start = i64::from(first().number()) * 86_400;
    let second = start..start + i64::from(DAYS) * 86_400;
    prop_oneof![
        3 => second.clone().prop_map(Instant::from_seconds),
        1 => (second.start * 1_000_000..second.end * 1_000_000).prop_map(Instant::from_micros),
    ]
}

fn member() -> impl Strategy<Value = Option<MemberKey>> {
    option::of((1..5_i64).prop_map(MemberKey))
}

fn zone() -> impl Strategy<Value = Zone> {
    const NAMES: [&str; 5] = [
        "UTC",
        "Europe/Rome",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/St_Johns",
    ];
    proptest::sample::select(&NAMES[..]).prop_map(|name| Zone::parse(name).expect("an IANA name"))
}

/// The keys and values of attributes, in code point order.
const ATTRIBUTES: [(&str, &str); 6] = [
    ("plan", ""),
    ("plan", "Pro"),
    ("plan", "pro"),
    ("plan", "été"),
    ("plan_b", "pro"),
    ("seats", "5"),
];

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let attribute = |(key, value): (&str, &str)| Attribute {
        key: key.into(),
        value: value.into(),
    };
    let some = proptest::sample::subsequence(ATTRIBUTES.to_vec(), 0..=4);
    some.prop_map(move |some| some.into_iter().map(attribute).collect())
}

/// A conversation without what its messages make of it, and its messages.
fn conversation() -> impl Strategy<Value = (Conversation, Vec<Message>)> {
    let closing = option::of((
        instant(),
        option::of(prop_oneof![Just(Outcome::Won), Just(Outcome::Lost)]),
    ));
    let labels = proptest::sample::subsequence((1..5).map(LabelKey).collect::<Vec<_>>(), 0..=4);
    let messages = vec((instant(), any::<bool>()), 0..6);
    (
        1..8_i64,
        instant(),
        closing,
        member(),
        1..4_i64,
        labels,
        attributes(),
        messages,
    )
        .prop_map(
            |(customer, created_at, closing, assignee, channel, labels, attributes, messages)| {
                let conversation = Conversation {
                    key: ConversationKey(0),
                    customer: CustomerKey(customer),
                    created_at,
                    closed_at: closing.map(|(at, _)| at),
                    outcome: closing.and_then(|(_, outcome)| outcome),
                    assignee,
                    channel: ChannelKey(channel),
                    labels,
                    attributes,
                    first_inbound_at: None,
                    first_reply_at: None,
                    opens_customer: false,
                    first_closed_at: None,
                    closed_by: ClosedBy::Other,
                };
                let message = |(sent_at, inbound)| Message {
                    conversation: ConversationKey(0),
                    sent_at,
                    inbound,
                    waited_since: None,
                };
                (conversation, messages.into_iter().map(message).collect())
            },
        )
}

/// Facts as a store would give them.
pub(crate) fn world() -> impl Strategy<Value = World> {
    let rating = (
        any::<prop::sample::Index>(),
        instant(),
        1..6_u8,
        member(),
        any::<bool>(),
    );
    let follow_up = (any::<prop::sample::Index>(), instant(), member());
    let reopening = (any::<prop::sample::Index>(), instant());
    let survey = (
        any::<prop::sample::Index>(),
        instant(),
        member(),
        any::<bool>(),
    );
    let first_closing = (any::<prop::sample::Index>(), instant());
    (
        (zone(), hours()),
        vec(conversation(), 1..30),
        vec(rating, 0..10),
        vec(follow_up, 0..8),
        (
            vec(reopening, 0..8),
            vec(survey, 0..8),
            vec(first_closing, 0..6),
        ),
    )
        .prop_map(
            |((zone, hours), conversations, ratings, follow_ups, others)| {
                let (reopenings, surveys, first_closings) = others;
                let mut facts = Facts::default();
                for ((mut conversation, messages), key) in conversations.into_iter().zip(1..) {
                    conversation.key = ConversationKey(key);
                    let messages = messages.into_iter().map(|message| Message {
                        conversation: conversation.key,
                        ..message
                    });
                    facts.messages.extend(messages);
                    facts.conversations.push(conversation);
                }
                derive(&mut facts, &first_closings);
                let of = |index: prop::sample::Index| {
                    ConversationKey(index.index(facts.conversations.len()) as i64 + 1)
                };
                let rating =
                    |((conversation, rated_at, score, member, has_comment), key): (_, _)| Rating {
                        key: RatingKey(key),
                        conversation: of(conversation),
                        rated_at,
                        score,
                        member,
                        has_comment,
                    };
                facts.ratings = ratings.into_iter().zip(1..).map(rating).collect();
                let follow_up = |(conversation, completed_at, assignee)| FollowUp {
                    conversation: of(conversation),
                    completed_at,
                    assignee,
                };
                facts.follow_ups = follow_ups.into_iter().map(follow_up).collect();
                let reopening = |(conversation, at)| Reopening {
                    conversation: of(conversation),
                    at,
                };
                facts.reopenings = reopenings.into_iter().map(reopening).collect();
                let survey = |(conversation, asked_at, member, answered)| Survey {
                    conversation: of(conversation),
                    asked_at,
                    member,
                    answered,
                };
                facts.surveys = surveys.into_iter().map(survey).collect();
                World { zone, hours, facts }
            },
        )
}

/// Fills in what messages make of conversations.
fn derive(facts: &mut Facts, first_closings: &[(prop::sample::Index, Instant)]) {
    let count = facts.conversations.len();
    for conversation in &mut facts.conversations {
        let of = |inbound| {
            let own = facts
                .messages
                .iter()
                .filter(move |message| message.inbound == inbound);
            own.filter(|message| message.conversation == conversation.key)
                .map(|message| message.sent_at)
        };
        conversation.first_inbound_at = of(true).min();
        conversation.first_reply_at = conversation
            .first_inbound_at
            .and_then(|inbound| of(false).filter(|&at| inbound <= at).min());
    }
    for conversation in &mut facts.conversations {
        conversation.first_closed_at = conversation.closed_at;
        let count_of = |inbound| {
            let own = facts
                .messages
                .iter()
                .filter(|message| message.conversation == conversation.key);
            own.filter(|message| message.inbound == inbound).count()
        };
        // Bots have no messages here: every conversation without a reply has one.
        conversation.closed_by = match (count_of(true), count_of(false)) {
            (1.., 1) => ClosedBy::OneReply,
            (1.., 0) => ClosedBy::Bot,
            _ => ClosedBy::Other,
        };
    }
    for (index, at) in first_closings {
        facts.conversations[index.index(count)].first_closed_at = Some(*at);
    }
    let waits: Vec<_> = facts
        .messages
        .iter()
        .map(|message| wait(facts, message))
        .collect();
    for (message, waited_since) in facts.messages.iter_mut().zip(waits) {
        message.waited_since = waited_since;
    }
    for customer in (1..8).map(CustomerKey) {
        let own = facts
            .conversations
            .iter_mut()
            .filter(|conversation| conversation.customer == customer);
        if let Some(first) =
            own.min_by_key(|conversation| (conversation.first_activity_at(), conversation.key))
        {
            first.opens_customer = true;
        }
    }
}

/// The messages and closings of a conversation as waits see them: when, and 0 for inbound, 1 for a reply, 2 for a closing. Replies
/// at one instant are alike.
fn turns(facts: &Facts, conversation: &Conversation) -> Vec<(Instant, u8)> {
    let own = facts
        .messages
        .iter()
        .filter(|message| message.conversation == conversation.key);
    let mut turns: Vec<_> = own
        .map(|message| (message.sent_at, u8::from(!message.inbound)))
        .collect();
    turns.extend(conversation.closed_at.map(|at| (at, 2)));
    turns.sort_unstable();
    turns
}

/// Since when the customer had been waiting for that reply: the first of the inbound messages that lie between the turn before
/// them and the reply. Of several replies at one instant each is taken for the first here.
fn wait(facts: &Facts, reply: &Message) -> Option<Instant> {
    if reply.inbound {
        return None;
    }
    let conversation = facts
        .conversations
        .iter()
        .find(|one| one.key == reply.conversation)?;
    let turns = turns(facts, conversation);
    let place = turns.iter().position(|turn| *turn == (reply.sent_at, 1))?;
    let inbound = turns[..place].iter().rev().take_while(|turn| turn.1 == 0);
    inbound.last().map(|turn| turn.0)
}

/// Since when the customer of an open conversation waits.
fn waiting_since(facts: &Facts, conversation: &Conversation) -> Option<Instant> {
    let turns = turns(facts, conversation);
    let inbound = turns.iter().rev().take_while(|turn| turn.1 == 0);
    inbound.last().map(|turn| turn.0)
}

/// A period that touches the days of the facts.
pub(crate) fn period() -> impl Strategy<Value = Period> {
    (-1..=DAYS, 0..=DAYS).prop_map(|(from, len)| {
        let from = first().plus(from);
        Period::new(from, from.plus(len)).expect("a few days")
    })
}

/// Any filter.
pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    let credit = option::of(vec(member(), 0..4));
    let labels = option::weighted(0.4, vec((1..6_i64).prop_map(LabelKey), 0..4));
    let channels = option::weighted(0.4, vec((1..5_i64).prop_map(ChannelKey), 0..3));
    let attributes = option::weighted(0.4, vec(attribute_filter(), 0..3));
    let all = (credit, labels, channels, attributes);
    all.prop_map(|(credit, labels, channels, attributes)| Filter {
        credit: credit.map(|members| members.into_iter().collect::<BTreeSet<_>>()),
        labels: labels.map(|labels| labels.into_iter().collect()),
        channels: channels.map(|channels| channels.into_iter().collect()),
        attributes: attributes.unwrap_or_default(),
    })
}

fn attribute_filter() -> impl Strategy<Value = AttributeFilter> {
    let key = proptest::sample::select(&["plan", "plan", "plan_b", "seats", "other"][..]);
    let values = proptest::sample::subsequence(vec!["", "5", "Pro", "never", "pro"], 0..3);
    (key, values, any::<bool>()).prop_map(|(key, values, or_none)| AttributeFilter {
        key: key.to_owned(),
        any_of: values.into_iter().map(str::to_owned).collect(),
        or_none,
    })
}

/// None, or stretches of every day: one of the night in which clocks change, and one of the day.
fn hours() -> impl Strategy<Value = Option<BusinessHours>> {
    let stretches = |night: &str, end: &str| {
        let stretch = |from, to| Stretch::parse(from, to).expect("a stretch");
        vec![stretch(night, end), stretch("09:00", "17:30")]
    };
    let every_day = move |(night, end): (&str, &str)| {
        let days = (1..=7).map(|weekday| (weekday, stretches(night, end)));
        BusinessHours::new(days, []).expect("business hours")
    };
    let nights = prop::sample::select(vec![
        ("00:00", "02:30"),
        ("02:15", "02:45"),
        ("01:00", "04:00"),
    ]);
    option::of(nights.prop_map(every_day))
}
