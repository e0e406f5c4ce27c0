//! Cursors: where a row stands in its list. They hold its sort key, not its number, so that rows which come or go in the
//! meantime move no one else.

use async_graphql::connection::{CursorType, OpaqueCursor};

use crate::error::ApiError;

/// The lists that have cursors. One list's cursor means nothing to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Conversations, newest first.
    Conversations,
    /// Conversations by a duration.
    Durations,
    /// Ratings.
    Feedback,
    /// Daily rollups.
    DailyRollups,
    /// What was done.
    AuditEvents,
    /// Runs.
    RollupRuns,
}

impl List {
    const fn tag(self) -> &'static str {
        match self {
            Self::Conversations => "c",
            Self::Durations => "s",
            Self::Feedback => "r",
            Self::DailyRollups => "d",
            Self::AuditEvents => "a",
            Self::RollupRuns => "u",
        }
    }
}

/// What rows are sorted by: a number, then the text id (`None` last).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The number, ascending.
    pub(super) sort: i64,
    /// The text id.
    pub(super) id: Option<String>,
}

impl Place {
    /// Whether this place lies behind `other` in their list.
    pub(super) fn is_behind(&self, other: &Self) -> bool {
        let key = |place: &Self| (place.sort, place.id.is_none(), place.id.clone());
        key(other) < key(self)
    }

    /// As clients get it.
    pub(super) fn encode(&self, list: List) -> String {
        OpaqueCursor((list.tag().to_owned(), self.sort, self.id.clone())).encode_cursor()
    }

    /// What `encode` made for the same list. Anything else is refused by name.
    pub(super) fn decode(cursor: &str, list: List) -> Result<Self, ApiError> {
        let read = OpaqueCursor::<(String, i64, Option<String>)>::decode_cursor(cursor).ok();
        let read = read.filter(|read| read.0.0 == list.tag());
        let OpaqueCursor((_, sort, id)) = read.ok_or_else(|| {
            ApiError::bad_input(format!(
                "after: {cursor:?} is no cursor of this list; take one from its edges or pageInfo"
            ))
        })?;
        Ok(Self { sort, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(sort: i64, id: Option<&str>) -> Place {
        Place { sort, id: id.map(str::to_owned) }
    }

    #[test]
    fn a_cursor_is_read_back_by_its_own_list_alone() {
        let cursor = place(-5, Some("é\"1")).encode(List::Feedback);
        assert_eq!(Place::decode(&cursor, List::Feedback), Ok(place(-5, Some("é\"1"))));
        assert!(Place::decode(&cursor, List::Conversations).is_err());
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for wrong in ["", "nonsense", "MTA", "\0"] {
            let error = Place::decode(wrong, List::Feedback).unwrap_err();
            assert!(error.message.starts_with("after: "), "{error}");
        }
    }

    #[test]
    fn places_are_ordered_by_number_then_id_and_nobody_comes_last() {
        assert!(place(2, Some("a")).is_behind(&place(1, Some("b"))));
        assert!(place(1, Some("b")).is_behind(&place(1, Some("a"))));
        assert!(place(1, None).is_behind(&place(1, Some("z"))));
        assert!(!place(1, None).is_behind(&place(1, None)));
        assert!(!place(1, Some("a")).is_behind(&place(1, None)));
    }
}
