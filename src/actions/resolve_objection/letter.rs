//! The letter that answers an objection: to whoever sent it, and to the customer's other privacy contacts.

use chrono::TimeDelta;

use super::Error;
use crate::actions::Context;
use crate::domain::customer::CustomerId;
use crate::domain::delivery::DeliveryId;
use crate::domain::ledger::Actor;
use crate::domain::objection::Resolution;
use crate::domain::recipient::RecipientId;
use crate::domain::zone::Zone;
use crate::mail::letter::{Answer, ChangeName, HeldBack, Occasional};
use crate::store::Tx;
use crate::store::inbox;
use crate::store::letter::{self, To};
use crate::store::objection::{self, Objected, Objection, Receiver};

/// An answer that arrives later than this is of no use.
const ANSWER_USEFUL: TimeDelta = TimeDelta::days(30);

/// Queues it, once for each `occasion`; returns the addresses.
pub async fn queue(
    cx: &Context,
    tx: &mut Tx,
    known: &Objection,
    changes: &[Objected],
    occasion: &str,
    words: &str,
    outcome: Option<Resolution>,
) -> Result<Vec<String>, Error> {
    let Some(first) = changes.first() else { return Ok(Vec::new()) };
    let measured = objection::measure(
        tx.conn(),
        std::slice::from_ref(first),
        known.customer(),
        known.received_at,
        &cx.policy,
    )
    .await?;
    let zone = measured.first().map_or_else(|| cx.policy.zone.clone(), |measured| measured.zone.clone());
    let receivers = objection::receivers(tx.conn(), known.recipient(), known.customer(), first.id).await?;
    let taken_back_by = taken_back_by(tx.actor(), outcome.as_ref(), &receivers);
    let mut addresses = Vec::with_capacity(receivers.len());
    for receiver in receivers {
        let in_reply_to =
            inbox::last_mail_of(tx.conn(), known.id(), RecipientId(receiver.recipient_id)).await?;
        let answer = Answer {
            taken_back_by: taken_back_by.clone(),
            in_reply_to,
            ..answer(cx, known, changes, &receiver, &zone, words, outcome.clone())
        };
        let to = To::OnFile {
            recipient: RecipientId(receiver.recipient_id),
            customer: CustomerId(receiver.customer_id),
        };
        let key = format!("answer:{}:{occasion}:{}", known.reference, receiver.recipient_id);
        let latest_at = tx.now() + ANSWER_USEFUL;
        letter::queue(tx, &key, to, &Occasional::Answer(answer), latest_at).await?;
        addresses.push(receiver.address);
    }
    Ok(addresses)
}

fn answer(
    cx: &Context,
    known: &Objection,
    changes: &[Objected],
    receiver: &Receiver,
    zone: &Zone,
    words: &str,
    outcome: Option<Resolution>,
) -> Answer {
    let names = changes.iter().map(|change| ChangeName {
        reference: change.reference.clone(),
        subprocessor: change.subprocessor_name.clone(),
    });
    Answer {
        processor: cx.settings.site.processor(),
        language: receiver.language.clone(),
        zone: zone.clone(),
        objection_ref: known.reference.clone(),
        changes: names.collect(),
        held_back: HeldBack::of(changes.iter().map(|change| change.kind)),
        customer: known.customer_name.clone().unwrap_or_default(),
        contact_name: receiver.name.clone().filter(|name| !name.is_empty()),
        received_at: known.received_at,
        words: words.to_owned(),
        outcome,
        object_page: receiver.page.map(DeliveryId),
        taken_back_by: None,
        in_reply_to: None,
    }
}

/// Whose link ended it: the others are told, for they may know better.
fn taken_back_by(actor: &Actor, outcome: Option<&Resolution>, receivers: &[Receiver]) -> Option<String> {
    let (Actor::Link { recipient }, Some(Resolution::Withdrawn { .. })) = (actor, outcome) else {
        return None;
    };
    receivers.iter().find(|receiver| receiver.recipient_id == *recipient).map(|one| one.address.clone())
}
