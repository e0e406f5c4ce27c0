//! Rows of one table while a batch is applied: as stored, and as the batch leaves them.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::store::rows::{
    ChannelRow, ConversationRow, CustomerRow, EventRow, FollowUpRow, LabelRow, MemberRow,
    MessageRow, RatingRow, SurveyRow, TeamRow,
};

/// What every row can say of itself.
pub(crate) trait Row: Clone + PartialEq {
    /// The source system's id (of a channel its name).
    fn id(&self) -> &str;
    /// Its key; 0 where rows of the table have none.
    fn key(&self) -> i64;
    /// The key of what it belongs to: a message's conversation, a conversation's customer.
    fn parent(&self) -> Option<i64>;
}

/// One row before and after.
#[derive(Debug)]
pub(crate) struct Entry<R> {
    /// As it stands in the database.
    pub(crate) stored: Option<R>,
    /// As the batch leaves it.
    pub(crate) current: Option<R>,
}

impl<R: PartialEq> Entry<R> {
    /// Whether there was nothing and is nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        self.stored.is_none() && self.current.is_none()
    }

    pub(crate) fn changed(&self) -> bool {
        self.stored != self.current
    }
}

/// The rows of one table that a batch has to do with.
#[derive(Debug)]
pub(crate) struct Table<R> {
    entries: Vec<Entry<R>>,
    by_id: FxHashMap<String, usize>,
    by_key: FxHashMap<i64, usize>,
    by_parent: FxHashMap<i64, Vec<usize>>,
    /// Which parents know of which rows already: looked for in their lists, each row of a long one that comes to another
    /// parent would cost a walk through it.
    placed: FxHashSet<(i64, usize)>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            by_id: FxHashMap::default(),
            by_key: FxHashMap::default(),
            by_parent: FxHashMap::default(),
            placed: FxHashSet::default(),
        }
    }
}

impl<R: Row> Table<R> {
    /// Takes in a row as it stands in the database; one that is here already stays as it is.
    pub(crate) fn load(&mut self, row: R) {
        if !self.by_id.contains_key(row.id()) {
            self.push(Entry {
                stored: Some(row.clone()),
                current: Some(row),
            });
        }
    }

    /// The row of that id, as the batch has it so far.
    pub(crate) fn get(&self, id: &str) -> Option<&R> {
        self.entries[*self.by_id.get(id)?].current.as_ref()
    }

    /// The row of that key, as the batch has it so far.
    pub(crate) fn by_key(&self, key: i64) -> Option<&R> {
        self.entries[*self.by_key.get(&key)?].current.as_ref()
    }

    /// The row of that key before and after.
    pub(crate) fn entry(&self, key: i64) -> Option<&Entry<R>> {
        self.by_key.get(&key).map(|&at| &self.entries[at])
    }

    /// The key that the id has, or had before it was deleted in this batch.
    pub(crate) fn key_of(&self, id: &str) -> Option<i64> {
        let entry = &self.entries[*self.by_id.get(id)?];
        entry
            .current
            .as_ref()
            .or(entry.stored.as_ref())
            .map(Row::key)
    }

    /// Puts `row` in the place of whatever has its id.
    pub(crate) fn set(&mut self, row: R) {
        let Some(&at) = self.by_id.get(row.id()) else {
            self.push(Entry {
                stored: None,
                current: Some(row),
            });
            return;
        };
        self.place(row.parent(), at);
        // A thing that the batch made, deleted and made again has another key than before.
        self.by_key.insert(row.key(), at);
        self.entries[at].current = Some(row);
    }

    /// Takes the row of that id away.
    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(&at) = self.by_id.get(id) {
            self.entries[at].current = None;
        }
    }

    /// All rows before and after.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry<R>> {
        self.entries.iter()
    }

    /// The rows that belong, or belonged, to `parent`.
    pub(crate) fn of(&self, parent: i64) -> impl Iterator<Item = &Entry<R>> {
        self.by_parent
            .get(&parent)
            .into_iter()
            .flatten()
            .map(|&at| &self.entries[at])
    }

    /// The rows that belong to `parent` as the batch has it so far.
    pub(crate) fn current_of(&self, parent: i64) -> impl Iterator<Item = &R> {
        self.of(parent)
            .filter_map(|entry| entry.current.as_ref())
            .filter(move |row| row.parent() == Some(parent))
    }

    /// What the rows as stored belong to.
    pub(crate) fn stored_parents(&self) -> impl Iterator<Item = i64> {
        self.entries
            .iter()
            .filter_map(|entry| entry.stored.as_ref())
            .filter_map(Row::parent)
    }

    /// Whether the batch changes anything here.
    pub(crate) fn changed(&self) -> bool {
        self.entries.iter().any(Entry::changed)
    }

    fn push(&mut self, entry: Entry<R>) {
        let at = self.entries.len();
        let Some(row) = &entry.current else { return };
        self.by_id.insert(row.id().to_owned(), at);
        self.by_key.insert(row.key(), at);
        let parent = row.parent();
        self.place(parent, at);
        self.entries.push(entry);
    }

    /// Lets a parent know of a row.
    fn place(&mut self, parent: Option<i64>, at: usize) {
        if let Some(parent) = parent
            && self.placed.insert((parent, at))
        {
            self.by_parent.entry(parent).or_default().push(at);
        }
    }
}

macro_rules! rows {
    ($($row:ident: id = $id:ident, key = $key:expr, parent = $parent:expr;)*) => {$(
        impl Row for $row {
            fn id(&self) -> &str {
                &self.$id
            }

            fn key(&self) -> i64 {
                let key: fn(&Self) -> i64 = $key;
                key(self)
            }

            fn parent(&self) -> Option<i64> {
                let parent: fn(&Self) -> Option<i64> = $parent;
                parent(self)
            }
        }
    )*};
}

rows! {
    MemberRow: id = id, key = |row| row.member_key, parent = |_| None;
    TeamRow: id = id, key = |row| row.team_key, parent = |_| None;
    LabelRow: id = id, key = |row| row.label_key, parent = |_| None;
    ChannelRow: id = name, key = |row| row.channel_key, parent = |_| None;
    CustomerRow: id = id, key = |row| row.customer_key, parent = |_| None;
    ConversationRow: id = id, key = |row| row.conversation_key, parent = |row| row.customer_key;
    MessageRow: id = id, key = |_| 0, parent = |row| Some(row.conversation_key);
    RatingRow: id = id, key = |row| row.rating_key, parent = |row| Some(row.conversation_key);
    FollowUpRow: id = id, key = |_| 0, parent = |row| Some(row.conversation_key);
    EventRow: id = id, key = |_| 0, parent = |row| Some(row.conversation_key);
    SurveyRow: id = id, key = |_| 0, parent = |row| Some(row.conversation_key);
}
