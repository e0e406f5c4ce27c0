//! Subscriptions: each event is resolved with a session of its own.

use std::sync::Arc;

use async_graphql::{
    Data, Response, ServerError,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use futures::future::BoxFuture;

use super::{context::Deadline, errors::to_server_error};
use crate::{error::ApiError, session::Session};

type Fresh = BoxFuture<'static, Result<(Session, Deadline), ApiError>>;

/// Where the session of each event of a subscription comes from. Without it, all of them would be answered with the figures
/// and the rights of the moment when it began.
pub struct EachEvent(Box<dyn Fn() -> Fresh + Send + Sync>);

impl std::fmt::Debug for EachEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EachEvent(…)")
    }
}

impl EachEvent {
    /// A session is what `fresh` gives at that moment, or an error that is the event's whole answer.
    pub fn new(fresh: impl Fn() -> Fresh + Send + Sync + 'static) -> Self {
        Self(Box::new(fresh))
    }
}

/// Puts the session of [`EachEvent`] before that of the request. Only the schema of subscriptions has it: an extension costs
/// every request of a schema.
pub(super) struct SessionOfEachEvent;

impl ExtensionFactory for SessionOfEachEvent {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for SessionOfEachEvent {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let Ok(EachEvent(fresh)) = ctx.data::<EachEvent>() else {
            return next.run(ctx, operation_name).await;
        };
        match fresh().await {
            Ok((session, deadline)) => {
                let mut data = Data::default();
                data.insert(session);
                data.insert(deadline);
                next.run_with_data(ctx, operation_name, data).await
            }
            Err(error) => Response::from_errors(vec![to_server_error(
                ServerError::new(String::new(), None),
                &error,
            )]),
        }
    }
}
