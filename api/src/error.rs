//! What a client is told when something goes wrong: one type, one stable code each.
//!
//! An expected outcome is an [`ApiError`] with a message for the client. Everything unexpected is logged where it
//! becomes an [`ApiError`], once, and answered as `INTERNAL` or `UNAVAILABLE` without detail.

use std::borrow::Cow;

use axum::http::StatusCode;
use caseload_rollup::run::RunError;
use caseload_schema::store::StoreError;

/// The stable codes of `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// No valid token, or its member is not active here.
    Unauthenticated,
    /// The role may not do that.
    Forbidden,
    /// There is no such thing in the caller's workspace.
    NotFound,
    /// The request can't be understood or asks for something impossible.
    BadUserInput,
    /// The query costs more than one request may.
    QueryTooComplex,
    /// The request took longer than it may.
    Timeout,
    /// The hash of a query that was not sent yet: the client sends it whole.
    PersistedQueryNotFound,
    /// The caller asks for more than they may at a time.
    RateLimited,
    /// It may work when tried again later.
    Unavailable,
    /// Our fault.
    Internal,
}

impl Code {
    /// All there are.
    pub const ALL: [Self; 10] = [
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::BadUserInput,
        Self::QueryTooComplex,
        Self::Timeout,
        Self::PersistedQueryNotFound,
        Self::RateLimited,
        Self::Unavailable,
        Self::Internal,
    ];

    /// As clients see it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::Timeout => "TIMEOUT",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// The fitting HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadUserInput | Self::QueryTooComplex | Self::PersistedQueryNotFound => {
                StatusCode::BAD_REQUEST
            }
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A failure as the client is told of it. The message never carries SQL, a path or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The stable code.
    pub code: Code,
    /// For people.
    pub message: Cow<'static, str>,
}

impl ApiError {
    fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The one answer to every token that is refused, whatever the reason.
    pub fn unauthenticated() -> Self {
        Self::new(
            Code::Unauthenticated,
            "send a valid token of an active member in \"Authorization: Bearer …\"",
        )
    }

    /// The role may not.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Forbidden, message)
    }

    /// Not in this workspace.
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::NotFound, message)
    }

    /// The caller has to change something; `message` says what.
    pub fn bad_input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::BadUserInput, message)
    }

    /// More than one request may cost.
    pub fn too_complex(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::QueryTooComplex, message)
    }

    /// Took too long.
    pub fn timeout() -> Self {
        Self::new(
            Code::Timeout,
            "the request took longer than it may; ask for less at once",
        )
    }

    /// In the words that clients of persisted queries wait for.
    pub fn persisted_query_not_found() -> Self {
        Self::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound")
    }

    /// No document of that id in the manifest.
    pub fn unknown_document() -> Self {
        Self::bad_input("there is no document of that documentId")
    }

    /// Only known documents are answered, and this is none.
    pub fn untrusted_document() -> Self {
        Self::forbidden("only known documents are answered here; send a documentId")
    }

    /// More cost in too little time.
    pub fn rate_limited(seconds: u64) -> Self {
        Self::new(
            Code::RateLimited,
            format!("your queries cost more than they may; go on in {seconds} s"),
        )
    }

    /// As many requests of a class at a time as there may be.
    pub fn busy() -> Self {
        Self::new(
            Code::Unavailable,
            "too many requests at a time; try again in a second",
        )
    }

    /// As many connections that stay open as one may have, or all together.
    pub fn too_many_listeners() -> Self {
        Self::new(
            Code::RateLimited,
            "too many connections are listening; close one, or try again later",
        )
    }

    /// As many operations on one connection as there may be.
    pub fn too_many_streams() -> Self {
        Self::new(
            Code::RateLimited,
            "this connection has as many operations as it may; end one first",
        )
    }

    /// No room for the temporary file of an export.
    pub fn no_export_file() -> Self {
        Self::new(
            Code::Unavailable,
            "the server has no room for a temporary file, which an export over HTTP/1.0 needs; use HTTP/1.1 or later, or try again later",
        )
    }

    /// May work later.
    pub fn unavailable() -> Self {
        Self::new(
            Code::Unavailable,
            "the figures can't be read at the moment; try again in a few seconds",
        )
    }

    /// Nothing can be stored for now; what is stored can be read.
    pub fn takes_no_writes() -> Self {
        Self::new(
            Code::Unavailable,
            "nothing can be stored at the moment, reports go on; try again later",
        )
    }

    /// Answers without detail. Whoever calls this has logged the reason.
    pub fn internal() -> Self {
        Self::new(Code::Internal, "something went wrong on our side")
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::NodeUnavailable(_) => {
                tracing::warn!(%error, "the store can't be reached");
                Self::unavailable()
            }
            StoreError::ReadOnly(_) => {
                tracing::warn!(%error, "a change was refused");
                Self::takes_no_writes()
            }
            StoreError::Final(why) => Self::bad_input(why),
            _ => {
                tracing::error!(%error, "the store failed");
                Self::internal()
            }
        }
    }
}

impl From<RunError> for ApiError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Store(error) => error.into(),
            error => {
                tracing::warn!(%error, "a rollup that a request waits for came to nothing");
                Self::unavailable()
            }
        }
    }
}
