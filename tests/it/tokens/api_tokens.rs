//! `createApiToken`, `revokeApiToken`, and what machines do with them.

use axum::http::StatusCode;
use caseload_schema::instant::Instant;
use serde_json::{Value, json};

use super::{recorded, second_node};
use crate::{
    access::{acme, machine_token},
    on_both_stores,
    support::{
        app::{Caseload, lines},
        database::Backend,
    },
};

on_both_stores! {
    a_secret_is_shown_once_and_kept_as_a_hash,
    a_machine_is_no_member,
    who_imports_with_a_token_does_nothing_else,
    an_api_token_s_import_changes_no_role,
    a_token_ends_when_it_is_revoked_on_every_node,
    a_token_ends_by_itself,
    whatever_is_wrong_with_a_token_is_refused_alike,
    the_last_use_is_recorded_once_a_minute,
    tokens_that_make_no_sense_are_refused,
    what_is_done_to_and_with_tokens_is_recorded,
    a_token_that_was_revoked_stays_revoked,
}

const VIEWER: &str = "{ viewer { member { id } role scopes workspace { id } } }";

async fn tokens(caseload: &Caseload) -> Value {
    let query =
        "{ workspace { apiTokens { id name scopes createdAt expiresAt lastUsedAt revokedAt } } }";
    caseload
        .ask("admin", query, &json!({}))
        .await
        .data("workspace")["apiTokens"]
        .take()
}

async fn revoke(caseload: &Caseload, id: &str) -> Value {
    let query = "mutation($id: ID!) { revokeApiToken(id: $id) { id revokedAt } }";
    caseload
        .ask("admin", query, &json!({"id": id}))
        .await
        .data("revokeApiToken")
}

async fn a_secret_is_shown_once_and_kept_as_a_hash(backend: Backend) {
    let caseload = acme(backend).await;
    let query = "mutation { createApiToken(name: \" nightly sync \", scopes: [IMPORT, READ_ROLLUPS, IMPORT],
        expiresAt: \"2026-06-01T00:00:00Z\") { secret token { id name scopes createdAt expiresAt lastUsedAt } } }";
    let made = caseload
        .ask("owner", query, &json!({}))
        .await
        .data("createApiToken");
    let token = json!({
        "id": made["token"]["id"], "name": "nightly sync", "scopes": ["IMPORT", "READ_ROLLUPS"],
        "createdAt": "2026-03-10T12:00:00Z", "expiresAt": "2026-06-01T00:00:00Z", "lastUsedAt": null,
    });
    assert_eq!(made["token"], token);
    let secret = made["secret"].as_str().expect("a secret");
    let random = secret.rsplit('_').next().expect("parts");
    assert_eq!(
        secret,
        format!(
            "caseload_acme_{}_{random}",
            made["token"]["id"].as_str().expect("an id")
        )
    );
    assert_eq!(random.len(), 64);
    let stored = caseload.database.sql("SELECT * FROM api_tokens");
    let hash = <sha2::Sha256 as sha2::Digest>::digest(random.as_bytes());
    let hash = hash
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert!(
        stored.contains(&hash) && !stored.contains(random),
        "{stored}"
    );
    let listed = caseload
        .ask(
            "owner",
            "{ workspace { apiTokens { id name } } }",
            &json!({}),
        )
        .await;
    assert!(!String::from_utf8_lossy(&listed.body).contains(random));
    let viewer = caseload
        .ask_with(secret, VIEWER, &json!({}))
        .await
        .data("viewer");
    assert_eq!(viewer["scopes"], json!(["IMPORT", "READ_ROLLUPS"]));
}

async fn a_machine_is_no_member(backend: Backend) {
    let caseload = acme(backend).await;
    for scope in ["READ_ROLLUPS", "ADMIN"] {
        let token = machine_token(&caseload, &[scope]).await;
        let viewer = caseload
            .ask_with(&token, VIEWER, &json!({}))
            .await
            .data("viewer");
        assert_eq!(
            viewer,
            json!({"member": null, "role": null, "scopes": [scope], "workspace": {"id": "acme"}})
        );
        let own = caseload
            .ask_with(&token, "{ member { metrics { closed } } }", &json!({}))
            .await;
        assert_eq!(own.codes(), ["BAD_USER_INPUT"]);
        let agent = "{ member(id: \"agent\") { metrics { closed } } }";
        let agent = caseload
            .ask_with(&token, agent, &json!({}))
            .await
            .data("member");
        assert_eq!(agent, json!({"metrics": {"closed": 1}}));
    }
    let scopes = caseload
        .ask("agent", VIEWER, &json!({}))
        .await
        .data("viewer")["scopes"]
        .take();
    assert_eq!(scopes, Value::Null);
}

async fn post_label(caseload: &Caseload, token: &str) -> StatusCode {
    let label = lines(&[json!({"type": "label", "id": "new", "title": "New"})]).into_bytes();
    caseload.post("/v1/import", token, None, label).await.status
}

async fn who_imports_with_a_token_does_nothing_else(backend: Backend) {
    let caseload = acme(backend).await;
    let import = machine_token(&caseload, &["IMPORT"]).await;
    assert_eq!(post_label(&caseload, &import).await, StatusCode::OK);
    for query in [
        VIEWER,
        "{ rollupStatus { generation } }",
        "{ workspace { name } }",
        "{ team { metrics { closed } } }",
    ] {
        let answer = caseload.ask_with(&import, query, &json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"], "{query}");
    }
    assert_eq!(
        post_label(
            &caseload,
            &machine_token(&caseload, &["READ_ROLLUPS"]).await
        )
        .await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        post_label(&caseload, &machine_token(&caseload, &["ADMIN"]).await).await,
        StatusCode::OK
    );
    let both = machine_token(&caseload, &["READ_ROLLUPS", "IMPORT"]).await;
    assert_eq!(post_label(&caseload, &both).await, StatusCode::OK);
    assert!(
        caseload
            .ask_with(&both, "{ team { metrics { closed } } }", &json!({}))
            .await
            .codes()
            .is_empty()
    );
}

async fn an_api_token_s_import_changes_no_role(backend: Backend) {
    let caseload = acme(backend).await;
    let member =
        |id: &str, role: &str| json!({"type": "member", "id": id, "name": id, "role": role});
    let records = [
        member("agent", "admin"),
        member("owner", "agent"),
        member("one", "manager"),
        member("two", "viewer"),
        member("agent", "agent"),
    ];
    for scopes in [&["IMPORT"], &["ADMIN"]] {
        let token = machine_token(&caseload, scopes).await;
        let report = caseload
            .post("/v1/import", &token, None, lines(&records).into_bytes())
            .await
            .json();
        let lines: Vec<_> = report["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|error| &error["line"])
            .collect();
        assert_eq!(lines, [1, 2, 3], "{report}");
    }
    assert!(
        caseload
            .ask("agent", VIEWER, &json!({}))
            .await
            .data("viewer")["role"]
            == "AGENT"
    );
}

async fn a_token_ends_when_it_is_revoked_on_every_node(backend: Backend) {
    let one = acme(backend).await;
    let other = second_node(&one);
    let (first, second) = (
        machine_token(&one, &["ADMIN"]).await,
        machine_token(&one, &["ADMIN"]).await,
    );
    for token in [&first, &second] {
        assert!(
            other
                .ask_with(token, VIEWER, &json!({}))
                .await
                .codes()
                .is_empty()
        );
    }
    let id = first.split('_').nth(2).expect("a number");
    assert_eq!(
        revoke(&one, id).await,
        json!({"id": id, "revokedAt": "2026-03-10T12:00:00Z"})
    );
    for node in [&one, &other] {
        assert_eq!(
            node.ask_with(&first, VIEWER, &json!({})).await.codes(),
            ["UNAUTHENTICATED"]
        );
        assert_eq!(post_label(node, &first).await, StatusCode::UNAUTHORIZED);
        assert!(
            node.ask_with(&second, VIEWER, &json!({}))
                .await
                .codes()
                .is_empty()
        );
    }
}

async fn a_token_ends_by_itself(backend: Backend) {
    let caseload = acme(backend).await;
    let query = "mutation { createApiToken(name: \"short\", scopes: [ADMIN], expiresAt: \"2026-03-10T13:00:00Z\") { secret } }";
    let secret = caseload
        .ask("owner", query, &json!({}))
        .await
        .data("createApiToken")["secret"]
        .take();
    let secret = secret.as_str().expect("a secret");
    for (time, codes) in [("12:59:59Z", &[][..]), ("13:00:00Z", &["UNAUTHENTICATED"])] {
        caseload
            .clock
            .set(Instant::parse(&format!("2026-03-10T{time}")).expect("an instant"));
        assert_eq!(
            caseload.ask_with(secret, VIEWER, &json!({})).await.codes(),
            codes,
            "{time}"
        );
    }
}

async fn whatever_is_wrong_with_a_token_is_refused_alike(backend: Backend) {
    let caseload = acme(backend).await;
    let token = machine_token(&caseload, &["ADMIN"]).await;
    let parts: Vec<&str> = token.split('_').collect();
    let (number, secret) = (parts[2], parts[3]);
    let flipped = if secret.starts_with('0') {
        secret.replacen('0', "1", 1)
    } else {
        format!("0{}", &secret[1..])
    };
    let wrong = [
        format!("caseload_acme_{number}_{flipped}"),
        format!("caseload_acme_{number}_{}", &secret[..63]),
        format!("caseload_acme_{number}_{}", secret.to_uppercase()),
        format!("caseload_acme_999_{secret}"),
        format!("caseload_other_{number}_{secret}"),
        format!("caseload_nowhere_{number}_{secret}"),
        format!("caseload_ACME_{number}_{secret}"),
        format!("caseload_acme' OR '1'='1_{number}_{secret}"),
        format!("caseload_acme_{number}_{}", "0".repeat(64)),
        format!("caseload_acme_{number}_"),
        format!("caseload_{secret}"),
        secret.to_owned(),
        format!("{token}{}", "0".repeat(15_000)),
    ];
    let refused = caseload.ask_with("nonsense", VIEWER, &json!({})).await;
    for token in wrong {
        let answer = caseload.ask_with(&token, VIEWER, &json!({})).await;
        assert_eq!(
            (answer.status, answer.json()),
            (refused.status, refused.json()),
            "{token:.80}"
        );
    }
    assert!(
        caseload
            .ask_with(&token, VIEWER, &json!({}))
            .await
            .codes()
            .is_empty()
    );
}

/// What is recorded of the token's last use, once it is no longer `before`.
async fn last_use(caseload: &Caseload, before: &Value) -> Value {
    for _ in 0..1_000 {
        let now = tokens(caseload).await[0]["lastUsedAt"].take();
        if now != *before {
            return now;
        }
        tokio::task::yield_now().await;
    }
    panic!("still {before}");
}

async fn the_last_use_is_recorded_once_a_minute(backend: Backend) {
    let caseload = acme(backend).await;
    let token = machine_token(&caseload, &["READ_ROLLUPS"]).await;
    let ask_at = async |time: &str| {
        caseload
            .clock
            .set(Instant::parse(&format!("2026-03-10T{time}Z")).expect("an instant"));
        assert!(
            caseload
                .ask_with(&token, VIEWER, &json!({}))
                .await
                .codes()
                .is_empty()
        );
    };
    assert_eq!(tokens(&caseload).await[0]["lastUsedAt"], Value::Null);
    ask_at("12:00:10").await;
    let first = last_use(&caseload, &Value::Null).await;
    assert_eq!(first, json!("2026-03-10T12:00:10Z"));
    ask_at("12:00:40").await;
    ask_at("12:01:09").await;
    // Were one of these recorded, it would be before this one.
    ask_at("12:01:10").await;
    assert_eq!(
        last_use(&caseload, &first).await,
        json!("2026-03-10T12:01:10Z")
    );
    // Another node records none within the minute either.
    let writes = "SELECT last_used_at FROM api_tokens ORDER BY token_id DESC LIMIT 1";
    let before = caseload.database.sql(writes);
    caseload
        .clock
        .set(Instant::parse("2026-03-10T12:02:09Z").expect("an instant"));
    let key = caseload_schema::id::TokenKey(
        token
            .split('_')
            .nth(2)
            .and_then(|key| key.parse().ok())
            .expect("a key"),
    );
    caseload
        .store
        .touch_api_token(caseload.workspace, key, caseload.clock.now())
        .await
        .expect("the store is there");
    assert_eq!(caseload.database.sql(writes), before);
}

async fn tokens_that_make_no_sense_are_refused(backend: Backend) {
    let caseload = acme(backend).await;
    let query = "mutation($name: String!, $scopes: [ApiScope!]!, $end: DateTime) {
        createApiToken(name: $name, scopes: $scopes, expiresAt: $end) { token { id } } }";
    let long = "x".repeat(129);
    for (name, scopes, end) in [
        ("", &["IMPORT"][..], None),
        ("  ", &["IMPORT"], None),
        (&long, &["IMPORT"], None),
        ("two\nlines", &["IMPORT"], None),
        ("a NUL \0", &["IMPORT"], None),
        ("none", &[], None),
        ("past", &["IMPORT"], Some("2026-03-10T12:00:00Z")),
        ("unknown", &["OWNER"], None),
    ] {
        let variables = json!({"name": name, "scopes": scopes, "end": end});
        assert_eq!(
            caseload.ask("owner", query, &variables).await.codes(),
            ["BAD_USER_INPUT"],
            "{name:?}"
        );
    }
    let revoke = "mutation($id: ID!) { revokeApiToken(id: $id) { id } }";
    for id in ["999", "-1", "", "x", "99999999999999999999"] {
        assert_eq!(
            caseload
                .ask("owner", revoke, &json!({"id": id}))
                .await
                .codes(),
            ["NOT_FOUND"],
            "{id}"
        );
    }
    assert!(recorded(&caseload, &["TOKEN_REVOKED"]).await.is_empty());
}

async fn what_is_done_to_and_with_tokens_is_recorded(backend: Backend) {
    let caseload = acme(backend).await;
    let before = recorded(&caseload, &["TOKEN_CREATED"]).await.len();
    let token = machine_token(&caseload, &["IMPORT"]).await;
    assert_eq!(post_label(&caseload, &token).await, StatusCode::OK);
    let imported = recorded(&caseload, &["IMPORTED"]).await.swap_remove(0);
    assert_eq!(
        imported["by"],
        json!({"operator": false, "member": null, "apiToken": {"name": "machine"}})
    );
    revoke(&caseload, token.split('_').nth(2).expect("a number")).await;
    let events = recorded(&caseload, &["TOKEN_CREATED", "TOKEN_REVOKED"]).await;
    assert_eq!(events.len(), before + 2);
    for (event, (action, who)) in events
        .iter()
        .zip([("TOKEN_REVOKED", "admin"), ("TOKEN_CREATED", "owner")])
    {
        let by = json!({"operator": false, "member": {"id": who}, "apiToken": null});
        assert_eq!(
            event,
            &json!({"action": action, "by": by, "details": {"apiToken": {"name": "machine"}}})
        );
    }
    let secret = token.rsplit('_').next().expect("parts");
    assert!(
        !caseload
            .database
            .sql("SELECT kind, details FROM audit_events")
            .contains(secret)
    );
}

async fn a_token_that_was_revoked_stays_revoked(backend: Backend) {
    let caseload = acme(backend).await;
    let token = machine_token(&caseload, &["ADMIN"]).await;
    let id = token.split('_').nth(2).expect("a number");
    let first = revoke(&caseload, id).await;
    caseload
        .clock
        .set(Instant::parse("2026-03-10T15:00:00Z").expect("an instant"));
    assert_eq!(
        revoke(&caseload, id).await,
        first,
        "the second time changes nothing"
    );
    assert_eq!(recorded(&caseload, &["TOKEN_REVOKED"]).await.len(), 1);
    let itself = machine_token(&caseload, &["ADMIN"]).await;
    let query = format!(
        "mutation {{ revokeApiToken(id: \"{}\") {{ id }} }}",
        itself.split('_').nth(2).expect("a number")
    );
    caseload
        .ask_with(&itself, &query, &json!({}))
        .await
        .data("revokeApiToken");
    assert_eq!(
        caseload.ask_with(&itself, VIEWER, &json!({})).await.codes(),
        ["UNAUTHENTICATED"]
    );
    let next = machine_token(&caseload, &["ADMIN"]).await;
    assert_ne!(
        next.split('_').nth(2),
        itself.split('_').nth(2),
        "a number is never given twice"
    );
}
