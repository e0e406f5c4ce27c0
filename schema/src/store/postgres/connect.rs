//! Opening connections to PostgreSQL: the one place that does.

use std::{error::Error as _, io::ErrorKind, path::PathBuf, time::Duration};

use diesel::ConnectionError;
use percent_encoding::percent_decode_str;
use tokio_postgres::{
    Client, Config, Connection, Socket,
    config::{Host, SslMode},
    tls::MakeTlsConnect,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    connection::PgConnection,
    tls::{self, Check},
};
use crate::store::error::{Result, StoreError};

/// How long a connection may take to be opened.
const CONNECT: Duration = Duration::from_secs(5);
/// A server that acknowledges nothing for so long is gone: its machine, or the network to it.
const SILENCE: Duration = Duration::from_secs(30);
/// A transaction that nobody has spoken in for so long is ended by the server: its process is paused or gone, and its locks
/// keep others from writing. A strict import from a pipe may take its time for a batch.
const IDLE_IN_TRANSACTION: Duration = Duration::from_mins(5);

/// Where a PostgreSQL server is, and how it is spoken to. Holds a password.
#[derive(Clone)]
pub(crate) struct Address {
    config: Config,
    tls: MakeRustlsConnect,
}

/// A connection of the driver, and what has to be polled for it to make progress.
pub(crate) type Opened = (
    Client,
    Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>,
);

impl Address {
    /// Reads `postgres://…`, with `sslmode` and `sslrootcert` as libpq reads them: `disable`, `prefer` (the default), `require`
    /// (anyone's certificate will do, unless `sslrootcert` says whose), `verify-ca`, `verify-full`.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let Parts { url, mode, roots } = parts(url)?;
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            StoreError::Invalid(format!(
                "database_url: {}",
                error
                    .source()
                    .map_or(error.to_string(), ToString::to_string)
            ))
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(StoreError::Invalid(
                "database_url: it names no host; write postgres://USER@HOST/DATABASE, or \
                 postgres:///DATABASE?host=/var/run/postgresql for a socket"
                    .to_owned(),
            ));
        }
        let (ssl, check) = match (mode.as_deref(), &roots) {
            (Some("disable"), _) => (SslMode::Disable, Check::Nothing),
            (None | Some("prefer" | "allow"), None) => (SslMode::Prefer, Check::Nothing),
            (None | Some("prefer" | "allow"), Some(_)) => (SslMode::Prefer, Check::Authority),
            (Some("require"), None) => (SslMode::Require, Check::Nothing),
            (Some("require"), Some(_)) | (Some("verify-ca"), _) => {
                (SslMode::Require, Check::Authority)
            }
            (Some("verify-full"), _) => (SslMode::Require, Check::Host),
            (Some(other), _) => {
                return Err(StoreError::Invalid(format!(
                    "database_url: sslmode is disable, prefer, require, verify-ca or verify-full, not {other:?}"
                )));
            }
        };
        config.ssl_mode(ssl);
        if config.get_application_name().is_none() {
            config.application_name("caseload");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        config
            .tcp_user_timeout(SILENCE)
            .keepalives_idle(SILENCE)
            .keepalives_interval(SILENCE / 3)
            .keepalives_retries(3);
        Ok(Self {
            config,
            tls: tls::connector(check, roots.as_deref())?,
        })
    }

    /// Opens a connection. Whoever takes it has to poll its second half.
    pub(crate) async fn open(&self) -> Result<Opened> {
        self.config
            .connect(self.tls.clone())
            .await
            .map_err(|error| self.unavailable(&refusal(&error, &self.config)))
    }

    /// [`Address::open`], which a server that accepts connections and says nothing would keep waiting for ever.
    pub(super) async fn open_in_time(&self) -> Result<Opened> {
        let opened = tokio::time::timeout(CONNECT * 2, self.open()).await;
        opened.unwrap_or_else(|_| Err(self.unavailable("it does not answer in time")))
    }

    /// The error of that server, with its host and port.
    pub(super) fn unavailable(&self, why: &str) -> StoreError {
        StoreError::Unavailable(format!("PostgreSQL at {}: {why}", self.host_and_port()))
    }

    /// Hosts and ports, and nothing else of what the address holds.
    pub(super) fn host_and_port(&self) -> String {
        let ports = self.config.get_ports();
        let text = |(at, host): (usize, &Host)| {
            let port = ports.get(at).or(ports.first()).unwrap_or(&5432);
            match host {
                Host::Tcp(name) if name.contains(':') => format!("[{name}]:{port}"),
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(folder) => format!("{}/.s.PGSQL.{port}", folder.display()),
            }
        };
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .enumerate()
            .map(text)
            .collect();
        hosts.join(", ")
    }

    /// A connection for Diesel, whose statements may take `timeout` each; `None` for as long as it takes.
    pub(crate) async fn connect(
        &self,
        timeout: Option<Duration>,
    ) -> Result<PgConnection, ConnectionError> {
        let opened = self.open_in_time().await;
        let (client, connection) = opened.map_err(|error| match error {
            StoreError::Unavailable(why) => ConnectionError::BadConnection(why),
            error => ConnectionError::BadConnection(error.to_string()),
        })?;
        let mut diesel = PgConnection::new(client, connection);
        let (statement, idle) = (
            timeout.unwrap_or_default().as_millis(),
            IDLE_IN_TRANSACTION.as_millis(),
        );
        let limits = format!(
            "SET TIME ZONE 'UTC'; SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = {idle}; SET lock_timeout = 0"
        );
        diesel_async::SimpleAsyncConnection::batch_execute(&mut diesel, &limits)
            .await
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(diesel)
    }
}

/// Why the server can't be used, and what to do about it. What it said stands at the end: it may be in any language.
fn refusal(error: &tokio_postgres::Error, config: &Config) -> String {
    if let Some(said) = error.as_db_error() {
        let user = config.get_user().unwrap_or_default();
        let database = config.get_dbname().unwrap_or(user);
        let what = match said.code().code() {
            "28P01" | "28000" => {
                format!("it refuses the user {user:?}; check user and password of database_url")
            }
            "3D000" => {
                format!("it has no database {database:?}; make one with createdb {database}")
            }
            "53300" => "it has as many connections as it may have; raise its max_connections, or \
                        lower database_connections"
                .to_owned(),
            "57P03" => "it is starting, stopping or recovering; try again in a moment".to_owned(),
            "42501" => format!("the user {user:?} may not connect to the database {database:?}"),
            code => format!("it refuses the connection (SQLSTATE {code})"),
        };
        return format!("{what} ({})", said.message());
    }
    // The system's resolver says so in its own words, without a kind.
    if with_causes(error).contains("lookup address") {
        return "no machine of that name is known; check the host of database_url".to_owned();
    }
    let io = error
        .source()
        .and_then(|cause| cause.downcast_ref::<std::io::Error>());
    match io.map(std::io::Error::kind) {
        Some(ErrorKind::ConnectionRefused) => {
            "nothing listens there; is it running, and are host and port right?".to_owned()
        }
        Some(ErrorKind::TimedOut) => "it does not answer in time".to_owned(),
        Some(ErrorKind::NotFound) => {
            "there is no such socket; is it running, and is the folder right?".to_owned()
        }
        _ => with_causes(error),
    }
}

/// The error with its causes: the driver keeps them apart.
fn with_causes(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_text = next.to_string();
        if !text.contains(&next_text) {
            text = format!("{text}: {next_text}");
        }
        cause = next.source();
    }
    text
}

/// An address without what the driver does not know.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    url: String,
    mode: Option<String>,
    roots: Option<PathBuf>,
}

fn parts(url: &str) -> Result<Parts> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let text = percent_decode_str(value)
            .decode_utf8()
            .map_err(|_| StoreError::Invalid(format!("database_url: {name} is not UTF-8")))?;
        match name {
            "sslmode" => mode = Some(text.into_owned()),
            // libpq's word for the authorities of the system.
            "sslrootcert" if text == "system" => {}
            "sslrootcert" => roots = Some(PathBuf::from(text.into_owned())),
            _ => rest.push(parameter),
        }
    }
    let url = if rest.is_empty() {
        base.to_owned()
    } else {
        format!("{base}?{}", rest.join("&"))
    };
    Ok(Parts { url, mode, roots })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_concerns_tls_is_taken_out_of_the_address_and_the_rest_stays() {
        let read = parts(
            "postgres://me:a%3Db@db/x?sslmode=verify-full&options=-c%20a%3Db&sslrootcert=%2Fetc%2Fca.pem",
        );
        let url = "postgres://me:a%3Db@db/x?options=-c%20a%3Db".to_owned();
        let (mode, roots) = (
            Some("verify-full".to_owned()),
            Some(PathBuf::from("/etc/ca.pem")),
        );
        assert_eq!(read.unwrap(), Parts { url, mode, roots });
        let plain = "postgres://db/x".to_owned();
        assert_eq!(
            parts(&plain).unwrap(),
            Parts {
                url: plain,
                mode: None,
                roots: None
            }
        );
    }

    #[test]
    fn modes_that_are_none_and_files_that_are_missing_are_refused_by_name() {
        let refused = |url: &str| {
            Address::parse(url)
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        };
        assert!(refused("postgres://db/x?sslmode=maybe").contains("not \"maybe\""));
        assert!(
            refused("postgres://db/x?sslmode=verify-ca&sslrootcert=/no/such/file")
                .contains("/no/such/file")
        );
        assert!(refused("postgres://db/x?colour=red").contains("colour"));
        for url in ["postgres:///x", "postgres://"] {
            assert!(refused(url).contains("names no host"), "{url}");
        }
        assert_eq!(refused("postgres://db/x?sslmode=require"), "");
    }
}
