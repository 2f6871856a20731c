//! The promise a second time, naively: one customer after the other, no SQL, nothing of the product's own arithmetic.
//!
//! Written from chapters 2 and 3. It shares words and data with the product (conventions, reasons, states; which days are
//! holidays), and no rule. Slow and plain on purpose: where the two differ, one of them is wrong.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use forenotice::domain::calendar::{Convention, Start};
use forenotice::domain::change::State;
use forenotice::domain::gate::Reason;
use forenotice::domain::holidays::Holidays;

pub type At = DateTime<Utc>;

/// A door vouches for what reached it a second ago.
pub const SECOND: TimeDelta = TimeDelta::seconds(1);
/// A notice is good for this long.
const VALID_DAYS: u64 = 180;

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
}

#[derive(Clone, Debug)]
pub struct Contract {
    pub reference: String,
    pub signed: NaiveDate,
    pub terms: Terms,
}

#[derive(Clone, Debug)]
pub struct Customer {
    pub reference: String,
    pub address: String,
    /// False: the recipient's server refuses the address for good.
    pub takes_mail: bool,
    pub contracts: Vec<Contract>,
}

/// What one service leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instants {
    pub earliest_by_notice: At,
    pub window_closes_at: Option<At>,
    pub clear_at: At,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Owed,
    Served(Instants),
    JoinedLate,
}

/// What has happened between one change and one customer.
#[derive(Clone, Debug, Default)]
pub struct Case {
    joined_late: bool,
    letter: Option<At>,
    pub other_service: Option<At>,
    /// By contract: yes or no, and since when.
    pub said: BTreeMap<String, (bool, At)>,
}

#[derive(Clone, Debug)]
pub struct Objection {
    pub reference: String,
    pub customer: String,
    pub in_time: bool,
    pub resolved: bool,
    /// When its remedy has run, once it is known.
    pub clear_at: Option<At>,
}

#[derive(Clone, Debug)]
pub struct Change {
    pub reference: String,
    pub name: String,
    pub effective_on: NaiveDate,
    pub state: State,
    pub published_at: Option<At>,
    /// When a held change is asked about again.
    pub next_look: Option<At>,
    pub took_effect_at: Option<At>,
    pub cases: BTreeMap<String, Case>,
    pub objections: Vec<Objection>,
}

impl Change {
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Scheduled | State::InNotice | State::Held)
    }

    pub fn is_told(&self) -> bool {
        matches!(self.state, State::InNotice | State::Held)
    }
}

#[derive(Clone, Debug)]
pub struct Model {
    /// The zone in which changes begin.
    pub zone: &'static str,
    pub customers: Vec<Customer>,
    pub changes: Vec<Change>,
}

impl Model {
    pub fn day_of(&self, at: At) -> NaiveDate {
        local(at, self.zone).0
    }

    pub fn start_of(&self, day: NaiveDate) -> At {
        first_instant(day, self.zone)
    }

    /// The announcement went out at `at`, to whoever has a contract by then.
    pub fn published(&mut self, reference: &str, at: At) {
        let customers = self.customers.clone();
        let day = self.day_of(at);
        let change = self.change_mut(reference);
        change.published_at = Some(at);
        for customer in customers.iter().filter(|c| c.contracts.iter().any(|k| k.signed <= day)) {
            announce(change, customer, at);
        }
    }

    /// A customer is recorded at `at`: entitled if it signed before the list showed the change, else too late.
    pub fn joined(&mut self, customer: Customer, at: At) {
        let zone = self.zone;
        for change in self.changes.iter_mut().filter(|change| change.is_open()) {
            let Some(published) = change.published_at else { continue };
            if customer.contracts.iter().any(|k| k.signed <= local(published, zone).0) {
                announce(change, &customer, at);
            } else {
                change
                    .cases
                    .insert(customer.reference.clone(), Case { joined_late: true, ..Case::default() });
            }
        }
        self.customers.push(customer);
    }

    /// Time has moved on to `now`: what was to be decided is, in the order of the instants it was decided for.
    pub fn decide_until(&mut self, now: At) {
        while let Some((at, n)) = self.next_decision().filter(|(at, _)| *at + SECOND <= now) {
            let reasons = self.reasons(&self.changes[n], at);
            let tomorrow = self.start_of(self.day_of(at) + Days::new(1));
            let change = &mut self.changes[n];
            if reasons.is_empty() {
                (change.state, change.took_effect_at) = (State::Effective, Some(at));
            } else {
                (change.state, change.next_look) = (State::Held, Some(tomorrow));
            }
        }
    }

    fn next_decision(&self) -> Option<(At, usize)> {
        let due = |change: &Change| match change.state {
            State::Held => change.next_look,
            _ => Some(self.start_of(change.effective_on)),
        };
        let open = self.changes.iter().enumerate().filter(|(_, change)| change.is_open());
        open.filter_map(|(n, change)| Some((due(change)?, n))).min()
    }

    /// Why the change may not take effect at `at`, as far as its customers and its announcement go.
    pub fn reasons(&self, change: &Change, at: At) -> BTreeSet<Reason> {
        let mut reasons = BTreeSet::new();
        let too_old = |told: At| told + Days::new(VALID_DAYS) <= at;
        if change.published_at.is_none_or(too_old) {
            reasons.insert(Reason::NoticeMissing);
        }
        for (reference, case) in &change.cases {
            let (customer, published) = (self.customer(reference), change.published_at.unwrap_or(at));
            match self.owed(customer, case, published) {
                Standing::JoinedLate => continue,
                Standing::Owed => {
                    reasons.insert(Reason::NoticeMissing);
                }
                Standing::Served(instants) => {
                    if at < instants.earliest_by_notice {
                        reasons.insert(Reason::NoticeShort);
                    }
                    let said_yes = self.all_said_yes(customer, case, published).is_some();
                    if !said_yes && instants.window_closes_at.is_some_and(|closes| at < closes) {
                        reasons.insert(Reason::WindowOpen);
                    }
                }
            }
            let silent =
                |k: &&Contract| k.terms.specific && case.said.get(&k.reference).is_none_or(|(yes, _)| !yes);
            if self.in_scope(customer, published).iter().any(silent) {
                reasons.insert(Reason::ConsentMissing);
            }
        }
        for objection in change.objections.iter().filter(|objection| objection.in_time) {
            if !objection.resolved {
                reasons.insert(Reason::ObjectionOpen);
            } else if objection.clear_at.is_none_or(|clear| at < clear) {
                reasons.insert(Reason::RemedyRunning);
            }
        }
        reasons
    }

    /// What the customer is owed: served by the earliest of letter, other service and a yes; cleared by a yes.
    pub fn owed(&self, customer: &Customer, case: &Case, published: At) -> Standing {
        if case.joined_late {
            return Standing::JoinedLate;
        }
        let yes = self.all_said_yes(customer, case, published);
        let Some(served) = [case.letter, case.other_service, yes].into_iter().flatten().min() else {
            return Standing::Owed;
        };
        let deciding = self
            .in_scope(customer, published)
            .into_iter()
            .map(|contract| (contract.terms.specific, contract.terms.instants(served).clear_at, contract));
        let Some((_, _, contract)) = deciding.max_by_key(|(specific, clear, _)| (*specific, *clear)) else {
            return Standing::Owed;
        };
        let mut instants = contract.terms.instants(served);
        if let Some(yes) = yes {
            instants.earliest_by_notice = yes.max(served);
            instants.clear_at = instants.earliest_by_notice;
        }
        Standing::Served(instants)
    }

    fn in_scope<'a>(&self, customer: &'a Customer, published: At) -> Vec<&'a Contract> {
        let day = self.day_of(published);
        customer.contracts.iter().filter(|contract| contract.signed <= day).collect()
    }

    fn all_said_yes(&self, customer: &Customer, case: &Case, published: At) -> Option<At> {
        let mut latest = None;
        for contract in self.in_scope(customer, published) {
            match case.said.get(&contract.reference) {
                Some((true, at)) => latest = latest.max(Some(*at)),
                Some((false, _)) | None => return None,
            }
        }
        latest
    }

    pub fn customer(&self, reference: &str) -> &Customer {
        self.customers.iter().find(|customer| customer.reference == reference).unwrap()
    }

    pub fn change_mut(&mut self, reference: &str) -> &mut Change {
        self.changes.iter_mut().find(|change| change.reference == reference).unwrap()
    }
}

/// The letter goes to the customer at `at`.
fn announce(change: &mut Change, customer: &Customer, at: At) {
    let letter = customer.takes_mail.then_some(at);
    change.cases.insert(customer.reference.clone(), Case { letter, ..Case::default() });
    if letter.is_some() && change.state == State::Scheduled {
        change.state = State::InNotice;
    }
}

impl Terms {
    pub fn instants(&self, served: At) -> Instants {
        let notice_day = self.notice_day(served);
        let earliest_by_notice = first_instant(self.earliest_day(notice_day), self.zone).max(served);
        let last_day = self.objection.map(|period| self.last_day(notice_day, period));
        let window_closes_at = last_day.map(|last| first_instant(next(last), self.zone));
        let clear_at = window_closes_at.unwrap_or(earliest_by_notice).max(earliest_by_notice);
        Instants { earliest_by_notice, window_closes_at, clear_at }
    }

    fn notice_day(&self, served: At) -> NaiveDate {
        let (mut day, hour) = local(served, self.zone);
        if self.start == Start::Received {
            if hour >= 17 {
                day = next(day);
            }
            while !self.is_working(day) {
                day = next(day);
            }
        }
        day
    }

    /// The E of the table of chapter 3.
    fn earliest_day(&self, from: NaiveDate) -> NaiveDate {
        let (n, convention) = self.notice;
        let mut day = match convention {
            Convention::ClearDays | Convention::Eu118271 => from + Days::new(n + 1),
            Convention::CalendarDays => from + Days::new(n),
            Convention::WorkingDays => next(self.working_day_after(from, n)),
            Convention::Months => next(months_on(from, n)),
        };
        while convention == Convention::Eu118271 && n >= 2 && self.working_days(next(from), day) < 2 {
            day = next(day);
        }
        day
    }

    /// The L of the table of chapter 3.
    fn last_day(&self, from: NaiveDate, (m, convention): (u64, Convention)) -> NaiveDate {
        match convention {
            Convention::ClearDays | Convention::CalendarDays => from + Days::new(m),
            Convention::WorkingDays => self.working_day_after(from, m),
            Convention::Months => months_on(from, m),
            Convention::Eu118271 => {
                let mut day = from + Days::new(m);
                while !self.is_working(day) || m >= 2 && self.working_days(next(from), next(day)) < 2 {
                    day = next(day);
                }
                day
            }
        }
    }

    fn working_day_after(&self, from: NaiveDate, n: u64) -> NaiveDate {
        let (mut day, mut counted) = (from, 0);
        while counted < n {
            day = next(day);
            counted += u64::from(self.is_working(day));
        }
        day
    }

    /// How many working days lie from `from` on and before `until`.
    fn working_days(&self, from: NaiveDate, until: NaiveDate) -> usize {
        from.iter_days().take_while(|day| *day < until).filter(|day| self.is_working(*day)).count()
    }

    fn is_working(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.is_holiday(day)
    }
}

fn next(day: NaiveDate) -> NaiveDate {
    day + Days::new(1)
}

/// The same number of the month so many months on, else that month's last day.
fn months_on(day: NaiveDate, months: u64) -> NaiveDate {
    let month = u64::from(day.month0()) + months;
    let (year, month) =
        (day.year() + i32::try_from(month / 12).unwrap(), u32::try_from(month % 12 + 1).unwrap());
    (1..=day.day()).rev().find_map(|number| NaiveDate::from_ymd_opt(year, month, number)).unwrap()
}

/// The local day and hour.
fn local(at: At, zone: &str) -> (NaiveDate, u32) {
    let stamp = jiff::Timestamp::from_microsecond(at.timestamp_micros()).unwrap();
    let shown = stamp.in_tz(zone).unwrap().strftime("%Y-%m-%d %H").to_string();
    let (day, hour) = shown.split_once(' ').unwrap();
    (day.parse().unwrap(), hour.parse().unwrap())
}

/// The first second that shows that day or a later one, found by looking at the clock on the wall.
pub fn first_instant(day: NaiveDate, zone: &str) -> At {
    let midnight = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
    let (mut before, mut reached) = (midnight - TimeDelta::hours(15), midnight + TimeDelta::hours(15));
    while reached - before > SECOND {
        let middle = before + (reached - before) / 2;
        let middle = middle.with_nanosecond(0).unwrap();
        if local(middle, zone).0 >= day { reached = middle } else { before = middle }
    }
    reached
}
