use caseload_schema::{
    facts::Outcome,
    id::{CustomerKey, MemberKey},
    period::Period,
    zone::Zone,
};

use super::fold;
use crate::{
    block::Block,
    counts::Counts,
    cube::{Clock, Filter},
    sample::{Sample, at, days, may},
};

fn check(sample: &Sample, day: i32, expected: Counts) {
    let view = sample.view(Period::day(may(day)), Filter::default());
    assert_eq!(view.counts(), expected, "on May {day}");
}

const NOTHING: Counts = Counts {
    conversations: 0,
    labeled_conversations: 0,
    inbound_messages: 0,
    replies: 0,
    new_customers: 0,
    unanswered: 0,
    closed: 0,
    won: 0,
    lost: 0,
    first_responses: 0,
    follow_ups_completed: 0,
    replies_waited_for: 0,
    first_closings: 0,
    reopened: 0,
    closed_by_one_reply: 0,
    closed_by_bot: 0,
    surveys_asked: 0,
    surveys_answered: 0,
    scores: [0; 5],
    backlog_change: 0,
};

#[test]
fn each_event_counts_on_its_own_day() {
    let mut sample = Sample::default();
    let conversation = sample.conversation(1, at(4, 9, 0));
    conversation.first_inbound_at = Some(at(4, 9, 0));
    conversation.first_reply_at = Some(at(5, 0, 30));
    conversation.closed_at = Some(at(6, 12, 0));
    conversation.outcome = Some(Outcome::Won);
    conversation.opens_customer = true;
    sample.message(1, at(4, 9, 0), true);
    sample.message(1, at(5, 0, 30), false);
    sample.rating(1, 1, at(7, 8, 0), 5);
    sample.follow_up(1, at(8, 8, 0), None);
    check(
        &sample,
        4,
        Counts {
            conversations: 1,
            inbound_messages: 1,
            new_customers: 1,
            backlog_change: 1,
            ..NOTHING
        },
    );
    check(
        &sample,
        5,
        Counts {
            replies: 1,
            first_responses: 1,
            ..NOTHING
        },
    );
    check(
        &sample,
        6,
        Counts {
            closed: 1,
            won: 1,
            backlog_change: -1,
            ..NOTHING
        },
    );
    check(
        &sample,
        7,
        Counts {
            scores: [0, 0, 0, 0, 1],
            ..NOTHING
        },
    );
    check(
        &sample,
        8,
        Counts {
            follow_ups_completed: 1,
            ..NOTHING
        },
    );
    check(&sample, 9, NOTHING);
}

#[test]
fn what_is_written_before_the_creation_counts_where_it_was_written() {
    let mut sample = Sample::default();
    let conversation = sample.conversation(1, at(5, 9, 0));
    conversation.first_inbound_at = Some(at(4, 23, 0));
    conversation.opens_customer = true;
    sample.message(1, at(4, 23, 0), true);
    check(
        &sample,
        4,
        Counts {
            inbound_messages: 1,
            new_customers: 1,
            ..NOTHING
        },
    );
    check(
        &sample,
        5,
        Counts {
            conversations: 1,
            unanswered: 1,
            backlog_change: 1,
            ..NOTHING
        },
    );
}

#[test]
fn what_is_closed_on_a_day_before_its_creation_never_is_in_the_backlog() {
    let mut sample = Sample::default();
    let conversation = sample.conversation(1, at(5, 9, 0));
    conversation.closed_at = Some(at(4, 9, 0));
    sample.rating(1, 1, at(6, 9, 0), 1);
    check(
        &sample,
        4,
        Counts {
            closed: 1,
            ..NOTHING
        },
    );
    check(
        &sample,
        5,
        Counts {
            conversations: 1,
            ..NOTHING
        },
    );
    let view = sample.view(days(4, 5), Filter::default());
    assert_eq!(view.closing_times(Clock::Calendar).mean(), Some(0.0));
    assert_eq!(view.within(days(4, 4)).backlog(), 0);
    assert!(!view.credited_to(Some(MemberKey(1))).anything_counts());
}

#[test]
fn the_first_response_needs_no_message_among_the_facts() {
    let mut sample = Sample::default();
    let conversation = sample.conversation(1, at(4, 9, 0));
    conversation.first_inbound_at = Some(at(4, 9, 0));
    conversation.first_reply_at = Some(at(5, 9, 1));
    assert_eq!(
        sample
            .view(days(5, 5), Filter::default())
            .first_responses(Clock::Calendar)
            .mean(),
        Some(86_460.0)
    );
}

#[test]
fn ratings_and_follow_ups_go_to_their_own_member() {
    let mut sample = Sample::default();
    sample.conversation(1, at(4, 9, 0)).assignee = Some(MemberKey(1));
    sample.rating(1, 1, at(4, 10, 0), 4).member = Some(MemberKey(2));
    sample.rating(1, 2, at(4, 11, 0), 1);
    sample.follow_up(1, at(4, 12, 0), Some(3));
    let counts = |member| {
        sample
            .view(days(4, 4), Filter::default())
            .credited_to(Some(MemberKey(member)))
            .counts()
    };
    assert_eq!(
        counts(1),
        Counts {
            conversations: 1,
            scores: [1, 0, 0, 0, 0],
            backlog_change: 1,
            ..NOTHING
        }
    );
    assert_eq!(
        counts(2),
        Counts {
            scores: [0, 0, 0, 1, 0],
            ..NOTHING
        }
    );
    assert_eq!(
        counts(3),
        Counts {
            follow_ups_completed: 1,
            ..NOTHING
        }
    );
}

#[test]
fn days_are_those_of_the_zone() {
    let mut sample = Sample::default();
    sample.conversation(1, at(4, 22, 30)).customer = CustomerKey(1);
    let days = |zone: &str| {
        fold(&Zone::parse(zone).unwrap().into(), &sample.0, &|_| true)
            .iter()
            .map(Block::day)
            .collect::<Vec<_>>()
    };
    assert_eq!(days("UTC"), [may(4)]);
    assert_eq!(days("Europe/Rome"), [may(5)]);
}

#[test]
fn days_that_are_not_wanted_and_events_of_unknown_conversations_are_passed_over() {
    let mut sample = Sample::default();
    sample.conversation(1, at(4, 9, 0)).closed_at = Some(at(5, 9, 0));
    sample.message(7, at(5, 9, 0), true);
    let blocks = fold(&Zone::UTC.into(), &sample.0, &|day| day == may(5));
    assert_eq!(
        blocks
            .iter()
            .map(|block| (block.day(), block.counts().messages()))
            .collect::<Vec<_>>(),
        [(may(5), 0)]
    );
}

/// Nothing but the values themselves says how many there are.
#[test]
fn replies_that_were_all_waited_for_equally_long_are_read_again() {
    let mut sample = Sample::default();
    sample.conversation(1, at(4, 9, 0));
    for second in 0..2_000 {
        let now = at(4, 9, 0).plus_seconds(second);
        sample.message(1, now, true);
        sample.message(1, now, false);
        let reply = sample.0.messages.last_mut().unwrap();
        reply.waited_since = Some(now);
    }
    let block = sample.blocks().remove(0);
    assert_eq!(block.counts().replies_waited_for, 2_000);
    assert_eq!(crate::block::decode(&block.encode()), Ok(block));
}
