//! The application in this process: one workspace, a clock moved by hand, requests through the router.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header, request},
    response::Response,
};
use caseload_api::{
    app::App,
    config::{Config, Interval, Secret},
    http,
};
use caseload_rollup::run::{self, RunDays, RunOutcome, RunRequest};
use caseload_schema::{
    clock::Clock,
    id::WorkspaceKey,
    import::{self, Encoding, ImportOptions, Report, Sender, Source},
    instant::Instant,
    store::{Store, runs::RunKind},
    zone::Zone,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use http_body_util::BodyExt;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::database::{Backend, Database};

pub(crate) const SECRET: &str = "a secret of at least thirty-two bytes";
pub(crate) const WORKSPACE: &str = "acme";

/// A workspace, and the application over it.
#[derive(Debug)]
pub(crate) struct Caseload {
    pub(crate) database: Arc<Database>,
    pub(crate) store: Store,
    pub(crate) workspace: WorkspaceKey,
    pub(crate) clock: Clock,
    pub(crate) app: App,
    router: Router,
}

/// What a request was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {text}", self.status))
    }

    /// One field of a GraphQL answer without errors.
    pub(crate) fn data(&self, field: &str) -> Value {
        let mut answer = self.json();
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"][field].take()
    }

    /// The codes of all errors, in order.
    pub(crate) fn codes(&self) -> Vec<String> {
        let answer = self.json();
        let errors = answer["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| {
                error["extensions"]["code"]
                    .as_str()
                    .unwrap_or("none")
                    .to_owned()
            })
            .collect()
    }
}

impl Caseload {
    pub(crate) async fn new(backend: Backend, zone: Tz, now: DateTime<Utc>) -> Self {
        Self::sharing(Database::empty(backend), "", zone, now).await
    }

    /// Over that database, with that cache between machines.
    pub(crate) async fn sharing(
        database: Database,
        redis_url: &str,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Self {
        let database = Arc::new(database);
        let store = database.store().await;
        let zone: Zone = Zone::parse(zone.name()).expect("a zone that chrono-tz knows");
        let clock = Clock::manual(Instant::from_chrono(now));
        let workspace = store
            .create_workspace(WORKSPACE, "Acme", zone, clock.now())
            .await
            .expect("a new workspace");
        let app = start(&store, &clock, redis_url);
        let router = http::router(app.clone());
        Self {
            database,
            store,
            workspace,
            clock,
            app,
            router,
        }
    }

    /// Forgets what the application keeps in memory.
    pub(crate) fn restart(&mut self) {
        self.app = start(
            &self.store,
            &self.clock,
            self.app.config().redis_url.expose(),
        );
        self.router = http::router(self.app.clone());
    }

    /// Another process that serves the same workspace, with nothing in memory.
    pub(crate) fn another(&self) -> Self {
        self.beside(start(
            &self.store,
            &self.clock,
            self.app.config().redis_url.expose(),
        ))
    }

    /// The same workspace as another database holds it.
    pub(crate) fn over(&self, database: Database, store: Store, redis_url: &str) -> Self {
        let app = start(&store, &self.clock, redis_url);
        Self {
            database: Arc::new(database),
            store,
            router: http::router(app.clone()),
            ..self.beside(app)
        }
    }

    /// Another workspace of the same application.
    pub(crate) fn of(&self, workspace: WorkspaceKey) -> Self {
        Self {
            workspace,
            ..self.beside(self.app.clone())
        }
    }

    /// The same workspace as another process serves it.
    pub(crate) fn beside(&self, app: App) -> Self {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        Self {
            database: Arc::clone(&self.database),
            store,
            workspace: self.workspace,
            clock,
            router: http::router(app.clone()),
            app,
        }
    }

    /// Starts the application again with other settings.
    pub(crate) fn configure(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = config();
        change(&mut config);
        self.app = App::new(self.store.clone(), config, self.clock.clone())
            .expect("a configuration with a key");
        self.router = http::router(self.app.clone());
    }

    /// Imports as the operator does.
    pub(crate) async fn import(&self, records: &[Value]) -> Report {
        self.import_bytes(lines(records).into_bytes(), Encoding::Identity, false)
            .await
    }

    pub(crate) async fn import_bytes(
        &self,
        bytes: Vec<u8>,
        encoding: Encoding,
        strict: bool,
    ) -> Report {
        let options = ImportOptions {
            sender: Sender::Operator,
            strict,
            clock: self.clock.clone(),
        };
        let source = Source {
            name: None,
            encoding,
            reader: Box::new(std::io::Cursor::new(bytes)),
        };
        import::import(&self.store, self.workspace, options, vec![source], |_| ())
            .await
            .expect("the store is there")
    }

    /// Rolls up what is pending.
    pub(crate) async fn roll_up(&self) -> RunOutcome {
        self.run(RunDays::Pending).await
    }

    /// Rolls up everything.
    pub(crate) async fn rebuild(&self) -> RunOutcome {
        self.run(RunDays::All).await
    }

    async fn run(&self, days: RunDays) -> RunOutcome {
        let request = RunRequest {
            kind: RunKind::Rebuild,
            days,
            requested_by: None,
        };
        run::run(
            &self.app.rollups().worker(),
            self.workspace,
            request,
            &|_| (),
        )
        .await
        .expect("the store is there")
    }

    /// Asks as that member.
    pub(crate) async fn ask(&self, member: &str, query: &str, variables: &Value) -> Answer {
        self.ask_with(&token(member), query, variables).await
    }

    pub(crate) async fn ask_with(&self, token: &str, query: &str, variables: &Value) -> Answer {
        let body = json!({"query": query, "variables": variables}).to_string();
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        self.send(request, token, body.into_bytes()).await
    }

    /// Imports over HTTP.
    pub(crate) async fn post(
        &self,
        path: &str,
        token: &str,
        encoding: Option<&str>,
        body: Vec<u8>,
    ) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-ndjson");
        let request = match encoding {
            Some(encoding) => request.header(header::CONTENT_ENCODING, encoding),
            None => request,
        };
        self.send(request, token, body).await
    }

    async fn send(&self, request: request::Builder, token: &str, body: Vec<u8>) -> Answer {
        let request = match token {
            "" => request,
            token => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        };
        self.send_request(request.body(Body::from(body)).expect("a request"))
            .await
    }

    pub(crate) async fn send_request(&self, request: Request<Body>) -> Answer {
        let response = self.respond(request).await;
        let status = response.status();
        let body = response
            .into_body()
            .collect()
            .await
            .expect("a whole body")
            .to_bytes()
            .to_vec();
        Answer { status, body }
    }

    /// The answer with its headers, before its body.
    pub(crate) async fn respond(&self, request: Request<Body>) -> Response {
        self.router
            .clone()
            .oneshot(request)
            .await
            .expect("the router never fails")
    }
}

/// An application with that cache between machines.
fn start(store: &Store, clock: &Clock, redis_url: &str) -> App {
    let config = Config {
        redis_url: Secret::new(redis_url),
        ..config()
    };
    App::new(store.clone(), config, clock.clone()).expect("a configuration with a key")
}

fn config() -> Config {
    Config {
        jwt_secret: Some(Secret::new(SECRET)),
        max_complexity: 1_000_000_000,
        request_timeout: Interval::seconds(600),
        ..Config::default()
    }
}

/// A member's token, good until 2100.
pub(crate) fn token(member: &str) -> String {
    token_of(&json!({"sub": member, "workspace": WORKSPACE, "exp": 4_102_444_800_u64}))
}

pub(crate) fn token_of(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key)
        .expect("claims that can be signed")
}

/// Records as lines.
pub(crate) fn lines(records: &[Value]) -> String {
    records.iter().fold(String::new(), |text, record| {
        text + &record.to_string() + "\n"
    })
}
