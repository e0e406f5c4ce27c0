//! Where conversations can be opened whose records have no URL.

use serde_json::json;

use super::{Backend, Desk};
use crate::{
    on_both_stores,
    support::app::{lines, token},
};

on_both_stores! {
    a_template_makes_the_addresses_that_records_do_not_have,
    what_is_no_template_is_refused,
}

/// The addresses of both conversations, as the API and an export give them, and the tag of the export.
fn addresses(server: &crate::support::command::Server) -> (Vec<serde_json::Value>, String, String) {
    let query = "{ conversations(measure: CONVERSATIONS, period: {between: {from: \"2026-03-01\", to: \"2026-03-31\"}}) {
        nodes { url } } }";
    let body = json!({ "query": query }).to_string();
    let (status, answer) = server.request("POST /graphql", &token("boss"), &body);
    assert_eq!(status, 200, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    let nodes = answer["data"]["conversations"]["nodes"].as_array();
    let nodes = nodes.unwrap_or_else(|| panic!("{answer}")).iter();
    let path = "GET /v1/conversations.csv?from=2026-03-01&to=2026-03-31 HTTP/1.1";
    let whole = server.send(path, &token("boss"), b"");
    let (head, body) = whole.split_once("\r\n\r\n").expect("a head");
    let tag = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("etag: ")
            .map(str::to_owned)
    });
    (
        nodes.map(|node| node["url"].clone()).collect(),
        body.to_owned(),
        tag.expect("a tag"),
    )
}

async fn a_template_makes_the_addresses_that_records_do_not_have(backend: Backend) {
    let desk = Desk::with_workspace(backend);
    let conversation = |id: &str, minute: i32, url: Option<&str>| {
        json!({"type": "conversation", "id": id, "customer_id": "k", "created_at": format!("2026-03-02T09:0{minute}:00Z"),
            "url": url})
    };
    let records = [
        json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"}),
        conversation("c 7/ü", 1, None),
        conversation("own", 0, Some("https://elsewhere.example/9")),
    ];
    desk.cli
        .run_with(&["import", "-"], lines(&records).as_bytes())
        .code(0);
    desk.cli.run(&["rollup"]).code(0);
    let server = desk.cli.serve(&[]);
    let (urls, csv, tag) = addresses(&server);
    assert_eq!(urls, [json!(null), json!("https://elsewhere.example/9")]);
    assert!(!csv.contains("desk.example"), "{csv}");

    let set = |template: &str| {
        desk.cli
            .run(&["workspace", "set-url", "acme", template])
            .code(0)
    };
    set("https://desk.example/{id}?x=1");
    let (urls, csv, other_tag) = addresses(&server);
    let made = "https://desk.example/c%207%2F%C3%BC?x=1";
    assert_eq!(urls, [json!(made), json!("https://elsewhere.example/9")]);
    assert!(csv.contains(made), "{csv}");
    assert_ne!(other_tag, tag, "other bytes");

    set("");
    let (urls, ..) = addresses(&server);
    assert_eq!(urls[0], json!(null));
}

async fn what_is_no_template_is_refused(backend: Backend) {
    let desk = Desk::with_workspace(backend);
    for template in [
        "desk.example/{id}",
        "javascript:alert('{id}')",
        "https://desk.example/",
        "https://{id}/",
        "{id}",
    ] {
        let said = desk
            .cli
            .run(&["workspace", "set-url", "acme", template])
            .code(2);
        assert_eq!(said.stderr.lines().count(), 1, "{said:?}");
        assert!(said.stderr.contains(template), "{said:?}");
    }
    desk.cli
        .run(&[
            "workspace",
            "set-url",
            "nobody",
            "https://desk.example/{id}",
        ])
        .code(2);
}
