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

use chrono::TimeDelta;

pub use self::route::{Encryption, Login, Patience, Reports, Route, UnusableUrl};

use self::parcel::Parcel;
use self::pool::{Offered, Pool};
use super::Composed;
use super::dkim::Signer;
use crate::config::Settings;
use crate::domain::delivery::Lane;
pub use crate::domain::delivery::Said;

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
        Self(Arc::new(Relays { first, others, signer }))
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

    /// Hands one letter over and waits for what the relay says; a relay that is away, refuses us or cannot carry the letter is
    /// passed by where there is another. Whoever stops waiting before the letter's turn has come takes it back.
    pub async fn hand_over(&self, letter: &Composed, lane: Lane) -> Handed {
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
        let mut heard = match self.0.first.offer(&parcel, lane).await {
            Offered::Final(said) => return handed(&self.0.first, said, Vec::new()),
            Offered::TryElsewhere(said) => vec![(Arc::clone(self.relay_name()), said)],
        };
        for relay in &self.0.others {
            match relay.offer(&parcel, lane).await {
                Offered::Final(said) => return handed(relay, said, heard),
                Offered::TryElsewhere(said) => heard.push((Arc::clone(relay.name()), said)),
            }
        }
        let decides = (0..heard.len()).min_by_key(|at| rank(&heard[*at].1)).unwrap_or_default();
        let (relay, said) = heard.remove(decides);
        Handed { said, relay, passed_by: heard }
    }
}

fn handed(relay: &Pool, said: Said, passed_by: Vec<(Arc<str>, Said)>) -> Handed {
    Handed { said, relay: Arc::clone(relay.name()), passed_by }
}

/// Which of several relays' words decides about a letter that none has taken, lowest first: a policy that a person must see to,
/// then the relay that may be asked again soonest; what one relay cannot carry another may, once it is back.
fn rank(said: &Said) -> (u8, TimeDelta) {
    match said {
        Said::Policy { .. } => (0, TimeDelta::zero()),
        Said::RelayFault { retry_after, .. } => (1, *retry_after),
        _ => (2, TimeDelta::zero()),
    }
}

#[cfg(test)]
mod tests;
