//! The command line: the composition root. One file a command, each with its `Args` and its `run`.
//!
//! Exit 0: done. Exit 1: refused or failed, with `error: …` and `hint: …` on standard error. Exit 2: the command
//! was not understood (clap says why); [`receive`] has its own, which mail servers go by. Data goes to standard output, as a table or, with `--json`, as JSON.

mod calendar;
mod change;
mod clear;
mod clearance;
mod completeness;
mod config;
mod context;
mod customers;
mod demo;
mod dkim;
mod doctor;
mod exclusion;
mod failure;
mod findings;
mod foreign;
mod gate;
mod in_use;
mod key;
mod link;
mod mail;
mod migrate;
mod objection;
mod os_user;
mod receive;
mod inbox;
mod serve;
mod register;
mod shell;
mod stage;
mod subscribers;
mod users;
mod when;

pub use config::load;
pub use failure::{Failure, NOT_NOW, OrHint};
pub use receive::is_meant as is_receive;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::OnceLock;

use clap::{Parser, Subcommand};

use crate::actions::Context;

/// Keeps a processor's promise: no subprocessor change before every customer has had its full notice.
#[derive(Debug, Parser)]
#[command(name = "forenotice", version, propagate_version = true, subcommand_required = true)]
#[command(after_help = "Start here:\n  forenotice demo\n  forenotice change plan add --help")]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Global {
    /// The configuration
    #[arg(long, global = true, value_name = "FILE", env = "FORENOTICE_CONFIG", hide_env_values = true)]
    #[arg(default_value = "config/forenotice.toml")]
    pub config: PathBuf,
    /// Who acts: the account's address (default: the account of the operating system's user)
    #[arg(long = "as", global = true, value_name = "EMAIL")]
    pub acts_as: Option<String>,
    /// What the command opened, so that its bells are told before the process ends.
    #[arg(skip)]
    opened: OnceLock<Context>,
}

/// How a command that prints data prints it.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Output {
    /// Print JSON for programs instead of tables for people
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Demo(demo::Args),
    Serve(serve::Args),
    Receive(receive::Args),
    Inbox(inbox::Args),
    Objection(objection::Args),
    Exclusion(exclusion::Args),
    Consent(clear::ConsentArgs),
    Service(clear::ServiceArgs),
    Override(clear::OverrideArgs),
    InUse(in_use::Args),
    Migrate(migrate::Args),
    Doctor(doctor::Args),
    Calendar(calendar::Args),
    Config(config::Args),
    Register(register::Args),
    Customers(customers::Args),
    Subscribers(subscribers::Args),
    Link(link::Args),
    User(users::Args),
    Change(Box<change::Args>),
    Gate(gate::GateArgs),
    Clearance(clearance::Args),
    Deliveries(gate::DeliveriesArgs),
    Completeness(completeness::Args),
    Status(gate::StatusArgs),
    Stage(stage::Args),
    Mail(mail::Args),
    Dkim(dkim::Args),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
}

/// Does what the command line asks.
pub async fn run(cli: Cli) -> Result<(), Failure> {
    let done = obey(&cli.global, cli.command).await;
    if let Some(cx) = cli.global.opened.get()
        && let Err(error) = cx.bells.tell(&cx.db).await
    {
        tracing::debug!("bells not told, the daemons' periods catch up: {error}");
    }
    done
}

async fn obey(global: &Global, command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::run(global, args).await,
        Command::Serve(args) => serve::run(global, &args).await,
        Command::Receive(args) => receive::run(global, &args).await,
        Command::Inbox(args) => inbox::run(global, &args).await,
        Command::Objection(args) => objection::run(global, &args).await,
        Command::Exclusion(args) => exclusion::run(global, &args).await,
        Command::Consent(args) => clear::consent(global, &args).await,
        Command::Service(args) => clear::service(global, &args).await,
        Command::Override(args) => clear::override_reason(global, &args).await,
        Command::InUse(args) => in_use::run(global, &args).await,
        Command::Migrate(args) => migrate::run(global, &args).await,
        Command::Doctor(args) => doctor::run(global, &args).await,
        Command::Calendar(args) => calendar::run(args),
        Command::Config(args) => config::run(global, &args),
        Command::Change(args) => change::run(global, &args).await,
        Command::Clearance(args) => clearance::run(global, &args).await,
        Command::Gate(args) => gate::gate(global, &args).await,
        Command::Deliveries(args) => gate::deliveries(global, &args).await,
        Command::Completeness(args) => completeness::run(global, &args).await,
        Command::Status(args) => gate::status(global, &args).await,
        Command::Register(args) => register::run(global, &args).await,
        Command::Customers(args) => customers::run(global, &args).await,
        Command::Subscribers(args) => subscribers::run(global, &args).await,
        Command::Link(args) => link::run(global, &args).await,
        Command::User(args) => users::run(global, &args).await,
        Command::Stage(args) => stage::run(global, args).await,
        Command::Mail(args) => mail::run(global, &args).await,
        Command::Dkim(args) => dkim::run(global, &args).await,
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&args),
    }
}

/// Prints lines on standard output. A reader that has seen enough (`| head`) is no failure, as it is to `println!`.
pub fn print(text: impl Display) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_that_does_something_shows_an_example() {
        fn leaves(command: &clap::Command, path: &str, missing: &mut Vec<String>) {
            let path = format!("{path} {}", command.get_name());
            if command.get_subcommands().next().is_none() {
                let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                if !example.contains("forenotice ") {
                    missing.push(path);
                }
            } else {
                command.get_subcommands().for_each(|sub| leaves(sub, &path, missing));
            }
        }
        let mut missing = Vec::new();
        leaves(&Cli::command(), "", &mut missing);
        assert_eq!(missing, Vec::<String>::new());
    }
}
