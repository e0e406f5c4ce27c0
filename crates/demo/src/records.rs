//! The import records that the sample workspace is written in.

use caseload_schema::instant::Instant;
use serde::{Serialize, Serializer};

/// An instant, written as RFC 3339.
#[derive(Debug, Clone, Copy)]
pub(super) struct At(pub(super) Instant);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Record<'a> {
    Member {
        id: &'a str,
        name: &'a str,
        email: String,
        role: &'a str,
        active: bool,
    },
    Team {
        id: &'a str,
        name: &'a str,
        member_ids: &'a [&'a str],
    },
    Label {
        id: &'a str,
        title: &'a str,
        color: &'a str,
    },
    Customer(Customer<'a>),
    Conversation(Conversation<'a>),
    Message(Message<'a>),
    Rating(Rating<'a>),
    FollowUp(FollowUp<'a>),
}

#[derive(Debug, Serialize)]
pub(super) struct Customer<'a> {
    pub(super) id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Conversation<'a> {
    pub(super) id: &'a str,
    pub(super) customer_id: &'a str,
    pub(super) created_at: At,
    pub(super) channel: &'a str,
    pub(super) assignee_id: Option<&'a str>,
    pub(super) label_ids: &'a [&'a str],
    pub(super) closed_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<&'a str>,
    pub(super) updated_at: At,
}

#[derive(Debug, Serialize)]
pub(super) struct Message<'a> {
    pub(super) id: &'a str,
    pub(super) conversation_id: &'a str,
    pub(super) sent_at: At,
    pub(super) kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Rating<'a> {
    pub(super) id: &'a str,
    pub(super) conversation_id: &'a str,
    pub(super) rated_at: At,
    pub(super) score: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) member_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct FollowUp<'a> {
    pub(super) id: &'a str,
    pub(super) conversation_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) assignee_id: Option<&'a str>,
    pub(super) due_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) completed_at: Option<At>,
}
