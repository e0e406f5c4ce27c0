//! Every field through every path, asked for by everyone: whatever the way to it, it is read by whom the table names.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    ROLES, acme,
    fields::{FIELDS, Least},
    machine_token,
    schema::{Field, Schema},
    token,
};
use crate::support::{
    app::{Answer, Caseload, WORKSPACE},
    database::Backend,
};

/// What an API token for rollups does not read.
const PERSONAL: [(&str, &str); 5] = [
    ("Query", "conversations"),
    ("Query", "feedback"),
    ("Member", "email"),
    ("Customer", "name"),
    ("Feedback", "comment"),
];

/// What no API token asks for.
const FOR_MEMBERS: [(&str, &str); 2] = [
    ("Mutation", "setMemberRole"),
    ("Mutation", "createApiToken"),
];

/// Who asks.
pub(super) struct Asker {
    pub(super) name: String,
    pub(super) token: String,
    /// The scopes of a machine.
    scopes: Option<Vec<&'static str>>,
}

impl Asker {
    pub(super) async fn all(caseload: &Caseload) -> Vec<Self> {
        let member = |role: &&str| Self {
            name: (*role).to_owned(),
            token: token(role, WORKSPACE),
            scopes: None,
        };
        let mut all: Vec<Self> = ROLES.iter().map(member).collect();
        let sets: [&[&'static str]; 5] = [
            &["IMPORT"],
            &["READ_ROLLUPS"],
            &["ADMIN"],
            &["IMPORT", "READ_ROLLUPS"],
            &["IMPORT", "READ_ROLLUPS", "ADMIN"],
        ];
        for scopes in sets {
            let token = machine_token(caseload, scopes).await;
            all.push(Self {
                name: scopes.join("+"),
                token,
                scopes: Some(scopes.to_vec()),
            });
        }
        all
    }

    /// Whether they read that field, where they read what it stands in.
    pub(super) fn may_read(&self, object: &str, field: &str) -> bool {
        let least = least(object, field);
        let Some(scopes) = &self.scopes else {
            return least.allows(&self.name);
        };
        let (admin, reads) = (scopes.contains(&"ADMIN"), scopes.contains(&"READ_ROLLUPS"));
        match least {
            _ if FOR_MEMBERS.contains(&(object, field)) => false,
            _ if admin => true,
            _ if PERSONAL.contains(&(object, field)) => false,
            Least::Admin => false,
            Least::Anyone | Least::Manager => reads,
        }
    }
}

fn least(object: &str, field: &str) -> Least {
    let stands_in = |row: &&super::fields::Row| {
        row.0 == object
            && row
                .3
                .iter()
                .any(|one| one.split(['(', ' ']).next() == Some(field))
    };
    FIELDS
        .iter()
        .find(stands_in)
        .unwrap_or_else(|| panic!("{object}.{field} has no expectation"))
        .2
}

/// A step on the way to an object.
#[derive(Debug, Clone)]
enum Step {
    /// A field of an object of that type.
    Field(String, Field),
    /// One of the types that a union can be.
    On(String),
}

/// A way from a root to an object.
#[derive(Debug, Clone)]
pub(super) struct Way {
    steps: Vec<Step>,
    pub(super) end: String,
}

/// Every way from `root` to any object that visits no type more than once, and reports, which hold their own kind in
/// `previous`, twice.
pub(super) fn ways(schema: &Schema, root: &str) -> Vec<Way> {
    let mut found = vec![Way {
        steps: Vec::new(),
        end: root.to_owned(),
    }];
    let mut at = 0;
    while let Some(way) = found.get(at).cloned() {
        at += 1;
        for field in schema.fields(&way.end) {
            for end in schema.objects_of(&field.kind) {
                let mut steps = way.steps.clone();
                steps.push(Step::Field(way.end.clone(), field.clone()));
                if schema.is_union(&field.kind) {
                    steps.push(Step::On(end.clone()));
                }
                let visited = way.visits(&end) + usize::from(way.steps.is_empty() && end == root);
                let most = usize::from(field.name == "previous");
                if visited <= most {
                    found.push(Way { steps, end });
                }
            }
        }
    }
    found.retain(|way| !way.steps.is_empty() || root == "Query");
    found
}

impl Way {
    fn visits(&self, kind: &str) -> usize {
        let through = self
            .steps
            .iter()
            .filter(|step| matches!(step, Step::Field(object, _) if object == kind))
            .count();
        through + usize::from(self.end == kind)
    }

    /// The fields on the way, each with the type it belongs to.
    fn fields(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.steps.iter().filter_map(|step| match step {
            Step::Field(object, field) => Some((object.as_str(), field)),
            Step::On(_) => None,
        })
    }

    /// Asks for `leaves` at its end, in the way that `writing` writes a step.
    fn ask(&self, leaves: &str, own: &str, writing: impl Fn(&str, &str, &str) -> String) -> String {
        self.steps
            .iter()
            .rev()
            .fold(leaves.to_owned(), |inner, step| match step {
                Step::On(kind) => format!("... on {kind} {{ {inner} }}"),
                Step::Field(object, field) => {
                    let call = if (object.as_str(), field.name.as_str()) == ("Query", "member") {
                        own
                    } else {
                        &field.call
                    };
                    writing(object, call, &inner)
                }
            })
    }

    pub(super) fn name(&self) -> String {
        self.fields()
            .map(|(_, field)| field.name.as_str())
            .collect::<Vec<_>>()
            .join(".")
    }
}

/// The three ways to write the same question, each what stands in its root: as it is, under other names, and through fragments.
pub(super) fn writings(way: &Way, leaves: &[&Field], asker: &Asker) -> [String; 3] {
    let own = if asker.scopes.is_some() {
        "member(id: \"agent\")"
    } else {
        "member"
    };
    let calls: Vec<&str> = leaves.iter().map(|field| field.call.as_str()).collect();
    let aliased: Vec<String> = leaves
        .iter()
        .map(|field| format!("x_{}: {}", field.name, field.call))
        .collect();
    let name = |call: &str| call.split('(').next().unwrap_or_default().to_owned();
    let plain = way.ask(&calls.join(" "), own, |_, call, inner| {
        format!("{call} {{ {inner} }}")
    });
    let renamed = way.ask(&aliased.join(" "), own, |_, call, inner| {
        format!("x_{}: {call} {{ {inner} }}", name(call))
    });
    let spread = way.ask(
        &format!("... on {} {{ {} }}", way.end, calls.join(" ")),
        own,
        |object, call, inner| {
            format!(
                "... on {object} {{ y_{}: {call} {{ {inner} }} }}",
                name(call)
            )
        },
    );
    [plain, renamed, spread]
}

/// All of them, merged into one document.
fn document(operation: &str, way: &Way, leaves: &[&Field], asker: &Asker) -> String {
    let [plain, renamed, spread] = writings(way, leaves, asker);
    let root = if operation == "mutation" {
        "Mutation"
    } else {
        "Query"
    };
    format!(
        "{operation} {{ {plain} {renamed} ...Spread }} fragment Spread on {root} {{ {spread} }}"
    )
}

/// The names of a path of an answer, without the places in lists and the prefixes of other names.
fn names(path: &Value) -> String {
    let steps = path
        .as_array()
        .expect("a path")
        .iter()
        .filter_map(Value::as_str);
    steps
        .map(|step| step.trim_start_matches("x_").trim_start_matches("y_"))
        .collect::<Vec<_>>()
        .join(".")
}

/// Checks an answer against the table, and gives whether anything of it was there.
pub(super) fn check(way: &Way, leaves: &[&Field], asker: &Asker, answer: &Answer) -> bool {
    let json = answer.json();
    let at = || format!("{}: {}: {json:.2000}", asker.name, way.name());
    let errors = json["errors"].as_array().cloned().unwrap_or_default();
    let changes = way
        .fields()
        .next()
        .is_some_and(|(object, _)| object == "Mutation");
    let mut walked = Vec::new();
    for (object, field) in way.fields() {
        walked.push(field.name.as_str());
        if !asker.may_read(object, &field.name) {
            let refused = walked.join(".");
            assert!(!errors.is_empty(), "{refused} was not refused: {}", at());
            for error in &errors {
                assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{}", at());
                assert_eq!(names(&error["path"]), refused, "{}", at());
            }
            assert!(
                !holds_anything(&json["data"], &refused),
                "{refused}: {}",
                at()
            );
            return false;
        }
    }
    let refused = leaves
        .iter()
        .filter(|field| !asker.may_read(&way.end, &field.name));
    let refused: BTreeSet<String> = refused
        .map(|field| [&walked[..], &[field.name.as_str()]].concat().join("."))
        .collect();
    for error in &errors {
        // A change may be refused for what it says; a question is not.
        let told = !changes || error["extensions"]["code"] == "FORBIDDEN";
        assert!(
            !told || refused.contains(&names(&error["path"])),
            "{error}: {}",
            at()
        );
        assert!(
            !told || error["extensions"]["code"] == "FORBIDDEN",
            "{}",
            at()
        );
    }
    let there = changes || holds_anything(&json["data"], &walked.join("."));
    for field in &refused {
        assert!(!holds_anything(&json["data"], field), "{field}: {}", at());
        let told = errors.iter().any(|error| names(&error["path"]) == *field);
        assert!(
            told || !there || leaves.len() == refused.len(),
            "{field} was not refused: {}",
            at()
        );
    }
    there
}

/// Whether there is anything but null at that path, under any of its names.
fn holds_anything(data: &Value, path: &str) -> bool {
    match (data, path.split_once('.')) {
        (Value::Array(all), _) => all.iter().any(|one| holds_anything(one, path)),
        (Value::Object(fields), split) => {
            let (name, rest) = split.map_or((path, None), |(name, rest)| (name, Some(rest)));
            let values = ["", "x_", "y_"]
                .into_iter()
                .filter_map(|prefix| fields.get(&format!("{prefix}{name}")));
            values.into_iter().any(|value| match rest {
                Some(rest) => holds_anything(value, rest),
                None if name.is_empty() => true,
                None => {
                    !value.is_null()
                        && value
                            .as_array()
                            .is_none_or(|all| all.iter().any(|one| !one.is_null()))
                }
            })
        }
        _ => false,
    }
}

/// Facts beside those of the sample, so that hardly any object is missing.
pub(super) async fn sample() -> Caseload {
    let caseload = acme(Backend::Sqlite).await;
    machine_token(&caseload, &["IMPORT"]).await;
    caseload
}

async fn everyone_asks(root: &str) -> (usize, BTreeSet<String>, BTreeSet<String>) {
    let (schema, caseload) = (Schema::committed(), sample().await);
    let askers = Asker::all(&caseload).await;
    let (mut questions, mut seen, mut ended) = (0, BTreeSet::new(), BTreeSet::new());
    let operation = if root == "Mutation" {
        "mutation"
    } else {
        "query"
    };
    for way in ways(&schema, root) {
        let leaves = schema.leaves(&way.end);
        ended.insert(way.end.clone());
        if leaves.is_empty() {
            // What has nothing but objects in it is passed through on the way to them.
            seen.insert(way.end.clone());
            continue;
        }
        for asker in &askers {
            let document = document(operation, &way, &leaves, asker);
            let answer = caseload.ask_with(&asker.token, &document, &json!({})).await;
            questions += 1;
            if check(&way, &leaves, asker, &answer) {
                seen.insert(way.end.clone());
            }
        }
        let document = document(operation, &way, &leaves, &askers[0]);
        let answer = caseload.ask_with("", &document, &json!({})).await;
        assert_eq!(answer.codes(), ["UNAUTHENTICATED"], "{}", way.name());
        assert!(
            answer.json().get("data").is_none_or(Value::is_null),
            "{}",
            way.name()
        );
    }
    (questions, seen, ended)
}

#[tokio::test]
async fn every_field_on_every_path_is_read_by_whom_the_table_names() {
    let (questions, seen, ended) = everyone_asks("Query").await;
    assert!(3_000 <= questions, "{questions} questions");
    // Nothing of these is in the sample, so that only refusals of them were seen.
    let unseen: Vec<&String> = ended.difference(&seen).collect();
    let allowed = ["DayRange", "RunRequest", "ZoneRequest"];
    assert!(
        unseen.iter().all(|kind| allowed.contains(&kind.as_str())),
        "{unseen:?}"
    );
    let schema = Schema::committed();
    let roots = ["Mutation", "Subscription", "CreatedApiToken"];
    let missed: Vec<&String> = schema
        .types()
        .filter(|kind| !ended.contains(*kind) && !roots.contains(&kind.as_str()))
        .collect();
    assert!(missed.is_empty(), "no path leads to {missed:?}");
}

#[tokio::test]
async fn every_change_is_asked_for_by_whom_the_table_names() {
    let (questions, _, ended) = everyone_asks("Mutation").await;
    assert!(40 <= questions, "{questions} questions");
    assert!(
        ended.contains("CreatedApiToken") && ended.contains("Member"),
        "{ended:?}"
    );
}

/// Lists that go on behind a cursor, with what to select of them.
const LISTS: [&str; 3] = [
    "conversations(measure: CONVERSATIONS, ",
    "conversations(measure: CLOSING_TIME_MEAN, ",
    "feedback(",
];

#[tokio::test]
async fn a_cursor_of_another_role_opens_nothing() {
    let caseload = acme(Backend::Sqlite).await;
    let page = async |who: &str, list: &str, after: &Value| {
        let query = format!(
            "{{ list: {list}first: 100, after: {after}) {{ edges {{ cursor node {{ id }} }} }} }}"
        );
        let list = caseload.ask(who, &query, &json!({})).await.data("list");
        let edges = list["edges"].as_array().expect("edges").clone();
        edges
            .into_iter()
            .map(|edge| (edge["cursor"].clone(), edge["node"]["id"].clone()))
            .collect::<Vec<_>>()
    };
    for list in LISTS {
        let all = page("owner", list, &Value::Null).await;
        assert_eq!(all.len(), 5, "{list}");
        for who in ["agent", "viewer"] {
            let own: Vec<Value> = page(who, list, &Value::Null)
                .await
                .into_iter()
                .map(|(_, id)| id)
                .collect();
            assert_eq!(own.len(), 1, "{list}");
            for (at, (cursor, _)) in all.iter().enumerate() {
                let behind = &all[at + 1..];
                let expected: Vec<_> = behind
                    .iter()
                    .map(|(_, id)| id)
                    .filter(|id| own.contains(id))
                    .cloned()
                    .collect();
                let found: Vec<_> = page(who, list, cursor)
                    .await
                    .into_iter()
                    .map(|(_, id)| id)
                    .collect();
                assert_eq!(found, expected, "{who}: {list} behind {cursor}");
            }
        }
    }
    for list in ["dailyRollups", "auditEvents"] {
        let query = |after: &Value| {
            format!("{{ list: {list}(first: 1, after: {after}) {{ pageInfo {{ endCursor }} }} }}")
        };
        let cursor = caseload
            .ask("owner", &query(&Value::Null), &json!({}))
            .await
            .data("list");
        let cursor = &cursor["pageInfo"]["endCursor"];
        assert!(cursor.is_string(), "{list}");
        assert_eq!(
            caseload
                .ask("agent", &query(cursor), &json!({}))
                .await
                .codes(),
            ["FORBIDDEN"],
            "{list}"
        );
    }
}
