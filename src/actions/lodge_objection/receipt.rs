//! What is written the moment an objection is: receipts to its sender and the customer's privacy contacts, the DPO's alarm.

use chrono::TimeDelta;

use super::{Error, Lodging, Written};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::delivery::DeliveryId;
use crate::domain::objection::Timeliness;
use crate::domain::recipient::RecipientId;
use crate::domain::zone::Zone;
use crate::mail::letter::{Alarm, Arrival, ChangeName, Deadline, HeldBack, Occasional, Receipt};
use crate::store::Tx;
use crate::store::letter::{To, queue};
use crate::store::objection::{self, Objected, Receiver};

/// A receipt that arrives later than this is of no use.
const RECEIPT_USEFUL: TimeDelta = TimeDelta::days(14);
/// Of an address on no file.
const DEFAULT_LANGUAGE: &str = "en";

impl Lodging<'_> {
    pub(super) async fn queue_receipts(&self, tx: &mut Tx, written: &Written) -> Result<Vec<String>, Error> {
        let Some(first) = written.against.first().copied() else { return Ok(Vec::new()) };
        let sender = self.speaker.recipient;
        let receivers = objection::receivers(tx.conn(), sender, self.customer, first).await?;
        let mut addresses = Vec::with_capacity(receivers.len());
        for receiver in receivers.into_iter().filter(|receiver| !self.would_answer_a_machine(receiver)) {
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
        addresses.extend(self.to_unknown_address(tx, written).await?);
        Ok(addresses)
    }

    /// Its mail was a list's, or a robot's: an answer could come back for ever. Whoever else is on file is told, also who had the letter
    /// that was answered, so that a forgery is noticed.
    fn would_answer_a_machine(&self, receiver: &Receiver) -> bool {
        let from = self.said.mail.filter(|mail| !mail.answerable).and_then(|mail| mail.from);
        from.is_some_and(|from| from.eq_ignore_ascii_case(&receiver.address))
    }

    /// An address on no file, and nobody's, is written to itself: it is asked for whom it speaks.
    async fn to_unknown_address(&self, tx: &mut Tx, written: &Written) -> Result<Option<String>, Error> {
        if self.said.mail.is_some_and(|mail| !mail.answerable) {
            return Ok(None);
        }
        let (None, None, Some(address)) = (
            self.speaker.recipient,
            self.customer,
            self.speaker.address.as_deref().filter(|address| !address.is_empty()),
        ) else {
            return Ok(None);
        };
        let receipt = self.receipt_in(written, DEFAULT_LANGUAGE.to_owned(), None);
        let key = format!("receipt:{}:sender", written.reference);
        let latest_at = tx.now() + RECEIPT_USEFUL;
        queue(tx, &key, To::Address(address), &Occasional::Receipt(receipt), latest_at).await?;
        Ok(Some(address.to_owned()))
    }

    fn receipt(&self, written: &Written, receiver: &Receiver) -> Receipt {
        let is_sender = self.speaker.recipient == Some(RecipientId(receiver.recipient_id));
        let page = if is_sender { self.said.page } else { None };
        let page = page.or(receiver.page.map(DeliveryId));
        let answers = self.said.mail.filter(|_| is_sender).and_then(|mail| mail.message_id);
        Receipt {
            in_reply_to: answers.map(str::to_owned),
            ..self.receipt_in(written, receiver.language.clone(), page)
        }
    }

    fn receipt_in(&self, written: &Written, language: String, object_page: Option<DeliveryId>) -> Receipt {
        let sender = self.speaker.name.as_deref().filter(|name| !name.is_empty());
        let customer = self.customer.map_or("", |_| self.speaker.customer_name.as_str());
        let in_time: Vec<ChangeId> = self.in_time(&written.against).map(|measured| measured.change).collect();
        let (held_back, late) = match (self.customer, in_time.is_empty()) {
            (None, _) | (_, true) => (written.against.clone(), Vec::new()),
            (Some(_), false) => written.against.iter().partition(|change| in_time.contains(change)),
        };
        Receipt {
            processor: self.cx.settings.site.processor(),
            language,
            zone: self.zone(),
            objection_ref: written.reference.clone(),
            changes: self.names(&written.against),
            late: self.names(&late),
            held_back: HeldBack::of(self.against(&held_back).map(|change| change.kind)),
            customer: customer.to_owned(),
            on_behalf_of: self.said.on_behalf_of.map(str::to_owned),
            sender: self
                .said
                .mail
                .and_then(|mail| mail.from)
                .or(sender)
                .or(self.speaker.address.as_deref())
                .unwrap_or_default()
                .to_owned(),
            received_at: self.said.received_at,
            arrival: self.arrival(&written.against),
            answer_due_on: written.answer_due_on,
            statement: self.said.text.to_owned(),
            object_page,
            in_reply_to: None,
        }
    }

    fn zone(&self) -> Zone {
        self.measured.first().map_or_else(|| self.cx.policy.zone.clone(), |measured| measured.zone.clone())
    }

    fn against(&self, against: &[ChangeId]) -> impl Iterator<Item = &Objected> {
        self.changes.iter().filter(|change| against.contains(&change.id))
    }

    fn names(&self, against: &[ChangeId]) -> Vec<ChangeName> {
        self.against(against)
            .map(|change| ChangeName {
                reference: change.reference.clone(),
                subprocessor: change.subprocessor_name.clone(),
            })
            .collect()
    }

    /// How the receipt tells the instant: by the worst of those against which it came in time, if there is one.
    fn arrival(&self, against: &[ChangeId]) -> Arrival {
        if self.customer.is_none() {
            return Arrival::UnknownSender;
        }
        let after_start = self.in_time(against).find(|measured| measured.after_start);
        let told = after_start.or_else(|| self.in_time(against).next());
        let told = told.or_else(|| self.measured.iter().find(|one| against.contains(&one.change)));
        let Some(told) = told else { return Arrival::UnknownSender };
        // Of whom an exclusion keeps out nothing is in use.
        let since = told.in_force_at.filter(|effect| self.said.received_at >= *effect && !told.kept_out);
        let since = since.map(|at| told.zone.day_of(at));
        match (since, told.timeliness, told.deadline_at) {
            (Some(since), Timeliness::InTime, Some(deadline)) => {
                return Arrival::AfterStart { deadline: Deadline::At(deadline), since };
            }
            (Some(since), _, _) => return Arrival::AlreadyInForce { since },
            (None, _, _) => {}
        }
        let effective_at =
            self.changes.iter().find(|change| change.id == told.change).map(|c| c.effective_at);
        let deadline = match (told.deadline_at, effective_at) {
            (Some(deadline), _) => Deadline::At(deadline),
            (None, effective_at) => Deadline::UntilEffect(effective_at.unwrap_or(self.said.received_at)),
        };
        match told.timeliness {
            Timeliness::InTime => Arrival::InTime { deadline },
            Timeliness::Late => Arrival::Late { deadline },
        }
    }

    pub(super) async fn alert(&self, tx: &mut Tx, written: &Written) -> Result<(), Error> {
        let in_time: Vec<ChangeId> = self.in_time(&written.against).map(|measured| measured.change).collect();
        let named = if in_time.is_empty() { &written.against } else { &in_time };
        let Some(change) = self.names(named).into_iter().next() else { return Ok(()) };
        let alarm = Alarm::ObjectionLodged {
            change,
            objection_ref: written.reference.clone(),
            customer: self.who(),
            in_time: !in_time.is_empty(),
            after_start: self.is_after_start(&written.against),
            answer_due_on: written.answer_due_on,
        };
        self.cx.alert(tx, &format!("lodged:{}", written.reference), alarm).await?;
        Ok(())
    }

    /// Whether it came in time after an emergency's start: nothing of it is held, and the customer counts as excluded.
    fn is_after_start(&self, against: &[ChangeId]) -> bool {
        self.measured.iter().any(|measured| measured.after_start && against.contains(&measured.change))
    }

    /// What came in time and before the effect although the change is in force for this customer is the DPO's alarm.
    pub(super) async fn alert_found(
        &self,
        tx: &mut Tx,
        reference: &str,
        against: &[ChangeId],
    ) -> Result<(), Error> {
        let found = self.measured.iter().filter(|measured| against.contains(&measured.change));
        for measured in found.filter(|measured| self.customer.is_some() && measured.is_found_after_effect()) {
            let change = self.changes.iter().find(|change| change.id == measured.change);
            if let (Some(change), Some(since)) = (change, measured.in_force_at) {
                self.cx.alert_found_after_effect(tx, reference, change, &self.who(), since).await?;
            }
        }
        Ok(())
    }

    /// As the DPO knows them.
    fn who(&self) -> String {
        let name = Some(&self.speaker.customer_name).filter(|name| !name.is_empty());
        name.or(self.speaker.address.as_ref()).cloned().unwrap_or_default()
    }
}
