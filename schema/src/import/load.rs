//! Reading the rows that a batch has to do with.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, TextExpressionMethods};
use rustc_hash::FxHashSet;

use super::{
    Sender,
    children::ChildLists,
    record::{
        EventRecord, FollowUpRecord, Kind, MessageRecord, RatingRecord, Record, SurveyRecord,
    },
    working::{Counters, WorkingSet},
};
use crate::{
    id::WorkspaceKey,
    role::Role,
    store::{
        Conn, Result,
        conn::{first, load},
        rows::{
            ChannelRow, ConversationRow, CustomerRow, EventRow, FollowUpRow, LabelRow, MemberRow,
            MessageRow, RatingRow, SurveyRow, TeamRow,
        },
        tables::{
            channels, conversations, counters, customers, events, follow_ups, labels, members,
            messages, ratings, surveys, teams,
        },
    },
};

/// The ids that the records of a batch name.
#[derive(Debug, Default)]
struct Named<'r> {
    members: FxHashSet<&'r str>,
    teams: FxHashSet<&'r str>,
    labels: FxHashSet<&'r str>,
    channels: FxHashSet<&'r str>,
    customers: FxHashSet<&'r str>,
    conversations: FxHashSet<&'r str>,
    messages: FxHashSet<&'r str>,
    ratings: FxHashSet<&'r str>,
    follow_ups: FxHashSet<&'r str>,
    events: FxHashSet<&'r str>,
    surveys: FxHashSet<&'r str>,
    deleted_messages: FxHashSet<&'r str>,
    rated: FxHashSet<&'r str>,
    /// Conversations with the customer that a record gives them.
    given: Vec<(&'r str, &'r str)>,
    deleted_labels: FxHashSet<&'r str>,
    deleted_customers: FxHashSet<&'r str>,
    deleted_conversations: FxHashSet<&'r str>,
    /// Conversations whose records list what belongs to them.
    listing: FxHashSet<&'r str>,
}

impl<'r> Named<'r> {
    fn add(&mut self, record: &'r Record) {
        match record {
            Record::Member(record) => drop(self.members.insert(&record.id)),
            Record::Team(record) => {
                self.teams.insert(&record.id);
                self.members
                    .extend(record.member_ids.iter().map(String::as_str));
            }
            Record::Label(record) => drop(self.labels.insert(&record.id)),
            Record::Customer(record) => drop(self.customers.insert(&record.id)),
            Record::Conversation(record) => {
                self.conversations.insert(&record.id);
                self.customers.insert(&record.customer_id);
                self.given.push((&record.id, &record.customer_id));
                self.channels.insert(&record.channel);
                self.members.extend(record.assignee_id.as_deref());
                self.labels
                    .extend(record.label_ids.iter().map(String::as_str));
                if let Some(lists) = &record.children {
                    self.listing.insert(&record.id);
                    self.add_children(lists);
                }
            }
            Record::Message(record) => self.add_message(record),
            Record::Rating(record) => self.add_rating(record),
            Record::FollowUp(record) => self.add_follow_up(record),
            Record::Event(record) => self.add_event(record),
            Record::Survey(record) => self.add_survey(record),
            Record::Delete { of, id } => self.add_delete(*of, id),
        }
    }

    fn add_children(&mut self, lists: &'r ChildLists) {
        for record in lists.messages.iter().flatten() {
            self.add_message(record);
        }
        for record in lists.ratings.iter().flatten() {
            self.add_rating(record);
        }
        for record in lists.follow_ups.iter().flatten() {
            self.add_follow_up(record);
        }
        for record in lists.events.iter().flatten() {
            self.add_event(record);
        }
        for record in lists.surveys.iter().flatten() {
            self.add_survey(record);
        }
    }

    fn add_message(&mut self, record: &'r MessageRecord) {
        self.messages.insert(&record.id);
        self.conversations.insert(&record.conversation_id);
        self.members.extend(record.author_id.as_deref());
    }

    fn add_rating(&mut self, record: &'r RatingRecord) {
        self.ratings.insert(&record.id);
        self.conversations.insert(&record.conversation_id);
        self.rated.insert(&record.conversation_id);
        self.members.extend(record.member_id.as_deref());
    }

    fn add_follow_up(&mut self, record: &'r FollowUpRecord) {
        self.follow_ups.insert(&record.id);
        self.conversations.insert(&record.conversation_id);
        self.members.extend(record.assignee_id.as_deref());
    }

    fn add_event(&mut self, record: &'r EventRecord) {
        self.events.insert(&record.id);
        self.conversations.insert(&record.conversation_id);
        self.members.extend(record.member_id.as_deref());
    }

    fn add_survey(&mut self, record: &'r SurveyRecord) {
        self.surveys.insert(&record.id);
        self.conversations.insert(&record.conversation_id);
        self.members.extend(record.member_id.as_deref());
    }

    fn add_delete(&mut self, of: Kind, id: &'r str) {
        match of {
            Kind::Member => drop(self.members.insert(id)),
            Kind::Team => drop(self.teams.insert(id)),
            Kind::Label => drop((self.labels.insert(id), self.deleted_labels.insert(id))),
            Kind::Customer => drop((self.customers.insert(id), self.deleted_customers.insert(id))),
            Kind::Conversation => drop((
                self.conversations.insert(id),
                self.deleted_conversations.insert(id),
            )),
            Kind::Message => drop(self.deleted_messages.insert(id)),
            Kind::Rating => drop(self.ratings.insert(id)),
            Kind::FollowUp => drop(self.follow_ups.insert(id)),
            Kind::Event => drop(self.events.insert(id)),
            Kind::Survey => drop(self.surveys.insert(id)),
        }
    }
}

/// What a batch takes for granted of its messages, the bulk of all records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Messages {
    /// None of them is stored: they need not be looked up. Where that is wrong, their insertion fails.
    AreNew,
    /// Any of them may be stored.
    MayBeStored,
}

/// Reads the rows of one table whose column is among `keys` into a working table.
macro_rules! load_rows {
    ($conn:expr, $ws:expr, $table:ident.$column:ident in $keys:expr => $row:ty, $into:expr) => {
        // A statement takes a limited number of values.
        for keys in $keys.chunks($conn.most_keys()) {
            let query = $table::table
                .filter($table::workspace_id.eq($ws))
                .filter($table::$column.eq_any(keys));
            let rows: Vec<$row> = load!($conn, query)?;
            // A row that is here already stays as the batch has left it, so that loading more after records were applied
            // undoes none of them.
            for row in rows {
                $into.load(row);
            }
        }
    };
}

/// The working state for a batch of records. The caller holds the workspace's lock for changes.
pub(crate) async fn working(
    conn: &mut Conn,
    ws: WorkspaceKey,
    sender: Sender,
    messages: Messages,
    records: impl Iterator<Item = &Record>,
) -> Result<WorkingSet> {
    let mut named = Named::default();
    records.for_each(|record| named.add(record));
    if messages == Messages::AreNew {
        named.messages.clear();
    }
    // After the clearing: a deleted message is not inserted, so that no failed insertion would show that it was stored.
    named.messages.extend(&named.deleted_messages);
    let mut working = WorkingSet::new(ws, sender, read_counters(conn, ws).await?);
    named_rows(conn, &mut working, &named).await?;
    // After the named rows, because only the stored message says which conversation a record takes it out of.
    left_behind(conn, &mut working).await?;
    // All owners, and not only those that records name: otherwise one of two owners would be taken for the last one.
    if sender != Sender::Operator {
        owners(conn, &mut working).await?;
    }
    // A rating names a conversation alone. Without the customer behind it, a comment of an erased one would be stored again.
    let rated: Vec<i64> = current(&named.rated, |id| {
        working.conversations.get(id)?.customer_key
    });
    load_rows!(conn, working.ws, customers.customer_key in rated => CustomerRow, working.customers);
    deleted_rows(conn, &mut working, &named).await?;
    Ok(working)
}

fn current<T>(ids: &FxHashSet<&str>, key: impl Fn(&str) -> Option<T>) -> Vec<T> {
    ids.iter().filter_map(|id| key(id)).collect()
}

/// The next free keys of the workspace.
pub(crate) async fn read_counters(conn: &mut Conn, ws: WorkspaceKey) -> Result<Counters> {
    let query = counters::table.find(ws.0).select((
        counters::member,
        counters::team,
        counters::label,
        counters::channel,
        counters::customer,
        counters::conversation,
        counters::rating,
    ));
    let found: Option<Counters> = first!(conn, query)?;
    found.ok_or_else(|| crate::store::StoreError::Invalid(format!("workspace {ws} is gone")))
}

async fn named_rows(conn: &mut Conn, working: &mut WorkingSet, named: &Named<'_>) -> Result<()> {
    fn list<'r>(ids: &FxHashSet<&'r str>) -> Vec<&'r str> {
        ids.iter().copied().collect()
    }
    let ws = working.ws;
    load_rows!(conn, ws, members.id in list(&named.members) => MemberRow, working.members);
    load_rows!(conn, ws, teams.id in list(&named.teams) => TeamRow, working.teams);
    load_rows!(conn, ws, labels.id in list(&named.labels) => LabelRow, working.labels);
    load_rows!(conn, ws, channels.name in list(&named.channels) => ChannelRow, working.channels);
    load_rows!(conn, ws, customers.id in list(&named.customers) => CustomerRow, working.customers);
    load_rows!(conn, ws, conversations.id in list(&named.conversations) => ConversationRow, working.conversations);
    load_rows!(conn, ws, messages.id in list(&named.messages) => MessageRow, working.messages);
    load_rows!(conn, ws, ratings.id in list(&named.ratings) => RatingRow, working.ratings);
    load_rows!(conn, ws, follow_ups.id in list(&named.follow_ups) => FollowUpRow, working.follow_ups);
    load_rows!(conn, ws, events.id in list(&named.events) => EventRow, working.events);
    load_rows!(conn, ws, surveys.id in list(&named.surveys) => SurveyRow, working.surveys);
    Ok(())
}

/// The conversations that messages and the like of the batch stand in now: a record may take its thing out of one that no
/// record names.
async fn left_behind(conn: &mut Conn, working: &mut WorkingSet) -> Result<()> {
    let parents = working.messages.stored_parents();
    let parents = parents
        .chain(working.ratings.stored_parents())
        .chain(working.follow_ups.stored_parents())
        .chain(working.events.stored_parents())
        .chain(working.surveys.stored_parents());
    let mut keys: Vec<i64> = parents
        .filter(|key| working.conversations.entry(*key).is_none())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    load_rows!(conn, working.ws, conversations.conversation_key in keys => ConversationRow, working.conversations);
    Ok(())
}

async fn owners(conn: &mut Conn, working: &mut WorkingSet) -> Result<()> {
    let roles = [Role::Owner.name()];
    load_rows!(conn, working.ws, members.role in roles => MemberRow, working.members);
    Ok(())
}

/// What deletes and lists reach: a conversation's events, a customer's ratings (those of conversations that come to an erased
/// one too), a label's conversations.
async fn deleted_rows(conn: &mut Conn, working: &mut WorkingSet, named: &Named<'_>) -> Result<()> {
    for label in current(&named.deleted_labels, |id| {
        working.labels.get(id).map(|row| row.label_key)
    }) {
        labeled(conn, working, label).await?;
    }
    let customers = current(&named.deleted_customers, |id| {
        working.customers.get(id).map(|row| row.customer_key)
    });
    // Conversations first: ratings are found by conversation, and a rating that is not loaded would keep its comment after the
    // erasure.
    all_of_customers(conn, working, &customers).await?;
    let theirs: Vec<i64> = customers
        .iter()
        .flat_map(|customer| working.conversations.current_of(*customer))
        .map(|row| row.conversation_key)
        .collect();
    load_rows!(conn, working.ws, ratings.conversation_key in theirs => RatingRow, working.ratings);
    let to_erased = named.given.iter().filter(|(_, customer)| {
        named.deleted_customers.contains(customer)
            || working
                .customers
                .get(customer)
                .is_some_and(|row| row.erased)
    });
    let came: Vec<i64> = to_erased
        .filter_map(|(id, _)| {
            working
                .conversations
                .get(id)
                .map(|row| row.conversation_key)
        })
        .collect();
    load_rows!(conn, working.ws, ratings.conversation_key in came => RatingRow, working.ratings);
    let mut conversations: Vec<i64> = named
        .deleted_conversations
        .union(&named.listing)
        .filter_map(|id| Some(working.conversations.get(id)?.conversation_key))
        .collect();
    conversations.sort_unstable();
    history(conn, working, &conversations).await
}

/// All conversations that have the label.
async fn labeled(conn: &mut Conn, working: &mut WorkingSet, label: i64) -> Result<()> {
    // All keys stand in one text, with spaces between: `%1%` alone would also find label 12.
    let alone = conversations::label_keys.eq(label.to_string());
    let first = conversations::label_keys.like(format!("{label} %"));
    let last = conversations::label_keys.like(format!("% {label}"));
    let between = conversations::label_keys.like(format!("% {label} %"));
    let query = conversations::table
        .filter(conversations::workspace_id.eq(working.ws))
        .filter(alone.or(first).or(last).or(between));
    let rows: Vec<ConversationRow> = load!(conn, query)?;
    for row in rows {
        working.conversations.load(row);
    }
    Ok(())
}

/// All that belongs to these conversations.
pub(crate) async fn history(conn: &mut Conn, working: &mut WorkingSet, keys: &[i64]) -> Result<()> {
    let ws = working.ws;
    load_rows!(conn, ws, messages.conversation_key in keys => MessageRow, working.messages);
    load_rows!(conn, ws, ratings.conversation_key in keys => RatingRow, working.ratings);
    load_rows!(conn, ws, follow_ups.conversation_key in keys => FollowUpRow, working.follow_ups);
    load_rows!(conn, ws, events.conversation_key in keys => EventRow, working.events);
    load_rows!(conn, ws, surveys.conversation_key in keys => SurveyRow, working.surveys);
    working.with_history.extend(keys);
    Ok(())
}

/// These conversations themselves.
pub(crate) async fn conversations(
    conn: &mut Conn,
    working: &mut WorkingSet,
    keys: &[i64],
) -> Result<()> {
    load_rows!(conn, working.ws, conversations.conversation_key in keys => ConversationRow, working.conversations);
    Ok(())
}

/// All ratings and surveys of these conversations.
pub(crate) async fn ratings_and_surveys(
    conn: &mut Conn,
    working: &mut WorkingSet,
    keys: &[i64],
) -> Result<()> {
    load_rows!(conn, working.ws, ratings.conversation_key in keys => RatingRow, working.ratings);
    load_rows!(conn, working.ws, surveys.conversation_key in keys => SurveyRow, working.surveys);
    working.with_surveys.extend(keys);
    Ok(())
}

/// The opening conversation of each of these customers.
pub(crate) async fn openers(
    conn: &mut Conn,
    working: &mut WorkingSet,
    customers: &[i64],
) -> Result<()> {
    for customers in customers.chunks(conn.most_keys()) {
        let query = conversations::table
            .filter(conversations::workspace_id.eq(working.ws))
            .filter(conversations::customer_key.eq_any(customers))
            .filter(conversations::opens_customer.eq(true));
        let rows: Vec<ConversationRow> = load!(conn, query)?;
        for row in rows {
            working.conversations.load(row);
        }
    }
    Ok(())
}

/// These customers themselves.
pub(crate) async fn customers(
    conn: &mut Conn,
    working: &mut WorkingSet,
    keys: &[i64],
) -> Result<()> {
    load_rows!(conn, working.ws, customers.customer_key in keys => CustomerRow, working.customers);
    Ok(())
}

/// All conversations of these customers.
pub(crate) async fn all_of_customers(
    conn: &mut Conn,
    working: &mut WorkingSet,
    customers: &[i64],
) -> Result<()> {
    load_rows!(conn, working.ws, conversations.customer_key in customers => ConversationRow, working.conversations);
    Ok(())
}
