//! Connections, as Relay has them.

use async_graphql::SimpleObject;

use super::{
    audit::AuditEvent,
    breakdown::BreakdownRow,
    conversations::Conversation,
    cursor::{List, Place},
    daily_rollups::DailyRollup,
    feedback::Feedback,
    rollup_runs::RollupRun,
};

/// Where a page stands in its list.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct PageInfo {
    /// Whether there are more rows behind this page.
    has_next_page: bool,
    /// Whether there are more rows before this page.
    has_previous_page: bool,
    /// The cursor of the first row; null on an empty page.
    start_cursor: Option<String>,
    /// The cursor of the last row; null on an empty page.
    end_cursor: Option<String>,
}

/// Some rows of a list, each with where it stands.
#[derive(Debug)]
pub(super) struct Slice<N> {
    /// The rows.
    pub(super) nodes: Vec<(N, Place)>,
    /// Whether there are more behind them.
    pub(super) has_next: bool,
    /// Whether there are more before them.
    pub(super) has_previous: bool,
}

macro_rules! connections {
    ($($connection:ident of $edge:ident of $node:ident { $($(#[$what:meta])* $more:ident: $more_type:ty,)* })*) => {$(
        /// A row and where it stands.
        #[derive(Debug, Clone, SimpleObject)]
        pub(super) struct $edge {
            /// Give it as `after` to get what comes behind this row. It stays good when rows come or go.
            cursor: String,
            /// The row.
            node: $node,
        }

        /// One page of a list.
        #[derive(Debug, SimpleObject)]
        pub(super) struct $connection {
            /// The rows, each with its cursor.
            edges: Vec<$edge>,
            /// The rows alone.
            nodes: Vec<$node>,
            /// Where this page stands.
            page_info: PageInfo,
            $($(#[$what])* $more: $more_type,)*
        }

        impl $connection {
            /// That slice of `list`.
            pub(super) fn new(list: List, slice: Slice<$node> $(, $more: $more_type)*) -> Self {
                let nodes = slice.nodes.into_iter();
                let edges: Vec<_> = nodes.map(|(node, place)| $edge { cursor: place.encode(list), node }).collect();
                let page_info = PageInfo {
                    has_next_page: slice.has_next,
                    has_previous_page: slice.has_previous,
                    start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                    end_cursor: edges.last().map(|edge| edge.cursor.clone()),
                };
                Self { nodes: edges.iter().map(|edge| edge.node.clone()).collect(), edges, page_info $(, $more)* }
            }
        }
    )*};
}

connections! {
    ConversationConnection of ConversationEdge of Conversation {
        /// How many rows the whole list has.
        total_count: usize,
        /// The generation of these rows.
        generation: i64,
        /// Whether figures have changed since the page that `after` comes from: a row whose place in the list is another one
        /// by now may come twice, or not at all. Begin again for all rows of one generation.
        changed: bool,
    }
    FeedbackConnection of FeedbackEdge of Feedback {
        /// How many rows the whole list has.
        total_count: usize,
        /// The generation of these rows.
        generation: i64,
        /// Whether figures have changed since the page that `after` comes from: a row whose place in the list is another one
        /// by now may come twice, or not at all. Begin again for all rows of one generation.
        changed: bool,
    }
    BreakdownConnection of BreakdownEdge of BreakdownRow {
        /// How many rows the whole list has.
        total_count: usize,
        /// The generation of these rows.
        generation: i64,
        /// Whether figures have changed since the page that `after` comes from: a row whose place in the list is another one
        /// by now may come twice, or not at all. Begin again for all rows of one generation.
        changed: bool,
    }
    DailyRollupConnection of DailyRollupEdge of DailyRollup {
        /// The generation of these rows.
        generation: i64,
        /// Whether figures have changed since the page that `after` comes from: the rows before it may be others by now. Begin
        /// again for all rows of one generation.
        changed: bool,
    }
    AuditEventConnection of AuditEventEdge of AuditEvent {}
    RollupRunConnection of RollupRunEdge of RollupRun {}
}
