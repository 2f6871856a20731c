//! Lodges an objection: whoever speaks, by whichever door, is written down with its receipt in one transaction.
//!
//! The page of a letter's link comes here now; console, letter and phone will use the same. Chapter 9 "Lodge": hold the
//! changes, hold the door open, look in the next statement, insert. Promise: whoever gets a receipt is in the database; in time is
//! decided by the instant the first byte reached us.

mod receipt;

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::Context;
use crate::domain::change::{self, ChangeId};
use crate::domain::customer::{CustomerId, Subscribers};
use crate::domain::delivery::DeliveryId;
use crate::domain::ledger::{Actor, Event};
use crate::domain::objection::{
    Act, Channel, IllegalAct, ObjectionId, STATEMENT_BYTES_MAX, State, Timeliness, answer_due_on, reference,
    timeliness,
};
use crate::domain::recipient::RecipientId;
use crate::domain::zone::Zone;
use crate::store::door::DoorId;
use crate::store::objection::{Against, New, Objected, Objection, Party, Speaker, Standing};
use crate::store::{self, Tx, door, objection};

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
        "the statement is longer than {STATEMENT_BYTES_MAX} bytes; send the rest as a reply to our letter"
    )]
    TooLong,
    #[error("{reference} is {state}: nothing changes, there is nothing to object to")]
    NothingToObjectTo { reference: String, state: change::State },
    /// 503, or 451: no receipt may be given.
    #[error("this door is closed; nothing was saved, try again in a moment")]
    DoorClosed,
    #[error(transparent)]
    Illegal(#[from] IllegalAct),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// Writes the statement down. Deadlocks and lost waits are tried again from the start; nothing half-done remains.
pub async fn lodge(cx: &Context, statement: &Statement) -> Result<Lodged, Error> {
    check(statement)?;
    let mut tries = 1;
    loop {
        match once(cx, statement).await {
            Err(Error::Store(error)) if error.is_transient() && tries < TRIES => {
                tokio::time::sleep(PAUSE * tries).await;
                tries += 1;
            }
            done => return done,
        }
    }
}

fn check(statement: &Statement) -> Result<(), Error> {
    if statement.changes.is_empty() {
        return Err(Error::Empty);
    }
    let bytes = statement.text.len()
        + statement.condition.as_ref().map_or(0, String::len)
        + statement.grounds.iter().map(String::len).sum::<usize>();
    if bytes > STATEMENT_BYTES_MAX { Err(Error::TooLong) } else { Ok(()) }
}

async fn once(cx: &Context, statement: &Statement) -> Result<Lodged, Error> {
    let mut tx = cx.begin(Actor::Link { recipient: statement.recipient.0 }).await?;
    let changes = objection::hold_changes(&mut tx, &statement.changes).await?;
    refuse_what_is_over(&changes, statement)?;
    if let Some(id) = statement.door
        && !door::hold_open(&mut tx, id).await?
    {
        return Err(Error::DoorClosed);
    }
    let speaker = objection::speaker(tx.conn(), statement.recipient).await?;
    let customer = counts_for(&speaker, cx.policy.subscribers);
    let measured = measure(cx, &mut tx, statement, &changes, customer).await?;
    let lodging =
        Lodging { cx, statement, speaker: &speaker, customer, changes: &changes, measured: &measured };
    objection::mark(&mut tx).await?;
    match lodging.insert(&mut tx).await? {
        Some(written) => lodging.finish(tx, written).await,
        None => {
            objection::back_to_mark(&mut tx).await?;
            lodging.join(tx).await
        }
    }
}

fn refuse_what_is_over(changes: &[Objected], statement: &Statement) -> Result<(), Error> {
    let known: BTreeSet<ChangeId> = changes.iter().map(|change| change.id).collect();
    if let Some(unknown) = statement.changes.iter().find(|id| !known.contains(id)) {
        return Err(store::Error::NotFound { what: "change", key: unknown.to_string() }.into());
    }
    let over = changes.iter().find(|change| match change.state {
        change::State::Withdrawn | change::State::Discarded | change::State::Draft => true,
        change::State::Scheduled
        | change::State::InNotice
        | change::State::Held
        | change::State::Effective => false,
    });
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
        (false, _) => Some(speaker.of),
        (true, Subscribers::Linked) => speaker.linked_to,
        (true, Subscribers::Require) => Some(speaker.linked_to.unwrap_or(speaker.of)),
    }
}

/// A statement measured against one change.
struct Measured {
    change: ChangeId,
    deadline_at: Option<DateTime<Utc>>,
    in_force_at: Option<DateTime<Utc>>,
    timeliness: Timeliness,
    zone: Zone,
}

async fn measure(
    cx: &Context,
    tx: &mut Tx,
    statement: &Statement,
    changes: &[Objected],
    customer: Option<CustomerId>,
) -> Result<Vec<Measured>, Error> {
    let standings = match customer {
        Some(customer) => objection::measures(tx.conn(), &statement.changes, customer).await?,
        None => Vec::new(),
    };
    let of = |change: &Objected| {
        let standing: Option<&Standing> = standings.iter().find(|standing| standing.change_id == change.id.0);
        let deadline_at = standing.and_then(|standing| standing.window_closes_at);
        let effects = [change.took_effect_at, standing.and_then(|standing| standing.in_force_at)];
        let in_force_at = effects.into_iter().flatten().min();
        let zone = standing.and_then(|standing| Zone::get(standing.zone.as_deref()?).ok());
        Measured {
            change: change.id,
            deadline_at,
            in_force_at,
            timeliness: timeliness(statement.received_at, deadline_at, in_force_at),
            zone: zone.unwrap_or_else(|| cx.policy.zone.clone()),
        }
    };
    Ok(changes.iter().map(of).collect())
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
    statement: &'a Statement,
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
        let received_on = policy.zone.day_of(self.statement.received_at);
        let within = self.cx.settings.objections.answer_within;
        let answer_due_on = answer_due_on(received_on, within, |day| policy.holidays.is_working_day(day));
        objection::insert(
            tx,
            &New {
                id,
                reference: &reference,
                customer: self.customer,
                recipient: Some(self.statement.recipient),
                address: self.speaker.address.as_deref(),
                on_behalf_of: self.statement.on_behalf_of.as_deref(),
                channel: self.statement.channel,
                door: self.statement.door,
                statement: &self.statement.text,
                grounds: &self.statement.grounds,
                condition: self.statement.condition.as_deref(),
                received_at: self.statement.received_at,
                answer_due_on,
            },
        )
        .await?;
        let mut against = Vec::new();
        for measured in self.measured {
            let new = Against {
                objection: id,
                change: measured.change,
                party: self.party(),
                received_at: self.statement.received_at,
                deadline_at: measured.deadline_at,
                timeliness: measured.timeliness,
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
        let timeliness = self.timeliness(&written.against);
        let events: Vec<Event> = self
            .measured
            .iter()
            .filter(|measured| written.against.contains(&measured.change))
            .map(|measured| Event::ObjectionLodged {
                objection: written.reference.clone(),
                change: measured.change,
                customer: self.customer,
                channel: self.statement.channel,
                received_at: self.statement.received_at,
                timeliness: measured.timeliness,
            })
            .collect();
        tx.commit(events).await?;
        self.cx.bells.ring("deliver");
        Ok(Lodged {
            became: Became::AnObjection,
            reference: written.reference,
            timeliness,
            received_at: self.statement.received_at,
            answer_due_on: written.answer_due_on,
            receipts_to,
        })
    }

    /// Adds the statement to the objection that this party has open against the first of the changes.
    async fn join(&self, mut tx: Tx) -> Result<Lodged, Error> {
        let first = self.changes.first().map(|change| change.id).ok_or(Error::Empty)?;
        // It may have been resolved since the insert met it: then the caller is told to look again.
        let known = objection::open_of(tx.conn(), first, self.party())
            .await?
            .ok_or(store::Error::Stale { what: "objection" })?;
        objection::hold(&mut tx, known.id()).await?;
        if self.repeats(&mut tx, &known).await? {
            tx.rollback().await?;
            return Ok(lodged_in(Became::Repetition, &known));
        }
        let at = self.statement.received_at;
        objection::insert_correspondence(&mut tx, known.id(), at, &self.words()).await?;
        let (objection, customer) = (known.reference.clone(), self.customer);
        let joined = Event::StatementAdded { objection, change: first, customer };
        tx.commit([joined]).await?;
        Ok(lodged_in(Became::PartOf, &known))
    }

    fn party(&self) -> Party {
        self.customer.map_or(Party::Unlinked(self.statement.recipient), Party::Customer)
    }

    /// Whether the same person said the same before: as the objection itself, or in what was added to it.
    async fn repeats(&self, tx: &mut Tx, known: &Objection) -> Result<bool, Error> {
        if known.recipient() == Some(self.statement.recipient) && known.statement == self.statement.text {
            return Ok(true);
        }
        let words = self.words();
        let said = objection::correspondence(tx.conn(), known.id()).await?;
        Ok(said.iter().any(|piece| piece.body.as_deref() == Some(words.as_str())))
    }

    /// The statement as it stands in the correspondence: who, and what.
    fn words(&self) -> String {
        let name = self.speaker.name.as_deref().or(self.speaker.address.as_deref()).unwrap_or("somebody");
        let condition = self.statement.condition.iter().map(|condition| format!("\nCondition: {condition}"));
        format!("{name}: {}{}", self.statement.text, condition.collect::<String>())
    }

    fn timeliness(&self, against: &[ChangeId]) -> Timeliness {
        let late = self
            .measured
            .iter()
            .any(|measured| against.contains(&measured.change) && measured.timeliness == Timeliness::Late);
        if late { Timeliness::Late } else { Timeliness::InTime }
    }
}

fn lodged_in(became: Became, known: &Objection) -> Lodged {
    Lodged {
        became,
        reference: known.reference.clone(),
        timeliness: if known.in_time() { Timeliness::InTime } else { Timeliness::Late },
        received_at: known.received_at,
        answer_due_on: known.answer_due_on,
        receipts_to: Vec::new(),
    }
}
