//! Progress of long work: a bar on a terminal, a plain line now and then elsewhere.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::Mutex,
    time::{Duration, Instant},
};

use caseload_schema::store::runs::RunProgress;
use indicatif::{ProgressBar, ProgressStyle};

/// How often a line is written where there is no terminal: seldom enough for a log.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Shows on standard error how far something is.
#[derive(Debug)]
pub(super) struct Progress {
    what: &'static str,
    bar: Option<ProgressBar>,
    last_line: Mutex<Instant>,
}

impl Progress {
    /// Progress of `what`, such as "records imported".
    pub(super) fn new(what: &'static str) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_message(what);
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self {
            what,
            bar,
            last_line: Mutex::new(Instant::now()),
        }
    }

    /// So much is done of something without a known end.
    pub(super) fn done(&self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{done} {}", self.what));
        } else {
            self.line(&format!("{done} {}", self.what));
        }
    }

    /// So much is done of `total`.
    pub(super) fn done_of(&self, done: u64, total: u64) {
        let Some(bar) = &self.bar else {
            return self.line(&format!("{done} of {total} {}", self.what));
        };
        if bar.length() != Some(total) {
            bar.set_length(total);
            let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} {eta}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        }
        bar.set_position(done);
    }

    /// So far is a rollup.
    pub(super) fn of_run(&self, at: RunProgress) {
        self.done_of(at.days_done.cast_unsigned(), at.days_total.cast_unsigned());
    }

    fn line(&self, text: &str) {
        let Ok(mut last) = self.last_line.lock() else {
            return;
        };
        if BETWEEN_LINES <= last.elapsed() {
            *last = Instant::now();
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
