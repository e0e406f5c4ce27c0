//! What is wrong with a document.

use async_graphql::{Pos, ServerError};

use crate::{
    error::{ApiError, Code},
    graphql::to_server_error,
};

/// The most problems that are told of one document: one wrong name can be repeated in it thousands of times.
pub(super) const MAX_PROBLEMS: usize = 10;

/// One thing that is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    message: String,
    at: Option<Pos>,
}

impl Problem {
    /// Something that the specification does not allow.
    pub(super) fn new(at: Pos, message: impl Into<String>) -> Self {
        Self {
            code: Code::BadUserInput,
            message: message.into(),
            at: Some(at),
        }
    }

    /// What can't be read.
    pub(super) fn syntax(at: Pos, message: impl AsRef<str>) -> Self {
        Self::new(at, format!("Syntax Error: {}", message.as_ref()))
    }

    /// Where it is; what concerns the whole document comes first.
    pub(super) fn place(&self) -> (usize, usize) {
        self.at.map_or((0, 0), |pos| (pos.line, pos.column))
    }

    /// What it says.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// As an answer has it.
    pub fn to_server_error(&self) -> ServerError {
        let error = ApiError {
            code: self.code,
            message: self.message.clone().into(),
        };
        to_server_error(ServerError::new(String::new(), self.at), &error)
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self {
            code: error.code,
            message: error.message.into_owned(),
            at: None,
        }
    }
}
