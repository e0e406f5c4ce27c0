//! How long Redis is waited for, and how much it is given. A cache that is slow is worse than none.

use std::time::Duration;

/// How long a request waits for Redis, each time that it asks: some hundred times what an answer takes in a data centre, and less
/// than what anyone notices. Whoever waited in vain has the others not wait at all, until Redis is heard of again.
pub(super) const READ_PATIENCE: Duration = Duration::from_millis(250);

/// How long a write waits, which nobody waits for: enough for [`MAX_BATCH_BYTES`] on a slow network.
pub(super) const WRITE_PATIENCE: Duration = Duration::from_secs(2);

/// How long a connection may take to come about, and an answer whether Redis is there at all.
pub(super) const CONNECT_PATIENCE: Duration = Duration::from_secs(1);

/// How soon Redis is looked for again after it went, and how seldom at most.
pub(super) const SOONEST_RETRY: Duration = Duration::from_millis(50);
/// See [`SOONEST_RETRY`].
pub(super) const LATEST_RETRY: Duration = Duration::from_secs(1);

/// Values asked for in one round trip: some megabytes of blocks, which a quarter of a second is enough for.
pub(super) const MAX_KEYS: usize = 128;

/// Bytes written in one round trip: what readers on the same connection may have to wait behind.
pub(super) const MAX_BATCH_BYTES: usize = 1 << 20;

/// The largest value that is kept. The block of a day with a hundred thousand conversations has two megabytes.
pub(super) const MAX_VALUE_BYTES: usize = 8 << 20;

/// How long a value is kept after it was written. Blocks never change, but are replaced; what nobody wrote anew for so long is
/// most likely of no use any more, and if it is, the store has it.
pub(super) const KEPT: Duration = Duration::from_hours(7 * 24);
