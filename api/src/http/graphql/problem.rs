//! What keeps a request from being answered.

use axum::http::StatusCode;

use crate::error::ApiError;

/// An error that stands for the whole request, with its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    status: Option<StatusCode>,
    /// What the client is told.
    pub(super) error: ApiError,
}

impl Problem {
    /// An error whose status is not that of its code.
    pub(super) fn with_status(status: StatusCode, error: ApiError) -> Self {
        Self { status: Some(status), error }
    }

    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        self.status.unwrap_or_else(|| self.error.code.status())
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self { status: None, error }
    }
}
