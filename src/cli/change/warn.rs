//! What is lawful, and may not be what the DPO thinks.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::actions::Context;
use crate::cli::Failure;
use crate::config::Proof;
use crate::domain::request::Request;
use crate::store;

/// An emergency shortens only the notice of those whose terms say so.
pub(super) async fn of_emergency(cx: &Context, requests: &[Request]) -> Result<(), Failure> {
    let is_asked = requests.iter().any(|request| request.emergency.is_some());
    if is_asked && !store::customer::any_allows_emergency(cx.snapshot().await?.conn()).await? {
        eprintln!(
            "warning: --emergency shortens no notice: no customer's terms have emergency_days, so all keep their full period"
        );
    }
    Ok(())
}

/// A letter may come back for as long as the servers behind the relay try, and what has started by then stays started.
pub(super) fn of_late_bounces(cx: &Context, notice_at: DateTime<Utc>, effective_on: NaiveDate) {
    let back_by = notice_at + cx.settings.smtp.queue_lifetime + TimeDelta::days(1);
    if cx.settings.notice.proof != Proof::Received && cx.policy.zone.first_instant(effective_on) < back_by {
        eprintln!(
            "warning: until {} a letter may come back (smtp.queue_lifetime and a day), which is after the start; \
             with [notice] proof = \"received\" none serves before it has arrived",
            back_by.format("%Y-%m-%d %H:%M UTC")
        );
    }
}
