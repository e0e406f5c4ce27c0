//! Days whose facts were dropped stay as they are: what would change one is refused, record by record.
//!
//! What a later fact does to an earlier day (a reply to a conversation that was unanswered on a final day) is no reason to
//! refuse it: the final day keeps the figure that it had.

use super::{
    field::RecordError,
    record::{
        ConversationRecord, EventRecord, FollowUpRecord, Kind, MessageRecord, RatingRecord, Record,
        SurveyRecord,
    },
    working::WorkingSet,
};
use crate::{
    instant::Instant,
    retention::RetentionCutoff,
    store::{
        keys,
        rows::{ConversationRow, EventRow, MessageRow, SurveyRow},
    },
};

/// The refusal of a record that would change a final day.
pub(super) fn refuse(cutoff: RetentionCutoff, field: &'static str, what: &str) -> RecordError {
    RecordError::new(
        field,
        format!(
            "{what} before {}: the facts of those days were dropped, and their figures are final",
            cutoff.day
        ),
    )
}

/// Whether a record may be of a final day, so that what is stored of it has to be known.
pub(crate) fn is_of_final_day(cutoff: RetentionCutoff, record: &Record) -> bool {
    let is_final = |message: &MessageRecord| cutoff.is_final(message.sent_at);
    match record {
        Record::Message(message) => is_final(message),
        Record::Conversation(ConversationRecord {
            children: Some(lists),
            ..
        }) => lists.messages.iter().flatten().any(is_final),
        _ => false,
    }
}

impl WorkingSet {
    /// Refuses a record that would change a final day. One that says what is stored is not refused.
    pub(super) fn check_final(&self, record: &Record) -> Result<(), RecordError> {
        let Some(cutoff) = self.cutoff else {
            return Ok(());
        };
        match record {
            Record::Conversation(record) => self.check_conversation(cutoff, record),
            Record::Message(record) => self.check_message(cutoff, record),
            Record::Rating(record) => self.check_rating(cutoff, record),
            Record::FollowUp(record) => self.check_follow_up(cutoff, record),
            Record::Event(record) => self.check_event(cutoff, record),
            Record::Survey(record) => self.check_survey(cutoff, record),
            Record::Delete { of, id } => self.check_delete(cutoff, *of, id),
            Record::Member(_) | Record::Team(_) | Record::Label(_) | Record::Customer(_) => Ok(()),
        }
    }

    /// What a conversation lends to all of its days, and where it opens and closes, may not change on final days.
    fn check_conversation(
        &self,
        cutoff: RetentionCutoff,
        record: &ConversationRecord,
    ) -> Result<(), RecordError> {
        let old = self
            .conversations
            .get(&record.id)
            .filter(|row| row.created_at.is_some());
        if self.is_stale(record) {
            return Ok(());
        }
        let created_at = Some(record.created_at.micros());
        if cutoff.is_final_micros(created_at)
            || old.is_some_and(|row| cutoff.is_final_micros(row.created_at))
        {
            let Some(old) = old.filter(|row| row.created_at == created_at) else {
                return Err(refuse(cutoff, "created_at", "can't begin, or have begun,"));
            };
            if let Some(field) = self.differing(old, record) {
                return Err(refuse(
                    cutoff,
                    field,
                    "can't change for a conversation that began",
                ));
            }
        }
        let (old_closed, closed) = (
            old.and_then(|row| row.closed_at),
            record.closed_at.map(Instant::micros),
        );
        if old_closed != closed
            && (cutoff.is_final_micros(old_closed) || cutoff.is_final_micros(closed))
        {
            return Err(refuse(cutoff, "closed_at", "can't be, or have been,"));
        }
        if cutoff.is_final_micros(closed) && old.and_then(|row| row.outcome) != record.outcome {
            return Err(refuse(
                cutoff,
                "outcome",
                "can't change for a conversation that was closed",
            ));
        }
        match &record.children {
            Some(lists) => self.check_children(cutoff, &record.id, lists),
            None => Ok(()),
        }
    }

    /// The field by which a conversation's figures would move on all of its days.
    fn differing(
        &self,
        old: &ConversationRow,
        record: &ConversationRecord,
    ) -> Option<&'static str> {
        let member = |id: &String| self.members.get(id).map(|row| row.member_key);
        let labels: Option<Vec<i64>> = record
            .label_ids
            .iter()
            .map(|id| self.labels.get(id).map(|row| row.label_key))
            .collect();
        let labels = labels.map(|mut labels| {
            labels.sort_unstable();
            keys::join(labels)
        });
        let assignee = record.assignee_id.as_ref().map(member);
        let differs = [
            (
                "customer_id",
                self.customers
                    .get(&record.customer_id)
                    .map(|row| row.customer_key)
                    != old.customer_key,
            ),
            (
                "channel",
                self.channels
                    .get(&record.channel)
                    .map(|row| row.channel_key)
                    != old.channel_key,
            ),
            ("assignee_id", assignee != old.assignee_key.map(Some)),
            (
                "label_ids",
                labels.as_deref() != Some(old.label_keys.as_str()),
            ),
            ("attributes", record.attributes != old.attributes),
        ];
        differs
            .into_iter()
            .find(|(_, differs)| *differs)
            .map(|(field, _)| field)
    }

    fn conversation_is(&self, id: &str, key: i64) -> bool {
        self.conversations
            .get(id)
            .is_some_and(|row| row.conversation_key == key)
    }

    pub(super) fn check_message(
        &self,
        cutoff: RetentionCutoff,
        record: &MessageRecord,
    ) -> Result<(), RecordError> {
        let old = self.messages.get(&record.id);
        let same = |row: &MessageRow| {
            row.sent_at == record.sent_at.micros()
                && row.kind == record.kind
                && self.conversation_is(&record.conversation_id, row.conversation_key)
        };
        let concerned = cutoff.is_final(record.sent_at)
            || old.is_some_and(|row| cutoff.is_final_micros(Some(row.sent_at)));
        if concerned && !old.is_some_and(same) {
            Err(refuse(cutoff, "sent_at", "can't be, or have been,"))
        } else {
            Ok(())
        }
    }

    pub(super) fn check_rating(
        &self,
        cutoff: RetentionCutoff,
        record: &RatingRecord,
    ) -> Result<(), RecordError> {
        let old = self.ratings.get(&record.id);
        let member = record
            .member_id
            .as_ref()
            .map(|id| self.members.get(id).map(|row| row.member_key));
        let same = old.is_some_and(|row| {
            row.rated_at == record.rated_at.micros()
                && row.score == record.score
                && row.member_key.map(Some) == member
                && self.conversation_is(&record.conversation_id, row.conversation_key)
        });
        let concerned = cutoff.is_final(record.rated_at)
            || old.is_some_and(|row| cutoff.is_final_micros(Some(row.rated_at)));
        if concerned && !same {
            Err(refuse(cutoff, "rated_at", "can't be, or have been,"))
        } else {
            Ok(())
        }
    }

    pub(super) fn check_follow_up(
        &self,
        cutoff: RetentionCutoff,
        record: &FollowUpRecord,
    ) -> Result<(), RecordError> {
        let old = self.follow_ups.get(&record.id);
        let completed_at = record.completed_at.map(Instant::micros);
        let assignee = record
            .assignee_id
            .as_ref()
            .map(|id| self.members.get(id).map(|row| row.member_key));
        let same = old.is_some_and(|row| {
            row.completed_at == completed_at
                && row.assignee_key.map(Some) == assignee
                && self.conversation_is(&record.conversation_id, row.conversation_key)
        });
        let concerned = cutoff.is_final_micros(completed_at)
            || old.is_some_and(|row| cutoff.is_final_micros(row.completed_at));
        if concerned && !same {
            Err(refuse(cutoff, "completed_at", "can't be, or have been,"))
        } else {
            Ok(())
        }
    }

    pub(super) fn check_event(
        &self,
        cutoff: RetentionCutoff,
        record: &EventRecord,
    ) -> Result<(), RecordError> {
        let old = self.events.get(&record.id);
        // Who did it counts nowhere.
        let same = |row: &EventRow| {
            row.at == record.at.micros()
                && row.kind == record.kind
                && self.conversation_is(&record.conversation_id, row.conversation_key)
        };
        let concerned = cutoff.is_final(record.at)
            || old.is_some_and(|row| cutoff.is_final_micros(Some(row.at)));
        if concerned && !old.is_some_and(same) {
            Err(refuse(cutoff, "at", "can't be, or have been,"))
        } else {
            Ok(())
        }
    }

    pub(super) fn check_survey(
        &self,
        cutoff: RetentionCutoff,
        record: &SurveyRecord,
    ) -> Result<(), RecordError> {
        let old = self.surveys.get(&record.id);
        let member = record
            .member_id
            .as_ref()
            .map(|id| self.members.get(id).map(|row| row.member_key));
        let same = |row: &SurveyRow| {
            row.asked_at == record.asked_at.micros()
                && row.member_key.map(Some) == member
                && self.conversation_is(&record.conversation_id, row.conversation_key)
        };
        let concerned = cutoff.is_final(record.asked_at)
            || old.is_some_and(|row| cutoff.is_final_micros(Some(row.asked_at)));
        if concerned && !old.is_some_and(same) {
            Err(refuse(cutoff, "asked_at", "can't be, or have been,"))
        } else {
            Ok(())
        }
    }

    fn check_delete(&self, cutoff: RetentionCutoff, of: Kind, id: &str) -> Result<(), RecordError> {
        let on_final_day = match of {
            Kind::Conversation => self
                .conversations
                .get(id)
                .is_some_and(|row| self.reaches_back(cutoff, row)),
            Kind::Message => self
                .messages
                .get(id)
                .is_some_and(|row| cutoff.is_final_micros(Some(row.sent_at))),
            Kind::Rating => self
                .ratings
                .get(id)
                .is_some_and(|row| cutoff.is_final_micros(Some(row.rated_at))),
            Kind::FollowUp => self
                .follow_ups
                .get(id)
                .is_some_and(|row| cutoff.is_final_micros(row.completed_at)),
            Kind::Event => self
                .events
                .get(id)
                .is_some_and(|row| cutoff.is_final_micros(Some(row.at))),
            Kind::Survey => self
                .surveys
                .get(id)
                .is_some_and(|row| cutoff.is_final_micros(Some(row.asked_at))),
            Kind::Label => self
                .labels
                .get(id)
                .is_some_and(|row| row.label_key < cutoff.labels),
            Kind::Member | Kind::Team | Kind::Customer => false,
        };
        if on_final_day {
            Err(refuse(
                cutoff,
                "id",
                "can't be deleted, because it may count on days",
            ))
        } else {
            Ok(())
        }
    }

    /// Whether anything of a conversation, all of which is here, is of a final day.
    fn reaches_back(&self, cutoff: RetentionCutoff, row: &ConversationRow) -> bool {
        let key = row.conversation_key;
        cutoff.is_final_micros(row.created_at)
            || cutoff.is_final_micros(row.closed_at)
            || self
                .messages
                .current_of(key)
                .any(|row| cutoff.is_final_micros(Some(row.sent_at)))
            || self
                .ratings
                .current_of(key)
                .any(|row| cutoff.is_final_micros(Some(row.rated_at)))
            || self
                .follow_ups
                .current_of(key)
                .any(|row| cutoff.is_final_micros(row.completed_at))
            || self
                .events
                .current_of(key)
                .any(|row| cutoff.is_final_micros(Some(row.at)))
            || self
                .surveys
                .current_of(key)
                .any(|row| cutoff.is_final_micros(Some(row.asked_at)))
    }

    /// Gives the customers whose first activity is to be derived. That of the others was on a final day and stays where it
    /// is: a conversation of theirs that had it has it, and no other one gets it.
    pub(super) fn keep_final_openers(&mut self, customers: Vec<i64>) -> Vec<i64> {
        let (settled, derived): (Vec<i64>, Vec<i64>) = customers.into_iter().partition(|key| {
            self.customers
                .by_key(*key)
                .is_some_and(|row| row.opened_finally)
        });
        for customer in settled {
            let opens =
                |row: &ConversationRow| row.opens_customer && row.customer_key == Some(customer);
            let theirs = self.conversations.of(customer).filter_map(|entry| {
                let row = entry
                    .current
                    .as_ref()
                    .filter(|row| row.customer_key == Some(customer))?;
                let opens_customer = entry.stored.as_ref().is_some_and(opens);
                (row.opens_customer != opens_customer).then(|| ConversationRow {
                    opens_customer,
                    ..row.clone()
                })
            });
            for row in theirs.collect::<Vec<_>>() {
                self.conversations.set(row);
            }
        }
        derived
    }
}
