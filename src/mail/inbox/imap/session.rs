//! One connection to an IMAP server, logged in: each command within its time.
//!
//! The library's streams end on NO, on BAD and when the server hangs up as they do on OK. So what is read from is asked for here, and an
//! answer is whole only with its own tagged OK.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::imap_proto::{
    AttributeValue, MailboxDatum, MessageSection, NameAttribute, RequestId, Response, SectionPath, Status,
};
use async_imap::{Authenticator, Client};
use chrono::{DateTime, Utc};
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
/// RFC 3501, date-time.
const INTERNAL_DATE: &str = "%d-%b-%Y %H:%M:%S %z";

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

/// What came of a command, and why that need not be all of it.
struct Answer<T> {
    came: Vec<T>,
    broken: Option<Away>,
}

/// A mail as it came.
#[derive(Debug)]
pub struct Sent {
    pub uid: u32,
    pub raw: Vec<u8>,
    /// When the server had it.
    pub came: Option<DateTime<Utc>>,
}

/// The mails that came, in order, and what broke off the answer, if it was.
#[derive(Debug)]
pub struct Fetched {
    pub mails: Vec<Sent>,
    pub broken: Option<Away>,
}

/// A mail that is there and did not come, the first of them, and why.
#[derive(Debug)]
pub struct Hole {
    pub uid: u32,
    pub away: Away,
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
        let junk = |response: &Response<'_>| match response {
            Response::MailboxData(MailboxDatum::List(folder))
                if folder.name_attributes.contains(&NameAttribute::Junk) =>
            {
                Some(folder.name.clone().into_owned())
            }
            _ => None,
        };
        let junk = self.whole("list", "LIST \"\" \"*\"", junk).await?.into_iter();
        let junk = junk.filter(|name| !name.eq_ignore_ascii_case(INBOX));
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
        let command = format!("UID FETCH {}:* (UID RFC822.SIZE)", u64::from(uid) + 1);
        let listed = self.whole("sizes", &command, Said::of).await?.into_iter();
        let sized = listed.map(|said| Waiting { uid: said.uid, bytes: said.size.unwrap_or(0) });
        // `n:*` names the last mail also where its UID is below n.
        let mut sized: Vec<Waiting> = sized.filter(|mail| mail.uid > uid).collect();
        // The larger size of a mail that is named twice: a change of its flags says none.
        sized.sort_unstable_by_key(|mail| (mail.uid, std::cmp::Reverse(mail.bytes)));
        sized.dedup_by_key(|mail| mail.uid);
        Ok(sized)
    }

    /// The part of each that comes. Whether it is all is seen by the UIDs, and by [`Session::hole`].
    pub async fn fetch(&mut self, mails: &[Waiting], part: &str) -> Fetched {
        if mails.is_empty() {
            return Fetched { mails: Vec::new(), broken: None };
        }
        let uids: Vec<u32> = mails.iter().map(|mail| mail.uid).collect();
        let command = format!("UID FETCH {} (UID INTERNALDATE {part})", joined(&uids));
        let Answer { came, broken } = self.ask("fetch", &command, Said::of).await;
        let sent = came.into_iter().filter_map(|Said { uid, raw, came, .. }| {
            uids.contains(&uid).then_some(Sent { uid, raw: raw?, came })
        });
        let mut mails: Vec<Sent> = sent.collect();
        mails.sort_by_key(|mail| mail.uid);
        mails.dedup_by_key(|mail| mail.uid);
        Fetched { mails, broken }
    }

    /// Of mails that did not come, the first that is not shown to be gone.
    pub async fn hole(&mut self, missing: &[u32], broken: Option<Away>) -> Option<Hole> {
        let first = *missing.first()?;
        let command = format!("UID FETCH {} (UID)", joined(missing));
        match self.whole("second look", &command, Said::of).await {
            Err(away) => Some(Hole { uid: first, away: broken.unwrap_or(away) }),
            Ok(there) => {
                let uid = there.iter().map(|said| said.uid).filter(|uid| missing.contains(uid)).min()?;
                let why = || format!("the mail with UID {uid} is there and is not sent");
                Some(Hole { uid, away: broken.unwrap_or_else(|| Away::Server { at: "fetch", why: why() }) })
            }
        }
    }

    async fn whole<T>(
        &mut self,
        at: &'static str,
        command: &str,
        read: impl Fn(&Response<'_>) -> Option<T>,
    ) -> Result<Vec<T>, Away> {
        let Answer { came, broken } = self.ask(at, command, read).await;
        broken.map_or(Ok(came), Err)
    }

    async fn ask<T>(
        &mut self,
        at: &'static str,
        command: &str,
        read: impl Fn(&Response<'_>) -> Option<T>,
    ) -> Answer<T> {
        let mut came = Vec::new();
        let asked = async {
            let tag = self.imap.run_command(command).await?;
            loop {
                let response = self.imap.read_response().await?.ok_or(Error::ConnectionLost)?;
                if ended(response.parsed(), &tag)? {
                    return Ok::<_, Error>(());
                }
                came.extend(read(response.parsed()));
            }
        };
        let broken = within(ANSWER_WITHIN, at, asked).await.err();
        Answer { came, broken }
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

/// Whether this ends the command, and well.
fn ended(response: &Response<'_>, asked: &RequestId) -> Result<bool, Error> {
    match response {
        Response::Done { tag, status: Status::Ok, .. } if tag == asked => Ok(true),
        Response::Done { tag, status, outcome } if tag == asked => {
            Err(Error::No(format!("{status:?} {}", outcome.information.as_deref().unwrap_or_default())))
        }
        _ => Ok(false),
    }
}

/// What a FETCH response says of a mail.
struct Said {
    uid: u32,
    size: Option<u32>,
    /// The mail or its head.
    raw: Option<Vec<u8>>,
    came: Option<DateTime<Utc>>,
}

impl Said {
    fn of(response: &Response<'_>) -> Option<Self> {
        let Response::Fetch(_, attributes) = response else { return None };
        let (mut uid, mut size, mut raw, mut came) = (None, None, None, None);
        for attribute in attributes {
            match attribute {
                AttributeValue::Uid(said) => uid = Some(*said),
                AttributeValue::Rfc822Size(said) => size = Some(*said),
                AttributeValue::BodySection {
                    section: None | Some(SectionPath::Full(MessageSection::Header)),
                    data: Some(data),
                    ..
                } => raw = Some(data.to_vec()),
                AttributeValue::InternalDate(said) => {
                    came = DateTime::parse_from_str(said.trim(), INTERNAL_DATE).ok();
                }
                _ => {}
            }
        }
        Some(Self { uid: uid?, size, raw, came: came.map(|came| came.to_utc()) })
    }
}

fn joined(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
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
