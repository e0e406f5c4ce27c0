//! What was logged on this thread, where the runtime of a test runs everything.

use std::{cell::RefCell, rc::Rc, sync::Once};

use tracing::{Event, Level, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt as _};

type Lines = Rc<RefCell<Vec<String>>>;

thread_local! {
    static LINES: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

/// Lines of level `INFO` and above on this thread since it was begun.
#[derive(Debug)]
pub(crate) struct Log(Lines);

impl Log {
    pub(crate) fn begin() -> Self {
        // One for the whole process: subscribers that come and go on several threads at once lose each other's events.
        static COLLECT: Once = Once::new();
        COLLECT.call_once(|| {
            let subscriber = tracing_subscriber::registry().with(Collect);
            tracing::subscriber::set_global_default(subscriber).expect("nobody else collects");
        });
        let lines = Lines::default();
        LINES.set(Some(Rc::clone(&lines)));
        Self(lines)
    }

    /// How many lines hold that text.
    pub(crate) fn count(&self, text: &str) -> usize {
        self.0
            .borrow()
            .iter()
            .filter(|line| line.contains(text))
            .count()
    }
}

struct Collect;

impl<S: Subscriber> Layer<S> for Collect {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if Level::INFO < *event.metadata().level() {
            return;
        }
        LINES.with_borrow(|lines| {
            if let Some(lines) = lines {
                let mut message = Message::default();
                event.record(&mut message);
                lines.borrow_mut().push(message.0);
            }
        });
    }
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
