//! The modules of each crate point one way: no circle leads from a top-level module back to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Which top-level modules of a crate each of them names.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// All source files below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The source without comments, and without the tests at its end: tests may use any module.
fn code(source: &str) -> String {
    let mut all = String::new();
    for line in source.lines() {
        all.push_str(line.split("//").next().unwrap_or(line));
        all.push('\n');
    }
    let tests = ["mod tests {", "pub(crate) mod tests {"]
        .iter()
        .filter_map(|module| all.find(&format!("#[cfg(test)]\n{module}")))
        .min();
    all[..tests.unwrap_or(all.len())].to_owned()
}

/// The first name of `path`.
fn first_name(path: &str) -> String {
    path.trim_start()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The modules in `{a::{b, c}, d}`, which `group` begins with: `a` and `d`.
fn names_of_group(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && matches!(c, '{' | ',') {
            names.push(first_name(&group[at + 1..]));
        }
    }
    names
}

/// The top-level modules that `code` names.
fn named(code: &str) -> Vec<String> {
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| {
            if rest.starts_with('{') {
                names_of_group(rest)
            } else {
                vec![first_name(rest)]
            }
        })
        .collect()
}

/// What each top-level module in `folder` names.
fn imports(folder: &Path) -> Imports {
    let mut imports = Imports::new();
    for path in sources(folder) {
        let inside = path.strip_prefix(folder).expect("it was found there");
        let module = first_name(inside.to_str().expect("file names are ASCII"));
        if ["lib", "main"].contains(&module.as_str()) || inside.ends_with("tests.rs") {
            continue;
        }
        let names = named(&code(
            &fs::read_to_string(&path).expect("the file can be read"),
        ));
        imports.entry(module).or_default().extend(names);
    }
    imports
}

/// Everything that can be reached from `module`.
fn reached(imports: &Imports, module: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![module];
    while let Some(from) = open.pop() {
        for to in imports.get(from).into_iter().flatten() {
            if to != from && reached.insert(to.clone()) {
                open.push(to);
            }
        }
    }
    reached
}

/// The modules that lie on a circle.
fn on_circles(imports: &Imports) -> Vec<&str> {
    imports
        .keys()
        .filter(|module| reached(imports, module).contains(*module))
        .map(String::as_str)
        .collect()
}

#[test]
fn no_circle_leads_through_the_top_level_modules_of_any_crate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["schema", "rollup", "crates/demo", "api"] {
        let imports = imports(&root.join(name).join("src"));
        assert!(imports.len() > 5, "the modules of {name} are found");
        assert_eq!(on_circles(&imports), Vec::<&str>::new(), "{name}");
    }
}

/// What a module of `api` must not reach, neither by itself nor through what it names.
const ABSENCES: [(&str, &[&str]); 4] = [
    ("app", &["http", "cli"]),
    ("auth", &["app", "http", "graphql", "rollups"]),
    ("cache", &["app", "http", "graphql", "auth"]),
    ("export", &["app", "http", "graphql"]),
];

#[test]
fn lower_modules_of_api_name_no_higher_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    let imports = imports(&folder);
    for (module, absent) in ABSENCES {
        let reached = reached(&imports, module);
        let found: Vec<_> = absent
            .iter()
            .filter(|name| reached.contains(**name))
            .collect();
        assert!(found.is_empty(), "{module} reaches {found:?}");
    }
}

#[test]
fn a_circle_is_found_in_groups_and_in_paths_alike() {
    let source = |text: &str| named(&code(text)).into_iter().collect::<BTreeSet<_>>();
    let imports = Imports::from([
        (
            "a".to_owned(),
            source("use crate::{\n    c::{b, d},\n    e::F,\n};\n"),
        ),
        (
            "c".to_owned(),
            source("// crate::d\nfn f() { crate::a::g() }\n"),
        ),
        (
            "e".to_owned(),
            source("#[cfg(test)]\nmod tests {\n    use crate::a;\n}\n"),
        ),
    ]);
    assert_eq!(on_circles(&imports), ["a", "c"]);
}
