//! How fast letters go and when a relay is left alone: one breaker and one pace for all connections.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::route::{Patience, Route};

/// Assumed until a relay without a configured rate first asks us to slow down.
const UNLIMITED_PER_SECOND: f64 = 100.0;
const SLOWEST_PER_SECOND: f64 = 0.1;
const STEP_UP_AFTER: Duration = Duration::from_secs(30);
/// More bare refusals than this in a row say something about the relay, not about the addresses.
const BARE_REFUSALS_BELIEVED: u32 = 5;
/// So many recipients in a row at whom every connection ends say something about the relay, not about them.
const RECIPIENTS_LOST_MAX: usize = 5;
/// A relay that lost its step is asked for less at once until then.
const STUMBLE_IS_REMEMBERED: Duration = Duration::from_hours(24);

/// How much is said to a relay at once that offers PIPELINING (RFC 2920).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pipelining {
    /// A letter's commands in one write, the next letter's behind its dot.
    BehindTheDot,
    /// A letter's commands in one write.
    Groups,
    /// One command at a time.
    Off,
}

#[derive(Debug)]
pub(super) struct Pace {
    ceiling: Option<f64>,
    patience: Patience,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    per_second: Option<f64>,
    next_turn: Option<Instant>,
    changed: Option<Instant>,
    /// When the relay last asked us to slow down.
    slowed: Option<Instant>,
    /// Slower did not help: until then it is asked nothing.
    resting_until: Option<Instant>,
    failures: u32,
    away_until: Option<Instant>,
    letters_per_connection: u32,
    a_recipient_passed: bool,
    bare_refusals: u32,
    /// At whom every connection has ended since the relay last answered a letter.
    lost_at: Vec<String>,
    stumbled: Option<(Pipelining, Instant)>,
}

impl Pace {
    pub(super) fn new(route: &Route) -> Self {
        let ceiling = route.rate_per_second;
        Self {
            ceiling,
            patience: route.patience,
            inner: Mutex::new(Inner {
                per_second: ceiling,
                next_turn: None,
                changed: None,
                slowed: None,
                resting_until: None,
                failures: 0,
                away_until: None,
                letters_per_connection: route.letters_per_connection.max(1),
                a_recipient_passed: false,
                bare_refusals: 0,
                lost_at: Vec::new(),
                stumbled: None,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the next letter may go: turns are a second divided by the rate apart.
    pub(super) fn turn(&self, now: Instant) -> Instant {
        let mut inner = self.lock();
        inner.step_up(now, self.ceiling);
        let Some(per_second) = inner.per_second else { return now };
        let turn = inner.next_turn.map_or(now, |next| next.max(now));
        inner.next_turn = Some(turn + Duration::from_secs_f64(1.0 / per_second));
        turn
    }

    /// The relay asked a letter that was spoken of at `asked` to come more slowly: half as fast from here, then up again in steps.
    /// What it answers to those that were under way by then is the same wish.
    pub(super) fn slow_down(&self, now: Instant, asked: Instant) {
        let mut inner = self.lock();
        if inner.slowed.is_some_and(|slowed| asked <= slowed) {
            return;
        }
        inner.slowed = Some(now);
        let current = inner.per_second.unwrap_or(UNLIMITED_PER_SECOND);
        inner.per_second = Some((current / 2.0).max(SLOWEST_PER_SECOND));
        inner.changed = Some(now);
    }

    /// Going slower has not helped for as long as a letter waits for that: the relay is left alone as long again.
    pub(super) fn rest(&self, now: Instant) -> Duration {
        self.lock().resting_until = Some(now + self.patience.slow);
        self.patience.slow
    }

    /// How long the relay still rests.
    pub(super) fn resting(&self, now: Instant) -> Option<Duration> {
        self.lock().resting_until.filter(|until| now < *until).map(|until| until - now)
    }

    /// How long the relay is still left alone; `None`: try. Of those who come when the time is over one may try,
    /// the others wait for what becomes of it.
    pub(super) fn admit(&self, now: Instant) -> Option<Duration> {
        let mut inner = self.lock();
        let until = inner.away_until?;
        if now < until {
            return Some(until - now);
        }
        inner.away_until = Some(now + self.patience.away_first);
        None
    }

    /// How long the relay is left alone from now.
    pub(super) fn left_alone(&self, now: Instant) -> Option<Duration> {
        let inner = self.lock();
        let until = inner.away_until.max(inner.resting_until);
        until.filter(|until| now < *until).map(|until| until - now)
    }

    /// The relay is away: how long to leave it alone.
    pub(super) fn away(&self, now: Instant) -> Duration {
        let mut inner = self.lock();
        inner.failures = inner.failures.saturating_add(1);
        let doublings = inner.failures.saturating_sub(1).min(16);
        let wait = self.patience.away_first.saturating_mul(1 << doublings).min(self.patience.away_max);
        inner.away_until = Some(now + wait);
        wait
    }

    /// The relay refuses us, our login or our sender: how long to wait for somebody to mend that.
    pub(super) fn refused(&self, now: Instant) -> Duration {
        let mut inner = self.lock();
        inner.failures = inner.failures.saturating_add(1);
        inner.away_until = Some(now + self.patience.refused);
        self.patience.refused
    }

    pub(super) fn back(&self) {
        let mut inner = self.lock();
        inner.failures = 0;
        inner.away_until = None;
    }

    /// Whether every letter waits for its turn.
    pub(super) fn is_limited(&self) -> bool {
        self.lock().per_second.is_some()
    }

    pub(super) fn pipelining(&self, now: Instant) -> Pipelining {
        match self.lock().stumbled {
            Some((level, until)) if now < until => level,
            _ => Pipelining::BehindTheDot,
        }
    }

    /// The relay lost its step at this level: less from here, for a day. Others that were under way at the same level say
    /// nothing new.
    pub(super) fn stumbled(&self, at: Pipelining, now: Instant) -> Pipelining {
        let level = self.pipelining(now);
        if level != at {
            return level;
        }
        let less = match at {
            Pipelining::BehindTheDot => Pipelining::Groups,
            Pipelining::Groups | Pipelining::Off => Pipelining::Off,
        };
        self.lock().stumbled = Some((less, now + STUMBLE_IS_REMEMBERED));
        less
    }

    pub(super) fn letters_per_connection(&self) -> u32 {
        self.lock().letters_per_connection
    }

    /// The relay ended a session after `letters` letters: end the next ones ourselves before it does.
    pub(super) fn learn_limit(&self, letters: u32) {
        let mut inner = self.lock();
        inner.letters_per_connection = inner.letters_per_connection.min(letters.max(1));
    }

    pub(super) fn recipient_passed(&self) {
        let mut inner = self.lock();
        inner.a_recipient_passed = true;
        inner.bare_refusals = 0;
    }

    pub(super) fn recipient_refused(&self) {
        let mut inner = self.lock();
        inner.bare_refusals = inner.bare_refusals.saturating_add(1);
    }

    /// The relay answered a letter, whatever it said.
    pub(super) fn answered(&self) {
        self.lock().lost_at.clear();
    }

    /// Every connection ended at this recipient. True: so it was at several in a row, and it is the relay's matter. They are counted
    /// anew then, so that a run of such recipients, each put off in its turn, ends.
    pub(super) fn lost_at(&self, recipient: &str) -> bool {
        let mut inner = self.lock();
        if !inner.lost_at.iter().any(|other| other == recipient) {
            inner.lost_at.push(recipient.to_owned());
        }
        let of_the_relay = inner.lost_at.len() >= RECIPIENTS_LOST_MAX;
        if of_the_relay {
            inner.lost_at.clear();
        }
        of_the_relay
    }

    pub(super) fn others_pass(&self) -> bool {
        let inner = self.lock();
        inner.a_recipient_passed && inner.bare_refusals < BARE_REFUSALS_BELIEVED
    }
}

impl Inner {
    fn step_up(&mut self, now: Instant, ceiling: Option<f64>) {
        let (Some(per_second), Some(changed)) = (self.per_second, self.changed) else { return };
        if now < changed + STEP_UP_AFTER {
            return;
        }
        let faster = per_second * 1.25;
        if faster >= ceiling.unwrap_or(UNLIMITED_PER_SECOND) {
            self.per_second = ceiling;
            self.changed = None;
        } else {
            self.per_second = Some(faster);
            self.changed = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(rate: Option<u32>) -> Pace {
        Pace::new(&Route {
            rate_per_second: rate.map(f64::from),
            ..Route::parse("smtp://127.0.0.1").unwrap()
        })
    }

    #[test]
    fn turns_are_the_rate_apart_however_many_ask_at_once() {
        let start = Instant::now();
        let pace = pace(Some(20));
        let turns: Vec<u128> = (0..5).map(|_| (pace.turn(start) - start).as_millis()).collect();
        assert_eq!(turns, [0, 50, 100, 150, 200]);
        let later = start + Duration::from_secs(9);
        assert_eq!(pace.turn(later), later, "an unused turn is not saved up");
    }

    #[test]
    fn a_relay_that_asks_for_it_is_served_half_as_fast_and_then_faster_in_steps() {
        let start = Instant::now();
        let pace = pace(Some(8));
        pace.slow_down(start, start);
        pace.slow_down(start, start);
        let apart = |at| {
            let first = pace.turn(at);
            (pace.turn(at) - first).as_millis()
        };
        assert_eq!(
            apart(start + Duration::from_secs(1)),
            250,
            "half, however many were under way when it asked"
        );
        assert_eq!(apart(start + Duration::from_secs(31)), 200);
        assert_eq!(apart(start + Duration::from_secs(200)), 160);
        assert_eq!(apart(start + Duration::from_secs(400)), 128);
        assert_eq!(apart(start + Duration::from_mins(10)), 125, "up to what is configured, not beyond");
    }

    #[test]
    fn a_relay_that_asks_again_when_it_is_served_slower_is_served_slower_still() {
        let start = Instant::now();
        let pace = pace(Some(8));
        pace.slow_down(start, start);
        let later = start + Duration::from_secs(1);
        pace.slow_down(later, start + Duration::from_millis(500));
        let first = pace.turn(later);
        assert_eq!((pace.turn(later) - first).as_millis(), 500);
        assert_eq!(pace.rest(later), Duration::from_secs(30));
        assert_eq!(pace.left_alone(later), Some(Duration::from_secs(30)));
        assert_eq!(pace.left_alone(later + Duration::from_secs(30)), None);
    }

    #[test]
    fn an_absent_relay_is_left_alone_longer_each_time_and_asked_by_one_letter() {
        let start = Instant::now();
        let pace = pace(None);
        assert_eq!(pace.admit(start), None);
        assert_eq!(pace.away(start), Duration::from_secs(2));
        assert_eq!(pace.admit(start + Duration::from_secs(1)), Some(Duration::from_secs(1)));
        let again = start + Duration::from_secs(2);
        assert_eq!(pace.admit(again), None, "the first who comes may try");
        assert!(pace.admit(again).is_some(), "the second waits for what becomes of it");
        assert_eq!(pace.away(again), Duration::from_secs(4));
        for _ in 0..20 {
            pace.away(again);
        }
        assert_eq!(pace.away(again), Duration::from_mins(5));
        pace.back();
        assert_eq!(pace.admit(again), None);
        assert_eq!(pace.refused(again), Duration::from_mins(5), "a refused login waits for a person");
    }

    #[test]
    fn a_relay_that_stumbles_is_asked_for_less_at_once_for_a_day() {
        use Pipelining::{BehindTheDot, Groups, Off};
        let start = Instant::now();
        let pace = pace(None);
        assert_eq!(pace.pipelining(start), BehindTheDot);
        assert_eq!(pace.stumbled(BehindTheDot, start), Groups);
        assert_eq!(pace.stumbled(BehindTheDot, start), Groups, "the same stumble on another connection");
        let later = start + Duration::from_hours(23);
        assert_eq!(pace.pipelining(later), Groups);
        assert_eq!(pace.stumbled(Groups, later), Off);
        assert_eq!(pace.stumbled(Off, later), Off);
        assert_eq!(pace.pipelining(start + Duration::from_hours(25)), Off);
        assert_eq!(pace.pipelining(later + Duration::from_hours(25)), BehindTheDot);
    }

    #[test]
    fn bare_refusals_are_believed_while_others_pass() {
        let pace = pace(None);
        assert!(!pace.others_pass());
        pace.recipient_passed();
        assert!(pace.others_pass());
        for _ in 0..BARE_REFUSALS_BELIEVED {
            pace.recipient_refused();
        }
        assert!(!pace.others_pass(), "a relay that refuses everybody says nothing of an address");
        pace.recipient_passed();
        assert!(pace.others_pass());
    }

    #[test]
    fn a_recipient_at_whom_connections_end_is_at_fault_until_it_is_so_at_several_in_a_row() {
        let pace = pace(None);
        let lost = |names: &[&str]| names.iter().map(|name| pace.lost_at(name)).collect::<Vec<_>>();
        assert_eq!(lost(&["a", "a", "a", "a", "a"]), [false; 5], "one recipient, however often");
        assert_eq!(lost(&["b", "c", "d", "e", "f"]), [false, false, false, true, false]);
        pace.answered();
        assert_eq!(lost(&["g", "h", "i", "j"]), [false; 4]);
    }
}
