//! Conversations on their way into records: cut at "now", numbered, written.

use std::io;

use caseload_schema::instant::Instant;

use super::{
    Lines,
    life::Life,
    records::{At, Conversation, FollowUp, Message, Rating, Record},
};

/// The numbers that ids are made of.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    conversation: u32,
    message: u32,
    rating: u32,
    follow_up: u32,
}

fn next(number: &mut u32) -> u32 {
    *number += 1;
    *number
}

/// Writes what of `life` had happened by `now`. A conversation that was passed on, or closed and opened again, has an
/// earlier record for that state.
pub(super) fn write<W: io::Write>(
    life: &Life,
    customer_id: &str,
    now: Instant,
    numbers: &mut Numbers,
    lines: &mut Lines<'_, W>,
) -> io::Result<()> {
    let id = format!("c-{}", 1_000 + next(&mut numbers.conversation));
    let label_ids: Vec<&str> = life.topics.iter().map(|topic| topic.id).collect();
    let past = Past { life, now };
    let last = Conversation {
        id: &id,
        customer_id,
        created_at: At(life.created_at),
        channel: life.channel,
        assignee_id: past.assignee_id(),
        label_ids: &label_ids,
        closed_at: past.closed_at().map(At),
        outcome: past.closed_at().and(life.outcome),
        updated_at: At(past.updated_at()),
    };
    for earlier in past.earlier_states() {
        let assignee_id = earlier.assignee_id.or(last.assignee_id);
        let closed_at = earlier.closed_at.map(At);
        let updated_at = At(earlier.updated_at);
        lines.write(&Record::Conversation(Conversation {
            assignee_id,
            closed_at,
            updated_at,
            outcome: None,
            ..last
        }))?;
    }
    lines.write(&Record::Conversation(last))?;
    for said in past.said() {
        let message_id = format!("m-{}", next(&mut numbers.message));
        lines.write(&Record::Message(Message {
            id: &message_id,
            conversation_id: &id,
            sent_at: At(said.at),
            kind: said.kind,
            author_id: said.author,
        }))?;
    }
    write_aftermath(past, &id, numbers, lines)
}

/// Rating and follow-up.
fn write_aftermath<W: io::Write>(
    Past { life, now }: Past<'_>,
    conversation_id: &str,
    numbers: &mut Numbers,
    lines: &mut Lines<'_, W>,
) -> io::Result<()> {
    if let Some(verdict) = life.rating.as_ref().filter(|verdict| verdict.at <= now) {
        let id = format!("r-{}", next(&mut numbers.rating));
        lines.write(&Record::Rating(Rating {
            id: &id,
            conversation_id,
            rated_at: At(verdict.at),
            score: verdict.score,
            comment: verdict.comment.clone(),
            member_id: verdict.credited,
        }))?;
    }
    if let Some(promise) = life
        .follow_up
        .filter(|_| life.said.iter().all(|said| said.at <= now))
    {
        let id = format!("f-{}", next(&mut numbers.follow_up));
        lines.write(&Record::FollowUp(FollowUp {
            id: &id,
            conversation_id,
            assignee_id: promise.assignee,
            due_at: At(promise.due_at),
            completed_at: promise.completed_at.filter(|at| *at <= now).map(At),
        }))?;
    }
    Ok(())
}

/// A life up to now.
#[derive(Debug, Clone, Copy)]
struct Past<'a> {
    life: &'a Life,
    now: Instant,
}

/// What an earlier record of a conversation said.
struct Earlier {
    assignee_id: Option<&'static str>,
    closed_at: Option<Instant>,
    updated_at: Instant,
}

impl<'a> Past<'a> {
    fn assignee_id(self) -> Option<&'static str> {
        self.life
            .assignee
            .filter(|(_, since)| *since <= self.now)
            .map(|(colleague, _)| colleague.id)
    }

    /// The latest closing that nothing has undone yet.
    fn closed_at(self) -> Option<Instant> {
        let (closed_at, reopened_at) =
            *self.life.closings.iter().rfind(|(at, _)| *at <= self.now)?;
        reopened_at
            .is_none_or(|at| self.now < at)
            .then_some(closed_at)
    }

    fn said(self) -> impl Iterator<Item = &'a super::life::Said> {
        self.life
            .said
            .iter()
            .filter(move |said| said.at <= self.now)
    }

    fn updated_at(self) -> Instant {
        let last_said_at = self
            .said()
            .map(|said| said.at)
            .fold(self.life.created_at, Instant::max);
        self.closed_at()
            .map_or(last_said_at, |at| at.max(last_said_at))
    }

    fn earlier_states(self) -> impl Iterator<Item = Earlier> {
        let passed_on = self
            .life
            .passed_on_by
            .filter(|_| self.assignee_id().is_some())
            .map(|colleague| Earlier {
                assignee_id: Some(colleague.id),
                closed_at: None,
                updated_at: self.life.created_at,
            });
        let undone = self
            .life
            .closings
            .iter()
            .filter(move |(_, reopened_at)| reopened_at.is_some_and(|at| at <= self.now));
        let undone = undone.map(|(at, _)| Earlier {
            assignee_id: None,
            closed_at: Some(*at),
            updated_at: *at,
        });
        passed_on.into_iter().chain(undone)
    }
}
