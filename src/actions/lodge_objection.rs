//! Lodges an objection: whoever speaks, by whichever door, is written down with its receipt in one transaction.
//!
//! The page of a letter's link comes here by [`lodge`]; what came by letter, phone, ticket or meeting is written down by [`record`]; the mails
//! that are objections are found by [`run_once`].
//! Chapter 9 "Lodge": hold the changes, hold the door open, look in the next statement, insert. Promise: whoever gets a receipt is in the
//! database; in time is decided by the instant the statement reached us.

mod by_hand;
mod by_mail;
mod join;
mod receipt;

pub use by_hand::{Entered, Refusal, Who, record};
pub use by_mail::{PASS, run_once};

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{Attachment, Context};
use crate::domain::change::{self, ChangeId};
use crate::domain::customer::{CustomerId, Subscribers};
use crate::domain::delivery::DeliveryId;
use crate::domain::ledger::{Actor, Event};
use crate::domain::objection::{
    Act, Agenda, Channel, IllegalAct, ObjectionId, STATEMENT_CHARACTERS_MAX, State, Timeliness,
    answer_due_on, lapse_of_all, reference,
};
use crate::domain::recipient::RecipientId;
use crate::store::door::DoorId;
use crate::store::inbound::MessageId;
use crate::store::objection::{Against, Measured, New, Objected, Party, Speaker};
use crate::store::{self, Tx, door, inbox, objection};

/// How often a unit of work is tried that met a deadlock or waited for a lock in vain.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(50);

/// What somebody said against one or more changes.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Who spoke: the recipient of the letter whose link was used.
    pub recipient: RecipientId,
    /// That letter.
    pub page: Option<DeliveryId>,
    pub changes: Vec<ChangeId>,
    pub channel: Channel,
    /// The door it came by; none = entered by hand.
    pub door: Option<DoorId>,
    /// When its first byte reached us.
    pub received_at: DateTime<Utc>,
    pub text: String,
    pub grounds: Vec<String>,
    pub condition: Option<String>,
    pub on_behalf_of: Option<String>,
    pub file: Option<Attachment>,
}

/// What became of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    AnObjection,
    /// The customer, or the unlinked address, has an open objection already: this was added to it.
    PartOf,
    /// The same words by the same person again (a second click): nothing was written.
    Repetition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lodged {
    pub became: Became,
    pub reference: String,
    pub timeliness: Timeliness,
    /// Of the objection, which may be older than this statement.
    pub received_at: DateTime<Utc>,
    pub answer_due_on: NaiveDate,
    /// The addresses that get a receipt.
    pub receipts_to: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("write a sentence or tick a change, so that we know what you object to")]
    Empty,
    #[error(
        "the statement is longer than {STATEMENT_CHARACTERS_MAX} characters; send the rest as a reply to our letter"
    )]
    TooLong,
    #[error("{reference} is {state}: nothing changes, there is nothing to object to")]
    NothingToObjectTo { reference: String, state: change::State },
    /// 503, or 451: no receipt may be given.
    #[error("this door is closed; nothing was saved, try again in a moment")]
    DoorClosed,
    #[error(transparent)]
    ByHand(#[from] Refusal),
    #[error(transparent)]
    Illegal(#[from] IllegalAct),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// A statement with who spoke: one shape for all channels.
#[derive(Debug)]
struct Said<'a> {
    actor: Actor,
    who: Voice<'a>,
    page: Option<DeliveryId>,
    changes: &'a [ChangeId],
    channel: Channel,
    door: Option<DoorId>,
    mail: Option<ByMail<'a>>,
    received_at: DateTime<Utc>,
    text: &'a str,
    grounds: &'a [String],
    condition: Option<&'a str>,
    on_behalf_of: Option<&'a str>,
    file: Option<&'a Attachment>,
}

/// The mail that says it, which its door has vouched for.
#[derive(Clone, Copy, Debug)]
struct ByMail<'a> {
    id: MessageId,
    /// Whom it says that it is from.
    from: Option<&'a str>,
    message_id: Option<&'a str>,
    /// A machine may write back to that address.
    answerable: bool,
}

#[derive(Debug)]
enum Voice<'a> {
    Link(RecipientId),
    Hand(&'a Who),
}

/// Writes the statement of whoever held a letter's link down.
pub async fn lodge(cx: &Context, statement: &Statement) -> Result<Lodged, Error> {
    let said = Said {
        actor: Actor::Link { recipient: statement.recipient.0 },
        who: Voice::Link(statement.recipient),
        page: statement.page,
        changes: &statement.changes,
        channel: statement.channel,
        door: statement.door,
        mail: None,
        received_at: statement.received_at,
        text: &statement.text,
        grounds: &statement.grounds,
        condition: statement.condition.as_deref(),
        on_behalf_of: statement.on_behalf_of.as_deref(),
        file: statement.file.as_ref(),
    };
    write_down(cx, &said).await
}

/// Deadlocks and lost waits are tried again from the start; nothing half-done remains.
async fn write_down(cx: &Context, said: &Said<'_>) -> Result<Lodged, Error> {
    check(said)?;
    let mut tries = 1;
    loop {
        match once(cx, said).await {
            Err(Error::Store(error)) if error.is_transient() && tries < TRIES => {
                tokio::time::sleep(PAUSE * tries).await;
                tries += 1;
            }
            done => return done,
        }
    }
}

fn check(said: &Said<'_>) -> Result<(), Error> {
    if said.changes.is_empty() {
        return Err(Error::Empty);
    }
    let grounds = said.grounds.iter().map(String::as_str);
    let all = [said.text, said.condition.unwrap_or_default()].into_iter().chain(grounds);
    if all.map(|part| part.chars().count()).sum::<usize>() > STATEMENT_CHARACTERS_MAX {
        Err(Error::TooLong)
    } else {
        Ok(())
    }
}

async fn once(cx: &Context, said: &Said<'_>) -> Result<Lodged, Error> {
    let mut tx = cx.begin(said.actor.clone()).await?;
    if let Some(mail) = said.mail
        && inbox::lock_waiting(&mut tx, mail.id).await?.is_none()
    {
        return Err(store::Error::Stale { what: "mail" }.into());
    }
    let changes = objection::hold_changes(&mut tx, said.changes).await?;
    refuse_what_is_over(&changes, said.changes)?;
    if let Some(id) = said.door
        && said.mail.is_none()
        && !door::hold_open(&mut tx, id).await?
    {
        return Err(Error::DoorClosed);
    }
    let speaker = match said.who {
        Voice::Link(recipient) => objection::speaker(tx.conn(), recipient).await?,
        Voice::Hand(who) => by_hand::speaker(&mut tx, who).await?,
    };
    let customer = counts_for(&speaker, cx.policy.subscribers);
    let measured = objection::measure(tx.conn(), &changes, customer, said.received_at, &cx.policy).await?;
    let lodging = Lodging { cx, said, speaker: &speaker, customer, changes: &changes, measured: &measured };
    objection::mark(&mut tx).await?;
    match lodging.insert(&mut tx).await? {
        Some(written) => lodging.finish(tx, written).await,
        None => {
            objection::back_to_mark(&mut tx).await?;
            lodging.join(tx).await
        }
    }
}

fn refuse_what_is_over(changes: &[Objected], meant: &[ChangeId]) -> Result<(), Error> {
    let known: BTreeSet<ChangeId> = changes.iter().map(|change| change.id).collect();
    if let Some(unknown) = meant.iter().find(|id| !known.contains(id)) {
        return Err(store::Error::NotFound { what: "change", key: unknown.to_string() }.into());
    }
    let over =
        changes.iter().find(|change| !change.state.is_open() && change.state != change::State::Effective);
    match over {
        Some(change) => {
            Err(Error::NothingToObjectTo { reference: change.reference.clone(), state: change.state })
        }
        None => Ok(()),
    }
}

/// Whose statement it is. A subscriber speaks for the customer it is linked to; for itself only where the policy has every
/// subscriber count.
fn counts_for(speaker: &Speaker, subscribers: Subscribers) -> Option<CustomerId> {
    match (speaker.is_subscriber, subscribers) {
        (false, _) => speaker.of,
        (true, Subscribers::Linked) => speaker.linked_to,
        (true, Subscribers::Require) => speaker.linked_to.or(speaker.of),
    }
}

/// An objection just written.
struct Written {
    id: ObjectionId,
    reference: String,
    answer_due_on: NaiveDate,
    against: Vec<ChangeId>,
}

struct Lodging<'a> {
    cx: &'a Context,
    said: &'a Said<'a>,
    speaker: &'a Speaker,
    customer: Option<CustomerId>,
    changes: &'a [Objected],
    measured: &'a [Measured],
}

impl Lodging<'_> {
    /// Inserts the objection against every change to which the party has none open. None: there is no such change.
    async fn insert(&self, tx: &mut Tx) -> Result<Option<Written>, Error> {
        let id = objection::next_id(tx).await?;
        let reference = reference(tx.now().year(), id);
        let policy = &self.cx.policy;
        let received_at = self.said.received_at;
        let rules = &self.cx.settings.objections;
        let received_on = policy.zone.day_of(received_at);
        let answer_due_on =
            answer_due_on(received_on, rules.answer_within, |day| policy.holidays.is_working_day(day));
        let lapses = lapse_of_all(self.measured.iter().map(|measured| measured.lapses));
        let lapses_at = lapses.map(|lapses| lapses.at);
        let agenda = Agenda::of(received_at, answer_due_on, rules.escalate_after, lapses_at, policy);
        let file = self.keep_file(tx).await?;
        objection::insert(
            tx,
            &New {
                id,
                reference: &reference,
                customer: self.customer,
                recipient: self.speaker.recipient,
                address: self.speaker.address.as_deref(),
                on_behalf_of: self.said.on_behalf_of,
                channel: self.said.channel,
                door: self.said.door,
                message: self.said.mail.map(|mail| mail.id),
                statement: self.said.text,
                grounds: self.said.grounds,
                condition: self.said.condition,
                received_at,
                answer_due_on,
                lapses,
                next_look_at: agenda.next_after(received_at),
                file,
            },
        )
        .await?;
        let mut against = Vec::new();
        for measured in self.measured {
            let new = Against {
                objection: id,
                change: measured.change,
                party: self.party(),
                received_at,
                deadline_at: measured.deadline_at,
                timeliness: measured.timeliness,
                after_start: measured.after_start,
            };
            if objection::insert_against(tx, &new).await? {
                against.push(measured.change);
            }
        }
        let written = (!against.is_empty()).then_some(Written { id, reference, answer_due_on, against });
        Ok(written)
    }

    /// Queues receipts and the DPO's alarm, and commits.
    async fn finish(&self, mut tx: Tx, written: Written) -> Result<Lodged, Error> {
        let receipts_to = self.queue_receipts(&mut tx, &written).await?;
        if !receipts_to.is_empty() {
            let next = State::Lodged.after(Act::Acknowledge)?;
            objection::move_state(&mut tx, written.id, State::Lodged, next).await?;
        }
        self.alert(&mut tx, &written).await?;
        self.alert_found(&mut tx, &written.reference, &written.against).await?;
        for measured in self.measured.iter().filter(|one| !written.against.contains(&one.change)) {
            self.join_open(&mut tx, measured).await?;
        }
        self.settle_mail(&mut tx, written.id).await?;
        let timeliness = self.timeliness(&written.against);
        let events: Vec<Event> = self
            .measured
            .iter()
            .filter(|measured| written.against.contains(&measured.change))
            .map(|measured| Event::ObjectionLodged {
                objection: written.reference.clone(),
                change: measured.change,
                customer: self.customer,
                channel: self.said.channel,
                received_at: self.said.received_at,
                timeliness: measured.timeliness,
                attached: self.said.file.map(Attachment::hash).map(hex::encode),
            })
            .collect();
        tx.commit(events).await?;
        self.cx.bells.ring("deliver");
        Ok(Lodged {
            became: Became::AnObjection,
            reference: written.reference,
            timeliness,
            received_at: self.said.received_at,
            answer_due_on: written.answer_due_on,
            receipts_to,
        })
    }

    /// The objection stands in its mail's place: what the mail held back, it holds back now.
    async fn settle_mail(&self, tx: &mut Tx, objection: ObjectionId) -> Result<(), Error> {
        if let Some(mail) = self.said.mail {
            inbox::lodged(tx, mail.id, Some(objection)).await?;
            inbox::release(tx, mail.id).await?;
        }
        Ok(())
    }

    /// The letter on paper, or what came with the form, kept under its hash.
    async fn keep_file(&self, tx: &mut Tx) -> Result<Option<[u8; 32]>, Error> {
        let Some(file) = self.said.file else { return Ok(None) };
        Ok(Some(file.keep(tx).await?))
    }

    fn party(&self) -> Party {
        self.customer.map_or(Party::Unlinked(self.speaker.recipient), Party::Customer)
    }

    /// In time where it is so against one of them.
    fn timeliness(&self, against: &[ChangeId]) -> Timeliness {
        if self.in_time(against).next().is_some() { Timeliness::InTime } else { Timeliness::Late }
    }

    /// Those of them against which it is in time.
    fn in_time<'a>(&'a self, against: &'a [ChangeId]) -> impl Iterator<Item = &'a Measured> {
        let of = |measured: &&Measured| against.contains(&measured.change);
        self.measured.iter().filter(of).filter(|one| one.timeliness == Timeliness::InTime)
    }
}
