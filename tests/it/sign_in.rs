//! Signing in to the dashboard by a link, and what the cookie of a session is good for.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use caseload_api::{auth::make_login_link, config::Interval};
use caseload_schema::{id::MemberKey, instant::Instant};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{client::IntoClientRequest as _, protocol::Message},
};

use crate::{
    access::acme,
    front::server::Server,
    on_both_stores,
    support::{
        app::{Caseload, token},
        database::Backend,
    },
};
use futures::{SinkExt as _, StreamExt as _};

on_both_stores! {
    a_link_signs_in_once,
    of_two_who_use_a_link_at_once_one_is_signed_in,
    who_signs_out_is_signed_out_everywhere,
    a_member_who_leaves_stays_signed_out,
    sessions_end_by_the_clock,
    a_cookie_of_another_page_is_nobody_s,
}

const HOST: &str = "127.0.0.1:8080";
const HERE: (&str, &str) = ("origin", "http://127.0.0.1:8080");
const WHO: &str = r#"{"query":"{ viewer { member { id } role } }"}"#;

async fn member(caseload: &Caseload, id: &str) -> MemberKey {
    let directory = caseload
        .store
        .directory(caseload.workspace)
        .await
        .expect("the store");
    directory.member_by_id(id).expect("a member").key
}

/// A link for that member which ends after so many seconds.
async fn link(caseload: &Caseload, id: &str, seconds: i64) -> String {
    let workspace = caseload
        .store
        .find_workspace("acme")
        .await
        .expect("the store")
        .expect("acme");
    let ends = caseload.clock.now().plus_seconds(seconds);
    let key = member(caseload, id).await;
    make_login_link(&caseload.store, &workspace, key, ends)
        .await
        .expect("a link")
}

async fn send(
    caseload: &Caseload,
    path: &str,
    fields: &[(&str, &str)],
    body: &str,
) -> (StatusCode, HeaderMap, Value) {
    let mut request = Request::post(path)
        .header(header::HOST, HOST)
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let request = request
        .body(Body::from(body.to_owned()))
        .expect("a request");
    let response = caseload.respond(request).await;
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    (parts.status, parts.headers, body)
}

/// Uses the link: the cookie as a browser sends it.
async fn use_link(caseload: &Caseload, link: &str) -> Result<String, StatusCode> {
    let body = json!({"link": link}).to_string();
    let (status, headers, answer) = send(caseload, "/auth/link", &[HERE], &body).await;
    if status != StatusCode::OK {
        assert!(headers.get(header::SET_COOKIE).is_none(), "{answer}");
        return Err(status);
    }
    let cookie = headers[header::SET_COOKIE]
        .to_str()
        .expect("text")
        .to_owned();
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    let ttl = caseload.app.config().session_ttl.duration().as_secs();
    assert_eq!(
        attributes,
        format!("Path=/; Max-Age={ttl}; HttpOnly; SameSite=Lax")
    );
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    Ok(pair.to_owned())
}

async fn signed_in(caseload: &Caseload, id: &str) -> String {
    let link = link(caseload, id, 900).await;
    use_link(caseload, &link).await.expect("the link holds")
}

/// Who the cookie is to a page of this server.
async fn who(caseload: &Caseload, cookie: &str) -> Option<String> {
    let (status, _, answer) = send(caseload, "/graphql", &[HERE, ("cookie", cookie)], WHO).await;
    if status == StatusCode::UNAUTHORIZED {
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
            "{answer}"
        );
        return None;
    }
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"]["viewer"]["member"]["id"]
        .as_str()
        .map(str::to_owned)
}

async fn a_link_signs_in_once(backend: Backend) {
    let mut caseload = acme(backend).await;
    let first = link(&caseload, "agent", 900).await;
    // A wrong secret does not use the link up.
    let wrong = format!(
        "{}{}",
        &first[..first.len() - 1],
        if first.ends_with('0') { '1' } else { '0' }
    );
    for bad in [
        wrong.as_str(),
        "",
        "acme_1_x",
        &first.replace("acme", "other"),
        &first[1..],
    ] {
        assert_eq!(
            use_link(&caseload, bad).await,
            Err(StatusCode::UNAUTHORIZED),
            "{bad}"
        );
    }
    let cookie = use_link(&caseload, &first).await.expect("the link holds");
    assert_eq!(who(&caseload, &cookie).await.as_deref(), Some("agent"));
    assert_eq!(
        use_link(&caseload, &first).await,
        Err(StatusCode::UNAUTHORIZED)
    );
    assert_eq!(who(&caseload, &cookie).await.as_deref(), Some("agent"));
    // Another tab, and another process.
    caseload.restart();
    assert_eq!(who(&caseload, &cookie).await.as_deref(), Some("agent"));
    // The role is the one of now.
    let owner = signed_in(&caseload, "owner").await;
    assert_eq!(who(&caseload, &owner).await.as_deref(), Some("owner"));
    assert_eq!(who(&caseload, &cookie).await.as_deref(), Some("agent"));
    // Only hashes are kept.
    let secret = cookie.rsplit('_').next().expect("a secret");
    let dump = caseload.database.sql("SELECT count(*) FROM sessions");
    assert_eq!(dump.trim(), "2");
    let hashes = match backend {
        Backend::Sqlite => "SELECT hex(secret_hash) FROM sessions",
        Backend::Postgres => "SELECT encode(secret_hash, 'hex') FROM sessions",
    };
    assert!(
        !caseload
            .database
            .sql(hashes)
            .to_lowercase()
            .contains(secret)
    );
    assert_eq!(
        caseload
            .database
            .sql("SELECT count(*) FROM login_links")
            .trim(),
        "0"
    );
}

async fn of_two_who_use_a_link_at_once_one_is_signed_in(backend: Backend) {
    let caseload = acme(backend).await;
    for _ in 0..5 {
        let link = link(&caseload, "agent", 900).await;
        let other = caseload.another();
        let (one, two, three) = tokio::join!(
            use_link(&caseload, &link),
            use_link(&other, &link),
            use_link(&caseload, &link)
        );
        let signed_in = [one, two, three].into_iter().flatten().count();
        assert_eq!(signed_in, 1);
    }
}

async fn who_signs_out_is_signed_out_everywhere(backend: Backend) {
    let caseload = acme(backend).await;
    let other = caseload.another();
    let (cookie, second) = (
        signed_in(&caseload, "agent").await,
        signed_in(&caseload, "agent").await,
    );
    assert_eq!(who(&other, &cookie).await.as_deref(), Some("agent"));
    // Not by a page of somebody else.
    let elsewhere = ("origin", "https://evil.example.com");
    let (status, ..) = send(
        &caseload,
        "/auth/logout",
        &[elsewhere, ("cookie", &cookie)],
        "",
    )
    .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(who(&caseload, &cookie).await.as_deref(), Some("agent"));
    let (status, headers, _) =
        send(&caseload, "/auth/logout", &[HERE, ("cookie", &cookie)], "").await;
    assert_eq!(status, StatusCode::OK);
    let cleared = headers[header::SET_COOKIE].to_str().expect("text");
    assert!(
        cleared.starts_with("caseload_session=;") && cleared.contains("Max-Age=0"),
        "{cleared}"
    );
    assert_eq!(who(&caseload, &cookie).await, None);
    assert_eq!(
        who(&caseload, &second).await.as_deref(),
        Some("agent"),
        "the other browser stays"
    );
    // Another process learns of it within seconds.
    for _ in 0..100 {
        if who(&other, &cookie).await.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(who(&other, &cookie).await, None);
    // Once more is no error.
    let (status, ..) = send(&caseload, "/auth/logout", &[HERE, ("cookie", &cookie)], "").await;
    assert_eq!(status, StatusCode::OK);
}

async fn a_member_who_leaves_stays_signed_out(backend: Backend) {
    let mut caseload = acme(backend).await;
    let cookie = signed_in(&caseload, "agent").await;
    let unused = link(&caseload, "agent", 900).await;
    assert_eq!(who(&caseload, &cookie).await.as_deref(), Some("agent"));
    let active = |active: bool| {
        vec![json!({"type": "member", "id": "agent", "name": "Agent", "active": active})]
    };
    caseload.import(&active(false)).await;
    caseload.restart();
    assert_eq!(who(&caseload, &cookie).await, None);
    assert_eq!(
        use_link(&caseload, &unused).await,
        Err(StatusCode::UNAUTHORIZED)
    );
    caseload.import(&active(true)).await;
    caseload.restart();
    assert_eq!(who(&caseload, &cookie).await, None, "it comes back to life");
    assert_eq!(
        use_link(&caseload, &unused).await,
        Err(StatusCode::UNAUTHORIZED)
    );
    assert_eq!(
        who(&caseload, &signed_in(&caseload, "agent").await)
            .await
            .as_deref(),
        Some("agent")
    );
}

async fn sessions_end_by_the_clock(backend: Backend) {
    const TTL: i64 = 2 * 86_400;
    const HALF_AN_HOUR: i64 = 1_800;
    let mut caseload = acme(backend).await;
    let start = |caseload: &mut Caseload| {
        caseload.configure(|config| {
            config.session_idle = Interval::seconds(3_600);
            config.session_ttl = Interval::seconds(TTL as u64);
        });
    };
    start(&mut caseload);
    let begun = caseload.clock.now();
    let late = link(&caseload, "agent", 60).await;
    let (cookie, idle) = (
        signed_in(&caseload, "agent").await,
        signed_in(&caseload, "agent").await,
    );
    caseload.clock.set(begun.plus_seconds(61));
    assert_eq!(
        use_link(&caseload, &late).await,
        Err(StatusCode::UNAUTHORIZED)
    );
    // Used every half hour, for as long as the session holds at most.
    for half_hours in 1..=TTL / HALF_AN_HOUR {
        let now = begun.plus_seconds(half_hours * HALF_AN_HOUR);
        caseload.clock.set(now);
        let expected = (half_hours < TTL / HALF_AN_HOUR).then_some("agent");
        assert_eq!(
            who(&caseload, &cookie).await.as_deref(),
            expected,
            "after {half_hours} half hours"
        );
        if half_hours == 3 {
            assert_eq!(
                who(&caseload, &idle).await,
                None,
                "unused for more than an hour"
            );
            // The use is recorded after the request, and known to the next process.
            until_used(&caseload, now).await;
            start(&mut caseload);
        }
    }
    // The rows go when somebody signs in.
    signed_in(&caseload, "owner").await;
    let count = |table: &str| {
        caseload
            .database
            .sql(&format!("SELECT count(*) FROM {table}"))
    };
    assert_eq!(count("sessions").trim(), "1");
    assert_eq!(count("login_links").trim(), "0");
}

async fn until_used(caseload: &Caseload, at: Instant) {
    for _ in 0..600 {
        let used = caseload.database.sql("SELECT max(used_at) FROM sessions");
        if used.trim() == at.micros().to_string() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the use of the session is not recorded");
}

async fn a_cookie_of_another_page_is_nobody_s(backend: Backend) {
    let caseload = acme(backend).await;
    let cookie = signed_in(&caseload, "owner").await;
    let cookie = ("cookie", cookie.as_str());
    let elsewhere: [&[(&str, &str)]; 7] = [
        &[],
        &[("origin", "https://evil.example.com")],
        &[("origin", "http://127.0.0.1:9090")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), HERE],
    ];
    for fields in elsewhere {
        let fields = [fields, &[cookie]].concat();
        let (status, _, answer) = send(&caseload, "/graphql", &fields, WHO).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{fields:?}: {answer}");
        let (status, ..) = send(&caseload, "/auth/link", &fields, "{\"link\":\"x\"}").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{fields:?}");
    }
    // A form of another page can't send JSON without asking first.
    let form = [HERE, cookie, ("content-type", "text/plain")];
    let request = Request::post("/graphql").header(header::HOST, HOST);
    let request = form.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let response = caseload
        .respond(request.body(Body::from(WHO)).expect("a request"))
        .await;
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // Downloads, from a page of ours or the address bar; imports never.
    let download = |site: &'static str| {
        Request::get("/v1/rollups/daily.csv")
            .header(header::HOST, HOST)
            .header("cookie", cookie.1)
            .header("sec-fetch-site", site)
            .body(Body::empty())
            .expect("a request")
    };
    for (site, expected) in [
        ("same-origin", 200),
        ("none", 200),
        ("same-site", 401),
        ("cross-site", 401),
    ] {
        assert_eq!(
            caseload.respond(download(site)).await.status().as_u16(),
            expected,
            "{site}"
        );
    }
    let import = Request::post("/v1/import")
        .header(header::HOST, HOST)
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .header("origin", HERE.1)
        .header("cookie", cookie.1)
        .body(Body::from(
            "{\"type\":\"label\",\"id\":\"l\",\"title\":\"L\"}",
        ))
        .expect("a request");
    assert_eq!(
        caseload.respond(import).await.status(),
        StatusCode::UNAUTHORIZED
    );
    // A token counts whoever sends it, and comes before the cookie.
    let agent = format!("Bearer {}", token("agent"));
    let both = [cookie, HERE, ("authorization", agent.as_str())];
    let (_, _, answer) = send(&caseload, "/graphql", &both, WHO).await;
    assert_eq!(
        answer["data"]["viewer"]["member"]["id"], "agent",
        "{answer}"
    );
    let broken = [cookie, HERE, ("authorization", "Bearer nonsense")];
    let (status, ..) = send(&caseload, "/graphql", &broken, WHO).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn behind_a_proxy_the_public_address_decides() {
    let mut caseload = acme(Backend::Sqlite).await;
    caseload.configure(|config| config.public_url = Some("https://care.example.com".to_owned()));
    let link = link(&caseload, "agent", 900).await;
    let body = json!({"link": link}).to_string();
    let here = ("origin", "https://care.example.com");
    let (status, headers, answer) = send(&caseload, "/auth/link", &[here], &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let cookie = headers[header::SET_COOKIE].to_str().expect("text");
    assert!(
        cookie.starts_with("__Host-caseload_session=") && cookie.ends_with("; Secure"),
        "{cookie}"
    );
    let pair = cookie.split(';').next().expect("a pair");
    let (status, ..) = send(&caseload, "/graphql", &[here, ("cookie", pair)], WHO).await;
    assert_eq!(status, StatusCode::OK);
    // A cookie without the prefix may come from another host of the domain.
    let planted = pair.replace("__Host-", "");
    let (status, ..) = send(&caseload, "/graphql", &[here, ("cookie", &planted)], WHO).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_websocket_takes_the_cookie_of_our_own_pages_alone() {
    let caseload = acme(Backend::Sqlite).await;
    let cookie = signed_in(&caseload, "agent").await;
    let server = Server::start(&caseload).await;
    let ours = format!("http://{}", server.address);
    for (origin, expected) in [
        (Some(ours.as_str()), Ok("connection_ack")),
        (Some("https://evil.example.com"), Err(403)),
        (None, Err(4403)),
    ] {
        let mut request = format!("ws://{}/graphql/ws", server.address)
            .into_client_request()
            .expect("a request");
        let fields = request.headers_mut();
        fields.insert(
            "sec-websocket-protocol",
            "graphql-transport-ws".parse().expect("a value"),
        );
        fields.insert("cookie", cookie.parse().expect("a value"));
        if let Some(origin) = origin {
            fields.insert("origin", origin.parse().expect("a value"));
        }
        let mut socket = match connect_async(request).await {
            Ok((socket, _)) => socket,
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => {
                assert_eq!(Err(answer.status().as_u16()), expected, "{origin:?}");
                continue;
            }
            Err(error) => panic!("{origin:?}: {error}"),
        };
        socket
            .send(Message::text(r#"{"type":"connection_init"}"#))
            .await
            .expect("an open socket");
        let got = match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                let said: Value = serde_json::from_str(&text).expect("JSON");
                assert_eq!(said["type"], "connection_ack");
                Ok("connection_ack")
            }
            Some(Ok(Message::Close(Some(frame)))) => Err(frame.code.into()),
            other => panic!("{origin:?}: {other:?}"),
        };
        assert_eq!(got, expected, "{origin:?}");
    }
}

/// The link is not used up: it works at the address with TLS.
#[tokio::test]
async fn without_tls_nobody_is_signed_in_but_on_this_machine() {
    let caseload = acme(Backend::Sqlite).await;
    let link = link(&caseload, "agent", 900).await;
    let body = json!({"link": link}).to_string();
    let host = ("host", "care.example.com");
    let use_at = |origin: &'static str| {
        let request = Request::post("/auth/link")
            .header(host.0, host.1)
            .header(header::CONTENT_TYPE, "application/json")
            .header("origin", origin)
            .body(Body::from(body.clone()))
            .expect("a request");
        caseload.respond(request)
    };
    let refused = use_at("http://care.example.com").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(refused.headers().get(header::SET_COOKIE).is_none());
    assert_eq!(
        use_at("https://care.example.com").await.status(),
        StatusCode::OK
    );
}

/// A connection that listens is no use of a session, and whoever signs in again leaves no session behind.
#[tokio::test]
async fn a_new_session_ends_the_one_before() {
    let caseload = acme(Backend::Sqlite).await;
    let before = signed_in(&caseload, "owner").await;
    let link = link(&caseload, "agent", 900).await;
    let body = json!({"link": link}).to_string();
    let (status, ..) = send(&caseload, "/auth/link", &[HERE, ("cookie", &before)], &body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(who(&caseload, &before).await, None);
    let large = format!("{{\"link\":\"{}\"}}", "x".repeat(2_000));
    let (status, ..) = send(&caseload, "/auth/link", &[HERE], &large).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
