//! A block as bytes.

use super::{
    Block, Flags, Rows,
    wire::{Kind, Writer},
};

pub(super) fn encode(block: &Block) -> Vec<u8> {
    let mut out = match block.rows.business {
        Some(_) => Writer::with_hours(Kind::Day),
        None => Writer::new(Kind::Day),
    };
    out.signed(i64::from(block.day.number()));
    block.members.write(&mut out);
    let lengths = || block.groups.iter().map(super::Group::lengths);
    out.column(lengths().map(|length| i64::from(length.rows)));
    out.column(lengths().map(|length| i64::from(length.ratings)));
    out.column(lengths().map(|length| i64::from(length.follow_ups)));
    out.column(lengths().map(|length| i64::from(length.surveys)));
    write_rows(&block.rows, &mut out);
    let ratings = || block.ratings().iter();
    out.column(ratings().map(|rating| i64::from(rating.row)));
    out.column(ratings().map(|rating| rating.key.0));
    out.times(ratings().map(|rating| rating.rated_at.micros()));
    out.column(ratings().map(|rating| i64::from(rating.score - 1)));
    out.column(ratings().map(|rating| i64::from(rating.has_comment)));
    let follow_ups = || block.follow_ups().iter();
    out.column(follow_ups().map(|event| i64::from(event.row)));
    out.column(follow_ups().map(|event| i64::from(event.completed)));
    let surveys = || block.surveys().iter();
    out.column(surveys().map(|event| i64::from(event.row)));
    out.column(surveys().map(|event| i64::from(event.asked)));
    out.column(surveys().map(|event| i64::from(event.answered)));
    out.finish()
}

fn write_rows(rows: &Rows, out: &mut Writer) {
    out.column(rows.conversations.iter().map(|key| key.0));
    out.column(rows.customers.iter().map(|key| key.0));
    rows.tags.write(out);
    out.column(rows.flags.iter().map(|flags| i64::from(flags.0)));
    let flagged = |flag: Flags, wanted: bool| {
        rows.flags
            .iter()
            .enumerate()
            .filter(move |(_, flags)| flags.any_of(flag) == wanted)
            .map(|(row, _)| row)
    };
    out.times(flagged(Flags::CREATED, true).map(|row| rows.created_at[row].micros()));
    out.times(flagged(Flags::CREATED, false).map(|row| rows.created_at[row].micros()));
    out.column(flagged(Flags::CREATED, true).map(|row| i64::from(rows.created_hours[row])));
    out.column(flagged(Flags::CLOSED, true).map(|row| i64::from(rows.closed_hours[row])));
    out.column(
        rows.first_responses
            .iter()
            .map(|&seconds| i64::from(seconds)),
    );
    out.column(rows.closing_times.iter().map(|&seconds| i64::from(seconds)));
    rows.messages.write(out);
    out.column(
        rows.first_closing_times
            .iter()
            .map(|&seconds| i64::from(seconds)),
    );
    rows.reply_times.write(out);
    out.column(rows.reopened.iter().map(|&count| i64::from(count)));
    if let Some(business) = &rows.business {
        business.write(out);
    }
}
