//! One connection to an IMAP server, logged in: each command within its time.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use async_imap::types::NameAttribute;
use async_imap::{Authenticator, Client};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use rustls::pki_types::ServerName;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::Away;
use crate::config::{Imap, ImapLogin};
use crate::mail::relay::{Roots, Tokens};

const CONNECT_WITHIN: Duration = Duration::from_secs(30);
const ANSWER_WITHIN: Duration = Duration::from_mins(2);
const INBOX: &str = "INBOX";

pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + fmt::Debug> Wire for T {}

#[derive(Debug)]
pub struct Session {
    imap: async_imap::Session<Box<dyn Wire>>,
    can_idle: bool,
}

/// A mail that waits, with its size as the server says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    pub uid: u32,
    pub bytes: u32,
}

async fn within<T, E: fmt::Display>(
    limit: Duration,
    at: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Away> {
    match timeout(limit, work).await {
        Ok(done) => done.map_err(|error| Away::Server { at, why: error.to_string() }),
        Err(_) => Err(Away::Server { at, why: format!("no answer in {} s", limit.as_secs()) }),
    }
}

/// The token, once; a challenge after it says why it is refused, and is answered by nothing.
struct XOAuth2(Option<String>);

impl Authenticator for XOAuth2 {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

impl Session {
    pub async fn open(imap: &Imap, roots: &Roots, tokens: &Tokens) -> Result<Self, Away> {
        let tcp =
            within(CONNECT_WITHIN, "connect", TcpStream::connect((imap.host.as_str(), imap.port))).await?;
        let away = |why: String| Away::Server { at: "tls", why };
        let wire: Box<dyn Wire> = if imap.encrypted {
            let config = roots.config().map_err(|error| away(error.to_string()))?;
            let name = ServerName::try_from(imap.host.clone()).map_err(|error| away(error.to_string()))?;
            Box::new(within(CONNECT_WITHIN, "tls", TlsConnector::from(config).connect(name, tcp)).await?)
        } else {
            Box::new(tcp)
        };
        let mut client = Client::new(wire);
        if within(CONNECT_WITHIN, "greeting", client.read_response()).await?.is_none() {
            return Err(Away::Server { at: "greeting", why: "the server hung up".to_owned() });
        }
        let mut session = log_in(client, imap, roots, tokens).await?;
        let capabilities = within(ANSWER_WITHIN, "capabilities", session.capabilities()).await?;
        let can_idle = capabilities.has_str("IDLE");
        Ok(Self { imap: session, can_idle })
    }

    /// The folders to read: those named, else INBOX and what the server marks as junk (RFC 6154).
    pub async fn folders(&mut self, named: &[String]) -> Result<Vec<String>, Away> {
        if !named.is_empty() {
            return Ok(named.to_vec());
        }
        let listed = async { self.imap.list(Some(""), Some("*")).await?.try_collect::<Vec<_>>().await };
        let listed = within(ANSWER_WITHIN, "list", listed).await?;
        let junk = listed.iter().filter(|name| name.attributes().contains(&NameAttribute::Junk));
        let junk = junk.map(|name| name.name().to_owned()).filter(|name| !name.eq_ignore_ascii_case(INBOX));
        Ok(std::iter::once(INBOX.to_owned()).chain(junk).collect())
    }

    /// Opens a folder to read from; its UIDVALIDITY.
    pub async fn examine(&mut self, folder: &str) -> Result<u32, Away> {
        let opened = within(ANSWER_WITHIN, "examine", self.imap.examine(folder)).await?;
        let why = || format!("the folder {folder} has no UIDVALIDITY");
        opened.uid_validity.ok_or_else(|| Away::Server { at: "examine", why: why() })
    }

    /// The mails above that UID, in order.
    pub async fn sizes_after(&mut self, uid: u32) -> Result<Vec<Waiting>, Away> {
        let range = format!("{}:*", u64::from(uid) + 1);
        let fetched =
            async { self.imap.uid_fetch(range, "(UID RFC822.SIZE)").await?.try_collect::<Vec<_>>().await };
        let fetched = within(ANSWER_WITHIN, "sizes", fetched).await?;
        let sized =
            fetched.iter().filter_map(|mail| Some(Waiting { uid: mail.uid?, bytes: mail.size.unwrap_or(0) }));
        // `n:*` names the last mail also where its UID is below n.
        let mut sized: Vec<Waiting> = sized.filter(|mail| mail.uid > uid).collect();
        sized.sort_unstable();
        sized.dedup();
        Ok(sized)
    }

    /// The part of each that is still there, and when the server had it.
    pub async fn fetch(
        &mut self,
        mails: &[Waiting],
        part: &str,
    ) -> Result<Vec<(Vec<u8>, Option<DateTime<Utc>>)>, Away> {
        if mails.is_empty() {
            return Ok(Vec::new());
        }
        let uids = mails.iter().map(|mail| mail.uid.to_string()).collect::<Vec<_>>().join(",");
        let query = format!("(UID INTERNALDATE {part})");
        let fetched = async { self.imap.uid_fetch(uids, query).await?.try_collect::<Vec<_>>().await };
        let mut fetched = within(ANSWER_WITHIN, "fetch", fetched).await?;
        fetched.sort_by_key(|mail| mail.uid);
        let with_bytes = fetched.iter().filter_map(|mail| {
            let raw = mail.body().or_else(|| mail.header())?.to_vec();
            Some((raw, mail.internal_date().map(|at| at.to_utc())))
        });
        Ok(with_bytes.collect())
    }

    /// Returns when the folder last opened has news, and after a turn at the latest.
    pub async fn wait(self, turn: Duration) -> Result<Self, Away> {
        let Self { imap: mut session, can_idle } = self;
        if !can_idle {
            tokio::time::sleep(turn / 2).await;
            within(ANSWER_WITHIN, "noop", session.noop()).await?;
            return Ok(Self { imap: session, can_idle });
        }
        let mut idle = session.idle();
        within(ANSWER_WITHIN, "idle", idle.init()).await?;
        let (news, stop) = idle.wait();
        // The server's own signs of life must not lengthen the turn.
        if let Ok(news) = timeout(turn, news).await {
            news.map_err(|error| Away::Server { at: "idle", why: error.to_string() })?;
        }
        drop(stop);
        let session = within(ANSWER_WITHIN, "idle", idle.done()).await?;
        Ok(Self { imap: session, can_idle })
    }
}

async fn log_in(
    client: Client<Box<dyn Wire>>,
    imap: &Imap,
    roots: &Roots,
    tokens: &Tokens,
) -> Result<async_imap::Session<Box<dyn Wire>>, Away> {
    match &imap.login {
        ImapLogin::Password { user, password } => {
            let login =
                async { client.login(user, password.expose_secret()).await.map_err(|(error, _)| error) };
            within(ANSWER_WITHIN, "login", login).await
        }
        ImapLogin::OAuth(oauth) => {
            let token = tokens.current(oauth, roots).await;
            let token = token.map_err(|away| Away::Server { at: "login", why: away.to_string() })?;
            let said = format!("user={}\x01auth=Bearer {}\x01\x01", oauth.user, token.text.expose_secret());
            let login = async {
                client.authenticate("XOAUTH2", XOAuth2(Some(said))).await.map_err(|(error, _)| error)
            };
            let session = within(ANSWER_WITHIN, "login", login).await;
            if session.is_err() {
                // It may have been withdrawn before its time.
                tokens.forget();
            }
            session
        }
    }
}
