//! What one record does to the rows: pure, one record after the other.

use super::{
    Sender,
    field::RecordError,
    record::{
        ConversationRecord, CustomerRecord, EventRecord, FollowUpRecord, Kind, LabelRecord,
        MemberRecord, MessageRecord, RatingRecord, Record, SurveyRecord, TeamRecord,
    },
    table::{Row, Table},
    working::WorkingSet,
};
use crate::{
    instant::Instant,
    role::Role,
    store::{
        keys,
        rows::{
            ConversationRow, CustomerRow, EventRow, FollowUpRow, LabelRow, MemberRow, MessageRow,
            RatingRow, SurveyRow, TeamRow,
        },
    },
};

/// What became of a record that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    Unchanged,
    Stale,
}

/// What became of two parts of one record: it changed something where one of them did.
impl std::ops::BitOrAssign for Outcome {
    fn bitor_assign(&mut self, other: Self) {
        if other == Self::Accepted {
            *self = other;
        }
    }
}

impl WorkingSet {
    /// Applies one record.
    pub(crate) fn apply(&mut self, record: &Record) -> Result<Outcome, RecordError> {
        self.check_final(record)?;
        match record {
            Record::Member(record) => self.member(record),
            Record::Team(record) => Ok(self.team(record)),
            Record::Label(record) => Ok(self.label(record)),
            Record::Customer(record) => Ok(self.customer(record)),
            Record::Conversation(record) => Ok(self.conversation(record)),
            Record::Message(record) => Ok(self.message(record)),
            Record::Rating(record) => Ok(self.rating(record)),
            Record::FollowUp(record) => Ok(self.follow_up(record)),
            Record::Event(record) => Ok(self.event(record)),
            Record::Survey(record) => Ok(self.survey(record)),
            Record::Delete { of, id } => self.delete(*of, id),
        }
    }

    fn member(&mut self, record: &MemberRecord) -> Result<Outcome, RecordError> {
        let known = self.members.get(&record.id).filter(|row| row.known);
        let stored_role = known.and_then(|row| Role::parse(&row.role));
        let role = record.role.or(stored_role).unwrap_or(Role::Agent);
        self.check_role(stored_role, role)?;
        if !record.active {
            self.check_last_owner(&record.id, "active")?;
        }
        let row = MemberRow {
            workspace_id: self.ws,
            member_key: self.free_member_key(&record.id),
            id: record.id.clone(),
            name: record.name.clone(),
            email: record.email.clone(),
            role: role.name().to_owned(),
            active: record.active,
            avatar_url: record.avatar_url.clone(),
            known: true,
        };
        Ok(replace(&mut self.members, row))
    }

    /// An import makes and unmakes no owners, unless the operator runs it; an API token changes no role at all.
    fn check_role(&self, stored: Option<Role>, role: Role) -> Result<(), RecordError> {
        let refuse = |reason: String| Err(RecordError::new("role", reason));
        if self.sender != Sender::Operator && (stored == Some(Role::Owner)) != (role == Role::Owner)
        {
            return refuse("owners are not made or unmade by an import".to_owned());
        }
        if matches!(self.sender, Sender::ApiToken(_)) {
            match stored {
                Some(stored) if stored != role => {
                    return refuse(format!(
                        "an API token can't change a role, here from {} to {}",
                        stored.name(),
                        role.name()
                    ));
                }
                None if !matches!(role, Role::Agent | Role::Viewer) => {
                    return refuse(format!(
                        "an API token makes agents and viewers only, was {:?}",
                        role.name()
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The last active owner stays, unless the operator says otherwise.
    fn check_last_owner(&self, id: &str, field: &'static str) -> Result<(), RecordError> {
        let is_owner = |row: &MemberRow| row.known && row.active && row.role == Role::Owner.name();
        if self.sender == Sender::Operator || !self.members.get(id).is_some_and(is_owner) {
            return Ok(());
        }
        let owners = self
            .members
            .entries()
            .filter_map(|entry| entry.current.as_ref())
            .filter(|row| is_owner(row));
        if owners.count() == 1 {
            return Err(RecordError::new(
                field,
                format!("{id:?} is the last owner and stays active"),
            ));
        }
        Ok(())
    }

    fn team(&mut self, record: &TeamRecord) -> Outcome {
        let mut members: Vec<i64> = record
            .member_ids
            .iter()
            .map(|id| self.member_key(id))
            .collect();
        members.sort_unstable();
        let row = TeamRow {
            workspace_id: self.ws,
            team_key: self.free_team_key(&record.id),
            id: record.id.clone(),
            name: record.name.clone(),
            member_keys: keys::join(members),
        };
        replace(&mut self.teams, row)
    }

    fn label(&mut self, record: &LabelRecord) -> Outcome {
        let row = LabelRow {
            workspace_id: self.ws,
            label_key: self.free_label_key(&record.id),
            id: record.id.clone(),
            title: record.title.clone(),
            color: record.color.clone(),
            known: true,
        };
        replace(&mut self.labels, row)
    }

    fn customer(&mut self, record: &CustomerRecord) -> Outcome {
        let known = self.customers.get(&record.id);
        let (erased, opened_finally) =
            known.map_or((false, false), |row| (row.erased, row.opened_finally));
        let row = CustomerRow {
            workspace_id: self.ws,
            customer_key: self.free_customer_key(&record.id),
            id: record.id.clone(),
            name: record.name.clone(),
            email: record.email.clone(),
            known: true,
            erased,
            opened_finally,
        };
        replace(&mut self.customers, row)
    }

    fn conversation(&mut self, record: &ConversationRecord) -> Outcome {
        if self.is_stale(record) {
            return Outcome::Stale;
        }
        let old = self.conversations.get(&record.id).cloned();
        let mut labels: Vec<i64> = record
            .label_ids
            .iter()
            .map(|id| self.label_key(id))
            .collect();
        labels.sort_unstable();
        let customer_key = Some(self.customer_key(&record.customer_id));
        let row = ConversationRow {
            workspace_id: self.ws,
            conversation_key: self.free_conversation_key(&record.id),
            id: record.id.clone(),
            customer_key,
            created_at: Some(record.created_at.micros()),
            channel_key: Some(self.channel_key(&record.channel)),
            assignee_key: record.assignee_id.as_ref().map(|id| self.member_key(id)),
            label_keys: keys::join(labels),
            closed_at: record.closed_at.map(Instant::micros),
            outcome: record.outcome,
            updated_at: record.updated_at.map(Instant::micros),
            first_inbound_at: old.as_ref().and_then(|row| row.first_inbound_at),
            first_reply_at: old.as_ref().and_then(|row| row.first_reply_at),
            waiting_since: old.as_ref().and_then(|row| row.waiting_since),
            last_turn_at: old.as_ref().and_then(|row| row.last_turn_at),
            first_closed_at: old.as_ref().and_then(|row| row.first_closed_at),
            inbound_count: old.as_ref().map_or(0, |row| row.inbound_count),
            reply_count: old.as_ref().map_or(0, |row| row.reply_count),
            bot_count: old.as_ref().map_or(0, |row| row.bot_count),
            // Says something of one customer: with another one it is derived anew.
            opens_customer: old
                .as_ref()
                .is_some_and(|row| row.opens_customer && row.customer_key == customer_key),
            url: record.url.clone(),
            attributes: record.attributes.clone(),
        };
        let (key, erased) = (row.conversation_key, self.is_erased(row.customer_key));
        let mut outcome = replace(&mut self.conversations, row);
        if erased {
            self.erase_comments(key);
        }
        // After the conversation itself: whether a rating keeps its comment is up to the customer that it has now.
        if let Some(lists) = &record.children {
            outcome |= self.replace_children(key, lists);
        }
        outcome
    }

    /// Whether a conversation's record is older than what is stored.
    pub(super) fn is_stale(&self, record: &ConversationRecord) -> bool {
        let stored = self.conversations.get(&record.id);
        let updated_at = record.updated_at.map(Instant::micros);
        updated_at
            .zip(stored.and_then(|row| row.updated_at))
            .is_some_and(|(new, stored)| new < stored)
    }

    pub(super) fn message(&mut self, record: &MessageRecord) -> Outcome {
        let row = MessageRow {
            workspace_id: self.ws,
            conversation_key: self.conversation_key(&record.conversation_id),
            sent_at: record.sent_at.micros(),
            kind: record.kind,
            author_key: record.author_id.as_ref().map(|id| self.member_key(id)),
            id: record.id.clone(),
            waited_since: None,
        };
        // Says something of one reply in one conversation: with another kind or place it is derived anew.
        let old = self.messages.get(&record.id);
        let same =
            old.filter(|old| (old.conversation_key, old.kind) == (row.conversation_key, row.kind));
        let row = MessageRow {
            waited_since: same.and_then(|old| old.waited_since),
            ..row
        };
        replace(&mut self.messages, row)
    }

    pub(super) fn rating(&mut self, record: &RatingRecord) -> Outcome {
        let conversation_key = self.conversation_key(&record.conversation_id);
        let customer = self
            .conversations
            .by_key(conversation_key)
            .and_then(|row| row.customer_key);
        let row = RatingRow {
            workspace_id: self.ws,
            rating_key: self.free_rating_key(&record.id),
            id: record.id.clone(),
            conversation_key,
            rated_at: record.rated_at.micros(),
            score: record.score,
            comment: record.comment.clone().filter(|_| !self.is_erased(customer)),
            member_key: record.member_id.as_ref().map(|id| self.member_key(id)),
        };
        replace(&mut self.ratings, row)
    }

    pub(super) fn follow_up(&mut self, record: &FollowUpRecord) -> Outcome {
        let row = FollowUpRow {
            workspace_id: self.ws,
            conversation_key: self.conversation_key(&record.conversation_id),
            id: record.id.clone(),
            assignee_key: record.assignee_id.as_ref().map(|id| self.member_key(id)),
            due_at: record.due_at.map(Instant::micros),
            completed_at: record.completed_at.map(Instant::micros),
        };
        replace(&mut self.follow_ups, row)
    }

    pub(super) fn event(&mut self, record: &EventRecord) -> Outcome {
        let row = EventRow {
            workspace_id: self.ws,
            conversation_key: self.conversation_key(&record.conversation_id),
            id: record.id.clone(),
            at: record.at.micros(),
            kind: record.kind,
            member_key: record.member_id.as_ref().map(|id| self.member_key(id)),
        };
        replace(&mut self.events, row)
    }

    pub(super) fn survey(&mut self, record: &SurveyRecord) -> Outcome {
        let row = SurveyRow {
            workspace_id: self.ws,
            conversation_key: self.conversation_key(&record.conversation_id),
            id: record.id.clone(),
            asked_at: record.asked_at.micros(),
            member_key: record.member_id.as_ref().map(|id| self.member_key(id)),
            answered: self.surveys.get(&record.id).is_some_and(|old| old.answered),
        };
        replace(&mut self.surveys, row)
    }

    fn delete(&mut self, of: Kind, id: &str) -> Result<Outcome, RecordError> {
        Ok(match of {
            Kind::Member => return self.deactivate(id),
            Kind::Team => remove(&mut self.teams, id),
            Kind::Label => self.delete_label(id),
            Kind::Customer => self.erase(id),
            Kind::Conversation => self.delete_conversation(id),
            Kind::Message => remove(&mut self.messages, id),
            Kind::Rating => remove(&mut self.ratings, id),
            Kind::FollowUp => remove(&mut self.follow_ups, id),
            Kind::Event => remove(&mut self.events, id),
            Kind::Survey => remove(&mut self.surveys, id),
        })
    }

    fn deactivate(&mut self, id: &str) -> Result<Outcome, RecordError> {
        let Some(row) = self.members.get(id).filter(|row| row.active) else {
            return Ok(Outcome::Unchanged);
        };
        let row = MemberRow {
            active: false,
            ..row.clone()
        };
        self.check_last_owner(id, "id")?;
        Ok(replace(&mut self.members, row))
    }

    fn delete_label(&mut self, id: &str) -> Outcome {
        let Some(key) = self.labels.get(id).map(|row| row.label_key) else {
            return Outcome::Unchanged;
        };
        let word = key.to_string();
        let without: Vec<ConversationRow> = self
            .conversations
            .entries()
            .filter_map(|entry| entry.current.as_ref())
            .filter(|row| row.label_keys.split(' ').any(|label| label == word))
            .map(|row| {
                let rest: Vec<&str> = row
                    .label_keys
                    .split(' ')
                    .filter(|label| *label != word)
                    .collect();
                ConversationRow {
                    label_keys: rest.join(" "),
                    ..row.clone()
                }
            })
            .collect();
        for row in without {
            self.conversations.set(row);
        }
        remove(&mut self.labels, id)
    }

    /// Erases a customer: name, e-mail address and comments go, and comments stay away.
    fn erase(&mut self, id: &str) -> Outcome {
        let Some(row) = self.customers.get(id) else {
            return Outcome::Unchanged;
        };
        let row = CustomerRow {
            name: None,
            email: None,
            known: false,
            erased: true,
            ..row.clone()
        };
        let key = row.customer_key;
        let conversations: Vec<i64> = self
            .conversations
            .current_of(key)
            .map(|row| row.conversation_key)
            .collect();
        for conversation in conversations {
            self.erase_comments(conversation);
        }
        replace(&mut self.customers, row)
    }

    /// Takes the comments off a conversation's ratings.
    fn erase_comments(&mut self, conversation: i64) {
        let commented = self
            .ratings
            .current_of(conversation)
            .filter(|row| row.comment.is_some());
        let without: Vec<RatingRow> = commented
            .map(|row| RatingRow {
                comment: None,
                ..row.clone()
            })
            .collect();
        for row in without {
            self.ratings.set(row);
        }
    }

    fn delete_conversation(&mut self, id: &str) -> Outcome {
        let Some(key) = self.conversations.get(id).map(|row| row.conversation_key) else {
            return Outcome::Unchanged;
        };
        remove_of(&mut self.messages, key);
        remove_of(&mut self.ratings, key);
        remove_of(&mut self.follow_ups, key);
        remove_of(&mut self.events, key);
        remove_of(&mut self.surveys, key);
        remove(&mut self.conversations, id)
    }
}

/// Puts a record's row in the place of what has its id.
fn replace<R: Row>(table: &mut Table<R>, row: R) -> Outcome {
    if table.get(row.id()) == Some(&row) {
        return Outcome::Unchanged;
    }
    table.set(row);
    Outcome::Accepted
}

fn remove<R: Row>(table: &mut Table<R>, id: &str) -> Outcome {
    if table.get(id).is_none() {
        return Outcome::Unchanged;
    }
    table.remove(id);
    Outcome::Accepted
}

fn remove_of<R: Row>(table: &mut Table<R>, parent: i64) {
    let ids: Vec<String> = table
        .current_of(parent)
        .map(|row| row.id().to_owned())
        .collect();
    for id in ids {
        table.remove(&id);
    }
}
