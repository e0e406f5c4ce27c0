//! Customers.

use diesel::{ExpressionMethods, QueryDsl};

use super::{Conn, Result, Store, conn::load, tables::customers};
use crate::id::{CustomerKey, WorkspaceKey};

/// Who writes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its key.
    pub key: CustomerKey,
    /// The source system's id.
    pub id: String,
    /// The name, where one came and was not erased.
    pub name: Option<String>,
}

impl Store {
    /// The customers of these keys, in no order.
    pub async fn find_customers(
        &self,
        ws: WorkspaceKey,
        keys: &[CustomerKey],
    ) -> Result<Vec<Customer>> {
        let keys: Vec<i64> = keys.iter().map(|key| key.0).collect();
        self.read(move |conn| Box::pin(async move { find(conn, ws, &keys).await }))
            .await
    }
}

/// The customers whose first activity was on a final day.
pub async fn list_opened_finally(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<CustomerKey>> {
    let query = customers::table
        .filter(customers::workspace_id.eq(ws.0))
        .filter(customers::opened_finally.eq(true))
        .select(customers::customer_key);
    let keys: Vec<i64> = load!(conn, query)?;
    Ok(keys.into_iter().map(CustomerKey).collect())
}

async fn find(conn: &mut Conn, ws: WorkspaceKey, keys: &[i64]) -> Result<Vec<Customer>> {
    let mut found = Vec::with_capacity(keys.len());
    for keys in keys.chunks(conn.most_keys()) {
        let query = customers::table
            .filter(customers::workspace_id.eq(ws.0))
            .filter(customers::customer_key.eq_any(keys))
            .select((customers::customer_key, customers::id, customers::name));
        let rows: Vec<(i64, String, Option<String>)> = load!(conn, query)?;
        found.extend(rows.into_iter().map(|(key, id, name)| Customer {
            key: CustomerKey(key),
            id,
            name,
        }));
    }
    Ok(found)
}
