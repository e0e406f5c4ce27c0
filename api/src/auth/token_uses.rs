//! When API tokens were last used, as coarsely as people want to know.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use caseload_schema::{
    id::{TokenKey, WorkspaceKey},
    instant::Instant,
    store::api_tokens::USE_SECONDS,
};

/// When this process last recorded a use of each token. Only tokens that hold come here, so that there are few.
#[derive(Debug, Default)]
pub(super) struct TokenUses(Mutex<HashMap<(WorkspaceKey, TokenKey), Instant>>);

impl TokenUses {
    /// Whether a use at `now` is to be recorded. If so, the next ones within [`USE_SECONDS`] are not.
    pub(super) fn is_due(&self, ws: WorkspaceKey, key: TokenKey, now: Instant) -> bool {
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = recorded.get(&(ws, key));
        let due = last.is_none_or(|last| last.plus_seconds(USE_SECONDS) <= now);
        if due {
            recorded.insert((ws, key), now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_due_once_a_minute_for_each_token() {
        let uses = TokenUses::default();
        let due = |key, second| {
            uses.is_due(
                WorkspaceKey(1),
                TokenKey(key),
                Instant::from_seconds(second),
            )
        };
        assert!(due(1, 0) && due(2, 0));
        assert!(!due(1, 1) && !due(1, 59) && !due(2, 59));
        assert!(due(1, 60) && !due(1, 119) && due(1, 120) && due(2, 120));
    }
}
