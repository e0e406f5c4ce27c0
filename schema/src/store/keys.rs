//! Lists of keys in one column: ascending, separated by spaces.

use super::{Result, StoreError};

/// `keys` as stored; they must be ascending.
pub(crate) fn join(keys: impl IntoIterator<Item = i64>) -> String {
    let mut text = String::new();
    for key in keys {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&key.to_string());
    }
    text
}

/// The keys of a stored list. `table` and `column` are named where it can't be read.
pub(crate) fn split(text: &str, table: &'static str, column: &'static str) -> Result<Vec<i64>> {
    text.split_ascii_whitespace()
        .map(|key| {
            key.parse()
                .map_err(|_| StoreError::damaged(table, column, text))
        })
        .collect()
}
