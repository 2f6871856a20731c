//! Deliveries: one letter to one address, until the relay has it or we know that it never will.
//!
//! Announcing and answering make them, `actions/deliver.rs` leases and sends them, the gate reads what they
//! served. Here are their states, what a relay's reply means at each point of the conversation ([`verdict`]), and
//! what follows from it ([`step`]). Promise: handed over at least once; a second copy only if the connection or
//! we died between the relay's 250 and our commit, and then with the same bytes.

mod reply;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::reply::{OtherRecipients, Point, Reply, Verdict, verdict, wire_id};

id!(
    /// One letter to one address: batch times 1,024 plus its place in the batch.
    DeliveryId
);
id!(
    /// What one sender leases as a whole: the letters of one notice, or a single letter.
    BatchId
);

impl DeliveryId {
    /// A batch's letters are one range of ids, so that a lease reads them without an index of its own.
    pub const PER_BATCH: i64 = 1 << 10;

    pub const fn batch(self) -> BatchId {
        BatchId(self.0 >> 10)
    }
}

impl BatchId {
    /// The id of the letter at `place`; places beyond a batch's end do not exist.
    pub const fn letter(self, place: u16) -> Option<DeliveryId> {
        if (place as i64) < DeliveryId::PER_BATCH {
            Some(DeliveryId(self.0 * DeliveryId::PER_BATCH + place as i64))
        } else {
            None
        }
    }

    /// The first letter's id, and the first of the next batch.
    pub const fn range(self) -> (i64, i64) {
        (self.0 * DeliveryId::PER_BATCH, (self.0 + 1) * DeliveryId::PER_BATCH)
    }
}

words!(
    /// Where a delivery stands. `accepted` is the relay's 250, no more.
    State { Queued = "queued", Accepted = "accepted", Failed = "failed", Cancelled = "cancelled" }
);

words!(
    /// Which queue a batch stands in: a single letter never waits behind a mailing.
    Lane { Single = "single", Mailing = "mailing" }
);

impl Lane {
    pub const fn number(self) -> i16 {
        match self {
            Self::Single => 0,
            Self::Mailing => 1,
        }
    }
}

impl State {
    /// The state after `step`. A late 250 is a fact and counts in every state; nothing else moves a letter that
    /// is done with.
    pub fn after(self, step: &Step) -> Result<Self, IllegalStep> {
        match (self, step) {
            (_, Step::Done) => Ok(Self::Accepted),
            (Self::Queued, Step::Again { .. }) => Ok(Self::Queued),
            (Self::Queued, Step::GiveUp { .. }) => Ok(Self::Failed),
            (Self::Accepted | Self::Failed | Self::Cancelled, Step::Again { .. } | Step::GiveUp { .. }) => {
                Err(IllegalStep { from: self })
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a letter that is {from} waits for no further answer; only a late acceptance still counts")]
pub struct IllegalStep {
    pub from: State,
}

/// How one attempt to hand a letter over ended. `code` is the reply's, none where no reply came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The relay has it. `wire_id` is the id it gave the letter, where it named one.
    Accepted { code: u16, words: String, wire_id: Option<String> },
    /// Not now. Without a code: it did not leave us, as it could not be composed, or each connection ended at its recipient.
    Deferred { code: Option<u16>, words: String },
    /// Not for this address. Where the address itself is dead it gets no further letter.
    Refused { address_dead: bool, code: Option<u16>, words: String },
    /// The relay's policy stands in the way, not the address: other relay or a person.
    Policy { code: u16, words: String },
    /// The relay is away or does not work with us: the letter is untouched. `retry_after`: sooner is no use.
    RelayFault { code: Option<u16>, words: String, retry_after: TimeDelta },
    /// No relay will take this letter: a person must look.
    LetterFault { code: Option<u16>, words: String },
    /// Handed over or not: nobody can say. The same bytes again.
    InDoubt { words: String },
    /// The recipient's server has it: that was told before the relay answered us, or instead.
    Arrived,
    /// We stopped before its turn came: no relay has heard of it, and it is anybody's to send.
    TakenBack,
}

impl Said {
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Accepted { code, .. } | Self::Policy { code, .. } => Some(*code),
            Self::Deferred { code, .. }
            | Self::Refused { code, .. }
            | Self::RelayFault { code, .. }
            | Self::LetterFault { code, .. } => *code,
            Self::InDoubt { .. } | Self::Arrived | Self::TakenBack => None,
        }
    }

    pub fn words(&self) -> &str {
        match self {
            Self::Accepted { words, .. }
            | Self::Deferred { words, .. }
            | Self::Refused { words, .. }
            | Self::Policy { words, .. }
            | Self::RelayFault { words, .. }
            | Self::LetterFault { words, .. }
            | Self::InDoubt { words } => words,
            Self::Arrived => "no reply of the relay's, but its arrival was reported",
            Self::TakenBack => "",
        }
    }
}

/// What becomes of a letter after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Done,
    Again {
        at: DateTime<Utc>,
        /// Whether the attempt counts against [`ATTEMPTS_MAX`].
        counted: bool,
        /// From now on the bytes must not change.
        in_doubt: bool,
    },
    GiveUp {
        /// The address is dead: no letter goes there any more.
        suppress: bool,
        /// Another address of the same customer may do better.
        ask_next: bool,
    },
}

/// Tries before a letter is given up, if its latest useful instant does not end it before.
pub const ATTEMPTS_MAX: u16 = 24;
const BACKOFF_MINUTES_FIRST: i64 = 5;
const BACKOFF_MINUTES_MAX: i64 = 4 * 60;
const POLICY_RETRY_MINUTES: i64 = 30;
const IN_DOUBT_RETRY_MINUTES: i64 = 1;
/// So long the relay's event may take that says what became of a letter in doubt.
const EVENT_WITHIN_MINUTES: i64 = 15;
const AWAY_MINUTES_MIN: i64 = 1;
const AWAY_MINUTES_MAX: i64 = 10;

/// A share of a tenth by which a wait is stretched, 0 to 255, so that letters deferred together do not come back
/// together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter(pub u8);

impl Jitter {
    fn stretch(self, wait: TimeDelta) -> TimeDelta {
        wait + wait / 10 * i32::from(self.0) / 255
    }
}

/// When to hand the letter over again after `attempts` tries, the last of which failed at `failed_at`; `None`
/// once the tries are used up or `latest_at` is past.
///
/// Five minutes, doubled with each try up to four hours, and never after `latest_at`: a wait that would go beyond
/// it is cut short, so that the last lawful instant is used.
pub fn next_attempt(
    attempts: u16,
    failed_at: DateTime<Utc>,
    latest_at: DateTime<Utc>,
    jitter: Jitter,
) -> Option<DateTime<Utc>> {
    if attempts >= ATTEMPTS_MAX || failed_at >= latest_at {
        return None;
    }
    let doublings = u32::from(attempts.saturating_sub(1)).min(10);
    let minutes = (BACKOFF_MINUTES_FIRST << doublings).min(BACKOFF_MINUTES_MAX);
    Some((failed_at + jitter.stretch(TimeDelta::minutes(minutes))).min(latest_at))
}

/// When a letter that has been due since `due_at` is offered again to a relay that was away at `now` and is not to be
/// asked again for `retry_after`: after as long as it has waited, between one minute and ten, and not after
/// `latest_at` while that is to come.
pub fn next_offer(
    due_at: DateTime<Utc>,
    latest_at: DateTime<Utc>,
    now: DateTime<Utc>,
    retry_after: TimeDelta,
) -> DateTime<Utc> {
    let waited =
        (now - due_at).clamp(TimeDelta::minutes(AWAY_MINUTES_MIN), TimeDelta::minutes(AWAY_MINUTES_MAX));
    let next = now + waited.max(retry_after);
    if now < latest_at { next.min(latest_at) } else { next }
}

/// What becomes of a letter after an attempt at `at`, its `attempts`th counted one, ended with `said`.
///
/// A letter that the relay never touched is not given up, however late: a late notice still informs, and the gate
/// holds the change. `events_come`: the relay tells of what it delivers, so that a copy of a letter in doubt can wait for that.
pub fn step(
    said: &Said,
    attempts: u16,
    at: DateTime<Utc>,
    latest_at: DateTime<Utc>,
    jitter: Jitter,
    events_come: bool,
) -> Step {
    match said {
        Said::Accepted { .. } | Said::Arrived => Step::Done,
        Said::Deferred { .. } => match next_attempt(attempts, at, latest_at, jitter) {
            Some(at) => Step::Again { at, counted: true, in_doubt: false },
            None => Step::GiveUp { suppress: false, ask_next: true },
        },
        Said::InDoubt { .. } if attempts < ATTEMPTS_MAX => {
            let wait =
                TimeDelta::minutes(IN_DOUBT_RETRY_MINUTES << u32::from(attempts.saturating_sub(1)).min(8));
            let event = TimeDelta::minutes(EVENT_WITHIN_MINUTES);
            let wait = if events_come && at + event < latest_at { wait.max(event) } else { wait };
            let next = at + jitter.stretch(wait);
            let at = if at < latest_at { next.min(latest_at) } else { next };
            Step::Again { at, counted: true, in_doubt: true }
        }
        Said::InDoubt { .. } => Step::GiveUp { suppress: false, ask_next: true },
        Said::Policy { .. } => match next_attempt(attempts, at, latest_at, jitter) {
            Some(_) => {
                let at = at + jitter.stretch(TimeDelta::minutes(POLICY_RETRY_MINUTES));
                Step::Again { at: at.min(latest_at), counted: true, in_doubt: false }
            }
            None => Step::GiveUp { suppress: false, ask_next: true },
        },
        Said::RelayFault { retry_after, .. } => {
            Step::Again { at: at + jitter.stretch(*retry_after), counted: false, in_doubt: false }
        }
        Said::TakenBack => Step::Again { at, counted: false, in_doubt: false },
        Said::Refused { address_dead, .. } => Step::GiveUp { suppress: *address_dead, ask_next: true },
        Said::LetterFault { .. } => Step::GiveUp { suppress: false, ask_next: false },
    }
}

/// How long `letters` take of which so many go a minute; `None` where none goes, or longer than anybody waits.
pub fn drains_within(letters: u64, per_minute: u64) -> Option<TimeDelta> {
    let seconds = letters.checked_mul(60)?.checked_div(per_minute)?;
    TimeDelta::try_seconds(i64::try_from(seconds).ok()?)
}

/// What is left until the last useful instant; negative once it is past.
pub fn slack(latest_at: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
    latest_at - now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn no_wait_goes_past_the_last_useful_instant_while_that_is_to_come() {
        let (failed, latest) = (at("2026-11-23T09:00:00Z"), at("2026-11-23T09:10:00Z"));
        let in_doubt = Said::InDoubt { words: "cut".to_owned() };
        let policy = Said::Policy { code: 550, words: "not now".to_owned() };
        for said in [in_doubt, policy] {
            let next = step(&said, 7, failed, latest, Jitter(255), false);
            assert!(matches!(next, Step::Again { at, .. } if at == latest), "{said:?}: {next:?}");
        }
    }

    #[test]
    fn the_wait_doubles_from_five_minutes_to_four_hours() {
        let failed = at("2026-11-23T09:00:00Z");
        let latest = at("2027-01-01T00:00:00Z");
        let waits: Vec<i64> = (1..=9)
            .map(|n| (next_attempt(n, failed, latest, Jitter(0)).unwrap() - failed).num_minutes())
            .collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 240, 240, 240]);
        let stretched = next_attempt(1, failed, latest, Jitter(255)).unwrap();
        assert_eq!(stretched, failed + TimeDelta::seconds(330));
    }

    #[test]
    fn no_attempt_is_planned_after_the_latest_instant() {
        let failed = at("2026-11-23T09:00:00Z");
        let soon = at("2026-11-23T09:03:00Z");
        assert_eq!(next_attempt(1, failed, soon, Jitter(9)), Some(soon), "the last lawful instant is used");
        assert_eq!(next_attempt(2, soon, soon, Jitter(9)), None);
        assert_eq!(next_attempt(ATTEMPTS_MAX, failed, at("2027-01-01T00:00:00Z"), Jitter(0)), None);
    }

    #[test]
    fn an_absent_relay_is_offered_a_letter_less_and_less_often_but_at_its_last_useful_instant() {
        let due = at("2026-11-23T09:00:00Z");
        let latest = at("2026-11-23T12:00:00Z");
        let after = |minutes, latest| {
            let now = due + TimeDelta::minutes(minutes);
            (next_offer(due, latest, now, TimeDelta::seconds(2)) - now).num_minutes()
        };
        assert_eq!([0, 1, 2, 4, 8, 16, 120].map(|n| after(n, latest)), [1, 1, 2, 4, 8, 10, 10]);
        assert_eq!(after(175, latest), 5, "the last useful instant is not slept through");
        assert_eq!(after(180, latest), 10, "late is better than never");
        let soonest = next_offer(due, latest, due, TimeDelta::minutes(5));
        assert_eq!(soonest, due + TimeDelta::minutes(5), "not before the relay may be asked");
    }

    #[test]
    fn what_follows_an_attempt() {
        let now = at("2026-11-23T09:00:00Z");
        let latest = at("2026-11-25T09:00:00Z");
        let words = String::new;
        let follows = |said: &Said, attempts| step(said, attempts, now, latest, Jitter(0), false);
        let again = |minutes, counted, in_doubt| Step::Again {
            at: now + TimeDelta::minutes(minutes),
            counted,
            in_doubt,
        };
        assert_eq!(follows(&Said::Accepted { code: 250, words: words(), wire_id: None }, 1), Step::Done);
        let deferred = Said::Deferred { code: Some(451), words: words() };
        assert_eq!(follows(&deferred, 2), again(10, true, false));
        assert_eq!(follows(&deferred, ATTEMPTS_MAX), Step::GiveUp { suppress: false, ask_next: true });
        assert_eq!(follows(&Said::InDoubt { words: words() }, 1), again(1, true, true));
        assert_eq!(follows(&Said::Policy { code: 550, words: words() }, 1), again(30, true, false));
        let fault = Said::RelayFault { code: None, words: words(), retry_after: TimeDelta::minutes(2) };
        assert_eq!(follows(&fault, ATTEMPTS_MAX), again(2, false, false), "an absent relay costs no attempt");
        assert_eq!(follows(&Said::Arrived, ATTEMPTS_MAX), Step::Done);
        assert_eq!(follows(&Said::TakenBack, ATTEMPTS_MAX), again(0, false, false));
        let refused = |address_dead| Said::Refused { address_dead, code: Some(550), words: words() };
        assert_eq!(follows(&refused(true), 1), Step::GiveUp { suppress: true, ask_next: true });
        assert_eq!(follows(&refused(false), 1), Step::GiveUp { suppress: false, ask_next: true });
        let letter = Said::LetterFault { code: Some(552), words: words() };
        assert_eq!(follows(&letter, 1), Step::GiveUp { suppress: false, ask_next: false });
    }

    #[test]
    fn a_copy_of_a_letter_in_doubt_waits_for_the_relays_event_where_there_is_time() {
        let now = at("2026-11-23T09:00:00Z");
        let said = Said::InDoubt { words: String::new() };
        let waits = |attempts, minutes, events_come| {
            let latest = now + TimeDelta::minutes(minutes);
            match step(&said, attempts, now, latest, Jitter(0), events_come) {
                Step::Again { at, counted: true, in_doubt: true } => (at - now).num_minutes(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((waits(1, 600, false), waits(1, 600, true)), (1, 15));
        assert_eq!(waits(1, 15, true), 1, "there is no time to wait");
        assert_eq!(waits(1, -5, true), 1, "it is late already");
        assert_eq!(waits(6, 600, true), 32, "nor is it sent any sooner");
    }

    #[test]
    fn a_queue_drains_by_the_pace_of_its_letters() {
        assert_eq!(drains_within(1_000_000, 60_000), Some(TimeDelta::seconds(1_000)));
        assert_eq!(drains_within(0, 1), Some(TimeDelta::zero()));
        assert_eq!(drains_within(5, 0), None);
        assert_eq!(drains_within(u64::MAX, 1), None);
    }

    #[test]
    fn only_a_late_acceptance_moves_a_letter_that_is_done_with() {
        let again = Step::Again { at: at("2026-11-23T09:00:00Z"), counted: true, in_doubt: false };
        let give_up = Step::GiveUp { suppress: false, ask_next: true };
        assert_eq!(State::Queued.after(&again), Ok(State::Queued));
        assert_eq!(State::Queued.after(&give_up), Ok(State::Failed));
        for done in [State::Accepted, State::Failed, State::Cancelled] {
            assert_eq!(done.after(&Step::Done), Ok(State::Accepted));
            assert_eq!(done.after(&again), Err(IllegalStep { from: done }));
            assert_eq!(done.after(&give_up), Err(IllegalStep { from: done }));
        }
    }

    #[test]
    fn a_letter_knows_its_batch() {
        let letter = BatchId(7).letter(1023).unwrap();
        assert_eq!((letter.0, letter.batch()), (8191, BatchId(7)));
        assert_eq!(BatchId(7).letter(1024), None);
        assert_eq!(BatchId(7).range(), (7168, 8192));
    }
}
