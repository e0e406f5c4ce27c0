//! What a token says, and whether that holds.

use caseload_schema::instant::Instant;
use serde_json::Value;

use super::jws::Object;
use crate::config::Config;

/// Clocks of two machines differ; half a minute covers those that are kept at all.
const LEEWAY_SECONDS: f64 = 30.0;

/// What a member token says that matters. The role is not among it: it is the one that the member has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The member's id.
    pub sub: String,
    /// The workspace's id.
    pub workspace: String,
}

/// What a token has to say.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    issuer: Option<String>,
    audience: Option<String>,
    max_ttl_seconds: f64,
}

impl Expected {
    /// By those settings.
    pub(super) fn new(config: &Config) -> Self {
        Self {
            issuer: config.jwt_issuer.clone(),
            audience: config.jwt_audience.clone(),
            max_ttl_seconds: config.jwt_max_ttl.duration().as_secs_f64(),
        }
    }

    /// Who issues tokens, where that is set.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// For whom tokens are, where that is set.
    pub(super) fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// What a token with these claims says; `None` where it is not for us, or says something that is none.
    pub(super) fn read(&self, object: &Object) -> Option<ParsedClaims> {
        let ours = self
            .issuer
            .as_deref()
            .is_none_or(|issuer| text(object, "iss") == Some(issuer))
            && self
                .audience
                .as_deref()
                .is_none_or(|audience| is_for(object, audience));
        let said = ParsedClaims {
            sub: text(object, "sub")?.to_owned(),
            workspace: text(object, "workspace")?.to_owned(),
            ends: number(object, "exp")?,
            begins: ["nbf", "iat"]
                .iter()
                .filter_map(|field| number(object, field))
                .fold(f64::MIN, f64::max),
        };
        (ours && is_typed(object)).then_some(said)
    }

    /// Whether what was said holds at `now`: it has begun, has not ended, and ends in a time that anyone can have meant.
    pub(super) fn holds(&self, said: &ParsedClaims, now: Instant) -> bool {
        let now = now.seconds() as f64;
        said.begins - LEEWAY_SECONDS <= now
            && now < said.ends + LEEWAY_SECONDS
            && said.ends - now <= self.max_ttl_seconds
    }
}

/// What a token says, at whatever time.
#[derive(Debug)]
pub(super) struct ParsedClaims {
    sub: String,
    workspace: String,
    ends: f64,
    begins: f64,
}

impl ParsedClaims {
    /// What matters of it.
    pub(super) fn claims(&self) -> Claims {
        Claims {
            sub: self.sub.clone(),
            workspace: self.workspace.clone(),
        }
    }
}

/// Whether all registered claims that are there are of their types.
fn is_typed(object: &Object) -> bool {
    let is = |fields: &[&str], right: fn(&Value) -> bool| {
        fields
            .iter()
            .filter_map(|field| object.get(*field))
            .all(right)
    };
    is(&["exp", "nbf", "iat"], Value::is_number)
        && is(&["sub", "iss", "jti"], Value::is_string)
        && is(&["aud"], |value| {
            value
                .as_array()
                .map_or(value.is_string(), |all| all.iter().all(Value::is_string))
        })
}

fn is_for(object: &Object, audience: &str) -> bool {
    match object.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

fn text<'o>(object: &'o Object, field: &str) -> Option<&'o str> {
    object.get(field)?.as_str()
}

fn number(object: &Object, field: &str) -> Option<f64> {
    object.get(field)?.as_f64()
}
