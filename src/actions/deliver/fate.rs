//! What the relay said becomes rows: letters, obligations served, the next contact asked, the DPO told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep};
use tracing::warn;

use super::script::{NoticePage, Page, Sheet};
use super::{KNOCK_EVERY, LEASE};
use crate::actions::{Context, Error};
use crate::config::Proof;
use crate::domain::calendar;
use crate::domain::change::ChangeId;
use crate::domain::customer::{CustomerId, CustomerKind, Subscribers};
use crate::domain::delivery::{DeliveryId, Said};
use crate::domain::ledger::{Actor, Event, Service};
use crate::domain::notice::NoticeKind;
use crate::domain::objection::in_letter_key;
use crate::domain::obligation::Clearance;
use crate::mail::letter::{Alarm, ChangeName};
use crate::mail::relay::Handed;
use crate::store::delivery::contact::{self, Rest};
use crate::store::delivery::lease::Lease;
use crate::store::delivery::letter::Addressee;
use crate::store::delivery::record::{self, Fate, Heard, Recorded, Served};
use crate::store::{self, Tx};

const TRY_AGAIN_AFTER: Duration = Duration::from_millis(50);
/// What was said is kept for a database that is away, full or busy with others' locks as long as a lease lasts: a letter that we
/// cannot record is a letter that goes twice.
const KEPT_FOR: Duration = LEASE;

/// A group's answers, ready to be recorded.
pub(super) struct Verdicts<'a> {
    held: &'a Lease,
    page: &'a Page,
    heard: Vec<(Sheet, Handed, Fate)>,
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(held: &'a Lease, page: &'a Page, heard: Vec<(Sheet, Handed, Fate)>) -> Self {
        Self { held, page, heard }
    }

    /// Records the group in one act; tried again where the database was in the way. Twice is as good as once.
    pub(super) async fn record(&self, cx: &Context) -> Result<(), Error> {
        if self.heard.is_empty() {
            return Ok(());
        }
        let until = Instant::now() + KEPT_FOR;
        loop {
            match self.record_once(cx).await {
                Err(Error::Store(error)) if error.is_transient() && Instant::now() < until => {
                    sleep(TRY_AGAIN_AFTER).await;
                }
                Err(Error::Store(error)) if error.is_out_of_reach() && Instant::now() < until => {
                    warn!(batch.id = %self.held.batch, letters = self.heard.len(), %error, "answers of the relay wait for the database");
                    sleep(KNOCK_EVERY).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn record_once(&self, cx: &Context) -> Result<(), Error> {
        let mut tx = cx.begin_by_key(Actor::Daemon).await?;
        let mut events = Vec::new();
        // Locks in their order: entitlement, change, batch, letter, obligation.
        if self.heard.iter().any(|(_, _, fate)| matches!(fate, Fate::Failed { .. })) {
            store::entitlement::lock_shared(&mut tx).await?;
        }
        self.put_in_notice(&mut tx, &mut events).await?;
        let rows: Vec<_> =
            self.heard.iter().map(|(sheet, handed, fate)| heard(sheet, handed, *fate)).collect();
        let recorded = record::record(&mut tx, self.held, &rows).await?;
        let recorded: BTreeMap<_, _> = recorded.into_iter().map(|row| (row.delivery, row)).collect();
        self.keep_wire_ids(&mut tx, &recorded).await?;
        let mut by_letter = self.serve(cx, &mut tx, &recorded).await?;
        for (sheet, Handed { said, .. }, fate) in &self.heard {
            let Some(row) = recorded.get(&sheet.letter.id) else { continue };
            match fate {
                Fate::Accepted { at } => {
                    let change = change_of(self.page);
                    let serves = change.and_then(|change| by_letter.remove(&(sheet.letter.id, change)));
                    events.push(accepted(self.page, sheet, said, *at, serves));
                }
                Fate::Again { .. } => {}
                Fate::Failed { suppress, ask_next } => {
                    events.push(failed(self.page, sheet, said, row));
                    if *suppress {
                        suppressed(&mut tx, sheet, said, &mut events).await?;
                    }
                    self.after_failure(cx, &mut tx, (sheet, said, *suppress, *ask_next), &mut events).await?;
                }
            }
        }
        events.extend(by_letter.into_values().map(|served| Event::ObligationServed {
            change: served.change,
            customer: served.customer,
            delivery: served.delivery,
            served_at: served.clearance.served_at,
            clear_at: served.clearance.clear_at,
        }));
        if events.is_empty() {
            tx.commit_unrecorded().await?;
        } else {
            tx.commit(events).await?;
        }
        Ok(())
    }

    /// The first accepted announcement puts its changes in notice.
    async fn put_in_notice(&self, tx: &mut Tx, events: &mut Vec<Event>) -> Result<(), Error> {
        let Some(page) = announcement(self.page) else { return Ok(()) };
        let any_accepted = self.heard.iter().any(|(_, _, fate)| matches!(fate, Fate::Accepted { .. }));
        if any_accepted && !page.notice.not_yet_in_notice.is_empty() {
            let moved = record::put_in_notice(tx, &page.notice.not_yet_in_notice).await?;
            events.extend(moved.into_iter().map(|change| Event::ChangeInNotice { change }));
        }
        Ok(())
    }

    async fn keep_wire_ids(
        &self,
        tx: &mut Tx,
        recorded: &BTreeMap<DeliveryId, Recorded>,
    ) -> Result<(), Error> {
        let ids: Vec<_> = self
            .heard
            .iter()
            .filter(|(sheet, _, _)| recorded.contains_key(&sheet.letter.id))
            .filter_map(|(sheet, handed, _)| match &handed.said {
                Said::Accepted { wire_id: Some(id), .. } => {
                    Some((sheet.letter.id, &*handed.relay, id.as_str()))
                }
                _ => None,
            })
            .collect();
        if !ids.is_empty() {
            record::keep_wire_ids(tx, &ids).await?;
        }
        Ok(())
    }

    /// Serves what the accepted announcements serve; of several contacts of one customer the earliest counts. Returns what was
    /// served, by letter and change.
    async fn serve(
        &self,
        cx: &Context,
        tx: &mut Tx,
        recorded: &BTreeMap<DeliveryId, Recorded>,
    ) -> Result<BTreeMap<(DeliveryId, ChangeId), Served>, Error> {
        let Some(page) = announcement(self.page) else { return Ok(BTreeMap::new()) };
        let by_arrival = cx.settings.notice.proof == Proof::Received;
        let mut letters = Vec::new();
        for (sheet, _, _) in &self.heard {
            let Some(row) = recorded.get(&sheet.letter.id) else { continue };
            // Where only the recipient's server can serve, a report of its own may have come first.
            let at = if by_arrival { row.accepted_at.and(row.received_at) } else { row.accepted_at };
            let (Some(at), Some(to)) = (at, &sheet.letter.to) else { continue };
            let Some(reading) = page.reading(&sheet.letter).filter(|_| to.serves && !row.bounced) else {
                continue;
            };
            // A report may have come before the relay's answer.
            let received_at = row.received_at.map(|received| received.max(at));
            let service = calendar::Service { handed_over_at: at, received_at, published_at: None };
            for (change, clearance, told) in reading.clearances(sheet.date, &service) {
                letters.push(Served {
                    change,
                    customer: to.customer,
                    delivery: row.delivery,
                    clearance,
                    told,
                });
            }
        }
        if letters.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut earliest: BTreeMap<(ChangeId, CustomerId), Served> = BTreeMap::new();
        for letter in &letters {
            let known = earliest.entry((letter.change, letter.customer)).or_insert(*letter);
            if letter.clearance.served_at < known.clearance.served_at {
                *known = *letter;
            }
        }
        let served: Vec<Served> = earliest.values().copied().collect();
        let done = record::serve(tx, &served).await?;
        let has_served = |letter: &Served| {
            let key = (letter.change, letter.customer);
            earliest.get(&key).is_some_and(|known| known.delivery == letter.delivery) && done.contains(&key)
        };
        letters.retain(|letter| !has_served(letter));
        record::keep_told(tx, &letters).await?;
        let weighed = weigh_contracts(cx, tx, &done).await?;
        let done = done.iter().filter_map(|key| {
            let served = *earliest.get(key)?;
            let clearance = weighed.get(key).copied().unwrap_or(served.clearance);
            // What is told is when it was served, by whichever contract.
            let clearance = Clearance { served_at: served.clearance.served_at, ..clearance };
            Some(((served.delivery, served.change), Served { clearance, ..served }))
        });
        Ok(done.collect())
    }

    /// After a letter was given up: of a notice the next contact, else the DPO; of a case the DPO.
    async fn after_failure(
        &self,
        cx: &Context,
        tx: &mut Tx,
        (sheet, said, suppress, ask_next): (&Sheet, &Said, bool, bool),
        events: &mut Vec<Event>,
    ) -> Result<(), Error> {
        let Some(to) = &sheet.letter.to else { return Ok(()) };
        let Some(page) = &self.page.notice else { return letter_lost(cx, tx, sheet, to, said).await };
        if to.customer_kind == CustomerKind::Subscriber {
            if suppress {
                contact::exempt_undeliverable_subscriber(tx, page.notice.id, to.customer).await?;
                return Ok(());
            }
            if cx.policy.subscribers != Subscribers::Require {
                return Ok(());
            }
        }
        let rest = if ask_next {
            contact::ask_next_contact(tx, page.notice.id, to.customer, sheet.letter.latest_at).await?
        } else {
            contact::rest(tx, page.notice.id, to.customer).await?
        };
        match rest {
            Rest::OthersRemain => {}
            Rest::Asked(asked) => events.push(Event::NextContactAsked {
                change: page.facts.first_change().map(|change| change.id),
                customer: to.customer,
                delivery: asked.delivery,
                recipient: asked.recipient,
            }),
            // Who has missed what follows an announcement keeps no gate shut.
            Rest::NobodyLeft if page.facts.kind != NoticeKind::Announcement => {}
            Rest::NobodyLeft => alert(cx, tx, page, sheet, said).await?,
        }
        Ok(())
    }
}

/// The announcement named the contract that decides as of its own instant; of several another may by now. Returns what that
/// makes of these services.
async fn weigh_contracts(
    cx: &Context,
    tx: &mut Tx,
    served: &[(ChangeId, CustomerId)],
) -> Result<BTreeMap<(ChangeId, CustomerId), Clearance>, Error> {
    let customers: Vec<CustomerId> = served.iter().map(|(_, customer)| *customer).collect();
    let several = store::customer::with_several_contracts(tx.conn(), &customers).await?;
    let mut weighed = BTreeMap::new();
    for (change, customer) in served.iter().filter(|(_, customer)| several.contains(customer)) {
        let told = store::change::by_id(tx.conn(), *change).await?;
        if let Some((_, clearance)) = cx.stand_anew(tx, &told, *customer).await? {
            weighed.insert((*change, *customer), clearance);
        }
    }
    Ok(weighed)
}

/// The page of an announcement; nothing else serves or puts a change in notice.
fn announcement(page: &Page) -> Option<&NoticePage> {
    page.notice.as_ref().filter(|page| page.facts.kind == NoticeKind::Announcement)
}

async fn suppressed(tx: &mut Tx, sheet: &Sheet, said: &Said, events: &mut Vec<Event>) -> Result<(), Error> {
    let Some(to) = &sheet.letter.to else { return Ok(()) };
    let why = format!("refused by the relay: {} {}", said.code().unwrap_or_default(), said.words());
    if contact::suppress(tx, to.recipient, &why).await? {
        events.push(Event::RecipientSuppressed { customer: to.customer, recipient: to.recipient, why });
    }
    Ok(())
}

/// Tells the DPO that nobody at a customer has the notice; once for each notice and customer.
async fn alert(
    cx: &Context,
    tx: &mut Tx,
    page: &NoticePage,
    sheet: &Sheet,
    said: &Said,
) -> Result<(), Error> {
    let (Some(change), Some(to)) = (page.facts.first_change(), &sheet.letter.to) else { return Ok(()) };
    let alarm = Alarm::Unreachable {
        change: ChangeName { reference: change.reference.clone(), subprocessor: change.facts.name.clone() },
        customer: to.customer_name.clone(),
        address: to.address.clone().unwrap_or_default(),
        code: said.code(),
        words: said.words().to_owned(),
    };
    cx.alert(tx, &format!("unreachable:{}:{}", page.facts.reference, to.customer), alarm).await?;
    Ok(())
}

/// Whoever objected waits for what the letter says.
async fn letter_lost(
    cx: &Context,
    tx: &mut Tx,
    sheet: &Sheet,
    to: &Addressee,
    said: &Said,
) -> Result<(), Error> {
    let Some(case) = sheet.letter.key.as_deref().and_then(in_letter_key) else { return Ok(()) };
    let alarm = Alarm::LetterLost {
        objection_ref: case.to_owned(),
        customer: to.customer_name.clone(),
        address: to.address.clone().unwrap_or_default(),
        code: said.code(),
        words: said.words().to_owned(),
    };
    cx.alert(tx, &format!("lost:{}:{case}", sheet.letter.id), alarm).await?;
    Ok(())
}

fn change_of(page: &Page) -> Option<ChangeId> {
    page.notice.as_ref().and_then(|page| page.facts.first_change()).map(|change| change.id)
}

fn accepted(page: &Page, sheet: &Sheet, said: &Said, at: DateTime<Utc>, serves: Option<Served>) -> Event {
    let composed = sheet.composed.as_ref().ok();
    Event::LetterAccepted {
        change: change_of(page),
        customer: sheet.letter.to.as_ref().map(|to| to.customer),
        delivery: sheet.letter.id,
        notice: page.notice.as_ref().map(|page| page.facts.reference.clone()),
        letter: sheet.letter.key.clone(),
        accepted_at: at,
        composed_at: sheet.date,
        message_id: composed.map(|composed| composed.message_id.clone()),
        sha256: composed.map(|composed| hex::encode(composed.hash)),
        code: said.code(),
        words: said.words().to_owned(),
        serves: serves.map(|Served { clearance, .. }| Service {
            served_at: clearance.served_at,
            clear_at: clearance.clear_at,
        }),
    }
}

fn failed(page: &Page, sheet: &Sheet, said: &Said, row: &Recorded) -> Event {
    Event::LetterFailed {
        change: change_of(page),
        customer: sheet.letter.to.as_ref().map(|to| to.customer),
        delivery: sheet.letter.id,
        notice: page.notice.as_ref().map(|page| page.facts.reference.clone()),
        letter: sheet.letter.key.clone(),
        attempts: row.attempts,
        code: said.code(),
        words: said.words().to_owned(),
    }
}

/// What was heard of one letter, for its row.
fn heard(sheet: &Sheet, Handed { said, relay, .. }: &Handed, fate: Fate) -> Heard {
    Heard {
        delivery: sheet.letter.id,
        fate,
        relay: Arc::clone(relay),
        code: said.code(),
        words: said.words().to_owned(),
        composed_at: sheet.date,
        message_hash: sheet.composed.as_ref().ok().map(|composed| composed.hash),
    }
}
