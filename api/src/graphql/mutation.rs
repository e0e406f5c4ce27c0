//! The root of all changes: a part for each noun.

use async_graphql::MergedObject;

use super::{
    api_tokens::TokenMutations, hours::HoursMutations, members::MemberMutations,
    rollup_runs::RunMutations, workspace::ZoneMutations,
};

/// Changes to the workspace, for owners and admins. Each is one transaction, and recorded with who asked for it.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    RunMutations,
    MemberMutations,
    ZoneMutations,
    HoursMutations,
    TokenMutations,
);
