//! The conversations that are open now: a figure of each run, kept beside the days.

use caseload_schema::{
    facts::OpenConversation,
    id::{ConversationKey, CustomerKey},
    instant::Instant,
};

use super::{
    DamagedBlock, Members, RowTags, Span, Tags, order,
    wire::{Kind, Reader, Writer},
};

/// The customer of a row that was written by the version before, which did not name customers: no customer's key. The next run
/// writes the block anew.
const UNKNOWN_CUSTOMER: CustomerKey = CustomerKey(0);

/// The conversations that were open when a run read the facts, in the order of (assignee, nobody last; key).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenBlock {
    members: Members,
    groups: Vec<Span>,
    conversations: Vec<ConversationKey>,
    customers: Vec<CustomerKey>,
    created_at: Vec<Instant>,
    /// Since when each customer has been waiting for a reply.
    waiting_since: Vec<Option<Instant>>,
    tags: Tags,
}

impl OpenBlock {
    pub(crate) fn of(open: &[OpenConversation]) -> Self {
        let mut open: Vec<&OpenConversation> = open.iter().collect();
        open.sort_unstable_by_key(|conversation| (order(conversation.assignee), conversation.key));
        let groups = || open.chunk_by(|a, b| a.assignee == b.assignee);
        Self {
            members: Members::of(groups().map(|group| group[0].assignee)),
            groups: spans(groups().map(|group| group.len() as u32)),
            conversations: open.iter().map(|conversation| conversation.key).collect(),
            customers: open
                .iter()
                .map(|conversation| conversation.customer)
                .collect(),
            created_at: open
                .iter()
                .map(|conversation| conversation.created_at)
                .collect(),
            waiting_since: open
                .iter()
                .map(|conversation| conversation.waiting_since)
                .collect(),
            tags: Tags::of(open.iter().map(|conversation| RowTags {
                labels: &conversation.labels,
                channel: conversation.channel,
                attributes: &conversation.attributes,
            })),
        }
    }

    /// How many conversations are open.
    pub fn len(&self) -> usize {
        self.conversations.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.conversations.is_empty()
    }

    /// How many bytes of memory it takes, for a cache's book-keeping.
    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + self.members.weight()
            + size_of_val(&*self.groups)
            + size_of_val(&*self.conversations)
            + size_of_val(&*self.customers)
            + size_of_val(&*self.created_at)
            + size_of_val(&*self.waiting_since)
            + self.tags.weight()
    }

    /// The block as bytes, which [`decode`](Self::decode) reads back as an equal block.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new(Kind::Open);
        self.members.write(&mut out);
        out.column(self.groups.iter().map(|group| group.len() as i64));
        out.column(self.conversations.iter().map(|key| key.0));
        out.times(self.created_at.iter().map(|at| at.micros()));
        self.tags.write(&mut out);
        let waiting = || self.waiting_since.iter();
        out.column(waiting().map(|since| i64::from(since.is_some())));
        out.times(waiting().flatten().map(|since| since.micros()));
        out.column(self.customers.iter().map(|customer| customer.0));
        out.finish()
    }

    /// Reads what [`encode`](Self::encode) wrote. Any other bytes are an error, never a panic.
    pub fn decode(bytes: &[u8]) -> Result<Self, DamagedBlock> {
        let mut from = Reader::open(bytes, Kind::Open)?;
        let members = Members::read(&mut from)?;
        let lengths = from.up_to(u32::MAX - 1, members.len())?;
        let rows = from.counted(lengths.iter().map(|&length| u64::from(length)).sum())?;
        let conversations = from.column(rows, ConversationKey)?;
        let created_at = from.times(rows, Instant::from_micros)?;
        let tags = Tags::read(&mut from, rows)?;
        let (waiting_since, customers) = if from.has_waits() {
            let waiting_since = read_waiting(&mut from, rows)?;
            (waiting_since, from.column(rows, CustomerKey)?)
        } else {
            (vec![None; rows], vec![UNKNOWN_CUSTOMER; rows])
        };
        let block = Self {
            members,
            groups: spans(lengths.into_iter()),
            conversations,
            customers,
            created_at,
            waiting_since,
            tags,
        };
        from.finish()?;
        Ok(block)
    }

    pub(crate) fn conversation(&self, row: usize) -> (ConversationKey, Instant) {
        (self.conversations[row], self.created_at[row])
    }

    /// Whose conversation `row` is.
    pub(crate) fn customer(&self, row: usize) -> CustomerKey {
        self.customers[row]
    }

    /// Since when the customer of `row` has been waiting for a reply.
    pub(crate) fn waiting_since(&self, row: usize) -> Option<Instant> {
        self.waiting_since[row]
    }

    pub(crate) fn tags(&self) -> &Tags {
        &self.tags
    }

    pub(crate) fn members(&self) -> &Members {
        &self.members
    }

    /// The rows of each of [`members`](Self::members), in their order.
    pub(crate) fn groups(&self) -> &[Span] {
        &self.groups
    }
}

/// The instant of each row that has one.
fn read_waiting(from: &mut Reader<'_>, rows: usize) -> Result<Vec<Option<Instant>>, DamagedBlock> {
    let waits = from.bytes_up_to(1, rows)?;
    let count = waits.iter().map(|&waits| usize::from(waits)).sum();
    let mut since = from.times(count, Instant::from_micros)?.into_iter();
    let next = |waits: u8| if waits == 1 { since.next() } else { None };
    Ok(waits.into_iter().map(next).collect())
}

fn spans(lengths: impl Iterator<Item = u32>) -> Vec<Span> {
    let mut end = Span::default();
    let next = |length| {
        end = end.next(length);
        end
    };
    lengths.map(next).collect()
}
