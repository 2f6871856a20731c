//! The receipt of a yes by link: to whose link it was and to the customer's other privacy contacts, so that one not meant is noticed.

use chrono::TimeDelta;

use super::{Case, Error};
use crate::actions::Context;
use crate::domain::customer::CustomerId;
use crate::domain::delivery::DeliveryId;
use crate::domain::recipient::{Recipient, RecipientId};
use crate::domain::zone::Zone;
use crate::mail::letter::{Authorised, ChangeName, Occasional};
use crate::store::letter::{To, queue};
use crate::store::{self, Tx};

/// A receipt that arrives later than this is of no use.
const RECEIPT_USEFUL: TimeDelta = TimeDelta::days(14);

/// Queues it, in the zone of the contract that asked.
pub async fn queue_receipts(
    cx: &Context,
    tx: &mut Tx,
    case: &Case,
    speaker: &Recipient,
    zone: Option<&Zone>,
) -> Result<(), Error> {
    let said_at = tx.now();
    let customer = store::customer::name(tx.conn(), case.customer).await?;
    let receivers =
        store::objection::receivers(tx.conn(), Some(speaker.id), Some(case.customer), case.change.id).await?;
    for receiver in receivers {
        let letter = Occasional::Authorised(Authorised {
            processor: cx.settings.site.processor(),
            language: receiver.language,
            zone: zone.unwrap_or(&cx.policy.zone).clone(),
            change: ChangeName {
                reference: case.change.reference.clone(),
                subprocessor: case.change.draft.facts.name.clone(),
            },
            customer: customer.clone(),
            said_by: speaker.address.clone(),
            said_at,
            object_page: receiver.page.map(DeliveryId),
        });
        let to = To::OnFile {
            recipient: RecipientId(receiver.recipient_id),
            customer: CustomerId(receiver.customer_id),
        };
        // A yes that was taken back may be said again.
        let key = format!(
            "authorised:{}:{}:{}",
            case.change.reference,
            receiver.recipient_id,
            said_at.timestamp_micros()
        );
        queue(tx, &key, to, &letter, said_at + RECEIPT_USEFUL).await?;
    }
    Ok(())
}
