//! `[inbound.imap]`: a mailbox at a provider, read by us.

use secrecy::SecretString;
use url::Url;

use crate::config::oauth::{OAuth, OAuthKeys, oauth};
use crate::config::parse::{list, secret, text};
use crate::config::reader::{Noted, Reader, Why, masked};
use crate::config::section::is_loopback;
use crate::config::source::Raw;

const OAUTH: OAuthKeys = OAuthKeys {
    user: "inbound.imap.oauth.user",
    token_url: "inbound.imap.oauth.token_url",
    client_id: "inbound.imap.oauth.client_id",
    client_secret: "inbound.imap.oauth.client_secret",
    refresh_token: "inbound.imap.oauth.refresh_token",
    service_account: "inbound.imap.oauth.service_account",
    scope: "inbound.imap.oauth.scope",
};

#[derive(Clone, Debug)]
pub struct Imap {
    pub host: String,
    pub port: u16,
    /// TLS from the start; not so only on this machine.
    pub encrypted: bool,
    pub login: ImapLogin,
    /// None named: INBOX, and the folder that the server marks as \Junk.
    pub folders: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum ImapLogin {
    Password { user: String, password: SecretString },
    OAuth(Box<OAuth>),
}

impl Imap {
    pub fn user(&self) -> &str {
        match &self.login {
            ImapLogin::Password { user, .. } => user,
            ImapLogin::OAuth(oauth) => &oauth.user,
        }
    }
}

pub(super) fn imap(r: &mut Reader) -> Result<Option<Imap>, Noted> {
    const URL: &str = "inbound.imap.url";
    let url = r.optional(URL, server);
    let user = r.optional("inbound.imap.user", text);
    let password = r.secret("inbound.imap.password", secret, masked);
    let folders = r.optional("inbound.imap.folders", list(text));
    let oauth = oauth(r, &OAUTH);
    let (url, user, password, folders, oauth) =
        (url?, user?, password?, folders?.unwrap_or_default(), oauth?);
    let Some((host, port, encrypted)) = url else {
        let nothing = user.is_none() && password.is_none() && folders.is_empty() && oauth.is_none();
        if nothing {
            return Ok(None);
        }
        return Err(r.fault(URL, "missing: the server, as in \"imaps://imap.processor.example\"", None));
    };
    let login = match (user, password, oauth) {
        (None, None, Some(oauth)) => ImapLogin::OAuth(Box::new(oauth)),
        (Some(user), Some(password), None) => ImapLogin::Password { user, password },
        (_, _, Some(_)) => {
            let why = "inbound.imap.user or password is given as well; give one or the other";
            return Err(r.fault("inbound.imap.oauth", why, None));
        }
        (None, _, None) => return Err(r.fault("inbound.imap.user", "missing: whose mailbox it is", None)),
        (Some(_), None, None) => {
            let why = "missing: give it, or the keys of [inbound.imap.oauth] instead of user and password";
            return Err(r.fault("inbound.imap.password", why, None));
        }
    };
    Ok(Some(Imap { host, port, encrypted, login, folders }))
}

/// Host, port, and whether it is encrypted.
fn server(raw: &Raw) -> Result<(String, u16, bool), Why> {
    let text = text(raw)?;
    let url = Url::parse(&text).map_err(|error| Why(format!("{text:?} is no URL: {error}")))?;
    let host = url
        .host_str()
        .filter(|host| !host.is_empty())
        .ok_or_else(|| Why(format!("{text:?} names no host")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Why("holds a login; give inbound.imap.user and inbound.imap.password_file".to_owned()));
    }
    let host = host.trim_matches(['[', ']']).to_owned();
    match url.scheme() {
        "imaps" => Ok((host, url.port().unwrap_or(993), true)),
        "imap" if is_loopback(&url) => Ok((host, url.port().unwrap_or(143), false)),
        "imap" => Err(Why(format!("{text:?} would send the login in the clear; write imaps://"))),
        _ => Err(Why(format!("{text:?} is no server, as in \"imaps://imap.processor.example\""))),
    }
}
