//! The ledger: every act that matters, committed to for ever.
//!
//! An entry is canonical JSON (RFC 8785) and a 32-byte nonce; its commitment is SHA-256(nonce || JSON), its leaf
//! SHA-256(0x00 || commitment) (RFC 6962 2.1). The nonce keeps a guessable payload from being confirmed by its hash
//! once payload and nonce are erased. Order is given later, by the sealer.

mod actor;

pub use actor::Actor;

use chrono::{DateTime, NaiveDate, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::account::Role;
use super::change::{ChangeId, ChangeKind};
use super::clearing::{ServiceChannel, Waivable, Word};
use super::customer::{ContractId, CustomerId, Terms};
use super::delivery::DeliveryId;
use super::inbound::{Class, Rule};
use super::inbox::Ruling;
use super::objection::{Channel, Resolution, Timeliness};
use super::obligation::ExemptWhy;
use super::recipient::RecipientId;
use super::subprocessor::{Difference, SubprocessorId};

/// What happened. A field named `change` or `customer` also says whom the entry concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    ChangeScheduled {
        change: ChangeId,
        reference: String,
        change_kind: ChangeKind,
        effective_on: NaiveDate,
        /// Of a correction: what somebody stands for.
        #[serde(skip_serializing_if = "Option::is_none")]
        attested: Option<String>,
    },
    ChangeApproved {
        change: ChangeId,
    },
    ChangeRescheduled {
        change: ChangeId,
        from: NaiveDate,
        to: NaiveDate,
    },
    /// Other facts than were planned.
    ChangeAltered {
        change: ChangeId,
        differences: Vec<Difference>,
    },
    ChangeWithdrawn {
        change: ChangeId,
        reason: String,
        /// Of what was in use: its last day.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_use_until: Option<NaiveDate>,
    },
    ChangePublished {
        change: ChangeId,
        notice: i64,
    },
    ChangeInNotice {
        change: ChangeId,
    },
    ChangeHeld {
        change: ChangeId,
        reasons: Vec<String>,
    },
    /// Its gate was shut on the day, and the policy moved it to the day on which nothing of that stands any more.
    ChangePostponed {
        change: ChangeId,
        from: NaiveDate,
        to: NaiveDate,
        reasons: Vec<String>,
    },
    /// In force for these customers, whatever keeps back the others.
    CustomersStarted {
        change: ChangeId,
        at: DateTime<Utc>,
        customers: Vec<CustomerId>,
    },
    ChangeTookEffect {
        change: ChangeId,
        at: DateTime<Utc>,
    },
    NoticeFannedOut {
        notice: i64,
        reference: String,
    },
    LetterQueued {
        letter: String,
    },
    /// The relay's 250, word for word; `letter` is a single letter's occasion, `serves` what is served of `change` by it.
    LetterAccepted {
        change: Option<ChangeId>,
        customer: Option<CustomerId>,
        delivery: DeliveryId,
        notice: Option<String>,
        letter: Option<String>,
        accepted_at: DateTime<Utc>,
        composed_at: DateTime<Utc>,
        message_id: Option<String>,
        sha256: Option<String>,
        code: Option<u16>,
        words: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        serves: Option<Service>,
    },
    LetterFailed {
        change: Option<ChangeId>,
        customer: Option<CustomerId>,
        delivery: DeliveryId,
        notice: Option<String>,
        letter: Option<String>,
        attempts: i16,
        code: Option<u16>,
        words: String,
    },
    /// By a letter about several changes: this one is not its first.
    ObligationServed {
        change: ChangeId,
        customer: CustomerId,
        delivery: DeliveryId,
        served_at: DateTime<Utc>,
        clear_at: DateTime<Utc>,
    },
    /// A customer's records were written while the change was open: it is owed notice from now on.
    NoticeOwed {
        change: ChangeId,
        customer: CustomerId,
        contract: Option<ContractId>,
    },
    /// Likewise: what served it counts by other terms, or from another letter.
    ServiceMeasuredAnew {
        change: ChangeId,
        customer: CustomerId,
        contract: Option<ContractId>,
        served_at: DateTime<Utc>,
        clear_at: DateTime<Utc>,
    },
    /// Likewise: it is owed nothing.
    CustomerExempt {
        change: ChangeId,
        customer: CustomerId,
        why: ExemptWhy,
    },
    NextContactAsked {
        change: Option<ChangeId>,
        customer: CustomerId,
        delivery: DeliveryId,
        recipient: RecipientId,
    },
    RecipientSuppressed {
        customer: CustomerId,
        recipient: RecipientId,
        why: String,
    },
    ObjectionLodged {
        objection: String,
        change: ChangeId,
        customer: Option<CustomerId>,
        channel: Channel,
        received_at: DateTime<Utc>,
        timeliness: Timeliness,
    },
    /// A further statement of the same customer, or of the same unlinked address, joined its objection.
    StatementAdded {
        objection: String,
        change: ChangeId,
        customer: Option<CustomerId>,
    },
    /// What an address said while it was nobody's is this customer's; `joined`: added to the objection it had open.
    ObjectionLinked {
        objection: String,
        change: ChangeId,
        customer: CustomerId,
        timeliness: Timeliness,
        joined: Option<String>,
    },
    /// A late objection was let in: it counts.
    ObjectionAdmitted {
        objection: String,
        change: ChangeId,
        customer: CustomerId,
    },
    ObjectionAnswered {
        objection: String,
        customer: Option<CustomerId>,
        words: String,
    },
    /// Waits for a second person.
    ResolutionProposed {
        objection: String,
        customer: Option<CustomerId>,
        resolution: Resolution,
    },
    ObjectionResolved {
        objection: String,
        change: ChangeId,
        customer: Option<CustomerId>,
        resolution: Resolution,
        clear_at: Option<DateTime<Utc>>,
    },
    ExclusionConfirmed {
        customer: CustomerId,
        subprocessor: SubprocessorId,
        how: String,
        cleared: Vec<ChangeId>,
    },
    /// It said nothing under specific authorisation until its time was over. `confirmed`: an objection had excluded it already.
    SilenceExcludes {
        change: ChangeId,
        customer: CustomerId,
        subprocessor: SubprocessorId,
        confirmed: bool,
    },
    /// It said something after all, or it is asked again.
    ExclusionEnded {
        change: ChangeId,
        customer: CustomerId,
        subprocessor: SubprocessorId,
    },
    /// What a customer said under one contract, as a person recorded it.
    ConsentRecorded {
        change: ChangeId,
        customer: CustomerId,
        contract: String,
        word: Word,
        said_by: String,
        said_at: DateTime<Utc>,
        channel: Channel,
        attached: Option<String>,
        clear_at: Option<DateTime<Utc>>,
    },
    /// Served by post, portal or hand.
    ServiceRecorded {
        change: ChangeId,
        customer: CustomerId,
        channel: ServiceChannel,
        received_at: DateTime<Utc>,
        attached: String,
        clear_at: Option<DateTime<Utc>>,
    },
    /// A waiver that waits for a second person.
    OverrideProposed {
        change: ChangeId,
        customer: CustomerId,
        reason: Waivable,
        justification: String,
        waiver: String,
    },
    OverrideApproved {
        change: ChangeId,
        customer: CustomerId,
        reason: Waivable,
        clear_at: Option<DateTime<Utc>>,
    },
    /// In use although its gate is shut.
    ChangeInUse {
        change: ChangeId,
        since: NaiveDate,
        reason: String,
    },
    /// The raw bytes are kept; the hash is theirs.
    MailReceived {
        message: i64,
        received_at: DateTime<Utc>,
        sha256: String,
    },
    /// What a mail was taken for; `waits`: for a person, or to be lodged.
    MailSorted {
        message: i64,
        customer: Option<CustomerId>,
        class: Class,
        matched_by: Option<Rule>,
        waits: bool,
    },
    /// What somebody says that it is.
    MailRuled {
        message: i64,
        customer: Option<CustomerId>,
        ruling: Ruling,
        why: Option<String>,
    },
    LetterBounced {
        change: Option<ChangeId>,
        customer: Option<CustomerId>,
        delivery: DeliveryId,
        message: i64,
        words: String,
    },
    /// It may still arrive; until then it serves nobody.
    LetterDelayed {
        change: Option<ChangeId>,
        customer: Option<CustomerId>,
        delivery: DeliveryId,
        message: i64,
        words: String,
        will_retry_until: Option<DateTime<Utc>>,
    },
    /// The recipient's own server took it.
    LetterReceived {
        change: Option<ChangeId>,
        customer: Option<CustomerId>,
        delivery: DeliveryId,
        message: i64,
        received_at: DateTime<Utc>,
        words: String,
    },
    LetterComplained {
        customer: Option<CustomerId>,
        delivery: DeliveryId,
        message: i64,
    },
    /// The same mail by another door, or again: it came earlier than we knew.
    MailCameEarlier {
        message: i64,
        received_at: DateTime<Utc>,
    },
    FirstAdminMade {
        email: String,
    },
    SubscriberConfirmed {
        customer: CustomerId,
        recipient: i64,
    },
    /// The DPO says which customer a subscriber speaks for.
    SubscriberLinked {
        subscriber: CustomerId,
        customer: CustomerId,
    },
    ContractEnded {
        customer: CustomerId,
        contract: String,
        last_day: NaiveDate,
    },
    SubscriberLeft {
        customer: CustomerId,
        recipient: i64,
    },
    LanguageChosen {
        customer: CustomerId,
        recipient: i64,
        language: String,
    },
    /// What a subscriber is told of from now on; empty = everything.
    SubscriptionChosen {
        customer: CustomerId,
        recipient: i64,
        products: Vec<String>,
        kinds: Vec<ChangeKind>,
    },
    SuccessorNamed {
        customer: CustomerId,
        recipient: i64,
    },
    RegisterImported {
        subprocessor: SubprocessorId,
        name: String,
    },
    CustomerRecorded {
        customer: CustomerId,
        reference: String,
        recorded: Recorded,
    },
    AccountMade {
        email: String,
        role: Role,
    },
    AccountDisabled {
        email: String,
    },
}

/// From when on a customer has had its notice, and from when on it stands in nobody's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    pub served_at: DateTime<Utc>,
    pub clear_at: DateTime<Utc>,
}

/// What was written of a customer; addresses and names are no part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recorded {
    pub new: bool,
    /// The contracts written, by reference.
    pub contracts: Vec<String>,
    /// The terms that hold from a day on, by contract.
    pub terms: Vec<RecordedTerms>,
    pub contacts_added: usize,
    pub contacts_altered: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedTerms {
    pub contract: String,
    pub valid_from: NaiveDate,
    pub terms: Terms,
}

/// One entry, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: String,
    pub change: Option<ChangeId>,
    pub customer: Option<CustomerId>,
    pub payload: Vec<u8>,
    pub nonce: [u8; 32],
    pub leaf_hash: [u8; 32],
}

/// The act's entries, numbered as given. `seed` is 32 fresh random bytes; each entry's nonce is
/// HMAC-SHA256(seed, ordinal), so one draw serves any number of entries.
pub fn entries(
    seed: [u8; 32],
    at: DateTime<Utc>,
    actor: &Actor,
    events: &[Event],
) -> Result<Vec<Entry>, serde_json::Error> {
    events.iter().zip(0u32..).map(|(event, ordinal)| entry(nonce(seed, ordinal), at, actor, event)).collect()
}

fn entry(
    nonce: [u8; 32],
    at: DateTime<Utc>,
    actor: &Actor,
    event: &Event,
) -> Result<Entry, serde_json::Error> {
    let mut value = serde_json::to_value(event)?;
    let number = |field: &str| value.get(field).and_then(serde_json::Value::as_i64);
    let (change, customer) = (number("change").map(ChangeId), number("customer").map(CustomerId));
    let kind = value.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    if let Some(object) = value.as_object_mut() {
        object.insert("at".to_owned(), serde_json::to_value(at)?);
        object.insert("actor".to_owned(), actor.to_string().into());
    }
    let payload = serde_json_canonicalizer::to_vec(&value)?;
    let leaf_hash = leaf_hash(&nonce, &payload);
    Ok(Entry { kind, change, customer, payload, nonce, leaf_hash })
}

/// SHA-256(0x00 || SHA-256(nonce || payload)).
pub fn leaf_hash(nonce: &[u8; 32], payload: &[u8]) -> [u8; 32] {
    let commitment = Sha256::new().chain_update(nonce).chain_update(payload).finalize();
    Sha256::new().chain_update([0]).chain_update(commitment).finalize().into()
}

fn nonce(seed: [u8; 32], ordinal: u32) -> [u8; 32] {
    // HMAC takes a key of any length; the error is only in the signature.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&seed) else { return seed };
    mac.update(&ordinal.to_be_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_canonical_names_its_change_and_hashes_as_documented() {
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        let held = Event::ChangeHeld { change: ChangeId(7), reasons: vec!["objection_open".into()] };
        let entries = entries([1; 32], at, &Actor::Daemon, &[held.clone(), held]).unwrap();
        assert_eq!(
            String::from_utf8(entries[0].payload.clone()).unwrap(),
            r#"{"actor":"daemon","at":"2026-11-23T09:00:00Z","change":7,"kind":"change_held","reasons":["objection_open"]}"#
        );
        assert_eq!((entries[0].change, entries[0].customer), (Some(ChangeId(7)), None));
        assert_ne!(entries[0].nonce, entries[1].nonce);
        assert_ne!(entries[0].leaf_hash, entries[1].leaf_hash);
    }
}
