//! What goes wrong around the daemon: the relay is away or says what relays say, and the process dies in the middle of a pass.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use chrono::TimeDelta;
use forenotice::actions::Report;
use forenotice::daemon::{Pass, PassError, TASKS, Task};
use forenotice::demo::mailbox::{Fault, Reply, Times};
use forenotice::store::simulated;

use super::{At, NEAR_DAYS, Simulation, short};

thread_local! {
    /// How often passes are still looked at until the process dies; none = it lives.
    static FUSE: Cell<Option<u32>> = const { Cell::new(None) };
}

/// A pass that is broken off where the fuse has burnt down: its transaction is open, its letters are on their way.
struct Mortal(Option<Pass>);

impl Future for Mortal {
    type Output = Result<Report, PassError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match FUSE.get() {
            Some(0) => {
                self.0 = None;
                return Poll::Ready(Err("the process died".into()));
            }
            Some(left) => FUSE.set(Some(left - 1)),
            None => {}
        }
        self.0.as_mut().unwrap().as_mut().poll(cx)
    }
}

macro_rules! mortal {
    ($($n:literal)*) => {
        [$(Task { run: |cx| Box::pin(Mortal(Some((TASKS[$n].run)(cx)))), ..TASKS[$n] }),*]
    };
}

/// The tasks of the daemon, in a process that may die.
pub(super) fn mortal() -> &'static [Task] {
    static MORTAL: LazyLock<[Task; 13]> = LazyLock::new(|| mortal!(0 1 2 3 4 5 6 7 8 9 10 11 12));
    assert_eq!(MORTAL.len(), TASKS.len());
    &*MORTAL
}

impl Simulation {
    /// The process dies on the way to the next instant at which something is due, and another one takes over.
    pub(super) async fn die(&mut self) {
        let looks = u32::try_from(self.random.below(120)).unwrap();
        let to = self.next_due() + self.random.pick(&[TimeDelta::zero(), super::SECOND, TimeDelta::hours(7)]);
        FUSE.set(Some(looks));
        let died = self.world.daemon.advance_to(to).await.is_err();
        FUSE.set(None);
        self.blows += usize::from(died);
        let kind = if died { "die" } else { "die, not reached" };
        self.did(kind, format!("after {looks} looks on the way to {}", short(to)));
        // What it had leased is let go of by the database's clock, which is nobody's to move.
        self.world
            .as_superuser("update batch set leased_until = clock_timestamp() - interval '1 second' where leased_until is not null")
            .await;
    }

    /// No daemon runs for hours or days, or the clock was set: time stops nowhere on its way.
    pub(super) async fn sleep(&mut self) {
        let ahead = self.next_due() - self.model.now;
        let length =
            ahead.max(TimeDelta::zero()) + TimeDelta::minutes(self.random.below(4_000).cast_signed());
        self.did("sleep", format!("for {length}"));
        let wakes = self.model.now + length;
        simulated::move_to(self.world.cx.db.pool(), wakes).await.unwrap();
        self.model.woke = wakes;
    }

    /// The next notice that goes out, or the next change's day; not too far off.
    fn next_due(&self) -> At {
        let now = self.model.now;
        let open = self.model.changes.iter().filter(|change| change.is_open());
        let starts = open.map(|change| self.model.start_of(change.effective_on));
        let ahead = self.notices_due.iter().copied().chain(starts).filter(|at| *at > now);
        let near = now + chrono::Days::new(NEAR_DAYS);
        ahead.filter(|at| *at < near).min().unwrap_or(now)
    }

    /// The relay is away around the next notice, or says to some letters what relays say.
    pub(super) async fn relay_fails(&mut self) {
        if self.random.once_in(4) {
            return self.relay_is_away().await;
        }
        for _ in 0..=self.random.below(2) {
            let Some(address) = self.anybody() else { return };
            let fault = self.fault(address);
            let times = u32::try_from(1 + self.random.below(2)).unwrap();
            if fault == Fault::KeepsThenCloses {
                self.blows += usize::try_from(times).unwrap();
            }
            self.did("relay fails", format!("{times} times: {fault:?}"));
            self.world.mailbox.arrange(fault, Times::Only(times));
        }
        if self.random.once_in(2) {
            self.advance_to(self.next_due()).await;
        }
    }

    fn anybody(&mut self) -> Option<String> {
        let contacts = self.model.customers.iter().flat_map(|customer| &customer.contacts);
        let addresses: Vec<String> = contacts.map(|contact| contact.address.clone()).collect();
        if addresses.is_empty() { None } else { Some(self.random.pick(&addresses)) }
    }

    fn fault(&mut self, address: String) -> Fault {
        match self.random.below(12) {
            0 => Fault::RefusesRecipient(address, Reply::greylisted()),
            1 => Fault::RefusesRecipient(address, Reply::no_such_user()),
            2 => Fault::RefusesRecipient(address, Reply::new(550, "5.7.1 denied by policy")),
            3 => Fault::RefusesSender(Reply::new(550, "5.7.60 not your address")),
            4 => Fault::RefusesSender(Reply::new(451, "4.7.0 slower")),
            5 => Fault::AnswersMessage(Reply::new(451, "4.3.0 later")),
            6 => Fault::AnswersMessage(Reply::new(552, "5.3.4 too big")),
            7 => Fault::ClosesAfterData,
            8 => Fault::ClosesAfterFinalDot,
            9 => Fault::KeepsThenCloses,
            10 => Fault::AcceptsThenCloses,
            _ => Fault::ShutsDown,
        }
    }

    async fn relay_is_away(&mut self) {
        let minutes = TimeDelta::minutes(20 + self.random.below(160).cast_signed());
        let due = self.next_due();
        self.advance_to(due - super::MICROSECOND.min(due - self.model.now)).await;
        self.settled().await;
        self.world.mailbox.go_away().await;
        self.did("relay away", format!("for {minutes}"));
        self.advance_to(due + minutes).await;
        self.world.relay_comes_back().await;
        self.settled().await;
        self.advance_to(self.model.now + TimeDelta::minutes(11)).await;
    }
}
