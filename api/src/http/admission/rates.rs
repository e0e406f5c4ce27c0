//! What each caller's queries cost, and how fast.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use moka::sync::Cache;
use tokio::time::Instant;

use super::listeners::Listener;

/// How many seconds' worth may be spent at once: a dashboard that opens asks for several reports in one breath.
const BURST_SECONDS: f64 = 10.0;

/// Callers that are remembered. One who is forgotten starts with a full purse, as does everyone after a while.
const MAX_CALLERS: u64 = 100_000;

/// After how long without a query a caller is forgotten.
const FORGOTTEN: Duration = Duration::from_mins(1);

/// What each caller may still spend. What a query costs is known before it runs, and taken then; who has nothing left waits,
/// so that even a query that costs more than a full purse runs, and is paid for afterwards.
#[derive(Debug)]
pub(in crate::http) struct RateLimiter {
    per_second: f64,
    purses: Cache<Listener, Arc<Mutex<TokenBucket>>>,
}

#[derive(Debug)]
struct TokenBucket {
    left: f64,
    at: Instant,
}

impl RateLimiter {
    /// So much a second for each caller; 0: whatever.
    pub(in crate::http) fn new(per_second: u32) -> Self {
        let purses = Cache::builder()
            .max_capacity(MAX_CALLERS)
            .time_to_idle(FORGOTTEN)
            .build();
        Self {
            per_second: f64::from(per_second),
            purses,
        }
    }

    /// Takes what a query costs, or says in how many seconds to come back.
    pub(in crate::http) fn charge(
        &self,
        who: Listener,
        cost: u64,
        now: Instant,
    ) -> Result<(), u64> {
        if self.per_second == 0.0 {
            return Ok(());
        }
        let full = self.per_second * BURST_SECONDS;
        let purse = self.purses.get_with(who, || {
            Arc::new(Mutex::new(TokenBucket {
                left: full,
                at: now,
            }))
        });
        let mut purse = purse.lock().unwrap_or_else(PoisonError::into_inner);
        let earned = now.saturating_duration_since(purse.at).as_secs_f64() * self.per_second;
        (purse.left, purse.at) = ((purse.left + earned).min(full), now);
        if purse.left <= 0.0 {
            return Err((1.0 - purse.left / self.per_second).ceil() as u64);
        }
        purse.left -= cost as f64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use caseload_schema::{
        audit::Actor,
        id::{MemberKey, WorkspaceKey},
    };

    use super::*;

    fn who(member: i64) -> Listener {
        (WorkspaceKey(1), Actor::Member(MemberKey(member)))
    }

    #[test]
    fn who_has_spent_too_much_waits_and_nobody_else_does() {
        let (rates, now) = (RateLimiter::new(100), Instant::now());
        assert_eq!(rates.charge(who(1), 999, now), Ok(()));
        assert_eq!(rates.charge(who(1), 301, now), Ok(()));
        assert_eq!(rates.charge(who(1), 1, now), Err(4));
        assert_eq!(rates.charge(who(2), 1, now), Ok(()));
        assert_eq!(
            rates.charge(who(1), 1, now + Duration::from_secs(4)),
            Ok(())
        );
    }

    #[test]
    fn a_purse_is_never_more_than_full_and_no_limit_is_none() {
        let (rates, free, now) = (RateLimiter::new(100), RateLimiter::new(0), Instant::now());
        assert_eq!(rates.charge(who(1), 0, now), Ok(()));
        let later = now + Duration::from_secs(50);
        assert_eq!(rates.charge(who(1), 1_100, later), Ok(()));
        assert_eq!(rates.charge(who(1), 1, later), Err(2));
        assert_eq!(free.charge(who(1), u64::MAX, now), Ok(()));
        assert_eq!(free.charge(who(1), u64::MAX, now), Ok(()));
    }
}
