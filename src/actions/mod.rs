//! What the daemon does: one verb a file. Steps hand over by rows, never by calls: no action uses another.
//!
//! A background action is `run_once(&Context) -> Result<Report, _>`: idempotent, bounded, without input, and it
//! says what it did. [`Context`] is what every action stands on.

pub mod announce;
pub mod deliver;
pub mod schedule_change;
pub mod take_effect;
pub mod note_in_use;
pub mod remind;
pub mod receive_mail;
pub mod sort_mail;
pub mod prove_reply_path;
pub mod rule_on_mail;
pub mod lodge_objection;
pub mod link_objection;
pub mod link_subscriber;
pub mod admit_objection;
pub mod resolve_objection;
pub mod clear_customer;
pub mod ask_clearance;
pub mod import_customers;
pub mod end_contract;
pub mod suppress_contact;
pub mod maintain_records;
pub mod subscribe;
mod mail_alarm;
mod settlement;
mod standing;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::access::Keys;
use crate::domain::change::{Change, IllegalAct};
use crate::domain::customer::Policy;
use crate::domain::gate::Disagreement;
use crate::domain::ledger::Actor;
use crate::domain::notice::{ChangeFacts, NoticeFacts, NoticeId, NoticeKind};
use crate::domain::plan::{self, Candidate};
use crate::entropy::{Entropy, NoEntropy};
use crate::mail::events::Sns;
use crate::mail::letter::{Alarm, Alert, ChangeName, Occasional};
use crate::mail::relay::Post;
use crate::mail::templates::Templates;
use crate::store::bell::Bells;
use crate::store::freshness::Freshness;
use crate::store::letter::To;
use crate::store::objection::Objected;
use crate::store::{self, Db, Reading, Single, Snapshot, Tx};

/// A single letter that has not gone out after this is of no use to anybody.
const LETTER_OF_USE_FOR: TimeDelta = TimeDelta::days(5);
/// What needs a person still does when the relay is back.
const ALERT_OF_USE_FOR: TimeDelta = TimeDelta::days(14);

/// What every action stands on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    pub clock: Clock,
    pub entropy: Entropy,
    pub db: Db,
    pub settings: Arc<Settings>,
    /// That of the settings.
    pub policy: Arc<Policy>,
    pub bells: Bells,
    pub freshness: Freshness,
    /// The way out for letters.
    pub post: Post,
    /// What makes and reads the tokens in letters.
    pub keys: Keys,
    /// What is frozen with a notice of today.
    pub templates: Arc<Templates>,
    /// Who proves to be SES's.
    pub sns: Sns,
    /// Letters that a relay has taken from this process.
    pub taken: Arc<AtomicU64>,
    /// Cancelled when no new work is to be begun; a pass under way ends what is in flight and gives the rest back.
    pub stopping: CancellationToken,
}

/// A file that proves what a person records.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Attachment {
    /// Keeps it by its SHA-256, which is returned.
    pub async fn keep(&self, tx: &mut Tx) -> Result<[u8; 32], store::Error> {
        let hash = self.hash();
        store::notice::keep_file(tx, hash, &self.name, &self.bytes).await?;
        Ok(hash)
    }

    /// Its SHA-256.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

/// Why an action could not even begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    #[error(transparent)]
    Illegal(#[from] IllegalAct),
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
}

impl Context {
    /// The business instant: the system's clock, or the simulated one as the database has it.
    pub async fn now(&self) -> Result<DateTime<Utc>, store::Error> {
        if let Some(simulated) = self.clock.simulated()
            && let Some(instant) = store::simulated::instant(self.db.pool()).await?
        {
            simulated.set(instant);
        }
        Ok(self.clock.now())
    }

    /// A unit of work by `actor`, at one instant asked of the clock now.
    pub async fn begin(&self, actor: Actor) -> Result<Tx, Error> {
        let now = self.now().await?;
        Ok(self.db.begin(now, actor, self.entropy.bytes()?).await?)
    }

    /// An act by `actor` that will be one statement, at one instant asked of the clock now.
    pub async fn single(&self, actor: Actor) -> Result<Single, Error> {
        let now = self.now().await?;
        Ok(self.db.single(now, actor, self.entropy.bytes()?).await?)
    }

    /// [`begin`](Self::begin) for many rows looked up by their keys, in tables that may have been small when Postgres last counted.
    pub async fn begin_by_key(&self, actor: Actor) -> Result<Tx, Error> {
        let now = self.now().await?;
        Ok(self.db.begin_by_key(now, actor, self.entropy.bytes()?).await?)
    }

    /// A notice of `kind` about `changes`, as it will be frozen; it gets its number then.
    pub fn notice_about(&self, kind: NoticeKind, changes: &[Change]) -> NoticeFacts {
        let processor = self.settings.site.processor();
        let in_use = changes.iter().find_map(|change| change.in_use.clone());
        let changes = changes.iter().map(ChangeFacts::from).collect();
        let facts = NoticeFacts::about(kind, processor, self.policy.zone.clone(), changes);
        NoticeFacts { in_use, ..facts }
    }

    /// Until when an announcement of `due_at` is not too old.
    pub fn valid_until(&self, due_at: DateTime<Utc>) -> DateTime<Utc> {
        due_at + Days::new(self.policy.notice_valid_days.into())
    }

    /// The policy as it was for this change when it was scheduled.
    pub fn policy_for(&self, change: &Change) -> Policy {
        Policy { go_live: change.go_live, ..Policy::clone(&self.policy) }
    }

    /// The earliest day on which the change may be if it is announced anew at `now`; `candidates`: every customer.
    pub fn earliest_anew(&self, candidates: &[Candidate], change: &Change, now: DateTime<Utc>) -> NaiveDate {
        let of_change = std::iter::once((&change.draft, Some(change.subprocessor_id)));
        let entitled = plan::entitled(candidates, of_change, &self.policy, now);
        plan::earliest_on(std::slice::from_ref(&change.draft), &entitled, &self.policy_for(change), now)
    }

    /// Numbers a notice and freezes it with the templates of the day; announce finds it from `due_at` on.
    pub async fn freeze(
        &self,
        tx: &mut Tx,
        mut facts: NoticeFacts,
        follows: Option<NoticeId>,
        due_at: DateTime<Utc>,
    ) -> Result<NoticeId, store::Error> {
        let (id, reference) = store::notice::next_number(tx).await?;
        facts.reference = reference;
        let bundle = self.templates.bundle();
        let hash = bundle.hash;
        store::notice::keep_file(tx, hash, "templates", &bundle.bytes).await?;
        let ages = facts.kind == NoticeKind::Announcement;
        let valid_until = ages.then(|| self.valid_until(due_at));
        let new = store::notice::New { facts: &facts, follows, template_hash: hash, due_at, valid_until };
        store::notice::insert(tx, id, &new).await?;
        Ok(id)
    }

    /// Queues a letter to the DPO; false: one for this occasion is there already.
    pub async fn write_to_dpo(
        &self,
        tx: &mut Tx,
        key: &str,
        letter: &Occasional,
    ) -> Result<bool, store::Error> {
        self.queue_to(tx, &self.settings.site.dpo_address, key, letter, LETTER_OF_USE_FOR).await
    }

    /// Tells the DPO what needs a person now; false: that was told already.
    pub async fn alert(&self, tx: &mut Tx, key: &str, what: Alarm) -> Result<bool, store::Error> {
        let alert = self.alert_of(tx.now(), what);
        self.queue_to(tx, &self.settings.site.dpo_address, &format!("alert:{key}"), &alert, ALERT_OF_USE_FOR)
            .await
    }

    async fn queue_to(
        &self,
        tx: &mut Tx,
        address: &str,
        key: &str,
        letter: &Occasional,
        of_use_for: TimeDelta,
    ) -> Result<bool, store::Error> {
        let latest_at = tx.now() + of_use_for;
        Ok(store::letter::queue(tx, key, To::Address(address), letter, latest_at).await?.is_some())
    }

    fn alert_of(&self, at: DateTime<Utc>, what: Alarm) -> Occasional {
        let processor = self.settings.site.processor();
        Occasional::Alert(Alert { processor, zone: self.policy.zone.clone(), at, what })
    }

    /// Tells the DPO's deputies as well; false: all were told already.
    pub async fn alert_with_deputies(
        &self,
        tx: &mut Tx,
        key: &str,
        what: Alarm,
    ) -> Result<bool, store::Error> {
        let mut told = self.alert(tx, key, what.clone()).await?;
        let alert = self.alert_of(tx.now(), what);
        for deputy in &self.settings.site.deputies {
            let key = format!("alert:{key}:{deputy}");
            told |= self.queue_to(tx, deputy, &key, &alert, ALERT_OF_USE_FOR).await?;
        }
        Ok(told)
    }

    /// An objection in time is known only now that the change is in force for the customer: it is cleared no more.
    pub async fn alert_found_after_effect(
        &self,
        tx: &mut Tx,
        objection_ref: &str,
        change: &Objected,
        customer: &str,
        since: DateTime<Utc>,
    ) -> Result<bool, store::Error> {
        let key = format!("found-after-effect:{objection_ref}:{}", change.reference);
        let alarm = Alarm::FoundAfterEffect {
            change: ChangeName {
                reference: change.reference.clone(),
                subprocessor: change.subprocessor_name.clone(),
            },
            objection_ref: objection_ref.to_owned(),
            customer: customer.to_owned(),
            since: self.policy.zone.day_of(since),
        };
        self.alert_with_deputies(tx, &key, alarm).await
    }

    pub async fn reading(&self) -> Result<Reading, store::Error> {
        self.db.reading().await
    }

    pub async fn snapshot(&self) -> Result<Snapshot, store::Error> {
        self.db.snapshot().await
    }

    pub async fn snapshot_by_key(&self) -> Result<Snapshot, store::Error> {
        self.db.snapshot_by_key().await
    }
}

/// What one pass of a background action did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The action's name.
    pub pass: &'static str,
    /// How many rows it moved; 0 = there was nothing to do.
    pub done: u64,
    /// What it did, in the action's own words, for the log.
    pub said: String,
}

impl Report {
    pub fn idle(pass: &'static str) -> Self {
        Self { pass, done: 0, said: String::new() }
    }

    pub fn did(pass: &'static str, done: u64, said: impl Into<String>) -> Self {
        Self { pass, done, said: said.into() }
    }
}
