//! Machines' tokens.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use caseload_schema::{
    id::TokenKey,
    instant::Instant,
    scope,
    store::api_tokens::{self, MAX_TOKENS, NewToken, TokenRefusal},
};

use super::{authorization::permitted, context::ContextExt as _, scalars::DateTime};
use crate::{
    auth::{NewSecret, api_token},
    error::ApiError,
};

/// The longest name, in characters: one line of a list.
const MAX_NAME_CHARS: usize = 128;

/// What an API token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "scope::ApiScope")]
pub(super) enum ApiScope {
    /// Import facts, and nothing else.
    Import,
    /// Read the daily rollups, and figures as a manager does, without e-mail addresses, customers' names and comments.
    ReadRollups,
    /// What an admin may, but for making tokens and roles.
    Admin,
}

/// A machine's token.
#[derive(Debug, Clone)]
pub(super) struct ApiToken(pub(super) api_tokens::ApiToken);

/// A token that a machine uses. Its secret is kept only as a hash.
#[Object]
impl ApiToken {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.key.0.into()
    }

    /// What it was made for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it may do.
    async fn scopes(&self) -> Vec<ApiScope> {
        self.0.scopes.iter().copied().map(ApiScope::from).collect()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Until when it holds; null where it does not end.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// When it was used last, to the minute.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    /// When it was revoked; null while it holds.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }
}

/// A token that has just been made.
#[derive(Debug, SimpleObject)]
pub(super) struct CreatedApiToken {
    /// The token.
    token: ApiToken,
    /// What to send as `Authorization: Bearer …`. It is shown here and never again.
    secret: String,
}

/// Changes to tokens.
#[derive(Debug, Default)]
pub(super) struct TokenMutations;

#[Object]
impl TokenMutations {
    /// Makes a token for a machine. The secret is shown once and kept only as a hash.
    async fn create_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is for, in at most 128 characters.")] name: String,
        #[graphql(desc = "What it may do: at least one thing.")] scopes: Vec<ApiScope>,
        #[graphql(desc = "When it ends by itself; never where absent.")] expires_at: Option<
            DateTime,
        >,
    ) -> Result<CreatedApiToken, ApiError> {
        let viewer = permitted(ctx, "Mutation", "createApiToken")?;
        let (snapshot, secret) = (ctx.snapshot()?, NewSecret::generate()?);
        let new = NewToken {
            by: viewer.actor(),
            name: valid_name(&name)?,
            scopes: valid_scopes(&scopes)?,
            hash: secret.hash(),
            expires_at: valid_end(expires_at, snapshot.now())?,
            at: snapshot.now(),
        };
        let token = snapshot
            .store()
            .create_api_token(snapshot.key(), new)
            .await?
            .map_err(refused)?;
        Ok(CreatedApiToken {
            secret: api_token(&secret, &viewer.workspace.id, token.key),
            token: ApiToken(token),
        })
    }

    /// Ends a token for good. Whoever uses it is refused from then on, on every machine.
    async fn revoke_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> Result<ApiToken, ApiError> {
        let viewer = permitted(ctx, "Mutation", "revokeApiToken")?;
        let snapshot = ctx.snapshot()?;
        let key = id
            .parse()
            .map(TokenKey)
            .map_err(|_| refused(TokenRefusal::NotFound))?;
        let revoked = snapshot
            .store()
            .revoke_api_token(snapshot.key(), key, viewer.actor(), snapshot.now())
            .await?;
        revoked.map(ApiToken).map_err(refused)
    }
}

fn valid_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    let count = name.chars().count();
    if count == 0 || MAX_NAME_CHARS < count || name.chars().any(char::is_control) {
        return Err(ApiError::bad_input(format!(
            "name: one line of 1 to {MAX_NAME_CHARS} characters"
        )));
    }
    Ok(name.to_owned())
}

fn valid_scopes(scopes: &[ApiScope]) -> Result<Vec<scope::ApiScope>, ApiError> {
    let mut scopes: Vec<scope::ApiScope> = scopes.iter().copied().map(Into::into).collect();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        Err(ApiError::bad_input("scopes: name at least one"))
    } else {
        Ok(scopes)
    }
}

fn valid_end(end: Option<DateTime>, now: Instant) -> Result<Option<Instant>, ApiError> {
    match end {
        Some(DateTime(end)) if end <= now => Err(ApiError::bad_input("expiresAt: must lie ahead")),
        end => Ok(end.map(|DateTime(end)| end)),
    }
}

fn refused(refusal: TokenRefusal) -> ApiError {
    match refusal {
        TokenRefusal::NotAllowed => ApiError::forbidden("your role may not make or revoke tokens"),
        TokenRefusal::NotFound => ApiError::not_found("there is no such token"),
        TokenRefusal::TooMany => ApiError::bad_input(format!(
            "there are {MAX_TOKENS} tokens that hold; revoke those that nobody uses"
        )),
    }
}
