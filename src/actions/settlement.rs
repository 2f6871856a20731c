//! Settles what open changes are to customers just written, in the transaction that wrote them: whoever has become
//! entitled is told and stands in the gate's way, whoever is not any more does not.
//!
//! What no write tells, the calendar does: [`Context::settle_days`] settles the customers of whom a contract or other terms begin
//! or a contract is over, on the day.
//!
//! A change not announced yet needs nothing: announcing passes the entitlement barrier and scans whoever was written
//! before (chapter 9). The rule is [`entitlement::while_open`].

use chrono::{DateTime, Utc};

use super::{Context, Error};
use crate::domain::change::{Change, ChangeId};
use crate::domain::customer::{ContractId, CustomerId};
use crate::domain::entitlement::{self, Known, Ruling, unspoken};
use crate::domain::ledger::Actor;
use crate::domain::ledger::Event;
use crate::domain::notice::NoticeId;
use crate::domain::obligation::{Clearance, Consent, Standing};
use crate::domain::plan::{Candidate, Entitled, latest_letter_at};
use crate::domain::recipient::{Addressee, addressed};
use crate::domain::zone::Zone;
use crate::store::fan_out::{Before, Exempt, LETTERS_PER_BATCH, Letter, Owed};
use crate::store::obligation::ServedAnew;
use crate::store::{self, Tx};

/// The task under whose name is kept through which day contracts are settled.
const DAYS: &str = "contract_days";
/// Customers settled in one transaction.
const CUSTOMERS_PER_SETTLEMENT: i64 = 500;

impl Context {
    /// Settles open changes for the customers of whom contracts begin, end or get other terms by the days since the last call.
    /// Costs one probe on any other call. Broken off, it is done again, and finds what is settled settled.
    pub(super) async fn settle_days(&self) -> Result<u64, Error> {
        let mut snapshot = self.snapshot().await?;
        let ran_through = store::task::ran_through(snapshot.conn(), DAYS).await?;
        let now = self.now().await?;
        let today = self.policy.zone.day_of(now);
        if ran_through.is_some_and(|at| self.policy.zone.day_of(at) >= today) {
            return Ok(0);
        }
        // The first time: an announcement has settled its own day, so what matters came after the oldest open one.
        let since = match ran_through {
            Some(at) => at,
            None => store::change::oldest_published_at(snapshot.conn()).await?.unwrap_or(now),
        };
        let through = self.policy.zone.day_of(since);
        drop(snapshot);
        let (mut after, mut settled) = (0, 0);
        loop {
            let mut tx = self.begin(Actor::Daemon).await?;
            store::entitlement::lock_shared(&mut tx).await?;
            let due = store::entitlement::turned(tx.conn(), through, today, after, CUSTOMERS_PER_SETTLEMENT);
            let due = due.await?;
            let Some(last) = due.last() else {
                // A day that began on the way has its own turn.
                if self.policy.zone.day_of(tx.now()) == today {
                    store::task::run_through(&mut tx, DAYS).await?;
                }
                tx.commit_unrecorded().await?;
                return Ok(settled);
            };
            after = last.0;
            let events = self.settle(&mut tx, &due).await?;
            settled += events.len() as u64;
            if events.is_empty() {
                tx.commit_unrecorded().await?;
            } else {
                tx.commit(events).await?;
            }
        }
    }

    /// Settles the open changes of these customers; returns what there is to enter in the ledger. Call with the lock
    /// `entitlement` held shared, before any row of a change or obligation is touched.
    pub(super) async fn settle(&self, tx: &mut Tx, customers: &[CustomerId]) -> Result<Vec<Event>, Error> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let published = store::entitlement::lock_published(tx).await?;
        if published.is_empty() {
            return Ok(Vec::new());
        }
        let changes = store::change::open(tx.conn()).await?;
        let today = self.policy.zone.day_of(tx.now());
        let candidates = store::entitlement::candidates_of(tx.conn(), today, customers).await?;
        let addressees = store::entitlement::addressees_of(tx.conn(), customers).await?;
        let mut events = Vec::new();
        for change in changes.iter().filter(|change| published.contains(&change.id)) {
            let Some((notice, announced_at)) =
                store::notice::begun_announcement(tx.conn(), change.id).await?
            else {
                continue;
            };
            let known = store::obligation::known(tx, change.id, notice, customers).await?;
            let mut settlement = Settlement::new(change, &self.policy.zone, tx.now());
            for candidate in &candidates {
                let stands = known.iter().find(|(customer, _)| *customer == candidate.customer);
                let stands = stands.map(|(_, known)| known);
                let ruling =
                    entitlement::while_open(candidate, change, announced_at, stands, &self.policy, tx.now());
                settlement.add(candidate, ruling, stands, &addressees);
            }
            settlement.write(tx, notice).await?;
            for (customer, before) in std::mem::take(&mut settlement.anew) {
                let stands = self.stand_anew(tx, change, customer).await?;
                if let Some((contract, clearance)) =
                    stands.filter(|(_, now)| before != Standing::Served(*now))
                {
                    settlement.events.push(measured_anew(change.id, customer, contract, &clearance));
                }
            }
            events.append(&mut settlement.events);
            events.extend(self.end_exclusions(tx, change, Some(customers)).await?);
        }
        Ok(events)
    }
}

impl Context {
    /// Ends the exclusions that silence about a change led to and that stand no more; returns what there is to enter in the ledger.
    /// `customers`: of these only.
    pub(super) async fn end_exclusions(
        &self,
        tx: &mut Tx,
        change: &Change,
        customers: Option<&[CustomerId]>,
    ) -> Result<Vec<Event>, store::Error> {
        let (change, subprocessor) = (change.id, change.subprocessor_id);
        let ended = store::silence::end_unfounded(tx, subprocessor, customers).await?;
        store::go_live::wait_again(tx, change, &ended).await?;
        let event = |customer| Event::ExclusionEnded { change, customer, subprocessor };
        Ok(ended.into_iter().map(event).collect())
    }
}

/// Whether where the customer stands follows from more than the ruling: from words and services on record, from letters that
/// it has had, or from another contract.
fn stands_by_more(ruling: &Ruling, known: &Known) -> bool {
    match ruling {
        Ruling::Owe(_) => true,
        Ruling::Keep(entitled) | Ruling::Serve { entitled, .. } => {
            known.by_more || known.contract != entitled.contract
        }
        Ruling::Unconcerned | Ruling::Inform | Ruling::Exempt { .. } => false,
    }
}

fn measured_anew(
    change: ChangeId,
    customer: CustomerId,
    contract: Option<ContractId>,
    clearance: &Clearance,
) -> Event {
    let (served_at, clear_at) = (clearance.served_at, clearance.clear_at);
    Event::ServiceMeasuredAnew { change, customer, contract, served_at, clear_at }
}

/// What is to be written for one change.
struct Settlement<'a> {
    change: &'a Change,
    zone: &'a Zone,
    now: DateTime<Utc>,
    owed: Vec<Owed>,
    served: Vec<ServedAnew>,
    exempt: Vec<Exempt>,
    letters: Vec<Letter>,
    /// Of whom [`stands_by_more`], and where they stood.
    anew: Vec<(CustomerId, Standing)>,
    events: Vec<Event>,
}

impl<'a> Settlement<'a> {
    fn new(change: &'a Change, zone: &'a Zone, now: DateTime<Utc>) -> Self {
        Self {
            change,
            zone,
            now,
            owed: Vec::new(),
            served: Vec::new(),
            exempt: Vec::new(),
            letters: Vec::new(),
            anew: Vec::new(),
            events: Vec::new(),
        }
    }

    fn add(
        &mut self,
        candidate: &Candidate,
        ruling: Ruling,
        known: Option<&Known>,
        addressees: &[Addressee],
    ) {
        let change = self.change.id;
        let customer = candidate.customer;
        let anew = known.filter(|known| stands_by_more(&ruling, known));
        self.anew.extend(anew.map(|known| (customer, known.standing)));
        let latest_at = match ruling {
            Ruling::Unconcerned => return,
            Ruling::Inform => self.change.effective_at,
            Ruling::Keep(entitled) => self.latest_at(&entitled),
            Ruling::Owe(entitled) => {
                self.owed.push(Owed::to(change, &entitled));
                self.events.push(Event::NoticeOwed { change, customer, contract: entitled.contract });
                self.latest_at(&entitled)
            }
            // Of whom more is to be weighed, what is written first would be taken for what it was told.
            Ruling::Serve { entitled, .. } if anew.is_some() => self.latest_at(&entitled),
            Ruling::Serve { entitled, clearance, by } => {
                let unspoken = unspoken(entitled.authorisation);
                let consent = known.map(|known| known.consent).filter(|said| *said != Consent::Silence);
                let until_effect = self.change.effective_at.max(clearance.clear_at);
                let end = clearance.window_closes_at.unwrap_or(until_effect);
                let consent = consent.map(|said| said.with_time_until(end, self.now));
                self.served.push(ServedAnew {
                    change,
                    customer,
                    contract: entitled.contract,
                    consent: consent.unwrap_or(unspoken),
                    clearance,
                    by,
                });
                self.events.push(measured_anew(change, customer, entitled.contract, &clearance));
                self.latest_at(&entitled)
            }
            Ruling::Exempt { contract, why, told, .. } => {
                self.exempt.push(Exempt { change, customer, contract, why });
                self.events.push(Event::CustomerExempt { change, customer, why });
                if !told {
                    return;
                }
                self.change.effective_at
            }
        };
        let recipients = addressed(customer, addressees);
        self.letters.extend(recipients.map(|recipient| Letter { recipient, customer, latest_at }));
    }

    fn latest_at(&self, entitled: &Entitled) -> DateTime<Utc> {
        let (on, each) = (self.change.draft.effective_on, self.change.is_for_each());
        latest_letter_at(entitled, on, each, self.zone, self.now)
    }

    /// Writes it; a contact that has had the announcement's letter gets no second one.
    async fn write(&self, tx: &mut Tx, notice: NoticeId) -> Result<(), Error> {
        // Each was judged against what stands: where something does, it ends.
        store::fan_out::insert_owed(tx, &self.owed, Before::Ends).await?;
        store::fan_out::insert_exempt(tx, &self.exempt, Before::Ends).await?;
        store::obligation::serve_anew(tx, &self.served).await?;
        if self.letters.is_empty() {
            return Ok(());
        }
        let pieces: Vec<&[Letter]> = self.letters.chunks(LETTERS_PER_BATCH).collect();
        let ids = store::fan_out::batch_ids(tx, pieces.len()).await?;
        let batches: Vec<_> = ids.into_iter().zip(pieces).collect();
        store::fan_out::insert_letters(tx, notice, self.now, &batches).await?;
        Ok(())
    }
}
