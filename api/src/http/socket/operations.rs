//! The operations of one WebSocket, each in a task of its own.

use std::{collections::HashMap, panic::AssertUnwindSafe};

use async_graphql::{Response, Value};
use futures::{FutureExt as _, StreamExt as _};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};

use super::{
    super::{
        graphql::{GraphqlRequest, answers, refused},
        limits::{MAX_ERRORS, MAX_STREAMS},
    },
    message::Outgoing,
};
use crate::{auth::Credentials, error::ApiError, http::state::HttpState};

/// Messages that wait to be written. A client that reads slowly holds its operations up, not our memory.
const WAITING: usize = 4;

/// What is under way, by id. All of it ends with this.
#[derive(Debug)]
pub(super) struct Operations {
    state: HttpState,
    credentials: Credentials,
    running: HashMap<String, (u64, AbortHandle)>,
    tasks: JoinSet<()>,
    started: u64,
    sender: mpsc::Sender<(u64, Outgoing)>,
    receiver: mpsc::Receiver<(u64, Outgoing)>,
}

impl Operations {
    /// None yet.
    pub(super) fn new(state: HttpState, credentials: Credentials) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self {
            state,
            credentials,
            running: HashMap::new(),
            tasks: JoinSet::new(),
            started: 0,
            sender,
            receiver,
        }
    }

    /// Whether that id is in use.
    pub(super) fn is_running(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    /// Starts one, or says why not.
    pub(super) fn start(&mut self, id: String, asked: GraphqlRequest) -> Option<Outgoing> {
        while self.tasks.try_join_next().is_some() {}
        if MAX_STREAMS <= self.running.len() {
            let error = ApiError::too_many_streams();
            return Some(Outgoing::Error {
                id,
                payload: vec![refused(&error)],
            });
        }
        self.started += 1;
        let reporter = Reporter {
            id: id.clone(),
            serial: self.started,
            sender: self.sender.clone(),
        };
        let task = self.tasks.spawn(run(
            self.state.clone(),
            self.credentials.clone(),
            asked,
            reporter,
        ));
        self.running.insert(id, (self.started, task));
        None
    }

    /// Ends one, as its client wishes.
    pub(super) fn stop(&mut self, id: &str) {
        if let Some((_, task)) = self.running.remove(id) {
            task.abort();
        }
    }

    /// The next message of any of them. What one left behind that was stopped is dropped.
    pub(super) async fn next(&mut self) -> Outgoing {
        loop {
            let Some((serial, message)) = self.receiver.recv().await else {
                return std::future::pending().await;
            };
            let (Outgoing::Next { id, .. }
            | Outgoing::Error { id, .. }
            | Outgoing::Complete { id }) = &message
            else {
                continue;
            };
            if self
                .running
                .get(id)
                .is_none_or(|(running, _)| *running != serial)
            {
                continue;
            }
            if !matches!(message, Outgoing::Next { .. }) {
                self.running.remove(id);
            }
            return message;
        }
    }
}

struct Reporter {
    id: String,
    serial: u64,
    sender: mpsc::Sender<(u64, Outgoing)>,
}

impl Reporter {
    /// Nobody is left to hear of it where this fails.
    async fn say(&self, message: Outgoing) {
        let _ = self.sender.send((self.serial, message)).await;
    }

    async fn next(&self, answer: Response) {
        self.say(Outgoing::Next {
            id: self.id.clone(),
            payload: Box::new(answer),
        })
        .await;
    }

    /// The operation could not begin; there is no `complete` behind this.
    async fn error(&self, mut errors: Vec<async_graphql::ServerError>) {
        errors.truncate(MAX_ERRORS);
        self.say(Outgoing::Error {
            id: self.id.clone(),
            payload: errors,
        })
        .await;
    }
}

async fn run(
    state: HttpState,
    credentials: Credentials,
    asked: GraphqlRequest,
    reporter: Reporter,
) {
    let work = AssertUnwindSafe(answer(&state, &credentials, asked, &reporter))
        .catch_unwind()
        .await;
    let error = match work {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error,
        Err(_panic) => ApiError::internal(),
    };
    reporter.error(vec![refused(&error)]).await;
}

/// One `next` for each answer, then `complete`. Where the first answer has nothing but errors, the request was no good.
async fn answer(
    state: &HttpState,
    credentials: &Credentials,
    asked: GraphqlRequest,
    reporter: &Reporter,
) -> Result<(), ApiError> {
    let mut answers = answers(state, credentials, asked).await?;
    let mut first = true;
    while let Some(answer) = answers.next().await {
        if std::mem::take(&mut first) && answer.data == Value::Null {
            reporter.error(answer.errors).await;
            return Ok(());
        }
        reporter.next(answer).await;
    }
    reporter
        .say(Outgoing::Complete {
            id: reporter.id.clone(),
        })
        .await;
    Ok(())
}
