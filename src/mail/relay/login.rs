//! Logging in to a relay (RFC 4954): a password by PLAIN or LOGIN, or a token by XOAUTH2.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::ExposeSecret;

use super::dial::{Away, Dialed, Roots, ask};
use super::dialogue::Dialogue;
use super::oauth::Tokens;
use super::route::{Login, Route};
use crate::domain::delivery::Reply;

const AT: &str = "login";

/// Logs in as the route says; without a login there is nothing to do.
pub(super) async fn log_in(
    dialed: &mut Dialed,
    route: &Route,
    roots: &Roots,
    tokens: &Tokens,
) -> Result<(), Away> {
    if route.login.is_none() && route.oauth.is_none() {
        return Ok(());
    }
    if !dialed.encrypted && !route.is_loopback() {
        let why = "what proves who we are would travel in plain text; set smtp.tls = \"required\"";
        return Err(Away::new(AT, why));
    }
    match (&route.oauth, &route.login) {
        (Some(oauth), _) if dialed.offers.auth_xoauth2 => {
            let token = tokens.current(oauth, roots).await?;
            let told = with_token(&mut dialed.dialogue, route, &oauth.user, token.text.expose_secret()).await;
            told.map_err(|away| {
                if !away.is_refused() {
                    return away;
                }
                // It may have been withdrawn before its time: a fresh one decides.
                tokens.forget();
                Away { lapsed: !token.fresh, ..away }
            })
        }
        (Some(_), _) => Err(Away::new(AT, "the relay does not offer AUTH XOAUTH2")),
        (None, Some(login)) => with_password(dialed, route, login).await,
        (None, None) => Ok(()),
    }
}

async fn with_password(dialed: &mut Dialed, route: &Route, login: &Login) -> Result<(), Away> {
    let (user, password) = (login.user.as_str(), login.password.expose_secret());
    let lines = if dialed.offers.auth_plain {
        vec![format!("AUTH PLAIN {}", BASE64_STANDARD.encode(format!("\0{user}\0{password}")))]
    } else if dialed.offers.auth_login {
        vec!["AUTH LOGIN".to_owned(), BASE64_STANDARD.encode(user), BASE64_STANDARD.encode(password)]
    } else {
        return Err(Away::new(AT, "the relay offers neither AUTH PLAIN nor AUTH LOGIN"));
    };
    let last = lines.len() - 1;
    for (at, line) in lines.into_iter().enumerate() {
        let reply = told(&mut dialed.dialogue, route, &line).await?;
        match reply.code {
            235 if at == last => return Ok(()),
            334 if at < last => {}
            334 => break,
            _ => return Err(Away::reply(AT, &reply)),
        }
    }
    Err(Away::new(AT, "the relay asked for more than name and password"))
}

/// XOAUTH2 in one line. What stands behind a 334 says why the token is refused; an empty line brings the refusal itself.
async fn with_token(dialogue: &mut Dialogue, route: &Route, user: &str, token: &str) -> Result<(), Away> {
    let response = BASE64_STANDARD.encode(format!("user={user}\x01auth=Bearer {token}\x01\x01"));
    let mut reply = told(dialogue, route, &format!("AUTH XOAUTH2 {response}")).await?;
    if reply.code == 334 {
        reply = told(dialogue, route, "").await?;
    }
    match reply.code {
        235 => Ok(()),
        334 => Err(Away::new(AT, "the relay asked for more than a token")),
        _ => Err(Away::reply(AT, &reply)),
    }
}

async fn told(dialogue: &mut Dialogue, route: &Route, line: &str) -> Result<Reply, Away> {
    let lines = ask(dialogue, &format!("{line}\r\n"), route.patience.command, AT).await?;
    lines.reply().ok_or_else(|| Away::new(AT, "what answers does not speak SMTP"))
}
