//! The relay: hands composed letters over and brings back what was said, word for word.
//!
//! [`Post`] keeps a number of tasks for each relay, each of which owns one connection. Where the relay offers PIPELINING,
//! a letter's envelope stands behind the dot of the one before it, so that a letter costs one round trip. Promises: a letter is
//! reported [`Said::InDoubt`] exactly where its last byte had left and no reply came, and then no other relay gets it; a relay
//! that is away costs a letter nothing, and the next relay takes it; the relay's words are kept; a single letter waits for what
//! is in flight, never for a mailing.

mod dial;
mod dialogue;
mod login;
mod oauth;
mod pace;
mod parcel;
mod pool;
pub mod profile;
mod queue;
mod route;
mod session;

pub(in crate::mail) use dial::Roots;
pub(in crate::mail) use oauth::Tokens;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub use self::route::{Encryption, Login, Patience, Reports, Route, UnusableUrl};

use self::parcel::Parcel;
use self::pool::{Offered, Pool};
use super::Composed;
use super::dkim::Signer;
use crate::config::Settings;
use crate::domain::delivery::Lane;
pub use crate::domain::delivery::Said;

/// A letter that no relay may have is offered again after this.
const BARRED_FOR: TimeDelta = TimeDelta::minutes(1);

/// The way out: cheap to clone, one pool of connections a relay behind it.
#[derive(Clone, Debug)]
pub struct Post(Arc<Relays>);

#[derive(Debug)]
struct Relays {
    first: Pool,
    /// Asked in this order where those before cannot take a letter.
    others: Vec<Pool>,
    /// None: the relay signs, or nobody.
    signer: Option<Signer>,
    /// One for each letter that was handed to us and is not answered yet.
    in_hand: Arc<()>,
    /// Nobody waits for the relays any more.
    cut: CancellationToken,
}

/// What became of a letter that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    pub said: Said,
    /// The relay that said it.
    pub relay: Arc<str>,
    /// What other relays said, because of which the letter went on to the next.
    pub passed_by: Vec<(Arc<str>, Said)>,
}

impl Post {
    /// The relays of these settings. Opens no connection yet: the first letter does.
    pub fn of(settings: &Settings) -> Result<Self, UnusableUrl> {
        let (first, others) = Route::of(settings)?;
        Ok(Self::signing(Signer::of(settings), first, others))
    }

    pub fn new(route: Route) -> Self {
        Self::with_fallbacks(route, Vec::new())
    }

    /// Several relays: each takes what those before it cannot.
    pub fn with_fallbacks(first: Route, others: Vec<Route>) -> Self {
        Self::signing(None, first, others)
    }

    fn signing(signer: Option<Signer>, first: Route, others: Vec<Route>) -> Self {
        let hosts: Vec<String> = std::iter::once(&first).chain(&others).map(|r| r.host.clone()).collect();
        let pool = |route: Route| {
            let alike = hosts.iter().filter(|host| **host == route.host).count();
            let name = if alike == 1 { route.host.clone() } else { format!("{}:{}", route.host, route.port) };
            Pool::new(route, name)
        };
        let (first, others) = (pool(first), others.into_iter().map(pool).collect());
        let (in_hand, cut) = (Arc::new(()), CancellationToken::new());
        Self(Arc::new(Relays { first, others, signer, in_hand, cut }))
    }

    /// How many letters it pays to hand over at the same time.
    pub fn connections(&self) -> usize {
        self.0.first.connections()
    }

    /// What the first relay is called in rows and logs.
    pub fn relay_name(&self) -> &Arc<str> {
        self.0.first.name()
    }

    /// What became of a letter that no relay has seen.
    pub fn unoffered(&self, said: Said) -> Handed {
        handed(&self.0.first, said, Vec::new())
    }

    /// What all relays are called, in the order in which they are asked.
    pub fn relay_names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.relays().map(Pool::name)
    }

    fn relays(&self) -> impl Iterator<Item = &Pool> {
        std::iter::once(&self.0.first).chain(&self.0.others)
    }

    /// Whether a letter waits for its turn or is under way.
    pub fn is_busy(&self) -> bool {
        Arc::strong_count(&self.0.in_hand) > 1
    }

    /// We are to stop: letters that wait for their turn come back as they were. Those under way have so long to be answered; then
    /// what has not begun to leave comes back as well, and of the rest nobody can say.
    pub async fn end(&self, answered_within: Duration) {
        self.relays().for_each(Pool::end);
        sleep(answered_within).await;
        self.0.cut.cancel();
    }

    /// Hands one letter over and waits for what the relay says; a relay that is away, refuses us or cannot carry the letter is
    /// passed by where there is another. Whoever stops waiting before the letter's turn has come takes it back.
    pub async fn hand_over(&self, letter: &Composed, lane: Lane) -> Handed {
        self.hand_over_but(&[], letter, lane).await
    }

    /// The same, but never to these relays. Where there is no other, the letter waits.
    pub async fn hand_over_but(&self, barred: &[Arc<str>], letter: &Composed, lane: Lane) -> Handed {
        self.offer(letter, lane, |relay| !barred.contains(relay)).await
    }

    /// Hands it to this relay and to no other.
    pub async fn hand_over_to(&self, relay: &str, letter: &Composed, lane: Lane) -> Handed {
        self.offer(letter, lane, |name| **name == *relay).await
    }

    async fn offer(&self, letter: &Composed, lane: Lane, may: impl Fn(&Arc<str>) -> bool) -> Handed {
        let _in_hand = Arc::clone(&self.0.in_hand);
        let signatures = match &self.0.signer {
            None => String::new(),
            Some(signer) => match signer.sign(letter).await {
                Ok(signatures) => signatures,
                Err(error) => return self.unoffered(Said::Deferred { code: None, words: error.to_string() }),
            },
        };
        let parcel = match Parcel::pack(letter, &signatures) {
            Ok(parcel) => Arc::new(parcel),
            Err(error) => {
                return self.unoffered(Said::LetterFault { code: None, words: error.to_string() });
            }
        };
        let mut heard = Vec::new();
        for relay in self.relays().filter(|relay| may(relay.name())) {
            let offered = tokio::select! {
                biased;
                offered = relay.offer(&parcel, lane) => offered,
                () = self.0.cut.cancelled() => Offered::Final(cut_off(&parcel)),
            };
            match offered {
                Offered::Final(said) => return handed(relay, said, heard),
                Offered::TryElsewhere(said) => heard.push((Arc::clone(relay.name()), said)),
            }
        }
        if heard.is_empty() {
            let words = "no relay may have this letter for now".to_owned();
            return self.unoffered(Said::RelayFault { code: None, words, retry_after: BARRED_FOR });
        }
        let decides = (0..heard.len()).min_by_key(|at| rank(&heard[*at].1)).unwrap_or_default();
        let (relay, said) = heard.remove(decides);
        Handed { said, relay, passed_by: heard }
    }
}

fn cut_off(parcel: &Parcel) -> Said {
    if parcel.is_taken_back() {
        return Said::TakenBack;
    }
    Said::InDoubt { words: "we stopped before the relay had answered".to_owned() }
}

fn handed(relay: &Pool, said: Said, passed_by: Vec<(Arc<str>, Said)>) -> Handed {
    Handed { said, relay: Arc::clone(relay.name()), passed_by }
}

/// Which of several relays' words decides about a letter that none has taken, lowest first: a policy that a person must see to, then
/// what puts this letter off and no other, then the relay that may be asked again soonest; what one relay cannot carry another may,
/// once it is back.
fn rank(said: &Said) -> (u8, TimeDelta) {
    match said {
        Said::Policy { .. } => (0, TimeDelta::zero()),
        Said::Deferred { .. } => (1, TimeDelta::zero()),
        Said::RelayFault { retry_after, .. } => (2, *retry_after),
        _ => (3, TimeDelta::zero()),
    }
}

#[cfg(test)]
mod tests;
