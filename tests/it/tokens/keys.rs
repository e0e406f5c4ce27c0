//! Where keys come from: what is refused at start, and files that change.

use std::{fs, path::Path};

use caseload_api::{
    app::App,
    config::{Config, Secret},
};
use caseload_schema::{clock::Clock, store::Store};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::login::{Login, claims, path, read, with};
use crate::{
    access::acme,
    support::{app::Caseload, command::Cli, database::Backend},
};

async fn error_of(config: Config) -> String {
    let folder = TempDir::new().expect("a folder");
    let store = Store::connect(&format!("sqlite://{}", folder.path().join("db").display()))
        .await
        .expect("a store");
    let error = App::new(store, config, Clock::system()).expect_err("a key that can't be used");
    format!("{error:#}")
}

fn jwk(change: impl Fn(&mut Value)) -> String {
    let mut set: Value = serde_json::from_str(&read("login.jwks.json")).expect("JSON");
    change(&mut set["keys"][0]);
    json!({"keys": [set["keys"][0]]}).to_string()
}

#[tokio::test]
async fn keys_that_can_t_be_trusted_stop_the_server_from_starting() {
    let secret = |text: &str| Config {
        jwt_secret: Some(Secret::new(text)),
        ..Config::default()
    };
    assert!(
        error_of(Config::default())
            .await
            .contains("no key to check tokens with")
    );
    for short in ["", "hunter2", &"x".repeat(31)] {
        let error = error_of(secret(short)).await;
        assert!(
            error.contains("at least 32") && !error.contains("hunter2"),
            "{error}"
        );
    }
    let folder = TempDir::new().expect("a folder");
    let file = |text: &str| {
        let path = folder.path().join("keys");
        fs::write(&path, text).expect("a file");
        path
    };
    let (login, p384) = (read("login.rsa.pem"), read("login.p384.public.pem"));
    let broken = read("login.rsa.public.pem").replace('M', "N");
    for (name, text, said) in [
        ("a private key", login.as_str(), "private key"),
        ("a short key", &read("short.rsa.public.pem"), "1024 bits"),
        ("another curve", &p384, "P-256 or Ed25519"),
        ("a broken key", &broken, "P-256 or Ed25519"),
        ("nothing", "", "P-256 or Ed25519"),
        ("a JWK set", &read("login.jwks.json"), "P-256 or Ed25519"),
    ] {
        let error = error_of(Config {
            jwt_public_key_file: Some(file(text)),
            ..Config::default()
        })
        .await;
        assert!(
            error.contains("jwt_public_key_file") && error.contains(said),
            "{name}: {error}"
        );
    }
    for (name, text, said) in [
        ("a private part", jwk(|key| key["d"] = json!("AA")), "private key"),
        ("a shared secret", json!({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}).to_string(), "private key"),
        ("nothing for signatures", jwk(|key| key["use"] = json!("enc")), "none of its keys"),
        ("nothing to verify with", jwk(|key| key["key_ops"] = json!(["encrypt"])), "none of its keys"),
        ("another algorithm", jwk(|key| key["alg"] = json!("RS512")), "none of its keys"),
        ("a modulus of a byte", jwk(|key| key["n"] = json!("Aw")), "no key"),
        ("an exponent of one", jwk(|key| key["e"] = json!("AQ")), "no key"),
        ("a modulus that is none", jwk(|key| key["n"] = json!("+/=")), "no key"),
        ("no key", json!({"keys": []}).to_string(), "none of its keys"),
        ("no set", json!([]).to_string(), "no JWK set"),
        ("no JSON", "keys".to_owned(), "no JWK set"),
        (
            "a point off the curve",
            json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43)}]}).to_string(),
            "no key",
        ),
        ("a short point", json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}]}).to_string(), "no key"),
        (
            "a weak point",
            json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "A".repeat(43)}]}).to_string(),
            "no key",
        ),
    ] {
        let error = error_of(Config { jwks_file: Some(file(&text)), ..Config::default() }).await;
        assert!(error.contains("jwks_file") && error.contains(said), "{name}: {error}");
    }
    let twice = jwk(|_| ()).replace(
        "[{",
        &format!(
            "[{},{{",
            jwk(|_| ())
                .trim_start_matches("{\"keys\":[")
                .trim_end_matches("]}")
        ),
    );
    let error = error_of(Config {
        jwks_file: Some(file(&twice)),
        ..Config::default()
    })
    .await;
    assert!(error.contains("same kid"), "{error}");
    let gone = Config {
        jwks_file: Some(folder.path().join("gone")),
        ..Config::default()
    };
    assert!(error_of(gone).await.contains("can't be read"));
}

/// The sample workspace behind keys in a file that can be changed.
struct Rotating {
    caseload: Caseload,
    folder: TempDir,
}

impl Rotating {
    async fn new(file: &str, config: impl Fn(&Path) -> Config) -> Self {
        let (sample, folder) = (
            acme(Backend::Sqlite).await,
            TempDir::new().expect("a folder"),
        );
        fs::copy(path(file), folder.path().join("keys")).expect("a file");
        let app = App::new(
            sample.store.clone(),
            config(&folder.path().join("keys")),
            sample.clock.clone(),
        );
        Self {
            caseload: sample.beside(app.expect("keys in order")),
            folder,
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("keys")
    }

    fn later(&self, seconds: i64) {
        self.caseload
            .clock
            .set(self.caseload.clock.now().plus_seconds(seconds));
    }

    async fn lets_in(&self, token: &str) -> bool {
        self.caseload
            .ask_with(token, "{ viewer { role } }", &json!({}))
            .await
            .codes()
            .is_empty()
    }

    /// Whether the login's token is let in, and the attacker's.
    async fn trusts(&self, login: &Login, other: &Login) -> (bool, bool) {
        let named =
            |login: &Login| login.sign(&with(login.header(), "kid", json!(login.kind)), &claims());
        (
            self.lets_in(&named(login)).await,
            self.lets_in(&named(other)).await,
        )
    }
}

async fn a_changed_file_counts(rotating: Rotating, others: &str, login: &Login, other: &Login) {
    let trusts = async || rotating.trusts(login, other).await;
    assert_eq!(trusts().await, (true, false));
    let before = fs::read(rotating.path()).expect("a file");
    fs::copy(path(others), rotating.path()).expect("a file");
    assert_eq!(
        trusts().await,
        (true, false),
        "not looked at again within the second"
    );
    rotating.later(1);
    assert_eq!(
        trusts().await,
        (false, true),
        "the new keys count, and the old ones do not"
    );
    for broken in [
        &b"{\"keys\":["[..],
        b"",
        b"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
        b"\xff",
    ] {
        fs::write(rotating.path(), broken).expect("a file");
        rotating.later(1);
        assert_eq!(
            trusts().await,
            (false, true),
            "a broken file changes nothing"
        );
    }
    fs::remove_file(rotating.path()).expect("a file");
    rotating.later(60);
    assert_eq!(
        trusts().await,
        (false, true),
        "a file that is gone changes nothing"
    );
    // As configuration managers write: another file put in its place.
    let beside = rotating.folder.path().join("new");
    fs::write(&beside, before).expect("a file");
    fs::rename(&beside, rotating.path()).expect("a folder");
    rotating.later(1);
    assert_eq!(trusts().await, (true, false), "and back");
}

#[tokio::test]
async fn keys_of_a_set_are_exchanged_without_a_restart() {
    for (kind, algorithm) in [
        ("rsa", Algorithm::RS256),
        ("p256", Algorithm::ES256),
        ("ed25519", Algorithm::EdDSA),
    ] {
        let config = |path: &Path| Config {
            jwks_file: Some(path.to_owned()),
            ..Config::default()
        };
        let rotating = Rotating::new("login.jwks.json", config).await;
        let (login, other) = (
            Login::genuine(kind, algorithm),
            Login::attacker(kind, algorithm),
        );
        a_changed_file_counts(rotating, "attacker.jwks.json", &login, &other).await;
    }
}

#[tokio::test]
async fn a_key_in_pem_is_exchanged_without_a_restart() {
    for (kind, algorithm) in [
        ("rsa", Algorithm::RS256),
        ("p256", Algorithm::ES256),
        ("ed25519", Algorithm::EdDSA),
    ] {
        let config = |path: &Path| Config {
            jwt_public_key_file: Some(path.to_owned()),
            ..Config::default()
        };
        let rotating = Rotating::new(&format!("login.{kind}.public.pem"), config).await;
        let (login, other) = (
            Login::genuine(kind, algorithm),
            Login::attacker(kind, algorithm),
        );
        a_changed_file_counts(
            rotating,
            &format!("attacker.{kind}.public.pem"),
            &login,
            &other,
        )
        .await;
    }
}

#[tokio::test]
async fn a_set_may_hold_both_keys_while_one_follows_the_other() {
    let config = |path: &Path| Config {
        jwks_file: Some(path.to_owned()),
        ..Config::default()
    };
    let rotating = Rotating::new("login.jwks.json", config).await;
    let mut set: Value = serde_json::from_str(&read("login.jwks.json")).expect("JSON");
    let next: Value = serde_json::from_str(&read("attacker.jwks.json")).expect("JSON");
    set["keys"].as_array_mut().expect("keys").push(with(
        next["keys"][0].clone(),
        "kid",
        json!("next"),
    ));
    set["keys"]
        .as_array_mut()
        .expect("keys")
        .push(json!({"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"}));
    fs::write(rotating.path(), set.to_string()).expect("a file");
    rotating.later(1);
    let (login, other) = (
        Login::genuine("rsa", Algorithm::RS256),
        Login::attacker("rsa", Algorithm::RS256),
    );
    let named =
        |login: &Login, id: &str| login.sign(&with(login.header(), "kid", json!(id)), &claims());
    assert!(
        rotating.lets_in(&named(&login, "rsa")).await
            && rotating.lets_in(&named(&other, "next")).await
    );
    assert!(
        !rotating.lets_in(&named(&login, "next")).await
            && !rotating.lets_in(&named(&other, "rsa")).await
    );
    assert!(
        !rotating.lets_in(&login.token()).await,
        "of two keys, the token has to say which"
    );
}

#[test]
fn the_command_takes_one_kind_of_key_and_signs_with_a_secret_alone() {
    let folder = TempDir::new().expect("a folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: "sqlite://db".to_owned(),
    };
    let keys = path("login.jwks.json").display().to_string();
    let both = cli.run(&["serve", "--jwks-file", &keys]).code(2);
    assert!(both.stderr.contains("exactly one of"), "{both:?}");
    let token = ["token", "--workspace", "acme", "--member", "ada"];
    let with_keys = cli
        .run_without_secret(&[&token[..], &["--jwks-file", &keys]].concat())
        .code(2);
    assert!(
        with_keys.stderr.contains("needs jwt_secret"),
        "{with_keys:?}"
    );
    cli.run(&[
        "workspace",
        "create",
        "acme",
        "--name",
        "Acme",
        "--timezone",
        "UTC",
    ])
    .code(0);
    let ada = r#"{"type":"member","id":"ada","name":"Ada","role":"owner"}"#;
    cli.run_with(&["import", "-"], ada.as_bytes()).code(0);
    cli.run(&token).code(0);
    let none = cli.run_without_secret(&["serve"]).code(2);
    assert!(
        none.stderr.contains("no key to check tokens with")
            && none.stderr.trim_end().lines().count() == 1,
        "{none:?}"
    );
}
