//! Where "now" comes from.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use crate::instant::Instant;

/// A source of the time: the system's, or one that is moved by hand.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `now` until it is [`set`](Self::set). Clones share it.
    ///
    /// ```
    /// use caseload_schema::{clock::Clock, instant::Instant};
    /// let clock = Clock::manual(Instant::from_seconds(0));
    /// let shared = clock.clone();
    /// clock.set(Instant::from_seconds(90));
    /// assert_eq!(shared.now().seconds(), 90);
    /// ```
    pub fn manual(now: Instant) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(now.micros()))))
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        match &self.0 {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place where the system's clock is read"
            )]
            Source::System => Instant::from_chrono(chrono::Utc::now()),
            Source::Manual(micros) => Instant::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock; the system's stays as it is.
    pub fn set(&self, now: Instant) {
        if let Source::Manual(micros) = &self.0 {
            micros.store(now.micros(), Ordering::SeqCst);
        }
    }
}
