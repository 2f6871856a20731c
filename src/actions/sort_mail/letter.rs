//! What a mail says of one of our letters: it failed, waits, arrived, was answered by a machine, or was not wanted.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Mail, Outcome};
use crate::actions::Error;
use crate::domain::change::{Change, ChangeId, State};
use crate::domain::inbound::{AddressVerdict, Class, Reading, Rule};
use crate::domain::ledger::Event;
use crate::mail::letter::{Alarm, ChangeName, MailMatter};
use crate::store::delivery::contact::{self, Rest};
use crate::store::inbox::{self, Named};
use crate::store::{self, Tx};

impl Mail<'_> {
    fn letter(&self) -> Option<&Named> {
        self.found.and_then(|found| found.letter.as_ref())
    }

    /// The service is taken back, the next contact asked; nobody left: the DPO is told.
    pub(super) async fn failed(&self, tx: &mut Tx, address_dead: bool) -> Result<Outcome, Error> {
        let Some(letter) = self.letter() else { return Ok(Outcome { waits: true, ..Outcome::default() }) };
        store::entitlement::lock_shared(tx).await?;
        let changes = lock(tx, &letter.changes).await?;
        if !inbox::mark_bounced(tx, letter.delivery, self.received_at).await? {
            return Ok(Outcome::default()); // the same bounce by another report
        }
        let mut events = vec![Event::LetterBounced {
            change: letter.changes.first().copied(),
            customer: letter.customer,
            delivery: letter.delivery,
            message: self.id.0,
            words: self.words(),
        }];
        self.stand_anew(tx, letter, &changes).await?;
        events.extend(self.exempt_excluded(tx, letter, &changes).await?);
        if self.is_dead(tx, letter, address_dead).await? {
            events.extend(self.suppress(tx, letter).await?);
        }
        self.tell_of_loss(tx, letter, &changes).await?;
        self.tell_of_case(tx, letter).await?;
        let next = self.ask_next(tx, letter, &changes).await?;
        events.extend(next);
        // Whom it names by an address alone a person should see.
        Ok(Outcome { waits: self.is_by_address(), events, ..Outcome::default() })
    }

    /// Whom nothing serves any more and who is kept from what the letter told of is owed nothing.
    async fn exempt_excluded(
        &self,
        tx: &mut Tx,
        letter: &Named,
        changes: &[Change],
    ) -> Result<Vec<Event>, Error> {
        let Some(customer) = letter.customer.filter(|_| letter.announces) else { return Ok(Vec::new()) };
        let excluded = store::objection::excluded(tx.conn(), customer).await?;
        if changes.iter().any(|change| excluded.contains_key(&change.subprocessor_id)) {
            return self.cx.settle(tx, &[customer]).await;
        }
        Ok(Vec::new())
    }

    fn is_by_address(&self) -> bool {
        self.found.is_some_and(|found| found.rule == Rule::EventAddress)
    }

    /// Whoever objected waits for what the letter said: a receipt, an answer, how it ended.
    async fn tell_of_case(&self, tx: &mut Tx, letter: &Named) -> Result<(), Error> {
        let Some(case) = letter.objection.as_ref().filter(|_| letter.notice.is_none()) else { return Ok(()) };
        let alarm = Alarm::LetterLost {
            objection_ref: case.clone(),
            customer: letter.customer_name.clone(),
            address: letter.address.clone().unwrap_or_default(),
            code: None,
            words: self.words(),
        };
        self.cx.alert(tx, &format!("lost:{}:{case}", letter.delivery), alarm).await?;
        Ok(())
    }

    /// A token says so, or a second bounce does.
    async fn is_dead(&self, tx: &mut Tx, letter: &Named, by_token: bool) -> Result<bool, Error> {
        if by_token {
            return Ok(true);
        }
        let says_dead = self.reading.address == Some(AddressVerdict::Dead);
        match letter.recipient {
            Some(recipient) if says_dead && !self.is_by_address() => {
                Ok(inbox::bounced_before(tx.conn(), recipient, letter.delivery).await?)
            }
            _ => Ok(false),
        }
    }

    async fn suppress(&self, tx: &mut Tx, letter: &Named) -> Result<Option<Event>, Error> {
        let (Some(recipient), Some(customer)) = (letter.recipient, letter.customer) else { return Ok(None) };
        let why = format!("it bounced: {}", self.words());
        if !contact::suppress(tx, recipient, &why).await? {
            return Ok(None);
        }
        if letter.is_subscriber {
            store::subscriber::exempt_owed(tx, customer).await?;
        }
        Ok(Some(Event::RecipientSuppressed { customer, recipient, why }))
    }

    /// Books closed by an effect stay closed, and all the same the customer is cleared no more where this letter alone served it.
    async fn tell_of_loss(&self, tx: &mut Tx, letter: &Named, changes: &[Change]) -> Result<(), Error> {
        let Some(customer) = letter.customer.filter(|_| letter.announces) else { return Ok(()) };
        let in_force = inbox::in_force_by(tx.conn(), letter.delivery, customer).await?;
        for change in changes.iter().filter(|change| in_force.contains(&change.id)) {
            let alarm = Alarm::ServiceLost {
                change: name_of(change),
                customer: letter.customer_name.clone(),
                address: letter.address.clone().unwrap_or_default(),
                words: self.words(),
            };
            self.cx.alert(tx, &format!("lost:{}:{}", letter.delivery, change.reference), alarm).await?;
        }
        Ok(())
    }

    async fn ask_next(
        &self,
        tx: &mut Tx,
        letter: &Named,
        changes: &[Change],
    ) -> Result<Option<Event>, Error> {
        let (Some(notice), Some(customer), false) = (letter.notice, letter.customer, letter.is_subscriber)
        else {
            return Ok(None);
        };
        let first = changes.first();
        match contact::ask_next_contact(tx, notice, customer, letter.latest_at).await? {
            Rest::OthersRemain => Ok(None),
            Rest::Asked(asked) => Ok(Some(Event::NextContactAsked {
                change: first.map(|change| change.id),
                customer,
                delivery: asked.delivery,
                recipient: asked.recipient,
            })),
            Rest::NobodyLeft => {
                if let Some(change) = first {
                    let alarm = Alarm::Unreachable {
                        change: name_of(change),
                        customer: letter.customer_name.clone(),
                        address: letter.address.clone().unwrap_or_default(),
                        code: None,
                        words: self.words(),
                    };
                    self.cx.alert(tx, &format!("unreachable:bounced:{}", letter.delivery), alarm).await?;
                }
                Ok(None)
            }
        }
    }

    /// The service waits until its arrival is proved.
    pub(super) async fn delayed(&self, tx: &mut Tx) -> Result<Outcome, Error> {
        let Some(letter) = self.letter() else { return Ok(Outcome::default()) };
        store::entitlement::lock_shared(tx).await?;
        let changes = lock(tx, &letter.changes).await?;
        let mut events = Vec::new();
        if inbox::mark_delayed(tx, letter.delivery, self.received_at).await? {
            self.stand_anew(tx, letter, &changes).await?;
            events.extend(self.exempt_excluded(tx, letter, &changes).await?);
            events.push(Event::LetterDelayed {
                change: letter.changes.first().copied(),
                customer: letter.customer,
                delivery: letter.delivery,
                message: self.id.0,
                words: self.words(),
                will_retry_until: self.reading.will_retry_until,
            });
        }
        // A robot asks a person to say that no robot wrote it.
        let waits = self.reading.class == Class::AutoReply;
        if letter.announces && !waits {
            store::delay::note(tx, letter.delivery, self.tried_until()).await?;
        }
        Ok(Outcome { waits, events, ..Outcome::default() })
    }

    /// Until when the server says that it tries, as far as that is believed; else as long as any does.
    fn tried_until(&self) -> DateTime<Utc> {
        let usual = self.received_at + self.cx.settings.smtp.queue_lifetime;
        let said = self.reading.will_retry_until;
        said.map_or(usual, |until| until.clamp(self.received_at, self.received_at + BELIEVED_FOR))
    }

    /// The recipient's server has it: since its own last attempt if it says so, never later than the report was here.
    pub(super) async fn delivered(&self, tx: &mut Tx) -> Result<Outcome, Error> {
        let Some(letter) = self.letter() else { return Ok(Outcome::default()) };
        let changes = lock(tx, &letter.changes).await?;
        let at = self.reading.last_attempt.map_or(self.received_at, |at| at.min(self.received_at));
        let mut events = Vec::new();
        if inbox::mark_received(tx, letter.delivery, at).await? {
            if !inbox::settle_doubt(tx, letter.delivery).await? {
                self.stand_anew(tx, letter, &changes).await?;
            }
            events.push(Event::LetterReceived {
                change: letter.changes.first().copied(),
                customer: letter.customer,
                delivery: letter.delivery,
                message: self.id.0,
                received_at: at,
                words: self.words(),
            });
        }
        Ok(Outcome { events, ..Outcome::default() })
    }

    /// A mailbox that answers by itself has the letter. That somebody has left is the DPO's to settle.
    pub(super) async fn present(&self, tx: &mut Tx, left_company: bool) -> Result<Outcome, Error> {
        let Some(letter) = self.letter() else { return Ok(Outcome::default()) };
        let changes = lock(tx, &letter.changes).await?;
        if inbox::mark_present(tx, letter.delivery, self.received_at).await? {
            self.stand_anew(tx, letter, &changes).await?;
        }
        if left_company && let Some(recipient) = letter.recipient {
            let key = format!("left:{recipient}");
            self.tell(tx, &key, MailMatter::ContactLeft).await?;
        }
        Ok(Outcome::default())
    }

    /// A subscriber who complains has left. A contact is a party of a contract and stays; the relay may drop its letters from now on.
    pub(super) async fn complained(&self, tx: &mut Tx) -> Result<Outcome, Error> {
        let Some(letter) = self.letter() else { return Ok(Outcome { waits: true, ..Outcome::default() }) };
        let known = !inbox::mark_complained(tx, letter.delivery, self.received_at).await?;
        let (Some(recipient), Some(customer)) = (letter.recipient, letter.customer) else {
            return Ok(Outcome::default());
        };
        if known {
            return Ok(Outcome::default());
        }
        let mut events = vec![Event::LetterComplained {
            customer: Some(customer),
            delivery: letter.delivery,
            message: self.id.0,
        }];
        if letter.is_subscriber {
            events.extend(self.leave(tx, letter, "complained of our mail").await?);
        } else {
            self.tell(tx, &format!("complaint:{recipient}"), MailMatter::Complaint).await?;
        }
        Ok(Outcome { events, ..Outcome::default() })
    }

    /// By the address meant for it: as the link does. A contact is asked for a successor by the DPO.
    pub(super) async fn unsubscribed(&self, tx: &mut Tx) -> Result<Outcome, Error> {
        let Some(letter) = self.letter() else { return Ok(Outcome { waits: true, ..Outcome::default() }) };
        if !letter.is_subscriber {
            return self.hear_customer(tx, false).await;
        }
        let left = self.leave(tx, letter, "unsubscribed by mail").await?;
        Ok(Outcome { events: left.into_iter().collect(), ..Outcome::default() })
    }

    async fn leave(&self, tx: &mut Tx, letter: &Named, why: &str) -> Result<Option<Event>, Error> {
        let (Some(recipient), Some(customer)) = (letter.recipient, letter.customer) else { return Ok(None) };
        if !contact::suppress(tx, recipient, why).await? {
            return Ok(None);
        }
        store::subscriber::exempt_owed(tx, customer).await?;
        Ok(Some(Event::RecipientSuppressed { customer, recipient, why: why.to_owned() }))
    }

    /// Where its customer stands with each change that is still open; books closed by an effect stay closed.
    pub(super) async fn stand_anew(
        &self,
        tx: &mut Tx,
        letter: &Named,
        changes: &[Change],
    ) -> Result<(), Error> {
        let Some(customer) = letter.customer.filter(|_| letter.announces) else { return Ok(()) };
        for change in changes.iter().filter(|change| is_open(change.state)) {
            self.cx.stand_anew(tx, change, customer).await?;
        }
        Ok(())
    }

    /// The words of the server that refused or took it, in a line.
    fn words(&self) -> String {
        let Reading { status, diagnostic, .. } = self.reading;
        let words = [status.as_deref(), diagnostic.as_deref()];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        let words = if words.is_empty() { self.reading.why.clone() } else { words.join(" ") };
        words.chars().take(WORDS_CHARS_MAX).collect()
    }
}

const WORDS_CHARS_MAX: usize = 500;
/// No server tries for longer (RFC 5321, 4.5.4.1: four to five days), whatever a report says.
const BELIEVED_FOR: TimeDelta = TimeDelta::days(14);

/// Locks the changes by id: from here on no gate decides.
pub(super) async fn lock(tx: &mut Tx, changes: &[ChangeId]) -> Result<Vec<Change>, Error> {
    let mut locked = Vec::with_capacity(changes.len());
    for id in changes {
        locked.push(store::change::lock(tx, *id).await?);
    }
    Ok(locked)
}

const fn is_open(state: State) -> bool {
    match state {
        State::Scheduled | State::InNotice | State::Held => true,
        State::Draft | State::Effective | State::Withdrawn | State::Discarded => false,
    }
}

pub(super) fn name_of(change: &Change) -> ChangeName {
    ChangeName { reference: change.reference.clone(), subprocessor: change.draft.facts.name.clone() }
}
