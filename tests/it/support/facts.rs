//! Nasty little worlds: few things with odd ids, and instants where calendars and clocks do what one does not expect.

use chrono::{DateTime, Datelike, Days, Duration, FixedOffset, NaiveDate, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::dice::Dice;
use crate::model::{
    asked::Asked,
    breakdown::{Breakdown, DIMENSIONS},
    hours::Hours,
    reports::Ask,
    scope::{Filter, Wanted},
    time::{PRESETS, Span, preset},
    world::World,
};

/// A zone, and instants at which something happens to its clocks or its calendar.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) zone: Tz,
    anchors: [&'static str; 2],
}

pub(crate) const PLACES: [Place; 7] = [
    // A leap day, and the turn of a year in the middle of an ISO week.
    Place {
        zone: Tz::UTC,
        anchors: ["2024-02-29T00:00:00Z", "2025-01-01T00:00:00Z"],
    },
    // 23 hours, 25 hours.
    Place {
        zone: Tz::Europe__Rome,
        anchors: ["2025-03-30T01:00:00Z", "2025-10-26T01:00:00Z"],
    },
    // One minute past midnight back to one minute past 23:00 of the day before: a day in two pieces.
    Place {
        zone: Tz::America__St_Johns,
        anchors: ["2010-11-07T02:31:00Z", "2011-03-13T03:31:00Z"],
    },
    // 45 minutes.
    Place {
        zone: Tz::Asia__Kathmandu,
        anchors: ["2025-06-30T18:15:00Z", "2025-07-06T18:15:00Z"],
    },
    // Half an hour of daylight saving.
    Place {
        zone: Tz::Australia__Lord_Howe,
        anchors: ["2025-04-05T15:00:00Z", "2025-10-04T15:30:00Z"],
    },
    // A day that never was: 2011-12-30.
    Place {
        zone: Tz::Pacific__Apia,
        anchors: ["2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"],
    },
    // A midnight that does not exist, and one that comes twice.
    Place {
        zone: Tz::America__Havana,
        anchors: ["2025-03-09T05:00:00Z", "2025-11-02T05:00:00Z"],
    },
];

impl Place {
    fn instants(self) -> [DateTime<Utc>; 2] {
        self.anchors
            .map(|anchor| anchor.parse().expect("an instant"))
    }

    /// Six days after the last anchor: the latest events lie a few hours ahead.
    pub(crate) fn now(self) -> DateTime<Utc> {
        self.instants()[1] + Duration::days(6)
    }
}

const MEMBERS: [&str; 7] = [
    "anna",
    "ANNA",
    "Ω mega",
    "o'neil, \"jo\"",
    "left",
    "🦊",
    "ghost",
];
const TEAMS: [&str; 3] = ["north", "süd", "%"];
const LABELS: [&str; 5] = ["billing", "Billing", "été", "l,1", "never came"];
const CUSTOMERS: [&str; 5] = ["k-1", "k-10", "k-2", "K-2", "k\\3\t"];
const CHANNELS: [&str; 4] = ["chat", "email", "Email", "tēlefōns"];
const CONVERSATIONS: [&str; 10] = [
    "c-1", "c-10", "c-2", "C-2", "ç", "z", "7", "c 8", "🦊", "c-99",
];

/// The ids and names that facts are written with.
#[derive(Debug, Clone, Copy)]
struct Names {
    /// The last of them is never known but by its id.
    members: &'static [&'static str],
    teams: &'static [&'static str],
    /// The last of them is never known but by its id.
    labels: &'static [&'static str],
    customers: &'static [&'static str],
    channels: &'static [&'static str],
    conversations: &'static [&'static str],
    messages: usize,
    ratings: usize,
    follow_ups: usize,
    events: usize,
    surveys: usize,
}

/// So many that most combinations of kinds and values come.
const MANY: Names = Names {
    members: &MEMBERS,
    teams: &TEAMS,
    labels: &LABELS,
    customers: &CUSTOMERS,
    channels: &CHANNELS,
    conversations: &CONVERSATIONS,
    messages: 60,
    ratings: 12,
    follow_ups: 12,
    events: 20,
    surveys: 12,
};

/// So few that most records are about something that is stored, or was.
const FEW: Names = Names {
    members: &["anna", "bea", "ghost"],
    teams: &["north", "south"],
    labels: &["billing", "bug", "never came"],
    customers: &["k-1", "k-2"],
    channels: &["chat", "email"],
    conversations: &["c-1", "c-2", "c-3"],
    messages: 3,
    ratings: 2,
    follow_ups: 2,
    events: 2,
    surveys: 2,
};

const DAY: i64 = 86_400_000_000;
const SECOND: i64 = 1_000_000;

/// Draws a record of one type.
type Draw = fn(&mut Writer) -> Value;

/// Writes records, filters and periods by the dice.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) dice: Dice,
    pub(crate) place: Place,
    /// The anchor around which most happens.
    home: usize,
    names: Names,
}

impl Writer {
    /// In one of the places.
    pub(crate) fn new(dice: Dice) -> Self {
        Self::with(dice, MANY)
    }

    /// In one of the places, about two or three things of each kind, again and again.
    pub(crate) fn of_few_things(dice: Dice) -> Self {
        Self::with(dice, FEW)
    }

    fn with(mut dice: Dice, names: Names) -> Self {
        let place = PLACES[dice.roll(PLACES.len())];
        let home = dice.roll(2);
        Self {
            dice,
            place,
            home,
            names,
        }
    }

    /// A world with nothing in it.
    pub(crate) fn empty_world(&self) -> World {
        World::new(self.place.zone, self.place.now())
    }

    /// At most `most` records, in no order.
    pub(crate) fn records(&mut self, most: usize) -> Vec<Value> {
        let count = self.dice.roll(most + 1);
        (0..count).map(|_| self.record()).collect()
    }

    pub(crate) fn record(&mut self) -> Value {
        match self.dice.roll(100) {
            0..=27 => self.conversation(),
            28..=58 => self.message(),
            59..=67 => self.rating(),
            68..=72 => self.follow_up(),
            73..=74 => self.survey(),
            75..=78 => self.event(),
            79..=84 => self.member(),
            85..=86 => self.team(),
            87..=89 => self.label(),
            90..=91 => self.customer(),
            92..=97 => self.delete(),
            _ => self.broken(),
        }
    }

    fn conversation(&mut self) -> Value {
        let closed = self.dice.chance(3, 5).then(|| self.instant());
        let outcome = closed
            .as_ref()
            .and_then(|_| self.maybe(&["won", "lost"], 1, 2));
        let assignee = self.maybe(self.names.members, 3, 4);
        let mut conversation = json!({
            "type": "conversation",
            "id": self.dice.pick(self.names.conversations),
            "customer_id": self.dice.pick(self.names.customers),
            "created_at": self.instant(),
            "channel": self.maybe(self.names.channels, 4, 5),
            "assignee_id": assignee,
            "label_ids": self.dice.some(self.names.labels, 1, 4),
            "closed_at": closed,
            "outcome": outcome,
            "updated_at": self.dice.chance(1, 4).then(|| self.version()),
        });
        if self.dice.chance(1, 4) {
            conversation["url"] =
                json!(self.maybe(&["https://desk.example/c?id=1", "http://x"], 3, 4));
        }
        if self.dice.chance(1, 3) {
            conversation["attributes"] = self.attributes();
        }
        if self.dice.chance(1, 4) {
            self.add_lists(&mut conversation);
        }
        conversation
    }

    fn attributes(&mut self) -> Value {
        let mut attributes = json!({});
        for key in self.dice.some(&["plan", "seats", "b_2"], 1, 2) {
            let one = |dice: &mut Dice| {
                let values = [
                    json!("5"),
                    json!(5),
                    json!(5.0),
                    json!(true),
                    json!("pro \"ü\""),
                    json!(""),
                    Value::Null,
                ];
                values[dice.roll(values.len())].clone()
            };
            attributes[&key] = if self.dice.chance(1, 2) {
                one(&mut self.dice)
            } else {
                (0..self.dice.roll(4))
                    .map(|_| one(&mut self.dice))
                    .collect()
            };
        }
        attributes
    }

    /// Some of the lists of what belongs to a conversation, each of a few entries.
    fn add_lists(&mut self, conversation: &mut Value) {
        let lists: [(&str, Draw); 5] = [
            ("messages", Self::message),
            ("ratings", Self::rating),
            ("follow_ups", Self::follow_up),
            ("events", Self::event),
            ("surveys", Self::survey),
        ];
        for (list, draw) in lists {
            if self.dice.chance(1, 3) {
                continue;
            }
            let mut entries: Vec<Value> = Vec::new();
            for _ in 0..self.dice.roll(4) {
                let mut entry = draw(self);
                if entries.iter().any(|earlier| earlier["id"] == entry["id"]) {
                    continue;
                }
                // What they say of type and conversation is ignored, if they say it at all.
                if self.dice.chance(1, 2) {
                    let fields = entry.as_object_mut().expect("a record");
                    fields.remove("type");
                    fields.remove("conversation_id");
                }
                entries.push(entry);
            }
            conversation[list] = json!(entries);
        }
    }

    /// A conversation with one thing wrong in one of its lists.
    fn broken_list(&mut self) -> Value {
        let mut conversation = self.conversation();
        let (good, mut wrong) = (self.message(), self.message());
        wrong["id"] = json!("m-wrong");
        conversation["messages"] = match self.dice.roll(5) {
            0 => json!("none"),
            1 => json!([good, null]),
            2 => json!([good, good]),
            3 => {
                wrong["kind"] = json!("shout");
                json!([good, wrong])
            }
            _ => {
                wrong["id"] = json!("");
                json!([wrong])
            }
        };
        conversation
    }

    fn message(&mut self) -> Value {
        json!({
            "type": "message",
            "id": format!("m-{}", self.dice.roll(self.names.messages)),
            "conversation_id": self.dice.pick(self.names.conversations),
            "sent_at": self.instant(),
            "kind": self.dice.pick(&["inbound", "inbound", "reply", "reply", "bot", "note"]),
        })
    }

    fn rating(&mut self) -> Value {
        json!({
            "type": "rating",
            "id": format!("r-{}", self.dice.roll(self.names.ratings)),
            "conversation_id": self.dice.pick(self.names.conversations),
            "rated_at": self.instant(),
            "score": 1 + self.dice.roll(5),
            "comment": self.maybe(&["quick", "très bien, \"merci\"\n", ""], 1, 2),
            "member_id": self.maybe(self.names.members, 1, 3),
        })
    }

    fn follow_up(&mut self) -> Value {
        json!({
            "type": "follow_up",
            "id": format!("f-{}", self.dice.roll(self.names.follow_ups)),
            "conversation_id": self.dice.pick(self.names.conversations),
            "assignee_id": self.maybe(self.names.members, 1, 2),
            "due_at": self.dice.chance(1, 4).then_some("2031-01-01T00:00:00Z"),
            "completed_at": self.dice.chance(4, 5).then(|| self.instant()),
        })
    }

    fn event(&mut self) -> Value {
        json!({
            "type": "event",
            "id": format!("e-{}", self.dice.roll(self.names.events)),
            "conversation_id": self.dice.pick(self.names.conversations),
            "at": self.instant(),
            "kind": self.dice.pick(&["closed", "reopened"]),
            "member_id": self.maybe(self.names.members, 1, 2),
        })
    }

    fn survey(&mut self) -> Value {
        json!({
            "type": "survey",
            "id": format!("s-{}", self.dice.roll(self.names.surveys)),
            "conversation_id": self.dice.pick(self.names.conversations),
            "asked_at": self.instant(),
            "member_id": self.maybe(self.names.members, 1, 2),
        })
    }

    fn member(&mut self) -> Value {
        // The last of them is never known but by its id.
        let id = self.dice.pick(known(self.names.members));
        json!({
            "type": "member",
            "id": id,
            "name": self.dice.pick(&["Anna", "Anna", "bea", "Ça", id]),
            "role": self.dice.pick(&["owner", "admin", "manager", "agent", "viewer"]),
            "active": self.dice.chance(4, 5),
        })
    }

    fn team(&mut self) -> Value {
        let id = self.dice.pick(self.names.teams);
        json!({"type": "team", "id": id, "name": format!("Team {id}"), "member_ids": self.dice.some(self.names.members, 1, 3)})
    }

    fn label(&mut self) -> Value {
        json!({
            "type": "label",
            "id": self.dice.pick(known(self.names.labels)),
            "title": self.dice.pick(&["Billing", "billing", "Été"]),
            "color": self.maybe(&["#00ff7F"], 1, 2),
        })
    }

    fn customer(&mut self) -> Value {
        let name = self.maybe(&["Kim", "Noël"], 2, 3);
        json!({"type": "customer", "id": self.dice.pick(self.names.customers), "name": name})
    }

    pub(crate) fn delete(&mut self) -> Value {
        let of = self.dice.pick(&[
            "conversation",
            "message",
            "rating",
            "follow_up",
            "event",
            "survey",
            "label",
            "customer",
            "member",
            "team",
        ]);
        let id = match of {
            "conversation" => self.dice.pick(self.names.conversations).to_owned(),
            "message" => format!("m-{}", self.dice.roll(self.names.messages)),
            "rating" => format!("r-{}", self.dice.roll(self.names.ratings)),
            "follow_up" => format!("f-{}", self.dice.roll(self.names.follow_ups)),
            "event" => format!("e-{}", self.dice.roll(self.names.events)),
            "survey" => format!("s-{}", self.dice.roll(self.names.surveys)),
            "label" => self.dice.pick(self.names.labels).to_owned(),
            "customer" => self.dice.pick(self.names.customers).to_owned(),
            "member" => self.dice.pick(self.names.members).to_owned(),
            _ => self.dice.pick(self.names.teams).to_owned(),
        };
        json!({"type": "delete", "of": of, "id": id})
    }

    /// A record with one thing wrong.
    fn broken(&mut self) -> Value {
        if self.dice.chance(1, 4) {
            return self.broken_list();
        }
        let (mut record, field, value) = match self.dice.roll(12) {
            0 => (self.rating(), "score", json!(9)),
            1 => (self.message(), "sent_at", json!("yesterday")),
            2 => (self.message(), "conversation_id", json!("")),
            3 => (self.conversation(), "label_ids", json!("billing")),
            4 => (
                self.conversation(),
                "created_at",
                json!("2099-01-01T00:00:00Z"),
            ),
            5 => (self.conversation(), "channel", json!("ch\u{0}at")),
            6 => (self.label(), "color", json!("green")),
            7 => (self.conversation(), "url", json!("ftp://desk.example")),
            8 => (
                self.conversation(),
                "attributes",
                json!({"plan": {"name": "pro"}}),
            ),
            9 => (self.event(), "kind", json!("snoozed")),
            10 => (self.survey(), "asked_at", Value::Null),
            _ => (self.follow_up(), "type", json!("followup")),
        };
        record[field] = value;
        record
    }

    fn maybe(&mut self, from: &[&str], times: usize, of: usize) -> Option<String> {
        self.dice
            .chance(times, of)
            .then(|| self.dice.pick(from).to_owned())
    }

    /// One of four, so that later, equal and earlier versions of a conversation meet.
    fn version(&mut self) -> String {
        format!("2010-01-0{}T00:00:00Z", 1 + self.dice.roll(4))
    }

    fn anchor(&mut self) -> DateTime<Utc> {
        let other = usize::from(self.dice.chance(1, 6));
        self.place.instants()[(self.home + other) % 2]
    }

    /// Near an anchor, often exactly some whole days or a round duration away from it, in any notation.
    pub(crate) fn instant(&mut self) -> String {
        let anchor = self.anchor();
        let days = if self.dice.chance(1, 4) {
            self.dice.roll(13) as i64 - 6
        } else {
            self.dice.roll(5) as i64 - 2
        };
        let fine = match self.dice.roll(16) {
            0 | 1 => 0,
            2 => 1,
            3 => -1,
            4 => -SECOND,
            5 => 300 * SECOND,
            6 => 299 * SECOND + 999_999,
            7 => 1800 * SECOND,
            8 => -1800 * SECOND,
            9 => 3600 * SECOND,
            10 => 4 * 3600 * SECOND,
            11 => -3600 * SECOND,
            12 | 13 => self.dice.roll(82_800) as i64 * SECOND,
            _ => self.dice.roll(3_000) as i64 * SECOND + self.dice.roll(1_000_000) as i64,
        };
        let at = anchor + Duration::microseconds(days * DAY + fine);
        self.written(at)
    }

    fn written(&mut self, at: DateTime<Utc>) -> String {
        match self.dice.roll(4) {
            0 | 1 => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            2 => {
                // More digits than are kept.
                let at = at + Duration::nanoseconds(self.dice.roll(1000) as i64);
                at.to_rfc3339_opts(SecondsFormat::Nanos, true)
            }
            _ => {
                let minutes = [-570, -150, 345, 840][self.dice.roll(4)];
                at.with_timezone(&FixedOffset::east_opt(minutes * 60).expect("an offset"))
                    .to_rfc3339()
            }
        }
    }

    /// A period: as a query names it, and what it means.
    pub(crate) fn period(&mut self) -> (Value, Span) {
        let today = self.today();
        if self.dice.chance(1, 4) {
            let name = self.dice.pick(&PRESETS);
            return (json!({"preset": name}), preset(name, today));
        }
        let span = self.span(14);
        (span.input(), span)
    }

    /// The day that it is now.
    fn today(&self) -> NaiveDate {
        let now = self.place.now();
        now.with_timezone(&self.place.zone).date_naive()
    }

    /// A period to compare, the instant at which to ask for it, and the same as an argument. Presets are asked for at other
    /// days than today too, the last of their month half of the time.
    pub(crate) fn asked(&mut self) -> (Asked, DateTime<Utc>, Value) {
        if self.dice.chance(1, 2) {
            let span = self.span(14);
            return (span.into(), self.place.now(), span.input());
        }
        let name = PRESETS[self.dice.roll(PRESETS.len())];
        let mut day = self.anchor() + Duration::days(self.dice.roll(400) as i64 - 3);
        if self.dice.chance(1, 2) {
            let tomorrow = |day: DateTime<Utc>| day + Duration::days(1);
            while tomorrow(day).with_timezone(&self.place.zone).day() != 1 {
                day = tomorrow(day);
            }
        }
        let today = day.with_timezone(&self.place.zone).date_naive();
        (Asked::preset(name, today), day, json!({"preset": name}))
    }

    /// A period of at most `most` days (now and then of a year and more) near an anchor.
    pub(crate) fn span(&mut self, most: usize) -> Span {
        let anchor = self.anchor().with_timezone(&self.place.zone).date_naive();
        let from = anchor + Days::new(self.dice.roll(9) as u64) - Days::new(6);
        let days = if self.dice.chance(1, 12) {
            370
        } else {
            self.dice.roll(most) as u64
        };
        Span {
            from,
            to: from + Days::new(days),
        }
    }

    /// A breakdown of some days.
    pub(crate) fn breakdown(&mut self) -> Breakdown {
        let mut left = DIMENSIONS.to_vec();
        let count = 1 + self.dice.roll(3);
        let by = (0..count)
            .map(|_| left.swap_remove(self.dice.roll(left.len())))
            .collect();
        Breakdown {
            by,
            span: self.span(6),
            order_by: self.dice.chance(3, 4).then(|| self.measure()),
            descending: self.dice.chance(1, 2),
            measure: self.measure(),
        }
    }

    /// A filter; often none at all.
    pub(crate) fn filter(&mut self) -> Filter {
        if self.dice.chance(1, 2) {
            return Filter::default();
        }
        let mut members = self.dice.some(self.names.members, 1, 3);
        members.push("nobody has this id".to_owned());
        let mut list = |from: &[&str], times, of| {
            self.dice
                .chance(times, of)
                .then(|| self.dice.some(from, 1, 2))
        };
        let labels = list(self.names.labels, 1, 3);
        let channels = list(&[CHANNELS[0], CHANNELS[1], CHANNELS[2], "other"], 1, 3);
        let teams = list(self.names.teams, 1, 4);
        let members = self.dice.chance(1, 3).then_some(members);
        let unassigned = [None, None, Some(false), Some(true)][self.dice.roll(4)];
        let attributes = self.dice.chance(1, 3).then(|| self.wanted());
        Filter {
            members,
            teams,
            unassigned,
            labels,
            channels,
            attributes,
        }
    }

    /// Attributes of a filter: none, one or two, now and then two of the same key.
    fn wanted(&mut self) -> Vec<Wanted> {
        let count = [0, 1, 1, 1, 2][self.dice.roll(5)];
        let one = |dice: &mut Dice| {
            let values = ["5", "5.0", "true", "pro \"ü\"", "never came"];
            let mut any_of: Vec<_> = dice.some(&values, 1, 2).into_iter().map(Some).collect();
            if dice.chance(1, 3) {
                any_of.push(None);
            }
            Wanted {
                key: dice.pick(&["plan", "seats", "seats", "no_such"]).to_owned(),
                any_of,
            }
        };
        (0..count).map(|_| one(&mut self.dice)).collect()
    }

    /// Which parts of a report to look at.
    pub(crate) fn ask(&mut self, asked: impl Into<Asked>) -> Ask {
        let asked = asked.into();
        let span = asked.span();
        let long = 60 < (span.to - span.from).num_days();
        let by = if long {
            ["MONTH", "YEAR"][self.dice.roll(2)]
        } else {
            BY[self.dice.roll(4)]
        };
        Ask {
            asked,
            span,
            by,
            measure: self.measure(),
            busy: self.hourly(),
            first: [0, 2, 10, 100][self.dice.roll(4)],
        }
    }

    /// A clock, as a query names it.
    pub(crate) fn clock(&mut self) -> &'static str {
        ["CALENDAR", "BUSINESS"][self.dice.roll(2)]
    }

    /// Business hours, with dates of their own around the anchors.
    pub(crate) fn hours(&mut self) -> Hours {
        let mut hours = Hours::default();
        for weekday in 1..=7 {
            if self.dice.chance(3, 4) {
                let stretches = self.stretches();
                hours.weekdays.insert(weekday, stretches);
            }
        }
        let anchor = self.anchor().with_timezone(&self.place.zone).date_naive();
        // One at least, so that some time is worked.
        for days in [0, 1, 2, 5] {
            let date = anchor + Days::new(days) - Days::new(1);
            if days == 1 || self.dice.chance(1, 3) {
                let stretches = self.stretches();
                hours.dates.insert(date, stretches);
            }
        }
        if hours
            .weekdays
            .values()
            .chain(hours.dates.values())
            .all(Vec::is_empty)
        {
            hours.weekdays.insert(1, vec![(0, 1440)]);
        }
        hours
    }

    /// Up to three stretches of a day, some of which touch; now and then around the hours at which clocks change.
    fn stretches(&mut self) -> Vec<(u32, u32)> {
        let count = self.dice.roll(4);
        let mut edges: Vec<u32> = (0..2 * count)
            .map(|_| match self.dice.roll(4) {
                0 => [0, 1, 60, 120, 150, 180, 1380, 1439, 1440][self.dice.roll(9)],
                1 => 60 * self.dice.roll(25) as u32,
                _ => self.dice.roll(1441) as u32,
            })
            .collect();
        edges.sort_unstable();
        let pairs = edges.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        pairs.filter(|(from, to)| from < to).collect()
    }

    pub(crate) fn measure(&mut self) -> &'static str {
        MEASURES[self.dice.roll(MEASURES.len())]
    }

    /// A measure whose events have hours.
    pub(crate) fn hourly(&mut self) -> &'static str {
        HOURLY[self.dice.roll(HOURLY.len())]
    }

    pub(crate) fn member_id(&mut self) -> &'static str {
        self.names.members[self.dice.roll(self.names.members.len())]
    }

    pub(crate) fn member_ids(&mut self) -> Option<Vec<String>> {
        self.dice
            .chance(1, 3)
            .then(|| self.dice.some(self.names.members, 1, 2))
    }
}

/// All but the last.
fn known<'a>(names: &'a [&'static str]) -> &'a [&'static str] {
    &names[..names.len() - 1]
}

const BY: [&str; 4] = ["DAY", "WEEK", "MONTH", "YEAR"];
const HOURLY: [&str; 4] = ["CONVERSATIONS", "INBOUND_MESSAGES", "REPLIES", "CLOSED"];

pub(crate) const MEASURES: [&str; 31] = [
    "CONVERSATIONS",
    "LABELED_CONVERSATIONS",
    "MESSAGES",
    "INBOUND_MESSAGES",
    "REPLIES",
    "CUSTOMERS",
    "NEW_CUSTOMERS",
    "UNANSWERED",
    "CLOSED",
    "WON",
    "LOST",
    "WIN_RATE",
    "OPEN",
    "FOLLOW_UPS_COMPLETED",
    "RATINGS",
    "RATING_AVERAGE",
    "SATISFIED",
    "FIRST_RESPONSE_MEAN",
    "FIRST_RESPONSE_MEDIAN",
    "CLOSING_TIME_MEAN",
    "CLOSING_TIME_MEDIAN",
    "REPLY_TIME_MEAN",
    "REPLY_TIME_MEDIAN",
    "FIRST_CLOSING_TIME_MEAN",
    "FIRST_CLOSING_TIME_MEDIAN",
    "REOPENED",
    "CLOSED_BY_ONE_REPLY",
    "CLOSED_BY_BOT",
    "SURVEYS",
    "SURVEY_RATE",
    "WAITING",
];
