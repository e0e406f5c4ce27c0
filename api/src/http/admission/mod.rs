//! Which requests are let in: how many of each class at a time, what each caller may spend, and who may listen.

mod concurrency;
mod listeners;
mod rates;

pub(super) use self::listeners::Place;
use self::{concurrency::Classes, listeners::StreamQuota, rates::RateLimiter};

/// The gates of one HTTP surface.
#[derive(Debug)]
pub(super) struct Admission {
    pub(super) classes: Classes,
    pub(super) listeners: StreamQuota,
    pub(super) rates: RateLimiter,
}

impl Admission {
    /// Gates at which each caller may spend so much a second; 0: whatever.
    pub(super) fn new(rate_limit: u32) -> Self {
        Self {
            classes: Classes::default(),
            listeners: StreamQuota::default(),
            rates: RateLimiter::new(rate_limit),
        }
    }
}
