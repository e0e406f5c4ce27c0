//! The settings: a flag before an environment variable before the file before the default.

mod problem;
mod values;

use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use caseload_rollup::plan::{FACTS_AT_A_TIME, TimeOfDay};
use caseload_schema::store::StoreOptions;
use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

pub use self::values::{Interval, LogFormat, MIN_SECRET_BYTES, NightlyAt, Secret, WeakSecret};

/// The file that is read where it exists and none is named.
const DEFAULT_FILE: &str = "caseload.toml";

/// Connections without which a process can't do its work.
const MIN_CONNECTIONS: usize = 4;

/// Two hundred years. Whoever means "for ever" by a token's end writes one that lies beyond.
const MAX_TTL_SECONDS: u64 = 73_050 * 86_400;

/// All settings, checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct Config {
    /// `sqlite://PATH` or `postgres://…`, which may hold a password.
    pub database_url: Secret,
    /// Connections to PostgreSQL that this process opens at most.
    pub database_connections: usize,
    /// How long PostgreSQL may work on one statement of a request.
    pub statement_timeout: Interval,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Where an OpenTelemetry collector takes spans, `http://HOST:4318`.
    pub otlp_endpoint: Option<String>,
    /// The share of requests that spans are sent of, where the caller does not say.
    pub otlp_sample: f64,
    /// Connections of clients at a time.
    pub max_connections: usize,
    /// How long a client may take for the headers of a request.
    pub header_timeout: Interval,
    /// How long what is under way may take to end once the process is told to stop.
    pub drain_timeout: Interval,
    /// The cache that machines share, which may hold a password; empty: each process keeps its own alone.
    pub redis_url: Secret,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// What HS256 member tokens are signed with.
    pub jwt_secret: Option<Secret>,
    /// The public key of RS256, ES256 or `EdDSA` member tokens, in PEM.
    pub jwt_public_key_file: Option<PathBuf>,
    /// The public keys of RS256, ES256 and `EdDSA` member tokens, as a JWK set.
    pub jwks_file: Option<PathBuf>,
    /// The `iss` that tokens must have.
    pub jwt_issuer: Option<String>,
    /// The `aud` that tokens must have.
    pub jwt_audience: Option<String>,
    /// The furthest ahead that a token's end may lie.
    pub jwt_max_ttl: Interval,
    /// Where browsers reach this server, `https://care.example.com`; `None`: where they say that they do.
    pub public_url: Option<String>,
    /// How long a browser stays signed in at most.
    pub session_ttl: Interval,
    /// How long a browser that asks for nothing stays signed in.
    pub session_idle: Interval,
    /// A folder of compiled time zones to read; `None`: the system's, or what is built in where that is later.
    pub zoneinfo_dir: Option<PathBuf>,
    /// The local time of the nightly rollup, in each workspace's own zone.
    pub nightly_at: NightlyAt,
    /// How many days a nightly rollup compares with their facts, though nothing has changed them.
    pub nightly_sample_days: usize,
    /// How often changed days are rolled up in between; zero: only nightly.
    pub refresh_interval: Interval,
    /// How many steps of rollups a process takes at a time.
    pub rollup_parallelism: usize,
    /// About how many facts a piece of a large rollup holds.
    pub rollup_piece_facts: u64,
    /// Whether the schema may be asked for, and errors suggest names.
    pub introspection: bool,
    /// Whether the schema is that of a subgraph of Apollo Federation 2.
    pub federation: bool,
    /// Whose pages may use the API from a browser: `https://example.com`, or `*` for all.
    pub cors_origins: Vec<String>,
    /// Whether the dashboard is served.
    pub dashboard: bool,
    /// Whether GraphiQL is served.
    pub graphiql: bool,
    /// Whose pages may show the dashboard's reports in a frame.
    pub embed_origins: Vec<String>,
    /// The deepest nesting of a query.
    pub max_depth: usize,
    /// The most that a query may cost.
    pub max_complexity: usize,
    /// The most aliases in a query.
    pub max_aliases: usize,
    /// What queries of one caller may cost in a second, on average; 0: whatever.
    pub rate_limit: u32,
    /// The operations that are known: a manifest, as build tools of clients write it.
    pub trusted_documents: Option<PathBuf>,
    /// Whether only those are answered.
    pub trusted_only: bool,
    /// How long a request may take.
    pub request_timeout: Interval,
    /// How much memory caches may take: decoded day blocks above all, ledgers and directories.
    pub block_cache_bytes: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: Secret::new("sqlite://caseload.db"),
            database_connections: 16,
            statement_timeout: Interval::seconds(30),
            log_format: LogFormat::Text,
            otlp_endpoint: None,
            otlp_sample: 1.0,
            max_connections: 10_000,
            header_timeout: Interval::seconds(15),
            drain_timeout: Interval::seconds(20),
            redis_url: Secret::new(""),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            jwt_secret: None,
            jwt_public_key_file: None,
            jwks_file: None,
            jwt_issuer: None,
            jwt_audience: None,
            jwt_max_ttl: Interval::seconds(MAX_TTL_SECONDS),
            public_url: None,
            session_ttl: Interval::seconds(30 * 86_400),
            session_idle: Interval::seconds(12 * 3_600),
            zoneinfo_dir: None,
            nightly_at: NightlyAt(TimeOfDay::AFTER_MIDNIGHT),
            nightly_sample_days: 7,
            refresh_interval: Interval::seconds(30),
            rollup_parallelism: 1,
            rollup_piece_facts: FACTS_AT_A_TIME,
            introspection: false,
            federation: false,
            cors_origins: Vec::new(),
            dashboard: true,
            graphiql: false,
            embed_origins: Vec::new(),
            max_depth: 20,
            max_complexity: 200_000,
            max_aliases: 200,
            rate_limit: 0,
            trusted_documents: None,
            trusted_only: false,
            request_timeout: Interval::seconds(10),
            block_cache_bytes: 256 << 20,
        }
    }
}

impl Config {
    /// The settings of `flags` (which hold those of the environment), and of `file` or of `caseload.toml` where there is one.
    pub fn load(file: Option<&Path>, flags: &impl Serialize) -> anyhow::Result<Self> {
        if let Some(path) = file {
            let name = path.display().to_string();
            let text =
                std::fs::read_to_string(path).with_context(|| format!("can't read {name}"))?;
            return Self::extract(&name, &text, flags);
        }
        match std::fs::read_to_string(DEFAULT_FILE) {
            Ok(text) => Self::extract(DEFAULT_FILE, &text, flags),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Self::extract(DEFAULT_FILE, "", flags)
            }
            Err(error) => Err(error).with_context(|| format!("can't read {DEFAULT_FILE}")),
        }
    }

    /// The same of the text of a file.
    pub fn read(text: &str, flags: &impl Serialize) -> anyhow::Result<Self> {
        Self::extract(DEFAULT_FILE, text, flags)
    }

    fn extract(name: &str, text: &str, flags: &impl Serialize) -> anyhow::Result<Self> {
        let figment = Figment::from(Serialized::defaults(Self::default()));
        let figment = figment.merge(Toml::string(text));
        let figment = figment.merge(Serialized::defaults(flags));
        let config: Self = figment
            .extract()
            .map_err(|error| problem::describe(&error, name, text))?;
        config.check()?;
        Ok(config)
    }

    /// How the store treats its database.
    pub fn store_options(&self) -> StoreOptions {
        StoreOptions {
            statement_timeout: self.statement_timeout.duration(),
            connections: self.database_connections,
        }
    }

    /// The one place where the keys for member tokens come from; `None` where there is none, an error where there are several.
    pub fn key_source(&self) -> anyhow::Result<Option<KeySource<'_>>> {
        let sources = [
            self.jwt_secret.as_ref().map(KeySource::Secret),
            self.jwt_public_key_file
                .as_deref()
                .map(KeySource::PublicKey),
            self.jwks_file.as_deref().map(KeySource::KeySet),
        ];
        let mut set = sources.into_iter().flatten();
        match (set.next(), set.next()) {
            (_, Some(_)) => {
                bail!("set exactly one of jwt_secret, jwt_public_key_file and jwks_file")
            }
            (source, None) => Ok(source),
        }
    }

    fn check(&self) -> anyhow::Result<()> {
        if let Some(KeySource::Secret(secret)) = self.key_source()? {
            check_secret(secret.expose())?;
        }
        if self.database_connections < MIN_CONNECTIONS {
            bail!(
                "database_connections must be at least {MIN_CONNECTIONS}: a rollup alone takes two"
            );
        }
        if self.rollup_parallelism == 0 {
            bail!("rollup_parallelism must be more than 0; serve --no-scheduler rolls up nothing");
        }
        if self.max_connections == 0 {
            bail!("max_connections must be at least 1");
        }
        if !(0.0..=1.0).contains(&self.otlp_sample) {
            bail!("otlp_sample is a share, from 0 to 1");
        }
        if self
            .otlp_endpoint
            .as_ref()
            .is_some_and(|endpoint| !endpoint.starts_with("http://"))
        {
            bail!(
                "otlp_endpoint must begin with http://; a collector on this machine can send spans on over TLS"
            );
        }
        for (name, time) in [
            ("request_timeout", self.request_timeout),
            ("header_timeout", self.header_timeout),
        ] {
            if time.is_zero() {
                bail!("{name} must be more than 0");
            }
        }
        for (name, time) in [
            ("session_ttl", self.session_ttl),
            ("session_idle", self.session_idle),
        ] {
            if !SESSION_TIMES.contains(&time.duration()) {
                bail!("{name} must be 5m to 400d");
            }
        }
        if let Some(url) = &self.public_url {
            check_public_url(url)?;
        }
        if let Some(origin) = self.embed_origins.iter().find(|origin| !is_origin(origin)) {
            bail!(
                "embed_origins: {origin:?} is no origin; write one such as \"https://app.example.com\""
            );
        }
        // Browsers send no more than scheme, host and port: anything else would never be the origin of a page.
        let is_exact = |origin: &str| origin == "*" || (is_origin(origin) && !origin.contains('*'));
        if let Some(origin) = self.cors_origins.iter().find(|origin| !is_exact(origin)) {
            bail!(
                "cors_origins: {origin:?} is no origin; write scheme and host, such as \"https://example.com\", or \"*\" for all"
            );
        }
        Ok(())
    }
}

/// How long sessions may hold: their use is recorded once a minute, and browsers keep no cookie for longer.
const SESSION_TIMES: RangeInclusive<Duration> =
    Duration::from_mins(5)..=Duration::from_hours(400 * 24);

/// Where browsers reach the server, as they write it in `Origin`: over TLS, but on this machine.
fn check_public_url(url: &str) -> anyhow::Result<()> {
    let has_default_port = (url.starts_with("https://") && url.ends_with(":443"))
        || (url.starts_with("http://") && url.ends_with(":80"));
    if !is_origin(url) || url.contains('*') || has_default_port {
        bail!(
            "public_url: {url:?} is no address of a server; write scheme and host, such as \"https://care.example.com\""
        );
    }
    let host = url.strip_prefix("http://").map(|host| {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name.trim_start_matches('[').trim_end_matches(']')
    });
    let is_loopback = |host: &str| {
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    };
    if host.is_some_and(|host| !is_loopback(host)) {
        bail!("public_url: {url:?} must begin with https://; browsers keep no session without TLS");
    }
    Ok(())
}

/// Whether that is a scheme, a host and maybe a port, and nothing that would end or widen a policy that it stands in.
fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-:*[]".contains(&byte);
    let has_port = |host: &str| match host.rsplit_once(':') {
        // The last part of an address of IPv6 is no port.
        Some((_, last)) if !last.ends_with(']') => last == "*" || last.parse::<u16>().is_ok(),
        _ => true,
    };
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(fits) && has_port(host))
}

/// Where the keys for member tokens come from.
#[derive(Debug, Clone, Copy)]
pub enum KeySource<'c> {
    /// A secret that is shared with whoever signs.
    Secret(&'c Secret),
    /// A file with a public key.
    PublicKey(&'c Path),
    /// A file with a set of public keys.
    KeySet(&'c Path),
}

/// A secret that nobody else can know or guess.
fn check_secret(secret: &str) -> anyhow::Result<()> {
    if secret.len() < MIN_SECRET_BYTES {
        return Err(WeakSecret(secret.len()).into());
    }
    if secret.contains("-----BEGIN ") {
        bail!(
            "jwt_secret is a key in PEM, which others have too; name the file of a public key in jwt_public_key_file"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn load(file: &str, flags: &serde_json::Value) -> anyhow::Result<Config> {
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(path.path(), file).unwrap();
        Config::load(Some(path.path()), flags)
    }

    #[test]
    fn a_flag_comes_before_the_file_and_the_file_before_the_default() {
        let config = load("max_depth = 9\nmax_aliases = 8", &json!({"max_depth": 7})).unwrap();
        assert_eq!(
            (config.max_depth, config.max_aliases, config.max_complexity),
            (7, 8, 200_000)
        );
    }

    #[test]
    fn a_key_that_is_none_is_refused_by_name() {
        let error = load("\nmax_dept = 9", &json!({})).unwrap_err().to_string();
        assert!(
            error.ends_with(
                ", line 2: there is no setting max_dept; did you mean max_depth? caseload serve --help lists all"
            ),
            "{error}"
        );
        let error = load("colour = 1", &json!({})).unwrap_err().to_string();
        assert!(!error.contains("did you mean"), "{error}");
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line_and_not_shown() {
        let error = load("max_depth = 3\njwt_secret = hunter2 hunter2", &json!({}))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(", line 2, column ") && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[test]
    fn only_origins_as_browsers_send_them_may_ask() {
        let check = |origin: &str| load(&format!("cors_origins = [{origin:?}]"), &json!({}));
        for origin in ["*", "https://example.com", "http://127.0.0.1:3000"] {
            assert!(check(origin).is_ok(), "{origin}");
        }
        for origin in [
            "example.com",
            "https://example.com/",
            "https://*.example.com",
            "//example.com",
            "https://example.com:99999",
            "https://example.com:",
            "https://",
            "null",
            "",
        ] {
            let error = check(origin).unwrap_err().to_string();
            assert!(error.contains(&format!("{origin:?}")), "{error}");
        }
    }

    #[test]
    fn browsers_reach_a_server_over_tls_but_on_this_machine() {
        let check = |url: &str| load(&format!("public_url = {url:?}"), &json!({})).is_ok();
        for url in [
            "https://care.example.com",
            "https://care.example.com:8443",
            "http://localhost:8080",
            "http://127.0.0.1",
            "http://[::1]:8080",
        ] {
            assert!(check(url), "{url}");
        }
        for url in [
            "http://care.example.com",
            "http://10.0.0.5:8080",
            "https://care.example.com/",
            "https://care.example.com:443",
            "http://localhost:80",
            "https://*.example.com",
            "care.example.com",
            "",
        ] {
            assert!(!check(url), "{url}");
        }
    }

    #[test]
    fn sessions_hold_for_minutes_at_least_and_a_year_or_so_at_most() {
        for name in ["session_ttl", "session_idle"] {
            let check = |time: &str| load(&format!("{name} = {time:?}"), &json!({})).is_ok();
            assert!(check("5m") && check("400d"));
            assert!(!check("4m") && !check("0") && !check("401d") && !check("300000000d"));
        }
    }

    #[test]
    fn what_is_no_origin_may_not_embed() {
        let check =
            |origin: &str| load(&format!("embed_origins = [{origin:?}]"), &json!({})).is_ok();
        assert!(
            check("https://app.example.com")
                && check("http://127.0.0.1:3000")
                && check("https://*.example.com")
        );
        assert!(
            !check("app.example.com")
                && !check("https://a.example; script-src *")
                && !check("https://a b")
                && !check("*")
        );
    }

    #[test]
    fn a_short_secret_is_refused_and_not_shown() {
        let error = load("jwt_secret = \"hunter2\"", &json!({}))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("at least 32") && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_and_not_shown() {
        let error = load("jwt_secret = 4815162342", &json!({}))
            .unwrap_err()
            .to_string();
        assert!(
            error.ends_with(", line 1: jwt_secret: expected a text, found a number")
                && !error.contains("4815"),
            "{error}"
        );
        let error = load("max_depth = \"hunter2\"", &json!({}))
            .unwrap_err()
            .to_string();
        assert!(
            error
                .ends_with(", line 1: max_depth: expected a whole number, 0 or more, found a text")
                && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[test]
    fn there_is_one_place_that_keys_come_from() {
        let file = "jwks_file = \"keys.json\"";
        assert!(matches!(
            load(file, &json!({})).unwrap().key_source(),
            Ok(Some(KeySource::KeySet(_)))
        ));
        assert!(matches!(
            load("", &json!({})).unwrap().key_source(),
            Ok(None)
        ));
        for flag in ["jwt_secret", "jwt_public_key_file"] {
            let error = load(file, &json!({flag: "0123456789abcdef0123456789abcdef"}))
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("exactly one of") && !error.contains("0123"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_public_key_is_no_secret() {
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n";
        let error = load("", &json!({"jwt_secret": pem}))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("jwt_public_key_file") && !error.contains("MCow"),
            "{error}"
        );
    }

    #[test]
    fn secrets_and_the_database_s_password_are_not_shown() {
        let file = "jwt_secret = \"hunter2-hunter2-hunter2-hunter2-hunter2\"\ndatabase_url = \"postgres://me:hunter2@db/x\"";
        let config = load(file, &json!({})).unwrap();
        assert_eq!(config.database_url.expose(), "postgres://me:hunter2@db/x");
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn the_night_is_a_time_of_day() {
        assert_eq!(
            load("nightly_at = \"23:05\"", &json!({}))
                .unwrap()
                .nightly_at
                .0
                .to_string(),
            "23:05"
        );
        assert!(
            load("nightly_at = \"24:00\"", &json!({}))
                .unwrap_err()
                .to_string()
                .contains("nightly_at")
        );
    }

    #[test]
    fn intervals_of_the_file_may_be_written_as_a_bare_zero() {
        assert!(
            load("refresh_interval = 0", &json!({}))
                .unwrap()
                .refresh_interval
                .is_zero()
        );
        assert!(
            load("refresh_interval = 30", &json!({}))
                .unwrap_err()
                .to_string()
                .contains("refresh_interval")
        );
    }
}
