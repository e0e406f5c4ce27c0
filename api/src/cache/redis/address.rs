//! Where Redis is: one server, a cluster, or the server that sentinels name.
//!
//! - `redis://[USER:PASSWORD@]HOST[:PORT][/DB]`, with TLS `rediss://…`, on the same machine `unix:///PATH`
//! - `redis+cluster://[USER:PASSWORD@]HOST:PORT,HOST:PORT,…`, with TLS `rediss+cluster://…`
//! - `redis+sentinel://[USER:PASSWORD@]HOST:PORT,HOST:PORT,…/SERVICE[/DB]`, with TLS `rediss+sentinel://…`: the hosts are
//!   sentinels, user and password are those of the server. `?sentinel_user=…&sentinel_password=…` where sentinels ask for them.

use std::fmt;

use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _,
    cluster::ClusterClient,
    sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType},
};

use super::limits::{CONNECT_PATIENCE, WRITE_PATIENCE};
use crate::config::Secret;

/// The port of sentinels where none is given.
const SENTINEL_PORT: u16 = 26_379;

/// Why an address can't be used. It does not repeat the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("redis_url: {0}")]
pub struct BadAddress(String);

/// Where Redis is.
pub(super) enum Address {
    Server(Box<Client>),
    Cluster {
        cluster: Box<ClusterClient>,
        nodes: Vec<Client>,
    },
    Sentinel(Box<SentinelClient>),
}

impl fmt::Debug for Address {
    /// Without the address: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server(_) => "Server",
            Self::Cluster { .. } => "Cluster",
            Self::Sentinel(_) => "Sentinel",
        })
    }
}

impl Address {
    pub(super) fn parse(url: &Secret) -> Result<Self, BadAddress> {
        let url = url.expose();
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| bad("must begin with redis:// or rediss://"))?;
        let Some((transport, form)) = scheme.split_once('+').filter(|(_, form)| *form != "unix")
        else {
            if !["redis", "rediss", "unix", "redis+unix", "valkey", "valkeys"].contains(&scheme) {
                return Err(bad(format!(
                    "{scheme}:// is not known; must begin with redis:// or rediss://"
                )));
            }
            return Ok(Self::Server(Box::new(
                Client::open(url).map_err(|error| refused(&error))?,
            )));
        };
        if !["redis", "rediss"].contains(&transport) {
            return Err(bad(format!("{transport}+{form}:// is not known")));
        }
        match form {
            "cluster" => cluster(transport, rest),
            "sentinel" => sentinel(transport, rest),
            _ => Err(bad(format!(
                "{scheme}:// is not known; forms are +cluster and +sentinel"
            ))),
        }
    }
}

fn cluster(transport: &str, rest: &str) -> Result<Address, BadAddress> {
    let Parts {
        user,
        hosts,
        path,
        query,
    } = Parts::of(rest);
    if !path.is_empty() && path != "0" {
        return Err(bad("a cluster has no database but 0"));
    }
    let nodes = hosts.map(|host| format!("{transport}://{user}{host}{query}"));
    let nodes: Vec<Client> = nodes
        .map(|node| Client::open(node).map_err(|error| refused(&error)))
        .collect::<Result<_, _>>()?;
    let cluster =
        ClusterClient::builder(nodes.iter().map(|node| node.get_connection_info().clone()))
            .connection_timeout(CONNECT_PATIENCE)
            .response_timeout(WRITE_PATIENCE)
            // One for a slot that has moved. Whoever waits has little patience, and other ways.
            .retries(1)
            .build()
            .map_err(|error| refused(&error))?;
    Ok(Address::Cluster {
        cluster: Box::new(cluster),
        nodes,
    })
}

fn sentinel(transport: &str, rest: &str) -> Result<Address, BadAddress> {
    let Parts {
        user,
        hosts,
        path,
        query,
    } = Parts::of(rest);
    let (service, database) = path.split_once('/').unwrap_or((path, ""));
    if service.is_empty() {
        return Err(bad(
            "say which service the sentinels watch, as in redis+sentinel://HOST:26379/mymaster",
        ));
    }
    let server = format!("{transport}://{user}server/{database}");
    let server = server
        .into_connection_info()
        .map_err(|error| refused(&error))?;
    let sentinels: Vec<ConnectionAddr> = hosts
        .map(|host| sentinel_address(transport, host))
        .collect::<Result<_, _>>()?;
    let mut builder = SentinelClientBuilder::new(sentinels, service, SentinelServerType::Master)
        .map_err(|error| refused(&error))?
        .set_client_to_redis_db(server.redis_settings().db());
    if transport == "rediss" {
        builder = builder.set_client_to_redis_tls_mode(redis::TlsMode::Secure);
    }
    if let Some(user) = server.redis_settings().username() {
        builder = builder.set_client_to_redis_username(user);
    }
    if let Some(password) = server.redis_settings().password() {
        builder = builder.set_client_to_redis_password(password);
    }
    for (name, value) in pairs(query) {
        builder = match name {
            "sentinel_user" => builder.set_client_to_sentinel_username(value),
            "sentinel_password" => builder.set_client_to_sentinel_password(value),
            name => return Err(bad(format!("?{name}= is not known"))),
        };
    }
    Ok(Address::Sentinel(Box::new(
        builder.build().map_err(|error| refused(&error))?,
    )))
}

fn sentinel_address(transport: &str, host: &str) -> Result<ConnectionAddr, BadAddress> {
    let address = |host: &str| -> Result<ConnectionInfo, BadAddress> {
        format!("{transport}://{host}")
            .into_connection_info()
            .map_err(|error| refused(&error))
    };
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let info = if has_port {
        address(host)?
    } else {
        address(&format!("{host}:{SENTINEL_PORT}"))?
    };
    Ok(info.addr().clone())
}

/// `[USER:PASSWORD@]HOST,HOST,…[/PATH][?QUERY]`.
struct Parts<'a> {
    /// With its `@`, or empty.
    user: &'a str,
    hosts: std::str::Split<'a, char>,
    path: &'a str,
    /// With its `?`, or empty.
    query: &'a str,
}

impl<'a> Parts<'a> {
    fn of(rest: &'a str) -> Self {
        let (rest, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        let (user, rest) = rest.split_at(rest.rfind('@').map_or(0, |at| at + 1));
        let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
        Self {
            user,
            hosts: hosts.split(','),
            path: path.trim_end_matches('/'),
            query,
        }
    }
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = query
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn bad(why: impl Into<String>) -> BadAddress {
    BadAddress(why.into())
}

fn refused(error: &redis::RedisError) -> BadAddress {
    BadAddress(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(url: &str) -> String {
        match Address::parse(&Secret::new(url)) {
            Ok(address) => format!("{address:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_form_is_known_by_its_scheme() {
        for url in [
            "redis://localhost",
            "rediss://me:pw@cache:6380/2",
            "unix:///run/redis.sock",
            "redis+unix:///r.sock",
        ] {
            assert_eq!(form(url), "Server", "{url}");
        }
        for url in [
            "redis+cluster://a:7000,b:7001",
            "rediss+cluster://:pw@a:7000,b/0",
        ] {
            assert_eq!(form(url), "Cluster", "{url}");
        }
        let sentinels = [
            "redis+sentinel://a,b:26380/main",
            "rediss+sentinel://me:p%40w@a/main/3?sentinel_password=x",
        ];
        for url in sentinels {
            assert_eq!(form(url), "Sentinel", "{url}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let check = |url: &str, said: &str| {
            let got = form(url);
            assert!(
                got.contains(said) && !got.contains("hunter2"),
                "{url}: {got}"
            );
        };
        check("localhost:6379", "must begin with");
        check("http://:hunter2@localhost", "redis_url");
        check("redis+ring://:hunter2@a", "redis+ring:// is not known");
        check("http+cluster://:hunter2@a", "http+cluster:// is not known");
        check("redis+cluster://:hunter2@a:1/3", "no database but 0");
        check("redis+sentinel://:hunter2@a:1", "say which service");
        check(
            "redis+sentinel://:hunter2@a:1/main?x=hunter2",
            "?x= is not known",
        );
        check("redis+sentinel://:hunter2@a:1/main/two", "redis_url");
    }
}
