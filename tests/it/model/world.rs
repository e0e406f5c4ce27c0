//! Everything that was imported, by the ids of the source system.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::hours::Hours;

pub(crate) type At = DateTime<Utc>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) role: String,
    pub(crate) active: bool,
    pub(crate) avatar_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Team {
    pub(crate) name: String,
    pub(crate) members: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    pub(crate) title: String,
    pub(crate) color: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Customer {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Conversation {
    pub(crate) customer: String,
    pub(crate) created: At,
    pub(crate) channel: String,
    pub(crate) assignee: Option<String>,
    pub(crate) labels: BTreeSet<String>,
    pub(crate) closed: Option<At>,
    pub(crate) outcome: Option<String>,
    pub(crate) updated: Option<At>,
    pub(crate) url: Option<String>,
    pub(crate) attributes: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) conversation: String,
    pub(crate) sent: At,
    pub(crate) kind: String,
    pub(crate) author: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rating {
    pub(crate) conversation: String,
    pub(crate) rated: At,
    pub(crate) score: i64,
    pub(crate) comment: Option<String>,
    pub(crate) member: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FollowUp {
    pub(crate) conversation: String,
    pub(crate) assignee: Option<String>,
    pub(crate) due: Option<At>,
    pub(crate) completed: Option<At>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) conversation: String,
    pub(crate) at: At,
    pub(crate) kind: String,
    pub(crate) member: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Survey {
    pub(crate) conversation: String,
    pub(crate) asked: At,
    pub(crate) member: Option<String>,
}

/// What a workspace holds. Things by id; what is only mentioned is in none of the maps.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) zone: Tz,
    pub(crate) now: At,
    /// None: all time is worked.
    pub(crate) hours: Option<Hours>,
    pub(crate) members: BTreeMap<String, Member>,
    pub(crate) teams: BTreeMap<String, Team>,
    pub(crate) labels: BTreeMap<String, Label>,
    pub(crate) customers: BTreeMap<String, Customer>,
    pub(crate) conversations: BTreeMap<String, Conversation>,
    pub(crate) messages: BTreeMap<String, Message>,
    pub(crate) ratings: BTreeMap<String, Rating>,
    pub(crate) follow_ups: BTreeMap<String, FollowUp>,
    pub(crate) events: BTreeMap<String, Event>,
    pub(crate) surveys: BTreeMap<String, Survey>,
    /// Customers deleted once: their comments are gone for good.
    pub(crate) erased: BTreeSet<String>,
    /// Every (type, id) that any taken record ever named, as itself or as a reference.
    pub(crate) mentioned: BTreeSet<(&'static str, String)>,
}

impl World {
    pub(crate) fn new(zone: Tz, now: At) -> Self {
        Self {
            zone,
            now,
            hours: None,
            members: BTreeMap::new(),
            teams: BTreeMap::new(),
            labels: BTreeMap::new(),
            customers: BTreeMap::new(),
            conversations: BTreeMap::new(),
            messages: BTreeMap::new(),
            ratings: BTreeMap::new(),
            follow_ups: BTreeMap::new(),
            events: BTreeMap::new(),
            surveys: BTreeMap::new(),
            erased: BTreeSet::new(),
            mentioned: BTreeSet::new(),
        }
    }

    /// The local day of an instant.
    pub(crate) fn day(&self, at: At) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// Every member that facts can be credited to: those known, and those that are only named.
    pub(crate) fn everyone(&self) -> BTreeSet<String> {
        let mut all: BTreeSet<String> = self.members.keys().cloned().collect();
        all.extend(
            self.conversations
                .values()
                .filter_map(|conversation| conversation.assignee.clone()),
        );
        all.extend(
            self.ratings
                .values()
                .filter_map(|rating| rating.member.clone()),
        );
        all.extend(
            self.surveys
                .values()
                .filter_map(|survey| survey.member.clone()),
        );
        all.extend(
            self.follow_ups
                .values()
                .filter_map(|follow_up| follow_up.assignee.clone()),
        );
        all
    }

    pub(crate) fn is_active(&self, member: &str) -> bool {
        self.members.get(member).is_some_and(|member| member.active)
    }

    pub(crate) fn member_name(&self, member: &str) -> String {
        self.members
            .get(member)
            .map_or_else(|| member.to_owned(), |known| known.name.clone())
    }

    pub(crate) fn label_title(&self, label: &str) -> String {
        self.labels
            .get(label)
            .map_or_else(|| label.to_owned(), |known| known.title.clone())
    }

    /// The values of each key that conversations have.
    pub(crate) fn attributes(&self) -> BTreeMap<&String, BTreeSet<&String>> {
        let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for conversation in self.conversations.values() {
            for (key, values) in &conversation.attributes {
                all.entry(key).or_default().extend(values);
            }
        }
        all
    }
}
