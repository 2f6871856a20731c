//! Says what a person's mail is: an objection, or nothing that holds a change back.
//!
//! An objection is lodged from the instant the mail reached us, by [`lodge_objection`](super::lodge_objection), which finds it. Anything
//! else lets go of what the mail held back.

use super::Context;
use crate::domain::customer::CustomerId;
use crate::domain::inbox::Ruling;
use crate::domain::ledger::{Actor, Event};
use crate::store::inbound::MessageId;
use crate::store::{self, inbox, objection};

/// What it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub ruling: Ruling,
    /// How many changes it held back until now, or goes on to as an objection.
    pub held: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("only a person of the processor may do this; say who acts with --as")]
    NobodyActs,
    #[error("mail {mail} does not wait for anybody; forenotice inbox show {mail} says what became of it")]
    NotWaiting { mail: i64 },
    #[error(
        "mail {mail} may be of several customers ({address} is on file with more than one); say whose it is with --customer"
    )]
    WhoseIsIt { mail: i64, address: String },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// Rules on a mail that waits. `customer`: whose it is, by its reference, where nobody could tell.
pub async fn rule(
    cx: &Context,
    actor: Actor,
    mail: MessageId,
    ruling: Ruling,
    customer: Option<&str>,
    why: Option<&str>,
) -> Result<Done, Error> {
    if !matches!(actor, Actor::Account { .. } | Actor::Link { .. }) {
        return Err(Error::NobodyActs);
    }
    let mut tx = cx.begin(actor.clone()).await?;
    let waiting = inbox::lock_waiting(&mut tx, mail)
        .await?
        .filter(|waiting| waiting.ruling.is_none())
        .ok_or(Error::NotWaiting { mail: mail.0 })?;
    let mut whose = waiting.customer_id.map(CustomerId);
    if let Some(reference) = customer {
        let speaker = objection::speaker_of(tx.conn(), reference, None).await?;
        let named = speaker.linked_to.or(speaker.of);
        let named =
            named.ok_or_else(|| store::Error::NotFound { what: "customer", key: reference.to_owned() })?;
        inbox::assign(&mut tx, mail, named).await?;
        // Until it is lodged it holds back all that this customer may object to.
        let open = inbox::hold_open_at(&mut tx, waiting.received_at, Some(named)).await?;
        inbox::hold(&mut tx, mail, &open, Some(named)).await?;
        whose = Some(named);
    }
    if ruling == Ruling::Objection && whose.is_none() {
        let address = waiting.findings.sender.clone().unwrap_or_default();
        return Err(Error::WhoseIsIt { mail: mail.0, address });
    }
    inbox::rule(&mut tx, mail, ruling, &actor).await?;
    let held = if ruling == Ruling::Objection {
        waiting.changes.len()
    } else {
        inbox::release(&mut tx, mail).await?.len()
    };
    let why = why.map(str::to_owned);
    tx.commit([Event::MailRuled { message: mail.0, customer: whose, ruling, why }]).await?;
    cx.bells.ring("lodge_mail");
    cx.bells.ring("take_effect");
    Ok(Done { ruling, held })
}
