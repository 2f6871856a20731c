//! Tokens for XOAUTH2: had from the identity provider (RFC 6749), kept in memory alone, renewed before they run out.
//!
//! One request at a time, however many connections wait for its token. Neither token nor secret is ever logged or told.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use ring::rand::SystemRandom;
use ring::signature::RSA_PKCS1_SHA256;
use rustls::pki_types::UnixTime;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::form_urlencoded;

use super::dial::{Away, Roots};
use crate::config::{Grant, OAuth, ServiceAccount};

const ANSWER_WITHIN: Duration = Duration::from_secs(30);
const ANSWER_BYTES_MAX: usize = 64 * 1024;
const ERROR_CHARS_MAX: usize = 60;
/// A token is renewed so long before it runs out, or at half its time where that is shorter.
const RENEW_BEFORE: Duration = Duration::from_mins(5);
/// Assumed where the provider does not say (RFC 6749, 5.1, only recommends that it does).
const LIFETIME_UNSAID: Duration = Duration::from_mins(10);
/// Google takes no longer ones.
const ASSERTED_FOR: Duration = Duration::from_hours(1);
/// The reply code that a login refused by the provider counts as: the relay would give no other.
const REFUSED: u16 = 535;

#[derive(Debug, Default)]
pub(in crate::mail) struct Tokens {
    http: OnceLock<Result<Client, String>>,
    /// Held while a token is asked for.
    asking: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    token: Option<(SecretString, Instant)>,
    /// The provider's newest, where it gives a new one with each token.
    refresh_token: Option<SecretString>,
}

pub(in crate::mail) struct Token {
    pub text: SecretString,
    /// It was asked for just now.
    pub fresh: bool,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    /// Seconds; some say them as text.
    expires_in: Option<Value>,
    refresh_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

impl Tokens {
    /// The token at hand, or a new one.
    pub(in crate::mail) async fn current(&self, oauth: &OAuth, roots: &Roots) -> Result<Token, Away> {
        if let Some(token) = self.at_hand() {
            return Ok(token);
        }
        let _one_at_a_time = self.asking.lock().await;
        match self.at_hand() {
            Some(token) => Ok(token),
            None => self.ask(oauth, roots).await,
        }
    }

    /// The relay does not take the token at hand.
    pub(in crate::mail) fn forget(&self) {
        self.known().token = None;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at_hand(&self) -> Option<Token> {
        let known = self.known();
        let (text, _) = known.token.as_ref().filter(|(_, renew_at)| Instant::now() < *renew_at)?;
        Some(Token { text: text.clone(), fresh: false })
    }

    async fn ask(&self, oauth: &OAuth, roots: &Roots) -> Result<Token, Away> {
        let http = self.http.get_or_init(|| client(roots)).as_ref().map_err(away)?;
        let newest = self.known().refresh_token.clone();
        let request = http
            .post(oauth.token_url.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(form(oauth, newest.as_ref()).ok_or_else(|| away(&"cannot be asked: nothing was signed"))?);
        let response = request.send().await.map_err(|error| away(&error.without_url()))?;
        let status = response.status();
        let body = whole(response).await?;
        if !status.is_success() {
            let error = serde_json::from_slice::<Refused>(&body).map(|refused| harmless(&refused.error));
            let why = format!("said {} {}", status.as_u16(), error.unwrap_or_default());
            // A fault of theirs passes; that we are refused does not.
            let code = status.is_client_error().then_some(REFUSED);
            return Err(Away { code: code.filter(|_| status.as_u16() != 429), ..away(&why.trim_end()) });
        }
        let granted: Granted = serde_json::from_slice(&body).map_err(|_| away(&"gave no token"))?;
        if !granted.access_token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(away(&"gave what is no token"));
        }
        let lifetime = granted.expires_in.as_ref().and_then(seconds).unwrap_or(LIFETIME_UNSAID);
        let renew_at = Instant::now() + renewed_after(lifetime);
        let mut known = self.known();
        known.token = Some((granted.access_token.clone(), renew_at));
        known.refresh_token = granted.refresh_token.or(newest);
        Ok(Token { text: granted.access_token, fresh: true })
    }
}

fn client(roots: &Roots) -> Result<Client, String> {
    let tls = roots.config().map_err(|error| error.to_string())?;
    let client = Client::builder().tls_backend_preconfigured((*tls).clone()).redirect(Policy::none());
    client.no_proxy().timeout(ANSWER_WITHIN).build().map_err(|error| error.to_string())
}

/// The request (RFC 6749, 4.4.2 and 6, the client's secret in its body, 2.3.1; RFC 7523, 2.1). None: nothing can be signed.
fn form(oauth: &OAuth, newest: Option<&SecretString>) -> Option<String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    match &oauth.grant {
        Grant::Application { client_id, client_secret, refresh_token } => {
            form.append_pair("client_id", client_id);
            if let Some(secret) = client_secret {
                form.append_pair("client_secret", secret.expose_secret());
            }
            match newest.or(refresh_token.as_ref()) {
                Some(token) => {
                    form.append_pair("grant_type", "refresh_token");
                    form.append_pair("refresh_token", token.expose_secret());
                }
                None => {
                    form.append_pair("grant_type", "client_credentials");
                }
            }
            if let Some(scope) = &oauth.scope {
                form.append_pair("scope", scope);
            }
        }
        Grant::ServiceAccount(account) => {
            form.append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
            form.append_pair("assertion", &assertion(account, oauth, UnixTime::now())?);
        }
    }
    Some(form.finish())
}

/// That the account asks on behalf of the mailbox's user, signed (RFC 7523, 3; RFC 7515, 3.1). The provider compares the time with its
/// clock, so it is that of TLS, not that of business.
fn assertion(account: &ServiceAccount, oauth: &OAuth, now: UnixTime) -> Option<String> {
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": account.key_id });
    let claims = json!({
        "iss": account.email,
        "sub": oauth.user,
        "scope": oauth.scope,
        "aud": oauth.token_url,
        "iat": now.as_secs(),
        "exp": now.as_secs() + ASSERTED_FOR.as_secs(),
    });
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let said = format!("{}.{}", part(&header), part(&claims));
    let mut signature = vec![0; account.key.public().modulus_len()];
    account.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), said.as_bytes(), &mut signature).ok()?;
    Some(format!("{said}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
}

async fn whole(mut response: Response) -> Result<Vec<u8>, Away> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| away(&error.without_url()))? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(away(&"gave an answer without end"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// How long a token serves that lives so long.
fn renewed_after(lifetime: Duration) -> Duration {
    lifetime.saturating_sub(RENEW_BEFORE.min(lifetime / 2))
}

fn seconds(said: &Value) -> Option<Duration> {
    let seconds = said.as_u64().or_else(|| said.as_str()?.parse().ok())?;
    // A day at most: what a provider takes back is asked for anew at the latest then.
    Some(Duration::from_secs(seconds.min(24 * 60 * 60)))
}

/// The provider's word for why, as far as it can be no secret (RFC 6749, 5.2: `invalid_client` and the like).
fn harmless(error: &str) -> String {
    let plain = |c: &char| c.is_ascii_lowercase() || matches!(c, '_' | '-');
    error.chars().take_while(plain).take(ERROR_CHARS_MAX).collect()
}

fn away(why: &impl std::fmt::Display) -> Away {
    Away::new("login", format!("no token for XOAUTH2: the token endpoint: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_serves_until_five_minutes_or_half_its_time_before_its_end() {
        for (lifetime, serves) in [(3_600, 3_300), (600, 300), (240, 120), (0, 0)] {
            assert_eq!(
                renewed_after(Duration::from_secs(lifetime)),
                Duration::from_secs(serves),
                "{lifetime}"
            );
        }
        assert_eq!(seconds(&"3599".into()), Some(Duration::from_secs(3_599)));
        assert_eq!(seconds(&serde_json::json!(-1)), None);
        assert_eq!(seconds(&u64::MAX.into()), Some(Duration::from_hours(24)));
    }
}
