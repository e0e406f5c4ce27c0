//! What the handlers of requests share.

use std::sync::Arc;

use axum::extract::FromRef;

use super::admission::Admission;
use crate::app::App;

/// The application, and the gates before it. Clones share both.
#[derive(Debug, Clone)]
pub(super) struct HttpState {
    pub(super) app: App,
    pub(super) admission: Arc<Admission>,
}

impl HttpState {
    /// With gates of its own.
    pub(super) fn new(app: App) -> Self {
        let admission = Arc::new(Admission::new(app.config().rate_limit));
        Self { app, admission }
    }
}

/// Handlers that let everyone in need the application alone.
impl FromRef<HttpState> for App {
    fn from_ref(state: &HttpState) -> Self {
        state.app.clone()
    }
}
