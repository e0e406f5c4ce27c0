//! What a process tells of itself: logs, metrics, traces.

mod collector;
pub mod logs;
pub mod metrics;
pub mod request_context;
mod runs;
pub(crate) mod traces;

pub use self::{logs::Telemetry, runs::RunMetrics};
