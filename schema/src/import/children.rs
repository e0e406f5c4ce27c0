//! The lists of what belongs to a conversation, in the conversation's record: each that is there is complete.

use rustc_hash::FxHashSet;
use serde_json::value::RawValue;

use super::{
    apply::Outcome,
    field::{self, MaxTimestamp, RecordError},
    final_days::refuse,
    lines::MAX_LINE_BYTES,
    record::{
        self, EventRecord, FollowUpRecord, MessageRecord, RatingRecord, RawRecord, SurveyRecord,
    },
    table::{Row, Table},
    working::WorkingSet,
};
use crate::retention::RetentionCutoff;

/// What a conversation has of each type; `None` where the record says nothing of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ChildLists {
    pub(crate) messages: Option<Vec<MessageRecord>>,
    pub(crate) ratings: Option<Vec<RatingRecord>>,
    pub(crate) follow_ups: Option<Vec<FollowUpRecord>>,
    pub(crate) events: Option<Vec<EventRecord>>,
    pub(crate) surveys: Option<Vec<SurveyRecord>>,
}

impl ChildLists {
    /// Reads the lists of a conversation's record; `None` where it has none.
    pub(super) fn read(
        latest: MaxTimestamp,
        raw: &RawRecord<'_>,
        id: &str,
    ) -> Result<Option<Self>, RecordError> {
        let lists = Self {
            messages: list("messages", raw.messages, |raw, child| {
                record::message(latest, raw, child, id.to_owned())
            })?,
            ratings: list("ratings", raw.ratings, |raw, child| {
                record::rating(latest, raw, child, id.to_owned())
            })?,
            follow_ups: list("follow_ups", raw.follow_ups, |raw, child| {
                record::follow_up(latest, raw, child, id.to_owned())
            })?,
            events: list("events", raw.events, |raw, child| {
                record::event(latest, raw, child, id.to_owned())
            })?,
            surveys: list("surveys", raw.surveys, |raw, child| {
                record::survey(latest, raw, child, id.to_owned())
            })?,
        };
        Ok(Some(lists).filter(|lists| *lists != Self::default()))
    }

    /// How many entries the lists have.
    pub(super) fn len(&self) -> usize {
        fn entries<T>(list: Option<&Vec<T>>) -> usize {
            list.map_or(0, Vec::len)
        }
        entries(self.messages.as_ref())
            + entries(self.ratings.as_ref())
            + entries(self.follow_ups.as_ref())
            + entries(self.events.as_ref())
            + entries(self.surveys.as_ref())
    }
}

/// Entries of one list: 16 MiB of usual messages are fewer. All of a record is in memory at a time, some 500 bytes for each entry.
const MAX_ENTRIES: usize = 200_000;

/// Reads one list. Its entries are records whose type and conversation are known, so that both are ignored.
fn list<T>(
    name: &'static str,
    raw: Option<&RawValue>,
    read: impl Fn(&RawRecord<'_>, String) -> Result<T, RecordError>,
) -> Result<Option<Vec<T>>, RecordError> {
    let Some(entries) = field::list(name, raw)? else {
        return Ok(None);
    };
    if MAX_ENTRIES < entries.len() {
        let reason = format!("has {} entries, and may have {MAX_ENTRIES}", entries.len());
        return Err(RecordError::new(name, reason));
    }
    let mut listed = FxHashSet::default();
    let mut records = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        if MAX_LINE_BYTES < entry.get().len() {
            let error = RecordError::new("id", "the entry is longer than 1 MiB".to_owned());
            return Err(error.in_entry(name, index));
        }
        let record = RawRecord::read(entry.get()).and_then(|raw| {
            let id = field::id("id", raw.id)?;
            if !listed.insert(id.clone()) {
                let id = field::shown(&format!("{id:?}"));
                return Err(RecordError::new("id", format!("is listed twice: {id}")));
            }
            read(&raw, id)
        });
        records.push(record.map_err(|error| error.in_entry(name, index))?);
    }
    Ok(Some(records))
}

/// What a list of records has the ids of.
macro_rules! ids {
    ($records:expr) => {
        $records.iter().map(|record| record.id.as_str()).collect()
    };
}

impl WorkingSet {
    /// Replaces what a conversation has of each type that is listed. All that it has is here.
    pub(super) fn replace_children(&mut self, conversation: i64, lists: &ChildLists) -> Outcome {
        let mut outcome = Outcome::Unchanged;
        if let Some(records) = &lists.messages {
            outcome |= remove_unlisted(&mut self.messages, conversation, &ids!(records));
            for record in records {
                outcome |= self.message(record);
            }
        }
        if let Some(records) = &lists.ratings {
            outcome |= remove_unlisted(&mut self.ratings, conversation, &ids!(records));
            for record in records {
                outcome |= self.rating(record);
            }
        }
        if let Some(records) = &lists.follow_ups {
            outcome |= remove_unlisted(&mut self.follow_ups, conversation, &ids!(records));
            for record in records {
                outcome |= self.follow_up(record);
            }
        }
        if let Some(records) = &lists.events {
            outcome |= remove_unlisted(&mut self.events, conversation, &ids!(records));
            for record in records {
                outcome |= self.event(record);
            }
        }
        if let Some(records) = &lists.surveys {
            outcome |= remove_unlisted(&mut self.surveys, conversation, &ids!(records));
            for record in records {
                outcome |= self.survey(record);
            }
        }
        outcome
    }

    /// Refuses lists that would change a final day: by an entry, or by one that is not there.
    pub(super) fn check_children(
        &self,
        cutoff: RetentionCutoff,
        id: &str,
        lists: &ChildLists,
    ) -> Result<(), RecordError> {
        // Checks each entry, then what the list leaves out.
        macro_rules! check {
            ($list:ident, $check:ident, $at:ident) => {
                if let Some(records) = &lists.$list {
                    for (index, record) in records.iter().enumerate() {
                        self.$check(cutoff, record)
                            .map_err(|error| error.in_entry(stringify!($list), index))?;
                    }
                    let key = self.conversations.get(id).map(|row| row.conversation_key);
                    let mut removed = unlisted(&self.$list, key, ids!(records));
                    if removed.any(|row| cutoff.is_final_micros(row.$at.into())) {
                        let what = "can't leave out what counts on days";
                        return Err(refuse(cutoff, stringify!($list), what));
                    }
                }
            };
        }
        check!(messages, check_message, sent_at);
        check!(ratings, check_rating, rated_at);
        check!(follow_ups, check_follow_up, completed_at);
        check!(events, check_event, at);
        check!(surveys, check_survey, asked_at);
        Ok(())
    }
}

/// The rows of a conversation that are not listed.
fn unlisted<'t, R: Row + 't>(
    table: &'t Table<R>,
    conversation: Option<i64>,
    listed: FxHashSet<&'t str>,
) -> impl Iterator<Item = &'t R> {
    let theirs = conversation
        .into_iter()
        .flat_map(move |key| table.current_of(key));
    theirs.filter(move |row| !listed.contains(row.id()))
}

fn remove_unlisted<R: Row>(
    table: &mut Table<R>,
    conversation: i64,
    listed: &FxHashSet<&str>,
) -> Outcome {
    let gone: Vec<String> = table
        .current_of(conversation)
        .filter(|row| !listed.contains(row.id()))
        .map(|row| row.id().to_owned())
        .collect();
    for id in &gone {
        table.remove(id);
    }
    if gone.is_empty() {
        Outcome::Unchanged
    } else {
        Outcome::Accepted
    }
}
