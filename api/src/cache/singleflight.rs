//! Identical loads that are under way are shared: however many callers ask for the same thing at once, it is loaded once.

use std::{
    collections::HashMap,
    future::Future,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;
use tokio_util::task::TaskTracker;

/// What a load came to, for all who wait for it.
type Completion<K, V, E> = Option<Result<Arc<HashMap<K, V>>, E>>;

type Flight<K, V, E> = watch::Receiver<Completion<K, V, E>>;

type UnderWay<K, V, E> = Arc<Mutex<HashMap<K, Flight<K, V, E>>>>;

/// Loads that have begun, and for which keys each is waited for.
type Awaited<K, V, E> = Vec<(Flight<K, V, E>, Vec<K>)>;

/// Loads of values by key. A load is a task of its own: it ends, and is of use to the others, when the caller that began it is
/// gone. What failed is tried again by whoever asks next.
#[derive(Debug, Clone)]
pub(super) struct Singleflight<K, V, E> {
    under_way: UnderWay<K, V, E>,
    tasks: TaskTracker,
}

impl<K, V, E> Singleflight<K, V, E>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    E: Clone + From<LoadLost> + Send + Sync + 'static,
{
    pub(super) fn new(tasks: TaskTracker) -> Self {
        Self {
            under_way: Arc::default(),
            tasks,
        }
    }

    /// The values of `keys`; those that can't be found are missing. `known` looks once more where values are kept, and
    /// `load` gets what is neither there nor being loaded, and keeps what it finds there.
    pub(super) async fn values<F, Fut>(
        &self,
        keys: Vec<K>,
        known: impl Fn(&K) -> Option<V>,
        load: F,
    ) -> Result<HashMap<K, V>, E>
    where
        F: FnOnce(Vec<K>) -> Fut,
        Fut: Future<Output = Result<HashMap<K, V>, E>> + Send + 'static,
    {
        let (mut found, awaited) = self.join_or_start(keys, known, load);
        // One after the other takes no longer than all at once: each load runs in a task of its own.
        for (mut flight, keys) in awaited {
            // If the load panicked, the sender is dropped without a value.
            let landing = flight
                .wait_for(Option::is_some)
                .await
                .map_err(|_| LoadLost)?
                .clone();
            let values = landing.ok_or(LoadLost)??;
            found.extend(
                keys.into_iter()
                    .filter_map(|key| Some((key.clone(), values.get(&key)?.clone()))),
            );
        }
        Ok(found)
    }

    /// Finds each key's value, or its flight; begins one for the keys that have neither.
    fn join_or_start<F, Fut>(
        &self,
        keys: Vec<K>,
        known: impl Fn(&K) -> Option<V>,
        load: F,
    ) -> (HashMap<K, V>, Awaited<K, V, E>)
    where
        F: FnOnce(Vec<K>) -> Fut,
        Fut: Future<Output = Result<HashMap<K, V>, E>> + Send + 'static,
    {
        let mut found = HashMap::new();
        let mut awaited = Awaited::new();
        let mut own = Vec::new();
        // Values are kept before their flight is taken away, so that under this lock a key has one or the other.
        let mut under_way = lock(&self.under_way);
        for key in keys {
            if let Some(value) = known(&key) {
                found.insert(key, value);
            } else if let Some(flight) = under_way.get(&key) {
                // A load of many keys is waited for once, not once a key.
                match awaited
                    .iter_mut()
                    .find(|(other, _)| other.same_channel(flight))
                {
                    Some((_, keys)) => keys.push(key),
                    None => awaited.push((flight.clone(), vec![key])),
                }
            } else {
                own.push(key);
            }
        }
        if !own.is_empty() {
            let (sender, flight) = watch::channel(None);
            // Under the same lock as the look-up: otherwise two callers could both find no load, and both begin one.
            under_way.extend(own.iter().map(|key| (key.clone(), flight.clone())));
            let landed = Loaded {
                under_way: Arc::clone(&self.under_way),
                keys: own.clone(),
            };
            // Makes a future and runs none of it, because the lock is still held.
            let load = load(own.clone());
            self.tasks.spawn(async move {
                let values = load.await.map(Arc::new);
                // Removed before the waiting callers get the result: a caller that retries at once after an error would join
                // this load again, and get the same error instead of a new load.
                drop(landed);
                sender.send_replace(Some(values));
            });
            awaited.push((flight, own));
        }
        (found, awaited)
    }
}

/// A load ended without a word: it panicked, or the process is about to end.
#[derive(Debug, Clone, Copy)]
pub(super) struct LoadLost;

/// Takes a flight away when it is over, however it ended.
struct Loaded<K: Eq + Hash, V, E> {
    under_way: UnderWay<K, V, E>,
    keys: Vec<K>,
}

impl<K: Eq + Hash, V, E> Drop for Loaded<K, V, E> {
    fn drop(&mut self) {
        let mut under_way = lock(&self.under_way);
        for key in &self.keys {
            under_way.remove(key);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Failed(&'static str);

    impl From<LoadLost> for Failed {
        fn from(_: LoadLost) -> Self {
            Self("lost")
        }
    }

    /// A place where values are kept, and loads that wait until they may go on.
    #[derive(Clone)]
    struct Place {
        singleflight: Singleflight<u32, u32, Failed>,
        kept: Arc<Mutex<HashMap<u32, u32>>>,
        loads: Arc<AtomicUsize>,
        gate: Arc<Semaphore>,
    }

    impl Place {
        fn new() -> Self {
            Self {
                singleflight: Singleflight::new(TaskTracker::new()),
                kept: Arc::default(),
                loads: Arc::default(),
                gate: Arc::new(Semaphore::new(0)),
            }
        }

        async fn ask(&self, keys: Vec<u32>) -> Result<HashMap<u32, u32>, Failed> {
            let place = self.clone();
            let load = |keys: Vec<u32>| async move {
                place.loads.fetch_add(keys.len(), Ordering::SeqCst);
                drop(place.gate.acquire().await);
                if keys.contains(&13) {
                    return Err(Failed("13"));
                }
                assert!(!keys.contains(&66), "66 panics");
                let values: HashMap<u32, u32> =
                    keys.into_iter().map(|key| (key, key * 10)).collect();
                lock(&place.kept).extend(&values);
                Ok(values)
            };
            self.singleflight
                .values(keys, |key| lock(&self.kept).get(key).copied(), load)
                .await
        }

        fn loads(&self) -> usize {
            self.loads.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn what_many_ask_for_at_once_is_loaded_once() {
        let place = Place::new();
        let callers = (0..200).map(|number| place.ask(vec![1, 2, 3 + number % 2]));
        let open = async { place.gate.add_permits(1) };
        let (answers, ()) = tokio::join!(join_all(callers), open);
        for (number, answer) in answers.into_iter().enumerate() {
            let other = 3 + number as u32 % 2;
            assert_eq!(
                answer,
                Ok(HashMap::from([(1, 10), (2, 20), (other, other * 10)]))
            );
        }
        assert_eq!(place.loads(), 4);
    }

    #[tokio::test]
    async fn who_gives_up_first_does_not_take_the_others_down() {
        let place = Place::new();
        let mut first = Box::pin(place.ask(vec![1]));
        assert!(futures::poll!(&mut first).is_pending());
        let mut second = Box::pin(place.ask(vec![1]));
        assert!(futures::poll!(&mut second).is_pending());
        drop(first);
        place.gate.add_permits(1);
        assert_eq!(second.await, Ok(HashMap::from([(1, 10)])));
        assert_eq!(place.loads(), 1);
    }

    #[tokio::test]
    async fn an_error_is_for_those_who_wait_and_not_for_who_comes_after() {
        let place = Place::new();
        place.gate.add_permits(10);
        let (one, other) = tokio::join!(place.ask(vec![13]), place.ask(vec![13]));
        assert_eq!((one, other), (Err(Failed("13")), Err(Failed("13"))));
        assert_eq!(place.loads(), 1);
        lock(&place.kept).insert(13, 130);
        assert_eq!(place.ask(vec![13]).await, Ok(HashMap::from([(13, 130)])));
    }

    #[tokio::test]
    async fn a_load_that_panics_fails_and_is_forgotten() {
        let place = Place::new();
        place.gate.add_permits(10);
        assert_eq!(place.ask(vec![66]).await, Err(Failed("lost")));
        assert!(lock(&place.singleflight.under_way).is_empty());
    }
}
