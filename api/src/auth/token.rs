//! Member tokens: JWTs signed with HS256.

use caseload_schema::instant::Instant;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::config::Config;

/// HS256 is as strong as its key: no shorter than the hash.
pub const MIN_SECRET_BYTES: usize = 32;

/// Clocks of two machines differ; half a minute covers those that are kept at all.
const LEEWAY_SECONDS: f64 = 30.0;

/// The secret is shorter than [`MIN_SECRET_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("jwt_secret has {0} bytes and needs at least {MIN_SECRET_BYTES}; make one with: openssl rand -hex 32")]
pub struct WeakSecret(pub usize);

/// What a member token says. The role is not among it: it is the one that the member has now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The member's id.
    pub sub: String,
    /// The workspace's id.
    pub workspace: String,
    /// Seconds since 1970 until which it holds.
    pub exp: f64,
    /// Seconds since 1970 from which on it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<f64>,
}

#[derive(Serialize)]
struct Signed<'a> {
    sub: &'a str,
    workspace: &'a str,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
}

/// The configured key, and what a token must say beside its signature.
pub struct TokenKeys {
    sign: EncodingKey,
    check: DecodingKey,
    validation: Validation,
    issuer: Option<String>,
    audience: Option<String>,
}

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenKeys")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

impl TokenKeys {
    /// Keys of the configured secret.
    pub fn new(secret: &str, config: &Config) -> Result<Self, WeakSecret> {
        if secret.len() < MIN_SECRET_BYTES {
            return Err(WeakSecret(secret.len()));
        }
        Ok(Self {
            sign: EncodingKey::from_secret(secret.as_bytes()),
            check: DecodingKey::from_secret(secret.as_bytes()),
            validation: validation(config),
            issuer: config.jwt_issuer.clone(),
            audience: config.jwt_audience.clone(),
        })
    }

    /// A token for that member, good for `ttl_seconds` from `now` on.
    pub fn sign(&self, workspace: &str, member: &str, now: Instant, ttl_seconds: u64) -> anyhow::Result<String> {
        let exp = now.seconds().saturating_add(i64::try_from(ttl_seconds).unwrap_or(i64::MAX));
        let (iss, aud) = (self.issuer.as_deref(), self.audience.as_deref());
        let claims = Signed { sub: member, workspace, exp, iss, aud };
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign)?)
    }

    /// What the token says, where its signature, issuer and audience are right and it holds at `now`.
    pub fn verify(&self, token: &str, now: Instant) -> Option<Claims> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.check, &self.validation).ok()?.claims;
        let now = now.seconds() as f64;
        let holds = now < claims.exp + LEEWAY_SECONDS && claims.nbf.is_none_or(|from| from - LEEWAY_SECONDS <= now);
        holds.then_some(claims)
    }
}

/// What the library checks. The algorithm is the key's, never the header's. It reads the system's clock by itself, so
/// `exp` and `nbf` are checked against the clock of ours, in [`TokenKeys::verify`].
fn validation(config: &Config) -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let mut required = vec!["exp", "sub"];
    if let Some(issuer) = &config.jwt_issuer {
        validation.set_issuer(&[issuer]);
        required.push("iss");
    }
    validation.validate_aud = config.jwt_audience.is_some();
    if let Some(audience) = &config.jwt_audience {
        validation.set_audience(&[audience]);
        required.push("aud");
    }
    validation.set_required_spec_claims(&required);
    validation
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const NOW: i64 = 1_800_000_000;

    fn keys(issuer: Option<&str>, audience: Option<&str>) -> TokenKeys {
        let config = Config {
            jwt_issuer: issuer.map(str::to_owned),
            jwt_audience: audience.map(str::to_owned),
            ..Config::default()
        };
        TokenKeys::new(SECRET, &config).unwrap()
    }

    fn token(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
        jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
    }

    fn accepts(keys: &TokenKeys, claims: &Value) -> bool {
        let token = token(Algorithm::HS256, SECRET, claims);
        keys.verify(&token, Instant::from_seconds(NOW)).is_some()
    }

    fn with(field: &str, value: Value) -> Value {
        let mut claims = json!({"sub": "anna", "workspace": "acme", "exp": NOW + 60});
        claims[field] = value;
        claims
    }

    #[test]
    fn a_signed_token_says_who_it_was_made_for() {
        let keys = keys(Some("login"), Some("caseload"));
        let now = Instant::from_seconds(NOW);
        let claims = keys.verify(&keys.sign("acme", "anna", now, 60).unwrap(), now).unwrap();
        assert_eq!((claims.sub.as_str(), claims.workspace.as_str()), ("anna", "acme"));
    }

    #[test]
    fn a_token_needs_an_end_and_holds_until_half_a_minute_after_it() {
        let keys = keys(None, None);
        assert!(accepts(&keys, &with("exp", json!(NOW - 29))));
        assert!(!accepts(&keys, &with("exp", json!(NOW - 30))));
        assert!(!accepts(&keys, &with("exp", Value::Null)));
        assert!(!accepts(&keys, &json!({"sub": "anna", "workspace": "acme"})));
    }

    #[test]
    fn a_token_holds_from_half_a_minute_before_its_beginning() {
        let keys = keys(None, None);
        assert!(accepts(&keys, &with("nbf", json!(NOW + 30))));
        assert!(!accepts(&keys, &with("nbf", json!(NOW + 31))));
    }

    #[test]
    fn issuer_and_audience_are_checked_where_configured_only() {
        let (any, strict) = (keys(None, None), keys(Some("login"), Some("caseload")));
        let mut claims = with("iss", json!("elsewhere"));
        claims["aud"] = json!("others");
        assert!(accepts(&any, &claims));
        assert!(!accepts(&strict, &claims));
        assert!(!accepts(&strict, &with("iss", json!("login"))));
        claims["iss"] = json!("login");
        claims["aud"] = json!(["others", "caseload"]);
        assert!(accepts(&strict, &claims));
    }

    #[test]
    fn another_key_another_algorithm_and_no_algorithm_are_refused_alike() {
        let keys = keys(None, None);
        let claims = with("sub", json!("anna"));
        let now = Instant::from_seconds(NOW);
        assert!(keys.verify(&token(Algorithm::HS256, &SECRET.replace('0', "9"), &claims), now).is_none());
        assert!(keys.verify(&token(Algorithm::HS512, SECRET, &claims), now).is_none());
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIiwid29ya3NwYWNlIjoiYWNtZSIsImV4cCI6MTkwMDAwMDAwMH0.";
        assert!(keys.verify(unsigned, now).is_none());
        assert!(keys.verify("not a token", now).is_none());
    }

    #[test]
    fn a_short_secret_is_refused_with_what_to_do() {
        let error = TokenKeys::new("short", &Config::default()).unwrap_err();
        assert_eq!(error, WeakSecret(5));
        assert!(error.to_string().contains("openssl rand -hex 32"));
    }
}
