//! Member tokens: which are let in, and that all others are refused alike.

use caseload_api::{app::App, config::Config};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{
    attacks,
    login::{KINDS, Login, claims, config, with},
};
use crate::{
    access::acme,
    support::{app::Caseload, database::Backend},
};

const VIEWER: &str = "{ viewer { member { id } } }";

fn trusting(caseload: &Caseload, config: Config) -> Caseload {
    let app = App::new(caseload.store.clone(), config, caseload.clock.clone())
        .expect("a configuration with a key");
    caseload.beside(app)
}

async fn is_let_in(caseload: &Caseload, token: &str) -> bool {
    let answer = caseload.ask_with(token, VIEWER, &json!({})).await;
    answer.codes().is_empty()
        && answer.json()["data"]["viewer"] == json!({"member": {"id": "owner"}})
}

/// Each attack on whoever is configured with `kind` and trusts `login`; gives how many there were.
async fn withstands(caseload: &Caseload, kind: &str, login: &Login, named: bool) -> usize {
    let header = if named {
        with(login.header(), "kid", json!(login.kind))
    } else {
        login.header()
    };
    assert!(
        is_let_in(caseload, &login.sign(&header, &claims())).await,
        "{kind}: what the attacks vary is let in"
    );
    let nonsense = caseload.ask_with("nonsense", VIEWER, &json!({})).await;
    let attacks = attacks::all(login, named);
    for (name, token) in &attacks {
        let answer = caseload.ask_with(token, VIEWER, &json!({})).await;
        assert_eq!(
            answer.codes(),
            ["UNAUTHENTICATED"],
            "{kind}: {name}: {token:.200}"
        );
        assert_eq!(
            (answer.status, &answer.body),
            (nonsense.status, &nonsense.body),
            "{kind}: {name}: told apart"
        );
    }
    assert!(
        is_let_in(caseload, &login.sign(&header, &claims())).await,
        "{kind}: and afterwards still is"
    );
    attacks.len()
}

#[tokio::test]
async fn every_known_attack_on_each_kind_of_key_is_refused_alike() {
    let caseload = acme(Backend::Sqlite).await;
    for (kind, algorithm) in KINDS {
        let node = trusting(&caseload, config(kind));
        let count = withstands(&node, kind, &Login::genuine(kind, algorithm), false).await;
        assert!(280 <= count, "{kind}: {count} attacks");
    }
}

#[tokio::test]
async fn every_known_attack_on_a_set_of_keys_is_refused_alike() {
    let caseload = acme(Backend::Sqlite).await;
    let node = trusting(&caseload, config("set"));
    for (kind, algorithm) in &KINDS[1..] {
        let login = Login::genuine(kind, *algorithm);
        let count = withstands(&node, "set", &login, true).await;
        assert!(280 <= count, "{kind}: {count} attacks");
        // A genuine signature under another key's name, or under none that is known.
        for id in ["rsa", "p256", "ed25519", "", "RSA", "../rsa", "unknown"]
            .into_iter()
            .filter(|id| id != kind)
        {
            let token = login.sign(&with(login.header(), "kid", json!(id)), &claims());
            assert!(
                !is_let_in(&node, &token).await,
                "{kind} under the name {id:?}"
            );
        }
        assert!(
            is_let_in(&node, &login.token()).await,
            "the only key of its algorithm needs no name"
        );
    }
}

#[tokio::test]
async fn the_names_of_issuer_and_audience_are_checked_where_they_are_set() {
    let caseload = acme(Backend::Sqlite).await;
    let (any, login) = (
        trusting(&caseload, config("ed25519")),
        Login::genuine("ed25519", Algorithm::EdDSA),
    );
    let strict = Config {
        jwt_issuer: Some("login".to_owned()),
        jwt_audience: Some("caseload".to_owned()),
        ..config("ed25519")
    };
    let strict = trusting(&caseload, strict);
    let token = |iss: Value, aud: Value| {
        let mut claims = claims();
        for (field, value) in [("iss", iss), ("aud", aud)] {
            claims = if value.is_null() {
                claims
            } else {
                with(claims, field, value)
            };
        }
        login.sign(&login.header(), &claims)
    };
    let refused = [
        (Value::Null, Value::Null),
        (json!("login"), Value::Null),
        (Value::Null, json!("caseload")),
        (json!("elsewhere"), json!("caseload")),
        (json!("login"), json!("others")),
        (json!("login"), json!([])),
        (json!("login"), json!(["others"])),
        (json!("LOGIN"), json!("caseload")),
        (json!("login/"), json!("caseload")),
        (json!("login"), json!("caseload ")),
    ];
    for (iss, aud) in refused {
        let token = token(iss.clone(), aud.clone());
        assert!(!is_let_in(&strict, &token).await, "{iss} {aud}");
        assert!(
            is_let_in(&any, &token).await,
            "{iss} {aud}, where nothing is set"
        );
    }
    for aud in [
        json!("caseload"),
        json!(["caseload"]),
        json!(["others", "caseload"]),
    ] {
        assert!(
            is_let_in(&strict, &token(json!("login"), aud.clone())).await,
            "{aud}"
        );
    }
}

#[tokio::test]
async fn half_a_minute_is_between_clocks() {
    let caseload = acme(Backend::Sqlite).await;
    let (node, login) = (
        trusting(&caseload, config("secret")),
        Login::genuine("secret", Algorithm::HS256),
    );
    let now = caseload.clock.now().seconds();
    for (field, value) in [
        ("exp", json!(now - 29)),
        ("exp", json!(now as f64 - 29.5)),
        ("nbf", json!(now + 30)),
        ("iat", json!(now + 30)),
        ("nbf", json!(0)),
        ("exp", json!(now + 73_050 * 86_400)),
    ] {
        let token = login.sign(&login.header(), &with(claims(), field, value.clone()));
        assert!(is_let_in(&node, &token).await, "{field} {value}");
    }
}

#[tokio::test]
async fn how_long_tokens_may_hold_can_be_set() {
    let caseload = acme(Backend::Sqlite).await;
    let short = Config {
        jwt_max_ttl: "1h".parse().expect("an interval"),
        ..config("secret")
    };
    let (node, login) = (
        trusting(&caseload, short),
        Login::genuine("secret", Algorithm::HS256),
    );
    let ends_in = |seconds: i64| {
        let end = json!(caseload.clock.now().seconds() + seconds);
        login.sign(&login.header(), &with(claims(), "exp", end))
    };
    assert!(is_let_in(&node, &ends_in(3_600)).await);
    assert!(!is_let_in(&node, &ends_in(3_601)).await);
}

#[tokio::test]
async fn what_real_issuers_write_is_let_in() {
    let caseload = acme(Backend::Sqlite).await;
    let (node, login) = (
        trusting(&caseload, config("set")),
        Login::genuine("rsa", Algorithm::RS256),
    );
    for (field, value) in [
        ("typ", json!("jwt")),
        ("typ", json!("at+jwt")),
        ("typ", json!("application/at+jwt")),
        ("x5t", json!("HS23b7Do7TcaU1RoLHwpIq24VYg")),
        ("jku", json!("https://login.example.com/keys")),
        ("cty", json!("json")),
    ] {
        let header = with(
            with(login.header(), "kid", json!("rsa")),
            field,
            value.clone(),
        );
        assert!(
            is_let_in(&node, &login.sign(&header, &claims())).await,
            "{field} {value}"
        );
    }
    let untyped = json!({"alg": "RS256", "kid": "rsa"});
    let mut many = claims();
    for (field, value) in [
        ("iat", json!(1_773_143_999.25)),
        ("jti", json!("d1")),
        ("azp", json!("app")),
        ("groups", json!(["a", "b"])),
        ("role", json!("viewer")),
        ("scope", json!(null)),
    ] {
        many = with(many, field, value);
    }
    assert!(is_let_in(&node, &login.sign(&untyped, &many)).await);
}
