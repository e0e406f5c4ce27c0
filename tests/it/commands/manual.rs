//! Help, completions and manual pages: what tells how the command is used.

use tempfile::TempDir;

use super::Desk;
use crate::support::database::Backend;

#[test]
fn a_command_without_its_subcommand_prints_help() {
    let desk = Desk::new(Backend::Sqlite);
    for (arguments, expected) in [
        (&[][..], "Usage: caseload [OPTIONS] <COMMAND>"),
        (
            &["workspace"],
            "Usage: caseload workspace [OPTIONS] <COMMAND>",
        ),
    ] {
        let ended = desk.cli.run(arguments).code(0);
        assert!(ended.stdout.contains(expected), "{ended:?}");
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let desk = Desk::new(Backend::Sqlite);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = desk.cli.run(&["completions", shell]).code(0).stdout;
        for word in ["import", "set-timezone", "set-role", "database-url"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    desk.cli.run(&["man", "pages/man1"]).code(0);
    let folder = desk.folder.path().join("pages/man1");
    for page in ["caseload", "caseload-import", "caseload-export-daily"] {
        let text = std::fs::read_to_string(folder.join(format!("{page}.1"))).expect(page);
        assert!(text.contains(".TH") && text.contains("NAME"), "{page}");
    }
}

#[test]
fn a_token_is_made_for_a_member_that_there_is() {
    let desk = Desk::with_workspace(Backend::Sqlite);
    let records = concat!(
        r#"{"type":"member","id":"anna","name":"Anna"}"#,
        "\n",
        r#"{"type":"member","id":"gone","name":"Gone","active":false}"#,
        "\n",
        // A member that is known by its id alone.
        r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2025-03-02T09:00:00Z","assignee_id":"ghost"}"#,
        "\n",
    );
    desk.cli
        .run_with(&["import", "-"], records.as_bytes())
        .code(0);
    let alone = desk.cli.run(&["token", "--member", "anna"]).code(0).stdout;
    assert_eq!(alone.trim().split('.').count(), 3, "{alone}");
    for member in ["nobody", "gone", "ghost"] {
        let ended = desk.cli.run(&["token", "--member", member]).code(2);
        assert!(ended.stderr.contains(&format!("{member:?}")), "{ended:?}");
    }
    desk.cli
        .run(&["workspace", "create", "two", "--name", "Two"])
        .code(0);
    desk.cli.run(&["token", "--member", "anna"]).code(2);
    desk.cli
        .run(&["token", "--workspace", "acme", "--member", "anna"])
        .code(0);
}

#[test]
fn log_lines_have_no_colours_where_nobody_wants_them() {
    let folder = TempDir::new().expect("a temporary folder");
    let desk = Desk::with_workspace(Backend::Sqlite);
    // `script` gives the command a terminal.
    let binary = std::env::current_exe()
        .expect("this test is a file")
        .ancestors()
        .nth(2)
        .expect("target/PROFILE")
        .join("caseload");
    let said = |no_colour: &str| {
        let command = format!(
            "timeout -s INT 3 {} serve --listen 127.0.0.1:0",
            binary.display()
        );
        let output = std::process::Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .env("NO_COLOR", no_colour)
            .env("CASELOAD_DATABASE_URL", &desk.cli.database_url)
            .env("CASELOAD_JWT_SECRET", crate::support::app::SECRET)
            .current_dir(folder.path())
            .stdin(std::process::Stdio::null())
            .output()
            .expect("script runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (plain, coloured) = (said("1"), said(""));
    assert!(
        plain.contains("listening") && !plain.contains('\u{1b}'),
        "{plain}"
    );
    assert!(
        coloured.contains("listening") && coloured.contains("\u{1b}["),
        "{coloured}"
    );
}
