//! What an entry says: one variant for each thing that happens.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::domain::account::Role;
use crate::domain::change::{ChangeId, ChangeKind};
use crate::domain::clearing::{ServiceChannel, Waivable, Word};
use crate::domain::customer::{ContractId, CustomerId, Terms};
use crate::domain::delivery::DeliveryId;
use crate::domain::inbound::{Class, Rule};
use crate::domain::inbox::Ruling;
use crate::domain::objection::{Channel, Resolution, Timeliness};
use crate::domain::obligation::ExemptWhy;
use crate::domain::recipient::RecipientId;
use crate::domain::subprocessor::{Difference, SubprocessorId};

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
    /// It is on its way, or was.
    LetterAskedAgain {
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
    /// The DPO has letters go there again.
    RecipientRestored {
        customer: CustomerId,
        recipient: RecipientId,
    },
    ObjectionLodged {
        objection: String,
        change: ChangeId,
        customer: Option<CustomerId>,
        channel: Channel,
        received_at: DateTime<Utc>,
        timeliness: Timeliness,
        /// SHA-256 in hex of the file that came with it.
        #[serde(skip_serializing_if = "Option::is_none")]
        attached: Option<String>,
    },
    /// A further statement of the same customer, or of the same unlinked address, joined its objection.
    StatementAdded {
        objection: String,
        change: ChangeId,
        customer: Option<CustomerId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        attached: Option<String>,
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
