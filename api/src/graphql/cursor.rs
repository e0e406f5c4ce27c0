//! Cursors: where a row stands in its list. They hold its sort key, not its number, so that rows which come or go in the
//! meantime move no one else.

use async_graphql::connection::{CursorType, OpaqueCursor};
use caseload_schema::id::Generation;

use crate::error::ApiError;

/// The lists that have cursors. One list's cursor means nothing to another. A list of figures is one of a generation: what its
/// rows are sorted by may be another value in the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Conversations, newest first.
    Conversations(Generation),
    /// Conversations by a duration.
    Durations(Generation),
    /// Ratings.
    Feedback(Generation),
    /// Daily rollups.
    DailyRollups(Generation),
    /// A breakdown, with a number that tells its dimensions and order from others.
    Breakdown(Generation, u32),
    /// What was done: sorted by what never changes.
    AuditEvents,
    /// Runs: sorted by what never changes.
    RollupRuns,
}

impl List {
    fn letter(self) -> char {
        match self {
            Self::Conversations(_) => 'c',
            Self::Durations(_) => 's',
            Self::Feedback(_) => 'r',
            Self::DailyRollups(_) => 'd',
            Self::Breakdown(..) => 'b',
            Self::AuditEvents => 'a',
            Self::RollupRuns => 'u',
        }
    }

    fn generation(self) -> Option<Generation> {
        match self {
            Self::Conversations(generation)
            | Self::Durations(generation)
            | Self::Feedback(generation)
            | Self::DailyRollups(generation)
            | Self::Breakdown(generation, _) => Some(generation),
            Self::AuditEvents | Self::RollupRuns => None,
        }
    }

    fn tag(self) -> String {
        let prefix = self.prefix();
        self.generation().map_or_else(
            || prefix.clone(),
            |generation| format!("{prefix}{generation}"),
        )
    }

    /// What tells its cursors from those of other lists.
    fn prefix(self) -> String {
        match self {
            Self::Breakdown(_, order) => format!("{}{order}.", self.letter()),
            _ => self.letter().to_string(),
        }
    }

    /// Whether that tag is of another generation; `None` where it is another list's.
    fn has_changed_since(self, tag: &str) -> Option<bool> {
        let rest = tag.strip_prefix(&*self.prefix())?;
        match self.generation() {
            Some(generation) => Some(rest.parse::<i64>().ok()? != generation.0),
            None => rest.is_empty().then_some(false),
        }
    }
}

/// Behind which row a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct After {
    /// Where that row stands; `None` at the beginning of the list.
    pub(super) place: Option<Place>,
    /// Whether that row is of another generation than the list is now.
    pub(super) changed: bool,
}

impl After {
    /// Reads the cursor of a row of `list`. Anything else is refused by name.
    pub(super) fn read(cursor: Option<&str>, list: List) -> Result<Self, ApiError> {
        let Some(cursor) = cursor else {
            return Ok(Self::default());
        };
        let read = OpaqueCursor::<(String, i64, Option<String>)>::decode_cursor(cursor).ok();
        let after = read.and_then(|OpaqueCursor((tag, sort, id))| {
            Some(Self {
                place: Some(Place { sort, id }),
                changed: list.has_changed_since(&tag)?,
            })
        });
        after.ok_or_else(|| {
            ApiError::bad_input(format!(
                "after: {cursor:?} is no cursor of this list; take one from its edges or pageInfo"
            ))
        })
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
        OpaqueCursor((list.tag(), self.sort, self.id.clone())).encode_cursor()
    }
}

/// A cursor of whatever list, written anew; `None` where it is none. What one is written as, it is read from again.
pub fn rewrite_cursor(cursor: &str) -> Option<String> {
    let lists = [
        List::Conversations(Generation(0)),
        List::Durations(Generation(0)),
        List::Feedback(Generation(0)),
        List::DailyRollups(Generation(0)),
        List::Breakdown(Generation(0), 0),
        List::AuditEvents,
        List::RollupRuns,
    ];
    lists.into_iter().find_map(|list| {
        let place = After::read(Some(cursor), list).ok()?.place?;
        Some(place.encode(list))
    })
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

    const LISTS: [List; 8] = [
        List::Conversations(Generation(17)),
        List::Durations(Generation(17)),
        List::Feedback(Generation(17)),
        List::DailyRollups(Generation(17)),
        List::Breakdown(Generation(17), 1),
        List::Breakdown(Generation(17), 11),
        List::AuditEvents,
        List::RollupRuns,
    ];

    #[test]
    fn a_cursor_is_read_back_by_its_own_list_alone() {
        for list in LISTS {
            let written = place(-5, Some("é\"1"));
            let cursor = written.encode(list);
            for other in LISTS {
                let read = After::read(Some(&cursor), other);
                if other == list {
                    let expected = After {
                        place: Some(written.clone()),
                        changed: false,
                    };
                    assert_eq!(read, Ok(expected), "{list:?}");
                } else {
                    assert!(read.is_err(), "{list:?} as {other:?}");
                }
            }
        }
    }

    #[test]
    fn a_cursor_of_figures_tells_of_which_generation_it_is() {
        let of = |generation| {
            [
                List::Conversations(generation),
                List::Durations(generation),
                List::Feedback(generation),
                List::DailyRollups(generation),
                List::Breakdown(generation, 5),
            ]
        };
        for (before, now) in of(Generation(17)).into_iter().zip(of(Generation(18))) {
            let cursor = place(20_000, None).encode(before);
            let changed = |list| After::read(Some(&cursor), list).unwrap().changed;
            assert!(!changed(before) && changed(now), "{before:?}");
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for list in LISTS {
            for wrong in ["", "nonsense", "MTA", "\0"] {
                let error = After::read(Some(wrong), list).unwrap_err();
                assert!(error.message.starts_with("after: "), "{error}");
            }
        }
        assert_eq!(After::read(None, LISTS[0]), Ok(After::default()));
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
