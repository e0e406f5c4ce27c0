//! Tokens that somebody could try, each with a name. All but those of the attacker's key are signed by the genuine one, so
//! that nothing but what the name says is wrong with them.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::login::{Login, base64, claims, read, with, without};

/// A token, and what is wrong with it.
pub(super) type Attack = (String, String);

/// Every attack on whoever trusts `login`; `named` says whether its key has a name, as those of a set have.
pub(super) fn all(login: &Login, named: bool) -> Vec<Attack> {
    let attacker = Login::attacker(login.kind, login.algorithm);
    let header = if named {
        with(login.header(), "kid", json!(login.kind))
    } else {
        login.header()
    };
    let lists = [
        algorithms(login, &header),
        confusions(login, &header),
        foreign_keys(&attacker, &header),
        signatures(login, &header),
        spellings(login, &header),
        headers(login, &header),
        header_bytes(login, &header),
        times(login, &header),
        wrong_claims(login, &header),
        claim_bytes(login, &header),
        sizes(login, &header),
    ];
    lists.concat()
}

fn named(name: impl Into<String>, token: String) -> Attack {
    (name.into(), token)
}

/// What the header says that the token is signed with.
fn algorithms(login: &Login, header: &Value) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let genuine = login.sign(header, &claims());
    let signature = genuine.rsplit('.').next().expect("a signature").to_owned();
    for none in [
        "none",
        "None",
        "NONE",
        "nOnE",
        " none",
        "none ",
        "none\u{0}",
        "n\u{43e}ne",
        "",
    ] {
        let unsigned = format!(
            "{}.{}",
            base64(
                with(header.clone(), "alg", json!(none))
                    .to_string()
                    .as_bytes()
            ),
            base64(claims().to_string().as_bytes())
        );
        attacks.push(named(
            format!("alg {none:?} without a signature"),
            format!("{unsigned}."),
        ));
        attacks.push(named(
            format!("alg {none:?} without even a dot"),
            unsigned.clone(),
        ));
        attacks.push(named(
            format!("alg {none:?} with a signature that was right"),
            format!("{unsigned}.{signature}"),
        ));
        attacks.push(named(
            format!("alg {none:?}, signed"),
            login.sign_text(&unsigned),
        ));
    }
    for alg in [
        Value::Null,
        json!(256),
        json!(true),
        json!([login.name()]),
        json!({"alg": login.name()}),
    ] {
        attacks.push(named(
            format!("alg {alg}"),
            login.sign(&with(header.clone(), "alg", alg.clone()), &claims()),
        ));
    }
    attacks.push(named(
        "no alg",
        login.sign(&without(header.clone(), "alg"), &claims()),
    ));
    let names = [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512",
        "ES256K",
    ];
    let names = names.iter().chain(&[
        "EdDSA", "Ed25519", "Ed448", "dir", "RSA-OAEP", "A256GCM", "hs256", "Rs256", "eddsa",
    ]);
    for name in names.filter(|name| **name != login.name()) {
        attacks.push(named(
            format!("alg {name} over {}", login.name()),
            login.sign(&with(header.clone(), "alg", json!(name)), &claims()),
        ));
    }
    attacks
}

/// Keys used with an algorithm that they are not for.
fn confusions(login: &Login, header: &Value) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let signed_with = |secret: &[u8], algorithm: Algorithm| {
        let key = jsonwebtoken::EncodingKey::from_secret(secret);
        let header = with(header.clone(), "alg", json!(format!("{algorithm:?}")));
        let signed = format!(
            "{}.{}",
            base64(header.to_string().as_bytes()),
            base64(claims().to_string().as_bytes())
        );
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, algorithm)
            .expect("any secret signs");
        format!("{signed}.{signature}")
    };
    for secret in [
        "",
        "secret",
        "\0",
        "key",
        "null",
        "undefined",
        "your-256-bit-secret",
    ] {
        attacks.push(named(
            format!("HS256 with the secret {secret:?}"),
            signed_with(secret.as_bytes(), Algorithm::HS256),
        ));
    }
    for kind in ["rsa", "p256", "ed25519"] {
        let pem = read(&format!("login.{kind}.public.pem"));
        let one_line = pem
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>();
        let crlf = pem.replace('\n', "\r\n");
        for (what, text) in [
            ("the public key", pem.as_str()),
            ("it trimmed", pem.trim_end()),
            ("its lines", &one_line),
            ("it with CR LF", &crlf),
        ] {
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                attacks.push(named(
                    format!("{algorithm:?} with {what} ({kind}) as secret"),
                    signed_with(text.as_bytes(), algorithm),
                ));
            }
        }
    }
    let set = read("login.jwks.json");
    attacks.push(named(
        "HS256 with the JWK set as secret",
        signed_with(set.as_bytes(), Algorithm::HS256),
    ));
    let set: Value = serde_json::from_str(&set).expect("JSON");
    for key in set["keys"].as_array().expect("keys") {
        attacks.push(named(
            "HS256 with a JWK as secret",
            signed_with(key.to_string().as_bytes(), Algorithm::HS256),
        ));
    }
    for algorithm in same_family(login.algorithm) {
        let other = login.with(*algorithm);
        let header = with(header.clone(), "alg", json!(other.name()));
        attacks.push(named(
            format!("{algorithm:?} with the right key"),
            other.sign(&header, &claims()),
        ));
    }
    let p384 = Login::genuine("p384", Algorithm::ES384);
    attacks.push(named(
        "ES384 of another curve",
        p384.sign(&with(header.clone(), "alg", json!("ES384")), &claims()),
    ));
    attacks.push(named(
        "ES256 of another curve",
        p384.sign(&with(header.clone(), "alg", json!("ES256")), &claims()),
    ));
    attacks
}

fn same_family(algorithm: Algorithm) -> &'static [Algorithm] {
    match algorithm {
        Algorithm::HS256 => &[Algorithm::HS384, Algorithm::HS512],
        Algorithm::RS256 => &[
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ],
        _ => &[],
    }
}

/// A key that the token brings along, or says where to find.
fn foreign_keys(attacker: &Login, header: &Value) -> Vec<Attack> {
    let set: Value = serde_json::from_str(&read("attacker.jwks.json")).expect("JSON");
    let jwk = set["keys"]
        .as_array()
        .and_then(|keys| keys.iter().find(|key| key["kid"] == attacker.kind))
        .cloned();
    let jwk = jwk.unwrap_or_else(
        || json!({"kty": "oct", "k": base64(b"what somebody thinks the secret is")}),
    );
    let mut attacks = vec![named("another key", attacker.sign(header, &claims()))];
    let fields = [
        ("jwk", jwk.clone()),
        ("jku", json!("http://127.0.0.1:1/keys.json")),
        ("jku", json!("file:///etc/passwd")),
        ("jku", json!("https://login.example.com@127.0.0.1:1/keys")),
        ("x5u", json!("http://127.0.0.1:1/key.pem")),
        ("x5c", json!([base64(b"a certificate")])),
        ("x5t", json!(base64(&[0; 20]))),
        ("x5t#S256", json!(base64(&[0; 32]))),
        ("keys", json!([jwk])),
    ];
    for (field, value) in fields {
        let header = with(header.clone(), field, value.clone());
        attacks.push(named(
            format!("another key, and {field} {value}"),
            attacker.sign(&header, &claims()),
        ));
    }
    let long = "k".repeat(4_000);
    let ids = [
        "../../../../../../dev/null",
        "/dev/null",
        "/proc/sys/kernel/randomize_va_space",
        "..\\..\\windows\\win.ini",
        "file:///dev/null",
        "' OR '1'='1",
        "x' UNION SELECT 'secret' --",
        "'; DROP TABLE members; --",
        "| cat /etc/passwd",
        "$(id)",
        "${jndi:ldap://127.0.0.1:1/x}",
        "0",
        "-1",
        "*",
        "%00",
        "a\u{0}b",
        "__proto__",
        "constructor",
        "",
        &long,
    ];
    for id in ids {
        let header = with(header.clone(), "kid", json!(id));
        attacks.push(named(
            format!("another key, and kid {id:.40?}"),
            attacker.sign(&header, &claims()),
        ));
        let empty = jsonwebtoken::EncodingKey::from_secret(b"");
        let header = with(header, "alg", json!("HS256"));
        let signed = format!(
            "{}.{}",
            base64(header.to_string().as_bytes()),
            base64(claims().to_string().as_bytes())
        );
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &empty, Algorithm::HS256)
            .expect("a signature");
        attacks.push(named(
            format!("an empty secret, and kid {id:.40?}"),
            format!("{signed}.{signature}"),
        ));
    }
    attacks
}

/// Signatures that are none.
fn signatures(login: &Login, header: &Value) -> Vec<Attack> {
    let genuine = login.sign(header, &claims());
    let (signed, signature) = genuine.rsplit_once('.').expect("a signature");
    let raw = unbase64(signature);
    let length = raw.len();
    let flipped = |at: usize| {
        let mut raw = raw.clone();
        raw[at] ^= 1;
        raw
    };
    let mut der = vec![0x30, 0x44, 0x02, 0x20];
    der.extend(&raw[..raw.len().min(32)]);
    der.extend([0x02, 0x20]);
    der.extend(&raw[raw.len().min(32)..raw.len().min(64)]);
    let other = login.sign(header, &with(claims(), "sub", json!("admin")));
    let others = other.rsplit('.').next().expect("a signature");
    let forged = [
        ("an empty signature", Vec::new()),
        ("a signature of one byte", vec![0]),
        ("a signature of zeros", vec![0; length]),
        ("a signature of ones", vec![0xff; length]),
        ("a signature of 64 zeros", vec![0; 64]),
        (
            "a signature that lacks its last byte",
            raw[..length - 1].to_vec(),
        ),
        ("a signature that lacks its first byte", raw[1..].to_vec()),
        (
            "a signature with a byte more",
            [raw.as_slice(), &[0]].concat(),
        ),
        (
            "a signature with a byte before",
            [&[0], raw.as_slice()].concat(),
        ),
        ("a signature twice", raw.repeat(2)),
        ("a signature with its first bit flipped", flipped(0)),
        (
            "a signature with a bit in the middle flipped",
            flipped(length / 2),
        ),
        ("a signature with its last bit flipped", flipped(length - 1)),
        (
            "a signature from its end to its beginning",
            raw.iter().rev().copied().collect(),
        ),
        ("a signature in DER", der),
        (
            "a signature in hexadecimal",
            raw.iter()
                .flat_map(|byte| format!("{byte:02x}").into_bytes())
                .collect(),
        ),
    ];
    let mut attacks: Vec<Attack> = forged
        .into_iter()
        .map(|(name, bytes)| named(name, format!("{signed}.{}", base64(&bytes))))
        .collect();
    attacks.push(named(
        "a signature of another token",
        format!("{signed}.{others}"),
    ));
    let (first, _) = signed.split_once('.').expect("two parts");
    let admin = base64(with(claims(), "sub", json!("admin")).to_string().as_bytes());
    attacks.push(named(
        "claims exchanged behind the signature",
        format!("{first}.{admin}.{signature}"),
    ));
    attacks.push(named("a header exchanged behind the signature", {
        let header = with(header.clone(), "x", json!(1)).to_string();
        format!(
            "{}.{}.{signature}",
            base64(header.as_bytes()),
            base64(claims().to_string().as_bytes())
        )
    }));
    attacks
}

/// Ways to write a token that is right.
fn spellings(login: &Login, header: &Value) -> Vec<Attack> {
    let genuine = login.sign(header, &claims());
    let parts: Vec<&str> = genuine.split('.').collect();
    let (head, body, signature) = (parts[0], parts[1], parts[2]);
    let padded = |part: &str| {
        format!(
            "{part}{}",
            "=".repeat((4 - part.len() % 4) % 4 + usize::from(part.len().is_multiple_of(4)))
        )
    };
    let spelled = [
        ("no dots", genuine.replace('.', "")),
        ("two parts", format!("{head}.{body}")),
        ("four parts", format!("{genuine}.{signature}")),
        (
            "five parts, as an encrypted token has",
            format!("{head}..{body}.{signature}.{signature}"),
        ),
        ("a dot at its end", format!("{genuine}.")),
        ("a dot at its beginning", format!(".{genuine}")),
        ("a header that is empty", format!(".{body}.{signature}")),
        ("claims that are empty", format!("{head}..{signature}")),
        ("only dots", "..".to_owned()),
        ("data behind it", format!("{genuine}AAAA")),
        ("two tokens", format!("{genuine},{genuine}")),
        ("two tokens with a space", format!("{genuine} {genuine}")),
        ("quotes around it", format!("\"{genuine}\"")),
        ("a scheme twice", format!("Bearer {genuine}")),
        (
            "padding behind its header",
            format!("{}.{body}.{signature}", padded(head)),
        ),
        (
            "padding behind its claims",
            format!("{head}.{}.{signature}", padded(body)),
        ),
        (
            "padding behind its signature",
            format!("{head}.{body}.{}", padded(signature)),
        ),
        (
            "a blank in its signature",
            format!("{head}.{body}.{} {}", &signature[..9], &signature[9..]),
        ),
        (
            "a tab in its claims",
            format!("{head}.{}\t{}.{signature}", &body[..9], &body[9..]),
        ),
        (
            "its signature percent-encoded",
            format!("{head}.{body}.%{signature}"),
        ),
        (
            "its JSON bare",
            format!("{}.{}.{signature}", header, claims()),
        ),
    ];
    let mut attacks: Vec<Attack> = spelled
        .into_iter()
        .map(|(name, token)| named(name, token))
        .collect();
    let json = json!({"protected": head, "payload": body, "signature": signature});
    attacks.push(named("the JSON form", json.to_string()));
    for (what, signed) in [
        ("header", format!("{}.{body}", stray(head))),
        ("claims", format!("{head}.{}", stray(body))),
    ] {
        attacks.push(named(
            format!("stray bits in its {what}, signed like that"),
            login.sign_text(&signed),
        ));
    }
    attacks.push(named(
        "stray bits in its signature",
        format!("{head}.{body}.{}", stray(signature)),
    ));
    let signed = [
        format!("{}.{body}", padded(head)),
        format!("{head}.{}", padded(body)),
        format!("{head}={head}.{body}"),
    ];
    for signed in signed {
        attacks.push(named("padding that was signed", login.sign_text(&signed)));
    }
    attacks
}

/// The same bytes with other bits behind the last one, or one digit too many where there is no room for any.
fn stray(part: &str) -> String {
    let last = part.chars().last().expect("a digit");
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = digits.find(last).expect("a digit");
    match part.len() % 4 {
        0 => format!("{part}A"),
        _ => format!("{}{}", &part[..part.len() - 1], &digits[at ^ 1..=at ^ 1]),
    }
}

fn unbase64(text: &str) -> Vec<u8> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = text
        .chars()
        .map(|digit| digits.find(digit).expect("a digit") as u32);
    let (mut bytes, mut word, mut count) = (Vec::new(), 0_u32, 0);
    for digit in bits {
        word = word << 6 | digit;
        count += 6;
        if 8 <= count {
            count -= 8;
            bytes.push((word >> count & 255) as u8);
        }
    }
    bytes
}

/// Header fields that change what a token means.
fn headers(login: &Login, header: &Value) -> Vec<Attack> {
    let fields = [
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!(["http://example.com/unknown"])),
        ("crit", json!([])),
        ("crit", json!("exp")),
        ("crit", Value::Null),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("typ", json!("logout+jwt")),
        ("typ", json!("dpop+jwt")),
        ("typ", json!("JWE")),
        ("typ", json!("")),
        ("typ", json!(1)),
        ("typ", Value::Null),
        ("kid", json!(1)),
        ("kid", Value::Null),
        ("kid", json!(["rsa"])),
        ("kid", json!({"kid": "rsa"})),
    ];
    let mut attacks: Vec<Attack> = fields
        .into_iter()
        .map(|(field, value)| {
            named(
                format!("{field} {value}"),
                login.sign(&with(header.clone(), field, value.clone()), &claims()),
            )
        })
        .collect();
    let unencoded = with(
        with(header.clone(), "b64", json!(false)),
        "crit",
        json!(["b64"]),
    )
    .to_string();
    let signed = format!("{}.{}", base64(unencoded.as_bytes()), claims());
    attacks.push(named(
        "claims that are not encoded",
        login.sign_text(&signed),
    ));
    attacks
}

/// Headers that are no JSON object with each field once.
fn header_bytes(login: &Login, header: &Value) -> Vec<Attack> {
    let fields = header.to_string();
    let inner = &fields[1..fields.len() - 1];
    let name = login.name();
    let texts = [
        (
            "none first and the algorithm second",
            format!("{{\"alg\":\"none\",{inner}}}"),
        ),
        (
            "the algorithm first and none second",
            format!("{{{inner},\"alg\":\"none\"}}"),
        ),
        (
            "the algorithm twice",
            format!("{{{inner},\"alg\":\"{name}\"}}"),
        ),
        (
            "the algorithm twice, once escaped",
            format!("{{{inner},\"\\u0061lg\":\"none\"}}"),
        ),
        (
            "kid twice",
            format!("{{\"kid\":\"a\",\"kid\":\"b\",\"alg\":\"{name}\"}}"),
        ),
        ("a list", format!("[{fields}]")),
        ("a text", "\"JWT\"".to_owned()),
        ("a number", "1".to_owned()),
        ("null", "null".to_owned()),
        ("nothing", String::new()),
        ("blanks", "  ".to_owned()),
        ("two objects", format!("{fields}{fields}")),
        ("an object and more", format!("{fields}x")),
        ("a comma too many", format!("{{{inner},}}")),
        ("a comment", format!("{{{inner}/**/}}")),
        ("single quotes", fields.replace('"', "'")),
        ("a byte-order mark", format!("\u{feff}{fields}")),
        ("half an object", fields[..fields.len() - 1].to_owned()),
        ("nesting without end", "[".repeat(4_000)),
        ("objects without end", "{\"a\":".repeat(900)),
        ("a name in capitals", fields.replace("alg", "ALG")),
    ];
    let claims = claims().to_string();
    let mut attacks: Vec<Attack> = texts
        .into_iter()
        .map(|(name, text)| {
            named(
                format!("a header of {name}"),
                login.sign_bytes(text.as_bytes(), claims.as_bytes()),
            )
        })
        .collect();
    let invalid = [fields.as_bytes(), b"\xff"].concat();
    attacks.push(named(
        "a header that is not UTF-8",
        login.sign_bytes(&invalid, claims.as_bytes()),
    ));
    let wide: Vec<u8> = fields.encode_utf16().flat_map(u16::to_le_bytes).collect();
    attacks.push(named(
        "a header in UTF-16",
        login.sign_bytes(&wide, claims.as_bytes()),
    ));
    attacks
}

/// The instant at which all of this happens.
const NOW: i64 = 1_773_144_000;

/// Tokens that do not hold now.
fn times(login: &Login, header: &Value) -> Vec<Attack> {
    let fields = [
        ("exp", json!(NOW - 30)),
        ("exp", json!(NOW as f64 - 30.5)),
        ("exp", json!(NOW - 86_400)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MIN)),
        ("exp", json!(NOW + 73_050 * 86_400 + 1)),
        ("exp", json!((NOW + 3_600) * 1_000)),
        ("exp", json!(99_999_999_999_i64)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(1e308)),
        ("nbf", json!(NOW + 31)),
        ("nbf", json!(NOW + 86_400)),
        ("nbf", json!(1e300)),
        ("iat", json!(NOW + 31)),
        ("iat", json!(1e300)),
    ];
    let mut attacks: Vec<Attack> = fields
        .into_iter()
        .map(|(field, value)| {
            named(
                format!("{field} {value}"),
                login.sign(header, &with(claims(), field, value.clone())),
            )
        })
        .collect();
    attacks.push(named(
        "no exp",
        login.sign(header, &without(claims(), "exp")),
    ));
    attacks
}

/// Claims of a wrong type, missing, or about nobody.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn wrong_claims(login: &Login, header: &Value) -> Vec<Attack> {
    let object = json!({"exp": 4_102_444_800_u64});
    let fields = [
        (
            "exp",
            vec![
                json!("4102444800"),
                Value::Null,
                json!(true),
                json!([4_102_444_800_u64]),
                object.clone(),
            ],
        ),
        (
            "nbf",
            vec![
                json!("0"),
                Value::Null,
                json!(false),
                json!([0]),
                object.clone(),
            ],
        ),
        (
            "iat",
            vec![
                json!("0"),
                Value::Null,
                json!(false),
                json!([0]),
                object.clone(),
            ],
        ),
        (
            "sub",
            vec![
                json!(1),
                Value::Null,
                json!(true),
                json!(["owner"]),
                json!({"sub": "owner"}),
                json!(""),
            ],
        ),
        (
            "workspace",
            vec![
                json!(1),
                Value::Null,
                json!(true),
                json!(["acme"]),
                json!({"id": "acme"}),
                json!(""),
            ],
        ),
        ("iss", vec![json!(1), Value::Null, json!(["login"])]),
        (
            "aud",
            vec![
                json!(1),
                Value::Null,
                json!([1]),
                json!(["caseload", null]),
                json!({"aud": "caseload"}),
            ],
        ),
        ("jti", vec![json!(1), Value::Null]),
        (
            "sub",
            vec![
                json!("left"),
                json!("unheard of"),
                json!("elsewhere"),
                json!("owner\u{0}"),
                json!("Owner"),
                json!(" owner"),
            ],
        ),
        (
            "sub",
            vec![
                json!("owner' OR '1'='1"),
                json!("%"),
                json!("*"),
                json!("own\u{435}r"),
            ],
        ),
        (
            "workspace",
            vec![
                json!("other"),
                json!("nowhere"),
                json!("ACME"),
                json!("acme' OR '1'='1"),
                json!("%"),
                json!("acme\u{0}"),
            ],
        ),
    ];
    let mut attacks = Vec::new();
    for (field, values) in fields {
        for value in values {
            attacks.push(named(
                format!("{field} {value}"),
                login.sign(header, &with(claims(), field, value.clone())),
            ));
        }
    }
    for field in ["sub", "workspace"] {
        attacks.push(named(
            format!("no {field}"),
            login.sign(header, &without(claims(), field)),
        ));
    }
    attacks
}

/// Claims that are no JSON object with each field once.
fn claim_bytes(login: &Login, header: &Value) -> Vec<Attack> {
    let fields = claims().to_string();
    let inner = &fields[1..fields.len() - 1];
    let texts = [
        ("sub twice", format!("{{{inner},\"sub\":\"agent\"}}")),
        (
            "sub twice, the right one last",
            format!("{{\"sub\":\"agent\",{inner}}}"),
        ),
        (
            "sub twice, once escaped",
            format!("{{{inner},\"s\\u0075b\":\"owner\"}}"),
        ),
        (
            "workspace twice",
            format!("{{{inner},\"workspace\":\"other\"}}"),
        ),
        ("exp twice", format!("{{\"exp\":1,{inner}}}")),
        (
            "exp twice, the right one first",
            format!("{{{inner},\"exp\":1}}"),
        ),
        ("exp beyond numbers", fields.replace("4102444800", "1e999")),
        ("exp below numbers", fields.replace("4102444800", "-1e999")),
        ("exp NaN", fields.replace("4102444800", "NaN")),
        ("exp Infinity", fields.replace("4102444800", "Infinity")),
        (
            "exp in hexadecimal",
            fields.replace("4102444800", "0xF4865700"),
        ),
        (
            "exp with a plus",
            fields.replace("4102444800", "+4102444800"),
        ),
        (
            "exp with a zero before",
            fields.replace("4102444800", "04102444800"),
        ),
        ("a list", format!("[{fields}]")),
        ("a text", "\"owner\"".to_owned()),
        ("null", "null".to_owned()),
        ("nothing", String::new()),
        ("two objects", format!("{fields}{fields}")),
        ("an object and more", format!("{fields}x")),
        ("a comma too many", format!("{{{inner},}}")),
        ("a comment", format!("{{{inner}/**/}}")),
        ("a byte-order mark", format!("\u{feff}{fields}")),
        ("half an object", fields[..fields.len() - 1].to_owned()),
        (
            "nesting without end",
            format!("{{{inner},\"a\":{}", "[".repeat(3_000)),
        ),
        ("a token in the token", login.token()),
    ];
    let header = header.to_string();
    let mut attacks: Vec<Attack> = texts
        .into_iter()
        .map(|(name, text)| {
            named(
                format!("claims of {name}"),
                login.sign_bytes(header.as_bytes(), text.as_bytes()),
            )
        })
        .collect();
    let invalid = fields.replace("owner", "\u{1}").into_bytes();
    let invalid: Vec<u8> = invalid
        .into_iter()
        .map(|byte| if byte == 1 { 0xff } else { byte })
        .collect();
    attacks.push(named(
        "claims that are not UTF-8",
        login.sign_bytes(header.as_bytes(), &invalid),
    ));
    attacks
}

/// Tokens that are too large to look at. Above 16 KiB the header fields are refused before anyone looks at a token.
fn sizes(login: &Login, header: &Value) -> Vec<Attack> {
    let padded = |bytes: usize| with(claims(), "padding", json!("x".repeat(bytes)));
    vec![
        named("9 KiB of claims", login.sign(header, &padded(9 << 10))),
        named("11 KiB of claims", login.sign(header, &padded(11 << 10))),
        named(
            "9 KiB of header",
            login.sign(
                &with(header.clone(), "padding", json!("x".repeat(9 << 10))),
                &claims(),
            ),
        ),
        named("15 KiB of dots", ".".repeat(15 << 10)),
        named("15 KiB of letters", "A".repeat(15 << 10)),
        named(
            "a signature of 14 KiB",
            format!("{}{}", login.sign(header, &claims()), "A".repeat(14 << 10)),
        ),
    ]
}
