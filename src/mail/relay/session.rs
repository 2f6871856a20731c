//! One connection to a relay, and one letter's way over it: MAIL, RCPT, DATA, content, one command at a time.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::parcel::Parcel;
use super::route::{Encryption, Route};
use super::tap::{Heard, Tap, Wire};
use crate::domain::delivery::{OtherRecipients, Point, Reply, Verdict, verdict};

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
    fn new(at: &'static str, why: impl fmt::Display) -> Self {
        Self { at, why: why.to_string(), code: None }
    }

    fn reply(at: &'static str, reply: &Reply) -> Self {
        Self { at, why: format!("{} {}", reply.code, reply.words), code: Some(reply.code) }
    }
}

/// How one letter's way ended.
#[derive(Debug)]
pub(super) enum End {
    Told {
        verdict: Verdict,
        point: Point,
        reply: Reply,
    },
    /// The address needs what this relay does not offer.
    UnfitAddress {
        why: String,
    },
    /// The letter is larger than this relay takes.
    TooLarge {
        why: String,
    },
    /// Cut before the dot had left: the relay has nothing.
    Unsent {
        why: String,
    },
    /// Cut after it: nobody can say.
    InDoubt {
        why: String,
    },
}

/// What the relay offered after EHLO, over TLS where there is one.
#[derive(Clone, Copy, Debug, Default)]
struct Offers {
    dsn: bool,
    smtputf8: bool,
    size: Option<usize>,
}

pub(super) struct Session {
    connection: AsyncSmtpConnection,
    heard: Heard,
    offers: Offers,
    route: Arc<Route>,
    /// Letters this connection has carried.
    pub(super) letters: u32,
    /// Whether another letter may follow on this connection.
    pub(super) usable: bool,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("offers", &self.offers)
            .field("letters", &self.letters)
            .finish_non_exhaustive()
    }
}

struct Command(String);

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Session {
    /// Connects, encrypts as the route says, and logs in.
    pub(super) async fn open(route: &Arc<Route>, roots: &Roots) -> Result<Self, Away> {
        let patience = route.patience;
        let target = (route.host.as_str(), route.port);
        let tcp = within(patience.connect, "connect", TcpStream::connect(target)).await?;
        tcp.set_nodelay(true).map_err(|error| Away::new("connect", error))?;
        let peer = tcp.peer_addr().map_err(|error| Away::new("connect", error))?;
        let hello = hello(route);
        let Secured { wire, prelude, encrypted } = secured(route, tcp, &hello, roots).await?;
        let (tap, heard) = Tap::new(wire, peer, prelude);
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(tap), &hello);
        let connected = timeout(patience.greeting, greeted).await;
        let mut replies = Vec::new();
        while let Some(lines) = heard.take_reply() {
            replies.push(lines);
        }
        let connection = match connected {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => {
                let refusal =
                    replies.last().and_then(super::tap::Lines::reply).filter(|reply| reply.code >= 400);
                return Err(
                    refusal.map_or_else(|| Away::new("greeting", error), |r| Away::reply("greeting", &r))
                );
            }
            Err(_) => return Err(Away::new("greeting", "no reply in time")),
        };
        let offers = replies.last().map(|lines| Offers::read(lines.texts())).unwrap_or_default();
        let mut session =
            Self { connection, heard, offers, route: Arc::clone(route), letters: 0, usable: true };
        session.log_in(encrypted).await?;
        Ok(session)
    }

    async fn log_in(&mut self, encrypted: bool) -> Result<(), Away> {
        let Some(login) = self.route.login.clone() else { return Ok(()) };
        if !encrypted && !self.route.is_loopback() {
            return Err(Away::new(
                "login",
                "the password would travel in plain text; set smtp.tls = \"required\"",
            ));
        }
        let credentials = Credentials::new(login.user, login.password.expose_secret().to_owned());
        let asked = self.connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
        match timeout(self.route.patience.command, asked).await {
            Err(_) => Err(Away::new("login", "no reply in time")),
            Ok(outcome) => {
                let mut last = None;
                while let Some(lines) = self.heard.take_reply() {
                    last = lines.reply();
                }
                match (outcome, last) {
                    (Ok(_), Some(reply)) if reply.code == 235 => Ok(()),
                    (_, Some(reply)) => Err(Away::reply("login", &reply)),
                    (Ok(_), None) => {
                        Err(Away::new("login", "the relay asked for more than name and password"))
                    }
                    (Err(error), None) => Err(Away::new("login", error)),
                }
            }
        }
    }

    /// Hands one letter over. Whatever the relay refuses, the connection is reset and stays, unless it broke.
    pub(super) async fn hand_over(&mut self, parcel: &Parcel, others: OtherRecipients) -> End {
        if let Some(end) = self.unfit(parcel) {
            return end;
        }
        let patience = self.route.patience;
        let steps = [
            (Point::Mail, self.mail(parcel), patience.command),
            (Point::Rcpt, self.rcpt(parcel), patience.command),
            (Point::Data, "DATA\r\n".to_owned(), patience.data),
        ];
        for (point, command, limit) in steps {
            let reply = match self.say(command, limit).await {
                Ok(reply) => reply,
                Err(why) => return End::Unsent { why },
            };
            let verdict = verdict(point, &reply, others);
            if verdict != Verdict::Good {
                self.reset(verdict, point).await;
                return End::Told { verdict, point, reply };
            }
        }
        self.content(parcel, others).await
    }

    async fn content(&mut self, parcel: &Parcel, others: OtherRecipients) -> End {
        self.heard.count_from_here();
        match self.say(parcel.stuffed().to_owned(), self.route.patience.content).await {
            Ok(reply) => {
                let verdict = verdict(Point::Dot, &reply, others);
                self.letters += u32::from(verdict == Verdict::Good);
                self.usable &= reply.code != 421 && verdict != Verdict::RelayFault;
                match verdict {
                    // Out of step: this reply belongs to something else.
                    Verdict::RelayFault => End::InDoubt { why: format!("{} {}", reply.code, reply.words) },
                    _ => End::Told { verdict, point: Point::Dot, reply },
                }
            }
            Err(why) if self.heard.written() < parcel.stuffed().len() => End::Unsent { why },
            Err(why) => End::InDoubt { why },
        }
    }

    /// After a refusal the relay must forget the envelope: a sender or recipient that stood would mix with the
    /// next letter's. After 354 out of turn the connection is closed without a dot, lest an empty letter go.
    async fn reset(&mut self, verdict: Verdict, point: Point) {
        let over = matches!(verdict, Verdict::SessionOver)
            || (verdict == Verdict::RelayFault && point != Point::Mail);
        if over {
            self.usable = false;
            return;
        }
        let reply = self.say("RSET\r\n".to_owned(), self.route.patience.command).await;
        self.usable &= reply.is_ok_and(|reply| reply.code == 250);
    }

    fn unfit(&self, parcel: &Parcel) -> Option<End> {
        if parcel.needs_smtputf8() && !self.offers.smtputf8 {
            let why =
                "the address is not ASCII before the @, and the relay does not offer SMTPUTF8".to_owned();
            return Some(End::UnfitAddress { why });
        }
        let size = parcel.stuffed().len();
        let most = self.offers.size.filter(|most| *most > 0 && size > *most)?;
        Some(End::TooLarge { why: format!("the letter has {size} bytes, and the relay takes {most}") })
    }

    fn mail(&self, parcel: &Parcel) -> String {
        let mut parts = vec![format!("MAIL FROM:<{}>", parcel.from())];
        if self.offers.size.is_some() {
            parts.push(format!("SIZE={}", parcel.stuffed().len()));
        }
        if parcel.needs_smtputf8() {
            parts.push("SMTPUTF8 BODY=8BITMIME".to_owned());
        }
        if self.offers.dsn {
            parts.push("RET=HDRS".to_owned());
            parts.extend(parcel.envelope_id().map(|id| format!("ENVID={id}")));
        }
        parts.join(" ") + "\r\n"
    }

    fn rcpt(&self, parcel: &Parcel) -> String {
        let mut line = format!("RCPT TO:<{}>", parcel.to());
        if self.offers.dsn {
            line += &parcel.reports(self.route.reports);
        }
        line + "\r\n"
    }

    async fn say(&mut self, command: String, limit: Duration) -> Result<Reply, String> {
        let outcome = timeout(limit, self.connection.command(Command(command))).await;
        let reply = self.heard.take_reply().and_then(|lines| lines.reply());
        match (outcome, reply) {
            (Ok(outcome), Some(reply)) => {
                let understood =
                    outcome.is_ok() || outcome.is_err_and(|e| e.is_transient() || e.is_permanent());
                self.usable &= understood;
                Ok(reply)
            }
            (Ok(outcome), None) => {
                self.usable = false;
                Err(outcome
                    .err()
                    .map_or_else(|| "no reply".to_owned(), |error| format!("connection lost: {error}")))
            }
            (Err(_), _) => {
                self.usable = false;
                Err(format!("no reply in {} s", limit.as_secs()))
            }
        }
    }

    /// Takes leave; what the relay says to it does not matter.
    pub(super) async fn close(mut self) {
        let _ =
            timeout(Duration::from_secs(2), self.connection.command(Command("QUIT\r\n".to_owned()))).await;
    }
}

impl Offers {
    fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut offers = Self::default();
        for line in lines {
            let mut words = line.split_ascii_whitespace();
            match words.next().map(str::to_ascii_uppercase).as_deref() {
                Some("DSN") => offers.dsn = true,
                Some("SMTPUTF8") => offers.smtputf8 = true,
                Some("SIZE") => offers.size = Some(words.next().and_then(|n| n.parse().ok()).unwrap_or(0)),
                _ => {}
            }
        }
        offers
    }
}

fn hello(route: &Route) -> ClientId {
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
struct Secured {
    wire: Box<dyn Wire>,
    /// A greeting for lettre to read, where the relay's own was already read before TLS.
    prelude: &'static [u8],
    encrypted: bool,
}

async fn secured(
    route: &Route,
    mut tcp: TcpStream,
    hello: &ClientId,
    roots: &Roots,
) -> Result<Secured, Away> {
    let limit = route.patience.greeting;
    if route.implicit_tls {
        return Ok(Secured { wire: roots.tls(route, tcp).await?, prelude: b"", encrypted: true });
    }
    if route.encryption == Encryption::None {
        if route.is_loopback() {
            return Ok(Secured { wire: Box::new(tcp), prelude: b"", encrypted: false });
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
        return Ok(Secured { wire: roots.tls(route, tcp).await?, prelude: b"220 TLS\r\n", encrypted: true });
    }
    if route.encryption == Encryption::Required {
        return Err(Away::new("starttls", "the relay does not offer STARTTLS, and smtp.tls = \"required\""));
    }
    Ok(Secured { wire: Box::new(tcp), prelude: b"220 plain\r\n", encrypted: false })
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
    fn connector(&self) -> Result<TlsConnector, rustls::Error> {
        if let Some(connector) = self.0.get() {
            return Ok(connector.clone());
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(self.0.get_or_init(|| TlsConnector::from(Arc::new(config))).clone())
    }

    async fn tls(&self, route: &Route, tcp: TcpStream) -> Result<Box<dyn Wire>, Away> {
        let name = ServerName::try_from(route.host.clone()).map_err(|error| Away::new("tls", error))?;
        let connector = self.connector().map_err(|error| Away::new("tls", error))?;
        let stream = within(route.patience.greeting, "tls", connector.connect(name, tcp)).await?;
        Ok(Box::new(stream))
    }
}
