//! Settings as flags and environment variables.

#[cfg(test)]
mod tests;

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use serde::Serialize;

use crate::config::{Config, Interval, LogFormat, NightlyAt, Secret};

/// Every setting as a flag, and as a variable of the environment. What is absent comes from the file, or is the default.
#[derive(Debug, Args, Serialize)]
#[command(next_help_heading = "Settings (flag, environment, or the same name in the file)")]
pub(super) struct Settings {
    /// The settings file [default: caseload.toml if it exists].
    #[arg(long, global = true, env = "CASELOAD_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Does not migrate the database; fails if it has another version.
    #[arg(long, global = true, env = "CASELOAD_NO_MIGRATE")]
    #[serde(skip)]
    pub(super) no_migrate: bool,
    /// Where facts and figures are, `sqlite://PATH` or `postgres://…` [default: `sqlite://caseload.db`].
    #[arg(long, global = true, env = "CASELOAD_DATABASE_URL", hide_env_values = true, value_name = "URL", value_parser = secret)]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_url: Option<Secret>,
    /// Connections to PostgreSQL that this process opens at most [default: 16].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_DATABASE_CONNECTIONS",
        value_name = "N"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_connections: Option<usize>,
    /// How long PostgreSQL may work on one statement of a request; 0: no limit [default: 30s].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_STATEMENT_TIMEOUT",
        value_name = "TIME"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_timeout: Option<Interval>,
    /// How log lines are written [default: text].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_LOG_FORMAT",
        value_name = "FORMAT",
        value_enum
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<LogFormat>,
    /// The address of an OpenTelemetry collector that takes spans over HTTP, such as `http://127.0.0.1:4318` [default: none].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_OTLP_ENDPOINT",
        value_name = "URL"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp_endpoint: Option<String>,
    /// The share of requests that are traced, from 0 to 1 [default: 1].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_OTLP_SAMPLE",
        value_name = "SHARE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp_sample: Option<f64>,
    /// The most client connections at a time; a new one beyond that closes the connection idle longest [default: 10000].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_MAX_CONNECTIONS",
        value_name = "N"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_connections: Option<usize>,
    /// How long a client may take for the headers of a request [default: 15s].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_HEADER_TIMEOUT",
        value_name = "TIME"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    header_timeout: Option<Interval>,
    /// How long requests and rollups under way may take to end after the signal to stop [default: 20s].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_DRAIN_TIMEOUT",
        value_name = "TIME"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    drain_timeout: Option<Interval>,
    /// The Redis cache that machines share, such as `redis://HOST`; empty: each process has only its own cache [default: empty].
    #[arg(long, global = true, env = "CASELOAD_REDIS_URL", hide_env_values = true, value_name = "URL", value_parser = secret)]
    #[serde(skip_serializing_if = "Option::is_none")]
    redis_url: Option<Secret>,
    /// Where the server listens [default: 127.0.0.1:8080].
    #[arg(long, global = true, env = "CASELOAD_LISTEN", value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) listen: Option<SocketAddr>,
    /// What member tokens are signed with (HS256), at least 32 bytes [default: none].
    #[arg(long, global = true, env = "CASELOAD_JWT_SECRET", hide_env_values = true, value_name = "TEXT", value_parser = secret)]
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_secret: Option<Secret>,
    /// The public key that checks member tokens (RS256, ES256, `EdDSA`), in PEM; read again when it changes [default: none].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_JWT_PUBLIC_KEY_FILE",
        value_name = "FILE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_public_key_file: Option<PathBuf>,
    /// The public keys that check member tokens, as a JWK set; read again when it changes [default: none].
    #[arg(long, global = true, env = "CASELOAD_JWKS_FILE", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_file: Option<PathBuf>,
    /// The `iss` that tokens must have [default: not checked].
    #[arg(long, global = true, env = "CASELOAD_JWT_ISSUER", value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_issuer: Option<String>,
    /// The `aud` that tokens must have [default: not checked].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_JWT_AUDIENCE",
        value_name = "TEXT"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_audience: Option<String>,
    /// The furthest ahead that the `exp` of a token may lie, such as 24h [default: 73050d].
    #[arg(long, global = true, env = "CASELOAD_JWT_MAX_TTL", value_name = "TIME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_max_ttl: Option<Interval>,
    /// Where browsers reach this server, such as `https://care.example.com` [default: the address that they use].
    #[arg(long, global = true, env = "CASELOAD_PUBLIC_URL", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,
    /// How long a browser stays signed in at most [default: 30d].
    #[arg(long, global = true, env = "CASELOAD_SESSION_TTL", value_name = "TIME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    session_ttl: Option<Interval>,
    /// How long a browser that sends no request stays signed in [default: 12h].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_SESSION_IDLE",
        value_name = "TIME"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    session_idle: Option<Interval>,
    /// A folder of compiled time zones to read [default: `/usr/share/zoneinfo`, or the built-in data if that is a later release].
    #[arg(long, global = true, env = "CASELOAD_ZONEINFO_DIR", value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    zoneinfo_dir: Option<PathBuf>,
    /// When each night's rollup is due, on the clocks of each workspace's own time zone [default: 00:15].
    #[arg(long, global = true, env = "CASELOAD_NIGHTLY_AT", value_name = "HH:MM")]
    #[serde(skip_serializing_if = "Option::is_none")]
    nightly_at: Option<NightlyAt>,
    /// How many days, drawn by lot, each night's rollup compares with their facts [default: 7].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_NIGHTLY_SAMPLE_DAYS",
        value_name = "N"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    nightly_sample_days: Option<usize>,
    /// How many steps of rollups this process takes at a time [default: 1].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_ROLLUP_PARALLELISM",
        value_name = "N"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    rollup_parallelism: Option<usize>,
    /// About how many facts one piece of a large rollup holds; a process takes one piece at a time [default: 50000].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_ROLLUP_PIECE_FACTS",
        value_name = "N"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    rollup_piece_facts: Option<u64>,
    /// How often days with new facts are rolled up, such as 30s; 0: only nightly [default: 30s].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_REFRESH_INTERVAL",
        value_name = "TIME"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_interval: Option<Interval>,
    /// Whether clients may read the schema by introspection [default: false; in demo true].
    #[arg(long, global = true, env = "CASELOAD_INTROSPECTION", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) introspection: Option<bool>,
    /// Whether the schema is that of a subgraph of Apollo Federation 2 [default: false].
    #[arg(long, global = true, env = "CASELOAD_FEDERATION", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    federation: Option<bool>,
    /// Origins whose pages may use the API from a browser, such as `https://example.com`; `*`: all [default: only its own].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_CORS_ORIGINS",
        value_name = "ORIGINS",
        value_delimiter = ','
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    cors_origins: Option<Vec<String>>,
    /// Whether the dashboard is served [default: true].
    #[arg(long, global = true, env = "CASELOAD_DASHBOARD", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    dashboard: Option<bool>,
    /// Whether GraphiQL is served [default: false; in demo true].
    #[arg(long, global = true, env = "CASELOAD_GRAPHIQL", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) graphiql: Option<bool>,
    /// Origins whose pages may show the dashboard's reports in a frame, such as `https://app.example.com` [default: none].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_EMBED_ORIGINS",
        value_name = "ORIGINS",
        value_delimiter = ','
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    embed_origins: Option<Vec<String>>,
    /// The deepest nesting of a query [default: 20].
    #[arg(long, global = true, env = "CASELOAD_MAX_DEPTH", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_depth: Option<usize>,
    /// The most that a query may cost: fields, times the rows of their lists [default: 200000].
    #[arg(long, global = true, env = "CASELOAD_MAX_COMPLEXITY", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_complexity: Option<usize>,
    /// The most aliases in a query [default: 200].
    #[arg(long, global = true, env = "CASELOAD_MAX_ALIASES", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_aliases: Option<usize>,
    /// What the queries of one caller may cost in a second, on average; 0: no limit [default: 0].
    #[arg(long, global = true, env = "CASELOAD_RATE_LIMIT", value_name = "COST")]
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<u32>,
    /// A manifest of known operations, as build tools of clients write it [default: none].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_TRUSTED_DOCUMENTS",
        value_name = "FILE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_documents: Option<PathBuf>,
    /// Answers only known operations [default: false].
    #[arg(long, global = true, env = "CASELOAD_TRUSTED_ONLY", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_only: Option<bool>,
    /// How long a request may take [default: 10s].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_REQUEST_TIMEOUT",
        value_name = "TIME"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    request_timeout: Option<Interval>,
    /// How many bytes of memory the caches may take, mainly for decoded days [default: 268435456].
    #[arg(
        long,
        global = true,
        env = "CASELOAD_BLOCK_CACHE_BYTES",
        value_name = "BYTES"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    block_cache_bytes: Option<u64>,
}

impl Settings {
    /// All settings, the file's among them.
    pub(super) fn load(&self) -> anyhow::Result<Config> {
        Config::load(self.config.as_deref(), self)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a value parser")]
fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}
