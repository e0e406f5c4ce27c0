//! A setting is written in several places: the field of `Config` and its default, the flag with its help, the variable of the
//! environment, and the row of docs/operations.md. These tests compare all of them.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Arg, CommandFactory as _, Parser as _};
use serde_json::{Map, Value, json};

use crate::{
    cli::{Cli, demo},
    config::Config,
};

const DOCS: &str = include_str!("../../../../docs/operations.md");

/// Arguments among the settings that are not in the file: the file itself, and what one call may leave out.
const NOT_IN_THE_FILE: [&str; 2] = ["config", "no_migrate"];

/// How texts name a default that is no value.
const NO_VALUE: [&str; 6] = [
    "none",
    "empty",
    "not checked",
    "only its own",
    "/usr/share/zoneinfo",
    "the address that they use",
];

/// What `demo` makes for itself, whatever the default is.
const OF_THE_DEMO: [&str; 2] = ["database_url", "jwt_secret"];

/// A row of the table of settings.
struct Row {
    means: String,
    default: String,
}

fn values(config: &Config) -> Map<String, Value> {
    let Ok(Value::Object(values)) = serde_json::to_value(config) else {
        panic!("the settings are a table");
    };
    values
}

/// Without marks of code, and without commas between digits.
fn plain(text: &str) -> String {
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let is_kept = |(at, char): &(usize, char)| match char {
        '`' => false,
        ',' => !(digit(at + 1) && *at != 0 && digit(at - 1)),
        _ => true,
    };
    text.char_indices()
        .filter(is_kept)
        .map(|(_, char)| char)
        .collect()
}

fn documented() -> BTreeMap<String, Row> {
    let table = DOCS
        .split_once("| setting | means | default |\n")
        .expect("the table of settings")
        .1;
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let &[name, means, default] = &cells[..] else {
            panic!("not three cells: {line}");
        };
        let row = Row {
            means: plain(means),
            default: plain(default),
        };
        (plain(name), row)
    })
    .collect()
}

fn arguments() -> BTreeMap<String, Arg> {
    let command = Cli::command();
    let arguments = command.get_arguments().filter(|argument| {
        let id = argument.get_id().as_str();
        argument.get_help_heading().is_some() && !NOT_IN_THE_FILE.contains(&id)
    });
    arguments
        .map(|argument| (argument.get_id().to_string(), argument.clone()))
        .collect()
}

fn help(argument: &Arg) -> String {
    plain(&argument.get_help().expect("a help text").to_string())
}

/// The default that a help text says.
fn default_of(help: &str) -> &str {
    let said = help.split_once("[default: ").expect("[default: …]").1;
    said.split_once(']').expect("[default: …]").0
}

/// What a text says of 0.
fn meaning_of_zero(text: &str) -> Option<&str> {
    let said = text.split_once("0: ")?.1;
    said.split([';', '.', '[']).next().map(str::trim)
}

/// The value that the settings get where a flag has that text.
fn parsed(name: &str, text: &str) -> Value {
    let flag = format!("--{}={text}", name.replace('_', "-"));
    let cli = Cli::try_parse_from(["caseload", "serve", &flag]).expect("a value that is taken");
    serde_json::to_value(&cli.settings).expect("settings are a table")[name].take()
}

#[test]
fn a_setting_has_the_same_name_everywhere() {
    let names: BTreeSet<String> = values(&Config::default())
        .into_iter()
        .map(|it| it.0)
        .collect();
    let arguments = arguments();
    assert_eq!(arguments.keys().cloned().collect::<BTreeSet<_>>(), names);
    assert_eq!(documented().into_keys().collect::<BTreeSet<_>>(), names);
    for (name, argument) in arguments {
        let flag = name.replace('_', "-");
        assert_eq!(argument.get_long(), Some(&*flag), "{name}");
        let variable = format!("CASELOAD_{}", name.to_uppercase());
        let read = argument.get_env().and_then(|variable| variable.to_str());
        assert_eq!(read, Some(&*variable), "{name}");
        assert!(
            argument.is_global_set(),
            "{name} is taken by some commands alone"
        );
    }
}

#[test]
fn help_and_documentation_say_the_default_that_the_code_has() {
    let documented = documented();
    let arguments = arguments();
    for (name, value) in values(&Config::default()) {
        let help = help(&arguments[&name]);
        let said = default_of(&help);
        assert_eq!(
            said, documented[&name].default,
            "{name}: help, documentation"
        );
        let first = said.split([',', ';']).next().unwrap_or_default();
        if matches!(&value, Value::Null) || value == json!("") || value == json!([]) {
            assert!(
                NO_VALUE.contains(&first),
                "{name} has no default, and help says {first:?}"
            );
        } else {
            assert_eq!(parsed(&name, first), value, "{name}: help, code");
        }
    }
}

#[test]
fn help_and_documentation_say_where_a_demo_has_another_default() {
    let folder = tempfile::tempdir().unwrap();
    let cli = Cli::try_parse_from(["caseload", "demo"]).unwrap();
    let demo = values(&demo::config(&cli.settings, folder.path()).unwrap());
    let arguments = arguments();
    for (name, value) in values(&cli.settings.load().unwrap()) {
        let help = help(&arguments[&name]);
        let said = default_of(&help)
            .split_once("; in demo ")
            .map(|(_, said)| said);
        if demo[&name] == value || OF_THE_DEMO.contains(&&*name) {
            assert_eq!(said, None, "{name}");
        } else {
            let said = said.unwrap_or_else(|| panic!("{name} is {} in demo", demo[&name]));
            assert_eq!(parsed(&name, said), demo[&name], "{name}");
        }
    }
}

#[test]
fn help_and_documentation_say_the_same_unit() {
    let documented = documented();
    for (name, argument) in arguments() {
        let (help, means) = (help(&argument), &documented[&name].means);
        assert_eq!(meaning_of_zero(&help), meaning_of_zero(means), "{name}");
        let placeholder = argument.get_value_names().and_then(<[_]>::first);
        let words: &[&str] = match placeholder.expect("a placeholder").as_str() {
            "BYTES" => &["bytes"],
            "COST" => &["cost", "second"],
            "SHARE" => &["share", "from 0 to 1"],
            "TIME" => {
                let unit = default_of(&help).trim_start_matches(|char: char| char.is_ascii_digit());
                assert!(["ms", "s", "m", "h", "d"].contains(&unit), "{name}: {help}");
                &[]
            }
            _ => &[],
        };
        for word in words {
            assert!(
                help.contains(word) && means.contains(word),
                "{name}: {word}"
            );
        }
    }
}

#[test]
fn the_defaults_can_be_written_into_a_file() {
    let defaults = values(&Config::default());
    let is_written = |(_, value): &(&String, &Value)| !value.is_null();
    let lines = defaults.iter().filter(is_written);
    let lines: Vec<String> = lines
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let read = Config::read(&lines.join("\n"), &json!({})).unwrap();
    assert_eq!(values(&read), defaults);
}
