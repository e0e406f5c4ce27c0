// The facts of the examples in this crate's documentation; the documentation of `cube` has a table of them. Each example includes
// this file, whose value is: the blocks of both days, the open conversations, and the period of both days.
{
    use std::sync::Arc;

    use caseload_rollup::{
        cube::Days,
        fold::{fold, fold_open},
    };
    use caseload_schema::{
        day::Day,
        facts::{ClosedBy, Conversation, Facts, Message, OpenConversation, Outcome, Rating},
        id::{ChannelKey, ConversationKey, CustomerKey, LabelKey, MemberKey, RatingKey},
        instant::Instant,
        period::Period,
        zone::Zone,
    };

    let at = |text: &str| Instant::parse(text).unwrap();
    let conversation = |key, customer, created_at: Instant| Conversation {
        key: ConversationKey(key),
        customer: CustomerKey(customer),
        created_at,
        closed_at: None,
        outcome: None,
        assignee: None,
        channel: ChannelKey(1),
        labels: Vec::new(),
        attributes: Vec::new(),
        first_inbound_at: Some(created_at),
        first_reply_at: None,
        opens_customer: true,
        first_closed_at: None,
        closed_by: ClosedBy::Other,
    };
    let nine = at("2026-05-04T09:00:00Z");
    let first = Conversation {
        assignee: Some(MemberKey(1)),
        labels: vec![LabelKey(5)],
        first_reply_at: Some(nine.plus_seconds(60)),
        closed_at: Some(at("2026-05-04T10:00:00Z")),
        first_closed_at: Some(at("2026-05-04T10:00:00Z")),
        closed_by: ClosedBy::OneReply,
        outcome: Some(Outcome::Won),
        ..conversation(1, 1, nine)
    };
    let half_past = at("2026-05-04T09:30:00Z");
    let second = Conversation {
        assignee: Some(MemberKey(2)),
        first_reply_at: Some(half_past.plus_seconds(180)),
        ..conversation(2, 2, half_past)
    };
    let third = Conversation {
        channel: ChannelKey(2),
        opens_customer: false,
        ..conversation(3, 1, at("2026-05-04T14:00:00Z"))
    };
    let message = |of: &Conversation, sent_at, inbound| Message {
        conversation: of.key,
        sent_at,
        inbound,
        waited_since: None,
    };
    let reply = |of: &Conversation, after: i64| Message {
        waited_since: Some(of.created_at),
        ..message(of, of.created_at.plus_seconds(after), false)
    };
    let facts = Facts {
        messages: vec![
            message(&first, first.created_at, true),
            reply(&first, 60),
            message(&second, second.created_at, true),
            reply(&second, 180),
            message(&second, at("2026-05-05T08:00:00Z"), true),
            message(&third, third.created_at, true),
        ],
        ratings: vec![Rating {
            key: RatingKey(1),
            conversation: first.key,
            rated_at: at("2026-05-04T11:00:00Z"),
            score: 5,
            member: None,
            has_comment: false,
        }],
        follow_ups: Vec::new(),
        reopenings: Vec::new(),
        surveys: Vec::new(),
        conversations: vec![first, second, third],
    };
    // Each customer who is open wrote last: the third one once, the second one again on Tuesday.
    let waiting_since = |key| {
        let theirs = facts.messages.iter().filter(|one| one.conversation == key);
        theirs.map(|one| one.sent_at).max()
    };
    let open = facts.conversations.iter().filter(|one| one.closed_at.is_none());
    let open: Vec<OpenConversation> = open
        .map(|one| OpenConversation {
            key: one.key,
            customer: one.customer,
            assignee: one.assignee,
            channel: one.channel,
            labels: one.labels.clone(),
            attributes: one.attributes.clone(),
            created_at: one.created_at,
            waiting_since: waiting_since(one.key),
        })
        .collect();
    let blocks = fold(&Zone::UTC.into(), &facts, &|_| true);
    let monday = Day::parse("2026-05-04").unwrap();
    (
        Days::new(blocks.into_iter().map(Arc::new).collect()),
        Arc::new(fold_open(&open)),
        Period::new(monday, monday.next()).unwrap(),
    )
}
