//! API tokens: secrets of machines.
//!
//! A token reads `caseload_WORKSPACE_NUMBER_SECRET`: one that leaks is recognised by what scans for such things.

use caseload_schema::id::TokenKey;

use super::secret::{NewSecret, Presented};

/// What every API token begins with, and no member token.
const PREFIX: &str = "caseload_";

/// The whole token with that secret.
pub fn api_token(secret: &NewSecret, workspace: &str, key: TokenKey) -> String {
    format!("{PREFIX}{}", secret.text(workspace, key.0))
}

/// What stands behind the prefix of an API token; `None` where `token` is not meant to be one.
pub(super) fn without_prefix(token: &str) -> Option<&str> {
    token.strip_prefix(PREFIX)
}

/// The key and the secret of an API token without its prefix.
pub(super) fn parse(token: &str) -> Option<(TokenKey, Presented<'_>)> {
    let presented = Presented::parse(token)?;
    Some((TokenKey(presented.number), presented))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_begins_with_what_scanners_look_for() {
        let secret = NewSecret::generate().unwrap();
        let token = api_token(&secret, "acme-1", TokenKey(12));
        let (key, presented) = parse(without_prefix(&token).unwrap()).unwrap();
        assert_eq!((key, presented.workspace), (TokenKey(12), "acme-1"));
        assert!(presented.matches(secret.hash()));
        for other in [&token[9..], "Caseload_acme_1", "caseload"] {
            assert!(without_prefix(other).is_none(), "{other}");
        }
    }
}
