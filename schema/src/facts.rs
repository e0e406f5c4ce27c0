//! Facts as the rollup reads them: keys instead of ids, derived instants beside what was imported.

use crate::{
    id::{ChannelKey, ConversationKey, CustomerKey, LabelKey, MemberKey, RatingKey},
    instant::Instant,
};

/// How a closed conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Won.
    Won,
    /// Lost.
    Lost,
}

/// What it took to answer a conversation, of its whole life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClosedBy {
    /// Written to by a customer, and exactly one reply.
    OneReply,
    /// Written to by a customer, automatic messages and no reply.
    Bot,
    /// Anything else.
    #[default]
    Other,
}

impl ClosedBy {
    /// From how many messages of each kind a conversation has.
    ///
    /// ```
    /// use caseload_schema::facts::ClosedBy;
    /// assert_eq!(ClosedBy::of(2, 1, 3), ClosedBy::OneReply);
    /// assert_eq!(ClosedBy::of(2, 0, 3), ClosedBy::Bot);
    /// assert_eq!(ClosedBy::of(0, 1, 0), ClosedBy::Other); // no customer wrote
    /// ```
    pub const fn of(inbound: i32, replies: i32, bots: i32) -> Self {
        match (inbound, replies, bots) {
            (1.., 1, _) => Self::OneReply,
            (1.., 0, 1..) => Self::Bot,
            _ => Self::Other,
        }
    }
}

/// Who wrote a message, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {
    /// Written by a customer.
    Inbound,
    /// Written by a human member, visible to the customer.
    Reply,
    /// Automatic.
    Bot,
    /// Private.
    Note,
}

/// One value that a conversation has for a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// The key.
    pub key: Box<str>,
    /// The value.
    pub value: Box<str>,
}

/// A conversation that has come, with what its messages make of it.
///
/// ```
/// use caseload_schema::{facts::{ClosedBy, Conversation, Outcome}, id::*, instant::Instant};
/// let nine = Instant::parse("2026-05-04T09:00:00Z").unwrap();
/// let won = Conversation {
///     key: ConversationKey(1), customer: CustomerKey(7), channel: ChannelKey(1), labels: vec![], attributes: vec![],
///     assignee: Some(MemberKey(3)), outcome: Some(Outcome::Won), opens_customer: true,
///     created_at: nine, closed_at: Some(nine.plus_seconds(3_600)),
///     first_inbound_at: Some(nine.plus_seconds(-30)), first_reply_at: Some(nine.plus_seconds(60)),
///     first_closed_at: Some(nine.plus_seconds(1_800)), closed_by: ClosedBy::OneReply,
/// };
/// assert_eq!(won.first_activity_at(), nine.plus_seconds(-30)); // the message came before the record
/// assert_eq!(won.first_response_seconds(), Some(90));
/// assert_eq!(won.closing_seconds(), Some(3_600));
/// assert_eq!(won.first_closing_seconds(), Some(1_800)); // it was opened again after half an hour
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its key.
    pub key: ConversationKey,
    /// Whose it is.
    pub customer: CustomerKey,
    /// When it was created.
    pub created_at: Instant,
    /// Its latest closing, where it is closed now.
    pub closed_at: Option<Instant>,
    /// Its outcome; never without a closing.
    pub outcome: Option<Outcome>,
    /// To whom it is assigned now.
    pub assignee: Option<MemberKey>,
    /// Its channel.
    pub channel: ChannelKey,
    /// The labels it has now, ascending, each once.
    pub labels: Vec<LabelKey>,
    /// The attributes it has now, ascending, each once.
    pub attributes: Vec<Attribute>,
    /// Its earliest inbound message.
    pub first_inbound_at: Option<Instant>,
    /// The earliest reply at or after the earliest inbound message.
    pub first_reply_at: Option<Instant>,
    /// Whether this conversation holds its customer's first activity ever in the workspace.
    pub opens_customer: bool,
    /// Its earliest closing, also where it was opened again; without events the latest one.
    pub first_closed_at: Option<Instant>,
    /// What it took to answer it.
    pub closed_by: ClosedBy,
}

impl Conversation {
    /// The earlier of creation and first inbound message.
    pub fn first_activity_at(&self) -> Instant {
        self.first_inbound_at
            .map_or(self.created_at, |inbound| inbound.min(self.created_at))
    }

    /// Whole seconds from the first inbound message to its reply.
    pub fn first_response_seconds(&self) -> Option<u64> {
        Some(self.first_reply_at?.seconds_since(self.first_inbound_at?))
    }

    /// Whole seconds from creation to the latest closing.
    pub fn closing_seconds(&self) -> Option<u64> {
        Some(self.closed_at?.seconds_since(self.created_at))
    }

    /// Whole seconds from creation to the earliest closing.
    pub fn first_closing_seconds(&self) -> Option<u64> {
        Some(self.first_closed_at?.seconds_since(self.created_at))
    }
}

/// A message that counts: inbound or reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// The conversation it belongs to.
    pub conversation: ConversationKey,
    /// When it was sent.
    pub sent_at: Instant,
    /// Whether a customer wrote it; else it is a reply.
    pub inbound: bool,
    /// The beginning of the wait that this reply ended.
    pub waited_since: Option<Instant>,
}

impl Message {
    /// Whole seconds that the customer waited for this reply.
    pub fn reply_seconds(&self) -> Option<u64> {
        Some(self.sent_at.seconds_since(self.waited_since?))
    }
}

/// A conversation that was opened again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopening {
    /// The conversation.
    pub conversation: ConversationKey,
    /// When.
    pub at: Instant,
}

/// A customer who was asked how the service was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survey {
    /// The conversation that it asks about.
    pub conversation: ConversationKey,
    /// When it was sent.
    pub asked_at: Instant,
    /// Whom the source credits; else it is the conversation's assignee.
    pub member: Option<MemberKey>,
    /// Whether a rating answers it now.
    pub answered: bool,
}

/// One answer to a satisfaction survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating {
    /// Its key.
    pub key: RatingKey,
    /// The conversation it belongs to.
    pub conversation: ConversationKey,
    /// When it was given.
    pub rated_at: Instant,
    /// 1 to 5.
    pub score: u8,
    /// Whom the source credits; else it is the conversation's assignee.
    pub member: Option<MemberKey>,
    /// Whether there is a comment.
    pub has_comment: bool,
}

/// A follow-up that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowUp {
    /// The conversation it belongs to.
    pub conversation: ConversationKey,
    /// When it was completed.
    pub completed_at: Instant,
    /// Whose it was; else it is the conversation's assignee's.
    pub assignee: Option<MemberKey>,
}

/// The facts of one stretch of time. Every event's conversation is among the conversations, each of them once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// All conversations with an event in the stretch, by key.
    pub conversations: Vec<Conversation>,
    /// Inbound messages and replies.
    pub messages: Vec<Message>,
    /// Ratings.
    pub ratings: Vec<Rating>,
    /// Follow-ups completed.
    pub follow_ups: Vec<FollowUp>,
    /// Reopenings.
    pub reopenings: Vec<Reopening>,
    /// Surveys sent.
    pub surveys: Vec<Survey>,
}

/// A conversation that is open now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenConversation {
    /// Its key.
    pub key: ConversationKey,
    /// Whose it is.
    pub customer: CustomerKey,
    /// To whom it is assigned now.
    pub assignee: Option<MemberKey>,
    /// Its channel.
    pub channel: ChannelKey,
    /// The labels it has now, ascending.
    pub labels: Vec<LabelKey>,
    /// The attributes it has now, ascending, each once.
    pub attributes: Vec<Attribute>,
    /// When it was created.
    pub created_at: Instant,
    /// Since when its customer has been waiting for a reply; `None` where nobody waits.
    pub waiting_since: Option<Instant>,
}
