//! The way to a relay: TCP without delay, TLS as the route wants it, nothing said in plain text that counts later.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::route::{Encryption, Route};
use super::tap::Wire;
use crate::domain::delivery::Reply;

/// The longest greeting, EHLO or STARTTLS reply we read before TLS.
const PLAIN_REPLY_BYTES_MAX: usize = 16 * 1024;

/// The relay cannot be used now: why, and the reply if it was one.
#[derive(Debug, thiserror::Error)]
#[error("{at}: {why}")]
pub(super) struct Away {
    pub at: &'static str,
    pub why: String,
    pub code: Option<u16>,
}

impl Away {
    pub(super) fn new(at: &'static str, why: impl fmt::Display) -> Self {
        Self { at, why: why.to_string(), code: None }
    }

    pub(super) fn reply(at: &'static str, reply: &Reply) -> Self {
        Self { at, why: format!("{} {}", reply.code, reply.words), code: Some(reply.code) }
    }
}

/// What EHLO says.
pub(super) fn hello(route: &Route) -> ClientId {
    route.helo_name.clone().map_or_else(ClientId::default, ClientId::Domain)
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

/// The wire as the route wants it.
pub(super) struct Secured {
    pub wire: Box<dyn Wire>,
    pub peer: SocketAddr,
    /// A greeting for lettre to read, where the relay's own was already read before TLS.
    pub prelude: &'static [u8],
    pub encrypted: bool,
}

/// Connects and encrypts.
pub(super) async fn dial(route: &Route, hello: &ClientId, roots: &Roots) -> Result<Secured, Away> {
    let target = (route.host.as_str(), route.port);
    let tcp = within(route.patience.connect, "connect", TcpStream::connect(target)).await?;
    tcp.set_nodelay(true).map_err(|error| Away::new("connect", error))?;
    let peer = tcp.peer_addr().map_err(|error| Away::new("connect", error))?;
    secured(route, tcp, peer, hello, roots).await
}

async fn secured(
    route: &Route,
    mut tcp: TcpStream,
    peer: SocketAddr,
    hello: &ClientId,
    roots: &Roots,
) -> Result<Secured, Away> {
    let limit = route.patience.greeting;
    if route.implicit_tls {
        return Ok(Secured { wire: roots.tls(route, tcp).await?, peer, prelude: b"", encrypted: true });
    }
    if route.encryption == Encryption::None {
        if route.is_loopback() {
            return Ok(Secured { wire: Box::new(tcp), peer, prelude: b"", encrypted: false });
        }
        return Err(Away::new("tls", "plain text goes to this machine only; set smtp.tls = \"required\""));
    }
    let (greeting, _) = within(limit, "greeting", plain_reply(&mut tcp)).await?;
    if greeting.code != 220 {
        return Err(Away::reply("greeting", &greeting));
    }
    let (_, offers) = plain_command(&mut tcp, &format!("EHLO {hello}\r\n"), limit, "ehlo").await?;
    let starttls =
        |line: &str| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"));
    if offers.lines().any(starttls) {
        let (reply, _) = plain_command(&mut tcp, "STARTTLS\r\n", limit, "starttls").await?;
        if reply.code != 220 {
            return Err(Away::reply("starttls", &reply));
        }
        return Ok(Secured {
            wire: roots.tls(route, tcp).await?,
            peer,
            prelude: b"220 TLS\r\n",
            encrypted: true,
        });
    }
    if route.encryption == Encryption::Required {
        return Err(Away::new("starttls", "the relay does not offer STARTTLS, and smtp.tls = \"required\""));
    }
    Ok(Secured { wire: Box::new(tcp), peer, prelude: b"220 plain\r\n", encrypted: false })
}

async fn plain_command(
    tcp: &mut TcpStream,
    command: &str,
    limit: Duration,
    at: &'static str,
) -> Result<(Reply, String), Away> {
    within(limit, at, async {
        tcp.write_all(command.as_bytes()).await?;
        plain_reply(tcp).await
    })
    .await
}

/// Reads one reply, byte by byte: what stands behind it in plain text must not be taken for an answer that came
/// over TLS.
async fn plain_reply(tcp: &mut TcpStream) -> std::io::Result<(Reply, String)> {
    let mut text = Vec::new();
    let mut line_start = 0;
    while text.len() < PLAIN_REPLY_BYTES_MAX {
        let byte = tcp.read_u8().await?;
        text.push(byte);
        if byte != b'\n' {
            continue;
        }
        let line = String::from_utf8_lossy(&text[line_start..]).into_owned();
        if line.as_bytes().get(3) != Some(&b'-') {
            let code = line.get(..3).and_then(|code| code.parse().ok());
            let code = code.ok_or_else(|| std::io::Error::other("what answers does not speak SMTP"))?;
            let words = line.get(4..).unwrap_or_default().trim().to_owned();
            return Ok((Reply { code, words }, String::from_utf8_lossy(&text).into_owned()));
        }
        line_start = text.len();
    }
    Err(std::io::Error::other("the relay's reply does not end"))
}

/// The certificate authorities this machine trusts, read once.
#[derive(Default)]
pub(super) struct Roots(OnceLock<TlsConnector>);

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Roots")
    }
}

impl Roots {
    fn connector(&self, authorities: &[CertificateDer<'static>]) -> Result<TlsConnector, rustls::Error> {
        if let Some(connector) = self.0.get() {
            return Ok(connector.clone());
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots.add_parsable_certificates(authorities.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(self.0.get_or_init(|| TlsConnector::from(Arc::new(config))).clone())
    }

    async fn tls(&self, route: &Route, tcp: TcpStream) -> Result<Box<dyn Wire>, Away> {
        let name = ServerName::try_from(route.host.clone()).map_err(|error| Away::new("tls", error))?;
        let connector = self.connector(&route.authorities).map_err(|error| Away::new("tls", error))?;
        let stream = within(route.patience.greeting, "tls", connector.connect(name, tcp)).await?;
        Ok(Box::new(stream))
    }
}
