//! A sender that does not give up, and what has to be there in the end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    model::{book::Book, world::World},
    support::{
        app::{lines, token_of},
        command::{Cli, Server},
        compare::difference,
        dice::Dice,
        facts::Writer,
        queries,
    },
};

/// How long one request may take, whatever happens to the database.
const PATIENCE: Duration = Duration::from_secs(40);

/// A workspace that somebody sends facts to, and what they amount to by the model.
pub(super) struct Sender {
    pub(super) workspace: String,
    writer: Writer,
    world: World,
    token: String,
    pub(super) acknowledged: u64,
    pub(super) refused: u64,
}

impl Sender {
    pub(super) fn new(cli: &Cli, workspace: &str, seed: u64) -> Self {
        let writer = Writer::new(Dice::seeded(seed));
        let mut world = writer.empty_world();
        // The server's clock is the real one: nothing that is written lies ahead of it.
        world.now += chrono::Duration::days(3_000);
        let zone = writer.place.zone.name();
        cli.run(&[
            "workspace",
            "create",
            workspace,
            "--name",
            workspace,
            "--timezone",
            zone,
        ])
        .code(0);
        let boss = [json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
        cli.run_with(
            &["import", "--workspace", workspace, "-"],
            lines(&boss).as_bytes(),
        )
        .code(0);
        world.apply_all(&boss);
        let token =
            token_of(&json!({"sub": "boss", "workspace": workspace, "exp": 4_102_444_800_u64}));
        Self {
            workspace: workspace.to_owned(),
            writer,
            world,
            token,
            acknowledged: 0,
            refused: 0,
        }
    }

    /// Sends some records again and again until they are acknowledged.
    pub(super) fn send(&mut self, server: &Server, most: usize) {
        let records = self.records(most);
        let body = lines(&records);
        let began = Instant::now();
        loop {
            match server.try_request(
                "POST /v1/import",
                &self.token,
                "application/x-ndjson",
                &body,
            ) {
                Some((200 | 422, _)) => break,
                Some((503, answer)) => assert!(answer.contains("UNAVAILABLE"), "{answer}"),
                Some((status, answer)) => panic!("{status} {answer}"),
                None => {}
            }
            self.refused += 1;
            assert!(
                began.elapsed() < 2 * PATIENCE,
                "stuck after {} refusals",
                self.refused
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        self.world.apply_all(&records);
        self.acknowledged += 1;
    }

    /// Records that a member may send: an import makes no owners.
    fn records(&mut self, most: usize) -> Vec<Value> {
        let mut records = self.writer.records(most);
        records.retain(|record| record["role"] != "owner");
        records
    }

    /// Asks for figures; gives whether it got them.
    pub(super) fn ask(&self, server: &Server) -> bool {
        let began = Instant::now();
        let body =
            json!({"query": "{ team { metrics { conversations closed open } } }"}).to_string();
        let answer = server.try_request("POST /graphql", &self.token, "application/json", &body);
        assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
        match answer {
            Some((200, answer)) => !answer.contains("errors"),
            Some((503 | 504, answer)) => {
                assert!(
                    answer.contains("UNAVAILABLE") || answer.contains("TIMEOUT"),
                    "{answer}"
                );
                false
            }
            Some((status, answer)) => panic!("{status} {answer}"),
            None => false,
        }
    }

    /// Rolls up what is pending, and compares whole reports with the model's.
    pub(super) fn check(&mut self, cli: &Cli, server: &Server) {
        cli.run(&["rollup", "--workspace", &self.workspace]).code(0);
        cli.run(&["verify", "--workspace", &self.workspace]).code(0);
        let book = Book::of(&self.world);
        for _ in 0..5 {
            let span = self.writer.span(14);
            let (filter, ask) = (self.writer.filter(), self.writer.ask(span));
            let variables = json!({
                "period": span.input(), "filter": filter.input(), "by": ask.by, "measure": ask.measure,
                "busy": ask.busy, "first": ask.first,
            });
            let body = json!({"query": queries::team(), "variables": variables}).to_string();
            let mut answer: Value =
                serde_json::from_str(&self.report(server, &body)).expect("JSON");
            let got = answer["data"]["team"].take();
            assert_eq!(
                difference(&book.team(ask, &filter), &got),
                None,
                "{}, {variables}",
                self.workspace
            );
        }
    }

    /// What is answered in the end: just after an outage a server may still refuse, or be late.
    fn report(&self, server: &Server, body: &str) -> String {
        let began = Instant::now();
        loop {
            let answer = server.try_request("POST /graphql", &self.token, "application/json", body);
            match answer.expect("the server answers") {
                (200, answer) => return answer,
                (503 | 504, _) if began.elapsed() < 2 * PATIENCE => {}
                (status, answer) => panic!("{status} {answer}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
