//! The gate: whether a change may take effect at an instant, and why not.
//!
//! [`shut_by`] is the rule, on values, [`shut_for_one`] the same for one customer; SQL finds the same reasons by index
//! probes over the instants that services left behind (`gate_shut_by`), and a property test holds the two together.
//! [`judge`] turns reasons into a [`Verdict`]; only it makes an [`Open`], and only an `Open` puts a change into effect
//! (invariant 1).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::change::{Act, Change, ChangeId, ChangeKind, IllegalAct, State};
use super::obligation::{Consent, Standing};
use super::subprocessor::SubprocessorId;

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
    /// Whether it is over at an instant, without anybody's doing.
    pub const fn passes_by_itself(self) -> bool {
        matches!(self, Self::NoticeShort | Self::WindowOpen | Self::RemedyRunning)
    }

    /// The reason as a sentence for the DPO.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NoticeMissing => "not everyone entitled has had the notice",
            Self::NoticeShort => "somebody's notice period has not run yet",
            Self::WindowOpen => "somebody's objection window is still open",
            Self::ConsentMissing => "somebody's authorisation is missing",
            Self::ObjectionOpen => "an objection received in time is not resolved",
            Self::RemedyRunning => {
                "the remedy of an objection is still running, or an exclusion is not confirmed"
            }
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
    /// When all its letters were in the queue: it is no notice of what takes effect before that.
    pub fanned_out_at: Option<DateTime<Utc>>,
    pub cancelled: bool,
    /// Too old for what takes effect from here on.
    pub valid_until: DateTime<Utc>,
}

/// A change in the order in which those of one subprocessor take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub change: ChangeId,
    pub state: State,
    pub effective_at: DateTime<Utc>,
    pub subprocessor: SubprocessorId,
    pub replaces: Option<SubprocessorId>,
}

impl Place {
    /// Whether it has to be over before `later` may take effect.
    fn goes_before(&self, later: &Self) -> bool {
        let mine = [Some(self.subprocessor), self.replaces];
        let shares = mine.iter().flatten().any(|s| *s == later.subprocessor || Some(*s) == later.replaces);
        self.state.is_open()
            && shares
            && (self.effective_at, self.change) < (later.effective_at, later.change)
    }
}

/// What the rule reads of the change itself: it stands in the way of all its customers alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub place: Place,
    pub kind: ChangeKind,
    pub needs_approval: bool,
    pub approved: bool,
    pub announcements: Vec<Announcement>,
    /// Of each open door the instant up to which it vouches that all is committed (`read_to - settle`).
    pub doors: Vec<DateTime<Utc>>,
    /// When the first mail came that no pass has looked at.
    pub unread_since: Option<DateTime<Utc>>,
    /// Replies of nobody we know, which no person has looked at.
    pub strangers_replies: u64,
    /// The other changes, of whatever subprocessor.
    pub others: Vec<Place>,
}

/// One customer's objection to the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objection {
    pub in_time: bool,
    /// Late, and let in.
    pub admitted: bool,
    pub resolved: bool,
    /// When its remedy has run; none = not yet known.
    pub clear_at: Option<DateTime<Utc>>,
}

impl Objection {
    fn counts(&self) -> bool {
        self.in_time || self.admitted
    }
}

/// What the rule reads of one customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfCustomer {
    /// None: nobody wrote down that it is owed anything.
    pub obligation: Option<(Standing, Consent)>,
    /// Its contracts entitle it to the notice, so an obligation has to be there.
    pub entitled: bool,
    pub objections: Vec<Objection>,
    /// Its replies that no person has looked at.
    pub replies: u64,
}

/// The reasons that shut the gate at `at`; none = open. Instants are half-open: what ends at `at` is over.
pub fn shut_by<'a>(
    facts: &Facts,
    customers: impl IntoIterator<Item = &'a OfCustomer>,
    at: DateTime<Utc>,
) -> BTreeSet<Reason> {
    let mut reasons = shut_for_all(facts, at);
    for customer in customers {
        reasons.append(&mut shut_for_one(customer, at));
    }
    reasons
}

/// The reasons that lie with no customer.
pub fn shut_for_all(facts: &Facts, at: DateTime<Utc>) -> BTreeSet<Reason> {
    those([
        (Reason::NoticeMissing, announcement_missing(facts, at)),
        (Reason::ReplyUntriaged, facts.strangers_replies > 0),
        (Reason::InboundBehind, inbound_behind(facts, at)),
        (Reason::ApprovalMissing, facts.needs_approval && !facts.approved),
        (Reason::PredecessorOpen, facts.others.iter().any(|other| other.goes_before(&facts.place))),
    ])
}

/// The reasons that lie with one customer. Together with [`shut_for_all`] they are what keeps its data back.
pub fn shut_for_one(customer: &OfCustomer, at: DateTime<Utc>) -> BTreeSet<Reason> {
    let served = match customer.obligation {
        Some((Standing::Served(clearance), _)) => Some(clearance),
        _ => None,
    };
    let consent_missing = |(standing, consent): (Standing, Consent)| {
        !matches!(standing, Standing::Exempt { .. }) && matches!(consent, Consent::Awaited | Consent::Refused)
    };
    let unconfirmed = |(standing, consent): (Standing, Consent)| {
        !matches!(standing, Standing::Exempt { .. }) && consent == Consent::Silent
    };
    let objections = || customer.objections.iter().filter(|objection| objection.counts());
    those([
        (Reason::NoticeMissing, customer.obligation.map_or(customer.entitled, |(s, _)| s == Standing::Owed)),
        (Reason::NoticeShort, served.is_some_and(|served| served.earliest_by_notice > at)),
        (
            Reason::WindowOpen,
            served.is_some_and(|s| s.window_shuts && s.window_closes_at.is_some_and(|closes| closes > at)),
        ),
        (Reason::ConsentMissing, customer.obligation.is_some_and(consent_missing)),
        (Reason::ObjectionOpen, objections().any(|objection| !objection.resolved)),
        (
            Reason::RemedyRunning,
            objections().any(|o| o.resolved && o.clear_at.is_none_or(|clear| clear > at))
                || customer.obligation.is_some_and(unconfirmed),
        ),
        (Reason::ReplyUntriaged, customer.replies > 0),
    ])
}

fn those<const N: usize>(checks: [(Reason, bool); N]) -> BTreeSet<Reason> {
    checks.into_iter().filter(|(_, shuts)| *shuts).map(|(reason, _)| reason).collect()
}

fn announcement_missing(facts: &Facts, at: DateTime<Utc>) -> bool {
    let live = || facts.announcements.iter().filter(|announcement| !announcement.cancelled);
    let fanned_out =
        |announcement: &Announcement| announcement.fanned_out_at.is_some_and(|fanned_out| fanned_out <= at);
    let good = |announcement: &Announcement| fanned_out(announcement) && announcement.valid_until > at;
    live().any(|announcement| !fanned_out(announcement))
        || facts.kind != ChangeKind::Correction && !live().any(good)
}

fn inbound_behind(facts: &Facts, at: DateTime<Utc>) -> bool {
    // A replica's clock may be off by up to a second, so the doors must have read one second further.
    facts.doors.is_empty()
        || facts.doors.iter().any(|read_to| *read_to < at + TimeDelta::seconds(1))
        || facts.unread_since.is_some_and(|received| received < at)
}

/// The reasons found by index are not those derived in full: a fault of ours, in the one or in the other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{reference} does not take effect: its gate at {at} is {} by its indexes and {} derived in full{}. This is a fault of \
     forenotice, which will not decide against itself: run `forenotice doctor`, and report what it says",
    in_words(found), in_words(derived), whom.as_ref().map(|whom| format!(" (first at customer {whom})")).unwrap_or_default()
)]
pub struct Disagreement {
    pub reference: String,
    pub at: DateTime<Utc>,
    pub found: BTreeSet<Reason>,
    pub derived: BTreeSet<Reason>,
    /// The first customer in whose way the derivation sees something.
    pub whom: Option<String>,
}

fn in_words(reasons: &BTreeSet<Reason>) -> String {
    if reasons.is_empty() {
        return "open".to_owned();
    }
    let words: Vec<_> = reasons.iter().map(|reason| reason.as_str()).collect();
    format!("shut ({})", words.join(", "))
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

/// The instant that the gate is asked about: the one up to which every door vouches. Where that is before the effective instant and the
/// effective day is over (`day_ends_at`), now: what nobody has read yet shuts the gate, and does not keep it waiting for whoever reads again.
pub fn asked_about(
    vouched: DateTime<Utc>,
    now: DateTime<Utc>,
    effective_at: DateTime<Utc>,
    day_ends_at: DateTime<Utc>,
) -> DateTime<Utc> {
    if vouched < effective_at && now >= day_ends_at { now } else { vouched }
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
