//! Customers.

use async_graphql::{ID, SimpleObject};
use caseload_schema::store::customers;

/// Someone who writes in.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct Customer {
    /// The source system's id.
    id: ID,
    /// The name; null where none came, or where it was erased.
    name: Option<String>,
}

impl From<customers::Customer> for Customer {
    fn from(customer: customers::Customer) -> Self {
        Self { id: ID(customer.id), name: customer.name }
    }
}
