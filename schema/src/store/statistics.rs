//! What PostgreSQL knows of the tables when it plans an import's look-ups and a rollup's reads.

use diesel::{QueryableByName, sql_types::Text};
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};

use super::{Conn, Result, Store};

/// Tables that have four times as many pages as when they were looked at last (or than a few, where they never were).
const OUTGROWN: &str = "SELECT relname::text AS name FROM pg_class \
    WHERE oid IN ('members'::regclass, 'labels'::regclass, 'customers'::regclass, 'conversations'::regclass, \
        'messages'::regclass, 'ratings'::regclass, 'follow_ups'::regclass, 'events'::regclass, \
        'surveys'::regclass) \
      AND pg_relation_size(oid) > 4 * greatest(relpages, 4) * current_setting('block_size')::bigint";

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Store {
    /// Has PostgreSQL look anew at those fact tables that have outgrown what it knows of them. While an import fills empty
    /// tables, plans that were made for empty ones would scan for each of ten thousand ids, until the database's own
    /// schedule gets to it a minute later.
    pub(crate) async fn refresh_statistics(&self) -> Result<()> {
        self.read(|conn| {
            Box::pin(async move {
                let Conn::Postgres(c) = conn else {
                    return Ok(());
                };
                let outgrown: Vec<Table> = diesel::sql_query(OUTGROWN).load(&mut ***c).await?;
                if !outgrown.is_empty() {
                    let names: Vec<String> = outgrown.into_iter().map(|table| table.name).collect();
                    diesel::sql_query(format!("ANALYZE {}", names.join(", ")))
                        .execute(&mut ***c)
                        .await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// Has PostgreSQL plan the transaction's statements for values in general. What it knows of a workspace may be nothing yet:
/// planned for that one, a look-up of ten thousand ids would be a scan of what it takes for a handful of rows, and a rollup
/// would read the whole workspace, by whichever index, for each stretch of days. Statements in such a transaction name one table
/// each: Citus refuses joins and sub-queries that are planned so.
pub async fn plan_for_any_workspace(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(c) = conn {
        c.batch_execute("SET LOCAL plan_cache_mode = force_generic_plan")
            .await?;
    }
    Ok(())
}
