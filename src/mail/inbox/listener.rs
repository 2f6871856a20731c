//! The listener: LMTP for an MTA's transport (RFC 2033), SMTP as an MX (RFC 5321), told apart by the greeting.
//!
//! [`Listener::serve`] accepts connections and moves bytes; what is said is [`session`]'s, where a mail ends is [`content`]'s. Promise: 250
//! is said after the commit, never before, and a mail counts from its DATA. Whoever is slow, many or loud has an end set; what may pass is
//! refused with 4xx, so that its sender keeps it.

mod content;
#[cfg(fuzzing)]
pub mod fuzzing;
mod rates;
mod session;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use super::{Keep, NotKept};
use crate::in_flight::UnderWay;
use rates::Rates;
use session::{Session, Step};

/// After the system had no file for a connection.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(200);
const READ_BYTES_MAX: usize = 64 * 1024;

/// What one client may take of us.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub connections: usize,
    /// More of our own machine's, when those are taken: strangers must not shut its MTA out.
    pub connections_own: usize,
    /// Of one address; our own machine's are not counted.
    pub connections_per_address: usize,
    pub recipients: usize,
    /// Commands without a mail that is taken, but for the recipients of one.
    pub commands: u32,
    /// From one mail that is taken to the next.
    pub mail_within: Duration,
    /// Of mails that are on their way at once, by all connections.
    pub bytes: usize,
    /// From one command to the next (RFC 5321, 4.5.3.2.7).
    pub command_within: Duration,
    /// From one piece of a mail to the next.
    pub piece_within: Duration,
    /// From DATA to its end: so long one client can hold the gate back.
    pub content_within: Duration,
    /// The TLS handshake, the taking of a reply.
    pub take_within: Duration,
    /// A commit, longer than any statement to the database may take.
    pub keep_within: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 256,
            connections_own: 32,
            connections_per_address: 32,
            recipients: 100,
            commands: 100,
            mail_within: Duration::from_mins(10),
            bytes: 256 * 1024 * 1024,
            command_within: Duration::from_mins(5),
            piece_within: Duration::from_mins(1),
            content_within: Duration::from_mins(10),
            take_within: Duration::from_mins(1),
            keep_within: Duration::from_mins(1),
        }
    }
}

/// Counts a mail in from now on.
#[derive(Clone)]
pub struct Arrive(Arc<dyn Fn() -> UnderWay + Send + Sync>);

impl Arrive {
    pub fn new(arrive: impl Fn() -> UnderWay + Send + Sync + 'static) -> Self {
        Self(Arc::new(arrive))
    }
}

impl fmt::Debug for Arrive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Arrive")
    }
}

#[derive(Debug)]
pub struct Listener {
    /// What we greet as.
    pub name: String,
    /// Whose mail is ours, in A-labels and lower case.
    pub domains: Vec<String>,
    /// Refused, so that a letter to it comes back: by that the way of bounces is proven.
    pub bounce_probe: String,
    pub bytes_max: usize,
    /// Of one address that is no server of ours.
    pub mails_per_minute: u32,
    /// Servers of ours on other machines.
    pub trusted_servers: Vec<IpNet>,
    pub tls: Option<Arc<ServerConfig>>,
    pub bounds: Bounds,
    pub arrive: Arrive,
    pub keep: Keep,
}

/// What a session stands on.
#[derive(Debug)]
struct Shared {
    listener: Listener,
    rates: Rates,
    /// For the bytes of mails that are on their way.
    bytes: Arc<Semaphore>,
}

impl Listener {
    /// Serves until `stopping`; mails whose DATA has begun are then taken to their end.
    pub async fn serve(self, socket: TcpListener, stopping: CancellationToken) {
        let bounds = self.bounds;
        let rates =
            Rates::new(self.mails_per_minute, bounds.connections_per_address, self.trusted_servers.clone());
        // One mail of the largest size fits in any case.
        let bytes = Arc::new(Semaphore::new(bounds.bytes.max(self.bytes_max + content::ROOM_STEP)));
        let shared = Arc::new(Shared { listener: self, rates, bytes });
        let room = Arc::new(Semaphore::new(bounds.connections));
        let own_room = Arc::new(Semaphore::new(bounds.connections_own));
        let connections = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = stopping.cancelled() => break,
                accepted = socket.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    warn!("a connection of a mail server was not accepted: {error}");
                    sleep(ACCEPT_AGAIN_AFTER).await;
                    continue;
                }
            };
            let place = room.clone().try_acquire_owned().or_else(|full| {
                if shared.rates.is_own(peer.ip()) { own_room.clone().try_acquire_owned() } else { Err(full) }
            });
            let (Ok(place), Some(own_place)) = (place, shared.rates.connect(peer.ip())) else {
                // What does not fit into the socket's buffer is not said.
                let _ = stream.try_write(b"421 4.7.0 too many connections, come again later\r\n");
                continue;
            };
            let (shared, stopping) = (shared.clone(), stopping.clone());
            connections.spawn(async move {
                if let Err(error) = converse(stream, peer, &shared, &stopping).await {
                    debug!("a mail server's connection broke off: {error}");
                }
                drop((place, own_place));
            });
        }
        drop(socket);
        connections.close();
        connections.wait().await;
    }
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    shared: &Shared,
    stopping: &CancellationToken,
) -> io::Result<()> {
    // Without it every second small reply waits 40 ms for an acknowledgement (Nagle and delayed ACK).
    stream.set_nodelay(true)?;
    let mut session = Session::new(shared, peer.ip());
    session.greet();
    let mut talk = Talk { wire: Box::new(stream), shared, stopping, heard: Vec::new() };
    if !talk.until_tls(&mut session).await? {
        return Ok(());
    }
    let Some(tls) = &shared.listener.tls else { return Ok(()) };
    // What was said in plain text behind STARTTLS is not heard (RFC 3207, 6).
    let handshake = TlsAcceptor::from(tls.clone()).accept(talk.wire);
    let encrypted = timeout(shared.listener.bounds.take_within, handshake).await??;
    let mut session = Session::encrypted(shared, peer.ip());
    let mut talk = Talk { wire: Box::new(encrypted), shared, stopping, heard: Vec::new() };
    talk.until_tls(&mut session).await.map(drop)
}

struct Talk<'a> {
    wire: Box<dyn Wire>,
    shared: &'a Shared,
    stopping: &'a CancellationToken,
    /// Read, and not gone into yet.
    heard: Vec<u8>,
}

impl Talk<'_> {
    /// Goes on until the client leaves or is made to (false), or wants TLS (true).
    async fn until_tls(&mut self, session: &mut Session<'_>) -> io::Result<bool> {
        loop {
            let mut heard = std::mem::take(&mut self.heard);
            let mut rest = heard.as_slice();
            let step = loop {
                match session.hear(&mut rest) {
                    Step::Keep(arrival, held) => {
                        let within = self.shared.listener.bounds.keep_within;
                        let kept = timeout(within, self.shared.listener.keep.keep(arrival, held)).await;
                        let slow = NotKept { why: "the mail could not be stored in time".to_owned() };
                        session.kept(kept.unwrap_or(Err(slow)));
                    }
                    step => break step,
                }
            };
            let gone_into = heard.len() - rest.len();
            heard.drain(..gone_into);
            self.heard = heard;
            self.say(&session.take_replies()).await?;
            match step {
                Step::Close => {
                    return timeout(self.shared.listener.bounds.take_within, self.wire.shutdown())
                        .await?
                        .map(|()| false);
                }
                Step::StartTls => return Ok(true),
                Step::More | Step::Keep(..) => {}
            }
            if !self.read(session).await? {
                return Ok(false);
            }
        }
    }

    async fn say(&mut self, replies: &[u8]) -> io::Result<()> {
        if replies.is_empty() {
            return Ok(());
        }
        let wire = &mut self.wire;
        let said = async {
            wire.write_all(replies).await?;
            wire.flush().await
        };
        timeout(self.shared.listener.bounds.take_within, said).await?
    }

    /// Reads what is there. False: the client is gone. Who is too slow, and who has nothing under way when we stop, is told and closed
    /// by the session.
    async fn read(&mut self, session: &mut Session<'_>) -> io::Result<bool> {
        let bounds = self.shared.listener.bounds;
        let now = Instant::now();
        let deadline = match session.content_until() {
            Some(until) => until.min(now + bounds.piece_within),
            None => session.mail_until().min(now + bounds.command_within),
        };
        let idle = session.content_until().is_none();
        self.heard.reserve(READ_BYTES_MAX);
        let read = timeout_at(deadline, self.wire.read_buf(&mut self.heard));
        tokio::select! {
            biased;
            read = read => match read {
                Ok(read) => return Ok(read? > 0),
                Err(_) => session.give_up("4.4.2 too slow"),
            },
            () = self.stopping.cancelled(), if idle => session.give_up("4.3.2 shutting down, come again"),
        }
        Ok(true)
    }
}
