//! The way to a relay: where it is, how far it is trusted, how long we wait for it. Read once from the settings.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use secrecy::SecretString;
use url::Url;

use super::profile;
use crate::config::{Dsn, Environment, OAuth, RelayUrl, Settings, Tls};

/// How `smtp.tls` wants the connection to the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// STARTTLS with a verified certificate, or no letter leaves.
    Required,
    /// STARTTLS with a verified certificate where the relay offers it.
    Opportunistic,
    /// Plain text; to this machine only.
    None,
}

/// Which reports `smtp.dsn` asks a relay for that offers DSN (RFC 3461).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reports {
    Success,
    Failure,
    Unasked,
}

#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: SecretString,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(masked)")
    }
}

#[derive(Clone, Debug)]
pub struct Route {
    pub host: String,
    pub port: u16,
    /// TLS from the first byte (`smtps:`).
    pub implicit_tls: bool,
    pub encryption: Encryption,
    /// Certificate authorities trusted besides this machine's.
    pub authorities: Vec<CertificateDer<'static>>,
    pub login: Option<Login>,
    /// Instead of a password: a token.
    pub oauth: Option<OAuth>,
    /// What EHLO says; `None`: this machine's name.
    pub helo_name: Option<String>,
    pub reports: Reports,
    pub connections: usize,
    /// Letters a second over all connections; `None`: as fast as the relay takes them.
    pub rate_per_second: Option<f64>,
    pub letters_per_connection: u32,
    pub patience: Patience,
}

/// How long we wait (RFC 5321, 4.5.3.2), and how long we leave an absent relay alone.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For each of the relay's addresses, and for DNS to name them: long enough for three lost packets.
    pub connect: Duration,
    pub greeting: Duration,
    pub command: Duration,
    pub data: Duration,
    /// From the content's first byte to the reply after its dot: three minutes a block, then ten minutes.
    pub content: Duration,
    /// For the first reply to commands that stood behind a dot, once the dot has its own.
    pub behind_the_dot: Duration,
    /// A connection without work is closed after this.
    pub idle: Duration,
    /// A relay that takes no further connection is asked for one again after this.
    pub crowded: Duration,
    /// A letter waits so long with a relay that wants us slower; one that still does then is left alone as long again.
    pub slow: Duration,
    pub away_first: Duration,
    pub away_max: Duration,
    /// A relay that refuses our login or our sender waits for a person; until then it is asked this often.
    pub refused: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            greeting: Duration::from_mins(5),
            command: Duration::from_mins(5),
            data: Duration::from_mins(2),
            content: Duration::from_mins(13),
            behind_the_dot: Duration::from_secs(30),
            idle: Duration::from_secs(20),
            crowded: Duration::from_secs(30),
            slow: Duration::from_secs(30),
            away_first: Duration::from_secs(2),
            away_max: Duration::from_mins(5),
            refused: Duration::from_mins(5),
        }
    }
}

impl Patience {
    /// How long a relay that was away is left alone in a demo or a test, by the clock of the machine.
    pub const REHEARSED: Duration = Duration::from_millis(20);

    /// For a demo or a test.
    fn of_rehearsal() -> Self {
        let soon = Self::REHEARSED;
        let slow = Duration::from_millis(300);
        Self { slow, crowded: soon, away_first: soon, away_max: soon, refused: soon, ..Self::default() }
    }
}

impl Route {
    pub const LETTERS_PER_CONNECTION: u32 = 100;

    /// Reads `smtp.url`: `smtp://[user:password@]host[:port]`, or `smtps:` for TLS from the first byte.
    pub fn parse(url: &str) -> Result<Self, UnusableUrl> {
        let parsed = Url::parse(url).map_err(|_| UnusableUrl::NotAUrl)?;
        let (implicit_tls, default_port) = match parsed.scheme() {
            "smtp" => (false, 25),
            "smtps" => (true, 465),
            other => return Err(UnusableUrl::Scheme(other.to_owned())),
        };
        let host = parsed.host_str().filter(|host| !host.is_empty()).ok_or(UnusableUrl::NoHost)?;
        let login = match (decoded(parsed.username())?, parsed.password().map(decoded).transpose()?) {
            (user, Some(password)) if !user.is_empty() => Some(Login { user, password: password.into() }),
            (user, None) if user.is_empty() => None,
            _ => return Err(UnusableUrl::HalfALogin),
        };
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: parsed.port().unwrap_or(default_port),
            implicit_tls,
            encryption: Encryption::Required,
            authorities: Vec::new(),
            login,
            oauth: None,
            helo_name: None,
            reports: Reports::Success,
            connections: 4,
            rate_per_second: None,
            letters_per_connection: Self::LETTERS_PER_CONNECTION,
            patience: Patience::default(),
        })
    }

    /// The routes of these settings, in the order of `smtp.url`. In a demo or a test an absent relay is asked again at once: there the clock may
    /// jump a day in a second.
    pub fn of(settings: &Settings) -> Result<(Self, Vec<Self>), UnusableUrl> {
        let smtp = &settings.smtp;
        let others = smtp.fallbacks.iter().map(|url| Self::to(url, settings)).collect::<Result<_, _>>()?;
        Ok((Self::to(&smtp.url, settings)?, others))
    }

    fn to(url: &RelayUrl, settings: &Settings) -> Result<Self, UnusableUrl> {
        let smtp = &settings.smtp;
        let encryption = match smtp.tls {
            Tls::Required => Encryption::Required,
            Tls::Opportunistic => Encryption::Opportunistic,
            Tls::None => Encryption::None,
        };
        let reports = match smtp.dsn {
            Dsn::Success => Reports::Success,
            Dsn::Failure => Reports::Failure,
            Dsn::None => Reports::Unasked,
        };
        let patience = match settings.environment {
            Environment::Production => Patience::default(),
            Environment::Demo | Environment::Test => Patience::of_rehearsal(),
        };
        Ok(Self {
            encryption,
            reports,
            patience,
            oauth: smtp.oauth.clone(),
            helo_name: smtp.helo_name.clone(),
            connections: smtp.connections,
            rate_per_second: smtp.rate_per_second.map(f64::from).or(profile::per_second(smtp.profile)),
            letters_per_connection: smtp
                .letters_per_connection
                .unwrap_or_else(|| profile::letters_per_connection(smtp.profile)),
            ..Self::parse(url.expose().as_str())?
        })
    }

    /// Whether the relay is this very machine: only there may plain text go.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

/// The bytes behind `%XX`; the error never quotes the text, for it may be a password.
fn decoded(text: &str) -> Result<String, UnusableUrl> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = if *first == b'%' {
            let (digits, tail) = tail.split_at_checked(2).ok_or(UnusableUrl::Escape)?;
            let mut byte = [0];
            hex::decode_to_slice(digits, &mut byte).map_err(|_| UnusableUrl::Escape)?;
            bytes.push(byte[0]);
            tail
        } else {
            bytes.push(*first);
            tail
        };
    }
    String::from_utf8(bytes).map_err(|_| UnusableUrl::Escape)
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableUrl {
    #[error("is no URL; write smtp://user:password@relay.example:587")]
    NotAUrl,
    #[error("begins with {0}:; write smtp: or smtps:")]
    Scheme(String),
    #[error("names no host; write smtp://relay.example:587")]
    NoHost,
    #[error("has a user without a password or the reverse; give both or neither")]
    HalfALogin,
    #[error("holds a % that two hexadecimal digits do not follow; write a literal % as %25")]
    Escape,
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_url_says_where_and_as_whom() {
        let route = Route::parse("smtps://api%40x:p%25%3A%2f@relay.example").unwrap();
        assert_eq!((route.host.as_str(), route.port, route.implicit_tls), ("relay.example", 465, true));
        let login = route.login.unwrap();
        assert_eq!((login.user.as_str(), login.password.expose_secret()), ("api@x", "p%:/"));
        assert_eq!(format!("{login:?}"), "Login(masked)");
        assert!(!Route::parse("smtp://relay.example:587").unwrap().is_loopback());
        assert!(Route::parse("smtp://[::1]:25").unwrap().is_loopback());
        assert!(Route::parse("smtp://127.0.0.1:2525").unwrap().is_loopback());
    }

    #[test]
    fn a_url_that_cannot_be_used_says_why_without_showing_the_password() {
        for (url, expected) in [
            ("relay.example:25", UnusableUrl::Scheme("relay.example".into())),
            ("not a url", UnusableUrl::NotAUrl),
            ("https://relay.example", UnusableUrl::Scheme("https".into())),
            ("smtp://user@relay.example", UnusableUrl::HalfALogin),
            ("smtp://user:a%zz@relay.example", UnusableUrl::Escape),
        ] {
            assert_eq!(Route::parse(url).err(), Some(expected), "{url}");
        }
    }
}
