//! The table of tasks: what there is to do, under which role, and when.

use std::error::Error as StdError;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::actions::{self, Context, Report, remind, resolve_objection};
use crate::domain::words;

words! {
    /// What a replica does. All of them by default; any number of replicas of any role on one Postgres.
    Role {
        /// Serves the pages.
        Web = "web",
        /// Announces, reminds, puts changes into effect.
        Schedule = "schedule",
        /// Hands letters to the relay.
        Send = "send",
        /// Takes in mail.
        Receive = "receive",
        /// Seals the ledger.
        Seal = "seal",
    }
}

/// The first instant after the given one at which a task's work falls due by the calendar.
pub type Fires = fn(&Context, DateTime<Utc>) -> Option<DateTime<Utc>>;
/// Whatever went wrong in a pass, as its action says it.
pub type PassError = Box<dyn StdError + Send + Sync>;
/// A pass under way.
pub type Pass = Pin<Box<dyn Future<Output = Result<Report, PassError>> + Send>>;

/// An idempotent pass over what is due, and when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// Also the name of its bell.
    pub name: &'static str,
    pub role: Role,
    /// How long a lost bell goes unnoticed.
    pub period: Duration,
    /// Where its work also falls due by the calendar, which no row says.
    pub fires: Option<Fires>,
    /// Whose bells ring when it has moved something.
    pub rings: &'static [&'static str],
    pub run: fn(Context) -> Pass,
}

/// Makes the `run` of a task of its action's `run_once`.
macro_rules! pass {
    ($run_once:path) => {
        |cx| Box::pin(async move { Ok($run_once(&cx).await?) })
    };
}

/// All tasks. Under the simulated clock they run in this order.
pub const TASKS: &[Task] = &[
    Task {
        name: "announce",
        role: Role::Schedule,
        period: Duration::from_secs(5),
        fires: None,
        rings: &["mailings"],
        run: pass!(actions::announce::run_once),
    },
    Task {
        name: actions::prove_reply_path::PASS,
        role: Role::Send,
        period: Duration::from_mins(1),
        fires: None,
        rings: &["mailings", "deliver"],
        run: pass!(actions::prove_reply_path::run_once),
    },
    Task {
        name: "deliver",
        role: Role::Send,
        period: Duration::from_secs(2),
        fires: None,
        // A follow-up waits until the letters it follows have left.
        rings: &["announce", "take_effect"],
        run: pass!(actions::deliver::singles),
    },
    Task {
        name: "mailings",
        role: Role::Send,
        period: Duration::from_secs(2),
        fires: None,
        // The next contact of somebody whose address refused is asked by a single letter.
        rings: &["deliver", "announce", "take_effect"],
        run: pass!(actions::deliver::mailings),
    },
    Task {
        name: actions::sort_mail::PASS,
        role: Role::Schedule,
        period: Duration::from_secs(5),
        fires: None,
        // A letter in doubt whose arrival was reported is settled at once.
        rings: &["sort_mail", "lodge_mail", "deliver", "mailings", "take_effect"],
        run: pass!(actions::sort_mail::run_once),
    },
    Task {
        name: actions::lodge_objection::PASS,
        role: Role::Schedule,
        period: Duration::from_secs(5),
        fires: None,
        // A mail that was seen again is looked at once it is on file.
        rings: &["sort_mail", "deliver", "take_effect"],
        run: pass!(actions::lodge_objection::run_once),
    },
    Task {
        name: "take_effect",
        role: Role::Schedule,
        period: Duration::from_secs(5),
        fires: None,
        rings: &["announce", "deliver"],
        run: pass!(actions::take_effect::run_once),
    },
    Task {
        name: "objections",
        role: Role::Schedule,
        period: Duration::from_mins(1),
        fires: None,
        rings: &["deliver", "take_effect"],
        run: pass!(resolve_objection::run_once),
    },
    Task {
        name: "reminders",
        role: Role::Schedule,
        period: Duration::from_mins(5),
        fires: Some(|cx, now| cx.settings.notice.send_window.next_after(now)),
        rings: &["announce"],
        run: pass!(remind::run_once),
    },
    Task {
        name: "digest",
        role: Role::Schedule,
        period: Duration::from_mins(5),
        fires: Some(|cx, now| cx.settings.digest.at.next_after(now)),
        rings: &["deliver"],
        run: pass!(remind::digest),
    },
    Task {
        name: "at_risk",
        role: Role::Schedule,
        period: Duration::from_mins(1),
        fires: None,
        rings: &["deliver"],
        run: pass!(remind::warn_at_risk),
    },
    Task {
        name: "delayed",
        role: Role::Schedule,
        period: Duration::from_mins(1),
        fires: None,
        rings: &["deliver"],
        run: pass!(remind::ask_after_delayed),
    },
    Task {
        name: "sweep",
        role: Role::Schedule,
        period: Duration::from_secs(10),
        fires: None,
        rings: &[],
        run: pass!(super::sweep),
    },
];
