//! The way to a relay: TCP without delay, greeting, EHLO, TLS as the route wants it; nothing said in plain text counts
//! later.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::dialogue::{Dialogue, Lines, Wire};
use super::route::{Encryption, Route};
use crate::domain::delivery::Reply;

/// The relay cannot be used now: why, and the reply if it was one.
#[derive(Debug, thiserror::Error)]
#[error("{at}: {why}")]
pub(in crate::mail) struct Away {
    pub at: &'static str,
    pub why: String,
    pub code: Option<u16>,
    /// A login was refused that a newer token may open.
    pub lapsed: bool,
}

impl Away {
    pub(super) fn new(at: &'static str, why: impl fmt::Display) -> Self {
        Self { at, why: why.to_string(), code: None, lapsed: false }
    }

    pub(super) fn reply(at: &'static str, reply: &Reply) -> Self {
        let why = format!("{} {}", reply.code, reply.words);
        Self { at, why, code: Some(reply.code), lapsed: false }
    }

    /// The relay is there, and puts this connection off (421 and the like): it may have as many as it takes.
    pub(super) fn wants_fewer(&self) -> bool {
        self.at == "greeting" && self.code.is_some_and(|code| (400..500).contains(&code))
    }

    /// Our login is refused, not only put off: somebody must mend that.
    pub(super) fn is_refused(&self) -> bool {
        self.at == "login" && self.code.is_some_and(|code| code >= 500)
    }
}

async fn within<T, E: fmt::Display>(
    limit: Duration,
    at: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Away> {
    match timeout(limit, work).await {
        Ok(outcome) => outcome.map_err(|error| Away::new(at, error)),
        Err(_) => Err(Away::new(at, format!("no reply in {} s", limit.as_secs()))),
    }
}

/// What the relay offers after EHLO.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the relay's")]
pub(super) struct Offers {
    pub dsn: bool,
    pub smtputf8: bool,
    pub pipelining: bool,
    pub size: Option<usize>,
    pub auth_plain: bool,
    pub auth_login: bool,
    pub auth_xoauth2: bool,
    starttls: bool,
}

impl Offers {
    fn read<'a>(lines: impl Iterator<Item = Cow<'a, str>>) -> Self {
        let mut offers = Self::default();
        for line in lines {
            let mut words = line.split_ascii_whitespace();
            match words.next().map(str::to_ascii_uppercase).as_deref() {
                Some("DSN") => offers.dsn = true,
                Some("SMTPUTF8") => offers.smtputf8 = true,
                Some("PIPELINING") => offers.pipelining = true,
                Some("STARTTLS") => offers.starttls = true,
                Some("SIZE") => offers.size = Some(words.next().and_then(|n| n.parse().ok()).unwrap_or(0)),
                Some("AUTH") => {
                    for mechanism in words {
                        offers.auth_plain |= mechanism.eq_ignore_ascii_case("PLAIN");
                        offers.auth_login |= mechanism.eq_ignore_ascii_case("LOGIN");
                        offers.auth_xoauth2 |= mechanism.eq_ignore_ascii_case("XOAUTH2");
                    }
                }
                _ => {}
            }
        }
        offers
    }
}

/// A relay that has said what it offers, over TLS where there is one.
#[derive(Debug)]
pub(super) struct Dialed {
    pub dialogue: Dialogue,
    pub offers: Offers,
    pub encrypted: bool,
}

/// Connects and encrypts.
pub(super) async fn dial(route: &Route, roots: &Roots) -> Result<Dialed, Away> {
    let name = route.helo_name.clone().map_or_else(ClientId::default, ClientId::Domain);
    let hello = format!("EHLO {name}\r\n");
    let limit = route.patience.greeting;
    let tcp = connect(route).await?;
    if route.encryption == Encryption::None && !route.implicit_tls && !route.is_loopback() {
        return Err(Away::new("tls", "plain text goes to this machine only; set smtp.tls = \"required\""));
    }
    let wire = if route.implicit_tls { roots.tls(route, Box::new(tcp)).await? } else { Box::new(tcp) };
    let mut dialogue = Dialogue::over(wire);
    expect(220, "greeting", within(limit, "greeting", dialogue.hear()).await?)?;
    let offers = greet(&mut dialogue, &hello, limit).await?;
    if route.implicit_tls || route.encryption == Encryption::None {
        return Ok(Dialed { dialogue, offers, encrypted: route.implicit_tls });
    }
    if !offers.starttls {
        if route.encryption == Encryption::Required {
            let why = "the relay does not offer STARTTLS, and smtp.tls = \"required\"";
            return Err(Away::new("starttls", why));
        }
        return Ok(Dialed { dialogue, offers, encrypted: false });
    }
    expect(220, "starttls", ask(&mut dialogue, "STARTTLS\r\n", limit, "starttls").await?)?;
    let plain = dialogue.into_wire().map_err(|error| Away::new("starttls", error))?;
    let mut dialogue = Dialogue::over(roots.tls(route, plain).await?);
    // What it offered in plain text is forgotten (RFC 3207, 4.2).
    let offers = greet(&mut dialogue, &hello, limit).await?;
    Ok(Dialed { dialogue, offers, encrypted: true })
}

/// To the first of the relay's addresses that answers. Each has its own time: one that drops packets, as a family of addresses
/// may that leads nowhere, does not use up the others'.
async fn connect(route: &Route) -> Result<TcpStream, Away> {
    let limit = route.patience.connect;
    let addresses = within(limit, "dns", lookup_host((route.host.as_str(), route.port))).await?;
    let mut last = Away::new("dns", "the relay's name has no address");
    for address in addresses {
        match within(limit, "connect", TcpStream::connect(address)).await {
            Ok(tcp) => {
                tcp.set_nodelay(true).map_err(|error| Away::new("connect", error))?;
                return Ok(tcp);
            }
            Err(away) => last = away,
        }
    }
    Err(last)
}

async fn greet(dialogue: &mut Dialogue, hello: &str, limit: Duration) -> Result<Offers, Away> {
    let lines = ask(dialogue, hello, limit, "greeting").await?;
    let offers = Offers::read(lines.texts());
    expect(250, "greeting", lines)?;
    Ok(offers)
}

pub(super) async fn ask<'a>(
    dialogue: &'a mut Dialogue,
    command: &str,
    limit: Duration,
    at: &'static str,
) -> Result<Lines<'a>, Away> {
    within(limit, at, async {
        dialogue.say(command.as_bytes()).await?;
        dialogue.hear().await
    })
    .await
}

fn expect(code: u16, at: &'static str, lines: Lines<'_>) -> Result<(), Away> {
    match lines.reply() {
        Some(reply) if reply.code == code => Ok(()),
        Some(reply) => Err(Away::reply(at, &reply)),
        None => Err(Away::new(at, "what answers does not speak SMTP")),
    }
}

/// The certificate authorities this machine trusts, and those of the route; read once.
#[derive(Default)]
pub(in crate::mail) struct Roots {
    authorities: Vec<CertificateDer<'static>>,
    read: OnceLock<Arc<ClientConfig>>,
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Roots")
    }
}

impl Roots {
    pub(super) fn of(route: &Route) -> Self {
        Self { authorities: route.authorities.clone(), read: OnceLock::new() }
    }

    pub(in crate::mail) fn config(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        if let Some(config) = self.read.get() {
            return Ok(Arc::clone(config));
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots.add_parsable_certificates(self.authorities.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::clone(self.read.get_or_init(|| Arc::new(config))))
    }

    async fn tls(&self, route: &Route, wire: Box<dyn Wire>) -> Result<Box<dyn Wire>, Away> {
        let name = ServerName::try_from(route.host.clone()).map_err(|error| Away::new("tls", error))?;
        let connector = TlsConnector::from(self.config().map_err(|error| Away::new("tls", error))?);
        let stream = within(route.patience.greeting, "tls", connector.connect(name, wire)).await?;
        Ok(Box::new(stream))
    }
}
