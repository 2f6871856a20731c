//! `demo`: the whole story of one change, played on this machine by the commands that do it in production.
//!
//! A private Postgres, a mailbox and the daemon on a simulated clock; every step is this very program run as a
//! command, or a request to the public page. Each expectation that fails is said, and `--exit` ends with 1.

mod story;

use std::path::PathBuf;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::serve::stop_on_signals;
use super::{Failure, Global, OrHint as _, print};
use crate::clock::Clock;
use crate::demo::controls::{self, Remote};
use crate::demo::mailbox::{Fault, Reply, Times};
use crate::demo::stage::Stage;
use story::Story;

const READY_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Play the whole story of one change on a private Postgres, mailbox and clock
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Needs nothing but Postgres's programs; nothing leaves this machine, and nothing stays on it.

Example:
  forenotice demo
  forenotice demo --exit")]
pub struct Args {
    /// End after the story, with exit 0 only if every expectation held
    #[arg(long)]
    exit: bool,
    /// The directory of Postgres's programs (default: where they usually are)
    #[arg(long, value_name = "DIR")]
    postgres_bin: Option<PathBuf>,
}

pub async fn run(_global: &Global, args: Args) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    stop_on_signals(stop.clone())?;
    print("forenotice demo: setting the stage (Postgres, mailbox, simulated clock) …")?;
    let stage = Stage::set(args.postgres_bin, Clock::System).await.map_err(|error| {
        let hint = error.hint();
        Failure::from(error).hint(hint)
    })?;
    // The address that the customers' file calls refused: the relay says so at once.
    let refused = "refused@rosenfeld-kliniken.example".to_owned();
    stage.mailbox.arrange(Fault::RefusesRecipient(refused, Reply::no_such_user()), Times::Always);
    let ended = play(&stage, args.exit, &stop).await;
    stage.clear().await.or_hint("look for a Postgres that still runs in the temporary directory")?;
    ended
}

/// Told to stop, it ends in order wherever it is: the daemon first, then the stage.
async fn play(stage: &Stage, exit: bool, stop: &CancellationToken) -> Result<(), Failure> {
    let admin = format!("http://{}", stage.admin);
    let clock = Remote::new(&admin);
    let mut story = Story::new(stage, clock.clone())?;
    story.command(&["migrate", "--admin", story::DPO]).await?;
    // The daemon is a process of its own, as in production; it ends with us.
    let mut daemon = story.serve()?;
    let telling = async {
        wait_until_ready(&admin).await?;
        story.tell().await
    };
    let told = tokio::select! {
        told = telling => told,
        () = stop.cancelled() => Ok(()),
    };
    let failed = story.failed();
    let result = match told {
        Err(failure) => Err(failure),
        Ok(()) if failed > 0 => Err(Failure::new(format!("{failed} expectations of the story did not hold"))),
        Ok(()) if stop.is_cancelled() => Ok(()),
        Ok(()) if exit => print("\nThe story is told, and every expectation held."),
        Ok(()) => stay(stage, clock, stop).await,
    };
    // SIGTERM drains it; a process that does not end is killed with its handle.
    if let Some(pid) = daemon.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
    }
    let _ = tokio::time::timeout(READY_WITHIN, daemon.wait()).await;
    result
}

async fn wait_until_ready(admin: &str) -> Result<(), Failure> {
    let until = Instant::now() + READY_WITHIN;
    let client = reqwest::Client::new();
    loop {
        let answer = client.get(format!("{admin}/readyz")).send().await;
        if answer.as_ref().is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        if Instant::now() > until {
            let said = match answer {
                Ok(answer) => answer.text().await.unwrap_or_default(),
                Err(error) => error.to_string(),
            };
            return Err(Failure::new(format!("the daemon is not ready: {said}")));
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Leaves everything open until somebody ends it.
async fn stay(stage: &Stage, clock: Remote, stop: &CancellationToken) -> Result<(), Failure> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let buttons = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, controls::router(clock)).into_future());
    print(format_args!(
        "\nEverything stays open until Ctrl-C:\n  the site     http://{}\n  the mailbox  http://{}\n  the clock    http://{buttons}\n  commands     forenotice --config {} --as {} …",
        stage.site,
        stage.mailbox_pages,
        stage.config().display(),
        story::DPO,
    ))?;
    stop.cancelled().await;
    Ok(())
}
