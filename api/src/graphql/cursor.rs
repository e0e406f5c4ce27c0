//! Cursors: where a row stands in its list. They hold its sort key, not its number, so that rows which come or go in the
//! meantime move no one else.

use std::borrow::Cow;

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
    /// Daily rollups, of a generation.
    DailyRollups(i64),
    /// What was done.
    AuditEvents,
    /// Runs.
    RollupRuns,
}

impl List {
    fn tag(self) -> Cow<'static, str> {
        match self {
            Self::Conversations => "c".into(),
            Self::Durations => "s".into(),
            Self::Feedback => "r".into(),
            Self::DailyRollups(generation) => format!("d{generation}").into(),
            Self::AuditEvents => "a".into(),
            Self::RollupRuns => "u".into(),
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
        OpaqueCursor((list.tag().into_owned(), self.sort, self.id.clone())).encode_cursor()
    }

    /// What `encode` made for the same list. Anything else is refused by name.
    pub(super) fn decode(cursor: &str, list: List) -> Result<Self, ApiError> {
        Self::read(cursor, |tag| (tag == list.tag()).then_some(())).map(|(place, ())| place)
    }

    /// What `encode` made for daily rollups, and of which generation they were.
    pub(super) fn decode_of_generation(cursor: &str) -> Result<(Self, i64), ApiError> {
        Self::read(cursor, |tag| tag.strip_prefix('d')?.parse().ok())
    }

    fn read<T>(cursor: &str, list: impl Fn(&str) -> Option<T>) -> Result<(Self, T), ApiError> {
        let read = OpaqueCursor::<(String, i64, Option<String>)>::decode_cursor(cursor).ok();
        let read =
            read.and_then(|OpaqueCursor((tag, sort, id))| Some((Self { sort, id }, list(&tag)?)));
        read.ok_or_else(|| {
            ApiError::bad_input(format!(
                "after: {cursor:?} is no cursor of this list; take one from its edges or pageInfo"
            ))
        })
    }
}

/// A cursor of whatever list, written anew; `None` where it is none. What one is written as, it is read from again.
pub fn rewrite_cursor(cursor: &str) -> Option<String> {
    let lists = [
        List::Conversations,
        List::Durations,
        List::Feedback,
        List::AuditEvents,
        List::RollupRuns,
    ];
    if let Ok((place, generation)) = Place::decode_of_generation(cursor) {
        return Some(place.encode(List::DailyRollups(generation)));
    }
    lists
        .into_iter()
        .find_map(|list| Some(Place::decode(cursor, list).ok()?.encode(list)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(sort: i64, id: Option<&str>) -> Place {
        Place {
            sort,
            id: id.map(str::to_owned),
        }
    }

    #[test]
    fn a_cursor_is_read_back_by_its_own_list_alone() {
        let cursor = place(-5, Some("é\"1")).encode(List::Feedback);
        assert_eq!(
            Place::decode(&cursor, List::Feedback),
            Ok(place(-5, Some("é\"1")))
        );
        assert!(Place::decode(&cursor, List::Conversations).is_err());
    }

    #[test]
    fn a_cursor_of_daily_rollups_tells_of_which_generation_it_is() {
        let cursor = place(20_000, None).encode(List::DailyRollups(17));
        assert_eq!(
            Place::decode_of_generation(&cursor),
            Ok((place(20_000, None), 17))
        );
        assert!(Place::decode(&cursor, List::Feedback).is_err());
        assert!(Place::decode_of_generation(&place(1, None).encode(List::Feedback)).is_err());
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
