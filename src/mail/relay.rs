//! The relay: hands composed letters over and brings back what was said, word for word.
//!
//! [`Post`] keeps a number of tasks, each of which owns one connection. Where the relay offers PIPELINING, a letter's
//! envelope stands behind the dot of the one before it, so that a letter costs one round trip. Promises: a letter is reported
//! [`Said::InDoubt`] exactly where its last byte had left and no reply came; a relay that is away costs a letter
//! nothing; the relay's words are kept; a single letter waits for what is in flight, never for a mailing.

mod dial;
mod dialogue;
mod pace;
mod parcel;
mod queue;
mod route;
mod session;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{debug, info, warn};

pub use self::route::{Encryption, Login, Patience, Reports, Route, UnusableUrl};

use self::dial::{Away, Roots};
use self::pace::{Pace, Pipelining};
use self::parcel::Parcel;
use self::queue::{Job, Queue};
use self::session::{End, Session};
use super::Composed;
pub use crate::domain::delivery::Said;
use crate::domain::delivery::{Lane, OtherRecipients, Point, Reply, Verdict, wire_id};

/// Connections a letter may lose before the relay is taken to be away.
const CONNECTIONS_LOST_MAX: u32 = 3;
/// A relay that asks us to slow down gets the letter again after this.
const SLOW_DOWN_SECONDS: i64 = 30;
/// A relay that refuses us as a sender waits for a person; until then it is asked this often.
const SENDER_REFUSED_SECONDS: i64 = 300;

/// The way out: cheap to clone, one pool behind it.
#[derive(Clone, Debug)]
pub struct Post(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    route: Arc<Route>,
    queue: OnceLock<Arc<Queue>>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.get() {
            queue.close();
        }
    }
}

impl Post {
    /// Opens no connection yet: the first letter does.
    pub fn new(route: Route) -> Self {
        Self(Arc::new(Pool { route: Arc::new(route), queue: OnceLock::new() }))
    }

    /// How many letters it pays to hand over at the same time.
    pub fn connections(&self) -> usize {
        self.0.route.connections.max(1)
    }

    /// What the relay is called in rows and logs.
    pub fn relay_name(&self) -> &str {
        &self.0.route.host
    }

    /// Hands one letter over and waits for what the relay says. Whoever stops waiting before the letter's turn has come
    /// takes it back.
    pub async fn hand_over(&self, letter: &Composed, lane: Lane) -> Said {
        let parcel = match Parcel::pack(letter) {
            Ok(parcel) => parcel,
            Err(error) => return Said::LetterFault { code: None, words: error.to_string() },
        };
        let queue = self.0.queue.get_or_init(|| start(&self.0.route));
        let (done, said) = oneshot::channel();
        queue.put(Job { parcel, done }, lane);
        // A task that died may have died after the dot.
        said.await.unwrap_or_else(|_| Said::InDoubt { words: "the connection's task ended".to_owned() })
    }
}

fn start(route: &Arc<Route>) -> Arc<Queue> {
    let queue = Arc::new(Queue::new());
    let shared = Arc::new(Shared {
        route: Arc::clone(route),
        roots: Roots::default(),
        pace: Pace::new(route),
        queue: Arc::clone(&queue),
    });
    for _ in 0..route.connections.max(1) {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Err(error) = tokio::spawn(Arc::clone(&shared).work()).await {
                if error.is_cancelled() {
                    break;
                }
                warn!(%error, "a connection's task ended; it starts anew");
            }
        });
    }
    queue
}

struct Shared {
    route: Arc<Route>,
    roots: Roots,
    pace: Pace,
    queue: Arc<Queue>,
}

impl Shared {
    /// One connection's life: takes letters until the post is dropped.
    async fn work(self: Arc<Self>) {
        let mut session: Option<Session> = None;
        let mut ahead: Option<Job> = None;
        loop {
            let next = match ahead.take() {
                Some(job) => Some(job),
                None => match timeout(self.route.patience.idle, self.queue.ready()).await {
                    Ok(Some(reserved)) => {
                        self.turn().await;
                        self.queue.take(reserved)
                    }
                    Ok(None) => break,
                    Err(_) => {
                        if let Some(idle) = session.take() {
                            idle.close().await;
                        }
                        None
                    }
                },
            };
            let Some(Job { parcel, done }) = next else { continue };
            let said = self.carry(&mut session, &parcel, &mut ahead).await;
            // Nobody waits any more: its lease will run out, and the letter is looked at again.
            let _ = done.send(said);
        }
        if let Some(last) = session.take() {
            last.close().await;
        }
    }

    /// Waits until the next letter may go; for an absent relay there is nothing to wait for.
    async fn turn(&self) {
        let now = Instant::now();
        if self.pace.is_limited() && !self.pace.is_away(now) {
            sleep_until(self.pace.turn(now)).await;
        }
    }

    /// Hands one letter over, on another connection where one breaks before the letter has left. `ahead` takes the letter
    /// whose envelope went behind the dot.
    async fn carry(&self, session: &mut Option<Session>, parcel: &Parcel, ahead: &mut Option<Job>) -> Said {
        let mut lost = String::new();
        for attempt in 0..CONNECTIONS_LOST_MAX {
            if attempt > 0 {
                self.turn().await;
            }
            let mut open = match self.connection(session.take()).await {
                Ok(open) => open,
                Err(said) => return said,
            };
            let level = self.pace.pipelining(Instant::now());
            let end = match open.envelope(parcel, self.others(), level).await {
                Err(end) => end,
                Ok(()) => {
                    let behind = self.may_look_ahead(&open, level);
                    if behind && ahead.is_none() {
                        *ahead = self.queue.ready_now().and_then(|reserved| self.queue.take(reserved));
                    }
                    let next = ahead.as_ref().filter(|next| behind && open.is_fit(&next.parcel));
                    open.content(parcel, next.map(|next| (&next.parcel, level)), self.others()).await
                }
            };
            let letters = open.letters;
            if open.usable {
                *session = Some(open);
            }
            match self.heard(end, letters) {
                Ok(said) => return said,
                Err(why) => lost = why,
            }
        }
        let wait = self.pace.away(Instant::now(), false);
        warn!(relay.name = %self.route.host, "relay ends every connection before a letter has left: {lost}");
        relay_fault(None, &lost, wait)
    }

    /// Whether another letter may follow behind the dot, on this connection and without a turn of its own.
    fn may_look_ahead(&self, open: &Session, level: Pipelining) -> bool {
        open.pipelines()
            && level == Pipelining::BehindTheDot
            && open.letters + 1 < self.pace.letters_per_connection()
            && !self.pace.is_limited()
    }

    /// The connection at hand if it may carry one more letter, else a new one.
    async fn connection(&self, at_hand: Option<Session>) -> Result<Session, Said> {
        if let Some(session) = at_hand {
            if session.is_ahead() || session.letters < self.pace.letters_per_connection() {
                return Ok(session);
            }
            session.close().await;
        }
        if let Some(wait) = self.pace.admit(Instant::now()) {
            return Err(relay_fault(None, "the relay is away", wait));
        }
        match Session::open(&self.route, &self.roots).await {
            Ok(session) => {
                self.pace.back();
                debug!(relay.name = %self.route.host, "connected to the relay");
                Ok(session)
            }
            Err(away) => Err(self.away(&away)),
        }
    }

    fn away(&self, away: &Away) -> Said {
        let login_refused = away.at == "login" && away.code.is_some_and(|code| code >= 500);
        let wait = self.pace.away(Instant::now(), login_refused);
        warn!(relay.name = %self.route.host, relay.code = away.code, "relay is away, again in {wait:?}: {away}");
        relay_fault(away.code, &away.to_string(), wait)
    }

    fn others(&self) -> OtherRecipients {
        if self.pace.others_pass() { OtherRecipients::Pass } else { OtherRecipients::Unknown }
    }

    /// What an ended conversation says of the letter; `Err`: nothing, it was not touched, try another connection.
    fn heard(&self, end: End, letters: u32) -> Result<Said, String> {
        match end {
            End::Told { verdict, point, reply } => self.told(verdict, point, reply, letters),
            End::UnfitAddress { why } => Ok(Said::Refused { address_dead: false, code: None, words: why }),
            End::TooLarge { why } => Ok(Said::LetterFault { code: None, words: why }),
            End::Unsent { why, stumbled } => {
                if let Some(at) = stumbled {
                    let now = self.pace.stumbled(at, Instant::now());
                    warn!(relay.name = %self.route.host, "relay lost its step under {at:?}, {now:?} for a day: {why}");
                }
                Err(why)
            }
            End::InDoubt { why } => Ok(Said::InDoubt { words: why }),
        }
    }

    fn told(&self, verdict: Verdict, point: Point, reply: Reply, letters: u32) -> Result<Said, String> {
        if point == Point::Rcpt && reply.code >= 500 {
            self.pace.recipient_refused();
        } else if matches!(point, Point::Data | Point::Dot) {
            self.pace.recipient_passed();
        }
        let Reply { code, words } = reply;
        Ok(match verdict {
            Verdict::Good => Said::Accepted { code, wire_id: wire_id(&words), words },
            Verdict::Deferred => Said::Deferred { code: Some(code), words },
            Verdict::AddressDead => Said::Refused { address_dead: true, code: Some(code), words },
            Verdict::Refused => Said::Refused { address_dead: false, code: Some(code), words },
            Verdict::Policy => Said::Policy { code, words },
            Verdict::LetterFault => Said::LetterFault { code: Some(code), words },
            Verdict::SessionOver => {
                if letters > 0 {
                    self.pace.learn_limit(letters);
                    info!(relay.name = %self.route.host, "relay takes {letters} letters a connection");
                }
                return Err(format!("{code} {words}"));
            }
            Verdict::Slow => {
                self.pace.slow_down(Instant::now());
                let retry_after = TimeDelta::seconds(SLOW_DOWN_SECONDS);
                Said::RelayFault { code: Some(code), words, retry_after }
            }
            Verdict::RelayFault => {
                let retry_after = TimeDelta::seconds(SENDER_REFUSED_SECONDS);
                Said::RelayFault { code: Some(code), words, retry_after }
            }
        })
    }
}

fn relay_fault(code: Option<u16>, words: &str, wait: Duration) -> Said {
    let retry_after = TimeDelta::from_std(wait).unwrap_or(TimeDelta::minutes(5));
    Said::RelayFault { code, words: words.to_owned(), retry_after }
}

#[cfg(test)]
mod tests;
