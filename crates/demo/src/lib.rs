//! A sample workspace: half a year in the life of a support team, made from a seed, as import records.

mod chance;
mod conversations;
mod life;
mod people;
mod phrases;
mod records;
mod seasons;
mod texts;
mod topics;

use std::io;

use caseload_schema::{day::Day, instant::Instant, role::Role, zone::Zone};

use self::{
    chance::Chance,
    conversations::Numbers,
    life::{Beginning, Teller},
    people::{COLLEAGUES, Guests, TEAMS},
    records::{Customer, Record},
    seasons::Seasons,
    topics::TOPICS,
};

/// How many days the sample workspace has, today included.
pub const DAYS: i32 = 180;

/// For each role, the id of a member whose view of the sample workspace is worth seeing.
pub const FACES: [(Role, &str); 5] = [
    (Role::Owner, "elena"),
    (Role::Admin, "tomas"),
    (Role::Manager, "ingrid"),
    (Role::Agent, "aisha"),
    (Role::Viewer, "lucas"),
];

/// What a sample workspace is made from.
#[derive(Debug, Clone, Copy)]
pub struct DemoOptions {
    /// The same seed gives the same workspace, byte for byte.
    pub seed: u64,
    /// Its last day.
    pub today: Day,
    /// Nothing has happened after it.
    pub now: Instant,
    /// Whose weekdays and office hours the seasons follow.
    pub zone: Zone,
}

/// Writes the records of a sample workspace as NDJSON, a line each: twelve members in all roles (one has left, one has
/// not begun), three teams, twelve labels, and the conversations of [`DAYS`] days with their customers, messages,
/// ratings and follow-ups. Only a follow-up's due date may lie after `now`.
pub fn generate(options: &DemoOptions, out: &mut impl io::Write) -> io::Result<()> {
    let mut lines = Lines(out);
    write_directory(&mut lines)?;
    let mut chance = Chance::new(options.seed);
    let first = options.today.plus(1 - DAYS);
    let seasons = Seasons::new(options.zone, first, DAYS, &mut chance);
    let mut guests = Guests::default();
    let mut numbers = Numbers::default();
    for day in first.until(options.today.next()) {
        let arrivals = seasons.arrivals(day, &mut chance);
        let rush = (arrivals.len() as f64 / BUSY).max(0.7);
        for at in arrivals.into_iter().take_while(|at| *at <= options.now) {
            let (guest, is_new) = guests.next(&mut chance);
            let guest = guests.get(guest);
            if is_new {
                let (name, email) = (guest.name.as_deref(), guest.email.as_deref());
                lines.write(&Record::Customer(Customer {
                    id: &guest.id,
                    name,
                    email,
                }))?;
            }
            let days_ago = options.today.number() - day.number();
            let beginning = Beginning {
                at,
                day,
                days_ago,
                language: guest.language,
                rush,
            };
            let life = Teller {
                seasons: &seasons,
                chance: &mut chance,
            }
            .tell(beginning);
            conversations::write(&life, &guest.id, options.now, &mut numbers, &mut lines)?;
        }
    }
    Ok(())
}

/// With more conversations than this on a day, everything takes longer.
const BUSY: f64 = 50.0;

fn write_directory<W: io::Write>(lines: &mut Lines<'_, W>) -> io::Result<()> {
    for colleague in &COLLEAGUES {
        lines.write(&Record::Member {
            id: colleague.id,
            name: colleague.name,
            email: colleague.email(),
            role: colleague.role.name(),
            active: colleague.left.is_none(),
        })?;
    }
    for (id, name, member_ids) in TEAMS {
        lines.write(&Record::Team {
            id,
            name,
            member_ids,
        })?;
    }
    for topic in &TOPICS {
        lines.write(&Record::Label {
            id: topic.id,
            title: topic.title,
            color: topic.color,
        })?;
    }
    Ok(())
}

/// Where records go, a line each.
#[derive(Debug)]
struct Lines<'a, W>(&'a mut W);

impl<W: io::Write> Lines<'_, W> {
    fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut *self.0, record)?;
        self.0.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests;
