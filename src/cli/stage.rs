//! `stage` (hidden): a whole installation of the demo's processor with an empty register, for the browser tests and for
//! trying commands by hand. It prints one line of JSON with its addresses and lasts until its standard input ends.

use clap::Parser as _;
use serde_json::json;

use super::{Cli, Failure, Global, OrHint as _, print, run as run_command};
use crate::clock::Clock;
use crate::demo::stage::Stage;

/// The first account, who acts in the demo.
const ADMIN: &str = "dpo@chatbotkit.example";

/// Set up an empty demo installation on a private Postgres and mailbox until standard input ends
#[derive(Debug, clap::Args)]
#[command(hide = true)]
#[command(after_help = "\
Example:
  forenotice stage < /dev/tty")]
pub struct Args {
    /// The directory of Postgres's programs (default: where they usually are)
    #[arg(long, value_name = "DIR")]
    postgres_bin: Option<std::path::PathBuf>,
}

pub async fn run(_global: &Global, args: Args) -> Result<(), Failure> {
    let stage = Stage::set(args.postgres_bin, Clock::System).await;
    let stage = stage.map_err(|error| {
        let hint = error.hint();
        Failure::from(error).hint(hint)
    })?;
    let config = stage.config().display().to_string();
    command(&["--config", &config, "migrate", "--admin", ADMIN]).await?;
    print(json!({
        "config": config,
        "site": format!("http://{}", stage.site),
        "admin": format!("http://{}", stage.admin),
        "mailbox": format!("http://{}", stage.mailbox_pages),
        "acts_as": ADMIN,
        "database_url": stage.database_url,
    }))?;
    let serve = ["--config", &config, "serve"];
    let ended = tokio::select! {
        served = command(&serve) => served,
        () = input_ends() => Ok(()),
    };
    stage.clear().await.or_hint("look for a Postgres that still runs in the temporary directory")?;
    ended
}

async fn command(arguments: &[&str]) -> Result<(), Failure> {
    let cli = Cli::try_parse_from([&["forenotice"], arguments].concat())?;
    Box::pin(run_command(cli)).await
}

/// Read in a thread of its own, which nobody waits for: a signal ends us although nothing was typed.
async fn input_ends() {
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let ended = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        // Whoever waited may have ended by a signal meanwhile.
        let _ = tell.send(ended);
    });
    let _ = told.await;
}
