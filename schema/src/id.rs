//! Keys and identifiers.
//!
//! The outside world names things by text ids of its own; inside, each thing has an integer key that is unique within
//! its workspace (a [`WorkspaceKey`] within the database). Text ids appear at the border only.

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
}

/// The most characters (code points) that a text id may have.
pub const MAX_ID_CHARS: usize = 128;
