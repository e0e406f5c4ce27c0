//! Figures of this process, for Prometheus. Each is described where it is named, and in docs/monitoring.md; none has a label
//! without bounds, such as a workspace.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Requests answered, by kind of operation and code.
pub const REQUESTS: &str = "caseload_requests_total";
/// How long an answer took, by kind of operation.
pub const REQUEST_SECONDS: &str = "caseload_request_seconds";
/// Requests under way.
pub const REQUESTS_IN_FLIGHT: &str = "caseload_requests_in_flight";
/// Open connections of clients.
pub const CONNECTIONS: &str = "caseload_connections";
/// Records that imports dealt with, by what became of them.
pub const IMPORT_RECORDS: &str = "caseload_import_records_total";
/// How long a run took, by kind and how it ended.
pub const RUN_SECONDS: &str = "caseload_run_seconds";
/// Days that runs made.
pub const RUN_DAYS: &str = "caseload_run_days_total";
/// Facts that runs read.
pub const RUN_FACTS: &str = "caseload_run_facts_total";
/// Facts a second of the latest run that read any.
pub const RUN_FACTS_PER_SECOND: &str = "caseload_run_facts_per_second";
/// Days that were compared with their facts.
pub const VERIFIED_DAYS: &str = "caseload_verify_days_total";
/// Days that were not what their facts say.
pub const VERIFY_DIFFERENCES: &str = "caseload_verify_differences_total";
/// Days of all workspaces that wait for a rollup.
pub const PENDING_DAYS: &str = "caseload_pending_days";
/// How long the day that waits the longest has waited.
pub const OLDEST_MARK: &str = "caseload_oldest_mark_age_seconds";
/// Whether the store answered when this was read.
pub const STORE_UP: &str = "caseload_store_up";
/// Whether the store took writes when this was read.
pub const STORE_WRITABLE: &str = "caseload_store_writable";
/// Connections to the store in use.
pub const STORE_CONNECTIONS: &str = "caseload_store_connections";
/// Who waits for a connection to the store.
pub const STORE_WAITING: &str = "caseload_store_waiting";
/// How long callers waited for a connection to the store.
pub const POOL_WAIT: &str = "caseload_pool_wait_seconds";
/// What was tried again after a lost connection, a deadlock, a serialization failure.
pub const STORE_RETRIES: &str = "caseload_store_retries_total";
/// Reads of what is cached, by the level that had it.
pub const CACHE_HITS: &str = "caseload_cache_hits_total";
/// 1, with the version as a label.
pub const BUILD_INFO: &str = "caseload_build_info";

const DURATIONS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
const LONG_DURATIONS: [f64; 10] = [
    0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0,
];

/// What has been measured since this was first asked for: there is one recorder for a process.
pub fn recorded() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let builder = [
            (REQUEST_SECONDS, &DURATIONS[..]),
            (POOL_WAIT, &DURATIONS),
            (RUN_SECONDS, &LONG_DURATIONS),
        ]
        .into_iter()
        .fold(PrometheusBuilder::new(), |builder, (name, buckets)| {
            builder
                .set_buckets_for_metric(Matcher::Full(name.to_owned()), buckets)
                .expect("there are buckets")
        });
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Another recorder can be there only where this is part of another program, which then has the figures.
        metrics::set_global_recorder(recorder).ok();
        describe();
        handle
    })
}

fn describe() {
    use metrics::{
        Unit, describe_counter as counter, describe_gauge as gauge, describe_histogram as histogram,
    };
    counter!(REQUESTS, "requests answered, by kind of operation and code");
    histogram!(
        REQUEST_SECONDS,
        Unit::Seconds,
        "time to an answer, by kind of operation"
    );
    gauge!(REQUESTS_IN_FLIGHT, "requests under way");
    gauge!(CONNECTIONS, "open connections of clients");
    counter!(IMPORT_RECORDS, "records of imports over HTTP, by outcome");
    histogram!(
        RUN_SECONDS,
        Unit::Seconds,
        "duration of rollup runs, by kind and state"
    );
    counter!(RUN_DAYS, "days that rollup runs computed");
    counter!(RUN_FACTS, "facts that rollup runs read");
    gauge!(
        RUN_FACTS_PER_SECOND,
        "facts per second of the latest run that read facts"
    );
    counter!(
        VERIFIED_DAYS,
        "days compared with their facts by the nightly job"
    );
    counter!(
        VERIFY_DIFFERENCES,
        "days that the nightly job found to differ from their facts"
    );
    gauge!(
        PENDING_DAYS,
        "days of all workspaces that wait for a rollup"
    );
    gauge!(
        OLDEST_MARK,
        Unit::Seconds,
        "age of the oldest day that waits for a rollup"
    );
    gauge!(STORE_UP, "1 if the database answered this request, else 0");
    gauge!(
        STORE_WRITABLE,
        "1 if the database accepted writes at this request, else 0"
    );
    gauge!(STORE_CONNECTIONS, "database connections in use");
    gauge!(STORE_WAITING, "callers that wait for a database connection");
    histogram!(
        POOL_WAIT,
        Unit::Seconds,
        "time that callers waited for a database connection"
    );
    counter!(
        STORE_RETRIES,
        "transactions that were repeated after a lost connection, a deadlock or a serialization failure"
    );
    counter!(CACHE_HITS, "cache reads, by the level that answered");
    gauge!(BUILD_INFO, "1, with the version as a label");
    metrics::gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}
