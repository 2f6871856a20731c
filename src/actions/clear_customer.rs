//! Clears or serves one customer without a letter: its word under a contract, a service by other means, its waiver.
//!
//! | act | the gate |
//! |---|---|
//! | yes under every contract in scope | opens for that customer at once, from the instant it was said |
//! | no, or a yes taken back, under specific authorisation | `consent_missing` |
//! | yes of whom silence has excluded | its exclusion ends; of a change in force it is cleared from then on |
//! | service by post, portal or hand | the periods run from the instant of receipt |
//! | waiver of one reason, approved by a second person | that reason is gone for that customer; the others stay |
//!
//! Every act locks the change, then the obligation, and reads the facts in the next statement; what the obligation says
//! is then derived from all of them (`domain/clearing.rs`), so that taking a word back restores the periods.

mod consent;
mod receipt;
mod service;
mod waiver;

use chrono::{DateTime, NaiveDate, Utc};

pub use self::consent::{Said, authorise, record as record_consent};
pub use self::service::{Received, record as record_service};
pub use self::waiver::{Asked as AskedWaiver, approve as approve_override, propose as propose_override};
use super::Context;
use crate::config::Proof;
use crate::domain::change::{Change, State};
use crate::domain::clearing::{self, Means, Waivable, Word};
use crate::domain::customer::{ContractId, CustomerId};
use crate::domain::delivery::DeliveryId;
use crate::domain::ledger::Actor;
use crate::domain::obligation::{Clearance, Consent, IsExempt, Standing};
use crate::store::clearing::{Facts, Obligation, Stands};
use crate::store::{self, Tx};

/// Where the customer stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub change: String,
    pub customer: String,
    /// `owed` or `served`.
    pub state: &'static str,
    pub consent: Consent,
    /// The first instant at which it no longer stands in the gate's way by notice or window; none = it is owed notice.
    pub clear_at: Option<DateTime<Utc>>,
    pub window_closes_at: Option<DateTime<Utc>>,
    /// A second person must approve before it counts.
    pub waits_for_approval: bool,
    /// Its silence had excluded it, and does not any more.
    pub exclusion_ended: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("only a person of the processor may do this; say who acts with --as")]
    NobodyActs,
    #[error("{change} is {state}: nothing more can be served, said or waived for it")]
    Closed { change: String, state: State },
    #[error("{change} is in force for {customer} since {since}: its books are closed")]
    InForce { change: String, customer: String, since: DateTime<Utc> },
    #[error("{change} is not announced yet: nobody is owed anything for it")]
    NotAnnounced { change: String },
    #[error("{change} does not concern {customer}: nothing is owed to it")]
    NothingOwed { change: String, customer: String },
    #[error("{customer}: {source}")]
    Exempt { customer: String, source: IsExempt },
    #[error("a yes by link comes from a contact who speaks for {customer}, and from nobody else")]
    NotTheirs { customer: String },
    #[error("no yes of {customer} to {change} is waited for")]
    NoYesAsked { change: String, customer: String },
    #[error("{contract} is a contract of {}", customers.join(", "))]
    Ambiguous { contract: String, customers: Vec<String> },
    #[error("{contract} of {customer} is not in scope of {change}: no word under it is asked for")]
    NotInScope { contract: String, customer: String, change: String },
    #[error(
        "{contract} of {customer} leaves the choice to us unless it objects (general authorisation): a no is an objection"
    )]
    NoUnderGeneral { contract: String, customer: String },
    #[error("{customer} has said nothing about {change} under {contract} that it could take back")]
    NothingToTakeBack { contract: String, customer: String, change: String },
    #[error(
        "{contract}: a later word of {last} is on record; give the instant of this one, if it came after that"
    )]
    NotTheLastWord { contract: String, last: DateTime<Utc> },
    #[error("{field} {at} lies in the future: it is {now}")]
    Future { field: &'static str, at: DateTime<Utc>, now: DateTime<Utc> },
    #[error(
        "{field} {at} is before the announcement of {change} on {announced}: it cannot be about this plan"
    )]
    BeforeAnnouncement { field: &'static str, at: DateTime<Utc>, change: String, announced: DateTime<Utc> },
    #[error("{customer} received the notice on {known} already; the earliest service counts")]
    ReceivedBefore { customer: String, known: DateTime<Utc> },
    #[error("{field} is empty: say it in words")]
    NoWords { field: &'static str },
    #[error("{field} {word} is no way by which a person records a word: it comes by itself")]
    NotByHand { field: &'static str, word: String },
    #[error("{reason} does not stand in the way of {change} for {customer} now: there is nothing to waive")]
    DoesNotApply { reason: Waivable, change: String, customer: String },
    #[error("no waiver of {reason} by {customer} for {change} waits for approval")]
    NothingToApprove { reason: Waivable, change: String, customer: String },
    #[error("you recorded this waiver yourself; another person must approve it")]
    SameApprover,
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

fn account(actor: &Actor) -> Result<i64, Error> {
    match actor {
        Actor::Account { id, .. } => Ok(*id),
        Actor::Daemon | Actor::Link { .. } | Actor::Public => Err(Error::NobodyActs),
    }
}

fn words<'a>(field: &'static str, given: &'a str) -> Result<&'a str, Error> {
    let given = given.trim();
    if given.is_empty() { Err(Error::NoWords { field }) } else { Ok(given) }
}

/// One customer of one open change, locked.
struct Case {
    change: Change,
    customer: CustomerId,
    /// Its reference, for people.
    name: String,
    owed: Obligation,
    announced_at: DateTime<Utc>,
}

impl Case {
    /// Locks the change, then what is owed to the customer. Refused where nothing can be cleared any more.
    async fn lock(tx: &mut Tx, change: &str, customer: CustomerId, name: &str) -> Result<Self, Error> {
        let id = store::change::by_reference(tx.conn(), change).await?.id;
        let change = store::change::lock(tx, id).await?;
        if !change.state.is_open() {
            return Err(Error::Closed { change: change.reference, state: change.state });
        }
        Self::of(tx, change, customer, name).await
    }

    /// [`lock`](Self::lock), or of a change in force from which its silence has excluded the customer: a yes is heard at any time.
    async fn lock_to_hear(
        tx: &mut Tx,
        change: &str,
        customer: CustomerId,
        name: &str,
        word: Word,
    ) -> Result<Self, Error> {
        let id = store::change::by_reference(tx.conn(), change).await?.id;
        let change = store::change::lock(tx, id).await?;
        let known = store::clearing::read(tx.conn(), id, customer).await?;
        let excluded = known.is_some_and(|known| known.consent == Consent::Excluded);
        let may_still = change.state == State::Effective && excluded && word == Word::Yes;
        if !change.state.is_open() && !may_still {
            return Err(Error::Closed { change: change.reference, state: change.state });
        }
        Self::of(tx, change, customer, name).await
    }

    async fn of(tx: &mut Tx, change: Change, customer: CustomerId, name: &str) -> Result<Self, Error> {
        let (id, reference, customer_name) = (change.id, change.reference.clone(), name.to_owned());
        let Some((_, announced_at)) = store::notice::begun_announcement(tx.conn(), id).await? else {
            return Err(Error::NotAnnounced { change: reference });
        };
        let Some(owed) = store::clearing::lock(tx, id, customer).await? else {
            return Err(Error::NothingOwed { change: reference, customer: customer_name });
        };
        if let Standing::Exempt { why } = owed.standing {
            return Err(Error::Exempt { customer: customer_name, source: IsExempt { why } });
        }
        if let Some(since) = owed.in_force_at {
            return Err(Error::InForce { change: reference, customer: customer_name, since });
        }
        Ok(Self { change, customer, name: customer_name, owed, announced_at })
    }

    /// The customer's instant of receipt or of a word: neither to come, nor from before the plan was told.
    fn check_instant(&self, field: &'static str, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Error> {
        if at > now {
            return Err(Error::Future { field, at, now });
        }
        if at < self.announced_at {
            let change = self.change.reference.clone();
            return Err(Error::BeforeAnnouncement { field, at, change, announced: self.announced_at });
        }
        Ok(())
    }

    async fn facts(&self, cx: &Context, tx: &mut Tx) -> Result<Facts, Error> {
        let proven = cx.settings.notice.proof == Proof::Received;
        let letters = (self.owed.served_by, proven);
        Ok(store::clearing::facts(tx.conn(), self.change.id, self.customer, self.announced_at, letters)
            .await?)
    }

    fn asked<'a>(&'a self, cx: &Context, facts: &'a Facts, now: DateTime<Utc>) -> clearing::Asked<'a> {
        let day = |at: DateTime<Utc>| -> NaiveDate { cx.policy.zone.day_of(at) };
        let (announced_on, today) = (day(self.announced_at), day(now));
        clearing::Asked {
            draft: &self.change.draft,
            versions: &facts.versions,
            deciding: self.owed.contract,
            announced_on,
            signed_by: cx.policy.counts_signed_by(announced_on, today),
            today,
        }
    }

    fn served(&self) -> Option<Clearance> {
        match self.owed.standing {
            Standing::Served(clearance) => Some(clearance),
            Standing::Owed | Standing::Exempt { .. } => None,
        }
    }

    /// Derives where the customer stands from everything on record, and writes it.
    async fn settle(&self, cx: &Context, tx: &mut Tx) -> Result<Stands, Error> {
        let facts = self.facts(cx, tx).await?;
        let asked = self.asked(cx, &facts, tx.now());
        let (said, yes_at) = clearing::consent(&asked.contracts(), &facts.said);
        let consent = self.owed.consent.followed_by(said);
        if !self.change.state.is_open() {
            return self.hear_after_effect(tx, consent).await;
        }
        let means = Means {
            letters: facts.letters.clone(),
            other: facts.service,
            yes_at,
            waived: facts.waived.clone(),
        };
        let time = |at: DateTime<Utc>| asked.time(&cx.policy, at);
        let served: Option<(Option<DeliveryId>, Clearance)> = means.clearance(time, self.owed.told);
        let window_shuts = !means.waived.contains_key(&Waivable::WindowOpen);
        let notice_waived_at = means.waived.get(&Waivable::NoticeShort).copied();
        let stands = Stands { served, consent, window_shuts, notice_waived_at };
        store::clearing::settle(tx, self.change.id, self.customer, &stands).await?;
        if let Some((_, clearance)) = &stands.served {
            let contract = asked.deciding_at(&cx.policy, clearance.served_at);
            store::clearing::name_contract(tx, self.change.id, self.customer, contract).await?;
        }
        Ok(stands)
    }

    /// The books of a change in force are closed: its instants stay, only the customer's silence is over.
    async fn hear_after_effect(&self, tx: &mut Tx, consent: Consent) -> Result<Stands, Error> {
        store::silence::hear_yes(tx, self.change.id, self.customer, consent).await?;
        let served = self.served();
        let window_shuts = served.is_none_or(|clearance| clearance.window_shuts);
        let served = served.map(|c| (self.owed.served_by, c));
        Ok(Stands { served, consent, window_shuts, notice_waived_at: None })
    }

    fn done(&self, stands: &Stands) -> Done {
        let clearance = stands.served.map(|(_, clearance)| clearance);
        Done {
            change: self.change.reference.clone(),
            customer: self.name.clone(),
            state: if clearance.is_some() { "served" } else { "owed" },
            consent: stands.consent,
            clear_at: clearance.map(|c| c.clear_at),
            window_closes_at: clearance.and_then(|c| c.window_closes_at),
            waits_for_approval: false,
            exclusion_ended: self.owed.consent.excludes() && !stands.consent.excludes(),
        }
    }
}

/// The customer with that reference.
async fn customer_called(tx: &mut Tx, reference: &str) -> Result<CustomerId, Error> {
    let found = store::customer::by_reference(tx.conn(), reference).await?;
    let customer =
        found.ok_or_else(|| store::Error::NotFound { what: "customer", key: reference.to_owned() })?;
    Ok(customer.id)
}

/// The contract of one customer that is called so.
async fn contract_called(
    tx: &mut Tx,
    contract: &str,
    customer: Option<&str>,
) -> Result<(ContractId, CustomerId, String), Error> {
    let mut found = store::clearing::contracts_called(tx.conn(), contract, customer, NAMED_MAX).await?;
    if found.len() > 1 {
        let customers = found.into_iter().map(|called| called.customer).collect();
        return Err(Error::Ambiguous { contract: contract.to_owned(), customers });
    }
    let called =
        found.pop().ok_or_else(|| store::Error::NotFound { what: "contract", key: contract.to_owned() })?;
    Ok((called.contract(), called.customer(), called.customer))
}

/// How many customers an ambiguous contract names.
const NAMED_MAX: i64 = 10;
