//! What reading a document costs, by the byte: whatever passes takes less than a mebibyte, and whatever is sent takes time and
//! memory that grow as its length does. Built for release, it also tells and checks the time:
//! `cargo test --profile bench -p caseload-tests --test cost -- --nocapture`.

mod shapes;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use caseload_api::{
    document::{SizeLimits, Types, read},
    graphql::sdl,
    http::GraphqlRequest,
};
use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

use self::shapes::{BODIES, DOCUMENTS, Shape};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// One test at a time: memory is counted for all threads together.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a document that passes may take while it is read and checked.
const MOST_BYTES: usize = 1 << 20;
/// The same, of a core's time.
const MOST_TIME: Duration = Duration::from_millis(5);

/// What the settings say by default.
const LIMITS: SizeLimits = SizeLimits {
    depth: 20,
    aliases: 200,
};

/// What something took.
#[derive(Debug, Clone, Copy)]
struct Cost {
    /// Memory at its height, beside what there was.
    peak: usize,
    /// Memory that its result keeps.
    kept: usize,
    /// Of a core's time, the shortest of a few.
    time: Duration,
}

fn cost<T>(work: impl Fn() -> T) -> Cost {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    let (peak, kept) = (
        MEMORY.peak_usage().saturating_sub(before),
        MEMORY.current_usage().saturating_sub(before),
    );
    drop(result);
    let times = (0..5).map(|_| {
        let begin = computed();
        drop(work());
        computed().saturating_sub(begin)
    });
    Cost {
        peak,
        kept,
        time: times.min().expect("five"),
    }
}

/// How long this thread has computed so far: what else the machine does is not in it.
fn computed() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime)
        .try_into()
        .expect("it begins at nothing")
}

/// The largest of a shape that passes, if any does.
fn largest(shape: Shape, passes: impl Fn(&str) -> bool) -> Option<String> {
    let (mut some, mut too_many) = (1, 20_000);
    if !passes(&shape(some)) {
        return None;
    }
    while some + 1 < too_many {
        let middle = usize::midpoint(some, too_many);
        if passes(&shape(middle)) {
            some = middle;
        } else {
            too_many = middle;
        }
    }
    Some(shape(some))
}

#[test]
fn whatever_passes_takes_less_than_a_mebibyte_and_is_counted_for_what_it_keeps() {
    let _alone = alone();
    let types = Types::read(&sdl(), false).expect("the schema is one");
    let passes = |text: &str| read(&types, LIMITS, text).is_ok();
    let (mut passing, mut worst) = (0, Duration::ZERO);
    for (name, shape) in DOCUMENTS {
        let Some(text) = largest(shape, passes) else {
            continue;
        };
        let cost = cost(|| read(&types, LIMITS, &text));
        let weight = read(&types, LIMITS, &text).expect("it passes").weight();
        println!(
            "{name}: {} bytes, of memory {} at most and {} kept, {:?}",
            text.len(),
            cost.peak,
            cost.kept,
            cost.time
        );
        assert!(
            cost.peak < MOST_BYTES,
            "{name}: {} bytes for {}",
            cost.peak,
            text.len()
        );
        assert!(
            cost.kept <= weight,
            "{name}: it keeps {} bytes and counts for {weight}",
            cost.kept
        );
        (passing, worst) = (passing + 1, worst.max(cost.time));
    }
    assert!(20 <= passing, "{passing} shapes pass");
    println!("the slowest took {worst:?}");
    assert!(cfg!(debug_assertions) || worst < MOST_TIME, "{worst:?}");
}

/// Eight times as much takes eight times as long and as much, give or take what vectors grow by and what else the machine
/// does. If anything were squared, it would take 64 times.
fn check_linear(name: &str, small: Cost, large: Cost) {
    const TIMES: usize = 8;
    let (bytes, time) = (
        small.peak.max(4_096) * TIMES * 2,
        small.time.max(Duration::from_micros(20)) * TIMES as u32 * 3,
    );
    assert!(
        large.peak <= bytes,
        "{name}: {} bytes became {}",
        small.peak,
        large.peak
    );
    assert!(
        large.time <= time,
        "{name}: {:?} became {:?}",
        small.time,
        large.time
    );
}

#[test]
fn whatever_is_sent_takes_time_and_memory_that_grow_as_its_length_does() {
    let _alone = alone();
    let types = Types::read(&sdl(), false).expect("the schema is one");
    let (mut worst, mut least) = (
        Cost {
            peak: 0,
            kept: 0,
            time: Duration::ZERO,
        },
        usize::MAX,
    );
    for (name, shape) in DOCUMENTS {
        for most in [500, 2_000, 8_000] {
            let (small, large) = (shape(most / 8), shape(most));
            let [small, large] = [small, large].map(|text| cost(|| read(&types, LIMITS, &text)));
            check_linear(name, small, large);
            worst = Cost {
                peak: worst.peak.max(large.peak),
                kept: 0,
                time: worst.time.max(large.time),
            };
        }
        least = least.min(shape(8_000).len());
    }
    assert!(8_000 <= least, "a shape does not grow");
    println!(
        "documents: {} bytes and {:?} at most",
        worst.peak, worst.time
    );
}

#[test]
fn bodies_are_read_in_time_and_memory_that_grow_as_their_length_does() {
    let _alone = alone();
    for (name, shape) in BODIES {
        let [small, large] = [shape(2_000), shape(16_000)]
            .map(|text| cost(|| GraphqlRequest::parse(text.as_bytes())));
        println!("{name}: {} bytes, {:?}", large.peak, large.time);
        check_linear(name, small, large);
    }
}
