//! Queries that nest as deep as they may.

use serde_json::{Value, json};

use super::{Backend, Desk};
use crate::support::app::token;

#[test]
fn a_query_as_deep_as_it_may_be_is_answered() {
    let desk = Desk::with_workspace(Backend::Sqlite);
    desk.cli
        .run(&["member", "add", "boss", "--name", "Boss", "--role", "owner"])
        .code(0);
    let server = desk.cli.serve(&["--no-scheduler"]);
    for (root, levels) in [("team", 16), ("member", 16), ("team", 40)] {
        let query = format!(
            "{{ {root} {{ {} period {{ from }} {} }} }}",
            "previous { ".repeat(levels),
            "}".repeat(levels)
        );
        let body = json!({"query": query}).to_string();
        let (_, answer) = server.request("POST /graphql", &token("boss"), &body);
        let answer: Value = serde_json::from_str(&answer).expect("an answer");
        let is_too_deep = 20 < levels;
        assert_eq!(
            answer.get("errors").is_some(),
            is_too_deep,
            "{levels}: {answer}"
        );
    }
    let (status, _) = server.request("GET /healthz", "", "");
    assert_eq!(status, 200);
    assert_eq!(server.stop(), Some(0));
}
