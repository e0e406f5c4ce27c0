//! What a breakdown is by: dimensions, and the keys that each row has for them.

use std::sync::Arc;

use caseload_schema::{
    day::Day,
    id::{ChannelKey, CustomerKey, LabelKey, MemberKey, TeamKey},
};
use rustc_hash::FxHashMap;

use super::values::CodesOfBlock;
use crate::block::{Flags, Tags};

/// The most dimensions at once.
pub const MAX_DIMENSIONS: usize = 3;

/// What figures are broken down by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Who is credited.
    Member,
    /// The teams that who is credited is in now.
    Team,
    /// The labels that the conversation has now.
    Label,
    /// The conversation's channel.
    Channel,
    /// The conversation's customer.
    Customer,
    /// How the conversation ended.
    Outcome,
    /// The weekday.
    Weekday,
    /// The day.
    Day,
    /// The ISO week.
    Week,
    /// The calendar month.
    Month,
    /// The calendar year.
    Year,
    /// The values that the conversation has now for the attribute with this key.
    Attribute(Arc<str>),
}

impl Dimension {
    /// Whether it splits the time: figures of now mean nothing in its rows.
    pub const fn is_of_time(&self) -> bool {
        matches!(
            self,
            Self::Weekday | Self::Day | Self::Week | Self::Month | Self::Year
        )
    }

    /// Whether it depends on who is credited.
    pub(super) const fn is_of_credit(&self) -> bool {
        matches!(self, Self::Member | Self::Team)
    }
}

/// What a row has for one dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Key {
    /// None: nobody, no team, no label, no outcome, no value.
    #[default]
    None,
    /// A member.
    Member(MemberKey),
    /// A team.
    Team(TeamKey),
    /// A label.
    Label(LabelKey),
    /// A channel.
    Channel(ChannelKey),
    /// A customer.
    Customer(CustomerKey),
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// A weekday: 1 is Monday, 7 is Sunday.
    Weekday(u8),
    /// The day, or the first day of the whole week, month or year.
    From(Day),
    /// A value of an attribute; [`Breakdown::value_of`](super::Breakdown::value_of) has its text. Those of one breakdown and dimension
    /// are in code point order.
    Value {
        /// The place of the dimension.
        dimension: u8,
        /// The place among the values of the breakdown.
        code: u32,
    },
}

/// The key of each dimension, in their order; behind them [`Key::None`].
pub type Keys = [Key; MAX_DIMENSIONS];

/// The teams of each member who is in any.
#[derive(Debug, Clone, Default)]
pub struct TeamsOfMembers(FxHashMap<MemberKey, Vec<Key>>);

impl TeamsOfMembers {
    /// From the members of each team.
    pub fn new<'a>(teams: impl Iterator<Item = (TeamKey, &'a [MemberKey])>) -> Self {
        let mut of: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for (team, members) in teams {
            for &member in members {
                of.entry(member).or_default().push(Key::Team(team));
            }
        }
        Self(of)
    }
}

/// The keys of one row for each dimension. Those of its day and credit are there already, those of its conversation are set row
/// by row.
pub(super) struct KeyLists {
    lists: [Vec<Key>; MAX_DIMENSIONS],
    /// The dimensions that are set row by row.
    of_rows: Vec<(usize, OfRow)>,
    codes: Arc<CodesOfBlock>,
}

/// A dimension of a conversation.
#[derive(Debug, Clone, Copy)]
enum OfRow {
    Label,
    Channel,
    Customer,
    Outcome,
    Attribute,
}

impl OfRow {
    const fn of(dimension: &Dimension) -> Option<Self> {
        match dimension {
            Dimension::Label => Some(Self::Label),
            Dimension::Channel => Some(Self::Channel),
            Dimension::Customer => Some(Self::Customer),
            Dimension::Outcome => Some(Self::Outcome),
            Dimension::Attribute(_) => Some(Self::Attribute),
            Dimension::Member
            | Dimension::Team
            | Dimension::Weekday
            | Dimension::Day
            | Dimension::Week
            | Dimension::Month
            | Dimension::Year => None,
        }
    }
}

/// What all rows of a [`KeyLists`] have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Common {
    /// Who is credited.
    pub(super) credited: Option<MemberKey>,
    /// The day; `None` where the rows are of now: nobody asks for the time of those.
    pub(super) day: Option<Day>,
}

impl KeyLists {
    pub(super) fn new(
        by: &[Dimension],
        teams: &TeamsOfMembers,
        common: Common,
        codes: Arc<CodesOfBlock>,
    ) -> Self {
        let Common { credited, day } = common;
        let mut made = Self {
            lists: std::array::from_fn(|_| vec![Key::None]),
            of_rows: Vec::new(),
            codes,
        };
        let from = |start: fn(Day) -> Day| day.map_or(Key::None, |day| Key::From(start(day)));
        for (at, dimension) in by.iter().enumerate() {
            let key = match dimension {
                Dimension::Member => credited.map_or(Key::None, Key::Member),
                Dimension::Team => {
                    if let Some(teams) = credited.and_then(|member| teams.0.get(&member)) {
                        made.lists[at].clone_from(teams);
                    }
                    continue;
                }
                Dimension::Weekday => day.map_or(Key::None, |day| Key::Weekday(day.weekday())),
                Dimension::Day => from(|day| day),
                Dimension::Week => from(Day::week_start),
                Dimension::Month => from(Day::month_start),
                Dimension::Year => from(Day::year_start),
                dimension => {
                    let of_row = OfRow::of(dimension);
                    made.of_rows.extend(of_row.map(|of_row| (at, of_row)));
                    continue;
                }
            };
            made.lists[at][0] = key;
        }
        made
    }

    /// Takes the keys of a row's conversation.
    pub(super) fn set_row(&mut self, tags: &Tags, row: usize, customer: CustomerKey, flags: Flags) {
        for &(at, dimension) in &self.of_rows {
            let list = &mut self.lists[at];
            list.clear();
            match dimension {
                OfRow::Label => list.extend(tags.labels_of(row).map(Key::Label)),
                OfRow::Channel => {
                    list.push(Key::Channel(tags.channels()[tags.channel_of(row)]));
                }
                OfRow::Outcome if flags.any_of(Flags::IS_WON) => list.push(Key::Won),
                OfRow::Outcome if flags.any_of(Flags::IS_LOST) => list.push(Key::Lost),
                OfRow::Outcome => {}
                OfRow::Customer => list.push(Key::Customer(customer)),
                OfRow::Attribute => list.extend(self.codes.of_row(at, tags.attributes(), row)),
            }
            if list.is_empty() {
                list.push(Key::None);
            }
        }
    }

    /// Calls `visit` with the keys of each row of the breakdown that it counts in.
    pub(super) fn each(&self, mut visit: impl FnMut(Keys)) {
        let [first, second, third] = &self.lists;
        for &first in first {
            for &second in second {
                for &third in third {
                    visit([first, second, third]);
                }
            }
        }
    }
}
