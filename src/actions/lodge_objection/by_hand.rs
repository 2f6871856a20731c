//! What came by letter, phone, ticket or meeting, written down by a person: whose it is, and since when it is known here.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Error, Lodged, Said, Voice, write_down};
use crate::actions::{Attachment, Context};
use crate::domain::change::{Change, ChangeId};
use crate::domain::ledger::Actor;
use crate::domain::objection::Channel;
use crate::store::objection::{self, Speaker};
use crate::store::{self, Snapshot, Tx};

/// Who spoke, as the person who writes it down knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody of the customer with this reference, from this address if there was one.
    Customer { reference: String, address: Option<String> },
    /// Whoever writes from this address: its customer's where it is on file, else nobody's until linked.
    Address(String),
}

/// A statement that came by no door of ours.
#[derive(Clone, Debug)]
pub struct Entered {
    pub who: Who,
    /// References.
    pub changes: Vec<String>,
    pub channel: Channel,
    /// When it reached anyone at the processor.
    pub received_at: DateTime<Utc>,
    pub text: String,
    pub grounds: Vec<String>,
    pub condition: Option<String>,
    pub on_behalf_of: Option<String>,
    /// The letter on paper.
    pub file: Option<Attachment>,
}

/// Why a person's entry is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{received_at} is still to come; say when it reached anyone here, at the latest now")]
    NotReceivedYet { received_at: DateTime<Utc> },
    #[error(
        "{received_at} is before {change} was scheduled on {scheduled_at}: it cannot be about this plan; say when it reached anyone here"
    )]
    BeforeThePlan { received_at: DateTime<Utc>, change: String, scheduled_at: DateTime<Utc> },
    #[error("what comes by {channel} is not written down by hand; choose letter, phone, ticket or meeting")]
    CameByDoor { channel: Channel },
    #[error("only a person of the processor may do this; say who acts with --as")]
    NobodyActs,
    #[error(
        "an objection needs the customer's words: write them down with --text, or attach the letter with --attach"
    )]
    NoWords,
    #[error("{address} is a contact of {customers}; say whose objection it is with --customer")]
    SeveralCustomers { address: String, customers: String },
}

/// Writes it down with its receipt. It is measured by the instant it reached us, however late it is entered.
pub async fn record(cx: &Context, actor: Actor, entered: &Entered) -> Result<Lodged, Error> {
    if !matches!(actor, Actor::Account { .. }) {
        return Err(Refusal::NobodyActs.into());
    }
    match entered.channel {
        Channel::Letter | Channel::Phone | Channel::Ticket | Channel::Meeting => {}
        channel @ (Channel::Link | Channel::Reply | Channel::Console | Channel::Api) => {
            return Err(Refusal::CameByDoor { channel }.into());
        }
    }
    if entered.text.trim().is_empty() && entered.file.is_none() {
        return Err(Refusal::NoWords.into());
    }
    if entered.received_at > cx.now().await? {
        return Err(Refusal::NotReceivedYet { received_at: entered.received_at }.into());
    }
    let mut changes: Vec<ChangeId> = Vec::with_capacity(entered.changes.len());
    let mut snapshot = cx.snapshot().await?;
    for reference in &entered.changes {
        let change = store::change::by_reference(snapshot.conn(), reference).await?;
        refuse_before_the_plan(&mut snapshot, &change, entered.received_at).await?;
        changes.push(change.id);
    }
    drop(snapshot);
    let said = Said {
        actor,
        who: Voice::Hand(&entered.who),
        page: None,
        changes: &changes,
        channel: entered.channel,
        door: None,
        mail: None,
        received_at: entered.received_at,
        text: &entered.text,
        grounds: &entered.grounds,
        condition: entered.condition.as_deref(),
        on_behalf_of: entered.on_behalf_of.as_deref(),
        file: entered.file.as_ref(),
    };
    write_down(cx, &said).await
}

/// Somebody may hear of a change and object before its letters are out, but not before it was planned. People write minutes
/// down, so the one in which it was scheduled counts whole.
async fn refuse_before_the_plan(
    snapshot: &mut Snapshot,
    change: &Change,
    received_at: DateTime<Utc>,
) -> Result<(), Error> {
    match store::change::scheduled_at(snapshot.conn(), change.id).await? {
        Some(scheduled_at) if received_at + TimeDelta::minutes(1) <= scheduled_at => {
            let change = change.reference.clone();
            Err(Refusal::BeforeThePlan { received_at, change, scheduled_at }.into())
        }
        Some(_) | None => Ok(()),
    }
}

/// A contact of two customers speaks for neither until somebody says for which.
pub(super) async fn speaker(tx: &mut Tx, who: &Who) -> Result<Speaker, Error> {
    let address = match who {
        Who::Customer { reference, address } => {
            return Ok(objection::speaker_of(tx.conn(), reference, address.as_deref()).await?);
        }
        Who::Address(address) => address,
    };
    let mut on_file = objection::speakers_at(tx.conn(), address).await?;
    let mut customers: Vec<_> = on_file.iter().filter(|one| !one.is_subscriber).collect();
    customers.dedup_by_key(|one| one.of);
    match customers.as_slice() {
        [_, _, ..] => {
            let customers =
                customers.iter().map(|one| one.customer_name.as_str()).collect::<Vec<_>>().join(", ");
            Err(Refusal::SeveralCustomers { address: address.clone(), customers }.into())
        }
        [contact] => Ok((*contact).clone()),
        [] => Ok(on_file.pop().unwrap_or_else(|| Speaker::unknown(address))),
    }
}
