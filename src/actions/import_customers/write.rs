//! One group of rows, written in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::super::{Context, Error};
use super::{Mode, Part, Pending};
use crate::domain::customer::{ContractId, CustomerId, Policy, Terms};
use crate::domain::ledger::{Actor, Event, Recorded, RecordedTerms};
use crate::domain::recipient::{PRIVACY_ROLE, Unreached, same_address_key};
use crate::store::customer::{GivenContract, GivenTerms, Outcome, WrittenContract, WrittenCustomer};
use crate::store::recipient::GivenContact;
use crate::store::{self, Tx};

/// Tries of one group, where others stand in the way.
const TRIES: u32 = 3;
/// A contract of which nobody says when it was signed counts as older than any change: its customer is told of all.
const SINCE_EVER: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// What became of a group. The numbers are places in it.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) customers_new: u64,
    pub(super) customers_changed: u64,
    pub(super) rejected: Vec<(usize, &'static str, String)>,
    /// Rows of a contract that is over: its reference and its last day.
    pub(super) ended: Vec<(usize, String, NaiveDate)>,
    /// Contacts that another customer has, too, with its reference.
    pub(super) shared: Vec<(usize, String)>,
    /// Of the customers in whose case it was not plain, by reference: whom no letter would reach as it should.
    pub(super) reached: Vec<(String, Option<(usize, Unreached)>)>,
}

/// Writes the group, or does everything and takes it back; tries again where others stand in the way.
pub(super) async fn write(
    cx: &Context,
    actor: &Actor,
    mode: Mode,
    rows: &[Pending],
) -> Result<Written, Error> {
    let mut tries = 1;
    loop {
        match write_once(cx, actor, mode, rows).await {
            Err(Error::Store(error)) if tries < TRIES && worth_another_try(&error) => tries += 1,
            other => return other,
        }
    }
}

fn worth_another_try(error: &store::Error) -> bool {
    error.is_transient() || matches!(error, store::Error::Stale { .. })
}

async fn write_once(cx: &Context, actor: &Actor, mode: Mode, rows: &[Pending]) -> Result<Written, Error> {
    let mut tx = cx.begin_by_key(actor.clone()).await?;
    store::entitlement::lock_shared(&mut tx).await?;
    let mut group = Group { rows, written: Written::default(), recorded: BTreeMap::new() };
    let customers = group.customers(&mut tx).await?;
    let today = cx.policy.zone.day_of(tx.now());
    let contracts = group.contracts(&mut tx, &customers, today).await?;
    group.terms(&mut tx, &contracts, today, &cx.policy).await?;
    group.contacts(&mut tx, &customers).await?;
    group.find_unreached(&mut tx, &customers).await?;
    let touched: Vec<CustomerId> = group.recorded.keys().copied().collect();
    let settled = cx.settle(&mut tx, &touched).await?;
    let Group { written, recorded, .. } = group.counted();
    match mode {
        Mode::Write => tx.commit(events(&customers, recorded).into_iter().chain(settled)).await?,
        Mode::DryRun => tx.rollback().await?,
    }
    Ok(written)
}

fn events(customers: &Customers, mut recorded: BTreeMap<CustomerId, Recorded>) -> Vec<Event> {
    let event = |customer: &WrittenCustomer| {
        let recorded = recorded.remove(&customer.id)?;
        Some(Event::CustomerRecorded {
            customer: customer.id,
            reference: customer.reference.clone(),
            recorded,
        })
    };
    customers.values().filter_map(event).collect()
}

type Customers = BTreeMap<String, WrittenCustomer>;
/// By customer and reference, with the places of the rows that speak of its terms.
type Contracts = BTreeMap<(CustomerId, String), (Vec<usize>, WrittenContract)>;

struct Group<'a> {
    rows: &'a [Pending],
    written: Written,
    /// What was written of whom; nobody whose rows changed nothing.
    recorded: BTreeMap<CustomerId, Recorded>,
}

impl Group<'_> {
    fn record(&mut self, customer: CustomerId) -> &mut Recorded {
        self.recorded.entry(customer).or_default()
    }

    fn is_rejected(&self, at: usize) -> bool {
        self.written.rejected.iter().any(|(rejected, _, _)| *rejected == at)
    }

    async fn customers(&mut self, tx: &mut Tx) -> Result<Customers, Error> {
        let names: BTreeMap<&String, &String> =
            self.rows.iter().map(|pending| (&pending.row.reference, &pending.row.customer)).collect();
        let (references, names): (Vec<String>, Vec<String>) =
            names.into_iter().map(|(reference, name)| (reference.clone(), name.clone())).unzip();
        let written = store::customer::upsert(tx, &references, &names).await?;
        for customer in &written {
            match customer.outcome {
                Outcome::Created => self.record(customer.id).new = true,
                Outcome::Changed => drop(self.record(customer.id)),
                Outcome::Unchanged => {}
            }
        }
        Ok(written.into_iter().map(|customer| (customer.reference.clone(), customer)).collect())
    }

    async fn contracts(
        &mut self,
        tx: &mut Tx,
        customers: &Customers,
        today: NaiveDate,
    ) -> Result<Contracts, Error> {
        let ids: Vec<CustomerId> = customers.values().map(|customer| customer.id).collect();
        let mut known: BTreeMap<CustomerId, BTreeMap<String, Option<NaiveDate>>> = BTreeMap::new();
        for (customer, reference, ended_on) in store::customer::contract_references(tx.conn(), &ids).await? {
            known.entry(customer).or_default().insert(reference, ended_on);
        }
        let mut given: BTreeMap<(CustomerId, String), (Vec<usize>, GivenContract)> = BTreeMap::new();
        for (at, pending) in self.rows.iter().enumerate() {
            let row = &pending.row;
            let Some(customer) = customers.get(&row.reference) else { continue };
            let reference = match (
                &row.contract,
                known.get(&customer.id).map(|known| (known.len(), known.keys().next())),
            ) {
                (Some(reference), _) => reference.clone(),
                (None, Some((1, Some(only)))) => only.clone(),
                (None, None) => row.reference.clone(),
                (None, Some(_)) if pending.part == Part::TermsIfLonger => continue,
                (None, Some(_)) => {
                    let reason =
                        "this customer has several contracts; say which one the row is about".to_owned();
                    self.written.rejected.push((at, "contract", reason));
                    continue;
                }
            };
            if let Some(last_day) = known.get(&customer.id).and_then(|known| *known.get(&reference)?) {
                if pending.part == Part::Whole && row.since.is_some_and(|since| since > last_day) {
                    let reason = format!(
                        "the contract {reference} ended on {last_day}; one that begins later needs a reference of its own in the column \
                         contract"
                    );
                    self.written.rejected.push((at, "customer_since", reason));
                    continue;
                }
                if pending.part == Part::Whole && last_day < today {
                    self.written.ended.push((at, reference.clone(), last_day));
                }
            }
            let contract = GivenContract {
                customer_id: customer.id,
                reference: reference.clone(),
                clause: row.clause.clone(),
                products: row.says("products").then(|| row.products.clone()),
                signed_on: row.since,
            };
            let (places, _) = given.entry((customer.id, reference)).or_insert_with(|| (Vec::new(), contract));
            if places.is_empty() || pending.part == Part::TermsIfLonger {
                places.push(at);
            }
        }
        let contracts: Vec<GivenContract> = given.values().map(|(_, contract)| contract.clone()).collect();
        let written = store::customer::upsert_contracts(tx, &contracts, SINCE_EVER.date_naive()).await?;
        let mut placed = Contracts::new();
        for contract in written {
            if contract.outcome != Outcome::Unchanged {
                self.record(contract.customer_id).contracts.push(contract.reference.clone());
            }
            let key = (contract.customer_id, contract.reference.clone());
            if let Some((places, _)) = given.remove(&key) {
                placed.insert(key, (places, contract));
            }
        }
        Ok(placed)
    }

    /// Terms that differ from those in force hold from today, or from the day the contract is signed.
    async fn terms(
        &mut self,
        tx: &mut Tx,
        contracts: &Contracts,
        today: NaiveDate,
        policy: &Policy,
    ) -> Result<(), Error> {
        let ids: Vec<ContractId> = contracts.values().map(|(_, contract)| contract.id).collect();
        let in_force: BTreeMap<ContractId, Terms> =
            store::customer::terms_on(tx, &ids, today).await?.into_iter().collect();
        let mut versions = Vec::new();
        for (places, contract) in contracts.values() {
            let known = in_force.get(&contract.id);
            let Some(terms) = self.terms_meant(places, known, policy) else { continue };
            if known == Some(&terms) {
                continue;
            }
            let valid_from = if known.is_some() { today.max(contract.signed_on) } else { contract.signed_on };
            versions.push(GivenTerms { contract_id: contract.id, valid_from, terms: terms.clone() });
            let recorded = RecordedTerms { contract: contract.reference.clone(), valid_from, terms };
            self.record(contract.customer_id).terms.push(recorded);
        }
        store::customer::insert_terms(tx, &versions).await?;
        Ok(())
    }

    /// What the first row says, unless it only contradicts what is known; of what contradicts it the longer reading.
    fn terms_meant(&self, places: &[usize], known: Option<&Terms>, policy: &Policy) -> Option<Terms> {
        let mut rows = places.iter().map(|at| &self.rows[*at]).peekable();
        let first = match rows.next_if(|pending| pending.part == Part::Whole) {
            Some(whole) => whole.row.terms_beside(known),
            None => known?.clone(),
        };
        Some(rows.fold(first, |terms, pending| terms.longer(&pending.row.terms_beside(known), policy)))
    }

    async fn contacts(&mut self, tx: &mut Tx, customers: &Customers) -> Result<(), Error> {
        let mut given: BTreeMap<(CustomerId, String), (usize, GivenContact)> = BTreeMap::new();
        for (at, pending) in self.rows.iter().enumerate() {
            let is_in = pending.part == Part::Whole && !self.is_rejected(at);
            let Some(customer) = customers.get(&pending.row.reference).filter(|_| is_in) else {
                continue;
            };
            let (row, contact) = (&pending.row, &pending.row.contact);
            let key = (customer.id, same_address_key(&contact.address));
            let names = ["contact_name", "first_name", "last_name"].iter().any(|column| row.says(column));
            let contact = GivenContact {
                customer_id: customer.id,
                address: contact.address.clone(),
                name: names.then(|| contact.name.clone()),
                language: row.says("language").then(|| contact.language.to_string()),
                role: row.says("role").then(|| contact.role.clone()),
                rank: row.says("rank").then_some(contact.rank),
                notice_address: row.says("notice_address").then_some(contact.notice_address),
            };
            given.entry(key).or_insert((at, contact));
        }
        let contacts: Vec<GivenContact> = given.values().map(|(_, contact)| contact.clone()).collect();
        for (customer, outcome) in store::recipient::upsert(tx, &contacts).await? {
            let recorded = self.record(customer);
            match outcome {
                Outcome::Created => recorded.contacts_added += 1,
                Outcome::Changed => recorded.contacts_altered += 1,
                Outcome::Unchanged => {}
            }
        }
        self.find_shared_addresses(tx, &given).await
    }

    /// Customers to whom a letter would not go as it should. One that is new, with a privacy contact in this very
    /// group, is reached.
    async fn find_unreached(&mut self, tx: &mut Tx, customers: &Customers) -> Result<(), Error> {
        let mut doubtful: BTreeMap<CustomerId, usize> = BTreeMap::new();
        let mut plain = BTreeSet::new();
        for (at, pending) in self.rows.iter().enumerate() {
            let Some(customer) = customers.get(&pending.row.reference) else { continue };
            let contact = &pending.row.contact;
            doubtful.entry(customer.id).or_insert(at);
            if customer.outcome == Outcome::Created
                && (contact.role == PRIVACY_ROLE || contact.notice_address)
            {
                plain.insert(customer.id);
            }
        }
        doubtful.retain(|id, _| !plain.contains(id));
        let ids: Vec<CustomerId> = doubtful.keys().copied().collect();
        let unreached: BTreeMap<CustomerId, Unreached> =
            store::recipient::unreached(tx.conn(), &ids).await?.into_iter().collect();
        for (id, at) in doubtful {
            let found = unreached.get(&id).map(|how| (at, *how));
            self.written.reached.push((self.rows[at].row.reference.clone(), found));
        }
        Ok(())
    }

    /// Contacts that another customer has, too.
    async fn find_shared_addresses(
        &mut self,
        tx: &mut Tx,
        given: &BTreeMap<(CustomerId, String), (usize, GivenContact)>,
    ) -> Result<(), Error> {
        let added: Vec<_> = given
            .iter()
            .filter(|((customer, _), _)| {
                self.recorded.get(customer).is_some_and(|recorded| recorded.contacts_added > 0)
            })
            .collect();
        let addresses: Vec<String> = added.iter().map(|((_, address), _)| address.clone()).collect();
        let customers: Vec<CustomerId> = added.iter().map(|((customer, _), _)| *customer).collect();
        let shared = store::recipient::shared_addresses(tx.conn(), &addresses, &customers).await?;
        for (address, other) in shared {
            if let Some((_, (at, _))) = added.iter().find(|((_, added), _)| *added == address) {
                self.written.shared.push((*at, other));
            }
        }
        Ok(())
    }

    fn counted(mut self) -> Self {
        let new = self.recorded.values().filter(|recorded| recorded.new).count();
        self.written.customers_new = new as u64;
        self.written.customers_changed = (self.recorded.len() - new) as u64;
        self
    }
}
