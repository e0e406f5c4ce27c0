//! What keeps a request from being answered.

use axum::http::StatusCode;

use crate::error::{ApiError, Code};

/// An error that stands for the whole request, with its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    status: Option<StatusCode>,
    /// In how many seconds the same may be asked again with better luck.
    pub(super) retry_after: Option<u64>,
    /// What the client is told.
    pub(super) error: ApiError,
}

impl Problem {
    /// An error whose status is not that of its code.
    pub(super) fn with_status(status: StatusCode, error: ApiError) -> Self {
        Self {
            status: Some(status),
            retry_after: None,
            error,
        }
    }

    /// The same, after which it is worth while to come back in so many seconds.
    pub(super) fn retry_after(error: ApiError, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::from(error)
        }
    }

    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        self.status.unwrap_or_else(|| self.error.code.status())
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let retry_after = (error.code == Code::Unavailable).then_some(1);
        Self {
            status: None,
            retry_after,
            error,
        }
    }
}
