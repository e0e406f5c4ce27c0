//! What is told of a request while it is answered: what kind of operation it is, and the code of its answer. It goes from
//! where that is known to where it is counted without passing through all that is in between.

use std::{cell::Cell, future::Future};

use async_graphql::parser::types::OperationType;

use crate::error::Code;

/// Kinds of operations; a label of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A GraphQL query.
    Query,
    /// A GraphQL mutation.
    Mutation,
    /// A GraphQL subscription: its opening.
    Subscription,
    /// A GraphQL request that never came to an operation.
    Graphql,
    /// An import.
    Import,
    /// A download of daily rollups.
    Export,
    /// Health, readiness, metrics.
    Health,
    /// The dashboard's files, and paths that are none.
    Page,
}

impl Operation {
    /// As a label.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
            Self::Graphql => "graphql",
            Self::Import => "import",
            Self::Export => "export",
            Self::Health => "health",
            Self::Page => "page",
        }
    }

    /// What can be said by the path alone.
    pub fn of_path(path: &str) -> Self {
        match path {
            "/healthz" | "/readyz" | "/metrics" => Self::Health,
            "/v1/import" => Self::Import,
            "/graphql" => Self::Graphql,
            "/graphql/ws" => Self::Subscription,
            path if path.starts_with("/v1/") => Self::Export,
            _ => Self::Page,
        }
    }
}

impl From<OperationType> for Operation {
    fn from(kind: OperationType) -> Self {
        match kind {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Mutation,
            OperationType::Subscription => Self::Subscription,
        }
    }
}

tokio::task_local! {
    static TOLD: (Cell<Option<Operation>>, Cell<Option<Code>>);
}

/// Answers a request, and gives what was told of it beside the answer.
pub async fn observe<T>(answer: impl Future<Output = T>) -> (T, Option<Operation>, Option<Code>) {
    let told = (Cell::new(None), Cell::new(None));
    TOLD.scope(told, async {
        let answer = answer.await;
        let (operation, code) = TOLD.with(|(operation, code)| (operation.get(), code.get()));
        (answer, operation, code)
    })
    .await
}

/// Says what the request under way is. Nobody listens outside of one.
pub fn tell_operation(operation: Operation) {
    TOLD.try_with(|(told, _)| told.set(Some(operation))).ok();
}

/// Says with which code the request under way is answered; the first one counts.
pub fn record_code(code: Code) {
    TOLD.try_with(|(_, told)| told.set(told.get().or(Some(code))))
        .ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_told_of_a_request_stays_with_it() {
        let one = observe(async {
            tell_operation(Operation::Query);
            tokio::task::yield_now().await;
            record_code(Code::Timeout);
            record_code(Code::Internal);
        });
        let (one, other) = tokio::join!(one, observe(async { 7 }));
        assert_eq!(one, ((), Some(Operation::Query), Some(Code::Timeout)));
        assert_eq!(other, (7, None, None));
        record_code(Code::Internal);
    }
}
