//! The promise a second time, naively: one customer after the other, no SQL, nothing of the product's own arithmetic.
//!
//! Written from chapters 2 and 3. It shares words and data with the product (conventions, reasons, states; which days are
//! holidays), and no rule. Slow and plain on purpose: where the two differ, one of them is wrong. What the world outside
//! does it is told: when a notice went out, what the relay said of a letter.

mod calendar;
mod days;
mod gate;
mod letters;
mod owed;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use forenotice::domain::calendar::{Convention, Start};
use forenotice::domain::change::{ChangeKind, State};
use forenotice::domain::clearing::Waivable;
use forenotice::domain::customer::{Hold, Lapse};
use forenotice::domain::holidays::Holidays;
use forenotice::domain::obligation::ExemptWhy;

pub use calendar::{Window, first_instant, local, next};
pub use letters::{Heard, Letter, Report};
pub use owed::{Served, Standing};

pub type At = DateTime<Utc>;

/// A door vouches for what reached it a second ago.
pub const SECOND: TimeDelta = TimeDelta::seconds(1);
pub const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

/// What a contract says; all of it is written out, so that nothing is the policy's.
#[derive(Clone, Debug)]
pub struct Terms {
    pub notice: (u64, Convention),
    /// None: until the change takes effect.
    pub objection: Option<(u64, Convention)>,
    pub start: Start,
    pub zone: &'static str,
    pub holidays: Holidays,
    pub specific: bool,
    /// The kinds of change that are notified; none = all.
    pub kinds: Option<Vec<ChangeKind>>,
    /// The days of notice of an emergency, where it may be shorter.
    pub emergency: Option<u64>,
    /// How long an objection may take to be settled, and what holds then.
    pub resolution: Option<(u64, Convention)>,
    pub then: Lapse,
    /// Under it silence of ours or the customer's is no consent.
    pub dora: bool,
}

#[derive(Clone, Debug)]
pub struct Contract {
    pub reference: String,
    pub signed: NaiveDate,
    /// Its last day.
    pub ended: Option<NaiveDate>,
    /// None: all.
    pub product: Option<&'static str>,
    /// Each from its day on, in order.
    pub versions: Vec<(NaiveDate, Terms)>,
}

#[allow(clippy::struct_excessive_bools, reason = "as files have them")]
#[derive(Clone, Debug)]
pub struct Contact {
    pub address: String,
    /// False: its server refuses the address for good.
    pub takes_mail: bool,
    /// When it was refused for good: nothing goes there any more.
    pub died: Option<At>,
    /// That is over and done with; what died just now may have been alive for others at the same instant.
    pub dead: bool,
    pub privacy: bool,
    pub rank: u64,
    pub notice_address: bool,
}

#[derive(Clone, Debug)]
pub struct Customer {
    pub reference: String,
    /// A subscriber: it has one contact, and where the policy has subscribers count, a contract that is the policy.
    pub subscribes: bool,
    /// The customer for whom a subscriber speaks.
    pub linked_to: Option<String>,
    pub contacts: Vec<Contact>,
    pub contracts: Vec<Contract>,
    /// Subprocessors that its data never go to; confirmed.
    pub excluded: BTreeSet<String>,
}

/// What has happened between one change and one customer since its announcement.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// It gets the letter, and is owed nothing.
    pub informed: bool,
    pub exempt: Option<ExemptWhy>,
    /// By address.
    pub letters: BTreeMap<String, Letter>,
    /// One came back after the change had started: nothing moves any more, but what served may be gone.
    pub lost: bool,
    pub other_service: Option<At>,
    /// By contract: yes or no, and since when.
    pub said: BTreeMap<String, (bool, At)>,
    pub waived: BTreeMap<Waivable, At>,
    /// The longest window that it was ever told.
    pub promised: Option<Window>,
    /// The last day that it was ever told, also where its window runs until the effect since.
    pub promised_day: Option<At>,
}

/// One objection against one change.
#[derive(Clone, Debug)]
pub struct Line {
    pub objection: String,
    pub change: String,
    /// None: nobody's yet, it does not count.
    pub customer: Option<String>,
    pub address: String,
    pub received_at: At,
    /// When it was written down.
    pub written_at: At,
    pub in_time: bool,
    pub admitted: bool,
    pub resolved: bool,
    /// When its remedy has run, once it is known.
    pub clear_at: Option<At>,
    /// When the time to settle it is over.
    pub lapses: Option<(At, Lapse)>,
}

/// An announcement that has gone out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub notice: i64,
    pub at: At,
    /// Too old for what takes effect from here on.
    pub valid_until: At,
}

#[allow(clippy::struct_excessive_bools, reason = "as requests have them")]
#[derive(Clone, Debug)]
pub struct Change {
    pub reference: String,
    pub kind: ChangeKind,
    pub subject: String,
    pub replaces: Option<String>,
    /// None: all.
    pub product: Option<&'static str>,
    pub emergency: bool,
    pub effective_on: NaiveDate,
    /// When somebody last set its day.
    pub planned_at: At,
    pub state: State,
    pub needs_approval: bool,
    pub approved: bool,
    /// When the first announcement began.
    pub published_at: Option<At>,
    /// The one that counts; none = it has not begun, or was taken back.
    pub announced: Option<Announcement>,
    /// The last one ever.
    pub last_notice: i64,
    /// When the relay took the first letter of one.
    pub first_letter: Option<At>,
    /// When a held change is asked about again.
    pub next_look: Option<At>,
    /// When its gate was last found shut, and what it was before.
    pub decided: Option<(At, State)>,
    pub took_effect_at: Option<At>,
    /// Whether it starts for each customer by itself.
    pub each: bool,
    /// For whom it has started, and since when.
    pub in_force: BTreeMap<String, At>,
    /// For whom it never will.
    pub out: BTreeSet<String>,
    pub cases: BTreeMap<String, Case>,
}

impl Change {
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Scheduled | State::InNotice | State::Held)
    }

    pub fn is_told(&self) -> bool {
        matches!(self.state, State::InNotice | State::Held)
    }

    pub fn is_about_one_of(&self, other: &Self) -> bool {
        let mine = [Some(&self.subject), self.replaces.as_ref()];
        mine.iter().flatten().any(|name| **name == other.subject || Some(*name) == other.replaces.as_ref())
    }
}

#[derive(Clone, Debug)]
pub struct Policy {
    /// The zone in which changes begin.
    pub zone: &'static str,
    pub subscribers_count: bool,
    pub late_joiners_entitled: bool,
    /// Each customer starts by itself.
    pub each: bool,
    pub hold: Hold,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub policy: Policy,
    pub customers: Vec<Customer>,
    /// In the order of their numbers.
    pub changes: Vec<Change>,
    pub lines: Vec<Line>,
    /// What the relay has said so far, in the order in which it was asked.
    pub heard: Vec<Heard>,
    /// For what day the daemon has each change.
    pub days_seen: BTreeMap<String, NaiveDate>,
    /// Everything before it is settled and decided.
    pub now: At,
    /// The last day whose contracts are settled.
    pub turned_through: NaiveDate,
    /// When the daemon last began to work again.
    pub woke: At,
}

impl Model {
    pub fn day_of(&self, at: At) -> NaiveDate {
        calendar::local(at, self.policy.zone).0
    }

    pub fn start_of(&self, day: NaiveDate) -> At {
        first_instant(day, self.policy.zone)
    }

    pub fn customer(&self, reference: &str) -> &Customer {
        self.customers.iter().find(|customer| customer.reference == reference).unwrap()
    }

    pub fn customer_mut(&mut self, reference: &str) -> &mut Customer {
        self.customers.iter_mut().find(|customer| customer.reference == reference).unwrap()
    }

    pub fn change(&self, reference: &str) -> &Change {
        self.changes.iter().find(|change| change.reference == reference).unwrap()
    }

    pub fn change_mut(&mut self, reference: &str) -> &mut Change {
        self.changes.iter_mut().find(|change| change.reference == reference).unwrap()
    }

    pub fn case_mut(&mut self, change: &str, customer: &str) -> &mut Case {
        self.change_mut(change).cases.get_mut(customer).unwrap()
    }
}
