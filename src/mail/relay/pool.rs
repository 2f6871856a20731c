//! One relay and its connections: workers that take letters from its queue, each on a connection of its own.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{debug, info, warn};

use super::dial::{Away, Roots};
use super::oauth::Tokens;
use super::pace::{Pace, Pipelining};
use super::parcel::Parcel;
use super::queue::{Job, Queue};
use super::route::Route;
use super::session::{End, InGroup, Session};
use crate::domain::delivery::{Lane, OtherRecipients, Point, Reply, Said, Verdict, wire_id};

/// Connections a letter may lose before it, or the relay, is put off.
const CONNECTIONS_LOST_MAX: u32 = 3;

/// What a relay said of a letter, and whether another relay may do better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Offered {
    Final(Said),
    /// The relay has nothing of the letter: it is away, refuses us, or cannot carry it.
    TryElsewhere(Said),
}

/// How far a letter came.
enum Carried {
    Told(Offered),
    /// The relay has nothing of it, and wants it brought more slowly.
    Slower(Reply),
    /// There are as many connections as the relay takes: one of those is for it.
    Crowded,
}

/// Why there is no connection for a letter.
enum Unconnected {
    Away(Said),
    /// The relay takes no more beside those that are open.
    Crowded,
}

/// A connection ended before the letter had left.
#[derive(Debug, Default)]
struct Lost {
    why: String,
    /// Among commands that were said together.
    in_group: Option<Pipelining>,
    /// What that says of the letter where every connection ends so: a relay that ends it at one recipient is not away.
    instead: Option<Said>,
}

/// A relay as the post knows it. Its workers start with its first letter and end with it.
#[derive(Debug)]
pub(super) struct Pool {
    shared: Arc<Shared>,
    started: OnceLock<()>,
}

#[derive(Debug)]
struct Shared {
    name: Arc<str>,
    route: Arc<Route>,
    roots: Roots,
    tokens: Tokens,
    pace: Pace,
    queue: Queue,
    /// One for each connection that is open or being opened.
    open: Arc<()>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

impl Pool {
    pub(super) fn new(route: Route, name: String) -> Self {
        let shared = Shared {
            name: name.into(),
            roots: Roots::of(&route),
            tokens: Tokens::default(),
            pace: Pace::new(&route),
            queue: Queue::new(),
            open: Arc::new(()),
            route: Arc::new(route),
        };
        Self { shared: Arc::new(shared), started: OnceLock::new() }
    }

    pub(super) fn name(&self) -> &Arc<str> {
        &self.shared.name
    }

    pub(super) fn connections(&self) -> usize {
        self.shared.route.connections.max(1)
    }

    /// Offers one letter and waits for what the relay says. A relay that is left alone is not waited for.
    pub(super) async fn offer(&self, parcel: &Arc<Parcel>, lane: Lane) -> Offered {
        if let Some(wait) = self.shared.pace.left_alone(Instant::now()) {
            return Offered::TryElsewhere(relay_fault(None, "the relay is away", wait));
        }
        self.started.get_or_init(|| self.start());
        let (done, said) = oneshot::channel();
        self.shared.queue.put(Job { parcel: Arc::clone(parcel), lane, slow_since: None, done });
        // A task that died may have died after the dot.
        said.await.unwrap_or_else(|_| {
            Offered::Final(Said::InDoubt { words: "the connection's task ended".to_owned() })
        })
    }

    /// What waits is given back, and nothing is taken any more; what is under way is ended.
    pub(super) fn end(&self) {
        self.shared.queue.end();
    }

    fn start(&self) {
        for _ in 0..self.connections() {
            let shared = Arc::clone(&self.shared);
            tokio::spawn(async move {
                while let Err(error) = tokio::spawn(Arc::clone(&shared).work()).await {
                    if error.is_cancelled() {
                        break;
                    }
                    warn!(%error, "a connection's task ended; it starts anew");
                }
            });
        }
    }
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
            let Some(mut job) = next else { continue };
            let said = match self.carry(&mut session, &job.parcel, &mut ahead).await {
                Carried::Told(offered) => offered,
                Carried::Slower(reply) => {
                    let now = Instant::now();
                    let since = *job.slow_since.get_or_insert(now);
                    if now < since + self.route.patience.slow {
                        self.queue.put_back(job);
                        continue;
                    }
                    let wait = self.pace.rest(now);
                    warn!(relay.name = %self.name, relay.code = reply.code, "relay wants us slower still, again in {wait:?}");
                    Offered::TryElsewhere(relay_fault(Some(reply.code), &reply.words, wait))
                }
                Carried::Crowded => {
                    ahead.take().into_iter().chain([job]).for_each(|job| self.queue.put_back(job));
                    sleep(self.route.patience.crowded).await;
                    continue;
                }
            };
            // Nobody waits any more: its lease will run out, and the letter is looked at again.
            let _ = job.done.send(said);
        }
        if let Some(last) = session.take() {
            last.close().await;
        }
    }

    /// Waits until the next letter may go; for an absent relay there is nothing to wait for.
    async fn turn(&self) {
        let now = Instant::now();
        if self.pace.is_limited() && self.pace.left_alone(now).is_none() {
            sleep_until(self.pace.turn(now)).await;
        }
    }

    /// Hands one letter over, on another connection where one breaks before the letter has left. `ahead` takes the letter
    /// whose envelope went behind the dot.
    async fn carry(
        &self,
        session: &mut Option<Session>,
        parcel: &Parcel,
        ahead: &mut Option<Job>,
    ) -> Carried {
        // A letter whose envelope has left is heard out.
        if let Some(wait) = self.pace.resting(Instant::now())
            && !session.as_ref().is_some_and(Session::is_ahead)
        {
            return Carried::Told(Offered::TryElsewhere(relay_fault(
                None,
                "the relay wants us slower",
                wait,
            )));
        }
        let mut lost = Lost::default();
        for attempt in 0..CONNECTIONS_LOST_MAX {
            if attempt > 0 {
                self.turn().await;
            }
            let mut open = match self.connection(session.take()).await {
                Ok(open) => open,
                Err(Unconnected::Away(said)) => return Carried::Told(Offered::TryElsewhere(said)),
                Err(Unconnected::Crowded) => return Carried::Crowded,
            };
            // Perhaps the relay cannot take commands together: the last connection tells that from a recipient it breaks at.
            let one_by_one = lost.in_group.is_some() && attempt + 1 == CONNECTIONS_LOST_MAX;
            let level = if one_by_one { Pipelining::Off } else { self.pace.pipelining(Instant::now()) };
            let Some(end) = self.talk(&mut open, parcel, level, ahead).await else {
                return Carried::Told(Offered::Final(Said::TakenBack));
            };
            let (letters, announced) = (open.letters, open.announced);
            if open.usable {
                *session = Some(open);
            }
            let end = match end {
                End::Told { verdict: Verdict::Slow, reply, .. } => {
                    self.pace.slow_down(Instant::now(), announced);
                    return Carried::Slower(reply);
                }
                end => end,
            };
            match self.heard(end, letters) {
                Ok(offered) => {
                    if let Some(at) = lost.in_group.filter(|_| one_by_one) {
                        self.stumbled(at, &lost.why);
                    }
                    return Carried::Told(offered);
                }
                Err(again) => lost = again,
            }
        }
        Carried::Told(Offered::TryElsewhere(self.lost(parcel, lost)))
    }

    /// One letter's way over this connection; `None`: it was taken back before its content left.
    async fn talk(
        &self,
        open: &mut Session,
        parcel: &Parcel,
        level: Pipelining,
        ahead: &mut Option<Job>,
    ) -> Option<End> {
        if let Err(end) = open.envelope(parcel, self.others(), level).await {
            return Some(end);
        }
        if !parcel.leaves() {
            return None;
        }
        let behind = self.may_look_ahead(open, level);
        if behind && ahead.is_none() {
            *ahead = self.queue.ready_now().and_then(|reserved| self.queue.take(reserved));
        }
        let next = ahead.as_ref().filter(|next| behind && open.is_fit(&next.parcel));
        Some(open.content(parcel, next.map(|next| (&*next.parcel, level)), self.others()).await)
    }

    /// Every connection of a letter ended before it had left: its own matter where that was at its recipient, unless it is so at
    /// several in a row.
    fn lost(&self, parcel: &Parcel, lost: Lost) -> Said {
        if let Some(said) = lost.instead.filter(|_| !self.pace.lost_at(parcel.to())) {
            return said;
        }
        let wait = self.pace.away(Instant::now());
        warn!(relay.name = %self.name, "relay ends every connection before a letter has left: {}", lost.why);
        relay_fault(None, &lost.why, wait)
    }

    /// Whether another letter may follow behind the dot, on this connection and without a turn of its own.
    fn may_look_ahead(&self, open: &Session, level: Pipelining) -> bool {
        open.pipelines()
            && level == Pipelining::BehindTheDot
            && open.letters + 1 < self.pace.letters_per_connection()
            && !self.pace.is_limited()
    }

    /// The connection at hand if it may carry one more letter, else a new one.
    async fn connection(&self, at_hand: Option<Session>) -> Result<Session, Unconnected> {
        if let Some(session) = at_hand {
            if session.is_ahead() || session.letters < self.pace.letters_per_connection() {
                return Ok(session);
            }
            session.close().await;
        }
        if let Some(wait) = self.pace.admit(Instant::now()) {
            return Err(Unconnected::Away(relay_fault(None, "the relay is away", wait)));
        }
        match self.open().await {
            Ok(session) => {
                self.pace.back();
                debug!(relay.name = %self.name, "connected to the relay");
                Ok(session)
            }
            Err(away) if away.wants_fewer() && self.others_open() => {
                info!(relay.name = %self.name, "relay takes no further connection for now: {away}");
                Err(Unconnected::Crowded)
            }
            Err(away) => Err(Unconnected::Away(self.away(&away))),
        }
    }

    /// Whether a connection is open or being opened besides those that have just failed.
    fn others_open(&self) -> bool {
        Arc::strong_count(&self.open) > 1
    }

    /// A login that was refused with a token of before is tried once more with a new one.
    async fn open(&self) -> Result<Session, Away> {
        let seat = Arc::clone(&self.open);
        let mut opened = Session::open(&self.route, &self.roots, &self.tokens).await;
        if opened.as_ref().is_err_and(|away| away.lapsed) {
            opened = Session::open(&self.route, &self.roots, &self.tokens).await;
        }
        opened.map(|session| session.holding(seat))
    }

    fn away(&self, away: &Away) -> Said {
        let now = Instant::now();
        let wait = if away.is_refused() { self.pace.refused(now) } else { self.pace.away(now) };
        warn!(relay.name = %self.name, relay.code = away.code, "relay is away, again in {wait:?}: {away}");
        relay_fault(away.code, &away.to_string(), wait)
    }

    fn others(&self) -> OtherRecipients {
        if self.pace.others_pass() { OtherRecipients::Pass } else { OtherRecipients::Unknown }
    }

    /// What an ended conversation says of the letter; `Err`: nothing, it was not touched, try another connection.
    fn heard(&self, end: End, letters: u32) -> Result<Offered, Lost> {
        match end {
            End::Told { verdict, point, reply } => self.told(verdict, point, reply, letters),
            End::UnfitAddress { why } => {
                Ok(Offered::TryElsewhere(Said::Refused { address_dead: false, code: None, words: why }))
            }
            End::TooLarge { why } => Ok(Offered::TryElsewhere(Said::LetterFault { code: None, words: why })),
            End::Unsent { why, group, sender_taken } => {
                let in_group = match group {
                    InGroup::No => None,
                    InGroup::Broken(at) => Some(at),
                    InGroup::Stumbled(at) => {
                        self.stumbled(at, &why);
                        None
                    }
                };
                let instead = sender_taken.then(|| {
                    let words = format!("every connection ended at this recipient: {why}");
                    Said::Deferred { code: None, words }
                });
                Err(Lost { why, in_group, instead })
            }
            End::InDoubt { why, stumbled } => {
                if let Some(at) = stumbled {
                    self.stumbled(at, &why);
                }
                Ok(Offered::Final(Said::InDoubt { words: why }))
            }
        }
    }

    fn stumbled(&self, at: Pipelining, why: &str) {
        let now = self.pace.stumbled(at, Instant::now());
        warn!(relay.name = %self.name, "relay lost its step under {at:?}, {now:?} for a day: {why}");
    }

    fn told(&self, verdict: Verdict, point: Point, reply: Reply, letters: u32) -> Result<Offered, Lost> {
        match point {
            Point::Rcpt | Point::Data if reply.code >= 500 => self.pace.recipient_refused(),
            Point::Data | Point::Dot => self.pace.recipient_passed(),
            Point::Session | Point::Mail | Point::Rcpt => {}
        }
        if verdict != Verdict::SessionOver {
            self.pace.answered();
        }
        let about_the_relay = reply.is_about_the_relay();
        let Reply { code, words } = reply;
        Ok(Offered::Final(match verdict {
            Verdict::Good => Said::Accepted { code, wire_id: wire_id(&words), words },
            Verdict::Deferred => Said::Deferred { code: Some(code), words },
            Verdict::AddressDead => Said::Refused { address_dead: true, code: Some(code), words },
            Verdict::Refused => Said::Refused { address_dead: false, code: Some(code), words },
            Verdict::LetterFault => Said::LetterFault { code: Some(code), words },
            Verdict::SessionOver => {
                let of_this_letter = matches!(point, Point::Rcpt | Point::Data);
                if letters > 0 && !about_the_relay && !of_this_letter {
                    self.pace.learn_limit(letters);
                    info!(relay.name = %self.name, "relay takes {letters} letters a connection");
                }
                let why = format!("{code} {words}");
                let instead = of_this_letter.then_some(Said::Deferred { code: Some(code), words });
                return Err(Lost { why, in_group: None, instead });
            }
            Verdict::Policy => return Ok(Offered::TryElsewhere(Said::Policy { code, words })),
            Verdict::RelayFault | Verdict::Slow => {
                let wait = self.pace.refused(Instant::now());
                warn!(relay.name = %self.name, relay.code = code, "relay refuses us, again in {wait:?}: {words}");
                return Ok(Offered::TryElsewhere(relay_fault(Some(code), &words, wait)));
            }
        }))
    }
}

fn relay_fault(code: Option<u16>, words: &str, wait: Duration) -> Said {
    let retry_after = TimeDelta::from_std(wait).unwrap_or(TimeDelta::minutes(5));
    Said::RelayFault { code, words: words.to_owned(), retry_after }
}
