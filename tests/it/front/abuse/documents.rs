//! Documents that grow, nest or repeat beyond reason.

use super::{Target, concat};

fn fan_out(levels: usize) -> String {
    let fragments = concat(levels, |at| {
        format!("fragment F{at} on Query{{...F{0} ...F{0}}} ", at + 1)
    });
    format!("{{...F0}} {fragments} fragment F{levels} on Query{{viewer{{role}}}}")
}

fn circle(length: usize) -> String {
    let fragments = concat(length, |at| {
        format!("fragment F{at} on Query{{...F{}}} ", (at + 1) % length)
    });
    format!("{{...F0}} {fragments}")
}

fn chain(length: usize) -> String {
    let fragments = concat(length, |at| {
        format!("fragment F{at} on Query{{...F{}}} ", at + 1)
    });
    format!("{{...F0}} {fragments} fragment F{length} on Query{{viewer{{role}}}}")
}

/// Each with its name and the code that it is refused with.
#[expect(clippy::too_many_lines, reason = "a table")]
fn documents() -> Vec<(&'static str, String, &'static str)> {
    let (complex, wrong) = ("QUERY_TOO_COMPLEX", "BAD_USER_INPUT");
    let long = "a".repeat(60_000);
    let years = "period: {between: {from: \"2017-01-01\", to: \"2026-01-01\"}}";
    vec![
        (
            "1,500 brackets",
            format!("{{team(filter:{}", "[".repeat(1_500)),
            complex,
        ),
        (
            "60,000 brackets",
            format!("{{team(filter:{}", "[".repeat(60_000)),
            complex,
        ),
        (
            "100,000 brackets",
            format!("{{team(filter:{}", "[".repeat(100_000)),
            complex,
        ),
        (
            "20,000 lists",
            format!(
                "{{team(filter:{}{})}}",
                "[".repeat(20_000),
                "]".repeat(20_000)
            ),
            complex,
        ),
        (
            "10,000 objects",
            format!(
                "{{team(filter:{}{})}}",
                "{a:".repeat(10_000),
                "}".repeat(10_000)
            ),
            complex,
        ),
        ("30,000 selections", "{a".repeat(30_000), complex),
        (
            "20,000 lists of types",
            format!("query($a:{}", "[".repeat(20_000)),
            complex,
        ),
        ("fragments that double 60 times", fan_out(60), complex),
        ("fragments that double 15 times", fan_out(15), complex),
        ("fragments that double 3,000 times", fan_out(1_200), complex),
        ("a circle of 1", circle(1), wrong),
        ("a circle of 2", circle(2), wrong),
        ("a circle of 1,000", circle(1_000), complex),
        ("a chain of 1,000", chain(1_000), complex),
        (
            "20,000 aliases",
            format!("{{{}}}", concat(20_000, |at| format!("a{at}:x "))),
            complex,
        ),
        (
            "201 aliases",
            format!("{{{}}}", concat(201, |at| format!("a{at}:viewer{{role}} "))),
            complex,
        ),
        (
            "1,900 times __typename",
            format!("{{{}}}", "__typename ".repeat(1_900)),
            "none",
        ),
        (
            "20,000 times __typename",
            format!("{{{}}}", "__typename ".repeat(20_000)),
            complex,
        ),
        (
            "1,900 unknown fields",
            format!("{{{}}}", "nothing ".repeat(1_900)),
            wrong,
        ),
        (
            "10,000 unknown fields",
            format!("{{{}}}", "no ".repeat(10_000)),
            complex,
        ),
        (
            "1,900 unknown directives",
            format!("{{viewer{{role {}}}}}", "@nothing ".repeat(1_900)),
            wrong,
        ),
        (
            "20,000 unknown directives",
            format!("{{viewer{{role {}}}}}", "@no ".repeat(20_000)),
            complex,
        ),
        (
            "1,900 unknown variables",
            format!(
                "{{labels(first:[{}]){{share}}}}",
                concat(1_900, |at| format!("$a{at} "))
            ),
            wrong,
        ),
        ("a name of 60,000 letters", format!("{{{long}}}"), complex),
        (
            "a name of 40,000 letters and 3,000 errors",
            format!(
                "query {}{{labels(first:[{}]){{share}}}}",
                "a".repeat(40_000),
                concat(3_000, |at| format!("$a{at} "))
            ),
            complex,
        ),
        (
            "a type of 60,000 letters",
            format!("query($a:{long}){{viewer{{role}}}}"),
            complex,
        ),
        (
            "a string of 60,000 letters",
            format!("{{labels(first:\"{long}\"){{share}}}}"),
            wrong,
        ),
        (
            "a number of 60,000 digits",
            format!("{{labels(first:{}){{share}}}}", "9".repeat(60_000)),
            complex,
        ),
        (
            "a number beyond 64 bits",
            "{labels(first:99999999999999999999){share}}".to_owned(),
            wrong,
        ),
        (
            "a number beyond any",
            "{labels(first:1e999){share}}".to_owned(),
            wrong,
        ),
        (
            "1,000 operations",
            concat(1_000, |at| format!("query q{at}{{__typename}} ")),
            complex,
        ),
        ("101 fragments", chain(101), complex),
        ("nothing", String::new(), wrong),
        ("a comment of 60,000 letters", format!("#{long}"), wrong),
        ("NUL", "{ viewer { role } }\0".to_owned(), wrong),
        (
            "NUL in a string",
            "{ member(id: \"\0\") { period { days } } }".to_owned(),
            "NOT_FOUND",
        ),
        (
            "a string without an end",
            format!("{{member(id:\"{long}"),
            wrong,
        ),
        (
            "a block string without an end",
            format!("{{member(id:\"\"\"{}", "\"\\\"\"\"".repeat(10_000)),
            wrong,
        ),
        (
            "a cost of millions",
            format!(
                "{{ team({years}) {{ members {{ series {{ metrics {{ {} }} }} }} }} }}",
                concat(150, |at| format!("a{at}: closed "))
            ),
            complex,
        ),
    ]
}

#[test]
fn documents_that_grow_or_nest_or_repeat_beyond_reason_are_refused() {
    let target = Target::start(&[]);
    let documents = documents();
    assert_eq!(documents.len(), 39);
    for (name, document, code) in documents {
        let before = target.server.computed();
        let (_, body) = target.ask(&document);
        let took = target.server.computed().saturating_sub(before);
        let found = body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or("none");
        assert_eq!(found, code, "{name}: {body:.2000}");
        let errors = body["errors"].as_array().map_or(0, Vec::len);
        assert!(errors <= 10, "{name}: {errors} errors");
        assert!(
            took < target.usual * 2,
            "{name} took {took:?} of its cores, and {:?} is usual",
            target.usual
        );
        target.check(name);
    }
}
