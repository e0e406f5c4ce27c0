//! Facts to measure with: as many as asked for, the same for the same seed, in the order in which they happened.
//!
//! Each conversation is followed by its messages, rating and follow-up. Half of all conversations are in the first
//! workspace, which has [`LARGE_MEMBERS`] members; the other workspaces share the rest.

use std::io::{self, Write};

use caseload_schema::{day::Day, instant::Instant, zone::Zone};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How many days the facts cover.
pub(crate) const DAYS: i32 = 730;
/// Members of the first workspace.
const LARGE_MEMBERS: u32 = 200;
/// Members of each other workspace.
const SMALL_MEMBERS: u32 = 20;
const LABELS: u32 = 60;
const CHANNELS: [&str; 5] = ["email", "chat", "whatsapp", "phone", "web"];
/// Conversations for each customer, on average.
const VISITS: u64 = 3;
/// Monday to Sunday.
const WEEK: [f64; 7] = [1.2, 1.15, 1.1, 1.1, 1.0, 0.4, 0.3];
const SEED: u64 = 0x0ca5_e10a_d000_0001;

/// The last day with facts.
pub(crate) fn last_day() -> Day {
    Day::parse("2026-03-31").expect("is a day")
}

/// The zone of every workspace.
pub(crate) fn zone() -> Zone {
    Zone::parse("Europe/Rome").expect("is a zone")
}

/// One workspace's part.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    pub(crate) workspace: String,
    pub(crate) conversations: u64,
    pub(crate) members: u32,
    seed: u64,
}

/// How much was written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Written {
    pub(crate) records: u64,
    pub(crate) messages: u64,
}

/// Divides `conversations` among `workspaces`.
pub(crate) fn shares(conversations: u64, workspaces: u32) -> Vec<Share> {
    let others = u64::from(workspaces.saturating_sub(1));
    let rest = (conversations / 2).checked_div(others).unwrap_or_default();
    (0..workspaces)
        .map(|number| Share {
            workspace: format!("w{number}"),
            conversations: if number == 0 {
                conversations - rest * others
            } else {
                rest
            },
            members: if number == 0 {
                LARGE_MEMBERS
            } else {
                SMALL_MEMBERS
            },
            seed: SEED + u64::from(number),
        })
        .collect()
}

/// Writes all records of a workspace as NDJSON.
pub(crate) fn write_share(share: &Share, out: &mut impl Write) -> io::Result<Written> {
    let mut writer = Writer::new(share, out);
    writer.directory()?;
    let total: f64 = days().map(|day| WEEK[usize::from(day.weekday() - 1)]).sum();
    let (mut wanted, mut number) = (0.0, 0);
    for day in days() {
        wanted += share.conversations as f64 * WEEK[usize::from(day.weekday() - 1)] / total;
        let count = (wanted.round() as u64)
            .min(share.conversations)
            .saturating_sub(number);
        writer.day(day, count, number)?;
        number += count;
    }
    Ok(writer.written)
}

/// Writes `count` conversations that nobody has seen before, all of whose events are on `day`.
pub(crate) fn write_late(
    share: &Share,
    day: Day,
    count: u64,
    out: &mut impl Write,
) -> io::Result<Written> {
    let mut writer = Writer::new(share, out);
    let noon = zone().at(day, 12, 0);
    for number in 0..count {
        let id = format!("late-{day}-{number}");
        let at = noon.plus_seconds(number as i64);
        writer.conversation(&id, at, Some(at.plus_seconds(1_800)))?;
        writer.message(&id, 0, at, "inbound")?;
        writer.message(&id, 1, at.plus_seconds(300), "reply")?;
    }
    Ok(writer.written)
}

fn days() -> impl Iterator<Item = Day> {
    last_day().plus(1 - DAYS).until(last_day().next())
}

struct Writer<'a, W> {
    out: &'a mut W,
    dice: ChaCha8Rng,
    members: u32,
    customers: u64,
    written: Written,
    /// Nothing happens after it.
    end: Instant,
}

impl<'a, W: Write> Writer<'a, W> {
    fn new(share: &Share, out: &'a mut W) -> Self {
        Self {
            out,
            dice: ChaCha8Rng::seed_from_u64(share.seed),
            members: share.members,
            customers: (share.conversations / VISITS).max(1),
            written: Written::default(),
            end: zone().start_of(last_day().next()),
        }
    }

    fn directory(&mut self) -> io::Result<()> {
        for number in 0..self.members {
            let role = if number == 0 { "owner" } else { "agent" };
            writeln!(
                self.out,
                r#"{{"type":"member","id":"m{number}","name":"Member {number:03}","role":"{role}"}}"#
            )?;
        }
        for number in 0..LABELS {
            writeln!(
                self.out,
                r#"{{"type":"label","id":"l{number}","title":"Label {number:02}"}}"#
            )?;
        }
        for number in 0..self.customers {
            writeln!(
                self.out,
                r#"{{"type":"customer","id":"k{number}","name":"Customer {number}"}}"#
            )?;
        }
        self.written.records += u64::from(self.members + LABELS) + self.customers;
        Ok(())
    }

    fn day(&mut self, day: Day, count: u64, first_number: u64) -> io::Result<()> {
        let opening = zone().at(day, 7, 0);
        let mut seconds: Vec<i64> = (0..count)
            .map(|_| self.dice.random_range(0..54_000))
            .collect();
        seconds.sort_unstable();
        for (number, second) in (first_number..).zip(seconds) {
            self.whole_conversation(&format!("c{number}"), opening.plus_seconds(second))?;
        }
        Ok(())
    }

    fn whole_conversation(&mut self, id: &str, created_at: Instant) -> io::Result<()> {
        let mut times = vec![created_at];
        while times.len() < 12 && (times.len() < 2 || self.dice.random_bool(0.77)) {
            times.push(times[times.len() - 1].plus_seconds(self.log_normal(1_500.0, 1.3)));
        }
        times.retain(|at| *at < self.end);
        let last = times[times.len() - 1];
        let closed_at = last.plus_seconds(self.log_normal(5_400.0, 1.4));
        let closed_at = (closed_at < self.end && self.dice.random_bool(0.99)).then_some(closed_at);
        self.conversation(id, created_at, closed_at)?;
        for (number, at) in times.into_iter().enumerate() {
            let kind = if number % 2 == 0 { "inbound" } else { "reply" };
            let kind = if 0 < number && self.dice.random_bool(0.08) {
                "note"
            } else {
                kind
            };
            self.message(id, number, at, kind)?;
        }
        self.aftermath(id, closed_at)
    }

    fn conversation(
        &mut self,
        id: &str,
        created_at: Instant,
        closed_at: Option<Instant>,
    ) -> io::Result<()> {
        let customer = self.dice.random_range(0..self.customers);
        let channel = CHANNELS[self.dice.random_range(0..CHANNELS.len())];
        write!(
            self.out,
            r#"{{"type":"conversation","id":"{id}","customer_id":"k{customer}","channel":"{channel}""#
        )?;
        write!(self.out, r#","created_at":"{created_at}","label_ids":["#)?;
        for place in 0..self.dice.random_range(0..4) {
            let comma = if place == 0 { "" } else { "," };
            let label = self.skewed(LABELS);
            write!(self.out, r#"{comma}"l{label}""#)?;
        }
        write!(self.out, "]")?;
        if self.dice.random_bool(0.96) {
            let member = self.skewed(self.members);
            write!(self.out, r#","assignee_id":"m{member}""#)?;
        }
        if let Some(closed_at) = closed_at {
            write!(self.out, r#","closed_at":"{closed_at}""#)?;
            if self.dice.random_bool(0.1) {
                let outcome = if self.dice.random_bool(0.5) {
                    "won"
                } else {
                    "lost"
                };
                write!(self.out, r#","outcome":"{outcome}""#)?;
            }
        }
        self.written.records += 1;
        writeln!(self.out, "}}")
    }

    fn message(
        &mut self,
        conversation: &str,
        number: usize,
        at: Instant,
        kind: &str,
    ) -> io::Result<()> {
        self.written.records += 1;
        self.written.messages += 1;
        write!(
            self.out,
            r#"{{"type":"message","id":"{conversation}-{number}","conversation_id":"{conversation}""#
        )?;
        writeln!(self.out, r#","sent_at":"{at}","kind":"{kind}"}}"#)
    }

    /// A rating on a quarter, a follow-up on a twelfth of what was closed.
    fn aftermath(&mut self, conversation: &str, closed_at: Option<Instant>) -> io::Result<()> {
        let Some(closed_at) = closed_at else {
            return Ok(());
        };
        let later_at = closed_at.plus_seconds(self.log_normal(7_200.0, 1.3));
        if self.end <= later_at {
            return Ok(());
        }
        if self.dice.random_bool(0.25) {
            let score = 5 - self.skewed(5);
            let comment = if self.dice.random_bool(0.4) {
                r#","comment":"as quick as it was kind, thank you""#
            } else {
                ""
            };
            write!(
                self.out,
                r#"{{"type":"rating","id":"r-{conversation}","conversation_id":"{conversation}""#
            )?;
            writeln!(
                self.out,
                r#","rated_at":"{later_at}","score":{score}{comment}}}"#
            )?;
            self.written.records += 1;
        }
        if self.dice.random_bool(0.08) {
            write!(
                self.out,
                r#"{{"type":"follow_up","id":"f-{conversation}","conversation_id":"{conversation}""#
            )?;
            writeln!(
                self.out,
                r#","due_at":"{later_at}","completed_at":"{later_at}"}}"#
            )?;
            self.written.records += 1;
        }
        Ok(())
    }

    /// Below `count`, low numbers more often than high ones.
    fn skewed(&mut self, count: u32) -> u32 {
        let unit: f64 = self.dice.random();
        (unit.powf(1.7) * f64::from(count)) as u32
    }

    /// Seconds; ten days at most.
    fn log_normal(&mut self, median: f64, sigma: f64) -> i64 {
        let (radius, turn): (f64, f64) = (self.dice.random(), self.dice.random());
        let normal = (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * turn).cos();
        (median * (sigma * normal).exp()).min(864_000.0) as i64
    }
}
