//! Bytes as a block.

use caseload_schema::{
    day::Day,
    id::{ConversationKey, CustomerKey, RatingKey},
    instant::Instant,
};

use super::{
    Block, BusinessDurations, DamagedBlock, Events, Flags, FollowUpEvent, Lengths, Members,
    Messages, Parts, RatingEvent, ReplyTimes, Rows, SurveyEvent, Tags,
    business::Numbers,
    rows::LONGEST,
    wire::{Kind, Reader},
};

/// Reads what [`Block::encode`] wrote. Any other bytes are an error, never a panic and never a wrong block: one of an
/// unknown version as [`DamagedBlock::UnknownVersion`].
pub fn decode(bytes: &[u8]) -> Result<Block, DamagedBlock> {
    let mut from = Reader::open(bytes, Kind::Day)?;
    let day = i32::try_from(from.signed()?).map_err(|_| DamagedBlock::Malformed("day"))?;
    let members = Members::read(&mut from)?;
    let groups = members.len();
    let rows = from.up_to(u32::MAX - 1, groups)?;
    let ratings = from.up_to(u32::MAX - 1, groups)?;
    let follow_ups = from.up_to(u32::MAX - 1, groups)?;
    let surveys = if from.has_waits() {
        from.up_to(u32::MAX - 1, groups)?
    } else {
        vec![0; groups]
    };
    let total =
        |lengths: &[u32]| from.counted(lengths.iter().map(|&length| u64::from(length)).sum());
    let row_count = total(&rows)?;
    let rating_count = total(&ratings)?;
    let follow_up_count = total(&follow_ups)?;
    let survey_count = total(&surveys)?;
    let lengths = rows.into_iter().zip(ratings).zip(follow_ups).zip(surveys);
    let parts = Parts {
        members,
        lengths: lengths
            .map(|(((rows, ratings), follow_ups), surveys)| Lengths {
                rows,
                ratings,
                follow_ups,
                surveys,
            })
            .collect(),
        rows: read_rows(&mut from, row_count)?,
        events: Events {
            ratings: read_ratings(&mut from, rating_count, row_count)?,
            follow_ups: read_follow_ups(&mut from, follow_up_count, row_count)?,
            surveys: read_surveys(&mut from, survey_count, row_count)?,
        },
    };
    from.finish()?;
    Ok(Block::new(Day::from_number(day), parts))
}

fn read_rows(from: &mut Reader<'_>, count: usize) -> Result<Rows, DamagedBlock> {
    let conversations = from.column(count, ConversationKey)?;
    let customers = from.column(count, CustomerKey)?;
    let tags = Tags::read(from, count)?;
    // Version 1 has eight of them.
    let known = if from.has_waits() {
        u16::MAX
    } else {
        u8::MAX.into()
    };
    let flags = from.column(count, |flags| Flags(flags as u16 & known))?;
    let having = |flag: Flags| flags.iter().filter(|flags| flags.any_of(flag)).count();
    let (created, closed) = (having(Flags::CREATED), having(Flags::CLOSED));
    let created_today = from.times(created, Instant::from_micros)?;
    let created_before = from.times(count - created, Instant::from_micros)?;
    let created_hours = from.bytes_up_to(LAST_HOUR, created)?;
    let closed_hours = from.bytes_up_to(LAST_HOUR, closed)?;
    let first_responses = from.up_to(LONGEST, having(Flags::FIRST_RESPONSE))?;
    let closing_times = from.up_to(LONGEST, closed)?;
    let messages = Messages::read(from, count)?;
    let (first_closing_times, reply_times, reopened) = if from.has_waits() {
        (
            from.up_to(LONGEST, having(Flags::FIRST_CLOSING))?,
            ReplyTimes::read(from, count)?,
            from.up_to(u32::MAX - 1, count)?,
        )
    } else {
        (Vec::new(), ReplyTimes::none(count), vec![0; count])
    };
    let business = if from.has_hours() {
        let numbers = Numbers {
            first_responses: first_responses.len(),
            closing_times: closing_times.len(),
            first_closing_times: first_closing_times.len(),
            reply_times: reply_times.all().len(),
        };
        Some(Box::new(BusinessDurations::read(from, numbers)?))
    } else {
        None
    };
    Ok(Rows {
        created_at: merge(&flags, &created_today, &created_before),
        created_hours: spread(&flags, Flags::CREATED, &created_hours),
        closed_hours: spread(&flags, Flags::CLOSED, &closed_hours),
        messages,
        conversations,
        customers,
        flags,
        tags,
        first_responses,
        closing_times,
        first_closing_times,
        reply_times,
        reopened,
        business,
    })
}

const LAST_HOUR: u8 = 23;

/// The next value of `created` for each row created on the day, else of `before`.
fn merge(flags: &[Flags], created: &[Instant], before: &[Instant]) -> Vec<Instant> {
    let (mut created, mut before) = (created.iter().copied(), before.iter().copied());
    let next = |flags: &Flags| {
        if flags.any_of(Flags::CREATED) {
            created.next()
        } else {
            before.next()
        }
    };
    flags.iter().map_while(next).collect()
}

/// The next of `values` for each row that has `flag`, else 0.
fn spread(flags: &[Flags], flag: Flags, values: &[u8]) -> Vec<u8> {
    let mut values = values.iter().copied();
    let next = |flags: &Flags| {
        if flags.any_of(flag) {
            values.next().unwrap_or(0)
        } else {
            0
        }
    };
    flags.iter().map(next).collect()
}

fn read_ratings(
    from: &mut Reader<'_>,
    count: usize,
    rows: usize,
) -> Result<Vec<RatingEvent>, DamagedBlock> {
    let row = from.indices(rows, count)?;
    let key = from.column(count, RatingKey)?;
    let rated_at = from.times(count, Instant::from_micros)?;
    let score = from.bytes_up_to(4, count)?;
    let has_comment = from.bytes_up_to(1, count)?;
    let event = |at: usize| RatingEvent {
        row: row[at],
        key: key[at],
        rated_at: rated_at[at],
        score: score[at] + 1,
        has_comment: has_comment[at] == 1,
    };
    Ok((0..count).map(event).collect())
}

fn read_follow_ups(
    from: &mut Reader<'_>,
    count: usize,
    rows: usize,
) -> Result<Vec<FollowUpEvent>, DamagedBlock> {
    let row = from.indices(rows, count)?;
    let counts = from.up_to(u32::MAX - 1, count)?;
    Ok(row
        .into_iter()
        .zip(counts)
        .map(|(row, completed)| FollowUpEvent { row, completed })
        .collect())
}

fn read_surveys(
    from: &mut Reader<'_>,
    count: usize,
    rows: usize,
) -> Result<Vec<SurveyEvent>, DamagedBlock> {
    let row = from.indices(rows, count)?;
    let asked = from.up_to(u32::MAX - 1, count)?;
    let answered = from.up_to(u32::MAX - 1, count)?;
    let event = |at: usize| SurveyEvent {
        row: row[at],
        asked: asked[at],
        answered: answered[at],
    };
    Ok((0..count).map(event).collect())
}
