//! Sorts mail: what a door stored is read, matched to a letter or a customer, and what follows from it is done.
//!
//! One mail, one transaction. A letter that did not arrive is taken back and the customer's next contact asked; a person's mail holds its
//! changes back until it is known what it is. An objection is not lodged here: the mail is marked, and
//! [`lodge_objection`](super::lodge_objection) finds it. The rule is [`inbox::course`]; chapter 10 "Matching" gives the order.

mod again;
mod event;
mod letter;
mod matching;
mod person;
mod probe;

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::{error, info};

use self::again::Further;
use self::matching::Match;
use super::{Context, Error, Report};
use crate::domain::change::ChangeId;
use crate::domain::inbound::{Class, Envelope, Reading, Trust};
use crate::domain::inbox::{self, Course, Ruling};
use crate::domain::ledger::{Actor, Event};
use crate::domain::objection::ObjectionId;
use crate::mail::triage::{self, Own};
use crate::store::inbound::MessageId;
use crate::store::inbox::{Sorted, Unsorted};
use crate::store::{self, Tx};

/// The pass, and its bell.
pub const PASS: &str = "sort_mail";
/// Mails of one pass; the rest come in the next, which follows at once.
const MAILS_PER_PASS: i64 = 200;
/// How often a mail is tried that met a deadlock or waited for a lock in vain.
const TRIES: u32 = 3;

/// Sorts what is stored.
pub async fn run_once(cx: &Context) -> Result<Report, Error> {
    let mails = store::inbox::unsorted(cx.snapshot().await?.conn(), MAILS_PER_PASS).await?;
    let mut done = 0;
    for id in mails {
        // One that cannot be sorted must not keep the others unread, and with them every gate shut.
        let sorted = match sort(cx, id).await {
            Err(Error::Store(error)) if !error.is_transient() && !error.is_out_of_reach() => {
                error!(mail.id = id.0, %error, "mail {} cannot be sorted and is left to a person", id.0);
                leave_to_a_person(cx, id, &error.to_string()).await
            }
            sorted => sorted,
        };
        done += u64::from(sorted?);
    }
    Ok(if done == 0 { Report::idle(PASS) } else { Report::did(PASS, done, format!("sorted {done} mails")) })
}

async fn sort(cx: &Context, id: MessageId) -> Result<bool, Error> {
    let mut tries = 1;
    loop {
        match sort_once(cx, id).await {
            Err(Error::Store(error)) if error.is_transient() && tries < TRIES => tries += 1,
            outcome => return outcome,
        }
    }
}

/// Nothing of it is believed, and it holds back whatever it may object to.
async fn leave_to_a_person(cx: &Context, id: MessageId, why: &str) -> Result<bool, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let Some(mail) = store::inbox::take(&mut tx, id).await? else { return Ok(false) };
    if mail.is_decided() {
        return lay_aside(tx, id).await;
    }
    let reading = Reading::unreadable(&format!("it could not be sorted: {why}"));
    let course = inbox::course(&reading, None);
    finish(cx, tx, id, &mail, &reading, None, course).await
}

/// What was decided of it stays.
async fn lay_aside(mut tx: Tx, id: MessageId) -> Result<bool, Error> {
    store::inbox::looked_again(&mut tx, id).await?;
    tx.commit_unrecorded().await?;
    Ok(true)
}

/// A mail being sorted: what it says, and whose it is.
struct Mail<'a> {
    cx: &'a Context,
    id: MessageId,
    received_at: chrono::DateTime<chrono::Utc>,
    reading: &'a Reading,
    found: Option<&'a Match>,
    /// What it is was decided before: only what is new of it counts.
    decided: bool,
}

/// What became of it.
#[derive(Default)]
struct Outcome {
    /// A person must look, or its objection is to be lodged.
    waits: bool,
    ruling: Option<Ruling>,
    /// It belongs to this objection.
    case: Option<ObjectionId>,
    /// What it is lodged against, once it is an objection.
    about: Vec<ChangeId>,
    events: Vec<Event>,
}

async fn sort_once(cx: &Context, id: MessageId) -> Result<bool, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let Some(mail) = store::inbox::take(&mut tx, id).await? else { return Ok(false) };
    if mail.is_to_lodge() {
        // That comes first, and holds what it may object to meanwhile.
        return Ok(false);
    }
    if mail.is_decided() {
        return match again::weigh(cx, &mut tx, id, &mail).await? {
            Some(Further { reading, found, course }) => {
                finish(cx, tx, id, &mail, &reading, Some(&found), course).await
            }
            None => lay_aside(tx, id).await,
        };
    }
    if mail.again {
        // It is weighed anew, and may be one customer's now, or a machine's.
        store::inbox::release(&mut tx, id).await?;
    }
    let mut reading = match mail.relay.as_deref() {
        Some(relay) => event::read(relay, &mail.raw, &cx.keys),
        None => read_mail(cx, &mail),
    };
    if let Some(sent) = probe::about(&mut tx, &reading).await? {
        return probe::eat(cx, tx, id, &mail, &reading, &sent).await;
    }
    let found = matching::find(&mut tx, &reading).await?;
    let course = inbox::course(&reading, found.as_ref().map(Match::sign));
    if found.is_none() && reading.class == Class::Reply {
        reading.class = Class::Unmatched;
    }
    finish(cx, tx, id, &mail, &reading, found.as_ref(), course).await
}

/// Does what follows, and writes what the mail was taken for.
async fn finish(
    cx: &Context,
    mut tx: Tx,
    id: MessageId,
    mail: &Unsorted,
    reading: &Reading,
    found: Option<&Match>,
    course: Course,
) -> Result<bool, Error> {
    let (received_at, decided) = (mail.received_at, mail.is_decided());
    let outcome = Mail { cx, id, received_at, reading, found, decided }.follow(&mut tx, course).await?;
    let sorted = Sorted {
        class: reading.class,
        rule: found.map(|found| found.rule),
        delivery: found.and_then(|found| found.letter.as_ref()).map(|letter| letter.delivery),
        customer: found.and_then(Match::customer),
        recipient: found.and_then(|found| found.recipient),
        findings: reading,
        // Behind what was read may stand what nobody has weighed.
        waits: outcome.waits || reading.cut,
        ruling: outcome.ruling,
        about: &outcome.about,
    };
    store::inbox::sort(&mut tx, id, &sorted).await?;
    if outcome.case.is_some() && !mail.is_on_file && !reading.cut {
        store::inbox::lodged(&mut tx, id, outcome.case).await?;
    }
    let (class, rule) = (reading.class, sorted.rule);
    let mut events = vec![Event::MailSorted {
        message: id.0,
        customer: sorted.customer,
        class,
        matched_by: rule,
        waits: sorted.waits,
    }];
    events.extend(outcome.events);
    tx.commit(events).await?;
    cx.bells.ring("deliver");
    match rule {
        Some(rule) => info!(mail.id = id.0, "mail {} is a {class}, known by its {rule}", id.0),
        None => info!(mail.id = id.0, "mail {} is a {class} that names nothing of ours", id.0),
    }
    Ok(true)
}

fn read_mail(cx: &Context, mail: &Unsorted) -> Reading {
    let settings = &cx.settings;
    let envelope = Envelope { sender: mail.sender.clone(), recipients: mail.recipients.clone() };
    let trust = Trust {
        authserv_id: settings.inbound.trusted_authserv_id.clone(),
        hops: settings.inbound.trusted_hops,
    };
    let from = [&settings.smtp.from, &settings.smtp.from_subscribers].map(|mailbox| mailbox.address.clone());
    let own = Own { from: from.into() };
    // Whatever is wrong with a mail, or with us, it is a person's then.
    let read = AssertUnwindSafe(|| triage::read(&mail.raw, &envelope, &cx.keys, &trust, &own));
    catch_unwind(read).unwrap_or_else(|_| Reading::unreadable("reading it failed: a fault of forenotice"))
}

impl Mail<'_> {
    async fn follow(&self, tx: &mut Tx, course: Course) -> Result<Outcome, Error> {
        match course {
            Course::Failed { address_dead } => self.failed(tx, address_dead).await,
            Course::Delayed => self.delayed(tx).await,
            Course::Delivered => self.delivered(tx).await,
            Course::Present { left_company } => self.present(tx, left_company).await,
            Course::Complaint => self.complained(tx).await,
            Course::Unsubscribe => self.unsubscribed(tx).await,
            Course::Objection => self.hear_customer(tx, true).await,
            Course::Reply => self.hear_customer(tx, false).await,
            Course::Stranger => {
                let named = store::inbox::changes_called(tx.conn(), &self.reading.changes).await?;
                self.hear_stranger(tx, named).await
            }
            Course::Show => Ok(Outcome { waits: true, ..Outcome::default() }),
            Course::Nothing => Ok(Outcome::default()),
        }
    }
}
