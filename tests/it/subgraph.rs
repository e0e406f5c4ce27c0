//! A subgraph of Apollo Federation 2, where the operator asks for one.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    access::{acme, machine_token},
    support::{
        app::{Caseload, token},
        command::Cli,
        database::Backend,
    },
};

const ENTITIES: &str = "query($representations: [_Any!]!) {
    _entities(representations: $representations) { __typename ... on Member { id name email } }
}";

async fn subgraph() -> Caseload {
    let mut caseload = acme(Backend::Sqlite).await;
    caseload.configure(|config| config.federation = true);
    caseload
}

/// The entities that these stand for; of each that is not there, the code of the error at its place.
async fn entities(caseload: &Caseload, token: &str, representations: &[Value]) -> Vec<Value> {
    let answer = caseload
        .ask_with(
            token,
            ENTITIES,
            &json!({"representations": representations}),
        )
        .await
        .json();
    let entities = answer["data"]["_entities"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let code_at = |place: usize| {
        let error = errors
            .iter()
            .find(|error| error["path"] == json!(["_entities", place]));
        error.unwrap_or_else(|| panic!("{place}: {answer}"))["extensions"]["code"].clone()
    };
    let or_code = |(place, entity): (usize, &Value)| {
        if entity.is_null() {
            code_at(place)
        } else {
            entity.clone()
        }
    };
    entities.iter().enumerate().map(or_code).collect()
}

fn member(id: &str) -> Value {
    json!({"__typename": "Member", "id": id})
}

fn entity(role: &str) -> Value {
    json!({"__typename": "Member", "id": role, "name": format!("Name of {role}"), "email": format!("{role}@example.com")})
}

#[tokio::test]
async fn each_representation_is_answered_in_its_place_or_with_an_error_of_its_own() {
    let caseload = subgraph().await;
    let asked = [
        member("agent"),
        member("unheard of"),
        json!({"__typename": "Customer", "id": "customer"}),
        member("elsewhere"),
        json!({"__typename": "Member"}),
        json!({"id": "agent"}),
        json!("agent"),
        json!({"__typename": "Member", "id": ["agent"]}),
        json!({"__typename": "Member", "id": "viewer", "name": "what another subgraph says"}),
        member("agent"),
    ];
    let bad = json!("BAD_USER_INPUT");
    let expected = [
        entity("agent"),
        json!("NOT_FOUND"),
        bad.clone(),
        json!("NOT_FOUND"),
        bad.clone(),
        bad.clone(),
        bad.clone(),
        bad,
        entity("viewer"),
        entity("agent"),
    ];
    assert_eq!(
        entities(&caseload, &token("manager"), &asked).await,
        expected
    );
    assert_eq!(
        entities(&caseload, &token("manager"), &[]).await,
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn agents_and_viewers_get_themselves_and_are_not_told_who_else_exists() {
    let caseload = subgraph().await;
    let asked = [
        member("agent"),
        member("viewer"),
        member("owner"),
        member("unheard of"),
    ];
    let forbidden = json!("FORBIDDEN");
    let agent = [
        entity("agent"),
        forbidden.clone(),
        forbidden.clone(),
        forbidden.clone(),
    ];
    assert_eq!(entities(&caseload, &token("agent"), &asked).await, agent);
    let viewer = [
        forbidden.clone(),
        entity("viewer"),
        forbidden.clone(),
        forbidden,
    ];
    assert_eq!(entities(&caseload, &token("viewer"), &asked).await, viewer);
}

#[tokio::test]
async fn what_is_guarded_of_an_entity_stays_guarded() {
    let caseload = subgraph().await;
    let reader = machine_token(&caseload, &["READ_ROLLUPS"]).await;
    let answer = caseload
        .ask_with(
            &reader,
            ENTITIES,
            &json!({"representations": [member("agent")]}),
        )
        .await
        .json();
    assert_eq!(
        answer["data"]["_entities"][0]["name"],
        json!("Name of agent")
    );
    assert_eq!(answer["data"]["_entities"][0]["email"], Value::Null);
    assert_eq!(
        answer["errors"][0]["path"],
        json!(["_entities", 0, "email"])
    );
    let importer = machine_token(&caseload, &["IMPORT"]).await;
    assert_eq!(
        entities(&caseload, &importer, &[member("agent")]).await,
        [json!("FORBIDDEN")]
    );
    let schema = caseload
        .ask_with(&importer, "{ _service { sdl } }", &json!({}))
        .await;
    assert_eq!(schema.codes(), ["FORBIDDEN"]);
    assert_eq!(
        caseload
            .ask_with("", "{ _service { sdl } }", &json!({}))
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn entities_cost_as_many_rows_as_there_are_and_are_a_thousand_at_most() {
    let mut caseload = subgraph().await;
    let asked = |count: usize| json!({"representations": vec![member("agent"); count]});
    let thousand = caseload.ask("owner", ENTITIES, &asked(1_000)).await;
    assert_eq!(
        thousand.data("_entities").as_array().map(Vec::len),
        Some(1_000)
    );
    let more = caseload.ask("owner", ENTITIES, &asked(1_001)).await;
    assert_eq!(more.codes(), ["BAD_USER_INPUT"]);
    caseload.configure(|config| {
        config.federation = true;
        config.max_complexity = 400;
    });
    assert_eq!(
        caseload.ask("owner", ENTITIES, &asked(99)).await.codes(),
        Vec::<String>::new()
    );
    assert_eq!(
        caseload.ask("owner", ENTITIES, &asked(100)).await.codes(),
        ["QUERY_TOO_COMPLEX"]
    );
}

#[tokio::test]
async fn a_gateway_reads_the_schema_that_the_command_prints() {
    let caseload = subgraph().await;
    let served = caseload
        .ask("viewer", "{ _service { sdl } }", &json!({}))
        .await
        .data("_service");
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: caseload.database.url(),
    };
    let printed = cli.run(&["schema", "--federation"]).code(0).stdout;
    assert_eq!(served["sdl"], json!(printed));
    let plain = cli.run(&["schema"]).code(0).stdout;
    let unmarked = printed
        .replace(" @key(fields: \"id\") {", " {")
        .replace(" @shareable {", " {");
    assert!(unmarked.starts_with(&plain) && printed.contains("type Member @key(fields: \"id\") {"));
}

#[tokio::test]
async fn nothing_of_it_is_there_where_it_is_not_asked_for() {
    let mut caseload = acme(Backend::Sqlite).await;
    for query in [
        "{ _service { sdl } }",
        "{ _entities(representations: [{__typename: \"Member\", id: \"agent\"}]) { __typename } }",
        "{ viewer { ... on _Entity { __typename } } }",
    ] {
        let answer = caseload.ask("owner", query, &json!({})).await;
        assert_eq!(
            answer.codes(),
            ["BAD_USER_INPUT"],
            "{query}: {}",
            answer.json()
        );
    }
    let names = async |caseload: &Caseload| {
        let query = "{ __schema { types { name } queryType { fields { name } } } }";
        caseload
            .ask("owner", query, &json!({}))
            .await
            .data("__schema")
            .to_string()
    };
    caseload.configure(|config| config.introspection = true);
    let plain = names(&caseload).await;
    assert!(
        !plain.contains("\"_Entity\"")
            && !plain.contains("\"_service\"")
            && !plain.contains("\"_Any\"")
    );
    caseload.configure(|config| (config.introspection, config.federation) = (true, true));
    let subgraph = names(&caseload).await;
    assert!(
        subgraph.contains("\"_Entity\"")
            && subgraph.contains("\"_service\"")
            && subgraph.contains("\"_Any\"")
    );
    assert!(!subgraph.contains("\"Gateway\""));
}
