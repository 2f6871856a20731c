//! The real binary reads a mailbox over TLS: whose certificate it takes, and the login by a token that it must have first.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::dovecot::{BY_PASSWORD, Dovecot, PATIENCE, USER, by_password, count, fixture, is_here, reach};
use crate::inbound::killed::Doors;
use crate::inbound::mail;
use crate::support::World;

/// Whom the process trusts, in place of this machine's authorities.
fn trusting(authority: &str) -> (&'static str, String) {
    ("SSL_CERT_FILE", fixture(authority))
}

async fn world() -> World {
    World::without_probes("2026-11-24T12:00Z", &[]).await
}

#[tokio::test]
async fn a_mailbox_is_read_over_tls() {
    if !is_here() {
        return;
    }
    let mut dovecot = Dovecot::encrypted("relay.pem", |_| BY_PASSWORD.to_owned());
    dovecot.deliver("", &mail("by TLS"));
    let world = world().await;
    let url = format!("imaps://localhost:{}", dovecot.port);
    let settings = by_password(&url).into_iter().chain([trusting("ca.pem")]);
    let _doors = Doors::open(&world, &settings.collect::<Vec<_>>());
    reach(&world, 1).await;
}

#[tokio::test]
async fn a_login_goes_to_nobody_whose_certificate_is_not_the_servers() {
    if !is_here() {
        return;
    }
    for (certificate, authority) in
        [("relay.pem", "other-ca.pem"), ("expired.pem", "other-ca.pem"), ("elsewhere.pem", "other-ca.pem")]
    {
        let mut dovecot = Dovecot::encrypted(certificate, |_| BY_PASSWORD.to_owned());
        dovecot.deliver("", &mail("not read"));
        let world = world().await;
        let url = format!("imaps://localhost:{}", dovecot.port);
        let mut settings = by_password(&url).to_vec();
        settings.extend([
            trusting(authority),
            ("FORENOTICE__TELEMETRY__LOG_FILTER", "warn".to_owned()),
            ("FORENOTICE__ADMIN__LISTEN", "127.0.0.1:0".to_owned()),
        ]);
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut running = world.running(&["serve", "--roles", "receive"], &settings);
        let mut said = BufReader::new(running.child.stderr.take().unwrap()).lines();
        let why = async {
            loop {
                let line = said.next_line().await.unwrap().expect("it goes on");
                if line.contains("cannot be read and is tried again") {
                    return line;
                }
            }
        };
        let why = timeout(PATIENCE, why).await.expect("it says why");
        assert!(why.contains("certificate"), "{certificate}: {why}");
        running.child.kill().await.unwrap();
        assert_eq!(count(&world).await, 0);
        assert!(!dovecot.log().contains("Login"), "{}", dovecot.log());
    }
}

/// Gives tokens and says whose they are: the first one it does not know any more, and for the second it gives the mailbox's user.
async fn identity_provider() -> (String, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let (kept, given) = (Arc::clone(&asked), Arc::new(AtomicUsize::new(0)));
    let token = post(move |form: String| {
        kept.lock().unwrap().push(form);
        let number = given.fetch_add(1, Ordering::SeqCst) + 1;
        std::future::ready(Json(json!({"access_token": format!("token-{number}"), "expires_in": 3600})))
    });
    let info = get(async |Query(asked): Query<BTreeMap<String, String>>| {
        if asked.get("access_token").is_some_and(|token| token == "token-2") {
            Json(json!({"email": USER})).into_response()
        } else {
            (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_token"}))).into_response()
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/token", token).route("/info", info);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

fn by_tokens(provider: &str, folder: &Path) -> String {
    let keys = folder.join("oauth2");
    fs::write(&keys, format!("tokeninfo_url = {provider}/info?access_token=\nusername_attribute = email\n"))
        .unwrap();
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    let keys = keys.display();
    format!(
        "auth_mechanisms = xoauth2\npassdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {keys}\n}}\n"
    )
}

#[tokio::test]
async fn a_mailbox_is_read_by_a_token_and_by_another_once_that_is_refused() {
    if !is_here() {
        return;
    }
    let (provider, asked) = identity_provider().await;
    let mut dovecot = Dovecot::encrypted("relay.pem", |folder| by_tokens(&provider, folder));
    dovecot.deliver("", &mail("by token"));
    let world = world().await;
    let settings = [
        ("FORENOTICE__INBOUND__IMAP__URL", format!("imaps://localhost:{}", dovecot.port)),
        ("FORENOTICE__INBOUND__IMAP__OAUTH__USER", USER.to_owned()),
        ("FORENOTICE__INBOUND__IMAP__OAUTH__TOKEN_URL", format!("{provider}/token")),
        ("FORENOTICE__INBOUND__IMAP__OAUTH__CLIENT_ID", "forenotice".to_owned()),
        ("FORENOTICE__INBOUND__IMAP__OAUTH__CLIENT_SECRET", "0123456789abcdef".to_owned()),
        ("FORENOTICE__INBOUND__IMAP__OAUTH__SCOPE", "imap".to_owned()),
        trusting("ca.pem"),
    ];
    let _doors = Doors::open(&world, &settings);
    reach(&world, 1).await;
    dovecot.deliver("", &mail("later"));
    reach(&world, 2).await;
    let form = "client_id=forenotice&client_secret=0123456789abcdef&grant_type=client_credentials&scope=imap";
    assert_eq!(*asked.lock().unwrap(), [form; 2]);
}
