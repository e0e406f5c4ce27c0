//! Keys and identifiers.
//!
//! The outside world names things by text ids of its own; inside, each thing has an integer key that is unique within
//! its workspace (a [`WorkspaceKey`] within the database). Text ids appear at the border only.

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, Output, ToSql},
    sql_types::BigInt,
};

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

keys! {
    /// A workspace: the company whose facts these are.
    ///
    /// ```
    /// use caseload_schema::id::{MemberKey, WorkspaceKey};
    /// // Both are 7, and neither can be given where the other is asked for.
    /// let (workspace, member) = (WorkspaceKey(7), MemberKey(7));
    /// assert_eq!(format!("member {member} of workspace {workspace}"), "member 7 of workspace 7");
    /// ```
    WorkspaceKey;
    /// A member, also one known by its id alone.
    MemberKey;
    /// A team.
    TeamKey;
    /// A label, also one known by its id alone.
    LabelKey;
    /// A channel name.
    ChannelKey;
    /// A customer, also one known by its id alone.
    CustomerKey;
    /// A conversation, also one that has not come yet.
    ConversationKey;
    /// A rating.
    RatingKey;
    /// An API token.
    TokenKey;
    /// A browser that a member is signed in with; drawn by lot.
    SessionKey;
    /// A link that signs a member in once; drawn by lot.
    LinkKey;
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow,
        )]
        #[diesel(sql_type = BigInt)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<DB: Backend> ToSql<BigInt, DB> for $name
        where
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<BigInt, DB> for $name
        where
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }
    )*};
}

// Counters of one workspace. They are all small integers and mean different things: a type each keeps them apart.
numbers! {
    /// A run, counted from 1. Runs and revisions take their numbers from one counter.
    RunId;
    /// What a block is written under. No two runs, and no two tries of a last step, write under the same one.
    Revision;
    /// The state of the figures. It grows by one with each change of them.
    Generation;
    /// A change of facts. It grows by one with each.
    ChangeNumber;
    /// Business hours that were set: the number of the change that set them; 0 for none, by which all time is worked.
    HoursKey;
}

impl HoursKey {
    /// None are set: all time is worked.
    pub const NONE: Self = Self(0);
}

impl RunId {
    /// The revision under which the chunks of this run write.
    ///
    /// ```
    /// use caseload_schema::id::{Revision, RunId};
    /// // Run 12 takes revision 12 with its number, so that no other run or last step writes under it.
    /// assert_eq!(RunId(12).revision(), Revision(12));
    /// ```
    pub const fn revision(self) -> Revision {
        Revision(self.0)
    }
}

/// The most characters (code points) that a text id may have.
pub const MAX_ID_CHARS: usize = 128;
