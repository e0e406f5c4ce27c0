//! Proof that what is stored is what the facts say.
//!
//! Blocks and rows are made anew from the facts, first messages included, and compared with what is stored; so is which
//! conversation holds its customer's first activity. All of it in one snapshot.

mod finals;
mod first_contacts;

use std::{collections::BTreeSet, sync::Arc};

use caseload_schema::{
    day::Day,
    facts::{Conversation, Facts, Message},
    hours::Clocks,
    id::{Revision, WorkspaceKey},
    import::find_wrong_waits,
    period::Period,
    store::{
        Conn, Store, StoreError, blocks, business_hours, dirty_days, facts, ledger,
        ledger::LedgerDay,
        runs, statistics,
        summaries::{self, DayFigures, DaySummary, MemberDay},
    },
    zone::Zone,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    block::{Block, decode},
    fold::{fold, fold_open},
    plan::Stretches,
    summary::summarize,
};

/// Something stored that the facts do not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The day; `None` for what belongs to no day.
    pub day: Option<Day>,
    /// What differs.
    pub what: String,
}

/// What was compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Days compared.
    pub days: u64,
    /// Days left out, because they wait for a rollup.
    pub pending: u64,
    /// Differences found.
    pub differences: u64,
}

/// Compares the days of `period`, or all, with their facts. Each difference goes to `found` as it is seen.
pub async fn verify(
    store: &Store,
    ws: WorkspaceKey,
    period: Option<Period>,
    mut found: impl FnMut(Difference) + Send + 'static,
) -> Result<Verified, StoreError> {
    store
        .snapshot(move |conn| {
            Box::pin(async move {
                let mut verified = Verified::default();
                let mut report = |difference: Difference| {
                    verified.differences += 1;
                    found(difference);
                };
                let compared = compare_all(conn, ws, period, &mut report).await?;
                Ok(Verified {
                    days: compared.days,
                    pending: compared.pending,
                    ..verified
                })
            })
        })
        .await
}

type Report<'r> = &'r mut (dyn FnMut(Difference) + Send);

async fn compare_all(
    conn: &mut Conn,
    ws: WorkspaceKey,
    period: Option<Period>,
    report: Report<'_>,
) -> Result<Verified, StoreError> {
    statistics::plan_for_any_workspace(conn).await?;
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return Ok(Verified::default());
    };
    let current = ledger::list_days(conn, ws).await?;
    let dirty: FxHashSet<Day> = dirty_days::list(conn, ws)
        .await?
        .into_iter()
        .map(|(day, _)| day)
        .collect();
    let mut target: BTreeSet<Day> = current.iter().map(|entry| entry.day).collect();
    if let Some((first, last)) = facts::extent(conn, ws).await? {
        target.extend(
            ledger
                .time
                .zone
                .day_of(first)
                .until(ledger.time.zone.day_of(last).next()),
        );
    }
    target.extend(summaries::list_days(conn, ws).await?);
    target.retain(|day| period.is_none_or(|period| period.contains(*day)));
    let all = target.len();
    target.retain(|day| !dirty.contains(day));
    let finals: Vec<LedgerDay> = current
        .iter()
        .filter(|entry| ledger.is_final(entry.day) && target.contains(&entry.day))
        .copied()
        .collect();
    let verified = Verified {
        days: target.len() as u64,
        pending: (all - target.len()) as u64,
        ..Verified::default()
    };
    target.retain(|day| !ledger.is_final(*day));
    finals::check(conn, ws, &finals, report).await?;
    let current: FxHashMap<Day, LedgerDay> = current
        .into_iter()
        .map(|entry| (entry.day, entry))
        .collect();
    let unfinished: FxHashSet<Revision> = runs::list_unfinished_revisions(conn, ws)
        .await?
        .into_iter()
        .collect();
    let current = Current {
        days: current,
        unfinished,
    };
    let clocks = business_hours::clocks(conn, ws, ledger.time).await?;
    let mut stretches = Stretches::new(target);
    while let Some((first, last)) = stretches.take_next() {
        let facts = read_checked(conn, ws, ledger.time.zone, (first, last), report).await?;
        stretches.learn(facts.messages.len() as u64 * 2);
        compare_stretch(
            conn,
            ws,
            &Stretch {
                clocks: clocks.clone(),
                first,
                last,
                facts,
            },
            &current,
            report,
        )
        .await?;
    }
    first_contacts::check(conn, ws, &ledger, report).await?;
    if dirty.is_empty() && ledger.rolled_up_at.is_some() {
        let open = fold_open(&facts::read_open(conn, ws).await?).encode();
        let stored = blocks::find_open(conn, ws, ledger.open_revision).await?;
        if stored.as_ref() != Some(&open) {
            report(Difference {
                day: None,
                what: "the stored open conversations are not those of the facts".to_owned(),
            });
        }
    }
    Ok(verified)
}

/// The facts of some days, with first messages derived anew from all messages of each conversation.
async fn read_checked(
    conn: &mut Conn,
    ws: WorkspaceKey,
    zone: Zone,
    (first, last): (Day, Day),
    report: Report<'_>,
) -> Result<Facts, StoreError> {
    let mut facts = facts::read(conn, ws, zone.span(first).0, zone.span(last).1).await?;
    let keys: Vec<_> = facts
        .conversations
        .iter()
        .map(|conversation| conversation.key)
        .collect();
    let messages = facts::read_messages_of(conn, ws, &keys).await?;
    for conversation in &mut facts.conversations {
        let theirs = messages
            .get(&conversation.key)
            .map_or(&[][..], Vec::as_slice);
        check_first_messages(conversation, theirs, zone, report);
    }
    let wrong = find_wrong_waits(conn, ws, &keys).await?;
    for conversation in &facts.conversations {
        if wrong.binary_search(&conversation.key).is_ok() {
            report(Difference {
                day: Some(zone.day_of(conversation.created_at)),
                what: format!(
                    "the stored waits of conversation {} are not those of its messages, closings and surveys",
                    conversation.key
                ),
            });
        }
    }
    Ok(facts)
}

fn check_first_messages(
    conversation: &mut Conversation,
    messages: &[Message],
    zone: Zone,
    report: Report<'_>,
) {
    let inbound = messages
        .iter()
        .filter(|message| message.inbound)
        .map(|message| message.sent_at)
        .min();
    let replies = messages
        .iter()
        .filter(|message| !message.inbound)
        .map(|message| message.sent_at);
    let reply = inbound.and_then(|inbound| replies.filter(|reply| inbound <= *reply).min());
    if (conversation.first_inbound_at, conversation.first_reply_at) != (inbound, reply) {
        report(Difference {
            day: Some(zone.day_of(conversation.created_at)),
            what: format!(
                "the stored first messages of conversation {} are not those of its messages",
                conversation.key
            ),
        });
        (conversation.first_inbound_at, conversation.first_reply_at) = (inbound, reply);
    }
}

/// What the ledger says.
struct Current {
    days: FxHashMap<Day, LedgerDay>,
    /// Revisions of runs that have not come to a good end: what they have written is nobody's yet, or will be swept.
    unfinished: FxHashSet<Revision>,
}

/// Some days and their facts.
struct Stretch {
    clocks: Clocks,
    first: Day,
    last: Day,
    facts: Facts,
}

async fn compare_stretch(
    conn: &mut Conn,
    ws: WorkspaceKey,
    stretch: &Stretch,
    current: &Current,
    report: Report<'_>,
) -> Result<(), StoreError> {
    let days = || stretch.first.until(stretch.last.next());
    let wanted: Vec<(Day, Revision)> = days()
        .filter_map(|day| current.days.get(&day))
        .map(|entry| (entry.day, entry.revision))
        .collect();
    let stored: FxHashMap<Day, Vec<u8>> = blocks::list(conn, ws, &wanted)
        .await?
        .into_iter()
        .map(|(day, _, bytes)| (day, bytes))
        .collect();
    let summaries = summaries::list(conn, ws, stretch.first, stretch.last).await?;
    let made = fold(&stretch.clocks, &stretch.facts, &|day| {
        stretch.first <= day && day <= stretch.last
    });
    let mut made: FxHashMap<Day, Block> =
        made.into_iter().map(|block| (block.day(), block)).collect();
    for day in days() {
        let rows = |entry: &LedgerDay| {
            summaries
                .get(&(day, entry.revision))
                .cloned()
                .unwrap_or_default()
        };
        let what = match (made.remove(&day), current.days.get(&day)) {
            (None, None) => Vec::new(),
            (Some(block), None) => {
                vec![format!(
                    "the ledger has no entry; the facts hold {} conversations",
                    block.len()
                )]
            }
            (None, Some(entry)) => {
                vec![format!(
                    "the ledger names revision {}; the facts hold nothing",
                    entry.revision
                )]
            }
            (Some(block), Some(entry)) => {
                let block_difference = compare_block(&block, stored.get(&day), entry.revision);
                block_difference
                    .into_iter()
                    .chain(compare_summaries(
                        &summarize(&Arc::new(block)),
                        &rows(entry),
                    ))
                    .collect()
            }
        };
        for what in what {
            report(Difference {
                day: Some(day),
                what,
            });
        }
    }
    for &(day, revision) in summaries.keys() {
        let is_current = current
            .days
            .get(&day)
            .is_some_and(|entry| entry.revision == revision);
        if !is_current && !current.unfinished.contains(&revision) {
            let what = format!(
                "there are summary rows of revision {revision}, which the ledger does not name"
            );
            report(Difference {
                day: Some(day),
                what,
            });
        }
    }
    Ok(())
}

fn compare_block(made: &Block, stored: Option<&Vec<u8>>, revision: Revision) -> Option<String> {
    let Some(stored) = stored else {
        return Some(format!("the block of revision {revision} is missing"));
    };
    if *stored == made.encode() {
        // Equal bytes that nobody can read would be served as an error.
        return decode(stored)
            .err()
            .map(|damage| format!("the block of revision {revision} can't be read: {damage}"));
    }
    Some(match decode(stored) {
        Err(damage) => format!("the block of revision {revision} can't be read: {damage}"),
        Ok(block) => format!(
            "the block of revision {revision} holds other figures than the facts: {}",
            other_figures(&block, made)
        ),
    })
}

/// What of `stored` is not as in `made`.
fn other_figures(stored: &Block, made: &Block) -> String {
    let figures = |block: &Block| {
        let counts = block.counts();
        [
            ("conversations active", block.len() as u64),
            ("created", counts.conversations),
            ("inbound messages", counts.inbound_messages),
            ("replies", counts.replies),
            ("customers", block.customers()),
            ("first responses", counts.first_responses),
            ("closed", counts.closed),
            ("reopened", counts.reopened),
            ("ratings", counts.ratings()),
            ("surveys", counts.surveys_asked),
            ("follow-ups", counts.follow_ups_completed),
        ]
    };
    let both = figures(stored).into_iter().zip(figures(made));
    let differing: Vec<String> = both
        .filter(|((_, stored), (_, made))| stored != made)
        .map(|((name, stored), (_, made))| format!("{stored} {name} instead of {made}"))
        .collect();
    if differing.is_empty() {
        "as many of everything, with other credits, customers, labels, attributes, outcomes or durations"
            .to_owned()
    } else {
        differing.join(", ")
    }
}

fn compare_summaries(made: &DaySummary, stored: &DaySummary) -> Vec<String> {
    let member = |row: &MemberDay| {
        row.member
            .map_or("nobody".to_owned(), |member| format!("member {member}"))
    };
    let members = |of: &DaySummary| {
        of.members
            .iter()
            .map(|row| (member(row), row.figures))
            .collect()
    };
    let labels = |of: &DaySummary| {
        of.labels
            .iter()
            .map(|(key, row)| (format!("label {key}"), *row))
            .collect()
    };
    let channels = |of: &DaySummary| {
        of.channels
            .iter()
            .map(|(key, row)| (format!("channel {key}"), *row))
            .collect()
    };
    let mut differences = compare_rows(members(made), members(stored));
    differences.extend(compare_rows(labels(made), labels(stored)));
    differences.extend(compare_rows(channels(made), channels(stored)));
    differences
}

/// Rows by whose they are.
type NamedRows = Vec<(String, DayFigures)>;

fn compare_rows(made: NamedRows, stored: NamedRows) -> Vec<String> {
    let mut stored: FxHashMap<String, DayFigures> = stored.into_iter().collect();
    let mut differences = Vec::new();
    for (name, figures) in made {
        match stored.remove(&name) {
            None => differences.push(format!("the summary row of {name} is missing")),
            Some(other) if other != figures => {
                differences.push(format!(
                    "the summary row of {name} holds other figures than the facts"
                ));
            }
            Some(_) => {}
        }
    }
    let mut extra: Vec<String> = stored.into_keys().collect();
    extra.sort();
    differences.extend(
        extra
            .iter()
            .map(|name| format!("there is a summary row of {name}; the facts hold nothing")),
    );
    differences
}
