//! What happened to a conversation on the day of its row.

/// A set of yes-or-no facts about a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flags(pub(super) u16);

impl Flags {
    /// Created on this day.
    pub(crate) const CREATED: Self = Self(1);
    /// Closed on this day, by its latest closing.
    pub(crate) const CLOSED: Self = Self(1 << 1);
    /// Closed on this day as won.
    pub(crate) const WON: Self = Self(1 << 2);
    /// Closed on this day as lost.
    pub(crate) const LOST: Self = Self(1 << 3);
    /// Its customer's first activity ever is on this day, and is its own.
    pub(crate) const NEW_CUSTOMER: Self = Self(1 << 4);
    /// Created on this day, written to by a customer, and without a first response.
    pub(crate) const UNANSWERED: Self = Self(1 << 5);
    /// Its first response is on this day.
    pub(crate) const FIRST_RESPONSE: Self = Self(1 << 6);
    /// Closed on an earlier day than created: it never was in the backlog at the end of a day.
    pub(crate) const CROSSED: Self = Self(1 << 7);

    /// Closed for the first time on this day.
    pub(crate) const FIRST_CLOSING: Self = Self(1 << 8);
    /// Closed on this day, written to by a customer, with exactly one reply.
    pub(crate) const CLOSED_BY_ONE_REPLY: Self = Self(1 << 9);
    /// Closed on this day, written to by a customer, with automatic messages and no reply.
    pub(crate) const CLOSED_BY_BOT: Self = Self(1 << 10);
    /// Won, whenever it was closed.
    pub(crate) const IS_WON: Self = Self(1 << 11);
    /// Lost, whenever it was closed.
    pub(crate) const IS_LOST: Self = Self(1 << 12);
    /// What a row counts for by itself: its conversation's outcome on another day is not among it.
    const COUNTED: Self = Self(!(Self::IS_WON.0 | Self::IS_LOST.0));

    /// Whether anything happened that a measure counts.
    pub(crate) const fn counts(self) -> bool {
        self.any_of(Self::COUNTED)
    }

    /// This set and the other where `holds`, else this set.
    #[must_use]
    pub(crate) const fn with(self, other: Self, holds: bool) -> Self {
        if holds { Self(self.0 | other.0) } else { self }
    }

    /// Whether any of `others` is in this set.
    pub(crate) const fn any_of(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// 1 where `flag` (a single one) is in this set, else 0.
    pub(crate) const fn count(self, flag: Self) -> u64 {
        self.any_of(flag) as u64
    }
}
