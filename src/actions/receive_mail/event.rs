//! A relay's events: proved, taken apart and stored, each under its id.

use chrono::{DateTime, Utc};

use super::{Error, of_event, receive_proved};
use crate::actions::Context;
use crate::domain::ledger::Actor;
use crate::domain::relay_event::EventRelay;
use crate::mail::events::{self, Event, Head, NotAuthentic, Proved, SnsError, Token};
use crate::mail::inbox::{Arrival, What};
use crate::store::door::DoorId;
use crate::store::inbound::{self, Proof};

#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error(transparent)]
    NotAuthentic(#[from] NotAuthentic),
    /// What proves it cannot be had at the moment.
    #[error("{0}")]
    NotNow(String),
    #[error(transparent)]
    Receive(#[from] Error),
}

impl From<SnsError> for EventError {
    fn from(error: SnsError) -> Self {
        match error {
            SnsError::NotAuthentic(refused) => Self::NotAuthentic(refused),
            SnsError::NotNow(why) => Self::NotNow(why),
        }
    }
}

/// Commits the events in a body that the relay sent; returns how many there are of those that are kept.
pub async fn receive_events(
    cx: &Context,
    door: DoorId,
    relay: EventRelay,
    head: &Head,
    body: &[u8],
    first_byte_at: DateTime<Utc>,
) -> Result<usize, EventError> {
    let proofs = &cx.settings.inbound.events;
    let token = if relay == EventRelay::Ses {
        match cx.sns.prove(proofs, body, first_byte_at).await? {
            Proved::Notification => None,
            Proved::Subscription => return Ok(0),
        }
    } else {
        events::authentic(relay, proofs, head, body, first_byte_at)?
    };
    let events = events::split(relay, body);
    let proof = token.map(|token| proof(relay, token, &events, body));
    if events.is_empty() && proof.is_none() {
        return Ok(0);
    }
    let count = events.len();
    let arrivals = events.into_iter().map(|event| arrival(relay, event, first_byte_at)).collect();
    match receive_proved(cx, door, proof.as_ref(), arrivals).await {
        Ok(_) => {}
        Err(Error::TokenSpent) => return Err(NotAuthentic::NotProved.into()),
        Err(error) => return Err(error.into()),
    }
    if proof.is_some() {
        forget_tokens(cx).await?;
    }
    Ok(count)
}

/// A token comes with one event. It proves what is not kept, too, and nothing else after it.
fn proof(relay: EventRelay, token: Token, events: &[Event], body: &[u8]) -> Proof {
    let proved = match events.first() {
        Some(event) => of_event(relay, &event.id),
        None => of_event(relay, &events::by_content(body)),
    };
    Proof { token: token.token, proved, forget_at: token.forget_at }
}

fn arrival(relay: EventRelay, event: Event, first_byte_at: DateTime<Utc>) -> Arrival {
    Arrival {
        what: What::Event { relay, id: event.id },
        raw: event.raw,
        first_byte_at,
        by_our_server: false,
        sender: None,
        recipients: Vec::new(),
    }
}

async fn forget_tokens(cx: &Context) -> Result<(), Error> {
    let mut act = cx.single(Actor::Daemon).await?;
    Ok(inbound::forget_tokens(&mut act).await?)
}
