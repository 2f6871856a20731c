//! The loop, written once: wait for the bell or the period, make a pass, say what it did, ring on.

use std::time::Duration;

use metrics::{counter, histogram};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::task::{PassError, Task};
use super::{Daemon, NotReady};
use crate::actions::{Context, Report};

/// After a failure: doubled with each further one, up to the longest.
const BACK_OFF_FIRST: Duration = Duration::from_millis(500);
const BACK_OFF_LONGEST: Duration = Duration::from_mins(1);

/// Runs one task until `stopping`. A pass under way is ended, not cut.
pub async fn keep_running(daemon: Daemon, task: &'static Task, stopping: CancellationToken) {
    let mut trouble = Trouble::default();
    let mut wait = Duration::ZERO;
    loop {
        tokio::select! {
            biased;
            () = stopping.cancelled() => return,
            // A bell does not cut a back-off short: whoever rings does not know that we are in trouble.
            () = daemon.cx().bells.wait(task.name), if trouble.failures == 0 => {}
            () = sleep(wait) => {}
        }
        wait = task.period;
        if let Err(why) = daemon.health().condition().may_work() {
            trouble.not_ready(task, &why);
            continue;
        }
        let alone = match daemon.cx().clock.simulated() {
            Some(_) => Some(daemon.0.passing.lock().await),
            None => None,
        };
        let made = make(daemon.cx(), task).await;
        drop(alone);
        match made {
            Ok(_) => trouble.over(task),
            Err(error) => wait = trouble.failed(task, &error),
        }
    }
}

/// One pass, whose outcome is logged and counted, and whose followers' bells are rung.
pub async fn make(cx: &Context, task: &'static Task) -> Result<Report, PassError> {
    let began = Instant::now();
    // In a task of the runtime, so that a panic is this pass's failure and not the daemon's end.
    let report = match tokio::spawn((task.run)(cx.clone())).await {
        Ok(report) => report,
        Err(panic) => Err(panic.into()),
    };
    histogram!("forenotice_pass_seconds", "task" => task.name).record(began.elapsed().as_secs_f64());
    let outcome = if report.is_ok() { "ok" } else { "failed" };
    counter!("forenotice_passes_total", "task" => task.name, "outcome" => outcome).increment(1);

    let report = report?;
    if report.done == 0 {
        debug!(task = task.name, "{} had nothing to do", task.name);
    } else {
        counter!("forenotice_rows_moved_total", "task" => task.name).increment(report.done);
        info!(task = task.name, done = report.done, "{}: {}", task.name, report.said);
        // A pass is bounded: there may be more.
        for name in task.rings.iter().chain([&task.name]) {
            cx.bells.ring(name);
        }
    }
    Ok(report)
}

/// How long a task has been failing, and what was said about it: each trouble is told once, and its end.
#[derive(Default)]
struct Trouble {
    failures: u32,
    told: Option<String>,
}

impl Trouble {
    fn failed(&mut self, task: &Task, error: &PassError) -> Duration {
        let wait = (BACK_OFF_FIRST * 2u32.saturating_pow(self.failures)).min(BACK_OFF_LONGEST);
        self.failures = (self.failures + 1).min(16);
        self.tell(task, format!("{} failed and is tried again: {error}", task.name));
        wait
    }

    fn not_ready(&mut self, task: &Task, why: &NotReady) {
        self.tell(task, format!("{} waits: {why}", task.name));
    }

    fn tell(&mut self, task: &Task, sentence: String) {
        if self.told.as_ref() == Some(&sentence) {
            debug!(task = task.name, "still: {sentence}");
        } else {
            warn!(task = task.name, "{sentence}");
            self.told = Some(sentence);
        }
    }

    fn over(&mut self, task: &Task) {
        if self.told.take().is_some() {
            info!(task = task.name, "{} works again", task.name);
        }
        self.failures = 0;
    }
}
