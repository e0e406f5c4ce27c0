//! The attributes that conversations have: what a filter or a breakdown can name.

use async_graphql::Object;
use caseload_rollup::cube::Days;

use super::inputs::resolve_first;
use crate::{error::ApiError, snapshot::Snapshot};

/// A key, and where its values are looked for.
#[derive(Debug)]
pub(super) struct Attribute {
    key: String,
    days: Days,
}

/// A field of the source system that some conversations have.
#[Object]
impl Attribute {
    /// The key.
    async fn key(&self) -> &str {
        &self.key
    }

    /// Values that conversations have for it, in code point order.
    async fn values(
        &self,
        #[graphql(desc = "Only those that start with this text.")] starts_with: Option<String>,
        #[graphql(default_with = "Some(100)", desc = "How many, at most 1,000.")] first: Option<
            i32,
        >,
    ) -> Result<Vec<String>, ApiError> {
        let first = resolve_first(first, 100)?;
        let starts_with = starts_with.unwrap_or_default();
        Ok(self.days.attribute_values(&self.key, &starts_with, first))
    }
}

/// All attributes of the workspace, by key.
pub(super) async fn attributes(snapshot: &Snapshot) -> Result<Vec<Attribute>, ApiError> {
    let days = snapshot.all_days().await?;
    let keys = days.attribute_keys().into_iter();
    Ok(keys
        .map(|key| Attribute {
            key,
            days: days.clone(),
        })
        .collect())
}
