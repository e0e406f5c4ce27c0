//! Customers.

use async_graphql::{Context, ID, Object};
use caseload_schema::store::customers;

use super::authorization::{Nullable, guarded};

/// A customer.
#[derive(Debug, Clone)]
pub(super) struct Customer(customers::Customer);

impl From<customers::Customer> for Customer {
    fn from(customer: customers::Customer) -> Self {
        Self(customer)
    }
}

/// Someone who writes in.
#[Object]
impl Customer {
    /// The source system's id.
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// The name; null where none came, or where it was erased.
    async fn name(&self, ctx: &Context<'_>) -> Nullable<&str> {
        guarded(ctx, "Customer", "name", async {
            Ok(self.0.name.as_deref())
        })
        .await
    }
}
