//! What happened to a conversation on the day of its row.

/// A set of yes-or-no facts about a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flags(pub(super) u8);

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
