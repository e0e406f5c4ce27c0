//! How many rows each list of the schema has, as far as its cost goes. A list that is not named here fails a test.

/// How many rows a list has where no `first` says less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// The points of a series.
    Points,
    /// The members of the workspace.
    Members,
    /// Its teams.
    Teams,
    /// Its labels.
    Labels,
    /// Its channels.
    Channels,
    /// A row for each member, and one for nobody, on each day of the period.
    DailyRows,
    /// The representations that are given.
    Representations,
    /// The members of one team: all of the workspace, but not more than that.
    AtMostMembers(u64),
    /// So many.
    Rows(u64),
    /// Nothing but `first` is known of it.
    First,
}

/// The most rows that a list can be asked for.
pub(super) const MAX_ROWS: u64 = 1_000;

/// The lists and connections of the schema.
const LISTS: [(&str, &str, Size); 44] = [
    ("ApiToken", "scopes", Size::Rows(3)),
    ("Attribute", "values", Size::First),
    ("BreakdownRow", "keys", Size::Rows(3)),
    ("Conversation", "attributes", Size::Rows(5)),
    ("Conversation", "labels", Size::Rows(3)),
    ("Conversation", "ratings", Size::Rows(3)),
    ("ConversationAttribute", "values", Size::Rows(2)),
    ("DateHours", "stretches", Size::Rows(2)),
    ("DurationStats", "distribution", Size::Rows(7)),
    ("Feedback", "labels", Size::Rows(3)),
    ("Hours", "dates", Size::Rows(50)),
    ("Hours", "weekdays", Size::Rows(7)),
    ("MemberReport", "series", Size::Points),
    ("MemberReport", "topLabels", Size::Labels),
    ("Query", "_entities", Size::Representations),
    ("Query", "auditEvents", Size::First),
    ("Query", "breakdown", Size::First),
    ("Query", "conversations", Size::First),
    ("Query", "dailyRollups", Size::DailyRows),
    ("Query", "feedback", Size::First),
    ("Query", "labels", Size::Labels),
    ("Query", "rollupRuns", Size::First),
    ("RatingStats", "scores", Size::Rows(5)),
    ("Team", "members", Size::AtMostMembers(20)),
    ("TeamReport", "busyHours", Size::Rows(168)),
    ("TeamReport", "channels", Size::Channels),
    ("TeamReport", "leaderboard", Size::Members),
    ("TeamReport", "members", Size::Members),
    ("TeamReport", "series", Size::Points),
    ("TeamReport", "teams", Size::Teams),
    ("TeamReport", "topLabels", Size::Labels),
    ("Viewer", "scopes", Size::Rows(3)),
    ("WeekdayHours", "stretches", Size::Rows(2)),
    ("Workspace", "apiTokens", Size::Rows(10)),
    ("Workspace", "attributes", Size::Rows(20)),
    ("Workspace", "members", Size::Members),
    ("Workspace", "teams", Size::Teams),
    ("Workspace", "timezoneOffsets", Size::Rows(120)),
    // The rows of a connection are counted where it is asked for.
    ("AuditEventConnection", "*", Size::Rows(1)),
    ("BreakdownConnection", "*", Size::Rows(1)),
    ("ConversationConnection", "*", Size::Rows(1)),
    ("DailyRollupConnection", "*", Size::Rows(1)),
    ("FeedbackConnection", "*", Size::Rows(1)),
    ("RollupRunConnection", "*", Size::Rows(1)),
];

/// Fields that are no lists, and read as much as a list with so many rows.
const READ_AS_LISTS: [(&str, &str, Size); 1] = [("Query", "benchmark", Size::Members)];

/// How many rows that field has, or reads; `None` where it is not named here.
pub(super) fn size(parent: &str, field: &str) -> Option<Size> {
    LISTS
        .iter()
        .chain(&READ_AS_LISTS)
        .find(|(on, name, _)| *on == parent && (*name == field || *name == "*"))
        .map(|(.., size)| *size)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::types::BaseType;
    use caseload_rollup::schedule::Handle;

    use super::*;
    use crate::{
        config::Config,
        document::types::{Definition, FieldDefinition, Types, named},
        graphql,
    };

    /// The lists and connections of the schema, by itself and as a subgraph.
    fn lists_of_the_schema() -> Vec<(String, String)> {
        let mut lists = Vec::new();
        for federation in [false, true] {
            let config = Config {
                federation,
                ..Config::default()
            };
            let sdl = graphql::schema(&config, &Handle::default()).sdl();
            let types = Types::read(&sdl, false).unwrap();
            for parent in types.definitions() {
                lists.extend(lists_of(parent));
            }
        }
        lists
    }

    fn lists_of(parent: &Definition) -> Vec<(String, String)> {
        let has_rows = |field: &FieldDefinition| {
            matches!(field.ty.base, BaseType::List(_))
                || named(&field.ty).ends_with("Connection")
                || field
                    .arguments
                    .iter()
                    .any(|argument| argument.name == "first")
        };
        let fields = parent.fields().into_iter().flatten();
        fields
            .filter(|(_, field)| has_rows(field))
            .map(|(name, _)| (parent.name.clone(), name.clone()))
            .collect()
    }

    #[test]
    fn every_list_of_the_schema_says_how_many_rows_it_has() {
        let lists = lists_of_the_schema();
        assert!(30 <= lists.len(), "{lists:?}");
        for (parent, field) in lists {
            assert!(
                size(&parent, &field).is_some(),
                "{parent}.{field}: name it in document/lists.rs, with how many rows it has"
            );
        }
    }

    #[test]
    fn every_list_that_is_named_is_one_of_the_schema() {
        let lists = lists_of_the_schema();
        for (parent, field, _) in LISTS {
            let is_it =
                |(on, name): &(String, String)| on == parent && (name == field || field == "*");
            assert!(lists.iter().any(is_it), "{parent}.{field} is no list");
        }
    }
}
