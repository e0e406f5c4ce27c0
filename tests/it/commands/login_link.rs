//! The link that signs a member in to the dashboard, and its page.

use super::{Backend, Desk};

#[test]
fn the_command_prints_a_link_that_opens_the_dashboard() {
    let desk = Desk::with_workspace(Backend::Sqlite);
    desk.cli
        .run(&["member", "add", "anna", "--name", "Anna", "--role", "owner"])
        .code(0);
    let printed = desk
        .cli
        .run(&["login-link", "--member", "anna"])
        .code(0)
        .stdout;
    let (address, secret) = printed
        .trim()
        .split_once("/auth/link#acme_")
        .expect("a link");
    assert_eq!(address, "http://127.0.0.1:8080");
    assert!(80 < secret.len(), "{printed}");
    let public = desk.cli.run_in(
        &[
            "login-link",
            "--workspace",
            "acme",
            "--member",
            "anna",
            "--ttl",
            "1h",
        ],
        &[("CASELOAD_PUBLIC_URL", "https://care.example.com")],
    );
    assert!(
        public
            .code(0)
            .stdout
            .starts_with("https://care.example.com/auth/link#")
    );
    for (arguments, word) in [
        (&["login-link", "--member", "nobody"][..], "\"nobody\""),
        (&["login-link", "--member", "anna", "--ttl", "30d"], "--ttl"),
        (&["login-link", "--member", "anna", "--ttl", "0"], "--ttl"),
    ] {
        let refused = desk.cli.run(arguments).code(2);
        assert!(refused.stderr.contains(word), "{refused:?}");
    }
    let bad = desk.cli.run_in(
        &["login-link", "--member", "anna"],
        &[("CASELOAD_PUBLIC_URL", "care.example.com/path")],
    );
    assert!(bad.code(2).stderr.contains("public_url"));
    let server = desk.cli.serve(&[]);
    let (status, page) = server.request("GET /auth/link", "", "");
    assert!(
        status == 200 && page.contains("/auth/link.js") && !page.contains("<script>"),
        "{page}"
    );
    let (status, script) = server.request("GET /auth/link.js", "", "");
    assert!(
        status == 200 && script.contains("location.hash"),
        "{script}"
    );
    assert_eq!(server.stop(), Some(0));
}
