//! Documents and bodies of any size, each shape with what it strains.

/// Text that grows as the number does.
pub(crate) type Shape = fn(usize) -> String;

fn concat(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().concat()
}

/// Some of these pass as long as they are small, others never do.
pub(crate) const DOCUMENTS: [(&str, Shape); 48] = [
    ("one field over and over", |n| {
        format!("{{viewer{{{}}}}}", "role ".repeat(n))
    }),
    ("__typename over and over", |n| {
        format!("{{{}}}", "__typename ".repeat(n))
    }),
    ("objects over and over", |n| {
        format!("{{{}}}", "viewer{role}".repeat(n))
    }),
    ("objects in objects over and over", |n| {
        format!(
            "{{{}}}",
            "team{previous{previous{previous{metrics{closed}}}}}".repeat(n.div_ceil(8))
        )
    }),
    ("aliases", |n| {
        format!("{{{}}}", concat(n, |at| format!("a{at}:viewer{{role}} ")))
    }),
    ("one alias over and over", |n| {
        format!("{{{}}}", "a:viewer{b:role}".repeat(n))
    }),
    ("arguments over and over", |n| {
        format!("{{{}}}", "labels(first:10){share}".repeat(n))
    }),
    ("arguments that differ", |n| {
        format!(
            "{{{}}}",
            concat(n, |at| format!("labels(first:{at}){{share}}"))
        )
    }),
    ("one argument over and over", |n| {
        format!("{{labels({}){{share}}}}", "first:1 ".repeat(n))
    }),
    ("unknown arguments", |n| {
        format!(
            "{{labels({}){{share}}}}",
            concat(n, |at| format!("a{at}:1 "))
        )
    }),
    ("a long list", |n| {
        format!(
            "{{team(filter:{{labelIds:[{}]}}){{metrics{{closed}}}}}}",
            "\"a\"".repeat(n)
        )
    }),
    ("a long list of wrong values", |n| {
        format!(
            "{{team(filter:{{labelIds:[{}]}}){{metrics{{closed}}}}}}",
            "true ".repeat(n)
        )
    }),
    ("one list, twice", |n| {
        let list = format!(
            "team(filter:{{labelIds:[{}]}}){{metrics{{closed}}}}",
            "\"a\"".repeat(n / 2)
        );
        format!("{{{list} {list}}}")
    }),
    ("one field of an object over and over", |n| {
        format!(
            "{{team(filter:{{{}}}){{metrics{{closed}}}}}}",
            "labelIds:[] ".repeat(n)
        )
    }),
    ("unknown fields of an object", |n| {
        format!(
            "{{team(filter:{{{}}}){{metrics{{closed}}}}}}",
            concat(n, |at| format!("a{at}:1 "))
        )
    }),
    ("unknown values of an enum", |n| {
        format!(
            "{{{}}}",
            concat(n, |at| format!(
                "a{at}:team{{change(measure:A{at}){{absolute}}}}"
            ))
        )
    }),
    ("a string", |n| {
        format!(
            "{{member(id:\"{}\"){{period{{days}}}}}}",
            "some text".repeat(n)
        )
    }),
    ("escapes", |n| {
        format!(
            "{{member(id:\"{}\"){{period{{days}}}}}}",
            "\\u{1F98A}".repeat(n)
        )
    }),
    ("escapes without an end", |n| {
        format!("{{member(id:\"{}", "\\u{1".repeat(n))
    }),
    ("a block string", |n| {
        format!(
            "{{member(id:\"\"\"{}\"\"\"){{period{{days}}}}}}",
            "\n  \\\"\"\" a".repeat(n)
        )
    }),
    ("a block string without an end", |n| {
        format!("{{member(id:\"\"\"{}", "\"\"\\\"\"\"".repeat(n))
    }),
    ("strings in a list", |n| {
        format!(
            "{{team(filter:{{labelIds:[{}]}}){{metrics{{closed}}}}}}",
            concat(n, |at| format!("\"label {at}\""))
        )
    }),
    ("numbers", |n| {
        format!(
            "{{labels(first:[{}]){{share}}}}",
            "12345678901234567890 1.5e30 ".repeat(n)
        )
    }),
    ("one number", |n| {
        format!("{{labels(first:{}){{share}}}}", "9".repeat(n))
    }),
    ("one name", |n| format!("{{{}}}", "a".repeat(n))),
    ("a comment", |n| {
        format!("#{}\n{{viewer{{role}}}}", "a comment ".repeat(n))
    }),
    ("blanks", |n| {
        format!("{}{{viewer{{role}}}}", " ,\n\t".repeat(n))
    }),
    ("unknown fields", |n| {
        format!("{{{}}}", concat(n, |at| format!("a{at} ")))
    }),
    ("unknown fields with long names", |n| {
        format!(
            "{{{}}}",
            format!("{} ", "a".repeat(200)).repeat(n.div_ceil(30))
        )
    }),
    ("unknown directives", |n| {
        format!("{{viewer{{role {}}}}}", concat(n, |at| format!("@a{at} ")))
    }),
    ("one directive over and over", |n| {
        format!("{{viewer{{role {}}}}}", "@skip(if:false)".repeat(n))
    }),
    ("directives", |n| {
        format!(
            "{{viewer{{{}}}}}",
            "role @skip(if:false) @include(if:true) ".repeat(n.div_ceil(4))
        )
    }),
    ("unknown variables", |n| {
        format!(
            "query {}{{labels(first:[{}]){{share}}}}",
            "a".repeat(200),
            concat(n, |at| format!("$a{at} "))
        )
    }),
    ("variables", |n| {
        let (defined, used) = (
            concat(n, |at| format!("$a{at}:ID ")),
            concat(n, |at| format!("$a{at} ")),
        );
        format!("query({defined}){{team(filter:{{labelIds:[{used}]}}){{metrics{{closed}}}}}}")
            .replace(":ID ", ":ID! ")
    }),
    ("variables that nothing uses", |n| {
        format!(
            "query({}){{viewer{{role}}}}",
            concat(n, |at| format!("$a{at}:ID "))
        )
    }),
    ("one variable over and over", |n| {
        format!("query({}){{viewer{{role}}}}", "$a:ID ".repeat(n))
    }),
    ("defaults", |n| {
        format!(
            "query($a:[ID!]=[{}]){{team(filter:{{labelIds:$a}}){{metrics{{closed}}}}}}",
            "\"a\"".repeat(n)
        )
    }),
    ("types", |n| {
        format!(
            "query({}){{viewer{{role}}}}",
            concat(n, |at| format!("$a:T{at} "))
        )
    }),
    ("lists in lists", |n| {
        format!(
            "{{team(filter:{}{}){{metrics{{closed}}}}}}",
            "[".repeat(n),
            "]".repeat(n)
        )
    }),
    ("spreads of one fragment", |n| {
        format!(
            "{{{}}} fragment F on Query{{viewer{{role}}}}",
            "...F ".repeat(n)
        )
    }),
    ("spreads of nothing", |n| {
        format!("{{{}}}", concat(n, |at| format!("...F{at} ")))
    }),
    ("fragments", |n| {
        let spreads = concat(n, |at| format!("...F{at} "));
        format!(
            "{{{spreads}}} {}",
            concat(n, |at| format!(
                "fragment F{at} on Query{{viewer{{role}}}} "
            ))
        )
    }),
    ("fragments that nothing uses", |n| {
        format!(
            "{{viewer{{role}}}} {}",
            concat(n, |at| format!(
                "fragment F{at} on Query{{viewer{{role}}}} "
            ))
        )
    }),
    ("fragments that double", |n| {
        let level = |at| format!("fragment F{at} on Query{{...F{0} ...F{0}}} ", at + 1);
        format!(
            "{{...F0}} {} fragment F{n} on Query{{viewer{{role}}}}",
            concat(n, level)
        )
    }),
    ("a chain of fragments", |n| {
        let level = |at| format!("fragment F{at} on Query{{...F{}}} ", at + 1);
        format!(
            "{{...F0}} {} fragment F{n} on Query{{viewer{{role}}}}",
            concat(n, level)
        )
    }),
    ("inline fragments", |n| {
        format!("{{{}}}", "...on Query{...{viewer{role}}}".repeat(n))
    }),
    ("operations", |n| {
        concat(n, |at| format!("query q{at}{{viewer{{role}}}} "))
    }),
    ("20 operations that share a fragment", |n| {
        let operations = concat(20, |at| format!("query q{at}($a:Boolean!){{...F}} "));
        format!(
            "{operations} fragment F on Query{{viewer{{{}}}}}",
            "role @skip(if:$a) ".repeat(n.div_ceil(8))
        )
    }),
];

/// Bodies of requests.
pub(crate) const BODIES: [(&str, Shape); 10] = [
    ("a document", |n| {
        format!("{{\"query\":\"{}\"}}", "role \\n".repeat(n))
    }),
    ("variables", |n| {
        with(&concat(n, |at| format!("\"a{at}\":{at},")))
    }),
    ("one variable over and over", |n| {
        with(&"\"a\":1,".repeat(n))
    }),
    ("a long list", |n| {
        with(&format!("\"a\":[{}1],", "1,".repeat(n)))
    }),
    ("a list of objects", |n| {
        with(&format!("\"a\":[{}1],", "{\"b\":{\"c\":1}},".repeat(n)))
    }),
    ("a large object", |n| {
        with(&format!(
            "\"a\":{{{}\"z\":1}},",
            concat(n, |at| format!("\"b{at}\":1,"))
        ))
    }),
    ("a large object with names that end alike", |n| {
        with(&format!(
            "\"a\":{{{}\"z\":1}},",
            concat(n, |at| format!("\"{at:08x}aaaaaaaaaaaaaaaa\":1,"))
        ))
    }),
    ("unknown keys", |n| {
        format!(
            "{{{}\"query\":\"{{a}}\"}}",
            concat(n, |at| format!("\"b{at}\":[1],"))
        )
    }),
    ("brackets", |n| {
        format!(
            "{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}",
            "[".repeat(n)
        )
    }),
    ("blanks", |n| {
        format!("{}{{\"query\":\"{{a}}\"}}", " \n".repeat(n))
    }),
];

fn with(variables: &str) -> String {
    format!("{{\"query\":\"{{a}}\",\"variables\":{{{variables}\"z\":0}}}}")
}
