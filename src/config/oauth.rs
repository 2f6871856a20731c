//! `[smtp.oauth]` and `[inbound.imap.oauth]`: how we come by the token that a mailbox wants instead of a password (XOAUTH2).

use std::sync::Arc;

use ring::signature::RsaKeyPair;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::dkim::KeyPair;
use super::parse::{address, secret, text};
use super::reader::{Noted, Reader, Why, masked};
use super::section::is_loopback;

/// What a service account is asked to be let in to where nothing else is said: Google's mailboxes.
const SCOPE_OF_GOOGLE: &str = "https://mail.google.com/";

#[derive(Clone, Debug)]
pub struct OAuth {
    /// Whose mailbox it is.
    pub user: String,
    /// Where tokens are had (RFC 6749, 3.2).
    pub token_url: Url,
    pub grant: Grant,
    pub scope: Option<String>,
}

/// As whom we ask.
#[derive(Clone, Debug)]
pub enum Grant {
    /// As an application: in its own name (RFC 6749, 4.4), or with what a person has granted it (6).
    Application {
        client_id: String,
        client_secret: Option<SecretString>,
        refresh_token: Option<SecretString>,
    },
    /// As an account that may act for the mailbox's user, and signs what it asks (RFC 7523, 2.1).
    ServiceAccount(Arc<ServiceAccount>),
}

/// What Google's key file says.
#[derive(Debug)]
pub struct ServiceAccount {
    pub email: String,
    pub key_id: String,
    pub key: RsaKeyPair,
    /// Where it says that tokens are had.
    pub token_url: Option<Url>,
}

#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key_id: String,
    private_key: String,
    token_uri: Option<String>,
}

/// How the keys of one section are called.
pub(super) struct OAuthKeys {
    pub user: &'static str,
    pub token_url: &'static str,
    pub client_id: &'static str,
    pub client_secret: &'static str,
    pub refresh_token: &'static str,
    pub service_account: &'static str,
    pub scope: &'static str,
}

/// None of the section's keys: a password, or no login.
pub(super) fn oauth(r: &mut Reader, keys: &OAuthKeys) -> Result<Option<OAuth>, Noted> {
    let user = r.optional(keys.user, address)?;
    let token_url = r.optional(keys.token_url, |raw| token_url(&text(raw)?))?;
    let client_id = r.optional(keys.client_id, text)?;
    let client_secret = r.secret(keys.client_secret, secret, masked)?;
    let refresh_token = r.secret(keys.refresh_token, secret, masked)?;
    let account = r.secret(keys.service_account, service_account, masked)?;
    let scope = r.optional(keys.scope, text)?;
    let as_application = client_id.is_some() || client_secret.is_some() || refresh_token.is_some();
    if user.is_none() && token_url.is_none() && scope.is_none() && !as_application && account.is_none() {
        return Ok(None);
    }
    if account.is_some() && as_application {
        let why =
            "is given beside a client_id, client_secret or refresh_token: one of the two asks for tokens";
        return Err(r.fault(keys.service_account, why, r.origin_of(keys.service_account)));
    }
    if account.is_none() && client_secret.is_none() && refresh_token.is_none() {
        let why = format!(
            "missing: what proves who we are, unless {} or {} does",
            keys.refresh_token, keys.service_account
        );
        return Err(r.fault(keys.client_secret, why, None));
    }
    let mut needed = |key: &str, what: &str| r.fault(key, format!("missing: {what}"), None);
    let user = user.ok_or_else(|| needed(keys.user, "whose mailbox it is"));
    let token_url = token_url.or_else(|| account.as_ref().and_then(|account| account.token_url.clone()));
    let token_url = token_url.ok_or_else(|| needed(keys.token_url, "where tokens are had"));
    let (grant, scope) = match account {
        Some(account) => {
            let scope = scope.unwrap_or_else(|| SCOPE_OF_GOOGLE.to_owned());
            (Ok(Grant::ServiceAccount(Arc::new(account))), Some(scope))
        }
        None => {
            let client_id =
                client_id.ok_or_else(|| needed(keys.client_id, "as whom we are registered there"));
            (client_id.map(|client_id| Grant::Application { client_id, client_secret, refresh_token }), scope)
        }
    };
    let (user, token_url, grant) = (user?, token_url?, grant?);
    Ok(Some(OAuth { user, token_url, grant, scope }))
}

/// Never quotes the text.
fn service_account(json: &str) -> Result<ServiceAccount, Why> {
    let file: KeyFile = serde_json::from_str(json).map_err(|_| {
        Why("is no key of a service account: JSON with client_email, private_key_id and private_key"
            .to_owned())
    })?;
    let Ok(KeyPair::Rsa(key)) = KeyPair::from_pem(&file.private_key) else {
        return Err(Why("its private_key is no RSA key of 2048 to 4096 bits in PEM".to_owned()));
    };
    let token_url = file.token_uri.as_deref().map(token_url).transpose()?;
    Ok(ServiceAccount { email: file.client_email, key_id: file.private_key_id, key, token_url })
}

/// A secret travels there, so it is encrypted, unless it stays on this machine.
fn token_url(text: &str) -> Result<Url, Why> {
    let url = Url::parse(text).map_err(|error| Why(format!("{text:?} is no URL: {error}")))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(Why(format!("{text:?} is not https; our secret must not travel in the clear"))),
    }
}
