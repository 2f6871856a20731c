//! What is written the moment an objection is: receipts to its sender and the customer's privacy contacts, the DPO's alarm.

use chrono::TimeDelta;

use super::{Error, Lodging, Written};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::delivery::DeliveryId;
use crate::domain::objection::Timeliness;
use crate::domain::recipient::RecipientId;
use crate::domain::zone::Zone;
use crate::mail::letter::{Alarm, Arrival, ChangeName, Deadline, Occasional, Receipt};
use crate::store::Tx;
use crate::store::letter::{To, queue};
use crate::store::objection::{self, Receiver};

/// A receipt that arrives later than this is of no use.
const RECEIPT_USEFUL: TimeDelta = TimeDelta::days(14);

impl Lodging<'_> {
    pub(super) async fn queue_receipts(&self, tx: &mut Tx, written: &Written) -> Result<Vec<String>, Error> {
        let Some(first) = written.against.first().copied() else { return Ok(Vec::new()) };
        let sender = Some(self.statement.recipient);
        let receivers = objection::receivers(tx.conn(), sender, self.customer, first).await?;
        let mut addresses = Vec::with_capacity(receivers.len());
        for receiver in receivers {
            let letter = Occasional::Receipt(self.receipt(written, &receiver));
            let to = To::OnFile {
                recipient: RecipientId(receiver.recipient_id),
                customer: CustomerId(receiver.customer_id),
            };
            let key = format!("receipt:{}:{}", written.reference, receiver.recipient_id);
            let latest_at = tx.now() + RECEIPT_USEFUL;
            queue(tx, &key, to, &letter, latest_at).await?;
            addresses.push(receiver.address);
        }
        Ok(addresses)
    }

    fn receipt(&self, written: &Written, receiver: &Receiver) -> Receipt {
        let is_sender = receiver.recipient_id == self.statement.recipient.0;
        let page = if is_sender { self.statement.page } else { None };
        let sender = self.speaker.name.as_deref().filter(|name| !name.is_empty());
        let customer = self.customer.map_or("", |_| self.speaker.customer_name.as_str());
        Receipt {
            processor: self.cx.settings.site.processor(),
            language: receiver.language.clone(),
            zone: self.zone(),
            objection_ref: written.reference.clone(),
            changes: self.names(&written.against),
            customer: customer.to_owned(),
            on_behalf_of: self.statement.on_behalf_of.clone(),
            sender: sender.or(self.speaker.address.as_deref()).unwrap_or_default().to_owned(),
            received_at: self.statement.received_at,
            arrival: self.arrival(&written.against),
            answer_due_on: written.answer_due_on,
            statement: self.statement.text.clone(),
            object_page: page.or(receiver.page.map(DeliveryId)),
        }
    }

    fn zone(&self) -> Zone {
        self.measured.first().map_or_else(|| self.cx.policy.zone.clone(), |measured| measured.zone.clone())
    }

    fn names(&self, against: &[ChangeId]) -> Vec<ChangeName> {
        let named = self.changes.iter().filter(|change| against.contains(&change.id));
        named
            .map(|change| ChangeName {
                reference: change.reference.clone(),
                subprocessor: change.subprocessor_name.clone(),
            })
            .collect()
    }

    /// How the receipt tells the instant: by the change against which it came worst.
    fn arrival(&self, against: &[ChangeId]) -> Arrival {
        let mut measured = self.measured.iter().filter(|measured| against.contains(&measured.change));
        if self.customer.is_none() {
            return Arrival::UnknownSender;
        }
        let worst = measured.clone().find(|measured| measured.timeliness == Timeliness::Late);
        let Some(worst) = worst.or_else(|| measured.next()) else { return Arrival::UnknownSender };
        if let Some(since) = worst.in_force_at.filter(|effect| self.statement.received_at >= *effect) {
            return Arrival::AlreadyInForce { since: worst.zone.day_of(since) };
        }
        let effective_at =
            self.changes.iter().find(|change| change.id == worst.change).map(|c| c.effective_at);
        let deadline = match (worst.deadline_at, effective_at) {
            (Some(deadline), _) => Deadline::At(deadline),
            (None, effective_at) => Deadline::UntilEffect(effective_at.unwrap_or(self.statement.received_at)),
        };
        match worst.timeliness {
            Timeliness::InTime => Arrival::InTime { deadline },
            Timeliness::Late => Arrival::Late { deadline },
        }
    }

    pub(super) async fn alert(&self, tx: &mut Tx, written: &Written) -> Result<(), Error> {
        let Some(change) = self.names(&written.against).into_iter().next() else { return Ok(()) };
        let alarm = Alarm::ObjectionLodged {
            change,
            objection_ref: written.reference.clone(),
            customer: self.speaker.customer_name.clone(),
            in_time: self.timeliness(&written.against) == Timeliness::InTime,
            answer_due_on: written.answer_due_on,
        };
        self.cx.alert(tx, &format!("lodged:{}", written.reference), alarm).await?;
        Ok(())
    }
}
