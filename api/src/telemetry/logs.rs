//! Logs, on standard error; and, where a collector is configured, the spans that are sent to it.

use std::io;

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use super::traces;
use crate::config::{Config, LogFormat};

/// What was set up. Kept until the end.
#[derive(Debug)]
pub struct Telemetry {
    spans: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Sets up logs, from `level` on unless `CASELOAD_LOG` says otherwise, and spans where there is a collector for them. Text is `in_colour`, or not.
    pub fn start(config: &Config, level: &str, in_colour: bool) -> anyhow::Result<Self> {
        let filter = EnvFilter::builder().with_env_var("CASELOAD_LOG");
        let filter = filter
            .try_from_env()
            .unwrap_or_else(|_| EnvFilter::new(level));
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(in_colour);
        let lines = match config.log_format {
            LogFormat::Text => lines.with_filter(filter).boxed(),
            LogFormat::Json => lines
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .with_filter(filter)
                .boxed(),
        };
        let endpoint = config.otlp_endpoint.as_deref();
        let spans = endpoint
            .map(|to| traces::provider(to, config.otlp_sample))
            .transpose()?;
        let sent = spans.as_ref().map(|provider| {
            let ours = ["caseload_api", "caseload_rollup", "caseload_schema"];
            tracing_opentelemetry::layer()
                .with_tracer(traces::tracer(provider))
                .with_filter(
                    Targets::new().with_targets(ours.map(|name| (name, tracing::Level::DEBUG))),
                )
        });
        tracing_subscriber::registry().with(lines).with(sent).init();
        Ok(Self { spans })
    }

    /// Sends what has not been sent yet.
    pub async fn finish(self) {
        if let Some(spans) = self.spans {
            // It waits on a thread of its own for what is sent from this runtime.
            tokio::task::spawn_blocking(move || spans.shutdown().ok())
                .await
                .ok();
        }
    }
}
