//! What a record does to a world.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    check::{Fields, Refusal},
    world::{
        Conversation, Customer, Event, FollowUp, Label, Member, Message, Rating, Survey, Team,
        World,
    },
};

/// How a record is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    Accepted,
    Unchanged,
    Stale,
    /// Accepted or unchanged: whether it changes what is stored has no meaning for anyone outside.
    Either,
}

/// The counts of some records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    pub(crate) unchanged: u64,
    pub(crate) stale: u64,
    pub(crate) rejected: u64,
    pub(crate) either: u64,
}

const TYPES: [&str; 10] = [
    "member",
    "team",
    "label",
    "customer",
    "conversation",
    "message",
    "rating",
    "follow_up",
    "event",
    "survey",
];

/// The lists that a conversation's record may have, and the types of their entries.
const LISTS: [(&str, &str); 5] = [
    ("messages", "message"),
    ("ratings", "rating"),
    ("follow_ups", "follow_up"),
    ("events", "event"),
    ("surveys", "survey"),
];

impl World {
    /// Applies records one after the other.
    pub(crate) fn apply_all(&mut self, records: &[Value]) -> Tally {
        let mut tally = Tally::default();
        for record in records {
            match self.apply(record) {
                Ok(Counted::Accepted) => tally.accepted += 1,
                Ok(Counted::Unchanged) => tally.unchanged += 1,
                Ok(Counted::Stale) => tally.stale += 1,
                Ok(Counted::Either) => tally.either += 1,
                Err(_) => tally.rejected += 1,
            }
        }
        tally
    }

    /// Applies one record, or says which field is at fault.
    pub(crate) fn apply(&mut self, record: &Value) -> Result<Counted, Refusal> {
        let fields = Fields {
            record: record.as_object().ok_or("")?,
            now: self.now,
        };
        let kind = fields.required("type")?;
        let id = fields.required_id("id")?;
        match kind.as_str() {
            "member" => self.apply_member(id, &fields),
            "team" => self.apply_team(id, &fields),
            "label" => self.apply_label(id, &fields),
            "customer" => self.apply_customer(id, &fields),
            "conversation" => self.apply_conversation(&id, &fields),
            "message" => self.apply_message(id, &fields),
            "rating" => self.apply_rating(id, &fields),
            "follow_up" => self.apply_follow_up(id, &fields),
            "event" => self.apply_event(id, &fields),
            "survey" => self.apply_survey(id, &fields),
            "delete" => {
                let of = fields.word("of", &TYPES)?.ok_or("of")?;
                Ok(self.apply_delete(&of, &id))
            }
            _ => Err("type"),
        }
    }

    fn mention(&mut self, kind: &'static str, id: &str) {
        self.mentioned.insert((kind, id.to_owned()));
    }

    fn mention_any<'a>(&mut self, kind: &'static str, ids: impl IntoIterator<Item = &'a String>) {
        for id in ids {
            self.mention(kind, id);
        }
    }

    fn was_mentioned(&self, kind: &'static str, id: &str) -> bool {
        self.mentioned.contains(&(kind, id.to_owned()))
    }

    fn apply_member(&mut self, id: String, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let role = fields.word("role", &["owner", "admin", "manager", "agent", "viewer"])?;
        let stored = self.members.get(&id).map(|stored| stored.role.clone());
        let member = Member {
            name: fields.required("name")?,
            email: fields.text("email")?,
            role: role.or(stored).unwrap_or_else(|| "agent".to_owned()),
            active: fields.flag("active", true)?,
            avatar_url: fields.text("avatar_url")?,
        };
        self.mention("member", &id);
        Ok(replaced(
            self.members.insert(id, member.clone()).as_ref(),
            &member,
        ))
    }

    fn apply_team(&mut self, id: String, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let members: BTreeSet<String> = fields.ids("member_ids")?.into_iter().collect();
        let team = Team {
            name: fields.required("name")?,
            members,
        };
        self.mention_any("member", &team.members);
        Ok(replaced(
            self.teams.insert(id, team.clone()).as_ref(),
            &team,
        ))
    }

    fn apply_label(&mut self, id: String, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let label = Label {
            title: fields.required("title")?,
            color: fields.color("color")?,
        };
        self.mention("label", &id);
        Ok(replaced(
            self.labels.insert(id, label.clone()).as_ref(),
            &label,
        ))
    }

    fn apply_customer(&mut self, id: String, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let customer = Customer {
            name: fields.text("name")?,
            email: fields.text("email")?,
        };
        let bare = customer.name.is_none() && customer.email.is_none();
        let only_mentioned =
            self.was_mentioned("customer", &id) && !self.customers.contains_key(&id);
        self.mention("customer", &id);
        let counted = replaced(
            self.customers.insert(id, customer.clone()).as_ref(),
            &customer,
        );
        Ok(if bare && only_mentioned {
            Counted::Either
        } else {
            counted
        })
    }

    fn apply_conversation(&mut self, id: &str, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let conversation = Conversation {
            customer: fields.required_id("customer_id")?,
            created: fields.required_instant("created_at")?,
            channel: fields
                .text("channel")?
                .unwrap_or_else(|| "other".to_owned()),
            assignee: fields.id("assignee_id")?,
            labels: fields.ids("label_ids")?.into_iter().collect(),
            closed: fields.instant("closed_at")?,
            outcome: fields.word("outcome", &["won", "lost"])?,
            updated: fields.instant("updated_at")?,
            url: fields.url("url")?,
            attributes: fields.attributes("attributes")?,
        };
        if conversation.outcome.is_some() && conversation.closed.is_none() {
            return Err("outcome");
        }
        let lists = self.read_lists(id, fields)?;
        let stored = self.conversations.get(id);
        if let (Some(stored), Some(new)) = (
            stored.and_then(|stored| stored.updated),
            conversation.updated,
        ) && new < stored
        {
            return Ok(Counted::Stale);
        }
        self.mention("conversation", id);
        self.mention("customer", &conversation.customer);
        self.mention_any("member", &conversation.assignee);
        self.mention_any("label", &conversation.labels);
        let mut counted = vec![replaced(
            self.conversations
                .insert(id.to_owned(), conversation.clone())
                .as_ref(),
            &conversation,
        )];
        self.erase_comments();
        for (of, records) in &lists {
            let listed: BTreeSet<&str> = records.iter().filter_map(|r| r["id"].as_str()).collect();
            for gone in self.ids_of(of, id) {
                if !listed.contains(gone.as_str()) {
                    counted.push(self.apply_delete(of, &gone));
                }
            }
            for record in records {
                counted.push(self.apply(record)?);
            }
        }
        Ok(all(&counted))
    }

    /// The lists of a conversation's record, each entry as a record of its own. The first entry at fault refuses them all.
    fn read_lists(
        &self,
        conversation: &str,
        fields: &Fields<'_>,
    ) -> Result<Vec<(&'static str, Vec<Value>)>, Refusal> {
        let mut lists = Vec::new();
        for (list, of) in LISTS {
            let Some(entries) = fields.list(list)? else {
                continue;
            };
            let mut seen = BTreeSet::new();
            let mut records = Vec::new();
            for entry in entries {
                let mut record = entry.clone();
                let known = record.as_object_mut().ok_or(list)?;
                known.insert("type".to_owned(), of.into());
                known.insert("conversation_id".to_owned(), conversation.into());
                World::new(self.zone, self.now)
                    .apply(&record)
                    .map_err(|_| list)?;
                if !seen.insert(record["id"].as_str().map(str::to_owned)) {
                    return Err(list);
                }
                records.push(record);
            }
            lists.push((of, records));
        }
        Ok(lists)
    }

    /// The ids of what a conversation has of one type.
    fn ids_of(&self, of: &str, conversation: &str) -> Vec<String> {
        fn ids<'a, T: 'a>(
            things: impl IntoIterator<Item = (&'a String, &'a T)>,
            is_theirs: impl Fn(&T) -> bool,
        ) -> Vec<String> {
            let theirs = things.into_iter().filter(|(_, thing)| is_theirs(thing));
            theirs.map(|(id, _)| id.clone()).collect()
        }
        match of {
            "message" => ids(&self.messages, |message| {
                message.conversation == conversation
            }),
            "rating" => ids(&self.ratings, |rating| rating.conversation == conversation),
            "follow_up" => ids(&self.follow_ups, |follow_up| {
                follow_up.conversation == conversation
            }),
            "event" => ids(&self.events, |event| event.conversation == conversation),
            _ => ids(&self.surveys, |survey| survey.conversation == conversation),
        }
    }

    fn apply_message(&mut self, id: String, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let message = Message {
            conversation: fields.required_id("conversation_id")?,
            sent: fields.required_instant("sent_at")?,
            kind: fields
                .word("kind", &["inbound", "reply", "bot", "note"])?
                .ok_or("kind")?,
            author: fields.id("author_id")?,
        };
        self.mention("conversation", &message.conversation);
        let stored = self.messages.insert(id, message.clone());
        let same_but_author = stored.as_ref().is_some_and(|stored| {
            stored.author != message.author
                && Message {
                    author: message.author.clone(),
                    ..stored.clone()
                } == message
        });
        Ok(if same_but_author {
            Counted::Either
        } else {
            replaced(stored.as_ref(), &message)
        })
    }

    fn apply_rating(&mut self, id: String, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let mut rating = Rating {
            conversation: fields.required_id("conversation_id")?,
            rated: fields.required_instant("rated_at")?,
            score: fields.score("score")?,
            comment: fields.text("comment")?,
            member: fields.id("member_id")?,
        };
        if self.is_erased(&rating.conversation) {
            rating.comment = None;
        }
        self.mention("conversation", &rating.conversation);
        self.mention_any("member", &rating.member);
        Ok(replaced(
            self.ratings.insert(id, rating.clone()).as_ref(),
            &rating,
        ))
    }

    fn apply_follow_up(&mut self, id: String, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let follow_up = FollowUp {
            conversation: fields.required_id("conversation_id")?,
            assignee: fields.id("assignee_id")?,
            due: fields.any_instant("due_at")?,
            completed: fields.instant("completed_at")?,
        };
        self.mention("conversation", &follow_up.conversation);
        self.mention_any("member", &follow_up.assignee);
        Ok(replaced(
            self.follow_ups.insert(id, follow_up.clone()).as_ref(),
            &follow_up,
        ))
    }

    fn apply_event(&mut self, id: String, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let event = Event {
            conversation: fields.required_id("conversation_id")?,
            at: fields.required_instant("at")?,
            kind: fields
                .word("kind", &["closed", "reopened"])?
                .ok_or("kind")?,
            member: fields.id("member_id")?,
        };
        self.mention("conversation", &event.conversation);
        self.mention_any("member", &event.member);
        Ok(replaced(
            self.events.insert(id, event.clone()).as_ref(),
            &event,
        ))
    }

    fn apply_survey(&mut self, id: String, fields: &Fields<'_>) -> Result<Counted, Refusal> {
        let survey = Survey {
            conversation: fields.required_id("conversation_id")?,
            asked: fields.required_instant("asked_at")?,
            member: fields.id("member_id")?,
        };
        self.mention("conversation", &survey.conversation);
        self.mention_any("member", &survey.member);
        Ok(replaced(
            self.surveys.insert(id, survey.clone()).as_ref(),
            &survey,
        ))
    }

    fn apply_delete(&mut self, of: &str, id: &str) -> Counted {
        match of {
            "member" => self.deactivate(id),
            "team" => there(self.teams.remove(id).is_some()),
            "label" => self.delete_label(id),
            "customer" => self.erase(id),
            "conversation" => self.delete_conversation(id),
            "message" => there(self.messages.remove(id).is_some()),
            "rating" => there(self.ratings.remove(id).is_some()),
            "follow_up" => there(self.follow_ups.remove(id).is_some()),
            "event" => there(self.events.remove(id).is_some()),
            _ => there(self.surveys.remove(id).is_some()),
        }
    }

    fn deactivate(&mut self, id: &str) -> Counted {
        if let Some(member) = self.members.get_mut(id) {
            return there(std::mem::replace(&mut member.active, false));
        }
        if self.was_mentioned("member", id) {
            Counted::Either
        } else {
            Counted::Unchanged
        }
    }

    fn delete_label(&mut self, id: &str) -> Counted {
        let mut found = self.labels.remove(id).is_some();
        for conversation in self.conversations.values_mut() {
            found |= conversation.labels.remove(id);
        }
        if !found && self.was_mentioned("label", id) {
            Counted::Either
        } else {
            there(found)
        }
    }

    fn delete_conversation(&mut self, id: &str) -> Counted {
        let before = self.things();
        self.conversations.remove(id);
        self.messages
            .retain(|_, message| message.conversation != id);
        self.ratings.retain(|_, rating| rating.conversation != id);
        self.follow_ups
            .retain(|_, follow_up| follow_up.conversation != id);
        self.events.retain(|_, event| event.conversation != id);
        self.surveys.retain(|_, survey| survey.conversation != id);
        let after = self.things();
        if before == after && self.was_mentioned("conversation", id) {
            Counted::Either
        } else {
            there(after < before)
        }
    }

    /// How many conversations there are, and how much that belongs to them.
    fn things(&self) -> usize {
        self.conversations.len()
            + self.messages.len()
            + self.ratings.len()
            + self.follow_ups.len()
            + self.events.len()
            + self.surveys.len()
    }

    fn erase(&mut self, id: &str) -> Counted {
        if !self.was_mentioned("customer", id) {
            return Counted::Unchanged;
        }
        let known = self.customers.remove(id);
        let named = known
            .as_ref()
            .is_some_and(|customer| customer.name.is_some() || customer.email.is_some());
        let first = self.erased.insert(id.to_owned());
        self.erase_comments();
        match (first || named, known) {
            (true, _) => Counted::Accepted,
            (false, Some(_)) => Counted::Either,
            (false, None) => Counted::Unchanged,
        }
    }

    fn is_erased(&self, conversation: &str) -> bool {
        self.conversations
            .get(conversation)
            .is_some_and(|found| self.erased.contains(&found.customer))
    }

    fn erase_comments(&mut self) {
        let gone: Vec<String> = self
            .ratings
            .iter()
            .filter(|(_, rating)| self.is_erased(&rating.conversation))
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            if let Some(rating) = self.ratings.get_mut(&id) {
                rating.comment = None;
            }
        }
    }
}

/// What a record counts as that is made of several: it changed something where one of them did.
fn all(counted: &[Counted]) -> Counted {
    [Counted::Accepted, Counted::Either]
        .into_iter()
        .find(|one| counted.contains(one))
        .unwrap_or(Counted::Unchanged)
}

fn there(found: bool) -> Counted {
    if found {
        Counted::Accepted
    } else {
        Counted::Unchanged
    }
}

fn replaced<T: PartialEq>(stored: Option<&T>, new: &T) -> Counted {
    if stored == Some(new) {
        Counted::Unchanged
    } else {
        Counted::Accepted
    }
}
