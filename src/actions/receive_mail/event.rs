//! A relay's events: proved, taken apart and stored, each under its id.

use chrono::{DateTime, Utc};

use super::{Error, receive};
use crate::actions::Context;
use crate::domain::relay_event::EventRelay;
use crate::mail::events::{self, Head, NotAuthentic, Proved, SnsError};
use crate::mail::inbox::{Arrival, What};
use crate::store::door::DoorId;

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
    let arrivals: Vec<Arrival> = events::split(relay, body)
        .into_iter()
        .map(|event| Arrival {
            what: What::Event { relay, id: event.id, token: token.clone() },
            raw: event.raw,
            first_byte_at,
            by_our_server: false,
            sender: None,
            recipients: Vec::new(),
        })
        .collect();
    let count = arrivals.len();
    if count == 0 {
        return Ok(0);
    }
    match receive(cx, door, arrivals).await {
        Ok(_) => Ok(count),
        // The token has proved another event.
        Err(Error::Store(error)) if error.constraint() == Some("inbound_token_proves_one") => {
            Err(NotAuthentic::NotProved.into())
        }
        Err(error) => Err(error.into()),
    }
}
