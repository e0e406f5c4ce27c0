//! What is wrong with a settings file, in words.

use std::borrow::Cow;

use figment::error::{Actual, Kind};

/// How similar two names must be for one to be suggested for the other, from 0 to 1: one or two typing errors.
const MIN_SIMILARITY: f64 = 0.75;

/// The first thing that is wrong: file, line, setting, what was expected and what was found. Never the value, which may be a
/// secret. Flags and variables have been checked before, so that it is the file's.
pub(super) fn describe(error: &figment::Error, file: &str, text: &str) -> anyhow::Error {
    let place = |setting: &str| match line_of(text, setting) {
        Some(line) => format!("{file}, line {line}"),
        None => file.to_owned(),
    };
    if let Kind::UnknownField(name, known) = &error.kind {
        let nearest = nearest(name, known)
            .map(|nearest| format!("did you mean {nearest}? "))
            .unwrap_or_default();
        return anyhow::anyhow!(
            "{}: there is no setting {name}; {nearest}caseload serve --help lists all",
            place(name)
        );
    }
    let what = match &error.kind {
        Kind::InvalidType(found, wanted) | Kind::InvalidValue(found, wanted) => {
            format!(
                "expected {}, found {}",
                plain_type_name(wanted),
                kind_of(found)
            )
        }
        Kind::Message(message) if error.path.is_empty() => return syntax_error(file, message),
        other => other.to_string(),
    };
    match error.path.first() {
        Some(setting) => anyhow::anyhow!("{}: {}: {what}", place(setting), error.path.join(".")),
        None => anyhow::anyhow!("{file}: {what}"),
    }
}

/// The line that sets `setting`.
fn line_of(text: &str, setting: &str) -> Option<usize> {
    let sets = |line: &str| {
        let name = line.split('=').next().unwrap_or_default().trim();
        name.trim_matches(['"', '\'', '[', ']']) == setting
    };
    text.lines().position(sets).map(|line| line + 1)
}

fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let similarity = |known: &str| strsim::normalized_damerau_levenshtein(name, known);
    known
        .iter()
        .copied()
        .filter(|known| MIN_SIMILARITY <= similarity(known))
        .max_by(|one, other| similarity(one).total_cmp(&similarity(other)))
}

/// The parser draws the line at fault, which may hold a secret: its place and the last words are enough.
fn syntax_error(file: &str, message: &str) -> anyhow::Error {
    let place = message
        .lines()
        .next()
        .and_then(|first| first.strip_prefix("TOML parse error at "))
        .unwrap_or("somewhere");
    let why: Vec<&str> = message
        .lines()
        .skip_while(|line| !line.trim_start().starts_with('|') || !line.contains('^'))
        .skip(1)
        .collect();
    anyhow::anyhow!("{file}, {place}: this is not TOML: {}", why.join(", "))
}

/// Names of types, as people say them.
fn plain_type_name(wanted: &str) -> Cow<'_, str> {
    Cow::Borrowed(match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" | "bool" => "true or false",
        "a string" | "path string" | "string" => "a text",
        "a sequence" => "a list",
        other => other,
    })
}

/// What sort of value that is.
const fn kind_of(found: &Actual) -> &'static str {
    match found {
        Actual::Bool(_) => "true or false",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) | Actual::Bytes(_) => "a text",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        _ => "something else",
    }
}
