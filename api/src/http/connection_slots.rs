//! The places that connections take, and who gives one up when all are taken.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// How long is waited for the place of who was asked, before another is.
const PATIENCE: Duration = Duration::from_millis(50);

/// The places of a server.
pub(super) struct ConnectionSlots {
    count: usize,
    free: Arc<Semaphore>,
    taken: Mutex<Taken>,
}

/// A connection's place: free again when it goes.
pub(super) struct Place {
    seat: Arc<Slot>,
    _permit: OwnedSemaphorePermit,
}

#[derive(Default)]
struct Slot {
    asked: Arc<AtomicBool>,
    wanted: CancellationToken,
}

/// Those who have a place, in the order in which they came, or were found to have asked something. Some may have gone.
#[derive(Default)]
struct Taken {
    silent: VecDeque<Weak<Slot>>,
    known: VecDeque<Weak<Slot>>,
}

impl ConnectionSlots {
    pub(super) fn new(count: usize) -> Self {
        Self {
            count,
            free: Arc::new(Semaphore::new(count)),
            taken: Mutex::default(),
        }
    }

    /// A place. Where all are taken, someone is asked for theirs: who has said nothing for the longest time, or else who has
    /// been there for the longest; and the next one where that one has work to finish first.
    pub(super) async fn take(&self) -> Place {
        let mut free = Arc::clone(&self.free).try_acquire_owned().ok();
        let permit = loop {
            if let Some(permit) = free {
                break permit;
            }
            // Each round asks another connection: the one asked before may have a long request to answer first.
            self.with_taken(Taken::ask_for_one);
            free = timeout(PATIENCE, Arc::clone(&self.free).acquire_owned())
                .await
                .ok()
                .and_then(Result::ok);
        };
        // Added only with its permit: a connection that still waits has no slot to give up.
        let seat = Arc::<Slot>::default();
        self.with_taken(|taken| taken.add(&seat, self.count));
        Place {
            seat,
            _permit: permit,
        }
    }

    fn with_taken<T>(&self, work: impl FnOnce(&mut Taken) -> T) -> T {
        work(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Taken {
    fn add(&mut self, seat: &Arc<Slot>, places: usize) {
        // Closed connections stay in the queues until this sweep. It runs at most once in as many new connections as there are
        // slots, and keeps the queues to two entries for each slot, and one.
        if 2 * places < self.silent.len() + self.known.len() {
            let is_there = |seat: &Weak<Slot>| 0 < seat.strong_count();
            self.silent.retain(is_there);
            self.known.retain(is_there);
        }
        self.silent.push_back(Arc::downgrade(seat));
    }

    /// Asks one for their place. Nobody is asked twice.
    fn ask_for_one(&mut self) {
        // Silent connections first: a client that opens many connections and sends nothing must not displace clients that send
        // requests.
        while let Some(seat) = self.silent.pop_front() {
            match seat.upgrade() {
                Some(there) if there.asked.load(Ordering::Relaxed) => self.known.push_back(seat),
                Some(there) => return there.wanted.cancel(),
                None => {}
            }
        }
        while let Some(seat) = self.known.pop_front() {
            if let Some(there) = seat.upgrade() {
                return there.wanted.cancel();
            }
        }
    }
}

impl Place {
    /// To be set when something is asked.
    pub(super) fn asked(&self) -> &Arc<AtomicBool> {
        &self.seat.asked
    }

    /// Whether nothing was ever asked here.
    pub(super) fn is_silent(&self) -> bool {
        !self.seat.asked.load(Ordering::Relaxed)
    }

    /// Ends when somebody else needs the place.
    pub(super) async fn is_wanted(&self) {
        self.seat.wanted.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn take(places: &ConnectionSlots) -> Place {
        timeout(Duration::from_secs(10), places.take())
            .await
            .expect("a place")
    }

    fn wanted(places: &[&Place]) -> Vec<bool> {
        places
            .iter()
            .map(|place| place.seat.wanted.is_cancelled())
            .collect()
    }

    #[tokio::test]
    async fn the_longest_silent_is_asked_first_then_the_one_that_came_first() {
        let places = ConnectionSlots::new(3);
        let (first, second, third) = (
            take(&places).await,
            take(&places).await,
            take(&places).await,
        );
        first.asked().store(true, Ordering::Relaxed);
        assert_eq!(wanted(&[&first, &second, &third]), [false, false, false]);
        let next = async |gone: Place| {
            let newcomer = async { tokio::join!(take(&places), async { drop(gone) }).0 };
            let place = newcomer.await;
            place.asked().store(true, Ordering::Relaxed);
            place
        };
        let fourth = next(second).await;
        assert_eq!(wanted(&[&first, &third, &fourth]), [false, false, false]);
        let fifth = next(third).await;
        assert_eq!(wanted(&[&first, &fourth, &fifth]), [false, false, false]);
        places.with_taken(Taken::ask_for_one);
        assert_eq!(wanted(&[&first, &fourth, &fifth]), [true, false, false]);
    }

    #[tokio::test]
    async fn another_is_asked_where_one_has_work_to_finish() {
        let places = ConnectionSlots::new(2);
        let (busy, idle) = (take(&places).await, take(&places).await);
        busy.asked().store(true, Ordering::Relaxed);
        idle.asked().store(true, Ordering::Relaxed);
        let goes = async {
            idle.is_wanted().await;
            drop(idle);
        };
        let (_newcomer, ()) = tokio::join!(take(&places), goes);
        assert_eq!(wanted(&[&busy]), [true]);
    }

    #[tokio::test]
    async fn those_who_have_gone_are_forgotten() {
        let places = ConnectionSlots::new(4);
        for _ in 0..1_000 {
            drop(take(&places).await);
        }
        assert!(places.with_taken(|taken| taken.silent.len()) <= 9);
    }
}
