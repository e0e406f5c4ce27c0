//! Looking in each workspace by itself. A look at all of them at once asks every node of a cluster, and fails while one of
//! them is away; the workspaces of the others can still be reached.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures::{StreamExt as _, future::BoxFuture, stream};

use super::{Access, Conn, Result, Store, StoreError};
use crate::id::WorkspaceKey;

/// Workspaces that are asked at the same time: few, since those of a node that is away hold a connection until the database
/// gives up on it.
const AT_ONCE: usize = 4;

/// How long a look begins to ask workspaces of each kind: those that answered before, those that were never asked, and those that
/// did not answer. Whoever is left out comes first of its kind in the next look.
const LOOK_FOR: [Duration; 3] = [
    Duration::from_secs(3),
    Duration::from_secs(3),
    Duration::from_secs(1),
];

/// How each workspace answered the latest looks, by the name of the look. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers(Arc<Mutex<BTreeMap<&'static str, AnswersOfLook>>>);

type AnswersOfLook = HashMap<WorkspaceKey, Answer>;

/// The latest attempt to ask a workspace.
#[derive(Debug, Clone, Copy)]
struct Answer {
    asked_at: Instant,
    was_reached: bool,
}

impl Answers {
    /// The workspaces in the order in which to ask them: those that answered, those that were never asked, and those that did
    /// not answer. Within each kind, the one that waits longest first, so that a look that is out of time leaves out others each
    /// time.
    fn order(&self, look: &str, of: &[WorkspaceKey]) -> [Vec<WorkspaceKey>; 3] {
        let looks = self.lock();
        let answers = looks.get(look);
        let answer = |ws: &WorkspaceKey| answers.and_then(|answers| answers.get(ws)).copied();
        let mut ordered = of.to_vec();
        ordered.sort_by_key(|ws| answer(ws).map(|answer| answer.asked_at));
        let mut kinds = [Vec::new(), Vec::new(), Vec::new()];
        for ws in ordered {
            let kind = match answer(&ws) {
                Some(answer) if answer.was_reached => 0,
                None => 1,
                Some(_) => 2,
            };
            kinds[kind].push(ws);
        }
        kinds
    }

    fn note(&self, look: &'static str, ws: WorkspaceKey, answer: Answer) {
        self.lock().entry(look).or_default().insert(ws, answer);
    }

    /// All nodes answer: what was learnt while one was away is of no use any more.
    fn forget(&self, look: &str) {
        self.lock().remove(look);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, AnswersOfLook>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was found in the workspaces that can be reached.
#[derive(Debug, Clone)]
pub struct Reached<T> {
    /// What was found.
    pub found: Vec<T>,
    /// Why others could not be reached; `None` where all could.
    pub failed: Option<StoreError>,
}

impl Store {
    /// What was found by `at_once`, a look at all workspaces; where that failed because the database, or a node of it, is not
    /// available, what `look` finds in each workspace. The error of `at_once` where no workspace can be reached. `name` is the
    /// same for each look for the same thing.
    pub async fn or_in_each<T, F>(
        &self,
        name: &'static str,
        at_once: Result<Vec<T>>,
        look: F,
    ) -> Result<Reached<T>>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Conn, WorkspaceKey) -> BoxFuture<'c, Result<Option<T>>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let error = match at_once {
            Ok(found) => {
                self.answers.forget(name);
                return Ok(Reached {
                    found,
                    failed: None,
                });
            }
            Err(error) if !error.is_unavailable() => return Err(error),
            Err(error) => error,
        };
        let Ok(workspaces) = self.list_workspaces().await else {
            return Err(error);
        };
        let all: Vec<WorkspaceKey> = workspaces.iter().map(|workspace| workspace.key).collect();
        self.in_each(name, &all, look).await
    }

    /// What `look` finds in each of these workspaces. An error where it can't look in any.
    ///
    /// A node that swallows packets is waited for once for each of its workspaces. So a look begins with those that answered
    /// before, and ends after some seconds: it may leave workspaces out, which the next look asks first.
    pub(super) async fn in_each<T, F>(
        &self,
        name: &'static str,
        of: &[WorkspaceKey],
        look: F,
    ) -> Result<Reached<T>>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Conn, WorkspaceKey) -> BoxFuture<'c, Result<Option<T>>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let mut looked = Vec::new();
        for (kind, time) in self.answers.order(name, of).into_iter().zip(LOOK_FOR) {
            looked.extend(self.ask_each(name, kind, time, look.clone()).await);
        }
        let any_reached = looked.iter().any(Result::is_ok);
        let mut reached = Reached {
            found: Vec::new(),
            failed: (looked.len() < of.len()).then(|| {
                StoreError::NodeUnavailable("other workspaces were waited for too long".to_owned())
            }),
        };
        for looked in looked {
            match looked {
                Ok(found) => reached.found.extend(found),
                Err(error) if !any_reached || !error.is_unavailable() => return Err(error),
                Err(error) => reached.failed = Some(error),
            }
        }
        Ok(reached)
    }

    /// What each of these workspaces answers, in their order, but for those whose turn does not come within `time`.
    async fn ask_each<T, F>(
        &self,
        name: &'static str,
        of: Vec<WorkspaceKey>,
        time: Duration,
        look: F,
    ) -> Vec<Result<Option<T>>>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Conn, WorkspaceKey) -> BoxFuture<'c, Result<Option<T>>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let begun = Instant::now();
        let mut looks: Vec<BoxFuture<'static, Option<Result<Option<T>>>>> =
            Vec::with_capacity(of.len());
        for ws in of {
            let (store, look) = (self.clone(), look.clone());
            looks.push(Box::pin(async move {
                let asked_at = Instant::now();
                if time < asked_at.duration_since(begun) {
                    return None;
                }
                // Once: whoever looks at all workspaces looks again soon.
                let looked = store.run(Access::Read, move |conn| look(conn, ws)).await;
                let was_reached = looked.is_ok();
                let answer = Answer {
                    asked_at,
                    was_reached,
                };
                store.answers.note(name, ws, answer);
                Some(looked.map_err(StoreError::into_final))
            }));
        }
        let looked = stream::iter(looks).buffered(AT_ONCE);
        looked.filter_map(std::future::ready).collect().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: &str = "a look";

    fn keys(of: &[i64]) -> Vec<WorkspaceKey> {
        of.iter().copied().map(WorkspaceKey).collect()
    }

    #[test]
    fn those_that_answered_come_first_and_who_waits_longest_before_others() {
        let answers = Answers::default();
        let now = Instant::now();
        for (key, seconds, was_reached) in
            [(1, 4, true), (2, 3, false), (3, 2, true), (4, 1, false)]
        {
            let asked_at = now + Duration::from_secs(seconds);
            let answer = Answer {
                asked_at,
                was_reached,
            };
            answers.note(LOOK, WorkspaceKey(key), answer);
        }
        let all = keys(&[1, 2, 3, 4, 5, 6]);
        let ordered = |kinds: [&[i64]; 3]| kinds.map(keys);
        assert_eq!(
            answers.order(LOOK, &all),
            ordered([&[3, 1], &[5, 6], &[4, 2]])
        );
        let unknown = ordered([&[], &[1, 2, 3, 4, 5, 6], &[]]);
        assert_eq!(answers.order("another", &all), unknown);
        answers.forget(LOOK);
        assert_eq!(answers.order(LOOK, &all), unknown);
    }
}
