//! One batch's way: its letters are composed on whatever core is free, handed over side by side, and what the relay says of
//! them is recorded in groups.
//!
//! So many letters are under way at a time and no more, so that memory does not grow with a batch, and after a crash little
//! is in doubt.

use std::collections::VecDeque;
use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};
use tracing::{error, info};

use super::fate::Verdicts;
use super::script::{Page, Scribe, Sheet};
use super::talk::{Answer, carry, log};
use super::{LEASE, refused};
use crate::actions::{Context, Error};
use crate::domain::delivery::{Jitter, Said, Step, next_offer, step};
use crate::domain::ledger::Actor;
use crate::store;
use crate::store::delivery::lease::Lease;
use crate::store::delivery::letter::Letter;
use crate::store::delivery::record::Fate;

/// Letters that one task composes and hands over.
const LETTERS_PER_TASK: usize = 8;
/// Letters of a batch under way; more where the relay has more connections.
const UNDER_WAY_MAX: usize = 64;
/// Letters handed over between two looks at whether the batch is still ours and the notice not cancelled.
const LETTERS_PER_LOOK: usize = 48;
/// What was said is recorded when so many letters have been answered, or the first of them so long ago.
const RECORD_AT: usize = 200;
const RECORD_AFTER: Duration = Duration::from_millis(20);
const RENEW_EVERY: Duration = Duration::from_mins(1);

/// What a pass has done so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub accepted: u64,
    pub again: u64,
    pub failed: u64,
    pub cancelled: u64,
    /// Batches that were given back because the relay is away.
    pub waiting: u64,
    /// Alerts that the relay refuses us.
    pub told: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.again += other.again;
        self.failed += other.failed;
        self.cancelled += other.cancelled;
        self.waiting += other.waiting;
        self.told += other.told;
    }
}

/// How a batch's way ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Nothing of it was left to hand over.
    Done,
    /// No further letter now: the notice is cancelled, we are to stop, or the relay is away until then.
    Stop { not_before: Option<DateTime<Utc>> },
    /// Something failed us on the way, but all that was said is recorded: what is left is in no doubt.
    Troubled(Error),
    /// The batch is another sender's, or nobody knows what became of a letter: hands off, the lease runs out.
    Lost,
}

/// Sends what is due of a leased batch. An error leaves the batch to its lease: something that was said could not be
/// recorded.
pub(super) async fn send(
    cx: &Context,
    held: &Lease,
    scribe: &Arc<Scribe>,
) -> Result<(Outcome, Tally), Error> {
    let (page, letters) = match scribe.read(cx, held).await {
        Ok(read) => read,
        Err(error) => return Ok((Outcome::Troubled(error), Tally::default())),
    };
    let (tell, told) = mpsc::unbounded_channel();
    let mut renewal = interval_at(Instant::now() + RENEW_EVERY, RENEW_EVERY);
    renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let course = Course {
        cx,
        held,
        scribe,
        page: Arc::new(page),
        rest: letters.into(),
        talks: JoinSet::new(),
        tell,
        told,
        renewal,
        under_way: 0,
        until_look: 0,
        answers: Vec::new(),
        record_by: None,
        outcome: Outcome::Done,
        cancelled: false,
        trouble: None,
        unrecorded: false,
        tally: Tally::default(),
    };
    course.go().await
}

struct Course<'a> {
    cx: &'a Context,
    held: &'a Lease,
    scribe: &'a Arc<Scribe>,
    page: Arc<Page>,
    /// Letters that wait for their turn.
    rest: VecDeque<Letter>,
    talks: JoinSet<Result<(), Error>>,
    tell: mpsc::UnboundedSender<Answer>,
    told: mpsc::UnboundedReceiver<Answer>,
    renewal: Interval,
    under_way: usize,
    until_look: usize,
    /// What was said and is not recorded yet.
    answers: Vec<Answer>,
    record_by: Option<Instant>,
    outcome: Outcome,
    /// The notice was; its letters that have not left are, once those under way have been heard of.
    cancelled: bool,
    trouble: Option<Error>,
    /// Something that was said could not be recorded.
    unrecorded: bool,
    tally: Tally,
}

/// What a batch on its way waits for.
enum Turn {
    Answered,
    Ended(Result<Result<(), Error>, JoinError>),
    Record,
    Renew,
}

impl Course<'_> {
    async fn go(mut self) -> Result<(Outcome, Tally), Error> {
        loop {
            if let Err(error) = self.begin_talks().await {
                self.trouble.get_or_insert(error);
            }
            match self.turn().await {
                Some(Turn::Answered) => {}
                Some(Turn::Ended(ended)) => self.ended(ended),
                Some(Turn::Record) => self.record_by = Some(Instant::now()),
                Some(Turn::Renew) => self.renew().await,
                None if self.answers.is_empty() => break,
                None => self.record_by = Some(Instant::now()),
            }
            let due = self.record_by.is_some_and(|by| by <= Instant::now());
            if (due || self.answers.len() >= RECORD_AT || self.under_way == 0)
                && !self.answers.is_empty()
                && let Err(error) = self.record().await
            {
                error!(batch.id = %self.held.batch, %error, "what the relay said of letters of batch {} is not on record: they go again, as they are", self.held.batch);
                self.unrecorded = true;
                self.trouble.get_or_insert(error);
            }
        }
        match self.trouble {
            Some(error) if self.unrecorded || matches!(self.outcome, Outcome::Lost) => return Err(error),
            Some(error) => return Ok((Outcome::Troubled(error), self.tally)),
            None => {}
        }
        if self.cancelled && !matches!(self.outcome, Outcome::Lost) {
            self.tally.cancelled += self.cancel_rest().await?;
        }
        Ok((self.outcome, self.tally))
    }

    /// Hands further letters over, as many as may be under way.
    async fn begin_talks(&mut self) -> Result<(), Error> {
        let most = UNDER_WAY_MAX.max(2 * self.cx.post.connections());
        while !self.rest.is_empty() && self.may_go_on() && self.under_way + LETTERS_PER_TASK <= most {
            if self.until_look == 0 {
                self.until_look = LETTERS_PER_LOOK;
                self.look().await?;
                if !self.may_go_on() {
                    return Ok(());
                }
            }
            let letters: Vec<Letter> = self.rest.drain(..self.rest.len().min(LETTERS_PER_TASK)).collect();
            self.until_look = self.until_look.saturating_sub(letters.len());
            self.under_way += letters.len();
            self.talks.spawn(carry(
                self.cx.clone(),
                *self.held,
                Arc::clone(self.scribe),
                Arc::clone(&self.page),
                letters,
                self.tell.clone(),
            ));
        }
        Ok(())
    }

    fn may_go_on(&mut self) -> bool {
        if self.cx.stopping.is_cancelled() && matches!(self.outcome, Outcome::Done) {
            self.outcome = Outcome::Stop { not_before: None };
        }
        self.trouble.is_none() && matches!(self.outcome, Outcome::Done)
    }

    /// `None`: no talk is under way any more, and everything was heard.
    async fn turn(&mut self) -> Option<Turn> {
        if self.talks.is_empty() {
            return self.told.try_recv().ok().map(|answer| self.answered(answer));
        }
        let record_by = self.record_by.unwrap_or_else(Instant::now);
        tokio::select! {
            biased;
            Some(answer) = self.told.recv() => Some(self.answered(answer)),
            Some(ended) = self.talks.join_next() => Some(Turn::Ended(ended)),
            () = sleep_until(record_by), if self.record_by.is_some() => Some(Turn::Record),
            _ = self.renewal.tick() => Some(Turn::Renew),
            else => None,
        }
    }

    fn answered(&mut self, answer: Answer) -> Turn {
        self.under_way = self.under_way.saturating_sub(1);
        self.record_by.get_or_insert_with(|| Instant::now() + RECORD_AFTER);
        self.answers.push(answer);
        Turn::Answered
    }

    fn ended(&mut self, ended: Result<Result<(), Error>, JoinError>) {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                self.trouble.get_or_insert(error);
            }
            // Nothing is recorded of its letters, so the lease keeps them until it runs out: they may be out.
            Err(error) => {
                error!(batch.id = %self.held.batch, %error, "a talk with the relay broke off");
                self.outcome = Outcome::Lost;
            }
        }
    }

    async fn renew(&mut self) {
        let renewed = async {
            let mut tx = self.cx.begin_by_key(Actor::Daemon).await?;
            let ours = store::delivery::lease::renew(&mut tx, self.held, LEASE).await?;
            tx.commit_unrecorded().await?;
            Ok::<_, Error>(ours)
        };
        match renewed.await {
            Ok(true) => {}
            Ok(false) => self.outcome = Outcome::Lost,
            // The lease may have run out before it can be renewed; what is under way is recorded all the same.
            Err(error) => {
                self.trouble.get_or_insert(error);
            }
        }
    }

    /// Whether its letters may go on leaving: we may have slept through the lease, and the notice may be cancelled.
    async fn look(&mut self) -> Result<(), Error> {
        if self.held.notice.is_none() {
            return Ok(());
        }
        let mut snapshot = self.cx.snapshot_by_key().await?;
        let standing = store::delivery::lease::standing(snapshot.conn(), self.held).await?;
        if !standing.ours {
            self.outcome = Outcome::Lost;
        } else if standing.cancelled {
            self.cancelled = true;
            self.outcome = Outcome::Stop { not_before: None };
        }
        Ok(())
    }

    async fn cancel_rest(&self) -> Result<u64, Error> {
        let mut tx = self.cx.begin_by_key(Actor::Daemon).await?;
        let letters = store::delivery::lease::cancel_rest(&mut tx, self.held).await?;
        tx.commit_unrecorded().await?;
        info!(batch.id = %self.held.batch, letters, "its notice was cancelled: {letters} letters of batch {} stay here", self.held.batch);
        Ok(letters)
    }

    /// Records what was said since the last time.
    async fn record(&mut self) -> Result<(), Error> {
        self.record_by = None;
        let answers = std::mem::take(&mut self.answers);
        let refusals = refused::refusals(&answers);
        let away =
            answers.iter().filter_map(|(sheet, h, at)| offered_again(&sheet.letter, &h.said, *at)).min();
        if away.is_some() && !matches!(self.outcome, Outcome::Lost) {
            self.outcome = Outcome::Stop { not_before: away };
        }
        let mut heard = Vec::with_capacity(answers.len());
        for (sheet, handed, at) in answers {
            log(&sheet, &handed.said);
            if let Some(fate) = fate_of(self.cx, &sheet, &handed.said, at)? {
                heard.push((sheet, handed, fate));
            }
        }
        let count = |of: fn(&Fate) -> bool| heard.iter().filter(|(_, _, fate)| of(fate)).count() as u64;
        let accepted = count(|fate| matches!(fate, Fate::Accepted { .. }));
        self.tally.accepted += accepted;
        self.tally.again += count(|fate| matches!(fate, Fate::Again { .. }));
        self.tally.failed += count(|fate| matches!(fate, Fate::Failed { .. }));
        Verdicts::new(self.held, &self.page, heard).record(self.cx).await?;
        self.cx.taken.fetch_add(accepted, Ordering::Relaxed);
        // What was said is on record: an alert that fails now comes with the next letter refused.
        match refused::tell(self.cx, refusals).await {
            Ok(told) => self.tally.told += told,
            Err(error) => {
                self.trouble.get_or_insert(error);
            }
        }
        Ok(())
    }
}

/// When a letter is offered again, if the relay is away.
fn offered_again(letter: &Letter, said: &Said, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match said {
        Said::RelayFault { retry_after, .. } => {
            Some(next_offer(letter.due_at, letter.latest_at, at, *retry_after))
        }
        Said::Accepted { .. }
        | Said::Deferred { .. }
        | Said::Refused { .. }
        | Said::Policy { .. }
        | Said::LetterFault { .. }
        | Said::InDoubt { .. }
        | Said::Arrived
        | Said::TakenBack => None,
    }
}

/// What becomes of a letter's row; `None`: nothing, the relay never touched it.
fn fate_of(cx: &Context, sheet: &Sheet, said: &Said, at: DateTime<Utc>) -> Result<Option<Fate>, Error> {
    let jitter = match said {
        Said::RelayFault { .. } | Said::TakenBack => return Ok(None),
        Said::Accepted { .. } | Said::Arrived => Jitter(0),
        _ => {
            let [jitter] = cx.entropy.bytes()?;
            Jitter(jitter)
        }
    };
    let attempts = u16::try_from(sheet.letter.attempts).unwrap_or_default().saturating_add(1);
    Ok(Some(match step(said, attempts, at, sheet.letter.latest_at, jitter, cx.takes_events()) {
        Step::Done => Fate::Accepted { at },
        Step::Again { at, counted, in_doubt } => Fate::Again { at, counted, in_doubt },
        Step::GiveUp { suppress, ask_next } => Fate::Failed { suppress, ask_next },
    }))
}
