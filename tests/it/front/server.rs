//! The server on a port of its own, for as long as a test keeps it.

use std::net::SocketAddr;

use caseload_api::http::serve;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::support::app::Caseload;

/// A server over an application. It ends with this.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shutdown: CancellationToken,
    task: JoinSet<anyhow::Result<()>>,
}

impl Server {
    pub(crate) async fn start(caseload: &Caseload) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let (shutdown, mut task) = (CancellationToken::new(), JoinSet::new());
        task.spawn(serve(listener, caseload.app.clone(), shutdown.clone()));
        Self {
            address,
            shutdown,
            task,
        }
    }

    /// Stops as a signal would, and waits for the end.
    pub(crate) async fn stop(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.task.join_next().await {
            ended
                .expect("the server does not panic")
                .expect("the server ends well");
        }
    }
}
