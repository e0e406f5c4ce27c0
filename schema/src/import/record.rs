//! Import records: one line of NDJSON each, read and checked.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{
    attributes::attributes,
    children::ChildLists,
    field::{self, MaxTimestamp, RecordError},
    lines::Line,
};
use crate::{
    instant::Instant,
    role::Role,
    store::rows::{BOT, CLOSED, INBOUND, LOST, NOTE, REOPENED, REPLY, WON},
};

/// A record that has passed all checks that need no store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Record {
    Member(MemberRecord),
    Team(TeamRecord),
    Label(LabelRecord),
    Customer(CustomerRecord),
    Conversation(ConversationRecord),
    Message(MessageRecord),
    Rating(RatingRecord),
    FollowUp(FollowUpRecord),
    Event(EventRecord),
    Survey(SurveyRecord),
    Delete { of: Kind, id: String },
}

impl Record {
    /// How many things the record is about: itself, and the entries of its lists.
    pub(crate) fn things(&self) -> usize {
        match self {
            Self::Conversation(record) => 1 + record.children.as_deref().map_or(0, ChildLists::len),
            _ => 1,
        }
    }
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Member,
    Team,
    Label,
    Customer,
    Conversation,
    Message,
    Rating,
    FollowUp,
    Event,
    Survey,
}

impl Kind {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Member, "member"),
        (Self::Team, "team"),
        (Self::Label, "label"),
        (Self::Customer, "customer"),
        (Self::Conversation, "conversation"),
        (Self::Message, "message"),
        (Self::Rating, "rating"),
        (Self::FollowUp, "follow_up"),
        (Self::Event, "event"),
        (Self::Survey, "survey"),
    ];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(kind, _)| *kind)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemberRecord {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) role: Option<Role>,
    pub(crate) active: bool,
    pub(crate) avatar_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TeamRecord {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) member_ids: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LabelRecord {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) color: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CustomerRecord {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConversationRecord {
    pub(crate) id: String,
    pub(crate) customer_id: String,
    pub(crate) created_at: Instant,
    pub(crate) channel: String,
    pub(crate) assignee_id: Option<String>,
    pub(crate) label_ids: Vec<String>,
    pub(crate) closed_at: Option<Instant>,
    pub(crate) outcome: Option<i16>,
    pub(crate) updated_at: Option<Instant>,
    pub(crate) url: Option<String>,
    /// As they are stored.
    pub(crate) attributes: Option<String>,
    /// Where it has one of the lists; boxed because most records have none.
    pub(crate) children: Option<Box<ChildLists>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MessageRecord {
    pub(crate) id: String,
    pub(crate) conversation_id: String,
    pub(crate) sent_at: Instant,
    pub(crate) kind: i16,
    pub(crate) author_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RatingRecord {
    pub(crate) id: String,
    pub(crate) conversation_id: String,
    pub(crate) rated_at: Instant,
    pub(crate) score: i16,
    pub(crate) comment: Option<String>,
    pub(crate) member_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FollowUpRecord {
    pub(crate) id: String,
    pub(crate) conversation_id: String,
    pub(crate) assignee_id: Option<String>,
    pub(crate) due_at: Option<Instant>,
    pub(crate) completed_at: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRecord {
    pub(crate) id: String,
    pub(crate) conversation_id: String,
    pub(crate) at: Instant,
    pub(crate) kind: i16,
    pub(crate) member_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SurveyRecord {
    pub(crate) id: String,
    pub(crate) conversation_id: String,
    pub(crate) asked_at: Instant,
    pub(crate) member_id: Option<String>,
}

/// The fields of all types, unread: a type looks at its own alone, so that others' may hold anything.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RawRecord<'a> {
    #[serde(borrow, rename = "type", deserialize_with = "raw")]
    kind_of_record: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    of: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    name: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    email: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    role: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    active: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    avatar_url: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    member_ids: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    title: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    color: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    customer_id: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    created_at: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    channel: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    assignee_id: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    label_ids: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    closed_at: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    outcome: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    updated_at: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    url: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    attributes: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    conversation_id: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    sent_at: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    author_id: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    rated_at: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    score: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    comment: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    member_id: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    due_at: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    completed_at: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    at: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    asked_at: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    pub(super) messages: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    pub(super) ratings: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    pub(super) follow_ups: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    pub(super) events: Option<&'a RawValue>,
    #[serde(borrow, deserialize_with = "raw")]
    pub(super) surveys: Option<&'a RawValue>,
}

fn raw<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'a RawValue>, D::Error> {
    <&'a RawValue>::deserialize(deserializer).map(Some)
}

impl<'a> RawRecord<'a> {
    /// Takes a JSON object apart.
    pub(super) fn read(text: &'a str) -> Result<Self, RecordError> {
        if !text.trim_start().starts_with('{') {
            return Err(RecordError::line("not a JSON object".to_owned()));
        }
        serde_json::from_str(text).map_err(|error| RecordError::line(not_json(&error)))
    }

    /// Whether it is a conversation with a list of what belongs to it.
    fn has_lists(&self) -> bool {
        let lists = [
            self.messages,
            self.ratings,
            self.follow_ups,
            self.events,
            self.surveys,
        ];
        field::text("type", self.kind_of_record).is_ok_and(|kind| kind == "conversation")
            && lists
                .into_iter()
                .any(|list| field::not_empty(list).is_some())
    }
}

/// Reads and checks one line. `latest` is the latest instant that is not refused as lying ahead.
pub(crate) fn read(line: Line, latest: MaxTimestamp) -> Result<Record, RecordError> {
    match line {
        Line::Text(text) => record(&RawRecord::read(&text)?, latest),
        Line::Long(text) => long(&text, latest),
        Line::Unreadable(reason) | Line::BrokenOff(reason) => Err(RecordError::line(reason)),
    }
}

/// Reads a line that is too long for anything but a conversation with its lists.
fn long(text: &str, latest: MaxTimestamp) -> Result<Record, RecordError> {
    // An object that can't be read is said to be that: whether it has lists is not known.
    if text.trim_start().starts_with('{') {
        let raw = RawRecord::read(text)?;
        if raw.has_lists() {
            return record(&raw, latest);
        }
    }
    Err(RecordError::line(
        "longer than 1 MiB, as only a conversation with lists of what belongs to it may be"
            .to_owned(),
    ))
}

fn record(raw: &RawRecord<'_>, latest: MaxTimestamp) -> Result<Record, RecordError> {
    let kind = field::text("type", raw.kind_of_record)?;
    if kind == "delete" {
        let of = field::text("of", raw.of)?;
        let of = Kind::parse(&of).ok_or_else(|| {
            RecordError::new(
                "of",
                format!("no such type: {}", field::shown(&format!("{of:?}"))),
            )
        })?;
        return Ok(Record::Delete {
            of,
            id: field::id("id", raw.id)?,
        });
    }
    let kind = Kind::parse(&kind).ok_or_else(|| {
        RecordError::new(
            "type",
            format!("no such type: {}", field::shown(&format!("{kind:?}"))),
        )
    })?;
    let id = field::id("id", raw.id)?;
    let conversation_id = || field::id("conversation_id", raw.conversation_id);
    match kind {
        Kind::Member => member(raw, id).map(Record::Member),
        Kind::Team => team(raw, id).map(Record::Team),
        Kind::Label => label(raw, id).map(Record::Label),
        Kind::Customer => customer(raw, id).map(Record::Customer),
        Kind::Conversation => conversation(latest, raw, id).map(Record::Conversation),
        Kind::Message => message(latest, raw, id, conversation_id()?).map(Record::Message),
        Kind::Rating => rating(latest, raw, id, conversation_id()?).map(Record::Rating),
        Kind::FollowUp => follow_up(latest, raw, id, conversation_id()?).map(Record::FollowUp),
        Kind::Event => event(latest, raw, id, conversation_id()?).map(Record::Event),
        Kind::Survey => survey(latest, raw, id, conversation_id()?).map(Record::Survey),
    }
}

/// What is wrong with a line, without the reader's own position, which counts within the line.
fn not_json(error: &serde_json::Error) -> String {
    let text = error.to_string();
    format!(
        "not valid JSON: {}",
        text.split(" at line ").next().unwrap_or_default()
    )
}

fn member(raw: &RawRecord<'_>, id: String) -> Result<MemberRecord, RecordError> {
    let role = field::choice(
        "role",
        raw.role,
        "owner, admin, manager, agent or viewer",
        Role::parse,
    )?;
    Ok(MemberRecord {
        id,
        name: field::text("name", raw.name)?,
        email: field::optional_text("email", raw.email)?,
        role,
        active: field::flag("active", raw.active)?.unwrap_or(true),
        avatar_url: field::optional_text("avatar_url", raw.avatar_url)?,
    })
}

fn team(raw: &RawRecord<'_>, id: String) -> Result<TeamRecord, RecordError> {
    let name = field::text("name", raw.name)?;
    Ok(TeamRecord {
        id,
        name,
        member_ids: field::ids("member_ids", raw.member_ids)?,
    })
}

fn label(raw: &RawRecord<'_>, id: String) -> Result<LabelRecord, RecordError> {
    let title = field::text("title", raw.title)?;
    Ok(LabelRecord {
        id,
        title,
        color: field::color("color", raw.color)?,
    })
}

fn customer(raw: &RawRecord<'_>, id: String) -> Result<CustomerRecord, RecordError> {
    let name = field::optional_text("name", raw.name)?;
    Ok(CustomerRecord {
        id,
        name,
        email: field::optional_text("email", raw.email)?,
    })
}

fn conversation(
    latest: MaxTimestamp,
    raw: &RawRecord<'_>,
    id: String,
) -> Result<ConversationRecord, RecordError> {
    let mut record = ConversationRecord {
        id,
        customer_id: field::id("customer_id", raw.customer_id)?,
        created_at: latest.instant("created_at", raw.created_at)?,
        channel: field::optional_id("channel", raw.channel)?.unwrap_or_else(|| "other".to_owned()),
        assignee_id: field::optional_id("assignee_id", raw.assignee_id)?,
        label_ids: field::ids("label_ids", raw.label_ids)?,
        closed_at: latest.optional_instant("closed_at", raw.closed_at)?,
        outcome: field::choice("outcome", raw.outcome, "won or lost", |name| match name {
            "won" => Some(WON),
            "lost" => Some(LOST),
            _ => None,
        })?,
        updated_at: latest.optional_instant("updated_at", raw.updated_at)?,
        url: field::url("url", raw.url)?,
        attributes: attributes("attributes", raw.attributes)?,
        children: None,
    };
    if record.outcome.is_some() && record.closed_at.is_none() {
        return Err(RecordError::new("outcome", "needs a closed_at".to_owned()));
    }
    record.children = ChildLists::read(latest, raw, &record.id)?.map(Box::new);
    Ok(record)
}

pub(super) fn message(
    latest: MaxTimestamp,
    raw: &RawRecord<'_>,
    id: String,
    conversation_id: String,
) -> Result<MessageRecord, RecordError> {
    let sent_at = latest.instant("sent_at", raw.sent_at)?;
    let kind = field::choice(
        "kind",
        raw.kind,
        "inbound, reply, bot or note",
        |name| match name {
            "inbound" => Some(INBOUND),
            "reply" => Some(REPLY),
            "bot" => Some(BOT),
            "note" => Some(NOTE),
            _ => None,
        },
    )?;
    let kind = kind.ok_or_else(|| RecordError::missing("kind"))?;
    Ok(MessageRecord {
        id,
        conversation_id,
        sent_at,
        kind,
        author_id: field::optional_id("author_id", raw.author_id)?,
    })
}

pub(super) fn rating(
    latest: MaxTimestamp,
    raw: &RawRecord<'_>,
    id: String,
    conversation_id: String,
) -> Result<RatingRecord, RecordError> {
    Ok(RatingRecord {
        id,
        conversation_id,
        rated_at: latest.instant("rated_at", raw.rated_at)?,
        score: field::score("score", raw.score)?,
        comment: field::optional_text("comment", raw.comment)?,
        member_id: field::optional_id("member_id", raw.member_id)?,
    })
}

pub(super) fn follow_up(
    latest: MaxTimestamp,
    raw: &RawRecord<'_>,
    id: String,
    conversation_id: String,
) -> Result<FollowUpRecord, RecordError> {
    Ok(FollowUpRecord {
        id,
        conversation_id,
        assignee_id: field::optional_id("assignee_id", raw.assignee_id)?,
        due_at: field::planned_instant("due_at", raw.due_at)?,
        completed_at: latest.optional_instant("completed_at", raw.completed_at)?,
    })
}

pub(super) fn event(
    latest: MaxTimestamp,
    raw: &RawRecord<'_>,
    id: String,
    conversation_id: String,
) -> Result<EventRecord, RecordError> {
    let at = latest.instant("at", raw.at)?;
    let kind = field::choice("kind", raw.kind, "closed or reopened", |name| match name {
        "closed" => Some(CLOSED),
        "reopened" => Some(REOPENED),
        _ => None,
    })?;
    let kind = kind.ok_or_else(|| RecordError::missing("kind"))?;
    Ok(EventRecord {
        id,
        conversation_id,
        at,
        kind,
        member_id: field::optional_id("member_id", raw.member_id)?,
    })
}

pub(super) fn survey(
    latest: MaxTimestamp,
    raw: &RawRecord<'_>,
    id: String,
    conversation_id: String,
) -> Result<SurveyRecord, RecordError> {
    Ok(SurveyRecord {
        id,
        conversation_id,
        asked_at: latest.instant("asked_at", raw.asked_at)?,
        member_id: field::optional_id("member_id", raw.member_id)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Line, MaxTimestamp, Record, RecordError, read};
    use crate::instant::Instant;

    fn latest() -> MaxTimestamp {
        MaxTimestamp(Instant::parse("2026-06-02T00:00:00Z").unwrap())
    }

    fn parse(line: &str) -> Result<Record, RecordError> {
        read(Line::Text(line.to_owned()), latest())
    }

    #[track_caller]
    fn refused(line: &str, field: Option<&str>, reason: &str) {
        let refusal = parse(line).unwrap_err();
        assert_eq!(
            (refusal.field.as_deref(), refusal.reason.as_str()),
            (field, reason),
            "{line}"
        );
    }

    #[test]
    fn absent_null_and_empty_are_the_same() {
        let with = |channel: &str| {
            let line = format!(
                r#"{{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00+01:00"{channel}}}"#
            );
            match parse(&line).unwrap() {
                Record::Conversation(record) => record.channel,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(with(""), "other");
        assert_eq!(with(r#","channel":null"#), "other");
        assert_eq!(with(r#","channel":"""#), "other");
        assert_eq!(with(r#","channel":"chat""#), "chat");
    }

    #[test]
    fn a_field_of_another_type_may_hold_anything() {
        assert!(
            parse(r#"{"type":"customer","id":"k","score":"none","x":[{}],"messages":7}"#).is_ok()
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_field_and_value() {
        refused("[1]", None, "not a JSON object");
        refused(
            r#"{"type":"member""#,
            None,
            "not valid JSON: EOF while parsing an object",
        );
        refused(
            r#"{"type":"member","id":"a","id":"b"}"#,
            None,
            "not valid JSON: duplicate field `id`",
        );
        refused(r#"{"id":"a"}"#, Some("type"), "missing");
        refused(
            r#"{"type":"ticket","id":"a"}"#,
            Some("type"),
            "no such type: \"ticket\"",
        );
        refused(r#"{"type":"member","name":"A"}"#, Some("id"), "missing");
        refused(
            r#"{"type":"member","id":7,"name":"A"}"#,
            Some("id"),
            "must be a string, was 7",
        );
        refused(r#"{"type":"member","id":"a"}"#, Some("name"), "missing");
        refused(
            r#"{"type":"member","id":"a","name":"A\u0000"}"#,
            Some("name"),
            "holds a NUL character",
        );
        refused(
            r#"{"type":"member","id":"a","name":"A","role":"boss"}"#,
            Some("role"),
            "must be owner, admin, manager, agent or viewer, was \"boss\"",
        );
        refused(
            r#"{"type":"label","id":"a","title":"A","color":"red"}"#,
            Some("color"),
            "must be #rrggbb, was \"red\"",
        );
        refused(
            r#"{"type":"team","id":"a","name":"A","member_ids":"x"}"#,
            Some("member_ids"),
            "must be a list, was \"x\"",
        );
        refused(
            r#"{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":9}"#,
            Some("score"),
            "must be 1 to 5, was 9",
        );
        refused(
            r#"{"type":"message","id":"m","conversation_id":"c","sent_at":"yesterday","kind":"reply"}"#,
            Some("sent_at"),
            "not an RFC 3339 instant: \"yesterday\"",
        );
        refused(
            r#"{"type":"message","id":"m","conversation_id":"c","sent_at":"2026-06-02T00:00:01Z","kind":"reply"}"#,
            Some("sent_at"),
            "lies more than a day ahead: \"2026-06-02T00:00:01Z\"",
        );
        refused(
            r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","outcome":"won"}"#,
            Some("outcome"),
            "needs a closed_at",
        );
        let long = "x".repeat(129);
        refused(
            &format!(r#"{{"type":"customer","id":"{long}"}}"#),
            Some("id"),
            "must have 1 to 128 characters, has 129",
        );
    }

    #[test]
    fn an_address_is_of_the_web_and_has_at_most_2048_characters() {
        let with = |url: &str| {
            format!(
                r#"{{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","url":"{url}"}}"#
            )
        };
        let long = |chars: usize| format!("http://{}", "ü".repeat(chars - 7));
        for good in ["", "https://desk.example/c/1?x=ü y", &long(2_048)] {
            assert!(parse(&with(good)).is_ok(), "{good}");
        }
        refused(
            &with(&long(2_049)),
            Some("url"),
            "must have at most 2048 characters, has 2049",
        );
        for bad in [
            "javascript:alert(1)",
            "//desk.example",
            "https://",
            "ftp://x",
            " https://x",
        ] {
            refused(
                &with(bad),
                Some("url"),
                &format!("must begin with https:// or http://, was \"{bad}\""),
            );
        }
    }
}
