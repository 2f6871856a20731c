//! `config check` and `config show`.

use serde::Serialize;

use super::{Failure, Global, OrHint, Output, print};
use crate::config::{self, Loaded, Shown, Variables};

/// Check and show the configuration
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Name every fault of the configuration
    #[command(after_help = "Example:\n  forenotice config check --config /etc/forenotice/forenotice.toml")]
    Check(Output),
    /// Print every value and where it comes from, secrets masked
    #[command(after_help = "Example:\n  forenotice config show --json")]
    Show(Output),
}

#[derive(Serialize)]
struct Line {
    key: &'static str,
    value: Option<String>,
    source: String,
}

pub fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match args.what {
        What::Check(output) => check(global, output),
        What::Show(output) => show(global, output),
    }
}

/// The configuration that a command line names.
pub fn load(global: &Global) -> Result<Loaded, Failure> {
    config::load(&global.config, &Variables::of_process()).map_err(|error| {
        let hint = match &error {
            config::Error::Unreadable { .. } => {
                "name the file with --config, or copy config/forenotice.toml, which explains every key"
                    .to_owned()
            }
            config::Error::Faults(_) => {
                format!(
                    "correct {} (config/forenotice.toml of the source explains every key)",
                    global.config.display()
                )
            }
        };
        Failure::from(error).hint(hint)
    })
}

#[derive(Serialize)]
struct FaultLine<'a> {
    key: Option<&'a str>,
    why: &'a str,
    source: Option<String>,
}

fn check(global: &Global, output: Output) -> Result<(), Failure> {
    if !output.json {
        let settings = load(global)?.settings;
        print(format_args!("{}: no fault", global.config.display()))?;
        if let Some(warning) = settings.policy.outlives_its_notices() {
            print(format_args!("Warning: {warning}."))?;
        }
        if !settings.inbound.has_door() {
            print(
                "No door for mail is set in [inbound]: test letters to our own addresses are not sent, and announcements do not wait for them.",
            )?;
        }
        return Ok(());
    }
    match config::load(&global.config, &Variables::of_process()) {
        Ok(loaded) => {
            let warnings: Vec<_> = loaded.settings.policy.outlives_its_notices().into_iter().collect();
            print(serde_json::json!({ "faults": [], "warnings": warnings }))
        }
        Err(config::Error::Faults(faults)) => {
            let lines: Vec<_> = faults
                .0
                .iter()
                .map(|fault| FaultLine {
                    key: fault.key.as_deref(),
                    why: &fault.why,
                    source: fault.origin.as_ref().map(ToString::to_string),
                })
                .collect();
            print(serde_json::json!({ "faults": lines }))?;
            Err(Failure::already_said())
        }
        Err(error @ config::Error::Unreadable { .. }) => Err(error).or_hint("name the file with --config"),
    }
}

fn show(global: &Global, output: Output) -> Result<(), Failure> {
    let loaded = load(global)?;
    let lines: Vec<Line> = loaded
        .shown
        .into_iter()
        .map(|Shown { key, value, origin }| Line { key, value, source: origin.to_string() })
        .collect();
    if output.json {
        return print(serde_json::to_string_pretty(&lines)?);
    }
    let value = |line: &Line| line.value.clone().unwrap_or_else(|| "(not set)".to_owned());
    let key_width = lines.iter().map(|line| line.key.len()).max().unwrap_or_default();
    let value_width = lines.iter().map(|line| value(line).chars().count().min(48)).max().unwrap_or_default();
    for line in &lines {
        print(format_args!("{:key_width$}  {:value_width$}  {}", line.key, value(line), line.source))?;
    }
    Ok(())
}
