//! Who listens: the places for connections that stay open.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

use caseload_schema::{audit::Actor, id::WorkspaceKey};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::limits::{MAX_LISTENERS, MAX_LISTENERS_OF_ONE, MAX_STRANGERS};

/// Whose connections are counted together.
pub(in crate::http) type Listener = (WorkspaceKey, Actor);

/// The places for connections that stay open. Who has not said yet who they are has places of their own, so that strangers
/// can't take those of members.
#[derive(Debug, Clone)]
pub(in crate::http) struct StreamQuota {
    places: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    of_one: Arc<Mutex<HashMap<Listener, usize>>>,
}

impl Default for StreamQuota {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MAX_LISTENERS)),
            strangers: Arc::new(Semaphore::new(MAX_STRANGERS)),
            of_one: Arc::default(),
        }
    }
}

impl StreamQuota {
    /// A place for someone who has not said yet who they are.
    pub(in crate::http) fn stranger(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.strangers).try_acquire_owned().ok()
    }

    /// A place for a member, until it is dropped; `None` where they or all together have as many as there may be.
    pub(in crate::http) fn enter(&self, who: Listener) -> Option<Place> {
        let permit = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let mut of_one = self.of_one.lock().unwrap_or_else(PoisonError::into_inner);
        let count = of_one.entry(who).or_default();
        if MAX_LISTENERS_OF_ONE <= *count {
            return None;
        }
        *count += 1;
        drop(of_one);
        Some(Place {
            who,
            of_one: Arc::clone(&self.of_one),
            _permit: permit,
        })
    }
}

/// A place that is taken for as long as this is kept.
#[derive(Debug)]
pub(in crate::http) struct Place {
    who: Listener,
    of_one: Arc<Mutex<HashMap<Listener, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut of_one = self.of_one.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = of_one.entry(self.who) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use caseload_schema::id::MemberKey;

    use super::*;

    #[test]
    fn one_member_can_not_take_the_places_of_others() {
        let (listeners, who) = (StreamQuota::default(), |member| {
            (WorkspaceKey(1), Actor::Member(MemberKey(member)))
        });
        let places: Vec<_> = std::iter::from_fn(|| listeners.enter(who(1))).collect();
        assert_eq!(places.len(), MAX_LISTENERS_OF_ONE);
        assert!(listeners.enter(who(2)).is_some());
        drop(places);
        assert!(listeners.enter(who(1)).is_some());
        assert!(listeners.of_one.lock().unwrap().is_empty());
    }

    #[test]
    fn strangers_do_not_take_the_places_of_members() {
        let listeners = StreamQuota::default();
        let strangers: Vec<_> = std::iter::from_fn(|| listeners.stranger()).collect();
        assert_eq!(strangers.len(), MAX_STRANGERS);
        assert!(
            listeners
                .enter((WorkspaceKey(1), Actor::Member(MemberKey(1))))
                .is_some()
        );
    }
}
