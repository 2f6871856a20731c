//! The gate: whether a change may take effect at an instant, and why not.
//!
//! [`shut_by`] is the rule, on values; SQL finds the same reasons by index probes over the instants that services
//! left behind (`gate_shut_by`), and a property test holds the two together. [`judge`] turns reasons into a
//! [`Verdict`]; only it makes an [`Open`], and only an `Open` puts a change into effect (invariant 1).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::change::{Act, Change, ChangeId, ChangeKind, IllegalAct, State};
use super::obligation::{Consent, Standing};

words! {
    /// Why a gate is shut (chapter 2, "The gate").
    Reason {
        NoticeMissing = "notice_missing",
        NoticeShort = "notice_short",
        WindowOpen = "window_open",
        ConsentMissing = "consent_missing",
        ObjectionOpen = "objection_open",
        RemedyRunning = "remedy_running",
        ReplyUntriaged = "reply_untriaged",
        InboundBehind = "inbound_behind",
        ApprovalMissing = "approval_missing",
        PredecessorOpen = "predecessor_open",
    }
}

impl Reason {
    /// The reason as a sentence for the DPO.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NoticeMissing => "not everyone entitled has had the notice",
            Self::NoticeShort => "somebody's notice period has not run yet",
            Self::WindowOpen => "somebody's objection window is still open",
            Self::ConsentMissing => "somebody's authorisation is missing",
            Self::ObjectionOpen => "an objection received in time is not resolved",
            Self::RemedyRunning => "the remedy of an objection is still running",
            Self::ReplyUntriaged => "a reply received in time has not been read by a person",
            Self::InboundBehind => "mail received before may lie unread",
            Self::ApprovalMissing => "a second person has not approved it",
            Self::PredecessorOpen => "an earlier change of the same subprocessor is still open",
        }
    }
}

/// The announcement of a change as the gate sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub fanned_out: bool,
    pub cancelled: bool,
    /// Too old for what takes effect from here on.
    pub valid_until: DateTime<Utc>,
}

/// An objection that counts: in time or admitted, and somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountingObjection {
    pub resolved: bool,
    /// When its remedy has run; none = not yet known.
    pub clear_at: Option<DateTime<Utc>>,
}

/// Everything the rule reads of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub kind: ChangeKind,
    pub announcements: Vec<Announcement>,
    pub obligations: Vec<(Standing, Consent)>,
    pub objections: Vec<CountingObjection>,
    pub untriaged_replies: usize,
    /// Of each open door the instant up to which we vouch that all is committed (`read_to - settle`).
    pub doors: Vec<DateTime<Utc>>,
    /// Stored mail that no pass has looked at, by the instant it was received.
    pub unread_mail: Vec<DateTime<Utc>>,
    pub needs_approval: bool,
    pub approved: bool,
    pub predecessor_open: bool,
}

/// The reasons that shut the gate at `at`; none = open. Instants are half-open: what ends at `at` is over.
pub fn shut_by(facts: &Facts, at: DateTime<Utc>) -> BTreeSet<Reason> {
    let checks = [
        (Reason::NoticeMissing, notice_missing(facts, at)),
        (Reason::NoticeShort, any_served(facts, |c| c.earliest_by_notice > at)),
        (
            Reason::WindowOpen,
            any_served(facts, |c| c.window_shuts && c.window_closes_at.is_some_and(|w| w > at)),
        ),
        (Reason::ConsentMissing, facts.obligations.iter().any(consent_missing)),
        (Reason::ObjectionOpen, facts.objections.iter().any(|o| !o.resolved)),
        (
            Reason::RemedyRunning,
            facts.objections.iter().any(|o| o.resolved && o.clear_at.is_none_or(|clear| clear > at)),
        ),
        (Reason::ReplyUntriaged, facts.untriaged_replies > 0),
        (Reason::InboundBehind, inbound_behind(facts, at)),
        (Reason::ApprovalMissing, facts.needs_approval && !facts.approved),
        (Reason::PredecessorOpen, facts.predecessor_open),
    ];
    checks.into_iter().filter(|(_, shut)| *shut).map(|(reason, _)| reason).collect()
}

fn notice_missing(facts: &Facts, at: DateTime<Utc>) -> bool {
    let live = |a: &&Announcement| !a.cancelled;
    facts.obligations.iter().any(|(standing, _)| *standing == Standing::Owed)
        || facts.announcements.iter().filter(live).any(|a| !a.fanned_out)
        || facts.kind != ChangeKind::Correction
            && !facts.announcements.iter().filter(live).any(|a| a.fanned_out && a.valid_until > at)
}

fn any_served(facts: &Facts, stands: impl Fn(&super::obligation::Clearance) -> bool) -> bool {
    facts.obligations.iter().any(|(standing, _)| match standing {
        Standing::Served(clearance) => stands(clearance),
        Standing::Owed | Standing::Exempt { .. } => false,
    })
}

fn consent_missing((standing, consent): &(Standing, Consent)) -> bool {
    !matches!(standing, Standing::Exempt { .. }) && matches!(consent, Consent::Awaited | Consent::Refused)
}

fn inbound_behind(facts: &Facts, at: DateTime<Utc>) -> bool {
    // A replica's clock may be off by up to a second, so the doors must have read one second further.
    facts.doors.is_empty()
        || facts.doors.iter().any(|read_to| *read_to < at + chrono::TimeDelta::seconds(1))
        || facts.unread_mail.iter().any(|received| *received < at)
}

/// Proof that the gate was open for this change at this instant; only [`judge`] makes one.
#[derive(Debug)]
pub struct Open {
    change: ChangeId,
    at: DateTime<Utc>,
}

impl Open {
    pub fn change(&self) -> ChangeId {
        self.change
    }

    /// The instant the verdict stands for: what was received before it was weighed, what came later is late.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The state of the change, in force. Consumes the proof: one verdict opens one change once.
    pub fn take_effect(self, state: State) -> Result<(State, DateTime<Utc>), IllegalAct> {
        Ok((state.after(Act::TakeEffect)?, self.at))
    }
}

/// What the gate answers.
#[derive(Debug)]
pub enum Verdict {
    Open(Open),
    /// It cannot be said yet: the day has not come for every door, or mail received before may lie unread.
    Wait(BTreeSet<Reason>),
    Shut(BTreeSet<Reason>),
}

/// The verdict for `change` at `at`, given the reasons found under its lock in a later statement.
///
/// `inbound_behind` alone makes the decision wait until `day_ends_at`, the end of the effective day: at the
/// effective instant itself every watermark is a moment short. A change that was held takes effect on the day after
/// its gate opened: `day_starts_at` is the first instant of the day on which it is asked.
pub fn judge(
    change: &Change,
    reasons: BTreeSet<Reason>,
    at: DateTime<Utc>,
    day_starts_at: DateTime<Utc>,
    day_ends_at: DateTime<Utc>,
) -> Verdict {
    let only_behind = reasons.iter().all(|reason| *reason == Reason::InboundBehind);
    if at < change.effective_at.max(day_starts_at) || (only_behind && !reasons.is_empty() && at < day_ends_at)
    {
        Verdict::Wait(reasons)
    } else if reasons.is_empty() {
        Verdict::Open(Open { change: change.id, at })
    } else {
        Verdict::Shut(reasons)
    }
}
